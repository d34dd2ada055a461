"""Metrics of surveys: NPS, CSAT and CES, and how many answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.surveys import UNITS, SurveyScore
from custlife.metrics.definition import Definition
from custlife.metrics.metric import Metric
from custlife.metrics.registry import catalogued
from custlife.stats import Interval, share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.analysis.surveys import SurveyResult, SurveyRow
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest

__all__ = ["ces", "csat", "nps", "response_rate"]

SILENT = "Those who did not answer: they are often neither the happiest nor the angriest."
REPEATS = {"each": "each answer", "last": "the last answer of each customer in a period"}


@attrs.frozen
class Surveyed:
    """The score of a survey."""

    kind: str
    variant: str
    survey: str | None
    repeats: str
    easier: str = "high"
    answered: bool = False

    def __attrs_post_init__(self) -> None:
        self._question()

    def _question(self) -> SurveyScore:
        return SurveyScore(self.kind, self.variant, self.survey, None, self.repeats, self.easier)

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment and period."""
        question = attrs.evolve(self._question(), every=request.every, by=request.by, level=request.level)
        answer: SurveyResult = request.ask("responses", question)
        for row in answer.rows:
            place: dict[str, Any] = {"segment": row.segment, "period": row.period}
            if self.answered:
                yield request.share(row.n, row.asked, **place)
            elif self.variant in {"top2", "easy"}:
                yield request.share(row.high, row.n, **place)
            else:
                above = row.high - row.low if self.kind == "nps" else None
                whole = row.n if self.kind == "nps" else None
                limits = row.interval or self._alike(row, answer.scale, request.level)
                yield request.value(row.value, n=row.n, interval=limits, part=above, whole=whole, **place)

    def _alike(self, row: SurveyRow, scale: tuple[int, int], level: float) -> Interval | None:
        """The interval where all answers are alike: some others may be anything, as many as Wilson's limit allows."""
        sure = share(row.n, row.n, level=level).interval
        if row.value is None or sure is None:
            return None
        by = scale[1] if self.variant == "of_maximum" else 1
        least, most = (-100, 100) if self.kind == "nps" else (end / by for end in scale)
        low, high = (row.value * sure.low + end * (1 - sure.low) for end in (least, most))
        return Interval(low, high, level, "wilson")


def surveyed(name: str, compute: Surveyed, label: str, better: str = "higher", **words: Any) -> Metric:
    """A metric of a survey, in its own words."""
    definition = Definition(
        window="all answers, or those of each period of a trend",
        cohort="the period of the answer",
        needs="responses",
        unit="share" if compute.answered else UNITS[compute.variant],
        **words,
    )
    of = "" if compute.survey is None else f" of {compute.survey}"
    return Metric(name, definition, better=better, compute=compute, label=f"{label}{of}")


@catalogued("surveys", survey="nps")
def nps(survey: str | None = None, *, repeats: str = "each") -> Metric:
    """Net promoter score: the share of promoters less that of detractors, from -100 to 100 points.

    Args:
        survey: The survey, where there are several.
        repeats: `each` answer counts, or of each customer only the `last` in a period.
    """
    return surveyed(
        "nps",
        Surveyed("nps", "nps", survey, repeats),
        "net promoter score",
        question="How many more would recommend us than not?",
        numerator="answers of 9 and 10 less answers of 0 to 6",
        denominator=f"answers on the scale 0 to 10: {REPEATS[repeats]}",
        formula="100 (p - d), with standard error 100 sqrt((p + d - (p - d)^2) / n)",
        is_not=(
            "A mean: 7 and 8 count for nothing, and all from 0 to 6 alike.",
            "A score of the scale 1 to 10, which has no 0: it is refused.",
            SILENT,
        ),
        pitfalls=("After a purchase and once a year are two surveys: do not mix them.", "Small n: mind the interval."),
        source="NPS: % (9-10) - % (0-6) on a 0-10 scale",
    )


@catalogued("surveys", survey="csat")
def csat(survey: str | None = None, *, variant: str = "top2", repeats: str = "each") -> Metric:
    """Customer satisfaction: by default the share of the two highest scores.

    Args:
        survey: The survey, where there are several.
        variant: `top2`; `mean`; or `of_maximum`: the mean by the highest score.
        repeats: `each` answer counts, or of each customer only the `last` in a period.
    """
    rivals = {
        "top2": "The share of the two highest scores.",
        "mean": "The mean of the scores.",
        "of_maximum": "The mean by the highest score: 3 of 5 is 60 %, though 1 is the least one can choose.",
    }
    return surveyed(
        "csat",
        Surveyed("csat", variant, survey, repeats),
        f"customer satisfaction, {variant.replace('_', ' ')}",
        question="How satisfied are those who answer?",
        numerator={"top2": "answers with one of the two highest scores"}.get(variant, "the sum of the scores"),
        denominator=f"answers: {REPEATS[repeats]}",
        is_not=(*(what for name, what in rivals.items() if name != variant), SILENT),
        pitfalls=("A number without its variant cannot be compared with any other.",),
        source="CSAT: % top-2 box (4-5 of 5); some vendors use the mean or % of maximum",
    )


@catalogued("surveys", survey="ces")
def ces(survey: str | None = None, *, variant: str = "mean", easier: str = "high", repeats: str = "each") -> Metric:
    """Customer effort score: how easy it was; by default the mean.

    Args:
        survey: The survey, where there are several.
        variant: `mean`; or `easy`: the share of the three easiest scores.
        easier: Which end of the scale is easy: `high`, or `low` on the older one, which is turned around.
        repeats: `each` answer counts, or of each customer only the `last` in a period.
    """
    return surveyed(
        "ces",
        Surveyed("ces", variant, survey, repeats, easier),
        f"customer effort, {variant}",
        question="How easy was it for those who answer?",
        numerator="answers with one of the three easiest scores" if variant == "easy" else "the sum of the scores",
        denominator=f"answers: {REPEATS[repeats]}",
        is_not=("The older scale, on which low is easy, unless easier='low' turns it around.", SILENT),
        source="CES: mean of 1-7 agreement, higher is easier; or % 5-7",
    )


@catalogued("surveys", survey="nps")
def response_rate(survey: str | None = None, *, kind: str = "nps") -> Metric:
    """The share of those asked that answered; needs rows of questions that nobody answered.

    Args:
        survey: The survey, where there are several.
        kind: What it asks for: `nps`, `csat` or `ces`.
    """
    variant = {"nps": "nps", "csat": "top2", "ces": "mean"}.get(kind, kind)
    return surveyed(
        "response_rate",
        Surveyed(kind, variant, survey, "each", answered=True),
        "response rate",
        question="How many of those asked answer?",
        numerator="answers",
        denominator="questions asked: answers, and rows without a score",
        is_not=("A share of all customers: who was never asked is not in it.",),
        pitfalls=("Without rows of unanswered questions it is always 100 %: pass missing='unanswered'.",),
        source="Answers over invitations",
    )
