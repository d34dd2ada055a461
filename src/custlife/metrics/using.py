"""Metrics of use: how many are active, how often they come, and what they use and reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.conversion import Conversion
from custlife.analysis.growth import GrowthAccounting
from custlife.analysis.question import choice, maybe_names, some_names
from custlife.analysis.splitting import check_calendar
from custlife.analysis.steps import Step
from custlife.calendar import Periods, instant, to_us
from custlife.errors import DefinitionError
from custlife.metrics.converting import PENDING, window
from custlife.metrics.counting import LAST, by_period
from custlife.metrics.definition import Definition
from custlife.metrics.metric import Metric
from custlife.metrics.registry import catalogued

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from custlife.analysis.growth import GrowthRow
    from custlife.calendar import Span
    from custlife.engines.gathers import Group
    from custlife.metrics.converting import Length, Names
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest

    Pairs = Mapping[str, str] | Iterable[tuple[str, str]]

__all__ = ["active_users", "feature_adoption", "outcomes_reached", "stickiness", "usage_frequency"]

LOGIN = "Log-ins: to be seen is not to be active; name the acts that count."


@attrs.frozen
class Active:
    """Units active in a period."""

    every: str
    active: tuple[str, ...] | None
    on: str

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment, and for each period of a trend."""
        rows = request.ask(self.on, GrowthAccounting(self.every, self.active, by=request.by)).rows

        def count(row: GrowthRow, **place: Any) -> Reading:
            return request.value(row.active, n=row.active, **place)

        yield from by_period(request, self.every, rows, count, pending="active")


@catalogued("usage", every="week")
def active_users(*, every: str = "month", active: Names | None = None, on: str = "events") -> Metric:
    """How many are active in a day, week or month: DAU, WAU or MAU.

    Args:
        every: The period: `day`, `week` or `month`.
        active: The acts that count; any event by default.
        on: The input that is asked.
    """
    check_calendar(every, "monday")
    words = Definition(
        question=f"How many are active in a {every}?",
        numerator=f"units with {_acts(active)} in the {every}",
        window=f"a calendar {every}: {LAST}",
        unit="count",
        cohort=f"the {every}",
        needs=on,
        is_not=(
            LOGIN,
            "A trailing window of 28 or 30 days: this one is the calendar's.",
            "Accounts: units are counted.",
        ),
        source="DAU, WAU and MAU by calendar period",
    )
    compute = Active(every, maybe_names(active), on)
    return Metric("active_users", words, better="higher", compute=compute, label=f"active in a {every}")


def _acts(active: Names | None) -> str:
    return "any event" if active is None else " or ".join(some_names(active))


