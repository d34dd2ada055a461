"""The next best action: of one customer, and of many in the order in which to turn to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.framing import Framed
from custlife.calendar import instant
from custlife.customers import Customer
from custlife.errors import UsageError, UsageTypeError
from custlife.pictures import Table
from custlife.playbook.book import Play, Playbook
from custlife.playbook.book import plays as words_of
from custlife.scoring.batch import moment_of
from custlife.scoring.histories import each_customer
from custlife.scoring.points import several, shortly
from custlife.scoring.request import by_customer, facts_for, facts_of, request_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from custlife.calendar import Instant
    from custlife.customers.entries import GivenFacts
    from custlife.playbook.book import Signal
    from custlife.scoring.histories import LogLike
    from custlife.scoring.request import ScoreRequest
    from custlife.stages import StageModel

__all__ = ["NextAction", "NextActions", "next_action", "next_actions"]

DAY_S = 86_400
COLUMNS: dict[str, Any] = {
    "rank": int,
    "customer": str,
    "stage": str | None,
    "action": str,
    "owner": str,
    "owner_from": str,
    "channels": str,
    "why": str,
    "play": str,
    "signals": str,
    "priority": int,
    "days_in_stage": float | None,
    "others": str,
}


@attrs.frozen
class NextAction:
    """What to do next for one customer, and why.

    Attributes:
        customer: Whom it is about.
        as_of: The moment of looking.
        stage: The stage they are in; None before the first.
        action: What to do; empty where nothing is to be done, and `reason` says why.
        owner: Who does it; empty where nobody is named.
        owner_from: Where the owner comes from: `play`, `manager` (their own), `signal`, `stage`, or empty.
        channels: Where to do it: the play's channel, else the touchpoints of the stage.
        why: What makes it the next thing to do.
        play: Name of the play; empty where the action is the signal's own.
        signals: Names of the rules with an open signal, sorted.
        priority: That of the play.
        days_in_stage: For how long they have been there.
        others: What else could be done, in order.
        reason: Why there is nothing to do; empty where there is.
    """

    customer: str
    as_of: datetime
    stage: str | None
    action: str = ""
    owner: str = ""
    owner_from: str = ""
    channels: tuple[str, ...] = ()
    why: str = ""
    play: str = ""
    signals: tuple[str, ...] = ()
    priority: int = 0
    days_in_stage: float | None = None
    others: tuple[str, ...] = ()
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The action as plain values, the instant as a text."""
        return {**attrs.asdict(self), "as_of": self.as_of.isoformat()}

    def __str__(self) -> str:
        where = "before the first stage" if self.stage is None else f"in {self.stage!r}"
        if not self.action:
            return f"{self.customer}, {where}: nothing to do, {self.reason}"
        lines = [f"{self.customer}, {where}: {self.action}", f"  why: {self.why}"]
        lines += [f"  who: {self.owner} ({self.owner_from})"] if self.owner else ["  who: nobody is named"]
        lines += [f"  where: {', '.join(self.channels)}"] if self.channels else []
        lines += [f"  else: {other}" for other in self.others]
        return "\n".join(lines)


@attrs.frozen
class Candidate:
    """A play that fits, with the signal that it answers."""

    play: Play
    signal: Signal | None
    named: bool = True

    @property
    def order(self) -> tuple[Any, ...]:
        """The special before the general: by priority, then signal, condition and stage, then by name."""
        play = self.play
        return -play.priority, self.signal is None, play.when is None, not play.stages, play.name, play.action


def next_action(
    customer: Customer,
    signals: Iterable[Signal] = (),
    *,
    as_of: Instant,
    plays: Playbook | None = None,
    facts: GivenFacts = (),
) -> NextAction:
    """The next best action for one customer.

    Of the plays that fit, the one of the highest priority; at the same priority, one that answers an open signal comes
    before others, one with a condition before one without, one of the stage before one of any. An open signal that no
    play answers brings the action of its own rule.

    Args:
        customer: The customer; what happened or was learnt after *as_of* is not seen.
        signals: Signals as of the same moment, of anybody; those of others and those resolved are passed over.
        as_of: The moment of looking.
        plays: A playbook; by default the words of the model's own stages.
        facts: What other systems know of the customer, as `cl.score` takes it.

    Raises:
        DefinitionError: There are no plays, and the model's stages say nothing.
        UnknownNameError: A play names a stage that the model does not have.
        UsageTypeError: An argument is of another type.

    Examples:
        >>> from custlife import Customer, presets
        >>> acme = Customer("acme", presets.bruxt5, moves=[("intent", "2026-01-05T09:00Z")])
        >>> next_action(acme, as_of="2026-01-10T09:00Z").action
        'offer: free trial, case studies, webinars'
    """
    if not isinstance(customer, Customer):
        what = f"customer={shortly(customer)} is not a Customer"
        raise UsageTypeError(what, "for many: playbook.next_actions(log)")
    book = _checked_plays(plays) or words_of(customer.model)
    moment = instant(as_of, name="as_of")
    request = request_at(customer, moment, facts_of(customer.id, facts) if facts else ())
    return _chosen(request, _open_ones(signals).get(customer.id, []), book)


