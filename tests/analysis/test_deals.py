"""Win rate, cycle length, pipeline, velocity and actions: against brute force, by examples, and what bad input gets."""

from __future__ import annotations

import math
import pickle
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import mean, median, quantiles
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife import EventLog, StageLog, metrics, presets, simulate, stats
from custlife.analysis.actions import ActionsAgainstWins
from custlife.analysis.pipeline import Pipeline
from custlife.analysis.win_rate import WinRate
from custlife.errors import DataError, UnknownNameError, UsageError, UsageTypeError
from tests.analysis.selling import EXITS, PATH, both, logs
from tests.analysis.strategies import ZONE
from tests.oracles import selling as oracle

DAY = timedelta(days=1)
ENDS = st.sampled_from(["final", "first"])


def by_hand(made, reopened="final", start="a", won="b"):
    """The logs, and the deals that brute force finds."""
    log, beside, seen, touches = both(made)
    told = oracle.deals(
        seen, touches, made[2], path=PATH, exits=EXITS, start=start, won=won, first=reopened == "first", since=made[3]
    )
    return log, beside, told


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


def deals(*rows, **options):
    return StageLog.from_rows(list(rows), presets.sales_funnel, unit="deal", **options)


FOUR = (
    ("won", "opportunity", "2026-01-01T00:00Z"),
    ("won", "customer", "2026-01-21T00:00Z"),
    ("lost", "opportunity", "2026-01-05T00:00Z"),
    ("lost", "lost", "2026-02-05T00:00Z"),
    ("back", "opportunity", "2026-01-05T00:00Z"),
    ("back", "lapsed", "2026-01-15T00:00Z"),
    ("back", "opportunity", "2026-02-01T00:00Z"),
    ("back", "customer", "2026-02-15T00:00Z"),
    ("open", "opportunity", "2026-02-10T00:00Z"),
)


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


# -- pipeline and velocity ---------------------------------------------------------------------------------------------


def sized(*rows, currency=None, **options):
    told = [
        {"deal": deal, "stage": stage, "at": at, "amount": amount, "due": due, "currency": currency}
        for deal, stage, at, amount, due in rows
    ]
    columns = {} if currency is None else {"currency_col": "currency"}
    return StageLog.from_rows(
        told, presets.sales_funnel, customer_col="deal", amount_col="amount", expected_close_col="due", unit="deal",
        as_of="2026-03-01T00:00Z", **columns, **options,
    )  # fmt: skip


SIZED = (
    ("a", "opportunity", "2026-01-01T00:00Z", "1000", "2026-02-28"),
    ("a", "opportunity", "2026-02-01T00:00Z", Decimal("1500.50"), None),  # grown, in the same stage
    ("b", "opportunity", "2026-01-10T00:00Z", None, "2026-03-01"),
    ("c", "lead", "2026-02-20T00:00Z", 70000, "2026-02-01T00:00Z"),
    ("d", "lead", "2026-01-01T00:00Z", "100", None),
    ("d", "customer", "2026-01-31T00:00Z", "400", None),
    ("e", "lead", "2026-01-01T00:00Z", "100", None),
    ("e", "lost", "2026-01-05T00:00Z", None, None),
)


def test_the_pipeline_holds_the_last_amount_told():
    found = sized(*SIZED, currency="EUR").pipeline()
    assert found.currency == "EUR"
    assert (found.deals, found.amount) == (3, Decimal("2200.50"))
    opportunity, lead = found["opportunity"], found["lead"]
    assert (opportunity.deals, opportunity.amount, opportunity.money.unknown) == (2, Decimal("1500.50"), 1)
    assert (opportunity.overdue, opportunity.oldest_days) == (1, 59.0)
    assert (lead.deals, lead.amount, lead.overdue) == (1, Decimal("700.00"), 1)
    assert (found["mql"].deals, found["mql"].amount) == (0, None)
    assert "1 of 3 open deals have no amount" in str(found)
    assert found.svg()
    assert pickle.loads(pickle.dumps(found)) == found


def test_a_deal_due_at_this_very_moment_is_not_overdue():
    log = sized(("c", "lead", "2026-01-20T00:00Z", "700", "2026-02-01T00:00Z"))
    looks = ("2026-02-01T00:00Z", "2026-02-01T00:00:00.000001Z")
    assert [log.with_as_of(look).pipeline()["lead"].overdue for look in looks] == [0, 1]


def test_whole_numbers_are_cents_unless_one_says_otherwise():
    log = sized(
        ("c", "lead", "2026-02-20T00:00Z", 70, None),
        ("c", "customer", "2026-02-22T00:00Z", 70, None),
        ("d", "lead", "2026-02-20T00:00Z", 5, None),
    )
    assert (log.pipeline().amount, log.pipeline(amounts_in="major").amount) == (Decimal("0.05"), Decimal("5.00"))
    assert log.velocity(amounts_in="major")["all"].average == Decimal("70.00")
    assert metrics.pipeline_amount(amounts_in="major").read(log).value == Decimal("5.00")
    assert metrics.sales_velocity(amounts_in="major").read(log).value == Decimal("35.00")
    for ask in (log.pipeline, log.velocity):
        with pytest.raises(UsageError, match="amounts_in='euro' is not a mode"):
            ask(amounts_in="euro")


def test_members_of_the_pipeline():
    log = sized(*SIZED)
    assert log.members(log.pipeline(), stage="opportunity") == ("a", "b")
    assert log.members(log.pipeline(), state="overdue") == ("a", "c")


