"""Stages that rules make of events, by arrays and by rows: equal, whatever the rules, the values and the zone.

The long profile (`HYPOTHESIS_PROFILE=nightly`) tries thousands of logs. How units are walked through is told by the
kernel's own scenes, so that no way of doing it stays untried.
"""

from __future__ import annotations

from array import array
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from math import inf, isfinite, nan, nextafter
from random import Random
from unittest.mock import patch

import attrs
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from custlife.calendar import days, hours, instant, months, to_us, zone
from custlife.engines import transform
from custlife.engines.arrays import ruling, ruling_fires, ruling_units, views
from custlife.engines.arrays.ids import Texts
from custlife.engines.arrays.ruling_fires import fired
from custlife.engines.arrays.ruling_rows import Piece
from custlife.engines.arrays.ruling_steps import Law
from custlife.engines.arrays.ruling_values import equals, passes, read
from custlife.engines.arrays.views import Views
from custlife.engines.history import Column, History, Vocabulary
from custlife.engines.rows.ruling import Ruled, Walk
from custlife.engines.rows.watching import as_decimal, is_equal, watcher
from custlife.engines.rules import AllOf, AnyOf, Count, Rule, Rules, Seen, Silent, Value
from custlife.errors import DataError
from custlife.stages import Stage, StageModel
from tests.engines.arrays.drawn import DAY, HOUR, NIGHTS
from tests.engines.arrays.making import plain

