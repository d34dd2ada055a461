"""Histories in parts: whatever the number of parts and whoever lies in which, every answer is that of the whole."""

from __future__ import annotations

import sys
from array import array

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife import (
    Chain,
    Conversion,
    Flows,
    Funnel,
    GrowthAccounting,
    Headcount,
    Outcomes,
    Paths,
    Reasons,
    Retention,
    StageProbabilities,
    TimeInStage,
    days,
)
from custlife.analysis import question as asking
from custlife.analysis.members import members
from custlife.analysis.per_customer import PerCustomer
from custlife.analysis.question import Counting
from custlife.analysis.repeat_purchases import RepeatPurchases
from custlife.analysis.spells import SpellList
from custlife.analysis.steps import step
from custlife.engines import gather
from custlife.engines.adding import Total
from custlife.engines.gathers import Paths as PathsRequest
from custlife.engines.gathers import PathTally, Profile, Spells, SpellTally
from custlife.engines.history import Column, Note, note
from custlife.engines.merging import merged, merged_notes, merged_settings
from custlife.engines.rows.choosing import Having
from custlife.engines.rows.looking import Spelled, of_units
from custlife.engines.sources.asked import Asked, ids_of
from custlife.engines.sources.held import Held, Lazy, joined
from custlife.engines.sources.source import Source
from custlife.engines.view import View
from custlife.errors import CustlifeError, DataError, HistoryError, UnknownNameError, UsageError
from tests.engines.arrays.drawn import histories
from tests.engines.making import MODEL, ask, history, raw_history

BOTH = [
    Conversion(step("a"), step("c"), days(2), by=("plan",)),
    Conversion(step("x"), step("y"), days(2), every="month"),
    Funnel((step("a"), step("b"), step("d")), days(9)),
    Funnel((step("x"), step("y")), days(9), entry="each", by=("plan",)),
    Retention("month"),
    Retention("week", by=("plan",), cohort="recurring"),
    GrowthAccounting("month", by=("plan",)),
    Paths(longest=3),
    Paths(repeats="first", by=("plan",)),
    Flows("month", by=("plan",)),
    Flows(),
]
STAGES = [
    TimeInStage(),
    TimeInStage(by=("plan",), clock="total"),
    Headcount("month"),
    Chain("month"),
    Chain("day", by=("plan",)),
    Outcomes("b", kind="final", horizon=days(4), by=("plan",)),
    Outcomes("a", every="day"),
    StageProbabilities("a", days(4), by=("plan",)),
    Reasons(),
    SpellList(),
    RepeatPurchases(("a",), every="week"),
    PerCustomer(),
]


def questions(made):
    stages = made.vocabulary.model is not None
    known = [one for one in BOTH if stages or not isinstance(one, Conversion | Funnel) or "a" not in str(one)]
    return [one for one in known if not stages or "'x'" not in repr(one)] + (STAGES if stages else [])


@st.composite
def in_parts(draw):
    """A history, and the same units in parts."""
    whole = draw(histories(observed=True))
    many = draw(st.integers(1, 4))
    side = {unit: draw(st.integers(0, many - 1)) for unit in whole.ids}
    parts = [of_units(whole, lambda unit, k=k: side[unit] == k) for k in range(many)]
    parts = [attrs.evolve(part, notes=() if k else whole.notes) for k, part in enumerate(parts)]
    return whole, tuple(draw(st.permutations(parts)))


def asked(parts, *steps):
    return Asked(Held(parts), View(parts[0].as_of, steps=steps))


@given(in_parts())
def test_every_answer_is_that_of_the_whole(drawn):
    whole, parts = drawn
    wanted = questions(whole)
    found = asking.ask_all(wanted, asked(parts))
    for one, here in zip(wanted, found, strict=True):
        there = ask(one, whole)
        assert here == there
        assert str(here) == str(there)


@given(in_parts())
def test_tables_are_equal_to_those_of_the_whole(drawn):
    whole, parts = drawn
    setting, tables = Counting(tuple(questions(whole)))(whole)
    requests = asking.each_once(one.requests(setting) for one in questions(whole))
    counted = [Counting(tuple(questions(whole)))(part) for part in parts]
    assert merged_settings([one for one, _ in counted]) == setting
    for request, table, *some in zip(requests, tables, *(found for _, found in counted), strict=True):
        assert merged(request, some) == table
        total = Total(request)
        for one in some:
            total.add(one)  # which is its own from then on
        assert total.table() == table


def test_a_total_holds_the_times_of_all_parts_once():
    total, parts = Total(Spells()), [{((), 0): SpellTally({1: array("q", [9 - k])})} for k in range(3)]
    for part in parts:
        total.add(part)
    assert [part[(), 0].ended[1] for part in parts] == [array("q")] * 3
    assert total.table() == {((), 0): SpellTally({1: array("q", [7, 8, 9])})}


