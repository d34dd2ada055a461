"""Words, numbers, colours: the shared pieces."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from custlife.pictures import TONES, number, percent, style_sheet
from custlife.pictures.layout import blocks, fit
from custlife.pictures.scales import axis, tick_text
from custlife.pictures.tones import _TONES, LEVELS, _rgb, contrast, ink_on, shade
from custlife.pictures.words import cells, clean, clip, clip_pixels, escape, pixels, wrap
from tests.pictures.strategies import labels


@given(labels)
def test_cleaning_twice_changes_nothing_more(label):
    assert clean(clean(label)) == clean(label)
    clean(label).encode("utf-8")


@given(labels, st.integers(1, 40))
def test_clipped_text_fits_and_says_that_it_was_cut(label, room):
    text = clean(label)
    cut = clip(text, room)
    assert cells(cut) <= room
    assert cut == text or cut.endswith("…")


@given(labels, st.floats(30, 300))
def test_clipped_pixels_fit(label, room):
    text = clean(label)
    cut = clip_pixels(text, room)
    assert pixels(cut) <= room
    assert cut == text or cut.endswith("…")


@given(labels, st.integers(2, 40))
def test_wrapped_lines_fit_and_lose_no_character(label, room):
    lines = wrap(clean(label), room)
    assert all(cells(line) <= room for line in lines)
    assert "".join("".join(lines).split()) == "".join(clean(label).split())


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("44.7 % – 53.6 %", 14, ["44.7 % –", "53.6 %"]),
        ("(95 % interval 70.7 days – 200.2 days)", 12, ["(95 %", "interval", "70.7 days –", "200.2 days)"]),
        ("lost within 180 days: ≥ 40.0 %", 15, ["lost within", "180 days:", "≥ 40.0 %"]),
        ("due 3 dayspan", 6, ["due 3", "dayspa", "n"]),
        ("44.7 % – 53.6 %", 4, ["44.7", "% –", "53.6", "%"]),
    ],
)
def test_no_line_ends_between_a_number_and_its_unit_where_there_is_room(text, room, lines):
    assert wrap(text, room) == lines


@pytest.mark.parametrize(
    ("text", "width"),
    [("abc", 3), ("顧客", 4), ("👩‍💻", 2), ("🇨🇭", 2), ("👍🏽", 2), ("é", 1), ("e\u0301", 1), ("❤️", 2), ("", 0)],
)
def test_terminal_width(text, width):
    assert cells(text) == width


def test_escape_covers_both_quotes():
    assert escape("<a href='x' title=\"y\">&") == "&lt;a href=&#x27;x&#x27; title=&quot;y&quot;&gt;&amp;"


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12), st.sampled_from(["decimal", "days"]))
def test_ticks_cover_the_range_evenly_in_a_handful_of_steps(one, other, steps):
    low, high = sorted((one, other))
    assume(high - low > 1e-6)
    found = axis(low, high, steps=steps)
    assert found.low <= low + found.step * 1e-6
    assert found.high >= high - found.step * 1e-6
    assert 2 <= len(found.ticks) <= 14
    gaps = [b - a for a, b in itertools.pairwise(found.ticks)]
    assert gaps == pytest.approx([found.step] * len(gaps), rel=1e-3)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300))
def test_an_axis_for_a_single_value_holds_it_and_zero(value):
    assume(abs(value) > 1e-280 or value == 0)
    found = axis(value, value)
    assert found.low <= min(value, 0) * (1 - 1e-9)
    assert found.high >= max(value, 0) * (1 - 1e-9)
    assert all(map(math.isfinite, found.ticks))


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_ticks_of_one_axis_have_different_labels(one, other):
    low, high = sorted((one, other))
    assume(high - low > max(1e-3, high * 1e-4))
    found = axis(low, high)
    names = [tick_text(tick, found.step, "number") for tick in found.ticks]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *[(0, "0"), (-0.0, "0"), (3, "3"), (1204, "1,204"), (12.25, "12.2"), (1.5, "1.50"), (0.125, "0.125")],
        *[(99.96, "100"), (-1204.4, "-1,204"), (1e15, "1e+15"), (0.0001, "0.0001"), (-0.00001, "-1e-05")],
    ],
)
def test_number(value, text):
    assert number(value) == text


def test_percent():
    assert [percent(x) for x in (0, 0.41237, 1, -0.05)] == ["0.0 %", "41.2 %", "100.0 %", "-5.0 %"]


def test_day_axis_counts_in_weeks_and_months():
    assert axis(0, 30, steps="days").ticks == (0, 7, 14, 21, 28, 35)
    assert axis(0, 365, steps="days").step == 90


def test_large_ticks_are_short():
    assert [tick_text(x, 5e5, "number") for x in (0, 5e5, 1e6, 1.5e6)] == ["0", "500,000", "1.0M", "1.5M"]


@given(st.lists(st.tuples(st.floats(1, 500), st.floats(1, 80)), min_size=1, max_size=8), st.floats(10, 800))
def test_fitted_columns_take_no_more_than_there_is(columns, room):
    widths, needed = zip(*columns, strict=True)
    fitted = fit(widths, room, needed)
    least = [min(pair) for pair in columns]
    assert sum(fitted) <= max(room, sum(least)) + 1e-6
    assert sum(fitted) >= min(sum(widths), room) - 1e-6 or fitted == least
    assert all(need <= new <= old for need, new, old in zip(least, fitted, widths, strict=True))
    narrower = [new for need, new, old in zip(least, fitted, widths, strict=True) if need < new < old]
    assert not narrower or max(narrower) - min(narrower) < 1e-6, "those that give way are as wide as one another"
    if sum(widths) <= room:
        assert fitted == list(widths)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12), st.integers(20, 80))
def test_blocks_hold_every_column_once_and_repeat_the_first(widths, room):
    groups = blocks(widths, room, 2)
    assert [i for k, group in enumerate(groups) for i in group[k > 0 :]] == list(range(len(widths)))
    assert all(group[0] == 0 for group in groups)


@pytest.mark.parametrize("sides", ["one", "two"])
def test_text_reads_on_every_shade(sides):
    assert min(contrast(shade(n, sides), ink_on(shade(n, sides))) for n in range(LEVELS + 1)) >= 4.5


@pytest.mark.parametrize("tone", TONES)
def test_tone_can_be_seen_on_its_papers(tone):
    """3 to 1 is what WCAG 2.2 asks of graphics (success criterion 1.4.11)."""
    anywhere, on_dark = _TONES[tone]
    assert contrast(anywhere, "#ffffff") >= 3
    assert contrast(anywhere, "#14171c") >= 3
    assert contrast(on_dark, "#14171c") >= 3


# What red- and green-blind eyes see, in linear RGB. Source: Machado, Oliveira & Fernandes (2009), IEEE Transactions
# on Visualization and Computer Graphics 15(6), matrices for severity 1.0.
EYES = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}


def _lab(colour, eye):
    """CIE L*a*b* under D65."""
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in (v / 255 for v in _rgb(colour))]
    r, g, b = (min(1, max(0, sum(k * v for k, v in zip(row, linear, strict=True)))) for row in EYES[eye])
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("paper", [0, 1])
@pytest.mark.parametrize("group", [TONES[:4], TONES[4:]], ids=["status", "accents"])
def test_tones_of_a_group_differ_for_every_eye(group, paper, eye):
    """A distance of 2.3 is just noticeable; 10 is told apart in a legend."""
    found = [_lab(_TONES[tone][paper], eye) for tone in group]
    assert min(math.dist(a, b) for a, b in itertools.combinations(found, 2)) >= 10


def test_style_sheet_is_small_and_knows_light_dark_and_print():
    css = style_sheet()
    assert len(css) < 4_000
    assert "prefers-color-scheme: dark" in css
    assert "@media print" in css
    assert css.count("{") == css.count("}")
    assert "url(" not in css
    assert "@import" not in css
    assert all(f"--cl-{tone}:" in css for tone in TONES)
