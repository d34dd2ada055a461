"""Rows in, histories out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.calendar import from_us
from custlife.errors import (
    CustlifeError,
    DataError,
    HistoryError,
    TimeError,
    UnknownNameError,
    UsageError,
    UsageTypeError,
)
from custlife.log.event_log import EventLog
from custlife.log.stage_log import StageLog
from custlife.stages import Stage, StageModel
from tests.log.strategies import MODEL, day, entries

NAMES = MODEL.codes
NAN = float("nan")
ROWS = st.lists(
    st.tuples(st.sampled_from(["u", "v", "w"]), st.sampled_from(NAMES), st.integers(0, 6).map(day)), max_size=9
)


class NA:
    """What pandas.NA does: it compares to nothing, and is neither true nor false."""

    def __eq__(self, other):
        return self

    __ne__ = __eq__
    __hash__ = object.__hash__

    def __bool__(self):
        raise TypeError


NA.__name__ = "NAType"


def brute_force(rows):
    """Every row of each unit, by time and then by rank."""
    units = sorted({unit for unit, _, _ in rows})
    return {
        u: sorted([(at, s) for unit, s, at in rows if unit == u], key=lambda e: (e[0], NAMES.index(e[1])))
        for u in units
    }


def dicts(rows, **more):
    return [{"customer": u, "stage": s, "at": at, **more} for u, s, at in rows]


class TestLaws:
    @given(ROWS, st.randoms())
    def test_a_history_is_the_sorted_rows_whatever_their_form_and_order(self, rows, random):
        for given_rows in (rows, random.sample(rows, len(rows)), dicts(rows), [list(row) for row in rows]):
            assert entries(StageLog.from_rows(given_rows, MODEL)._seen) == brute_force(rows)
        wide = dicts(rows, plan="x", n=None)
        assert entries(StageLog.from_rows(wide, MODEL, segment_cols="plan", seq_col="n")._seen) == brute_force(rows)

    @given(ROWS)
    def test_repeats_are_collapsed_and_counted(self, rows):
        log = StageLog.from_rows(rows, MODEL)
        stays = {
            u: [e for i, e in enumerate(es) if i == 0 or es[i - 1][1] != e[1]] for u, es in brute_force(rows).items()
        }
        assert entries(log.history) == stays
        gone = len(rows) - sum(map(len, stays.values()))
        assert [note.count for note in log.notes if note.kind == "collapsed"] == ([gone] if gone else [])

    @given(ROWS, st.integers(1, 3), st.randoms())
    def test_copies_with_a_key_are_dropped(self, rows, times, random):
        keyed = [{**row, "key": str(i)} for i, row in enumerate(dicts(rows))]
        copies = random.sample(keyed * times, len(rows) * times)
        log = StageLog.from_rows(copies, MODEL, key_col="key")
        assert entries(log._seen) == brute_force(rows)

    @given(ROWS, st.integers(-1, 7), st.integers(-1, 9), st.lists(st.integers(0, 3), min_size=9, max_size=9))
    def test_a_look_is_the_rows_that_had_happened_and_were_known(self, rows, as_of, known_at, delays):
        delays = [None if delay == 3 else delay for delay in delays]
        told = [
            {**row, "rec": None if delay is None else row["at"] + timedelta(days=delay)}
            for row, delay in zip(dicts(rows), delays, strict=False)
        ]
        log = StageLog.from_rows(told, MODEL, recorded_at_col="rec", as_of=day(99))
        seen = [
            (row["customer"], row["stage"], row["at"])
            for row in told
            if row["at"] <= day(as_of) and (row["rec"] or row["at"]) <= day(known_at)
        ]
        looked = log.with_as_of(day(as_of), known_at=day(known_at))
        assert entries(looked._seen) == brute_force(seen)
        left_out = sum(note.count for note in looked.notes if note.kind == "later")
        assert left_out == len(rows) - len(seen)

    @given(
        st.lists(
            st.tuples(
                st.one_of(
                    st.none(), st.just(NAN), st.just(NA()), st.text(max_size=2), st.integers(), st.floats(), st.just([])
                ),
                st.one_of(
                    st.sampled_from(["a", "A "]),
                    st.none(),
                    st.just(NAN),
                    st.text(max_size=2),
                    st.just([]),
                    st.just(([],)),
                ),
                st.one_of(
                    st.just(day(0)), st.none(), st.just("2026-01-30"), st.text(max_size=2), st.floats(), st.just(NA())
                ),
            ),
            max_size=4,
        )
    )
    def test_rows_of_anything_are_used_or_listed(self, rows):
        for given_rows, options in ((rows, {}), (dicts(rows, n=1), {"seq_col": "n"})):
            log = StageLog.from_rows(given_rows, MODEL, on_bad="drop", as_of=day(0), **options)
            assert len(log._seen) + len(log.history.dropped) == len(rows)
            if log.history.dropped:
                with pytest.raises(DataError) as caught:
                    StageLog.from_rows(given_rows, MODEL, **options)
                assert caught.value.problems == log.history.dropped


class TestOrder:
    def test_seq_orders_one_instant_and_rows_without_it_come_first(self):
        told = [
            {"customer": "u", "stage": s, "at": day(0), "n": n}
            for s, n in [("a", 10), ("b", 9), ("d", None), ("c", -1)]
        ]
        for given_rows in (told, [{**row, "n": "" if row["n"] is None else str(row["n"])} for row in told]):
            log = StageLog.from_rows(given_rows, MODEL, seq_col="n")
            assert [stage for _, stage in entries(log.history)["u"]] == ["d", "c", "b", "a"]

    def test_exits_come_last(self):
        log = StageLog.from_rows([("u", s, day(0)) for s in ("lost", "risk", "b", "lapsed", "a")], MODEL)
        assert [stage for _, stage in entries(log.history)["u"]] == ["a", "b", "risk", "lapsed", "lost"]

    def test_a_copy_known_later_goes(self):
        told = [{"customer": "u", "stage": "a", "at": day(0), "rec": day(n), "key": "k"} for n in (3, 1, 2)]
        log = StageLog.from_rows(told, MODEL, recorded_at_col="rec", key_col="key")
        assert [from_us(us) for us in log.history.recorded] == [day(1)]
        assert "dropped (2): rows with a known key were copies" in map(str, log.notes)

    def test_a_key_with_two_contents_is_an_error(self):
        told = [{"customer": "u", "stage": "a", "at": day(0), "key": "k", "plan": p} for p in ("free", "pro")]
        with pytest.raises(HistoryError) as caught:
            StageLog.from_rows(told, MODEL, key_col="key", segment_cols=["plan"])
        assert caught.value.problems == (("customer 'u'", "key 'k' stands for two different rows"),)
        others = [{**row, "customer": row["plan"]} for row in told]
        assert len(StageLog.from_rows(others, MODEL, key_col="key")) == 2


class TestSpellings:
    def test_keys_labels_and_aliases_are_understood_and_noted(self):
        model = StageModel("crm", [Stage("lead", label="Warm Lead", aliases=["MQL"]), "won"])
        rows = [("u", "warm-lead", day(0)), ("v", "MQL", day(0)), ("w", "Prospect", day(0)), ("x", "lead", day(0))]
        log = StageLog.from_rows(rows, model, aliases={"prospect": "Warm Lead"})
        assert {stage for es in entries(log.history).values() for _, stage in es} == {"lead"}
        assert str(log.notes[0]) == "mapped (3): spellings were read as names of the model (MQL, Prospect, warm-lead)"

    def test_events_can_be_renamed(self):
        log = EventLog.from_rows([("u", "Order placed", day(0))], aliases={"Order placed": "purchase"})
        assert log.events == ("purchase",)

    def test_numbers_are_ids_and_never_two(self):
        class Ordinal(Enum):
            ONE = 1

        assert StageLog.from_rows([(7, "a", day(0)), (7, "b", day(1))], MODEL).customers == ("7",)
        for other in ("7", 7.0, True, Ordinal.ONE, b"7"):
            with pytest.raises(DataError):
                StageLog.from_rows([(7, "a", day(0)), (other, "b", day(1))], MODEL)
            with pytest.raises(DataError):
                StageLog.from_rows([(other, "a", day(0)), (7, "b", day(1))], MODEL)

    def test_ids_are_never_touched(self):
        ids = ["é", "e\u0301", " a", "a", "A"]
        assert set(StageLog.from_rows([(i, "a", day(0)) for i in ids], MODEL).customers) == set(ids)

    def test_dates_and_local_times_need_their_zone(self):
        rows = [
            ("u", "a", date(2026, 1, 30)),
            ("u", "b", datetime.fromisoformat("2026-01-30T12:00")),
            ("u", "c", "2026-01-31"),
        ]
        with pytest.raises(DataError) as caught:
            StageLog.from_rows(rows, MODEL)
        assert len(caught.value.problems) == 3
        assert caught.value.hint.startswith("pass tz='UTC' or the zone that the times were written in")
        log = StageLog.from_rows(rows, MODEL, tz="Europe/Zurich")
        assert [at for at, _ in entries(log.history)["u"]] == [
            datetime(2026, 1, 29, 23, tzinfo=UTC), datetime(2026, 1, 30, 11, tzinfo=UTC), datetime(2026, 1, 30, 23, tzinfo=UTC)
        ]  # fmt: skip

    def test_repeated_local_times_are_an_error_unless_said(self):
        rows = [("u", "a", "2026-10-25T02:30")]
        with pytest.raises(DataError, match="happens twice in Europe/Zurich"):
            StageLog.from_rows(rows, MODEL, tz="Europe/Zurich")
        log = StageLog.from_rows(rows, MODEL, tz="Europe/Zurich", ambiguous="later")
        assert log.as_of == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    def test_years_before_1970_and_far_ahead_are_exact(self):
        ends = [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
        log = StageLog.from_rows([("u", "a", ends[0]), ("u", "b", ends[1])], MODEL)
        assert [at for at, _ in entries(log.history)["u"]] == ends


PLAIN = [
    ("customer", None, "the id is missing"),
    ("customer", "  ", "the id is missing"),
    ("customer", NAN, "the id is missing"),
    ("customer", NA(), "the id is missing"),
    ("customer", 1.5, "the id 1.5 is neither text nor a whole number"),
    ("customer", True, "the id True is neither text nor a whole number"),
    ("stage", None, "the stage is missing"),
    ("stage", NA(), "the stage is missing"),
    ("stage", 3, "the stage 3 is not text"),
    ("stage", "bb", "unknown stage 'bb'"),
    ("at", None, "expected a time, got at=None"),
    ("at", "soon", "at='soon' is not an ISO 8601 time"),
    ("at", 17, "expected a datetime, a date or ISO 8601 text, got at=17"),
    ("rec", day(-1), "recorded_at=datetime.datetime(2026, 1, 29, 0, 0, tzinfo=datetime.timezone.utc) is before at"),
    ("rec", "soon", "recorded_at='soon' is not an ISO 8601 time"),
    ("n", "first", "seq='first' is not a whole number"),
    ("n", 1.5, "seq=1.5 is not a whole number"),
    ("n", True, "seq=True is not a whole number"),
]


@pytest.mark.parametrize(("field", "value", "what"), PLAIN)
def test_a_bad_cell_is_named_with_its_row(field, value, what):
    good = {"customer": "u", "stage": "a", "at": day(0), "rec": None, "n": NAN}
    rows = [good, {**good, field: value}]
    with pytest.raises(DataError) as caught:
        StageLog.from_rows(rows, MODEL, recorded_at_col="rec", seq_col="n")
    assert caught.value.problems == (("row 2", what),)
    if field in ("customer", "stage", "at"):
        with pytest.raises(DataError) as caught:
            StageLog.from_rows([tuple(row.values())[:3] for row in rows], MODEL)
        assert caught.value.problems == (("row 2", what),)


def test_the_whole_message_reads_well():
    with pytest.raises(DataError) as caught:
        StageLog.from_rows([("u", "c", day(0)), ("u", "bb", day(0)), (None, "a", day(0))], MODEL)
    assert str(caught.value) == (
        "2 rows cannot be used\n"
        "  row 2: unknown stage 'bb'\n"
        "  row 3: the id is missing\n\n"
        "Hint: did you mean 'b'? There are: 'a', 'b', 'c', 'd', 'risk', 'lapsed', 'lost'; "
        "or aliases={'bb': 'b'} says what it means; "
        "or on_bad='drop' leaves such rows out, counted and listed"
    )


def test_an_unknown_stage_that_is_like_none_may_be_an_alias_of_any():
    with pytest.raises(DataError) as caught:
        StageLog.from_rows([("u", "Neukontakt", day(0))], MODEL)
    assert "; or aliases={'Neukontakt': '...'} says what it means; " in caught.value.hint
    told = StageLog.from_rows([("u", "Neukontakt", day(0))], MODEL, aliases={"Neukontakt": "a"})
    assert told.members(told.headcount(), stage="a") == ("u",)


def test_an_alias_of_an_unknown_stage_is_named():
    with pytest.raises(UnknownNameError) as caught:
        StageLog.from_rows([("u", "a", day(0))], MODEL, aliases={"Neukontakt": "bb"})
    assert str(caught.value).splitlines()[0] == "unknown stage 'bb' @ aliases['Neukontakt']"


SHAPES = [
    ("u,a", UsageTypeError, "rows must be an iterable of dicts"),
    ({"customer": ["u"]}, UsageTypeError, "got dict"),
    (3, UsageTypeError, "got int"),
    ([("u", "a")], DataError, "row 1: ('u', 'a') is not (customer, stage, at)"),
    (["abc"], DataError, "row 1: 'abc' is not (customer, stage, at)"),
    ([("u", "a", day(0)), {"customer": 1, "stage": 2, "at": 3}], DataError, "row 2: {'customer': 1"),
    (
        [{"customer": "u", "stage": "a", "at": day(0)}, ("u", "a", day(0))],
        DataError,
        "is not a dict like the first row",
    ),
    ([{"customer": "u", "stage": "a"}], DataError, "the rows have no column at_col='at'"),
    ([{"customer": "u", "stage": "a", "at": day(0)}, {"customer": "u"}], DataError, "row 2: the stage is missing"),
]


@pytest.mark.parametrize(("rows", "kind", "text"), SHAPES)
def test_what_are_no_rows_is_refused(rows, kind, text):
    with pytest.raises(kind) as caught:
        StageLog.from_rows(rows, MODEL)
    assert text in str(caught.value).replace("expected a time, got at=None", "row 2: the stage is missing")


OPTIONS = [
    ({"on_bad": "skip"}, UsageError, "on_bad='skip' is not a mode"),
    ({"on_illegal": "skip"}, UsageError, "on_illegal='skip' is not a mode"),
    ({"ambiguous": "both"}, UsageError, "ambiguous='both' is not a mode"),
    ({"tz": "Europe/Zurch"}, UsageError, "there is no time zone"),
    ({"unit": ""}, UsageError, "unit='' is not a name"),
    ({"as_of": "2026-01-30"}, TimeError, "as_of='2026-01-30'"),
    ({"since": "soon"}, TimeError, "since='soon' is not an ISO 8601 time"),
    ({"seq_col": "n"}, UsageError, "rows of (customer, stage, at) have no further columns"),
    ({"segment_cols": 3}, CustlifeError, "segment_cols=3"),
]


@pytest.mark.parametrize(("options", "kind", "text"), OPTIONS)
def test_options_that_cannot_be_are_refused(options, kind, text):
    with pytest.raises(kind) as caught:
        StageLog.from_rows([("u", "a", day(0))], MODEL, **options)
    assert text in str(caught.value)


def test_a_model_is_needed():
    with pytest.raises(UsageTypeError, match="model='hubspot8' is not a StageModel"):
        StageLog.from_rows([], "hubspot8")


@pytest.mark.parametrize(
    ("model", "text"),
    [
        ("hubspot8", "model='hubspot8' is not a StageModel\n\nHint: without quotes: presets.hubspot8"),
        ("Names", "model='Names' is not a StageModel\n\nHint: pass a StageModel or a preset such as presets.bruxt5"),
        ([1], "model=<list> is not a StageModel\n\nHint: pass a StageModel or a preset such as presets.bruxt5"),
    ],
)
def test_what_is_no_model_is_named_shortly(model, text):
    with pytest.raises(UsageTypeError) as caught:
        StageLog.from_rows([], model)
    assert str(caught.value) == text


def test_events_of_pairs_and_of_no_name():
    assert EventLog.from_rows([("u", day(0))], event="login").events == ("login",)
    for bad in (("u", 3, day(0)), ("u", "", day(0)), ("u", " ", day(0)), ("u", NAN, day(0))):
        with pytest.raises(DataError, match="the event"):
            EventLog.from_rows([bad])
    with pytest.raises(DataError, match=r"is not \(customer, at\)"):
        EventLog.from_rows([("u", "x", day(0))], event="login")
    with pytest.raises(UsageError, match="more than 65,536"):
        EventLog.from_rows([("u", str(n), day(0)) for n in range(65_537)])


def test_an_empty_log_has_every_column():
    options = {"seq_col": "n", "recorded_at_col": "r", "key_col": "k", "account_col": "x", "segment_cols": ["s"]}
    log = StageLog.from_rows([], MODEL, **options)
    assert (len(log), log.segments, log.customers, sorted(log.history.extras)) == (0, ("s",), (), ["account", "key"])
    assert "as the log has no rows" in str(log)
    assert len(log.where(s="x").roll_up()) == 0


def test_policy_violations_are_noted_or_refused():
    model = StageModel("strict", ["a", "b", "c"], policy="stepwise")
    rows = [("x: y", "a", day(0)), ("x: y", "c", day(1)), ("v", "b", day(0))]
    log = StageLog.from_rows(rows, model, as_of=day(9))
    assert [str(note) for note in log.notes] == [
        "illegal (2): moves that policy 'stepwise' refuses were kept as they happened (v: the start to b, x: y: a to c)"
    ]
    with pytest.raises(HistoryError) as caught:
        StageLog.from_rows(rows, model, on_illegal="raise")
    assert caught.value.problems == (
        ("customer 'v' at 2026-01-30T00:00:00+00:00", "the start to b"),
        ("customer 'x: y' at 2026-01-31T00:00:00+00:00", "a to c"),
    )
    assert len(StageLog.from_rows(rows[:1], model, on_illegal="raise")) == 1


@pytest.mark.parametrize("method", ["iter_rows", "to_pylist", "to_dict", "__arrow_c_stream__"])
def test_a_frame_is_told_its_own_way_in(method) -> None:
    frame = type("Frame", (), {method: None, "__iter__": lambda self: iter(())})()
    with pytest.raises(UsageTypeError) as caught:
        StageLog.from_rows(frame, MODEL)
    assert str(caught.value) == "rows is a Frame, not rows\n\nHint: write from_frame(frame, ...)"


def test_so_are_frames_that_have_no_rows_to_go_through() -> None:
    for method in ("to_pylist", "to_arrow_table", "toPandas", "collect_schema"):
        with pytest.raises(UsageTypeError, match=r"^rows is a Frame, not rows\n\nHint: write from_frame"):
            StageLog.from_rows(type("Frame", (), {method: None})(), MODEL)
