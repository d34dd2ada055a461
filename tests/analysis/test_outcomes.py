"""Outcomes: every unit that came is counted in one end, and the shares are those of competing ends."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from custlife import Outcomes, StageLog, StageModel, simulate
from custlife.calendar import days, hours, months, to_us
from custlife.errors import DefinitionError, UnknownNameError, UsageError
from custlife.simulate import Leaving, Rates, Wait, Way
from custlife.stages import Stage
from tests.analysis.strategies import AS_OF, NAMES, SINCE, STAGE_ROWS, event_log, hour, stage_log
from tests.oracles import passages as oracle
from tests.oracles.lifecycle import Row, histories

DAY_US = 86_400_000_000
KIND = st.sampled_from(["first", "final"])
SPANS = st.sampled_from([None, hours(0), hours(30), days(2), months(1)])
SPLIT = st.sampled_from([(), ("plan",)])
EVERY = st.sampled_from([None, "day", "week"])
EXITS = {"first": {"lapsed", "lost"}, "final": {"lost"}}
PATH = ("a", "b", "c")


ONE_PAUSED = [Row("u1", hour(0), "a"), Row("u1", hour(3), "lapsed"), Row("u2", hour(0), "a"), Row("u2", hour(9), "b")]


def followed(rows, as_of, since, horizon, kind, origin, won) -> oracle.Passed:
    """Everybody's story by hand."""
    seen = histories(rows, NAMES, as_of, collapse=True)
    units = {unit: [(to_us(row.at), row.name) for row in found] for unit, found in seen.items()}
    zone = stage_log([], hour(1)).history.zone
    later = None if horizon is None else zone.adder(horizon)
    paused = {"lapsed", "lost"} - EXITS[kind] - won
    exits = EXITS[kind] - won
    start = None if since is None else to_us(since)
    found = oracle.passages(units, PATH, to_us(as_of), origin, won, exits, paused, later, start, lambda *_: "all")
    return found.get("all", oracle.Passed())


def aalen_johansen(ended: Counter, censored: list[int]) -> tuple[dict[str, Fraction], Fraction]:
    """Incidence of each end and survival after the last time, in fractions; ends before censorings at a tie."""
    everyone = [us for (_, us), n in ended.items() for _ in range(n)] + censored
    left, share = Fraction(1), dict.fromkeys((end for end, _ in ended), Fraction(0))
    for us in sorted({us for _, us in ended}):
        at_risk = sum(other >= us for other in everyone)
        over = {end: n for (end, when), n in ended.items() if when == us}
        for end, n in over.items():
            share[end] += left * Fraction(n, at_risk)
        left *= 1 - Fraction(sum(over.values()), at_risk)
    return share, left


@given(
    rows=STAGE_ROWS, as_of=AS_OF, since=SINCE, kind=KIND, horizon=SPANS,
    origin=st.sampled_from(["a", "b", "lapsed", "other"]), won=st.sets(st.sampled_from(NAMES), min_size=1, max_size=2),
)  # fmt: skip
@example(rows=ONE_PAUSED, as_of=hour(20), since=None, kind="final", horizon=None, origin="a", won={"b"})
@example(rows=ONE_PAUSED, as_of=hour(20), since=None, kind="final", horizon=hours(30), origin="a", won={"b"})
@example(rows=ONE_PAUSED, as_of=hour(40), since=None, kind="final", horizon=hours(30), origin="a", won={"b"})
def test_counts_and_shares_are_those_of_following_everybody(rows, as_of, since, kind, horizon, origin, won):
    assume(origin not in won)
    log = stage_log(rows, as_of, since)
    found = log.outcomes(origin, won=won, kind=kind, horizon=horizon)
    wanted = followed(rows, as_of, since, horizon, kind, origin, won)
    counts = Counter()
    for (end, _), n in wanted.ended.items():
        counts[end] += n
    assert {row.end: row.count for row in found.rows if row.end != "still open" and row.count} == counts
    part = found.whole
    assert part.open == part["still open"].count == wanted.rest.total()
    assert part.pending == sum(n for (when, _, _), n in wanted.rest.items() if when == "now")
    assert part.paused == sum(n for (_, standing, _), n in wanted.rest.items() if standing == "paused")
    assert (part.imputed, found.truncated) == (wanted.imputed, wanted.truncated)
    last = max([us for _, us in wanted.ended] + [us for _, _, us in wanted.rest], default=0)
    censored = [us if when == "now" else last for when, _, us in wanted.rest.elements()]
    if not part.entered or (horizon is not None and part.open and part.pending == part.open):
        assert {row.share for row in found.rows} == {None}
        assert all(row.why for row in found.rows)
        return
    share, left = aalen_johansen(wanted.ended, censored)
    for row in found.rows:
        wish = left if row.end == "still open" else share.get(row.end, Fraction(0))
        assert row.share == pytest.approx(float(wish), abs=1e-12)
        assert row.naive_share == row.count / part.entered
    assert part.horizon_days == last / DAY_US


