"""What a metric is computed from: one frozen request, which asks the inputs and makes readings of the answers.

A metric asks for answers as it needs them. The first time, an answer is not there yet: the computing stops at that
line, all metrics asked together note what they need, every input is asked once for all of it, and they start again.
So that what is asked together is counted together, in as many passes as the longest chain of questions is long.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from custlife.analysis.result import About
from custlife.calendar import to_us
from custlife.errors import CustlifeError, UsageError
from custlife.metrics.reading import Reading
from custlife.stats import share

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from custlife.analysis.question import Question
    from custlife.engines.gathers import Group
    from custlife.metrics.inputs import Askable, Inputs
    from custlife.metrics.metric import Metric
    from custlife.metrics.reading import Number
    from custlife.stats import Interval

__all__ = ["Answers", "MetricRequest", "answered", "origin_of", "wanted"]

Key = tuple[str, Any]
T = TypeVar("T")


class Unanswered(BaseException):
    """A question whose answer is not there yet; no error, so that no handler of errors stops it."""


class Answers:
    """The answers known so far, and the questions still to be asked."""

    def __init__(self) -> None:
        self.known: dict[Key, Any] = {}
        self.wanted: dict[Key, Metric] = {}

    def fetch(self, inputs: Inputs) -> None:
        """Asks every input once, for all that is wanted of it."""
        for name, log in inputs.given().items():
            keys = [key for key in self.wanted if key[0] == name]
            if keys:
                self.known.update(zip(keys, self._ask(log, keys), strict=True))
        self.wanted.clear()

    def _ask(self, log: Askable, keys: Sequence[Key]) -> list[Any]:
        try:
            return log.ask_all([question for _, question in keys])
        except CustlifeError as error:
            raise self._named(error, log, keys) from None

    def _named(self, error: CustlifeError, log: Askable, keys: Sequence[Key]) -> CustlifeError:
        """The error with the metric whose question brought it."""
        for key in keys:
            try:
                log.ask_all([key[1]])
            except CustlifeError as alone:
                alone.where = alone.where or f"metric {self.wanted[key].name!r}"
                return alone
        return error


@attrs.frozen
class MetricRequest:
    """What a metric is asked: its inputs, how to split, and for which periods.

    Attributes:
        metric: The metric that is asked.
        inputs: The logs there are.
        by: Segments to split by.
        every: Length of the periods of a trend; None for the whole.
        level: Nominal coverage of the intervals.
    """

    metric: Metric
    inputs: Inputs
    by: tuple[str, ...] = ()
    every: str | None = None
    level: float = 0.95
    _answers: Answers = attrs.field(factory=Answers, repr=False, eq=False)
    _heard: list[Any] = attrs.field(factory=list, repr=False, eq=False, init=False)

    def log(self, name: str | None = None) -> Askable:
        """An input by its name; the first that the metric needs by default.

        Raises:
            UsageError: It is missing.
        """
        return self._found(name)[1]

    def ask(self, name: str, question: Question[Any]) -> Any:
        """The answer of an input to a question.

        Args:
            name: The input, such as `stages`; `stages or events` takes the first that is there.
            question: A frozen question, such as `cl.Conversion(...)`.

        Raises:
            UsageError: The input is missing.
        """
        return self.ask_all(name, [question])[0]

    def ask_all(self, name: str, questions: Sequence[Question[Any]]) -> list[Any]:
        """The answers of an input to several questions, counted in one pass.

        Raises:
            UsageError: The input is missing.
        """
        kind, _ = self._found(name)
        keys = [(kind, question) for question in questions]
        missing = [key for key in keys if key not in self._answers.known]
        if missing:
            self._answers.wanted.update(dict.fromkeys(missing, self.metric))
            raise Unanswered
        answers = [self._answers.known[key] for key in keys]
        self._heard.extend(answers)
        return answers

    def about(self) -> About:
        """Where the readings come from, as the answers that made them say."""
        kind, log = self._found(None)
        for (name, _), answer in self._answers.known.items():
            if name == kind and hasattr(answer, "about"):
                found: About = answer.about
                return found
        return origin_of(log)

    def unseen(self) -> tuple[str, ...]:
        """Names of events that it has asked for and nobody had."""
        return tuple(dict.fromkeys(name for answer in self._heard for name in getattr(answer, "unseen", ())))

    def missing(self) -> tuple[str, ...]:
        """The inputs that the metric needs and that are not there."""
        given = self.inputs.given()
        return tuple(need for need in self.metric.definition.needs if not given.keys() & set(need.split(" or ")))

    @property
    def as_of(self) -> datetime:
        """The moment of looking of the first input that the metric needs."""
        return self.log().as_of

    def share(
        self,
        part: int,
        whole: int,
        *,
        pending: int = 0,
        reason: str = "",
        segment: Group = (),
        period: str | None = None,
        notes: Sequence[str] = (),
    ) -> Reading:
        """A reading of a share of independent units, with its Wilson interval; None where there is nobody.

        Args:
            part: Units that have it.
            whole: Units that could.
            pending: Units on which it is too early to say.
            reason: Why there is no value where there is nobody; a plain one by default.
            segment: Values of the segment, in the order of `by`.
            period: Label of the period, where there is one.
            notes: What else a reader must know.
        """
        found = share(part, whole, level=self.level)
        why = "" if found.rate is not None else reason or self._nobody(pending)
        return self.value(
            found.rate, n=whole, part=part, whole=whole, interval=found.interval, pending=pending, reason=why,
            segment=segment, period=period, notes=notes,
        )  # fmt: skip

    def ratio(
        self,
        part: Number,
        whole: Number,
        *,
        n: int,
        pending: int = 0,
        reason: str = "",
        segment: Group = (),
        period: str | None = None,
        notes: Sequence[str] = (),
    ) -> Reading:
        """A reading of one number over another, such as money over money, as a float; None where the base is 0.

        Args:
            part: The number above the line.
            whole: The number below the line.
            n: Units behind the number below the line.
            pending: Units on which it is too early to say.
            reason: Why there is no value where the base is 0; a plain one by default.
            segment: Values of the segment, in the order of `by`.
            period: Label of the period, where there is one.
            notes: What else a reader must know.
        """
        value = float(Fraction(part) / Fraction(whole)) if whole else None
        why = "" if whole else reason or f"nothing below the line: no {self.metric.definition.denominator}"
        return self.value(
            value, n=n, part=part, whole=whole, pending=pending, reason=why, segment=segment, period=period, notes=notes
        )

    def value(
        self,
        value: Number | None,
        *,
        n: int,
        unit: str | None = None,
        interval: Interval | None = None,
        part: Number | None = None,
        whole: Number | None = None,
        pending: int = 0,
        reason: str = "",
        segment: Group = (),
        period: str | None = None,
        notes: Sequence[str] = (),
    ) -> Reading:
        """A reading of any other value; see `Reading` for the arguments."""
        if value is None and not reason:
            reason = self._nobody(pending)
        return Reading(
            metric=self.metric, value=value, unit=unit or self.metric.definition.unit, interval=interval, n=n,
            part=part, whole=whole, pending=pending, reason=reason, segment=segment, period=period,
            as_of=self.as_of, notes=tuple(notes),
        )  # fmt: skip

    def _nobody(self, pending: int) -> str:
        """Why there is no value where nobody was counted."""
        who = self.metric.definition.denominator or self.metric.definition.numerator
        return f"n=0: {pending:,} pending, none old enough" if pending else f"n=0: no {who}"

    def _found(self, name: str | None) -> tuple[str, Askable]:
        wanted = name or self.metric.definition.needs[0]
        given = self.inputs.given()
        for kind in wanted.split(" or "):
            if kind in given:
                return kind, given[kind]
        have = ", ".join(given) or "none"
        kind = wanted.split(" or ")[-1]
        what = f"metric {self.metric.name!r} needs the input {wanted!r}, which is missing (given: {have})"
        raise UsageError(what, f"pass it too: cl.metrics.Inputs({', '.join(f'{n}=...' for n in (*given, kind))})")


def origin_of(log: Askable) -> About:
    """Where readings come from that asked nothing."""
    return About(to_us(log.as_of), None, log.tz, log.unit, len(log.customers), 0, None, ())


def wanted(requests: Sequence[MetricRequest], compute: Callable[[MetricRequest], Any]) -> list[Key]:
    """The questions that some work on each request needs first, as pairs of input and question."""
    answers = Answers()
    for request in requests:
        with suppress(Unanswered):
            compute(attrs.evolve(request, answers=answers))
    return list(answers.wanted)


def answered(
    requests: Sequence[MetricRequest],
    compute: Callable[[MetricRequest], T],
    known: Mapping[Key, Any] | None = None,
) -> list[T]:
    """What some work makes of each request, with the questions of all of them asked together.

    Args:
        requests: Requests to the same inputs, which share their answers.
        compute: The work; it may be started several times, and finishes once.
        known: Answers that there are already, by input and question.
    """
    done: dict[int, T] = {}
    answers = Answers()
    answers.known.update(known or {})
    shared = [attrs.evolve(request, answers=answers) for request in requests]
    while True:
        for place, request in enumerate(shared):
            if place not in done:
                with suppress(Unanswered):
                    done[place] = compute(request)
        if len(done) == len(shared):
            return [done[place] for place in range(len(shared))]
        answers.fetch(shared[0].inputs)
