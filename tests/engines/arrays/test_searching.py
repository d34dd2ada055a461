"""Funnels whose steps have limits of their own: the search by arrays finds what the search by rows finds."""

from __future__ import annotations

import random
from array import array
from bisect import bisect_right
from functools import cache
from types import SimpleNamespace
from unittest.mock import patch

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.analysis.steps import Step, exclude
from custlife.calendar import Span, days, hours, months, seconds, zone
from custlife.engines import gather, standing
from custlife.engines.arrays import searching, stretch
from custlife.engines.arrays.chains import Chains, best_of
from custlife.engines.history import History
from custlife.engines.rows.attempts import Matcher
from tests.engines.arrays.test_funnel import DAY, EVENTS, POLICIES, alike, asked, exclusions, told
from tests.engines.making import NAMES, PATH, event_rows, history, stage_rows

LIMIT = st.one_of(st.none(), st.integers(0, 6).map(seconds))
CALENDAR = st.sampled_from([None, None, days(1), months(1), hours(24), months(1) + hours(5), Span()])
SINCE = st.one_of(st.none(), st.none(), st.integers(0, 9))


def limited(names: tuple[str, ...], limit: st.SearchStrategy[Span | None] = LIMIT) -> st.SearchStrategy[list[Step]]:
    """Steps in some order, each with limits, and some with a property."""
    where = st.sampled_from([(), (), (), (("kind", 1),)])
    step = st.builds(Step, st.sampled_from(names).map(lambda name: (name,)), where, limit, limit)
    return st.lists(step, min_size=2, max_size=4).map(lambda found: [Step(found[0].names, found[0].where), *found[1:]])


ON_PATH = st.builds(
    lambda stages, limits: [
        Step((name,), (), *(limit if number else (None, None)))
        for number, (name, limit) in enumerate(zip(sorted(stages), limits, strict=False))
    ],
    st.lists(st.sampled_from(PATH), min_size=2, max_size=4, unique=True),
    st.lists(st.tuples(LIMIT, LIMIT), min_size=4, max_size=4),
)


def search_alike(made: History, named: list[Step], window: Span | None, excluded=(), **policies: object) -> None:
    """Both engines tell the same, however few ways on are looked at together."""
    kept = tuple(one for one in excluded if one.before < len(named))
    plan = asked(made, named, window, exclusions=kept, **policies)
    if plan is None:
        return
    same = attrs.evolve(made, engine="arrays")
    expected = gather(plan, made)
    assert gather(plan, same) == expected
    with patch.object(searching, "AT_ONCE", 1), patch.object(stretch, "ROWS", 1):
        assert gather(plan, same) == expected
        for state in ("imputed", "pending"):
            step = len(named) - 1
            assert list(standing(plan, same, state, step)) == list(standing(plan, made, state, step))


def counted_alike(made: History, named: list[Step], window: Span | None, **policies: object) -> None:
    """Both engines count the same."""
    plan = asked(made, named, window, **policies)
    if plan is not None:
        assert gather(plan, attrs.evolve(made, engine="arrays")) == gather(plan, made)


def in_order(made: History, codes: list[int]) -> History:
    """The history with an order of its own among rows of one instant."""
    return told(attrs.evolve(made, code=array("H", codes), sequenced=True))


@given(stage_rows(units=2, rows=16, latest=3), st.randoms(use_true_random=False), ON_PATH, POLICIES)
def test_rows_of_one_instant_in_any_order_are_equal(rows, dice, named, policies) -> None:
    made = history(rows)
    spots = sorted(range(len(made)), key=lambda row: (bisect_right(made.bounds, row), made.at[row], dice.random()))
    search_alike(in_order(made, [made.code[row] for row in spots]), named, None, **policies)


@cache
def many(names: tuple[str, ...], latest: int, seed: int) -> History:
    """Forty units of up to nine rows at few instants, those of one instant in any order."""
    dice = random.Random(seed)
    rows = [(f"u{unit}", dice.randrange(latest), dice.choice(names)) for unit in range(40) for _ in range(1 + unit % 9)]
    made = history(rows, as_of=latest - 1, **({"model": None} if names is EVENTS else {}))
    spots = sorted(range(len(made)), key=lambda row: (bisect_right(made.bounds, row), made.at[row], dice.random()))
    return in_order(made, [made.code[row] for row in spots])


COMMON = st.fixed_dictionaries(
    {
        "entry": st.sampled_from(["first", "first", "best", "each"]),
        "order": st.sampled_from(["ordered", "ordered", "ordered", "strict"]),
        "skips": st.sampled_from(["passed", "passed", "passed", "exclude", "strict"]),
        "ties": st.sampled_from(["lenient", "lenient", "strict"]),
        "repeats": st.sampled_from(["keep", "keep", "keep", "ignore", "end"]),
    }
)


@given(st.sampled_from([4, 12]), st.integers(1, 5), ON_PATH, LIMIT, COMMON)
def test_many_units_of_stages_are_equal(latest, seed, named, window, policies) -> None:
    counted_alike(many(NAMES, latest, seed), named, window, **policies)


