"""Customer lifetime value: what customers are still worth, by the stage they stand in today and all together."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from math import expm1, fsum, inf, log1p, sqrt
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.chain_forecast import flattened
from custlife.analysis.result import Result
from custlife.analysis.splitting import check_count, head, label, picked
from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from custlife.pictures import Bars, Segment, Table
from custlife.stats.numbers import check_number
from custlife.stats.special import two_sided_z

if TYPE_CHECKING:
    from collections.abc import Iterable

    from custlife.analysis.chain import Chain
    from custlife.analysis.chain_part import ChainPart
    from custlife.analysis.chain_result import ChainResult, Money, Rate
    from custlife.analysis.result import About
    from custlife.engines.gathers import Group
    from custlife.pictures import Picture

__all__ = ["Clv", "ClvResult", "ClvRow", "ClvTotal", "Terms", "clv", "terms_of"]

A_YEAR = {"day": 365.2425, "week": 365.2425 / 7, "month": 12, "quarter": 4, "year": 1}


@attrs.frozen
class Terms:
    """What a period earns, and how much less a later one counts.

    Attributes:
        margins: What a customer in a stage earns in a period, by stage.
        discount: Rate for each period.
        horizon: The last period counted; None for all to come.
        cents: Decimal places of money: those of the margins, but two or three.
    """

    margins: tuple[tuple[str, Decimal], ...]
    discount: float
    horizon: int | None
    cents: int

    def money(self, amount: float) -> Decimal:
        """An amount rounded half to even."""
        return Decimal(repr(amount)).quantize(Decimal(1).scaleb(-self.cents), ROUND_HALF_EVEN)

    def rewards(self, part: ChainPart) -> dict[str, float]:
        """The margins of the stages of a part."""
        return {stage: float(margin) for stage, margin in self.margins if stage in part.stages}

    def values(self, part: ChainPart) -> tuple[float, ...]:
        """What a customer in each stage is worth."""
        found = part.estimated.value(self.rewards(part), discount=self.discount, horizon=self.horizon)
        return found.numbers

    def told(self, every: str) -> str:
        """The terms in words."""
        until = f"to {every} {self.horizon}" if self.horizon is not None else f"all {every}s to come"
        return f"Discount {100 * self.discount:.3g} % a {every}, {until}; the current {every} counts in full."


def terms_of(
    result: ChainResult,
    margins: Mapping[str, Money],
    discount: Rate | None,
    yearly_discount: Rate | None,
    horizon: int | None,
) -> Terms:
    """The terms of a value, checked; see `ChainResult.clv`."""
    result.check()
    if not isinstance(margins, Mapping):
        raise UsageTypeError(f"margins={margins!r} is not a mapping", "write margins={'retention': '12.50'}")
    for stage in margins:
        if stage not in result.known:
            raise UnknownNameError("stage", stage, result.known)
    found = tuple((stage, _margin(stage, margin)) for stage, margin in margins.items())
    check_count("horizon", horizon, 0)
    if (discount is None) == (yearly_discount is None):
        what = "no discount was given" if discount is None else "both discount and yearly_discount were given"
        raise UsageError(what, "pass discount=0.01 for each period, or yearly_discount=0.10")
    rate = (
        _rate("discount", discount)
        if discount is not None
        else _of_year(result, _rate("yearly_discount", yearly_discount))
    )
    cents = min(3, max([2, *(-int(margin.as_tuple().exponent) for _, margin in found)]))
    return Terms(found, rate, horizon, cents)


def _margin(stage: str, margin: object) -> Decimal:
    name = f"margins[{stage!r}]"
    if isinstance(margin, bool) or not isinstance(margin, (Decimal, int, str)):
        raise UsageTypeError(f"{name}={margin!r} is not exact money", f"write '{margin}' or Decimal('{margin}')")
    try:
        found = Decimal(margin)
    except InvalidOperation:
        raise UsageError(f"{name}={margin!r} is not a number", "write it like '12.50'") from None
    if not found.is_finite():
        raise UsageError(f"{name}={margin!r} is not a finite number", "write it like '12.50'")
    check_number(name, float(found), 1e15)
    return found


def _rate(name: str, rate: Rate | None) -> float:
    try:
        return check_number(name, Decimal(rate) if isinstance(rate, str) else rate or 0.0)
    except InvalidOperation:
        raise UsageError(f"{name}={rate!r} is not a number", f"write {name}=0.01 for one percent") from None


def _of_year(result: ChainResult, rate: float) -> float:
    """The rate of a period that comes to that of a year."""
    if rate <= -1:
        raise UsageError(f"yearly_discount={rate:g} is not above -1", "pass yearly_discount=0.10 for ten percent")
    return expm1(log1p(rate) / A_YEAR[result.question.every])


@attrs.frozen
class Clv:
    """The question of a value; `log.chain(...).clv(...)` asks it.

    Attributes:
        chain: The question of the chain.
        margins: What a customer in a stage earns in a period, by stage.
        discount: Rate for each period.
        horizon: The last period counted; None for all to come.
        changes: What `what_if` changed, in words; empty where nothing was.
    """

    chain: Chain
    margins: tuple[tuple[str, Decimal], ...]
    discount: float
    horizon: int | None = None
    changes: tuple[str, ...] = ()


@attrs.frozen
class ClvRow:
    """What customers who stand in one stage today are still worth.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        stage: The stage.
        customers: How many stand there.
        value: What each is worth.
        low: Lower limit of the interval of that.
        high: Upper limit.
        total: What they are worth together.
    """

    segment: Group
    stage: str
    customers: int
    value: Decimal
    low: Decimal
    high: Decimal
    total: Decimal

    @property
    def label(self) -> str:
        """Segment and stage in one text."""
        return label(self.segment, self.stage)


@attrs.frozen
class ClvTotal:
    """What all customers of today are worth, of one segment or of all.

    Attributes:
        customers: How many.
        value: What they are worth together.
        low: Lower limit of the interval.
        high: Upper limit.
    """

    customers: int
    value: Decimal
    low: Decimal
    high: Decimal


def clv(
    result: ChainResult,
    margins: Mapping[str, Money],
    discount: Rate | None,
    yearly_discount: Rate | None,
    horizon: int | None,
) -> ClvResult:
    """The value of customers; see `ChainResult.clv`."""
    terms = terms_of(result, margins, discount, yearly_discount, horizon)
    z = two_sided_z(result.question.level)
    rows, segments, variances = [], [], []
    for part in result.parts:
        mine = _rows(part, terms, result.question.smoothing, z)
        variance = _variance(part, dict(zip(part.stages, part.standing, strict=True)), terms, result.question.smoothing)
        rows += mine
        variances.append(variance)
        segments.append((part.segment, _total(mine, variance, terms, z)))
    question = Clv(result.question, terms.margins, terms.discount, horizon, result.changes())
    return ClvResult(question, result.about, tuple(rows), _total(rows, fsum(variances), terms, z), tuple(segments))


def _rows(part: ChainPart, terms: Terms, smoothing: float, z: float) -> list[ClvRow]:
    found = []
    for stage, customers, value in zip(part.stages, part.standing, terms.values(part), strict=True):
        half = z * sqrt(_variance(part, {stage: 1}, terms, smoothing))
        money = [terms.money(amount) for amount in (value, value - half, value + half, customers * value)]
        found.append(ClvRow(part.segment, stage, customers, *money))
    return found


def _variance(part: ChainPart, heads: Mapping[str, int], terms: Terms, smoothing: float) -> float:
    """Of the value of some heads, by the delta method.

    The slope for a transition of probability p, taken pro rata from the others, is `(v - mean) / (1 - p)` times how
    often its row is used, where v is the value behind it and the mean that of the row: so a multinomial row of n
    observations adds the sum of `p ((1 - p) slope)^2 / n`.

    Source:
        Caswell (2001), Matrix Population Models, 2nd edition, section 12.1, for the delta method on such chains.
    """
    chain = part.estimated
    slopes = chain.value_sensitivities(
        heads, rewards=terms.rewards(part), discount=terms.discount, horizon=terms.horizon
    )
    parts = []
    for counts, row, mine in zip(part.counts, chain.rows, slopes.rows, strict=True):
        n = sum(counts) + smoothing * len(row) or inf  # of an exit nobody left, which only `what_if` lets lead on
        parts += [p * ((1 - p) * slope) ** 2 / n for p, slope in zip(row, mine, strict=True) if p and slope]
    return fsum(parts)


def _total(rows: Iterable[ClvRow], variance: float, terms: Terms, z: float) -> ClvTotal:
    """The sum of the rounded totals, so that columns add up."""
    listed = list(rows)
    value = sum((row.total for row in listed), Decimal(0))
    half = terms.money(z * sqrt(variance))
    return ClvTotal(sum(row.customers for row in listed), value, value - half, value + half)


@attrs.frozen(str=False, repr=False)
class ClvResult(Result):
    """The answer of a value.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment and stage.
        total: All customers of today.
        segments: The customers of each segment; one entry where nothing was split.
    """

    question: Clv
    about: About
    rows: tuple[ClvRow, ...]
    total: ClvTotal
    segments: tuple[tuple[Group, ClvTotal], ...]

    def __getitem__(self, stage: str) -> ClvRow:
        """The row of a stage; of a segment and a stage by the row's label, such as `"pro · intent"`.

        Raises:
            UnknownNameError: There is no such row.
        """
        return picked(self.rows, "row", stage, [row.label for row in self.rows])

    def segment(self, *values: str | None) -> ClvTotal:
        """All customers of one segment.

        Raises:
            UnknownNameError: There is no such segment.
        """
        known = dict(self.segments)
        if values not in known:
            raise UnknownNameError("segment", label(values), [label(segment) for segment in known])
        return known[values]

    def title(self) -> str:
        """One line that says what was asked."""
        what = "What if: value" if self.question.changes else "Value"
        return f"{what} of {self.total.customers:,} {self.about.unit}s by the stage they stand in today"

    def footnotes(self) -> tuple[str, ...]:
        """What is in the value, and how sure it is."""
        question, level = self.question, f"{100 * self.question.chain.level:g} %"
        terms = Terms(question.margins, question.discount, question.horizon, 2)
        named = ", ".join(f"{stage} {margin}" for stage, margin in question.margins)
        notes = [
            f"Margins a {question.chain.every}: {named}; other stages earn nothing.",
            terms.told(question.chain.every),
            f"{level} intervals of the mean value, as the transitions were estimated (delta method).",
            f"The value of one {self.about.unit} varies far more. Money is rounded half to even, at the end.",
        ]
        return (*question.changes, *notes)

    def parameters(self) -> dict[str, Any]:
        """Everything the answer depends on besides the rows, with the arguments of the chain."""
        return flattened(super().parameters())

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        money = dict.fromkeys(("value", "low", "high", "total"), Decimal)
        return {**dict.fromkeys(self.question.chain.by, str | None), "stage": str, "customers": int, **money}

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment and stage; money as `Decimal`."""
        return [
            {
                **head(self.question.chain.by, row.segment),
                "stage": row.stage,
                "customers": row.customers,
                **{name: getattr(row, name) for name in ("value", "low", "high", "total")},
            }
            for row in self.rows
        ]

    def table(self) -> Table:
        """A line for each stage, and one for all."""
        lines = [(row.label, f"{row.customers:,}", _interval(row), f"{row.total:,}") for row in self.rows]
        if len(self.segments) > 1:
            lines += [(label(who, "all"), f"{one.customers:,}", "", _interval(one)) for who, one in self.segments]
        lines.append(("all", f"{self.total.customers:,}", "", _interval(self.total)))
        note = " ".join((*self.footnotes(), f"As of {self.as_of:%Y-%m-%d %H:%M} UTC."))
        columns = ("stage", f"{self.about.unit}s", "value each", "together")
        return Table(columns, lines, title=self.title(), note=note, align=("left", "right", "right", "right"))

    def picture(self) -> Picture:
        """A bar for each stage: what those who stand there today are worth together."""
        return Bars(
            [row.label for row in self.rows],
            [Segment("value", [float(row.total) for row in self.rows])],
            title=self.title(),
            values=[f"{row.total:,} ({row.customers:,} × {row.value:,})" for row in self.rows],
        )


def _interval(one: ClvRow | ClvTotal) -> str:
    return f"{one.value:,} ({one.low:,}–{one.high:,})"
