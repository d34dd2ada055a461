"""Cycle length: how long deals take that were won, those lost apart, and all of them by competing ends."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.curves import incidence_line
from custlife.analysis.deals import DealQuestion, between, deals_of, left_out, quantile
from custlife.analysis.question import choice
from custlife.analysis.result import DAY, Result, days_of, percent
from custlife.analysis.splitting import about, groups_of, head, label, picked, segment_test
from custlife.analysis.steps import as_horizon
from custlife.analysis.wording import plural
from custlife.errors import UsageError
from custlife.pictures import Lines
from custlife.stats import cumulative_incidence, kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import ClassVar

    from custlife.analysis.result import About
    from custlife.calendar import Span
    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting
    from custlife.engines.touching import Deals, DealTable
    from custlife.pictures import Picture
    from custlife.stats import CumulativeIncidence, IncidencePoint

__all__ = ["Cycle", "CycleLength", "CycleLengthResult", "Lengths"]

QUARTER, HALF = Fraction(1, 4), Fraction(1, 2)


@attrs.frozen
class CycleLength(DealQuestion):
    """The question of how long deals take; `log.cycle_length(...)` builds and asks it.

    Attributes:
        start: The stage with which a deal begins, also where it is passed over; None for the first of the path.
        won: The stage that wins it, or any further on; None for the first of a paying customer.
        lost: Exits that lose it; empty means all of them.
        reopened: `final`: a deal that comes back goes on, up to its last close; `first`: up to its first.
        by: Segments to split by, in force when the deal began.
        level: Nominal coverage of the intervals.
        horizon: By when to say what became of all deals, in days or hours; None for as far as can be seen.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "state")

    horizon: Span | None = attrs.field(default=None, converter=as_horizon)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.horizon is not None and self.horizon.months:
            raise UsageError(f"horizon={self.horizon} has no fixed length", "write it in days or hours: cl.days(90)")

    def requests(self, setting: Setting) -> list[Deals]:
        """The one table it needs."""
        return [self.deals(setting)]

    def answer(self, setting: Setting, tables: list[Any]) -> CycleLengthResult:
        """The result, from the table of deals."""
        whole: DealTable = tables[0]
        table = {deal: n for deal, n in whole.items() if not deal.truncated and not deal.imputed}
        rows = [self._row(group, table) for group in groups_of((deal.segment for deal in whole), self.by)]
        return CycleLengthResult(self, about(setting, self.by), tuple(rows), left_out(whole, setting.unit))

    def _row(self, group: Group, table: DealTable) -> Cycle:
        times = {state: between(deals_of(table, group, state)) for state in ("won", "lost", "open")}
        all_deals = cumulative_incidence(
            {"won": times["won"], "lost": times["lost"]}, times["open"], unit=DAY, level=self.level
        )
        horizon = self.horizon
        seen = max([*times["won"], *times["lost"], *times["open"]], default=0) / DAY
        limit = seen if horizon is None else horizon.days + horizon.us / DAY
        won, lost = (_lengths(times[end], self.level) for end in ("won", "lost"))
        return Cycle(
            group, won, lost, len(times["open"]), limit,
            all_deals["won"].at(limit), all_deals["lost"].at(limit), all_deals,
        )  # fmt: skip

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:  # noqa: ARG002  # alike
        """Whether some tables have a deal in a cell: `state` (`won`, `lost`, `open`), `segment`."""
        state = choice("state", cell.get("state", "won"), ("won", "lost", "open"))
        is_mine = segment_test(cell)
        return lambda tables: any(
            is_mine(deal.segment) and deal.state == state and not deal.truncated and not deal.imputed
            for deal in tables[0]
        )


def _lengths(times: list[int], level: float) -> Lengths:
    mean = days_of(sum(times) / len(times)) if times else None
    limits = kaplan_meier(times, unit=DAY, level=level).median
    return Lengths(
        len(times), quantile(times, QUARTER), quantile(times, HALF), limits.low, limits.high,
        quantile(times, 1 - QUARTER), mean,
    )  # fmt: skip


@attrs.frozen
class Lengths:
    """Lengths of the deals that closed one way, days; None where none did.

    Attributes:
        n: How many.
        quarter_days: A quarter took no longer.
        median_days: Half took no longer.
        median_low_days: Lower limit of the median, read off the limits of the curve of all lengths; None where the
            lengths are too few to say.
        median_high_days: Upper limit, likewise.
        three_quarters_days: Three quarters took no longer.
        mean_days: The mean, which a few long ones drive.
    """

    n: int
    quarter_days: float | None
    median_days: float | None
    median_low_days: float | None
    median_high_days: float | None
    three_quarters_days: float | None
    mean_days: float | None


