"""Signs of what is owed or due: an answer, a renewal, room in the plan; and any condition on what is known."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

import attrs

from custlife.analysis.running_contracts import MOST_USED
from custlife.calendar import BusinessHours, Span, from_us, instant, span, to_us
from custlife.calendar.instants import wall_text
from custlife.customers.moves import stamp
from custlife.errors import DefinitionError, UsageError, UsageTypeError
from custlife.scoring.points import shortly
from custlife.scoring.reading import Condition, Reads, as_number
from custlife.signals.look import UNKNOWN, Look, Moment, Sign, bound, length, maybe_bound, texts

__all__ = ["Holds", "NearLimit", "RenewalNear", "Unanswered"]

HOUR_US, DAY_US = 3_600_000_000, 86_400_000_000


def _hours(given: BusinessHours | None) -> BusinessHours | None:
    if given is not None and not isinstance(given, BusinessHours):
        hint = "write cl.BusinessHours('mon-fri 09:00-17:00', tz='Europe/Zurich')"
        raise UsageTypeError(f"hours={shortly(given)} are not business hours", hint)
    return given


@attrs.frozen
class Unanswered(Sign):
    """The customer asked, or qualified, and nobody has answered in time.

    An answer counts for everything asked before it or at the same instant. What counts is the first that has none.

    Attributes:
        asked: The events that want an answer.
        within: How long an answer may take; the end is still inside. With `hours` an exact time, such as `"8 hours"`.
        entered: The stages whose entry wants an answer, too.
        answered_by: The events that are an answer; by default all whose direction is `outbound`.
        hours: When somebody is at work; only such time counts.

    Raises:
        DefinitionError: Nothing that wants an answer, or days where business hours count.
    """

    KIND: ClassVar[str] = "unanswered"
    ACTION: ClassVar[str] = "answer now"

    asked: tuple[str, ...] = attrs.field(default=(), converter=texts)
    within: Span = attrs.field(converter=length, kw_only=True)
    entered: tuple[str, ...] = attrs.field(default=(), converter=texts, kw_only=True)
    answered_by: tuple[str, ...] = attrs.field(default=(), converter=texts, kw_only=True)
    hours: BusinessHours | None = attrs.field(default=None, converter=_hours, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not self.asked and not self.entered:
            raise DefinitionError("nothing wants an answer", "pass Unanswered(['demo request'], within='8 hours')")
        if self.hours is not None and not self.within.is_exact:
            raise DefinitionError(f"within={str(self.within)!r} is no business time", "write it in hours: '16 hours'")

    def look(self, moment: Moment) -> Look:
        """Whether an answer is overdue."""
        customer = moment.customer
        keys = set(map(customer.model.resolve, self.entered))
        asked = [(event.at, event.name) for event in customer.events if event.name in self.asked]
        asked += [(spell.entered, spell.stage) for spell in moment.spells if spell.stage in keys]
        answers = [event.at for event in customer.events if self._answers(event)]
        last = max(answers, default=None)
        waiting = min((one for one in asked if last is None or one[0] > last), default=None)
        if waiting is None:
            return Look(False, why="answered" if asked else "")
        at, name = waiting
        passed = timedelta(microseconds=moment.us - to_us(at))
        if self.hours is not None:
            passed = self.hours.between(at, moment.request.as_of)
            met = passed > timedelta(microseconds=self.within.us)
        else:
            met = moment.has_passed(at, self.within)
        waited = passed / timedelta(hours=1)
        kind = "business hours" if self.hours is not None else "hours"
        why = f"{name} of {wall_text(at, moment.zone)} waits for {waited:.1f} {kind}"
        return Look(met, waited, why=why, occasion=stamp(at))

    def _answers(self, event: Any) -> bool:
        return event.name in self.answered_by if self.answered_by else event.direction == "outbound"

    def named_stages(self) -> tuple[str, ...]:
        """The stages that it names."""
        return self.entered

    def named_events(self) -> tuple[str, ...]:
        """The events that it names."""
        return (*self.asked, *self.answered_by)


@attrs.frozen
class RenewalNear(Sign):
    """A contract is soon up for renewal.

    What is known of the contract stands in facts: its start and term, or the date on which it is first up for renewal;
    with a term as well, it is so again and again from that date. Terms are counted from the anchor: 31 October and one
    month is 30 November, and two are 31 December. Dates are instants, or texts such as `"2026-10-31"`, which are days
    in the zone of the signals.

    Attributes:
        within: How long before the renewal; the end is still inside.
        start: Name of the fact with the start.
        term: Name of the fact with the term, such as `"12 months"`.
        renewal: Name of the fact with the first renewal.
        ended: Name of the fact with the end of the contract; no renewal comes after it.
    """

    KIND: ClassVar[str] = "renewal near"
    ACTION: ClassVar[str] = "agree on the renewal; bring what they have got out of it so far"

    within: Span = attrs.field(default=Span(days=90), converter=length)
    start: str = attrs.field(default="contract_start", kw_only=True)
    term: str = attrs.field(default="contract_term", kw_only=True)
    renewal: str = attrs.field(default="renewal_at", kw_only=True)
    ended: str = attrs.field(default="contract_ended", kw_only=True)

    def look(self, moment: Moment) -> Look:
        """Whether the next renewal is near."""
        first, start = self._at(moment, self.renewal), self._at(moment, self.start)
        term = self._term(moment)
        anchor, number = (start, 1) if first is None else (first, 0)
        if anchor is None or (term is None and first is None):
            return UNKNOWN
        due = _next(moment, anchor, term, number)
        if due is None:
            return Look(False, why=f"was up for renewal on {moment.day(from_us(anchor))}")
        ended = self._at(moment, self.ended)
        if ended is not None and ended <= due:
            return Look(False, why=f"ends on {moment.day(from_us(ended))}")
        at, left = from_us(due), (due - moment.us) / DAY_US
        met = due <= moment.zone.add(moment.us, self.within)
        return Look(met, left, why=f"up for renewal on {moment.day(at)}, in {left:.0f} days", occasion=stamp(at))

    def _term(self, moment: Moment) -> Span | None:
        held = moment.request.facts.get(self.term)
        term = None if held is None else span(held, name=self.term)
        if term is not None and not term:
            raise UsageError(f"{self.term}={held!r} is no time at all", "write it like '12 months'")
        return term

    def _at(self, moment: Moment, name: str) -> int | None:
        held: Any = moment.request.facts.get(name)
        if held is None:
            return None
        if not isinstance(held, str | datetime):
            raise UsageTypeError(f"{name}={held!r} is no date", "write it like '2026-10-31'")
        return to_us(instant(held, tz=moment.zone.key, name=name))


def _next(moment: Moment, anchor: int, term: Span | None, number: int) -> int | None:
    """The next renewal, now or later, each counted from the anchor; None where there is none any more."""
    if term is None:
        return anchor if anchor >= moment.us else None
    longest = (term.months * 31 + term.days + 1) * DAY_US + term.us
    number = max(number, (moment.us - anchor) // longest)  # that many terms are over for certain
    while (due := moment.zone.add(anchor, _times(term, number))) < moment.us:
        number += 1
    return due


def _times(one: Span, number: int) -> Span:
    return Span(number * one.months, number * one.days, number * one.us)


def _reads(given: Any) -> Reads:
    if not isinstance(given, Reads):
        raise UsageTypeError(f"{shortly(given)} is nothing to read", "write scoring.fact('seats_used')")
    return given


@attrs.frozen
class NearLimit(Sign):
    """What the customer uses comes near to what the plan allows: a lead for customer success to pass to sales (CSQL).

    Attributes:
        used: How much is used: a fact, or events or amounts in a trailing window.
        limit: How much the plan allows.
        at_least: It is near from this share on, such as 0.8.
        until: It is so until the share is below this; by default below `at_least`.

    Raises:
        DefinitionError: A share that is not above 0, or so large that a percentage was meant; `until` above it.
    """

    KIND: ClassVar[str] = "near limit"
    ACTION: ClassVar[str] = "offer the next plan before they run into the limit"

    used: Reads = attrs.field(converter=_reads)
    limit: Reads = attrs.field(converter=_reads)
    at_least: float = attrs.field(default=0.8, converter=bound, kw_only=True)
    until: float | None = attrs.field(default=None, converter=maybe_bound, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not 0 < self.at_least <= MOST_USED:
            meant = self.at_least / 100 if self.at_least > 0 else 0.8
            raise DefinitionError(f"at_least={self.at_least:g} is no share", f"{100 * meant:g} % is at_least={meant:g}")
        if self.until is not None and not 0 <= self.until <= self.at_least:
            raise DefinitionError(f"until={self.until:g} is not from 0 to at_least={self.at_least:g}", "lower it")

    def named_events(self) -> tuple[str, ...]:
        """The events that it names."""
        return (*self.used.events, *self.limit.events)

    def look(self, moment: Moment) -> Look:
        """Which share of the limit is used."""
        read, allowed = (one.read(moment.request, moment.zone.key).value for one in (self.used, self.limit))
        if read is None or allowed is None:
            return UNKNOWN
        used, limit = float(as_number(read, str(self.used))), float(as_number(allowed, str(self.limit)))
        if limit <= 0:
            return Look(False, why=f"a limit of {allowed} is none")
        share = used / limit
        low = self.at_least if self.until is None else self.until
        return Look(
            share >= self.at_least, share, why=f"{used:g} of {limit:g} used ({100 * share:.0f} %)", clear=share < low
        )


@attrs.frozen
class Holds(Sign):
    """A condition holds of what is known.

    Attributes:
        when: The condition.
        until: It is over when this one holds; by default when `when` no longer does.
    """

    KIND: ClassVar[str] = "holds"
    ACTION: ClassVar[str] = "look into it"
    IN_EXITS: ClassVar[bool] = True

    when: Condition
    until: Condition | None = None

    def __attrs_post_init__(self) -> None:
        for one in (self.when, self.until):
            if one is not None and not isinstance(one, Condition):
                hint = "write scoring.Condition(scoring.fact('nps'), at_most=0)"
                raise UsageTypeError(f"{shortly(one)} is not a condition", hint)

    def named_events(self) -> tuple[str, ...]:
        """The events that it names."""
        return (*self.when.reads.events, *(() if self.until is None else self.until.reads.events))

    def look(self, moment: Moment) -> Look:
        """Whether it holds."""
        reading = self.when.reads.read(moment.request, moment.zone.key)
        met = self.when.met(reading)
        value = reading.value
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
        why = f"{self.when}" if met else f"{self.when.reads} is {value}"
        if self.until is None:
            return Look(met, number, why=why)
        over = self.until.met(self.until.reads.read(moment.request, moment.zone.key))
        return Look(met, number, why=why, clear=bool(over) and not met)
