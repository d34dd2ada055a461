"""Answers to surveys by columns: read and counted as in `rows.scoring`."""

from __future__ import annotations

from array import array
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.engines.arrays import clock
from custlife.engines.arrays.keys import Keys, dense
from custlife.engines.arrays.views import column, grouping, ints, of
from custlife.engines.history import MISSING, Column
from custlife.engines.rows import scoring as rows
from custlife.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from custlife.engines.arrays.keys import Ints
    from custlife.engines.arrays.views import Views
    from custlife.engines.history import History
    from custlife.engines.rows.scoring import Graded, Grades
    from custlife.engines.scores import Scores, ScoreTable

    Longs = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["count_scores", "graded"]

MOST = 1 << 62  # scores are within it, on both sides
NOBODY = -MOST  # in place of the score that nobody gave
PLAIN = {int, float, str, Decimal}  # of these, values that are equal are the same score


def graded(step: Graded, history: History) -> History:
    """The same rows, read; what cannot be read is left to the rows engine, which has the words for it."""
    try:
        scores = _read(step.grades, history.values[rows.SCORE]) if len(history) else None
        scaled = None if scores is None else _scaled(step.grades, history, scores)
    except UsageError:
        scores = scaled = None
    if scores is None or scaled is None:
        return step(history)
    values = {**history.values, rows.SCORE: _told(scores)}
    return attrs.evolve(history, values=values, extras={**history.extras, rows.SCALE: scaled})


def _read(grades: Grades, given: Sequence[object]) -> Longs | None:
    """The score of every row, `NOBODY` where there is none; None where one is no plain whole number."""
    if not isinstance(given, array):
        kinds = set(map(type, given)) - {type(None)}
        if kinds == {float}:
            return _of_floats(grades, np.array(given, np.float64))  # nothing becomes NaN, which is missing as well
        return _of_values(grades, given) if kinds <= PLAIN else None
    if given.typecode == "d":
        return _of_floats(grades, ints(given))
    wholes: Longs = ints(given)
    return wholes if int(wholes.min()) > -MOST and int(wholes.max()) < MOST else None


def _of_floats(grades: Grades, numbers: NDArray[np.float64]) -> Longs | None:
    """Scores that are floats, NaN where there is none."""
    is_missing = np.isnan(numbers)
    if is_missing.any():
        if not grades.unanswered:
            return None
        numbers = np.where(is_missing, 0, numbers)
    if not (np.abs(numbers) < MOST).all() or (np.floor(numbers) != numbers).any():
        return None
    found = numbers.astype(np.int64)
    found[is_missing] = NOBODY
    return found


def _of_values(grades: Grades, given: Sequence[object]) -> Longs | None:
    """Scores that are texts, numbers or nothing: each different one is read once."""
    try:
        read = {value: grades.score(value, None) for value in set(given)}
    except TypeError:  # a signaling NaN has no hash
        return None
    if any(score is not None and abs(score) >= MOST for score in read.values()):
        return None
    scores = {value: NOBODY if score is None else score for value, score in read.items()}
    return np.fromiter(map(scores.__getitem__, given), np.int64, len(given))


def _scaled(grades: Grades, history: History, scores: Longs) -> Column | None:
    """The scale of every row; None where a score is not on it."""
    names, told = history.vocabulary.names, history.extras.get(rows.SCALE)
    owns: tuple[str | None, ...] = (None, *(told.names if told else ()))
    own = ints(told.codes) - MISSING if told else np.broadcast_to(np.int8(0), len(history))
    keys = Keys((ints(history.code), len(names)), (own, len(owns)))
    place, kept = dense(keys.codes, keys.size)
    scales = [grades.scale_for(names[code], owns[one]) for code, one in zip(*keys.columns(kept), strict=True)]
    ends = np.array([(NOBODY, MOST) if scale is None else [_clipped(end) for end in scale] for scale in scales])
    is_off = (scores < ends[:, 0].take(place)) | (scores > ends[:, 1].take(place))
    if (is_off & (scores != NOBODY)).any():
        return None
    texts = [None if scale is None else rows.scale_text(scale) for scale in scales]
    known = sorted({text for text in texts if text is not None})
    rank: dict[str | None, int] = {None: MISSING, **{text: code for code, text in enumerate(known)}}
    codes = np.array([rank[text] for text in texts], np.int32)
    return Column(column(codes.take(place), "i"), tuple(known))


