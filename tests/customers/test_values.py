"""Moves, events, facts and what may stand beside them: checked at the door, frozen all the way down."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum

import pytest
from hypothesis import given

from custlife.customers import Event, Fact, Move, Spell
from custlife.customers.properties import NO_PROPERTIES, Properties, scalar
from custlife.errors import TimeError, UsageError, UsageTypeError

from .strategies import A_FACT, A_MOVE, AN_EVENT, PROPERTIES, SCALARS, START

AT = "2026-01-05T09:00Z"
ABOUT = {"Move": Move, "Event": Event, "Fact": Fact, "Properties": Properties, "Decimal": Decimal}
ABOUT |= {"datetime": __import__("datetime")}


class Counted:
    """As NumPy's numbers are: no int, and one inside."""

    def __repr__(self):
        return "five"

    def item(self):
        return 5


@given(A_MOVE, AN_EVENT, A_FACT)
def test_entries_can_be_pasted_from_their_repr_pickled_and_hashed(move, event, fact):
    for entry in (move, event, fact):
        assert eval(repr(entry), ABOUT) == entry
        assert pickle.loads(pickle.dumps(entry)) == entry
        assert len({entry, pickle.loads(pickle.dumps(entry))}) == 1


@given(PROPERTIES)
def test_properties_are_the_mapping_they_were_made_of(pairs):
    told = Properties(pairs)
    assert dict(told) == pairs
    assert told == pairs
    assert list(told) == sorted(pairs)
    assert told == Properties(pairs.items()) == pickle.loads(pickle.dumps(told)) == eval(repr(told), ABOUT)
    assert hash(told) == hash(Properties(reversed(pairs.items())))


@given(SCALARS, SCALARS)
def test_equal_properties_have_equal_types_of_values(one, other):
    equal = Properties({"a": one}) == Properties({"a": other})
    assert equal == (type(one) is type(other) and repr(one) == repr(other))


def test_instants_are_utc_and_may_be_given_as_text():
    bern = timezone(timedelta(hours=1))
    nine = datetime(2026, 1, 5, 9, tzinfo=UTC)
    for at in (AT, nine, nine.astimezone(bern), "2026-01-05T10:00+01:00"):
        for entry in (Move("lead", at), Event("login", at), Fact("plan", "pro", at=at)):
            assert (entry.at, entry.at.tzinfo) == (nine, UTC)
        assert scalar(at if isinstance(at, datetime) else nine).tzinfo is UTC


