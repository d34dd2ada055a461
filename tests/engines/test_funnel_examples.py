"""The funnel kernel by examples: edges of windows, exclusions, splits, and what contradicts itself."""

from __future__ import annotations

import attrs
import pytest

from custlife.analysis.funnel import Funnel
from custlife.analysis.steps import Step, as_steps, exclude, step
from custlife.calendar import seconds
from custlife.engines.rows.funnel import count_funnel
from custlife.errors import CustlifeError
from tests.engines.making import ask, history
from tests.engines.test_funnel import with_plans


def test_who_skips_a_stage_passes_it_at_the_instant_of_that_move() -> None:
    made = ask(Funnel(within=seconds(9)), history([("u", 0, "a"), ("u", 5, "c")], as_of=20))
    assert [(s.reached, s.imputed) for s in made.steps] == [(1, 0), (1, 1), (1, 0), (0, 0)]
    assert made["b"].median_days is None


def test_the_end_of_a_window_counts() -> None:
    rows = [("u", 0, "a"), ("u", 5, "b")]
    assert ask(Funnel(as_steps(["a", "b"]), seconds(5)), history(rows))["b"].reached == 1
    assert ask(Funnel(as_steps(["a", "b"]), seconds(4)), history(rows))["b"].reached == 0


def test_best_entry_finds_the_start_that_leads_on() -> None:
    rows = [("u", 0, "a"), ("u", 1, "lapsed"), ("u", 20, "a"), ("u", 21, "b")]
    first = ask(Funnel(as_steps(["a", "b"]), seconds(5)), history(rows, as_of=40))
    best = ask(Funnel(as_steps(["a", "b"]), seconds(5), entry="best"), history(rows, as_of=40))
    each = ask(Funnel(as_steps(["a", "b"]), seconds(5), entry="each"), history(rows, as_of=40))
    assert (first["b"].reached, best["b"].reached) == (0, 1)
    assert (each.entered, each["b"].reached) == (2, 1)
    assert each["b"].interval is None
    assert each["b"].why == "attempts of one unit are not independent"


def test_who_is_first_seen_beyond_the_first_step_is_truncated_when_observation_began_late() -> None:
    rows = [("old", 6, "c"), ("new", 6, "a"), ("known", 2, "a"), ("known", 7, "b")]
    made = ask(Funnel(as_steps(["a", "b", "c"]), seconds(3)), history(rows, as_of=20, since=5))
    assert (made.entered, made.truncated) == (1, 2)


@pytest.mark.parametrize(
    ("mode", "entered", "reached", "dropped"),
    [("drop", 1, 1, 1), ("stop", 2, 1, 0), ("void", 1, 1, 1), ("reset", 2, 1, 0)],
)
def test_exclusions_drop_stop_void_or_reset(mode, entered, reached, dropped) -> None:
    rows = [("u", 0, "x"), ("u", 1, "z"), ("u", 2, "y"), ("v", 0, "x"), ("v", 2, "y")]
    asked = Funnel(as_steps(["x", "y"]), seconds(9), exclusions=(exclude("z", mode=mode),))
    made = ask(asked, history(rows, model=None, as_of=20))
    assert (made.entered, made["y"].reached, made.dropped) == (entered, reached, dropped)


def test_a_reset_starts_over_behind_the_exclusion() -> None:
    rows = [("u", 0, "x"), ("u", 1, "z"), ("u", 3, "x"), ("u", 4, "y")]
    asked = Funnel(as_steps(["x", "y"]), seconds(9), exclusions=(exclude("z", mode="reset"),))
    assert ask(asked, history(rows, model=None, as_of=20))["y"].reached == 1


def test_unless_on_a_step_forbids_what_lies_before_it() -> None:
    rows = [("u", 0, "x"), ("u", 1, "z"), ("u", 2, "y")]
    asked = Funnel(as_steps(["x", step("y", unless="z")]), exclusion="stop")
    made = ask(asked, history(rows, model=None))
    assert (made.entered, made["y"].reached, made["y"].lost) == (1, 0, 1)


