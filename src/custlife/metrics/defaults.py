"""Default scorecards: for every stage of a model the metrics that its sources name, as far as a log can answer them.

Stages carry words for what should be measured there (`Stage.metrics`). Each word has a recipe, which makes a metric of
the catalogue for that stage, or is listed as something for which a model alone does not say enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.errors import UsageTypeError
from custlife.metrics.advocating import advocate_rate, arrivals
from custlife.metrics.converting import activation_rate, conversion, trial_to_paid, window
from custlife.metrics.ending import eventual_conversion
from custlife.metrics.leaving import churn_by_age
from custlife.metrics.losing import logo_churn
from custlife.metrics.registry import entries, get
from custlife.metrics.retaining import customer_quick_ratio, customers_kept, reactivation_rate
from custlife.metrics.scorecard import Line, Scorecard
from custlife.metrics.timing import stage_ageing, time_in_stage, time_to_convert, time_to_value
from custlife.metrics.using import stickiness, usage_frequency
from custlife.stages import StageModel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from custlife.calendar import Span
    from custlife.metrics.converting import Length
    from custlife.metrics.metric import Metric
    from custlife.stages import Stage

__all__ = ["UNMEASURED", "WORDS", "scorecard"]


@attrs.frozen
class Place:
    """A stage of the path among its neighbours.

    Attributes:
        model: The model.
        number: Its number on the path, from 0.
        within: The window of conversions.
    """

    model: StageModel
    number: int
    within: Span

    @property
    def key(self) -> str:
        """The stage."""
        return self.model.keys[self.number]

    @property
    def before(self) -> str | None:
        """The stage before it."""
        return self.model.keys[self.number - 1] if self.number else None

    @property
    def after(self) -> str | None:
        """The stage behind it."""
        return self.model.keys[self.number + 1] if self.number + 1 < len(self.model.keys) else None

    @property
    def customer(self) -> str | None:
        """The first stage of a customer."""
        return self.model.customer_from

    @property
    def is_lead(self) -> bool:
        """Whether it lies before the first stage of a customer."""
        return self.customer is not None and self.number < self.model.keys.index(self.customer)


def _on(p: Place) -> Metric | None:
    return None if p.after is None else conversion(p.key, p.after, within=p.within)


def _from_before(p: Place) -> Metric | None:
    return None if p.before is None else conversion(p.before, p.key, within=p.within)


def _activated(p: Place) -> Metric | None:
    return None if p.before is None else activation_rate(p.before, p.key, within=p.within)


def _trial(p: Place) -> Metric | None:
    return trial_to_paid(p.key, p.customer, within=p.within) if p.is_lead and p.customer else _from_before(p)


def _won(p: Place) -> Metric | None:
    return eventual_conversion(p.key) if p.is_lead else _from_before(p)


def _cycle(p: Place) -> Metric | None:
    start = p.model.keys[0]
    return None if p.customer in {None, start} else time_to_convert(start, str(p.customer))


def _value(p: Place) -> Metric | None:
    return None if p.before is None else time_to_value(p.before, p.key)


def _advocates(p: Place) -> Metric | None:
    is_later = p.customer is not None and p.number > p.model.keys.index(p.customer)
    return advocate_rate(str(p.customer), p.key, within="1 year") if is_later else None


def _customers(make: Callable[[], Metric]) -> Callable[[Place], Metric | None]:
    return lambda p: None if p.customer is None else make()


def _named(name: str, **arguments: object) -> Callable[[Place], Metric | None]:
    """A metric of the catalogue that reads other inputs than stages."""
    return lambda _: get(name, **arguments) if any(one.name == name for one in entries()) else None


RECIPES: dict[str, tuple[Callable[[Place], Metric | None], tuple[str, ...]]] = {
    "on": (
        _on,
        (
            "MQL to SQL rate", "SQL to opportunity rate", "conversion rate", "rate of MQLs who become SQLs",
            "rate of SQLs who become opportunities", "rate of buyers who order again",
            "rate of customers who become evangelists", "rate of customers who go on to adopt",
            "rate of customers who start onboarding", "rate of eligible customers who expand",
            "rate of engaged prospects who go on to intent", "rate of leads who become MQLs",
            "rate of leads who become opportunities", "rate of leads who qualify", "rate of prospects who become leads",
            "rate of qualified leads that are selected", "rate of referrals that become leads",
            "rate of repeat buyers who become loyal",
            "rate of subscribers who become leads: name their company, download, or view three pages",
            "rate of visitors who become prospects", "rate of visitors who buy", "rate of visitors who sign up",
        ),
    ),
    "activated": (_activated, ("activation rate", "onboarding completed", "rate of first use", "activated trials")),
    "trial": (_trial, ("rate of trials that turn paid",)),
    "won": (_won, ("win rate",)),
    "arrived": (
        lambda p: arrivals(p.key),
        (
            "MQLs", "first orders", "members added", "new customers", "new leads", "new visitors",
            "prospects contacted", "users activated", "referrals",
        ),
    ),
    "cycle": (_cycle, ("length of the cycle", "speed of deals", "speed of the pipeline")),
    "staying": (lambda p: time_in_stage(p.key), ("time in the stage", "time between orders")),
    "ageing": (lambda p: stage_ageing(p.key), ("deals older than twice the usual time in the stage",)),
    "value": (_value, ("time to first value", "time until activation", "value received")),
    "kept": (
        _customers(customers_kept),
        ("retention", "rate of customers kept", "loyalty", "repeat rate", "repeat purchase rate"),
    ),
    "churn": (_customers(logo_churn), ("churn", "attrition")),
    "by age": (
        _customers(lambda: churn_by_age("6 months")),
        ("churn at six months", "rate of customers still there after six months"),
    ),
    "advocates": (_advocates, ("referral rate", "viral coefficient", "reviews")),
    "stickiness": (lambda _: stickiness(), ("daily over monthly users", "rate of customers who use it regularly")),
    "weekly": (lambda _: stickiness(every="week"), ("daily over weekly users",)),
    "frequency": (lambda _: usage_frequency(), ("frequency of use", "frequency of purchases", "return visits")),
    "nrr": (_named("nrr"), ("net revenue retention", "expansion revenue")),
    "grr": (_named("grr"), ("gross revenue retention",)),
    "renewal": (_named("renewal_rate"), ("renewal rate", "rate of customers who renew or buy again")),
    "acquisition": (_named("cac"), ("acquisition cost", "cost of a lead")),
    "nps": (_named("nps"), ("recommendation (NPS)",)),
    "csat": (_named("csat"), ("satisfaction", "satisfaction (CSAT)")),
}  # fmt: skip

WORDS: dict[str, Callable[[Place], Metric | None]] = {
    word: recipe for recipe, words in RECIPES.values() for word in words
}
"""What a stage should be measured by, in the words of its sources, and what makes the metric."""

UNMEASURED = frozenset((
    "average order value", "baskets left unpaid", "breadth of features used", "clicks on ads",
    "decision within 48 hours", "delivered on time", "discovery talk within three business days",
    "first contact within four business hours", "fit with the profile",
    "hand-over done and onboarding plan in place", "health score", "impressions", "lead score", "length of visits",
    "lifetime value",
    "moments of truth met of those faced", "page views", "profitable leads", "rate of healthy accounts",
    "reach on social media", "reply rate", "response to nurture mail", "rule that says whom to call first",
    "searches for the brand", "share of accounts healthy as renewal nears",
    "share of buyers who consider the brand", "share of customers in each loyalty tier",
    "share of the target market that is aware", "share of visitors who might buy", "share of wallet",
    "support tickets", "terms they search for", "time until Sales Development reaches a lead that qualifies",
    "visitors, new and returning", "what prospects do that goes with won deals",
))  # fmt: skip
"""Words for what needs names, scores or data that a model does not say; ask for them with a metric of your own."""


def scorecard(model: StageModel, *, within: Length = "90 days") -> Scorecard:
    """The metrics of every stage of a model: those that its sources name, on top of those that any stage has.

    Every stage of the path has its arrivals, its conversion to the next one and the time spent in it; every paused exit
    has who comes back. Metrics that need other inputs than stages are listed, and read where the input is there.

    Args:
        model: A preset, or your own.
        within: The window of conversions.

    Raises:
        UsageTypeError: Not a model.
        DefinitionError: No window.

    Examples:
        >>> from custlife import presets
        >>> card = scorecard(presets.bruxt5)
        >>> [line.what.label for line in card if line.stage == "intent"][:2]
        ['new in intent in a month', 'intent to conversion within 90 days']
    """
    given: object = model
    if not isinstance(given, StageModel):
        raise UsageTypeError(f"model={given!r} is not a stage model", "pass presets.bruxt5, or log.model")
    lines = [Line(metric, stage) for stage, metric in _metrics(model, window(within, "scorecard"))]
    return Scorecard(tuple(dict.fromkeys(lines)), f"Scorecard of {model.title or model.name}")


def _metrics(model: StageModel, within: Span) -> Iterator[tuple[str, Metric]]:
    for number, stage in enumerate(model.stages):
        place = Place(model, number, within)
        made = [arrivals(stage.key), _on(place), time_in_stage(stage.key), *_by_words(stage, place)]
        if stage.key == model.customer_from:
            made += [logo_churn(), customer_quick_ratio()]
        yield from ((stage.key, metric) for metric in made if metric is not None)
    for stage in (*model.unplaced, *model.exits):
        yield stage.key, arrivals(stage.key)
        if stage.exit == "paused" or "saved and won back" in stage.metrics:
            yield stage.key, reactivation_rate(within=within, lapsed=stage.key)


def _by_words(stage: Stage, place: Place) -> Iterator[Metric | None]:
    for word in stage.metrics:
        if word in WORDS:
            yield WORDS[word](place)
