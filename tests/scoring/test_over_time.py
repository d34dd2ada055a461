"""Scores over time: trends, crossings, ranks, and customers out of logs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import custlife as cl
from custlife import scoring
from custlife.errors import DataError, HistoryError, UsageError, UsageTypeError
from tests.scoring.made import AS_OF, DAY, MODEL, customers, healths, leads

LEAD = cl.LeadScore([scoring.behavior("demo", points=30, decay=scoring.linear("10 days"))], thresholds={"MQL": 40})


def at(day: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + (day - 1) * DAY


class TestTrend:
    @given(st.one_of(healths(), leads()), customers(), st.sampled_from(["day", "week", "month"]), st.integers(1, 5))
    def test_each_moment_is_scored_as_it_would_have_been_then(self, scorer, customer, every, last):
        found = scoring.trend(scorer, customer, as_of=AS_OF, every=every, last=last, tz="Europe/Zurich")
        assert len(found.scores) in {last, last + 1}
        assert found.scores[-1].as_of == AS_OF
        for one in found.scores:
            assert one == cl.score(scorer, customer, as_of=one.as_of)

    def test_slope_change_and_drop(self):
        acme = cl.Customer("acme", MODEL)
        values = iter([10, 40, 30, 0])
        found = scoring.trend(lambda _: next(values), acme, as_of=at(4), every="day", last=4)
        assert found.values == (10, 40, 30, 0)
        assert found.slope == pytest.approx((-1.5 * 10 - 0.5 * 40 + 0.5 * 30 + 1.5 * 0) / 5)
        assert (found.change, found.drop) == (-30, 40)
        assert "40.0 below its highest." in str(found)
        assert repr(found).startswith("<Trend of <lambda> for 'acme', 4 moments>")
        assert found._repr_html_()
        assert [row["value"] for row in found.to_dicts()] == [10, 40, 30, 0]

    def test_what_is_not_known_has_no_slope(self):
        acme = cl.Customer("acme", MODEL)
        found = scoring.trend(lambda _: cl.Score(None, reason="new"), acme, as_of=at(4), every="day", last=2)
        assert (found.slope, found.change, found.drop) == (None, None, None)

    @pytest.mark.parametrize("last", [0, -1, 1.5, True])
    def test_the_number_of_periods_is_checked(self, last):
        with pytest.raises(UsageError, match="is no number of periods"):
            scoring.trend(LEAD, cl.Customer("acme", MODEL), as_of=at(4), last=last)

    def test_only_one_customer(self):
        with pytest.raises(UsageTypeError, match="is not a Customer"):
            scoring.trend(LEAD, "acme", as_of=at(4))


class TestCrossings:
    @settings(max_examples=30)
    @given(
        leads(),
        st.lists(customers("a"), max_size=1),
        st.sampled_from([5, 20, 40.5]),
        st.sampled_from(["up", "down"]),
        st.booleans(),
    )
    def test_by_looking_at_every_moment(self, lead, given_customers, threshold, direction, grid):
        """The plainest program: all moments at which anything became known, and every midnight."""
        every = "day" if grid else None
        found = scoring.crossings(
            lead, given_customers, threshold, as_of=AS_OF, every=every, direction=direction, tz="Europe/Zurich"
        )
        wanted = []
        for customer in given_customers:
            entries = (*customer.moves, *customer.events, *customer.facts)
            known = {max(filter(None, (e.at, e.recorded_at))) for e in entries if e.at or e.recorded_at}
            moments = sorted(moment for moment in known if moment <= AS_OF)
            if grid and moments:
                zone = scoring.trend(lambda _: 1, customer, as_of=AS_OF, every="day", last=400, tz="Europe/Zurich")
                midnights = {one.as_of for one in zone.scores[:-1]}
                moments = sorted({*moments, *(one for one in midnights if moments[0] < one)})
            before = None if direction == "down" else False
            for moment in moments:
                value = cl.score(lead, customer, as_of=moment).value
                if value is None:
                    continue
                there = value >= threshold if direction == "up" else value < threshold
                if there and before is False:
                    wanted.append((customer.id, moment, value))
                before = there
        assert [(one.customer, one.at, one.value) for one in found] == wanted

    def test_a_score_that_fades_crosses_down_between_two_entries(self):
        acme = cl.Customer("acme", MODEL, events=[("demo", at(5)), ("demo", at(6))])
        up = scoring.crossings(LEAD, [acme], 40, as_of=at(30), every="day")
        down = scoring.crossings(LEAD, [acme], 40, as_of=at(30), every="day", direction="down", event="cooled")
        assert [one.at for one in up] == [at(6)]
        assert [(row["event"], row["at"]) for row in down.to_dicts()] == [("cooled", at(9))]
        assert len(scoring.crossings(LEAD, [acme], 40, as_of=at(30), direction="down")) == 0

    def test_what_became_known_late_qualifies_late(self):
        acme = cl.Customer("acme", MODEL, events=[("demo", at(5)), cl.Event("demo", at(5), recorded_at=at(7))])
        assert [one.at for one in scoring.crossings(LEAD, [acme], 40, as_of=at(30))] == [at(7)]

    def test_facts_of_the_caller_are_entries_too(self):
        lead = cl.LeadScore([scoring.fit("large", scoring.fact("seats"), at_least=50, points=60)])
        known = {"acme": [cl.Fact("seats", 80, at=at(3))]}
        found = scoring.crossings(lead, [cl.Customer("acme", MODEL)], 50, as_of=at(30), facts=known)
        assert [(one.customer, one.at, one.value) for one in found] == [("acme", at(3), 60)]

    def test_they_are_events_that_a_funnel_can_start_with(self):
        rows = [("ada", "demo", at(5)), ("ada", "demo", at(6)), ("ada", "called", at(8)), ("bob", "demo", at(5))]
        log = cl.EventLog.from_rows(rows, as_of=at(30))
        found = scoring.crossings(LEAD, log, 40)
        assert (found.as_of, len(found)) == (at(30), 1)
        both = cl.EventLog.from_rows([*rows, *(tuple(row.values())[:3] for row in found.to_dicts())], as_of=at(30))
        funnel = both.funnel("qualified", "called", within=cl.days(7))
        assert (funnel["qualified"].reached, funnel["called"].reached) == (1, 1)
        assert str(found).startswith("lead came to 40: 1 times")
        assert repr(found) == "<Crossings of lead at 40: 1>"
        assert found._repr_html_()

    def test_it_is_looked_at_from_the_first_that_is_known_on_and_at_the_starts_of_days_of_the_log(self):
        hour = timedelta(hours=1)
        rows = [("ada", "demo", at(5) + 9 * hour), ("ada", "demo", at(6) + 9 * hour)]
        log = cl.EventLog.from_rows(rows, tz="Europe/Zurich", as_of=at(30))
        seen = []
        scoring.crossings(lambda request: seen.append(request.as_of) or 1, log, 40, as_of=at(7), every="day")
        assert seen == [rows[0][2], at(6) - hour, rows[1][2], at(7) - hour]
        seen.clear()
        scoring.crossings(lambda request: seen.append(request.as_of) or 1, log, 40, as_of=at(7), every="day", tz="UTC")
        assert seen == [rows[0][2], at(6), rows[1][2], at(7)]

    @pytest.mark.parametrize("options", [{"threshold": 130}, {"threshold": 50, "direction": "left"}])
    def test_what_cannot_be_crossed_is_refused(self, options):
        with pytest.raises(UsageError):
            scoring.crossings(LEAD, [], as_of=at(3), **options)


class TestPriorities:
    @given(st.lists(st.tuples(st.sampled_from([None, 0, 40, 70]), st.sampled_from([1, 0.5])), max_size=8), st.randoms())
    def test_by_value_then_by_what_is_known_then_by_id(self, pairs, random):
        scores = [
            cl.Score(value, completeness=known, customer=f"c{n}", reason="" if value is not None else "new")
            for n, (value, known) in enumerate(pairs)
        ]
        random.shuffle(scores)
        found = scoring.prioritise(scores)
        known = [one for one in scores if one.value is not None]
        assert [row.score for row in found] == sorted(known, key=lambda s: (-s.value, -s.completeness, s.customer))
        for row in found:
            better = [s for s in known if (-s.value, -s.completeness) < (-row.score.value, -row.score.completeness)]
            assert row.rank == len(better) + 1
        assert {one.customer for one in found.unscored} == {one.customer for one in scores if one.value is None}

    def test_reasons_are_the_parts_that_moved_it_most(self):
        parts = [scoring.Part("a", 5), scoring.Part("b", -20), scoring.Part("c", 60), scoring.Part("d", 0)]
        found = scoring.prioritise([cl.Score(45, parts=parts, customer="acme", grade="A1", qualifies="MQL")], reasons=2)
        assert found.rows[0].reasons == ("c +60", "b -20")
        assert "acme" in str(found)
        assert repr(found) == "<Priorities of 1>"
        assert found._repr_html_()
        assert (
            scoring.prioritise([cl.Score(1, customer=name) for name in "ba"], limit=1).to_dicts()[0]["customer"] == "a"
        )

    def test_what_is_no_score_is_refused(self):
        with pytest.raises(UsageTypeError, match=r"scores\[0\]=70 is not a Score"):
            scoring.prioritise([70])
        with pytest.raises(UsageError, match="limit=0"):
            scoring.prioritise([], limit=0)


def told(event):
    return event.at, event.name, event.recorded_at or event.at, str(event.value)


class TestCustomersOfLogs:
    def test_moves_events_and_facts(self):
        stages = cl.StageLog.from_rows(
            [
                {"customer": "ada", "stage": "intent", "at": at(5), "plan": "free", "reason": "fair", "known": at(6)},
                {"customer": "ada", "stage": "conversion", "at": at(9), "plan": "pro", "reason": "", "known": at(9)},
                {"customer": "ada", "stage": "awareness", "at": at(1), "plan": "free", "reason": "", "known": at(1)},
            ],
            MODEL, segment_cols=["plan"], reason_col="reason", recorded_at_col="known",
        )  # fmt: skip
        rows = [
            ("ada", "order", at(10), 5, "web"),
            ("ada", "order", at(10), 5, "web"),
            ("bob", "order", at(11), None, ""),
        ]
        events = cl.EventLog.from_rows(
            [dict(zip(("customer", "event", "at", "value", "channel"), row, strict=True)) for row in rows],
            value_cols=["value", "channel"],
        )
        ada, bob = scoring.customers_of(stages, events)
        assert [(m.to_stage, m.at, m.recorded_at, m.reason) for m in ada.moves] == [
            ("awareness", at(1), None, ""), ("intent", at(5), at(6), "fair"), ("conversion", at(9), None, ""),
        ]  # fmt: skip
        assert [(f.name, f.value, f.at) for f in ada.facts] == [("plan", "free", at(1)), ("plan", "pro", at(9))]
        assert [(e.name, e.at, e.value, dict(e.properties)) for e in ada.events] == [
            ("order", at(10), 5, {"channel": "web"})
        ] * 2
        assert (bob.stage, bob.events[0].value, bob.model.name) == (None, None, "events")
        total = cl.HealthScore([scoring.measure("money", scoring.total("order"), worst=0, best=20)])
        assert cl.score_all(total, [stages, events], as_of=at(11)).values == (50, 0)
        with pytest.raises(UsageError, match="different moments: 2026-01-09 00:00 and 2026-01-11 00:00 UTC"):
            cl.score_all(total, [stages, events])
        assert cl.score_all(total, events).values == (50, 0)

    def test_a_tie_keeps_the_order_of_the_log(self):
        rows = [("ada", "intent", at(5), 1), ("ada", "awareness", at(5), 2)]
        rows = [dict(zip(("customer", "stage", "at", "n"), row, strict=True)) for row in rows]
        log = cl.StageLog.from_rows(rows, MODEL, seq_col="n")
        (ada,) = scoring.customers_of(log)
        assert [move.to_stage for move in ada.moves] == ["intent", "awareness"]
        assert ada.stage == log.per_customer()["ada"].stage == "awareness"

    @settings(max_examples=25)
    @given(customers())
    def test_a_log_of_customers_gives_them_back(self, customer):
        log = cl.StageLog.from_customers([customer], model=MODEL, as_of=AS_OF + 200 * DAY) if customer.moves else None
        if log is not None:
            (back,) = scoring.customers_of(log)
            assert [(leg.to_stage, leg.at) for leg in back.journey] == [
                (leg.to_stage, leg.at) for leg in customer.journey
            ]
        if customer.events:
            (back,) = scoring.customers_of(cl.EventLog.from_customers([customer], as_of=AS_OF + 200 * DAY))
            assert sorted(map(told, back.events)) == sorted(map(told, customer.events))

    def test_logs_of_two_models_do_not_mix(self):
        from custlife import presets

        one = cl.StageLog.from_rows([("ada", "intent", at(5))], MODEL)
        two = cl.StageLog.from_rows([("ada", "outreach", at(5))], presets.catalyst8)
        with pytest.raises(DataError, match="customer 'ada' is on two models: 'bruxt5' and 'catalyst8'"):
            list(scoring.customers_of(one, two))

    def test_logs_that_contradict_each_other_about_a_segment_are_refused_in_either_order(self):
        def logs(plan):
            stages = [{"customer": "ada", "stage": "intent", "at": at(5), "plan": "pro"}]
            events = [{"customer": "ada", "event": "login", "at": at(5), "plan": plan}]
            return (
                cl.StageLog.from_rows(stages, MODEL, segment_cols=["plan"]),
                cl.EventLog.from_rows(events, segment_cols=["plan"]),
            )

        (ada,) = scoring.customers_of(*logs("pro"))
        assert [(one.name, one.value, one.at) for one in ada.facts] == [("plan", "pro", at(5))]
        for both in (logs("free"), logs("free")[::-1]):
            with pytest.raises(HistoryError, match="customer 'ada' has facts with two values at once"):
                list(scoring.customers_of(*both))

    def test_a_frame_in_parts_gives_the_same(self):
        pytest.importorskip("polars")
        import polars

        rows = [
            {"customer": f"c{n % 7}", "event": "login", "at": at(1 + n % 20) + timedelta(hours=n)} for n in range(60)
        ]
        health = cl.HealthScore([scoring.measure("logins", scoring.events("login", within="10 days"), worst=0, best=9)])
        plain = cl.score_all(health, cl.EventLog.from_rows(rows))
        framed = cl.score_all(health, cl.EventLog.from_frame(polars.DataFrame(rows), partitions=3))
        assert {one.customer: one.value for one in plain} == {one.customer: one.value for one in framed}