def test_without_a_window_there_is_no_rate_and_only_ended_exits_are_lost() -> None:
    rows = [("u", 0, "a"), ("v", 0, "a"), ("v", 1, "lost"), ("w", 0, "a"), ("w", 1, "lapsed")]
    found = ask(Funnel(as_steps(["a", "b"])), history(rows, as_of=9))["b"]
    assert (found.pending, found.lost, found.rate, found.interval) == (2, 1, None, None)
    assert found.why == "no window: who has not converted may still do so; pass within="


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Funnel(entry="frist"), "entry='frist' is not a mode\n\nHint: choose one of 'first', 'best', 'each'"),
        (
            lambda: Funnel((step("a", within="3 days"), Step(("b",)))),
            "step 'a' is the first, so it has no step before it\n\nHint: put within=, min_gap= and unless= on a later step, or within= on the funnel",
        ),
        (
            lambda: Funnel(as_steps(["a", "b"]), exclusions=(exclude("x", after=1, before=1),)),
            "exclusion of x has after=1, before=1\n\nHint: a range needs 0 <= after < before <= 1; steps are numbered from 0",
        ),
        (lambda: as_steps([3]), "a step cannot be 3\n\nHint: write a name or cl.step('name', within=cl.days(30))"),
        (
            lambda: Funnel().plan(history([("u", 0, "x")], model=None)),
            "a funnel of events needs its steps\n\nHint: write log.funnel('signed up', 'paid', ...)",
        ),
        (
            lambda: Funnel(as_steps(["b", "a"]), skips="exclude").plan(history([])),
            "skips='exclude' needs stages of the path in its order, got b, a\n\nHint: pass skips='strict'",
        ),
        (
            lambda: Funnel(as_steps(["x", "y"]), order="unordered", within=None, exclusions=()).plan(history([])),
            None,
        ),
    ],
)
def test_a_funnel_that_contradicts_itself_says_so(make, text) -> None:
    with pytest.raises(CustlifeError) as caught:
        make()
    if text is not None:
        assert str(caught.value) == text


def test_an_empty_log_has_a_funnel_of_nobody() -> None:
    made = ask(Funnel(within=seconds(3)), history([]))
    assert next((s.reached, s.rate, s.why) for s in made.steps) == (0, None, "nobody came to the first step")
    assert count_funnel(Funnel().plan(history([])), history([]))


def test_splitting_by_a_segment_that_is_not_there_says_how_to_have_it() -> None:
    with pytest.raises(CustlifeError) as caught:
        ask(Funnel(by="source"), history([("u", 0, "a")]))
    assert str(caught.value) == (
        "unknown segment 'source'\n\nHint: name the columns to split by when the log is made: segment_cols=['source']"
    )
    with pytest.raises(CustlifeError, match="did you mean 'plan'"):
        ask(Funnel(by="plans"), with_plans(history([("u", 0, "a")])))


def test_leaving_for_an_exit_counts_those_who_passed_over_the_start() -> None:
    rows = [("u", 0, "c"), ("u", 5, "lost")]
    found = ask(Funnel(["b", "lost"], seconds(9)), history(rows, as_of=20))
    assert [(s.reached, s.imputed) for s in found.steps] == [(1, 1), (1, 0)]


def test_a_split_funnel_that_nobody_entered_has_no_parts() -> None:
    found = ask(Funnel(["b"], by="plan", every="day"), with_plans(history([("u", 0, "lapsed")])))
    assert (found.parts, found.entered, found.to_dicts()) == ((), 0, [])
    assert "nothing to show" in str(found).lower() or str(found)
    with pytest.raises(CustlifeError, match="the funnel has no parts: nobody entered it"):
        _ = found.steps


def with_amounts(rows, amounts):
    """Events with a value that steps may ask for, in the order of the sorted rows."""
    return attrs.evolve(history(rows, model=None, as_of=20), values={"amount": amounts})


def test_a_step_may_ask_for_a_property() -> None:
    rows = [(unit, second, name) for unit in "uvw" for second, name in enumerate("xy")]
    made = with_amounts(rows, [1, 5, 1, 7, 1, 7])
    found = ask(Funnel(["x", step("y", where={"amount": 7})], seconds(9)), made)
    assert [(s.reached, s.lost) for s in found.steps] == [(3, 0), (2, 1)]
    with pytest.raises(CustlifeError, match="asks for the unknown property 'colour'"):
        ask(Funnel([step("y", where={"colour": "red"})]), made)


def test_the_best_attempt_that_is_not_struck_counts() -> None:
    rows = [("u", 0, "x"), ("u", 1, "z"), ("u", 2, "y"), ("u", 5, "x"), ("u", 6, "y")]
    asked = Funnel(["x", "y"], seconds(4), entry="best", exclusions=exclude("z"))
    found = ask(asked, history(rows, model=None, as_of=20))
    assert (found.entered, found["y"].reached, found.dropped) == (1, 1, 0)


