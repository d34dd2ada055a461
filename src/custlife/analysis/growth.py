"""Growth accounting: the active of each period split into new, returning and resurrected, and who fell dormant."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import choice, maybe_names, names, some_names, unseen
from custlife.analysis.result import Result
from custlife.analysis.splitting import (
    about,
    active_codes,
    calendar,
    check_calendar,
    check_count,
    groups_of,
    head,
    is_over,
    label,
    last_period,
    picked,
    segment_test,
)
from custlife.analysis.wording import counted, never_seen
from custlife.engines.gathers import LATE, NEVER, Activity, ActivityTable
from custlife.errors import UsageError
from custlife.pictures import Columns, Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import ClassVar

    from custlife.analysis.result import About
    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting
    from custlife.pictures import Picture

__all__ = ["GrowthAccounting", "GrowthResult", "GrowthRow"]

FIRST = ("first_active", "first_seen")
STATES = ("active", "new", "returning", "resurrected", "dormant")


@attrs.frozen
class GrowthAccounting:
    """The question of growth accounting; `log.growth_accounting(...)` builds and asks it.

    Attributes:
        every: Length of the periods.
        active: What makes one active; None: the stages of a customer, any stage of the path, or any event.
        new: What makes one new: `first_active`, `first_seen`, or names of stages or events, the first of which does.
        dormant_after: Periods of silence after which one is dormant, 1 or more.
        resurrected_after: Periods of silence after which coming back is a resurrection, 1 or more.
        by: Segments to split by, in force when one became new.
        week_start: First day of weeks.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "period", "state")

    every: str = "month"
    active: tuple[str, ...] | None = attrs.field(default=None, converter=maybe_names)
    new: tuple[str, ...] = attrs.field(default=("first_active",), converter=some_names)
    dormant_after: int = 1
    resurrected_after: int = 1
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    week_start: str = "monday"

    def __attrs_post_init__(self) -> None:
        check_calendar(self.every, self.week_start)
        check_count("dormant_after", self.dormant_after)
        check_count("resurrected_after", self.resurrected_after)
        if not self.new:
            raise UsageError("new=() makes nobody new", "write new='first_active', or the name of a stage or event")

    def requests(self, setting: Setting) -> list[Activity]:
        """The one table it needs."""
        active = active_codes(setting, self.active)
        start = active
        if self.new == ("first_seen",):
            start = frozenset(range(len(setting.vocabulary.names)))
        elif self.new != ("first_active",):
            start = active_codes(setting, self.new)
        return [Activity(calendar(self.every, self.week_start, setting), active, start, by=self.by)]

    def answer(self, setting: Setting, tables: list[Any]) -> GrowthResult:
        """The result, from the table of counts."""
        table: ActivityTable = tables[0]
        periods = calendar(self.every, self.week_start, setting)
        flows = self.flows(table, self._last(setting, table))
        since = setting.since
        rows = []
        for group in groups_of((group for group, *_ in table.growth), self.by):
            stock = 0
            for period, flow in flows.get(group, {}).items():
                stock += flow["dormant"] - flow["woken"]
                if since is None or periods.end(period) > since:
                    is_seen = since is None or since <= periods.start(period)
                    is_whole = is_over(periods, period, setting.as_of)
                    rows.append(_row(group, periods.label(period), flow, stock, is_complete=is_seen and is_whole))
        missing = unseen(setting, (*(self.active or ()), *(name for name in self.new if name not in FIRST)))
        return GrowthResult(self, about(setting, self.by), tuple(rows), table.outside, missing)

    def _last(self, setting: Setting, table: ActivityTable) -> int:
        """The last period to show; that somebody is still in a stage is nothing that happened."""
        stays = setting.vocabulary.path > 0
        seen = (period for *_, before, period in table.growth if not stays or before != period - 1)
        return last_period(calendar(self.every, self.week_start, setting), setting.as_of, seen)

    def flows(self, table: ActivityTable, now: int) -> dict[Group, dict[int, Counter[str]]]:
        """The counts of each segment and period up to that of `as_of`; `woken` are those back from dormancy."""
        first = min((period for *_, period in table.growth), default=now + 1)
        found: dict[Group, dict[int, Counter[str]]] = {}
        for group, *_ in table.growth:
            if group not in found:
                found[group] = {period: Counter() for period in range(first, now + 1)}
        for (group, before, period), n in table.growth.items():
            if period > now:
                continue
            flows, silence = found[group], period - before - 1
            flows[period]["active"] += n
            kind = "returning" if silence < self.resurrected_after else "resurrected"
            flows[period]["new" if before == NEVER else kind] += n
            if before not in {NEVER, LATE}:
                falls = before + self.dormant_after
                if falls < period:
                    flows[period]["woken"] += n
                elif falls <= now:
                    flows[falls]["dormant"] -= n
        for flows in found.values():
            for period, flow in flows.items():
                if period + self.dormant_after <= now:
                    flows[period + self.dormant_after]["dormant"] += flow["active"]
        return found

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:
        """Whether some tables have a unit in a cell: `period`, `state`, `segment`."""
        state, wanted = choice("state", cell.get("state", "active"), STATES), cell.get("period")
        periods, is_mine = calendar(self.every, self.week_start, setting), segment_test(cell)
        now, label = periods.index(setting.as_of), cache(periods.label)

        def find(tables: list[Any]) -> bool:
            return any(
                flow[state] > 0 and wanted in (None, label(period))
                for group, flows in self.flows(tables[0], now).items()
                if is_mine(group)
                for period, flow in flows.items()
            )

        return find