@pytest.mark.parametrize("make", [Move, Event, lambda name, at: Fact(name, 1, at=at)])
def test_a_naive_time_is_refused(make):
    with pytest.raises(TimeError) as caught:
        make("lead", datetime(2026, 1, 5))  # noqa: DTZ001
    assert "at=datetime.datetime(2026, 1, 5, 0, 0)" in str(caught.value)
    assert "Hint: " in str(caught.value)
    with pytest.raises(TimeError, match="recorded_at='2026-01-05T10:00'"):
        Move("lead", AT, recorded_at="2026-01-05T10:00")


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: Move(3, AT), UsageTypeError, "to_stage=3 is not a str\n\nHint: write to_stage='3'"),
        (lambda: Move(" ", AT), UsageError, "to_stage=' ' is empty\n\nHint: name the move"),
        (lambda: Event("", AT), UsageError, "name='' is empty\n\nHint: name the event"),
        (lambda: Fact("", 1), UsageError, "name='' is empty\n\nHint: name the fact"),
        (lambda: Move("a", AT, key=7), UsageTypeError, "key=7 is not a str\n\nHint: write key='7' or nothing"),
        (lambda: Move(None, AT), UsageTypeError, "to_stage=None is not a str\n\nHint: pass a str, not NoneType"),
        (
            lambda: Move("a", AT, key=None),
            UsageTypeError,
            "key=None is not a str\n\nHint: pass a str, or leave key out",
        ),
        (
            lambda: Fact("seats", Counted()),
            UsageTypeError,
            "value=five is a Counted, not a plain value\n\nHint: pass value.item(), the plain value in it",
        ),
        (
            lambda: Move("a", AT, seq=True),
            UsageTypeError,
            "seq=True is not an int\n\nHint: number what happens at one instant 0, 1, 2, ...",
        ),
        (
            lambda: Move("a", AT, recorded_at="2026-01-05T08:59Z"),
            UsageError,
            (
                "at=2026-01-05T09:00:00Z is after recorded_at=2026-01-05T08:59:00Z\n\n"
                "Hint: record what happened, when it has; a missing recorded_at means: known when it occurred"
            ),
        ),
        (
            lambda: Event("a", AT, direction="up"),
            UsageError,
            "direction='up' is unknown\n\nHint: pass 'inbound', 'outbound' or '' (unknown)",
        ),
        (
            lambda: Event("a", AT, by_human=1),
            UsageTypeError,
            "by_human=1 is not a bool\n\nHint: pass True, False, or None where it is not known",
        ),
        (
            lambda: Event("a", AT, value=float("nan")),
            UsageError,
            "value=nan is not a finite number\n\nHint: leave value out, or pass None",
        ),
        (
            lambda: Fact("a", Decimal("Infinity")),
            UsageError,
            "value=Decimal('Infinity') is not a finite number\n\nHint: leave value out, or pass None",
        ),
        (
            lambda: Fact("a", date(2026, 1, 5)),
            UsageTypeError,
            (
                "value=datetime.date(2026, 1, 5) is a date, not a plain value\n\n"
                "Hint: pass str, int, float, bool, Decimal, an aware datetime or None; for a date or a list, pass its text"
            ),
        ),
        (
            lambda: Move("a", AT, properties={"tags": ["x"]}),
            UsageTypeError,
            (
                "properties['tags']=['x'] is a list, not a plain value\n\n"
                "Hint: pass str, int, float, bool, Decimal, an aware datetime or None; for a date or a list, pass its text"
            ),
        ),
        (
            lambda: Move("a", AT, properties={1: "x"}),
            UsageTypeError,
            "property name 1 is not a str\n\nHint: write '1'",
        ),
        (
            lambda: Move("a", AT, properties=[("x", 1), ("x", 2)]),
            UsageError,
            "property 'x' is given twice\n\nHint: give each name once",
        ),
        (
            lambda: Move("a", AT, properties="vip"),
            UsageTypeError,
            'properties=\'vip\' is not a mapping\n\nHint: pass a dict such as {"plan": "pro"}',
        ),
        (
            lambda: Move("a", AT, properties=["vip"]),
            UsageTypeError,
            'properties=[\'vip\'] is not a mapping\n\nHint: pass a dict such as {"plan": "pro"}',
        ),
    ],
)
def test_what_cannot_be_kept_is_refused_with_what_to_type(make, error, text):
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == text


def test_subclasses_of_plain_values_become_plain():
    class Plan(StrEnum):
        PRO = "pro"

    class Seats(IntEnum):
        FIVE = 5

    class Share(float):
        pass

    told = Properties({"plan": Plan.PRO, "seats": Seats.FIVE, "share": Share(0.5)})
    assert [type(value) for value in told.values()] == [str, int, float]
    assert told == {"plan": "pro", "seats": 5, "share": 0.5}


def test_properties_are_read_only_and_share_the_empty_one():
    assert Move("a", AT).properties is NO_PROPERTIES is Move("a", AT, properties={}).properties
    told = {"n": 1}
    move = Move("a", AT, properties=told)
    told["n"] = 2
    assert move.properties["n"] == 1
    with pytest.raises(KeyError):
        move.properties["m"]
    with pytest.raises(TypeError, match="does not support item assignment"):
        move.properties["n"] = 3
    with pytest.raises(UsageTypeError, match="properties are read-only; cannot set '_pairs'"):
        move.properties._pairs = ()
    assert move.properties != {"n": 2}
    assert move.properties != Properties({"n": 1, "m": 1})
    assert repr(move) == "Move('a', '2026-01-05T09:00:00Z', properties=Properties({'n': 1}))"


def test_a_spell_lasts_until_it_is_left():
    assert Spell("lead", START, START + timedelta(days=1)).duration == timedelta(days=1)
    assert Spell("lead", START).duration is None


def test_a_name_that_the_room_does_not_have_is_refused() -> None:
    import custlife.customers

    with pytest.raises(AttributeError, match=r"has no attribute 'Custmer'"):
        custlife.customers.Custmer  # noqa: B018  # looking it up is the test
    assert dir(custlife.customers) == sorted(custlife.customers.__all__)
