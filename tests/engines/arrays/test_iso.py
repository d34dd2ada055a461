"""Columns of text name the instants that each text names alone, and refuse what is refused alone."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.calendar import from_us, instant, to_us, zone
from custlife.engines.arrays import iso
from custlife.engines.arrays.ids import Texts
from custlife.errors import CustlifeError
from tests.calendar.strategies import around_changes, utc_datetimes, zone_keys

OFFSETS = [
    "",
    "Z",
    "z",
    "+00:00",
    "-00:00",
    "+01:00",
    "-09:30",
    "+23:59",
    "-23:59",
    "+24:00",
    "+01:60",
    "+0100",
    "+01",
    "+01:00:30",
    "+01-00",
]
TIMES = [
    "",
    "T09",
    "T09:30",
    " 09:30",
    "t09:30",
    "_09:30",
    "T24:00",
    "T24:00:00",
    "T23:60",
    "T09:30:00",
    "T23:59:60",
    "T0930",
    "T09:30:1",
    "T9:30:00",
    "T09.30",
    "T09:30.00",
    "T09:30:00,5",
]
FRACTIONS = ["", ".", ".1", ".12", ".123", ".1234", ".12345", ".123456", ".1234567", ".123456789", ".12a"]
DAYS = ["2024-02-29", "2023-02-29", "2023-02-28", "1900-02-29", "2000-02-29", "2024-04-31", "2024-12-31", "2024-13-01", "2024-00-10", "2024-01-00", "0000-01-01", "0001-01-01", "9999-12-31", "2024-1-01", "20240131", "2024-W05-3", "2024/01/31", "+024-01-31", "２024-01-31", "2011-12-30", "2024-03-31", "2024-10-27"]  # fmt: skip

canonical = st.builds(
    lambda at, sep, spec, end: at.replace(tzinfo=None).isoformat(sep, spec) + end,
    utc_datetimes(1, 9999),
    st.sampled_from("T t"),
    st.sampled_from(["minutes", "seconds", "milliseconds", "microseconds"]),
    st.sampled_from(OFFSETS),
)
built = st.builds(lambda *parts: "".join(parts), *map(st.sampled_from, (DAYS, TIMES, FRACTIONS, OFFSETS)))
broken = st.builds(
    lambda text, place, letter: text[: place % (len(text) + 1)] + letter + text[place % (len(text) + 1) + 1 :],
    canonical, st.integers(0, 40), st.sampled_from("0123456789:-+.TZ /;é"),
)  # fmt: skip
texts = st.lists(canonical | built | broken | st.text("0123456789-:TZ+. ", max_size=34), max_size=10)


def alone(text, tz, ambiguous):
    try:
        return to_us(instant(text, tz=tz, ambiguous=ambiguous))
    except CustlifeError:
        return None


def together(column, tz, ambiguous="raise"):
    us, bad = iso.instants(Texts.of(column), None if tz is None else zone(tz), ambiguous)
    return [None if wrong else at for at, wrong in zip(us.tolist(), bad.tolist(), strict=True)]


@given(texts, st.none() | zone_keys, st.sampled_from(["raise", "earlier", "later"]))
@example(
    ["0001-01-01", "0001-01-01T00:00", "0001-01-01T00:00+01:00", "9999-12-31T23:59:59.999999-00:01"],
    "Europe/Zurich",
    "raise",
)
@example(["9999-12-31", "9999-12-31T23:59", "9999-12-31T23:59Z"], "Etc/GMT+12", "raise")
@example(["2011-12-30", "2011-12-31"], "Pacific/Apia", "raise")
@example(["2011-12-30", "2011-12-31"], "Pacific/Apia", "later")
@example(["0000-12-31T23:30-01:00", "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z"], None, "raise")
@example(["", "x", "é" * 16], None, "raise")
def test_texts_name_the_instants_they_name_alone(column, tz, ambiguous):
    assert together(column, tz, ambiguous) == [alone(text, tz, ambiguous) for text in column]


@given(
    zone_keys.flatmap(lambda key: st.tuples(st.just(key), st.lists(around_changes(key)))),
    st.sampled_from(["raise", "earlier", "later"]),
)
def test_skipped_and_repeated_times(place, ambiguous):
    key, walls = place
    column = [from_us(wall).replace(tzinfo=None).isoformat(" ") for wall in walls]
    assert together(column, key, ambiguous) == [alone(text, key, ambiguous) for text in column]


@pytest.mark.parametrize("day", DAYS)
def test_every_shape_of_every_day(day):
    column = [day + time + fraction + end for time in TIMES for fraction in FRACTIONS for end in OFFSETS]
    for tz in (None, "Europe/Zurich"):
        assert together(column, tz) == [alone(text, tz, "raise") for text in column]


def test_usual_shapes_are_not_left_to_python():
    """Speed is the reason of this room: texts of these shapes are read without a look at each."""
    times = ["T09:30", " 09:30:00", *(f"t09:30:00.{'123456'[:n]}" for n in range(1, 7))]
    ends = ["", "Z", "+01:00", "-01:00"]
    column = ["2024-02-29", *(f"2024-02-29{time}{end}" for time in times for end in ends)]
    kinds = [iso.DATE, *(iso.INSTANT if end else iso.WALL for _ in times for end in ends)]
    assert iso.parse(Texts.of(column)).kind.tolist() == kinds


def test_every_day_of_the_calendar():
    days = np.arange(np.datetime64("0001-01-01"), np.datetime64("9999-12-31") + 1)[:: 7 * 11]
    parsed = iso.parse(Texts.of(days.astype(str).tolist()))
    assert (parsed.kind == iso.DATE).all()
    assert (parsed.us == days.astype(np.int64)).all()
    assert to_us(datetime(1, 1, 1, tzinfo=UTC)) == iso.FIRST_US
    assert to_us(datetime.max.replace(tzinfo=UTC)) == iso.LAST_US
