"""Columns make the same history as their rows, whatever is in them; and what is wrong is told in the same words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from unittest import mock

import attrs
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.calendar import zone
from custlife.engines.arrays import ingest_columns, ingest_order
from custlife.engines.arrays.ids import Texts
from custlife.engines.arrays.ingest import Coded, ingest
from custlife.engines.arrays.ingest_units import read_units
from custlife.engines.history import Vocabulary
from custlife.engines.layout import Layout
from custlife.engines.rows import ingest as rows_engine
from custlife.engines.rows.ingest import is_missing
from custlife.errors import CustlifeError, HistoryError, UsageError
from tests.engines.arrays.making import batch, plain
from tests.engines.making import MODEL

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ROLES = ("seq", "recorded_at", "key", "segment:plan", "extra:reason", "value:amount")


def event(name: object) -> str:
    if isinstance(name, str) and name.strip():
        return name
    raise UsageError("the event is missing", "" if is_missing(name) else "name every event")


def stage(name: object) -> str:
    if not isinstance(name, str):
        raise UsageError(f"the stage {name!r} is not text", "write the key")
    return MODEL.resolve(name)


def layout(*others: str, stages: bool = True, tz: str | None = None, on_bad: str = "raise") -> Layout:
    vocabulary = Vocabulary.of_model(MODEL) if stages else Vocabulary(())
    return Layout(vocabulary, stage if stages else event, zone(tz), tz, others=others, on_bad=on_bad, unit="deal")


def outcome(make):
    """The history as plain values, or the error."""
    try:
        return plain(make())
    except CustlifeError as error:
        return type(error), str(error), getattr(error, "problems", ())


def same(rows, how, *, lazily=False, number_bits=63, piece=1 << 16):
    """Asserts that both engines make the same of some rows, and returns it."""
    with (
        mock.patch.object(ingest_order, "BITS", number_bits),
        mock.patch.object(ingest_order, "PIECE", piece),
        mock.patch.object(ingest_columns, "PIECE", piece),
    ):
        mine = outcome(lambda: ingest(batch(rows, how, lazily=lazily), how))
    assert mine == outcome(lambda: rows_engine.ingest(rows, how))
    return mine


GOOD_UNITS = st.sampled_from(
    ["u1", "u10", "u2", "ü", "日本", "\ud800", "a", "a\0", "a\0b", " x", "prefix-of-id-1", "prefix-of-id-2"]
)
NUMBERS = st.integers(-12, 12) | st.sampled_from([1 << 62, -(1 << 63), 10**18, 100, 1000])
ODD_UNITS = st.sampled_from([None, "", " ", "\u2003", float("nan"), 1.5, True, 5, "5", 1 << 70, b"x"])
STAGES = st.sampled_from([*MODEL.codes, "A", " b "])
ODD_NAMES = st.sampled_from([None, "", "zzz", 3, float("nan")])
EVENTS = st.sampled_from(["signed up", "opened", "ärger", "Z", "a"])
MOMENTS = st.sampled_from([0, 1, 999_999, 86_400_000_000, 86_400_000_000 * 365, -1, -(86_400_000_000 * 50_000)]).map(
    lambda us: EPOCH + timedelta(microseconds=us)
)
DAYS = st.integers(0, 3).map(lambda day: EPOCH + timedelta(days=day))
ODD_TIMES = st.sampled_from(
    [None, "2024-01-31", "2024-01-31T09:00Z", datetime(2024, 3, 31, 2, 30), date(2024, 1, 1), 7, "soon",  # noqa: DTZ001
     datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=1)))]
)  # fmt: skip
CELLS = {
    "seq": (st.none() | st.integers(-1, 2), st.sampled_from(["3", 2.0, True, "x", 1 << 70])),
    "recorded_at": (st.none() | st.just(EPOCH + timedelta(days=9_000)) | DAYS, st.sampled_from(["soon", "2024-01-01"])),
    "key": (st.none() | st.sampled_from(["k1", "k2", ""]), st.integers(0, 2)),
    "segment:plan": (
        st.none() | st.sampled_from(["basic", "pro", "", "1"]),
        st.sampled_from([1, 1.0, True, float("nan")]),
    ),
    "extra:reason": (st.none() | st.sampled_from(["price", "Ü"]), st.just(2)),
    "value:amount": (st.none() | st.integers(-1, 1), st.sampled_from([0.5, "x", -0.0, float("nan")])),
}


@st.composite
def tables(draw, *, odd: bool = True):
    """Rows and how to read them: mostly good ones, with many ties; or a few of everything."""
    stages = draw(st.booleans())
    roles = draw(
        st.just(())
        | st.lists(st.sampled_from(ROLES), unique=True).map(lambda some: tuple(sorted(some, key=ROLES.index)))
    )
    is_odd = odd and draw(st.booleans())
    units = draw(st.sampled_from([GOOD_UNITS, NUMBERS]))
    names, times = STAGES if stages else EVENTS, draw(st.sampled_from([DAYS, MOMENTS]))
    cells = [CELLS[role][0] for role in roles]
    if is_odd:
        units, names, times = units | ODD_UNITS, names | ODD_NAMES, times | ODD_TIMES
        cells = [st.one_of(CELLS[role]) for role in roles]
    rows = draw(st.lists(st.tuples(units, names, times, *cells), max_size=12))
    if draw(st.booleans()):
        rows = rows + draw(st.lists(st.sampled_from(rows), max_size=6)) if rows else rows
    tz = draw(st.sampled_from([None, "UTC", "Europe/Zurich"]))
    return rows, layout(*roles, stages=stages, tz=tz, on_bad=draw(st.sampled_from(["raise", "drop"])))


@given(tables(), st.booleans(), st.sampled_from([63, 50, 8]), st.sampled_from([1 << 16, 3]))
def test_columns_make_the_history_of_their_rows(table, lazily, number_bits, piece):
    rows, how = table
    same(rows, how, lazily=lazily, number_bits=number_bits, piece=piece)


@given(tables(odd=False), st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_rows_shows_nowhere(table, random, lazily):
    rows, how = table
    first = outcome(lambda: ingest(batch(rows, how, lazily=lazily), how))
    random.shuffle(rows)
    again = outcome(lambda: ingest(batch(rows, how), how))
    if isinstance(first, dict):
        told = ("dropped", "notes")  # the rows left out, by their numbers
        assert {k: v for k, v in again.items() if k not in told} == {k: v for k, v in first.items() if k not in told}
    else:
        assert again[0] == first[0]


def at(seconds: float) -> datetime:
    return EPOCH + timedelta(seconds=seconds)


def test_history_is_of_the_engine_of_arrays():
    how = layout(stages=False)
    assert ingest(batch([("u", "x", at(0))], how), how).engine == "arrays"
    assert ingest(batch([], how), how).engine == "arrays"
    clash = [("5", "x", at(0)), (6, "x", at(0)), ("6", "x", at(1))]
    lenient = attrs.evolve(how, on_bad="drop")
    assert ingest(batch(clash, lenient), lenient).engine == "arrays"


def test_ids_are_sorted_by_their_text():
    made = same([(n, "a", at(0)) for n in (10, 9, -1, 100, 0, -10)], layout())
    assert made["ids"] == ["-1", "-10", "0", "10", "100", "9"]


def test_ties_are_settled_by_sequence_then_stage_then_content():
    rows = [
        ("u", "b", at(0), 2, "x"),
        ("u", "a", at(0), 2, "y"),
        ("u", "a", at(0), 2, "x"),
        ("u", "d", at(0), -1, "x"),
        ("u", "d", at(0), None, "x"),
    ]
    made = same(rows, layout("seq", "segment:plan"))
    assert made["code"] == [3, 3, 0, 0, 1]
    assert made["segments"]["plan"][0] == [0, 0, 0, 1, 0]


def test_content_settles_only_what_the_sequence_left_open():
    rows = [
        ("u", "b", at(0), None, "z"),
        ("u", "a", at(0), 2, "x"),
        ("u", "a", at(0), 1, "y"),
        ("u", "a", at(0), 0, "w"),
        ("u", "a", at(0), None, "z"),
        ("u", "c", at(0), -1, "v"),
        ("u", "a", at(1), 0, "b"),
        ("u", "a", at(1), None, "c"),
        ("v", "a", at(1), None, "a"),
    ]
    made = same(rows, layout("seq", "segment:plan"))
    codes, names = made["segments"]["plan"]
    assert "".join(names[code] for code in codes) == "zzvwyxcba"


def test_what_is_no_place_in_a_sequence_is_told():
    told = same([("u", "a", at(0), "x"), ("u", "a", at(0), True), ("u", "b", at(0), 1)], layout("seq", on_bad="drop"))
    assert [place for place, _ in told["dropped"]] == ["row 1", "row 2"]
    assert same([("u", "b", at(0), "3"), ("u", "a", at(0), 4.0)], layout("seq"))["code"] == [1, 0]


def test_moments_of_recording_are_settled_as_they_are_written():
    """As text 9 comes after 10: an odd rule, but one that both engines share."""
    rows = [("u", "a", at(0), at(9)), ("u", "a", at(0), at(10)), ("u", "a", at(0), None)]
    assert same(rows, layout("recorded_at"))["recorded"] == [0, 10_000_000, 9_000_000]
    rows = [("u", "a", at(20), None, "x"), ("u", "a", at(20), at(100), "y")]
    assert same(rows, layout("recorded_at", "segment:plan"))["recorded"] == [100_000_000, 20_000_000]


def test_rows_that_are_fine_are_never_read_one_by_one():
    how = layout("seq", "recorded_at")
    rows = [("u", "a", at(5), None, None), ("u", "A", at(5), 1, at(5))]
    with mock.patch.object(rows_engine, "ingest", side_effect=AssertionError):
        assert len(ingest(batch(rows, how), how)) == 2


def test_names_of_the_vocabulary_stand_for_themselves():
    how = attrs.evolve(layout(), resolve=lambda name: "b")
    made = same([("u", "a", at(0)), ("u", "zzz", at(1))], how)
    assert made["code"] == [0, 1]
    assert made["notes"] == ["mapped: spellings were read as names of the model (zzz)"]


def test_many_names_over_all_years():
    times = [datetime(1, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC), at(0), at(1e-6), at(-1e-6)]
    rows = [(f"u{n % 3}", f"e{n:03}", times[n % 5]) for n in range(300)]
    same(rows, layout(stages=False))
    same([(*row, "x") for row in rows], layout("segment:plan", stages=False))


def test_of_a_number_and_a_text_that_would_be_one_id_the_first_is_kept():
    rows = [("5", "a", None), (5, "a", at(0)), ("5", "a", at(1)), (6, "a", at(1))]
    told = same(rows, layout(on_bad="drop"))
    assert told["ids"] == ["5", "6"]
    assert [place for place, _ in told["dropped"]] == ["row 1", "row 3"]


def test_what_is_dropped_is_numbered_among_all_rows_of_the_log():
    how = layout(on_bad="drop")
    some = attrs.evolve(
        batch([(None, "a", at(0)), ("u", "a", at(0)), ("u", "zzz", at(0))], how), number=lambda row: row + 41
    )
    assert ingest(some, how).notes[0].keys == (41, 43)


def test_a_name_that_only_unusable_rows_have_is_not_learned():
    rows = [("", "x", at(0)), ("u", "y", at(0)), ("u", "z", "soon")]
    assert same(rows, layout(stages=False, on_bad="drop"))["vocabulary"].names == ("y",)


def test_unused_values_leave_no_unit_and_no_name():
    how = layout("segment:plan", stages=False)
    some = batch([("b", "x", at(0), "pro")], how)
    wider = attrs.evolve(
        some,
        unit=Coded(np.array([1], np.int8), Texts.of(["a", "b", "c"])),
        name=Coded(np.array([1], np.uint8), ["w", "x"]),
        others={"segment:plan": Coded(np.array([2], np.int64), ["basic", "free", "pro"])},
    )
    assert plain(ingest(wider, how)) == plain(ingest(some, how))


def test_more_names_than_codes_are_refused():
    rows = [("u", f"e{n}", at(0)) for n in range((1 << 16) + 1)]
    assert same(rows, layout(stages=False))[:2] == (
        UsageError,
        "there are 65,537 different names, more than 65,536\n\nHint: group the rare ones first",
    )
    assert len(same(rows[1:], layout(stages=False))["code"]) == 1 << 16


@pytest.mark.parametrize(
    "values", [[3, 20, 3, None, 100], ["b", "", "a", None, "b"], [1, "1", 1.0, True, None], [1, "", float("nan"), "x"]]
)
@pytest.mark.parametrize("lazily", [True, False])
def test_segments_of_any_kind_are_coded_by_their_text(values, lazily):
    rows = [("u", "a", at(0), value, value) for value in values]
    same(rows, layout("segment:plan", "extra:reason"), lazily=lazily)


@pytest.mark.parametrize("values", [[1, 3, 2], [0.5, -0.0, 0.0], [True, False, True], ["b", "a", "b"], [1, None, "x"]])
@pytest.mark.parametrize("lazily", [True, False])
def test_values_of_any_kind_follow_their_rows(values, lazily):
    rows = [("u", "a", at(0), value) for value in values] + [("v", "b", at(5), values[0])]
    same(rows, layout("value:amount"), lazily=lazily)


@pytest.mark.parametrize("number_bits", [63, 8])
def test_bad_rows_between_good_ones_are_left_out_however_rows_are_sorted(number_bits):
    rows = [(f"u{n % 3}", "abcd"[n % 4] if n % 5 else "zzz", at(-n * n), str(n)) for n in range(40)]
    same(rows, layout("segment:plan", on_bad="drop"), number_bits=number_bits)
    same([row[:3] for row in rows], layout(on_bad="drop"), number_bits=number_bits)


class TestCopies:
    HOW = layout("recorded_at", "key", "segment:plan", "value:amount")

    def test_known_first_is_not_the_first_as_it_is_written(self):
        rows = [("u", "a", at(0), at(10), "k", "pro", 1), ("u", "a", at(0), at(9), "k", "pro", 1)]
        assert same(rows, self.HOW)["recorded"] == [9_000_000]

    def test_the_one_known_first_stays(self):
        rows = [
            ("u", "a", at(0), at(9), "k", "pro", 1),
            ("u", "a", at(0), at(3), "k", "pro", 1),
            ("u", "a", at(0), at(4), "k", "pro", 1),
            ("v", "a", at(0), at(9), "k", "pro", 1),
            ("u", "a", at(0), None, None, "pro", 1),
            ("u", "a", at(0), None, None, "pro", 1),
            ("u", "b", at(1), None, "l", None, 2),
        ]
        made = same(rows, self.HOW)
        assert made["recorded"] == [0, 0, 3_000_000, 1_000_000, 9_000_000]
        assert made["bounds"] == [0, 4, 5]
        assert made["notes"] == ["dropped (2): rows with a known key were copies"]

    def test_one_key_for_two_facts_is_an_error(self):
        rows = [
            ("u", "a", at(0), None, "k", "pro", 1),
            ("u", "a", at(0), None, "k", "pro", 1.0),
            ("u", "a", at(0), None, "k", "pro", 1),
            ("v", "a", at(0), None, "k", "pro", None),
            ("v", "a", at(0), None, "k", "pro", None),
            ("v", "b", at(0), at(0), "k", "pro", None),
        ]
        kind, text, problems = same(rows, self.HOW)
        assert kind is HistoryError
        assert len(problems) == 2
        assert "deal 'v': key 'k' stands for two different rows" in text

    @given(st.lists(st.tuples(st.sampled_from("uv"), st.sampled_from("ab"), DAYS, st.sampled_from([at(10**6), at(10**6 + 1)]),
                              st.sampled_from("kl"), st.just("pro"), st.sampled_from([1, 1, 1, 2])), max_size=7))  # fmt: skip
    def test_whatever_is_repeated(self, rows):
        same(rows, self.HOW)


class TestUnits:
    @given(st.lists(GOOD_UNITS | ODD_UNITS | NUMBERS, unique_by=lambda value: (type(value), repr(value))))
    @example([np.int64(5), 5, "x"])
    @example([*map(chr, range(0x3100))])
    @example(["5", 5])
    def test_each_id_is_told_apart_as_by_the_rows_engine(self, values):
        expected: dict[str, bool] = {}
        clash = False
        for value in values:
            try:
                spelled = rows_engine.unit_id(value)
            except CustlifeError:
                continue
            clash |= expected.setdefault(spelled, isinstance(value, str)) != isinstance(value, str)
        for given_values in (values, Texts.of(values) if all(type(value) is str for value in values) else values):
            units = read_units(Coded(np.zeros(0, np.int8), given_values))
            assert (units is None) == clash
            if units is not None:
                assert list(units.ids) == sorted(expected)
                told = [None if unit < 0 else units.ids[unit] for unit in units.table[:-1].tolist()]
                assert [one for one in told if one is not None] == [
                    rows_engine.unit_id(value) for value, one in zip(values, told, strict=True) if one is not None
                ]
                assert units.table[-1] == -1


@pytest.mark.parametrize("step", [1, 1_000, 1_000_000, 86_400_000_000, 86_400_000_000 + 1])
def test_fine_and_coarse_instants_over_long_times(step):
    random = np.random.default_rng(2)
    moments = (random.integers(-(10**9), 10**9, 300) * step % (2 * 10**17) - 10**16).tolist()
    rows = [(f"u{n % 7}", "abcd"[n % 4], EPOCH + timedelta(microseconds=us)) for n, us in enumerate(moments)]
    wide = [(*row, str(n % 3)) for n, row in enumerate(rows)]
    for bits in (63, 55, 40, 20):
        same(rows, layout(), number_bits=bits)
        same(wide, layout("segment:plan"), number_bits=bits)