@pytest.mark.parametrize(
    ("mode", "entered", "reached"), [("drop", 1, 1), ("void", 1, 1), ("stop", 2, 1), ("reset", 2, 1)]
)
def test_with_each_attempt_counted_the_next_opens_behind_what_struck_the_last(mode, entered, reached) -> None:
    rows = [("u", 0, "x"), ("u", 1, "z"), ("u", 2, "y"), ("u", 3, "x"), ("u", 4, "y")]
    asked = Funnel(["x", "y"], seconds(9), entry="each", exclusions=exclude("z", mode=mode))
    found = ask(asked, history(rows, model=None, as_of=20))
    assert (found.entered, found["y"].reached) == (entered, reached)


def test_only_struck_attempts_leave_a_unit_dropped() -> None:
    rows = [("u", 0, "x"), ("u", 1, "z"), ("u", 2, "y")]
    asked = Funnel(["x", "y"], seconds(9), entry="each", exclusions=exclude("z"))
    found = ask(asked, history(rows, model=None, as_of=20))
    assert (found.entered, found.dropped) == (0, 1)


def test_unordered_steps_done_after_the_window_are_not_counted() -> None:
    rows = [("u", 0, "y"), ("u", 3, "x"), ("v", 0, "y"), ("v", 9, "x")]
    found = ask(Funnel(["x", "y"], seconds(5), order="unordered"), history(rows, model=None, as_of=20))
    assert [(s.reached, s.lost) for s in found.steps] == [(2, 0), (1, 1)]


def test_with_limits_who_moves_beyond_the_last_step_has_passed_it() -> None:
    asked = Funnel([Step(("a",)), Step(("b",), within=seconds(5))])
    found = ask(asked, history([("u", 0, "a"), ("u", 3, "d"), ("v", 0, "a"), ("v", 7, "d")], as_of=20))
    assert [(s.reached, s.imputed, s.lost) for s in found.steps] == [(2, 0, 0), (1, 1, 1)]


def test_with_limits_a_move_that_stops_short_passes_only_the_steps_before_it() -> None:
    asked = Funnel([Step(("a",)), Step(("b",), within=seconds(5)), Step(("d",), within=seconds(5))])
    found = ask(asked, history([("u", 0, "a"), ("u", 3, "c"), ("u", 6, "d")], as_of=20))
    assert [(s.reached, s.imputed) for s in found.steps] == [(1, 0), (1, 1), (1, 0)]


@pytest.mark.parametrize(("repeats", "reached"), [("keep", 1), ("ignore", 1), ("end", 0)])
def test_doing_a_step_again_may_end_the_attempt(repeats, reached) -> None:
    rows = [("u", 0, "x"), ("u", 1, "x"), ("u", 2, "y")]
    found = ask(Funnel(["x", "y"], seconds(9), repeats=repeats), history(rows, model=None, as_of=20))
    assert (found.entered, found["y"].reached) == (1, reached)


def test_a_limit_of_no_time_is_a_limit() -> None:
    asked = Funnel([Step(("a",)), Step(("b",), within=seconds(0))])
    found = ask(asked, history([("u", 0, "a"), ("u", 0, "b"), ("v", 0, "a"), ("v", 3, "b")], as_of=20))
    assert [(s.reached, s.pending, s.lost) for s in found.steps] == [(2, 0, 0), (1, 0, 1)]


def test_a_void_attempt_as_deep_as_the_dropped_one_does_not_save_the_unit() -> None:
    rows = [("u", 0, "x"), ("u", 1, "z"), ("u", 2, "y"), ("u", 3, "x"), ("u", 4, "w"), ("u", 5, "y")]
    struck = (exclude("z"), exclude("w", mode="void"))
    asked = Funnel(["x", "y"], seconds(2), entry="best", exclusions=struck)
    found = ask(asked, history(rows, model=None, as_of=20))
    assert (found.entered, found.dropped) == (0, 1)


@pytest.mark.parametrize("limit", [{"within": "0 seconds"}, {"min_gap": "0 seconds"}])
def test_a_limit_of_no_time_is_one(limit) -> None:
    with pytest.raises(CustlifeError, match="'a' is the first, so it has no step before it"):
        Funnel((step("a", **limit),))
    with pytest.raises(CustlifeError, match="limits between steps need an order"):
        Funnel((Step(("a",)), step("b", **limit)), order="unordered")
