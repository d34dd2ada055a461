"""Walking customers through their stages, one seeded generator for each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from custlife.calendar import instant
from custlife.errors import TimeError, UsageError, UsageTypeError
from custlife.simulate.arriving import arrivals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from random import Random

    from custlife.simulate.arriving import Arrivals
    from custlife.simulate.rates import Rates, Shares, Way

    Instant = datetime | date | str

__all__ = ["check_stages", "stage_rows", "window"]

MINUTES = 1440
_MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def stage_rows(
    rates: Rates,
    *,
    customers: int,
    seed: int,
    start: Instant,
    as_of: Instant,
    tz: str | None = None,
    prefix: str = "c",
) -> list[dict[str, Any]]:
    """Rows of a made-up stage log, up to `as_of`: what an export of that moment would hold.

    Customers appear between `start` and `as_of`, evenly unless the rates have a season. Each has a generator of its
    own, seeded by `seed` and its number, so that asking for more customers leaves the first ones as they are.

    Args:
        rates: The truth.
        customers: How many.
        seed: Any whole number; the same one gives the same rows everywhere.
        start: When the first may appear.
        as_of: When the export is made.
        tz: Zone of bare dates.
        prefix: What ids begin with.

    Returns:
        One dict for each entry into a stage: `customer`, `stage`, `at`, `recorded_at`, `reason`, and one column for
        each trait.

    Raises:
        UsageError: A number of customers below 0, or a seed that is no whole number.
        TimeError: `as_of` is not after `start`.

    Examples:
        >>> from custlife.simulate import B2B
        >>> rows = stage_rows(B2B, customers=2, seed=1, start="2025-01-01T00:00Z", as_of="2025-07-01T00:00Z")
        >>> sorted(rows[0])
        ['at', 'customer', 'owner', 'plan', 'reason', 'recorded_at', 'region', 'stage']
    """
    from random import Random

    first, last = window(customers, seed, start, as_of, tz, _MINUTE)
    appearing = arrivals(rates.season, first, last, MINUTES)
    rows: list[dict[str, Any]] = []
    for number in range(1, customers + 1):
        # A text is hashed with SHA-512 by the generator itself: the same on every machine and in every process.
        chance = Random(f"custlife {seed} {number}")
        rows += _customer(rates, chance, f"{prefix}{number:05d}", appearing, last)
    return rows


def check_stages(log: object) -> None:
    """Refuses what is not a log of stages.

    Raises:
        UsageTypeError: It is not.
    """
    from custlife.log.stage_log import StageLog

    if not isinstance(log, StageLog):
        raise UsageTypeError(f"log={log!r} is not a StageLog", "pass a log of stages, such as simulate.b2b(400)")


def window(
    customers: int, seed: int, start: Instant, as_of: Instant, tz: str | None, step: timedelta
) -> tuple[int, int]:
    """Start and end of a simulation, in whole steps since 1970; what cannot be simulated is refused.

    Raises:
        UsageError: A number of customers below 0, or a seed that is no whole number.
        TimeError: `as_of` is not after `start`.
    """
    for name, value in (("customers", customers), ("seed", seed)):
        if type(value) is not int or (name == "customers" and value < 0):
            raise UsageError(f"{name}={value!r} is not a count", "pass a whole number such as 500")
    first, last = (
        (instant(at, tz=tz, name=name) - _EPOCH) // step for name, at in (("start", start), ("as_of", as_of))
    )
    if last <= first:
        raise TimeError(f"as_of={as_of!r} is not after start={start!r}", "swap them")
    return first, last


def _customer(rates: Rates, chance: Random, id_: str, appearing: Arrivals, last: int) -> list[dict[str, Any]]:
    """All rows of one customer."""
    pace, traits = 1.0, {}
    for trait in rates.traits:
        value = _picked([(name, share) for name, share, _ in trait.values], chance.random())
        traits[trait.name] = value
        pace *= next(factor for name, _, factor in trait.values if name == value)
    arrival = appearing.at(chance.random())
    rows = []
    for stage, at, reason in _moves(rates, chance, arrival, last, pace):
        late = chance.random() < rates.late
        wait = _minutes(rates.delay.drawn(chance.random())) if late else 0
        rows.append(
            {"customer": id_, "stage": stage, "at": _at(at), "recorded_at": _at(min(at + wait, last)), "reason": reason}
            | traits
        )
    return rows


def _moves(rates: Rates, chance: Random, at: int, last: int, pace: float) -> Iterator[tuple[str, int, str]]:
    """Stage, minute and reason of each move until `last`."""
    stage, left, reason = _picked(rates.entry, chance.random()), "", ""
    while at <= last:
        yield stage, at, reason
        left = stage if rates.model.position(stage) is not None else left
        way = _way(rates.ways(stage), chance.random())
        if way is None or not (way.to or left):
            return
        once = chance.random() < rates.at_once and rates.forward(stage, way)
        wait = _minutes(way.wait.drawn(chance.random(), pace))
        at += 0 if once else wait
        reason = _picked(way.reasons, chance.random()) if way.reasons else ""
        stage = way.to or left


def _way(ways: Sequence[Way], number: float) -> Way | None:
    for way in ways:
        if number < way.share:
            return way
        number -= way.share
    return None


def _picked(shares: Shares | list[tuple[str, float]], number: float) -> str:
    """The name that a number from 0 to below 1 falls on, by weight."""
    number *= sum(share for _, share in shares)
    for name, share in shares:
        if number < share:
            return name
        number -= share
    return shares[-1][0]


def _minutes(days: float) -> int:
    """Whole minutes, one at least: only a move that takes no time shares an instant with the one before."""
    return max(1, round(days * MINUTES))


def _at(minute: int) -> datetime:
    return _EPOCH + timedelta(minutes=minute)
