"""Plotly figures hold what the pictures hold: the numbers, the texts and the gaps."""

from __future__ import annotations

import ast
import html
import json
import subprocess
import sys
from pathlib import Path

import attrs
import pytest
from hypothesis import given

import custlife as cl
from custlife.errors import MissingExtraError, UsageError
from custlife.pictures import Bars, Boxes, Cards, Columns, Flows, Grid, Lines, Picture, Ranges, Series, Table, number
from custlife.pictures.plotly_figure import described
from custlife.pictures.plotly_layout import text
from custlife.pictures.words import clean, clip
from tests import values
from tests.pictures import strategies as pic
from tests.pictures.test_laws import EMPTY

go = pytest.importorskip("plotly.graph_objects")

FIXED = {"%{text}", "%{customdata}<extra></extra>"}
CHARTS = (pic.bars(), pic.ranges(), pic.columns(), pic.lines(), pic.flows(), pic.grids(), pic.tables(), pic.cards())


def charts():
    return pic.st.one_of(*CHARTS)


def traces(picture, kind):
    return [trace for trace in described(picture)["data"] if trace["type"] == kind]


def strings(part):
    """Every text in a figure but the templates that we wrote."""
    if isinstance(part, dict):
        return [found for value in part.values() for found in strings(value)]
    if isinstance(part, list):
        return [found for value in part for found in strings(value)]
    return [part] if isinstance(part, str) and part not in FIXED else []


def plain(shown):
    return html.unescape(shown)


class TestEveryPicture:
    @given(charts())
    def test_has_a_figure_that_plotly_accepts(self, picture):
        assert isinstance(picture.plot(), go.Figure)

    @given(charts())
    def test_gives_finite_numbers_and_the_same_ones_again(self, picture):
        written = json.dumps(described(picture), allow_nan=False)
        assert json.dumps(described(attrs.evolve(picture)), allow_nan=False) == written

    @given(charts())
    def test_leaves_no_tag_formula_or_template_in_a_text(self, picture):
        for shown in strings(described(picture)):
            bare = shown.replace("<br>", "")
            assert not {"<", ">", "$"} & set(bare)
            assert "%{" not in bare

    @given(charts())
    def test_says_its_title_and_its_note(self, picture):
        layout = described(picture)["layout"]
        lines = [mark["text"] for mark in layout["annotations"]]
        title = layout.get("title", {"text": ""})["text"]
        for said, found in ((picture.title, [title]), (picture.note, lines)):
            letters = "".join(said.split())
            assert not letters or any(letters in "".join(plain(one.replace("<br>", "")).split()) for one in found)

    @pytest.mark.parametrize("picture", [one for one in EMPTY if not isinstance(one, Boxes)], ids=repr)
    def test_of_nothing_says_so(self, picture):
        assert [mark.text for mark in picture.plot().layout.annotations] == ["(nothing to show)"]


@given(pic.labels.map(clean))
def test_a_text_is_read_back_as_it_came(label):
    assert plain(text(label)) == clip(label, 300)


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("<b>'a' & \"b\"</b>", "&lt;b&gt;'a' &amp; \"b\"&lt;/b&gt;"),
        ("from $1 to $2", "from &#36;1 to &#36;2"),  # a formula, where MathJax is at hand
        ("%{meta[0]}", "&#37;{meta[0]}"),
        ("40 %", "40 %"),
    ],
)
def test_what_plotly_would_read_as_more_than_text_is_escaped(label, shown):
    assert text(label) == shown


