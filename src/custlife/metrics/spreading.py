"""The K factor: how many new customers those that there are bring by inviting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.conversion import Conversion
from custlife.analysis.customer_base import CustomerBase
from custlife.analysis.question import maybe_names, some_names
from custlife.analysis.splitting import check_calendar, group_order
from custlife.analysis.steps import Step
from custlife.calendar import Periods, to_us
from custlife.metrics.converting import converted, window
from custlife.metrics.counting import by_period
from custlife.metrics.definition import Definition
from custlife.metrics.metric import Metric
from custlife.metrics.registry import catalogued

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.calendar import Span
    from custlife.metrics.converting import Length, Names
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest

__all__ = ["k_factor"]


@attrs.frozen
class Spread:
    """One period: customers at its start, who was invited in it, and how many of these became customers in time."""

    segment: tuple[str | None, ...]
    period: str
    is_complete: bool
    customers: int = 0
    invited: int = 0
    won: int = 0
    pending: int = 0


@attrs.frozen
class Spreading:
    """Invited units that become customers in time, over the customers at the start of the period."""

    invited: tuple[str, ...] = attrs.field(converter=some_names)
    customer: tuple[str, ...] = attrs.field(converter=some_names)
    customers: tuple[str, ...] | None
    within: Span
    every: str

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment, and for each period of a trend."""

        def read(row: Spread, **place: Any) -> Reading:
            each = f"{row.invited / row.customers:.2f} invited for each customer" if row.customers else ""
            share = f", of whom {100 * row.won / row.invited:.1f} % became customers" if row.invited else ""
            place["notes"] = (*place["notes"], *([each + share] if each else []))
            return request.ratio(row.won, row.customers, n=row.customers, **place)

        still = f"is not over, or not yet {self.within} ago"
        yield from by_period(request, self.every, self._rows(request), read, pending="pending", still=still)

    def _rows(self, request: MetricRequest) -> list[Spread]:
        base = CustomerBase(self.every, self.customers, request.by)
        invites = Conversion(Step(self.invited), Step(self.customer), self.within, by=request.by, every=self.every)
        there, came = request.ask_all("stages", [base, invites])
        closed = self._closed(request, len({row.period for row in there.rows} | {row.cohort for row in came.rows}))
        found: dict[tuple[Any, str], Spread] = {}
        for row in there.rows:
            is_seen = row.is_complete and closed.get(row.period, False)
            found[row.segment, row.period] = Spread(row.segment, row.period, is_seen, row.start)
        for row in came.rows:
            key = row.segment, row.cohort
            known = found.get(key) or Spread(*key, closed.get(row.cohort, False))
            found[key] = attrs.evolve(known, invited=row.eligible, won=converted(row), pending=row.pending)
        return sorted(found.values(), key=lambda row: (group_order(row.segment), row.period))

    def _closed(self, request: MetricRequest, count: int) -> dict[str, bool]:
        """Whether all windows that opened in a period are over, for the last periods up to `as_of`."""
        calendar = Periods(self.every, request.log().tz)
        now, end_of = to_us(request.as_of), calendar.zone.adder(self.within)
        last = calendar.index(now)
        return {calendar.label(n): end_of(calendar.end(n) - 1) <= now for n in range(last - count, last + 1)}


@catalogued("advocacy", invited="invited", customer="customer", within="30 days", every="month")
def k_factor(
    invited: Names, customer: Names, *, within: Length, every: str = "month", customers: Names | None = None
) -> Metric:
    """New customers that each customer brings by inviting: invites for each customer times their conversion.

    Args:
        invited: The stage of those who were invited; each is a unit of its own.
        customer: The stage that makes one a customer.
        within: The most time from the invitation.
        every: The period of the invitations.
        customers: Stages of a customer, who may invite; by default those from `customer_from` of the model on.
    """
    check_calendar(every, "monday")
    span, asked, made = window(within, "k_factor"), some_names(invited), some_names(customer)
    told = " or ".join(asked)
    words = Definition(
        question="How many new customers does each customer bring by inviting?",
        numerator=f"units that came to {told} in the {every} and to {' or '.join(made)} within {span}",
        denominator=f"customers just before the {every}",
        window=f"{span} from the invitation; the last {every} whose invitations are all so old, or each of a trend",
        unit="ratio",
        cohort=f"the {every} in which a unit came to {told}",
        needs="stages",
        formula="invited for each customer × share of the invited that become customers",
        is_not=(
            "Referral share: that is about where new customers came from.",
            "Growth: customers leave, too, and a K of 1 in a year is not one in a month.",
        ),
        pitfalls=("Whoever comes without a recorded invitation is missing above the line.",),
        source="Viral coefficient K: invites per customer times their conversion",
    )
    compute = Spreading(asked, made, maybe_names(customers), span, every)
    return Metric("k_factor", words, better="higher", compute=compute, label=f"K factor in a {every}")
