"""Spells and customers as rows: what the log holds, said unit by unit."""

from __future__ import annotations

import pytest
from hypothesis import given

import custlife as cl
from custlife.errors import UnknownNameError, UsageError
from tests.analysis.strategies import AS_OF, MODEL, NAMES, SINCE, STAGE_ROWS, ZONE, event_log, hour, stage_log
from tests.oracles.lifecycle import Row, histories, stays


@given(rows=STAGE_ROWS, as_of=AS_OF, since=SINCE)
def test_spells_are_the_stays_of_brute_force(rows, as_of, since):
    found = stage_log(rows, as_of, since).spells()
    expected = [
        (s.unit, s.stage, s.entered, s.left, s.next, s.left is None, since is not None and s.entered < since, (s.plan,))
        for s in stays(histories(rows, NAMES, as_of, collapse=True))
    ]
    made = [(r.customer, r.stage, r.entered, r.left, r.next, r.censored, r.truncated, r.segments) for r in found.rows]
    assert made == sorted(expected, key=lambda one: one[0])
    for row in found.rows:
        assert row.days == ((row.left or as_of) - row.entered).total_seconds() / 86_400


@given(rows=STAGE_ROWS, as_of=AS_OF)
def test_each_customer_stands_where_its_last_row_says(rows, as_of):
    found = stage_log(rows, as_of).per_customer()
    seen = histories(rows, NAMES, as_of, collapse=True)
    raw = histories(rows, NAMES, as_of, collapse=False)
    assert [row.customer for row in found.rows] == sorted(seen)
    for row in found.rows:
        mine = seen[row.customer]
        on_path = [MODEL.position(one.name) for one in mine if MODEL.position(one.name) is not None]
        assert (row.stage, row.entered, row.first_seen, row.moves) == (
            mine[-1].name,
            mine[-1].at,
            mine[0].at,
            len(mine),
        )
        assert row.furthest == (MODEL.keys[max(on_path)] if on_path else None)
        assert row.is_customer == (mine[-1].name in {"b", "c"})
        assert row.outcome == {"lapsed": "paused", "lost": "ended"}.get(mine[-1].name, "open")
        assert row.days_in_stage == (as_of - mine[-1].at).total_seconds() / 86_400
        assert row.segments == (raw[row.customer][-1].plan,)


@given(rows=STAGE_ROWS, as_of=AS_OF)
def test_the_open_spells_are_the_customers(rows, as_of):
    log = stage_log(rows, as_of)
    open_ones = [(row.customer, row.stage, row.days) for row in log.spells().rows if row.censored]
    assert open_ones == [(row.customer, row.stage, row.days_in_stage) for row in log.per_customer().rows]


ROWS = [
    Row("u1", hour(0), "a", "p"),
    Row("u1", hour(24), "b", "p"),
    Row("u1", hour(36), "b", "q"),
    Row("u2", hour(1), "lost"),
]


def test_a_spell_that_lasts_has_neither_end_nor_next_stage():
    found = stage_log(ROWS, hour(48)).spells("b")
    assert len(found) == 1
    assert (found.rows[0].left, found.rows[0].next, found.rows[0].days) == (None, None, 1.0)
    assert found.to_dicts()[0]["plan"] == "p"


def test_the_segment_of_today_is_the_last_one_told():
    found = stage_log(ROWS, hour(48)).per_customer()
    assert found["u1"].segments == ("q",)
    assert found["u2"].furthest is None
    assert found.to_dicts()[0]["plan"] == "q"
    assert len(found) == 2
    assert "lost" in found.picture().text()


def test_an_unknown_customer_is_named():
    with pytest.raises(UnknownNameError, match="customer 'u9'"):
        stage_log(ROWS).per_customer()["u9"]


def test_a_model_without_customers_does_not_guess():
    from custlife.log.stage_log import StageLog
    from custlife.stages import StageModel

    log = StageLog.from_rows([("u1", "a", hour(0))], StageModel("plain", ["a"]))
    assert log.per_customer()["u1"].is_customer is None


def test_events_are_no_spells():
    from custlife.analysis.per_customer import PerCustomer
    from custlife.analysis.spells import SpellList

    with pytest.raises(UsageError, match="holds events"):
        event_log([], hour(1)).ask(SpellList(("a",)))
    with pytest.raises(UsageError, match="holds events"):
        event_log([], hour(1)).ask(PerCustomer())
    with pytest.raises(UnknownNameError):
        stage_log(ROWS).spells("z")


def test_people_read_local_days_of_each_customer():
    rows = [{"customer": "a", "stage": stage, "at": at} for stage, at in (("a", "2026-01-05"), ("b", "2026-07-01"))]
    found = cl.StageLog.from_rows(rows, MODEL, tz=ZONE, as_of="2026-08-01").per_customer()
    assert [(row["first_seen"], row["entered"]) for row in found.people()] == [("2026-01-05", "2026-07-01")]
    assert found.to_dicts()[0]["first_seen"] == cl.instant("2026-01-05", tz=ZONE)
    assert list(found.people()[0]) == list(found.column_types())
    assert "2026-07-01" in str(found)


def test_spells_are_printed_in_the_zone_of_the_log_and_handed_on_in_utc():
    rows = [("a", "a", "2026-01-05T23:30Z"), ("a", "b", "2026-07-01T22:00Z")]
    log = cl.StageLog.from_rows(rows, MODEL, tz="Europe/Zurich", as_of="2026-08-01")
    found = log.spells()
    assert [(row["entered"], row["left"]) for row in found.people()] == [
        ("2026-01-06 00:30", "2026-07-02 00:00"),
        ("2026-07-02 00:00", None),
    ]
    assert found.to_dicts()[0]["entered"] == cl.instant("2026-01-05T23:30Z")
    assert str(found).endswith("As of 2026-08-01 00:00 Europe/Zurich.")
    assert repr(log) == "<StageLog of 1 customer, 2 rows, as of 2026-08-01 00:00 Europe/Zurich>"


def test_lists_say_what_they_are():
    log = stage_log(ROWS, hour(48))
    assert str(log.spells()).startswith("3 stays of 2 customers")
    assert log.spells("a", "b").title() == "2 stays in a, b of 1 customer"
    assert str(log.per_customer()).startswith("2 customers")
