"""Chains: transitions between the instants of a grid, what they change, and what they refuse."""

from __future__ import annotations

from collections import Counter

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from custlife.stats import share
from tests.analysis.strategies import AS_OF, MODEL, NAMES, SINCE, STAGE_ROWS, ZONE, event_log, hour, stage_log
from tests.oracles import transits
from tests.oracles.lifecycle import Row, histories

EVERY = st.sampled_from(["day", "week", "month"])


def seen_and_grid(rows, as_of, every, since):
    seen = histories(rows, NAMES, as_of, collapse=True)
    first = min((row.at for mine in seen.values() for row in mine), default=None)
    if first is not None and since is not None:
        first = max(first, since)
    return seen, transits.grid(as_of, every, ZONE, first)


def merged(counts, split):
    found: Counter = Counter()
    for (plan, *rest), n in counts.items():
        found[(plan,) if split else (), *rest] += n
    return found


@given(rows=STAGE_ROWS, as_of=AS_OF, since=SINCE, every=EVERY, split=st.booleans())
def test_transitions_are_those_of_standing_at_every_instant(rows, as_of, since, every, split):
    seen, grid = seen_and_grid(rows, as_of, every, since)
    found = stage_log(rows, as_of, since).chain(every=every, by="plan" if split else ())
    assert found.periods == len(grid) - 1
    counted = {(r.segment, r.from_stage, r.to_stage): r.count for r in found.rows if r.count}
    assert counted == merged(transits.transitions(seen, grid), split)
    standing = {(p.segment, stage): n for p in found.parts for stage, n in zip(p.stages, p.standing, strict=True) if n}
    assert standing == merged(transits.today(seen, as_of), split)
    for k, came in enumerate(transits.arrivals(seen, grid)):
        mine = {
            (p.segment, stage): n for p in found.parts for stage, n in zip(p.stages, p.arrivals[k], strict=True) if n
        }
        assert mine == merged(came, split)


@given(rows=STAGE_ROWS, as_of=AS_OF, since=SINCE, every=EVERY)
def test_ages_are_those_of_every_stay(rows, as_of, since, every):
    seen, grid = seen_and_grid(rows, as_of, every, since)
    part = stage_log(rows, as_of, since).chain(every=every).whole
    expected: Counter = Counter()
    for (stage, _age, then), n in transits.ages(seen, grid, since).items():
        expected[stage, then] += n  # so few share a class of ages
    found: Counter = Counter()
    for stage in part.stages:
        for age in part.ages(stage):
            found[stage, None] += age.stayed
            for name, n in zip(part.stages, age.moved, strict=True):
                found[stage, name] += n
    assert +found == expected


def test_ages_with_customers_enough_stand_alone_and_the_others_together():
    rows = [Row(f"u{i}", hour(0), "a") for i in range(100)]
    rows += [Row(f"u{i}", hour(20), "b") for i in range(40)] + [Row(f"u{i}", hour(44), "b") for i in range(40, 65)]
    rows += [Row(f"u{i}", hour(68), "b") for i in range(65, 80)]
    part = stage_log(rows, hour(24 * 5)).chain(every="day").whole
    assert [(age.label, age.stayed, age.moved) for age in part.ages("a")] == [
        ("1", 60, (0, 40)), ("2", 35, (0, 25)), ("3", 20, (0, 15)), ("4+", 40, (0, 0)),
    ]  # fmt: skip
    test, *_ = stage_log(rows, hour(24 * 5)).chain(every="day").durations
    assert test.ages == (("1", 40, 100), ("2", 25, 60), ("3", 15, 35), ("4+", 0, 40))
    rate = 80 / 235
    by_hand = sum((k - n * rate) ** 2 / (n * rate * (1 - rate)) for _, k, n in test.ages)
    assert test.statistic == pytest.approx(by_hand)