@given(rows=STAGE_ROWS, as_of=AS_OF, since=SINCE, kind=KIND, horizon=SPANS, by=SPLIT, every=EVERY)
def test_ends_add_up(rows, as_of, since, kind, horizon, by, every):
    found = stage_log(rows, as_of, since).outcomes("a", kind=kind, horizon=horizon, by=by, every=every)
    for part in found.parts:
        assert sum(row.count for row in part.rows) == part.entered
        assert part.paused <= part.open
        assert part.pending <= part.open
        shares = [row.share for row in part.rows]
        if None not in shares:
            assert sum(shares) == pytest.approx(1, abs=1e-12)
        for row in part.rows:
            if row.interval is not None:
                assert 0 <= row.interval.low <= row.share <= row.interval.high <= 1
            else:
                assert row.why


@given(rows=STAGE_ROWS, as_of=AS_OF, kind=KIND, horizon=SPANS, by=SPLIT, every=EVERY)
def test_parts_add_up_to_the_whole(rows, as_of, kind, horizon, by, every):
    log = stage_log(rows, as_of)
    whole, parts = (
        log.outcomes("a", kind=kind, horizon=horizon),
        log.outcomes("a", kind=kind, horizon=horizon, by=by, every=every),
    )
    for name in ("entered", "imputed", "open", "pending", "paused"):
        assert sum(getattr(part, name) for part in parts.parts) == getattr(whole.whole, name)
    for row in whole.rows:
        assert sum(one.count for one in parts.rows if one.end == row.end) == row.count


@given(rows=STAGE_ROWS, as_of=AS_OF, since=SINCE)
def test_who_comes_and_who_is_won_are_those_of_a_funnel(rows, as_of, since):
    log = stage_log(rows, as_of, since)
    found, funnel = log.outcomes("a", won="c", kind="final", horizon=days(3)), log.funnel("a", "c", within=days(3))
    assert found.entered == funnel.parts[0].entered
    assert found.truncated == funnel.truncated
    assert found.whole.imputed == funnel["a"].imputed
    came_back = any(row.name == "lost" for row in rows)  # a funnel takes back whom a final exit has ended
    assert found["won"].count == funnel["c"].reached or (came_back and found["won"].count < funnel["c"].reached)


@given(rows=STAGE_ROWS, as_of=AS_OF, kind=KIND)
def test_when_nobody_is_open_the_shares_are_the_naive_ones(rows, as_of, kind):
    part = stage_log(rows, as_of).outcomes("a", kind=kind).whole
    assume(part.entered and not part.open)
    for row in part.rows:
        assert row.share == pytest.approx(row.naive_share, abs=1e-12)


@given(rows=STAGE_ROWS, as_of=AS_OF, kind=KIND, horizon=SPANS)
def test_one_minus_kaplan_meier_is_never_below(rows, as_of, kind, horizon):
    part = stage_log(rows, as_of).outcomes("a", kind=kind, horizon=horizon).whole
    for row in part.rows:
        if (km := part.one_minus_km(row.end)) is not None:
            assert km >= row.share - 1e-12


