"""Spells as other libraries hold them, a column of durations and one of marks, as the multisets that curves read."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from custlife.errors import UsageError, UsageTypeError
from custlife.stats.durations import read_durations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from custlife.stats.durations import Durations

__all__ = ["split_durations"]

M = TypeVar("M", bool, int, str)


def split_durations(durations: Iterable[float], marks: Iterable[M]) -> dict[M, Durations]:
    """The durations of each mark: of those that ended and those censored, of each cause, of each group.

    Arrays are split by NumPy; whole numbers that repeat, such as days, are counted on the way.

    Args:
        durations: One for each spell: ints or floats, 0 or more, all in one unit.

        marks: One for each spell: flags, whole numbers or texts, such as whether its end was seen.

    Returns:
        By mark, in their order, the durations as an iterable or as a mapping to counts. Of flags both are there.

    Raises:
        UsageTypeError: A duration is no number, or a mark is of another kind.
        UsageError: A duration is negative, NaN or endless, or there are not as many of one as of the other.

    Examples:
        >>> from custlife.stats import kaplan_meier
        >>> spells = split_durations([1, 2, 2, 4], [True, True, False, False])
        >>> kaplan_meier(spells[True], spells[False]).survival
        (0.75, 0.5, 0.5)
    """
    times = read_durations(durations, "durations")
    if isinstance(times, dict):
        raise UsageTypeError("durations is a mapping to counts", "pass one duration for each spell")
    if not isinstance(times, list):
        from custlife.stats import arrays_split

        found = arrays_split.split(times, marks)
        if found is not None:
            return found
        times = times.tolist()
    told = _listed(marks)
    if len(times) != len(told):
        raise UsageError(f"there are {len(times):,} durations and {len(told):,} marks", "pass one of each for a spell")
    split: dict[M, list[float]] = {mark: [] for mark in _in_order(told)}
    for time, mark in zip(times, told, strict=True):
        split[mark].append(time)
    return dict(split)


def _listed(marks: Iterable[M]) -> list[M]:
    """The marks as a list of plain values."""
    to_list = getattr(marks, "tolist", None)
    return list(to_list() if to_list else marks)


def _in_order(marks: list[M]) -> list[M]:
    """The distinct marks in their order.

    Raises:
        UsageTypeError: They are not all flags, whole numbers or texts.
    """
    kinds = set(map(type, marks))
    if kinds == {bool}:
        return cast("list[M]", [False, True])  # M is bool here
    if kinds not in ({int}, {str}, set()):
        odd = next(mark for mark in marks if type(mark) is not type(marks[0]) or type(mark) not in {bool, int, str})
        raise UsageTypeError(
            f"mark {odd!r} is of another kind", "mark all by flags, all by whole numbers or all by texts"
        )
    return sorted(set(marks))
