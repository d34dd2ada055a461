"""From the columns of a frame, in any order, to one sorted history: equal to what the rows engine makes of the rows.

Columns arrive coded, so that what rows have in common is looked at once: each id, each spelling of a stage, each value
of a segment. Single rows are looked at only where masks say that something is wrong with them; the rows engine then
reads just those, and so has the words for it. It also reads what is too odd for arrays, such as ids that are partly
numbers and partly the same numbers as text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from custlife.engines.arrays import terms
from custlife.engines.arrays.ingest_columns import Coded, Masked, column_of_values, counted, ranked, taken
from custlife.engines.arrays.ingest_copies import copies
from custlife.engines.arrays.ingest_order import Unsorted, plain, settle, wide
from custlife.engines.arrays.ingest_refusing import refused
from custlife.engines.arrays.ingest_units import read_names, read_units
from custlife.engines.arrays.views import column
from custlife.engines.history import EXAMPLES, Column, History, Note
from custlife.engines.rows import ingest as rows
from custlife.engines.rows.renewing import Terms
from custlife.errors import CustlifeError, DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from custlife.calendar import Zone
    from custlife.engines.arrays.civil import Ints
    from custlife.engines.arrays.ids import Ids
    from custlife.engines.arrays.ingest_columns import Ranked
    from custlife.engines.arrays.ingest_order import Order
    from custlife.engines.arrays.ingest_units import Units
    from custlife.engines.history import Vocabulary
    from custlife.engines.layout import Layout

    Mask = NDArray[np.bool_]

__all__ = ["Batch", "Coded", "Masked", "ingest"]


@attrs.frozen(eq=False)
class Batch:
    """Rows of whole units, as columns.

    Attributes:
        unit: Ids.
        name: Stages or events.
        at: Instants, microseconds UTC, int64; anything where there is none.
        at_bad: Where there is none, or none that can be read; None where all are good.
        others: The columns of `Layout.others`: `seq` and `recorded_at` as `Masked`; `key`, segments and extras as
            `Coded`; values as `Coded`, as an array of numbers, or as a list.
        raw: Rows by their numbers from 0, each as `(unit, name, at, *others)` in plain Python values.
        place: What a person calls a row.
        number: Its number from 1 among all rows of the log, which puts notes of several batches in order.
    """

    unit: Coded
    name: Coded
    at: Ints
    at_bad: Mask | None
    others: Mapping[str, Any]
    raw: Callable[[Ints], Iterable[Sequence[Any]]]
    place: Callable[[int], str]
    number: Callable[[int], int] = (1).__add__


def ingest(batch: Batch, layout: Layout) -> History:
    """The sorted history of the rows of a batch, with notes.

    Raises:
        DataError: Rows that cannot be read, all of them at once, unless `on_bad="drop"`.
    """
    units = read_units(batch.unit)
    if units is None:
        return _by_rows(batch, layout)
    bad = _either(batch.at_bad, _without(units.table, batch.unit))
    names = read_names(batch.name, bad, layout)
    bad = _either(_either(bad, _without(names.table, batch.name)), _bad_others(batch))
    if layout.check is not None:
        others = [batch.others[role] for role in layout.others]
        if isinstance(layout.check, Terms):
            bad = _either(bad, terms.refused(layout.check, batch.name, others))
        else:
            bad = _either(bad, refused(layout.check, batch.name, others))
    suspects = [] if bad is None else sorted(np.flatnonzero(bad).tolist(), key=batch.number)
    problems = _worded(batch, layout, suspects)
    if problems is None:
        return _by_rows(batch, layout)
    notes = rows.reading_notes(problems, names.foreign, list(map(batch.number, suspects[:EXAMPLES])))
    if len(suspects) == len(batch.at):
        empty = rows.ingest((), layout)
        return attrs.evolve(empty, notes=tuple(notes), dropped=tuple(problems), engine="arrays")
    vocabulary, recode = rows.final_vocabulary(layout.vocabulary, names.names)
    codes = names.table if recode is None else np.array(recode)[names.table]
    good = None if bad is None else np.flatnonzero(~bad)
    made = _sorted(batch, layout, units, good, codes.astype(np.uint16), vocabulary)
    return attrs.evolve(made, notes=(*notes, *made.notes), dropped=tuple(problems))


def _without(table: Ints | NDArray[np.int32], coded: Coded) -> Mask | None:
    """The rows whose value the table does not know; None where it knows all."""
    if (table[:-1] >= 0).all() and not (len(coded.codes) and coded.codes.min() < 0):
        return None
    return taken(table < 0, coded.codes)


def _either(bad: Mask | None, more: Mask | None) -> Mask | None:
    """The rows of either mask; None where there is none."""
    if more is None or not more.any():
        return bad
    return more if bad is None else bad | more


def _bad_others(batch: Batch) -> Mask | None:
    """Rows whose place in the sequence is no number, or that are known before they occurred."""
    seq, recorded = batch.others.get("seq"), batch.others.get("recorded_at")
    bad = None if seq is None else seq.bad
    if recorded is None:
        return bad
    early = recorded.values < batch.at
    if recorded.missing is not None:
        early &= ~recorded.missing
    return _either(_either(bad, recorded.bad), early)


def _worded(batch: Batch, layout: Layout, suspects: Sequence[int]) -> rows.Problems | None:
    """What is wrong with some rows, in the words of the rows engine; None where it finds nothing wrong with one.

    Raises:
        DataError: Unless such rows may be left out.
    """
    if not len(suspects):
        return []
    strict = attrs.evolve(layout, on_bad="raise")
    try:
        rows.ingest(batch.raw(np.array(suspects)), strict, place=lambda row: batch.place(suspects[row - 1]))
    except CustlifeError as error:
        problems = list(error.problems) if isinstance(error, DataError) else []
        if len(problems) == len(suspects):
            if layout.on_bad != "drop":
                raise
            return problems
    return None


def _by_rows(batch: Batch, layout: Layout) -> History:
    """What the rows engine makes of all rows."""
    raw = batch.raw(np.arange(len(batch.at)))
    return attrs.evolve(rows.ingest(raw, layout, place=lambda row: batch.place(row - 1)), engine="arrays")


def _sorted(
    batch: Batch, layout: Layout, units: Units, good: Ints | None, codes: NDArray[np.uint16], vocabulary: Vocabulary
) -> History:
    """The history of the good rows."""
    table, ids, bounds = _met(units, batch.unit, good)
    sizes = (len(ids), len(vocabulary.names))
    given = Unsorted(batch.unit.codes, table, batch.name.codes, codes, batch.at, good, sizes)
    setting = (vocabulary, layout.zone, given.ends()[1])
    if not layout.others:
        at, code = plain(given)
        return History(ids, column(bounds), at, code, *setting, unit=layout.unit, engine="arrays")
    return _wide(ids, setting, wide(given, bounds), batch.others, layout)


def _met(units: Units, unit: Coded, good: Ints | None) -> tuple[NDArray[np.int32], Ids, Ints]:
    """The units that have a row: the table of their codes, their ids, and where the rows of each begin."""
    table, ids = units.table, units.ids
    is_id = table[:-1] >= 0
    counts = np.zeros(len(ids), np.int64)
    np.add.at(counts, table[:-1][is_id], counted(unit.codes, len(table) - 1, good)[is_id])  # spellings of one id
    kept = counts > 0
    if not kept.all():
        table = (np.cumsum(kept) - 1).astype(np.int32)[table]
        ids, counts = ids.take(kept), counts[kept]
    return table, ids, np.concatenate([[0], np.cumsum(counts)])


def _wide(
    ids: Ids, setting: tuple[Vocabulary, Zone, int], order: Order, given: Mapping[str, Any], layout: Layout
) -> History:
    """With recorded instants, segments, extras and values, in the order of the sort."""
    settle(order, layout.others, given)
    kinds = {name: name.partition(":")[0] for name in layout.others}
    coded = {
        name: ranked(given[name], order.rows) for name, kind in kinds.items() if kind in {"segment", "extra", "key"}
    }
    values = {name: given[name] for name, kind in kinds.items() if kind == "value"}
    recorded = _recorded(given.get("recorded_at"), order)
    notes: tuple[Note, ...] = ()
    if "key" in coded:
        known = order.at if recorded is None else recorded
        gone = copies(order, known, coded, values.values(), (layout.unit, ids))
        if len(gone):
            notes = (Note("dropped", "rows with a known key were copies", len(gone)),)
            recorded = None if recorded is None else np.delete(recorded, gone)
            for one in coded.values():
                one.codes = np.delete(one.codes, gone)
            order.leave_out(gone)
    at, code = column(order.at), column(order.code, "H")
    order.at, order.code = order.at[:0], order.code[:0]  # large, and no longer needed
    columns = {name: _column(name, coded.pop(name)) for name in tuple(coded)}
    return History(
        ids,
        column(order.bounds),
        at,
        code,
        *setting,
        unit=layout.unit,
        sequenced="seq" in layout.others,
        recorded=None if recorded is None else column(recorded),
        segments={name.partition(":")[2]: made for name, made in columns.items() if kinds[name] == "segment"},
        extras={name.removeprefix("extra:"): made for name, made in columns.items() if kinds[name] != "segment"},
        values={name.partition(":")[2]: column_of_values(given[name], order.rows) for name in values},
        notes=notes,
        engine="arrays",
    )


def _column(role: str, ranked: Ranked) -> Column:
    """A coded column; keys are many and hardly ever read, so their names stay as they are."""
    return Column(column(ranked.codes, "i"), ranked.names if role == "key" else tuple(ranked.names))


def _recorded(recorded: Masked | None, order: Order) -> Ints | None:
    """When each row became known; when it occurred, where nothing says so."""
    if recorded is None:
        return None
    moments = recorded.values[order.rows]
    if recorded.missing is not None:
        missing = recorded.missing[order.rows]
        moments[missing] = order.at[missing]
    return moments
