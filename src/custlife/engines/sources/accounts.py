"""Members of accounts in partitions: whole accounts lie together, so each member must belong to one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from custlife.engines.arrays.ids import Numbers, Texts
from custlife.engines.arrays.views import ints
from custlife.engines.sources.columns import mixed_bits
from custlife.engines.sources.hashing import text_bits
from custlife.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from custlife.engines.history import History

__all__ = ["check_accounts"]

Problem = tuple[str, str]


def check_accounts(histories: Iterable[History], unit: str) -> None:
    """Refuses units that name several accounts, or one only at times.

    Raises:
        DataError: Some of them.
    """
    problems: list[Problem] = []
    marks: list[NDArray[np.uint64]] = []
    ids: list[Sequence[str]] = []
    for history in histories:
        problems.extend(_within(history))
        marks.append(_marks(history.ids))
        ids.append(history.ids)
    problems.extend(_across(ids, marks, unit))
    if problems:
        hint = f"pass partitions=1; or name one account in all rows of a {unit}, or leave account_col out"
        raise DataError(f"in partitions each {unit} must belong to one account", sorted(problems), hint)


def _within(history: History) -> Iterator[Problem]:
    """Units with several accounts among the rows of one partition."""
    column = history.extras["account"]
    codes, starts = ints(column.codes), ints(history.bounds)[:-1]
    if not len(starts):
        return
    low, high = np.minimum.reduceat(codes, starts), np.maximum.reduceat(codes, starts)
    for unit in np.flatnonzero(low != high).tolist():
        found = [None if code < 0 else column.names[code] for code in (low[unit], high[unit])]
        told = f"account {found[1]!r}, and none" if found[0] is None else f"accounts {found[0]!r} and {found[1]!r}"
        yield f"{history.unit} {history.ids[unit]!r}", told


def _marks(ids: Sequence[str]) -> NDArray[np.uint64]:
    if isinstance(ids, Numbers):
        return mixed_bits(ids.numbers)
    return text_bits(ids if isinstance(ids, Texts) else Texts.of(ids))


def _across(ids: Sequence[Sequence[str]], marks: Sequence[NDArray[np.uint64]], unit: str) -> Iterator[Problem]:
    """Units that lie in several partitions, since their rows name several accounts."""
    whole = np.concatenate(marks)
    whole.sort()
    twice = np.unique(whole[1:][whole[1:] == whole[:-1]])
    seen: set[str] = set()
    for known, bits in zip(ids, marks, strict=True) if len(twice) else ():
        for row in np.flatnonzero(np.isin(bits, twice)).tolist():
            if known[row] in seen:
                yield f"{unit} {known[row]!r}", "several accounts"
            seen.add(known[row])