def next_actions(
    customers: Iterable[Customer] | LogLike | Iterable[LogLike],
    signals: Iterable[Signal] = (),
    *,
    as_of: Instant | None = None,
    plays: Playbook | None = None,
    facts: Mapping[str, GivenFacts] | None = None,
    limit: int | None = None,
) -> NextActions:
    """The next best action of many customers, in the order in which to turn to them.

    First by priority of the play, then those with more open signals, then those longest in their stage, then by id.

    Args:
        customers: Customers; or a log, or logs of stages and events of the same customers.
        signals: Signals as of the same moment.
        as_of: The moment of looking; of a log by default its own.
        plays: A playbook; by default the words of each model's own stages.
        facts: Id of a customer to what other systems know of them.
        limit: Only the first so many.

    Raises:
        DataError: Two customers have one id.
        UsageError: There are customers and no `as_of`, or `limit` is no number of customers.

    Examples:
        >>> from custlife import StageLog, presets
        >>> rows = [("ada", "intent", "2026-01-05T09:00Z"), ("bob", "awareness", "2026-01-06T09:00Z")]
        >>> found = next_actions(StageLog.from_rows(rows, presets.bruxt5))
        >>> [one.customer for one in found]
        ['ada', 'bob']
    """
    if limit is not None and (type(limit) is not int or limit < 1):
        raise UsageError(f"limit={limit!r} is no number of customers", "pass limit=20")
    book, moment, calls = _checked_plays(plays), moment_of(customers, as_of), _open_ones(signals)
    books: dict[StageModel, Playbook] = {}
    given = by_customer(facts)
    found: list[NextAction] = []
    for customer in each_customer(customers):
        own = book or books.get(customer.model) or books.setdefault(customer.model, words_of(customer.model))
        request = request_at(customer, moment, facts_for(customer.id, given))
        found.append(_chosen(request, calls.get(customer.id, []), own))
    rows = sorted((one for one in found if one.action), key=_rank)
    idle = sorted((one for one in found if not one.action), key=_rank)
    unknown = sorted({*calls, *given} - {one.customer for one in found})
    return NextActions(moment, tuple(rows[:limit]), len(rows), tuple(idle), tuple(unknown))


