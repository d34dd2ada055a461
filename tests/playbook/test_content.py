"""Laws of content coverage, and each finding exactly where its condition holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife import playbook
from custlife.errors import UsageError, UsageTypeError
from custlife.playbook import ContentItem, Inventory, Limits
from tests.playbook.inventories import AS_OF, DAY, MODEL, a_year_on, demands, inventories, items, modes, out, placed


class TestShares:
    @given(inventories, demands, modes)
    def test_shares_add_up_to_one_and_gaps_to_zero(self, inventory, demand, mode):
        found = playbook.coverage(inventory, MODEL, demand=demand, counts=mode, as_of=AS_OF)
        supplied = [row.supply_share for row in found.rows]
        wanted = [row.demand_share for row in found.rows]
        assert supplied == [None] * 6 or sum(supplied) == pytest.approx(1)
        assert wanted == [None] * 6 or sum(wanted) == pytest.approx(1)
        gaps = [row.gap for row in found.rows]
        assert gaps == [None] * 6 or sum(gaps) == pytest.approx(0, abs=1e-12)
        for row in found.rows:
            if row.gap is not None:
                assert row.gap == pytest.approx(row.demand_share - row.supply_share, abs=1e-12)
        assert (None in gaps) == (None in supplied or None in wanted)

    @given(inventories, demands, modes)
    def test_supply_is_that_of_counting_by_hand(self, inventory, demand, mode):
        found = playbook.coverage(inventory, MODEL, demand=demand, counts=mode, as_of=AS_OF)
        counted = [item for item in out(inventory, mode) if placed(item)]
        for row in found.rows:
            here = [item for item in counted if row.stage in placed(item)]
            parts = sum((Fraction(1, len(placed(item))) for item in here), Fraction(0))
            assert (row.items, row.supply) == (len(here), float(parts))
            assert row.supply_share == (float(parts / len(counted)) if counted else None)
            ages = [(DAY - item.published).days for item in here if item.published]
            fresh = [item for item in here if item.published and a_year_on(item.published) >= DAY]
            assert (row.dated, row.fresh) == (len(ages), len(fresh))
            assert row.median_age_days == (median(ages) if ages else None)
            total = sum(demand.values())
            assert row.demand_share == (demand.get(row.stage, 0) / total if total else None)
        assert len(found.elsewhere) == sum(not placed(item) for item in out(inventory, "all"))
        assert len(found.planned) == len(inventory) - len(out(inventory, "all"))

    @given(st.lists(items, max_size=8), demands, st.randoms())
    def test_the_order_of_items_is_irrelevant(self, given_items, demand, random):
        mixed = random.sample(given_items, len(given_items))
        one = playbook.coverage(Inventory(given_items), MODEL, demand=demand, as_of=AS_OF)
        other = playbook.coverage(Inventory(mixed), MODEL, demand=demand, as_of=AS_OF)
        assert one.to_dicts() == other.to_dicts()
        assert (one.findings, one.unjudged) == (other.findings, other.unjudged)
        assert (one.elsewhere, one.planned, one.across("type")) == (
            other.elsewhere,
            other.planned,
            other.across("type"),
        )

    @given(inventories, st.sampled_from(["team", "type", "profile", "channel", "message"]))
    def test_what_stands_across_adds_up_to_the_items_of_each_stage(self, inventory, field):
        found = playbook.coverage(inventory, MODEL, as_of=AS_OF)
        counts = found.across(field)
        for row in found.rows:
            assert sum(by_stage[row.stage] for by_stage in counts.values()) == row.items
        assert list(counts) == sorted(counts, key=lambda value: (value == "", value))
        assert found.grid(field).text()


STAYS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from([*MODEL.keys, "lapsed", "churned"]), st.integers(0, 40)), max_size=9
)  # fmt: skip


class TestDemand:
    @given(STAYS)
    def test_headcount_is_where_customers_are_and_drop_off_where_they_left(self, rows):
        start = datetime(2026, 2, 1, tzinfo=UTC)
        rows = [(who, stage, start + timedelta(days=day)) for who, stage, day in rows if stage in MODEL]
        log = cl.StageLog.from_rows(rows, MODEL, as_of=AS_OF)
        here, gone = dict.fromkeys(MODEL.keys, 0), dict.fromkeys(MODEL.keys, 0)
        for one in cl.scoring.customers_of(log):
            seen = one.as_of(AS_OF)
            if seen.stage in here:
                here[seen.stage] += 1
            for leg in seen.journey:
                if leg.from_stage in gone and leg.to_stage not in gone:
                    gone[leg.from_stage] += 1
        counted = playbook.coverage(Inventory([]), log)
        assert {row.stage: row.demand for row in counted.rows} == here
        lost = playbook.coverage(Inventory([]), log, demand="drop_off")
        assert {row.stage: row.demand for row in lost.rows} == gone
        assert counted.as_of == log.as_of

    def test_exits_can_be_compared_as_well(self):
        rows = [("a", "visitor", "2026-01-05T09:00Z"), ("a", "lapsed", "2026-01-09T09:00Z")]
        log = cl.StageLog.from_rows(rows, MODEL, as_of=AS_OF)
        found = playbook.coverage(Inventory([ContentItem("Come back", "Lapsed")]), log, stages=["lapsed", "visitor"])
        assert [(row.stage, row.gap) for row in found.rows] == [("visitor", 0.0), ("lapsed", 0.0)]

    def test_without_a_log_there_is_no_demand_and_no_gap(self):
        found = playbook.coverage(Inventory([ContentItem("Post", "visitor")]), MODEL, as_of=AS_OF)
        assert (found["Visitor"].demand, found["Visitor"].gap, found["visitor"].supply_share) == (None, None, 1.0)
        assert "No demand is known" in str(found)
        assert "<svg" in found.svg()


def brute(inventory, demand, limits):
    """The mistakes that show, by the words of the list and whole numbers."""
    seen = out(inventory, "all")
    n, known = len(seen), set(inventory.known)
    if n < limits.least:
        return set()
    found = set()
    teams = [item.team for item in seen if item.team]
    if "team" in known and len(teams) >= limits.least and any(5 * teams.count(t) >= 4 * len(teams) for t in set(teams)):
        found.add("one team only")
    if "message" in known and 2 * sum(not item.message for item in seen) > n:
        found.add("no positioning or story")
    if "profile" in known and 2 * sum(not item.profile for item in seen) > n:
        found.add("no customer profile behind it")
    counted = [item for item in seen if placed(item)]
    early = sum((Fraction(1, len(placed(item))) for item in counted if "visitor" in placed(item)), Fraction(0))
    wanted = Fraction(demand.get("visitor", 0), total) if (total := sum(demand.values())) else None
    if counted and 2 * early > len(counted) and (wanted is None or early / len(counted) > wanted):
        found.add("too much awareness, too little education, selection and training")
    if {"channel", "last_used"} & known and 4 * sum(not i.channel and i.last_used is None for i in seen) > n:
        found.add("never distributed")
    days = [item.published for item in seen if item.published]
    if len(days) >= limits.least and (DAY - max(days)).days > 90 and (max(days) - min(days)).days < 365:
        found.add("given up early")
    return found


NAMES = {
    "one team only", "no positioning or story", "no customer profile behind it",
    "too much awareness, too little education, selection and training", "never distributed", "given up early",
}  # fmt: skip


class TestFindings:
    @given(inventories, demands, st.sampled_from([1, 2, 5]))
    def test_a_mistake_is_named_exactly_where_its_condition_holds(self, inventory, demand, least):
        limits = Limits(least=least)
        found = playbook.coverage(inventory, MODEL, demand=demand, as_of=AS_OF, limits=limits)
        assert {one.mistake for one in found.findings} == brute(inventory, demand, limits)
        assert not {one.mistake for one in found.findings} & {one.mistake for one in found.unjudged}
        assert {one.mistake for one in (*found.findings, *found.unjudged)} <= NAMES

    @pytest.mark.parametrize(("teams", "shows"), [(4, True), (3, False)])
    def test_the_edge_of_one_team_is_inside(self, teams, shows):
        rows = [{"title": "x", "team": "A" if n < teams else "B"} for n in range(5)]
        found = playbook.coverage(Inventory.from_rows(rows), MODEL, as_of=AS_OF).findings
        assert bool(found) == shows
        if shows:
            assert (found[0].said, found[0].value, found[0].n) == ("A made 4 of 5 items, 80% (from 80% on)", 0.8, 5)

    @pytest.mark.parametrize(
        ("quiet", "lasted", "shows"), [(90, 30, False), (91, 30, True), (91, 364, True), (91, 365, False)]
    )
    def test_given_up_early_is_silence_after_a_short_time(self, quiet, lasted, shows):
        last = DAY - timedelta(days=quiet)
        rows = [{"title": "x", "published": last - timedelta(days=lasted * n // 4)} for n in range(5)]
        found = playbook.coverage(Inventory.from_rows(rows), MODEL, as_of=AS_OF).findings
        assert [one.mistake for one in found] == ["given up early"] * shows

    def test_a_field_that_nobody_keeps_is_not_judged_and_one_that_is_empty_is(self):
        rows = [{"title": f"Post {n}", "stages": "visitor"} for n in range(5)]
        found = playbook.coverage(Inventory.from_rows(rows), MODEL, as_of=AS_OF)
        assert [one.mistake for one in found.findings] == [
            "too much awareness, too little education, selection and training"
        ]
        assert str(found.unjudged[1]) == "no positioning or story: not judged, nobody keeps 'message'"
        empty = Inventory.from_rows([{**row, "message": None} for row in rows])
        first = playbook.coverage(empty, MODEL, as_of=AS_OF).findings[0]
        assert (first.mistake, first.items) == ("no positioning or story", tuple(f"Post {n}" for n in range(5)))
        few = playbook.coverage(Inventory(empty.items[:4], empty.known), MODEL, as_of=AS_OF)
        assert {one.reason for one in few.unjudged} == {"4 items are fewer than 5"}
        assert len(few.unjudged) == 6

    def test_thresholds_are_arguments(self):
        rows = [{"title": "x", "profile": "smb" if n else ""} for n in range(5)]
        inventory = Inventory.from_rows(rows)
        assert not playbook.coverage(inventory, MODEL, as_of=AS_OF).findings
        strict = playbook.coverage(inventory, MODEL, as_of=AS_OF, limits=Limits(no_profile=0.1))
        assert strict.findings[0].said == "1 of 5 items have no customer profile behind them, 20% (above 10%)"
        with pytest.raises(UsageError, match=r"^one_team=80 is no share\n\nHint: write one_team=0.8"):
            Limits(one_team=80)
        with pytest.raises(UsageTypeError, match=r"^least=0 is no whole number above 0"):
            Limits(least=0)

    @pytest.mark.parametrize(("prospects", "shows"), [(4, 0), (5, 1)])
    def test_awareness_is_too_much_only_where_it_is_more_than_the_demand(self, prospects, shows):
        inventory = Inventory([ContentItem("x", "visitor")] * 3 + [ContentItem("y", "prospect")] * 2)
        demand = {"visitor": 6, "prospect": prospects}
        found = playbook.coverage(inventory, MODEL, demand=demand, as_of=AS_OF).findings
        assert [one.mistake.split(",")[0] for one in found] == ["too much awareness"] * shows

    def test_stages_without_a_place_on_the_spine_say_nothing_of_awareness(self):
        model = cl.StageModel("m", ["a", "b"], exits=[])
        found = playbook.coverage(Inventory([ContentItem("x", "a")] * 5), model, as_of=AS_OF)
        assert "no item is for a stage that has a place on the common spine" in str(found)


class TestFresh:
    @pytest.mark.parametrize(
        ("day", "as_of", "fresh"),
        [
            ("2024-02-29", "2025-02-28T23:59Z", 1),
            ("2024-02-29", "2025-03-01T00:00Z", 0),
            ("2025-03-31", "2026-03-31T23:59Z", 1),
            ("2025-03-31", "2026-04-01T00:00Z", 0),
        ],
    )
    def test_a_year_ends_with_its_last_day(self, day, as_of, fresh):
        inventory = Inventory([ContentItem("x", "visitor", published=day)])
        assert playbook.coverage(inventory, MODEL, as_of=as_of)["visitor"].fresh == fresh

    def test_the_day_is_that_of_the_zone_of_the_log(self):
        rows = [("a", "visitor", "2026-01-05T09:00")]
        log = cl.StageLog.from_rows(rows, MODEL, tz="Pacific/Auckland", as_of="2026-02-01T00:30+13:00")
        inventory = Inventory([ContentItem("x", "visitor", published="2026-02-01")])
        assert playbook.coverage(inventory, log).planned == ()
