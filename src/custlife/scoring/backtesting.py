"""Backtests: how well a score would have foretold what happened, told nothing but what was known at each moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custlife.errors import UsageError
from custlife.scoring.backtest_result import Backtest, Observation
from custlife.scoring.batch import Run
from custlife.scoring.grading import graded
from custlife.scoring.judging import checked_scorer, name_of
from custlife.scoring.points import points_of
from custlife.scoring.reading import reads_of
from custlife.scoring.registry import resolved
from custlife.scoring.sampling import anchors_of, end_of, first_after, horizons_of, never_seen, pasts, study
from custlife.scoring.value import Score
from custlife.stats.interval import check_level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from custlife.calendar import Every, Instant
    from custlife.customers import Customer
    from custlife.customers.entries import GivenFacts
    from custlife.scoring.histories import LogLike
    from custlife.scoring.judging import Scorer
    from custlife.scoring.sampling import Past, Study
    from custlife.scoring.scores import Failure

__all__ = ["backtest"]

SIDES = ("high", "low")


def backtest(
    scorer: Scorer | str,
    customers: Iterable[Customer] | LogLike | Iterable[LogLike],
    outcome: str | Iterable[str] | Callable[[Customer], Iterable[datetime]],
    *,
    horizons: Any = ("90 days",),
    foretold_by: str = "high",
    flag: float | None = None,
    every: Every = "month",
    since: Instant | None = None,
    as_of: Instant | None = None,
    anchors: Iterable[Instant] | None = None,
    at_risk: str | Iterable[str] | None = None,
    repeats: bool = False,
    facts: Mapping[str, GivenFacts] | None = None,
    static: str | Iterable[str] = (),
    tz: str | None = None,
    level: float = 0.95,
) -> Backtest:
    """How well a score would have foretold an outcome.

    At each anchor those still at risk are scored with what had happened and was known then: `as_of` and `known_at` are
    the anchor. The label is whether the outcome happens after the anchor and within the horizon. Anchors whose horizon
    is not over yet are left out, since nobody knows how they end.

    Args:
        scorer: A callable of one `ScoreRequest`, or a registered name. A customer for whom it fails is listed.
        customers: Customers; or a log, or logs of stages and events of the same customers.
        outcome: Names of events or of stages that are entered; or a function from a customer to the moments at which it
            happened.
        horizons: How far ahead to look: a span, or several; each is graded by itself.
        foretold_by: `high`: high scores foretell the outcome (a lead is won); `low`: low ones do (a customer churns).
        flag: The score from which on (for `low`: up to which) one would have acted; by default that of the tenth of
            observations that the outcome is most foretold for.
        every: Anchors are the starts of these periods: `day`, `week`, `month`, `quarter` or `year`.
        since: No anchors before this.
        as_of: The end of observation; of a log by default its own.
        anchors: Instead of `every` and `since`: the anchors themselves.
        at_risk: Stages in which one is at risk; by default all but ended exits and the outcome itself.
        repeats: True: those who had the outcome may have it again; False: only the first counts.
        facts: Id of a customer to what other systems know of them, with dates.
        static: Names of facts without a date that never change, such as a country; others without a date are refused.
        tz: The zone of anchors and horizons; by default that of the log, else UTC.
        level: Nominal coverage of the intervals, which count customers and not observations.

    Raises:
        UsageError: A fact without a date, or an argument that cannot be used.
        UsageTypeError: An argument of another type.

    Examples:
        >>> from custlife import simulate
        >>> from custlife.scoring import HealthScore, days_in_stage, measure
        >>> fresh = HealthScore([measure("fresh", days_in_stage(), worst=60, best=0)])
        >>> found = backtest(fresh, simulate.b2b(200), "onboarding", horizons="60 days")
        >>> found.horizons[0].observations > found.horizons[0].customers > 100
        True
    """
    hook = checked_scorer(resolved(scorer))
    if foretold_by not in SIDES:
        raise UsageError(f"foretold_by={foretold_by!r} is no side", "write foretold_by='high' or foretold_by='low'")
    limit = None if flag is None else points_of(flag, "flag")
    spans = horizons_of(horizons)
    looked = study(customers, outcome, as_of=as_of, tz=tz, at_risk=at_risk, repeats=repeats)
    reads = facts_read_by(hook)
    found = pasts(customers, looked, facts, static, reads)
    moments = anchors_of(found, looked, every, since, anchors)
    ends = {(at, one): end_of(at, one, looked.tz) for at in moments for one in spans}
    whole = [at for at in moments if any(ends[at, one] <= looked.until for one in spans)]
    scored, failures = _scored(hook, found, looked, whole)
    results = []
    for one in spans:
        usable = {at for at in moments if ends[at, one] <= looked.until}
        seen = [
            Observation(past.customer.id, at, value, first_after(past.outcomes, at, ends[at, one]))
            for past, at, value in scored
            if at in usable
        ]
        results.append(
            graded(seen, one, len(usable), len(moments) - len(usable), foretold_by, limit, check_level(level))
        )
    told = outcome if not callable(outcome) else name_of(outcome)
    return Backtest(
        name_of(hook), _told(told), foretold_by, looked.until, tuple(results), failures, never_seen(found, looked)
    )


def _told(outcome: Any) -> str:
    return outcome if isinstance(outcome, str) else " or ".join(outcome)


def facts_read_by(scorer: Any) -> frozenset[str] | None:
    """The facts that a declared score reads; None for code, which may read any."""
    reads = reads_of(scorer)
    return None if reads is None else frozenset(name for one in reads if one.kind == "fact" for name in one.of)


def _scored(
    hook: Any, found: Sequence[Past], looked: Study, anchors: Sequence[datetime]
) -> tuple[list[tuple[Past, datetime, float | None]], tuple[Failure, ...]]:
    """Everybody at risk at each anchor with their value, by anchor and id."""
    rows: list[tuple[Past, datetime, float | None]] = []
    failures: list[Failure] = []
    for anchor in anchors:
        run = Run(hook, anchor, None, {})
        for past in found:
            request = looked.request(past, anchor)
            if request is not None:
                answer = run.answer(request)
                rows.append((past, anchor, _value(answer)))
        failures.extend(run.failures)
    return rows, tuple(failures)


def _value(answer: float | Score) -> float | None:
    value = answer.value if isinstance(answer, Score) else answer
    return None if value is None else float(value)
