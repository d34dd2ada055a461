"""Forecast: how many will stand in each stage after each period, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from math import ceil, floor, inf, sqrt
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.chain_arrivals import arrivals_of, told
from custlife.analysis.chain_states import by_age, by_stage
from custlife.analysis.question import choice
from custlife.analysis.result import Result
from custlife.analysis.splitting import check_count, head, label
from custlife.analysis.wording import plural
from custlife.calendar import Span, from_us, zone
from custlife.calendar.instants import wall_text
from custlife.calendar.ticks import STEPS
from custlife.errors import UnknownNameError
from custlife.pictures import Lines, Series, Table
from custlife.stats.projection import projected
from custlife.stats.special import two_sided_z

if TYPE_CHECKING:
    from custlife.analysis.chain import Chain
    from custlife.analysis.chain_arrivals import Coming
    from custlife.analysis.chain_part import ChainPart
    from custlife.analysis.chain_result import ChainResult
    from custlife.analysis.result import About
    from custlife.engines.gathers import Group
    from custlife.pictures import Picture
    from custlife.stats.projection import Expected

__all__ = ["HOW", "METHODS", "Forecast", "ForecastResult", "ForecastRow", "flattened", "forecast"]

METHODS = ("markov", "semi-markov")
HOW = {
    "markov": "Method markov: what comes next depends on the stage alone.",
    "semi-markov": "Method semi-markov: what comes next depends on the stage and on the time spent in it.",
}


@attrs.frozen
class Forecast:
    """The question of a forecast; `log.chain(...).forecast(...)` asks it.

    Attributes:
        chain: The question of the chain.
        periods: How many periods are looked ahead.
        arrivals: Who comes in: None, a number a period, pairs of stage and number, or `as before`.
        method: `markov` or `semi-markov`.
        changes: What `what_if` changed, in words; empty where nothing was.
    """

    chain: Chain
    periods: int
    arrivals: float | str | tuple[tuple[str, float], ...] | None = None
    method: str = "markov"
    changes: tuple[str, ...] = ()


@attrs.frozen
class ForecastRow:
    """One stage after some periods.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        stage: The stage.
        place: `path`, `unplaced`, `paused` or `ended`.
        period: How many periods after `as_of`; 0 is today.
        at: The instant.
        expected: The expected number there.
        low: Lower limit of the interval, in whole customers.
        high: Upper limit.
        chance: Variance by the chance of each customer.
        doubt: Variance because the transitions (and mean arrivals) were estimated.
    """

    segment: Group
    stage: str
    place: str
    period: int
    at: datetime
    expected: float
    low: int
    high: int
    chance: float
    doubt: float

    @property
    def label(self) -> str:
        """Segment and stage in one text."""
        return label(self.segment, self.stage)


def forecast(result: ChainResult, periods: int, arrivals: Coming, method: str) -> ForecastResult:
    """The forecast of a chain; see `ChainResult.forecast`."""
    check_count("periods", periods)
    choice("method", method, METHODS)
    result.check()
    rows: list[ForecastRow] = []
    for part in result.parts:
        rows += _of_part(result, part, periods, arrivals, method)
    given = tuple(arrivals.items()) if isinstance(arrivals, Mapping) else arrivals
    question = Forecast(result.question, periods, given, method, result.changes())
    hints = (*result.unleft(), *(result.warnings() if method == "markov" else (POOLED,)))
    return ForecastResult(question, result.about, tuple(rows), (*told(result, arrivals), *hints))


def _of_part(result: ChainResult, part: ChainPart, periods: int, arrivals: Coming, method: str) -> list[ForecastRow]:
    make = by_age if method == "semi-markov" else by_stage
    states = make(part, result.question.smoothing)
    coming = arrivals_of(result, part, arrivals, states)
    found = projected(states.chain, states.start, periods, coming)
    each = sum(coming.mean) if coming else 0.0
    is_open = coming is not None and coming.periods is not None  # how many come is not known then
    most = [inf if is_open else part.customers + each * h for h in range(periods + 1)]
    z, step = two_sided_z(result.question.level), STEPS[result.question.every]
    times = [result.zone.add(result.about.as_of_us, Span(step.months * h, step.days * h)) for h in range(periods + 1)]
    return [
        ForecastRow(
            part.segment, stage, part.places[i], h, from_us(times[h]), one.number, *_limits(one, z, most[h]),
            one.chance, one.doubt,
        )
        for i, stage in enumerate(part.stages)
        for h, one in enumerate(numbers[i] for numbers in found)
    ]  # fmt: skip


def _limits(expected: Expected, z: float, most: float) -> tuple[int, int]:
    """The normal interval widened to whole customers, none below 0 and none above all there can be."""
    half = z * sqrt(expected.chance + expected.doubt)
    low = max(0, floor(expected.number - half + ROUNDING))
    return low, max(low, ceil(min(expected.number + half, most) - ROUNDING))


ROUNDING = 1e-9
POOLED = "Ages of a stage with fewer than 30 customers are pooled."


@attrs.frozen(str=False, repr=False)
class ForecastResult(Result):
    """The answer of a forecast.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment, stage and period, today included.
        remarks: What a reader must know of this forecast.
    """

    question: Forecast
    about: About
    rows: tuple[ForecastRow, ...]
    remarks: tuple[str, ...] = ()

    def of(self, stage: str, *segment: str | None) -> tuple[ForecastRow, ...]:
        """The rows of one stage over the periods, of one segment where the chain is split.

        Raises:
            UnknownNameError: There is no such stage or segment.
        """
        found = tuple(row for row in self.rows if row.stage == stage and row.segment == segment)
        if not found:
            raise UnknownNameError("row", label(segment, stage), dict.fromkeys(row.label for row in self.rows))
        return found

    def at(self, period: int, *segment: str | None) -> dict[str, float]:
        """Stage to expected number after some periods, of one segment where the chain is split.

        Raises:
            UnknownNameError: The forecast does not look so far, or there is no such segment.
        """
        found = {row.stage: row.expected for row in self.rows if row.period == period and row.segment == segment}
        if not found:
            known = dict.fromkeys(label(row.segment, str(row.period)) for row in self.rows)
            raise UnknownNameError("period", label(segment, str(period)), known)
        return found

    def title(self) -> str:
        """One line that says what was asked."""
        every = self.question.chain.every
        ahead = f"{self.question.periods} {every}{'s' if self.question.periods > 1 else ''}"
        what = "What if: forecast" if self.question.changes else "Forecast"
        return f"{what} of {plural(0, self.about.unit)} by stage, {ahead} ahead"

    def footnotes(self) -> tuple[str, ...]:
        """What is expected, from what, and how sure."""
        level = f"{100 * self.question.chain.level:g} %"
        sure = "the chance of each customer (multinomial) and of the estimated transitions (delta method)"
        never = () if self.question.chain.smoothing else ("A transition never seen is held to be impossible.",)
        return (
            *self.question.changes, HOW[self.question.method], *self.remarks,
            f"{level} intervals in whole {plural(0, self.about.unit)} hold {sure}, not a change of the times.", *never,
        )  # fmt: skip

    def parameters(self) -> dict[str, Any]:
        """Everything the answer depends on besides the rows, with the arguments of the chain."""
        return flattened(super().parameters())

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return {
            **dict.fromkeys(self.question.chain.by, str | None),
            "stage": str,
            "place": str,
            "period": int,
            "at": datetime,
            "expected": float,
            "low": int,
            "high": int,
            "chance_variance": float,
            "doubt_variance": float,
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment, stage and period; period 0 is today."""
        return [
            {
                **head(self.question.chain.by, row.segment),
                "stage": row.stage,
                "place": row.place,
                "period": row.period,
                "at": row.at,
                "expected": row.expected,
                "low": row.low,
                "high": row.high,
                "chance_variance": row.chance,
                "doubt_variance": row.doubt,
            }
            for row in self.rows
        ]

    def table(self) -> Table:
        """Stages down, periods across, each with its interval; of a long forecast today and four later periods."""
        shown = _some(self.question.periods)
        lines: dict[str, list[ForecastRow]] = {}
        for row in self.rows:
            lines.setdefault(row.label, []).append(row)
        cells = [(name, *(_cell(rows[h]) for h in shown)) for name, rows in lines.items()]
        every = self.question.chain.every
        heads = ("stage", "today", *(f"{every} {h}" for h in shown[1:]))
        note = " ".join((*self.footnotes(), f"As of {self.about.moment}."))
        return Table(heads, cells, title=self.title(), note=note, align=("left", *["right"] * len(shown)))

    def picture(self) -> Picture:
        """A fan for each stage of the path and beside it, all segments together; exits are not drawn."""
        every, z = self.question.chain.every, two_sided_z(self.question.chain.level)
        drawn = list(dict.fromkeys(row.stage for row in self.rows if row.place in {"path", "unplaced"}))
        note = "Exits are not drawn." if len({row.stage for row in self.rows}) > len(drawn) else ""
        return Lines(
            [_fan(stage, [row for row in self.rows if row.stage == stage], z) for stage in drawn],
            title=self.title(),
            note=note,
            x_label=f"{every}s after {wall_text(self.as_of, zone(self.about.tz), '%Y-%m-%d')}",
            y_label=plural(0, self.about.unit),
        )