def test_a_total_of_one_part_is_its_table():
    total, part = Total(Spells()), {((), 0): SpellTally({1: array("q", [9])})}
    total.add(part)
    assert total.table() is part


@given(in_parts(), st.booleans())
def test_joined_parts_are_the_whole(drawn, arrays):
    whole, parts = drawn
    engine = "arrays" if arrays else "rows"
    made = joined([attrs.evolve(part, engine=engine) for part in parts])
    for name in ("ids", "bounds", "at", "code", "recorded", "values", "notes", "as_of"):
        assert getattr(made, name) == getattr(whole, name), name
    for name in ("segments", "extras", "current"):
        here, there = getattr(made, name), getattr(whole, name)
        rows = range(len(whole.ids) if name == "current" else len(whole))
        assert set(here) == set(there)
        for key in here:
            assert [here[key].name(row) for row in rows] == [there[key].name(row) for row in rows]


@given(in_parts())
def test_members_are_those_of_the_whole(drawn):
    whole, parts = drawn
    for one in questions(whole):
        if not isinstance(one, SpellList | PerCustomer | RepeatPurchases):
            assert members(one, asked(parts), limit=2) == members(one, asked((whole,)), limit=2)


@given(histories())
def test_both_engines_tell_the_same_setting(made):
    arrays = attrs.evolve(made, engine="arrays")
    by = tuple(made.segments)
    assert gather(Profile(by), arrays) == gather(Profile(by), made)
    spelled = Spelled()(made) if made.vocabulary.model else made
    assert gather(Profile(by), attrs.evolve(spelled, engine="arrays")) == gather(Profile(by), spelled)


@given(in_parts())
def test_units_come_out_sorted(drawn):
    whole, parts = drawn
    assert sorted(unit for ids in asked(parts).map(ids_of) for unit in ids) == list(whole.ids)


class TestNotes:
    def test_counts_are_added_and_the_first_examples_kept(self):
        one = note("dropped", "rows", ["row 2", "row 10"], keys=[2, 10])
        other = note("dropped", "rows", [f"row {i}" for i in (3, 4, 5, 6)], keys=[3, 4, 5, 6])
        (made,) = merged_notes([other, one])
        assert (made.count, made.examples) == (6, ("row 2", "row 3", "row 4", "row 5", "row 6"))

    def test_an_assumption_is_told_once(self):
        assert merged_notes([Note("assumed", "x"), Note("assumed", "x")]) == (Note("assumed", "x"),)

    def test_spellings_are_told_once_each(self):
        one, other = note("mapped", "spellings", ["A", "B"]), note("mapped", "spellings", ["B", "C"])
        (made,) = merged_notes([one, other])
        assert (made.count, made.examples) == (3, ("A", "B", "C"))

    def test_nobody_is_told_only_where_nobody_is_left_anywhere(self):
        whole = history([("u", 1, "a"), ("v", 2, "b")])
        parts = [of_units(whole, lambda unit, k=k: unit == k) for k in ("u", "v")]
        there = asked(tuple(parts), Having(frozenset({"u"}), (), "first"))
        assert not asking.ask(Flows(), there).notes
        nobody = asked(tuple(parts), Having(frozenset({"w"}), (), "first"))
        assert [one.count for one in asking.ask(Flows(), nobody).notes] == [2]


def test_segments_are_refused_by_name_in_any_number_of_parts():
    whole = history([("u", 1, "a"), ("v", 2, "b")])
    parts = tuple(of_units(whole, lambda unit, k=k: unit == k) for k in ("u", "v"))
    with pytest.raises(UnknownNameError, match="segment_cols"):
        asking.ask(Flows(by=("plan",)), asked(parts))


class TestCurrent:
    """Of a unit whose last row repeats its stage, the last values of segments are kept beside the spells."""

    def spells(self, codes):
        made = history([("u", 1, "a"), ("u", 2, "a")], model=MODEL)
        raw = raw_history([("u", 1, "a"), ("u", 2, "a")])
        plans = {"plan": Column(array("i", codes), ("basic", "pro"))}
        assert len(made) == 1
        return Spelled()(attrs.evolve(raw, segments=plans))

    def other(self):
        raw = raw_history([("v", 1, "b")])
        return Spelled()(attrs.evolve(raw, segments={"plan": Column(array("i", [0]), ("basic",))}))

    def test_it_survives_joining_with_parts_that_have_none(self):
        made = joined([self.other(), self.spells([0, 1])])
        assert [made.current["plan"].name(unit) for unit in range(2)] == ["pro", "basic"]

    def test_both_engines_note_the_change(self):
        for engine in ("rows", "arrays"):
            setting = gather(Profile(("plan",)), attrs.evolve(self.spells([0, 1]), engine=engine))
            assert [(name, note.count) for name, note in setting.changed] == [("plan", 1)]
            assert not gather(Profile(("plan",)), attrs.evolve(self.spells([1, 1]), engine=engine)).changed

    def test_units_that_differ_from_one_another_have_not_changed(self):
        raw = raw_history([("u", 1, "a"), ("v", 1, "b")])
        plans = {"plan": Column(array("i", [0, 1]), ("basic", "pro"))}
        for engine in ("rows", "arrays"):
            assert not gather(Profile(("plan",)), attrs.evolve(raw, segments=plans, engine=engine)).changed


