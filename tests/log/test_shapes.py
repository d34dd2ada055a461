"""Logs from wide rows, from moves, and from customers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.calendar import from_us
from custlife.customers import Customer, Event, Fact, Move
from custlife.errors import DataError, UnknownNameError, UsageError, UsageTypeError
from custlife.log.event_log import EventLog
from custlife.log.stage_log import StageLog
from custlife.stages import StageModel
from tests.log.strategies import MODEL, day, entries

NAMES = MODEL.codes


class TestWide:
    @given(st.lists(st.lists(st.none() | st.integers(0, 5), min_size=7, max_size=7), max_size=4), st.randoms())
    def test_a_wide_row_is_its_dates_in_order(self, dates, random):
        rows = [
            {"customer": str(i), **{s: None if d is None else day(d) for s, d in zip(NAMES, row, strict=True)}}
            for i, row in enumerate(dates)
        ]
        rows = [dict(random.sample(list(row.items()), len(row))) for row in rows]
        if not rows:
            return
        log = StageLog.from_wide(rows, MODEL, as_of=day(9))
        brute = {
            str(i): sorted(((day(d), s) for s, d in zip(NAMES, row, strict=True) if d is not None), key=lambda e: e[0])
            for i, row in enumerate(dates)
        }  # sorted is stable, and the dates are listed in the order of the path
        assert entries(log.history) == {unit: steps for unit, steps in brute.items() if steps}
        empty = [note.count for note in log.notes if note.what == "rows without any date"]
        assert empty == ([sum(not steps for steps in brute.values())] if not all(brute.values()) else [])

    def test_columns_may_be_named_and_others_ride_along(self):
        rows = [
            {"id": 1, "Became a lead date": "2026-01-30", "Closed": "2026-01-30", "Country": "CH", "B": "x", "note": ""}
        ]
        log = StageLog.from_wide(
            rows,
            MODEL,
            columns={"Closed": "c", "Became a lead date": "a"},
            customer_col="id",
            segment_cols="Country",
            tz="UTC",
        )
        assert entries(log.where(Country="CH").history) == {"1": [(day(0), "a"), (day(0), "c")]}

    def test_a_file_will_do(self, tmp_path):
        path = tmp_path / "crm.csv"
        path.write_text("customer;A;b\nu;2026-01-30;\nv;;\nw;x;\n")
        options = {"delimiter": ";", "tz": "UTC"}
        with pytest.raises(DataError) as caught:
            StageLog.from_wide(path, MODEL, **options)
        assert caught.value.problems == (("line 4, column 'A'", "at='x' is not an ISO 8601 time"),)
        log = StageLog.from_wide(path, MODEL, on_bad="drop", **options)
        assert entries(log.history) == {"u": [(day(0), "a")]}
        assert "dropped: rows without any date (v)" in map(str, log.notes)

    BAD = (
        ([{"customer": "u", "x": 1}], {}, DataError, "no column is named like a stage of model 'tiny'"),
        ([{"customer": "u", "a": 1, "A": 2}], {}, DataError, "columns 'a' and 'A' both mean stage 'a'"),
        ([{"a": 1}], {}, DataError, "the rows have no column customer_col='customer'"),
        ([{"customer": "u"}], {"columns": {"x": "a"}}, DataError, "the rows have no column columns='x'"),
        ([], {"columns": {"x": "q"}}, UnknownNameError, "unknown stage 'q'"),
        ([], {"columns": "x"}, UsageTypeError, "columns='x' is not a dict"),
        ([], {"stage_col": "x"}, UsageError, "stage_col='x' has no meaning"),
        ({"a": 1}, {}, UsageTypeError, "rows must be an iterable of dicts, got dict"),
        ([("u", "a", day(0))], {}, DataError, "row 1: ('u', 'a'"),
        ([{"customer": "", "a": day(0)}], {}, DataError, "row 1, column 'a': the id is missing"),
    )

    @pytest.mark.parametrize(("rows", "options", "kind", "text"), BAD)
    def test_what_is_not_wide_is_refused(self, rows, options, kind, text):
        with pytest.raises(kind) as caught:
            StageLog.from_wide(rows, MODEL, **options)
        assert text in str(caught.value)

    def test_no_rows_are_an_empty_log(self):
        assert len(StageLog.from_wide([], MODEL)) == 0


def moves(*rows):
    return [{"customer": u, "from": f, "to": t, "at": day(d)} for u, f, t, d in rows]


class TestTransitions:
    @given(st.lists(st.tuples(st.sampled_from("uv"), st.sampled_from(NAMES), st.integers(0, 5)), max_size=8))
    def test_the_history_is_where_they_went(self, rows):
        told = moves(*((u, None, s, d) for u, s, d in rows))
        direct = StageLog.from_rows([(u, s, day(d)) for u, s, d in rows], MODEL)
        assert entries(StageLog.from_transitions(told, MODEL).history) == entries(direct.history)

    @given(st.lists(st.tuples(st.sampled_from("uv"), st.sampled_from(NAMES), st.integers(0, 5)), max_size=8))
    def test_true_origins_contradict_nothing(self, rows):
        seen = entries(StageLog.from_rows([(u, s, day(d)) for u, s, d in rows], MODEL).history)
        told = [
            {"customer": u, "from": steps[i - 1][1] if i else "", "to": stage, "at": at}
            for u, steps in seen.items()
            for i, (at, stage) in enumerate(steps)
        ]
        log = StageLog.from_transitions(told, MODEL, as_of=day(9))
        assert entries(log.history) == seen
        assert (log.notes, log.since) == ((), None)

    def test_contradictions_are_counted(self):
        log = StageLog.from_transitions(
            moves(("u", None, "a", 0), ("u", "b", "c", 1), ("u", "C", "d", 2)), MODEL, as_of=day(9)
        )
        assert [str(note) for note in log.notes] == [
            "changed: moves said to come from another stage than the history shows (u: from b, not a)",
        ]
        assert "from" not in log.history.extras

    def test_who_was_there_before_is_truncated_and_no_stay_is_made_up(self):
        rows = moves(("u", "a", "b", 3), ("v", None, "a", 1), ("v", "a", "b", 4))
        log = StageLog.from_transitions(rows, MODEL, as_of=day(9))
        assert entries(log.history) == {"u": [(day(3), "b")], "v": [(day(1), "a"), (day(4), "b")]}
        assert log.since == day(1)
        assert [str(note) for note in log.notes] == [
            "truncated: customers were in a stage before their first row, since an unknown time (u: a)",
            "assumed: since=2026-01-31T00:00:00+00:00, the first instant in the log; pass since= to say otherwise",
        ]
        funnel = log.funnel("a", "b")
        assert (funnel.truncated, funnel["a"].reached) == (1, 1)
        told = StageLog.from_transitions(rows, MODEL, as_of=day(9), since=day(-5))
        assert (told.since, [note.kind for note in told.notes]) == (day(-5), ["truncated"])

    def test_unknown_origins_are_named(self):
        with pytest.raises(DataError) as caught:
            StageLog.from_transitions(moves(("u", None, "a", 0), ("u", "aa", "b", 1)), MODEL)
        assert caught.value.problems == (("customer 'u'", "unknown stage 'aa'"),)
        assert caught.value.hint.startswith("did you mean 'a'?")

    def test_a_file_will_do(self, tmp_path):
        path = tmp_path / "trail.csv"
        path.write_text("customer,from,to,at\nu,,a,2026-01-30T00:00Z\n")
        assert entries(StageLog.from_transitions(str(path), MODEL).history) == {"u": [(day(0), "a")]}


MOVES = st.lists(
    st.builds(
        lambda s, d, n, r: Move(s, day(d), seq=n, recorded_at=None if r is None else day(d + r)),
        st.sampled_from(NAMES), st.integers(0, 5), st.none() | st.integers(-1, 2), st.none() | st.integers(0, 3),
    ),
    max_size=6,
)  # fmt: skip


class TestCustomers:
    @given(st.lists(MOVES, max_size=3))
    def test_spells_are_the_same_as_of_the_customers(self, histories):
        customers = [Customer(str(i), MODEL).record(moves) for i, moves in enumerate(histories)]
        log = StageLog.from_customers(customers, model=MODEL, as_of=day(20))
        brute = {c.id: [(spell.entered, spell.stage) for spell in c.spells] for c in customers if c.spells}
        assert entries(log.history) == brute

    @given(MOVES, st.integers(0, 6), st.integers(0, 9))
    def test_a_look_is_that_of_the_customer(self, moves, as_of, known_at):
        customer = Customer("u", MODEL).record(moves)
        log = StageLog.from_customers([customer]).with_as_of(day(as_of), known_at=day(known_at))
        then = customer.as_of(day(as_of), known_at=day(known_at))
        assert entries(log.history).get("u", []) == [(spell.entered, spell.stage) for spell in then.spells]

    def test_facts_count_from_their_date(self):
        facts = [Fact("plan", "free"), Fact("plan", "pro", at=day(2)), Fact("seats", 3)]
        customer = Customer("u", MODEL, moves=[("a", day(1)), ("b", day(2))], facts=facts)
        history = StageLog.from_customers([customer], segment_cols=["plan", "seats"]).history
        assert [history.segments["plan"].name(row) for row in range(2)] == ["free", "pro"]
        assert history.segments["seats"].names == ("3",)

    def test_reason_and_actor_are_kept(self):
        customer = Customer(
            "u", MODEL, moves=[Move("a", day(0), reason="fair", actor="ann", properties={"deal": "d1"})]
        )
        history = StageLog.from_customers([customer], segment_cols="deal").history
        assert [history.extras[name].name(0) for name in ("reason", "actor")] == ["fair", "ann"]
        assert history.segments["deal"].name(0) == "d1"

    def test_events_carry_values_and_segments(self):
        event = Event("purchase", day(0), value=5, channel="web", recorded_at=day(1), properties={"sku": "x"})
        customer = Customer("u", MODEL, events=[event], facts=[Fact("plan", "pro")])
        log = EventLog.from_customers([customer], segment_cols=["channel", "plan"])
        assert log.history.values == {"value": [5]}
        assert [log.history.segments[name].name(0) for name in ("channel", "plan")] == ["web", "pro"]
        assert [from_us(us) for us in log.history.recorded] == [day(1)]
        assert EventLog.from_customers([customer], value_cols=["sku"]).history.values == {"sku": ["x"]}

    def test_what_cannot_be_one_log_is_refused(self):
        u = Customer("u", MODEL, moves=[("a", day(0))])
        other = Customer("v", StageModel("other", ["a"]))
        cases = [
            (lambda: StageLog.from_customers([]), UsageError, "there are no customers to take the model from"),
            (lambda: StageLog.from_customers([u, other]), UsageError, "customer 'v' is on model 'other' version 1"),
            (lambda: StageLog.from_customers([u, u]), DataError, "customer 'u' stands twice"),
            (lambda: StageLog.from_customers(u), UsageTypeError, "customers must be a list of customers"),
            (lambda: StageLog.from_customers(["u"]), UsageTypeError, "'u' is not a Customer"),
            (lambda: StageLog.from_customers([u], segment_cols="plan"), UnknownNameError, "unknown segment 'plan'"),
            (lambda: EventLog.from_customers([u], value_cols="amount"), UnknownNameError, "unknown value 'amount'"),
        ]
        for make, kind, text in cases:
            with pytest.raises(kind) as caught:
                make()
            assert text in str(caught.value)

    def test_a_bad_stage_would_name_customer_and_move(self):
        u = Customer("u", MODEL, moves=[("a", day(0)), ("b", day(1))])
        source = StageLog.from_customers([u])
        assert source.model is MODEL
        with pytest.raises(DataError, match=r"customer 'u' moves\[1\]"):
            StageLog.from_customers(
                [Customer("u", MODEL, moves=[Move("a", day(0)), Move("b", day(1))])], seq_col="to_stage"
            )
