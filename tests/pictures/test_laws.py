"""What holds for every picture, whatever its labels and numbers."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import attrs
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.pictures import Bars, Boxes, Cards, Columns, Flows, Grid, Lines, Ranges, Table
from custlife.pictures.words import cells, clean, wrap
from tests.pictures import strategies as pic
from tests.pictures.reading import ATTRIBUTES, TAGS, drawn, extent, name, parse

EMPTY = [
    Table([], []),
    Table(["a"], []),
    Bars([], []),
    Columns([], []),
    Lines([]),
    Lines([("a", [], [])]),
    Flows([], []),
    Flows(["a"], []),
    Grid([], [], []),
    Boxes([]),
    Cards([], [], []),
    Ranges([], [], [], []),
    Ranges(["a"], [None], [None], [None]),
]


@given(pic.pictures)
def test_drawing_is_xml_of_known_elements_and_attributes_only(picture):
    for element in parse(picture.svg()).iter():
        assert name(element) in TAGS
        assert set(element.attrib) <= ATTRIBUTES


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.stack, self.seen, self.said = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.stack.append(tag)
        self.seen.append((tag, tuple(key for key, _ in attrs)))

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, tuple(key for key, _ in attrs)))

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        self.said += data


@given(pic.pictures)
def test_html_is_balanced_and_holds_known_elements_only(picture):
    page = _Tags()
    page.feed(picture.html())
    page.close()
    assert page.stack == []
    known = {t.lower() for t in TAGS} | {
        *["figure", "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "ul", "li", "p"]
    }
    assert {tag for tag, _ in page.seen} <= known
    assert {key for _, keys in page.seen for key in keys} <= {a.lower() for a in ATTRIBUTES} | {
        "class",
        "scope",
        "colspan",
    }


@given(st.lists(pic.labels, min_size=1, max_size=4))
def test_html_table_of_any_labels_has_the_tags_of_a_plain_one(names):
    def tags(texts):
        page = _Tags()
        page.feed(Table(texts, [texts], "t").html())
        return page.seen

    assert tags(names) == tags(["plain"] * len(names))


@given(st.lists(pic.labels, min_size=1, max_size=4))
def test_html_table_says_every_label_in_full(names):
    page = _Tags()
    page.feed(Table(names, [names]).html())
    said = "".join(clean(label) for label in [*names, *names])
    assert page.said.replace("\u00a0", " ") == said.replace("\u00a0", " ")


@given(pic.pictures)
def test_equal_pictures_draw_equal_bytes(picture):
    again = attrs.evolve(picture)
    assert again == picture
    assert hash(again) == hash(picture)
    assert (again.svg(), again.html(), again.text()) == (picture.svg(), picture.html(), picture.text())


@example(Table(["<script>alert(1)</script>"] * 2, [["<script>alert(1)</script>"] * 2]), 240)
@given(pic.pictures, st.sampled_from([240, 480, 720, 1200]))
def test_all_ink_lies_on_the_paper(picture, width):
    root = parse(picture.svg(width))
    _, _, right, bottom = (float(n) for n in root.get("viewBox").split())
    low_x, low_y, high_x, high_y = extent(root)
    assert min(low_x, low_y) >= -0.6
    assert high_x <= right + 0.6
    assert high_y <= bottom + 0.6


@given(pic.pictures)
def test_no_output_holds_a_number_that_is_none(picture):
    attributes = [value for e in parse(picture.svg()).iter() for value in e.attrib.values()]
    assert not any(re.search(r"\b(nan|inf|None)\b|e[+-]\d", value) for value in attributes)


@given(pic.pictures)
def test_ids_are_unique_and_every_reference_has_one(picture):
    svg = picture.svg()
    ids = [e.get("id") for e in parse(svg).iter() if e.get("id")]
    assert len(set(ids)) == len(ids)
    assert set(re.findall(r"url\(#([^)]*)\)", svg)) == set(ids)


@given(pic.pictures)
def test_drawing_has_a_role_and_names_itself_first(picture):
    root = parse(picture.svg())
    assert root.get("role") == "img"
    assert name(root[0]) == "title"


@given(pic.pictures, st.sampled_from([40, 80, 120]))
def test_text_has_no_control_characters_and_no_trailing_spaces(picture, width):
    text = picture.text(width)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", text)
    assert all(line == line.rstrip() for line in text.split("\n"))


@given(st.one_of(pic.bars(), pic.ranges(), pic.lines(), pic.boxes(), pic.cards()), st.sampled_from([40, 80, 120]))
def test_text_keeps_to_its_width(picture, width):
    assert max(map(cells, picture.text(width).split("\n"))) <= width


@given(pic.pictures)
def test_repr_is_one_short_line(picture):
    assert len(repr(picture)) < 220
    assert "\n" not in repr(picture)


def _said(label, text):
    # A word longer than a line is broken, so line ends say nothing; cells of a table go on below one another.
    whole = "".join(clean(label).split()) in "".join(text.split())
    return whole or "…" in text or any(all(part in text for part in wrap(clean(label), room)) for room in range(4, 80))


@given(st.lists(pic.labels, min_size=1, max_size=6, unique=True), st.sampled_from([20, 40, 80]))
@example(["a label of several words", "another, that is longer", "and one more"], 20)
def test_cells_of_a_table_are_wrapped_and_never_cut(names, width):
    text = Table(names, [names]).text(width)
    rooms = {
        len(rule) for line in text.split("\n") if set(line) == {"─", " "} or set(line) == {"─"} for rule in line.split()
    }
    for label in map(clean, names):
        ways = [[label], *(wrap(label, room) for room in rooms)]
        assert any(all(part in text for part in way) for way in ways)
    assert "…" not in text or any("…" in label for label in names)


def test_a_row_is_as_tall_as_its_tallest_cell():
    table = Table(["what", "why", "n"], [["short", "some words that do not fit", 1], ["next", "few", 22]])
    assert table.text(22).split("\n") == [
        "what   why           n",
        "─────  ───────────  ──",
        "short  some words    1",
        "       that do not",
        "       fit",
        "next   few          22",
    ]


def test_words_are_broken_last_and_a_range_after_its_dash():
    table = Table(["metric", "interval", "due"], [["connection within 60 days", "44.7 % – 53.6 %", "2026-12-31"]])
    assert table.text(36).split("\n") == [
        "metric       interval     due",
        "───────────  ───────────  ──────────",
        "connection   44.7 % –     2026-12-31",
        "within       53.6 %",
        "60 days",
    ]


@given(st.lists(pic.labels, min_size=1, max_size=4, unique=True))
@example(["<b>", "&amp;"])
def test_every_label_is_in_the_text_or_visibly_cut(names):
    n = len(names)
    ones = [1] * n
    for picture in (
        Bars(names, [("s", ones)]),
        Columns(names, [("s", ones)]),
        Ranges(names, ones, [0] * n, ones),
        Grid(names, names, [ones] * n),
        Boxes(names),
        Cards(names, ["aspect"], [[label] for label in names]),
        Lines([(label, [0, 1], [1, 2]) for label in names] if n > 1 else [("a", names, [1])]),
        Flows(names, [(names[0], label, 1) for label in names]),
    ):
        assert all(_said(label, picture.text()) for label in names)


def test_nothing_to_show_is_said_and_no_error():
    for picture in EMPTY:
        assert "nothing to show" in picture.text()
        assert "nothing to show" in picture.svg()
        assert "nothing to show" in picture.html()
        assert drawn(parse(picture.svg()))
