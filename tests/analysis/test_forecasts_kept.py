"""Whether the intervals of forecasts hold what then happens."""

from __future__ import annotations

from tests.analysis.forecasts import population


def coverage(runs, method, *, n=250, aging=False, arriving=0):
    held = tried = 0
    for seed in range(runs):
        log, truth = population(seed, n, 10, 6, aging=aging, arriving=arriving)
        found = log.chain().forecast(6, method=method, arrivals="as before" if arriving else None)
        for row in found.rows:
            if row.period in (1, 3, 6):
                tried += 1
                held += row.low <= truth[row.period - 1][row.stage] <= row.high
    return held / tried


class TestCalibration:
    """Of intervals of 95 % about 95 % must hold the number that comes; in whole customers rather more."""

    def test_intervals_of_a_chain_hold_what_comes(self):
        assert 0.93 < coverage(24, "markov") < 0.995

    def test_intervals_hold_with_arrivals_as_before(self):
        assert 0.93 < coverage(16, "markov", n=60, arriving=12) < 0.995

    def test_where_duration_matters_only_ages_hold(self):
        assert 0.92 < coverage(16, "semi-markov", n=400, aging=True) < 0.995
        assert coverage(8, "markov", n=400, aging=True) < 0.8