@given(rows=STAGE_ROWS, as_of=AS_OF, since=SINCE, kind=KIND, horizon=SPANS, by=SPLIT, every=EVERY)
@example(rows=[Row("u1", hour(0), "c")], as_of=hour(9), since=None, kind="first", horizon=None, by=(), every=None)
def test_every_count_has_its_members(rows, as_of, since, kind, horizon, by, every):
    log = stage_log(rows, as_of, since)
    found = log.outcomes("b", kind=kind, horizon=horizon, by=by, every=every)
    for part in found.parts:
        where = {"segment": part.segment} | ({"cohort": part.cohort} if every else {})
        for row in part.rows:
            assert len(log.members(found, end=row.end, **where)) == row.count
        assert len(log.members(found, **where)) == part.entered
        if "paused" not in [row.end for row in part.rows]:
            assert len(log.members(found, end="paused", **where)) == part.paused
    assert len(log.members(found, end="truncated")) == found.truncated


# -- examples ----------------------------------------------------------------------------------------------------------


def unit(name, *moves, start=0):
    return [Row(name, hour(start + at), stage) for at, stage in moves]


def test_who_comes_back_and_is_won_was_lapsed_first_and_won_in_the_end():
    rows = unit("u1", (0, "a"), (5, "lapsed"), (9, "b"))
    log = stage_log(rows, hour(20))
    assert [(row.end, row.count) for row in log.outcomes("a").rows] == [("won", 0), ("lapsed", 1), ("still open", 0)]
    assert [(row.end, row.count) for row in log.outcomes("a", kind="final").rows] == [("won", 1), ("still open", 0)]


def test_who_stands_in_a_paused_exit_is_still_open_in_the_end_and_told_apart():
    log = stage_log([*unit("u1", (0, "a"), (5, "lapsed")), *unit("u2", (0, "a"))], hour(20))
    found = log.outcomes("a", kind="final")
    assert (found["still open"].count, found.whole.paused) == (2, 1)
    assert log.members(found, end="paused") == ("u1",)
    assert "1 of those still open are in one." in " ".join(found.footnotes())


def test_a_deadline_is_inclusive_and_of_each_units_own():
    late = Row("u2", hour(48) + timedelta(microseconds=1), "lost")
    rows = [*unit("u1", (0, "a"), (48, "b")), *unit("u2", (0, "a")), late]
    found = stage_log(rows, hour(140)).outcomes("a", horizon=hours(48))
    assert [(row.end, row.count) for row in found.rows] == [("won", 1), ("still open", 1)]
    assert found.whole.pending == 0


def test_a_day_on_the_calendar_is_23_hours_when_the_clocks_go_forward():
    rows = unit("u1", (48, "a"), (48 + 23, "b"))  # from 29 March 2026, 01:00 in Zurich
    log = stage_log([*rows, *unit("u2", (48, "a"), (48 + 24, "b"))], hour(140))
    assert log.outcomes("a", horizon=days(1))["won"].count == 1
    assert log.outcomes("a", horizon=hours(24))["won"].count == 2


def test_parts_whose_windows_differ_are_read_at_the_same_time():
    rows = [Row("u1", hour(0), "a", "p"), Row("u2", hour(48), "a", "q")]  # the second day has 23 hours
    parts = stage_log(rows, hour(140)).outcomes("a", horizon=days(1), by="plan").parts
    assert [part.horizon_days for part in parts] == [1, 1]


def test_who_moves_past_the_origin_and_the_goal_at_once_is_won_at_time_0():
    found = stage_log(unit("u1", (3, "c")), hour(9)).outcomes("a")
    assert (found["won"].count, found["won"].median_days, found.whole.imputed) == (1, 0.0, 1)


def test_stages_before_the_origin_are_behind_one():
    found = stage_log(unit("u1", (0, "b")), hour(9)).outcomes("b", won=["a", "c"])
    assert found["won"].count == 0


