"""The answer of a question of outcomes: every end with its count, its share with an interval, and its time."""

from __future__ import annotations

from array import array
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.comparing_outcomes import compared_outcomes
from custlife.analysis.curves import incidence_line
from custlife.analysis.result import DAY, Result, decimal, percent, with_interval
from custlife.analysis.splitting import head, label, picked
from custlife.analysis.wording import counted
from custlife.errors import UsageError
from custlife.pictures import Lines
from custlife.stats import cumulative_incidence, kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from custlife.analysis.comparing import ComparisonResult
    from custlife.analysis.outcomes import Outcomes
    from custlife.analysis.result import About
    from custlife.engines.gathers import Group
    from custlife.engines.passages import PassageTally
    from custlife.pictures import Picture
    from custlife.stats import CumulativeIncidence, IncidenceCurve, Interval

    Read = tuple[float | None, Interval | None, float | None, float | None, str]

__all__ = ["STILL_OPEN", "WON_END", "OutcomePart", "OutcomeRow", "OutcomesResult", "part_of"]

WON_END, STILL_OPEN = "won", "still open"
HALF = 0.5 * (1 - 1e-12)


@attrs.frozen
class OutcomeRow:
    """One end of one segment and cohort.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        cohort: Label of the period of the start, or None.
        end: `won`, an exit, or `still open`.
        count: Units that ended so; with the other ends of the part they add up to all that entered.
        naive_share: Count divided by all that entered, as if who is still open stayed so; None where nobody entered.
        share: Probability to end so by the horizon; with those of the other ends it sums to 1. None: see `why`.
        interval: Its confidence interval, or None.
        std_error: Its standard error, or None.
        median_days: Time by which half of those who end so by the horizon have, days; None where nobody does.
        why: Why there is no share or no interval; empty where there is one.
    """

    segment: Group
    cohort: str | None
    end: str
    count: int
    naive_share: float | None
    share: float | None
    interval: Interval | None
    std_error: float | None
    median_days: float | None
    why: str

    @property
    def label(self) -> str:
        """Segment, cohort and end in one text."""
        return label(self.segment, *([] if self.cohort is None else [self.cohort]), self.end)


@attrs.frozen(slots=False)
class OutcomePart:
    """The outcomes of one segment and one cohort; `entered` is the sum of the counts of its rows.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        cohort: Label of the period of the start, or None.
        entered: Units that came to the origin, or moved past it.
        imputed: Those of them that moved past it.
        open: Those of them that have not ended.
        pending: Those of the open whose time is not up.
        paused: Those of the open that stood in a paused exit when their time was up, or stand there now.
        rows: One for each end; `still open` is the last.
        horizon_days: Time from the start at which the shares are read, days; None where nobody entered.
    """

    segment: Group
    cohort: str | None
    entered: int
    imputed: int
    open: int
    pending: int
    paused: int
    rows: tuple[OutcomeRow, ...]
    horizon_days: float | None
    _ends: tuple[tuple[int, str], ...] = attrs.field(repr=False)
    _longest: int = attrs.field(repr=False)
    _level: float = attrs.field(repr=False)
    _tally: PassageTally = attrs.field(repr=False, eq=False)

    @property
    def label(self) -> str:
        """Segment and cohort in one text."""
        return label(self.segment, *([] if self.cohort is None else [self.cohort])) or "all"

    def __getitem__(self, end: str) -> OutcomeRow:
        """The row of an end.

        Raises:
            UnknownNameError: There is no such end.
        """
        return picked(self.rows, "end", end, [row.end for row in self.rows])

    @cached_property
    def incidence(self) -> CumulativeIncidence:
        """The curves of all ends over time, days: `incidence["won"].at(30)`."""
        return _curves(self._tally, dict(self._ends), self._longest, self._level)

    def one_minus_km(self, end: str) -> float | None:
        """One minus the Kaplan-Meier estimate, who ended otherwise censored: what is often reported, and too large.

        It is the share that would end so if nobody could end otherwise and all went on as before; None without shares.

        Raises:
            UnknownNameError: There is no such end.
        """
        row = self[end]
        if row.share is None or row.end == STILL_OPEN:
            return None
        code = next(code for code, name in self._ends if name == end)
        others = _censored(self._tally, self._longest)
        for other, times in self._tally.ended.items():
            others += times if other != code else array("q")
        return 1 - kaplan_meier(self._tally.ended.get(code, ()), others, unit=DAY).survival[-1]


def _censored(tally: PassageTally, longest: int) -> array[int]:
    """Ages of those who have not ended; who was seen to the end of the window stays at risk to the end of all."""
    last = max((times[-1] for times in (*tally.ended.values(), *_rest(tally)) if times), default=0)
    last = max(last, longest)
    return tally.open + tally.paused + array("q", [last]) * (len(tally.past) + len(tally.past_paused))


