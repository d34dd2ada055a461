"""The outline of a curve says at round times what the curve says."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from hypothesis import given
from hypothesis import strategies as st

from custlife.stats import kaplan_meier
from custlife.stats.outline import outline

TIMES = st.lists(st.integers(0, 3000).map(lambda us: us / 100), min_size=1, max_size=80)


@given(TIMES, TIMES, st.integers(1, 12))
def test_at_round_times_an_outline_says_what_the_curve_says(ended, censored, most):
    curve = kaplan_meier(ended, censored)
    few = outline(curve, most=most)
    stretch = next(10.0**digits for digits in range(-3, 4) if curve.horizon <= most * 10.0**digits)
    rounds = [step * stretch if stretch >= 1 else step / round(1 / stretch) for step in range(most + 2)]
    for x in rounds:
        row, short = bisect_right(curve.times, x) - 1, bisect_right(few.times, x) - 1
        assert (row < 0) == (short < 0)
        if row >= 0:
            assert few.survival[short] == curve.survival[row]
            assert (few.low[short], few.high[short]) == (curve.low[row], curve.high[row])
        row, short = bisect_left(curve.times, x), bisect_left(few.times, x)
        assert [*few.at_risk, 0][short] == [*curve.at_risk, 0][row]


@given(TIMES, st.integers(1, 12))
def test_an_outline_is_short_and_keeps_both_ends(ended, most):
    curve = kaplan_meier(ended)
    few = outline(curve, most=most)
    assert len(few.times) <= max(2 * most + 2, 2)
    assert (few.times[0], few.times[-1]) == (curve.times[0], curve.times[-1])
    assert set(few.times) <= set(curve.times)