@given(st.sampled_from([4, 12]), st.integers(1, 5), limited(EVENTS), LIMIT, COMMON)
def test_many_units_of_events_are_equal(latest, seed, named, window, policies) -> None:
    counted_alike(many(EVENTS, latest, seed), named, window, **{**policies, "skips": "passed"})


@given(stage_rows(units=3, rows=20), st.integers(0, 14), SINCE, ON_PATH, LIMIT, POLICIES, exclusions(PATH))
def test_stages_with_limits_are_equal(rows, as_of, since, named, window, policies, excluded) -> None:
    search_alike(told(history(rows, as_of=as_of, since=since)), named, window, excluded, **policies)


@given(event_rows(units=3, rows=24), st.integers(0, 10), SINCE, limited(EVENTS), LIMIT, POLICIES, exclusions(EVENTS),
       st.booleans())  # fmt: skip
def test_events_with_limits_are_equal(rows, as_of, since, named, window, policies, excluded, sequenced) -> None:
    made = told(attrs.evolve(history(rows, as_of=as_of, since=since, model=None), sequenced=sequenced))
    names = made.vocabulary.names
    if all(name in names for step in named for name in step.names):
        search_alike(made, named, window, [one for one in excluded if one.names[0] in names], **policies)


@given(
    st.lists(st.tuples(st.sampled_from("uv"), st.integers(0, 900), st.sampled_from("xyz")), max_size=18),
    limited(EVENTS, CALENDAR), CALENDAR, st.sampled_from(["UTC", "Europe/Zurich", "Pacific/Apia"]),
    st.sampled_from(["first", "best", "each"]), st.booleans(),
)  # fmt: skip
def test_limits_on_the_calendar_are_equal(visits, named, window, tz, entry, stages) -> None:
    renamed = dict(zip("xyz", PATH, strict=False)) if stages else {name: name for name in "xyz"}
    rows = [(unit, number * 8 * 3_600 + 27 * DAY, renamed[name]) for unit, number, name in visits]
    made = history(rows, as_of=400 * DAY, **({} if stages else {"model": None}))
    named = [attrs.evolve(step, names=tuple(renamed[name] for name in step.names)) for step in named]
    if all(name in made.vocabulary.names for step in named for name in step.names):
        search_alike(told(attrs.evolve(made, zone=zone(tz))), named, window, entry=entry)


def test_a_later_row_may_be_the_one_that_leads_on() -> None:
    made = told(history([("u", 0, "x"), ("u", 1, "y"), ("u", 5, "y"), ("u", 7, "z")], model=None))
    named = [Step(("x",)), Step(("y",)), Step(("z",), (), seconds(3))]
    plan = asked(made, named, None)
    assert plan is not None
    alike(plan, made)
    (tally,) = gather(plan, attrs.evolve(made, engine="arrays")).values()
    assert [list(step.from_start) for step in tally.steps] == [[0], [5_000_000], [7_000_000]]


def test_of_several_starts_the_last_limit_of_the_step_that_is_next_tells_who_waits() -> None:
    made = told(history([("u", 0, "x"), ("u", 1, "y"), ("u", 5, "x"), ("v", 8, "z")], model=None, as_of=8))
    named = [Step(("x",)), Step(("y",), (), seconds(2)), Step(("z",), (), seconds(3))]
    search_alike(made, named, None, entry="best")
    plan = asked(made, named, None, entry="best")
    assert plan is not None
    (tally,) = gather(plan, attrs.evolve(made, engine="arrays")).values()
    assert [step.pending for step in tally.steps] == [0, 0, 1]


@pytest.mark.parametrize("repeats", ["keep", "ignore"])
def test_nothing_but_repeats_may_come_between(repeats: str) -> None:
    rows = [("u", 0, "x"), ("u", 1, "x"), ("u", 2, "y"), ("v", 0, "x"), ("v", 1, "z"), ("v", 2, "y")]
    made = told(history([*rows, ("w", 0, "x"), ("w", 1, "x"), ("w", 1, "y"), ("w", 2, "y")], model=None))
    named = [Step(("x",)), Step(("y",), (), None, seconds(2)), Step(("z",))]
    search_alike(made, named, None, order="strict", repeats=repeats)
    plan = asked(made, named, None, order="strict", repeats=repeats)
    assert plan is not None
    (tally,) = gather(plan, attrs.evolve(made, engine="arrays")).values()
    assert tally.steps[1].reached == (1 if repeats == "ignore" else 0)


def test_who_has_left_waits_while_a_limit_runs() -> None:
    made = told(history([("u", 0, "a"), ("u", 1, "lost"), ("v", 0, "a")], as_of=3))
    for within in (None, seconds(9)):
        search_alike(made, [Step(("a",)), Step(("b",), (), within, seconds(1))], None)
        search_alike(made, [Step(("a",)), Step(("b",), (), within, seconds(1))], None, entry="each")


