"""The funnel kernel against trying everything, its short way against its long one, and laws of its counts."""

from __future__ import annotations

import random

import attrs
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.analysis.funnel import Funnel
from custlife.analysis.steps import Step, as_steps
from custlife.calendar import Span, seconds
from custlife.engines.rows.attempts import FOREVER
from custlife.engines.rows.first_touch import count_first_touch, is_first_touch
from custlife.engines.rows.funnel import count_attempts, verdicts
from tests.engines.making import NAMES, PATH, Rows, ask, event_rows, history, stage_rows
from tests.oracles.funnel import INF, Ask, Found, in_order, judge

SECOND = 1_000_000
LIMIT = st.one_of(st.none(), st.integers(0, 8))
SUBPATH = st.lists(st.sampled_from(PATH), min_size=1, max_size=4, unique=True).map(lambda s: tuple(sorted(s)))

TO_EXITS = st.builds(
    lambda steps, exits: (*steps, *exits), SUBPATH, st.sampled_from([(), ("lapsed",), ("lost",), ("lapsed", "lost")])
)


def spans(values: tuple[int | None, ...]) -> list[Span | None]:
    return [None if value is None else seconds(value) for value in values]


@st.composite
def asks(draw: st.DrawFn, names: st.SearchStrategy[tuple[str, ...]], *, limits: bool) -> Ask:
    steps = draw(names)
    within: tuple[int | None, ...] = ()
    gaps: tuple[int | None, ...] = ()
    if limits:
        within = (None, *draw(st.tuples(*[LIMIT] * (len(steps) - 1))))
        gaps = (None, *draw(st.tuples(*[LIMIT] * (len(steps) - 1))))
    return Ask(
        steps,
        draw(LIMIT),
        within,
        gaps,
        draw(st.sampled_from(["first", "best", "each"])),
        draw(st.sampled_from(["ordered", "ordered", "strict"])),
        draw(st.sampled_from(["passed", "passed", "strict", "exclude"])),
        draw(st.sampled_from(["lenient", "strict"])),
    )


def question(one: Ask) -> Funnel:
    within = spans(one.within or (None,) * len(one.steps))
    gaps = spans(one.min_gap or (None,) * len(one.steps))
    steps = tuple(Step((n,), within=w, min_gap=g) for n, w, g in zip(one.steps, within, gaps, strict=True))
    window = None if one.window is None else seconds(one.window)
    return Funnel(steps, window, one.entry, one.order, one.skips, one.ties)