def test_old_ages_with_few_customers_join_the_last_one_with_enough():
    rows = [Row(f"u{i}", hour(0), "a") for i in range(50)] + [Row(f"u{i}", hour(44), "b") for i in range(40)]
    part = stage_log(rows, hour(72)).chain(every="day").whole
    assert [(age.label, age.n) for age in part.ages("a")] == [("1", 50), ("2+", 60)]
    few = stage_log(rows[:29], hour(72)).chain(every="day").whole
    assert [(age.label, age.n) for age in few.ages("a")] == [("1+", 87)]


def test_at_most_so_many_ages_stand_alone():
    rows = [Row(f"u{i}", hour(0), "a") for i in range(40)]
    ages = stage_log(rows, hour(24 * 30)).chain(every="day").whole.ages("a")
    assert (len(ages), ages[-1].label, ages[-1].n) == (25, "25+", 40 * 6)


def test_probabilities_are_shares_of_the_transitions_with_their_intervals():
    found = stage_log(WALKS, hour(96)).chain(every="day")
    one = found["a", "b"]
    assert (one.count, one.of, one.probability, one.label) == (1, 3, 1 / 3, "a → b")
    assert one.interval == share(1, 3).interval
    assert found.markov.probability("a", "b") == 1 / 3
    assert found["b", "a"].count == 0
    assert found["lost", "lost"].probability == 1


# u1: a a b b b, u2: a lost lost lost lost
WALKS = [Row("u1", hour(0), "a"), Row("u1", hour(30), "b"), Row("u2", hour(0), "a"), Row("u2", hour(20), "lost")]


def test_smoothing_is_the_mean_of_a_dirichlet_posterior():
    found = stage_log(WALKS, hour(96)).chain(every="day", smoothing=1)
    assert found["a", "b"].probability == (1 + 1) / (3 + 3)
    assert found["lost", "a"].probability == 0  # an exit nobody left stays one
    assert "Smoothing: 1" in str(found)


def test_an_exit_that_somebody_left_can_be_left():
    rows = [Row("u1", hour(0), "lost"), Row("u1", hour(30), "a"), Row("u2", hour(0), "lost")]
    assert stage_log(rows, hour(72)).chain(every="day")["lost", "a"].probability == 1 / 5


class TestWhatCannotBeEstimated:
    def test_nobody(self):
        found = stage_log([], hour(0)).chain()
        assert (found.rows, found.markov, found.whole.reason) == ((), None, "nobody was observed")
        assert "No chain of all: nobody was observed." in str(found)
        with pytest.raises(UsageError, match="nobody was observed") as caught:
            found.forecast(1)
        assert caught.value.hint == "look at chain.about and chain.notes: are all rows later than as_of?"
        split = stage_log([], hour(0)).chain(by="plan")
        assert split.parts == ()
        with pytest.raises(UsageError, match="nobody was observed"):
            split.clv({}, 0.1)

    def test_everybody_came_within_the_last_period(self):
        found = stage_log([Row("u1", hour(0), "a")], hour(20)).chain()
        assert (found.periods, found.markov) == (0, None)
        with pytest.raises(UsageError) as caught:
            found.levers({"a": 1}, 0.1)
        assert str(caught.value) == (
            "nobody in 'a' was observed one month later, so nothing is known of where that leads\n\n"
            "Hint: ask log.chain(smoothing=1), or one with shorter periods"
        )

    def test_a_segment_is_named(self):
        rows = [Row("u1", hour(0), "a", "p"), Row("u2", hour(30), "a", "q")]
        with pytest.raises(UsageError, match=r"nobody in 'a' was .* @ part 'q'"):
            stage_log(rows, hour(40)).chain(every="day", by="plan").forecast(1)

    def test_with_smoothing_a_stage_nobody_was_followed_from_leads_anywhere(self):
        rows = [Row("u1", hour(0), "a"), Row("u1", hour(20), "b")]
        found = stage_log(rows, hour(24)).chain(every="day", smoothing=0.5)
        assert found["b", "a"].probability == 0.5

    def test_one_stage(self):
        found = stage_log([Row("u1", hour(0), "a")], hour(48)).chain(every="day")
        assert found["a", "a"].probability == 1
        assert found.forecast(2).at(2) == {"a": 1.0}