def test_a_part_in_which_nobody_started_adds_nothing_to_a_split_funnel():
    whole = history([("u", 1, "a"), ("v", 2, "lost")], as_of=9)
    parts = [of_units(whole, lambda unit, k=k: unit == k) for k in ("u", "v")]
    plan = Funnel((step("a"), step("b")), days(1), every="month").plan(gather(Profile(), whole))
    assert merged(plan, [gather(plan, part) for part in parts]) == gather(plan, whole)


class TestReady:
    def test_what_is_in_memory_is_ready(self):
        held = Held((history([("u", 1, "a")]),))
        assert held.persist() is held
        assert held.held() is held

    def test_what_is_lazy_is_read_once(self):
        times = []

        def read():
            times.append(1)
            return [history([("u", 1, "a")])]

        lazy = Lazy(history([]), read)
        source: Source = lazy
        assert [list(ids) for ids in source.map(ids_of)] == [["u"]]
        assert source.persist().held() is lazy.held()
        assert (source.last(), times) == (1_000_000, [1])


def test_times_are_sorted_without_numpy_too(monkeypatch):
    monkeypatch.setitem(sys.modules, "numpy", None)
    one, other = PathTally(1, array("q", [5]), {0: 1}), PathTally(1, array("q", [3]), {0: 1})
    made = merged(PathsRequest(), [{((), (0,), False): one}, {((), (0,), False): other}])
    assert made == {((), (0,), False): PathTally(2, array("q", [3, 5]), {0: 2})}


class TestErrors:
    def fail(self, *errors):
        waiting = dict(zip(("u", "v"), errors, strict=True))

        def work(part):
            raise waiting[part.ids[0]]

        parts = [history([(unit, 1, "a")]) for unit in waiting]
        with pytest.raises(CustlifeError) as caught:
            list(Held(tuple(parts)).map(work))
        return str(caught.value)

    def test_rows_of_all_parts_are_told_in_one_error(self):
        one, other = (
            DataError("1 row cannot be told", [("v", "no")], "h"),
            DataError("2 rows cannot be told", [("u", "no"), ("w", "no")], "h"),
        )
        assert self.fail(one, other) == "3 rows cannot be told\n  u: no\n  v: no\n  w: no\n\nHint: h"
        one, other = DataError("1 row has no plan", [("v", "no")]), DataError("1 row has no plan", [("u", "no")])
        assert self.fail(one, other).startswith("2 rows have no plan")

    def test_what_is_not_about_rows_comes_first(self):
        assert self.fail(DataError("1 row", [("v", "no")]), UsageError("x is wrong")) == "x is wrong"

    def test_errors_of_different_kinds_are_not_mixed(self):
        assert self.fail(DataError("1 row is bad", [("v", "no")]), HistoryError("keys", [("u", "no")])).startswith(
            "keys"
        )
        alike = DataError("1 row is bad", [("v", "no")]), HistoryError("1 row is bad", [("u", "no")])
        assert self.fail(*alike) == "1 row is bad\n  u: no"


class TestFar:
    """A source whose rows are not in memory."""

    def far(self, whole, *, accounts=None):
        inner = Held((whole,))

        class Far:
            empty = inner.empty

            def last(self):
                return inner.last()

            def held(self):
                return None

            def map(self, work):
                self.worked = True
                return inner.map(work)

        made = Far()
        made.accounts, made.worked = accounts, False
        return made

    def test_what_cannot_be_asked_is_refused_before_any_work(self):
        source = self.far(history([("u", 1, "a")]))
        with pytest.raises(UnknownNameError):
            asking.ask(Flows(by=("plan",)), Asked(source, View(None)))
        with pytest.raises(UnknownNameError):
            members(Flows(), Asked(source, View(None)), colour="red")
        assert not source.worked

    def test_it_answers_like_rows_in_memory(self):
        whole = history([("u", 1, "a"), ("u", 3, "b")])
        source = self.far(whole)
        assert asking.ask(Flows(), Asked(source, View(whole.as_of))) == ask(Flows(), whole)
        assert members(Flows(), Asked(source, View(None))) == ("u",)

    def test_its_rows_are_not_to_be_had(self):
        with pytest.raises(UsageError, match="not in memory"):
            Asked(self.far(history([("u", 1, "a")])), View(None)).whole()

    def test_wholes_must_lie_together(self):
        from custlife.engines.rows.rolling import RolledUp

        view = View(None, steps=(RolledUp("account", "furthest"),))
        source = self.far(history([("u", 1, "a")]))
        with pytest.raises(UsageError, match="account_col"):
            Asked(source, view)
        Asked(self.far(history([("u", 1, "a")]), accounts="account"), view)
