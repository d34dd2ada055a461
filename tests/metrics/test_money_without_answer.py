"""Metrics of money that have no answer, each with its reason."""

from __future__ import annotations

import pytest

import custlife as cl
from custlife import Contracts, Costs, Responses, RevenueLog, metrics
from custlife.errors import CustlifeError
from tests.engines.test_revenue import AS_OF
from tests.metrics.money import FEBRUARY, after, before, business


def refusal(make) -> str:
    with pytest.raises(CustlifeError) as caught:
        make()
    return str(caught.value)


def test_a_missing_base_gives_no_value_and_the_reason() -> None:
    log = RevenueLog.from_rows([before("a", 10)], as_of=FEBRUARY)
    found = metrics.nrr().read(log)
    assert (found.value, found.n, found.reason) == (None, 0, "nobody paid at the start of the 12 months to 2026-02")
    assert metrics.revenue_quick_ratio().read(log).reason == (
        "nothing was lost in 2026-02, so that the ratio has no end"
    )
    assert metrics.ltv(margin=1).read(log).reason == "nobody was lost, so that a lifetime has no end"
    assert metrics.ltv_from_curve(margin=1).read(log).reason == "no cohort is 12 months old"
    gone = RevenueLog.from_rows([before("a", 10), after("a", 0)], as_of="2026-04-01T00:00Z")
    assert metrics.arpa().read(gone).reason == "nobody pays"
    assert metrics.ltv(margin=1).read(gone).reason == "nobody pays at the end"
    empty = RevenueLog.from_rows([], as_of=AS_OF)
    assert metrics.mrr().read(empty).reason == "there are no rows of revenue"
    assert metrics.nrr().read(empty).value is None
    assert metrics.ltv(margin=1).read(empty).reason == "no month is over yet"
    assert metrics.ltv_historical(margin=1).read(empty).value is None
    assert metrics.nps().read(Responses.from_rows([], scale=(0, 10), as_of=AS_OF)).value is None
    assert metrics.renewal_rate().read(Contracts.from_rows([], as_of=AS_OF)).value is None


def test_ratios_of_cost_need_both_sides() -> None:
    inputs = business("0")
    assert metrics.ltv_to_cac(margin=1, over=1).read(inputs).reason == "nothing was spent"
    revenue = RevenueLog.from_rows([before("a", 10)], currency="USD", as_of=FEBRUARY)
    both = metrics.Inputs(revenue=revenue, costs=Costs.from_rows([("2026-02", "5")], currency="USD"))
    assert metrics.cac(over=1).read(both).reason == "no new customers"
    assert metrics.cac_payback(margin=1, over=1).read(both).reason == "no revenue of new customers"
    assert metrics.acquisition_share().read(both).reason == "no cost says that it was for acquisition or retention"
    foreign = metrics.Inputs(revenue=revenue, costs=Costs.from_rows([("2026-02", "5")], currency="EUR"))
    assert metrics.cac(over=1).read(foreign).reason == "costs are in EUR, and revenue in USD"
    assert metrics.net().read(foreign).reason == "costs are in EUR"


def test_a_missing_input_is_named() -> None:
    log = RevenueLog.from_rows([before("a", 10)], as_of=FEBRUARY)
    assert refusal(lambda: metrics.cac().read(log)) == (
        "metric 'cac' needs the input 'costs', which is missing (given: revenue)\n\n"
        "Hint: pass it too: cl.metrics.Inputs(revenue=..., costs=...)"
    )


