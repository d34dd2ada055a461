"""Pictures as Plotly figures: the second renderer, from the same values as the drawn ones.

Everything up to the last line is plain dicts; only `figure` meets Plotly, which is an extra.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custlife.errors import MissingExtraError, UsageError
from custlife.pictures.bars import Bars
from custlife.pictures.base import NOTHING, Picture
from custlife.pictures.cards import Cards
from custlife.pictures.columns import Columns
from custlife.pictures.flows import Flows
from custlife.pictures.grid import Grid
from custlife.pictures.lines import Lines
from custlife.pictures.plotly_bars import bars, columns, ranges
from custlife.pictures.plotly_flows import flows
from custlife.pictures.plotly_grid import grid
from custlife.pictures.plotly_layout import Spec, nothing
from custlife.pictures.plotly_lines import lines
from custlife.pictures.plotly_tables import cards, table
from custlife.pictures.ranges import Ranges
from custlife.pictures.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

_MAKERS: dict[type[Picture], Callable[[Any], Spec | None]] = {
    Bars: bars,
    Cards: cards,
    Columns: columns,
    Flows: flows,
    Grid: grid,
    Lines: lines,
    Ranges: ranges,
    Table: table,
}


def figure(picture: Picture) -> Any:
    """The picture as a `plotly.graph_objects.Figure`.

    Raises:
        MissingExtraError: Plotly is not installed.
        UsageError: Plotly has no chart of that kind.
    """
    spec = described(picture)
    try:
        from plotly.graph_objects import Figure
    except ModuleNotFoundError as error:
        raise MissingExtraError("a Plotly figure", "plotly") from error
    return Figure(spec)


def described(picture: Picture) -> Spec:
    """The picture as a dict of Plotly's `data` and `layout`.

    Raises:
        UsageError: Plotly has no chart of that kind.
    """
    make = next((maker for kind, maker in _MAKERS.items() if isinstance(picture, kind)), None)
    if make is None:
        kind = type(picture).__name__
        raise UsageError(f"a picture of kind {kind!r} has no Plotly figure", "draw it with .svg() or .html()")
    return make(picture) or nothing(picture.title, picture.note, NOTHING)
