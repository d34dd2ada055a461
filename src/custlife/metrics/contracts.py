"""Metrics of contracts: how many of those whose term ends go on, and who is near a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.analysis.renewals import RenewalRate
from custlife.analysis.revenue import as_currency
from custlife.analysis.running_contracts import RunningContracts, check_used
from custlife.analysis.steps import optional_span
from custlife.errors import UsageError
from custlife.metrics.definition import Definition
from custlife.metrics.metric import Metric
from custlife.metrics.registry import catalogued

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.calendar import Span
    from custlife.metrics.converting import Length
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest

__all__ = ["near_limit", "renewal_rate"]


@attrs.frozen
class Renewed:
    """Contracts that went on by contracts whose term ended; in number or in money."""

    grace: Span | None
    in_money: bool
    currency: str | None

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment and period."""
        question = RenewalRate(request.every, self.grace, self.currency, request.by, request.level)
        for row in request.ask("contracts", question).rows:
            n = row.renewed + row.lost
            if self.in_money:
                yield request.ratio(
                    row.renewed_amount, row.renewed_amount + row.lost_amount, n=n, pending=row.pending,
                    reason="no contract with an amount has its term decided", segment=row.segment, period=row.period,
                )  # fmt: skip
            else:
                yield request.share(row.renewed, n, pending=row.pending, segment=row.segment, period=row.period)

    def explain(self, request: MetricRequest, customer: str) -> str:
        """What became of the terms of the one customer that the request sees."""
        question = RenewalRate(None, self.grace, self.currency, request.by, request.level)
        (row,) = request.ask("contracts", question).rows
        if not row.due:
            return f"No term of {customer} has ended yet."
        came = f"{row.renewed:,} renewed, {row.lost:,} lost, {row.pending:,} pending"
        return f"Of {customer}, {row.due:,} term{'' if row.due == 1 else 's'} ended: {came}."


@catalogued("contracts", grace="30 days")
def renewal_rate(*, grace: Length | None = None, counting: str = "contracts", currency: str | None = None) -> Metric:
    """The share of the contracts whose term ended that went on.

    Args:
        grace: How long after its end a term may still be renewed; until then it is pending.
        counting: `contracts`, or their `amount`.
        currency: The currency of the amounts, where there are several.

    Raises:
        UsageError: Something else to count.
    """
    if counting not in {"contracts", "amount"}:
        raise UsageError(f"counting={counting!r} is not a mode", "choose one of 'contracts', 'amount'")
    span, in_money = optional_span(grace, "grace"), counting == "amount"
    what = "the amount of those of them" if in_money else "those of them"
    words = Definition(
        question="Of the contracts that were up for renewal, how many went on?",
        numerator=f"{what} that were renewed",
        denominator=f"{'the amount of ' if in_money else ''}contracts whose term has ended, renewed or lost",
        window="all terms ended so far, or those that ended in each period of a trend"
        + ("" if span is None else f"; renewed up to {span} later"),
        cohort="the period in which a term ended, counted from its anchor",
        needs="contracts",
        is_not=(
            "GRR: that looks at all revenue at the start, also of contracts that cannot end yet.",
            "Retention: who is bound for a year is retained, and has not renewed.",
        ),
        pitfalls=(
            "Terms counted by stepping month by month drift: 31 October and two months is 31 December.",
            "Renewals signed early belong to the period in which the old term ended.",
        ),
        source="Renewal rate: renewed over up for renewal in the period, in count or amount",
    )
    label = "renewal rate" + (" by amount" if in_money else "")
    compute = Renewed(span, in_money, as_currency(currency))
    return Metric("renewal_rate", words, better="higher", compute=compute, label=label)


@attrs.frozen
class Near:
    """Contracts that use much of their limit."""

    at_least: float

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment."""
        answer = request.ask("contracts", RunningContracts())
        places = [answer.segments.index(name) for name in request.by if name in answer.segments]
        if len(places) < len(request.by):
            raise UsageError(f"by={request.by!r} are not all segments of the contracts", "name them in segment_cols=")
        known = [row for row in answer.rows if row.use is not None]
        groups = sorted({tuple(row.segments[place] for place in places) for row in answer.rows}, key=str)
        for group in groups if request.by else [()]:
            mine = [row for row in known if tuple(row.segments[place] for place in places) == group]
            near = sum(row.use is not None and row.use >= self.at_least for row in mine)
            yield request.share(near, len(mine), segment=group)


@catalogued("contracts", at_least=0.8)
def near_limit(at_least: float = 0.8) -> Metric:
    """The share of running contracts that use much of what they may.

    Args:
        at_least: How much of the limit, such as `0.8`; 1 for those at or above it.

    Raises:
        UsageTypeError: Not a number.
        UsageError: A number that is no share.
    """
    check_used("at_least", at_least)
    share = f"{100 * at_least:g} %"
    words = Definition(
        question="How many customers outgrow their contract?",
        numerator=f"those of them that use {share} of their limit or more",
        denominator="contracts that run, with a limit and a usage",
        window="now",
        needs="contracts",
        is_not=("Need: who uses much of a limit may still be asked whether more is worth it.",),
        pitfalls=("Contracts without a limit, or whose usage is not known, are left out.",),
        source="Usage against limit, a signal of expansion",
    )
    label = f"contracts that use {share} of their limit or more"
    return Metric("near_limit", words, better="neither", compute=Near(at_least), label=label)
