"""Win rate and cycle length: against brute force, by examples, and what bad input gets."""

from __future__ import annotations

import math
import pickle
from collections import Counter
from datetime import UTC, datetime, timedelta
from statistics import mean, median, quantiles
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife import EventLog, StageLog, presets, simulate, stats
from custlife.analysis.pipeline import Pipeline
from custlife.analysis.win_rate import WinRate
from custlife.errors import UnknownNameError, UsageError
from tests.analysis.deals import DAY, ENDS, FOUR, by_hand, deals
from tests.analysis.selling import logs
from tests.analysis.strategies import ZONE

# -- win rate ----------------------------------------------------------------------------------------------------------


@given(logs(), ENDS)
def test_the_win_rate_is_that_of_brute_force(made, reopened):
    log, _, told = by_hand(made, reopened)
    found = log.win_rate(by="plan", reopened=reopened)
    assert {row.segment[0] for row in found.rows} == {deal.plan for deal in told}
    for row in found.rows:
        mine = [deal for deal in told if deal.plan == row.segment[0]]
        states = Counter(deal.state for deal in mine)
        assert (row.won, row.lost) == (states["won"], states["lost"])
        assert (row.rate.k, row.rate.n) == (row.won, row.won + row.lost)
        new = [deal for deal in mine if not deal.truncated]
        assert (row.created, row.open) == (len(new), sum(deal.state == "open" for deal in new))
        assert (row.conversion.k, row.conversion.n) == (sum(deal.state == "won" for deal in new), len(new))


@given(logs(), st.sampled_from(["day", "month"]), ENDS)
def test_periods_of_the_win_rate_are_those_of_the_close(made, every, reopened):
    log, _, told = by_hand(made, reopened)
    found = log.win_rate(every=every, reopened=reopened)

    def period(at):
        return f"{at.astimezone(ZoneInfo(ZONE)):{'%Y-%m-%d' if every == 'day' else '%Y-%m'}}"

    closes = Counter((period(deal.end), deal.state) for deal in told if deal.state != "open")
    starts = Counter(period(deal.start) for deal in told if not deal.truncated)
    labels = {period(deal.start): None for deal in told}
    assert {(row.period, "won"): row.won for row in found.rows if row.won} == {
        key: n for key, n in closes.items() if key[1] == "won"
    }
    assert {(row.period, "lost"): row.lost for row in found.rows if row.lost} == {
        key: n for key, n in closes.items() if key[1] == "lost"
    }
    assert {row.period: row.created for row in found.rows if row.created} == dict(starts)
    assert set(labels) <= {row.period for row in found.rows}


def test_win_rate_counts_closes_and_conversion_counts_what_was_created():
    """Definitions, section 2: won / (won + lost) by close date; conversion = won / all created."""
    log = deals(*FOUR, as_of="2026-03-01T00:00Z")
    whole = log.win_rate(start="opportunity")["all"]
    assert (whole.rate.rate, whole.conversion.rate) == (2 / 3, 2 / 4)
    rows = {row.period: row for row in log.win_rate(start="opportunity", every="month").rows}
    assert [(row.won, row.lost, row.created, row.open) for row in rows.values()] == [(1, 0, 3, 0), (1, 1, 1, 1)]
    first = log.win_rate(start="opportunity", reopened="first")["all"]
    assert (first.won, first.lost) == (1, 2)
    only = log.win_rate(start="opportunity", lost="lost", reopened="first")["all"]
    assert (only.won, only.lost) == (2, 1)


def test_nothing_closed_is_no_rate():
    row = deals(("a", "lead", "2026-01-01T00:00Z")).win_rate()["all"]
    assert row.rate.rate is None
    assert row.rate.reason == "n=0: a share of nothing"
    assert deals().win_rate(every="month").rows == ()


def test_answers_of_the_win_rate_are_shown_and_have_members():
    log = deals(*FOUR, as_of="2026-03-01T00:00Z")
    for found in (log.win_rate(start="opportunity"), log.win_rate(start="opportunity", every="month")):
        assert "win rate" in str(found)
        assert found.svg()
        assert pickle.loads(pickle.dumps(found)) == found
    assert log.members(found, state="won") == ("back", "won")
    assert log.members(found, state="lost", period="2026-02") == ("lost",)
    assert log.members(found, state="open") == ("open",)


# -- cycle length ------------------------------------------------------------------------------------------------------


@given(logs(), ENDS)
def test_cycle_lengths_are_those_of_brute_force(made, reopened):
    log, _, told = by_hand(made, reopened)
    found = log.cycle_length(by="plan", reopened=reopened)
    for row in found.rows:
        mine = [d for d in told if d.plan == row.segment[0] and not d.truncated and not d.imputed]
        for state, lengths in (("won", row.won), ("lost", row.lost)):
            days = sorted((deal.end - deal.start) / DAY for deal in mine if deal.state == state)
            assert lengths.n == len(days)
            if days:
                assert lengths.median_days == pytest.approx(median(days))
                assert lengths.mean_days == pytest.approx(mean(days))
                limits = stats.kaplan_meier(days).median
                assert lengths.median_low_days == pytest.approx(limits.low)
                assert lengths.median_high_days == pytest.approx(limits.high)
                assert (lengths.median_low_days or 0) <= lengths.median_days <= (lengths.median_high_days or math.inf)
            else:
                assert lengths.median_days is None
            if len(days) > 1:
                low, _, high = quantiles(days, method="inclusive")
                assert (lengths.quarter_days, lengths.three_quarters_days) == pytest.approx((low, high))
        assert row.open == sum(deal.state == "open" for deal in mine)
        ends = {s: [(d.end - d.start) / DAY for d in mine if d.state == s] for s in ("won", "lost", "open")}
        curves = stats.cumulative_incidence({"won": ends["won"], "lost": ends["lost"]}, ends["open"])
        assert row.won_by.value == pytest.approx(curves["won"].at(row.horizon_days).value)


