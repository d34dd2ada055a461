"""Many customers at once: what one hook does wrong for one customer is listed, and everybody else is scored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custlife.calendar import instant, span, zone
from custlife.customers import Customer
from custlife.errors import UsageError, UsageTypeError
from custlife.scoring.histories import each_customer, is_log
from custlife.scoring.judging import HookError, checked, checked_scorer, judged, name_of, plain_score, signed
from custlife.scoring.points import shortly
from custlife.scoring.reading import reads_of
from custlife.scoring.registry import resolved
from custlife.scoring.request import by_customer, facts_for, facts_of, request_at
from custlife.scoring.scores import Failure, HookTime, Scores, Slow
from custlife.scoring.stopwatch import ticks
from custlife.scoring.value import Score

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from custlife.calendar import Instant, Span
    from custlife.customers import Fact
    from custlife.customers.entries import GivenFacts
    from custlife.scoring.histories import LogLike
    from custlife.scoring.judging import Ask, Scorer
    from custlife.scoring.request import ScoreRequest

__all__ = ["moment_of", "score", "score_all", "zone_of"]

EVERY = 1_000  # customers between two calls of progress


def score(scorer: Scorer | str, customer: Customer, *, as_of: Instant, facts: GivenFacts = ()) -> Score:
    """The score of one customer at one moment; whatever goes wrong is raised.

    Args:
        scorer: A callable of one `ScoreRequest`, or the name of one that is registered.
        customer: The customer; what happened or was learnt after *as_of* is not seen.
        as_of: The moment of looking.
        facts: What other systems know: facts, pairs `(name, value)`, or a mapping. Those without a date always hold.

    Raises:
        UsageError: The hook returned a number that is no score.
        UsageTypeError: It returned something else, or an argument is of another type.
        TimeError: `as_of` is naive or unreadable.
        Exception: What the hook itself raised, with a note that names hook and customer.

    Examples:
        >>> from custlife import Customer, presets
        >>> acme = Customer("acme", presets.bruxt5)
        >>> score(lambda asked: 10 * asked.facts["seats"], acme, as_of="2026-02-01T00:00Z", facts={"seats": 7}).value
        70.0
    """
    hook = checked_scorer(resolved(scorer))
    if not isinstance(customer, Customer):
        raise UsageTypeError(f"customer={shortly(customer)} is not a Customer", "for many: cl.score_all(scorer, log)")
    moment = instant(as_of, name="as_of")
    return judged(hook, request_at(customer, moment, facts_of(customer.id, facts) if facts else ()))


def score_all(
    scorer: Scorer | str,
    customers: Iterable[Customer] | LogLike | Iterable[LogLike],
    *,
    as_of: Instant | None = None,
    facts: Mapping[str, GivenFacts] | None = None,
    progress: Callable[[int], object] | None = None,
    slow_after: Span | timedelta | str | None = None,
) -> Scores:
    """The scores of many customers; a hook that fails for one of them is listed, and the others are scored.

    What a hook raises, returns instead of a score, or tries to change, costs one customer their score and nothing
    else. KeyboardInterrupt and SystemExit end the batch. A hook that never returns cannot be stopped from inside a
    Python process: *slow_after* lists what took long once it is over.

    Args:
        scorer: A callable of one `ScoreRequest`, or the name of one that is registered.
        customers: Customers; or a log, or logs of stages and events of the same customers.
        as_of: The moment of looking; of a log by default its own.
        facts: Id of a customer to what other systems know of them, as `cl.score` takes it.
        progress: Called with the number of customers done, every thousand and at the end.
        slow_after: Calls longer than this are listed.

    Raises:
        UsageError: There are customers and no `as_of`, or logs that look from different moments.
        UsageTypeError: An argument is of another type.
        DataError: Two customers have one id.

    Examples:
        >>> from custlife import EventLog
        >>> log = EventLog.from_rows([("ada", "login", "2026-01-05T09:00Z"), ("bob", "login", "2026-01-06T09:00Z")])
        >>> score_all(lambda request: 50 if request.customer.id == "ada" else 1 / 0, log).failures[0].kind
        'raised ZeroDivisionError'
    """
    hook = checked_scorer(resolved(scorer))
    moment = moment_of(customers, as_of)
    run = Run(hook, moment, _limit(slow_after), by_customer(facts))
    done = 0
    for done, customer in enumerate(each_customer(customers), 1):
        run.add(customer)
        if progress is not None and done % EVERY == 0:
            progress(done)
    if progress is not None and done % EVERY:
        progress(done)
    return run.scores()


def moment_of(given: Any, as_of: Instant | None) -> datetime:
    """The moment of looking: the one given, else that of the logs.

    Raises:
        UsageError: There are customers and no `as_of`, or logs that look from different moments.
    """
    if as_of is not None:
        return instant(as_of, name="as_of")
    if logs := _logs_in(given):
        moments = sorted({log.as_of for log in logs})
        if len(moments) > 1:
            told = " and ".join(f"{moment:%Y-%m-%d %H:%M}" for moment in moments)
            raise UsageError(f"the logs look from different moments: {told} UTC", "pass as_of=")
        moment: datetime = moments[0]
        return moment
    raise UsageError("as_of is missing: a score depends on when one looks", "pass as_of=, such as datetime.now(UTC)")


def zone_of(given: Any, tz: str | None) -> str:
    """The zone of the calendar: the one given, else that of the logs, else UTC.

    Raises:
        UsageError: No such zone, or logs in different ones.
    """
    if tz is not None:
        return zone(tz).key
    found = sorted({str(log.tz) for log in _logs_in(given) if getattr(log, "tz", None)})
    if len(found) > 1:
        raise UsageError(f"the logs have different zones: {' and '.join(found)}", "pass tz=")
    return found[0] if found else "UTC"


def _logs_in(given: Any) -> Sequence[Any]:
    """The log, or the logs if nothing else is given."""
    logs = [given] if is_log(given) else given if isinstance(given, list | tuple) else []
    return logs if all(map(is_log, logs)) else []


def _limit(slow_after: Span | timedelta | str | None) -> int | None:
    """Nanoseconds."""
    if slow_after is None:
        return None
    wanted = span(slow_after, name="slow_after")
    if not wanted.is_exact:
        raise UsageError(f"slow_after={slow_after!r} depends on the calendar", "write slow_after='2 seconds'")
    return wanted.us * 1_000


class Run:
    """One batch on its way."""

    def __init__(self, scorer: Scorer, as_of: datetime, limit: int | None, facts: Mapping[str, GivenFacts]) -> None:
        self.scorer = scorer
        self.name = name_of(scorer)
        self.as_of = as_of
        self.limit = limit
        self.facts = facts
        self.judge = getattr(scorer, "judge", None)
        self.customers: list[str] = []
        self.found: list[float | Score] = []
        self.failures: list[Failure] = []
        self.slow: list[Slow] = []
        self.events = tuple(dict.fromkeys(name for one in reads_of(scorer) or () for name in one.events))
        self.unheard = set(self.events)
        self.times: dict[str, list[int]] = {self.name: [0, 0, 0, 0]} if self.judge is None else {}

    def add(self, customer: Customer) -> None:
        """Scores one customer, whatever the hook does."""
        name = customer.id
        if self.unheard:
            self.unheard.difference_update(event.name for event in customer.events)
        try:
            mine = self._facts(name) if self.facts else ()
            request = request_at(customer, self.as_of, mine)
            answer = (
                self._call(self.scorer, self.name, request) if self.judge is None else self._branch(self.judge, request)
            )
        except HookError as error:
            answer = self._failed(name, error)
        self.customers.append(name)
        self.found.append(answer)

    def answer(self, request: ScoreRequest) -> float | Score:
        """The score for one request, whatever the hook does."""
        try:
            return (
                self._call(self.scorer, self.name, request) if self.judge is None else self._branch(self.judge, request)
            )
        except HookError as error:
            return self._failed(request.customer.id, error)

    def _failed(self, customer: str, error: HookError) -> Score:
        self.failures.append(Failure(customer, error.hook, error.kind, error.what))
        reason = f"hook {error.hook!r} {error.kind}"
        return Score(None, reason=reason, completeness=0, name=self.name, customer=customer, as_of=self.as_of)

    def _facts(self, customer: str) -> tuple[Fact, ...]:
        try:
            return facts_for(customer, self.facts)
        except Exception as error:
            kind = f"got facts that cannot be used ({type(error).__name__})"
            raise HookError(self.name, kind, f"facts of customer {customer!r}: {error}") from error

    def _branch(self, judge: Callable[[ScoreRequest, Ask], Score], request: ScoreRequest) -> Score:
        try:
            found = judge(request, self.ask)
        except HookError:
            raise
        except Exception as error:
            raise _raised(self.name, request.customer.id, error) from error
        return signed(found, self.name, request.customer.id, self.as_of)

    def ask(self, scorer: Scorer, request: ScoreRequest, /) -> Score:
        """The score by one hook among several, timed."""
        name, customer = name_of(scorer), request.customer.id
        judge = getattr(scorer, "judge", None)
        if judge is not None:
            return signed(judge(request, self.ask), name, customer, self.as_of)
        if name not in self.times:
            self.times[name] = [0, 0, 0, 0]
        answer = self._call(scorer, name, request)
        if isinstance(answer, Score):
            return signed(answer, name, customer, self.as_of)
        return plain_score(answer, name, customer, self.as_of)

    def _call(self, scorer: Scorer, name: str, request: ScoreRequest) -> float | Score:
        times = self.times[name]
        start = took = ticks()
        try:
            found = scorer(request)
            took = ticks()
            return checked(found, name, request.customer.id)
        except HookError:
            times[3] += 1
            raise
        except Exception as error:
            took = ticks()
            times[3] += 1
            raise _raised(name, request.customer.id, error) from error
        finally:
            took -= start
            times[0] += 1
            times[1] += took
            times[2] = max(times[2], took)
            if self.limit is not None and took > self.limit:
                self.slow.append(Slow(request.customer.id, name, took / 1e9))

    def scores(self) -> Scores:
        """Everything that was found."""
        hooks = [HookTime(name, c, failed, ns / 1e9, most / 1e9) for name, (c, ns, most, failed) in self.times.items()]
        unknown = sorted(map(str, set(self.facts) - set(self.customers)))
        lists = tuple(self.failures), tuple(hooks), tuple(self.slow)
        unheard = tuple(name for name in self.events if name in self.unheard) if self.customers else ()
        return Scores(self.name, self.as_of, tuple(self.customers), tuple(self.found), *lists, tuple(unknown), unheard)


def _raised(hook: str, customer: str, error: Exception) -> HookError:
    kind = f"raised {type(error).__name__}"
    try:
        text = str(error)
    except Exception:  # the text of somebody else's exception may raise as well
        text = ""
    said = text if len(text) <= 300 else f"{text[:297]}..."
    return HookError(hook, kind, f"score hook {hook!r} {kind} for customer {customer!r}: {said}".removesuffix(": "))
