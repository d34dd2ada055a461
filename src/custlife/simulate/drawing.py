"""Walking many customers at once: the histories of a whole block of them as NumPy arrays.

Each block of `BLOCK` customers has a generator of its own, and only its raw integers are used, which NumPy promises to
keep the same for ever; what is made of them needs the four operations and square roots, exact on every machine.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from custlife.simulate.arriving import Arrivals
    from custlife.simulate.rates import Rates

    Ints = NDArray[np.integer[Any]]
    Floats = NDArray[np.float64]

__all__ = ["BLOCK", "Drawn", "Plan", "chances", "drawn", "joined"]

BLOCK = 16_384
DAY_US = 86_400_000_000
NOWHERE = -1


@attrs.frozen(eq=False)
class Plan:
    """What a simulation is drawn from: the rates as arrays, the window, the seed.

    Attributes:
        rates: The truth.
        seed: Any whole number.
        arrivals: When customers appear, in steps since 1970.
        last: The moment of the export, in steps since 1970.
        step: Microseconds in a step.
        ways: The ways out of all stages.
    """

    rates: Rates
    seed: int
    arrivals: Arrivals
    last: int
    step: int
    ways: Ways = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "ways", _ways(self.rates))


@attrs.frozen(eq=False)
class Ways:
    """The ways out of all stages, one after the other; each stage knows where its own begin.

    Attributes:
        start: Number of the first way of each stage.
        by: For each stage, its shares added up; above 1 where it has no more ways, as in the last column.
        to: Code of the stage that a way leads to; `NOWHERE`: the stage of the path that was left last.
        median: Median wait, days.
        shape: Shape of the wait.
        once: Share that takes no time.
        reasons: All reasons there are.
        reason_by: For each way, the shares of its reasons added up.
        reason: For each way, the codes of its reasons; `NOWHERE` where it has none.
    """

    start: Ints
    by: Floats
    to: Ints
    median: Floats
    shape: Ints
    once: Floats
    reasons: tuple[str, ...]
    reason_by: Floats
    reason: Ints


@attrs.frozen(eq=False)
class Drawn:
    """Rows of some customers, one by one and each in time order, as arrays of equal length.

    Attributes:
        unit: Number of the customer, from 0.
        stage: Code of the stage.
        at: When it was entered, microseconds UTC.
        recorded: When that became known, microseconds UTC.
        reason: Code of the reason given; `NOWHERE` for none.
        traits: Codes of the traits.
    """

    unit: Ints
    stage: Ints
    at: Ints
    recorded: Ints
    reason: Ints
    traits: tuple[Ints, ...]

    def __len__(self) -> int:
        return len(self.unit)

    def columns(self) -> tuple[Ints, ...]:
        """All arrays, in order."""
        return self.unit, self.stage, self.at, self.recorded, self.reason, *self.traits

    def take(self, rows: Any) -> Drawn:
        """Some rows: a mask, or numbers in any order."""
        return _of(column[rows] for column in self.columns())


def _of(columns: Iterator[Ints]) -> Drawn:
    unit, stage, at, recorded, reason, *traits = columns
    return Drawn(unit, stage, at, recorded, reason, tuple(traits))


def joined(parts: Sequence[Drawn]) -> Drawn:
    """Rows of several blocks in one."""
    import numpy as np

    return _of(np.concatenate(columns) for columns in zip(*(part.columns() for part in parts), strict=True))


def drawn(plan: Plan, low: int, high: int) -> Drawn:
    """The rows of the customers from number `low` to before `high`; others change nothing about them."""
    blocks = []
    for number in range(low // BLOCK, max(-(-high // BLOCK), low // BLOCK + 1)):
        block = _block(plan, number)
        whole = low <= number * BLOCK and high >= (number + 1) * BLOCK
        blocks.append(block if whole else block.take((block.unit >= low) & (block.unit < high)))
    return joined(blocks)


def chances(seed: int, *place: int) -> Any:
    """A generator of raw integers for one place of a simulation."""
    import numpy as np

    return np.random.PCG64(np.random.SeedSequence(abs(seed) * 2 + (seed < 0), spawn_key=place))


def _block(plan: Plan, number: int) -> Drawn:
    """All rows of one block."""
    import numpy as np

    bits = chances(plan.seed, number)
    traits, pace = _traits(plan.rates, bits)
    now = _Now(
        np.arange(BLOCK, dtype=np.uint16),
        _picked(_by([share for _, share in plan.rates.entry]), _uniform(bits, BLOCK)),
        np.full(BLOCK, NOWHERE),
        _arrived(plan.arrivals, _uniform(bits, BLOCK)),
        pace,
        np.full(BLOCK, NOWHERE),
    )
    codes = np.array([plan.rates.model.codes.index(name) for name, _ in plan.rates.entry])
    now = attrs.evolve(now, stage=codes[now.stage])
    rows: list[tuple[Ints, ...]] = []
    while len(now.unit):
        draws = _uniform(bits, 6 * len(now.unit)).reshape(6, -1)
        rows.append((now.unit, now.stage, now.at, _recorded(plan, now.at, *draws[:2]), now.reason))
        now = _moved(plan, now, *draws[2:])
    unit, stage, at, recorded, reason = (np.concatenate(column) for column in zip(*rows, strict=True))
    order = np.argsort(unit, kind="stable")  # rounds follow one another, so each customer's rows stay in time order
    unit, small = unit[order], np.int16
    return Drawn(
        unit.astype(np.int64) + number * BLOCK,
        stage[order].astype(small),
        at[order] * plan.step,
        recorded[order] * plan.step,
        reason[order].astype(small),
        tuple(codes[unit].astype(small) for codes in traits),
    )


@attrs.frozen(eq=False)
class _Now:
    """Where customers are between two moves: since when, where on the path they were last, and why they came."""

    unit: Ints
    stage: Ints
    left: Ints
    at: Ints
    pace: Floats
    reason: Ints


def _moved(plan: Plan, now: _Now, turn: Floats, once: Floats, wait: Floats, why: Floats) -> _Now:
    """Everybody who moves on before the end, one move later."""
    import numpy as np

    ways, path = plan.ways, len(plan.rates.model.keys)
    way = ways.start[now.stage] + _picked(ways.by[now.stage], turn)
    way = np.where(way < ways.start[now.stage + 1], way, NOWHERE)
    left = np.where(now.stage < path, now.stage, now.left)
    to = np.where(ways.to[way] == NOWHERE, left, ways.to[way])
    days = ways.median[way] * now.pace * _odds(wait, ways.shape[way])
    at = now.at + np.where(once < ways.once[way], 0, _steps(plan, days))
    reason = ways.reason[way, _picked(ways.reason_by[way], why)]
    kept = (way != NOWHERE) & (to != NOWHERE) & (at <= plan.last)
    return _Now(now.unit[kept], to[kept], left[kept], at[kept], now.pace[kept], reason[kept])


def _recorded(plan: Plan, at: Ints, chance: Floats, wait: Floats) -> Ints:
    """When rows become known, at the latest in the end."""
    import numpy as np

    delay = plan.rates.delay
    later = at + _steps(plan, delay.median_days * _odds(wait, np.full(len(wait), delay.shape)))
    return np.where(chance < plan.rates.late, np.minimum(later, plan.last), at)


def _odds(chance: Floats, shape: Ints) -> Floats:
    """Log-logistic waits of median 1."""
    import numpy as np

    odds = chance / (1 - chance)
    odds = np.where(shape >= 2, np.sqrt(odds), odds)
    return np.where(shape >= 4, np.sqrt(odds), odds)


def _steps(plan: Plan, days: Floats) -> Ints:
    """Whole steps, one at least: only a move that takes no time shares an instant with the one before."""
    import numpy as np

    longest = plan.last - plan.arrivals.starts[0] + 1.0  # whoever waits longer is not seen to move
    steps = np.rint(days * (DAY_US // plan.step))
    return np.clip(steps, 1.0, max(longest, 1.0)).astype(np.int64)


def _traits(rates: Rates, bits: Any) -> tuple[list[Ints], Floats]:
    """The traits of everybody in a block, and the pace that they come to."""
    import numpy as np

    codes, pace = [], np.ones(BLOCK)
    for trait in rates.traits:
        picked = _picked(_by([share for _, share, _ in trait.values]), _uniform(bits, BLOCK))
        pace = pace * np.array([factor for _, _, factor in trait.values])[picked]
        codes.append(picked)
    return codes, pace


def _arrived(arrivals: Arrivals, chance: Floats) -> Ints:
    """When everybody appears: `Arrivals.at` of many numbers."""
    import numpy as np

    shares, ends = np.array(arrivals.shares), np.array([*arrivals.shares[1:], 1.0])
    starts, lengths = np.array(arrivals.starts), np.array(arrivals.lengths)
    place = np.searchsorted(shares, chance, side="right") - 1
    part = (chance - shares[place]) / (ends[place] - shares[place])
    at: Ints = starts[place] + (part * lengths[place]).astype(np.int64)
    return at


def _uniform(bits: Any, n: int) -> Floats:
    """Numbers from 0 to below 1, of 53 bits each."""
    found: Floats = (bits.random_raw(n) >> 11) * 2.0**-53
    return found


def _picked(by: Floats, chance: Floats) -> Ints:
    """Which of some shares a number falls on; shares are the same for all, or a row for each."""
    import numpy as np

    found = np.zeros(len(chance), np.int64)
    for column in range(by.shape[-1] - 1):
        found += chance >= by[..., column]
    return found


def _by(shares: Sequence[float]) -> Floats:
    """Shares added up, the last at 1."""
    import numpy as np

    added = list(accumulate(shares))
    return np.array([share / added[-1] for share in added])


def _ways(rates: Rates) -> Ways:
    """The ways out of all stages as arrays; the last one, `NOWHERE`, leads nowhere."""
    import numpy as np

    names = rates.model.codes
    listed = [(name, way) for name in names for way in rates.ways(name)]
    counts = [len(rates.ways(name)) for name in names]
    by = np.full((len(names), max(counts) + 1), 2.0)
    for code, name in enumerate(names):
        by[code, : counts[code]] = list(accumulate(way.share for way in rates.ways(name)))
    reasons = tuple(dict.fromkeys(reason for _, way in listed for reason, _ in way.reasons))
    most = max([1, *(len(way.reasons) for _, way in listed)])
    reason_by, reason = np.full((len(listed) + 1, most), 2.0), np.full((len(listed) + 1, most), NOWHERE)
    for row, (_, way) in enumerate(listed):
        if way.reasons:
            reason_by[row, : len(way.reasons)] = _by([weight for _, weight in way.reasons])
            reason[row, : len(way.reasons)] = [reasons.index(name) for name, _ in way.reasons]
    return Ways(
        np.array([0, *accumulate(counts)]),
        by,
        np.array([*(names.index(way.to) if way.to else NOWHERE for _, way in listed), NOWHERE]),
        np.array([*(way.wait.median_days for _, way in listed), 1.0]),
        np.array([*(way.wait.shape for _, way in listed), 1]),
        np.array([*(rates._once(name, way) for name, way in listed), 0.0]),
        reasons,
        reason_by,
        reason,
    )
