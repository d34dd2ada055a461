"""Stages that rules make of events, by arrays and by rows: equal, whatever the rules, the values and the zone.

The long profile (`HYPOTHESIS_PROFILE=nightly`) tries thousands of logs.
"""

from __future__ import annotations

from array import array
from decimal import Decimal
from math import inf, isfinite, nan, nextafter
from unittest.mock import patch

import attrs
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from custlife.calendar import days
from custlife.engines import transform
from custlife.engines.arrays import ruling, views
from custlife.engines.arrays.ids import Texts
from custlife.engines.arrays.ruling_fires import fired
from custlife.engines.arrays.ruling_rows import Piece
from custlife.engines.arrays.ruling_steps import highest
from custlife.engines.arrays.ruling_values import equals, passes, read
from custlife.engines.rows.ruling import Ruled
from custlife.engines.rows.watching import as_decimal, is_equal
from custlife.engines.rules import Count, Rules, Seen, Value
from custlife.errors import DataError
from custlife.stages import Stage, StageModel
from tests.engines.arrays.rulings import (
    LAPSED,
    LOUD,
    MODEL,
    QUIET,
    REPEATED,
    TYPES,
    VALUES,
    WANTED,
    alike,
    fired_singly,
    history,
    lifecycles,
    logs,
)

SIZES = st.sampled_from(
    [{}, {}, {"rows": 6}, {"again": 2}, {"wait": 1, "rows": 9}, {"wait": 3, "few": 8, "again": 4}]
)  # fmt: skip


@given(logs(), lifecycles(), SIZES)
def test_rules_lead_to_equal_stages(made, rules, sizes) -> None:
    alike(Ruled(MODEL, rules), made, **sizes)


@given(logs(), LOUD)
@example(REPEATED, Count("x", 2, days(1)))  # the end of a window is in it
@example(REPEATED, Value("x", "amount", at_least=2, of="total", within=days(1)))
@example(
    attrs.evolve(REPEATED, values={"amount": array("d", [2.0**59, 0, 0, 0])}),  # as written it is 12 more
    Value("x", "amount", at_least=2**59 + 1, of="total"),
)
def test_each_rule_fires_at_equal_events(made, rule) -> None:
    assume(made.ids)
    seen = views.of(made)
    piece = Piece(made, np.arange(len(made)), seen.at, seen.code, seen.bounds)
    try:
        expected = fired_singly(rule, made)
    except DataError:
        with pytest.raises(DataError):
            fired([(5, rule)], piece)
        return
    assert (fired([(5, rule)], piece) == 1 << 5).tolist() == expected


@given(logs(), st.sets(QUIET, min_size=1, max_size=3), st.sampled_from(["left", "first", *MODEL.codes]))
def test_silences_are_over_at_equal_instants(made, silences, returns) -> None:
    quiet = dict(zip(["risk", "lapsed", "lost"], sorted(silences, key=str), strict=False))
    rules = {"a": Seen(["x", "y"]), "b": Count("y", 2), "d": Seen("z")}
    alike(Ruled(MODEL, Rules({**rules, **quiet}, returns)), made)


# -- examples ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ids", [list, Texts.of])
def test_the_first_value_that_is_no_number_is_named(ids) -> None:
    rows = [(0, 0, 0), (0, 1, 1), (1, 0, 0)]
    made = history(rows, values={"amount": [1, 2, "many"], "other": [1, "few", 3]}, engine="arrays")
    rules = {"a": Value("x", "amount", at_least=1), "b": Value("y", "other", at_most=1)}
    with pytest.raises(DataError, match="'few' is not a number"):
        transform(Ruled(MODEL, Rules(rules)), attrs.evolve(made, ids=ids(made.ids)))


def test_infinity_is_no_number() -> None:
    made = history([(0, 0, 0), (0, 1, 0)], values={"amount": array("d", [1, inf])})
    for rule in (Value("x", "amount", at_least=1), Value("x", "amount", at_least=1, of="total")):
        refusal, _ = alike(Ruled(MODEL, Rules({"a": rule})), made)
        assert "inf is not a number" in str(refusal)


def test_a_path_of_many_stages_is_left_to_the_rows() -> None:
    model = StageModel("long", [f"s{number}" for number in range(70)])
    rules = Rules({"s3": Seen("x"), "s69": Count("x", 2)})
    with patch.object(ruling, "_entries", side_effect=AssertionError):
        alike(Ruled(model, rules), history([(0, 0, 0), (0, 1, 0)]))


