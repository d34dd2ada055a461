"""Customer lifetime value: what customers are still worth, by the stage they stand in today and all together."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from math import expm1, fsum, log1p, sqrt
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.chain_forecast import HOW, METHODS, flattened
from custlife.analysis.chain_states import by_age, by_stage
from custlife.analysis.question import choice
from custlife.analysis.result import Result
from custlife.analysis.splitting import check_maybe_count, head, label, picked
from custlife.analysis.wording import counted, plural
from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from custlife.pictures import Bars, Segment, Table
from custlife.stats.discounting import worth
from custlife.stats.numbers import check_number, check_rate
from custlife.stats.special import two_sided_z

if TYPE_CHECKING:
    from collections.abc import Iterable

    from custlife.analysis.chain import Chain
    from custlife.analysis.chain_part import ChainPart
    from custlife.analysis.chain_result import ChainResult, Money, Rate
    from custlife.analysis.chain_states import States
    from custlife.analysis.result import About
    from custlife.engines.gathers import Group
    from custlife.pictures import Picture

__all__ = ["BLIND", "Clv", "ClvResult", "ClvRow", "ClvTotal", "Terms", "clv", "margin_of", "terms_of"]

BLIND = "The value does not see that."
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
        """An amount rounded half to even; what rounds to nothing has no sign."""
        found = Decimal(repr(amount)).quantize(Decimal(1).scaleb(-self.cents), ROUND_HALF_EVEN)
        return found or abs(found)

    def rewards(self, part: ChainPart) -> dict[str, float]:
        """The margins of the stages of a part."""
        return {stage: float(margin) for stage, margin in self.margins if stage in part.stages}

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
    found = tuple((stage, margin_of(stage, margin)) for stage, margin in margins.items())
    check_maybe_count("horizon", horizon, 0)
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


def margin_of(stage: str, margin: object) -> Decimal:
    """What a customer in a stage earns in a period, as exact money.

    Raises:
        UsageTypeError: Not exact money, such as a float.
        UsageError: Not a finite number.
    """
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
        return check_rate(name, float(Decimal(rate)) if isinstance(rate, str) else rate or 0.0)
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
        method: `markov` or `semi-markov`.
        changes: What `what_if` changed, in words; empty where nothing was.
    """

    chain: Chain
    margins: tuple[tuple[str, Decimal], ...]
    discount: float
    horizon: int | None = None
    method: str = "markov"
    changes: tuple[str, ...] = ()


@attrs.frozen
class ClvRow:
    """What customers who stand in one stage today are still worth.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        stage: The stage.
        customers: How many stand there.
        value: What each is worth, on average; where nobody stands there, one who has just come.
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
    method: str,
) -> ClvResult:
    """The value of customers; see `ChainResult.clv`."""
    choice("method", method, METHODS)
    terms = terms_of(result, margins, discount, yearly_discount, horizon)
    z = two_sided_z(result.question.level)
    rows, segments, variances = [], [], []
    for part in result.parts:
        mine, variance = _of_part(part, terms, result.question.smoothing, method, z)
        rows += mine
        variances.append(variance)
        segments.append((part.segment, _total(mine, variance, terms, z)))
    question = Clv(result.question, terms.margins, terms.discount, horizon, method, result.changes())
    total = _total(rows, fsum(variances), terms, z)
    remarks = (*result.unleft(), *(result.warnings(BLIND) if method == "markov" else ()))
    return ClvResult(question, result.about, tuple(rows), total, tuple(segments), remarks)


def _of_part(part: ChainPart, terms: Terms, smoothing: float, method: str, z: float) -> tuple[list[ClvRow], float]:
    """The rows of a part, and the variance of their sum."""
    states = by_age(part, smoothing) if method == "semi-markov" else by_stage(part, smoothing)
    margins = terms.rewards(part)
    rewards = [margins.get(part.stages[group], 0.0) for group in states.chain.groups]
    starts = [*(_one(states, i, n) for i, n in enumerate(part.standing)), states.start]
    *each, whole = worth(
        states.chain, states.names, rewards, starts, discount=terms.discount, horizon=terms.horizon
    )  # fmt: skip
    rows = []
    for stage, customers, one in zip(part.stages, part.standing, each, strict=True):
        half = z * sqrt(one.doubt)
        money = [terms.money(x) for x in (one.value, one.value - half, one.value + half, customers * one.value)]
        rows.append(ClvRow(part.segment, stage, customers, *money))
    return rows, whole.doubt


def _one(states: States, stage: int, customers: int) -> tuple[float, ...]:
    """One customer of a stage: spread over its states as those of today are, or just come where nobody is there."""
    if not customers:
        return tuple(float(state == states.first[stage]) for state in range(len(states.start)))
    return tuple(
        n / customers if group == stage else 0.0 for n, group in zip(states.start, states.chain.groups, strict=True)
    )


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
        remarks: What a reader must know of this chain.
    """

    question: Clv
    about: About
    rows: tuple[ClvRow, ...]
    total: ClvTotal
    segments: tuple[tuple[Group, ClvTotal], ...]
    remarks: tuple[str, ...] = ()

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
        for segment, total in self.segments:
            if segment == values:
                return total
        raise UnknownNameError("segment", label(values), [label(segment) for segment, _ in self.segments])

    def title(self) -> str:
        """One line that says what was asked."""
        what = "What if: value" if self.question.changes else "Value"
        return f"{what} of {counted(self.total.customers, self.about.unit)} by the stage they stand in today"

    def footnotes(self) -> tuple[str, ...]:
        """What is in the value, and how sure it is."""
        question, level = self.question, f"{100 * self.question.chain.level:g} %"
        terms = Terms(question.margins, question.discount, question.horizon, 2)
        named = ", ".join(f"{stage} {margin}" for stage, margin in question.margins)
        notes = [
            HOW[question.method],
            f"Margins a {question.chain.every}: {named}; other stages earn nothing.",
            terms.told(question.chain.every),
            f"{level} intervals of the mean value, as the transitions were estimated (delta method).",
            f"The value of one {self.about.unit} varies far more. Money is rounded half to even, at the end.",
        ]
        return (*question.changes, *notes, *self.remarks)

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
        note = " ".join((*self.footnotes(), f"As of {self.about.moment}."))
        columns = ("stage", f"{plural(0, self.about.unit)}", "value each", "together")
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
