"""Responses: what customers answered to surveys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import attrs

from custlife.analysis.question import choice, names
from custlife.engines.history import Vocabulary
from custlife.engines.rows.scoring import SCALE, SCORE, Graded, Grades, scale_of
from custlife.log.base import Log, ingested
from custlife.log.columns import Columns, check_one, column_names
from custlife.log.framed import framed
from custlife.log.naming import event_name, event_names
from custlife.log.reading import FromFiles

if TYPE_CHECKING:
    from collections.abc import Iterable

    from custlife.analysis.surveys import SurveyResult
    from custlife.log.base import Instant
    from custlife.log.columns import Source
    from custlife.log.questions import Names

    Scales = tuple[int, int] | str | Mapping[str, tuple[int, int] | str]

__all__ = ["Responses"]


@attrs.frozen(eq=False, slots=False, repr=False)
class Responses(FromFiles, Log):
    """The answers of many customers to surveys, ready to be asked for NPS, CSAT and CES.

    Examples:
        >>> from custlife import Responses
        >>> rows = [("a", "2026-01-05T00:00Z", 10), ("b", "2026-01-06T00:00Z", 9), ("c", "2026-01-07T00:00Z", 3)]
        >>> Responses.from_rows(rows, survey="nps", scale=(0, 10)).nps().rows[0].value
        33.33...
    """

    INPUT: ClassVar[str] = "responses"

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[Any] | Source,
        *,
        customer_col: str = "customer",
        at_col: str = "at",
        score_col: str = "score",
        survey: str | None = None,
        survey_col: str | None = None,
        scale: Scales | None = None,
        scale_col: str | None = None,
        missing: str = "bad",
        key_col: str | None = None,
        recorded_at_col: str | None = None,
        segment_cols: Iterable[str] = (),
        tz: str | None = None,
        ambiguous: str = "raise",
        as_of: Instant | None = None,
        since: Instant | None = None,
        on_bad: str = "raise",
        unit: str = "customer",
    ) -> Self:
        """A log from rows, one for each answer.

        Args:
            rows: Mappings, or tuples of customer, time and score; in any order.
            customer_col: Column with the id of who answered.
            at_col: Column with the time of the answer; of the question, where nobody answered.
            score_col: Column with the score, a whole number.
            survey: The survey of all rows.
            survey_col: Column with the survey.
            scale: The lowest and the highest score that could be chosen, such as `(0, 10)`; or one for each survey.
            scale_col: Column with the scale, such as `"0-10"`.
            missing: What a missing score is: `bad`, or a question that was left `unanswered`.
            key_col: Column that names a fact, so that copies of it are dropped.
            recorded_at_col: Column with the time at which the row became known.
            segment_cols: Columns to split by, such as the plan or the channel.
            tz: Zone of times without one and of bare dates; also the zone of periods.
            ambiguous: Skipped and repeated local times: `raise`, `earlier` or `later`.
            as_of: The moment of looking; by default the last instant, which is then noted as assumed.
            since: Start of observation.
            on_bad: `raise`, or `drop` to leave unreadable rows out, counted and listed in the notes.
            unit: What is counted.

        Raises:
            DataError: Rows that cannot be read, all of them at once, with their numbers.
            UsageTypeError: Not rows.
        """
        columns, grades = _layout(
            (customer_col, at_col, score_col), (survey, survey_col), (scale, scale_col), missing,
            (key_col, recorded_at_col), segment_cols,
        )  # fmt: skip
        read = ingested(
            rows, Vocabulary(()), event_names(None), columns,
            tz=tz, ambiguous=ambiguous, on_bad=on_bad, unit=unit, check=grades,
        )  # fmt: skip
        return cls._looking(read, as_of, since, tz)._then(Graded(grades))

    @classmethod
    def from_frame(
        cls,
        native: Any,
        *,
        customer_col: str = "customer",
        at_col: str = "at",
        score_col: str = "score",
        survey: str | None = None,
        survey_col: str | None = None,
        scale: Scales | None = None,
        scale_col: str | None = None,
        missing: str = "bad",
        key_col: str | None = None,
        recorded_at_col: str | None = None,
        segment_cols: Iterable[str] = (),
        tz: str | None = None,
        ambiguous: str = "raise",
        as_of: Instant | None = None,
        since: Instant | None = None,
        on_bad: str = "raise",
        unit: str = "customer",
    ) -> Self:
        """A log from a data frame, one row for each answer; the frame is neither copied nor changed.

        Args:
            native: A frame of pandas, Polars, PyArrow, DuckDB or anything else with an Arrow stream.
            customer_col: As for `from_rows`; so are all others.
            at_col: Column with the time of the answer.
            score_col: Column with the score.
            survey: The survey of all rows.
            survey_col: Column with the survey.
            scale: The lowest and the highest score that could be chosen; or one for each survey.
            scale_col: Column with the scale.
            missing: What a missing score is: `bad` or `unanswered`.
            key_col: Column that names a fact.
            recorded_at_col: Column with the time at which the row became known.
            segment_cols: Columns to split by.
            tz: Zone of times without one; also the zone of periods.
            ambiguous: Skipped and repeated local times.
            as_of: The moment of looking.
            since: Start of observation.
            on_bad: `raise` or `drop`.
            unit: What is counted.

        Raises:
            UsageTypeError: Not a frame, or a column of a type that cannot be read.
            DataError: A column that is not there, or rows that cannot be read.
        """
        columns, grades = _layout(
            (customer_col, at_col, score_col), (survey, survey_col), (scale, scale_col), missing,
            (key_col, recorded_at_col), segment_cols,
        )  # fmt: skip
        source = framed(
            native, Vocabulary(()), event_names(None), columns,
            tz=tz, ambiguous=ambiguous, on_bad=on_bad, unit=unit, check=grades, partitions=None,
        )  # fmt: skip
        return cls._looking(source, as_of, since, tz)._then(Graded(grades))

    @property
    def surveys(self) -> tuple[str, ...]:
        """Names of the surveys, sorted."""
        return self._setting.vocabulary.names

    def nps(
        self,
        survey: str | None = None,
        *,
        every: str | None = None,
        repeats: str = "each",
        by: Names = (),
        level: float = 0.95,
        week_start: str = "monday",
    ) -> SurveyResult:
        """Net promoter score: the share of 9 and 10 less that of 0 to 6, in points from -100 to 100.

        Args:
            survey: The survey, where there are several.
            every: `day`, `week`, `month`, `quarter` or `year`; None for all together.
            repeats: `each` answer counts, or of each customer only the `last` in a period.
            by: Segments to split by, in force at the answer.
            level: Nominal coverage of the interval.
            week_start: First day of weeks.

        Raises:
            UsageError: The scale is not 0 to 10, or not known.
        """
        from custlife.analysis.surveys import SurveyScore

        return self.ask(SurveyScore("nps", "nps", survey, every, repeats, "high", names(by), level, week_start))

    def csat(
        self,
        survey: str | None = None,
        *,
        variant: str = "top2",
        every: str | None = None,
        repeats: str = "each",
        by: Names = (),
        level: float = 0.95,
        week_start: str = "monday",
    ) -> SurveyResult:
        """Customer satisfaction: by default the share of the two highest scores.

        Args:
            survey: The survey, where there are several.
            variant: `top2`; `mean`; or `of_maximum`: the mean by the highest score.
            every: As for `nps`; so are all others.
            repeats: `each` or `last`.
            by: Segments to split by.
            level: Nominal coverage of the interval.
            week_start: First day of weeks.

        Raises:
            UsageError: The scale is not known.
        """
        from custlife.analysis.surveys import SurveyScore

        return self.ask(SurveyScore("csat", variant, survey, every, repeats, "high", names(by), level, week_start))

    def ces(
        self,
        survey: str | None = None,
        *,
        variant: str = "mean",
        easier: str = "high",
        every: str | None = None,
        repeats: str = "each",
        by: Names = (),
        level: float = 0.95,
        week_start: str = "monday",
    ) -> SurveyResult:
        """Customer effort score: by default the mean, where higher is easier.

        Args:
            survey: The survey, where there are several.
            variant: `mean`; or `easy`: the share of the three easiest scores (5 to 7 of 7).
            easier: Which end of the scale is easy: `high`, or `low` on the older one, which is then turned around.
            every: As for `nps`; so are all others.
            repeats: `each` or `last`.
            by: Segments to split by.
            level: Nominal coverage of the interval.
            week_start: First day of weeks.

        Raises:
            UsageError: The scale is not known.
        """
        from custlife.analysis.surveys import SurveyScore

        return self.ask(SurveyScore("ces", variant, survey, every, repeats, easier, names(by), level, week_start))

    def members(self, question: Any, *, limit: int | None = None, **cell: Any) -> tuple[str, ...]:
        """The ids of the customers behind one cell of an answer, sorted.

        Args:
            question: A question or its answer.
            limit: The most ids to return.
            **cell: `period`, `state` and `segment`. States are those of the columns: `low` (of NPS the detractors),
                `middle` and `high` (of NPS the promoters); `unanswered`; by default all who answered.

        Raises:
            UnknownNameError: A word that does not name a cell of this question.

        Examples:
            >>> from custlife import Responses
            >>> rows = [("a", "2026-01-05T00:00Z", 10), ("b", "2026-01-06T00:00Z", 3)]
            >>> log = Responses.from_rows(rows, scale=(0, 10))
            >>> log.members(log.nps(), state="low")
            ('b',)
        """
        from custlife.analysis.members import members

        return members(question, self._asked, limit=limit, **cell)


def _layout(
    main: tuple[str, str, str],
    survey: tuple[str | None, str | None],
    scale: tuple[Any, str | None],
    missing: str,
    more: tuple[str | None, str | None],
    segments: Iterable[str],
) -> tuple[Columns, Grades]:
    """How answers are read."""
    choice("missing", missing, ("bad", "unanswered"))
    check_one("survey", *survey)
    customer, at, score = main
    columns = Columns(
        customer, survey[1] or "survey", at, None, more[1], more[0], column_names(segments, "segment_cols"),
        () if scale[1] is None else ((SCALE, scale[1]),), (), "survey_col",
        event_name(survey[0] or "survey") if survey[1] is None else None, ((SCORE, score),), plain=main,
    )  # fmt: skip
    given, usual = scale[0], None
    scales: tuple[tuple[str, tuple[int, int]], ...] = ()
    if isinstance(given, Mapping):
        scales = tuple((name, scale_of(one)) for name, one in given.items())
    elif given is not None:
        usual = scale_of(given)
    return columns, Grades(columns.others(), scales, usual, missing == "unanswered")
