"""What is odd about rows, found by arrays, against what is found by rows: the same lines in the same order."""

from __future__ import annotations

from array import array

import attrs
from hypothesis import given
from hypothesis import strategies as st

from custlife.calendar import days, hours, months, zone
from custlife.engines import odd_rows
from custlife.engines.arrays.ids import Texts
from custlife.engines.history import Column, History
from custlife.stages import Stage, StageModel, Transition
from tests.engines.making import PATH, event_rows, raw_history

EXITS = [Stage("lapsed", exit="paused"), Stage("lost", exit="ended")]
CODES = (*PATH, "lapsed", "lost")
SPANS = st.sampled_from([None, None, hours(1), hours(5), days(1), months(1)])
DAY = 86_400


@st.composite
def transitions(draw: st.DrawFn) -> list[Transition]:
    """Some transitions with what they expect of time and reason."""
    pairs = draw(st.lists(st.tuples(st.sampled_from([None, *CODES]), st.sampled_from(CODES)), unique=True, max_size=8))
    found = []
    for left, entered in pairs:
        if left == entered:
            continue
        least, most = (None, None) if left is None else draw(st.sampled_from([(None, 1), (1, None), (None, None)]))
        least, most = (draw(SPANS) if gap else None for gap in (least, most))
        found.append(Transition(left, entered, min_gap=least, max_gap=most, reason_required=draw(st.booleans())))
    return found


def alike(made: History) -> list[object]:
    expected = list(odd_rows(made))
    for ids in (made.ids, Texts.of(made.ids)):
        assert list(odd_rows(attrs.evolve(made, ids=ids, engine="arrays"))) == expected
    return expected


@given(
    transitions(), st.sampled_from(["open", "forward", "stepwise"]), st.sampled_from(["UTC", "Europe/Zurich"]),
    st.lists(st.tuples(st.sampled_from("uvwü"), st.integers(0, 60), st.sampled_from(CODES)), max_size=40),
    st.booleans(), st.booleans(),
)  # fmt: skip
def test_what_is_odd_about_stages_is_equal(found, policy, tz, visits, reasoned, sequenced) -> None:
    model = StageModel("tiny", PATH, exits=EXITS, transitions=found, policy=policy)
    rows = [(unit, number * 3_600 * 3 + 88 * DAY, name) for unit, number, name in visits]
    made = attrs.evolve(raw_history(rows, model=model), zone=zone(tz), sequenced=sequenced)
    reasons = {"reason": Column(array("i", [row % 3 - 1 for row in range(len(made))]), ("price", "time"))}
    alike(attrs.evolve(made, extras=reasons if reasoned else {}))


@given(event_rows(units=3, rows=30, latest=5), st.booleans())
def test_what_is_odd_about_events_is_equal(rows, sequenced) -> None:
    alike(attrs.evolve(raw_history(rows, model=None), sequenced=sequenced))


def test_every_kind_is_found() -> None:
    slow = [Transition("a", "b", max_gap=days(2)), Transition("b", "c", min_gap=days(2)),
            Transition(None, "d", reason_required=True)]  # fmt: skip
    model = StageModel("strict", PATH, exits=EXITS, transitions=slow, policy="forward")
    rows = [("u", 0, "a"), ("u", DAY, "a"), ("u", 5 * DAY, "b"), ("u", 6 * DAY, "c"), ("v", 3, "d"), ("v", 3, "lost"),
            ("w", 9, "b"), ("w", 10, "a"), ("z", 0, "a"), ("z", 9 * DAY, "b")]  # fmt: skip
    found = alike(raw_history(rows, model=model))
    assert found == [
        ("illegal", "w", 10_000_000, "b to a"),
        ("gap", "u", 5 * DAY * 1_000_000, "a to b took longer than 2 days"),
        ("gap", "u", 6 * DAY * 1_000_000, "b to c took less than 2 days"),
        ("reason", "v", 3_000_000, "the start to d has no reason"),
        ("gap", "z", 9 * DAY * 1_000_000, "a to b took longer than 2 days"),
        ("tie", "v", 3_000_000, "d, lost"),
        ("repeat", "u", DAY * 1_000_000, "a"),
    ]


def test_nothing_is_odd_about_nothing() -> None:
    assert alike(raw_history([])) == alike(raw_history([], model=None)) == []
