"""Other tellings of a stage log: rolled up, in another model, and traced back to its causes."""

from __future__ import annotations

from bisect import bisect_left
from functools import partial
from typing import TYPE_CHECKING, Literal, Self, cast

import attrs

from custlife.analysis.question import choice
from custlife.calendar import from_us
from custlife.engines import transform
from custlife.engines.rows.renaming import Renamed
from custlife.engines.rows.rolling import RolledUp, need
from custlife.engines.sources.held import Held
from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from custlife.log.base import Log
from custlife.presets import Crosswalk
from custlife.stages import StageModel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from custlife.engines.history import History

__all__ = ["Cause", "StageChanges", "check_whole"]


@attrs.frozen
class Cause:
    """Why a customer entered a stage.

    Attributes:
        stage: The stage.
        at: When it was entered.
        rule: The rule that fired, in words; `return` for coming back.
        event: The event behind it; for a silence the last activity before it.
        event_at: When that occurred.
        key: Its key, where the rows have one.
    """

    stage: str
    at: datetime
    rule: str
    event: str
    event_at: datetime
    key: str | None = None

    def __str__(self) -> str:
        key = f" (key {self.key})" if self.key is not None else ""
        return (
            f"{self.stage} at {self.at.isoformat()}: {self.rule}, by {self.event} at {self.event_at.isoformat()}{key}"
        )


class StageChanges(Log):
    """What can be made of a stage log."""

    def roll_up(
        self, to: str = "account", *, rule: str | float = "furthest", on_bad: Literal["raise", "drop"] = "raise"
    ) -> Self:
        """The log of accounts, from that of their members: contacts, deals, users.

        The moves of all members are gone through in one order (time, then stage, then member), and after each the
        stage of the account is read off the members known so far. A member whose rows name another account leaves the
        old one. An account stays where it is when its last member leaves.

        Args:
            to: The column that names the account: `account` (see `account_col`), or a segment.
            rule: `furthest`: the furthest stage of the path that any member holds; without one, the exit entered last.
                `latest`: the stage that the member who moved last holds. `any`: the same among members on the path; an
                exit only when none is on it. A share (0.5) or a number (2) of members: the furthest stage that so many
                hold or have passed; the exit entered last when so many are off the path; else no change.
            on_bad: `raise`, or `drop` rows without an account, counted in the notes.

        Raises:
            UnknownNameError: The log has no such column.
            UsageError: No such rule.
        """
        check_whole(self, to, on_bad)
        need(rule)
        return self._then(RolledUp(to, rule, on_bad))

    def migrate(self, model: StageModel) -> Self:
        """The same log under a newer model: its edits are replayed over all rows.

        Raises:
            DataError: Rows in stages without a place in the new model, with their customers.
        """
        old = self._model()
        mapping = _a_model(model).mapping_from(old)
        hint = "say where the history goes: model.remove(..., into=...) or model.split(..., default=...)"
        return self._retold(Renamed(model, dict(mapping.pairs), dict(mapping.unmapped), hint))

    def translate(self, crosswalk: Crosswalk, *, undecided: Literal["raise", "drop", "nearest"] = "raise") -> Self:
        """The same log in the stages of another model.

        Args:
            crosswalk: From the model of this log to another, as `presets.crosswalk(a, b)` makes it.
            undecided: What to do about stages that are ambiguous or nothing there: `raise`, `drop` their rows (the
                customer stays where they were; counted in the notes), or take the `nearest` stage.

        Raises:
            DataError: Rows whose stage is undecided, with their customers.
            UsageError: The crosswalk starts from another model.
        """
        choice("undecided", undecided, ("raise", "drop", "nearest"))
        if not isinstance(crosswalk, Crosswalk):
            what = f"crosswalk={crosswalk!r} is not a crosswalk"
            raise UsageTypeError(what, "pass presets.crosswalk(log.model, other)")
        old = self._model()
        if crosswalk.source != old:
            what = f"the crosswalk starts from model {crosswalk.source.name!r}, the log is on {old.name!r}"
            raise UsageError(what, "write presets.crosswalk(log.model, other)")
        near = undecided == "nearest"
        stages = {p.stage: p.guess for p in crosswalk if p.guess is not None and (p.decided or near)}
        without = {p.stage: p.reason for p in crosswalk if p.stage not in stages}
        hint = "decide with presets.crosswalk(a, b, choose={...}), or pass undecided='drop' or 'nearest'"
        return self._retold(Renamed(crosswalk.target, stages, without, hint, undecided == "drop"))

    def causes(self, customer: str) -> tuple[Cause, ...]:
        """Which event led to each stage of one customer; for logs that rules made of events.

        Raises:
            UnknownNameError: The log has no such customer.
            UsageError: The log was not made by rules.
        """
        if "rule" not in self._empty.extras or "cause_at" not in self._empty.values:
            raise UsageError("this log was not made by rules", "make it with events.to_stages(model, rules)")
        found = [causes for causes in self._asked.map(partial(causes_in, customer)) if causes is not None]
        if not found:
            raise UnknownNameError(self.unit, customer, self.customers)
        return found[0]

    def _model(self) -> StageModel:
        return _a_model(self._empty.vocabulary.model)

    def _retold(self, step: Renamed) -> Self:
        """This log with its stages renamed; what cannot be is found now, in all rows, whatever `as_of` is."""
        if not isinstance(self._source, Held):
            return self._then(step)
        if not self._view.steps:
            return attrs.evolve(self, source=Held(tuple(self._source.map(partial(transform, step)))))
        made = self._then(step)
        if last := self._source.last():
            everything = attrs.evolve(made._view, as_of=max(self._asked.as_of, last), known_at=None)
            attrs.evolve(made, view=everything).history  # noqa: B018  # raises what stands in the way
        return made


def causes_in(customer: str, history: History) -> tuple[Cause, ...] | None:
    """The causes of one customer, or None where a history does not have it."""
    unit = bisect_left(history.ids, customer)
    if unit == len(history.ids) or history.ids[unit] != customer:
        return None
    rules, events, keys = history.extras["rule"], history.extras["cause"], history.extras.get("key")
    moments = cast("Sequence[int]", history.values["cause_at"])  # microseconds, written by the rules
    return tuple(
        Cause(
            history.vocabulary.names[history.code[row]],
            from_us(history.at[row]),
            str(rules.name(row)),
            str(events.name(row)),
            from_us(moments[row]),
            keys.name(row) if keys else None,
        )
        for row in range(history.bounds[unit], history.bounds[unit + 1])
    )


def _a_model(model: object) -> StageModel:
    if not isinstance(model, StageModel):
        hint = "pass a StageModel or a preset such as presets.bruxt5"
        raise UsageTypeError(f"model={model!r} is not a StageModel", hint)
    return model


def check_whole(log: Log, to: str, on_bad: str) -> None:
    """Refuse to roll up to a column that the log does not have."""
    choice("on_bad", on_bad, ("raise", "drop"))
    seen = log._empty
    known = [*(["account"] if "account" in seen.extras else []), *seen.segments]
    if to not in known:
        raise UnknownNameError("column", to, known, "roll_up; name it by account_col= or segment_cols=")