@attrs.frozen
class DaysOfUse:
    """Active days of all units in a longer period, over its days or its active units."""

    every: str
    active: tuple[str, ...] | None
    stick: bool

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment, and for each period of a trend."""
        asked = [GrowthAccounting(every, self.active, by=request.by) for every in ("day", self.every)]
        daily, longer = request.ask_all("events", asked)
        days, lengths = self._days(daily)

        def read(row: GrowthRow, **place: Any) -> Reading:
            used = days[row.segment, row.period]
            base = row.active * lengths[row.period] if self.stick else row.active
            reason = "" if base else f"nobody was active in {row.period}"
            return request.ratio(used, base, n=row.active, reason=reason, **place)

        yield from by_period(request, self.every, longer.rows, read, pending="active")

    def _days(self, daily: Any) -> tuple[Counter[tuple[Group, str]], dict[str, int]]:
        """Active days by segment and longer period, and the days that each longer period has."""
        calendar = Periods(self.every, daily.about.tz)
        names: dict[str, str] = {}
        lengths: dict[str, int] = {}
        used: Counter[tuple[Group, str]] = Counter()
        for row in daily.rows:
            if row.period not in names:
                index = calendar.index(to_us(instant(row.period, tz=daily.about.tz)))
                names[row.period] = calendar.label(index)
                lengths[names[row.period]] = calendar.first_day(index + 1) - calendar.first_day(index)
            used[row.segment, names[row.period]] += row.active
        return used, lengths


@catalogued("usage", every="month")
def stickiness(*, every: str = "month", active: Names | None = None) -> Metric:
    """The share of a month's (or week's) active units that are active on a day of it, on average: DAU over MAU.

    Args:
        every: `month` for DAU over MAU, `week` for DAU over WAU.
        active: The acts that count; any event by default.
    """
    choice("every", every, ("week", "month"))
    long = "MAU" if every == "month" else "WAU"
    words = Definition(
        question=f"On how many of the days of a {every} is an active customer active?",
        numerator=f"days with {_acts(active)}, over all units and days of the {every}",
        denominator=f"units active in the {every}, times its days",
        window=f"a calendar {every}: {LAST}",
        cohort=f"the {every}",
        needs="events",
        formula=f"mean of DAU over the days of the {every} / {long}",
        is_not=(
            f"DAU of one day over {long}: one day is a lucky or an unlucky one.",
            f"{long} over a trailing window: this {every} is the calendar's.",
            LOGIN,
        ),
        pitfalls=("A product for weekdays cannot pass about 5/7.",),
        source="Stickiness: mean(DAU over the period) / MAU",
    )
    compute = DaysOfUse(every, maybe_names(active), stick=True)
    return Metric("stickiness", words, better="higher", compute=compute, label=f"stickiness, DAU over {long}")


@catalogued("usage", every="month")
def usage_frequency(*, every: str = "month", active: Names | None = None) -> Metric:
    """On how many days of a period an active unit is active, on average.

    Args:
        every: `week` or `month`.
        active: The acts that count; any event by default.
    """
    choice("every", every, ("week", "month"))
    words = Definition(
        question=f"On how many days of a {every} does an active customer use it?",
        numerator=f"days with {_acts(active)}, over all units",
        denominator=f"units active in the {every}",
        window=f"a calendar {every}: {LAST}",
        unit="days",
        cohort=f"the {every}",
        needs="events",
        is_not=(
            "Events per unit: one long session makes many.",
            "A frequency of all customers: silent ones are not in it.",
        ),
        source="Frequency of use: active days per active unit",
    )
    compute = DaysOfUse(every, maybe_names(active), stick=False)
    return Metric("usage_frequency", words, better="higher", compute=compute, label=f"active days in a {every}")


@attrs.frozen
class Adopted:
    """Units that use a feature in a period, over those active in it."""

    feature: tuple[str, ...] = attrs.field(converter=some_names)
    active: tuple[str, ...] | None
    every: str

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment, and for each period of a trend."""
        anything = None if self.active is None else tuple(dict.fromkeys((*self.active, *self.feature)))
        new = "first_seen"  # both by the segment in force at the first row
        asked = [GrowthAccounting(self.every, acts, new, by=request.by) for acts in (self.feature, anything)]
        users, everyone = request.ask_all("events", asked)
        using = {(row.segment, row.period): row.active for row in users.rows}

        def read(row: GrowthRow, **place: Any) -> Reading:
            return request.share(using.get((row.segment, row.period), 0), row.active, **place)

        yield from by_period(request, self.every, everyone.rows, read, pending="active")


@catalogued("usage", feature="report_shared", every="month")
def feature_adoption(feature: Names, *, every: str = "month", active: Names | None = None) -> Metric:
    """The share of the active units of a period that use a feature in it.

    Args:
        feature: The acts that show use of the feature; any one will do.
        every: The period.
        active: The acts that make one active; any event by default.
    """
    check_calendar(every, "monday")
    acts = " or ".join(some_names(feature))
    words = Definition(
        question=f"How many of the active customers use {acts}?",
        numerator=f"those of them with {acts} in the {every}",
        denominator=f"units with {_acts(active)} in the {every}",
        window=f"a calendar {every}: {LAST}",
        cohort=f"the {every}",
        needs="events",
        is_not=(
            "Adoption since ever: who tried it once a year ago does not use it.",
            "A share of all customers: silent ones are not in the denominator.",
            "The share of events: one who uses it often is one.",
        ),
        source="Feature adoption among active units, by period",
    )
    compute = Adopted(feature, maybe_names(active), every)
    return Metric("feature_adoption", words, better="higher", compute=compute, label=f"adoption of {acts}")