class TestNumbers:
    """Those of the figure are those of the picture, gaps included."""

    @given(pic.bars())
    def test_bars(self, picture):
        found = [tuple(trace["x"]) for trace in traces(picture, "bar")]
        assert found == ([one.values for one in picture.segments] if picture.labels else [])

    @given(pic.columns())
    def test_columns_and_their_line(self, picture):
        if picture.labels:
            assert [tuple(trace["y"]) for trace in traces(picture, "bar")] == [one.values for one in picture.segments]
            assert [tuple(trace["y"]) for trace in traces(picture, "scatter")] == [
                one.values for one in [picture.line] if one
            ]

    @given(pic.ranges())
    def test_ranges(self, picture):
        *intervals, dots = traces(picture, "scatter") or [{"x": picture.values}]
        assert tuple(dots["x"]) == picture.values
        drawn = [(trace["y"][i], *trace["x"][i : i + 2]) for trace in intervals for i in range(0, len(trace["x"]), 3)]
        whole = [
            (row, low, high)
            for row, (low, high) in enumerate(zip(picture.low, picture.high, strict=True))
            if low is not None and high is not None
        ]
        assert sorted(drawn) == (whole if any(value is not None for value in picture.values) else [])

    @given(pic.lines())
    def test_lines(self, picture):
        found = [trace for trace in traces(picture, "scatter") if "fill" not in trace]
        assert [tuple(trace["y"]) for trace in found] in ([], [one.ys for one in picture.series])
        for trace, one in zip(found, picture.series, strict=False):
            assert trace.get("connectgaps", False) is False
            if all(isinstance(x, float) for x in one.xs):
                assert tuple(trace["x"]) == one.xs

    @given(pic.lines())
    def test_bands_run_through_all_whole_pairs_and_no_other_number(self, picture):
        bands = [trace for trace in traces(picture, "scatter") if "fill" in trace]
        banded = [one for one in picture.series if one.low]
        for trace, one in zip(bands, banded, strict=True) if bands else ():
            pairs = [pair for pair in zip(one.low, one.high, strict=True) if None not in pair]
            assert {y for y in trace["y"] if y is not None} == {y for pair in pairs for y in pair}

    @given(pic.flows())
    def test_flows(self, picture):
        ids = [node.id for node in picture.nodes]
        for trace in traces(picture, "sankey"):
            link = trace["link"]
            found = [*zip(link["source"], link["target"], link["value"], strict=True)]
            wanted = [(ids.index(one.source), ids.index(one.target), one.value) for one in picture.links]
            assert found == [one for one in wanted if one[2] > 0]

    @given(pic.grids())
    def test_grids_and_their_blanks(self, picture):
        if not picture.rows or not picture.columns:
            return
        (cells,) = traces(picture, "heatmap")
        assert tuple(map(tuple, cells["z"])) == picture.values
        blanks = [(i, j) for i, row in enumerate(picture.values) for j, value in enumerate(row) if value is None]
        marks = [*traces(picture, "scatter"), {"x": [], "y": []}][0]
        assert [*zip(marks["y"], marks["x"], strict=True)] == blanks

    @given(pic.tables())
    def test_tables_hold_every_word_of_the_rows_shown(self, picture):
        for trace in traces(picture, "table"):
            count = len(picture.rows) if picture.limit is None else min(picture.limit, len(picture.rows))
            for column, cells in zip(zip(*picture.rows, strict=True), trace["cells"]["values"], strict=True):
                assert len(cells) == count
                for cell, shown in zip(column, cells, strict=False):
                    if isinstance(cell, str):
                        assert "".join(plain(shown.replace("<br>", "")).split()) == "".join(cell.split())


class TestLooks:
    def test_solid_parts_differ_by_more_than_colour(self):
        found = traces(Bars(["a"], [(name, [1]) for name in "abcdefg"]), "bar")
        assert len({trace["marker"].get("pattern", {}).get("shape", "") for trace in found}) == 7

    def test_pending_is_hatched_and_muted_is_an_outline(self):
        pending, muted = traces(Bars(["a"], [("p", [1], "pending"), ("m", [1], "muted")]), "bar")
        assert pending["marker"]["pattern"]["shape"] == "/"
        assert muted["marker"]["color"].startswith("rgba(")

    def test_lines_have_symbols_of_their_own_and_steps_are_steps(self):
        found = traces(Lines([(name, [0, 1], [1, 2], (), (), "step") for name in "abc"]), "scatter")
        assert len({trace["marker"]["symbol"] for trace in found}) == 3
        assert {trace["line"]["shape"] for trace in found} == {"hv"}

    def test_a_point_between_gaps_is_a_dot_however_long_the_series(self):
        ys = [1.0] * 100
        ys[41] = ys[43] = None
        (trace,) = traces(Lines([("a", range(100), ys)]), "scatter")
        assert trace["marker"]["size"][42] == 7
        assert trace["marker"]["size"][45] == 0

    def test_dashes_of_the_ninth_series_and_of_a_dashed_one(self):
        series = [(str(i), [0, 1], [1, 2]) for i in range(9)] + [("d", [0, 1], [1, 2], (), (), "dashed")]
        found = [trace["line"]["dash"] for trace in traces(Lines(series), "scatter")]
        assert found == ["solid"] * 8 + ["7px,2px", "dash"]

    def test_the_band_of_a_step_has_its_corners(self):
        band, _ = traces(Lines([("a", [0, 1], [2, 3], [1, 2], [3, 4], "step")]), "scatter")
        assert band["x"] == [0, 1, 1, 1, 1, 0, None]
        assert band["y"] == [3, 3, 4, 2, 1, 1, None]

    def test_labels_that_are_equal_keep_their_own_bars(self):
        figure = Bars(["", "", "x"], [("n", [1, 2, 3])]).plot()
        assert list(figure.data[0].y) == [0, 1, 2]
        assert list(figure.layout.yaxis.ticktext) == ["", "", "x"]

    def test_flows_that_lead_back_are_laid_out_by_plotly(self):
        assert "x" in traces(Flows(["a", "b"], [("a", "b", 1)]), "sankey")[0]["node"]
        assert "x" not in traces(Flows(["a", "b"], [("a", "b", 1), ("b", "a", 1)]), "sankey")[0]["node"]

    def test_many_flows_are_all_there(self):
        names = [f"n{i}" for i in range(25)]
        links = [(a, b, 1.0 + i) for i, (a, b) in enumerate((a, b) for a in names for b in names if a < b)]
        (trace,) = traces(Flows(names, links), "sankey")
        assert len(trace["link"]["value"]) == 300

    def test_columns_that_do_not_fit_are_named_now_and_then(self):
        axis = described(Columns([f"2026-01-{i}" for i in range(31)], [("n", [1] * 31)]))["layout"]["xaxis"]
        assert len(axis["tickvals"]) < 31
        assert axis["ticktext"][1] == f"2026-01-{axis['tickvals'][1]}"

    def test_a_large_grid_is_left_to_its_shades(self):
        (cells,) = traces(Grid(range(30), range(30), [[1] * 30] * 30), "heatmap")
        assert "texttemplate" not in cells

    def test_a_wide_board_is_wider_than_a_page(self):
        cards = Cards(["a"], [f"aspect {i}" for i in range(12)], [[["one of two", "a word " * 9]] * 12])
        assert described(cards)["layout"]["width"] > 1000


