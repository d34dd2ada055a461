"""Answers to surveys: scores on their scales, read and counted."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs

from custlife.engines.history import MISSING, Column
from custlife.engines.rows.ingest import is_missing
from custlife.engines.rows.moving import group_at
from custlife.engines.rows.wholes import as_whole
from custlife.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from custlife.engines.gathers import Group
    from custlife.engines.history import History
    from custlife.engines.scores import Scores, ScoreTable

__all__ = ["SCALE", "SCORE", "Graded", "Grades", "Scale", "count_scores", "scale_of", "scale_text", "scales_of"]

SCORE, SCALE = "score", "scale"
SCORED, SCALED = f"value:{SCORE}", f"extra:{SCALE}"
Scale = tuple[int, int]
SPELLED = re.compile(r"\s*(-?\d+)\s*(?:-|–|to|\.\.)\s*(-?\d+)\s*")
HINT = "write it like (0, 10), or '0-10' in a column"


def scale_of(value: object) -> Scale:
    """A scale, from a pair of whole numbers or from text.

    Raises:
        UsageError: Neither, or its ends do not ascend.

    Examples:
        >>> scale_of("0-10"), scale_of((1, 7))
        ((0, 10), (1, 7))
    """
    found = SPELLED.fullmatch(value) if isinstance(value, str) else None
    if found:
        ends: tuple[Any, ...] = (int(found[1]), int(found[2]))
    else:
        ends = value if isinstance(value, tuple) else ()
    if len(ends) != 2 or not all(isinstance(end, int) and not isinstance(end, bool) for end in ends):
        raise UsageError(f"scale={value!r} is no scale", HINT)
    if ends[0] >= ends[1]:
        raise UsageError(f"scale={value!r} does not ascend", HINT)
    return ends[0], ends[1]


def scale_text(scale: Scale) -> str:
    """A scale as text.

    Examples:
        >>> scale_text((0, 10))
        '0-10'
    """
    return f"{scale[0]}-{scale[1]}"


@attrs.frozen
class Grades:
    """How answers are read; called with the survey and the other columns of a row, it refuses what is none.

    Attributes:
        others: The columns after the first three, as the layout names them.
        scales: Pairs of a survey and its scale.
        scale: The scale of all other surveys, or None.
        unanswered: Whether a missing score is a question that nobody answered; else it is an error.
    """

    others: tuple[str, ...]
    scales: tuple[tuple[str, Scale], ...] = ()
    scale: Scale | None = None
    unanswered: bool = False

    @property
    def places(self) -> tuple[int, ...]:
        """Which of the other columns it reads."""
        return tuple(place for place, name in enumerate(self.others) if name in {SCORED, SCALED})

    @property
    def bounds(self) -> Mapping[int, tuple[int, int]]:
        """Numbers that are fine whatever else is in the row: none."""
        return {}

    def __call__(self, name: object, others: Sequence[Any], /) -> None:
        """Refuses a row.

        Raises:
            UsageError: Its score is no whole number, or not on its scale.
        """
        told = dict(zip(self.others, others, strict=True))
        self.score(told[SCORED], self.scale_for(str(name), told.get(SCALED)))

    def scale_for(self, survey: str, told: object = None) -> Scale | None:
        """The scale of a row: its own, that of its survey, or that of all."""
        return dict(self.scales).get(survey, self.scale) if is_missing(told) else scale_of(told)

    def score(self, value: object, scale: Scale | None) -> int | None:
        """A score as a whole number; None for a question that nobody answered."""
        if is_missing(value):
            if self.unanswered:
                return None
            raise UsageError(
                "the score is missing", "pass missing='unanswered' if such rows are questions without answer"
            )
        score = as_whole(value)
        if score is None:
            raise UsageError(f"score={value!r} is no whole number", "write the number that was chosen")
        if scale is not None and not scale[0] <= score <= scale[1]:
            raise UsageError(
                f"score={value!r} is not on the scale {scale_text(scale)}", "check the scale of the survey"
            )
        return score


@attrs.frozen
class Graded:
    """The step that makes answers ready to be counted: every row has a score and its scale."""

    grades: Grades

    def __call__(self, history: History) -> History:
        """The same rows, read."""
        grades, names, column = self.grades, history.vocabulary.names, history.extras.get(SCALE)
        told = [None] * len(history) if column is None else [column.name(row) for row in range(len(history))]
        scales = [grades.scale_for(names[code], own) for code, own in zip(history.code, told, strict=True)]
        scores = [grades.score(value, scale) for value, scale in zip(history.values[SCORE], scales, strict=True)]
        texts = [None if scale is None else scale_text(scale) for scale in scales]
        known = tuple(sorted({text for text in texts if text is not None}))
        place: dict[str | None, int] = {None: MISSING, **{text: code for code, text in enumerate(known)}}
        coded = Column(array("i", [place[text] for text in texts]), known)
        return attrs.evolve(history, values={**history.values, SCORE: scores}, extras={**history.extras, SCALE: coded})


def scales_of(history: History) -> Column:
    """The scale of every row.

    Raises:
        UsageError: Its scores are none of surveys.
    """
    if SCALE not in history.extras:
        raise UsageError("this log holds no answers to surveys", "ask cl.Responses")
    return history.extras[SCALE]


def count_scores(request: Scores, history: History) -> ScoreTable:
    """Answers by group, period, survey, scale and score."""
    table: Counter[tuple[Group, int, str, str | None, int | None]] = Counter()
    grouping, names, scales = history.grouping(request.by), history.vocabulary.names, scales_of(history)
    scores: Sequence[Any] = history.values[SCORE]
    numbers = request.periods.indexes(history.at) if request.periods else [0] * len(history)
    since, code = history.since, history.code
    for low, high in history.ranges():
        seen: set[tuple[int, int]] = set()
        for row in reversed(range(low, high)):
            key = numbers[row], code[row]
            if since is not None and history.at[row] < since:
                break
            if request.repeats == "last" and scores[row] is not None:
                if key in seen:
                    continue
                seen.add(key)
            table[group_at(grouping, row), key[0], names[key[1]], scales.name(row), scores[row]] += 1
    return dict(table)
