"""Points from the past: how the odds of an outcome differ where something held, with shrinkage and intervals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.framing import Framed
from custlife.analysis.result import percent
from custlife.errors import DataError, UsageError
from custlife.pictures import Table
from custlife.scoring.backtest_result import Bin, Observation
from custlife.scoring.declared import check_names
from custlife.scoring.grading import bins, counts_of, share_of
from custlife.scoring.ideal import Criterion
from custlife.scoring.lead import Fit, LeadScore
from custlife.scoring.points import number, points_of, several
from custlife.scoring.sampling import anchors_of, end_of, first_after, horizons_of, pasts, study
from custlife.stats.interval import Interval, check_level
from custlife.stats.special import two_sided_z

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from custlife.calendar import Every, Instant, Span
    from custlife.customers import Customer
    from custlife.customers.entries import GivenFacts
    from custlife.scoring.histories import LogLike
    from custlife.scoring.request import ScoreRequest
    from custlife.stats import Share

__all__ = ["Learned", "Lesson", "learn"]

COLUMNS: dict[str, Any] = {
    "criterion": str,
    "observations": int,
    "outcomes": int,
    "rate": float | None,
    "others": int,
    "other_outcomes": int,
    "other_rate": float | None,
    "log_odds": float | None,
    "low": float | None,
    "high": float | None,
    "points": float,
}


@attrs.frozen
class Lesson:
    """What the past says of one criterion.

    Attributes:
        criterion: What held or did not.
        met: Outcomes among the observations where it held.
        unmet: Outcomes among those where it did not; where nothing was known, neither counts.
        log_odds: By how much it raises the log-odds of the outcome, shrunk towards 0; None where it never held, or
            always.
        interval: Confidence interval of that, which counts customers; None with it.
        points: What it is worth on the scale of the score.
    """

    criterion: Criterion
    met: Share
    unmet: Share
    log_odds: float | None
    interval: Interval | None
    points: float


@attrs.frozen(repr=False, str=False)
class Learned(Framed):
    """Points from the past, and the score that they make.

    Attributes:
        outcome: What they foretell.
        horizon: How far ahead.
        base: The share of all observations with the outcome.
        shrink: How many observations at the base rate were added to each side.
        lessons: The criteria with their points, in the order given.
        score: The score that adds them up.
        calibration: The outcomes by that score, among the observations that it was learnt from, which flatters it.
    """

    outcome: str
    horizon: Span
    base: Share
    shrink: float
    lessons: tuple[Lesson, ...]
    score: LeadScore
    calibration: tuple[Bin, ...]

    def __getitem__(self, name: str) -> Lesson:
        """The lesson of one criterion.

        Raises:
            UnknownNameError: There is none of that name.
        """
        from custlife.errors import UnknownNameError

        for lesson in self.lessons:
            if lesson.criterion.name == name:
                return lesson
        raise UnknownNameError("criterion", name, [one.criterion.name for one in self.lessons])

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return dict(COLUMNS)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each criterion."""
        return [
            {
                "criterion": one.criterion.name,
                "observations": one.met.n,
                "outcomes": one.met.k,
                "rate": one.met.rate,
                "others": one.unmet.n,
                "other_outcomes": one.unmet.k,
                "other_rate": one.unmet.rate,
                "log_odds": one.log_odds,
                "low": None if one.interval is None else one.interval.low,
                "high": None if one.interval is None else one.interval.high,
                "points": one.points,
            }
            for one in self.lessons
        ]

    def table(self) -> Table:
        """The lessons as a table for people."""
        rows = [
            (
                one.criterion.name,
                one.met.n,
                percent(one.met.rate),
                percent(one.unmet.rate),
                None if one.log_odds is None else f"{one.log_odds:+.2f}",
                None if one.interval is None else f"{one.interval.low:+.2f} to {one.interval.high:+.2f}",
                f"{one.points:+.1f}",
            )
            for one in self.lessons
        ]
        names = ("criterion", "held", "rate", "else", "log-odds", "interval", "points")
        base = f"Base rate {percent(self.base.rate)} of {self.base.n:,}."
        note = f"{base} Learnt and not yet tested: backtest the score later."
        title = f"{self.outcome} within {self.horizon}"
        return Table(names, rows, title=title, note=note, align=("left", *["right"] * 6))

    def __repr__(self) -> str:
        return f"<Learned: {len(self.lessons)} criteria for {self.outcome} within {self.horizon}>"

    def __str__(self) -> str:
        return self.table().text(width=120)

    def _repr_html_(self) -> str:
        return self.table().html()