def _row(group: Group, period: str, flow: Counter[str], stock: int, *, is_complete: bool) -> GrowthRow:
    new, returning, resurrected, dormant = (flow[name] for name in STATES[1:])
    ratio = (new + resurrected) / dormant if dormant and is_complete else None
    return GrowthRow(group, period, is_complete, flow["active"], new, returning, resurrected, dormant, stock, ratio)


@attrs.frozen
class GrowthRow:
    """One period of one segment: `active = new + returning + resurrected`.

    With both thresholds at 1, the active of the period before are `returning + dormant`.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        period: Label of the period.
        is_complete: Whether observation covers the whole period; else the numbers may still change.
        active: Units active in it.
        new: Those that became new in it.
        returning: Those that were not silent for as long as `resurrected_after` before.
        resurrected: The others: back after a silence, or active for the first time later than they became new.
        dormant: Units that fell dormant: this is the last of their `dormant_after` periods of silence. Flow.
        dormant_stock: Units dormant at the end of the period. Stock.
        quick_ratio: `(new + resurrected) / dormant`; None where nobody fell dormant or the period is not complete.
    """

    segment: Group
    period: str
    is_complete: bool
    active: int
    new: int
    returning: int
    resurrected: int
    dormant: int
    dormant_stock: int
    quick_ratio: float | None

    @property
    def label(self) -> str:
        """Segment and period in one text."""
        return label(self.segment, self.period)


@attrs.frozen(str=False, repr=False)
class GrowthResult(Result):
    """The answer of growth accounting.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment and period, without gaps, up to the period of `as_of`.
        outside: Units that were active but never became new, and so are in no number.
        unseen: Names of events that were asked for and no row has.
    """

    question: GrowthAccounting
    about: About
    rows: tuple[GrowthRow, ...]
    outside: int
    unseen: tuple[str, ...] = attrs.field(default=(), eq=False)  # later rows may have it, and change no answer

    def __getitem__(self, period: str) -> GrowthRow:
        """The row of a period by its label; `"pro · 2026-01"` where the answer is split.

        Raises:
            UnknownNameError: There is no such row.
        """
        return picked(self.rows, "period", period, [row.label for row in self.rows])

    def title(self) -> str:
        """One line that says what was asked."""
        return f"Growth accounting by {self.question.every} of {counted(self.about.units, self.about.unit)}"

    def footnotes(self) -> tuple[str, ...]:
        """The thresholds, what is not complete, and who was left out."""
        q = self.question
        notes = [f"New: {', '.join(q.new)}."]
        notes.append(f"In silent {q.every}s: dormant after {q.dormant_after}, resurrected after {q.resurrected_after}.")
        open_ones = list(dict.fromkeys(row.period for row in self.rows if not row.is_complete))
        if open_ones:
            notes.append(f"Not complete: {', '.join(open_ones)}.")
        if self.outside:
            notes.append(f"{self.outside:,} were active but never new.")
        return (*notes, *never_seen(self.unseen))

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        counts = ("active", "new", "returning", "resurrected", "dormant", "dormant_stock")
        return {
            **dict.fromkeys(self.question.by, str | None),
            "period": str,
            "complete": bool,
            **dict.fromkeys(counts, int),
            "quick_ratio": float | None,
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment and period."""
        return [
            {
                **head(self.question.by, row.segment),
                "period": row.period,
                "complete": row.is_complete,
                "active": row.active,
                "new": row.new,
                "returning": row.returning,
                "resurrected": row.resurrected,
                "dormant": row.dormant,
                "dormant_stock": row.dormant_stock,
                "quick_ratio": row.quick_ratio,
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """A column for each period: the active above zero, the newly dormant below."""
        return Columns(
            [f"{row.label}{'' if row.is_complete else ' *'}" for row in self.rows],
            (
                Segment("new", [row.new for row in self.rows], "good"),
                Segment("returning", [row.returning for row in self.rows]),
                Segment("resurrected", [row.resurrected for row in self.rows]),
                Segment("dormant", [-row.dormant for row in self.rows], "bad"),
            ),
            title=self.title(),
            note="* not complete" if any(not row.is_complete for row in self.rows) else "",
        )
