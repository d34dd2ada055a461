"""Pipeline and velocity of deals: by examples, and what bad input gets."""

from __future__ import annotations

import pickle
from decimal import Decimal

import pytest

import custlife as cl
from custlife import StageLog, metrics, presets
from custlife.errors import DataError, UsageError
from tests.analysis.deals import FOUR, SIZED, deals, sized


def test_the_pipeline_holds_the_last_amount_told():
    found = sized(*SIZED, currency="EUR").pipeline()
    assert found.currency == "EUR"
    assert (found.deals, found.amount) == (3, Decimal("2200.50"))
    opportunity, lead = found["opportunity"], found["lead"]
    assert (opportunity.deals, opportunity.amount, opportunity.money.unknown) == (2, Decimal("1500.50"), 1)
    assert (opportunity.overdue, opportunity.oldest_days) == (1, 59.0)
    assert (lead.deals, lead.amount, lead.overdue) == (1, Decimal("700.00"), 1)
    assert (found["mql"].deals, found["mql"].amount) == (0, None)
    assert "1 of 3 open deals has no amount" in str(found)
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


def test_sales_questions_speak_of_what_the_log_counts():
    rows = [
        ("a", "engagement", "2026-01-01T00:00Z", "9"), ("a", "conversion", "2026-02-01T00:00Z", None),
        ("b", "engagement", "2026-01-20T00:00Z", "9"), ("c", "engagement", "2026-01-20T00:00Z", None),
        ("d", "engagement", "2026-01-20T00:00Z", None), ("d", "conversion", "2026-02-01T00:00Z", None),
    ]  # fmt: skip
    log = StageLog.from_rows(
        [dict(zip(("customer", "stage", "at", "amount"), row, strict=True)) for row in rows],
        presets.bruxt5, amount_col="amount", unit="company", since="2026-01-02T00:00Z",
    )  # fmt: skip
    calls = cl.EventLog.from_rows([("d", "call", "2026-01-21T00:00Z")], unit="company", as_of=log.as_of)
    asked = [log.win_rate(), log.cycle_length(), log.pipeline(), log.velocity(), log.actions_against_wins(calls)]
    told = "\n".join(str(found) for found in asked)
    assert "deal" not in told
    assert "companys" not in told
    assert "1 company began before observation did: its length is not known." in asked[1].footnotes()
    assert asked[2].footnotes() == ("1 of 2 open companies has no amount, and is in no sum.",)
    assert list(asked[2].people()[0])[:2] == ["stage", "companies"]
    assert list(asked[2].to_dicts()[0])[:2] == ["stage", "deals"]
    assert asked[3].footnotes()[1] == "1 won company has no amount, and is in no average."


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
