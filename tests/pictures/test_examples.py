"""One example of each kind, pinned as text, and what its drawing says."""

from __future__ import annotations

import datetime
from itertools import pairwise

from custlife.pictures import (
    Arrow,
    Bars,
    Box,
    Boxes,
    Cards,
    Columns,
    Flows,
    Grid,
    Lines,
    Ranges,
    Segment,
    Series,
    Table,
)
from tests.pictures.reading import drawn, name, parse


def _texts(picture, width=720):
    return [e.text for e in drawn(parse(picture.svg(width))) if name(e) == "text"]


FUNNEL = Bars(
    ["Awareness", "Engagement", "Intent"],
    [
        ("converted", [1000, 412, 180], "good"),
        ("pending", [0, 133, 61], "pending"),
        Segment("lost", [0, 455, 171], "muted"),
    ],
    "Funnel",
    values=["1,000 entered", "412 of 1,000 · 41.2 % (38.2–44.3)", "180 of 412 · 43.7 % (39.0–48.5)"],
    between=["↓ 588 left", ""],
)


def test_funnel_as_text():
    assert FUNNEL.text() == (
        "Funnel\n"
        "█ converted  ▒ pending  ░ lost\n"
        "Awareness   █████████████████████████████████  1,000 entered\n"
        "            ↓ 588 left\n"
        "Engagement  ██████████████▒▒▒▒░░░░░░░░░░░░░░░  412 of 1,000 · 41.2 % (38.2–44.3)\n"
        "Intent      ██████▒▒░░░░░░                     180 of 412 · 43.7 % (39.0–48.5)"
    )


def test_funnel_on_a_narrow_terminal_cuts_no_number():
    text = FUNNEL.text(40)
    assert "…" not in text
    assert " ".join(text.split()).count("41.2 % (38.2–44.3)") == 1


def test_funnel_drawn_hatches_pending_and_outlines_lost():
    svg = FUNNEL.svg()
    assert svg.count("<pattern") == 1
    assert svg.count("url(#") == 3
    assert svg.count('stroke-opacity="0.7"') == 3
    assert "412 of 1,000 · 41.2 % (38.2–44.3)" in _texts(FUNNEL)
    assert "↓ 588 left" in _texts(FUNNEL)


def test_narrow_funnel_writes_labels_above_its_bars():
    assert set(_texts(FUNNEL, 360)) == set(_texts(FUNNEL, 900))


DIFFERENCES = Ranges(
    ["pro", "team", "free", "new"],
    [0.12, 0.02, -0.05, None],
    [0.04, -0.03, -0.05, None],
    [0.2, 0.07, -0.05, None],
    "Against the rest",
    "95 % Newcombe",
    tones=["good", "", "bad", ""],
    ends=["+12.0 points", "+2.0 points", "-5.0 points", "nobody is eligible"],
    form="percent",
)


def test_ranges_as_text():
    assert DIFFERENCES.text(60) == (
        "Against the rest\n"
        "pro          │    ├─────────●──────────┤  +12.0 points\n"
        "team     ├───┼─●──────┤                   +2.0 points\n"
        "free  ●      │                            -5.0 points\n"
        "new          │                            nobody is eligible\n"
        "95 % Newcombe"
    )


def test_ranges_on_a_narrow_terminal_write_their_ends_below():
    assert DIFFERENCES.text(30).count("\n") == 9


def test_ranges_drawn_have_a_dot_for_each_value_and_ticks_with_zero():
    svg = DIFFERENCES.svg()
    assert svg.count("<circle") == 3
    assert "0 %" in _texts(DIFFERENCES)
    assert set(_texts(DIFFERENCES, 300)) >= {"+12.0 points", "nobody is eligible"}


def test_the_first_sixty_ranges_are_drawn_and_the_rest_is_counted():
    picture = Ranges([str(n) for n in range(70)], [1] * 70, [0] * 70, [2] * 70)
    assert picture.svg().count("<circle") == 60
    assert "... 10 more lines" in picture.svg()


def test_bars_of_both_signs_as_text():
    picture = Bars(["up", "down"], [("points", [4, -2])])
    up, down = picture.text(30).split("\n")
    assert up.index("█") == down.index("│")


def test_survival_as_text():
    picture = Lines(
        [Series("s", [0, 30, 60, 90], [1, 0.6, 0.4, 0.4], style="step", at_risk=[10, 10, 6, 4])], form="percent"
    )
    assert picture.text(40) == (
        "100 % ┤───────────╮\n"
        "      │           │\n"
        "      │           │\n"
        " 75 % ┤           │\n"
        "      │           │\n"
        "      │           ╰──────────╮\n"
        " 50 % ┤                      │\n"
        "      │                      ╰──────────\n"
        "      │\n"
        " 25 % ┤\n"
        "      │\n"
        "      │\n"
        "  0 % ┤\n"
        "      └─────────────────────────────────\n"
        "       0     20     40     60     80\n"
        "at risk:\n"
        "      10     10      6      6      4"
    )


