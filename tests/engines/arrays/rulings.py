"""Events and rules to make stages of, drawn and by hand, and how the kernel that is tested walks through them."""

from __future__ import annotations

from array import array
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from math import inf, nan
from unittest.mock import patch

import attrs
import numpy as np
from hypothesis import strategies as st

from custlife.calendar import days, hours, months, to_us, zone
from custlife.engines import transform
from custlife.engines.arrays import ruling, ruling_fires, ruling_units
from custlife.engines.arrays.ids import Texts
from custlife.engines.arrays.ruling_fires import fired
from custlife.engines.arrays.ruling_steps import Law
from custlife.engines.arrays.views import Views
from custlife.engines.history import Column, History, Vocabulary
from custlife.engines.rows.ruling import Ruled, Walk
from custlife.engines.rows.watching import watcher
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


def alike(
    step: Ruled, made: History, *, wait: int = 0, few: int = 0, rows: int = 1 << 17, again: int = 100
) -> tuple[object, Walked]:
    """Both engines make the same stages, with ids in memory and ids that are not; and how the units were walked."""
    expected, walked = outcome(step, made), Walked()
    with ExitStack() as patches:
        for where, name, value in [
            (ruling_units, "STEP", wait), (ruling_units, "FEW", few), (ruling_units, "AGAIN", again),
            (ruling, "ROWS", rows),
            (ruling_units, "_looked", walked.looked), (ruling, "_walked", walked.walked),
            (ruling_fires, "_watched", walked.watched),
        ]:  # fmt: skip
            patches.enter_context(patch.object(where, name, value))
        for ids in (made.ids, Texts.of(made.ids)):
            assert outcome(step, attrs.evolve(made, ids=ids, engine="arrays")) == expected
    return expected, walked


def fired_singly(rule: Rule, made: History) -> list[bool]:
    """Which rows fire a rule, each unit watched row by row."""
    codes, make = watcher(rule, made)
    found = []
    for low, high in made.ranges():
        fires = make()
        found += [made.code[row] in codes and fires(row) for row in range(low, high)]
    return found


BASE = {"a": Seen("x"), "b": Count(["x", "y"], 2), "c": AllOf([Count("y", 2), Seen("z")])}
LAPSED = {"lapsed": Silent(days(3))}
