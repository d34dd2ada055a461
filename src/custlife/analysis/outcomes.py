"""Outcomes: what becomes of those who come to a stage: won, left by an exit, or still open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.outcomes_result import STILL_OPEN, WON_END, OutcomesResult, part_of
from custlife.analysis.question import choice, codes_of, names, some_names
from custlife.analysis.splitting import about, calendar, check_calendar, group_order, groups_of, segment_test
from custlife.analysis.steps import as_horizon
from custlife.engines.passages import WON, Passages, PassageTally
from custlife.errors import DefinitionError, UnknownNameError, UsageError
from custlife.stats.interval import check_level

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import ClassVar

    from custlife.calendar import Span
    from custlife.engines.history import Setting, Vocabulary
    from custlife.engines.passages import PassageTable

__all__ = ["Outcomes"]

PAUSED, TRUNCATED, ENTERED = "paused", "truncated", "entered"


@attrs.frozen
class Outcomes:
    """The question of outcomes; `log.outcomes(...)` builds and asks it.

    Attributes:
        origin: The stage that starts the clock, at the first time a unit comes to it or moves past it.
        won: Stages of which reaching any one, or passing over it, is the end `won`; empty means `customer_from`, or
            the next stage where the model names none or the origin lies there already. From off the path it is to come
            back to a stage at or past `customer_from`, or to any of the path.
        kind: `first`: every exit is an end; `final`: one may come back from paused exits, so that they are none.
        horizon: The most time from the start, end inclusive; None for as long as anybody was seen.
        by: Segments to split by, in force at the start.
        every: Split by the period of the start, or None.
        week_start: First day of weeks.
        level: Nominal coverage of the intervals.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "cohort", "end")

    origin: str
    won: tuple[str, ...] = attrs.field(default=(), converter=some_names)
    kind: str = "first"
    horizon: Span | None = attrs.field(default=None, converter=as_horizon)
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    every: str | None = None
    week_start: str = "monday"
    level: float = 0.95

    def __attrs_post_init__(self) -> None:
        choice("kind", self.kind, ("first", "final"))
        check_calendar(self.every, self.week_start)
        check_level(self.level)

    def requests(self, setting: Setting) -> list[Passages]:
        """The one table it needs."""
        (origin,) = codes_of(setting, (self.origin,))
        won = self.won_codes(setting)
        exits = _exits(setting.vocabulary, self.kind) - won
        if any(setting.vocabulary.names[code] == WON_END for code in exits):
            what = f"the exit {WON_END!r} has the name of the end {WON_END!r}"
            raise DefinitionError(what, f"name it in won=, such as won=[{WON_END!r}], or rename it in the model")
        paused = setting.vocabulary.paused - exits - won
        periods = calendar(self.every, self.week_start, setting) if self.every else None
        return [Passages(origin, won, exits, paused, self.horizon, periods, self.by)]

    def won_codes(self, setting: Setting) -> frozenset[int]:
        """The stages that are won.

        Raises:
            UsageError: The origin is one of them, or there is no stage that could be.
        """
        (origin,) = codes_of(setting, (self.origin,))
        found = codes_of(setting, self.won) or _next_goal(setting.vocabulary, origin)
        if origin in found:
            name = setting.vocabulary.names[origin]
            raise UsageError(f"won={name!r} is the origin itself", "name stages that come after it")
        if not found:
            name = setting.vocabulary.names[origin]
            raise UsageError(f"no stage lies beyond origin={name!r}", "say what is won: won='...'")
        return found

    def answer(self, setting: Setting, tables: list[Any]) -> OutcomesResult:
        """The result, from the table of counts."""
        table: PassageTable = tables[0]
        vocabulary, (request,) = setting.vocabulary, self.requests(setting)
        ends = {WON: WON_END, **{code: vocabulary.names[code] for code in sorted(request.exits)}}
        taken = {code for tally in table.values() for code in tally.ended}
        shown = {code: name for code, name in ends.items() if code in taken or code == WON}
        windows = (times for tally in table.values() for times in (tally.past, tally.past_paused))
        longest = max((times[-1] for times in windows if times), default=0)
        parts = [
            part_of(self, *key, table.get((key[0], number)) or PassageTally(), shown, longest)
            for key, number in self._keys(setting, table)
        ]
        return OutcomesResult(
            self,
            about(setting, self.by),
            tuple(parts),
            tuple(vocabulary.names[code] for code in sorted(request.won)),
            tuple(name for code, name in ends.items() if code not in shown),
            sum(tally.truncated for tally in table.values()),
        )

    def _keys(self, setting: Setting, table: PassageTable) -> list[tuple[tuple[Any, str | None], int | None]]:
        """Segment and cohort of each part with the number of its period; no cohort without anybody."""
        if not self.every:
            return [((group, None), None) for group in groups_of((group for group, _ in table), self.by)]
        periods = calendar(self.every, self.week_start, setting)
        there = [(group, number) for (group, number), tally in table.items() if tally.entered and number is not None]
        found = sorted(there, key=lambda key: (group_order(key[0]), key[1]))
        return [((group, periods.label(number)), number) for group, number in found]

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:
        """Whether some tables have a start of a cell: `end`, `segment`, `cohort`.

        An end is `won`, an exit, `still open`; or `paused`, `truncated`; or `entered` for everyone, the default.
        """
        (request,) = self.requests(setting)
        has_end = _end_test(cell.get("end", ENTERED), request, setting.vocabulary)
        is_mine, cohort = segment_test(cell), cell.get("cohort")
        if cohort is not None and request.periods is None:
            raise UsageError("the outcomes were not split so", "ask them with every= first")

        def find(tables: list[Any]) -> bool:
            return any(
                has_end(tally)
                and is_mine(group)
                and (cohort is None or (request.periods is not None and request.periods.label(number) == cohort))
                for (group, number), tally in tables[0].items()
            )

        return find


def _exits(vocabulary: Vocabulary, kind: str) -> frozenset[int]:
    return vocabulary.ended if kind == "final" else vocabulary.ended | vocabulary.paused


def _next_goal(vocabulary: Vocabulary, origin: int) -> frozenset[int]:
    """What is won where nobody says it."""
    path, customer = vocabulary.path, vocabulary.customer_from
    if origin >= path:
        return frozenset(range(customer or 0, path))
    goal = origin + 1 if customer is None or origin >= customer else customer
    return frozenset({goal} if goal < path else ())


def _end_test(end: str, request: Passages, vocabulary: Vocabulary) -> Callable[[PassageTally], bool]:
    """Whether the tally of one unit says that it ended so."""
    others: dict[str, Callable[[PassageTally], bool]] = {
        STILL_OPEN: lambda tally: tally.entered > sum(map(len, tally.ended.values())),
        PAUSED: lambda tally: bool(tally.paused or tally.past_paused),
        TRUNCATED: lambda tally: bool(tally.truncated),
        ENTERED: lambda tally: bool(tally.entered),
    }
    codes = {WON_END: WON, **{vocabulary.names[code]: code for code in sorted(request.exits)}}
    if end in codes:
        return lambda tally: codes[end] in tally.ended
    if end not in others:
        raise UnknownNameError("end", end, [*codes, *others])
    return others[end]
