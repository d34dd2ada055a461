"""Crossings: the moments at which a score came over a threshold, as events that other questions can be asked about."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.framing import Framed
from custlife.calendar import from_us, periods, to_us
from custlife.errors import UsageError
from custlife.pictures import Table
from custlife.scoring.batch import moment_of, zone_of
from custlife.scoring.histories import each_customer
from custlife.scoring.judging import checked_scorer, judged, name_of
from custlife.scoring.points import points_of
from custlife.scoring.registry import resolved
from custlife.scoring.request import by_customer, facts_for, request_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from custlife.calendar import Every, Instant
    from custlife.customers import Customer, Fact
    from custlife.customers.entries import GivenFacts
    from custlife.scoring.histories import LogLike
    from custlife.scoring.judging import Scorer

__all__ = ["Crossing", "Crossings", "crossings", "moments_of"]

DIRECTIONS = ("up", "down")
COLUMNS: dict[str, Any] = {"customer": str, "event": str, "at": datetime, "value": float}


@attrs.frozen
class Crossing:
    """One score that came over a threshold.

    Attributes:
        customer: Whose.
        at: When it was first there; UTC.
        value: The score then.
    """

    customer: str
    at: datetime
    value: float


@attrs.frozen(repr=False, str=False)
class Crossings(Framed):
    """Crossings by customer and time; as rows they are events: `EventLog.from_rows(found.to_dicts(), as_of=...)`.

    Attributes:
        name: What the scorer is called.
        threshold: What was crossed.
        direction: `up` (to it or above) or `down` (below it).
        event: What the events are called.
        as_of: The moment of looking.
        found: The crossings.
    """

    name: str
    threshold: float
    direction: str
    event: str
    as_of: datetime
    found: tuple[Crossing, ...]

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Crossing]:
        return iter(self.found)

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return dict(COLUMNS)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each crossing: customer, event, at, value."""
        return [{"customer": o.customer, "event": self.event, "at": o.at, "value": o.value} for o in self.found]

    def table(self) -> Table:
        """The crossings as a table for people."""
        rows = [(o.customer, f"{o.at:%Y-%m-%d %H:%M}", f"{o.value:.1f}") for o in self.found]
        verb = "came to" if self.direction == "up" else "fell below"
        title = f"{self.name} {verb} {self.threshold:g}: {len(self):,} times"
        note = f"As of {self.as_of:%Y-%m-%d %H:%M} UTC."
        return Table(("customer", "at", "value"), rows, title=title, note=note, align=("left", "left", "right"))

    def __repr__(self) -> str:
        return f"<Crossings of {self.name} at {self.threshold:g}: {len(self):,}>"

    def __str__(self) -> str:
        return self.table().text(width=120)

    def _repr_html_(self) -> str:
        return self.table().html()


def crossings(
    scorer: Scorer | str,
    customers: Iterable[Customer] | LogLike | Iterable[LogLike],
    threshold: float,
    *,
    as_of: Instant | None = None,
    every: Every | None = None,
    direction: str = "up",
    event: str = "qualified",
    facts: Mapping[str, GivenFacts] | None = None,
    tz: str | None = None,
) -> Crossings:
    """When scores came over a threshold, as events, so that response times and funnels can start there.

    A score is looked at whenever something about the customer became known, and at the start of each period of *every*:
    what fades or grows old changes a score between two entries. A score that falls back may cross again.

    Args:
        scorer: A callable of one `ScoreRequest`, or a registered name; what it raises is raised.
        customers: Customers; or a log, or logs of stages and events of the same customers.
        threshold: From 0 to 100.
        as_of: The moment of looking; of a log by default its own.
        every: `day`, `week`, `month`, ...: when to look beside the entries; None looks at entries only.
        direction: `up`: from below the threshold to it or above; `down`: from it or above to below.
        event: What the events are called.
        facts: Id of a customer to what other systems know of them; facts with a date are entries too.
        tz: The zone of periods; of a log by default its own, else UTC.

    Raises:
        UsageError: No such direction, or a threshold that is no score.

    Examples:
        >>> from custlife import EventLog
        >>> from custlife.scoring import LeadScore, behavior
        >>> rows = [("ada", "demo", "2026-01-05T09:00Z"), ("ada", "demo", "2026-01-06T09:00Z")]
        >>> [str(one.at) for one in crossings(LeadScore([behavior("demo", points=30)]), EventLog.from_rows(rows), 50)]
        ['2026-01-06 09:00:00+00:00']
    """
    hook = checked_scorer(resolved(scorer))
    limit = points_of(threshold, "threshold")
    if not 0 <= limit <= 100:
        raise UsageError(f"threshold={threshold!r} is not between 0 and 100", "pass threshold=50")
    if direction not in DIRECTIONS:
        raise UsageError(f"direction={direction!r} is unknown", "pass direction='up' or direction='down'")
    until = moment_of(customers, as_of)
    given, place = by_customer(facts), zone_of(customers, tz)
    found: list[Crossing] = []
    for customer in each_customer(customers):
        known = facts_for(customer.id, given)
        was: bool | None = None if direction == "down" else False
        for at in moments_of(customer, known, until, every, place):
            value = judged(hook, request_at(customer, at, known)).value
            if value is None:
                continue
            there = value >= limit if direction == "up" else value < limit
            if there and was is False:
                found.append(Crossing(customer.id, at, value))
            was = there
    return Crossings(name_of(hook), limit, direction, event, until, tuple(sorted(found, key=_order)))


def _order(one: Crossing) -> tuple[str, datetime]:
    return one.customer, one.at


def moments_of(
    customer: Customer, facts: tuple[Fact, ...], until: datetime, every: Every | None, tz: str
) -> list[datetime]:
    """When something about a customer became known, and the starts of periods from the first of these on; rising."""
    entries: tuple[Any, ...] = (*customer.moves, *customer.events, *customer.facts, *facts)
    dated = [one for one in entries if one.at is not None or one.recorded_at is not None]
    found = {max(at for at in (one.at, one.recorded_at) if at is not None) for one in dated}
    found = {at for at in found if at <= until}
    if every is not None and found:
        grid = periods(every, tz=tz)
        first, last = grid.index(to_us(min(found))), grid.index(to_us(until))
        found |= {from_us(grid.start(index)) for index in range(first + 1, last + 1)}
    return sorted(found)
