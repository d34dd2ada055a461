"""The catalogue: every metric by its name, ours and those of others."""

from __future__ import annotations

from functools import wraps
from inspect import signature
from typing import TYPE_CHECKING, Any, ParamSpec

import attrs

from custlife.errors import DefinitionError, UnknownNameError
from custlife.metrics.definition import LOG, Definition
from custlife.metrics.metric import Metric

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from custlife.metrics.metric import Compute

__all__ = ["Entry", "catalogued", "get", "metric", "register"]

P = ParamSpec("P")


@attrs.frozen
class Entry:
    """One metric of the catalogue, which arguments may complete.

    Attributes:
        name: Its name.
        family: Which family it belongs to.
        make: Makes the metric of its arguments.
        example: Arguments that show it.
        origin: Where it is defined: module and name.
    """

    name: str
    family: str
    make: Callable[..., Metric]
    example: tuple[tuple[str, Any], ...]
    origin: str

    def shown(self) -> Metric:
        """The metric with the arguments that show it."""
        return self.make(**dict(self.example))


_ENTRIES: dict[str, Entry] = {}


def register(entry: Entry) -> None:
    """Puts a metric in the catalogue; the same definition again takes its own place.

    Raises:
        DefinitionError: Another metric has the name.
    """
    there = _ENTRIES.get(entry.name)
    if there is not None and there.origin != entry.origin:
        what = f"two metrics are called {entry.name!r}: {there.origin} and {entry.origin}"
        raise DefinitionError(what, "give one of them another name")
    _ENTRIES[entry.name] = entry


def catalogued(family: str, **example: Any) -> Callable[[Callable[P, Metric]], Callable[P, Metric]]:
    """Puts a function that makes a metric in the catalogue, under its own name.

    The metrics it makes remember the arguments they were made with.

    Args:
        family: The family of metrics it belongs to.
        **example: Arguments that show it in the reference.

    Raises:
        DefinitionError: Another metric has the name.
    """

    def mark(make: Callable[P, Metric]) -> Callable[P, Metric]:
        known, name = signature(make), make.__name__

        @wraps(make)
        def made(*args: P.args, **kwargs: P.kwargs) -> Metric:
            given = known.bind(*args, **kwargs).arguments
            return attrs.evolve(make(*args, **kwargs), name=name, arguments=tuple(given.items()))

        register(Entry(name, family, made, tuple(example.items()), f"{make.__module__}.{make.__qualname__}"))
        return made

    return mark


def metric(
    *,
    question: str,
    numerator: str,
    better: str,
    denominator: str = "",
    window: str = "",
    unit: str = "share",
    cohort: str = "",
    needs: str | Iterable[str] = LOG,
    formula: str = "",
    is_not: str | Iterable[str] = (),
    pitfalls: str | Iterable[str] = (),
    source: str = "",
    name: str | None = None,
    family: str = "own",
) -> Callable[[Compute], Metric]:
    """Makes a metric of a function that turns a request into a reading, and puts it in the catalogue.

    Args:
        question: The question it answers.
        numerator: What stands above the line, in words.
        better: `higher`, `lower` or `neither`: which way is good.
        denominator: What stands below the line, in words.
        window: The time within which something must happen.
        unit: What the value is in.
        cohort: What puts a unit into which period of a trend.
        needs: The inputs it reads.
        formula: The formula, where numerator and denominator do not say it all.
        is_not: What it must not be taken for.
        pitfalls: What makes it lie.
        source: Where the definition comes from.
        name: Its name; that of the function by default.
        family: The family it belongs to.

    Raises:
        DefinitionError: Another metric has the name.
    """
    words = Definition(
        question=question, numerator=numerator, denominator=denominator, window=window, unit=unit, cohort=cohort,
        needs=needs, formula=formula, is_not=is_not, pitfalls=pitfalls, source=source,
    )  # fmt: skip

    def mark(compute: Compute) -> Metric:
        place = f"{compute.__module__}.{compute.__qualname__}"
        made = Metric(name or compute.__name__, words, better=better, compute=compute)
        register(Entry(made.name, family, lambda: made, (), place))
        compute.__qualname__ += ".compute"  # where the function is found from now on, also by those who copy it
        return made

    return mark


def get(name: str, /, **arguments: Any) -> Metric:
    """A metric of the catalogue by its name.

    Args:
        name: The name.
        **arguments: What the metric is made with.

    Raises:
        UnknownNameError: No such metric.
    """
    if name not in _ENTRIES:
        raise UnknownNameError("metric", name, sorted(_ENTRIES))
    return _ENTRIES[name].make(**arguments)
