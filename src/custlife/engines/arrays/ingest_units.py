"""Ids and names as they arrive: each distinct value is read once, by the rules of the rows engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from custlife.engines.arrays.ids import Ids, Texts
from custlife.engines.arrays.ingest_columns import lazily, some
from custlife.engines.history import MISSING
from custlife.engines.rows.ingest import unit_id
from custlife.errors import CustlifeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from custlife.engines.arrays.civil import Ints
    from custlife.engines.arrays.ingest_columns import Coded
    from custlife.engines.layout import Layout

__all__ = ["Names", "Units", "read_names", "read_units"]

# first bytes of the characters that `str.strip` takes away, in UTF-8
BLANKS = np.zeros(256, np.bool_)
BLANKS[[*range(9, 14), *range(28, 33), 0xC2, 0xE1, 0xE2, 0xE3]] = True


@attrs.frozen(eq=False)
class Units:
    """What the codes of a column of ids mean.

    Attributes:
        table: Code to number of the unit; `-1` for what is no id, and at the end, for a missing one.
        ids: The ids, in the order of their text.
    """

    table: NDArray[np.int32]
    ids: Ids


@attrs.frozen(eq=False)
class Names:
    """What the codes of a column of names mean.

    Attributes:
        table: Code to place among `names`; `-1` for what is no name, and at the end, for a missing one.
        names: All names in the order in which they were met, those of the vocabulary first.
        foreign: Spellings that are not the name they stand for.
    """

    table: Ints
    names: dict[str, int]
    foreign: set[str]


def read_units(unit: Coded) -> Units | None:
    """The ids of a column, or None where a number and a text would be one id: then the first row of them decides."""
    codes = np.arange(len(unit.values))
    ids = lazily(unit.values, codes)
    if ids is None:
        return _mixed(some(unit.values, codes))
    if isinstance(ids, Texts):
        codes = np.flatnonzero(~_blank(ids))
        ids = ids.take(codes)
    order = ids.order()
    table = np.full(len(unit.values) + 1, MISSING, np.int32)
    table[codes[order]] = np.arange(len(order))
    return Units(table, ids.take(order))


def _blank(texts: Texts) -> NDArray[np.bool_]:
    """Where a text is empty or white."""
    blank: NDArray[np.bool_] = texts.ends == texts.starts
    filled = np.flatnonzero(~blank)
    maybe = filled[BLANKS[texts.data[texts.starts[filled]]]]
    blank[maybe] = [not text.strip() for text in texts.take(maybe)]
    return blank


def _mixed(values: Sequence[Any]) -> Units | None:
    """The ids among values of any kind."""
    table = np.full(len(values) + 1, MISSING, np.int32)
    spelled: dict[str, bool] = {}  # id to whether it was text
    ids: list[str | None] = []
    for value in values:
        try:
            ids.append(unit_id(value))
        except CustlifeError:
            ids.append(None)
            continue
        if spelled.setdefault(unit_id(value), isinstance(value, str)) != isinstance(value, str):
            return None
    ordered = sorted(spelled)
    place = {id_: unit for unit, id_ in enumerate(ordered)}
    table[:-1] = [MISSING if id_ is None else place[id_] for id_ in ids]
    return Units(table, Texts.of(ordered))


def read_names(name: Coded, bad: NDArray[np.bool_] | None, layout: Layout) -> Names:
    """The names in the rows that have a customer and a time, each spelling resolved once."""
    kept = name.occurring(None if bad is None else np.flatnonzero(~bad))
    known = layout.vocabulary.code
    names = dict(known)
    foreign: set[str] = set()
    table = np.full(len(name.values) + 1, MISSING, np.int64)
    for code, value in zip(kept.tolist(), some(name.values, kept), strict=True):
        if isinstance(value, str) and value in known:
            table[code] = known[value]
            continue
        try:
            resolved = layout.resolve(value)
        except CustlifeError:
            continue
        table[code] = names.setdefault(resolved, len(names))
        if value != resolved:
            foreign.add(str(value))
    return Names(table, names, foreign)
