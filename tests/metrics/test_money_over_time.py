"""Metrics of money by month, plan and window: what is in them, and what is not."""

from __future__ import annotations

from decimal import Decimal

from custlife import Contracts, Costs, Responses, RevenueLog, metrics
from tests.metrics.money import FEBRUARY, after, before

APRIL = "2026-04-01T00:00Z"


def test_what_is_paid_now_is_split_by_the_plan_of_now() -> None:
    rows = [
        {"customer": "a", "at": "2026-01-05T00:00Z", "amount": "100", "plan": "pro"},
        {"customer": "a", "at": "2026-03-05T00:00Z", "amount": "40", "plan": "basic"},
        {"customer": "b", "at": "2026-01-05T00:00Z", "amount": "70", "plan": "pro"},
        {"customer": "c", "at": "2026-03-09T00:00Z", "amount": "20", "plan": "basic"},
    ]
    log = RevenueLog.from_rows(rows, currency="EUR", segment_cols=["plan"], as_of=APRIL)
    found = {row.segment: (row.value, row.n) for row in metrics.mrr().read_by(log, "plan")}
    assert found == {("basic",): (60, 2), ("pro",): (70, 1)}
    means = {row.segment: row.value for row in metrics.arpa().read_by(log, "plan")}
    assert means == {("basic",): 30, ("pro",): 70}


def test_a_quick_ratio_has_contraction_below_the_line() -> None:
    rows = [before("a", 100), before("b", 100), after("a", 80), after("b", 0), after("c", 60)]
    found = metrics.revenue_quick_ratio().read(RevenueLog.from_rows(rows, as_of=FEBRUARY))
    assert (found.value, found.part, found.whole, found.n) == (0.5, 60, 120, 3)


def losing_one() -> RevenueLog:
    """Four customers of ten a month, of whom one leaves in February, and none in March."""
    rows = [before(name, 10) for name in "abcd"] + [after("d", 0)]
    return RevenueLog.from_rows(rows, currency="EUR", as_of=APRIL)


def test_the_churn_of_a_lifetime_is_that_of_so_many_months() -> None:
    log = losing_one()
    last, both, all_three = (metrics.ltv(margin="0.5", over=over).read(log) for over in (1, 2, 3))
    assert (last.value, last.reason) == (None, "nobody was lost, so that a lifetime has no end")
    assert (both.value, both.n, both.notes) == (Decimal("35.00"), 7, ("2026-02 to 2026-03",))  # 10 x 0.5 / (1 / 7)
    assert all_three.notes == ("2026-01 to 2026-03",)
    trend = {row.period: (row.value, row.n) for row in metrics.ltv(margin="0.5", over=1).trend(log)}
    assert trend == {"2026-01": (None, 0), "2026-02": (Decimal("20.00"), 4), "2026-03": (None, 3)}


def test_a_curve_needs_somebody_who_left() -> None:
    stays = RevenueLog.from_rows([before(name, 10) for name in "ab"], currency="EUR", as_of="2026-06-01T00:00Z")
    found = metrics.ltv_from_curve(margin=1, periods=2).read(stays)
    assert (found.value, found.n, found.reason) == (None, 2, "nobody was lost, so that no curve can be fitted")


def test_a_month_without_costs_has_no_margin_and_no_net() -> None:
    rows = [
        {"period": "2026-02", "amount": "12", "what": "service"},
        {"period": "2026-03", "amount": "9", "what": "retention"},
    ]
    inputs = metrics.Inputs(revenue=losing_one(), costs=Costs.from_rows(rows, purpose_col="what", currency="EUR"))
    margin, net = metrics.gross_margin().trend(inputs), metrics.net().trend(inputs)
    assert (margin["2026-02"].value, net["2026-02"].value, net["2026-03"].value) == (0.6, 18, 21)
    assert (margin["2026-03"].value, margin["2026-03"].reason) == (None, "no costs of service are known of 2026-03")
    assert (net["2026-01"].value, net["2026-01"].reason) == (None, "no costs are known of 2026-01")


def test_contracts_at_a_share_of_their_limit_are_near_it() -> None:
    rows = [
        {"customer": name, "start": "2026-01-01T00:00Z", "term": "1 year", "limit": 10, "used": used}
        for name, used in (("at", 8), ("below", 7), ("above", 11), ("unknown", None))
    ]
    log = Contracts.from_rows(rows, limit_col="limit", used_col="used", as_of=FEBRUARY)
    found = metrics.near_limit(0.8).read(log)
    assert (found.part, found.whole) == (2, 3)


def test_renewals_by_amount_have_what_was_lost_below_the_line() -> None:
    rows = [
        {"customer": "stays", "start": "2025-01-01T00:00Z", "amount": "300", "ended": None},
        {"customer": "goes", "start": "2025-01-01T00:00Z", "amount": "100", "ended": "2026-01-01T00:00Z"},
    ]
    log = Contracts.from_rows(
        rows, term="12 months", amount_col="amount", ended_col="ended", currency="EUR", as_of=FEBRUARY
    )
    found = metrics.renewal_rate(counting="amount").read(log)
    assert (found.value, found.part, found.whole, found.n) == (0.75, 300, 400, 2)


def test_who_did_not_answer_was_asked() -> None:
    rows = [
        {"customer": name, "at": "2026-01-05T00:00Z", "score": score}
        for name, score in (("a", 10), ("b", None), ("c", 3), ("d", None))
    ]
    log = Responses.from_rows(rows, survey="nps", scale=(0, 10), missing="unanswered", as_of=FEBRUARY)
    found = metrics.response_rate().read(log)
    assert (found.value, found.part, found.whole) == (0.5, 2, 4)
    assert metrics.nps().read(log).n == 2
