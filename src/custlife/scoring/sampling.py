"""Looking back: who stood where at each anchor, and what became of them within the horizon after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from custlife.calendar import Span, from_us, instant, periods, span, to_us, zone
from custlife.errors import UsageError, UsageTypeError, nearest
from custlife.scoring.batch import moment_of, zone_of
from custlife.scoring.histories import each_customer
from custlife.scoring.points import shortly
from custlife.scoring.reading import texts
from custlife.scoring.request import by_customer, facts_for, request_at

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from custlife.calendar import Every, Instant
    from custlife.customers import Customer, Fact
    from custlife.customers.entries import GivenFacts
    from custlife.scoring.request import ScoreRequest

__all__ = ["Past", "Study", "anchors_of", "first_after", "refuse_undated"]


@attrs.frozen
class Past:
    """One customer, with everything that is known of them today.

    Attributes:
        customer: The customer.
        facts: What other systems know of them.
        outcomes: When the outcome happened, rising.
        first: The first moment at which anything was known of them.
    """

    customer: Customer
    facts: tuple[Fact, ...]
    outcomes: tuple[datetime, ...]
    first: datetime | None


@attrs.frozen
class Study:
    """What is looked for, in whom, and when.

    Attributes:
        outcome: Names of events or stages, or a function that says when it happened.
        until: Nothing later was observed.
        tz: The zone of anchors and horizons.
        at_risk: Stages in which one is at risk; None: everywhere but in an ended exit and in the outcome itself.
        repeats: Whether the outcome may happen again to those who had it.
    """

    outcome: tuple[str, ...] | Callable[[Customer], Iterable[datetime]]
    until: datetime
    tz: str
    at_risk: tuple[str, ...] | None
    repeats: bool

    def past(self, customer: Customer, known: tuple[Fact, ...]) -> Past:
        """A customer with their outcomes up to the end of observation."""
        entries: list[Any] = [*customer.moves[:1], *customer.events[:1]]
        first = min((entry.at for entry in entries), default=None)
        return Past(customer, known, tuple(sorted(self._outcomes(customer))), first)

    def _outcomes(self, customer: Customer) -> set[datetime]:
        if callable(self.outcome):
            found: Iterable[Any] = self.outcome(customer)
            moments = {instant(at, name="outcome") for at in found}
        else:
            moments = {event.at for event in customer.events if event.name in self.outcome}
            moments |= {leg.move.at for leg in customer.journey if leg.to_stage in self.outcome}
        return {at for at in moments if at <= self.until}

    def request(self, past: Past, anchor: datetime) -> ScoreRequest | None:
        """What was known at an anchor; None for who was not at risk then."""
        if past.first is None or past.first > anchor:
            return None
        if not self.repeats and past.outcomes and past.outcomes[0] <= anchor:
            return None
        request = request_at(past.customer, anchor, past.facts)
        seen = request.customer
        if not seen.moves and not seen.events:
            return None  # nothing of it was known yet
        here = seen.stage
        if self.at_risk is not None:
            return request if here in self.at_risk else None
        is_over = here is not None and seen.model.is_ended(here)
        is_there = not callable(self.outcome) and here in self.outcome
        return None if is_over or is_there else request


def study(
    customers: Any,
    outcome: str | Iterable[str] | Callable[[Customer], Iterable[datetime]],
    *,
    as_of: Instant | None,
    tz: str | None,
    at_risk: str | Iterable[str] | None,
    repeats: bool,
) -> Study:
    """A study, checked.

    Raises:
        UsageTypeError: An outcome that is neither names nor a function.
    """
    given: object = outcome
    if not callable(given) and (not isinstance(given, Iterable) or not all(isinstance(one, str) for one in given)):
        raise UsageTypeError(f"outcome={shortly(outcome)} is no name", "write outcome='churned', or pass a function")
    wanted = outcome if callable(outcome) else texts(outcome)
    stages = None if at_risk is None else texts(at_risk)
    return Study(wanted, moment_of(customers, as_of), zone_of(customers, tz), stages, repeats)


def pasts(
    customers: Any,
    looked: Study,
    facts: Mapping[str, GivenFacts] | None,
    static: str | Iterable[str],
    reads: frozenset[str] | None,
) -> list[Past]:
    """All customers, sorted by id.

    Raises:
        UsageError: A fact without a date that a score could read.
    """
    given = by_customer(facts)
    found = [looked.past(one, facts_for(one.id, given)) for one in each_customer(customers)]
    refuse_undated(found, texts(static), reads)
    return sorted(found, key=_by_id)


def never_seen(found: Sequence[Past], looked: Study) -> tuple[str, ...]:
    """What to say of names of outcomes and stages that are neither a stage nor an event of anybody: likely slips."""
    stages = {key for model in {past.customer.model for past in found} for key in model.codes}
    known = stages | {event.name for past in found for event in past.customer.events}
    wanted = [] if callable(looked.outcome) else [("outcome", name, known) for name in looked.outcome]
    wanted += [("at_risk", name, stages) for name in looked.at_risk or ()]
    return tuple(
        f"{what}={name!r} was never seen; {nearest(name, sorted(there))}."
        for what, name, there in wanted
        if name not in there
    )


def _by_id(past: Past) -> str:
    return past.customer.id


def refuse_undated(found: Sequence[Past], static: Sequence[str], reads: frozenset[str] | None) -> None:
    """Refuse facts that nobody can say since when they hold: a score of the past would see the present.

    Args:
        found: The customers.
        static: Names of facts that never change.
        reads: The facts that are read; None where that is not known.

    Raises:
        UsageError: With the names, and a customer of each.
    """
    undated: dict[str, str] = {}
    for past in found:
        for fact in (*past.customer.facts, *past.facts):
            is_read = reads is None or fact.name in reads
            if fact.at is None and fact.recorded_at is None and is_read and fact.name not in static:
                undated.setdefault(fact.name, past.customer.id)
    if undated:
        told = ", ".join(f"{name!r} of {customer!r}" for name, customer in sorted(undated.items())[:5])
        names = sorted(undated)
        raise UsageError(
            f"facts without a date would tell the past what is known today: {told}",
            f"give them at=, or say that they never change: static={names!r}",
        )


def anchors_of(
    found: Sequence[Past], looked: Study, every: Every, since: Instant | None, given: Iterable[Instant] | None
) -> tuple[datetime, ...]:
    """The moments from which one looks ahead: those given, or the starts of periods while anybody is known; rising."""
    if given is not None:
        return tuple(sorted({instant(at, tz=looked.tz, name="anchors") for at in given}))
    firsts = [past.first for past in found if past.first is not None]
    if not firsts:
        return ()
    grid = periods(every, tz=looked.tz)
    start = min(firsts) if since is None else instant(since, tz=looked.tz, name="since")
    low, high = grid.index(to_us(start)), grid.index(to_us(looked.until))
    moments = (from_us(grid.start(index)) for index in range(low, high + 1))
    return tuple(at for at in moments if start <= at <= looked.until)


def horizons_of(given: Any) -> tuple[Span, ...]:
    """Horizons, each once, in the order given."""
    several = [given] if isinstance(given, str) or not isinstance(given, list | tuple) else given
    found = tuple(dict.fromkeys(span(one, name="horizons") for one in several))
    if not found or not all(found):
        raise UsageError(f"horizons={shortly(given)} take no time", "write horizons=['90 days']")
    return found


def end_of(anchor: datetime, horizon: Span, tz: str) -> datetime:
    """The last instant of a horizon."""
    return from_us(zone(tz).add(to_us(anchor), horizon))


def first_after(outcomes: Sequence[datetime], anchor: datetime, end: datetime) -> datetime | None:
    """The first outcome after an anchor and up to the end of the horizon, or None."""
    return next((at for at in outcomes if anchor < at <= end), None)