@attrs.frozen(repr=False, str=False)
class NextActions(Framed):
    """Next actions, the most urgent first.

    Attributes:
        as_of: The moment of looking.
        rows: The actions in order, cut at the limit.
        total: How many there were before the cut.
        idle: Customers with nothing to do, each with the reason.
        unknown: Ids that signals or facts name and that are not among the customers.
    """

    as_of: datetime
    rows: tuple[NextAction, ...]
    total: int
    idle: tuple[NextAction, ...] = ()
    unknown: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[NextAction]:
        return iter(self.rows)

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return dict(COLUMNS)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each customer with something to do."""
        return [
            {
                name: rank if name == "rank" else _flat(getattr(row, name), "; " if name == "others" else ", ")
                for name in COLUMNS
            }
            for rank, row in enumerate(self.rows, 1)
        ]

    def table(self) -> Table:
        """The actions as a table for people."""
        names = ("rank", "customer", "stage", "action", "owner", "why")
        rows = [tuple(row[name] for name in names) for row in self.to_dicts()]
        said = [f"{len(self.idle):,} with nothing to do."] if self.idle else []
        said += [f"{len(self.unknown):,} named by signals or facts are not among them."] if self.unknown else []
        note = " ".join((*said, f"As of {self.as_of:%Y-%m-%d %H:%M} UTC."))
        shown = f"{len(self):,} of {self.total:,}" if len(self) < self.total else f"{len(self):,}"
        align = ("right", *["left"] * (len(names) - 1))
        return Table(names, rows, title=f"What to do next, for {shown}", note=note, align=align)

    def __repr__(self) -> str:
        return f"<NextActions for {len(self):,}>"

    def __str__(self) -> str:
        return self.table().text(width=120)

    def _repr_html_(self) -> str:
        return self.table().html()


def _flat(value: Any, between: str) -> Any:
    return between.join(value) if isinstance(value, tuple) else value


def _rank(one: NextAction) -> tuple[Any, ...]:
    return -one.priority, -len(one.signals), -(one.days_in_stage or 0), one.customer


def _checked_plays(plays: object) -> Playbook | None:
    if plays is None or isinstance(plays, Playbook):
        return plays
    raise UsageTypeError(f"plays={shortly(plays)} is not a Playbook", "write playbook.Playbook([playbook.Play(...)])")


def _open_ones(signals: Iterable[Signal]) -> dict[str, list[Signal]]:
    """Open signals by customer, in an order of their own."""
    found: dict[str, list[Signal]] = {}
    for place, one in enumerate(several(signals, "signals")):
        if not (hasattr(one, "rule") and hasattr(one, "customer") and hasattr(one, "state")):
            hint = "pass episodes: each has rule, customer, state, why, owner and action"
            raise UsageTypeError(f"signals[{place}]={shortly(one)} is no signal", hint)
        if one.state != "resolved":
            found.setdefault(one.customer, []).append(one)
    return {name: sorted(held, key=_said) for name, held in found.items()}


def _said(one: Signal) -> tuple[str, str, str, str]:
    return one.rule, one.action, one.owner, one.why


def _chosen(request: ScoreRequest, calls: list[Signal], book: Playbook) -> NextAction:
    """The first of the plays that fit."""
    by_rule = {one.rule: one for one in reversed(calls)}
    found = [Candidate(p, by_rule.get(p.signal)) for p in book.plays if p.fits(request, by_rule, book.tz)]
    answered = {one.play.signal for one in found}
    own = [one for one in by_rule.values() if one.rule not in answered and one.action.strip()]
    found += [Candidate(Play(one.rule, one.action, signal=one.rule), one, named=False) for one in own]
    found.sort(key=lambda one: one.order)
    customer, days = request.customer, _days(request)
    head = (customer.id, request.as_of, customer.stage)
    rules = tuple(sorted(by_rule))
    if not found:
        return NextAction(*head, signals=rules, days_in_stage=days, reason=_reason(request))
    best = found[0]
    owner, source = _owner(request, best, book.manager)
    return NextAction(
        *head,
        best.play.action,
        owner,
        source,
        (best.play.channel,) if best.play.channel else _touchpoints(request),
        _why(request, best, days),
        best.play.name if best.named else "",
        rules,
        best.play.priority,
        days,
        tuple(dict.fromkeys(one.play.action for one in found[1:] if one.play.action != best.play.action)),
    )


def _days(request: ScoreRequest) -> float | None:
    spells = request.customer.spells
    return (request.as_of - spells[-1].entered).total_seconds() / DAY_S if spells else None


def _reason(request: ScoreRequest) -> str:
    customer = request.customer
    if customer.stage is None:
        return "as they are in no stage yet"
    stage = customer.model[customer.stage]
    return f"as {stage.label} is final" if stage.exit == "ended" else f"as no play fits in {stage.label}"


def _touchpoints(request: ScoreRequest) -> tuple[str, ...]:
    customer = request.customer
    return () if customer.stage is None else customer.model[customer.stage].touchpoints


def _owner(request: ScoreRequest, best: Candidate, manager: str) -> tuple[str, str]:
    """Who does it, and where that comes from."""
    if best.play.owner:
        return best.play.owner, "play"
    own = request.facts.get(manager)
    if own is not None and str(own).strip():
        return str(own), "manager"
    if best.signal is not None and best.signal.owner:
        return best.signal.owner, "signal"
    customer = request.customer
    teams = () if customer.stage is None else customer.model[customer.stage].owners
    return (", ".join(teams), "stage") if teams else ("", "")


def _why(request: ScoreRequest, best: Candidate, days: float | None) -> str:
    customer, told = request.customer, []
    if best.signal is not None:
        told.append(f"{best.signal.rule}: {best.signal.why}" if best.signal.why else best.signal.rule)
    if best.play.when is not None:
        told.append(str(best.play.when))
    if customer.stage is not None and days is not None:
        stage, place = customer.model[customer.stage], customer.model.position(customer.stage)
        told.append(f"in {stage.label} for {days:.0f} days")
        ahead = () if place is None else customer.model.stages[place + 1 : place + 2]
        told += [f"next: {one.label}" for one in ahead]
    return "; ".join(told) or "no stage yet"
