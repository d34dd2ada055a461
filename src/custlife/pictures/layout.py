"""Sharing a given width among columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def fit(widths: Sequence[float], room: float, least: Sequence[float]) -> list[float]:
    """Widths that add up to at most `room`: narrow columns keep theirs, wide ones share what is left.

    No column falls below its least (or its own width), so the sum may still exceed a very small room.

    Examples:
        >>> fit([10, 50, 90], 90, [5, 5, 5])
        [10, 40.0, 40.0]
        >>> fit([10, 50, 90], 90, [5, 45, 5])
        [10, 45, 35.0]
    """
    needed = [min(width, need) for width, need in zip(widths, least, strict=True)]

    def level(height: float) -> list[float]:
        return [min(width, max(height, need)) for width, need in zip(widths, needed, strict=True)]

    steps = [step for step in sorted({*needed, *widths}) if sum(level(step)) <= room]
    if not steps:
        return needed
    growing = sum(need <= steps[-1] < width for width, need in zip(widths, needed, strict=True))
    return level(steps[-1] + (room - sum(level(steps[-1]))) / growing if growing else steps[-1])


def blocks(widths: Sequence[int], room: int, gap: int) -> list[list[int]]:
    """Columns in groups that each fit the room; every group after the first repeats column 0.

    Examples:
        >>> blocks([4, 5, 5, 5], 20, 2)
        [[0, 1, 2], [0, 3]]
    """
    groups: list[list[int]] = [[]]
    used = 0
    for column, width in enumerate(widths):
        if groups[-1] and len(groups[-1]) > (len(groups) > 1) and used + gap + width > room:
            groups.append([0])
            used = widths[0]
        groups[-1].append(column)
        used += width + (gap if len(groups[-1]) > 1 else 0)
    return groups
