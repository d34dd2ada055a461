"""Every answer shows itself: as rows, as a table, as a picture, the same bytes whatever the order of the rows."""

from __future__ import annotations

import pytest
from hypothesis import given

from custlife import EventLog, exclude, step
from custlife.calendar import days
from custlife.errors import UsageTypeError
from tests.analysis.strategies import AS_OF, STAGE_ROWS, hour, stage_log
from tests.oracles.lifecycle import Row

ASKED = {
    "conversion": lambda log, by: log.conversion("a", "b", within=days(2), by=by),
    "trend": lambda log, by: log.conversion("a", "b", within=days(2), by=by, every="day"),
    "time in stage": lambda log, by: log.time_in_stage(by=by),
    "retention": lambda log, by: log.retention(every="day", by=by),
    "growth": lambda log, by: log.growth_accounting(every="day", by=by),
    "headcount": lambda log, by: log.headcount(every="day", by=by),
    "flows": lambda log, by: log.flows(by=by),
    "flows by day": lambda log, by: log.flows(every="day", by=by),
    "paths": lambda log, by: log.paths(by=by),
    "reasons": lambda log, by: log.reasons(by=by),
    "spells": lambda log, by: log.spells(),
    "customers": lambda log, by: log.per_customer(),
}
EVERY = pytest.mark.parametrize("name", ASKED)
ROWS = [
    Row("u1", hour(0), "a", "p"),
    Row("u1", hour(3), "b", "p"),
    Row("u1", hour(90), "lost", "p", "price"),
    Row("u2", hour(1), "a", "<q>"),
    Row("u2", hour(50), "c", None),
    Row("u3", hour(2), "b"),
]


@EVERY
@given(rows=STAGE_ROWS, as_of=AS_OF)
def test_rows_in_another_order_show_the_same_bytes(name, rows, as_of):
    one, other = (ASKED[name](stage_log(some, as_of), ("plan",)) for some in (rows, rows[::-1]))
    assert one.to_json() == other.to_json()


@EVERY
@pytest.mark.parametrize("by", [(), ("plan",)])
@pytest.mark.parametrize("rows", [ROWS, []])
def test_an_answer_is_rows_with_the_same_columns_a_table_and_a_picture(name, by, rows):
    found = ASKED[name](stage_log(rows, hour(100)), by)
    assert len({tuple(row) for row in found.to_dicts()}) <= 1
    assert found.title().split()[0] in str(found)
    assert found.picture().svg().startswith("<svg")
    assert "<q>" not in found._repr_html_()
    assert found.parameters()["as_of"] == hour(100)


@EVERY
def test_an_answer_says_what_it_was_asked_and_can_be_asked_again(name):
    log = stage_log(ROWS, hour(100))
    found = ASKED[name](log, ())
    assert log.ask(found.question) == found
    assert hash(found.question) == hash(ASKED[name](log, ()).question)


def test_time_in_stage_reads_with_its_limits():
    rows = [row for n in range(8) for row in (Row(f"u{n}", hour(0), "a"), Row(f"u{n}", hour(12 + n), "b"))]
    text = str(stage_log(rows, hour(100)).time_in_stage("a"))
    assert "0.6 (0.5–0.8)" in text


EVENT_ROWS = [("u", "login", hour(0)), ("v", "login", hour(1)), ("u", "buy", hour(2))]


@pytest.mark.parametrize(
    ("steps", "options", "text"),
    [
        (("login", "bought"), {}, "Nobody had the event 'bought': is it spelled so?"),
        ((step("login"), step("buy", unless=["refnd"])), {}, "Nobody had the event 'refnd': is it spelled so?"),
        (("login", "buy"), {"exclusions": exclude("refnd")}, "Nobody had the event 'refnd': is it spelled so?"),
        (("lgin", "byu"), {}, "Nobody had the events 'lgin', 'byu': are they spelled so?"),
        ((step(["login", "logon"]), "buy"), {}, "Nobody had the event 'logon': is it spelled so?"),
        (("login", "buy"), {}, None),
    ],
)
def test_a_funnel_names_the_events_that_nobody_had(steps, options, text):
    found = EventLog.from_rows(EVENT_ROWS, as_of=hour(100)).funnel(*steps, within=days(2), **options)
    assert [line for line in found.footnotes() if "spelled" in line] == ([] if text is None else [text])
    assert text is None or text in str(found)


def test_a_conversion_names_the_events_that_nobody_had():
    log = EventLog.from_rows(EVENT_ROWS, as_of=hour(100))
    assert "Nobody had the event 'bought': is it spelled so?" in log.conversion("login", "bought").footnotes()
    assert "spelled" not in str(log.conversion("login", "buy"))


@pytest.mark.parametrize(
    ("ask", "names"),
    [
        (lambda log: log.retention(active="byu"), ("byu",)),
        (lambda log: log.retention(active="buy", start=["lgin", "buy"]), ("lgin",)),
        (lambda log: log.retention(active="buy", start="login"), ()),
        (lambda log: log.retention(), ()),
        (lambda log: log.growth_accounting(active="byu"), ("byu",)),
        (lambda log: log.growth_accounting(new="lgin"), ("lgin",)),
        (lambda log: log.growth_accounting(new="first_seen"), ()),
    ],
)
def test_activity_by_events_names_those_that_nobody_had(ask, names):
    found = ask(EventLog.from_rows(EVENT_ROWS, as_of=hour(100)))
    assert found.unseen == names
    assert [line for line in found.footnotes() if "spelled" in line] == [
        f"Nobody had the event {name!r}: is it spelled so?" for name in names
    ]


def test_a_stage_that_nobody_had_is_known_to_the_model():
    assert stage_log(ROWS, hour(100)).funnel("a", "other", within=days(2)).unseen == ()


def test_one_is_one_customer():
    (found, none) = (stage_log(rows, hour(100)) for rows in (ROWS[:3], []))
    assert found.funnel(within=days(2)).title() == "Funnel of 1 customer within 2 days"
    assert none.funnel(within=days(2)).title() == "Funnel of 0 customers within 2 days"
    assert found.flows().title() == "Moves of 1 customer"
    assert found.spells("a").title() == "1 stay in a of 1 customer"
    assert found.per_customer().title() == "1 customer"
    assert found.paths().title() == "Paths of 1 customer"


def test_the_unit_of_a_title_may_end_in_y():
    log = EventLog.from_rows([("u", "x", hour(0)), ("v", "x", hour(1))], as_of=hour(9), unit="company")
    assert log.funnel("x").title() == "Funnel of 2 companies"


def test_steps_in_a_list_are_told_how_to_be_written():
    log = stage_log(ROWS, hour(100))
    with pytest.raises(UsageTypeError) as caught:
        log.funnel(["a", "b"])
    assert str(caught.value) == (
        "a step cannot be ['a', 'b']\n\nHint: write one after the other, without brackets: 'a', 'b'"
    )
    with pytest.raises(UsageTypeError, match=r"without brackets: 'a', cl\.step\(\.\.\.\)$"):
        log.funnel(("a", step("b")))
    for odd in ([], ["a", 3]):
        with pytest.raises(UsageTypeError, match=r"write a name or cl\.step"):
            log.funnel(odd)
