"""Paths and reasons: every unit takes one path, every exit has a reason or is said to have none."""

from __future__ import annotations

from collections import Counter
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.errors import UnknownNameError, UsageError
from tests.analysis.strategies import AS_OF, EVENT_ROWS, EVENTS, NAMES, SINCE, STAGE_ROWS, event_log, hour, stage_log
from tests.oracles.lifecycle import Row, histories, stays

STATES = {"lapsed": "paused", "lost": "ended"}
LENGTH = st.one_of(st.none(), st.integers(1, 3))


def path_of(rows, longest, repeats):
    """The rows of a unit that are on its path, and whether it goes on."""
    kept = rows
    if repeats == "first":
        kept = [row for number, row in enumerate(rows) if row.name not in [r.name for r in rows[:number]]]
    return kept[:longest], longest is not None and len(kept) > longest


@given(
    rows=STAGE_ROWS, as_of=AS_OF, since=SINCE, longest=LENGTH, repeats=st.sampled_from(["keep", "first"]),
    split=st.booleans(),
)  # fmt: skip
def test_paths_are_those_of_brute_force(rows, as_of, since, longest, repeats, split):
    found = stage_log(rows, as_of, since).paths(longest=longest, repeats=repeats, by="plan" if split else ())
    counts, times, ends, early = Counter(), {}, Counter(), Counter()
    for mine in histories(rows, NAMES, as_of, collapse=True).values():
        group = (mine[0].plan,) if split else ()
        if since is not None and mine[0].at < since:
            early[group] += 1
            continue
        kept, is_cut = path_of(mine, longest, repeats)
        key = group, tuple(row.name for row in kept), is_cut
        counts[key] += 1
        times.setdefault(key, []).append((kept[-1].at - kept[0].at).total_seconds() / 86_400)
        ends[key, STATES.get(mine[-1].name, "open")] += 1
    assert Counter({(row.segment, row.stages, row.is_cut): row.count for row in found.rows}) == counts
    for row in found.rows:
        key = row.segment, row.stages, row.is_cut
        assert row.median_days == pytest.approx(median(times[key]))
        assert {name: getattr(row, name) for name in ("open", "paused", "ended")} == {
            name: ends[key, name] for name in ("open", "paused", "ended")
        }
        assert row.share == row.count / sum(n for (group, *_), n in counts.items() if group == row.segment)
    assert {total.segment: total.truncated for total in found.totals if total.truncated} == dict(early)


@given(rows=EVENT_ROWS, as_of=AS_OF)
def test_paths_of_events_keep_repeats_and_have_no_outcome(rows, as_of):
    found = event_log(rows, as_of).paths()
    seen = histories(rows, tuple(sorted(EVENTS)), as_of, collapse=False)
    assert Counter({row.stages: row.count for row in found.rows}) == Counter(
        tuple(row.name for row in mine) for mine in seen.values()
    )
    assert {row.open for row in found.rows} <= {None}


@given(rows=STAGE_ROWS, as_of=AS_OF, limit=st.integers(1, 3))
def test_what_is_not_listed_is_counted(rows, as_of, limit):
    log = stage_log(rows, as_of)
    whole, some = log.paths(), log.paths(limit=limit)
    assert some.rows == whole.rows[:limit]
    assert sum(row.count for row in some.rows) + some.totals[0].unlisted == some.totals[0].count == len(log.customers)


@given(rows=STAGE_ROWS, as_of=AS_OF, since=SINCE, split=st.booleans())
def test_reasons_are_those_of_brute_force(rows, as_of, since, split):
    found = stage_log(rows, as_of, since).reasons(by="plan" if split else ())
    expected = Counter(
        ((stay.plan,) if split else (), stay.came, stay.stage, stay.reason)
        for stay in stays(histories(rows, NAMES, as_of, collapse=True))
        if stay.stage in STATES and (since is None or stay.entered >= since)
    )
    assert Counter({(r.segment, r.from_stage, r.exit, r.reason): r.count for r in found.rows}) == expected
    shares: Counter = Counter()
    for row in found.rows:
        shares[row.segment, row.exit] += row.share
    assert all(value == pytest.approx(1) for value in shares.values())


ROWS = [
    Row("u1", hour(0), "a", "p"),
    Row("u1", hour(1), "b", "p"),
    Row("u1", hour(25), "lost", "p", "price"),
    Row("u2", hour(0), "a"),
    Row("u2", hour(1), "lapsed"),
    Row("u3", hour(0), "lost"),
]


def test_a_reason_that_was_not_given_is_visible():
    found = stage_log(ROWS, hour(30)).reasons()
    assert {row["reason"] for row in found.to_dicts()} == {"price", "(not given)"}
    assert "2 of 3 moves have no reason given." in found.footnotes()
    assert found.count(reason="(not given)") == 2
    assert found.count(exit="lost") == 2
    assert found.count(from_stage="b", reason="price") == 1
    assert "(start)" in found.picture().text()


def test_reasons_of_a_log_without_reasons_are_all_not_given():
    from custlife.log.stage_log import StageLog
    from tests.analysis.strategies import MODEL

    found = StageLog.from_rows([(r.unit, r.name, r.at) for r in ROWS], MODEL).reasons("lost")
    assert {row.reason for row in found.rows} == {None}
    assert found.count() == 2


def test_only_exits_have_reasons():
    with pytest.raises(UsageError, match="'b' is not an exit"):
        stage_log(ROWS).reasons("b")
    with pytest.raises(UnknownNameError):
        stage_log(ROWS).reasons("gone")
    assert stage_log([], hour(1)).reasons().rows == ()


def test_a_cut_path_shows_that_it_goes_on():
    found = stage_log(ROWS, hour(30)).paths(longest=2)
    assert [row.text for row in found.rows] == ["lost", "a → b → …", "a → lapsed"]
    assert "a → b → …" in str(found)
    assert "a → b → …" in found.picture().text()


def test_a_path_is_found_by_its_stages():
    found = stage_log(ROWS, hour(30)).paths(by="plan", limit=1)
    assert found["a", "b", "lost"].ended == 1
    with pytest.raises(UnknownNameError, match="a → c"):
        found["a", "c"]
    assert any("1 more path with 1 customer" in note for note in found.footnotes())


def test_paths_without_outcome_are_drawn_plain():
    found = event_log([Row("u1", hour(0), "visit"), Row("u1", hour(1), "buy")], hour(2), hour(0)).paths()
    assert found.to_dicts() == [{"path": "visit → buy", "count": 1, "share": 1.0, "median_days": 1 / 24}]
    assert "visit → buy" in found.picture().text()


def test_units_first_seen_before_observation_are_said():
    found = stage_log(ROWS, hour(30), hour(1)).paths()
    assert found.rows == ()
    assert found.footnotes() == ("3 first seen before observation began.",)


def test_lengths_and_modes_are_checked():
    for wrong in ({"longest": 0}, {"limit": 0}, {"repeats": "drop"}):
        with pytest.raises(UsageError):
            stage_log(ROWS).paths(**wrong)
