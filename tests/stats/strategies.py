"""Spells with many ties, and the curves made of them."""

from __future__ import annotations

from hypothesis import strategies as st

from custlife.stats import SurvivalCurve, kaplan_meier
from custlife.stats.survival import INTERVALS

intervals = st.sampled_from(INTERVALS)
levels = st.sampled_from([0.01, 0.5, 0.9, 0.95, 0.9999])
times = st.one_of(st.integers(0, 8), st.integers(0, 10**15))
spells = st.lists(st.tuples(times, st.booleans()), max_size=25)
some_spells = st.lists(st.tuples(times, st.booleans()), min_size=1, max_size=25)


@st.composite
def late_spells(draw):
    """Spells `(entry, exit, ended)`; entry 0 is no delay, so only then may the exit be 0."""
    found = []
    for _ in range(draw(st.integers(1, 15))):
        leave = draw(st.integers(0, 8))
        found.append((draw(st.integers(0, max(leave - 1, 0))), leave, draw(st.booleans())))
    return found


def curve_of(rows, **options) -> SurvivalCurve:
    return kaplan_meier([t for t, ended in rows if ended], [t for t, ended in rows if not ended], **options)


def curve_of_late(rows, **options) -> SurvivalCurve:
    return kaplan_meier(
        [leave for _, leave, ended in rows if ended],
        [leave for _, leave, ended in rows if not ended],
        entered=[enter for enter, _, _ in rows],
        **options,
    )
