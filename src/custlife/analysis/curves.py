"""Curves as lines of a picture: step curves with their bands and the numbers at risk, from the start on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.pictures import Series
from custlife.stats.outline import incidence_outline, outline

if TYPE_CHECKING:
    from custlife.stats import IncidenceCurve, SurvivalCurve

__all__ = ["incidence_line", "survival_line"]


def survival_line(name: str, curve: SurvivalCurve) -> Series:
    """The share that is left, from 1 at the start on."""
    drawn = outline(curve)
    start, ones, n = _start(drawn.times, 1.0, curve)
    return Series(
        name, (*start, *drawn.times), (*ones, *drawn.survival), (*ones, *drawn.low), (*ones, *drawn.high),
        style="step", at_risk=(*n, *drawn.at_risk),
    )  # fmt: skip


def incidence_line(name: str, curve: IncidenceCurve, *, tone: str = "", has_counts: bool = True) -> Series:
    """The share that has ended so, from 0 at the start on.

    Args:
        name: What the line is called.
        curve: The curve.
        tone: The tone of the line; empty for one of its own.
        has_counts: Whether the numbers at risk stand below it: they are the same for all ends.
    """
    drawn = incidence_outline(curve)
    start, zeros, n = _start(drawn.times, 0.0, curve.overall)
    return Series(
        name, (*start, *drawn.times), (*zeros, *drawn.values), (*zeros, *drawn.low), (*zeros, *drawn.high),
        style="step", tone=tone, at_risk=(*n, *drawn.at_risk) if has_counts else (),
    )  # fmt: skip


def _start(
    times: tuple[float, ...], value: float, curve: SurvivalCurve
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[int, ...]]:
    """Time 0 with its value and those at risk, unless the times begin there."""
    return ((), (), ()) if times[:1] == (0,) else ((0.0,), (value,), (curve.at(0).at_risk,))