def _clipped(end: int) -> int:
    return max(NOBODY, min(end, MOST))


def _told(scores: Longs) -> Sequence[int | None]:
    """The scores as a column; a list where somebody gave none."""
    unanswered = np.flatnonzero(scores == NOBODY)
    if not len(unanswered):
        return column(scores)
    found: list[int | None] = scores.tolist()
    for row in unanswered.tolist():
        found[row] = None
    return found


def count_scores(request: Scores, history: History) -> ScoreTable:
    """Answers by group, period, survey, scale and score."""
    scores = _counted(history.values[rows.SCORE])
    if scores is None:
        return rows.count_scores(request, history)
    views, scaled, names = of(history), rows.scales_of(history), history.vocabulary.names
    is_answered = scores != NOBODY
    low, high = _range(scores[is_answered])
    if high - low >= MOST:
        return rows.count_scores(request, history)
    ranks, known = dense(np.where(is_answered, scores - low, 0), high - low + 1)
    groups, labels = grouping(history, request.by)
    periods, first, size = _periods(request, views)
    columns = (
        (periods, size), (groups, len(labels)), (views.code, len(names)),
        (ints(scaled.codes) - MISSING, len(scaled.names) + 1), (ranks, len(known)),
    )  # fmt: skip
    kept = _kept(request, history, is_answered, columns[0])
    keys = Keys(*columns if kept is None else ((codes[kept], size) for codes, size in columns))
    texts, told = (None, *scaled.names), [low + code if code else None for code in known.tolist()]
    return {
        (labels[group], first + period, names[code], texts[scale], told[rank]): n
        for period, group, code, scale, rank, n in keys.cells()
    }


def _counted(given: Sequence[object]) -> Longs | None:
    """Scores that were read, `NOBODY` where nobody answered; None where they are no plain whole numbers, or none."""
    silent = 0
    if isinstance(given, array):
        found: Longs = ints(given)
    elif set(map(type, given)) <= {int, type(None)}:
        try:
            found = np.array([NOBODY if score is None else score for score in given], np.int64)
        except OverflowError:
            return None
        silent = given.count(None)
    else:
        return None
    if found.dtype != np.int64 or not len(found) or found.min() < NOBODY:
        return None
    return found if int((found == NOBODY).sum()) == silent else None


def _range(scores: Longs) -> tuple[int, int]:
    """What is below every score, and the highest one."""
    return (int(scores.min()) - 1, int(scores.max())) if len(scores) else (0, 0)


def _periods(request: Scores, views: Views) -> tuple[Ints, int, int]:
    """The period of each row as a code, the period of code 0, and their number."""
    if request.periods is None:
        return np.broadcast_to(np.int8(0), len(views.at)), 0, 1
    found = clock.indexes(request.periods, views.at)
    first = int(found.min())
    found = found - first
    return found, first, int(found.max()) + 1


def _kept(request: Scores, history: History, is_answered: Bools, periods: tuple[Ints, int]) -> Ints | None:
    """The rows that count; None where all do."""
    views = of(history)
    is_seen = np.ones(len(views.at), np.bool_) if history.since is None else views.at >= history.since
    if request.repeats != "last":
        return None if is_seen.all() else np.flatnonzero(is_seen)
    rivals = np.flatnonzero(is_seen & is_answered)
    units, names = (views.unit, len(history.ids)), (views.code, len(history.vocabulary.names))
    keys = Keys(*((codes[rivals], size) for codes, size in (units, periods, names))).codes
    order = np.argsort(keys, kind="stable")
    lasts = rivals[order[np.flatnonzero(np.diff(keys[order], append=-1))]]
    return np.concatenate([np.flatnonzero(is_seen & ~is_answered), lasts])
