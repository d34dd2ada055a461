"""What every picture can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, cast

import attrs

from custlife.pictures.svg import Sheet
from custlife.pictures.words import clip, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable


class Picture(ABC):
    """A frozen value that draws itself: `text` for terminals, `svg` for pages, `html` for notebooks and reports.

    `plot` is for Plotly. Equal pictures draw equal bytes. Labels may hold anything; they are cleaned and escaped.
    """

    __slots__ = ()

    title: str
    note: str

    @abstractmethod
    def text(self, width: int = 80) -> str:
        """The picture for a terminal of that many columns."""

    @abstractmethod
    def svg(self, width: int = 720) -> str:
        """The picture as one SVG element that many pixels wide; it stands on light and on dark paper."""

    def html(self) -> str:
        """The picture as an HTML fragment."""
        return f'<figure class="cl-picture" style="margin:0 0 1.5rem">{self.svg()}</figure>'

    def plot(self) -> Any:
        """The picture as a `plotly.graph_objects.Figure`, to zoom, to hover, and to change. Needs the extra `plotly`.

        Values, colours and texts are those of `svg`; labels are escaped.

        Raises:
            MissingExtraError: Plotly is not installed.
            UsageError: The picture is a diagram of boxes, which Plotly has no chart for.
        """
        from custlife.pictures.plotly_figure import figure

        return figure(self)

    @abstractmethod
    def _about(self) -> str:
        """One sentence for those who cannot see the picture."""

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {clip(self.title, 60)!r}: {clip(self._about(), 100)}>"

    def _repr_html_(self) -> str:
        return self.html()

    def _repr_svg_(self) -> str:
        return self.svg()

    def _sheet(self, width: float) -> Sheet:
        kind = type(self).__name__
        fields = attrs.fields(cast("type[attrs.AttrsInstance]", type(self)))
        content = (kind, *(getattr(self, field.name) for field in fields))
        return Sheet(width, content=content, title=self.title, kind=kind, about=self._about())

    def _page(self, body: Iterable[str], width: int) -> str:
        """The lines under the title and above the note."""
        title = wrap(self.title, width) if self.title else []
        note = wrap(self.note, width) if self.note else []
        return "\n".join(line.rstrip() for line in [*title, *body, *note])


NOTHING = "(nothing to show)"
