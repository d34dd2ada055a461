"""Hand-overs: where teams change, what must be passed on, and what was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import custlife as cl
from custlife import playbook, presets
from custlife.errors import DefinitionError, UnknownNameError, UsageError, UsageTypeError
from custlife.playbook import Required
from custlife.stages import Stage, StageModel, Transition
from custlife.stages.guards import Requires

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)
TEAMS = ("Sales", "Marketing", "Success")
MODEL = presets.catalyst8


@st.composite
def models(draw):
    owners = draw(st.lists(st.lists(st.sampled_from(TEAMS), max_size=2, unique=True), min_size=1, max_size=5))
    keys = [f"s{place}" for place in range(len(owners))]
    sold = draw(st.sampled_from([None, *keys]))
    return StageModel(
        "m", [Stage(key, owners=who) for key, who in zip(keys, owners, strict=True)], exits=[], customer_from=sold
    )


class TestPlan:
    @given(models())
    def test_a_hand_over_stands_wherever_the_teams_of_two_named_stages_differ(self, model):
        named = [stage for stage in model.stages if stage.owners]
        if not named:
            with pytest.raises(DefinitionError, match=r"^no stage of model 'm' names its team"):
                playbook.hand_overs(model)
            return
        found = playbook.hand_overs(model)
        expected = []
        for place in range(1, len(named)):
            before, after = set(named[place - 1].owners), set(named[place].owners)
            if before != after:
                expected.append(
                    (named[place - 1].key, named[place].key, before - after, after - before, before & after)
                )
        told = [(r.from_stage, r.to_stage, set(r.leaving), set(r.joining), set(r.staying)) for r in found]
        assert told == expected
        assert set(found.silent) == {stage.key for stage in model.stages if not stage.owners}
        for row in found:
            sold = model.customer_from is not None and row.to_stage >= model.customer_from
            assert row.is_after_sale == (None if model.customer_from is None else sold)
            assert [one.name for one in row.required] == ["needs", *(["reason for buying"] if sold else [])]
            assert row.is_clean_break == (not row.staying)

    @pytest.mark.parametrize("name", presets.names())
    def test_every_preset_tells_what_customers_wanted_before(self, name):
        model = presets.get(name)
        for row in playbook.hand_overs(model):
            assert row.needs == model[row.from_stage].needs != ()

    def test_from_sales_to_customer_success_go_needs_and_reasons_for_buying(self):
        row = playbook.hand_overs(presets.deepstash6)["active_customer"]
        assert (row.leaving, row.joining, row.staying) == (("Sales",), ("Customer Success",), ())
        assert [one.name for one in row.required] == ["needs", "reason for buying"]
        assert row.label == "customer → active_customer"

    def test_what_a_declared_transition_asks_for_is_required_too(self):
        stages = [Stage("a", owners=["Sales"]), Stage("b", owners=["Success"])]
        way = Transition(
            "a", "b", guards=[Requires("fact", "budget"), Requires("event", "signed")], reason_required=True
        )
        found = playbook.hand_overs(StageModel("m", stages, exits=[], transitions=[way]), required=[])
        assert [one.name for one in found["b"].required] == ["budget", "reason"]

    def test_tables_and_errors(self):
        found = playbook.hand_overs(presets.bruxt5)
        assert found.to_dicts()[2]["leaving"] == "Sales"
        assert list(found.to_dicts()[0]) == list(found.column_types())
        assert "conversion → retent" in str(found)
        assert (len(found), repr(found)) == (3, "<HandOverPlan of 'bruxt5', 3 hand-overs>")
        assert "<table" in found._repr_html_()
        with pytest.raises(UnknownNameError, match=r"^unknown hand-over into 'engage"):
            playbook.hand_overs(presets.catalyst8.rename("outreach", "engage"))["engage"]
        with pytest.raises(UsageTypeError, match=r"^model='bruxt5' is not a StageModel"):
            playbook.hand_overs("bruxt5")
        with pytest.raises(DefinitionError, match=r"^two of them are called 'x'"):
            playbook.hand_overs(MODEL, required=[Required("x"), Required("x", at="sale")])
        with pytest.raises(DefinitionError, match=r"^at='always' is no kind of hand-over"):
            Required("x", at="always")
        with pytest.raises(UsageTypeError, match=r"^facts=\[7\] are no names of facts"):
            Required("x", facts=[7])


days = st.integers(0, 70).map(lambda n: START + timedelta(days=n))
moves = st.lists(st.tuples(st.sampled_from([*MODEL.keys, "lapsed"]), days), max_size=5)
facts = st.lists(
    st.tuples(st.sampled_from(["needs", "need", "reason_for_buying"]), st.sampled_from(["a", " ", None]), days | st.none()),
    max_size=4, unique_by=lambda one: (one[0], one[2]),
)  # fmt: skip


@st.composite
def people(draw, ident="acme"):
    reason = draw(st.sampled_from(["", "fair"]))
    history = [cl.Move(stage, at, reason=reason, seq=place) for place, (stage, at) in enumerate(draw(moves))]
    return cl.Customer(
        ident, MODEL, moves=history, facts=[cl.Fact(name, value, at=at) for name, value, at in draw(facts)]
    )


def crossed(customer, to_stage):
    """The last time from before a stage to it or past it, by walking the path stages only."""
    seen = customer.as_of(AS_OF)
    line = MODEL.keys.index(to_stage)
    places = [(MODEL.keys.index(leg.to_stage), leg) for leg in seen.journey if leg.to_stage in MODEL.keys]
    found = [leg for i, (place, leg) in enumerate(places) if place >= line and (i == 0 or places[i - 1][0] < line)]
    return found[-1] if found else None


class TestOneCustomer:
    @given(people())
    def test_everything_required_is_known_in_time_late_or_missing(self, customer):
        for row in playbook.hand_overs(MODEL):
            found = playbook.check_hand_over(customer, as_of=AS_OF, into=row.to_stage)
            assert sorted([one.name for one in found.passed] + list(found.missing)) == sorted(
                r.name for r in row.required
            )
            leg = crossed(customer, row.to_stage)
            assert found.at == (None if leg is None else leg.at)
            assert found.is_complete == (not found.missing)
            known = {f.name: f.value for f in customer.as_of(AS_OF).facts}
            needs = [known[name] for name in ("needs", "need") if str(known.get(name) or "").strip()]
            assert ("needs" in found.missing) == (not needs)
            if needs:
                assert found.passed[0].value == needs[0]

    @given(people(), days)
    def test_nothing_is_late_before_the_hand_over(self, customer, day):
        for row in playbook.hand_overs(MODEL):
            found = playbook.check_hand_over(customer, as_of=day, into=row.to_stage)
            for one in found.passed:
                first = one.known_from
                assert one.late == (found.at is not None and first is not None and first > found.at)

    def test_a_fact_corrected_later_was_known_in_time(self):
        acme = onboarded().fact("needs", "speed", at="2026-01-05T00:00Z").fact("needs", "calm", at="2026-02-20T00:00Z")
        found = playbook.check_hand_over(acme, as_of=AS_OF)
        assert [(one.name, one.value, one.late) for one in found.passed] == [
            ("needs", "calm", False), ("reason for buying", "fair", False),
        ]  # fmt: skip
        assert found.hand_over.label == "conversion → onboarding"
        assert found.passed[1].source == "reason"

    @pytest.mark.parametrize(
        ("at", "late"), [("2026-02-01T12:00:00Z", ()), ("2026-02-01T12:00:00.000001Z", ("needs",))]
    )
    def test_what_is_known_at_the_very_moment_is_in_time(self, at, late):
        assert playbook.check_hand_over(onboarded().fact("needs", "speed", at=at), as_of=AS_OF).late == late

    def test_what_came_late_and_what_is_missing_are_told(self):
        acme = onboarded(reason="").fact("needs", "speed", at="2026-02-05T00:00Z")
        found = playbook.check_hand_over(acme, as_of=AS_OF)
        assert str(found) == (
            "acme, conversion → onboarding: handed over 2026-02-01 12:00 UTC\n"
            "  needs: speed (late)\n"
            "  reason for buying: missing"
        )
        assert found.late == ("needs",)
        assert found.to_dict()["missing"] == ["reason for buying"]

    def test_who_comes_back_from_an_exit_to_where_they_were_is_not_handed_over_again(self):
        acme = onboarded().move("lapsed", at="2026-02-10T00:00Z").move("onboarding", at="2026-02-20T00:00Z")
        assert playbook.check_hand_over(acme, as_of=AS_OF).at == datetime(2026, 2, 1, 12, tzinfo=UTC)

    def test_a_hand_over_to_come_can_be_checked_and_one_that_is_not_there_cannot(self):
        lead = cl.Customer("lea", MODEL).move("outreach", at="2026-01-05T09:00Z")
        coming = playbook.check_hand_over(lead, as_of=AS_OF, into="connection")
        assert str(coming) == "lea, outreach → connection: not handed over yet\n  needs: missing"
        with pytest.raises(
            UsageError, match=r"^customer 'lea' in stage 'outreach' is past no hand-over\n\nHint: .*'conn"
        ):
            playbook.check_hand_over(lead, as_of=AS_OF)
        with pytest.raises(UsageTypeError, match="is not a Customer"):
            playbook.check_hand_over("lea", as_of=AS_OF)
        with pytest.raises(UsageTypeError, match=r"^facts=3 do not say whose they are"):
            playbook.check_hand_overs([], as_of=AS_OF, facts=3)
        with pytest.raises(UsageTypeError, match=r"^plan='x' is no plan"):
            playbook.check_hand_over(lead, as_of=AS_OF, plan="x")
        with pytest.raises(UsageError, match=r"^the plan is for model 'bruxt5', and the customer is on 'catalyst8'"):
            playbook.check_hand_over(lead, as_of=AS_OF, plan=playbook.hand_overs(presets.bruxt5))


def onboarded(reason="fair"):
    return (
        cl.Customer("acme", MODEL)
        .move("outreach", at="2026-01-05T09:00Z")
        .move("onboarding", at="2026-02-01T12:00Z", reason=reason)
    )


class TestMany:
    @given(st.tuples(people("a"), people("b"), people("c")))
    @example((onboarded(), cl.Customer("b", MODEL), cl.Customer("c", MODEL)))
    def test_counts_add_up_and_are_those_of_the_customers_one_by_one(self, many):
        found = playbook.check_hand_overs(many, as_of=AS_OF)
        for row in found:
            assert row.handed_over == row.known + row.late + row.missing
            into = row.hand_over.to_stage
            each = [playbook.check_hand_over(one, as_of=AS_OF, into=into) for one in many]
            each = [one for one in each if one.at is not None]
            assert row.handed_over == len(each)
            assert row.missing == sum(row.required in one.missing for one in each)
            assert row.late == sum(row.required in one.late for one in each)
            assert row.missing_share == (row.missing / row.handed_over if each else None)
            lost = {one.customer for one in found.incomplete if one.hand_over.to_stage == into}
            assert lost == {one.customer for one in each if one.missing}

    def test_of_a_log_reasons_and_segments_count(self):
        rows = [
            {"customer": "ada", "stage": "conversion", "at": "2026-01-05T09:00Z", "reason": "price", "needs": "speed"},
            {"customer": "ada", "stage": "retention", "at": "2026-01-09T09:00Z", "reason": None, "needs": "speed"},
            {"customer": "bob", "stage": "retention", "at": "2026-01-09T09:00Z", "reason": None, "needs": None},
        ]
        log = cl.StageLog.from_rows(rows, presets.bruxt5, reason_col="reason", segment_cols=["needs"])
        found = playbook.check_hand_overs(log)
        last = {
            row.required: (row.handed_over, row.known, row.missing)
            for row in found
            if row.hand_over.to_stage == "retention"
        }
        assert last == {"needs": (2, 1, 1), "reason for buying": (2, 1, 1)}
        assert [(one.customer, one.hand_over.to_stage) for one in found.incomplete][-1] == ("bob", "retention")
        assert "50.0 %" in str(found)
        assert (len(found), repr(found)) == (5, "<HandOverChecks: 5 rows, 3 incomplete>")
        assert "<table" in found._repr_html_()
        assert list(found.to_dicts()[0]) == list(found.column_types())

    def test_nobody_is_no_answer_without_a_plan(self):
        with pytest.raises(UsageError, match=r"^there are no customers, and so no model"):
            playbook.check_hand_overs([], as_of=AS_OF)
        found = playbook.check_hand_overs([], as_of=AS_OF, plan=playbook.hand_overs(MODEL))
        assert {row.missing_share for row in found} == {None}