def learn(
    criteria: Iterable[Criterion],
    customers: Iterable[Customer] | LogLike | Iterable[LogLike],
    outcome: str | Iterable[str] | Callable[[Customer], Iterable[datetime]],
    *,
    horizon: Any = "90 days",
    shrink: float = 20,
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
    name: str = "learned",
) -> Learned:
    """Points for criteria, from how often the outcome came where they held.

    Customers are looked at as in `backtest`: at each anchor, told what was known then. Points are in proportion to the
    differences of log-odds, so that all good ones together make 100. Each criterion is learnt by itself: of two that
    say the same, both count, so leave one out.

    Args:
        criteria: Made by `criterion`; their weights say nothing here.
        customers: Customers; or a log, or logs of stages and events of the same customers.
        outcome: As for `backtest`.
        horizon: How far ahead.
        shrink: So many observations at the base rate are added to either side, so that rare things weigh little.
        every: As for `backtest`, and so all that follow.
        since: No anchors before this.
        as_of: The end of observation; learn up to a moment, and backtest from there on.
        anchors: The anchors themselves.
        at_risk: Stages in which one is at risk.
        repeats: Whether the outcome may come again.
        facts: What other systems know, with dates.
        static: Names of facts without a date that never change.
        tz: The zone of anchors and horizons.
        level: Nominal coverage of the intervals.
        name: What the score is called.

    Raises:
        DataError: There is no outcome, or nothing else.
        UsageError: Facts without a date, or an argument that cannot be used.

    Source:
        Weights of evidence as in Good (1950), Probability and the Weighing of Evidence; the standard error of a
        log-odds ratio by Woolf (1955), Annals of Human Genetics 19, widened by Kish's design effect.

    Examples:
        >>> from custlife import simulate
        >>> from custlife.scoring import criterion, days_in_stage
        >>> fresh = criterion("fresh", days_in_stage(), at_most=14)
        >>> learn([fresh], simulate.b2b(200), "onboarding", horizon="60 days")["fresh"].log_odds > 0
        True
    """
    wanted = several(criteria, "criteria")
    check_names("criterion", wanted, Criterion)
    strength = float(number(shrink, "shrink"))
    if strength < 0:
        raise UsageError(f"shrink={shrink!r} is below 0", "pass shrink=20, or 0 for none")
    (ahead,) = horizons_of([horizon])
    looked = study(customers, outcome, as_of=as_of, tz=tz, at_risk=at_risk, repeats=repeats)
    reads = frozenset(name for one in wanted if one.when.reads.kind == "fact" for name in one.when.reads.of)
    found = pasts(customers, looked, facts, static, reads)
    requests: list[tuple[ScoreRequest, bool]] = []
    for anchor in anchors_of(found, looked, every, since, anchors):
        end = end_of(anchor, ahead, looked.tz)
        for past in found if end <= looked.until else ():
            request = looked.request(past, anchor)
            if request is not None:
                requests.append((request, first_after(past.outcomes, anchor, end) is not None))
    level = check_level(level)
    base = share_of([(request.customer.id, case) for request, case in requests], level)
    if not base.k or base.k == base.n:
        raise DataError(f"{base.k} outcomes in {base.n} observations teach nothing", hint="check outcome= and horizon=")
    lessons = [_lesson(one, requests, base.k / base.n, strength, level, looked.tz) for one in wanted]
    top = sum(max(0.0, one.log_odds or 0) for one in lessons)
    scaled = [attrs.evolve(one, points=_points(one.log_odds, top)) for one in lessons]
    rules = [Fit(one.criterion.name, one.criterion.when, one.points) for one in scaled]
    score = LeadScore(rules, name=name, tz=looked.tz)
    told = looked.outcome if isinstance(looked.outcome, tuple) else ("the outcome",)
    return Learned(" or ".join(told), ahead, base, strength, tuple(scaled), score, _calibrated(score, requests, level))


def _points(log_odds: float | None, top: float) -> float:
    return points_of(100 * (log_odds or 0) / top) if top else 0.0


def _lesson(
    one: Criterion, requests: Sequence[tuple[ScoreRequest, bool]], rate: float, shrink: float, level: float, tz: str
) -> Lesson:
    sides: dict[bool | None, list[tuple[str, bool]]] = {True: [], False: [], None: []}
    for request, case in requests:
        sides[one.when.met(one.when.reads.read(request, tz))].append((request.customer.id, case))
    met, unmet = share_of(sides[True], level), share_of(sides[False], level)
    if not met.n or not unmet.n:
        return Lesson(one, met, unmet, None, None, 0.0)
    log_odds, variance = 0.0, 0.0
    for side, sign, pairs in ((met, 1, sides[True]), (unmet, -1, sides[False])):
        k, n = side.k + shrink * rate, side.n + shrink
        if not 0 < k < n:
            return Lesson(one, met, unmet, None, None, 0.0)  # without shrinkage, and all or none with the outcome
        log_odds += sign * math.log(k / (n - k))
        variance += _design_effect(pairs) * (1 / k + 1 / (n - k))
    half = two_sided_z(level) * math.sqrt(variance)
    return Lesson(one, met, unmet, log_odds, Interval(log_odds - half, log_odds + half, level, "clustered woolf"), 0.0)


def _design_effect(pairs: Sequence[tuple[str, bool]]) -> float:
    """How many times the variance of independent observations; at least 1."""
    counts = counts_of(pairs)
    n, clusters = len(pairs), len(counts)
    rate = sum(k for k, _ in counts) / n
    if clusters < 2 or rate in {0.0, 1.0}:
        return n / clusters
    spread = math.fsum((k - rate * m) ** 2 for k, m in counts) * clusters / (clusters - 1)
    return max(1.0, spread / (n * rate * (1 - rate)))


def _calibrated(score: LeadScore, requests: Sequence[tuple[ScoreRequest, bool]], level: float) -> tuple[Bin, ...]:
    seen = [
        Observation(request.customer.id, request.as_of, score(request).value, request.as_of if case else None)
        for request, case in requests
    ]
    return bins(seen, level)
