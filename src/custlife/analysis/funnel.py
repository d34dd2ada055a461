"""The funnel: who entered, how far they came in time, who may still come, and who will not."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.funnel_result import FunnelResult, part_of
from custlife.analysis.question import choice, codes_of, names, share_interval, unseen
from custlife.analysis.splitting import about, calendar, check_calendar, group_order
from custlife.analysis.steps import Exclude, Step, as_exclusions, as_steps, as_window, tests_of
from custlife.engines.gathers import Exclusion, FunnelPlan
from custlife.errors import DefinitionError, UnknownNameError
from custlife.stats.interval import check_level

if TYPE_CHECKING:
    from custlife.calendar import Periods, Span
    from custlife.engines.gathers import FunnelTable
    from custlife.engines.history import Setting
    from custlife.stats import Method

__all__ = ["Funnel"]

MODES: dict[str, tuple[str, ...]] = {
    "entry": ("first", "best", "each"),
    "order": ("ordered", "strict", "unordered"),
    "skips": ("passed", "strict", "exclude"),
    "ties": ("lenient", "strict"),
    "repeats": ("keep", "ignore", "end"),
    "exclusion": ("drop", "stop", "reset", "void"),
}


@attrs.frozen
class Funnel:
    """The question of a funnel, with every policy named; `log.funnel(...)` builds and asks it.

    Attributes:
        steps: The steps in order; empty means all stages of the path.
        within: The most time from the first step to any other, end inclusive; None for no limit.
        entry: `first`, `best` or `each`: which start opens the window.
        order: `ordered` (others may come between), `strict` (nothing between) or `unordered`.
        skips: `passed` (who moves further on passes the stages between), `strict` or `exclude`.
        ties: `lenient`: steps of one instant count in order; `strict`: later steps must be strictly later.
        repeats: Doing a step again: `keep` treats it as any other row, `ignore` lets it lie between the steps of a
            strict order, `end` ends the attempt.
        exclusions: What must not come between steps.
        exclusion: What an `unless` of a step does: `drop`, `stop`, `reset` or `void`.
        by: Segments to split by, in force when the unit entered.
        every: Split by the period of entry: `day`, `week`, `month`, `quarter`, `year`, or None.
        week_start: First day of weeks.
        level: Nominal coverage of the intervals.
        interval: `wilson` or `clopper-pearson`.
    """

    steps: tuple[Step, ...] = attrs.field(default=(), converter=as_steps)
    within: Span | None = attrs.field(default=None, converter=as_window)
    entry: str = "first"
    order: str = "ordered"
    skips: str = "passed"
    ties: str = "lenient"
    repeats: str = "keep"
    exclusions: tuple[Exclude, ...] = attrs.field(default=(), converter=as_exclusions)
    exclusion: str = "drop"
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    every: str | None = None
    week_start: str = "monday"
    level: float = 0.95
    interval: Method = attrs.field(default="wilson", converter=share_interval)

    def __attrs_post_init__(self) -> None:
        for name, choices in MODES.items():
            choice(name, getattr(self, name), choices)
        check_calendar(self.every, self.week_start)
        check_level(self.level)
        limits = [s.within is not None or s.min_gap is not None for s in self.steps]
        if self.order == "unordered" and any(limits):
            raise DefinitionError("limits between steps need an order", "drop within= and min_gap= of the steps")
        if self.steps and (limits[0] or self.steps[0].unless):
            raise DefinitionError(
                f"step {str(self.steps[0])!r} is the first, so it has no step before it",
                "put within=, min_gap= and unless= on a later step, or within= on the funnel",
            )
        for exclusion in self.exclusions:
            self._range(exclusion, self.steps)

    # -- as a plan ----------------------------------------------------------------------------------------------------

    def steps_for(self, setting: Setting) -> tuple[Step, ...]:
        """The steps, or the path of the model where none were named.

        Raises:
            DefinitionError: A log of events, for which steps must be named.
        """
        vocabulary = setting.vocabulary
        if self.steps:
            return self.steps
        if not vocabulary.path:
            raise DefinitionError("a funnel of events needs its steps", "write log.funnel('signed up', 'paid', ...)")
        return tuple(Step((name,)) for name in vocabulary.names[: vocabulary.path])

    def plan(self, setting: Setting) -> FunnelPlan:
        """The funnel in the codes of one setting.

        Raises:
            UnknownNameError: A stage that the model does not have.
            DefinitionError: Steps against the order of the path with `skips="exclude"`; with `"passed"` nothing can be
                imputed between them, and only stages really entered count.
        """
        steps = self.steps_for(setting)
        what = "stage" if setting.vocabulary.path else "event"
        everything = frozenset(range(len(setting.vocabulary.names)))
        codes = tuple(codes_of(setting, s.names, what) if s.names else everything for s in steps)
        return FunnelPlan(
            codes,
            tuple(tests_of(s, setting) for s in steps),
            self.within,
            tuple(s.within for s in steps),
            tuple(s.min_gap for s in steps),
            self.entry,
            self.order,
            self.skips,
            self.ties,
            self.repeats,
            tuple(self._exclusions(setting, steps, what)),
            self._is_on_path(setting, steps, codes),
            self._periods(setting),
            self.by,
        )

    def _is_on_path(self, setting: Setting, steps: tuple[Step, ...], codes: tuple[frozenset[int], ...]) -> bool:
        """Whether skips can be imputed: single stages of the path in its order; after them, places off the path."""
        path = setting.vocabulary.path
        on = [min(step) for step in codes if min(step, default=path) < path]
        led = codes[: len(on)]
        in_order = bool(on) and all(len(c) == 1 and min(c) < path for c in led) and all(a < b for a, b in pairwise(on))
        if not in_order and path and self.skips == "exclude":
            named = ", ".join(map(str, steps))
            what = f"skips={self.skips!r} needs stages of the path in its order, got {named}"
            raise DefinitionError(what, "pass skips='strict'")
        return in_order and self.order != "unordered" and self.skips != "strict"

    def _exclusions(self, setting: Setting, steps: tuple[Step, ...], what: str) -> list[Exclusion]:
        made = [Exclusion(codes_of(setting, e.names, what), *self._range(e, steps), e.mode) for e in self.exclusions]
        made += [
            Exclusion(codes_of(setting, s.unless, what), k - 1, k, self.exclusion)
            for k, s in enumerate(steps)
            if s.unless
        ]
        return made

    def _range(self, exclusion: Exclude, steps: tuple[Step, ...]) -> tuple[int, int]:
        """The numbers of the steps an exclusion lies between."""
        after, before = (_number(side, steps) for side in (exclusion.after, exclusion.before))
        before += len(steps) if before < 0 else 0
        if not steps:
            raise DefinitionError("an exclusion needs named steps", "name the steps of the funnel")
        if not 0 <= after < before < len(steps):
            raise DefinitionError(
                f"exclusion of {', '.join(exclusion.names)} has after={exclusion.after!r}, before={exclusion.before!r}",
                f"a range needs 0 <= after < before <= {len(steps) - 1}; steps are numbered from 0",
            )
        return after, before

    def _periods(self, setting: Setting) -> Periods | None:
        return None if self.every is None else calendar(self.every, self.week_start, setting)

    # -- asking -------------------------------------------------------------------------------------------------------

    def requests(self, setting: Setting) -> tuple[FunnelPlan]:
        """The one table it needs."""
        return (self.plan(setting),)

    def answer(self, setting: Setting, tables: list[Any]) -> FunnelResult:
        """The result, from the table of counts."""
        table: FunnelTable = tables[0]
        labels = [str(s) for s in self.steps_for(setting)]
        calendar = self._periods(setting)
        parts = [
            part_of(tally, labels, self, segment, calendar.label(period) if calendar and period is not None else None)
            for (segment, period), tally in sorted(table.items(), key=_by_group)
            if len(segment) == len(self.by) and (period is None) == (calendar is None)
        ]
        asked = chain(*((*one.names, *one.unless) for one in self.steps), *(one.names for one in self.exclusions))
        return FunnelResult(self, about(setting, self.by), tuple(parts), unseen(setting, asked))


def _by_group(item: tuple[tuple[tuple[str | None, ...], int | None], object]) -> tuple[object, ...]:
    (segment, period), _ = item
    return group_order(segment), period or 0


def _number(side: int | str, steps: tuple[Step, ...]) -> int:
    """The number of a step given by number or name."""
    if isinstance(side, int):
        return side
    labels = [str(s) for s in steps]
    if side not in labels:
        raise UnknownNameError("step", side, labels)
    return labels.index(side)