def test_an_earlier_look_sees_the_amount_of_then():
    log = sized(*SIZED).with_as_of("2026-01-15T00:00Z")
    assert log.pipeline()["opportunity"].amount == Decimal("1000.00")


def test_customers_tell_their_amounts_in_moves_or_facts():
    deal = cl.Customer("d", presets.sales_funnel)
    in_move = deal.move("lead", at="2026-01-05T00:00Z", properties={"amount": "12.50"})
    in_fact = deal.move("lead", at="2026-01-05T00:00Z").fact("amount", "13.50", at="2026-01-01T00:00Z")
    for customer, amount in ((in_move, "12.50"), (in_fact, "13.50")):
        log = StageLog.from_customers([customer], amount_col="amount", unit="deal")
        assert log.pipeline().amount == Decimal(amount)


def test_a_log_without_amounts_still_counts():
    found = deals(*FOUR, as_of="2026-03-01T00:00Z").pipeline(start="opportunity")
    assert (found.deals, found.amount) == (1, None)
    assert "The log has no amounts" in str(found)
    assert found.svg()


def test_sales_velocity_is_its_formula():
    """Definitions, section 2: open x win rate x average deal / cycle length, money per day."""
    log = sized(*SIZED)
    row = log.velocity()["all"]
    assert (row.open, row.won, row.closed, row.average, row.cycle_days) == (3, 1, 2, Decimal("400.00"), 30.0)
    assert row.per_day == Decimal("20.00")  # 3 * 1/2 * 400 / 30
    assert log.velocity(over=cl.days(28))["all"].reason == "no deal closed"
    assert log.velocity(over=cl.days(28))["all"].per_day is None
    assert log.velocity(over=cl.days(29))["all"].won == 1  # won 29 days before, and the end of the window counts
    assert log.velocity(over=cl.months(1)).to_dicts()[0]["per_day"] is None
    assert "20.00" in str(log.velocity())
    assert log.velocity().svg()


def test_an_average_is_rounded_half_up():
    log = sized(
        ("a", "lead", "2026-02-01T00:00Z", "0.01", None), ("a", "customer", "2026-02-02T00:00Z", "0.01", None),
        ("b", "lead", "2026-02-01T00:00Z", "0.02", None), ("b", "customer", "2026-02-02T00:00Z", "0.02", None),
    )  # fmt: skip
    assert log.velocity()["all"].average == Decimal("0.02")


def test_a_cycle_a_fifth_shorter_is_a_quarter_more_velocity():
    """Definitions, section 2, pitfall."""

    def velocity(day):
        rows = [("a", "lead", "2026-01-01T00:00Z", "300", None), ("a", "customer", f"2026-01-{day}T00:00Z", None, None)]
        return sized(*rows, ("b", "lead", "2026-02-01T00:00Z", None, None)).velocity()["all"].per_day

    assert (velocity(31), velocity(25)) == (Decimal("10.00"), Decimal("12.50"))


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([("e", "lost", "2026-01-05T00:00Z", None, None)], "no deal was won"),
        ([("e", "customer", "2026-01-05T00:00Z", None, None)], "no deal that was won has an amount"),
    ],
)
def test_no_velocity_says_why(rows, reason):
    made = sized(("e", "lead", "2026-01-01T00:00Z", None, None), *rows)
    assert made.velocity()["all"].reason == reason
    assert reason in " ".join(made.velocity().footnotes())
    at_once = [("e", "lead", "2026-01-01T00:00Z", "5", None), ("e", "customer", "2026-01-01T00:00Z", "5", None)]
    assert sized(*at_once).velocity()["all"].reason == "deals were won at once"
    unseen = sized(("e", "customer", "2026-01-01T00:00Z", "5", None)).velocity()["all"]
    assert unseen.reason == "the length of no deal that was won is known"


def test_bad_money_is_refused():
    with pytest.raises(DataError, match=r"1 deal with amounts or dates that cannot be used\n  deal 'c': amount=70.5"):
        sized(("c", "lead", "2026-02-20T00:00Z", 70.5, None)).pipeline()
    with pytest.raises(DataError, match="expected_close"):
        sized(("c", "lead", "2026-02-20T00:00Z", 70, "soon")).pipeline()
    with pytest.raises(DataError, match=r"Hint: write Decimal\('70.5'\), or whole minor units"):
        sized(("c", "lead", "2026-02-20T00:00Z", 70.5, None)).velocity()
    two = [
        {"deal": deal, "stage": "lead", "at": "2026-01-01T00:00Z", "amount": "1", "cur": code}
        for deal, code in (("a", "EUR"), ("b", "USD"))
    ]
    made = {"customer_col": "deal", "amount_col": "amount", "currency_col": "cur"}
    with pytest.raises(UsageError, match="amounts in 2 currencies are never added up: EUR, USD"):
        StageLog.from_rows(two, presets.sales_funnel, **made).pipeline()
    two[1]["cur"] = None
    with pytest.raises(UsageError, match="only some deals name their currency"):
        StageLog.from_rows(two, presets.sales_funnel, **made).velocity()
    with pytest.raises(UsageError, match="the deals have no amounts"):
        deals(*FOUR).velocity()


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


# -- actions -----------------------------------------------------------------------------------------------------------


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


# -- as data -----------------------------------------------------------------------------------------------------------


def answers():
    log, calls = selling(16)
    from tests.analysis.test_touches import desk_log

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