def test_won_is_what_the_model_says():
    log = stage_log([], hour(1))
    assert log.outcomes("a").won == ("b",)  # a paying customer
    assert log.outcomes("b").won == ("c",)  # one already: the next stage
    assert log.outcomes("lapsed").won == ("b", "c")  # back as a paying customer
    plain = StageLog.from_rows([], StageModel("plain", ["x", "y", "z"]), as_of="2026-01-01T00:00Z")
    assert plain.outcomes("x").won == ("y",)
    assert plain.outcomes("lapsed").won == ("x", "y", "z")


def test_an_exit_may_be_what_is_won():
    found = stage_log(unit("u1", (0, "a"), (5, "lapsed")), hour(9)).outcomes("a", won="lapsed")
    assert [(row.end, row.count) for row in found.rows] == [("won", 1), ("still open", 0)]


def test_back_in_the_exit_one_started_from_is_an_end():
    rows = unit("u1", (0, "lapsed"), (5, "a"), (7, "lapsed"))
    assert stage_log(rows, hour(9)).outcomes("lapsed")["lapsed"].count == 1


def test_nothing_can_be_won_beyond_the_last_stage():
    log = stage_log([], hour(1))
    with pytest.raises(UsageError, match=r"no stage lies beyond origin='c'\n\nHint: say what is won: won='...'"):
        log.outcomes("c")
    assert log.outcomes("c", won="a").won == ("a",)


def test_what_cannot_be_meant_is_refused():
    log = stage_log([], hour(1))
    with pytest.raises(UsageError, match="won='a' is the origin itself"):
        log.outcomes("a", won=["b", "a"])
    with pytest.raises(UsageError, match="kind='last'"):
        log.outcomes("a", kind="last")
    with pytest.raises(UsageError, match="every='hour'"):
        log.outcomes("a", every="hour")
    with pytest.raises(UnknownNameError, match="'z'"):
        log.outcomes("z")
    with pytest.raises(UnknownNameError, match="'region'"):
        log.outcomes("a", by="region")
    with pytest.raises(UsageError, match="holds events"):
        event_log([], hour(1)).ask(Outcomes("visit"))
    with pytest.raises(UsageError, match="level=95"):
        log.outcomes("a", level=95)
    with pytest.raises(UnknownNameError, match="end 'open'"):
        log.members(log.outcomes("a"), end="open")
    with pytest.raises(UsageError, match="not split"):
        log.members(log.outcomes("a"), cohort="2026-03")
    with pytest.raises(UnknownNameError, match="row 'b'"):
        log.outcomes("a")["b"]
    with pytest.raises(UsageError, match="0 parts"):
        _ = log.outcomes("a", every="day").whole


def test_an_exit_called_won_must_be_what_is_won():
    model = StageModel("deal", ["open", "offer"], exits=[Stage("won", exit="ended"), Stage("lost", exit="ended")])
    log = StageLog.from_rows([("u", "open", "2026-01-01"), ("u", "won", "2026-01-05")], model, tz="UTC")
    assert log.outcomes("open", won="won")["won"].count == 1
    with pytest.raises(DefinitionError, match=r"the exit 'won' has the name of the end 'won'"):
        log.outcomes("open")


def test_a_split_by_cohort_shows_those_with_somebody():
    rows = [*unit("u1", (0, "a"), (5, "b")), *unit("u2", (96, "a"))]
    found = stage_log(rows, hour(120)).outcomes("a", every="day")
    assert [part.cohort for part in found.parts] == ["2026-03-27", "2026-03-31"]
    assert found["2026-03-27 · won"].count == 1
    assert list(found.to_columns()) == list(found.column_types())


def test_nobody_came_and_nobody_was_followed_long_enough():
    nobody = stage_log([], hour(9)).outcomes("a")
    assert (nobody.whole.entered, nobody["won"].naive_share, nobody["won"].share) == (0, None, None)
    assert nobody["won"].why == "nobody came to a"
    young = stage_log(unit("u1", (0, "a")), hour(9)).outcomes("a", horizon=days(2))
    assert young["still open"].why == "nobody has been followed for 2 days yet"
    assert "No share: nobody has been followed for 2 days yet." in young.footnotes()
    for found in (nobody, young):
        assert "won" in str(found)
        assert found.svg().startswith("<svg")


