"""The story of a customer, and the table of their journey: for people, in plain words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given

from custlife.customers import Customer, Move
from custlife.customers.story import elapsed
from custlife.stages import Stage, StageModel

from .strategies import INSTANTS, OPEN, STEPWISE, customers

AT = "2026-01-05T09:00Z"
LATER = "2026-02-01T12:00Z"


@given(customers(), INSTANTS)
def test_the_story_names_every_stage_visited(customer, at):
    for told, seen in ((customer.explain(), customer), (customer.explain(as_of=at), customer.as_of(at))):
        for leg in seen.journey:
            assert customer.model[leg.to_stage].label in told
        assert told.count("\n- ") == len(seen.journey)
        assert told.count("not allowed by") == len(seen.violations)


@given(customers())
def test_a_customer_prints_as_a_table_of_their_stays(customer):
    assert str(customer).startswith("Customer acme")
    if customer.journey:
        assert customer._repr_html_().count("<tr") == len(customer.journey) + 1
    assert repr(customer).startswith(f"<Customer 'acme' {'in' if customer.stage else 'before'} ")


def test_the_whole_story_reads_like_this():
    customer = (
        Customer("acme", STEPWISE, aliases=["acme-2"])
        .record([Move("trial", AT, reason="met at\nthe fair", actor="Ann", recorded_at="2026-01-07T09:00Z")])
        .record([("client", "2026-01-06T00:00Z"), ("offer", "2026-01-06T10:30:15.5Z"), ("rival", LATER)])
        .record([("lead", "2026-03-01T00:00Z"), ("lost", "2026-03-01T00:00:00.000001Z")])
        .track("login", at=AT)
        .track("logout", at=LATER)
        .fact("plan", "pro")
    )
    assert customer.explain(as_of="2026-03-04T00:00Z") == (
        "Customer acme, also known as acme-2 (model crm, version 1)\n"
        "\n"
        "- 2026-01-05 09:00 UTC: started in Trial, past Lead and Offer, by Ann, because: met at the fair"
        " (recorded 2 days later) (not allowed by model crm, policy stepwise)\n"
        "- 2026-01-06 UTC: moved on to Client after 15 hours in Trial\n"
        "- 2026-01-06 10:30:15.500000 UTC: went back to Offer after 10 hours 30 minutes in Client"
        " (not allowed by model crm, policy stepwise)\n"
        "- 2026-02-01 12:00 UTC: lapsed to Rival after 26 days 1 hour in Offer\n"
        "- 2026-03-01 UTC: came back to Lead after 27 days 12 hours in Rival\n"
        "- 2026-03-01 00:00:00.000001 UTC: ended in Lost after less than a second in Lead\n"
        "\n"
        "Now in Lost since 2026-03-01 00:00:00.000001 UTC, for 2 days 23 hours as of 2026-03-04 UTC."
        " Furthest stage: Client. Not a paying customer.\n"
        "Known: plan = pro.\n"
        "2 events, the last one logout on 2026-02-01 12:00 UTC.\n"
        "May next lapse to Other or Lapsed or Rival; return to Lead."
    )


def test_a_story_that_has_not_begun():
    assert Customer("acme", OPEN).explain() == (
        "Customer acme (model crm, version 1)\n\nNo stage yet.\n\n"
        "May next enter Lead or Offer or Trial or Client; lapse to Other or Lapsed or Rival; end in Lost."
    )


def test_a_story_without_a_way_on_and_one_that_skips():
    model = StageModel("m", ["a", "b", "c"], exits=[], policy="forward")
    customer = Customer("acme", model).move("a", at=AT).track("login", at=AT).move("c", at=LATER)
    assert customer.explain() == (
        "Customer acme (model m, version 1)\n\n"
        "- 2026-01-05 09:00 UTC: started in A\n"
        "- 2026-02-01 12:00 UTC: skipped to C after 27 days 3 hours in A, past B\n\n"
        "Now in C since 2026-02-01 12:00 UTC.\n"
        "1 event, the last one login on 2026-01-05 09:00 UTC.\n"
        "No further move is allowed."
    )


def test_who_is_first_seen_off_the_path_has_not_started():
    assert "- 2026-01-05 09:00 UTC: first seen in Lapsed\n" in Customer("acme", OPEN).move("lapsed", at=AT).explain()
    assert " A paying customer.\n" in Customer("acme", OPEN).move("client", at=AT).explain()


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(), "no time"),
        (timedelta(microseconds=999_999), "less than a second"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(minutes=2, seconds=59), "2 minutes 59 seconds"),
        (timedelta(hours=1, seconds=59), "1 hour"),
        (timedelta(days=1, hours=23, minutes=59), "1 day 23 hours"),
        (timedelta(days=400), "400 days"),
    ],
)
def test_lengths_are_told_in_their_two_largest_units(length, text):
    assert elapsed(length) == text


def test_labels_and_reasons_are_escaped_in_html():
    model = StageModel("m", [Stage("a", "<b>A</b>")])
    html = Customer("<i>acme</i>", model).move("a", at=AT, reason="<script>")._repr_html_()
    assert "<b>" not in html
    assert "<i>" not in html
    assert "<script" not in html


def test_the_table_has_one_row_for_each_stay():
    customer = Customer("acme", STEPWISE).record([("lead", AT), ("trial", LATER)])
    assert str(customer).splitlines() == [
        "Customer acme (model crm, version 1)",
        "entered               stage  move                stayed           reason",
        "────────────────────  ─────  ──────────────────  ───────────────  ──────",
        "2026-01-05 09:00 UTC  Lead   enter               27 days 3 hours",
        "2026-02-01 12:00 UTC  Trial  skip (not allowed)",
    ]
    assert repr(customer) == "<Customer 'acme' in 'trial', 2 moves, model 'crm'>"
    assert repr(Customer("acme", OPEN)) == "<Customer 'acme' before the first stage, 0 moves, model 'crm'>"