def test_the_most_stages_that_fit() -> None:
    model = StageModel("long", [f"s{number}" for number in range(50)], exits=[Stage("out", exit="ended")])
    rules = {f"s{number}": Count("x", number + 1) for number in range(50)}
    made = history([(unit, moment, moment // 49) for unit in range(3) for moment in range(55 - unit)])
    assert len(model.codes) == 52 - 1
    alike(Ruled(model, Rules({**rules, "out": Seen("y")})), made)


def test_no_events_lead_nowhere() -> None:
    expected, _ = alike(Ruled(MODEL, Rules({"a": Seen("x"), "b": Seen("purchse")})), history([]))
    assert expected["ids"] == []
    expected, _ = alike(Ruled(MODEL, Rules({"a": Seen("purchse"), **LAPSED})), history([(0, 0, 0), (1, 0, 1)]))
    assert [note.partition(":")[0] for note in expected["notes"]] == ["dropped (2)", "assumed"]


@given(
    st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.decimals(allow_nan=False, allow_infinity=False)),
    st.lists(st.floats(allow_infinity=False), max_size=6),
)
@example(Decimal("1e-400"), [0.0, -0.0, 5e-324, nan])
@example(0.3, [0.1 + 0.2, 0.3, 0.30000000000000004])
@example(Decimal("0.1000000000000000000001"), [0.1])
@example(Decimal("0.0999999999999999999999"), [0.1])
def test_floats_are_compared_as_they_are_written(bound, floats) -> None:
    assume(isfinite(bound))
    near = [float(bound), nextafter(float(bound), inf), nextafter(float(bound), -inf), *floats]
    values = np.array([value for value in near if isfinite(value) or value != value])
    for rule, test in [
        (Value("x", "f", at_least=bound), lambda found: found >= as_decimal(bound)),
        (Value("x", "f", at_most=bound), lambda found: found <= as_decimal(bound)),
        (Value("x", "f", equals=bound), lambda found: found == as_decimal(bound)),
    ]:
        expected = [value == value and test(as_decimal(value)) for value in values.tolist()]
        assert passes(rule, values).tolist() == expected


@given(st.sampled_from(sorted(VALUES)), st.data(), WANTED, st.booleans())
@example("floats", None, "-0.0", True).via("two texts of one number")
@example("floats", None, "0.0", True).via("two texts of one number")
@example("whole", None, Decimal("1e40"), True).via("a number too large for the column")
@example("whole", None, Decimal("1e999999999"), True).via("a number too large to be written out")
def test_values_are_equal_as_they_are_written(kind, data, wanted, in_array) -> None:
    column = [-0.0, 0.0] if kind == "floats" else [0, 1]
    column = column if data is None else data.draw(st.lists(VALUES[kind], max_size=9))
    found = read(array(TYPES[kind], column) if in_array and kind in TYPES else column, np.arange(len(column)))
    assert equals(found, wanted).tolist() == [is_equal(value, wanted) for value in column]


@pytest.mark.parametrize(
    "column",
    [array("q", [1, 2, 3]), [1, 2, 3], [1, None, 2, 3], array("d", [1, 2, 3, nan]), array("d", [1.99, 2, 2.01]),
     ["1.99", "2.0", "2.01", ""], [Decimal("1.99"), Decimal(2), Decimal("2.01"), None]],
)  # fmt: skip
@pytest.mark.parametrize("bound", [2, 2.0, Decimal("2.00"), 1.995, -2, 1 << 70, -(1 << 70)])
def test_bounds_belong_to_what_they_bound(column, bound) -> None:
    values = read(column, np.arange(len(column)))
    there = [value not in (None, "") and value == value for value in column]
    for rule, test in [
        (Value("x", "f", at_least=bound), lambda found: found >= as_decimal(bound)),
        (Value("x", "f", at_most=bound), lambda found: found <= as_decimal(bound)),
    ]:
        expected = [known and test(as_decimal(value)) for value, known in zip(column, there, strict=True)]
        assert passes(rule, values).tolist() == expected


def test_yes_is_not_one_where_both_are_told() -> None:
    for wanted in (True, 1, "True", "1", False, 0):
        assert equals([True, 1, "1", False, 0], wanted).tolist() == [
            is_equal(value, wanted) for value in (True, 1, "1", False, 0)
        ]
    assert equals([True, 1], True).tolist() == [True, False]


@given(st.lists(st.integers(0, (1 << ruling.MOST) - 1)))
@example([0, (1 << ruling.MOST) - 1, 1 << (ruling.MOST - 1)])
def test_the_highest_of_the_most_stages_is_told_exactly(bits) -> None:
    assert highest(np.array(bits, np.int64)).tolist() == [each.bit_length() for each in bits]
