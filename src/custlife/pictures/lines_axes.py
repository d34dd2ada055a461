"""The axes of a line picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.pictures.scales import Axis, axis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.pictures.lines import Lines
    from custlife.pictures.series import Track


def x_range(picture: Lines, tracks: list[Track]) -> tuple[float, float]:
    """First and last x, marks included."""
    places = [x for track in tracks for x in (track.xs[:1] + track.xs[-1:])]
    places += [x for x, _ in picture.marks]
    return min(places), max(places)


def y_axis(picture: Lines, tracks: list[Track], count: int = 5) -> Axis:
    """Round heights that hold zero, every point and every band."""
    heights = [0.0, *_heights(tracks)]
    low, high = min(heights), max(heights)
    if picture.form == "percent" and low >= 0 and 0.5 < high <= 1:
        high = 1.0
    return axis(low, high, count=count)


def _heights(tracks: list[Track]) -> Iterator[float]:
    for track in tracks:
        for values in (track.ys, track.given.low, track.given.high):
            yield from (value for value in values if value is not None)


def x_ticks(picture: Lines, tracks: list[Track], count: int) -> Axis:
    """Round places between the first and the last x."""
    low, high = x_range(picture, tracks)
    found = axis(low, high, count=count, steps="days" if picture.x_steps == "days" else "decimal")
    inside = tuple(tick for tick in found.ticks if low <= tick <= high)
    return Axis(inside or (low,), found.step)