MODEL = StageModel(
    "tiny", ["a", "b", "c", "d"], exits=[Stage("lapsed", exit="paused"), Stage("lost", exit="ended")], unplaced=["risk"]
)
EVENTS = ("x", "y", "z", "Größe ∞")
MONTH_ENDS = [  # a month on, all of them end on one day: the later in the day, the later
    ("UTC", datetime(2025, 1, 29, 20, tzinfo=UTC)),
    ("Europe/Zurich", datetime(2026, 1, 28, 9, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 8, 30, 1, tzinfo=UTC)),
]
STEPS = (1, HOUR // 2, 6 * HOUR, DAY, 3 * DAY + 1, 31 * DAY)
SPANS = (hours(1), hours(20), days(1), days(3), days(30), months(1), months(1) + hours(5))

# -- what is drawn -----------------------------------------------------------------------------------------------------

VALUES = {
    "whole": st.integers(-3, 6),
    "gaps": st.none() | st.integers(-3, 6),
    "cents": st.integers(-300, 600).map(lambda cents: cents / 100),
    "floats": st.sampled_from(
        [0.1, 0.2, 0.30000000000000004, 1 / 3, -0.1, -0.0, 0.0, 1.7e308, 5e-324, 2.5, 2.0**59, nan]
    ),
    "float gaps": st.sampled_from([0.1, 0.2, 0.3, 1.25, None, nan]),
    "texts": st.sampled_from(["1", "0.10", "2.5", "", " 3 ", "-1", "1e2"]),
    "decimals": st.sampled_from([Decimal("0.1"), Decimal("0.10"), Decimal("2.5"), Decimal(-1), None, Decimal("1e-20")]),
    "mixed": st.sampled_from([1, 0.1, "0.2", Decimal("0.3"), None, True]),
    "huge": st.sampled_from([(1 << 63) - 1, -(1 << 63), 1 << 61, 0, 1]),
    "larger": st.sampled_from([1 << 70, 1, None]),
    "odd": st.sampled_from([1, "two", True, inf]),
    "no numbers": st.sampled_from([inf, -inf, 1.0]),
}
TYPES = {"whole": "q", "huge": "q", "cents": "d", "floats": "d", "no numbers": "d"}
BOUNDS = st.sampled_from(
    [0, 1, 2, 5, 0.1, 0.3, 0.30000000000000004, Decimal("0.30"), Decimal("0.1"), -1, 1 / 3, 1 << 62, -1e300, 1e300,
     Decimal("1e-400"), Decimal("0e-200")]
)  # fmt: skip
WANTED = st.sampled_from(
    [1, 0, 0.1, -0.0, Decimal("2.50"), "2.5", "0.10", "1", "-0.0", "0.0", True, "two", "1e2", 100, inf, "inf", nan,
     1 << 70, Decimal("1e40"), (1 << 63) - 1, 0.3]
)  # fmt: skip
NAMES = st.sets(st.sampled_from([*EVENTS, "never"]), min_size=1, max_size=2)
WHEN = st.sampled_from(["forward", "forward", "forward", "always"])
WITHIN = st.none() | st.sampled_from(SPANS)


def singles(field: str = "amount") -> st.SearchStrategy[Rule]:
    """Rules that wait for one kind of thing."""
    return st.one_of(
        st.builds(Seen, NAMES, WHEN),
        st.builds(Count, NAMES, st.integers(1, 4), WITHIN, WHEN),
        st.builds(lambda n, k, w: Value(n, field, at_least=k, when=w), NAMES, BOUNDS, WHEN),
        st.builds(lambda n, k: Value(n, field, at_most=k), NAMES, BOUNDS),
        st.builds(lambda n, k: Value(n, field, equals=k), NAMES, WANTED),
        st.builds(lambda n, k, s, w: Value(n, field, at_least=k, of="total", within=s, when=w),
                  NAMES, BOUNDS, WITHIN, WHEN),
    )  # fmt: skip


LOUD = st.recursive(
    singles(),
    lambda inner: st.builds(lambda kind, rules: kind(rules), st.sampled_from([AnyOf, AllOf]),
                            st.lists(inner, min_size=1, max_size=3)),
    max_leaves=4,
)  # fmt: skip
QUIET = st.builds(Silent, st.sampled_from(SPANS), st.just(()) | NAMES)


@st.composite
def lifecycles(draw: st.DrawFn) -> Rules:
    """Rules for some stages, one of them on the path."""
    loud = draw(st.dictionaries(st.sampled_from(MODEL.codes), LOUD, max_size=4))
    first = {draw(st.sampled_from("abcd")): draw(LOUD)}
    quiet = draw(st.dictionaries(st.sampled_from(["lapsed", "lost", "risk", "d"]), QUIET, max_size=3))
    returns = draw(st.sampled_from(["left", "left", "first", *MODEL.codes]))
    return Rules({**quiet, **loud, **first}, returns)


@st.composite
def logs(draw: st.DrawFn) -> History:
    """Events of a few units around a night on which clocks change or a month ends; many of one instant."""
    units = draw(st.integers(1, 6))
    size = draw(st.integers(0, 40))
    row = st.tuples(st.integers(0, units - 1), st.integers(0, 14), st.integers(0, len(EVENTS) - 1))
    rows = sorted(draw(st.lists(row, min_size=size, max_size=size)))
    tz, night = draw(st.sampled_from([*NIGHTS, *MONTH_ENDS]))
    base, step = to_us(night), draw(st.sampled_from(STEPS))
    kind = draw(st.sampled_from(sorted(VALUES)))
    amounts = draw(st.lists(VALUES[kind], min_size=size, max_size=size))
    codes = st.lists(st.integers(-1, 1), min_size=size, max_size=size)
    return history(
        [(unit, base + second * step, code) for unit, second, code in rows],
        values={"amount": array(TYPES[kind], amounts) if kind in TYPES else amounts},
        segments={"plan": Column(array("i", draw(codes)), ("free", "Größe ∞"))},
        extras={"key": Column(array("i", draw(codes)), ("k1", "k2"))},
        zone=zone(tz),
        as_of=max([base, *(base + second * step for _, second, _ in rows)]) + draw(st.sampled_from([0, 1, step, DAY])),
    )


def history(rows: list[tuple[int, int, int]], **given_: object) -> History:
    """Sorted rows of unit, instant and event."""
    units = sorted({unit for unit, _, _ in rows})
    bounds = [0, *(sum(row[0] <= unit for row in rows) for unit in units)]
    return History(
        [f"u{unit} é" for unit in units], array("q", bounds), array("q", [at for _, at, _ in rows]),
        array("H", [code for _, _, code in rows]), Vocabulary(EVENTS),
        **{"zone": zone("UTC"), "as_of": max([at for _, at, _ in rows], default=0)} | given_,
    )  # fmt: skip


REPEATED = attrs.evolve(
    history([(0, day * DAY, 0) for day in range(4)]), values={"amount": array("q", [1, 1, 1, 1])}
)  # fmt: skip

# -- how it is walked --------------------------------------------------------------------------------------------------

LOOKED = ruling_units._looked


@attrs.define
class Walked:
    """How many units that entered a stage were walked in which way, and how often values were read one by one."""

    calm: int = 0
    together: int = 0
    returning: int = 0
    alone: int = 0
    scenes: int = 0
    singly: int = 0

    def looked(self, walk: Walk, law: Law, scene: ruling_units._Scene) -> object:
        """The look at a scene, counted."""
        entries, alone, following = LOOKED(walk, law, scene)
        is_calm = set(range(len(scene.units)))
        if not scene.returning:
            bits = fired(
                [(stage, rule) for (stage, _, _), rule in zip(walk.watched, walk.loud, strict=True)], scene.piece
            )
            rows = np.flatnonzero(bits)
            is_calm = set(np.flatnonzero(~ruling_units._restless(law, scene, rows, bits[rows])).tolist())
        entering = set(entries.unit.tolist()) - set(alone.tolist())
        self.scenes += 1
        if scene.returning:
            self.returning += len(entering)
        else:
            self.calm += len(entering & is_calm)
            self.together += len(entering - is_calm)
        return entries, alone, following

    def walked(self, walk: Walk, part: Views, units: np.ndarray) -> object:
        """The units walked alone, counted."""
        self.alone += len(units)
        return WALKED(walk, part, units)

    def watched(self, rule: Rule, heard: object) -> object:
        """A rule asked row by row, counted."""
        self.singly += 1
        return WATCHED(rule, heard)


WATCHED, WALKED = ruling_fires._watched, ruling._walked


def outcome(step: Ruled, made: History) -> object:
    """All that the history of stages holds, or how it was refused."""
    try:
        found = transform(step, made)
    except DataError as error:
        return str(error), error.problems
    return plain(found) | {
        "keys of notes": [(one.keys, one.if_nobody, one.count) for one in found.notes],
        "types": {name: (type(column), getattr(column, "typecode", "")) for name, column in found.values.items()},
        "columns": [column.codes.typecode for column in (*found.extras.values(), *found.segments.values())],
    }


def alike(step: Ruled, made: History, *, few: int = 0, rows: int = 1 << 17, again: int = 100) -> tuple[object, Walked]:
    """Both engines make the same stages, with ids in memory and ids that are not; and how the units were walked."""
    expected, walked = outcome(step, made), Walked()
    with ExitStack() as patches:
        for where, name, value in [
            (ruling_units, "FEW", few), (ruling, "ROWS", rows), (ruling_units, "AGAIN", again),
            (ruling_units, "_looked", walked.looked), (ruling, "_walked", walked.walked),
            (ruling_fires, "_watched", walked.watched),
        ]:  # fmt: skip
            patches.enter_context(patch.object(where, name, value))
        for ids in (made.ids, Texts.of(made.ids)):
            assert outcome(step, attrs.evolve(made, ids=ids, engine="arrays")) == expected
    return expected, walked


SIZES = st.sampled_from(
    [{}, {}, {"rows": 6}, {"again": 2}, {"few": 2, "rows": 9}, {"few": 8, "again": 4}]
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


def fired_singly(rule: Rule, made: History) -> list[bool]:
    """Which rows fire a rule, each unit watched row by row."""
    codes, make = watcher(rule, made)
    found = []
    for low, high in made.ranges():
        fires = make()
        found += [made.code[row] in codes and fires(row) for row in range(low, high)]
    return found


@given(logs(), st.sets(QUIET, min_size=1, max_size=3), st.sampled_from(["left", "first", *MODEL.codes]))
def test_silences_are_over_at_equal_instants(made, silences, returns) -> None:
    quiet = dict(zip(["risk", "lapsed", "lost"], sorted(silences, key=str), strict=False))
    rules = {"a": Seen(["x", "y"]), "b": Count("y", 2), "d": Seen("z")}
    alike(Ruled(MODEL, Rules({**rules, **quiet}, returns)), made)


# -- every way of walking is taken ------------------------------------------------------------------------------------

BASE = {"a": Seen("x"), "b": Count(["x", "y"], 2), "c": AllOf([Count("y", 2), Seen("z")])}
LAPSED = {"lapsed": Silent(days(3))}


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


def test_who_returns_to_a_stage_off_the_path_goes_no_further_at_once() -> None:
    rows = [(0, moment * DAY, event) for moment, event in [(0, 0), (9, 1), (9, 1), (9, 0)]]
    rules = {"a": Seen("x"), "c": Seen("y"), "risk": Silent(days(2)), "lapsed": Silent(days(4))}
    expected, _ = alike(Ruled(MODEL, Rules(rules, "risk")), history(rows))
    assert expected["code"] == [0, 4, 5, 4, 2]
    expected, _ = alike(Ruled(MODEL, Rules(rules, "lost")), history(rows))
    assert expected["code"] == [0, 4, 5, 6, 2]


def test_the_few_longest_are_walked_alone() -> None:
    rows = [(unit, moment * DAY * 5, 0) for unit in range(12) for moment in range(20 if unit < 3 else 3)]
    _, walked = alike(Ruled(MODEL, Rules({**BASE, **LAPSED})), history(rows), few=3)
    assert (walked.alone, walked.together) == (6, 18)  # with either kind of ids
    _, walked = alike(Ruled(MODEL, Rules({**BASE, **LAPSED})), history(rows), few=12)
    assert (walked.alone, walked.together) == (24, 0)


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
def test_values_are_equal_as_they_are_written(kind, data, wanted, in_array) -> None:
    column = [-0.0, 0.0] if kind == "floats" else [0, 1]
    column = column if data is None else data.draw(st.lists(VALUES[kind], max_size=9))
    found = read(array(TYPES[kind], column) if in_array and kind in TYPES else column, np.arange(len(column)))
    assert equals(found, wanted).tolist() == [is_equal(value, wanted) for value in column]
