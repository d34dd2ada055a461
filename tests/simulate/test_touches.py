"""Simulated touches, deals and tickets: determined by their seed, and with the truth that is told of them."""

from __future__ import annotations

import pytest

from custlife.errors import UsageError, UsageTypeError
from custlife.simulate import (
    b2b,
    b2b_contracts,
    b2b_costs,
    b2b_deals,
    b2b_responses,
    b2b_revenue,
    b2b_tickets,
    b2b_touches,
)
from custlife.simulate.touching import DEMO_OTHER, DEMO_WON


def rows(events):
    (history,) = events._rows()
    return (
        history.at.tolist(),
        history.code.tolist(),
        list(history.ids),
        {k: list(v) for k, v in history.values.items()},
    )


@pytest.mark.parametrize("make", [lambda n: b2b_touches(b2b(n)), b2b_deals, b2b_tickets])
def test_the_same_seed_gives_the_same_rows(make):
    assert rows(make(40)) == rows(make(40))
    assert len(make(0).customers) == 0


def test_another_seed_gives_other_rows_and_the_first_ones_stay():
    log = b2b(80)
    assert rows(b2b_touches(log, seed=2)) != rows(b2b_touches(log))
    few, many = b2b_touches(log.where(list(log.customers[:20]))), b2b_touches(log)
    assert set(few.customers) == set(many.customers) & set(log.customers[:20])


def test_touches_lie_within_stays_on_the_path():
    log = b2b(150)
    events = b2b_touches(log)
    assert log.nurture(events).notes == log.notes
    (history,) = events._rows()
    assert max(history.at) <= history.as_of
    spells = log.spells().rows
    stays = {(row.customer, row.entered.timestamp()): row for row in spells}
    assert len(stays) <= len(spells)


def test_the_demo_has_the_odds_that_were_drawn():
    log = b2b(1200)
    found = log.actions_against_wins(b2b_touches(log), "demo", "call", start="connection")
    truth = DEMO_WON / (1 - DEMO_WON) * (1 - DEMO_OTHER) / DEMO_OTHER
    assert found["call"].plain.low > 1
    assert found["demo"].plain.low < truth * 1.5
    assert found["demo"].plain.high > truth * 0.67


def test_deals_have_money_and_tickets_have_teams():
    deals = b2b_deals(100)
    assert deals.pipeline().currency == "EUR"
    assert deals.velocity()["all"].per_day > 0
    assert deals.roll_up("account").unit == "account"
    assert {row.label for row in b2b_tickets(100).tickets(by="team").rows} == {"support", "technical"}
    with pytest.raises(UsageError, match="tickets=-1 is below 0"):
        b2b_tickets(-1)


@pytest.mark.parametrize("make", [b2b_touches, b2b_revenue, b2b_contracts, b2b_costs, b2b_responses])
def test_what_is_made_to_fit_customers_needs_their_stages(make):
    for log in (b2b_tickets(3), 400):
        with pytest.raises(UsageTypeError, match=r"^log=.* is not a StageLog"):
            make(log)


@pytest.mark.parametrize(("make", "name"), [(b2b_deals, "deals"), (b2b_tickets, "tickets")])
def test_a_number_that_is_none_is_named_as_it_was_given(make, name):
    with pytest.raises(UsageError, match=f"^{name}=-1 is below 0"):
        make(-1)
    with pytest.raises(UsageTypeError, match=f"^{name}='3' is not a whole number"):
        make("3")


def test_nothing_is_made_up_that_comes_after_the_moment_of_looking():
    log = b2b(150)
    for made in (b2b_touches(log), b2b_revenue(log), b2b_contracts(log), b2b_responses(log), b2b_tickets(150)):
        (history,) = made._rows()
        assert max(history.at) <= made._asked.as_of
        assert made.as_of == log.as_of
    assert b2b_costs(log).spending().rows[-1].period == "2026-06"