class TestHovering:
    """What is said beside the pointer, in the forms of the pictures."""

    @pytest.mark.parametrize(
        ("picture", "said"),
        [
            (Bars(["a"], [("n", [0.5])], form="percent"), "a · n: 50.0 %"),
            (Columns(["Jan"], [("", [1204])]), "Jan: 1,204"),
            (Columns(["Jan"], [("n", [None])]), "Jan · n: –"),
            (
                Lines([Series("all", [30], [0.4], [0.3], [0.5], "step", at_risk=[1204])], form="percent"),
                "all · 30: 40.0 % (30.0 % to 50.0 %), at risk: 1,204",
            ),
            (Lines([("all", ["Jan"], [2])]), "all · Jan: 2"),
            (Ranges(["a"], [2], [1], [3]), "a: 2 (1 to 3)"),
            (Ranges(["a"], [2], [1], [3], ends=["+2 days"]), "a: +2 days"),
            (Ranges(["a"], [2], [None], [3]), "a: 2"),
        ],
    )
    def test_of_points_and_bars(self, picture, said):
        assert picture.plot().data[-1].hovertext == (said,)

    def test_of_flows(self):
        assert Flows(["a", "b"], [("a", "b", 3)]).plot().data[0].link.customdata == ("a to b: 3",)

    def test_of_cells_and_blanks(self):
        figure = Grid(["Jan"], ["0", "1"], [[0.4, None]], form="percent", blank="too young").plot()
        assert figure.data[0].hovertext == (["Jan · 0: 40.0 %", "Jan · 1: "],)
        assert figure.data[1].hovertext == ("Jan · 1: too young",)

    def test_of_tables_there_is_the_cell(self):
        figure = Table(["stage", "customers"], [["trial", 1204], ["active", None]], limit=1).plot()
        assert figure.data[0].cells["values"] == (["trial"], [number(1204)])
        assert [mark.text for mark in figure.layout.annotations] == ["... 1 more row"]

    def test_marks_are_upright_lines_with_their_labels(self):
        figure = Lines([("a", [0, 90], [1, 0])], marks=[(30, "limit"), (60, "")], x_steps="days", x_label="days").plot()
        assert [shape.x0 for shape in figure.layout.shapes] == [30, 60]
        assert [mark.text for mark in figure.layout.annotations] == ["limit"]
        assert figure.layout.xaxis.dtick == 14


class TestRefusals:
    def test_boxes_have_no_figure(self):
        with pytest.raises(UsageError) as caught:
            Boxes(["a", "b"], [("a", "b")]).plot()
        assert str(caught.value) == (
            "a picture of kind 'Boxes' has no Plotly figure\n\nHint: draw it with .svg() or .html()"
        )

    def test_without_plotly_the_extra_is_named(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
        with pytest.raises(MissingExtraError) as caught:
            Bars(["a"], [("n", [1])]).plot()
        assert str(caught.value) == ("a Plotly figure needs the extra 'plotly'\n\nHint: pip install 'custlife[plotly]'")

    def test_a_figure_is_described_without_plotly(self):
        code = "import sys, custlife.pictures.plotly_figure; sys.exit('plotly' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class TestAnswers:
    def test_everything_with_a_drawing_has_a_figure(self):
        for name, value in values.make().items():
            if hasattr(value, "svg") and not isinstance(value, Picture):
                assert value.plot().to_json() == value.picture().plot().to_json(), name

    def test_every_class_with_svg_has_plot(self):
        files = [path.read_text("utf-8") for path in Path(cl.__file__).parent.rglob("*.py")]
        trees = [ast.parse(code) for code in files if "def svg(" in code]
        kinds = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
        methods = [{part.name for part in kind.body if isinstance(part, ast.FunctionDef)} for kind in kinds]
        drawn = [(kind.name, names) for kind, names in zip(kinds, methods, strict=True) if "svg" in names]
        assert {"Picture", "Result", "Scores"} <= {name for name, _ in drawn}
        pictures = {kind.__name__ for kind in (Bars, Boxes, Cards, Columns, Flows, Grid, Lines, Ranges, Table)}
        assert [name for name, names in drawn if "plot" not in names and name not in pictures] == []

    @pytest.mark.parametrize("payload", [one for one in pic.PAYLOADS if "<" in one])
    def test_a_page_with_a_hostile_label_has_no_tag_of_it(self, payload):
        page = Bars([payload], [(payload, [1])], payload, payload).plot().to_html(include_plotlyjs=False)
        assert payload not in page
        assert "<img" not in page
