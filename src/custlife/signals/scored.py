"""Signs of a score: it qualifies, it is red, it falls; and what a chain foretells of a stage."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from custlife.calendar import Span
from custlife.errors import DefinitionError, UsageError, UsageTypeError
from custlife.scoring.bands import Bands
from custlife.scoring.judging import checked_scorer, name_of
from custlife.scoring.points import named, number, shortly
from custlife.scoring.registry import resolved
from custlife.signals.look import UNKNOWN, Look, Moment, Sign, bound, length, maybe_bound, texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from custlife.analysis.chain_result import ChainResult
    from custlife.scoring.judging import Scorer

__all__ = ["AtRisk", "HealthFalling", "HealthRed", "Qualified", "churn_risk"]


def _scorer(given: Scorer | str) -> Scorer:
    scorer: Scorer = checked_scorer(resolved(given))
    return scorer


def _check_scale(**bounds: float | None) -> None:
    for name, value in bounds.items():
        if value is not None and not 0 <= value <= 100:
            raise DefinitionError(f"{name}={value:g} is not from 0 to 100, as scores are", f"pass {name}=50")


@attrs.frozen
class Qualified(Sign):
    """A score has come to a threshold.

    Attributes:
        score: The scorer, or the name of one that is registered.
        at_least: It qualifies from this value on.
        until: It does so until the score is below this value; by default below the threshold.

    Raises:
        DefinitionError: Bounds outside 0 to 100, or `until` above the threshold.
    """

    KIND: ClassVar[str] = "qualified"
    ACTION: ClassVar[str] = "get in touch while they are interested"

    score: Any = attrs.field(converter=_scorer)
    at_least: float = attrs.field(converter=bound, kw_only=True)
    until: float | None = attrs.field(default=None, converter=maybe_bound, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _check_scale(at_least=self.at_least, until=self.until)
        if self.until is not None and self.until > self.at_least:
            raise DefinitionError(f"until={self.until:g} is above at_least={self.at_least:g}", "swap them")

    def look(self, moment: Moment) -> Look:
        """Whether the score is there."""
        value = moment.score(self.score).value
        if value is None:
            return UNKNOWN
        low = self.at_least if self.until is None else self.until
        why = f"{name_of(self.score)} {value:.1f}, qualifies from {self.at_least:g}"
        return Look(value >= self.at_least, value, why=why, clear=value < low)

    def scorers(self) -> tuple[Any, ...]:
        """The scorers that it asks."""
        return (self.score,)


@attrs.frozen
class HealthRed(Sign):
    """A score is low: in its lowest band, or below a value.

    Attributes:
        score: The scorer, or the name of one that is registered.
        below: It is red below this value; by default in the lowest of the score's own bands.
        until: It is so until the score is at least this value; by default until it is not red.

    Raises:
        DefinitionError: Bounds outside 0 to 100, `until` under them, or neither bounds nor bands.
    """

    KIND: ClassVar[str] = "health red"
    ACTION: ClassVar[str] = "call them; look first at the measures that cost most points"

    score: Any = attrs.field(converter=_scorer)
    below: float | None = attrs.field(default=None, converter=maybe_bound, kw_only=True)
    until: float | None = attrs.field(default=None, converter=maybe_bound, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _check_scale(below=self.below, until=self.until)
        bands = getattr(self.score, "bands", None)
        if self.below is None and (not isinstance(bands, Bands) or len(bands.steps) < 2):
            raise DefinitionError(f"score {name_of(self.score)!r} has no bands to be red in", "pass below=50")
        edge = bands.steps[1][1] if self.below is None and isinstance(bands, Bands) else self.below
        if self.until is not None and edge is not None and self.until < edge:
            raise DefinitionError(f"until={self.until:g} is under the edge {edge:g}", "pass a higher until=")

    def look(self, moment: Moment) -> Look:
        """Whether the score is low."""
        value = moment.score(self.score).value
        if value is None:
            return UNKNOWN
        bands = getattr(self.score, "bands", None)
        if self.below is not None or not isinstance(bands, Bands):
            red, what = value < (self.below or 0), f"below {self.below:g}"
        else:
            red, what = bands.of(value) == bands.steps[0][0], bands.steps[0][0]
        clear = not red if self.until is None else value >= self.until and not red
        why = f"{name_of(self.score)} {value:.1f}{', ' + what if red else ''}"
        return Look(red, value, why=why, clear=clear)

    def scorers(self) -> tuple[Any, ...]:
        """The scorers that it asks."""
        return (self.score,)


@attrs.frozen
class HealthFalling(Sign):
    """A score has fallen: it is that much below the highest that was seen in a trailing window.

    Seen is what the grid has looked at, so a finer grid may see a higher one.

    Attributes:
        score: The scorer, or the name of one that is registered.
        by: It falls from so many points on; above 0.
        within: The trailing window; the end is still inside.
        until: It does so until the score is no more than this below; by default less than `by`.

    Raises:
        DefinitionError: Points that are none, or `until` above them.
    """

    KIND: ClassVar[str] = "health falling"
    ACTION: ClassVar[str] = "ask what has changed before it gets red"

    score: Any = attrs.field(converter=_scorer)
    by: float = attrs.field(converter=bound, kw_only=True)
    within: Span = attrs.field(default=Span(days=30), converter=length, kw_only=True)
    until: float | None = attrs.field(default=None, converter=maybe_bound, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not 0 < self.by <= 100:
            raise DefinitionError(f"by={self.by:g} is not above 0 and up to 100", "pass by=15")
        if self.until is not None and not 0 <= self.until < self.by:
            raise DefinitionError(f"until={self.until:g} is not from 0 to below by={self.by:g}", "pass a lower until=")

    def look(self, moment: Moment) -> Look:
        """How far the score has fallen."""
        past = moment.scores(self.score)
        value = past[-1][1].value
        if value is None:
            return UNKNOWN
        add, now, best = moment.zone.adder(self.within), moment.us, value
        for us, score in reversed(past):
            if add(us) < now:
                break
            best = best if score.value is None else max(best, score.value)
        drop = round(best - value, 6)  # scores are whole millionths
        clear = drop < self.by if self.until is None else drop <= self.until
        why = f"{name_of(self.score)} {value:.1f}, {drop:.1f} below its highest within {self.within}"
        return Look(drop >= self.by, drop, why=why, clear=clear)

    def scorers(self) -> tuple[Any, ...]:
        """The scorers that it asks."""
        return (self.score,)


def _risks(given: Any) -> tuple[tuple[str, float], ...]:
    pairs = named(given, "risks", "risks={'trial': 0.3}")
    found = tuple(sorted((stage, float(number(risk, f"risks[{stage!r}]"))) for stage, risk in pairs))
    for stage, risk in found:
        if not 0 <= risk <= 1:
            raise DefinitionError(f"risk {shortly(risk)} of stage {shortly(stage)} is no probability", "0.3 is 30 %")
    if not found or len(dict(found)) < len(found):
        raise DefinitionError("risks need stages, each of them once", "write {'trial': 0.3}")
    return found


@attrs.frozen
class AtRisk(Sign):
    """The customer is in a stage from which many are lost.

    Attributes:
        risks: Stages with the probability of being lost; see `churn_risk`.
        at_least: It is a risk from this probability on, 0 to 1.
        learnt: Where the probabilities come from, in words.

    Raises:
        DefinitionError: No stages, or probabilities that are none.
    """

    KIND: ClassVar[str] = "at risk"
    ACTION: ClassVar[str] = "see what those who stayed did next, and offer it"

    risks: tuple[tuple[str, float], ...] = attrs.field(converter=_risks)
    at_least: float = attrs.field(converter=bound, kw_only=True)
    learnt: str = attrs.field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.at_least <= 1:
            raise DefinitionError(f"at_least={self.at_least:g} is no probability", "pass at_least=0.3")

    def look(self, moment: Moment) -> Look:
        """How large the risk is in the stage they are in."""
        stage, model = moment.customer.stage, moment.customer.model
        known = {model.resolve(name): risk for name, risk in self.risks}
        if stage is None or stage not in known:
            return UNKNOWN if stage is None else Look(False, why=f"in {stage} now")
        risk, source = known[stage], f" ({self.learnt})" if self.learnt else ""
        return Look(risk >= self.at_least, risk, why=f"{100 * risk:.1f} % of those in {stage} are lost{source}")

    def named_stages(self) -> tuple[str, ...]:
        """The stages that it names."""
        return tuple(stage for stage, _ in self.risks)


def churn_risk(chain: ChainResult, lost: str | Iterable[str], *, periods: int, at_least: float) -> AtRisk:
    """The sign that a chain foretells the loss of a customer from the stage they are in.

    The risk of a stage is the probability of coming into one of the lost stages within so many periods, whatever
    happens after. The chain is part of the rule: signals before the moment it was learnt know more than one could have
    known.

    Args:
        chain: What `log.chain()` answers.
        lost: The stages that count as lost.
        periods: Within how many of its periods.
        at_least: It is a risk from this probability on.

    Raises:
        UnknownNameError: A stage that the chain lacks.
        UsageError: The chain cannot be estimated.

    Examples:
        >>> from custlife import simulate
        >>> churn_risk(simulate.b2b(200, seed=1).chain(), ["churned"], periods=3, at_least=0.2).learnt[:18]
        'chain by month, as'
    """
    markov = chain.markov
    if markov is None:
        raise UsageError(f"the chain cannot be estimated: {chain.whole.reason}", "give it a longer log")
    gone = texts(lost)
    if not gone:
        raise UsageTypeError("lost=[] name nothing", "pass lost=['churned']")
    for state in gone:
        markov = markov.with_stop([state], into=state)  # who is lost once stays so
    ahead = markov.power(periods)
    left = [state for state in markov.states if state not in gone]
    found = {state: min(1.0, fsum(ahead.probability(state, one) for one in gone)) for state in left}
    learnt = f"chain by {chain.question.every}, as of {chain.as_of:%Y-%m-%d}, within {periods} periods"
    return AtRisk(found, at_least=at_least, learnt=learnt)
