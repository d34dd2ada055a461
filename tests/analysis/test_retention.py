"""Retention: cohorts and cells against brute force; what is not over is not a number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from tests.analysis.strategies import (
    AS_OF,
    DAYS,
    EVENT_ROWS,
    EVENTS,
    NAMES,
    SINCE,
    STAGE_ROWS,
    START,
    ZONE,
    event_log,
    hour,
    stage_log,
)
from tests.oracles.lifecycle import Row, calendar, cohorts, histories, label

KIND = st.sampled_from(["classic", "rolling"])
COHORT = st.sampled_from(["first", "recurring"])


def check(found, expected, periods, as_of, *, split):
    """The triangle against brute force: sizes, retained of complete cells, None in the others."""
    over = [high <= as_of for _, high in periods]
    numbers = {label(low, found.question.every, ZONE): n for n, (low, _) in enumerate(periods)}
    for segment in {row.segment for row in found.rows}:
        plan = segment[0] if split else None
        for row in found.rows:
            if row.segment != segment:
                continue
            number = numbers[row.cohort]
            wanted = [
                (key, n) for key, n in expected.sizes.items() if key[1] == number and (not split or key[0] == plan)
            ]
            assert row.size == sum(n for _, n in wanted)
            assert row.is_complete == over[number]
            for cell in row.cells:
                period = number + cell.offset
                assert cell.is_complete == over[period]
                n = sum(
                    n
                    for (p, c, q), n in expected.retained.items()
                    if (c, q) == (number, period) and (not split or p == plan)
                )
                assert cell.retained == (n if over[period] else None)
                assert cell.rate == (n / row.size if over[period] and row.size else None)
    assert sum(row.size for row in found.rows) == sum(expected.sizes.values())
    if found.rows and not split:
        shown = [numbers[row.cohort] for row in found.rows]
        last = len(periods) - 1
        assert shown == list(range(min(c for _, c in expected.sizes), shown[-1] + 1))
        assert shown[-1] == last or (shown[-1] == last - 1 and periods[last][0] == as_of)
    assert found.truncated == expected.truncated


def periods_for(rows, as_of, every):
    seen = [row.at for row in rows if row.at <= as_of]
    return calendar(min([*seen, as_of, START]), as_of, every, ZONE)


@given(rows=STAGE_ROWS, as_of=AS_OF, since=SINCE, every=DAYS, kind=KIND, cohort=COHORT, split=st.booleans())
def test_cohorts_of_stages_are_those_of_brute_force(rows, as_of, since, every, kind, cohort, split):
    periods = periods_for(rows, as_of, every)
    seen = histories(rows, NAMES, as_of, collapse=True)
    active = {"b", "c"}
    expected = cohorts(
        seen, periods, active, active, as_of, spans=True, recurring=cohort == "recurring", rolling=kind == "rolling",
        since=since,
    )  # fmt: skip
    found = stage_log(rows, as_of, since).retention(every=every, kind=kind, cohort=cohort, by="plan" if split else ())
    check(found, expected, periods, as_of, split=split)


@given(rows=EVENT_ROWS, as_of=AS_OF, since=SINCE, every=DAYS, kind=KIND, cohort=COHORT, split=st.booleans())
def test_cohorts_of_events_are_those_of_brute_force(rows, as_of, since, every, kind, cohort, split):
    periods = periods_for(rows, as_of, every)
    seen = histories(rows, tuple(sorted(EVENTS)), as_of, collapse=False)
    expected = cohorts(
        seen, periods, {"visit"}, {"buy"}, as_of, spans=False, recurring=cohort == "recurring", rolling=kind == "rolling",
        since=since,
    )  # fmt: skip
    found = event_log(rows, as_of, since).retention(
        every=every, kind=kind, cohort=cohort, start="buy", active="visit", by="plan" if split else ()
    )
    check(found, expected, periods, as_of, split=split)


@given(rows=EVENT_ROWS, as_of=AS_OF, every=DAYS, cohort=COHORT)
def test_rolling_is_never_below_classic_and_never_rises(rows, as_of, every, cohort):
    log = event_log(rows, as_of)
    classic, rolling = (log.retention(every=every, kind=kind, cohort=cohort) for kind in ("classic", "rolling"))
    for one, other in zip(classic.rows, rolling.rows, strict=True):
        kept = [cell.retained for cell in other.cells if cell.retained is not None]
        assert kept == sorted(kept, reverse=True)
        assert all(a.retained is None or a.retained <= b.retained for a, b in zip(one.cells, other.cells, strict=True))


@given(rows=EVENT_ROWS, as_of=AS_OF, every=DAYS)
def test_the_mean_is_the_sum_of_the_complete_cells(rows, as_of, every):
    found = event_log(rows, as_of).retention(every=every)
    for mean in found.means:
        cells = [(row.size, row[mean.offset]) for row in found.rows if len(row.cells) > mean.offset and row.size]
        whole = [(size, cell.retained) for size, cell in cells if cell.is_complete]
        assert (mean.cohorts, mean.size) == (len(whole), sum(size for size, _ in whole))
        assert mean.rate == (sum(k for _, k in whole) / mean.size if whole else None)


def log_of(*visits: tuple[str, int]):
    return event_log([Row(unit, hour(day * 24), "visit") for unit, day in visits], hour(24 * 4 - 1))


def test_cohorts_with_nobody_retained_count_in_the_mean_and_empty_ones_do_not():
    found = log_of(("u1", 0), ("u1", 1), ("u2", 2)).retention(every="day")
    mean = found.mean(1)
    assert (mean.retained, mean.size, mean.cohorts, mean.rate) == (1, 2, 2, 0.5)
    assert found.row("2026-03-28").size == 0
    assert found.row("2026-03-28")[1].rate is None


def test_a_cell_that_is_not_over_is_none():
    log = event_log([Row("u1", hour(0), "visit")], hour(22))
    assert log.retention(every="day").rows[0].cells[0].retained is None
    log = event_log([Row("u1", hour(0), "visit")], hour(23))  # midnight in Zurich: the day is over
    assert [cell.retained for cell in log.retention(every="day").rows[0].cells] == [1]
    log = event_log([Row("u1", hour(0), "visit")], hour(24))
    assert [cell.retained for cell in log.retention(every="day").rows[0].cells] == [1, None]


def test_a_customer_who_stays_is_active_in_every_period():
    log = stage_log([Row("u1", hour(0), "b")], hour(100))
    assert [c.retained for c in log.retention(every="day").rows[0].cells] == [1, 1, 1, 1, None]


def test_active_and_start_can_be_named():
    rows = [Row("u1", hour(0), "a"), Row("u1", hour(30), "b"), Row("u1", hour(60), "lost")]
    log = stage_log(rows, hour(100))
    assert log.retention(every="day").rows[0].cohort == "2026-03-28"
    found = log.retention(every="day", start="a", active=["a", "b"])
    assert [c.retained for c in found.row("2026-03-27").cells] == [1, 1, 1, 0, None]


def test_periods_limits_the_triangle():
    found = log_of(("u1", 0), ("u1", 1)).retention(every="day", periods=1)
    assert max(len(row.cells) for row in found.rows) == 2


def test_recurring_cohorts_have_means_without_interval():
    found = log_of(("u1", 0), ("u1", 1)).retention(every="day", cohort="recurring")
    assert found.mean(0).interval is None
    assert log_of(("u1", 0)).retention(every="day").mean(0).interval is not None


def test_who_started_before_observation_is_in_no_cohort():
    log = event_log([Row("u1", hour(0), "visit"), Row("u1", hour(50), "visit")], hour(100), hour(40))
    found = log.retention(every="day")
    assert (found.rows, found.truncated) == ((), 1)
    assert "1 started before observation began and are in no cohort." in found.footnotes()


def test_the_table_is_a_triangle_with_means():
    text = str(log_of(("u1", 0), ("u1", 1), ("u2", 1)).retention(every="day", kind="rolling", cohort="recurring"))
    assert "mean" in text
    assert "2026-03-27" in text
    assert "100.0 %" in text
    assert "fall by construction" in " ".join(text.split())


def test_names_and_modes_are_checked():
    log = log_of(("u1", 0))
    for wrong in ({"every": "fortnight"}, {"kind": "loose"}, {"cohort": "all"}, {"week_start": "mon"}, {"periods": -1}):
        with pytest.raises(UsageError, match=repr(*wrong.values())):
            log.retention(**wrong)
    with pytest.raises(UsageTypeError, match="whole number"):
        log.retention(periods=1.5)
    with pytest.raises(UnknownNameError):
        log.retention().row("1999-01")
    with pytest.raises(UnknownNameError):
        log.retention().mean(99)