def test_what_is_alike_but_for_what_was_passed_is_searched_row_by_row() -> None:
    # b is passed by the first c or by the second, and c is the second in both: of the same instants, as many really
    rows = [("u", 0, "d"), ("u", 0, "a"), ("u", 0, "c"), ("u", 1, "c"), ("u", 1, "a"), ("u", 2, "lost")]
    made = in_order(history([*rows, ("v", 0, "a"), ("v", 1, "c")]), [3, 0, 2, 2, 0, 5, 0, 2])
    named = [Step(("a",)), Step(("b",), (), seconds(2), Span()), Step(("c",), (), seconds(1)), Step(("d",), (), None)]
    plan = asked(made, named, None)
    assert plan is not None
    expected, usual = gather(plan, made), Matcher.searched
    with patch.object(Matcher, "searched", autospec=True, side_effect=usual) as searched:
        assert gather(plan, attrs.evolve(made, engine="arrays")) == expected
    assert searched.call_count == 1


@pytest.mark.parametrize("mode", ["drop", "stop", "reset", "void"])
@pytest.mark.parametrize("late", [2, 3, 4])
def test_exclusions_end_where_the_limit_of_their_step_ends(late: int, mode: str) -> None:
    made = told(history([("u", 0, "x"), ("u", late, "z")], as_of=9, model=None))
    named = [Step(("x",)), Step((), (("kind", 9),), seconds(3)), Step(("z",))]
    search_alike(made, named, seconds(8), [exclude("z", after=0, before=1, mode=mode)])


def test_each_start_finds_its_own_way_on() -> None:
    rows = [("u", 0, "x"), ("u", 1, "x"), ("u", 2, "y"), ("u", 6, "y"), ("u", 8, "z")]
    made = told(history(rows, model=None))
    named = [Step(("x",)), Step(("y",)), Step(("z",), (), seconds(3))]
    search_alike(made, named, None, entry="best")
    plan = asked(made, named, None, entry="best")
    assert plan is not None
    (tally,) = gather(plan, attrs.evolve(made, engine="arrays")).values()
    assert list(tally.steps[2].from_start) == [7_000_000]


def test_on_a_night_of_two_equal_hours_a_later_row_may_find_its_way_earlier() -> None:
    night = 20_023 * DAY  # 2024-10-27, when Zurich has 02:30 at 00:30 UTC and 02:10 once more at 01:10 UTC
    rows = [("u", night, "x"), ("u", night + 1_800, "y"), ("u", night + 4_200, "y"), ("u", night + DAY + 4_500, "z")]
    made = told(attrs.evolve(history(rows, model=None), zone=zone("Europe/Zurich")))
    named = [Step(("x",)), Step(("y",)), Step(("z",), (), None, days(1))]
    search_alike(made, named, None)
    plan = asked(made, named, None)
    assert plan is not None
    (tally,) = gather(plan, attrs.evolve(made, engine="arrays")).values()
    assert tally.steps[2].reached == 1


@given(st.lists(st.integers(0, 40), max_size=30), st.integers(1, 60))
def test_what_is_looked_at_together_is_little_or_one(ways: list[int], at_once: int) -> None:
    with patch.object(searching, "AT_ONCE", at_once):
        portions = searching._portions(np.array(ways, np.int64))
    assert np.concatenate(portions).tolist() == list(range(len(ways)))
    for portion in portions:
        assert sum(ways[number] for number in portion[1:]) < at_once


@pytest.mark.parametrize(("named", "portions"), [(PATH, 80), (EVENTS, 4)])
def test_starts_of_a_long_unit_are_not_all_searched_at_once(named: tuple[str, ...], portions: int) -> None:
    # or chains from every row of it to every other would be in memory
    rows = [("u", second, named[second % 3]) for second in range(300)]
    made = told(history(rows, **({} if named is PATH else {"model": None})))
    plan = asked(made, [Step((named[0],)), Step((named[1],), (), None, seconds(1))], None, entry="best")
    assert plan is not None
    expected, found = gather(plan, made), searching.Searcher._searched
    with (
        patch.object(searching, "AT_ONCE", 1 << 12),
        patch.object(searching.Searcher, "_searched", autospec=True, side_effect=found) as searched,
    ):
        assert gather(plan, attrs.evolve(made, engine="arrays")) == expected
    assert searched.call_count >= portions


@pytest.mark.parametrize("turn", [1, -1])
def test_of_chains_at_equal_instants_the_one_whose_rows_come_first_is_best(turn: int) -> None:
    # whatever order they lie in: both lead from the first row to one of the two rows of the next instant
    there = SimpleNamespace(at=np.array([0, 5, 5]))
    start = Chains.begun(np.array([0]), np.array([True]), 2)
    found = start.longer(np.array([0, 0]), np.array([1, 2])[::turn], np.array([True, True]), 1, 1)
    is_tied = np.array([False])
    assert best_of(there, start, found, is_tied).places.tolist() == [[0], [1]]
    assert not is_tied.any()
