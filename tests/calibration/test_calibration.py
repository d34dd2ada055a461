"""A few hundred populations, and the table of the page: the intervals hold the truth as often as they say."""

from __future__ import annotations

import pytest

from custlife import stats
from tests.calibration import measures, page, worlds
from tests.calibration.measures import MEASURES, coverage

FEW = 40


@pytest.fixture(scope="module")
def found() -> dict[str, tuple[int, int, int]]:
    return measures.tally(range(10_001, 10_001 + FEW))


@pytest.mark.parametrize("name", MEASURES)
def test_intervals_hold_the_truth_as_often_as_they_say(found: dict[str, tuple[int, int, int]], name: str) -> None:
    """With one in a hundred thousand, a sound method fails here; a standard error too small by a half does nearly always."""
    n, k, none = found[name]
    assert none == 0
    assert coverage(k, n, level=0.99998).high >= MEASURES[name].nominal


def test_an_interval_of_half_the_width_is_found_out() -> None:
    """The test above can fail: halved intervals hold the truth in two of three populations."""
    held = 0
    for seed in range(10_001, 10_001 + FEW):
        log = worlds.log(measures.CUSTOMERS, seed)
        one = log.conversion("visitor", "trial", within=measures.cl.days(30)).whole
        assert one.rate is not None
        assert one.interval is not None
        reach = (one.interval.high - one.interval.low) / 4
        held += abs(one.rate - worlds.converts("", 30)) <= reach
    assert coverage(held, FEW, level=0.99998).high < 0.95


def test_the_page_shows_what_is_measured_and_that_it_holds() -> None:
    shown = page.rows(page.PAGE.read_text("utf-8"))
    assert [(name, method, nominal) for name, method, nominal, _, _ in shown] == [
        (one.name, one.method, one.nominal) for one in MEASURES.values()
    ]
    for name, _, nominal, held, n in shown:
        assert n >= 1000, name
        assert held >= nominal - 0.02, name


def test_the_table_is_written_as_it_is_read() -> None:
    made = page.table(dict.fromkeys(MEASURES, (1000, 951, 0)))
    whole = page.with_table(page.PAGE.read_text("utf-8"), made)
    assert made in whole
    assert page.rows(whole) == [(one.name, one.method, one.nominal, 0.951, 1000) for one in MEASURES.values()]
    assert page.with_table(whole, made) == whole


def test_means_and_medians_of_the_truth_fit_together() -> None:
    """By another way: the mean up to a horizon is the sum of the shares still there, hour by hour."""
    hours = sum(worlds.still_in_trial("pro", hour / 24) for hour in range(60 * 24)) / 24
    assert worlds.mean_trial("pro", 60) == pytest.approx(hours, abs=0.03)
    assert worlds.still_in_trial("", worlds.median_trial()) == pytest.approx(0.5, abs=1e-4)


def test_customers_of_a_chain_move_by_its_chances() -> None:
    moves = dict.fromkeys(("trial", "lost", "stay"), 0)
    for seed in range(6):
        log, _ = worlds.chained(300, seed)
        chain = log.chain(every="month")
        for end in ("trial", "lost"):
            moves[end] += chain["visitor", end].count
        moves["stay"] += chain["visitor", "visitor"].count
    n = sum(moves.values())
    for end, share in worlds.MONTHLY["visitor"].items():
        found = stats.clopper_pearson(moves[end], n, level=0.9999)
        assert found is not None
        assert found.low <= share <= found.high