def judged(rows: Rows, as_of: int, one: Ask, *, model: bool = True) -> dict[str, list[Found] | str]:
    """What the engine says of each unit, in the words of the oracle."""
    made = history(rows, as_of=as_of) if model else history(rows, as_of=as_of, model=None)
    found: dict[str, list[Found] | str] = {}
    for unit, verdict in verdicts(question(one).plan(made), made):
        attempts = [
            Found(
                tuple(t // SECOND for t in a.times),
                a.real,
                tuple(INF if d == FOREVER else d // SECOND for d in a.deadlines),
                a.is_open,
            )
            for a in verdict.attempts
        ]
        found[unit] = verdict.why or attempts
    return found


def expected(rows: Rows, as_of: int, one: Ask) -> dict[str, list[Found] | str]:
    units = {unit for unit, t, _ in rows if t <= as_of}
    mine = {u: in_order([(t, n) for v, t, n in rows if v == u and t <= as_of], NAMES) for u in sorted(units)}
    return {u: judge(seen, PATH, {"lost"}, as_of, one) for u, seen in mine.items()}


@given(stage_rows(rows=8), st.integers(0, 14), asks(TO_EXITS, limits=False))
def test_every_attempt_is_the_one_that_trying_everything_finds(rows: Rows, as_of: int, one: Ask) -> None:
    assert judged(rows, as_of, one) == expected(rows, as_of, one)


@given(stage_rows(rows=8), st.integers(0, 14), asks(TO_EXITS, limits=True))
@example(
    [("u0", 0, "a"), ("u0", 1, "b"), ("u0", 5, "lapsed"), ("u0", 5, "b"), ("u0", 9, "c")],
    14,
    Ask(("a", "b", "c"), None, (None, 9, 5), (None, None, None)),
)
@example(  # c at 1 is reached past b at 0 or past b at 1, in as many steps
    [("u0", 0, "a"), ("u0", 0, "c"), ("u0", 1, "a"), ("u0", 1, "c")],
    1,
    Ask(("a", "b", "c"), None, (None, None, None), (None, None, 1)),
)
def test_limits_between_steps_are_kept_along_the_best_chain(rows: Rows, as_of: int, one: Ask) -> None:
    assert judged(rows, as_of, one) == expected(rows, as_of, one)


@given(stage_rows(units=4, rows=14), st.integers(0, 14), SUBPATH, LIMIT, st.sampled_from([(), ("plan",)]))
def test_the_short_way_counts_what_the_long_way_counts(rows, as_of, steps, window, by) -> None:
    made = with_plans(history(rows, as_of=as_of))
    plan = Funnel(as_steps(steps), None if window is None else seconds(window), by=by, every="day").plan(made)
    assert is_first_touch(plan, made)
    assert sorted_tallies(count_first_touch(plan, made)) == sorted_tallies(count_attempts(plan, made))
    whole = attrs.evolve(plan, by=(), periods=None)
    assert sorted_tallies(count_first_touch(whole, made)) == sorted_tallies(count_attempts(whole, made))


def with_plans(made):
    """The history with a segment that changes from row to row."""
    from array import array

    from custlife.engines.history import Column

    codes = array("i", [row % 3 - 1 for row in range(len(made))])
    return attrs.evolve(made, segments={"plan": Column(codes, ("free", "pro"))})


def sorted_tallies(table):
    return {
        key: (t.entered, t.dropped, t.skipped, t.truncated, [
            (s.reached, s.imputed, s.eligible, s.eligible_reached, s.pending, s.step_eligible, s.step_reached,
             sorted(s.from_start), sorted(s.from_previous), sorted(s.open_ages))
            for s in t.steps
        ])
        for key, t in table.items()
        if t.entered
    }  # fmt: skip


@given(stage_rows(units=3, rows=12), st.integers(0, 14), asks(SUBPATH, limits=True))
def test_everyone_who_entered_reached_a_step_or_is_pending_or_lost(rows, as_of, one) -> None:
    made = ask(question(one), history(rows, as_of=as_of))
    before = None
    for found in made.steps:
        assert found.reached + found.pending + found.lost == made.entered
        assert found.entered + found.imputed == found.reached
        assert min(found.reached, found.pending, found.lost, found.entered, found.imputed) >= 0
        assert before is None or found.reached <= before
        before = found.reached


@given(stage_rows(units=4, rows=14), SUBPATH, st.integers(0, 6))
def test_rate_equals_km_rate_when_all_are_eligible(rows, steps, window) -> None:
    made = ask(Funnel(as_steps(steps), seconds(window)), history(rows, as_of=40))
    for found in made.steps:
        assert found.eligible == made.entered
        assert found.km_rate == found.rate == found.naive_rate


@given(stage_rows(units=3, rows=12), st.integers(0, 14), asks(SUBPATH, limits=False), st.randoms(use_true_random=False))
def test_row_order_never_changes_a_funnel(rows, as_of, one, rnd: random.Random) -> None:
    shuffled = rnd.sample(rows, len(rows))
    assert ask(question(one), history(rows, as_of=as_of)) == ask(question(one), history(shuffled, as_of=as_of))


@given(stage_rows(units=3, rows=12), SUBPATH, LIMIT, st.integers(1, 10**6))
def test_shifting_time_changes_nothing(rows, steps, window, shift) -> None:
    asked = Funnel(as_steps(steps), None if window is None else seconds(window))
    moved = [(unit, t + shift, name) for unit, t, name in rows]
    here, there = ask(asked, history(rows, as_of=14)), ask(asked, history(moved, as_of=14 + shift))
    assert here.parts == there.parts


@given(stage_rows(units=5, rows=16), st.integers(0, 14), asks(SUBPATH, limits=False))
def test_segments_add_up_to_the_whole(rows, as_of, one) -> None:
    made = with_plans(history(rows, as_of=as_of))
    whole = ask(question(one), made)
    split = ask(attrs.evolve(question(one), by=("plan",)), made)
    assert split.entered == whole.entered
    for k, found in enumerate(whole.steps):
        for field in ("reached", "imputed", "pending", "lost", "eligible"):
            assert sum(getattr(part.steps[k], field) for part in split.parts) == getattr(found, field)


@given(stage_rows(units=3, rows=12), asks(SUBPATH, limits=False), st.integers(0, 13))
def test_looking_later_takes_nobody_back_out_of_a_step(rows, one, as_of) -> None:
    if one.entry == "each" or one.skips == "exclude":
        return
    early, late = ask(question(one), history(rows, as_of=as_of)), ask(question(one), history(rows, as_of=as_of + 1))
    for before, after in zip(early.steps, late.steps, strict=True):
        assert before.reached <= after.reached


@given(
    event_rows(rows=8),
    st.integers(0, 10),
    asks(st.lists(st.sampled_from("xyz"), min_size=1, max_size=3).map(tuple), limits=False),
)
def test_event_funnels_equal_trying_everything(rows, as_of, one) -> None:
    """Rows of one instant are taken in the order of the first step they serve; a step named twice needs two rows."""
    one = attrs_evolve(one, skips="strict")

    def order(row):
        served = [k for k, name in enumerate(one.steps) if name == row[1]]
        return row[0], served[0] if served else 99, sum(1 << k for k in served), row[1]

    seen = {u for u, t, _ in rows if t <= as_of}
    wanted = {
        u: judge(sorted([(t, n) for v, t, n in rows if v == u and t <= as_of], key=order), (), set(), as_of, one)
        for u in sorted(seen)
    }
    assert judged(rows, as_of, one, model=False) == wanted


def attrs_evolve(one: Ask, **changes) -> Ask:
    from dataclasses import replace

    return replace(one, **changes)