def _outcomes(value: Pairs) -> tuple[tuple[str, str], ...]:
    """Pairs of what was wanted and what proves it."""
    pairs = value.items() if isinstance(value, Mapping) else value
    made = tuple((str(wanted), str(proof)) for wanted, proof in pairs)
    if not made:
        raise DefinitionError("outcomes are missing", "write outcomes={'wants_reports': 'report_shared'}")
    return made


@attrs.frozen
class Reached:
    """Outcomes that were reached in time, over those that were wanted."""

    outcomes: tuple[tuple[str, str], ...]
    within: Span
    on: str

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment and cohort, over all outcomes."""
        options: dict[str, Any] = {"by": request.by, "every": request.every, "level": request.level}
        asked = [Conversion(Step((wanted,)), Step((proof,)), self.within, **options) for wanted, proof in self.outcomes]
        rows: list[Any] = [row for answer in request.ask_all(self.on, asked) for row in answer.rows]
        for segment, period in dict.fromkeys((row.segment, row.cohort) for row in sorted(rows, key=_place)):
            mine = [row for row in rows if (row.segment, row.cohort) == (segment, period)]
            yield self._reading(request, mine, segment=segment, period=period)

    def _reading(self, request: MetricRequest, rows: Sequence[Any], **place: Any) -> Reading:
        whole, pending = sum(row.eligible for row in rows), sum(row.pending for row in rows)
        part = sum(0 if row.rate is None else round(row.rate * row.eligible) for row in rows)
        if len(self.outcomes) == 1:
            return request.share(part, whole, pending=pending, **place)
        reason = "" if whole else "no outcome is old enough"
        return request.ratio(part, whole, n=whole, pending=pending, reason=reason, **place)


def _place(row: Any) -> tuple[Any, ...]:
    return tuple((value is None, value or "") for value in row.segment), row.cohort or ""


@catalogued("usage", outcomes={"reports": "report_shared", "team": "joined"}, within="90 days")
def outcomes_reached(outcomes: Pairs, *, within: Length, on: str = "events") -> Metric:
    """The share of intended outcomes that customers reached in time: what they wanted, and what proves it.

    Args:
        outcomes: What was wanted, and the act that proves that it was reached, as a mapping or pairs.
        within: The most time from the wish.
        on: The input that is asked.
    """
    pairs, span = _outcomes(outcomes), window(within, "outcomes_reached")
    told = ", ".join(f"{wanted} by {proof}" for wanted, proof in pairs)
    words = Definition(
        question="How many of the outcomes that customers wanted did they reach?",
        numerator=f"those of them that were proven within {span}: {told}",
        denominator=f"outcomes wanted, one for each customer and kind, whose {span} are over",
        window=f"{span} from the wish, end inclusive",
        cohort="the period of the wish",
        needs=on,
        formula="Σ reached / Σ wanted, over the kinds of outcome",
        is_not=(
            "Satisfaction: that is what they say, and this is what they got.",
            "Use: to use a thing is not to have what one wanted from it.",
            PENDING,
        ),
        pitfalls=("Several outcomes of one customer are not independent: there is no interval over more than one.",),
        source="Intended outcomes reached, each with its proof",
    )
    compute = Reached(pairs, span, on)
    return Metric("outcomes_reached", words, better="higher", compute=compute, label=f"outcomes reached within {span}")
