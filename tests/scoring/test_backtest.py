"""Backtests against the plainest program over datetimes, and what they must never see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from statistics import median

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

import custlife as cl
from custlife import scoring
from custlife.errors import UsageError
from tests.scoring.made import DAY, MODEL
from tests.scoring.people import END, PLAIN, people
from tests.scoring.test_over_time import at


def plainly(customers, outcome, horizon, *, repeats, at_risk=None):
    """Observations by hand: each first of a month, each customer, everything looked up anew."""
    found = []
    starts = [entry.at for c in customers for entry in (*c.moves, *c.events)]
    for month in range(14):
        anchor = datetime(2026, 1, 1, tzinfo=UTC) + relativedelta(months=month)
        end = anchor + horizon
        if not starts or anchor < min(starts) or end > END:
            continue
        for c in customers:
            happened = sorted(
                {e.at for e in c.events if e.name == outcome} | {leg.at for leg in c.journey if leg.to_stage == outcome}
            )
            happened = [when for when in happened if when <= END]
            known = c.as_of(anchor, known_at=anchor)
            if not known.moves and not known.events:
                continue
            if not repeats and any(when <= anchor for when in happened):
                continue
            if at_risk is not None and known.stage != at_risk:
                continue
            if at_risk is None and known.stage in {"lost", outcome}:
                continue
            value = float(min(100, 10 * sum(e.name == "login" for e in known.events)))
            label = next((when for when in happened if anchor < when <= end), None)
            found.append((c.id, anchor, value, label))
    return found


class TestObservations:
    @settings(max_examples=60)
    @given(
        people(),
        st.sampled_from(["renewed", "conversion", "lapsed"]),
        st.booleans(),
        st.sampled_from([30, 90]),
        st.sampled_from([None, "awareness"]),
    )
    def test_by_hand(self, customers, outcome, repeats, days, at_risk):
        found = cl.backtest(
            PLAIN, customers, outcome, horizons=f"{days} days", as_of=END, repeats=repeats, at_risk=at_risk
        )
        (one,) = found.horizons
        seen = [(o.customer, o.anchor, o.value, o.outcome_at) for o in one.seen]
        assert seen == plainly(customers, outcome, days * DAY, repeats=repeats, at_risk=at_risk)
        self.check_grades(one, seen)

    def check_grades(self, one, seen):
        cases = [row for row in seen if row[3] is not None]
        others = [row for row in seen if row[3] is None]
        assert (one.observations, one.outcomes, one.customers) == (len(seen), len(cases), len({row[0] for row in seen}))
        if cases and others:
            pairs = [(c[2] > o[2]) + (c[2] == o[2]) / 2 for c in cases for o in others]
            assert one.auc.value == pytest.approx(sum(pairs) / len(pairs))
        if not seen:
            assert (one.flag, one.flagged, one.deciles, one.base.rate) == (None, 0, (), None)
            return
        ordered = sorted((row[2] for row in seen), reverse=True)
        assert one.flag == ordered[-(-len(seen) // 10) - 1]
        flagged = [row for row in seen if row[2] >= one.flag]
        hits = [row for row in flagged if row[3] is not None]
        assert (one.flagged, one.precision.rate) == (len(flagged), len(hits) / len(flagged))
        assert one.recall.rate == (len(hits) / len(cases) if cases else None)
        firsts = {}
        for row in hits:
            firsts.setdefault((row[0], row[3]), row[1])
        leads = [(when - first) / DAY for (_, when), first in firsts.items()]
        assert one.lead_days == (pytest.approx(median(leads)) if leads else None)
        assert sum(d.observations for d in one.deciles) == pytest.approx(len(seen))
        assert sum(d.outcomes for d in one.deciles) == pytest.approx(len(cases))
        assert sum(b.share.n for b in one.calibration) == len(seen)
        assert sum(b.share.k for b in one.calibration) == len(cases)

    @given(people())
    def test_nothing_later_changes_what_was_scored(self, customers):
        """Everything that was learnt after the last anchor may be anything: the values stay."""
        found = cl.backtest(PLAIN, customers, "renewed", horizons="30 days", as_of=END)
        last = max((o.anchor for o in found.horizons[0].seen), default=END)
        changed = [
            c.record(events=[cl.Event("login", last - DAY, recorded_at=last + DAY), ("login", last + DAY)])
            for c in customers
        ]
        again = cl.backtest(PLAIN, changed, "renewed", horizons="30 days", as_of=END)
        before = {(o.customer, o.anchor): o.value for o in found.horizons[0].seen}
        assert {
            key: value
            for key, value in ((((o.customer, o.anchor)), o.value) for o in again.horizons[0].seen)
            if key in before
        } == before

    @given(people(), st.randoms())
    def test_the_order_of_customers_changes_nothing(self, customers, random):
        mixed = list(customers)
        random.shuffle(mixed)
        one, two = (cl.backtest(PLAIN, who, "renewed", as_of=END) for who in (customers, mixed))
        assert one == two
        assert str(one) == str(two)

    def test_the_horizon_is_inclusive_and_anchors_without_a_whole_one_are_left_out(self):
        ada = cl.Customer(
            "ada",
            MODEL,
            events=[("login", at(1)), ("renewed", at(31)), ("renewed", at(61) + timedelta(microseconds=1))],
        )
        found = cl.backtest(
            PLAIN, [ada], "renewed", horizons=["30 days"], as_of=at(61), anchors=[at(1), at(31), at(32)], repeats=True
        )
        (one,) = found.horizons
        assert (one.anchors, one.skipped) == (2, 1)
        assert [o.outcome_at for o in one.seen] == [at(31), None]

    def test_who_has_the_outcome_at_the_anchor_is_no_longer_at_risk(self):
        ada = cl.Customer("ada", MODEL, events=[("login", at(1)), ("renewed", at(20)), ("renewed", at(30))])
        once, again = (
            cl.backtest(PLAIN, [ada], "renewed", anchors=[at(20)], as_of=END, repeats=repeats).horizons[0]
            for repeats in (False, True)
        )
        assert (once.observations, again.observations) == (0, 1)
        assert again.seen[0].outcome_at == at(30)

    def test_low_scores_foretell_what_high_ones_do_not(self):
        quiet = [cl.Customer(f"q{n}", MODEL, events=[("hello", at(1)), ("gone", at(40))]) for n in range(12)]
        loud = [
            cl.Customer(f"l{n}", MODEL, events=[("hello", at(1)), *[("login", at(2 + k)) for k in range(n % 5 + 1)]])
            for n in range(30)
        ]
        low, high = (
            cl.backtest(PLAIN, [*quiet, *loud], "gone", anchors=[at(20)], as_of=END, foretold_by=side, flag=5).horizons[
                0
            ]
            for side in ("low", "high")
        )
        assert (low.auc.value, high.auc.value) == (1, 0)
        assert (low.flagged, low.precision.rate, low.recall.rate, low.lead_days) == (12, 1, 1, 20)
        assert low.lift == pytest.approx(42 / 12)
        assert (high.flagged, high.precision.rate, high.recall.rate) == (30, 0, 0)

    def test_an_outcome_may_be_a_function(self):
        ada = cl.Customer(
            "ada",
            MODEL,
            events=[("login", at(1)), cl.Event("order", at(40), value=5), cl.Event("order", at(80), value=50)],
        )

        def large(customer):
            return [event.at for event in customer.events if event.value and event.value >= 50]

        found = cl.backtest(PLAIN, [ada], large, horizons="30 days", anchors=[at(20), at(60)], as_of=END)
        assert [o.outcome_at for o in found.horizons[0].seen] == [None, at(80)]
        assert found.outcome == "large"

    def test_a_hook_that_fails_is_listed_and_the_others_are_graded(self):
        people = [cl.Customer(name, MODEL, events=[("login", at(1))]) for name in ("ada", "bob")]
        found = cl.backtest(
            lambda r: 1 / 0 if r.customer.id == "bob" else 5, people, "renewed", anchors=[at(20)], as_of=END
        )
        assert [(f.customer, f.kind) for f in found.failures] == [("bob", "raised ZeroDivisionError")]
        assert (found.horizons[0].observations, found.horizons[0].unscored) == (1, 1)
        assert "1 had no score." in str(found)
        assert "1 calls failed, first: score hook '<lambda>' raised ZeroDivisionError" in str(found).replace("\n", " ")

    def test_a_name_that_nobody_has_is_told_with_what_may_be_meant(self):
        ada = cl.Customer("ada", MODEL, events=[("login", at(1))])
        found = cl.backtest(PLAIN, [ada], "conversoin", as_of=END, at_risk="awarenes")
        assert found.notes[0].startswith("outcome='conversoin' was never seen; did you mean 'conversion'? There are:")
        assert found.notes[1].startswith("at_risk='awarenes' was never seen; did you mean 'awareness'? There are:")
        assert "did you mean 'conversion'?" in str(found).replace("\n", " ")
        assert cl.backtest(PLAIN, [ada], "login", as_of=END, at_risk="awareness").notes == ()


class TestDeciles:
    @given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=45))
    def test_equal_scores_are_shared_out_evenly(self, pairs):
        """Each observation is spread over the places that its score holds; tenths of the places are then added up."""
        from custlife.scoring.grading import deciles

        found = deciles([float(risk) for risk, _ in pairs], [case for _, case in pairs])
        n = len(pairs)
        spread = []  # the share of outcomes at each place, in tenths of a place
        for risk in sorted({risk for risk, _ in pairs}, reverse=True):
            group = [case for other, case in pairs if other == risk]
            spread += [Fraction(sum(group), len(group))] * (10 * len(group))
        for number, one in enumerate(found):
            assert one.observations == pytest.approx(n / 10)
            assert one.outcomes == pytest.approx(float(sum(spread[number * n : (number + 1) * n]) / 10))


class TestUndated:
    HEALTH = cl.HealthScore([scoring.measure("seats", scoring.fact("seats"), worst=0, best=10)])
    ADA = cl.Customer("ada", MODEL, events=[("login", at(1)), ("renewed", at(40))])

    def test_facts_without_a_date_are_refused(self):
        with pytest.raises(UsageError) as caught:
            cl.backtest(self.HEALTH, [self.ADA], "renewed", as_of=END, facts={"ada": {"seats": 5}})
        assert str(caught.value) == (
            "facts without a date would tell the past what is known today: 'seats' of 'ada'\n\n"
            "Hint: give them at=, or say that they never change: static=['seats']"
        )

    def test_unless_the_score_does_not_read_them_or_they_never_change(self):
        known = {"ada": {"country": "CH", "seats": 5}}
        found = cl.backtest(self.HEALTH, [self.ADA], "renewed", as_of=END, facts=known, static=["seats"])
        assert found.horizons[0].observations == 2
        with pytest.raises(UsageError, match="'country' of 'ada', 'seats' of 'ada'"):
            cl.backtest(PLAIN, [self.ADA], "renewed", as_of=END, facts=known)
        with pytest.raises(UsageError, match="'seats' of 'ada'"):
            cl.backtest(self.HEALTH, [self.ADA], "renewed", as_of=END, facts=known, static="seats of a plane")
        assert cl.backtest(self.HEALTH, [self.ADA], "renewed", as_of=END, facts=known, static="seats") == found
        both = scoring.weighted({"h": self.HEALTH, "r": scoring.Rfm("login", recency=(9,), frequency=(2,))})
        with pytest.raises(UsageError, match="today: 'seats' of 'ada'\n"):
            cl.backtest(both, [self.ADA], "renewed", as_of=END, facts=known)

    def test_dated_facts_are_seen_from_their_date_on(self):
        known = {"ada": [cl.Fact("seats", 5, at=at(15)), cl.Fact("seats", 9, at=at(16), recorded_at=at(35))]}
        found = cl.backtest(
            self.HEALTH, [self.ADA], "renewed", as_of=END, facts=known, anchors=[at(10), at(20), at(36)]
        )
        assert [o.value for o in found.horizons[0].seen] == [None, 50, 90]

    def test_a_fact_without_a_date_that_was_recorded_holds_from_then_on(self):
        known = {"ada": [cl.Fact("seats", 5, recorded_at=at(15))]}
        found = cl.backtest(self.HEALTH, [self.ADA], "renewed", as_of=END, facts=known, anchors=[at(10), at(20)])
        assert [o.value for o in found.horizons[0].seen] == [None, 50]


class TestZones:
    def test_anchors_are_starts_of_periods_of_the_logs(self):
        stages = cl.StageLog.from_rows([("ada", "intent", at(5))], MODEL, tz="Europe/Zurich", as_of=at(100))
        events = cl.EventLog.from_rows([("ada", "login", at(6))], tz="Europe/Zurich", as_of=at(100))
        hour = timedelta(hours=1)
        for logs in (stages, [stages], [stages, events]):
            (one,) = cl.backtest(PLAIN, logs, "conversion", horizons="30 days").horizons
            assert [o.anchor for o in one.seen] == [at(32) - hour, at(60) - hour]
        other = cl.EventLog.from_rows([("ada", "login", at(6))], tz="UTC", as_of=at(100))
        with pytest.raises(UsageError, match="the logs have different zones: Europe/Zurich and UTC"):
            cl.backtest(PLAIN, [stages, other], "conversion")
        assert cl.backtest(PLAIN, [stages, other], "conversion", tz="UTC").horizons
