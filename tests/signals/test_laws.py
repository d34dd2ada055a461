"""What must hold of all signals: nothing depends on when one looks, in which order, or on what came later."""

from __future__ import annotations

import pickle
import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from hypothesis import example, given, settings
from hypothesis import strategies as st

import custlife as cl
from custlife import signals
from custlife.signals import Rule
from tests.scoring.made import AS_OF, DAY
from tests.signals.made import HEALTH, LEAD, day, lettered, letters, populations, rule_sets

every = st.sampled_from(["day", "week", "month"])
zones = st.sampled_from(["UTC", "Europe/Zurich", "America/New_York"])
earlier = st.sampled_from([timedelta(0), DAY, 8 * DAY, timedelta(hours=5), 45 * DAY])


def looked(text: str, **rule: Any) -> list[tuple[int, int | None]]:
    """The days on which episodes opened and were resolved, one letter a day."""
    found = signals.watch(Rule("letters", lettered, **rule), [letters(text)], as_of=day(len(text) - 1))
    return [((one.opened_at - day(0)).days, one.resolved_at and (one.resolved_at - day(0)).days) for one in found]


class TestTime:
    @settings(max_examples=20, deadline=None)
    @given(rule_sets(), populations(), every, zones, earlier)
    def test_an_earlier_answer_is_the_beginning_of_a_later_one(self, rules, people, every, tz, before):
        late = signals.watch(rules, people, as_of=AS_OF, every=every, tz=tz)
        early = signals.watch(rules, people, as_of=AS_OF - before, every=every, tz=tz)
        begun = [one for one in late if one.opened_at <= AS_OF - before]
        assert [one.id for one in begun] == [one.id for one in early]
        for now, then in zip(begun, early, strict=True):
            if not then.is_open:
                assert now == then
            else:
                assert now.resolved_at is None or now.resolved_at > AS_OF - before
                assert (now.rule, now.customer, now.value, now.why) == (then.rule, then.customer, then.value, then.why)

    @settings(max_examples=20, deadline=None)
    @given(rule_sets(), populations(), every, zones, earlier)
    def test_nothing_known_later_goes_in(self, rules, people, every, tz, before):
        moment = AS_OF - before
        cut = [one.as_of(moment, known_at=moment) for one in people]
        whole = signals.watch(rules, people, as_of=moment, every=every, tz=tz)
        assert signals.watch(rules, cut, as_of=moment, every=every, tz=tz).episodes == whole.episodes

    def test_a_day_that_the_clocks_skip_is_not_looked_at_twice(self):
        """Samoa went from 29 December 2011 straight to the 31st."""
        seen = []
        rule = Rule("r", lambda request: seen.append(request.as_of))
        who = cl.Customer("ada", cl.presets.bruxt5, events=[("login", "2011-12-28T00:00-10:00")])
        signals.watch(rule, [who], as_of="2012-01-01T00:00+14:00", tz="Pacific/Apia")
        assert [f"{at.astimezone(ZoneInfo('Pacific/Apia')):%d %H}" for at in seen] == [
            "28 00",
            "29 00",
            "31 00",
            "01 00",
        ]

    @settings(max_examples=12, deadline=None)
    @given(rule_sets(), populations(), every)
    def test_looking_twice_changes_nothing(self, rules, people, every):
        once = signals.watch(rules, people, as_of=AS_OF, every=every)
        assert signals.watch(rules, people, as_of=AS_OF, every=every) == once
        assert pickle.loads(pickle.dumps(once)) == once
        assert len({one.id for one in once}) == len(once)

    @settings(max_examples=12, deadline=None)
    @given(rule_sets(), populations(), earlier)
    def test_daily_feeds_tell_everything_once(self, rules, people, before):
        found = signals.watch(rules, people, as_of=AS_OF)
        cut = AS_OF - before
        both = [*found.feed("1900-01-01T00:00Z", until=cut), *found.feed(cut)]
        assert both == list(found.feed("1900-01-01T00:00Z"))
        resolved = sum(not one.is_open for one in found)
        assert len(both) == len(found) + resolved

    @settings(max_examples=12, deadline=None)
    @given(rule_sets(), populations(), zones)
    def test_episodes_begin_and_end_on_the_grid(self, rules, people, tz):
        for one in signals.watch(rules, people, as_of=AS_OF, every="day", tz=tz):
            for at in (one.opened_at, one.resolved_at):
                local = None if at is None else at.astimezone(ZoneInfo(tz))
                assert local is None or (local.hour, local.minute, local.microsecond) == (0, 0, 0)
            assert one.resolved_at is None or one.resolved_at > one.opened_at


class TestOrder:
    @settings(max_examples=15, deadline=None)
    @given(rule_sets(), populations(), st.data())
    def test_customers_may_come_in_any_order_and_in_parts(self, rules, people, data):
        whole = signals.watch(rules, people, as_of=AS_OF)
        assert signals.watch(rules, data.draw(st.permutations(people)), as_of=AS_OF) == whole
        parts = [one for person in people for one in signals.watch(rules, [person], as_of=AS_OF)]
        assert sorted(parts, key=lambda one: one.id) == sorted(whole, key=lambda one: one.id)

    @settings(max_examples=15, deadline=None)
    @given(rule_sets(), populations(), st.data())
    def test_rules_may_come_in_any_order(self, rules, people, data):
        turned = signals.RuleSet(data.draw(st.permutations(rules.rules)))
        assert signals.watch(turned, people, as_of=AS_OF).episodes == signals.watch(rules, people, as_of=AS_OF).episodes

    @settings(max_examples=15, deadline=None)
    @given(rule_sets(), populations())
    def test_rules_that_silence_nobody_know_nothing_of_one_another(self, rules, people):
        alone = [attrs.evolve(one, unless=()) for one in rules]
        both = signals.watch(alone, people, as_of=AS_OF)
        for one in alone:
            assert signals.watch(one, people, as_of=AS_OF).episodes == both.of(rule=one.name).episodes


