"""Every way of walking through events by rules is taken, and leads where the rows engine leads."""

from __future__ import annotations

from array import array
from decimal import Decimal
from math import nan
from random import Random

import attrs
import numpy as np
import pytest

from custlife.calendar import days, instant, months, to_us, zone
from custlife.engines.arrays import views
from custlife.engines.arrays.ruling_fires import fired
from custlife.engines.arrays.ruling_rows import Piece
from custlife.engines.history import History
from custlife.engines.rows.ruling import Ruled
from custlife.engines.rules import Count, Rules, Seen, Silent, Value
from tests.engines.arrays.drawn import DAY
from tests.engines.arrays.rulings import BASE, LAPSED, MODEL, alike, fired_singly, history


def many(units: int = 60, rows: int = 12) -> History:
    """Events of many units, some of which are silent for long."""
    random = Random(1)
    moments = [(unit, random.randrange(40) * DAY, random.randrange(4)) for unit in range(units) for _ in range(rows)]
    made = history(sorted(moments), as_of=50 * DAY)
    return attrs.evolve(made, values={"amount": array("d", [random.randrange(900) / 100 for _ in moments])})


def test_who_only_climbs_is_not_walked() -> None:
    _, walked = alike(Ruled(MODEL, Rules(BASE)), many())
    assert walked.calm > 100
    assert (walked.together, walked.returning, walked.alone, walked.singly) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "rules",
    [{**BASE, **LAPSED}, {**BASE, "lost": Seen("z")}, {**BASE, "a": Seen("x", "always")},
     {**BASE, **LAPSED, "risk": Silent(days(1), "x")}],
)  # fmt: skip
def test_the_others_are_walked_together(rules) -> None:
    _, walked = alike(Ruled(MODEL, Rules(rules)), many())
    assert walked.together > 60
    assert (walked.returning, walked.alone, walked.singly) == (0, 0, 0)


@pytest.mark.parametrize("returns", ["first", "b", "risk", "lapsed"])
def test_rows_behind_a_return_are_looked_at_again(returns) -> None:
    rules = {**BASE, **LAPSED, "d": Value("z", "amount", at_least=9, of="total")}
    _, walked = alike(Ruled(MODEL, Rules(rules, returns)), many())
    assert walked.scenes > 8
    assert walked.returning > 60
    assert (walked.alone, walked.singly) == (0, 0)
    _, walked = alike(Ruled(MODEL, Rules(rules, returns)), many(), again=1)
    assert walked.scenes == 2
    assert walked.alone > 100


@pytest.mark.parametrize("returns", ["left", "first", "b", "risk"])
@pytest.mark.parametrize(
    "more",
    [
        {"lapsed": Seen("z"), "lost": Silent(days(2))},  # nobody is silent out of an exit that an event led to
        {"risk": Seen("z"), "d": Silent(days(2))},  # but out of a stage off the path, also to one that lies before it
        {"lost": Seen("z"), "lapsed": Silent(days(2))},  # what leads off the path is no return
        {"lost": Value("y", "amount", at_least=5, of="total"), "lapsed": Silent(days(2), "x")},
        {"risk": Silent(days(2)), "lapsed": Silent(days(2), "x"), "lost": Silent(days(2), "y")},  # over at one instant
        {"c": Seen("z", "always"), "risk": Silent(days(2)), "lost": Silent(days(4), "x")},
    ],
)
def test_exits_silences_and_returns_meet(returns, more) -> None:
    rules = {"a": Seen(["x", "y"]), "b": Count("y", 2), "c": Count(["x", "y"], 3)}
    for rows in (5, 9, 13):
        made = many(rows=rows)
        _, walked = alike(Ruled(MODEL, Rules({**rules, **more}, returns)), made)
        assert walked.together
        assert walked.alone == 0


@pytest.mark.parametrize("more", [{}, LAPSED, {"lost": Seen("x"), "risk": Seen(["x", "z"])}])
@pytest.mark.parametrize(
    "rules",
    [{"a": Seen("x"), "c": Seen("x", "always")}, {"a": Seen("x", "always"), "b": Seen("y"), "c": Seen(["x", "z"])},
     {"a": Seen("y"), "b": Seen("x"), "c": Seen("x", "always"), "d": Seen("x")}],
)  # fmt: skip
def test_one_event_leads_to_several_stages(rules, more) -> None:
    alike(Ruled(MODEL, Rules({**rules, **more})), many())
    alike(Ruled(MODEL, Rules({**rules, **more}, "first")), many())


