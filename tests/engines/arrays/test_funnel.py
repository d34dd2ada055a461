"""Funnels by arrays against funnels by rows: every table is equal, whatever is asked, and wherever the log is cut."""

from __future__ import annotations

import random
from array import array
from functools import cache
from itertools import product
from typing import Any
from unittest.mock import patch

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.analysis.funnel import Funnel
from custlife.analysis.steps import Step, exclude
from custlife.calendar import Span, days, hours, months, seconds, zone
from custlife.engines import gather, standing
from custlife.engines.arrays import stretch
from custlife.engines.arrays.tries import Trier
from custlife.engines.gathers import FunnelPlan
from custlife.engines.history import Column, History
from custlife.engines.rows.attempts import Matcher
from custlife.errors import CustlifeError
from custlife.stages import Stage, StageModel
from tests.engines.making import NAMES, PATH, Rows, event_rows, history, stage_rows

DAY = 86_400
STATES = ("reached", "entered", "imputed", "pending", "lost")
LEFT_OUT = ("dropped", "skipped", "truncated")
EVENTS = ("x", "y", "z")
SECONDS = st.integers(0, 8).map(seconds)
WINDOW = st.one_of(st.none(), SECONDS)
CALENDAR = st.sampled_from(
    [days(1), days(30), months(1), hours(24), months(1) + hours(5), Span(), months(12 * 140_000)]
)
POLICIES = st.fixed_dictionaries(
    {
        "entry": st.sampled_from(["first", "best", "each"]),
        "order": st.sampled_from(["ordered", "ordered", "strict", "unordered"]),
        "skips": st.sampled_from(["passed", "passed", "strict", "exclude"]),
        "ties": st.sampled_from(["lenient", "strict"]),
        "repeats": st.sampled_from(["keep", "keep", "ignore", "end"]),
        "by": st.sampled_from([(), (), ("plan",), ("plan", "land")]),
        "every": st.sampled_from([None, None, "day", "week", "month"]),
    }
)


def alike(plan: FunnelPlan, made: History) -> None:
    """Both engines tell the same of a plan and of each unit, in stretches of any size."""
    expected, same = gather(plan, made), attrs.evolve(made, engine="arrays")
    assert gather(plan, same) == expected
    asked = [(state, len(plan.steps) - 1) for state in STATES] + [(why, None) for why in LEFT_OUT]
    for state, step in asked:
        assert list(standing(plan, same, state, step)) == list(standing(plan, made, state, step))
    usual = stretch.ROWS
    try:
        stretch.ROWS = 1
        assert gather(plan, same) == expected
        assert list(standing(plan, same, "reached", 0)) == list(standing(plan, made, "reached", 0))
    finally:
        stretch.ROWS = usual