def test_what_cannot_be_asked_is_refused() -> None:
    inputs = business()
    assert (
        refusal(lambda: metrics.ltv(margin=75)) == "margin=75 is not above 0 and at most 1\n\nHint: write margin=0.75"
    )
    assert refusal(lambda: metrics.ltv(margin="much")).startswith("margin='much' is not a number")
    assert refusal(lambda: metrics.ltv(margin=None)).startswith("margin=None is not a share of revenue")
    assert refusal(lambda: metrics.cac(every="week")).startswith("every='week' is not a mode")
    assert refusal(lambda: metrics.mrr_movement("growth")).startswith("kind='growth' is not a mode")
    assert refusal(lambda: metrics.renewal_rate(counting="money")).startswith("counting='money' is not a mode")
    assert refusal(lambda: metrics.ltv_from_curve(margin=1, yearly_discount=0)).startswith("yearly_discount=0 is not")
    assert refusal(lambda: metrics.ltv_from_curve(margin=1, yearly_discount=10)).endswith("yearly_discount=0.1")
    assert refusal(lambda: metrics.ltv_from_chain("a", margins={}, yearly_discount=8)).endswith("yearly_discount=0.08")
    assert refusal(lambda: metrics.nrr().trend(inputs, every="week")).startswith("metric 'nrr' counts by month")
    assert refusal(lambda: metrics.cac().trend(inputs, every="quarter")).startswith("metric 'cac' counts by month")
    assert refusal(lambda: metrics.ltv(margin=1).trend(inputs, every="week")).startswith("metric 'ltv' counts by month")
    assert refusal(lambda: metrics.net().read_by(inputs, "plan")).startswith("costs are not known by 'plan'")
    log = Contracts.from_rows([("a", "2026-01-01", "1 year")], tz="UTC")
    assert refusal(lambda: metrics.near_limit().read_by(log, "plan")).startswith("by=('plan',) are not all segments")


def test_contracts_near_their_limit() -> None:
    rows = [
        {"customer": name, "start": "2026-01-01", "term": "1 year", "limit": limit, "used": used, "plan": plan}
        for name, limit, used, plan in [
            ("a", 10, 9, "p"),
            ("b", 10, 1, "p"),
            ("c", None, 4, "q"),
            ("d", "10", "12", "q"),
        ]
    ]
    log = Contracts.from_rows(rows, limit_col="limit", used_col="used", segment_cols=["plan"], tz="UTC")
    found = metrics.near_limit(0.8).read(log)
    assert (found.part, found.whole) == (2, 3)
    assert [(row.segment, row.part, row.whole) for row in metrics.near_limit().read_by(log, "plan")] == [
        (("p",), 1, 2), (("q",), 1, 1),
    ]  # fmt: skip
    assert [row.customer for row in log.running(used=1).rows] == ["d"]


def test_values_of_a_chain_need_somebody_in_the_stage() -> None:
    model = cl.StageModel("m", ["trial", "paying"], exits=[cl.Stage("gone", exit="ended")], customer_from="paying")
    rows = [
        {"customer": f"c{n}", "stage": stage, "at": f"2026-0{month}-05T00:00Z", "plan": "ab"[n % 2]}
        for n in range(4)
        for month, stage in [(1, "trial"), (2, "paying" if n % 2 else "gone")]
    ]
    log = cl.StageLog.from_rows(rows, model, segment_cols=["plan"], as_of="2026-06-05T00:00Z")
    metric = metrics.ltv_from_chain("paying", margins={"paying": "10"})
    found = metric.read_by(log, "plan").rows
    assert [(row.segment, row.reason) for row in found if row.value is None] == [(("a",), "nobody was seen in paying")]
    assert metrics.ltv_from_chain("gone", margins={"paying": "10"}).read(log).value == 0
    empty = cl.StageLog.from_rows([], model, as_of="2026-06-05T00:00Z")
    assert metric.read(empty).value is None
    revenue = RevenueLog.from_rows([before("a", 10)], as_of="2026-01-20T00:00Z")
    assert metrics.mrr().read(revenue).value == 10
    assert metrics.ltv(margin=1).read(revenue).reason == "no month is over yet"
    first = RevenueLog.from_rows([before("a", 10)], as_of="2026-02-01T00:00Z")
    assert metrics.ltv(margin=1).read(first).reason == "nobody paid at the start of a month"
