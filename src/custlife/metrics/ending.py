"""Metrics of ends that compete: who drops off where, and who is won in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.outcomes import Outcomes
from custlife.analysis.outcomes_result import WON_END
from custlife.analysis.question import codes_of, some_names
from custlife.errors import UsageError
from custlife.metrics.converting import window
from custlife.metrics.definition import Definition
from custlife.metrics.metric import Metric
from custlife.metrics.registry import catalogued
from custlife.stats import share

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from custlife.analysis.outcomes_result import OutcomePart, OutcomesResult
    from custlife.calendar import Span
    from custlife.engines.gathers import Request
    from custlife.engines.history import Setting
    from custlife.metrics.converting import Length, Names
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest

__all__ = ["drop_off", "eventual_conversion"]

COMPETING = (
    "1 - Kaplan-Meier with the other ends censored: what would be if nobody could end otherwise; it is too high."
)


@attrs.frozen
class Ends:
    """The question of outcomes, asked for one of them, which must be an exit of the model, or `won`.

    Attributes:
        outcomes: The question.
        end: The end that is wanted.
    """

    outcomes: Outcomes
    end: str

    @property
    def by(self) -> tuple[str, ...]:
        """Segments to split by."""
        return self.outcomes.by

    def requests(self, setting: Setting) -> Sequence[Request]:
        """The tables it needs.

        Raises:
            UnknownNameError: A stage that the model does not have.
            UsageError: A stage that is not an exit.
        """
        if self.end != WON_END:
            (code,) = codes_of(setting, (self.end,))
            vocabulary = setting.vocabulary
            exits = vocabulary.paused | vocabulary.ended
            if code not in exits:
                listed = ", ".join(repr(vocabulary.names[one]) for one in sorted(exits)) or "none"
                raise UsageError(f"to={self.end!r} is not an exit", f"exits are {listed}")
        return self.outcomes.requests(setting)

    def answer(self, setting: Setting, tables: list[Any]) -> OutcomesResult:
        """The outcomes."""
        return self.outcomes.answer(setting, tables)


@attrs.frozen
class Ended:
    """The probability to end in one of several ways, among all the ways there are."""

    stage: str
    end: str
    onward: tuple[str, ...]
    within: Span | None

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment and cohort."""
        question = Outcomes(
            self.stage, self.onward, "first", self.within, request.by, request.every, level=request.level
        )
        for part in request.ask("stages", Ends(question, self.end)).parts:
            yield self._reading(request, part)

    def _reading(self, request: MetricRequest, part: OutcomePart) -> Reading:
        """One part; an end that nobody came to yet is not listed there."""
        last, row = part.rows[-1], {row.end: row for row in part.rows}.get(self.end)
        value, interval, why = (row.share, row.interval, row.why) if row else (0.0, None, last.why)
        if last.share is None:
            value = interval = None
        elif interval is None:  # nobody ended so, or all did: as sure as those whose end is known make it
            known = part.entered - part.pending
            interval = share(round((value or 0) * known), known, level=request.level).interval
            if interval is None:
                value, why = None, f"nobody has ended yet: {part.pending:,} pending"
        return request.value(
            value,
            n=part.entered,
            interval=interval,
            pending=part.pending,
            reason=why if value is None else "",
            segment=part.segment,
            period=part.cohort,
        )


@catalogued("churn", stage="trial", to="lost", within="90 days")
def drop_off(stage: str, to: str, *, within: Length | None = None, onward: Names = ()) -> Metric:
    """The share of those at a stage that end in some exit before they get further.

    Args:
        stage: The stage.
        to: The exit.
        within: The most time; without it as far as anybody was seen.
        onward: The stages that count as having got further; by default the first of a customer, or the next.
    """
    span = None if within is None else window(within, "drop_off")
    ahead = some_names(onward)
    words = Definition(
        question=f"How many of those who come to {stage} end in {to}?",
        numerator=f"those of them that came to {to} before {' or '.join(ahead) or 'they got further'}",
        denominator=f"units that came to {stage}",
        window=f"{span} from {stage}" if span else "as far as anybody was seen",
        cohort=f"the period in which a unit came to {stage}",
        needs="stages",
        formula="cumulative incidence by Aalen and Johansen: Σ S(t-) · d / n",
        is_not=(COMPETING, "The share of the moves that left the stage: who stays is in none of those."),
        source="Aalen & Johansen (1978), Scandinavian Journal of Statistics 5, 141-150",
    )
    label = f"drop-off from {stage} to {to}{f' within {span}' if span else ''}"
    return Metric("drop_off", words, better="lower", compute=Ended(stage, to, ahead, span), label=label)


@catalogued("conversion", origin="lead", within="180 days")
def eventual_conversion(origin: str, *, within: Length | None = None, won: Names = ()) -> Metric:
    """The probability to be won in the end, lost and open ones taken for what they are.

    Args:
        origin: The stage that starts the clock.
        within: The most time; without it as far as anybody was seen.
        won: Stages that count as won; by default the first of a customer, or the next.
    """
    span = None if within is None else window(within, "eventual_conversion")
    goal = some_names(won)
    words = Definition(
        question=f"How many of those who come to {origin} are won in the end?",
        numerator=f"those of them that came to {' or '.join(goal) or 'the first stage of a customer'}",
        denominator=f"units that came to {origin}, open ones censored",
        window=f"{span} from {origin}" if span else "as far as anybody was seen",
        cohort=f"the period in which a unit came to {origin}",
        needs="stages",
        formula="cumulative incidence by Aalen and Johansen: Σ S(t-) · d / n",
        is_not=(COMPETING, "Won over all: open ones make it too low.", "Won over closed: early on it is too high."),
        source="Aalen & Johansen (1978), Scandinavian Journal of Statistics 5, 141-150",
    )
    label = f"eventual conversion from {origin}{f' within {span}' if span else ''}"
    return Metric(
        "eventual_conversion", words, better="higher", compute=Ended(origin, WON_END, goal, span), label=label
    )