class TestArguments:
    def test_periods_levels_and_smoothing_are_checked(self):
        log = stage_log(WALKS, hour(96))
        with pytest.raises(UsageError, match="every='hour' is not a period"):
            log.chain(every="hour")
        with pytest.raises(UsageError, match="smoothing=-1 is negative"):
            log.chain(smoothing=-1)
        with pytest.raises(UsageError, match="level=95"):
            log.chain(level=95)
        with pytest.raises(UnknownNameError, match="segment 'size'"):
            log.chain(by="size")

    def test_a_log_of_events_has_no_chain(self):
        with pytest.raises(UsageError, match="events, not stages"):
            event_log([Row("u1", hour(0), "visit")]).ask(cl.Chain())

    def test_transitions_are_named_by_two_stages(self):
        found = stage_log(WALKS, hour(96)).chain(every="day")
        with pytest.raises(UsageError, match=r"write chain\['engagement', 'intent'\]"):
            found["a"]
        with pytest.raises(UnknownNameError, match="stage of the chain 'c'"):
            found["a", "c"]

    def test_parts_are_named_by_their_segment(self):
        rows = [Row("u1", hour(0), "a", "p"), Row("u2", hour(0), "a"), Row("u2", hour(20), "b")]
        found = stage_log(rows, hour(48)).chain(every="day", by="plan")
        assert found["p", "a", "a"].count == 2
        assert found[None, "a", "b"] == found.part("(missing)").transition("a", "b")
        with pytest.raises(UsageError, match="the chain has 2 parts"):
            found["a", "a"]
        with pytest.raises(UnknownNameError, match="part 'q'"):
            found.part("q")


def test_members_are_those_who_made_a_transition():
    log = stage_log([*WALKS, Row("u3", hour(0), "a")], hour(96))
    question = cl.Chain("day")
    assert log.members(question, from_stage="a", to_stage="b") == ("u1",)
    assert log.members(question, from_stage="a", to_stage="a") == ("u1", "u3")
    assert log.members(question, to_stage="lost") == ("u2",)


@given(rows=STAGE_ROWS, as_of=AS_OF)
def test_members_of_a_transition_are_as_many_as_made_it(rows, as_of):
    seen, grid = seen_and_grid(rows, as_of, "day", None)
    log, question = stage_log(rows, as_of), cl.Chain("day")
    for one in ("a", "lost"):
        for other in ("a", "b"):
            made = {
                unit for unit, mine in seen.items() if transits.transitions({unit: mine}, grid)[mine[0].plan, one, other]
                or any(key[1:] == (one, other) for key in transits.transitions({unit: mine}, grid))
            }  # fmt: skip
            assert log.members(question, from_stage=one, to_stage=other) == tuple(sorted(made))


