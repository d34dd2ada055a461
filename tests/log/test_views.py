"""Views of a log: some customers, another moment, another model; and what is odd about its rows."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife import presets
from custlife.calendar import days
from custlife.customers import Customer
from custlife.engines.rules import seen
from custlife.errors import DataError, TimeError, UnknownNameError, UsageError, UsageTypeError
from custlife.log.event_log import EventLog
from custlife.log.stage_log import StageLog
from custlife.stages import StageModel, Transition
from tests.log.strategies import MODEL, day, entries

NAMES = MODEL.codes
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["u", "v", "w"]), st.sampled_from(NAMES), st.integers(0, 6), st.sampled_from(["x", "y", None])
    ),
    max_size=9,
)


def log_of(rows, model=MODEL, **options):
    told = [{"customer": u, "stage": s, "at": day(d), "plan": p} for u, s, d, p in rows]
    return StageLog.from_rows(told, model, **{"segment_cols": "plan", "as_of": day(9), **options})


class TestLaws:
    @given(ROWS, st.sampled_from(["x", "y", None]), st.sampled_from(["first", "last", "any"]), st.integers(0, 7))
    def test_looking_and_choosing_commute(self, rows, plan, value, upto):
        log = log_of(rows)
        one = log.where(plan=plan, value=value).with_as_of(day(upto))
        two = log.with_as_of(day(upto)).where(plan=plan, value=value)
        early = log_of([row for row in rows if row[2] <= upto], as_of=day(upto)).where(plan=plan, value=value)
        assert entries(one.history) == entries(two.history) == entries(early.history)

    @given(ROWS, st.sampled_from(["first", "last"]))
    def test_segments_part_the_customers(self, rows, value):
        log = log_of(rows)
        parts = [log.where(plan=plan, value=value).customers for plan in ("x", "y", None)]
        assert sorted(sum(parts, ())) == list(log.customers)
        assert log.where(plan=["x", "y", None], value=value).customers == log.customers

    @given(ROWS, st.integers(0, 6))
    def test_periods_part_the_customers(self, rows, cut):
        log = log_of(rows)
        early, late = log.between(day(-1), day(cut)), log.between(day(cut), day(9))
        assert sorted((*early.customers, *late.customers)) == list(log.customers)
        assert all(steps[0][0] < day(cut) for steps in entries(early.history).values())
        assert early.as_of == log.as_of

    @given(ROWS)
    def test_migrating_the_log_is_migrating_the_customers(self, rows):
        new = MODEL.rename("a", "z").insert("pilot", after="b").remove("c", into="d").with_version(MODEL.version + 1)
        migrated = log_of(rows).migrate(new)
        customers = [
            Customer(unit, MODEL).record([(s, day(d)) for u, s, d, _ in rows if u == unit]).migrate(new)
            for unit in sorted({row[0] for row in rows})
        ]
        brute = {c.id: [(spell.entered, spell.stage) for spell in c.spells] for c in customers}
        assert entries(migrated.history) == brute
        assert migrated.model == new

    @given(
        st.lists(st.tuples(st.sampled_from("uv"), st.sampled_from(presets.wason7.codes), st.integers(0, 5)), max_size=6)
    )
    def test_translating_the_log_is_translating_the_customers(self, rows):
        walk = presets.crosswalk(presets.wason7, presets.reach5)
        log = StageLog.from_rows([(u, s, day(d)) for u, s, d in rows], presets.wason7, as_of=day(9))
        for undecided in ("drop", "nearest"):
            customers = [
                Customer(unit, presets.wason7).record([(s, day(d)) for u, s, d in rows if u == unit])
                for unit in sorted({row[0] for row in rows})
            ]
            try:
                told = [walk.translate(c, undecided=undecided) for c in customers]
            except DataError:
                with pytest.raises(DataError):
                    log.translate(walk, undecided=undecided)
                continue
            made = log.translate(walk, undecided=undecided)
            assert entries(made.history) == {
                c.id: [(spell.entered, spell.stage) for spell in c.spells] for c in told if c.spells
            }


class TestWhere:
    def test_one_id_is_one_customer(self):
        log = log_of([("u", "a", 0, "x"), ("v", "a", 0, "y"), ("uv", "a", 0, None)])
        assert log.where("uv").customers == ("uv",)
        assert log.where(["u", "v"]).customers == ("u", "v")
        assert log.where(lambda unit: "u" in unit).customers == ("u", "uv")

    def test_it_looks_only_at_what_is_seen(self):
        log = log_of([("u", "a", 0, "x"), ("u", "b", 5, "y")])
        assert log.with_as_of(day(1)).where(plan="y", value="last").customers == ()
        assert log.with_as_of(day(6)).where(plan="y", value="last").customers == ("u",)

    def test_what_there_is_not_is_refused(self):
        log = log_of([("u", "a", 0, "x")])
        with pytest.raises(UnknownNameError, match="unknown segment 'plans'"):
            log.where(plans="x")
        with pytest.raises(UsageError, match="value='now' is not a mode"):
            log.where(value="now")
        with pytest.raises(UsageTypeError, match="plan=3 is not text"):
            log.where(plan=3)
        with pytest.raises(TimeError, match="is not after"):
            log.between(day(1), day(1))

    def test_a_log_can_be_pickled(self):
        log = log_of([("u", "a", 0, "x")]).where("u").roll_up("plan")
        assert entries(pickle.loads(pickle.dumps(log)).history) == entries(log.history)


class TestModels:
    def test_what_has_no_place_names_the_customers(self):
        log = log_of([("u", "a", 0, None), ("v", "b", 1, None)])
        new = MODEL.remove("b").with_version(MODEL.version + 1)
        with pytest.raises(DataError) as caught:
            log.migrate(new)
        assert [where for where, _ in caught.value.problems] == ["customer 'v' at 2026-01-31T00:00:00+00:00"]
        assert len(log.where("u").with_as_of(day(9)).migrate(new)) == 1

    def test_what_comes_later_stands_in_the_way_too(self):
        log = log_of([("u", "a", 0, None), ("u", "b", 5, None)]).where("u").with_as_of(day(1))
        with pytest.raises(DataError, match="1 row cannot be told in model 'tiny'"):
            log.migrate(MODEL.remove("b").with_version(MODEL.version + 1))

    def test_ties_follow_the_new_order_of_the_path(self):
        new = MODEL.reorder("a", after="c")
        rows = [("u", "a", 0, None), ("u", "b", 0, None)]
        assert [stage for _, stage in entries(log_of(rows).migrate(new).history)["u"]] == ["b", "a"]

    def test_a_crosswalk_must_start_from_the_model(self):
        log = log_of([("u", "a", 0, None)])
        with pytest.raises(UsageError, match="the crosswalk starts from model 'wason7', the log is on 'tiny'"):
            log.translate(presets.crosswalk(presets.wason7, presets.reach5))
        with pytest.raises(UsageTypeError, match="is not a crosswalk"):
            log.translate({"a": "b"})
        with pytest.raises(UsageTypeError, match="is not a StageModel"):
            log.migrate("tiny2")

    def test_a_log_of_rules_can_be_told_anew(self):
        events = EventLog.from_rows([("u", "x", day(0))], as_of=day(9)).to_stages(MODEL, {"a": seen("x")})
        new = MODEL.rename("a", "z").with_version(MODEL.version + 1)
        assert entries(events.migrate(new).history) == {"u": [(day(0), "z")]}
        with pytest.raises(UsageError, match="this log was not made by rules"):
            log_of([("u", "a", 0, None)]).causes("u")


class TestCheck:
    def test_a_clean_log_has_no_findings(self):
        check = log_of([("u", "a", 0, None), ("u", "b", 1, None)]).check()
        assert (bool(check), len(check), check.notes) == (True, 0, ())
        assert str(check) == "Check: nothing to look at."
        assert check._repr_html_() == '<p class="cl-note">Check: nothing to look at.</p>'

    def test_everything_odd_is_found_at_once(self):
        slow = [Transition("a", "b", max_gap=days(2)), Transition("b", "c", min_gap=days(2)),
                Transition("c", "d", reason_required=True)]  # fmt: skip
        model = StageModel("strict", ["a", "b", "c", "d"], transitions=slow, policy="forward")
        rows = [("u", "a", 0, None), ("u", "a", 1, None), ("u", "b", 5, None), ("u", "c", 6, None), ("u", "d", 7, None),
                ("v", "b", 0, None), ("v", "c", 0, None), ("v", "a", 1, None)]  # fmt: skip
        check = log_of(rows, model).check()
        assert [str(found) for found in check] == [
            "illegal: customer 'v' at 2026-01-31T00:00:00+00:00: c to a",
            "gap: customer 'u' at 2026-02-04T00:00:00+00:00: a to b took longer than 2 days",
            "gap: customer 'u' at 2026-02-05T00:00:00+00:00: b to c took less than 2 days",
            "reason: customer 'u' at 2026-02-06T00:00:00+00:00: c to d has no reason",
            "gap: customer 'v' at 2026-01-30T00:00:00+00:00: b to c took less than 2 days",
            "tie: customer 'v' at 2026-01-30T00:00:00+00:00: b, c",
            "repeat: customer 'u' at 2026-01-31T00:00:00+00:00: a",
        ]
        assert check.counts() == {"dropped": 0, "illegal": 1, "gap": 3, "reason": 1, "tie": 1, "repeat": 1}
        assert "moves that the policy refuses: 1; moves that took longer or shorter" in str(check)
        assert "<table" in check._repr_html_()
        assert check.table(limit=2).title == "Check: the first 2 of 7"

    def test_an_order_from_the_source_leaves_no_ties(self):
        rows = [{"customer": "u", "stage": s, "at": day(0), "n": n} for n, s in enumerate("ba")]
        assert len(StageLog.from_rows(rows, MODEL, seq_col="n").check()) == 0

    def test_events_are_checked_for_ties_only(self):
        log = EventLog.from_rows([("u", "x", day(0)), ("u", "y", day(0)), ("u", "y", day(1)), ("u", "y", day(2))])
        assert [found.kind for found in log.check()] == ["tie"]


def test_questions_are_values():
    from custlife.analysis.funnel import Funnel
    from custlife.analysis.steps import as_steps

    log = log_of([("u", "a", 0, None), ("u", "b", 1, None)])
    question = Funnel(as_steps(("a", "b")))
    assert log.ask(question) == log.ask_all([question])[0] == log.funnel("a", "b")


def test_a_log_shows_itself():
    log = log_of([("u", "a", 0, "<x>"), ("v", "a", 0, "y")], since=day(-1))
    assert repr(log) == "<StageLog of 2 customers, 2 rows, as of 2026-02-08 00:00 UTC>"
    assert log._repr_html_() == "<pre>StageLog of 2 customers, 2 rows, as of 2026-02-08 00:00 UTC</pre>"
    assert (log.since, log.segments, log.unit, log.tz, len(log)) == (day(-1), ("plan",), "customer", "UTC", 2)
    assert len(log.with_as_of(day(20)).migrate(MODEL)) == 2
    assert len(StageLog.from_rows([], MODEL).where("u").migrate(MODEL)) == 0


def test_a_choice_that_leaves_nobody_says_what_there_is() -> None:
    log = log_of([("u", "a", 0, "x"), ("v", "a", 0, "y")]).where(plan="z")
    assert str(log.notes[-1]) == "dropped (2): nobody was left by where() with plan in ['z'] (plan is x, plan is y)"
    assert "the customers asked for" in str(log_of([("u", "a", 0, "x")]).where(["w"]))
