"""Deals by array kernels: the table of the rows engine, for every history."""

from __future__ import annotations

import random
from array import array
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.engines import arrays, rows
from custlife.engines.history import History
from custlife.engines.rows.beside import beside
from custlife.engines.touching import Deals, DealTable
from custlife.errors import DataError
from tests.engines.arrays.drawn import histories
from tests.engines.making import NAMES, history

AMOUNTS = [None, "", float("nan"), 0, 1990, "19.90", Decimal("12.5"), "7"]
CURRENCIES = [None, "", "EUR", "eur", "JPY"]
CLOSES = [None, "", "1970-01-02", date(1970, 1, 3), "1970-01-02T10:00Z"]
WON, LOST = frozenset((3,)), frozenset((4, 5))


def outcome(engine: Any, request: Deals, made: History) -> DealTable | tuple[object, ...]:
    try:
        found: DealTable = engine.gather(request, made)
    except DataError as error:
        return str(error), error.problems
    return found


def deals(dice: random.Random, rows_each: int, amounts: list[object], *, step: int = 3_600 * 9) -> History:
    """Stages with calls between them, many at one instant, and money that is told now and then."""

    def visits(names: tuple[str, ...]) -> list[tuple[str, int, str]]:
        return [
            (f"u{unit}", dice.randrange(8) * step, dice.choice(names)) for unit in range(9) for _ in range(rows_each)
        ]

    stages, events = (
        history(visits(NAMES), as_of=8 * step),
        history(visits(("call", "mail")), as_of=8 * step, model=None),
    )
    made = beside(stages, attrs.evolve(events, notes=()))
    values = {"amount": amounts, "currency": CURRENCIES, "expected_close": CLOSES}
    told = {name: [dice.choice(some) for _ in made.at] for name, some in values.items()}
    return attrs.evolve(made, values=told, engine="arrays")


@given(
    st.randoms(use_true_random=False), st.integers(0, 6), st.sampled_from(["final", "first"]), st.booleans(),
    st.sampled_from([AMOUNTS, AMOUNTS, [*AMOUNTS, 1.5, True, "x", "0.001"]]), st.sampled_from(["auto", "major", "minor"]),
    st.sampled_from([frozenset(), frozenset((0, 3, 4, 5))]),
)  # fmt: skip
def test_money_and_actions_are_those_of_the_rows_engine(dice, many, reopened, money, amounts, amounts_in, watched):
    made = deals(dice, many, amounts)
    actions = frozenset(range(len(NAMES), len(made.vocabulary.names)))
    request = Deals(frozenset((0, 1)), WON, LOST, reopened, actions, money, (), watched, amounts_in)
    assert outcome(arrays, request, made) == outcome(rows, request, made)


@pytest.mark.parametrize("typecode", ["q", "d"])
def test_columns_of_numbers_are_read_as_they_are(typecode):
    made = history([("u", 0, "a"), ("u", 5, "b"), ("v", 1, "a"), ("w", 2, "a"), ("w", 2, "d")])
    numbers = array(typecode, [100, 250, 0, 7, 9])
    if typecode == "d":
        numbers = array("d", [float("nan")] * 5)
    held = attrs.evolve(made, values={"amount": numbers}, engine="arrays")
    request = Deals(frozenset((0,)), WON, LOST, money=True)
    found = arrays.gather(request, held)
    assert found == rows.gather(request, held)
    assert sorted(deal.amount or 0 for deal in found) == ([0, 9, 250] if typecode == "q" else [0, 0, 0])


def test_a_number_and_a_text_that_look_alike_are_two_amounts():
    made = history([("u", 0, "a"), ("v", 0, "a"), ("w", 0, "a")])
    held = attrs.evolve(made, values={"amount": [100, "100", Decimal(100)]}, engine="arrays")
    found = arrays.gather(Deals(frozenset((0,)), WON, LOST, money=True), held)
    assert sorted((deal.amount, many) for deal, many in found.items()) == [(100, 1), (10_000, 2)]


def test_of_no_deals_there_is_no_money():
    for made in (history([]), history([("u", 0, "lost")])):
        held = attrs.evolve(made, values={"amount": [None] * len(made)}, engine="arrays")
        assert arrays.gather(Deals(frozenset((0,)), WON, LOST, money=True), held) == {}


@given(histories(events=False, observed=True), st.data(), st.sampled_from(["final", "first"]), st.booleans())
def test_deals_are_those_of_the_rows_engine(made, data, reopened, is_split):
    path = made.vocabulary.path
    start = data.draw(st.integers(0, path - 2))
    won = data.draw(st.integers(start + 1, path - 1))
    exits = made.vocabulary.paused | made.vocabulary.ended
    lost = data.draw(st.frozensets(st.sampled_from(sorted(exits)), min_size=1))
    by = tuple(made.segments)[:1] if is_split else ()
    request = Deals(frozenset(range(start, path)), frozenset(range(won, path)), lost, reopened, by=by)
    assert arrays.gather(request, made) == rows.gather(request, made)
