"""Sharing a given width among columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def fit(widths: Sequence[float], room: float, least: float) -> list[float]:
    """Widths that add up to at most `room`: narrow columns keep theirs, wide ones share what is left.

    No column falls below `least` (or its own width), so the sum may still exceed a very small room.

    Examples:
        >>> fit([10, 50, 90], 90, 5)
        [10, 40.0, 40.0]
    """
    fitted = list(widths)
    order = sorted(range(len(widths)), key=lambda i: widths[i])
    left = room
    for place, column in enumerate(order):
        share = left / (len(order) - place)
        fitted[column] = min(widths[column], max(share, least))
        left -= fitted[column]
    return fitted


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