def _some(periods: int) -> list[int]:
    """Today and at most four later periods, as evenly spread as can be, the last one among them."""
    count = periods if periods < 4 else 3 if periods % 4 and not periods % 3 else 4
    return [0, *(round(periods * k / count) for k in range(1, count + 1))]


def _cell(row: ForecastRow) -> str:
    return f"{row.expected:,.0f}" if row.period == 0 else f"{row.expected:,.0f} ({row.low:,}–{row.high:,})"


def _fan(stage: str, rows: list[ForecastRow], z: float) -> Series:
    """One stage; segments are independent, so that their variances add."""
    numbers, spread = dict.fromkeys((row.period for row in rows), 0.0), dict.fromkeys((row.period for row in rows), 0.0)
    for row in rows:
        numbers[row.period] += row.expected
        spread[row.period] += row.chance + row.doubt
    xs = sorted(numbers)
    halves = [z * sqrt(spread[x]) for x in xs]
    low = [max(0.0, numbers[x] - half) for x, half in zip(xs, halves, strict=True)]
    return Series(
        stage, xs, [numbers[x] for x in xs], low, [numbers[x] + half for x, half in zip(xs, halves, strict=True)]
    )


def flattened(parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a second question, with those of its chain beside them."""
    chain = parameters.pop("chain")
    return {**{f.name: getattr(chain, f.name) for f in attrs.fields(type(chain))}, **parameters}
