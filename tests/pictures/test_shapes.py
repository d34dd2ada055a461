"""Drawn lengths, places and sizes agree with the numbers behind them."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from custlife.pictures import Arrow, Bars, Boxes, Columns, Flows, Grid, Lines, Ranges, Series, Table
from custlife.pictures.boxes_layout import place as place_boxes
from custlife.pictures.flows_layout import layers
from custlife.pictures.flows_layout import place as place_flows
from custlife.pictures.flows_svg import _free
from custlife.pictures.plot import straighten, thin
from custlife.pictures.segments import settle, spans
from custlife.pictures.series import risk_at
from custlife.pictures.series import settle as settle_series
from tests.pictures import strategies as pic
from tests.pictures.reading import name, parse, points

amounts = st.lists(st.floats(1, 1000), min_size=2, max_size=8)


def _bars(svg):
    return [e for e in parse(svg).iter() if name(e) == "rect" and e.get("height") == "22"]


@given(amounts)
def test_bar_lengths_are_proportional_to_values(values):
    picture = Bars([str(i) for i in range(len(values))], [("a", values)])
    lengths = [float(e.get("width")) for e in _bars(picture.svg())]
    longest = max(lengths)
    assert lengths == pytest.approx([v / max(values) * longest for v in values], abs=0.11)


@given(st.lists(st.tuples(st.floats(1, 100), st.floats(1, 100), st.floats(-100, -1)), min_size=1, max_size=5))
def test_stacked_parts_touch_and_negative_ones_lie_left_of_zero(rows):
    picture = Bars([""] * len(rows), [(str(i), column) for i, column in enumerate(zip(*rows, strict=True))])
    bars = _bars(picture.svg())
    for first, second, negative in zip(bars[::3], bars[1::3], bars[2::3], strict=True):
        zero = float(first.get("x"))
        assert float(second.get("x")) == pytest.approx(zero + float(first.get("width")), abs=0.11)
        assert float(negative.get("x")) + float(negative.get("width")) == pytest.approx(zero, abs=0.11)


@given(st.lists(st.tuples(*[st.floats(-1000, 1000)] * 3).map(sorted), min_size=2, max_size=8))
def test_dots_and_ends_of_intervals_lie_on_one_scale(rows):
    low, middle, high = zip(*rows, strict=True)
    places = [x for row in rows for x in row]
    assume(max(places) - min(places) > 1)
    drawn = list(parse(Ranges([""] * len(rows), middle, low, high).svg()).iter())
    dots = [float(e.get("cx")) for e in drawn if name(e) == "circle"]
    spans = [re.match(r"M([\d.]+) [\d.]+H([\d.]+)", e.get("d")) for e in drawn if e.get("stroke-width") == "2"]
    found = [float(x) for dot, span in zip(dots, spans, strict=True) for x in (span[1], dot, span[2])]
    one, other = min(range(len(places)), key=places.__getitem__), max(range(len(places)), key=places.__getitem__)
    stretch = (found[other] - found[one]) / (places[other] - places[one])
    assert found == pytest.approx([found[one] + (x - places[one]) * stretch for x in places], abs=0.3)


@given(pic.bars(st.floats(-1000, 1000)))
def test_spans_add_up_to_the_sum_of_each_sign(picture):
    parts = settle(picture.segments)
    for index in range(len(picture.labels)):
        ends = [0.0, *(end for _, end in spans(parts, index))]
        values = [part.values[index] for part in parts]
        assert max(ends) == pytest.approx(sum(v for v in values if v > 0))
        assert min(ends) == pytest.approx(sum(v for v in values if v < 0))


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=6))
def test_text_bars_never_shrink_when_values_grow(values):
    ordered = sorted(values)
    lines = Bars([""] * len(ordered), [("a", ordered)]).text().split("\n")
    lengths = [line.count("█") for line in lines]
    assert lengths == sorted(lengths)


@given(
    st.lists(st.tuples(st.floats(0, 600), st.floats(0, 240)), min_size=1, max_size=400),
    st.sampled_from([0.5, 1, 4, 32]),
)
def test_thinning_keeps_order_ends_and_the_envelope_of_every_bin(found, width):
    line = sorted(found, key=lambda p: p[0])
    kept = thin(line, width)
    assert (kept[0], kept[-1]) == (line[0], line[-1])
    rest = iter(line)
    assert all(point in rest for point in kept)
    for column in {x // width for x, _ in line}:
        before = [y for x, y in line if x // width == column]
        after = [y for x, y in kept if x // width == column]
        assert (min(before), max(before)) == (min(after), max(after))
        assert len(after) <= 4


@given(st.lists(st.floats(0, 240), min_size=1, max_size=50))
def test_straightening_moves_no_point_of_the_line_visibly(ys):
    line = [(float(x), y) for x, y in enumerate(ys)]
    kept = straighten(line)
    assert (kept[0], kept[-1]) == (line[0], line[-1])
    for x, y in line:
        before = max((p for p in kept if p[0] <= x), key=lambda p: p[0])
        assert abs(before[1] - y) <= 0.1


def _steps(count, seed=1):
    rng = random.Random(seed)
    ys = [1.0]
    for _ in range(count - 1):
        ys.append(ys[-1] * (1 - rng.random() * 3 / count))
    return ys


def test_ten_thousand_steps_draw_the_same_line_in_a_small_file():
    ys = _steps(10_000)
    picture = Lines(
        [Series("s", range(10_000), ys, [y * 0.9 for y in ys], [min(1, y * 1.1) for y in ys], "step")], form="percent"
    )
    svg = picture.svg()
    assert len(svg) < 60_000
    path = next(e for e in parse(svg).iter() if name(e) == "path" and e.get("stroke-width") == "2")
    drawn = points(path.get("d"))
    left, top, right, bottom = drawn[0][0], drawn[0][1], drawn[-1][0], drawn[-1][1]
    for index in range(0, 10_000, 97):
        x = left + (right - left) * index / 9_999
        y = top + (bottom - top) * (1 - ys[index]) / (1 - ys[-1])
        assert min(abs(py - y) for px, py in drawn if abs(px - x) <= 2.5) < 2.0


def _many():
    rng = random.Random(2)
    noise = [[rng.random() for _ in range(5_000)] for _ in range(8)]
    return {
        "hatched": Bars(range(100), [("a", range(100), "pending")]),
        "bars": Bars([f"bar {i}" for i in range(500)], [("a", range(500)), ("b", range(500))]),
        "columns": Columns(
            [str(i) for i in range(3_000)], [(n, range(3_000), n) for n in ("good", "bad", "muted", "pending")]
        ),
        "lines": Lines(
            [Series(str(i), range(5_000), n, [y - 1 for y in n], [y + 1 for y in n]) for i, n in enumerate(noise)]
        ),
        "areas": Lines([Series(str(i), range(5_000), n, style="area") for i, n in enumerate(noise)]),
        "series": Lines([Series(f"cohort {i}", range(60), noise[0][:60]) for i in range(60)]),
        "flows": Flows(
            [str(i) for i in range(40)], [(str(i), str(j), 1 + i * j) for i in range(40) for j in range(i + 1, 40)]
        ),
        "grid": Grid(
            [str(i) for i in range(200)],
            [str(i) for i in range(200)],
            [[i * j for j in range(200)] for i in range(200)],
        ),
        "written grid": Grid(
            range(30), range(30), [[i / 30 + j / 900 for j in range(30)] for i in range(30)], form="percent"
        ),
        "boxes": Boxes([str(i) for i in range(300)], [Arrow(str(i), str((i * 7) % 300)) for i in range(300)]),
        "table": Table(["a", "b", "c"], [(i, i / 7, "text " * 5) for i in range(5_000)]),
    }


@pytest.mark.parametrize("kind", _many())
def test_large_data_draw_a_small_file_that_says_what_it_leaves_out(kind):
    svg = _many()[kind].svg()
    assert len(svg.encode()) < 60_000
    if kind not in ("lines", "areas", "written grid"):
        assert re.search(r"\.\.\. [\d,]+ (more|smaller)|the last [\d,]+ of", svg)


def test_dozens_of_nodes_and_links_are_laid_out_within_the_paper():
    svg = _many()["flows"].svg()
    assert "nan" not in svg


@given(pic.flows(back=False))
def test_links_along_the_order_of_nodes_lead_to_a_later_layer(picture):
    assume(all(node.layer is None for node in picture.nodes))
    found = layers(picture.nodes, picture.links)
    assert all(found[x.source] < found[x.target] for x in picture.links if x.value > 0)


@given(pic.flows())
def test_ribbons_are_proportional_and_bars_hold_them(picture):
    assume(any(link.value > 0 for link in picture.links))
    plan = place_flows(picture.nodes, picture.links, 700)
    rates = [ribbon.thick / ribbon.link.value for ribbon in plan.ribbons if ribbon.link.value > 1e-200]
    assert rates == pytest.approx([rates[0]] * len(rates)) if rates else True
    for spot in plan.spots:
        assert spot.left_used <= spot.height + 1e-6
        assert spot.right_used <= spot.height + 1e-6


@given(pic.flows())
def test_bars_of_one_layer_do_not_overlap(picture):
    assume(any(link.value > 0 for link in picture.links))
    plan = place_flows(picture.nodes, picture.links, 700)
    for layer in {spot.layer for spot in plan.spots}:
        column = sorted((s for s in plan.spots if s.layer == layer), key=lambda s: s.y)
        assert all(a.y + a.height <= b.y + 1e-6 for a, b in pairwise(column))


@given(pic.boxes(), st.sampled_from([240, 480, 712]))
def test_boxes_do_not_overlap_and_stay_within_the_width(picture, width):
    plan = place_boxes(picture.nodes, picture.arrows, width)
    spots = list(plan.spots.values())
    assert all(s.x >= 0 and s.x + s.width <= width + 1e-6 and s.width > 30 for s in spots)
    for index, one in enumerate(spots):
        for other in spots[:index]:
            apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
            apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
            assert apart_x or apart_y


@given(pic.boxes())
def test_every_different_arrow_is_drawn_with_one_head(picture):
    root = parse(picture.svg())
    heads = [e for e in root.iter() if name(e) == "path" and e.get("stroke") == "none"]
    plan = place_boxes(picture.nodes, picture.arrows, 712)
    assert len(heads) == len(plan.straight) + sum(len(bus.sources) for bus in plan.buses)
    assert {(a.source, a.target) for a in picture.arrows} == {
        *((s.box.id, t.box.id) for s, t, _ in plan.straight),
        *((s.box.id, bus.target.box.id) for bus in plan.buses for s in bus.sources),
    }


def test_counts_at_risk_are_those_of_the_next_point():
    (track,) = settle_series([Series("s", [0, 10, 20], [1, 0.5, 0.2], at_risk=[100, 60, 20])])
    assert [risk_at(track, x) for x in (0, 5, 10, 15, 20, 25)] == [100, 60, 60, 20, 20, 0]


def test_areas_stack():
    tracks = settle_series([Series("a", [0, 1], [1, None], style="area"), Series("b", [0, 1], [2, 5], style="area")])
    assert [track.ys for track in tracks] == [(1.0, 0.0), (3.0, 5.0)]
    assert [track.base for track in tracks] == [(0.0, 0.0), (1.0, 0.0)]


HASHING = """
from tests.pictures.test_shapes import _many
from zlib import crc32
print([crc32(p.svg().encode()) for p in _many().values() if len(p.svg()) < 20000])
"""


def test_drawings_do_not_depend_on_the_hash_seed():
    root = Path(__file__).parents[2]
    found = {
        subprocess.run(
            [sys.executable, "-c", HASHING],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": f"{root}:{root / 'src'}"},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_pictures_load_without_the_heavy_parts_of_the_standard_library():
    code = "import attrs, sys; had = set(sys.modules); import custlife.pictures; print(*sorted(set(sys.modules) - had))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split()
    heavy = {"json", "html", "csv", "decimal", "fractions", "statistics", "random", "datetime", "textwrap", "logging"}
    assert not heavy & set(loaded)


@given(pic.cards())
def test_cards_say_every_item_in_html(picture):
    html = picture.html()
    assert html.count("<tr>") == len(picture.rows) + 1 + (not picture.rows)


def test_a_label_without_a_free_place_goes_where_it_hides_least():
    assert _free(67, (60, 90), 40, [(0, 50, 67)]) == 67
    assert _free(67, (20, 60), 40, [(0, 50, 67), (0, 50, 117)]) == 93
    assert _free(67, (20, 60), 40, [(0, 50, 60 + 13 * step) for step in range(4)]) == 106