class TestWhatIf:
    CHAIN = stage_log(
        [
            *[Row(f"u{i}", hour(0), "a") for i in range(20)],
            *[Row(f"u{i}", hour(20), "b") for i in range(8)],
            *[Row(f"u{i}", hour(20), "lost") for i in range(8, 10)],
            *[Row(f"u{i}", hour(40), "c") for i in range(4)],
        ],
        hour(72),
    ).chain(every="day")  # a: seen 40 times, 8 times in b and twice lost a day later

    def test_the_added_probability_is_taken_pro_rata_from_all_others(self):
        made = self.CHAIN.what_if({("a", "b"): 0.1})
        before, after = self.CHAIN.markov.rows[0], made.markov.rows[0]
        assert before == (0.75, 0.2, 0, 0.05)
        assert after == pytest.approx([0.75 - 0.1 * 0.75 / 0.8, 0.3, 0, 0.05 - 0.1 * 0.05 / 0.8])
        assert sum(after) == pytest.approx(1)
        assert made.markov.rows[1:] == self.CHAIN.markov.rows[1:]

    def test_one_change_is_that_of_the_chain_of_statistics(self):
        made = self.CHAIN.what_if({("a", "b"): 0.1})
        assert made.markov.rows[0] == pytest.approx(self.CHAIN.markov.with_shift("a", "b", 0.1).rows[0])

    def test_several_changes_of_one_row_all_come_true(self):
        made = self.CHAIN.what_if({("a", "b"): 0.1, ("a", "lost"): -0.05})
        assert made["a", "b"].probability == pytest.approx(self.CHAIN["a", "b"].probability + 0.1)
        assert made["a", "lost"].probability == pytest.approx(self.CHAIN["a", "lost"].probability - 0.05)
        assert sum(made.markov.rows[0]) == pytest.approx(1)

    def test_it_says_that_it_is_hypothetical(self):
        made = self.CHAIN.what_if({("a", "b"): 0.1})
        assert made.is_hypothetical
        assert not self.CHAIN.is_hypothetical
        assert made["a", "b"].interval is None
        assert made["b", "c"].interval is not None
        assert "Hypothetical: a → b +10 points, pro rata from all other destinations." in str(made)
        again = made.what_if({("b", "c"): -0.25})
        assert "a → b +10 points, b → c -25 points" in str(again)
        assert str(again.forecast(2)).startswith("What if: forecast")
        assert again.clv({"b": 1}, 0.1).title().startswith("What if")
        assert again.levers({"b": 1}, 0.1).title().startswith("What if")

    @pytest.mark.parametrize(
        ("changes", "text"),
        [
            ({("a", "b"): 0.9}, "would make the probability of 'b' 1.1 @ row 'a'\n\nHint: it is 0.2: add from -0.2 to 0.8"),
            ({("a", "b"): -0.5}, "-0.5 would make the probability of 'b' -0.3"),
            (
                {("a", "b"): 0.5, ("a", "c"): 0.4},
                "to 'b' and +0.4 to 'c': the other destinations have 0.8 to give @ row 'a'\n\nHint: add at most 0.8 in all",
            ),
            ({("lost", "lost"): -0.1}, "-0.1 to 'lost': the other destinations have 0 to give @ row 'lost'\n\nHint: there is"),
        ],
    )  # fmt: skip
    def test_a_row_that_cannot_give_it_is_named(self, changes, text):
        with pytest.raises(UsageError) as caught:
            self.CHAIN.what_if(changes)
        assert text in str(caught.value)

    def test_an_exit_nobody_was_observed_after_may_lead_on(self):
        """Nothing was estimated there, so nothing is in doubt but the rest of the chain."""
        rows = [*[Row(f"u{i}", hour(0), "a") for i in range(20)], Row("u0", hour(90), "lost")]
        chain = stage_log(rows, hour(96)).chain(every="day").what_if({("lost", "a"): 0.5})
        assert chain["lost", "a"].of == 0
        for method in ("markov", "semi-markov"):
            assert chain.forecast(1, method=method).at(1)["a"] > 18
        assert chain.forecast(1).of("lost")[1].doubt < 1
        assert chain.clv({"a": 1}, 0.1)["lost"].value > 0

    def test_all_that_the_others_have_can_be_given(self):
        made = self.CHAIN.what_if({("a", "b"): 1 - self.CHAIN["a", "b"].probability})
        assert made.markov.rows[0] == pytest.approx([0, 1, 0, 0])

    @pytest.mark.parametrize("changes", [{}, [("a", "b")], {"a": 0.1}, {("a",): 0.1}, {("a", 1): 0.1}])
    def test_what_is_no_change_is_refused(self, changes):
        with pytest.raises(UsageTypeError, match=r"what_if\(\{\('engagement', 'intent'\): 0.05\}\)"):
            self.CHAIN.what_if(changes)

    def test_numbers_and_names_are_checked(self):
        with pytest.raises(UsageTypeError, match="'much' is not a number"):
            self.CHAIN.what_if({("a", "b"): "much"})
        with pytest.raises(UnknownNameError, match="stage of the chain 'd'"):
            self.CHAIN.what_if({("a", "d"): 0.1})

    def test_the_segment_is_named(self):
        rows = [Row(f"u{i}", hour(0), "a", "p") for i in range(4)] + [Row("u1", hour(20), "b", "p")]
        split = stage_log(rows, hour(48)).chain(every="day", by="plan")
        with pytest.raises(UsageError, match="row 'a' of part 'p'"):
            split.what_if({("a", "b"): 2})


