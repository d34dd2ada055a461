"""Touches counted by arrays, and events put beside stages by arrays, against both by rows."""

from __future__ import annotations

import random
from array import array

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.calendar import BusinessHours, days, hours, months, zone
from custlife.engines import beside, gather
from custlife.engines import history as histories
from custlife.engines.arrays.ids import Texts
from custlife.engines.history import Column, History, Note
from custlife.engines.touching import Contacts, HandOvers, Seen, Touches
from custlife.errors import UsageError
from tests.engines.arrays.making import plain
from tests.engines.making import NAMES, PATH, history

EVENTS = ("call", "mail", "visit")
WIDTH, EXITS = len(NAMES), frozenset((4, 5))
TESTS = st.sampled_from(
    [(), (), (("human", True),), (("score", 1),), (("score", 1.0), ("team", "ops")), (("score", 2**60),)]
)
SPLITS = st.sampled_from([(), ("plan",), ("plan", "land")])


def lived(made: History, seed: int) -> History:
    """The history with segments and an extra."""
    rows = range(len(made))
    plan = Column(array("i", [(row * seed) % 3 - 1 for row in rows]), ("free", "pro"))
    land = Column(array("i", [(row // 2 * seed) % 2 for row in rows]), ("ch", "de"))
    reason = Column(array("i", [row % 2 - 1 for row in rows]), ("price",))
    values = {"amount": array("q", rows), "score": [None] * len(rows)}
    return attrs.evolve(made, segments={"plan": plan, "land": land}, extras={"reason": reason}, values=values)


def touched(made: History, dice: random.Random) -> History:
    """The events with a team, and who made them."""
    rows = range(len(made))
    values = {
        "team": [dice.choice(["ops", "", None, "sälés", 3]) for _ in rows],
        "human": [dice.choice([True, False, "yes", "no", None]) for _ in rows],
        "score": array("q", [dice.randrange(3) for _ in rows]),
    }
    channel = Column(array("i", [dice.randrange(-1, 2) for _ in rows]), ("web", "fair"))
    notes = (Note("assumed", "as_of"), Note("later", "rows were left out", 2))
    return attrs.evolve(made, values=values, segments={"channel": channel}, notes=notes)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[History, History]:
    """Stage histories, and events of most of the same units, with ties between them."""
    dice, latest = draw(st.randoms(use_true_random=False)), draw(st.sampled_from([4, 12, 90]))
    units, rows = draw(st.sampled_from([1, 3, 12])), draw(st.integers(0, 40))
    step = draw(st.sampled_from([1, 3_600 * 9]))

    def visits(names: tuple[str, ...], who: str) -> list[tuple[str, int, str]]:
        return [
            (f"{who}{dice.randrange(units)}", dice.randrange(latest) * step, dice.choice(names)) for _ in range(rows)
        ]

    as_of = (latest - draw(st.integers(0, 1))) * step
    since = draw(st.none() | st.integers(0, latest).map(lambda number: number * step))
    stages = history(visits(NAMES, "u"), as_of=as_of, since=since)
    others = [("ü9", step, "call")] if draw(st.booleans()) else []
    events = history([*visits(EVENTS, "u"), *others], as_of=as_of, model=None)
    tz = zone(draw(st.sampled_from(["UTC", "Europe/Zurich"])))
    return attrs.evolve(lived(stages, draw(st.integers(1, 5))), zone=tz), touched(attrs.evolve(events, zone=tz), dice)


def arrays(made: History) -> History:
    return attrs.evolve(made, engine="arrays")


def both(stages: History, events: History) -> History:
    """The stages with the events between, as rows made them; arrays make the same."""
    expected = beside(stages, events)
    for ids in (events.ids, Texts.of(events.ids)):
        found = beside(arrays(stages), attrs.evolve(arrays(events), ids=ids))
        assert plain(found) == plain(expected)
        assert [note.keys for note in found.notes] == [note.keys for note in expected.notes]
        assert found.engine == "arrays"
    assert beside(arrays(stages), events).engine == "rows"
    return expected


def meant(made: History, names: tuple[str, ...], tests=()) -> Seen:
    code = made.vocabulary.code
    return Seen(frozenset(code[name] for name in names if name in code), tests)


@given(pairs(), TESTS, SPLITS, st.sampled_from([PATH, ("b", "lapsed"), NAMES]))
def test_touches_of_each_stay_are_equal(pair, tests, by, stages) -> None:
    made = both(*pair)
    seen = meant(made, ("call", "mail", "a"), tests)
    wanted = frozenset(made.vocabulary.code[name] for name in stages)
    request = Touches(seen, wanted, EXITS, WIDTH, by)
    assert gather(request, arrays(made)) == gather(request, made)


@given(pairs(), TESTS, SPLITS)
def test_hand_overs_are_equal(pair, tests, by) -> None:
    made = both(*pair)
    request = HandOvers(meant(made, EVENTS, tests), "team", len(PATH), WIDTH, EXITS, by)
    assert gather(request, arrays(made)) == gather(request, made)


@pytest.mark.parametrize("first", ["a", "lost"])
def test_before_the_first_stage_nobody_goes_on(first: str) -> None:
    calls = touched(history([("u", 1, "call"), ("u", 2, "call")], model=None), random.Random(1))
    made = both(history([("u", 3, first), ("v", 0, "a")], as_of=9), attrs.evolve(calls, notes=()))
    request = HandOvers(meant(made, EVENTS), "team", len(PATH), WIDTH, EXITS)
    (tally,) = gather(request, arrays(made)).values()
    assert (tally.back, tally.moved, tally.lost, tally.pending) == (1, 0, 0, 0)
    assert gather(request, made) == gather(request, arrays(made))


WITHIN = st.sampled_from([None, hours(1), days(1), months(1), hours(0)])


@given(pairs(), TESTS, TESTS, SPLITS, WITHIN, st.sampled_from([("b",), ("a", "call"), ("visit",)]))
def test_first_contacts_are_equal(pair, tests, started, by, within, start) -> None:
    made = both(*pair)
    request = Contacts(meant(made, start, started), meant(made, ("call", "mail"), tests), None, within, None, EXITS, by)
    assert gather(request, arrays(made)) == gather(request, made)


@given(pairs(), WITHIN, TESTS)
def test_first_replies_are_equal(pair, within, tests) -> None:
    made = attrs.evolve(pair[1], since=pair[0].since)
    request = Contacts(
        meant(made, ("call",)), meant(made, ("mail", "visit"), tests), None, within, None, frozenset(), ("channel",)
    )
    assert gather(request, arrays(made)) == gather(request, made)


@pytest.mark.parametrize("hook", [False, True])
def test_hooks_and_business_hours_are_left_to_the_rows(hook: bool) -> None:
    rows = [("u", 9 * 3_600, "a"), ("v", 3_600, "b")]
    made = both(
        lived(history(rows, as_of=90_000), 1), touched(history([("u", 40_000, "call")], model=None), random.Random(1))
    )
    finder = (lambda customer: customer.moves[0].at) if hook else None
    office = None if hook else BusinessHours("mon-sun 09:00-17:00", tz="UTC")
    request = Contacts(meant(made, ("a",)), meant(made, ("call",)), finder, None, office, EXITS)
    assert gather(request, arrays(made)) == gather(request, made)


def test_too_many_names_of_stages_and_events_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    stages, events = history([("u", 0, "a")]), history([("u", 1, "call"), ("u", 2, "mail")], model=None)
    most = len(NAMES) + 2
    monkeypatch.setattr(histories, "MOST_NAMES", most)
    assert gather(Touches(Seen(frozenset((most - 1,))), frozenset((0,)), EXITS, WIDTH), both(stages, events))
    monkeypatch.setattr(histories, "MOST_NAMES", most - 1)
    for make in (lambda made: made, arrays):
        with pytest.raises(UsageError, match=f"there are {most} different names, more than {most - 1}"):
            beside(make(stages), make(events))


def test_of_nobody_nothing_is_counted() -> None:
    made = both(lived(history([]), 1), touched(history([("u", 0, "call")], model=None), random.Random(1)))
    for request in (
        Touches(meant(made, EVENTS), frozenset(range(4)), EXITS, WIDTH),
        HandOvers(meant(made, EVENTS), "team", len(PATH), WIDTH, EXITS),
        Contacts(meant(made, ("a",)), meant(made, EVENTS), within=days(1)),
    ):
        assert gather(request, arrays(made)) == gather(request, made) == {}


@pytest.mark.parametrize("as_of", [3_599, 3_600, 3_601])
def test_a_limit_is_over_at_its_end(as_of: int) -> None:
    made = both(lived(history([("u", 0, "a"), ("v", 0, "a")], as_of=as_of), 1),
                touched(history([("u", 3_600, "call")], as_of=as_of, model=None), random.Random(1)))  # fmt: skip
    request = Contacts(meant(made, ("a",)), meant(made, ("call",)), within=hours(1))
    found = gather(request, arrays(made))
    assert found == gather(request, made)
    assert (found[()].eligible, found[()].in_time) == ((0, 0) if as_of < 3_600 else (2, 1))