def test_survival_drawn_holds_a_table_of_counts():
    one = Series("a", [0, 30, 60], [1, 0.6, 0.4], [0.9, 0.5, 0.3], [1, 0.7, 0.5], "step", "", [100, 60, 40])
    two = Series("b", [0, 30, 60], [1, 0.8, 0.7], style="step", at_risk=[50, 44, 30])
    texts = _texts(Lines([one, two], form="percent", x_steps="days", marks=[(45, "45 days")]))
    assert texts.count("a") == 2
    assert {"at risk", "100", "50", "45 days"} <= set(texts)


def test_stacked_areas_as_text():
    picture = Lines(
        [
            ("a", ["Jan", "Feb", "Mar"], [1, 2, 4], (), (), "area"),
            ("b", ["Jan", "Feb", "Mar"], [4, 2, 0], (), (), "area"),
        ]
    )
    assert picture.text() == "a  ▂▄█  1 → 4\nb  █▄▁  4 → 0\n   Jan to Mar"


def test_dates_become_labels():
    days = [datetime.date(2026, 1, 5), datetime.date(2026, 1, 6)]
    assert Series("s", days, [1, 2]).xs == ("2026-01-05", "2026-01-06")


def test_columns_draw_negative_parts_below_zero():
    picture = Columns(["Jan", "Feb"], [("new", [5, 3], "good"), ("left", [-2, -4], "bad")], line=("net", [3, -1]))
    rects = [e for e in drawn(parse(picture.svg())) if name(e) == "rect" and float(e.get("width")) > 20]
    new, left = rects[0], rects[1]
    assert float(new.get("y")) + float(new.get("height")) == float(left.get("y"))


def test_flow_back_is_an_arc_below():
    picture = Flows(["a", "b", "c"], [("a", "b", 10), ("b", "c", 5), ("c", "a", 2)])
    assert picture.svg().count('stroke-opacity="0.3"') == 1
    assert picture.text() == (
        "from  to  value    share\n"
        "────  ──  ─────  ───────  ──────────\n"
        "a     b      10  100.0 %  ██████████\n"
        "b     c       5  100.0 %  ██████████\n"
        "c     a       2  100.0 %  ██████████"
    )


def test_blank_cells_are_hatched_and_explained():
    picture = Grid(
        ["Jan", "Feb"], ["0", "1"], [[1, 0.4], [1, None]], form="percent", blank="not yet", row_notes=["10", "12"]
    )
    assert "<pattern" in picture.svg()
    assert "not yet" in _texts(picture)
    assert "pattern" not in Grid(["Jan"], ["0"], [[0]]).svg()


NINE = [f"Stage number {n}" for n in range(1, 10)]


def test_nine_boxes_stay_readable_at_720_pixels():
    picture = Boxes(NINE, [*pairwise(NINE), (NINE[5], NINE[2], "back")])
    root = parse(picture.svg(720))
    boxes = [e for e in root.iter() if name(e) == "rect"]
    assert min(float(e.get("width")) for e in boxes) >= 90
    assert len({e.get("y") for e in boxes}) == 2
    assert not any("…" in (e.text or "") for e in root.iter())


def test_arrows_to_one_target_share_a_line_of_text():
    picture = Boxes(
        [Box("a"), Box("b"), Box("end", "The end", lane=1)],
        [("a", "b"), ("a", "end"), ("b", "end"), Arrow("end", "a", "back", "dashed")],
    )
    assert picture.text() == (
        "┌───┐   ┌───┐\n"
        "│ a │ → │ b │\n"
        "└───┘   └───┘\n"
        "┌─────────┐\n"
        "│ The end │\n"
        "└─────────┘\n"
        "a, b → The end\n"
        "The end ⇢ a: back"
    )


def test_mermaid_quotes_every_character_of_its_syntax():
    picture = Boxes([Box("a", 'say "hi"; <b> #1 `x`', "note")], [("a", "a", "]|-->")])
    assert picture.mermaid() == (
        'flowchart LR\n    s1["say #quot;hi#quot;#59; #lt;b#gt; #35;1 #96;x#96;<br>note"]\n    s1 -->|"]|--#gt;"| s1'
    )


def test_table_says_how_many_rows_are_left_out():
    table = Table(["n"], [[i] for i in range(40)], limit=10)
    assert table.text().endswith("... 30 more rows")
    assert "... 30 more rows" in table.html()
    assert "... 30 more rows" in _texts(table)


def test_table_too_wide_for_the_terminal_is_split_and_loses_no_column():
    table = Table(["name", *[f"column {i}" for i in range(9)]], [["x", *range(100, 109)]])
    assert all(f"column {i}" in table.text(40) and str(100 + i) in table.text(40) for i in range(9))
    assert table.text(40).count("name") > 1


def test_table_aligns_wide_characters():
    lines = Table(["名前", "n"], [["顧客", 1], ["ab", 22]]).text().split("\n")
    assert lines == ["名前   n", "────  ──", "顧客   1", "ab    22"]


def test_lists_become_bullets():
    html = Cards(["Trial"], ["needs"], [[["price", "proof"]]]).html()
    assert "<ul><li>price</li><li>proof</li></ul>" in html


def test_changing_the_lists_afterwards_changes_no_picture():
    labels, values = ["a"], [1.0]
    picture = Bars(labels, [("s", values)])
    before = picture.svg()
    labels.append("b")
    values[0] = 5
    assert picture.svg() == before
