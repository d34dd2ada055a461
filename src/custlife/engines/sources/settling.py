"""What several partitions say about rows, as one would have said it: one error, one vocabulary, rows in order."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.engines.arrays.views import column
from custlife.engines.history import EXAMPLES, check_names
from custlife.engines.rows.ingest import reading_notes
from custlife.errors import DataError, HistoryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from custlife.engines.history import History
    from custlife.engines.layout import Layout

__all__ = ["all_names", "in_order", "one_error", "one_vocabulary", "row_of", "settled"]

ROW = "row "


def row_of(number: int) -> str:
    """What a person calls a row, by its number from 1."""
    return f"{ROW}{number}"


def settled(results: Sequence[History | DataError], layout: Layout) -> list[History]:
    """The histories of all partitions, with one vocabulary.

    Raises:
        DataError: What is wrong with rows, of all partitions at once.
    """
    errors = [result for result in results if isinstance(result, DataError)]
    if errors:
        raise one_error(errors)
    found = [in_order(result) for result in results if not isinstance(result, DataError)]
    if not any(map(len, found)):
        return [attrs.evolve(history, vocabulary=layout.vocabulary) for history in found]
    last = max(history.as_of for history in found if len(history))
    return one_vocabulary([history if len(history) else attrs.evolve(history, as_of=last) for history in found])


def one_error(errors: Sequence[DataError]) -> DataError:
    """The errors of some partitions as one; rows that cannot be read come before rows that contradict one another."""
    unread = [error for error in errors if not isinstance(error, HistoryError)]
    alike = unread or errors
    order = _number if unread else _text

    def earliest(error: DataError) -> tuple[int, str]:
        return min(map(order, error.problems))

    first = min(alike, key=earliest)
    problems = sorted(chain.from_iterable(error.problems for error in alike), key=order)
    what = first.what if not unread else f"{len(problems):,} row{'s' if len(problems) > 1 else ''} cannot be used"
    return type(first)(what, problems, first.hint)


def _number(problem: tuple[str, str]) -> tuple[int, str]:
    """The number of the row that has a problem, and the problem."""
    return int(problem[0].removeprefix(ROW)), problem[1]


def _text(problem: tuple[str, str]) -> tuple[int, str]:
    """The unit that has a problem, without the mark behind its id: a longer id comes later."""
    return 0, problem[0][:-1]


def in_order(history: History) -> History:
    """The history with the rows that were left out in the order of their numbers."""
    if not history.dropped:
        return history
    dropped = sorted(history.dropped, key=_number)
    (told,) = reading_notes(dropped, (), [_number(problem)[0] for problem in dropped[:EXAMPLES]])
    notes = tuple(told if (one.kind, one.what) == (told.kind, told.what) else one for one in history.notes)
    return attrs.evolve(history, notes=notes, dropped=tuple(dropped))


def one_vocabulary(histories: Sequence[History]) -> list[History]:
    """The histories with the names of all of them, in the order of their text; those of a model stay as they are.

    Raises:
        UsageError: There are too many names.
    """
    names = all_names(histories)
    return [with_names(history, names) for history in histories]


def all_names(histories: Iterable[History]) -> tuple[str, ...]:
    """The names of all histories, in the order of their text.

    Raises:
        UsageError: There are too many.
    """
    names = tuple(sorted({*chain.from_iterable(history.vocabulary.names for history in histories)}))
    check_names(names)
    return names


def with_names(history: History, names: tuple[str, ...]) -> History:
    """The history with more names of events, all in the order of their text."""
    vocabulary = history.vocabulary
    if vocabulary.model is not None or vocabulary.names == names:
        return history
    table = np.searchsorted(np.array(names, object), np.array(vocabulary.names, object)).astype(np.uint16)
    code = table.take(np.frombuffer(history.code, np.uint16)) if len(history) else np.zeros(0, np.uint16)
    return attrs.evolve(history, code=column(code, "H"), vocabulary=attrs.evolve(vocabulary, names=names))
