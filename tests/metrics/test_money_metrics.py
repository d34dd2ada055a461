"""Metrics of revenue, costs, contracts and surveys: published examples, definitions and laws."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife import Contracts, Costs, Responses, RevenueLog, metrics
from tests.engines.test_revenue import log_of as revenue_of
from tests.engines.test_revenue import paid
from tests.metrics.money import FEBRUARY, after, before, business

CASES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parent / "cases" / "saas_metrics.json").read_text("utf-8"))["cases"]
}


def moved(**inputs: int) -> RevenueLog:
    """Revenue at the start of February, and what moved in it."""
    start, expansion, contraction = (inputs.get(name, 0) for name in ("starting_mrr", "expansion", "contraction"))
    churned, new = inputs.get("churned", 0), inputs.get("new", 0)
    rest = max(start - 2 * churned - 3 * contraction, 0) or 1
    held = {"grows": rest, "shrinks": 3 * contraction, "leaves": churned, "stays": churned}
    rows = [before(name, amount) for name, amount in held.items() if amount]
    rows += [after("grows", rest + expansion), after("new", new)] + [after("leaves", 0)] * bool(churned)
    rows += [after("shrinks", 2 * contraction)] * bool(contraction)
    return RevenueLog.from_rows(rows, currency="USD", as_of=FEBRUARY)


@pytest.mark.parametrize("case", ["sm-01", "sm-02"])
def test_retention_of_revenue_is_that_of_published_examples(case) -> None:
    expected, log = CASES[case]["expected"], moved(**CASES[case]["inputs"])
    found = {
        "nrr": metrics.nrr(over=1), "grr": metrics.grr(over=1),
        "gross_mrr_churn_rate": metrics.gross_revenue_churn(), "net_mrr_churn_rate": metrics.net_revenue_churn(),
    }  # fmt: skip
    for name, metric in found.items():
        assert metric.read(log).value == pytest.approx(expected[name], abs=1e-9)
    assert metrics.mrr().read(log).value == expected["ending_mrr"]


@pytest.mark.parametrize("case", ["sm-10", "sm-11", "sm-12"])
def test_quick_ratio_is_that_of_published_examples(case) -> None:
    given = CASES[case]["inputs"]
    log = moved(**given)
    assert metrics.revenue_quick_ratio().read(log).value == pytest.approx(CASES[case]["expected"]["quick_ratio"])
    assert metrics.mrr_movement("net").read(log).value == CASES[case]["expected"]["net_new_mrr"]


def test_churn_of_customers_is_that_of_the_published_example() -> None:
    given, expected = CASES["sm-20"]["inputs"], CASES["sm-20"]["expected"]
    rows = [before(f"c{n}", 10) for n in range(given["customers_start"])]
    rows += [after(f"c{n}", 0) for n in range(given["customers_churned"])]
    row = RevenueLog.from_rows(rows, as_of=FEBRUARY).revenue_movements()["2026-02"]
    assert row.logo_churn == expected["logo_churn"]
    assert 1 - (1 - row.logo_churn) ** 12 == pytest.approx(expected["annualised_logo_churn"], abs=1e-12)
    model = cl.StageModel("m", ["paying"], exits=[cl.Stage("gone", exit="ended")], customer_from="paying")
    stages = [(c, "paying" if amount else "gone", at) for c, at, amount in rows]
    log = cl.StageLog.from_rows(stages, model, as_of=FEBRUARY)
    assert metrics.logo_churn().read(log).value == expected["logo_churn"]
    assert metrics.annualised_churn().read(log).value == pytest.approx(expected["annualised_logo_churn"], abs=1e-12)


def test_lifetime_value_and_payback_are_those_of_the_published_example() -> None:
    given, expected = CASES["sm-22"]["inputs"], CASES["sm-22"]["expected"]
    inputs, margin = business(str(given["cac"])), given["gross_margin"]
    assert metrics.ltv(margin=margin, over=1).read(inputs).value == expected["ltv"]
    assert metrics.cac(over=1).read(inputs).value == given["cac"]
    assert metrics.ltv_to_cac(margin=margin, over=1).read(inputs).value == expected["ltv_to_cac"]
    assert metrics.cac_payback(margin=margin, over=1).read(inputs).value == expected["cac_payback_months"]


def test_every_published_case_is_tried() -> None:
    assert sorted(CASES) == ["sm-01", "sm-02", "sm-10", "sm-11", "sm-12", "sm-20", "sm-22"]


# -- definitions -------------------------------------------------------------------------------------------------------


def test_a_returning_customer_is_a_reactivation_and_not_in_the_cohort() -> None:
    rows = [
        ("back", "2025-06-05T00:00Z", "100"), ("back", "2025-08-05T00:00Z", "0"), ("back", "2026-02-05T00:00Z", "300"),
        ("stays", "2025-06-05T00:00Z", "100"),
    ]  # fmt: skip
    log = RevenueLog.from_rows(rows, as_of=FEBRUARY)
    row = log.revenue_movements()["2026-02"]
    assert (row.reactivation, row.expansion, row.new, row.nrr) == (300, 0, 0, 1.0)
    assert metrics.nrr(over=6).read(log).value == 1.0
    assert metrics.revenue_quick_ratio().read(log).value is None
    over_seasons = metrics.nrr(over=8).read(log)
    assert (over_seasons.value, over_seasons.n) == (2.0, 2)


def test_who_left_and_came_back_within_the_window_counts_with_what_is_paid_now() -> None:
    rows = [("a", "2026-01-05T00:00Z", "100"), ("a", "2026-02-05T00:00Z", "0"), ("a", "2026-02-20T00:00Z", "60")]
    log = RevenueLog.from_rows(rows, as_of=FEBRUARY)
    assert (metrics.nrr(over=1).read(log).value, metrics.grr(over=1).read(log).value) == (0.6, 0.6)


def test_gross_retention_takes_the_lesser_of_each_customer_and_not_of_the_sums() -> None:
    log = RevenueLog.from_rows([before("a", 100), before("b", 100), after("a", 150), after("b", 50)], as_of=FEBRUARY)
    assert (metrics.grr(over=1).read(log).value, metrics.nrr(over=1).read(log).value) == (0.75, 1.0)


def test_seats_swapped_between_subscriptions_of_one_customer_are_net() -> None:
    rows = [
        {"customer": "a", "at": "2026-01-05T00:00Z", "amount": "60", "item": "old"},
        {"customer": "a", "at": "2026-02-05T00:00Z", "amount": "0", "item": "old"},
        {"customer": "a", "at": "2026-02-05T00:00Z", "amount": "80", "item": "new"},
    ]
    row = RevenueLog.from_rows(rows, subscription_col="item", as_of=FEBRUARY).revenue_movements()["2026-02"]
    assert (row.expansion, row.churn, row.new, row.customers.expansion) == (20, 0, 0, 1)


def test_annual_and_weekly_prices_are_told_a_month_and_rounded_once() -> None:
    rows = [
        {"customer": f"c{n}", "at": "2026-01-05T00:00Z", "amount": "100", "every": every}
        for n, every in enumerate(["annual", "annual", "annual", "weekly", "quarterly"])
    ]
    row = RevenueLog.from_rows(rows, interval_col="every", as_of=FEBRUARY).revenue_movements()["2026-01"]
    exact = Fraction(300, 12) + Fraction(100 * 52, 12) + Fraction(100, 3)
    assert (row.end, row.new) == (Decimal("491.67"), Decimal("491.67"))
    assert row.exact.end == exact * 100 * 360


def test_lifetime_values_differ_as_their_definitions_do() -> None:
    months = [datetime(2025, month, 5, tzinfo=UTC) for month in range(1, 13)]
    left = {f"c{n}": month for n, month in enumerate([1, 1, 1, 2, 2, 4, 7, None, None, None])}
    rows = [(name, months[0], "10") for name in left]
    rows += [(name, months[month], "0") for name, month in left.items() if month]
    log = RevenueLog.from_rows(rows, currency="EUR", as_of="2026-01-01T00:00Z")
    survivors = log.lives().survivors(6)
    assert survivors == (10, 7, 5, 5, 4, 4, 4)
    arpa, margin = Decimal(10), Decimal("0.5")
    curve = cl.stats.shifted_beta_geometric(survivors)
    lifetime = curve.lifetime(discount=1.1 ** (1 / 12) - 1)
    value = metrics.ltv_from_curve(margin="0.5", periods=6).read(log)
    assert value.value == pytest.approx(arpa * margin * Decimal(lifetime), abs=Decimal("0.005"))
    started = 10 + 7 + 5 + 5 + 4 + 4 + 4 + 3 + 3 + 3 + 3
    assert metrics.ltv(margin=0.5).read(log).value == round(arpa * margin * started / 7, 2)
    assert metrics.ltv_historical(margin=0.5).read(log).value == (started + 3) * arpa * margin / 10


def test_lifetime_value_of_a_chain_is_that_of_its_stage() -> None:
    log = cl.simulate.b2b(120)
    chain = log.chain(every="month").clv({"value": "50"}, yearly_discount=0.1)
    found = metrics.ltv_from_chain("value", margins={"value": "50"}).read(log)
    assert (found.value, found.n) == (chain["value"].value, chain["value"].customers)
    assert metrics.ltv_from_chain("value", margins={"value": "50"}).read_by(log, "plan").rows
    nowhere = cl.StageLog.from_rows([("a", "outreach", "2026-01-05T00:00Z")], log.model, as_of="2026-05-01T00:00Z")
    assert metrics.ltv_from_chain("value", margins={"value": "50"}).read(nowhere).reason == "nobody was seen in value"


def test_spending_is_set_beside_the_customers_that_came_a_cycle_later() -> None:
    rows = [("a", "2026-03-05T00:00Z", "10"), ("b", "2026-04-05T00:00Z", "10"), ("c", "2026-04-06T00:00Z", "10")]
    spent = [("2025-12", "100"), ("2026-01", "300"), ("2026-02", "900"), ("2026-03", "1"), ("2026-04", "2")]
    inputs = metrics.Inputs(revenue=RevenueLog.from_rows(rows, as_of="2026-05-01T00:00Z"), costs=Costs.from_rows(spent))
    assert metrics.cac(lag=3).read(inputs).value == Decimal("133.33")
    assert [row.value for row in metrics.cac(lag=3).trend(inputs)] == [100, 150]
    assert metrics.cac(lag=4).read(inputs).reason == "no costs are known of 2025-11"
    assert metrics.cac(every="quarter", lag=1, over=2).read(inputs).value == 100
    assert metrics.cac(every="year", lag=1).read(inputs).reason == "no new customers"


def test_costs_with_a_purpose_count_where_they_belong() -> None:
    rows = [
        {"period": "2026-02", "amount": "60", "purpose": "acquisition", "stage": "lead"},
        {"period": "2026-02", "amount": "20", "purpose": "retention", "stage": "customer"},
        {"period": "2026-02", "amount": "25", "purpose": "service", "stage": "customer"},
    ]
    costs = Costs.from_rows(rows, purpose_col="purpose", stage_col="stage")
    staged = [{"customer": c, "at": at, "amount": amount, "stage": "customer"} for c, at, amount in [after("a", 100)]]
    revenue = RevenueLog.from_rows(staged, segment_cols=["stage"], as_of=FEBRUARY)
    inputs = metrics.Inputs(revenue=revenue, costs=costs)
    assert metrics.cac().read(inputs).value == 60
    assert metrics.acquisition_share().read(inputs).value == 0.75
    assert metrics.gross_margin().read(inputs).value == 0.75
    assert metrics.cost().read_by(inputs, "stage").rows[-1].value == 60
    assert metrics.cost(purpose="retention").read(inputs).value == 20
    assert metrics.net().read(inputs).value == -5
    assert [(row.segment, row.value) for row in metrics.net().read_by(inputs, "stage")] == [(("customer",), 55)]


def test_renewals_count_those_up_and_not_those_bound() -> None:
    rows = [("a", "2025-01-31", "12 months"), ("a", "2026-01-31", "12 months"), ("b", "2025-02-28", "12 months")]
    rows += [("c", "2025-06-30", "12 months")]
    log = Contracts.from_rows(rows, tz="UTC", as_of="2026-03-15")
    assert (metrics.renewal_rate().read(log).value, metrics.renewal_rate().read(log).n) == (0.5, 2)
    waiting = metrics.renewal_rate(grace="30 days").read(log)
    assert (waiting.value, waiting.pending) == (1.0, 1)
    assert [row.value for row in metrics.renewal_rate().trend(log)] == [1.0, 0.0, None]
    assert metrics.renewal_rate().explain(log, "b").why == "Of b, 1 term ended: 0 renewed, 1 lost, 0 pending."
    assert metrics.renewal_rate().explain(log, "c").state == "not counted"


def test_nps_is_that_of_its_definition_with_its_error() -> None:
    scores = [10] * 40 + [9] * 10 + [8] * 15 + [7] * 15 + [6] * 12 + [0] * 8
    rows = [(f"c{n}", "2026-01-05T00:00Z", score) for n, score in enumerate(scores)]
    found = metrics.nps().read(Responses.from_rows(rows, scale=(0, 10)))
    assert (found.value, found.n) == (30.0, 100)
    error = ((0.5 + 0.2 - 0.3**2) / 100) ** 0.5
    assert found.interval.low == pytest.approx(30 - 195.99639845 * error, abs=1e-6)
    assert found.interval.high == pytest.approx(30 + 195.99639845 * error, abs=1e-6)


def test_satisfaction_and_effort_say_which_variant_they_are() -> None:
    rows = [(f"c{n}", "2026-01-05T00:00Z", score) for n, score in enumerate([5, 4, 3, 1])]
    log = Responses.from_rows(rows, scale=(1, 5))
    assert metrics.csat().read(log).value == 0.5
    assert metrics.csat(variant="mean").read(log).value == 3.25
    assert metrics.csat(variant="of_maximum").read(log).value == 0.65
    effort = Responses.from_rows([(c, at, score + 1) for c, at, score in rows], scale=(1, 7))
    assert metrics.ces().read(effort).value == 4.25
    assert metrics.ces(variant="easy").read(effort).value == 0.5
    assert metrics.ces(easier="low").read(effort).value == 3.75
    assert metrics.response_rate(kind="csat").read(log).value == 1.0


# -- laws --------------------------------------------------------------------------------------------------------------

ALL = [
    metrics.mrr(), metrics.arpa(), metrics.nrr(over=1), metrics.nrr(over=2), metrics.grr(over=3),
    metrics.gross_revenue_churn(), metrics.net_revenue_churn(), metrics.revenue_quick_ratio(),
    metrics.revenue_quick_ratio(reactivation="left out"), metrics.ltv(margin=1), metrics.ltv_historical(margin=0.5),
    metrics.ltv_from_curve(margin=1, periods=2),
    *(metrics.mrr_movement(kind) for kind in ("net", "new", "reactivation", "expansion", "contraction", "churn")),
]  # fmt: skip

SOME = st.lists(st.sampled_from(ALL), min_size=1, max_size=4, unique=True)


@given(paid(most=9), SOME)
def test_explaining_every_customer_gives_the_n_of_the_metric(rows, some) -> None:
    log = revenue_of(rows)
    for metric in some:
        told = [metric.explain(log, customer) for customer in log.customers]
        assert sum(one.n for one in told) == metric.read(log).n
        assert all(one.why.strip() for one in told)


@given(paid(most=9), paid(most=5), SOME)
def test_later_rows_change_no_metric(rows, others, some) -> None:
    later = [attrs.evolve(row, at=row.at + timedelta(days=400)) for row in others]
    log, more = revenue_of(rows), revenue_of([*rows, *later])
    for metric in some:
        assert metric.read(log) == metric.read(more)


@given(paid(most=9))
def test_metrics_of_segments_recombine(rows) -> None:
    log = revenue_of([attrs.evolve(row, interval="month") for row in rows])  # whole cents
    for metric in ALL[2:9:2]:
        whole, parts = metric.read(log), metric.read_by(log, "plan").rows
        assert sum(part.n for part in parts) == whole.n
        if whole.whole:
            assert sum(part.part or 0 for part in parts) == whole.part
            assert sum(part.whole or 0 for part in parts) == whole.whole
            assert whole.value == pytest.approx(float(whole.part / whole.whole))


@given(paid(most=9))
def test_a_trend_says_of_each_month_what_was_known_at_its_end(rows) -> None:
    log = revenue_of(rows)
    for metric in (
        metrics.nrr(over=2),
        metrics.grr(over=1),
        metrics.mrr(),
        metrics.arpa(),
        metrics.mrr_movement("new"),
    ):
        trend = {row.period: row.value for row in metric.trend(log)}
        for row in metric.replay(log, periods=6):
            assert row.value == trend.get(row.period), row.period
            assert (row.value is None) == bool(row.reason)
