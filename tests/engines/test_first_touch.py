"""The short way of counting funnels off the path, or without passing over stages, against the long way."""

from __future__ import annotations

import attrs
from hypothesis import given
from hypothesis import strategies as st

from custlife.analysis.funnel import Funnel
from custlife.analysis.steps import Step
from custlife.calendar import seconds
from custlife.engines.gathers import FunnelTable
from custlife.engines.rows.first_touch import count_first_touch, is_first_touch
from custlife.engines.rows.funnel import count_attempts, count_funnel
from tests.engines.making import NAMES, Rows, history, stage_rows

STEP = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True).map(lambda names: Step(tuple(names)))


def sorted_table(table: FunnelTable) -> FunnelTable:
    for tally in table.values():
        for step in tally.steps:
            step.from_start, step.from_previous, step.open_ages = (
                sorted(times) for times in (step.from_start, step.from_previous, step.open_ages)
            )
    return table


@given(
    stage_rows(units=3, rows=14),
    st.integers(0, 14),
    st.lists(STEP, min_size=1, max_size=4),
    st.one_of(st.none(), st.integers(0, 8)),
    st.sampled_from(["passed", "strict"]),
)
def test_any_steps_are_counted_alike_by_the_short_and_the_long_way(
    rows: Rows, as_of: int, steps: list[Step], window: int | None, skips: str
) -> None:
    made = history(rows, as_of=as_of)
    asked = Funnel(tuple(steps), None if window is None else seconds(window), skips=skips, every="day")
    for question in (asked, attrs.evolve(asked, every=None)):
        plan = question.plan(made)
        if is_first_touch(plan, made):
            assert sorted_table(count_first_touch(plan, made)) == sorted_table(count_attempts(plan, made))


def test_coming_back_is_counted_the_short_way() -> None:
    made = history([("u", 0, "a"), ("u", 1, "lapsed"), ("u", 3, "b"), ("v", 2, "lapsed")], as_of=9)
    plan = Funnel((Step(("lapsed",)), Step(("a", "b", "c", "d"))), seconds(5)).plan(made)
    assert is_first_touch(plan, made)
    (tally,) = count_funnel(plan, made).values()
    assert [(step.reached, step.pending) for step in tally.steps] == [(2, 0), (1, 0)]
    assert list(tally.steps[1].from_start) == [2_000_000]
