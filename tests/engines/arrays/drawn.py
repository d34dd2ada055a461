"""Histories for laws of array kernels: many rows a unit, ties, segments, and instants around awkward nights."""

from __future__ import annotations

from array import array
from datetime import UTC, datetime

import attrs
from hypothesis import strategies as st

from custlife.calendar import to_us, zone
from custlife.engines.history import Column, History
from tests.engines.making import NAMES, history

LATEST = 14
HOUR = 3_600_000_000
DAY = 24 * HOUR
STEPS = (1, HOUR // 2, 6 * HOUR, DAY // 2, DAY, 10 * DAY + 1, 31 * DAY)
NIGHTS = [
    ("UTC", datetime(1969, 12, 31, tzinfo=UTC)),
    ("UTC", datetime(2024, 1, 31, tzinfo=UTC)),
    ("Europe/Zurich", datetime(2024, 3, 30, 23, tzinfo=UTC)),  # an hour is skipped
    ("Europe/Zurich", datetime(2024, 10, 26, 22, tzinfo=UTC)),  # an hour is repeated
    ("America/St_Johns", datetime(2006, 10, 28, tzinfo=UTC)),  # clocks go back over midnight
    ("Pacific/Apia", datetime(2011, 12, 28, 10, tzinfo=UTC)),  # a day is skipped
    ("Asia/Kathmandu", datetime(1985, 12, 31, 18, 30, tzinfo=UTC)),
]
PLANS = ("basic", "pro", "Größe ∞")
UNITS = ("u0", "u1", "u2", "u3")


@st.composite
def histories(draw: st.DrawFn, *, events: bool | None = None, observed: bool = False) -> History:
    """Histories of stages or events, moved to one of the nights and stretched.

    Args:
        draw: Of Hypothesis.
        events: Whether of events; either by default.
        observed: Whether some have a start of observation.
    """
    is_events = draw(st.booleans()) if events is None else events
    name = st.sampled_from(["x", "y", "z"] if is_events else NAMES)
    row = st.tuples(st.sampled_from(UNITS), st.integers(0, LATEST), name)
    size = draw(st.integers(0, 40))  # or most histories would be small
    rows = draw(st.lists(row, min_size=size, max_size=size))
    made = history(
        rows,
        as_of=draw(st.integers(LATEST // 2, LATEST + 4)),
        since=draw(st.none() | st.integers(0, LATEST)) if observed else None,
        **({"model": None} if is_events else {}),
    )
    tz, night = draw(st.sampled_from(NIGHTS))
    base, step = to_us(night), draw(st.sampled_from(STEPS))

    def moved(us: int) -> int:
        return base + us // 1_000_000 * step

    codes = st.lists(st.integers(-1, len(PLANS) - 1), min_size=len(made), max_size=len(made))
    return attrs.evolve(
        made,
        at=array("q", map(moved, made.at)),
        as_of=moved(made.as_of),
        since=None if made.since is None else moved(made.since),
        zone=zone(tz),
        segments={name: Column(array("i", draw(codes)), PLANS) for name in ("plan", "region")},
        extras={"reason": Column(array("i", draw(codes)), PLANS)} if draw(st.booleans()) else {},
        engine="arrays",
    )


SPLITS = st.sampled_from([(), ("plan",), ("region", "plan")])
EVERY = st.sampled_from(["day", "week", "month", "quarter", "year"])
