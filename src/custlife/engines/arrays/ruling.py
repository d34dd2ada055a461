"""From events to stages by rules: `rows.ruling` for whole columns.

What fires and when silences are over depends on the events alone, so it is told for all rows at once. Most units then
only climb, and enter whatever is further on than all before. The others are walked through together, the k-th thing
that may move each of them at a time; where counts begin anew for who returns, all rows behind a return are looked at
again. The few units that would keep everybody waiting are walked through by the rows engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.engines.arrays import views
from custlife.engines.arrays.looking import coded, named
from custlife.engines.arrays.ruling_rows import Piece
from custlife.engines.arrays.ruling_steps import Law
from custlife.engines.arrays.ruling_units import Entries, entered
from custlife.engines.history import EXAMPLES, Column, Vocabulary
from custlife.engines.rows.ruling import Walk
from custlife.errors import DataError

if TYPE_CHECKING:
    from custlife.engines.arrays.stretch import Ints
    from custlife.engines.history import History
    from custlife.engines.rows.ruling import Ruled

__all__ = ["ruled"]

MOST = 52  # stages, so that one is a bit of a float
ROWS = 1 << 17
RETURN = 0  # the place of its word among the texts of a walk


def ruled(step: Ruled, history: History) -> History:
    """The stages of every unit that enters one.

    Raises:
        DataError: A rule needs a number where there is none.
    """
    vocabulary = Vocabulary.of_model(step.model)
    if not len(history) or len(vocabulary.names) > MOST:
        return step(history)
    walk = Walk(step.model, step.rules, history)
    try:
        entries = _entries(walk, Law.of(walk, len(vocabulary.names)), history)
    except DataError:
        return step(history)  # names the first value that is no number
    return _told(step, walk, history, entries, vocabulary)


def _entries(walk: Walk, law: Law, history: History) -> Entries:
    """The entries of all units, unit by unit."""
    made = []
    for part in views.of(history).parts(ROWS):
        rows = np.arange(part.row_from, part.row_from + len(part.at))
        found, alone = entered(walk, law, Piece(history, rows, part.at, part.code, part.bounds))
        found = Entries.together([found, _walked(walk, part, alone)])
        found = found.take(np.argsort(found.unit, kind="stable"))
        made.append(attrs.evolve(found, unit=found.unit + part.unit_from))
    return Entries.together(made)


def _walked(walk: Walk, part: views.Views, units: Ints) -> Entries:
    """The entries of some units, walked one after the other."""
    start, sizes = len(walk.at), []
    for unit in units.tolist():
        before = len(walk.at)
        walk.unit(part.row_from + int(part.bounds[unit]), part.row_from + int(part.bounds[unit + 1]))
        sizes.append(len(walk.at) - before)
    at, code, row, text = (np.array(column[start:], np.int64) for column in (walk.at, walk.code, walk.row, walk.text))
    return Entries(np.repeat(units, np.array(sizes, np.int64)), at, code, row, text == RETURN)


def _told(step: Ruled, walk: Walk, history: History, entries: Entries, vocabulary: Vocabulary) -> History:
    """The history of the stages."""
    counts = np.bincount(entries.unit, minlength=len(history.ids))
    kept, without = np.flatnonzero(counts), np.flatnonzero(counts == 0)
    rows, names = entries.row, history.vocabulary.names
    texts = tuple(dict.fromkeys(walk.texts))
    text = np.zeros(len(vocabulary.names), np.int64)
    for stage, number, _ in (*walk.watched, *walk.quiet):
        text[stage] = texts.index(walk.texts[number])
    extras = {name: coded(column, rows) for name, column in history.extras.items()}
    extras["cause"] = Column(views.column(views.ints(history.code)[rows], "i"), names)
    extras["rule"] = Column(views.column(np.where(entries.is_return, RETURN, text[entries.code]), "i"), texts)
    return attrs.evolve(
        history,
        ids=named(history.ids, kept),
        bounds=views.column(np.append(0, counts[kept].cumsum())),
        at=views.column(entries.at),
        code=views.column(entries.code, "H"),
        vocabulary=vocabulary,
        sequenced=True,
        recorded=None,
        extras=extras,
        notes=step.notes(history, list(named(history.ids, without[:EXAMPLES])), len(without)),
        segments={name: coded(column, rows) for name, column in history.segments.items()},
        values={"cause_at": views.column(views.ints(history.at)[rows])},
    )