def told(made: History, seed: int = 1) -> History:
    """The history with segments that change from row to row, and a property."""
    rows = range(len(made))
    plan = Column(array("i", [(row * seed) % 3 - 1 for row in rows]), ("free", "pro"))
    land = Column(array("i", [(row // 2 * seed) % 2 for row in rows]), ("ch", "de"))
    kind, score = [(row * seed) % 2 for row in rows], array("q", [row * seed % 3 for row in rows])
    values = {"kind": kind, "score": score}
    return attrs.evolve(made, segments={"plan": plan, "land": land}, values=values)


def asked(made: History, steps: list[Step], window: Span | None, **policies: Any) -> FunnelPlan | None:
    """The plan of a funnel, or None where these policies do not go together."""
    try:
        return Funnel(tuple(steps), window, **policies).plan(made)
    except CustlifeError:
        return None


def steps(names: tuple[str, ...], *, limits: bool = False) -> st.SearchStrategy[list[Step]]:
    limit = st.one_of(st.none(), SECONDS) if limits else st.none()
    served = st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True).map(tuple)
    where = st.sampled_from([(), (), (), (("kind", 1),), (("score", 1.0),), (("kind", 1), ("score", 2))])
    later = st.builds(Step, st.one_of(st.just(()), served, served), where, limit, limit)
    return st.builds(lambda first, rest: [first, *rest], st.builds(Step, served, where), st.lists(later, max_size=3))


ON_PATH = st.builds(
    lambda stages, exits, where: [Step((name,), where) for name in (*sorted(stages), *exits)],
    st.lists(st.sampled_from(PATH), min_size=1, max_size=4, unique=True),
    st.sampled_from([(), ("lapsed",), ("lost",), ("lapsed", "lost")]),
    st.sampled_from([(), (), (("kind", 1),)]),
)


@st.composite
def exclusions(draw: st.DrawFn, names: tuple[str, ...]):
    """Up to three exclusions, of the first four steps."""
    made = []
    for _ in range(draw(st.sampled_from([0, 0, 1, 2, 3]))):
        after = draw(st.integers(0, 2))
        before = draw(st.integers(after + 1, 3))
        mode = draw(st.sampled_from(["drop", "stop", "reset", "void"]))
        made.append(exclude(draw(st.sampled_from(names)), after=after, before=before, mode=mode))
    return tuple(made)


@given(
    stage_rows(units=3, rows=16), st.integers(0, 14), st.one_of(st.none(), st.integers(0, 9)),
    st.one_of(ON_PATH, ON_PATH, steps(NAMES)), WINDOW, POLICIES, exclusions(NAMES),
)  # fmt: skip
def test_funnels_of_stages_are_equal(rows: Rows, as_of: int, since, named, window, policies, excluded) -> None:
    made = told(history(rows, as_of=as_of, since=since))
    kept = tuple(one for one in excluded if one.before < len(named))
    plan = asked(made, named, window, exclusions=kept, **policies)
    if plan is not None:
        alike(plan, made)


@given(
    event_rows(units=3, rows=16), st.integers(0, 10), st.one_of(st.none(), st.integers(0, 9)),
    steps(EVENTS), WINDOW, POLICIES, exclusions(EVENTS), st.booleans(),
)  # fmt: skip
def test_funnels_of_events_are_equal(rows, as_of, since, named, window, policies, excluded, sequenced) -> None:
    made = told(attrs.evolve(history(rows, as_of=as_of, since=since, model=None), sequenced=sequenced))
    if not len(made):
        return
    named = [attrs.evolve(one, names=tuple(n for n in one.names if n in made.vocabulary.names)) for one in named]
    names = made.vocabulary.names
    kept = tuple(one for one in excluded if one.before < len(named) and one.names[0] in names)
    plan = asked(made, named, window, exclusions=kept, **policies)
    if plan is not None:
        alike(plan, made)


@given(stage_rows(units=3, rows=16), st.integers(0, 14), ON_PATH, WINDOW)
def test_the_common_funnel_is_equal(rows, as_of, named, window) -> None:
    made = told(history(rows, as_of=as_of))
    alike(Funnel(tuple(named), window).plan(made), made)


@given(stage_rows(units=3, rows=12), st.integers(0, 14), steps(NAMES, limits=True), WINDOW, POLICIES)
def test_funnels_with_limits_between_steps_are_equal(rows, as_of, named, window, policies) -> None:
    made = told(history(rows, as_of=as_of))
    plan = asked(made, named, window, **policies)
    if plan is not None:
        alike(plan, made)


@given(
    st.lists(st.tuples(st.sampled_from("uvw"), st.integers(0, 900), st.sampled_from(PATH)), max_size=14),
    CALENDAR,
    st.sampled_from(["UTC", "Europe/Zurich", "America/St_Johns", "Asia/Kathmandu"]),
    POLICIES,
)
def test_windows_on_the_calendar_are_equal(visits, window, tz, policies) -> None:
    rows = [(unit, number * 8 * 3_600 + 88 * DAY, name) for unit, number, name in visits]
    made = told(attrs.evolve(history(rows, as_of=400 * DAY), zone=zone(tz)))
    plan = asked(made, [Step((name,)) for name in PATH], window, **policies)
    if plan is not None:
        alike(plan, made)


@pytest.mark.parametrize("by", [(), ("plan",)])
@pytest.mark.parametrize("every", [None, "month"])
def test_of_nobody_there_is_an_empty_tally(by, every) -> None:
    made = told(history([]))
    alike(Funnel(within="90 days", by=by, every=every).plan(made), made)
    nobody = told(history([("u", 3, "lost")], as_of=9))
    alike(Funnel(("a", "b"), by=by, every=every).plan(nobody), nobody)


@cache
def busy(model: bool) -> History:
    """Many rows of few names, a third of them at the instant of another."""
    dice = random.Random(2)
    names = NAMES if model else EVENTS
    rows = [(f"u{dice.randrange(20)}", dice.randrange(14), dice.choice(names)) for _ in range(180)]
    return told(history(rows, as_of=13) if model else history(rows, as_of=13, model=None))


@pytest.mark.parametrize("entry", ["first", "best", "each"])
@pytest.mark.parametrize("mode", ["", "drop", "stop", "reset", "void"])
def test_every_combination_of_policies_is_equal(entry, mode) -> None:
    policies = product(
        [(True, "passed"), (True, "strict"), (True, "exclude"), (False, "passed")],
        [("ordered", "keep"), ("ordered", "end"), ("strict", "keep"), ("strict", "ignore"), ("unordered", "end")],
        ["lenient", "strict"],
        [(None, seconds(4)), (3 * 1_000_000, None), (3 * 1_000_000, seconds(4))],
    )
    for (model, skips), (order, repeats), ties, (since, window) in policies:
        made = attrs.evolve(busy(model), since=since)
        named, struck = (("a", "c", "d"), ("b", "lapsed")) if model else (("z", "y", "z"), ("x", "x"))
        excluded = [exclude(struck[0], mode=mode), exclude(struck[1], after=1, before=2, mode=mode)] if mode else []
        plan = asked(
            made, [Step((name,)) for name in named], window,
            entry=entry, order=order, skips=skips, ties=ties, repeats=repeats, exclusions=tuple(excluded),
        )  # fmt: skip
        if plan is not None:
            assert gather(plan, attrs.evolve(made, engine="arrays")) == gather(plan, made)


def test_many_groups_are_equal() -> None:
    rows = [(f"u{unit:03}", (unit + 9) * DAY + k * 3_600, PATH[k]) for unit in range(300) for k in range(3)]
    for units in (200, 300):  # numbers of one byte, and of two
        made = told(history(rows[: 3 * units]))
        plan = Funnel(within=days(1), by=("plan", "land"), every="day").plan(made)
        found = gather(plan, attrs.evolve(made, engine="arrays"))
        assert found == gather(plan, made)
        assert len(found) == units


def test_steps_that_any_event_serves_and_many_names_are_equal() -> None:
    made = history([(f"u{unit}", (unit * 7 + k) % 5, "qwertz"[(unit + k) % 6]) for unit in range(9) for k in range(6)],
                   model=None)  # fmt: skip
    for entry in ("first", "best", "each"):
        alike(Funnel((Step(("q", "w", "e", "r", "t")), Step(())), seconds(2), entry=entry).plan(made), made)


def test_events_of_one_instant_lie_in_the_order_of_the_steps() -> None:
    rows = [("u", 0, "x"), ("u", 0, "y"), ("v", 0, "x"), ("v", 0, "y"), ("v", 0, "z"), ("w", 0, "y"), ("x", 0, "x")]
    made = told(history(rows, model=None))
    swapped = attrs.evolve(made, code=array("H", [1, 0, 2, 1, 0, 0, 1]))
    for first, then in ((("x", "y"), ("x",)), (("x", "y"), ("y",)), (("y", "z"), ("x", "z")), (("x", "y"), ("z",))):
        for by in ((), ("plan", "land")):
            plan = Funnel((Step(first), Step(then)), by=by).plan(made)
            alike(plan, made)
            alike(plan, swapped)
            alike(plan, attrs.evolve(swapped, sequenced=True))


@pytest.mark.parametrize("wanted", [2**53, float(2**53), 2**53 + 1, 2**70, 1, True, 1.0, 0.5, float("nan"), "1", None])
def test_numbers_are_compared_exactly(wanted) -> None:
    rows = [(f"u{unit}", unit, "x") for unit in range(4)]
    made = history(rows, model=None)
    for numbers in (array("q", [2**53, 2**53 + 1, 1, 0]), array("d", [2**53, float("nan"), 1, 0.5])):
        held = attrs.evolve(made, values={"score": numbers})
        alike(Funnel((Step(("x",), (("score", wanted),)),)).plan(held), held)


def test_funnels_of_more_steps_than_bits_are_counted_unit_by_unit() -> None:
    made = history([("u", second, "x") for second in range(70)], model=None, as_of=99)
    alike(Funnel(("x",) * 66, seconds(65)).plan(made), made)


def test_the_deadline_of_the_first_start_tells_who_is_eligible() -> None:
    # a month after the 28th at 23:00 is later than a month after the 29th at 10:00
    rows = [("u", 27 * DAY + 23 * 3_600, "a"), ("u", 28 * DAY + 10 * 3_600, "a"), ("u", 40 * DAY, "b")]
    for second in (58 * DAY + 12 * 3_600, 58 * DAY + 23 * 3_600):
        made = history([*rows, ("w", 28 * DAY, "c")], as_of=second, model=None)
        alike(Funnel(("a", "b", "c"), months(1), entry="best").plan(made), made)


def test_steps_taken_back_do_not_make_an_attempt_less_real() -> None:
    # both attempts end at their first step; the first had passed over b before it was stopped
    rows = [("u", 0, "a"), ("u", 1, "lost"), ("u", 4, "c"), ("u", 7, "lapsed"), ("u", 7, "a")]
    made = history(rows, as_of=9)
    stopped = exclude("lost", mode="stop")
    alike(Funnel(("a", "b", "c"), entry="best", exclusions=stopped).plan(made), made)


@pytest.mark.parametrize("last", ["u", "v"])
def test_behind_an_exit_the_stage_left_is_remembered(last) -> None:
    made = history([(last, 0, "c"), (last, 1, "lapsed"), (last, 2, "b"), ("uu", 0, "a")], as_of=9)
    for entry in ("first", "best", "each"):
        alike(Funnel(("a", "b"), entry=entry).plan(made), made)


@pytest.mark.parametrize("stages", [1, 3, 7, 127, 128, 130])
def test_short_and_long_paths_are_equal(stages) -> None:
    dice = random.Random(stages)
    path = [f"s{k:03}" for k in range(stages)]
    model = StageModel("some", path, exits=[Stage("lapsed", exit="paused"), Stage("lost", exit="ended")])
    common = [path[0], path[-1], path[stages // 2], "lapsed", "lost"]
    rows = [(f"u{dice.randrange(40):02}", second, dice.choice(common)) for second in range(160)]
    made = told(history(rows, as_of=160, model=model))
    asked = tuple(dict.fromkeys((path[0], path[stages // 2], path[-1])))
    for entry in ("first", "best"):
        alike(Funnel(asked, seconds(60), entry=entry).plan(made), made)
        alike(Funnel(asked[-1:], entry=entry).plan(made), made)


def test_steps_on_the_path_that_ask_for_properties_are_equal() -> None:
    made = told(history([("u", 0, "a"), ("u", 1, "b"), ("u", 2, "c"), ("v", 0, "b"), ("v", 1, "c")], as_of=9))
    for wanted in (0, 1):
        alike(Funnel((Step(("a",), (("kind", wanted),)), "b", Step(("c",), (("kind", wanted),)))).plan(made), made)


@pytest.mark.parametrize("order", ["ordered", "strict", "unordered"])
@pytest.mark.parametrize(
    ("entry", "exclusions"), [("each", ()), ("first", (exclude("z", after=0, before=1, mode="reset"),))]
)
def test_many_attempts_of_one_unit_are_tried_together(entry, order, exclusions) -> None:
    made = history([("u", second, "xyz"[second % 3]) for second in range(60)], model=None)
    plan = asked(
        made, [Step(("x",)), Step(("z",)), Step(("y",))], seconds(3), entry=entry, order=order, exclusions=exclusions
    )
    assert plan is not None
    expected = gather(plan, made)
    with patch.object(Trier, "__call__", autospec=True, side_effect=Trier.__call__) as tried:
        assert gather(plan, attrs.evolve(made, engine="arrays")) == expected
    assert tried.call_count == 1


def test_steps_that_any_order_may_have_are_looked_for_until_all_are_done() -> None:
    made = history([("u", second, "xy"[second % 2]) for second in range(60)], model=None)
    looks = []

    class Deadlines(tuple[int, ...]):
        def __getitem__(self, place):
            looks.append(place)
            return super().__getitem__(place)

    matcher = Matcher(Funnel(("x", "y"), order="unordered").plan(made), made)
    assert len(matcher._unordered(matcher.unit(0, len(made)), 0, Deadlines((99_000_000,) * 2))) == 2
    assert len(looks) < 5
