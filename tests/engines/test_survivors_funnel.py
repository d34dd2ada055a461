"""Cases that a single wrong sign in the funnel would get by all other tests with; each of them once did."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import custlife as cl
from custlife.analysis.funnel import Funnel
from custlife.analysis.steps import exclude, step
from custlife.calendar import seconds
from custlife.pictures import Bars
from tests.engines.making import MODEL, ask, at, history

SECOND_DAYS = 1 / 86_400


def events(rows, **options) -> cl.EventLog:
    return cl.EventLog.from_rows(
        [{"customer": u, "event": name, "at": at(second), "n": n} for u, second, name, n in rows], **options
    )


# -- the order of one instant ----------------------------------------------------------------------------------------------


def test_events_of_one_instant_serve_the_steps_in_their_order_where_nothing_orders_them() -> None:
    log = events([("u", 0, "y", None), ("u", 0, "x", None)])
    assert log.funnel("x", "y")["y"].reached == 1


def test_events_of_one_instant_keep_the_order_that_was_given() -> None:
    log = events([("u", 0, "y", 0), ("u", 0, "x", 1)], seq_col="n")
    assert log.funnel("x", "y")["y"].reached == 0
    assert log.funnel("y", "x")["x"].reached == 1


def test_stages_of_one_instant_keep_the_order_of_the_path_whatever_the_steps() -> None:
    made = history([("u", 0, "a"), ("u", 0, "b")], as_of=9)
    found = ask(Funnel(("b", "a"), skips="strict"), made)
    assert (found["b"].reached, found["a"].reached) == (1, 0)


# -- observation that began late -------------------------------------------------------------------------------------------


def test_unordered_steps_count_from_the_start_of_observation() -> None:
    made = history([("u", 6, "x"), ("u", 7, "y"), ("old", 2, "x"), ("old", 7, "y")], as_of=20, since=5, model=None)
    found = ask(Funnel(("x", "y"), seconds(9), order="unordered"), made)
    assert (found.entered, found.steps[1].reached, found.truncated) == (1, 1, 1)


# -- limits between steps --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_a_step_named_again_needs_another_row_with_limits_too(n) -> None:
    made = history([("u", second, "x") for second in range(n)], as_of=20, model=None)
    limited = Funnel(("x", step("x", within=seconds(9)), step("x", within=seconds(9))))
    assert [found.reached for found in ask(limited, made).steps] == [1, int(n > 1), int(n > 2)]


def test_a_least_gap_belongs_to_its_own_step() -> None:
    asked = Funnel(("a", "b", step("c", min_gap=seconds(5))))
    near, far = ([("u", 0, "a"), ("u", 1, "b"), ("u", second, "c")] for second in (5, 6))
    assert [s.reached for s in ask(asked, history(near, as_of=20)).steps] == [1, 1, 0]
    assert [s.reached for s in ask(asked, history(far, as_of=20)).steps] == [1, 1, 1]


def test_least_gaps_of_skipped_steps_add_up_to_the_next_real_one() -> None:
    asked = Funnel(("a", step("b", min_gap=seconds(2)), step("c", min_gap=seconds(3)), step("d", min_gap=seconds(9))))
    for second, reached in ((4, 2), (5, 3)):
        made = history([("u", 0, "a"), ("u", second, "c")], as_of=40)
        assert [s.reached for s in ask(asked, made).steps] == [1, 1, int(reached == 3), 0]


@pytest.mark.parametrize(("ties", "reached"), [("lenient", 1), ("strict", 0)])
def test_limits_leave_the_rule_of_ties_as_it_is(ties, reached) -> None:
    made = history([("u", 0, "x"), ("u", 0, "y")], as_of=20, model=None)
    limited = Funnel(("x", step("y", within=seconds(5))), ties=ties)
    assert ask(limited, made).steps[1].reached == ask(Funnel(("x", "y"), ties=ties), made).steps[1].reached == reached


@pytest.mark.parametrize(("order", "reached"), [("ordered", 1), ("strict", 0)])
def test_limits_leave_the_rule_of_order_as_it_is(order, reached) -> None:
    made = history([("u", 0, "x"), ("u", 1, "z"), ("u", 2, "y")], as_of=20, model=None)
    limited = Funnel(("x", step("y", within=seconds(5))), order=order)
    assert ask(limited, made).steps[1].reached == ask(Funnel(("x", "y"), order=order), made).steps[1].reached == reached


# -- the Kaplan-Meier share ------------------------------------------------------------------------------------------------


def product_limit(reached: list[int], ages: list[int], lost: int) -> float:
    """One minus the product over distinct times, from single people; who is lost is at risk to the end."""
    surviving = 1.0
    for time in sorted(set(reached)):
        at_risk = sum(t >= time for t in reached) + sum(age >= time for age in ages) + lost
        surviving *= 1 - reached.count(time) / at_risk
    return 1 - surviving


def test_km_rate_is_that_of_the_textbook() -> None:
    """Four people: one converts after 1, one after 3, one is seen for 2 only, one for 9: 1 - 3/4 * 1/2."""
    rows = [("u", 0, "a"), ("u", 1, "b"), ("v", 0, "a"), ("v", 3, "b"), ("w", 18, "a"), ("x", 11, "a")]
    found = ask(Funnel(("a", "b"), seconds(10)), history(rows, as_of=20))["b"]
    assert (found.reached, found.pending, found.lost, found.eligible) == (2, 2, 0, 2)
    assert found.km_rate == pytest.approx(1 - 3 / 4 * 1 / 2)
    assert (found.rate, found.naive_rate) == (1.0, 0.5)


PEOPLE = st.lists(st.tuples(st.integers(0, 12), st.none() | st.integers(0, 8)), min_size=1, max_size=9)


@given(PEOPLE, st.integers(1, 8))
@example([(0, 1), (0, 3), (10, None), (3, None)], 10)
@example([(0, 2), (10, None), (10, 2)], 8)
def test_km_rate_is_the_product_limit_of_single_people(people, window) -> None:
    """Each person starts at a second, and converts so long after; all are seen from second 12."""
    rows, reached, ages, lost = [], [], [], 0
    for number, (start, wait) in enumerate(people):
        rows.append((f"u{number:02}", start, "a"))
        if wait is not None:
            rows.append((f"u{number:02}", start + wait, "b"))
        if wait is not None and wait <= window and start + wait <= 12:
            reached.append(wait)
        elif start + window > 12:
            ages.append(12 - start)
        else:
            lost += 1
    found = ask(Funnel(("a", "b"), seconds(window)), history(rows, as_of=12))["b"]
    assert (found.reached, found.pending, found.lost) == (len(reached), len(ages), lost)
    assert found.km_rate == pytest.approx(product_limit(reached, ages, lost))
    if reached:
        assert found.curve().survival[-1] == pytest.approx(1 - product_limit(reached, ages, lost))


# -- what is shown ---------------------------------------------------------------------------------------------------------


def split_log() -> cl.StageLog:
    rows = [
        {"customer": "u", "stage": "a", "at": at(0), "plan": "pro"},
        {"customer": "u", "stage": "b", "at": at(2), "plan": "pro"},
        {"customer": "v", "stage": "a", "at": at(0), "plan": None},
        {"customer": "v", "stage": "b", "at": at(4), "plan": None},
        {"customer": "w", "stage": "a", "at": at(0), "plan": "pro"},
        {"customer": "w", "stage": "b", "at": at(8), "plan": "pro"},
    ]
    return cl.StageLog.from_rows(rows, MODEL, segment_cols="plan")


def test_bars_of_a_split_funnel_name_their_segment() -> None:
    split, whole = split_log().funnel("a", "b", by="plan").picture(), split_log().funnel("a", "b").picture()
    assert isinstance(split, Bars)
    assert split.labels == ("pro · a", "pro · b", "(missing) · a", "(missing) · b")
    assert isinstance(whole, Bars)
    assert whole.labels == ("a", "b")


def test_median_and_mean_are_those_of_the_times_between() -> None:
    found = split_log().funnel("a", "b")["b"]
    assert found.median_days == pytest.approx(4 * SECOND_DAYS)
    assert found.mean_days == pytest.approx(14 / 3 * SECOND_DAYS)
    even = split_log().where(plan="pro").funnel("a", "b")["b"]
    assert even.median_days == pytest.approx(5 * SECOND_DAYS)


# -- exclusions ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("second", "dropped"), [(0, 0), (1, 1), (4, 1), (5, 0), (6, 0)])
def test_exclusions_lie_strictly_between_their_steps(second, dropped) -> None:
    made = history([("u", 0, "x"), ("u", second, "z"), ("u", 5, "y")], as_of=20, model=None)
    assert ask(Funnel(("x", "y"), seconds(9), exclusions=exclude("z")), made).dropped == dropped


@pytest.mark.parametrize(("second", "dropped"), [(9, 1), (10, 0)])
def test_exclusions_of_a_step_not_reached_end_with_its_window(second, dropped) -> None:
    made = history([("u", 0, "x"), ("u", second, "z")], as_of=20, model=None)
    assert ask(Funnel(("x", "y"), seconds(9), exclusions=exclude("z")), made).dropped == dropped


@pytest.mark.parametrize(("rows", "dropped"), [("xz", 0), ("xyz", 1), ("xzy", 0)])
def test_exclusions_behind_a_step_that_was_not_reached_say_nothing(rows, dropped) -> None:
    made = history([("u", second, name) for second, name in enumerate(rows)], as_of=20, model=None)
    between = exclude("z", after="y", before="w")
    assert ask(Funnel(("x", "y", "w"), seconds(9), exclusions=between), made).dropped == dropped


# -- logs without rows, and the law ----------------------------------------------------------------------------------------


def test_a_log_without_rows_begins_and_ends_at_zero() -> None:
    made = history([])
    assert (list(made.bounds), made.as_of, list(made.ids)) == ([0], 0, [])
    assert cl.EventLog.from_rows([]).as_of == at(0)


@pytest.mark.parametrize("stage", [["a"], {"a": 1}, 3, None], ids=str)
def test_a_stage_that_is_no_text_is_a_bad_row_however_plain_the_rest(stage) -> None:
    with pytest.raises(cl.errors.DataError, match="row 2: "):
        cl.StageLog.from_rows([("u", "a", at(0)), ("u", stage, at(1))], MODEL)
    assert len(cl.StageLog.from_rows([("u", "a", at(0)), ("u", stage, at(1))], MODEL, on_bad="drop")) == 1


@pytest.mark.parametrize("left", ["a", "b", "c"])
def test_coming_back_to_the_stage_left_is_legal_after_every_exit(left) -> None:
    """What was left is the last stage of the path, never the exit; the first exit stands right behind the path."""
    model = attrs.evolve(MODEL, policy="stepwise")
    path = "abc"[: "abc".index(left) + 1]
    rows = [*((name, second) for second, name in enumerate(path)), ("lapsed", 5), (left, 6)]
    log = cl.StageLog.from_rows([("u", name, at(0) + timedelta(seconds=s)) for name, s in rows], model)
    assert [note for note in log.notes if note.kind == "illegal"] == []
    wrong = cl.StageLog.from_rows(
        [("u", "a", at(0)), ("u", "b", at(1)), ("u", "lapsed", at(2)), ("u", "d", at(3))], model
    )
    assert [note.count for note in wrong.notes if note.kind == "illegal"] == [1]
