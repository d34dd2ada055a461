"""Watching customers: rules looked at over a grid of moments, so that it does not matter when a job ran."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.result import About
from custlife.calendar import from_us, instant, periods, to_us, zone
from custlife.errors import UnknownNameError, UsageError
from custlife.scoring.batch import moment_of, zone_of
from custlife.scoring.crossing import moments_of
from custlife.scoring.histories import NO_STAGES, each_customer
from custlife.scoring.request import ScoreRequest, by_customer, facts_for, request_at
from custlife.signals.episodes import by_opening
from custlife.signals.folding import Fold
from custlife.signals.look import Sign
from custlife.signals.result import Signals
from custlife.signals.rule import RuleSet, rules_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from custlife.calendar import Every, Instant, Periods
    from custlife.customers import Customer, Fact
    from custlife.customers.entries import GivenFacts
    from custlife.scoring.histories import LogLike
    from custlife.signals.rule import Rule
    from custlife.stages import StageModel

__all__ = ["Watch", "watch"]

TOLD = 1_000  # customers between two calls of progress


@attrs.frozen
class Watch:
    """The question: rules, and the grid on which they are looked at.

    Attributes:
        rules: The rules.
        every: The grid: the starts of these periods in the zone of the answer.
        since: The first moment that is looked at; None begins with the first that is known of each customer.
        manager: Name of the fact with the customer's own manager.
    """

    rules: RuleSet = attrs.field(converter=rules_of)
    every: Every = "day"
    since: datetime | None = None
    manager: str = "manager"


class Grid:
    """The moments of looking: starts of periods, each made once."""

    def __init__(self, starts: Periods, until: datetime) -> None:
        self.starts = starts
        self.last = starts.index(to_us(until))
        self.at: dict[int, datetime] = {}

    def between(self, begin: datetime) -> Iterator[datetime]:
        """The moments from an instant on, rising; a day that the clocks skip has none of its own."""
        us = to_us(begin)
        first = self.starts.index(us)
        first += self.starts.start(first) < us
        before: datetime | None = None
        for index in range(first, self.last + 1):
            at = self.at.get(index)
            if at is None:
                at = self.at[index] = from_us(self.starts.start(index))
            if at != before:
                yield at
            before = at


class Run:
    """One watch on its way through the customers."""

    def __init__(self, question: Watch, as_of: datetime, tz: str, facts: Mapping[str, GivenFacts]) -> None:
        self.question = question
        self.as_of = as_of
        self.zone = zone(tz)
        self.facts = facts
        self.grid = Grid(periods(question.every, tz=tz), as_of)
        self.rules = question.rules.in_order()
        self.places = _places(self.rules)
        self.models: dict[int, StageModel] = {}
        self.folds: list[Fold] = []
        self.found: list[Any] = []
        self.failures: list[Any] = []
        self.customers: list[str] = []
        self.unseen: list[str] = []
        self.undated: set[str] = set()
        self.events: set[str] = set()
        self.rows = 0
        self.last: datetime | None = None

    def add(self, customer: Customer) -> None:
        """Follows one customer."""
        if id(customer.model) not in self.models:
            _check(self.rules, customer.model)
            self.models[id(customer.model)] = customer.model
        self.customers.append(customer.id)
        self.events.update(event.name for event in customer.events)
        facts = facts_for(customer.id, self.facts)
        self.undated |= {one.name for one in (*customer.facts, *facts) if one.at is None and one.recorded_at is None}
        moments = moments_of(customer, facts, self.as_of, None, self.zone.key)
        self.rows += len(customer.moves) + len(customer.events) + len(customer.facts)
        begin = max((at for at in (self.question.since, *moments[:1]) if at is not None), default=None)
        if begin is None:
            self.unseen.append(customer.id)
            return
        fold = Fold(self.rules, self.zone, self.question.manager, self.places)
        for request in self._requests(customer, facts, moments, begin):
            fold.step(request)
        self.found += fold.episodes()
        self.failures += fold.failures.values()

    def _requests(
        self, customer: Customer, facts: tuple[Fact, ...], moments: list[datetime], begin: datetime
    ) -> Iterator[ScoreRequest]:
        """The customer at each moment of the grid; what is known is cut anew only where something was added."""
        known, request = -1, None
        for at in self.grid.between(begin):
            now = bisect_right(moments, at)
            if request is None or now != known:
                request, known = request_at(customer, at, facts), now
            else:
                request = ScoreRequest(request.customer, at, request.facts)
            self.last = at if self.last is None else max(self.last, at)
            yield request

    def signals(self) -> Signals:
        """Everything that was found."""
        models = [model.name for model in self.models.values() if model is not NO_STAGES]
        since = self.question.since
        about = About(
            to_us(self.as_of), None if since is None else to_us(since), self.zone.key, "customer",
            len(self.customers), self.rows, models[0] if models else None, (),
        )  # fmt: skip
        found = tuple(sorted(self.found, key=by_opening))
        failures = tuple(sorted(self.failures, key=_by_customer))
        unknown = sorted(map(str, set(self.facts) - set(self.customers)))
        never = tuple(name for name in _named_events(self.rules) if name not in self.events)
        lists = tuple(sorted(self.unseen)), tuple(sorted(self.undated)), tuple(unknown), never
        return Signals(self.question, about, self.last, found, failures, *lists)


def watch(
    rules: RuleSet | Rule | Iterable[Rule],
    customers: Iterable[Customer] | LogLike | Iterable[LogLike],
    *,
    as_of: Instant | None = None,
    since: Instant | None = None,
    every: Every = "day",
    facts: Mapping[str, GivenFacts] | None = None,
    manager: str = "manager",
    tz: str | None = None,
    progress: Callable[[int], object] | None = None,
) -> Signals:
    """The episodes of all customers: every rule, looked at on a grid from the first that is known of them to *as_of*.

    At each moment of the grid a rule sees what was known then, and nothing else. So it does not matter when or how
    often a job runs, and a later answer has all episodes of an earlier one with the same ids; a later row changes an
    earlier moment only where it does not say that it was recorded late.

    Args:
        rules: The rules.
        customers: Customers; or a log, or logs of stages and events of the same customers.
        as_of: The moment of looking; of a log by default its own.
        since: The first moment of the grid; what was there before opens then. By default the first that is known of
            each customer.
        every: The grid: `day`, `week`, `month`, `quarter` or `year`; the moments are the starts of these periods.
        facts: Id of a customer to what other systems know of them, as `cl.score` takes it; those without a date hold at
            every moment.
        manager: Name of the fact with the customer's own manager.
        tz: The zone of the grid and of calendar spans; of a log by default its own, else UTC.
        progress: Called with the number of customers done, every thousand and at the end.

    Raises:
        UsageError: There are customers and no `as_of`, or `since` is after it.
        UsageTypeError: An argument is of another type.
        UnknownNameError: A stage that the model does not have, or an unknown word.
        DataError: Two customers have one id, or facts cannot be used.

    Examples:
        >>> from custlife import EventLog
        >>> from custlife.signals import Rule, Unanswered
        >>> log = EventLog.from_rows([("ada", "demo request", "2026-01-05T09:00Z")], as_of="2026-01-08T00:00Z")
        >>> found = watch(Rule("overdue", Unanswered("demo request", within="24 hours")), log)
        >>> [(one.customer, one.state, str(one.opened_at.date())) for one in found]
        [('ada', 'open', '2026-01-07')]
    """
    wanted = rules_of(rules)
    until = moment_of(customers, as_of)
    place = zone_of(customers, tz)
    start = None if since is None else instant(since, tz=place, name="since")
    if start is not None and start > until:
        raise UsageError(
            f"since={start:%Y-%m-%d %H:%M} is after as_of={until:%Y-%m-%d %H:%M}", "pass an earlier since="
        )
    question = Watch(wanted, every, start, manager)
    run = Run(question, until, place, by_customer(facts))
    done = 0
    for done, customer in enumerate(each_customer(customers), 1):
        run.add(customer)
        if progress is not None and done % TOLD == 0:
            progress(done)
    if progress is not None and done % TOLD:
        progress(done)
    return run.signals()


def _check(rules: Iterable[Rule], model: StageModel) -> None:
    """Refuses stages that the model does not have, before anybody is looked at."""
    for rule in rules:
        try:
            if isinstance(rule.sign, Sign):
                rule.sign.check(model)
            for name in rule.only_in:
                model.resolve(name)
        except UnknownNameError as error:
            where = f"rule {rule.name!r} on model {model.name!r}"
            raise UnknownNameError(error.kind, error.name, error.known, where) from None


def _named_events(rules: Iterable[Rule]) -> Iterable[str]:
    """The events that the rules name, each once."""
    return dict.fromkeys(name for rule in rules if isinstance(rule.sign, Sign) for name in rule.sign.named_events())


def _places(rules: Iterable[Rule]) -> dict[int, int]:
    """Equal scorers share one memory, so that each is asked once a moment."""
    scorers = [one for rule in rules if isinstance(rule.sign, Sign) for one in rule.sign.scorers()]
    return {id(one): scorers.index(one) for one in scorers}


def _by_customer(one: Any) -> tuple[str, str]:
    return one.customer, one.hook
