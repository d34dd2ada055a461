"""Answers to surveys: NPS, CSAT and CES, each with its interval and on the scale it is defined for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import choice, names
from custlife.analysis.result import Result
from custlife.analysis.splitting import (
    about,
    calendar,
    check_calendar,
    groups_of,
    head,
    label,
    picked,
    segment_test,
    shown_periods,
)
from custlife.analysis.survey_values import mean_with_interval, nps_of
from custlife.engines.scores import Scores
from custlife.errors import UnknownNameError, UsageError
from custlife.pictures import Lines, Series
from custlife.stats import share
from custlife.stats.interval import check_level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import ClassVar

    from custlife.analysis.result import About
    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting
    from custlife.engines.scores import ScoreTable
    from custlife.pictures import Picture
    from custlife.stats import Interval, Share

__all__ = ["SurveyResult", "SurveyRow", "SurveyScore"]

KINDS = {"nps": ("nps",), "csat": ("top2", "mean", "of_maximum"), "ces": ("mean", "easy")}
EASIER = ("high", "low")
STATES = ("low", "middle", "high", "unanswered")
ANSWERED = STATES[:3]
UNITS = {"nps": "points", "top2": "share", "easy": "share", "of_maximum": "share", "mean": "score"}


@attrs.frozen
class SurveyScore:
    """The question of a survey's score; `responses.nps(...)`, `.csat(...)` and `.ces(...)` build and ask it.

    Attributes:
        kind: `nps`, `csat` or `ces`.
        variant: `nps`; of CSAT `top2` (share of the two highest scores), `mean` or `of_maximum` (mean by the highest
            score); of CES `mean` or `easy` (share of the three highest scores).
        survey: The survey, where the log has several.
        every: Length of the periods; None for all together.
        repeats: `each` answer counts, or of each customer only the `last` in a period.
        easier: Of CES which end of the scale is easy: `high`, or `low` on the older one.
        by: Segments to split by, in force at the answer.
        level: Nominal coverage of the intervals.
        week_start: First day of weeks.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "period", "state")

    kind: str = "nps"
    variant: str = "nps"
    survey: str | None = None
    every: str | None = None
    repeats: str = "each"
    easier: str = "high"
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    level: float = 0.95
    week_start: str = "monday"

    def __attrs_post_init__(self) -> None:
        choice("kind", self.kind, tuple(KINDS))
        choice("variant", self.variant, KINDS[self.kind])
        choice("repeats", self.repeats, ("each", "last"))
        choice("easier", self.easier, EASIER)
        check_calendar(self.every, self.week_start)
        check_level(self.level)

    def requests(self, setting: Setting) -> list[Scores]:
        """The one table it needs.

        Raises:
            UsageError: The log holds no answers.
        """
        if "score" not in setting.values:
            raise UsageError("this log holds no answers to surveys", "ask cl.Responses")
        return [
            Scores(
                None if self.every is None else calendar(self.every, self.week_start, setting), self.repeats, self.by
            )
        ]

    def answer(self, setting: Setting, tables: list[Any]) -> SurveyResult:
        """The result, from the table of scores.

        Raises:
            UsageError: Several surveys and none was chosen, or a scale on which the score is not defined.
            UnknownNameError: No such survey.
        """
        table: ScoreTable = tables[0]
        survey = self._survey({survey for _, _, survey, *_ in table})
        mine = {key: n for key, n in table.items() if key[2] == survey}
        scale = self._scale(survey, {text for *_, text, _ in mine})
        rows = tuple(self._rows(setting, mine, scale))
        return SurveyResult(self, about(setting, self.by), survey, scale, rows)

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:
        """Whether some tables have an answer in a cell: `period`, `state`, `segment`."""
        state = None if cell.get("state") is None else choice("state", cell["state"], STATES)
        survey, wanted = self._survey({setting.vocabulary.names[code] for code in setting.codes}), cell.get("period")
        is_mine = segment_test(cell)
        periods = None if self.every is None else calendar(self.every, self.week_start, setting)

        def find(tables: list[Any]) -> bool:
            return any(
                name == survey
                and is_mine(group)
                and wanted in (None, periods and periods.label(number))
                and self._state(score, scale) in ({state} if state else ANSWERED)
                for group, number, name, scale, score in tables[0]
            )

        return find

    def _state(self, score: int | None, text: str | None) -> str:
        """Which part of a row an answer is counted in."""
        if score is None:
            return "unanswered"
        scale = self._scale("", {text})
        return STATES[self._bands({self._turned(score, scale) or 0: 1}, scale).index(1)]

    def _survey(self, known: set[str]) -> str:
        if self.survey is not None and known and self.survey not in known:
            raise UnknownNameError("survey", self.survey, sorted(known))
        if self.survey is None and len(known) > 1:
            listed = ", ".join(map(repr, sorted(known)))
            hint = f"choose one: survey={min(known)!r}"
            raise UsageError(f"answers to {len(known)} surveys are not one score: {listed}", hint)
        return self.survey or min(known, default="")

    def _scale(self, survey: str, told: set[str | None]) -> tuple[int, int]:
        """The one scale of the answers, if the score is defined on it."""
        usual = USUAL[self.kind]
        if not told:
            return usual
        texts = sorted(text or "" for text in told)
        if "" in texts:
            hint = f"say which numbers could be chosen: scale={usual}"
            raise UsageError(f"the scale of the survey {survey!r} is not known", hint)
        if len(texts) > 1:
            raise UsageError(
                f"the survey {survey!r} has several scales: {', '.join(texts)}", "give each a survey of its own"
            )
        low, high = map(int, texts[0].rsplit("-", 1))
        if self.kind == "nps" and (low, high) != usual:
            what = f"NPS is defined on the scale 0-10, and that of {survey!r} is {texts[0]}"
            raise UsageError(what, "ask csat(); nine and ten of ten mean something else without the 0")
        if self.variant == "top2" and high - low < 2:
            raise UsageError(f"the scale {texts[0]} has only two scores, the top two", "ask csat(variant='mean')")
        if self.variant == "of_maximum" and high <= 0:
            raise UsageError(f"the scale {texts[0]} has no highest score above 0", "ask csat(variant='mean')")
        if self.variant == "easy" and high - low < 3:
            raise UsageError(f"the scale {texts[0]} has no three easy scores", "ask ces(variant='mean')")
        return low, high

    def _rows(self, setting: Setting, table: ScoreTable, scale: tuple[int, int]) -> Iterator[SurveyRow]:
        cells: dict[tuple[Group, int], Counter[int | None]] = {}
        for (group, number, _, _, score), n in table.items():
            cells.setdefault((group, number), Counter())[self._turned(score, scale)] += n
        shown = shown_periods(self.every, self.week_start, setting, {number for _, number in cells})
        for group in groups_of((group for group, _ in cells), self.by):
            for number, period, is_complete in shown:
                found = cells.get((group, number), Counter())
                yield self._row(group, period, found, scale, is_complete=is_complete)

    def _turned(self, score: int | None, scale: tuple[int, int]) -> int | None:
        """A score such that higher is better."""
        return score if score is None or self.easier == "high" else sum(scale) - score

    def _row(
        self, group: Group, period: str | None, found: Counter[int | None], scale: tuple[int, int], *, is_complete: bool
    ) -> SurveyRow:
        silent = found.pop(None, 0)
        scores = {score: n for score, n in found.items() if score is not None}
        n = sum(scores.values())
        value, interval = self._value(scores, scale)
        bands = self._bands(scores, scale)
        asked = share(n, n + silent, level=self.level)
        return SurveyRow(group, period, is_complete, n, n + silent, asked, value, interval, *bands)

    def _value(self, scores: Mapping[int, int], scale: tuple[int, int]) -> tuple[float | None, Interval | None]:
        n, (_, high) = sum(scores.values()), scale
        if self.variant == "nps":
            detractors, _, promoters = self._bands(scores, scale)
            return nps_of(promoters, detractors, n, self.level)
        if self.variant in {"top2", "easy"}:
            found = share(self._bands(scores, scale)[2], n, level=self.level)
            return found.rate, found.interval
        by = high if self.variant == "of_maximum" else 1
        return mean_with_interval(scores, self.level, by)

    def _bands(self, scores: Mapping[int, int], scale: tuple[int, int]) -> tuple[int, int, int]:
        """How many scores are low, in between and high."""
        _, high = scale
        tops = {"nps": 2, "csat": 2, "ces": 3}[self.kind]
        best = sum(n for score, n in scores.items() if score > high - tops)
        worst = sum(n for score, n in scores.items() if score <= DETRACTOR) if self.kind == "nps" else 0
        return worst, sum(scores.values()) - best - worst, best