def _rest(tally: PassageTally) -> tuple[array[int], ...]:
    return tally.open, tally.paused, tally.past, tally.past_paused


def _curves(tally: PassageTally, ends: Mapping[int, str], longest: int, level: float) -> CumulativeIncidence:
    ended = {name: tally.ended.get(code, array("q")) for code, name in ends.items()}
    return cumulative_incidence(ended, _censored(tally, longest), unit=DAY, level=level)


def part_of(
    question: Outcomes,
    segment: Group,
    cohort: str | None,
    tally: PassageTally,
    ends: Mapping[int, str],
    longest: int,
) -> OutcomePart:
    """One part of the answer, from its counts and the longest window of all parts, in microseconds."""
    curves = _curves(tally, ends, longest, question.level)
    entered, still = tally.entered, sum(map(len, _rest(tally)))
    last = curves.overall.horizon
    why = ""
    if last is None:
        why = f"nobody came to {question.origin}"
    elif question.horizon is not None and still and not (tally.past or tally.past_paused):
        why = f"nobody has been followed for {question.horizon} yet"

    def row(end: str, count: int, read: Read) -> OutcomeRow:
        naive = count / entered if entered else None
        return OutcomeRow(segment, cohort, end, count, naive, *read)

    rows = [row(end, len(tally.ended.get(code, ())), _read(curves[end], why)) for code, end in ends.items()]
    rows.append(row(STILL_OPEN, still, _read_open(curves, why)))
    pending, paused = len(tally.open) + len(tally.paused), len(tally.paused) + len(tally.past_paused)
    part = OutcomePart(
        segment, cohort, entered, tally.imputed, still, pending, paused, tuple(rows), last, tuple(ends.items()),
        longest, question.level, tally,
    )  # fmt: skip
    vars(part)["incidence"] = curves
    return part


def _read(curve: IncidenceCurve, why: str) -> Read:
    """Share, interval, error and median of an end, where the curve ends."""
    last = curve.overall.horizon
    if why or last is None:
        return None, None, None, None, why
    point = curve.at(last)
    if not point.value:
        return point.value, None, None, None, "nobody ended so"
    half = next(i for i, value in enumerate(curve.incidence) if value >= HALF * point.value)
    return point.value, point.interval, point.std_error, curve.overall.times[half], point.reason


def _read_open(curves: CumulativeIncidence, why: str) -> Read:
    """Share, interval and error of those without an end, where the curve ends."""
    last = curves.overall.horizon
    if why or last is None:
        return None, None, None, None, why
    point = curves.overall.at(last)
    if point.value == 1:
        return 1.0, None, None, None, "nobody has ended"
    return point.value, point.interval, point.std_error, None, "" if point.value else "all have ended"


