"""Lines, steps and stacked areas over one x axis, with bands and a table of counts under the axis."""

from __future__ import annotations

from typing import Any

import attrs

from custlife.errors import UsageError
from custlife.pictures import lines_svg, lines_text
from custlife.pictures.base import NOTHING, Picture
from custlife.pictures.checks import items, need_choice
from custlife.pictures.scales import FORMATS, Format, shown, to_number
from custlife.pictures.series import Series, series, settle, x_labels
from custlife.pictures.words import clean

X_STEPS = ("decimal", "days")


def _marks(values: Any) -> tuple[tuple[float, str], ...]:
    return tuple((to_number(x) or 0.0, clean(label)) for x, label in items(values))


@attrs.frozen(repr=False)
class Lines(Picture):
    """Series over one x axis: survival curves, retention over time, headcount as stacked areas.

    The y axis always holds zero; with `form="percent"` and anything above one half it is 0 to 100 %.

    Attributes:
        series: `Series`, or tuples (name, xs, ys, low, high, style, tone, at_risk).
        title: Stands above.
        note: Stands below.
        x_label: What x is, with its unit.
        y_label: What y is.
        form: "number" or "percent": how ys are written.
        x_steps: "decimal", or "days" for ticks at 7, 30, 90, 365.
        marks: Upright dashed lines: (x, label); numeric xs only.
        risk_label: Heading of the table under the axis.

    Raises:
        UsageError: For series that do not fit each other.

    Examples:
        >>> picture = Lines([("all", [0, 30, 90], [1, 0.6, 0.4], (), (), "step")], form="percent")
        >>> picture.svg().startswith("<svg")
        True
    """

    series: tuple[Series, ...] = attrs.field(converter=series)
    title: str = attrs.field(default="", converter=clean)
    note: str = attrs.field(default="", converter=clean)
    x_label: str = attrs.field(default="", converter=clean, kw_only=True)
    y_label: str = attrs.field(default="", converter=clean, kw_only=True)
    form: Format = attrs.field(default="number", kw_only=True)
    x_steps: str = attrs.field(default="decimal", kw_only=True)
    marks: tuple[tuple[float, str], ...] = attrs.field(default=(), converter=_marks, kw_only=True)
    risk_label: str = attrs.field(default="at risk", converter=clean, kw_only=True)

    def __attrs_post_init__(self) -> None:
        need_choice("form", self.form, FORMATS)
        need_choice("x_steps", self.x_steps, X_STEPS)
        settle(self.series)
        if self.marks and x_labels(self.series):
            raise UsageError("marks need numbers as xs", "leave out marks, or pass numbers as xs")

    def text(self, width: int = 80) -> str:
        """The curves plotted with characters; stacked areas as one sparkline each."""
        tracks = settle(self.series)
        if not any(y is not None for track in tracks for y in track.ys):
            return self._page([NOTHING], width)
        return self._page(lines_text.plot(self, tracks, max(width, 30)), width)

    def svg(self, width: int = 720) -> str:
        """The curves drawn; points that cannot be told apart at that width are left out."""
        sheet = self._sheet(width)
        tracks = settle(self.series)
        if not any(y is not None for track in tracks for y in track.ys):
            sheet.nothing()
            return sheet.finish(self.note)
        lines_svg.draw(self, tracks, sheet)
        return sheet.finish(self.note)

    def _about(self) -> str:
        ends = [(one.name, [y for y in one.ys if y is not None]) for one in self.series[:8]]
        said = [f"{name} from {shown(ys[0], self.form)} to {shown(ys[-1], self.form)}" for name, ys in ends if ys]
        return f"{len(self.series):,} series: " + "; ".join(said)