def test_without_open_deals_the_incidence_is_the_share_won():
    log = deals(*FOUR[:-1], as_of="2026-03-01T00:00Z")
    row = log.cycle_length(start="opportunity", horizon=cl.days(60))["all"]
    assert (row.won.median_days, row.lost.median_days) == (30.5, 31.0)
    assert row.won_by.value == pytest.approx(2 / 3)
    assert row.lost_by.value == pytest.approx(1 / 3)
    assert row.horizon_days == 60
    table = str(log.cycle_length(start="opportunity", horizon=cl.days(60)))
    assert "30.5 (20.0–…)" in table
    assert "won by day 60" in table
    assert "–" in str(log.where(["lost"]).cycle_length(start="opportunity"))
    by_first = log.cycle_length(start="opportunity", reopened="first")["all"]
    assert (by_first.won.median_days, by_first.lost.median_days) == (20.0, 20.5)


def test_what_was_won_when_first_seen_has_no_length():
    log = deals(("a", "customer", "2026-01-01T00:00Z"), *FOUR, as_of="2026-03-01T00:00Z")
    found = log.cycle_length(start="opportunity")
    assert found["all"].won.n == 2
    assert "1 deal was first seen when it was won: its length is not known." in " ".join(found.footnotes())
    assert found.svg()
    assert pickle.loads(pickle.dumps(found)) == found
    assert log.members(found) == ("back", "won")
    late = deals(*FOUR, since="2026-01-03T00:00Z", as_of="2026-03-01T00:00Z").cycle_length(start="opportunity")
    assert "1 deal began before observation did: its length is not known." in " ".join(late.footnotes())
    twins = [("two", *row[1:]) for row in FOUR if row[0] == "won"]
    two = deals(*twins, *FOUR, since="2026-01-03T00:00Z", as_of="2026-03-01T00:00Z").cycle_length(start="opportunity")
    assert "2 deals began before observation did: their length is not known." in two.footnotes()
    with pytest.raises(UsageError, match="has no fixed length"):
        log.cycle_length(horizon=cl.months(3))


def test_segments_followed_for_different_times_are_read_each_at_its_own():
    log = simulate.b2b(60, seed=1)
    found = log.cycle_length(start="connection", by="plan")
    days = [row.horizon_days for row in found.rows]
    assert len(set(days)) == len(days) == 3
    cells = found.people()
    assert [row["until day"] for row in cells] == [f"{day:.0f}" for day in days]
    assert {"won by then", "lost by then"} <= set(cells[0])
    note = "Each row is read at its own last time: pass horizon= to compare them."
    assert note in found.footnotes()
    assert "until day" in str(found)
    assert "until day" in found._repr_html_()
    even = log.cycle_length(start="connection", by="plan", horizon=cl.days(30))
    assert note not in even.footnotes()
    assert "won by day 30" in even.people()[0]
    drawn = found.picture()
    assert [line.name for line in drawn.series] == [row.label for row in found.rows]  # lost ones would look alike
    assert [line.at_risk[0] for line in drawn.series] == [row.won.n + row.lost.n + row.open for row in found.rows]


def test_the_curves_of_very_many_deals_are_drawn_in_few_points_with_their_bands():
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [(f"d{n}", "opportunity", begun) for n in range(3_000)]
    ends = ["customer" if n % 3 else "lost" for n in range(3_000)]
    rows += [(f"d{n}", end, begun + timedelta(minutes=10 * n + 1)) for n, end in enumerate(ends)]
    log = StageLog.from_rows(rows, presets.sales_funnel, as_of="2026-03-01T00:00Z", unit="deal")
    found = log.cycle_length(start="opportunity")
    won, lost = found.picture().series
    assert (won.name, lost.name, lost.tone) == ("won", "lost", "bad")
    assert len(found["all"].incidence["won"].overall.times) == 3_000
    assert len(won.xs) < 2_500
    assert (won.ys[0], won.low[0], won.high[0]) == (0, 0, 0)
    assert (won.ys[-1], won.low[-1] < won.ys[-1] < won.high[-1]) == (pytest.approx(2 / 3), True)
    assert (won.at_risk[:2], lost.at_risk) == ((3_000, 3_000), ())


def test_mistakes_about_deals():
    log = deals(*FOUR)
    with pytest.raises(UsageError, match="start='customer' is won already, by won='customer'"):
        log.win_rate(start="customer")
    with pytest.raises(UsageError, match="won='lost' is not on the path, which goes from 'lead' to 'customer'"):
        log.win_rate(won="lost")
    with pytest.raises(UsageError, match="start='lost' is not on the path"):
        log.cycle_length(start="lost")
    with pytest.raises(UsageError, match="stage 'mql' is not an exit"):
        log.win_rate(lost="mql")
    with pytest.raises(UnknownNameError, match="unknown stage 'custmer'"):
        log.cycle_length(won="custmer")
    with pytest.raises(UsageError, match="does not say from which stage on one is a customer"):
        StageLog.from_rows([("a", "lead", "2026-01-01T00:00Z")], cl.StageModel("m", ["lead", "won"])).win_rate()
    with pytest.raises(UsageError, match="this log holds events, not stages"):
        EventLog.from_rows([("a", "x", "2026-01-01T00:00Z")]).ask(WinRate())
    with pytest.raises(UsageError, match="reopened='last' is not a mode"):
        log.pipeline(reopened="last")
    assert Pipeline(lost="lost") == Pipeline(lost=["lost"])