class TestFold:
    """Days as letters: the second answer is a regular expression over them."""

    @given(st.text("MC-?", min_size=1, max_size=40), st.integers(1, 3))
    @example("M?M-C-MM", 2)
    def test_opening_and_resolving(self, text, n):
        wanted = []
        for one in re.finditer(rf"M(?:\?*M){{{n - 1}}}(?P<rest>[^C]*)(?P<end>C|$)", text):
            wanted.append((one.start("rest") - 1, one.start("end") if one["end"] else None))
        assert looked(text, min_n=n) == wanted

    @given(st.text("MC-?", min_size=1, max_size=40), st.integers(1, 5))
    def test_cool_down(self, text, quiet):
        wanted, free, place = [], 0, 0
        while (opened := text.find("M", max(place, free))) >= 0:
            end = text.find("C", opened)
            wanted.append((opened, None if end < 0 else end))
            if end < 0:
                break
            place, free = end, end + quiet + 1  # the end of the cool-down is still inside
        assert looked(text, cool_down=f"{quiet} days") == wanted

    @given(st.text("M-", min_size=1, max_size=30))
    def test_nothing_flaps_within_the_band(self, text):
        assert len(looked(text)) == ("M" in text)

    def test_what_silences_ends_an_episode_and_starts_the_cool_down(self):
        loud = Rule("loud", lambda request: request.facts["letter"] == "L")
        quiet = Rule("quiet", lambda request: request.facts["letter"] != "C", unless="loud", cool_down="2 days")
        found = signals.watch([quiet, loud], [letters("MMLMMMM")], as_of=day(6)).of(rule="quiet")
        assert [(one.opened_at, one.resolved_at, one.ended) for one in found] == [
            (day(0), day(2), "silenced by loud"),
            (day(5), None, ""),
        ]

    def test_another_occasion_is_another_episode(self):
        def about(request):
            letter = request.facts["letter"]
            return signals.Look(letter != "x", why=f"letter {letter}", occasion=letter)

        found = signals.watch(Rule("about", about), [letters("AABBx")], as_of=day(4))
        assert [(one.opened_at, one.resolved_at, one.ended) for one in found] == [
            (day(0), day(2), "letter B"),
            (day(2), day(4), "letter x"),
        ]

    def test_looks_in_a_row_are_about_one_occasion(self):
        def about(request):
            return signals.Look(True, occasion=request.facts["letter"])

        found = signals.watch(Rule("about", about, min_n=2), [letters("ABBBC")], as_of=day(4))
        assert [(one.opened_at, one.resolved_at) for one in found] == [(day(2), day(4))]

    def test_nobody_is_looked_at_before_since_or_before_anything_is_known(self):
        seen = []
        rule = Rule("seen", lambda request: seen.append(request.as_of))
        who = cl.Customer("ada", cl.StageModel("any", ["one"]), moves=[("one", day(0) + DAY / 2)])
        signals.watch(rule, [who], as_of=day(2) + DAY / 2)
        assert seen == [day(1), day(2)]
        seen.clear()
        signals.watch(rule, [who], as_of=day(3), since=day(1) + DAY / 2)
        assert seen == [day(2), day(3)]

    def test_states_are_those_of_the_last_look(self):
        states = [signals.watch(Rule("r", lettered), [letters("CMM?C"[:n])], as_of=day(n - 1)) for n in range(1, 6)]
        assert [[one.state for one in found] for found in states] == [[], ["opened"], ["open"], ["open"], ["resolved"]]


class TestHysteresis:
    @settings(max_examples=15, deadline=None)
    @given(populations(), st.sampled_from([5.0, 20.5, 30.0]), st.sampled_from([0.0, 8.0]))
    def test_a_score_opens_at_the_threshold_and_resolves_below_the_band(self, people, low, band):
        rule = Rule("hot", signals.Qualified(LEAD, at_least=low + band, until=low))
        found = signals.watch(rule, people, as_of=AS_OF)
        for one in found:
            person = next(p for p in people if p.id == one.customer)
            at, end = one.opened_at, one.resolved_at
            assert cl.score(LEAD, person, as_of=at).value >= low + band
            last = AS_OF if end is None else end - DAY
            while at <= last:
                value = cl.score(LEAD, person, as_of=at).value
                assert value is None or value >= low
                at += DAY

    @settings(max_examples=15, deadline=None)
    @given(populations(), st.sampled_from([None, 5.0]), st.sampled_from([7, 30]))
    def test_falling_is_measured_from_the_highest_in_the_window(self, people, until, days):
        sign = signals.HealthFalling(HEALTH, by=15, within=f"{days} days", until=until)
        found = signals.watch(Rule("falling", sign), people, as_of=AS_OF)
        for one in found:
            person = next(p for p in people if p.id == one.customer)
            values = []
            for back in range(days + 1):
                at = one.opened_at - back * DAY
                seen = person.as_of(at, known_at=at)
                entries = (*seen.moves, *seen.events, *(fact for fact in seen.facts if fact.at))
                gone = seen.stage in {"lapsed", "lost_to_competitor", "lost", "churned", "disqualified"}
                values.append(cl.score(HEALTH, person, as_of=at).value if entries and not gone else None)
            drop = max(value for value in values if value is not None) - values[0]
            assert abs(drop - one.value) < 1e-6
            assert drop >= 15 - 1e-6
