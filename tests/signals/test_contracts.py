"""Contracts as facts: renewals as the log of contracts itself tells them."""

from __future__ import annotations

from datetime import timedelta

import pytest

import custlife as cl
from custlife import scoring, signals, simulate
from custlife.errors import DataError, UsageTypeError
from custlife.signals import Rule

ROLLING = [
    {"customer": "ada", "start": "2025-10-31", "term": "1 month", "ended": None, "limit": 10, "used": 9},
    {"customer": "bob", "start": "2025-11-05", "term": "1 year", "ended": "2026-01-01", "limit": 5, "used": 1},
]


def rolling() -> cl.Contracts:
    return cl.Contracts.from_rows(
        ROLLING, tz="UTC", as_of="2026-02-01", ended_col="ended", limit_col="limit", used_col="used"
    )


@pytest.mark.parametrize("back", [0, 40, 90])
@pytest.mark.parametrize("seed", [1, 7])
def test_renewals_near_are_those_that_the_log_of_contracts_lists(seed, back):
    """Second answer: `contracts.running(within=)`, which counts by its own kernel."""
    stages = simulate.b2b(120, seed=seed)
    contracts = simulate.b2b_contracts(stages, seed=seed)
    midnight = stages.as_of - timedelta(days=back)
    people = [cl.Customer(name, stages.model) for name in contracts.customers]
    rule = Rule("renewal", signals.RenewalNear("60 days"))
    found = signals.watch(rule, people, as_of=midnight, facts=signals.contract_facts(contracts))
    listed = contracts.with_as_of(midnight).running(within="60 days").rows
    assert sorted(one.customer for one in found.open) == sorted(row.customer for row in listed)
    assert listed


def test_terms_that_go_on_and_contracts_that_end():
    facts = signals.contract_facts(rolling())
    people = [cl.Customer(name, cl.presets.bruxt5) for name in ("ada", "bob")]
    rule = Rule("renewal", signals.RenewalNear("5 days"))
    found = signals.watch(rule, people, as_of="2026-02-01T00:00Z", facts=facts)
    assert [f"{one.customer} {one.opened_at:%m-%d} {one.resolved_at:%m-%d}" for one in found] == [
        "ada 11-25 12-01", "ada 12-26 01-01", "ada 01-26 02-01"
    ]  # fmt: skip
    near = signals.NearLimit(scoring.fact("contract_used"), scoring.fact("contract_limit"))
    assert [
        one.customer for one in signals.watch(Rule("csql", near), people, as_of="2026-02-01T00:00Z", facts=facts)
    ] == ["ada"]


def test_rows_of_one_term_each_renew_by_the_next_row():
    rows = [("ada", "2025-01-01", "1 year"), ("ada", "2026-01-01", "1 year")]
    log = cl.Contracts.from_rows(rows, tz="UTC", as_of="2027-03-01")
    rule = Rule("renewal", signals.RenewalNear("1 month"))
    found = signals.watch(
        rule, [cl.Customer("ada", cl.presets.bruxt5)], as_of=log.as_of, facts=signals.contract_facts(log)
    )
    assert [f"{one.opened_at:%Y-%m-%d} {one.resolved_at:%Y-%m-%d}" for one in found] == [
        "2025-12-01 2026-01-01", "2026-12-01 2027-01-02"
    ]  # fmt: skip


def test_a_contract_begun_anew_has_not_ended():
    rows = [("ada", "2025-01-01", "1 year", "2025-06-01"), ("ada", "2025-09-01", "1 year", "2026-06-01")]
    rows = [dict(zip(("customer", "start", "term", "ended"), row, strict=True)) for row in rows]
    log = cl.Contracts.from_rows(rows, tz="UTC", as_of="2026-03-01", ended_col="ended")
    told = signals.contract_facts(log)["ada"]
    held = [
        scoring.Facts([fact for fact in told if fact.at <= cl.instant(day, tz="UTC")]).get("contract_ended")
        for day in ("2025-05-31", "2025-06-01", "2025-09-01", "2026-06-01")
    ]
    assert [None if one is None else f"{one:%Y-%m-%d}" for one in held] == [None, "2025-06-01", None, "2026-06-01"]


def test_several_contracts_at_once_are_refused():
    rows = [{"customer": "ada", "start": "2025-01-01", "term": "1 year", "name": name} for name in "ab"]
    log = cl.Contracts.from_rows(rows, tz="UTC", contract_col="name", as_of="2025-06-01")
    with pytest.raises(DataError, match="customers have several contracts"):
        signals.contract_facts(log)
    with pytest.raises(UsageTypeError, match="no log of contracts"):
        signals.contract_facts(cl.EventLog.from_rows([("a", "b", "2026-01-01T00:00Z")]))
