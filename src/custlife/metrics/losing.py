"""Metrics of lost customers by period: logo churn with its denominators, by the day, and over a year."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.customer_base import CustomerBase
from custlife.analysis.question import choice, maybe_names
from custlife.analysis.splitting import check_calendar
from custlife.calendar import Periods, to_us
from custlife.metrics.counting import LAST, by_period
from custlife.metrics.definition import Definition
from custlife.metrics.metric import Metric
from custlife.metrics.registry import catalogued
from custlife.stats import share

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from custlife.analysis.customer_base import BaseRow
    from custlife.metrics.converting import Names
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest

__all__ = ["annualised_churn", "daily_churn", "logo_churn"]

YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 1}
FORMULAS = {"start": "lost among S / S", "all over start": "all losses / S", "average": "all losses / ((S + E) / 2)"}
RATES = {"start": "8.0 %", "average": "9.7 %", "all over start": "12.0 %"}
EXAMPLE = "with 100 customers and 60 new ones, of whom 8 and 4 are lost, it gives"
LABELS = {"start": "", "all over start": ", all losses over the start", "average": ", all losses over the average base"}


@attrs.frozen
class Logo:
    """Losses of customers in a period over one of three bases."""

    every: str
    base: str
    customers: tuple[str, ...] | None
    annual: bool

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment, and for each period of a trend."""
        question = CustomerBase(self.every, self.customers, request.by)
        rows: Sequence[BaseRow] = request.ask("stages", question).rows

        def closed(row: BaseRow, **place: Any) -> Reading:
            return request.share(row.lost, row.start, **place)

        def every_loss(row: BaseRow, **place: Any) -> Reading:
            losses = row.lost + row.passing
            if self.base == "average":
                return request.ratio(losses, (row.start + row.end) / 2, n=row.start, **place)
            return request.ratio(losses, row.start, n=row.start, **place)

        def yearly(row: BaseRow, **place: Any) -> Reading:
            found = share(row.lost, row.start, level=request.level)
            if found.rate is None or found.interval is None:
                return request.value(None, n=0, **place)
            low, high = (_annual(limit, self.every) for limit in (found.interval.low, found.interval.high))
            interval = attrs.evolve(found.interval, low=low, high=high)
            return request.value(_annual(found.rate, self.every), n=row.start, interval=interval, **place)

        read = yearly if self.annual else closed if self.base == "start" else every_loss
        yield from by_period(request, self.every, rows, read, pending="start")


def _annual(churn: float, every: str) -> float:
    """The churn of a year of equal periods."""
    return float(1 - (1 - churn) ** YEAR[every])


@catalogued("churn", every="month")
def logo_churn(*, every: str = "month", base: str = "start", customers: Names | None = None) -> Metric:
    """The share of customers lost in a period, over one of three bases.

    Args:
        every: Length of the period.
        base: `start`: lost among those at the start, over those at the start; `all over start`: all losses, also of
            customers who came in the period, over those at the start; `average`: all losses over the mean of start and
            end.
        customers: Stages of a customer; by default those from `customer_from` of the model on.

    Examples:
        >>> logo_churn(base="average").label
        'logo churn in a month, all losses over the average base'
    """
    check_calendar(every, "monday")
    choice("base", base, tuple(FORMULAS))
    among = f"those of them that are none at the end of the {every}"
    start = f"customers just before the {every}"
    words = Definition(
        question=f"How many customers are lost in a {every}?",
        numerator=among if base == "start" else f"customers lost in the {every}, also those who came in it",
        denominator=start if base != "average" else f"the mean of the {start} and of those at its end",
        window=f"a calendar {every}: {LAST}",
        unit="share" if base == "start" else "rate",
        cohort=f"the {every}",
        needs="stages",
        formula=FORMULAS[base],
        is_not=(
            *(f"The base {other!r}: {EXAMPLE} {rate}." for other, rate in RATES.items() if other != base),
            "Revenue churn: every customer counts as one, whatever the price.",
        ),
        pitfalls=(
            "Customers who leave and come back inside the period were not lost.",
            "Months have 28 to 31 days: a steady hazard gives a lower February.",
        ),
        source="Logo churn of a period: lost among S over S; losses of new customers reported apart",
    )  # fmt: skip
    compute = Logo(every, base, maybe_names(customers), annual=False)
    what = f"logo churn in a {every}{LABELS[base]}"
    return Metric("logo_churn", words, better="lower", compute=compute, label=what)


