"""Actions on deals: against brute force, by examples, and what bad input gets; answers about deals as data."""

from __future__ import annotations

import math
import pickle
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife import EventLog, stats
from custlife.analysis.actions import ActionsAgainstWins
from custlife.analysis.win_rate import WinRate
from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from tests.analysis.deals import ENDS, FOUR, SIZED, by_hand, deals, sized
from tests.analysis.selling import logs


@given(logs(), ENDS)
def test_tables_of_actions_are_those_of_brute_force(made, reopened):
    log, beside, told = by_hand(made, reopened)
    found = log.actions_against_wins(beside, reopened=reopened, bands=2)
    mine = [deal for deal in told if not deal.truncated and not deal.imputed]
    assert found.open == sum(deal.state == "open" for deal in mine)
    for row in found.rows:
        cells = Counter((row.action in deal.actions, deal.state) for deal in mine)
        table = (cells[True, "won"], cells[True, "lost"], cells[False, "won"], cells[False, "lost"])
        assert (row.won_with, row.lost_with, row.won_without, row.lost_without) == table
        assert row.plain == stats.odds_ratio(*table)
        assert row.p_value is None or row.p_value == stats.fisher_exact(*table)
    tested = {row.action: row.p_value for row in found.rows if row.p_value is not None}
    adjusted = dict(zip(tested, stats.benjamini_hochberg(tested.values()), strict=True))
    assert {row.action: row.adjusted for row in found.rows if row.adjusted is not None} == pytest.approx(adjusted)


@given(logs(since=st.none()), st.lists(st.integers(1, 140), max_size=3, unique=True).map(sorted))
def test_bands_compare_deals_that_were_open_about_as_long(made, ends):
    log, beside, told = by_hand(made)
    found = log.actions_against_wins(beside, bands=[cl.hours(end) for end in ends])
    closed = [deal for deal in told if not deal.imputed and deal.state != "open"]
    for row in found.rows:
        strata = []
        for low, high in zip([-1, *ends], [*ends, math.inf], strict=True):
            band = [d for d in closed if low < (d.end - d.start) / timedelta(hours=1) <= high]
            cells = Counter((row.action in deal.actions, deal.state) for deal in band)
            strata.append((cells[True, "won"], cells[True, "lost"], cells[False, "won"], cells[False, "lost"]))
        assert row.pooled == stats.mantel_haenszel(strata)


def selling(n=80):
    """Long deals have more calls, and calls do nothing: within a length of time won and lost are called alike."""
    rows, calls = [], []
    for number in range(n):
        deal, is_long, is_called = f"d{number:02d}", number % 2, number % 4 in ((1, 3) if number % 8 < 6 else (1,))
        wins = number % 10 < (8 if is_long else 2)
        end = "2026-03-01T00:00Z" if is_long else "2026-01-05T00:00Z"
        rows += [(deal, "lead", "2026-01-01T00:00Z"), (deal, "customer" if wins else "lost", end)]
        if is_called or number % 8 == 0:
            calls.append((deal, "call", "2026-01-02T00:00Z"))
        calls.append((deal, "survey", "2026-04-01T00:00Z"))
    return deals(*rows, as_of="2026-05-01T00:00Z"), EventLog.from_rows(calls, unit="deal")


def test_only_what_came_before_the_close_counts_and_time_is_held_alike():
    log, calls = selling()
    found = log.actions_against_wins(calls, bands=[cl.days(30)])
    call, survey = found["call"], found["survey"]
    assert (survey.won_with, survey.lost_with, survey.p_value, survey.plain.value) == (0, 0, None, None)
    assert call.plain.low > 1
    assert call.pooled.low < 1 < call.pooled.high
    assert call.adjusted == call.p_value
    assert "Association, not cause" in str(found)
    assert found.svg()
    assert pickle.loads(pickle.dumps(found)) == found
    assert len(log.beside(calls).members(found, action="call")) == call.won_with
    assert len(log.beside(calls).members(found, action="call", done=False, state="lost")) == call.lost_without