class TestShowing:
    CHAIN = stage_log(WALKS, hour(96)).chain(every="day")

    def test_rows_table_and_picture(self):
        assert self.CHAIN.to_dicts()[1]["count"] == 1
        assert list(self.CHAIN.to_dicts()[0]) == list(self.CHAIN.column_types())
        assert "Transitions from one day to the next, 2 customers" in str(self.CHAIN)
        assert "4 days counted back from as_of" in str(self.CHAIN)
        assert "33.3 %" in self.CHAIN.picture().text()
        assert self.CHAIN.picture().svg().startswith("<svg")

    def test_a_stage_nobody_was_seen_to_leave_is_told(self):
        """Thirty who stayed are no proof: of a true share of 11 % a day so many stay once in thirty times."""
        found = stage_log([Row(f"u{i}", hour(0), "a") for i in range(10)], hour(72)).chain(every="day")
        upper = 1 - share(30, 30).interval.low
        note = (
            f"Held to last for ever, as nobody was seen to leave in a day: a (0 of 30; up to {100 * upper:.1f} % may)."
        )
        assert round(upper, 3) == 0.114
        for made in (found, found.forecast(1), found.clv({"a": 1}, 0.1), found.levers({"a": 1}, 0.1)):
            assert note in made.footnotes()
        assert not found.what_if({("a", "a"): 0}).unleft()
        assert not stage_log([Row("u", hour(0), "lost")], hour(72)).chain(every="day").unleft()  # an end is one
        rows = [Row(f"u{i}", hour(0), stage) for i, stage in enumerate(["a", "b", "c", "other", "lapsed"])]
        assert stage_log(rows, hour(72)).chain(every="day").unleft()[0].endswith("may), and 2 more.")

    def test_a_stage_in_which_time_matters_is_told(self):
        rows = [Row(f"u{i}", hour(0), "a") for i in range(80)]
        rows += [Row(f"u{i}", hour(68), "b") for i in range(60)]
        found = stage_log(rows, hour(96)).chain(every="day")
        assert found.is_aging
        assert (
            "Time in stage matters: of a 0 % leave at age 1, 60 % at age 3+ (p < 0.001). Ages in days."
            " Forecast with method='semi-markov'." in found.footnotes()
        )
        assert not self.CHAIN.is_aging
        for made in (found.clv({"a": 1}, 0.1), found.levers({"a": 1}, 0.1)):
            assert made.footnotes()[-1].endswith("Ages in days. The value does not see that.")

    def test_answers_differ_by_what_they_hold(self):
        assert stage_log(WALKS, hour(96)).chain(every="day") == self.CHAIN
        assert stage_log(WALKS, hour(96)).chain(every="week") != self.CHAIN
        assert attrs.evolve(self.CHAIN, periods=5) != self.CHAIN


def test_a_chain_does_not_know_the_model_by_its_order_of_rows():
    log = stage_log(WALKS, hour(96))
    assert log.chain(every="day") == stage_log(WALKS[::-1], hour(96)).chain(every="day")
    assert MODEL.allows("a", "b")
    assert ("a", "b") in log.chain(every="day").legal