@attrs.frozen
class Cycle:
    """Cycle length of one segment.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        won: Lengths of the deals won so far.
        lost: Lengths of the deals lost so far.
        open: Deals that are open at `as_of`.
        horizon_days: By when `won_by` and `lost_by` are told, days.
        won_by: Probability that a deal is won by then, open ones censored and lost ones counted as what they are.
        lost_by: Probability that it is lost by then.
        incidence: Cumulative incidence of both ends over time, days.
    """

    segment: Group
    won: Lengths
    lost: Lengths
    open: int
    horizon_days: float
    won_by: IncidencePoint
    lost_by: IncidencePoint
    incidence: CumulativeIncidence = attrs.field(repr=False)

    @property
    def label(self) -> str:
        """The segment in one text; `all` where nothing is split."""
        return label(self.segment) or "all"


@attrs.frozen(str=False, repr=False)
class CycleLengthResult(Result):
    """The answer of a question of cycle length.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment.
        remarks: What was left out.
    """

    question: CycleLength
    about: About
    rows: tuple[Cycle, ...]
    remarks: tuple[str, ...] = ()

    def __getitem__(self, segment: str) -> Cycle:
        """The row of a segment, by its label; `all` where nothing is split.

        Raises:
            UnknownNameError: There is no such row.
        """
        return picked(self.rows, "row", segment, [row.label for row in self.rows])

    def title(self) -> str:
        """One line that says what was asked."""
        return f"Cycle length of {plural(0, self.about.unit)}, days from start to close"

    def footnotes(self) -> tuple[str, ...]:
        """How to read the numbers, and what was left out."""
        units = plural(0, self.about.unit)
        return (
            "Median of those won so far: young ones among them were quick, and slow ones are still open.",
            f"Won by: of all {units}, open ones censored and lost ones an end of their own (Aalen-Johansen).",
            *(["Each row is read at its own last time: pass horizon= to compare them."] if self._is_uneven else []),
            *self.remarks,
        )

    @property
    def _is_uneven(self) -> bool:
        """Whether the rows are read at different times."""
        return len({row.horizon_days for row in self.rows}) > 1

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        names = tuple(field.name for field in attrs.fields(Lengths))
        columns = {f"{end}_{name}": int if name == "n" else float | None for end in ("won", "lost") for name in names}
        shares = dict.fromkeys(("won_by_rate", "won_by_low", "won_by_high", "lost_by_rate"), float | None)
        return {**dict.fromkeys(self.question.by, str | None), **columns, "open": int, "horizon_days": float, **shares}

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment; times in days."""
        return [
            {
                **head(self.question.by, row.segment),
                **{f"won_{name}": value for name, value in attrs.asdict(row.won).items()},
                **{f"lost_{name}": value for name, value in attrs.asdict(row.lost).items()},
                "open": row.open,
                "horizon_days": row.horizon_days,
                "won_by_rate": row.won_by.value,
                "won_by_low": row.won_by.interval.low if row.won_by.interval else None,
                "won_by_high": row.won_by.interval.high if row.won_by.interval else None,
                "lost_by_rate": row.lost_by.value,
            }
            for row in self.rows
        ]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them."""
        return [
            {
                **head(self.question.by, row.segment),
                "won": row.won.n,
                "median, won": _with_limits(row.won),
                "lost": row.lost.n,
                "median, lost": _with_limits(row.lost),
                "open": row.open,
                **self._read_off(row),
            }
            for row in self.rows
        ]

    def _read_off(self, row: Cycle) -> dict[str, str | None]:
        """What became of all deals, with the day in the heads of the columns where it is one for all rows."""
        day, won, lost = f"{row.horizon_days:.0f}", percent(row.won_by.value), percent(row.lost_by.value)
        if self._is_uneven:
            return {"until day": day, "won by then": won, "lost by then": lost}
        return {f"won by day {day}": won, f"lost by day {day}": lost}

    def picture(self) -> Picture:
        """The share of all deals that was won, and lost, over time, with bands; of several segments that was won."""
        rows = [row for row in self.rows if row.won.n + row.lost.n]
        if len(self.rows) > 1:
            lines = [incidence_line(row.label, row.incidence["won"]) for row in rows]
        else:
            lines = [
                incidence_line(end, row.incidence[end], tone=tone, has_counts=end == "won")
                for row in rows
                for end, tone in (("won", ""), ("lost", "bad"))
            ]
        share = f"{'won, ' if len(self.rows) > 1 else ''}of all {plural(0, self.about.unit)}"
        return Lines(
            lines, title=self.title(), form="percent", x_label="days since the start", y_label=share, x_steps="days"
        )


def _with_limits(lengths: Lengths) -> str | None:
    """A median with its limits, days; `…` where a limit is not reached."""
    if lengths.median_days is None:
        return None
    limits = (lengths.median_low_days, lengths.median_high_days)
    low, high = ("…" if limit is None else f"{limit:.1f}" for limit in limits)
    return f"{lengths.median_days:.1f} ({low}–{high})"