def test_what_is_done_at_the_start_counts_and_at_the_close_does_not():
    log = deals(*FOUR[:4])
    calls = EventLog.from_rows([("won", "a", FOUR[0][2]), ("won", "b", FOUR[1][2])], unit="deal")
    found = log.actions_against_wins(calls, start="opportunity")
    assert (found["a"].won_with, found["b"].won_with) == (1, 0)


def test_a_deal_as_long_as_a_band_is_in_it():
    log = deals(*FOUR[:4])
    calls = EventLog.from_rows([("won", "a", FOUR[0][2])], unit="deal")
    inside, outside = (
        log.actions_against_wins(calls, start="opportunity", bands=[cl.days(end)])["a"].pooled.strata
        for end in (31, 30)
    )
    assert (inside, outside) == (1, 0)


def test_bands_made_even_keep_equal_lengths_together():
    log, calls = selling()
    assert (
        log.actions_against_wins(calls, "call")["call"].pooled
        == log.actions_against_wins(calls, "call", bands=[cl.days(30)])["call"].pooled
    )
    single = log.actions_against_wins(calls, "call", bands=1)["call"]
    assert single.pooled.value == pytest.approx(single.plain.value)


def test_mistakes_about_actions():
    log, calls = selling(8)
    for bands in (3.5, None, True, "30 days"):
        with pytest.raises(UsageTypeError, match=r"^bands=.* are no bands of time"):
            log.actions_against_wins(calls, bands=bands)
    assert log.actions_against_wins(calls, bands=iter([cl.days(30)])).question.bands == (cl.days(30),)
    with pytest.raises(UsageError, match="bands=0 is below 1"):
        log.actions_against_wins(calls, bands=0)
    with pytest.raises(UsageError, match="do not rise"):
        log.actions_against_wins(calls, bands=[cl.days(30), cl.days(3)])
    with pytest.raises(UsageError, match="has no fixed length"):
        log.actions_against_wins(calls, bands=[cl.months(1)])
    with pytest.raises(UsageTypeError, match="bands='x' are no bands of time"):
        ActionsAgainstWins(bands="x")
    with pytest.raises(UsageError, match="correction='more' is not a mode"):
        log.actions_against_wins(calls, correction="more")
    never = log.actions_against_wins(calls, "demo")["demo"]
    assert (never.won_with + never.lost_with, never.p_value, never.plain.reason) == (0, None, "nobody has the property")


def answers():
    log, calls = selling(16)
    from tests.analysis.desk import desk_log

    stages, touches = desk_log()
    return [
        log.actions_against_wins(calls, by=()),
        log.win_rate(every="month"),
        log.cycle_length(),
        sized(*SIZED).pipeline(),
        sized(*SIZED).velocity(),
        stages.response_time(touches, "intent", within=cl.hours(4)),
        stages.response_time(touches, "intent"),
        stages.nurture(touches),
        stages.hand_overs(touches, team="direction"),
        touches.tickets(opened="call"),
    ]


@pytest.mark.parametrize("place", range(10))
def test_answers_are_frames_with_the_columns_they_promise(place):
    found = answers()[place]
    frame = found.to_frame("polars")
    assert frame.columns == list(found.column_types())
    assert frame.to_dicts() == found.to_dicts()
    assert found.to_json() == answers()[place].to_json()
    assert {"as_of", "unit"} <= set(found.parameters())


def test_two_logs_are_one_to_ask():
    log, calls = selling(8)
    both = log.beside(calls)
    assert repr(both).startswith("<Together of <StageLog of 8 deals")
    assert (both.as_of, both.unit) == (log.as_of, "deal")
    assert both.ask_all([WinRate(), ActionsAgainstWins()])[0].to_dicts() == log.win_rate().to_dicts()
    with pytest.raises(UnknownNameError):
        both.ask(WinRate())["some"]