@attrs.frozen(str=False, repr=False)
class OutcomesResult(Result):
    """The answer of a question of outcomes.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        parts: One for each segment and cohort; a single one where nothing was split.
        won: The stages that are won.
        unused: Ends that nobody came to, and that have no rows.
        truncated: Units in no part, as they came to the origin before they were observed.
    """

    question: Outcomes
    about: About
    parts: tuple[OutcomePart, ...]
    won: tuple[str, ...]
    unused: tuple[str, ...]
    truncated: int

    @property
    def whole(self) -> OutcomePart:
        """The only part.

        Raises:
            UsageError: The outcomes were split.
        """
        if len(self.parts) != 1:
            raise UsageError(
                f"the outcomes have {len(self.parts)} parts", "pick one: result['label'], or look at result.parts"
            )
        return self.parts[0]

    @property
    def rows(self) -> tuple[OutcomeRow, ...]:
        """The rows of all parts."""
        return tuple(row for part in self.parts for row in part.rows)

    def __getitem__(self, wanted: str) -> OutcomeRow:
        """The row of an end; of a segment, cohort and end by the row's label, such as `"pro · won"`.

        Raises:
            UnknownNameError: There is no such row.
        """
        return picked(self.rows, "row", wanted, [row.label for row in self.rows])

    @property
    def entered(self) -> int:
        """Units that came to the origin, in all parts."""
        return sum(part.entered for part in self.parts)

    def compare(self, against: str | None = None, *, end: str = WON_END) -> ComparisonResult:
        """Whether segments end alike: the share of one end at the horizon, each segment against another or all others.

        Where `by` and `every` split, segments are compared within each cohort; where `every` alone does, cohorts are.

        Args:
            against: The segment that all others are compared with; None: each with all others together.
            end: `won`, or an exit.

        Raises:
            UsageError: The outcomes were not split, or have no horizon.
            UnknownNameError: There is no such segment or end.
        """
        return compared_outcomes(self, against, end, part_of)

    def title(self) -> str:
        """One line that says what was asked."""
        q = self.question
        within = f", within {q.horizon}" if q.horizon is not None else ""
        return f"What became of {counted(self.entered, self.about.unit)} since {q.origin}{within}"

    def footnotes(self) -> tuple[str, ...]:
        """What the ends are, how the shares were estimated, and what other estimates would say."""
        return (self._about_ends(), self._about_shares(), *self._others(), *self._left_out())

    def _about_ends(self) -> str:
        won = " or ".join(self.won)
        if self.question.kind == "first":
            return f"The first end counts: won is to reach {won}; every exit ends the story."
        paused = sum(part.paused for part in self.parts)
        back = f" {paused:,} of those still open are in one." if paused else ""
        return f"The final end counts: won is to reach {won}; one may come back from a paused exit.{back}"

    def _about_shares(self) -> str:
        last = max((part.horizon_days or 0 for part in self.parts), default=0)
        q = self.question
        when = f"{last:,.1f} days, the last time seen" if q.horizon is None else str(q.horizon)
        own = " Each part is read at its own last time: pass horizon= to compare them." if self._is_uneven() else ""
        return f"Shares: Aalen-Johansen at {when}, {100 * q.level:g} % log-log intervals.{own}"

    def _is_uneven(self) -> bool:
        """Whether the parts are read at different times."""
        return self.question.horizon is None and len({part.horizon_days for part in self.parts}) > 1

    def _others(self) -> list[str]:
        """What the naive share and one minus Kaplan-Meier would say, where there is one number to say."""
        if len(self.parts) != 1:
            return ["A naive share counts who is still open as never won."]
        row, km = self.whole[WON_END], self.whole.one_minus_km(WON_END)
        if row.naive_share is None or row.share is None or km is None:
            return []
        naive = f"{percent(row.naive_share)} as a naive share, which counts who is still open as never won"
        return [f"Won would be {naive}, and {percent(km)} as 1 - Kaplan-Meier, which lets who left still be won."]

    def _left_out(self) -> list[str]:
        imputed = sum(part.imputed for part in self.parts)
        notes = [f"{imputed:,} moved past {self.question.origin} and count from then on."] if imputed else []
        if self.truncated:
            notes.append(f"{self.truncated:,} came to {self.question.origin} before they were observed: left out.")
        if self.unused:
            notes.append(f"Nobody ended in {', '.join(self.unused)}.")
        why = sorted({row.why for row in self.rows if row.share is None})
        return [*notes, *(f"No share: {reason}." for reason in why)]

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        cohort = {} if self.question.every is None else {"cohort": str | None}
        shares = ("naive_share", "share", "low", "high", "median_days")
        return {
            **dict.fromkeys(self.question.by, str | None),
            **cohort,
            "entered": int,
            "end": str,
            "count": int,
            **dict.fromkeys(shares, float | None),
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment, cohort and end; times in days."""
        return [
            {
                **head(self.question.by, row.segment),
                **({} if self.question.every is None else {"cohort": row.cohort}),
                "entered": part.entered,
                "end": row.end,
                "count": row.count,
                "naive_share": row.naive_share,
                "share": row.share,
                "low": row.interval.low if row.interval else None,
                "high": row.interval.high if row.interval else None,
                "median_days": row.median_days,
            }
            for part in self.parts
            for row in part.rows
        ]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them: shares in percent with their intervals."""
        left_out = {"naive_share", "share", "low", "high", "median_days"}
        left_out |= {"entered"} if len(self.parts) == 1 else set()
        return [
            {
                **{name: value for name, value in cells.items() if name not in left_out},
                "share": with_interval(row.share, row.interval),
                "naive share": percent(row.naive_share),
                "median days": decimal(row.median_days),
            }
            for row, cells in zip(self.rows, self.to_dicts(), strict=True)
        ]

    def picture(self) -> Picture:
        """The share that has ended so over time, with bands: each end of one part, or `won` of each of several."""
        if len(self.parts) == 1:
            part = self.parts[0]
            taken = [row.end for row in part.rows if row.count and row.end != STILL_OPEN]
            lines = [incidence_line(end, part.incidence[end], has_counts=end == taken[0]) for end in taken]
        else:
            lines = [incidence_line(part.label, part.incidence[WON_END]) for part in self.parts if part[WON_END].count]
        label_y = "ended so" if len(self.parts) == 1 else WON_END
        return Lines(
            lines, title=self.title(), form="percent", x_label=f"days since {self.question.origin}", y_label=label_y,
            x_steps="days",
        )  # fmt: skip