def test_who_came_before_observation_is_left_out_and_counted():
    found = stage_log([*unit("u1", (0, "a")), *unit("u2", (9, "a"), (12, "b"))], hour(90), hour(5)).outcomes("a")
    assert (found.entered, found.truncated) == (1, 1)
    assert "1 came to a before they were observed: left out." in found.footnotes()


def test_curves_are_made_again_where_they_were_not_kept():
    part = stage_log(unit("u1", (0, "a"), (5, "b")), hour(9)).outcomes("a").whole
    kept = part.incidence
    del vars(part)["incidence"]
    assert part.incidence == kept


def test_parts_read_at_their_own_times_say_so():
    rows = [Row("u1", hour(0), "a", "p"), Row("u2", hour(8), "a", "q")]
    found = stage_log(rows, hour(40)).outcomes("a", by="plan")
    assert "Each part is read at its own last time: pass horizon= to compare them." in " ".join(found.footnotes())


def test_the_footnotes_name_what_others_would_say():
    model = StageModel("deal", ["open", "won"])
    rows = [(f"{end} {day}", "open", "2026-01-01") for end, day in DEALS]
    rows += [(f"{end} {day}", end, f"2026-01-{1 + day:02}") for end, day in DEALS]
    found = StageLog.from_rows(rows, model, tz="UTC", as_of="2026-12-31").outcomes("open")
    assert found["won"].share == 0.5
    assert found.whole.one_minus_km("won") == pytest.approx(2 / 3)
    assert "Won would be 50.0 % as a naive share" in " ".join(found.footnotes())
    assert "and 66.7 % as 1 - Kaplan-Meier" in " ".join(found.footnotes())
    assert found["won"].median_days == 10


DEALS = [("won", 10), ("won", 20), ("lost", 5), ("lost", 30)]


def test_the_picture_shows_each_end_or_won_of_each_part():
    rows = [
        Row("u1", hour(0), "a", "p"),
        Row("u1", hour(5), "b", "p"),
        Row("u2", hour(0), "a"),
        Row("u2", hour(6), "lost"),
    ]
    log = stage_log(rows, hour(20))
    assert [line.name for line in log.outcomes("a").picture().series] == ["won", "lost"]
    split = log.outcomes("a", by="plan").picture()
    assert [line.name for line in split.series] == ["p"]
    first = log.outcomes("a").picture().series[0]
    assert (first.xs[0], first.ys[0], first.ys[-1], first.at_risk[0]) == (0, 0, 0.5, 2)


def test_intervals_hold_the_truth_of_simulated_customers_at_their_rate():
    """Deterministic: populations of whom many are still on their way, and where three ends compete."""
    rates = Rates(
        StageModel("app", ["trial", "paid"], exits=[Stage("lapsed", exit="paused"), Stage("lost", exit="ended")]),
        (("trial", 1.0),),
        (Leaving("trial", (Way("paid", 0.4, Wait(20)), Way("lapsed", 0.3, Wait(30)), Way("lost", 0.1, Wait(9)))),),
    )
    truth = {end: rates.left_by("trial", days(60), to=to) for end, to in {"won": "paid", "lapsed": "lapsed"}.items()}
    held = Counter()
    for seed in range(60):
        rows = simulate.stage_rows(
            rates, customers=120, seed=seed, start="2026-01-01T00:00Z", as_of="2026-04-01T00:00Z"
        )
        found = StageLog.from_rows(rows, rates.model, as_of="2026-04-01T00:00Z").outcomes("trial", horizon=days(60))
        held.update(end for end, p in truth.items() if found[end].interval.low < p < found[end].interval.high)
        held["naive"] += abs(found["won"].naive_share - truth["won"]) < abs(found["won"].share - truth["won"])
    assert all(53 <= held[end] <= 60 for end in truth), held
    assert held["naive"] < 20, held
