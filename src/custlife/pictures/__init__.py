"""Pictures: frozen values that draw themselves as text, SVG and HTML, and know nothing of any domain.

Every kind has `text(width=80)`, `svg(width=720)` and `html()`; all but `Boxes` have `plot()` for Plotly. Colours are
named tones (`TONES`); a page embeds `style_sheet()` once. Labels may hold anything: they are cleaned and escaped.
"""

from custlife.pictures.bars import Bars
from custlife.pictures.base import Picture
from custlife.pictures.boxes import Arrow, Box, Boxes
from custlife.pictures.cards import Cards
from custlife.pictures.columns import Columns
from custlife.pictures.flows import Flows, Link, Node
from custlife.pictures.grid import Grid
from custlife.pictures.lines import Lines
from custlife.pictures.ranges import Ranges
from custlife.pictures.scales import number, percent
from custlife.pictures.segments import Segment
from custlife.pictures.series import Series
from custlife.pictures.table import Table
from custlife.pictures.tones import TONES, style_sheet

__all__ = [
    "TONES",
    "Arrow",
    "Bars",
    "Box",
    "Boxes",
    "Cards",
    "Columns",
    "Flows",
    "Grid",
    "Lines",
    "Link",
    "Node",
    "Picture",
    "Ranges",
    "Segment",
    "Series",
    "Table",
    "number",
    "percent",
    "style_sheet",
]