USUAL = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
DETRACTOR = 6


@attrs.frozen
class SurveyRow:
    """The answers of one segment in one period.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        period: Label of the period; None where all are counted together.
        is_complete: Whether the period was over at `as_of`.
        n: Answers.
        asked: Answers, and questions that nobody answered where the log knows of them.
        response_rate: Answers by those asked.
        value: The score: NPS in points from -100 to 100, shares from 0 to 1, means on the scale; None without answers.
        interval: Its interval, in the same unit; None without answers, and of NPS and means where all are alike.
        low: Answers at the bad end: of NPS the detractors, 0 to 6; else 0.
        middle: Answers in between.
        high: Answers at the good end: of NPS the promoters, 9 and 10.
    """

    segment: Group
    period: str | None
    is_complete: bool
    n: int
    asked: int
    response_rate: Share
    value: float | None
    interval: Interval | None
    low: int
    middle: int
    high: int

    @property
    def label(self) -> str:
        """Segment and period in one text; `all` where there is neither."""
        return label(self.segment, self.period) or "all"


@attrs.frozen(str=False, repr=False)
class SurveyResult(Result):
    """The answer about a survey.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        survey: The survey.
        scale: The lowest and the highest score that could be chosen.
        rows: One for each segment and period.
    """

    question: SurveyScore
    about: About
    survey: str
    scale: tuple[int, int]
    rows: tuple[SurveyRow, ...]

    def __getitem__(self, period: str) -> SurveyRow:
        """The row of a period by its label; `"pro · 2026-01"` where the answer is split.

        Raises:
            UnknownNameError: There is no such row.
        """
        return picked(self.rows, "period", period, [row.label for row in self.rows])

    @property
    def unit(self) -> str:
        """What values are in: `points`, `share` or `score`."""
        return UNITS[self.question.variant]

    def title(self) -> str:
        """One line that says what was asked."""
        q = self.question
        variant = {"nps": "", "top2": ", top two scores", "of_maximum": ", mean by the highest score"}
        what = variant.get(q.variant, ", mean" if q.variant == "mean" else ", three easiest scores")
        return f"{q.kind.upper()}{what}: answers to {self.survey!r} on the scale {self.scale[0]}-{self.scale[1]}"

    def footnotes(self) -> tuple[str, ...]:
        """Who answered, and what was turned around."""
        q = self.question
        count = sum(row.n for row in self.rows)
        notes = [f"{count:,} answer{'' if count == 1 else 's'}."]
        if q.repeats == "last":
            notes.append(f"Of each {self.about.unit} the last one{'' if q.every is None else f' in a {q.every}'}.")
        if q.easier == "low":
            notes.append("Low scores are easy, and were turned around.")
        return tuple(notes)

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return {
            **dict.fromkeys(self.question.by, str | None),
            "period": str | None,
            "complete": bool,
            "n": int,
            "asked": int,
            "response_rate": float | None,
            "value": float | None,
            "value_low": float | None,
            "value_high": float | None,
            "low": int,
            "middle": int,
            "high": int,
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment and period."""
        return [
            {
                **head(self.question.by, row.segment),
                "period": row.period,
                "complete": row.is_complete,
                "n": row.n,
                "asked": row.asked,
                "response_rate": row.response_rate.rate,
                "value": row.value,
                "value_low": row.interval and row.interval.low,
                "value_high": row.interval and row.interval.high,
                "low": row.low,
                "middle": row.middle,
                "high": row.high,
            }
            for row in self.rows
        ]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them."""
        return [
            {
                **head(self.question.by, row.segment),
                "period": row.period or "all",
                "n": row.n,
                self.question.kind.upper(): _written(row.value, self.unit),
                "from": _written(None if row.interval is None else row.interval.low, self.unit),
                "to": _written(None if row.interval is None else row.interval.high, self.unit),
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """The score over the periods, a line for each segment; a table where there are none."""
        if self.question.every is None:
            return self.table()
        lines = []
        for segment in dict.fromkeys(row.segment for row in self.rows):
            mine = [row for row in self.rows if row.segment == segment]
            labels = [row.period or "" for row in mine]
            lines.append(Series(label(segment) or self.survey, labels, [row.value for row in mine]))
        return Lines(lines, title=self.title(), y_label=self.unit)


def _written(value: float | None, unit: str) -> str | None:
    if value is None:
        return None
    if unit == "share":
        return f"{100 * value:.1f} %"
    return f"{value:+.0f}" if unit == "points" else f"{value:.2f}"
