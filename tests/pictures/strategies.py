"""Pictures of every kind, with labels as nasty as they come."""

from __future__ import annotations

import string

from hypothesis import strategies as st

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
    Link,
    Node,
    Ranges,
    Segment,
    Series,
    Table,
)
from custlife.pictures.tones import TONES

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    "</title></svg><script>",
    "<![CDATA[ ]]>",
    "&amp;&#60;",
    "{{7*7}}",
    "javascript:alert(1)",
    "\x1b[31mred\x1b[0m",
    "a\x00b\x07c",
    "\ud800lone\udfff",
    "\ufffe\uffff",
    "\u202eevil\u2066",
    "line\nbreak\ttab\u2028sep",
    "顧客のライフサイクル",
    "👩‍💻🏳️‍🌈🇨🇭",
    "e\u0301",
    "x" * 400,
    "many words " * 30,
    "",
)

labels = st.one_of(
    st.sampled_from(PAYLOADS), st.text(max_size=20), st.text(string.ascii_letters, min_size=1, max_size=12)
)
tones = st.sampled_from(["", *TONES])
finite = st.one_of(
    st.integers(-(10**6), 10**6).map(float),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300),
)
values = st.one_of(st.none(), st.just(float("nan")), finite)
forms = st.sampled_from(["number", "percent"])
heads = {"title": labels, "note": labels}


@st.composite
def bars(draw, elements=values):
    n = draw(st.integers(0, 6))
    column = st.lists(elements, min_size=n, max_size=n)
    looks = st.sampled_from(["", "solid", "hatched", "outline"])
    names = draw(st.lists(labels, min_size=n, max_size=n))
    segments = draw(st.lists(st.builds(Segment, labels, column, tones, looks), max_size=3))
    return Bars(
        names,
        segments,
        draw(labels),
        draw(labels),
        values=draw(st.sampled_from([(), tuple(names)])),
        between=draw(st.sampled_from([(), tuple(names[1:])])),
        form=draw(forms),
    )


@st.composite
def columns(draw):
    n = draw(st.integers(0, 6))
    column = st.lists(values, min_size=n, max_size=n)
    segment = st.builds(Segment, labels, column, tones)
    names = draw(st.lists(labels, min_size=n, max_size=n))
    line = draw(st.one_of(st.none(), segment))
    return Columns(
        names, draw(st.lists(segment, max_size=3)), draw(labels), line=line, y_label=draw(labels), form=draw(forms)
    )


@st.composite
def one_series(draw, xs):
    n = len(xs)
    column = st.lists(values, min_size=n, max_size=n)
    band = draw(st.booleans())
    low, high = (draw(column), draw(column)) if band else ((), ())
    risk = draw(st.one_of(st.just(()), st.lists(st.one_of(st.none(), st.integers(0, 10**6)), min_size=n, max_size=n)))
    style = draw(st.sampled_from(["line", "dashed", "step", "area"]))
    return Series(draw(labels), xs, draw(column), low, high, style, draw(tones), risk)


@st.composite
def lines(draw):
    places = draw(st.one_of(st.lists(finite, max_size=7).map(sorted), st.lists(labels, max_size=7, unique=True)))
    some = draw(st.lists(one_series(places), max_size=3))
    marks = draw(st.lists(st.tuples(finite, labels), max_size=2)) if not any(isinstance(p, str) for p in places) else ()
    steps = draw(st.sampled_from(["decimal", "days"]))
    return Lines(
        some,
        draw(labels),
        draw(labels),
        x_label=draw(labels),
        y_label=draw(labels),
        form=draw(forms),
        x_steps=steps,
        marks=marks,
    )


def _ids(maximum):
    return st.lists(st.one_of(st.sampled_from("abcdefgh"), labels), min_size=1, max_size=maximum, unique=True)


@st.composite
def flows(draw, back=True):
    ids = draw(_ids(6))
    layered = draw(st.booleans())
    layer = st.integers(0, 4) if layered else st.none()
    nodes = [Node(name, draw(st.sampled_from(["", *PAYLOADS])), draw(layer), draw(tones)) for name in ids]
    places = st.integers(0, len(ids) - 1)
    pairs = draw(st.lists(st.tuples(places, places), max_size=10))
    amounts = st.one_of(st.integers(0, 1000).map(float), st.floats(0, 1e300))
    links = [Link(ids[a], ids[b], draw(amounts)) for a, b in pairs if back or a < b]
    return Flows(nodes, links, draw(labels), draw(labels), form=draw(forms))


@st.composite
def grids(draw):
    r, c = draw(st.integers(0, 5)), draw(st.integers(0, 5))
    rows, names = (draw(st.lists(labels, min_size=n, max_size=n)) for n in (r, c))
    table = draw(st.lists(st.lists(values, min_size=c, max_size=c), min_size=r, max_size=r))
    texts = draw(st.one_of(st.just(()), st.lists(st.lists(labels, min_size=c, max_size=c), min_size=r, max_size=r)))
    return Grid(
        rows,
        names,
        table,
        texts,
        draw(labels),
        row_notes=draw(st.sampled_from([(), tuple(rows)])),
        corner=draw(labels),
        form=draw(forms),
        sides=draw(st.sampled_from(["one", "two"])),
        blank=draw(labels),
    )


@st.composite
def boxes(draw):
    ids = draw(_ids(9))
    nodes = [
        Box(name, draw(st.one_of(st.just(""), labels)), draw(labels), draw(st.integers(0, 2)), draw(tones))
        for name in ids
    ]
    ends = st.sampled_from(ids)
    arrow = st.builds(Arrow, ends, ends, st.one_of(st.just(""), labels), st.sampled_from(["solid", "dashed"]))
    return Boxes(nodes, draw(st.lists(arrow, max_size=12)), draw(labels), draw(labels))


cells = st.one_of(labels, st.none(), st.booleans(), st.integers(), finite, st.lists(labels, max_size=3))


@st.composite
def tables(draw):
    names = draw(st.lists(labels, max_size=5))
    rows = draw(st.lists(st.lists(cells, min_size=len(names), max_size=len(names)), max_size=5))
    return Table(names, rows, draw(labels), draw(labels), limit=draw(st.sampled_from([None, 0, 2])))


@st.composite
def cards(draw):
    rows, names = draw(st.lists(labels, max_size=3)), draw(st.lists(labels, max_size=3))
    card = st.one_of(labels, st.none(), st.lists(labels, max_size=3))
    body = st.lists(st.lists(card, min_size=len(names), max_size=len(names)), min_size=len(rows), max_size=len(rows))
    return Cards(rows, names, draw(body), draw(labels), draw(labels), corner=draw(labels))


@st.composite
def ranges(draw, elements=values):
    n = draw(st.integers(0, 6))
    dots, low, high = (draw(st.lists(elements, min_size=n, max_size=n)) for _ in range(3))
    names = draw(st.lists(labels, min_size=n, max_size=n))
    some = draw(st.one_of(st.just(()), st.lists(tones, min_size=n, max_size=n)))
    ends = draw(st.sampled_from([(), tuple(names)]))
    return Ranges(names, dots, low, high, draw(labels), draw(labels), tones=some, ends=ends, form=draw(forms))


pictures = st.one_of(bars(), ranges(), columns(), lines(), flows(), grids(), boxes(), tables(), cards())