def test_who_returns_to_a_stage_off_the_path_goes_no_further_at_once() -> None:
    rows = [(0, moment * DAY, event) for moment, event in [(0, 0), (9, 1), (9, 1), (9, 0)]]
    rules = {"a": Seen("x"), "c": Seen("y"), "risk": Silent(days(2)), "lapsed": Silent(days(4))}
    expected, _ = alike(Ruled(MODEL, Rules(rules, "risk")), history(rows))
    assert expected["code"] == [0, 4, 5, 4, 2]
    expected, _ = alike(Ruled(MODEL, Rules(rules, "lost")), history(rows))
    assert expected["code"] == [0, 4, 5, 6, 2]


@pytest.mark.parametrize(("wait", "alone"), [(0, 0), (1, 0), (2, 3), (4, 3), (5, 12)])
def test_the_few_longest_are_walked_alone(wait, alone) -> None:
    # three units of 20 rows and nine of 3, a silence behind each row: 40 and 6 steps
    rows = [(unit, moment * DAY * 5, 0) for unit in range(12) for moment in range(20 if unit < 3 else 3)]
    _, walked = alike(Ruled(MODEL, Rules({**BASE, **LAPSED})), history(rows), wait=wait)
    assert (walked.alone, walked.together) == (2 * alone, 2 * (12 - alone))  # with either kind of ids


def test_the_last_few_rows_behind_a_return_are_walked_alone() -> None:
    rules = Rules({**BASE, **LAPSED}, "first")
    _, walked = alike(Ruled(MODEL, rules), many())
    assert walked.alone == 0
    _, fewer = alike(Ruled(MODEL, rules), many(), few=100)
    assert 0 < fewer.alone < 60
    assert fewer.scenes < walked.scenes


@pytest.mark.parametrize(
    ("amounts", "singly"),
    [
        (array("q", [1, 2, 3]), False),
        (array("d", [0.1, 0.2, 0.3]), False),
        (array("d", [0.1, nan, 12.125]), False),
        (array("d", [1e14, 1.0, nan]), False),
        (array("d", [1e14, 0.5, nan]), True),
        ([1, None, 3], False),
        (["0.1", "", "0.2"], False),
        ([Decimal("0.1"), Decimal("0.2"), None], False),
        (array("d", [0.1, 0.2, 1 / 3]), True),
        ([1, 0.5, Decimal(3)], True),
        (array("q", [1 << 61, 1 << 61, 1]), True),
        ([Decimal("0.123456"), Decimal(1), None], False),
        ([Decimal("1e-30"), Decimal(1), None], True),
        ([Decimal("1e30"), Decimal(1), None], True),
        ([1 << 64, 1, 2], True),
        ([1 << 64, 1, 0.5], True),
    ],
)
def test_numbers_are_told_by_arrays_where_they_are_exact(amounts, singly) -> None:
    made = history([(0, 0, 0), (0, 1, 0), (0, 2, 0)], values={"amount": amounts})
    expected, walked = alike(Ruled(MODEL, Rules({"a": Value("x", "amount", at_least=0.3, of="total")})), made)
    assert len(expected["at"]) == 1
    assert bool(walked.singly) == singly


@pytest.mark.parametrize("tz", ["UTC", "Europe/Zurich"])
@pytest.mark.parametrize(
    "amounts", [array("q", [4, 3, 2, 1] * 3), [4, None, 2, 1] * 3, array("d", [0.5, nan, 0.25, 4] * 3)]
)
def test_windows_that_end_out_of_order(tz, amounts) -> None:
    moments = ["2025-01-29T22:00Z", "2025-01-31T01:00Z", "2025-02-28T12:00Z", "2025-02-28T23:00Z"]
    rows = [(unit, to_us(instant(moment)), 0) for unit in range(3) for moment in moments]
    made = history(rows, values={"amount": amounts}, zone=zone(tz))
    seen = views.of(made)
    piece = Piece(made, np.arange(len(made)), seen.at, seen.code, seen.bounds)
    assert piece.heard(frozenset((0,))).ends(months(1))[1] is not None
    for least in (1, 2, 3, 4, 5, 6, 7):
        for rule in (Value("x", "amount", at_least=least, of="total", within=months(1)), Count("x", least, months(1))):
            assert (fired([(0, rule)], piece) == 1).tolist() == fired_singly(rule, made)
