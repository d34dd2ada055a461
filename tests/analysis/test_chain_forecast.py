"""Forecasts: by hand, by the age of every stay, with arrivals, and as they are shown."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from custlife.stats.special import two_sided_z
from tests.analysis.forecasts import CHAIN, ROWS, cohort, population
from tests.analysis.strategies import MODEL, ZONE, hour, stage_log
from tests.oracles import transits
from tests.oracles.lifecycle import Row, histories


@pytest.mark.parametrize("method", ["markov", "semi-markov"])
def test_today_is_who_stands_where(method):
    found = CHAIN.forecast(1, method=method)
    assert found.at(0) == {"a": 2, "b": 1, "c": 1}
    assert [(row.low, row.high) for row in found.rows if row.period == 0] == [(2, 2), (1, 1), (1, 1)]


def test_a_forecast_is_the_projection_of_the_chain():
    found = CHAIN.forecast(5)
    for k, wanted in enumerate(CHAIN.markov.project([2, 1, 1], 5)):
        assert list(found.at(k).values()) == pytest.approx(list(wanted))


def test_an_interval_is_normal_in_whole_customers():
    log, _ = population(1, 250, 10, 1, aging=False)
    for row in log.chain().forecast(6).rows:
        half = two_sided_z(0.95) * (row.chance + row.doubt) ** 0.5
        assert row.low == max(0, floor(row.expected - half + 1e-9))
        assert row.high == min(250, ceil(row.expected + half - 1e-9))
    assert all(0 <= one.low <= one.expected <= one.high <= 4 for one in CHAIN.forecast(9).rows)


def test_instants_follow_the_calendar_from_as_of():
    rows = [Row("u", datetime(2026, 1, 1, tzinfo=UTC), "a")]
    found = stage_log(rows, datetime(2026, 3, 31, 10, tzinfo=UTC)).chain(every="month").forecast(3)
    assert [row.at.isoformat()[:16] for row in found.rows] == [
        "2026-03-31T10:00", "2026-04-30T10:00", "2026-05-31T10:00", "2026-06-30T10:00",
    ]  # fmt: skip


# -- by age ------------------------------------------------------------------------------------------------------------


def by_hand(seen, grid, periods):
    """Expected numbers by stage, from the shares of every age: fractions, and a loop over customers."""
    seen_by_age: Counter = Counter()
    moved: Counter = Counter()
    for (stage, age, then), n in transits.ages(seen, grid, None).items():
        seen_by_age[stage, age] += n
        if then is not None:
            moved[stage, age, then] += n
    now: Counter = Counter()
    for rows in seen.values():
        at = [transits.standing(rows, instant) for instant in grid]
        now[at[-1].name, sum(row is at[-1] for row in at)] += Fraction(1)
    for _ in range(periods):
        then: Counter = Counter()
        for (stage, age), n in now.items():
            known = max(k for name, k in seen_by_age if name == stage)
            used = min(age, known)
            total = seen_by_age[stage, used]
            left = Fraction(0)
            for (name, k, other), count in moved.items():
                if (name, k) == (stage, used):
                    then[other, 1] += n * Fraction(count, total)
                    left += Fraction(count, total)
            then[stage, age + 1] += n * (1 - left)
        now = then
    found: Counter = Counter()
    for (stage, _age), n in now.items():
        found[stage] += n
    return found


@given(st.integers(0, 10**6), st.integers(1, 5))
def test_by_age_everybody_leaves_by_the_shares_of_the_age(seed, periods):
    """Three cohorts of a hundred, so that each age in `a` stands alone; nobody leaves the other stages."""
    rnd = random.Random(seed)
    rows = []
    for i in range(300):
        start = 24 * (i % 3)
        rows.append(Row(f"u{i}", hour(start), "a"))
        if rnd.random() < 0.4:
            rows.append(Row(f"u{i}", hour(start + rnd.choice([20, 44])), rnd.choice(["b", "lost"])))
    chain = stage_log(rows, hour(96)).chain(every="day")
    assert [age.label for age in chain.whole.ages("a")] == ["1", "2", "3", "4+"]
    seen = histories(rows, MODEL.codes, hour(96), collapse=True)
    wanted = by_hand(seen, transits.grid(hour(96), "day", ZONE, hour(0)), periods)
    found = chain.forecast(periods, method="semi-markov").at(periods)
    assert found == pytest.approx({stage: float(n) for stage, n in wanted.items()})


class TestByAge:
    """Everybody leaves `a` after exactly three days: a chain without ages lets a third go each day."""

    ROWS = (*cohort(60, 3), *[Row(f"late{i}", hour(24 * 4 - 4), "a") for i in range(40)])

    def test_a_fixed_stay_ends_when_it_ends(self):
        chain = stage_log(self.ROWS, hour(24 * 6)).chain(every="day")
        found = chain.forecast(2, method="semi-markov")
        assert [found.at(k)["a"] for k in range(3)] == [40, 0, 0]
        assert found.of("a")[1].high <= 5  # sixty who left are no proof that all of forty will
        assert found.of("a")[1].doubt > 0
        markov = chain.forecast(2)
        assert 15 < markov.at(1)["a"] < 35
        assert "Time in stage matters" in str(markov)
        assert "Time in stage matters" not in str(found)
        assert "Method semi-markov" in str(found)

    def test_what_was_raised_is_raised_at_every_age(self):
        """Of sixty a third leaves at each of the first two ages; forty more have just come."""
        rows = [*cohort(60, None), *[Row(f"late{i}", hour(24 * 4 - 4), "a") for i in range(40)]]
        rows += [Row(f"a{i}", hour(20), "b") for i in range(20)] + [Row(f"a{i}", hour(40), "b") for i in range(20, 40)]
        chain = stage_log(rows, hour(24 * 4)).chain(every="day")
        now = chain.forecast(1, method="semi-markov").at(1)
        assert now["a"] == pytest.approx(20 + 40 * 2 / 3)
        raised = chain.what_if({("a", "b"): 0.25}).forecast(1, method="semi-markov").at(1)
        assert raised["b"] - now["b"] == pytest.approx(60 * 0.25)
        twice = chain.what_if({("a", "b"): 0.25}).what_if({("b", "b"): -0.5, ("b", "a"): 0.5})
        assert twice.forecast(1, method="semi-markov").at(1)["b"] == pytest.approx(raised["b"] - 20)

    def test_an_age_that_cannot_give_it_is_named(self):
        chain = stage_log(self.ROWS, hour(24 * 6)).chain(every="day")
        with pytest.raises(UsageError, match=r"(?s)of 'b' -0.1 @ row 'a' at age 1.*Hint: it is 0: add from"):
            chain.what_if({("a", "b"): -0.1}).forecast(1, method="semi-markov")

    def test_smoothing_gives_every_age_a_chance_of_everything(self):
        chain = stage_log(self.ROWS, hour(24 * 4)).chain(every="day", smoothing=1)
        found = chain.forecast(1, method="semi-markov").at(1)
        of_ages = chain.whole.ages("a")
        assert of_ages[0].n == 60
        assert found["a"] == pytest.approx(40 * (60 + 1) / (60 + 2) + 60 / (chain.whole.ages("b")[0].n + 2))

    def test_whose_age_is_not_known_is_older_than_all_whose_age_is(self):
        """Observation began when sixty had been in `a` for a while; a third of them leave, later ones never do."""
        rows = [*[Row(f"old{i}", hour(0), "a") for i in range(60)], *[Row(f"new{i}", hour(44), "a") for i in range(50)]]
        rows += [Row(f"old{i}", hour(92), "b") for i in range(20)]
        chain = stage_log(rows, hour(24 * 5), hour(4)).chain(every="day")
        undated = [stay for stay in chain.whole.stays if not stay.is_dated]
        assert {(stay.covered, stay.count) for stay in undated if stay.after is None} == {(chain.periods + 1, 40)}
        assert chain["a", "b"].probability > 0  # the chain counts them
        assert sum(sum(age.moved) for age in chain.whole.ages("a")) == 0  # ages do not
        assert chain.forecast(1, method="semi-markov").at(1)["a"] == pytest.approx(90)

    def test_where_no_age_is_known_the_chain_is_followed(self):
        rows = [*[Row(f"old{i}", hour(0), "a") for i in range(60)], *[Row(f"old{i}", hour(92), "b") for i in range(20)]]
        chain = stage_log(rows, hour(24 * 5), hour(4)).chain(every="day")
        assert chain.whole.ages("a") == ()
        found = chain.forecast(2, method="semi-markov")
        assert found.at(2) == pytest.approx(chain.forecast(2).at(2))
        assert found.of("a")[2].doubt == pytest.approx(chain.forecast(2).of("a")[2].doubt)


# -- arrivals ----------------------------------------------------------------------------------------------------------


class TestArrivals:
    # one comes to a on each of three days, two to b on the last of them
    ROWS = (
        Row("u0", hour(0), "a"), Row("u1", hour(30), "a"), Row("u2", hour(52), "a"), Row("u3", hour(80), "a"),
        Row("v1", hour(80), "b"), Row("v2", hour(80), "b"), Row("u0", hour(30), "b"),
    )  # fmt: skip
    CHAIN = stage_log(ROWS, hour(96)).chain(every="day")

    def test_nobody_comes_where_nothing_is_said(self):
        found = self.CHAIN.forecast(3)
        assert sum(found.at(3).values()) == pytest.approx(6)
        assert "Nobody new is counted: pass arrivals= for those still to come." in found.footnotes()

    def test_a_number_comes_where_people_came_so_far(self):
        assert self.CHAIN.whole.arrivals == ((0, 0), (1, 0), (1, 0), (1, 2))
        found = self.CHAIN.forecast(2, arrivals=10)
        assert sum(found.at(2).values()) == pytest.approx(26)
        new = {stage: found.at(1)[stage] - self.CHAIN.forecast(1).at(1)[stage] for stage in ("a", "b")}
        assert new == pytest.approx({"a": 6, "b": 4})
        assert found.of("a")[1].chance - self.CHAIN.forecast(1).of("a")[1].chance == pytest.approx(10 * 0.6 * 0.4)
        assert "10 arrive each day, spread over stages as so far: a 60 %, b 40 %." in found.footnotes()
        assert max(row.high for row in found.rows if row.period == 1) <= 16

    def test_a_mapping_says_where(self):
        found = self.CHAIN.forecast(1, arrivals={"b": 4})
        assert found.at(1)["b"] == pytest.approx(self.CHAIN.forecast(1).at(1)["b"] + 4)
        assert found.of("b")[1].chance == pytest.approx(self.CHAIN.forecast(1).of("b")[1].chance)
        assert "Arrivals each day, taken as certain: b 4." in found.footnotes()

    def test_by_age_who_comes_is_new_in_the_stage(self):
        chain = stage_log([*cohort(60, 3), *cohort(60, None, "b")], hour(120)).chain(every="day")
        assert len(chain.whole.ages("a")) > 1
        for stage in ("a", "b"):
            before, after = (chain.forecast(1, arrivals={stage: n}, method="semi-markov").at(1) for n in (0, 10))
            assert after[stage] - before[stage] == pytest.approx(10)
        later = chain.forecast(4, arrivals={"a": 10}, method="semi-markov")
        assert later.at(4)["a"] == pytest.approx(30)  # of the first ten all have left by then

    def test_as_before_is_the_mean_of_the_periods_and_how_they_varied(self):
        found, none = self.CHAIN.forecast(1, arrivals="as before"), self.CHAIN.forecast(1)
        assert found.at(1)["a"] - none.at(1)["a"] == pytest.approx(3 / 4)
        a, b = found.of("a")[1], found.of("b")[1]
        assert a.chance - none.of("a")[1].chance == pytest.approx(0.25)  # variance of 0, 1, 1, 1
        assert b.chance - none.of("b")[1].chance == pytest.approx(1.0)  # variance of 0, 0, 0, 2
        assert b.doubt - none.of("b")[1].doubt == pytest.approx(1.0 / 4)
        assert "Arrivals as before: 1.2 a day, the mean of 4 days; the last one had 3." in found.footnotes()

    def test_as_before_of_a_single_period_varies_as_poisson(self):
        chain = stage_log([Row("u0", hour(0), "a"), Row("u1", hour(20), "a")], hour(30)).chain(every="day")
        found = chain.forecast(1, arrivals="as before").of("a")[1]
        assert (found.expected, found.chance, found.doubt) == (3.0, 1.0, 1.0)
        assert (found.low, found.high) == (0, 6)  # more may come than on average

    def test_no_more_can_be_there_than_are_and_come(self):
        chain = stage_log(self.ROWS, hour(96)).chain(every="day", smoothing=20)
        assert {row.high for row in chain.forecast(1, arrivals={"a": 0.5}).rows if row.period == 1} == {6, 7}

    def test_segments_come_as_before_or_not_at_all(self):
        split = stage_log([*self.ROWS, Row("w", hour(0), "a", "p"), Row("w", hour(30), "b", "p")], hour(96)).chain(
            every="day", by="plan"
        )
        assert split.forecast(1, arrivals="as before").at(1, None)["a"] > 0
        with pytest.raises(UsageError, match="do not say to which segment"):
            split.forecast(1, arrivals=10)
        with pytest.raises(UsageError, match="do not say to which segment"):
            split.forecast(1, arrivals={"a": 1})

    @pytest.mark.parametrize(
        ("arrivals", "error", "text"),
        [
            ("soon", UsageError, "arrivals='soon' is not a mode"),
            (-1, UsageError, "arrivals=-1 is negative"),
            ({"a": -1}, UsageError, r"arrivals\['a'\]=-1 is negative"),
            ({"c": 1}, UnknownNameError, "stage of the chain 'c'"),
            (True, UsageTypeError, "arrivals=True is not a number"),
            ({"a": "1"}, UsageTypeError, "is not a number"),
            (float("inf"), UsageError, "finite"),
        ],
    )
    def test_what_are_no_arrivals_is_refused(self, arrivals, error, text):
        with pytest.raises(error, match=text):
            self.CHAIN.forecast(1, arrivals=arrivals)

    def test_without_anybody_who_arrived_a_number_does_not_say_where(self):
        chain = stage_log([Row("u0", hour(0), "a")], hour(48)).chain(every="day")
        with pytest.raises(UsageError, match=r"pass arrivals=\{'a': 5\}"):
            chain.forecast(1, arrivals=5)
        assert chain.forecast(1, arrivals=0).at(1) == {"a": 1.0}

    def test_without_a_period_nobody_came_as_before(self):
        chain = stage_log([Row("u0", hour(0), "a")], hour(20)).chain(every="day", smoothing=1)
        with pytest.raises(UsageError, match="no period was observed"):
            chain.forecast(1, arrivals="as before")


class TestShowing:
    def test_rows_table_and_fan(self):
        found = CHAIN.forecast(9)
        assert list(found.to_dicts()[0]) == list(found.column_types())
        assert found.parameters()["periods"] == 9
        assert found.parameters()["every"] == "day"
        shown = str(found)
        assert "today" in shown
        assert "day 9" in shown
        assert "A transition never seen is held to be impossible." in found.footnotes()
        fan = found.picture()
        assert [line.name for line in fan.series] == ["a", "b", "c"]
        assert fan.series[0].low[0] == fan.series[0].high[0] == 2
        assert "</svg>" in fan.svg()

    @pytest.mark.parametrize(
        ("periods", "shown"),
        [(1, [1]), (3, [1, 2, 3]), (4, [1, 2, 3, 4]), (6, [2, 4, 6]), (7, [2, 4, 5, 7]), (12, [3, 6, 9, 12])],
    )
    def test_of_a_long_forecast_some_periods_are_shown(self, periods, shown):
        assert CHAIN.forecast(periods).table().columns == ("stage", "today", *(f"day {h}" for h in shown))

    def test_the_fan_begins_with_the_local_day(self):
        rows = [{"customer": "a", "stage": "a", "at": "2026-01-15"}]
        log = cl.StageLog.from_rows(rows, MODEL, tz=ZONE, as_of="2026-03-01")
        assert log.chain().forecast(2).picture().x_label == "months after 2026-03-01"

    def test_exits_are_in_the_table_but_not_in_the_fan(self):
        rows = [*ROWS, Row("u4", hour(30), "lost")]
        found = stage_log(rows, hour(96)).chain(every="day").forecast(1)
        assert "lost" in found.at(1)
        assert "Exits are not drawn." in found.picture().note
        assert "lost" not in [line.name for line in found.picture().series]

    def test_segments_are_drawn_together(self):
        rows = [*ROWS, Row("w", hour(0), "a", "p")]
        found = stage_log(rows, hour(96)).chain(every="day", by="plan").forecast(1)
        fan = found.picture()
        assert fan.series[0].ys[0] == 3
        assert found.at(0, "p") == {"a": 1.0}
        assert found.of("a", "p")[0].label == "p · a"

    def test_what_is_not_there_is_named(self):
        found = CHAIN.forecast(1)
        with pytest.raises(UnknownNameError, match="row 'd'"):
            found.of("d")
        with pytest.raises(UnknownNameError, match="period '2'"):
            found.at(2)

    @pytest.mark.parametrize("periods", [0, 1.5, True])
    def test_periods_are_whole_and_at_least_one(self, periods):
        with pytest.raises((UsageError, UsageTypeError), match="periods="):
            CHAIN.forecast(periods)

    def test_methods_are_named(self):
        with pytest.raises(UsageError, match="method='arima' is not a mode"):
            CHAIN.forecast(1, method="arima")
