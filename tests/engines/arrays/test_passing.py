"""Passages: from rows equal to those of following every unit by hand, from arrays equal to those from rows."""

from __future__ import annotations

from collections import Counter
from zlib import crc32

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.calendar import days, hours, months, periods
from custlife.engines import rows
from custlife.engines.arrays import keys
from custlife.engines.arrays.passing import count_occupations, count_passages
from custlife.engines.arrays.views import Views
from custlife.engines.passages import WON, Occupations, OccupationTally, Passages, PassageTally
from tests.engines.arrays.drawn import EVERY, SPLITS, histories
from tests.engines.making import NAMES, PATH, history
from tests.oracles import passages as oracle

CODE = {name: code for code, name in enumerate(NAMES)}
PAUSED, LOST = CODE["lapsed"], CODE["lost"]
SPANS = st.sampled_from([None, hours(0), hours(12), days(1), days(9), months(1), months(2) + hours(1)])
STAGES = st.sampled_from(range(len(NAMES)))
DAY = 86_400_000_000
SECOND = 1_000_000


@st.composite
def requests(draw: st.DrawFn) -> Passages:
    """Questions of first passage: several ends, none of which is another or the origin."""
    origin = draw(STAGES)
    won = draw(st.frozensets(STAGES, min_size=1, max_size=3)) - {origin}
    exits = draw(st.sampled_from([frozenset(), frozenset({LOST}), frozenset({PAUSED, LOST})])) - won
    paused = frozenset({PAUSED}) if PAUSED not in exits else frozenset()
    return Passages(origin, won, exits, paused, draw(SPANS), None, draw(SPLITS))


def by_unit(made) -> dict[str, list[tuple[int, str]]]:
    return {
        unit: [(made.at[row], NAMES[made.code[row]]) for row in range(low, high)]
        for unit, (low, high) in zip(made.ids, made.ranges(), strict=True)
    }


def grouped(made, by, number):
    """The key of a story: the segments at its start, and a number."""
    lows = dict(zip(made.ids, made.bounds, strict=False))

    def key(unit, one):
        row = lows[unit] + one.place
        return tuple(made.segments[name].name(row) for name in by), number(unit, one)

    return key


def passed(tally: PassageTally) -> oracle.Passed:
    lists = {("now", "open"): tally.open, ("now", "paused"): tally.paused}
    lists |= {("past", "open"): tally.past, ("past", "paused"): tally.past_paused}
    for times in (*lists.values(), *tally.ended.values()):
        assert list(times) == sorted(times)
    return oracle.Passed(
        Counter(("won" if code == WON else NAMES[code], us) for code, times in tally.ended.items() for us in times),
        Counter((*kind, us) for kind, times in lists.items() for us in times),
        tally.imputed,
        tally.truncated,
    )


def occupied(tally: OccupationTally) -> oracle.Occupied:
    for times in (*tally.moves.values(), *tally.open.values()):
        assert list(times) == sorted(times)
    return oracle.Occupied(
        Counter({NAMES[code]: n for code, n in tally.started.items()}),
        Counter((NAMES[a], NAMES[b], us) for (a, b), times in tally.moves.items() for us in times),
        Counter((NAMES[code], us) for code, times in tally.open.items() for us in times),
        Counter({NAMES[code]: n for code, n in tally.past.items()}),
        tally.longest,
        tally.imputed,
        tally.truncated,
    )


@given(histories(events=False, observed=True), requests(), st.none() | EVERY)
def test_first_passages_are_those_of_following_every_unit(made, request, every):
    calendar = None if every is None else periods(every, tz=made.zone)
    request = attrs.evolve(request, periods=calendar)
    found = rows.gather(request, made)
    later = None if request.horizon is None else made.zone.adder(request.horizon)
    wanted = oracle.passages(
        by_unit(made), PATH, made.as_of, NAMES[request.origin], {NAMES[code] for code in request.won},
        {NAMES[code] for code in request.exits}, {NAMES[code] for code in request.paused}, later, made.since,
        grouped(made, request.by, lambda _, one: calendar.index(one.start) if calendar else None),
    )  # fmt: skip
    assert {key: passed(tally) for key, tally in found.items()} == wanted
    assert sum(t.entered + t.truncated for t in found.values()) == sum(
        w.ended.total() + w.rest.total() + w.truncated for w in wanted.values()
    )


@given(histories(events=False, observed=True), STAGES, SPANS, SPLITS, st.sampled_from([1, 2, 20]))
def test_occupations_are_those_of_following_every_unit(made, origin, span, by, folds):
    request = Occupations(origin, span or days(30), by, folds)
    found = rows.gather(request, made)
    key = grouped(made, by, lambda unit, _: crc32(unit.encode()) % folds)
    later = made.zone.adder(request.horizon)
    wanted = oracle.occupations(by_unit(made), PATH, made.as_of, NAMES[origin], later, made.since, key)
    assert {key: occupied(tally) for key, tally in found.items()} == wanted


@given(histories(events=False, observed=True), requests(), st.none() | EVERY)
def test_first_passages_of_arrays_are_those_of_rows(made, request, every):
    request = attrs.evolve(request, periods=None if every is None else periods(every, tz=made.zone))
    assert count_passages(request, made) == rows.gather(request, made)


@given(histories(events=False, observed=True), STAGES, SPANS, SPLITS, st.sampled_from([1, 2, 20]))
def test_occupations_of_arrays_are_those_of_rows(made, origin, span, by, folds):
    request = Occupations(origin, span or days(30), by, folds)
    assert count_occupations(request, made) == rows.gather(request, made)


@pytest.mark.parametrize("starts", [(30, 60), (60, 30)])
def test_of_windows_on_the_calendar_the_longest_counts(starts):
    made = history([(unit, day * 86_400, "a") for unit, day in zip("uv", starts, strict=True)])  # 31 January, 2 March
    for gathered in (count_occupations, rows.gather):
        (tally,) = gathered(Occupations(0, months(1)), made).values()
        assert tally.longest == 31 * DAY


@given(histories(events=False, observed=True), requests(), SPLITS)
def test_small_parts_and_large_keys_change_nothing(made, request, by):
    occupations = Occupations(request.origin, request.horizon or days(2), by, 3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "SMALL", 1)
        patch.setattr(Views.parts, "__defaults__", (5,))
        assert count_passages(request, made) == rows.gather(request, made)
        assert count_occupations(occupations, made) == rows.gather(occupations, made)
