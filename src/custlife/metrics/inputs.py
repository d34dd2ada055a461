"""What metrics read: logs of several kinds, taken as what they are, and one request to all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self

import attrs

from custlife.errors import UsageTypeError
from custlife.metrics.definition import INPUTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime

__all__ = ["Askable", "Inputs", "as_inputs"]


class Askable(Protocol):
    """What a log must offer to be an input: its kind, its moment of looking, and answers to questions."""

    @property
    def INPUT(self) -> str:  # noqa: N802  # a constant of the class
        """Which input it is: `stages`, `events`, `revenue`, `contracts`, `costs` or `responses`."""
        ...

    @property
    def as_of(self) -> datetime:
        """The moment of looking."""
        ...

    @property
    def tz(self) -> str:
        """The one zone of calendar spans and periods."""
        ...

    @property
    def unit(self) -> str:
        """What is counted."""
        ...

    @property
    def customers(self) -> tuple[str, ...]:
        """Ids of the units seen at `as_of`, sorted."""
        ...

    def ask_all(self, questions: Sequence[Any]) -> list[Any]:
        """The answers to many questions, counted together."""
        ...

    def with_as_of(self, as_of: datetime | date | str, *, known_at: datetime | date | str | None = None) -> Self:
        """The same log seen from another moment."""
        ...

    def where(self, customers: Callable[[str], bool] | Iterable[str] | None = None) -> Self:
        """The log of some customers, with the same `as_of`."""
        ...


@attrs.frozen(kw_only=True)
class Inputs:
    """The logs that metrics read, each under its name; missing ones are None.

    Attributes:
        stages: A log of stages.
        events: A log of events.
        revenue: A log of recurring revenue.
        contracts: Contracts.
        costs: Costs.
        responses: Answers to surveys.

    Raises:
        UsageTypeError: Something that is not such a log.
    """

    stages: Askable | None = None
    events: Askable | None = None
    revenue: Askable | None = None
    contracts: Askable | None = None
    costs: Askable | None = None
    responses: Askable | None = None

    def __attrs_post_init__(self) -> None:
        for name, log in self.given().items():
            found = _kind(log)
            if found != name:
                what = f"{name}={type(log).__name__} is not a log of {name}"
                raise UsageTypeError(what, f"pass it as {found}=" if found else "make one with from_rows or from_frame")
        if not self.given():
            raise UsageTypeError("no inputs", "pass a log: cl.metrics.Inputs(stages=log)")

    def given(self) -> dict[str, Askable]:
        """The inputs there are, by name."""
        return {name: log for name in INPUTS if (log := getattr(self, name)) is not None}

    def map(self, change: Callable[[Askable], Askable]) -> Inputs:
        """The inputs after a change of each."""
        return Inputs(**{name: change(log) for name, log in self.given().items()})


def as_inputs(log: object) -> Inputs:
    """Inputs, or a bare log as what it is.

    Raises:
        UsageTypeError: Neither.
    """
    if isinstance(log, Inputs):
        return log
    kind = _kind(log)
    if kind is None:
        hint = "pass a log, or several: cl.metrics.Inputs(stages=log, revenue=money)"
        raise UsageTypeError(f"log={type(log).__name__} is not a log", hint)
    given: dict[str, Any] = {kind: log}
    return Inputs(**given)


def _kind(log: object) -> str | None:
    """Which input something is; None where it is none."""
    kind = getattr(type(log), "INPUT", None)
    return kind if kind in INPUTS else None