@catalogued("churn", every="month")
def annualised_churn(*, every: str = "month", customers: Names | None = None) -> Metric:
    """The logo churn of a period, as it would add up over a year.

    Args:
        every: Length of the period.
        customers: Stages of a customer; by default those from `customer_from` of the model on.
    """
    check_calendar(every, "monday")
    times = YEAR[every]
    words = Definition(
        question=f"How many customers would a year cost at the churn of one {every}?",
        numerator=f"those of them lost in a year of {times} {every}s, all like this one",
        denominator=f"customers just before the {every}",
        window=f"a calendar {every}: {LAST}",
        cohort=f"the {every}",
        needs="stages",
        formula=f"1 - (1 - c)^{times}, c the logo churn of the {every}",
        is_not=(f"{times} times the churn of a {every}: 5 % a month are 46.0 % a year, not 60 %.",),
        pitfalls=("Churn falls with age, so that a year of young customers looks worse than it will be.",),
        source="Compounding a churn that stays the same",
    )
    compute = Logo(every, "start", maybe_names(customers), annual=True)
    return Metric("annualised_churn", words, better="lower", compute=compute, label=f"churn of a {every}, annualised")


EPOCH = date(1970, 1, 1).toordinal()


@attrs.frozen
class Daily:
    """Losses of a period, counted day by day, over the mean of the customers at the start of each day."""

    every: str
    customers: tuple[str, ...] | None

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment, and for each period of a trend."""
        questions = [CustomerBase(every, self.customers, request.by) for every in (self.every, "day")]
        whole, days = request.ask_all("stages", questions)
        calendar = Periods(self.every, request.log().tz)
        counts: Counter[tuple[Any, ...]] = Counter()
        for day in days.rows:
            start = calendar.zone.day_start(date.fromisoformat(day.period).toordinal() - EPOCH)
            name = calendar.label(calendar.index(start))
            counts[day.segment, name, "lost"] += day.lost
            counts[day.segment, name, "there"] += day.start

        def read(row: BaseRow, **place: Any) -> Reading:
            lost, there = (counts[row.segment, row.period, what] for what in ("lost", "there"))
            seen = row.start + row.new + row.returned + row.passing
            return request.ratio(lost * days_of[row.period], there, n=seen, **place)

        days_of = lengths(calendar, len({row.period for row in whole.rows}), request.as_of)
        yield from by_period(request, self.every, whole.rows, read, pending="start")


def lengths(calendar: Periods, count: int, as_of: datetime) -> dict[str, int]:
    """The days of so many periods up to that of `as_of`, and of the one before them, by label."""
    last, day = calendar.index(to_us(as_of)), calendar.zone.day
    numbers = range(last - count, last + 1)
    return {calendar.label(n): day(calendar.end(n)) - day(calendar.start(n)) for n in numbers}


@catalogued("churn", every="month")
def daily_churn(*, every: str = "month", customers: Names | None = None) -> Metric:
    """Customers lost day by day in a period, over the mean of the daily counts: "Shopify" churn.

    Args:
        every: Length of the period.
        customers: Stages of a customer; by default those from `customer_from` of the model on.

    Source:
        ChartMogul, "Customer churn rate": the variant that is computed by the day.
    """
    check_calendar(every, "monday")
    words = Definition(
        question=f"How many customers are lost in a {every}, beside those there are from day to day?",
        numerator=f"customers lost in the {every} from the start of a day to its end, times the days of the {every}",
        denominator=f"days of customers: each counts once for each day of the {every} at whose start it is there",
        window=f"a calendar {every}: {LAST}",
        unit="rate",
        cohort=f"the {every}",
        needs="stages",
        formula="losses / mean of the daily counts of customers",
        is_not=(
            "Logo churn: that counts who was there at the start of the period, and nobody who came later.",
            "A share: who leaves, comes back and leaves again is lost twice.",
        ),
        pitfalls=(
            "Where customers grow, it is below all losses over the start: new ones are in the mean, too.",
            "Who comes and goes within one day is in no daily count.",
        ),
        source="Churns in the period over the mean of the daily customer counts",
    )
    compute = Daily(every, maybe_names(customers))
    return Metric("daily_churn", words, better="lower", compute=compute, label=f"daily churn in a {every}")
