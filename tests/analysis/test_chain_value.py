"""Values and levers: published figures, money to the cent, and whether intervals and ranks are those of the chain."""

from __future__ import annotations

from decimal import Decimal
from math import sqrt

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from custlife.stats import MarkovChain
from custlife.stats.special import two_sided_z
from tests.analysis.strategies import hour, stage_log
from tests.oracles.lifecycle import Row


def made_of(rows, standing, counts=None):
    """A chain with known probabilities: those of some log, replaced."""
    stages = ("a", "b", "c", "other", "lost")[: len(rows)]
    whole = attrs.evolve(
        SEEN.whole,
        stages=stages,
        places=("path",) * len(rows),
        standing=tuple(standing),
        counts=counts or tuple(tuple(round(1000 * p) for p in row) for row in rows),
        markov=MarkovChain(stages, rows),
        stays=(),
        arrivals=(),
    )
    return attrs.evolve(SEEN, parts=(whole,))


SEEN = stage_log([Row("u1", hour(0), "a")], hour(48)).chain(every="month")

# Pfeifer & Carraway (2000), J. Interactive Marketing 14(2), 43-55: a customer who may buy up to four periods late
RECENCY = [[0.3, 0.7, 0, 0, 0], [0.2, 0, 0.8, 0, 0], [0.15, 0, 0, 0.85, 0], [0.05, 0, 0, 0, 0.95], [0, 0, 0, 0, 1]]
MARGINS = {"a": 36, "b": -4, "c": -4, "other": -4}


class TestPublished:
    CHAIN = made_of(RECENCY, [1, 0, 2, 0, 5])

    def test_values_of_all_periods(self):
        found = self.CHAIN.clv({**MARGINS, "a": "36.000"}, 0.2)
        assert [str(row.value) for row in found.rows] == ["52.320", "5.554", "1.251", "-1.820", "0.000"]

    def test_values_up_to_period_four(self):
        found = self.CHAIN.clv({**MARGINS, "a": "36.000"}, 0.2, horizon=4)
        assert [str(row.value) for row in found.rows] == ["50.115", "4.220", "0.592", "-1.980", "0.000"]

    def test_the_period_of_today_is_not_discounted(self):
        assert [row.value for row in self.CHAIN.clv(MARGINS, 0.2, horizon=0).rows] == [36, -4, -4, -4, 0]

    def test_the_base_is_those_who_stand_there_times_their_value(self):
        found = self.CHAIN.clv(MARGINS, 0.2)
        assert [row.total for row in found.rows] == [Decimal("52.32"), 0, Decimal("2.50"), 0, 0]
        assert (found.total.customers, found.total.value) == (8, Decimal("54.82"))
        assert found.segment() == found.total


RATES = st.lists(st.floats(0.05, 1), min_size=3, max_size=3)


@given(st.lists(RATES, min_size=3, max_size=3), st.lists(st.integers(0, 500), min_size=3, max_size=3),
       st.none() | st.integers(0, 6))  # fmt: skip
def test_the_interval_is_that_of_small_changes_of_each_row(weights, standing, horizon):
    """The delta method by differences: row a moves towards each of its destinations a little."""
    rows = [[w / sum(row) for w in row] for row in weights]
    observed = (40, 200, 1000)
    counts = tuple(tuple(round(n * p) for p in row) for n, row in zip(observed, rows, strict=True))
    chain = made_of(rows, standing, counts)
    rewards, step = {"a": 100, "b": 30, "c": -20}, 1e-5

    def worth(of, heads):
        found = MarkovChain(list("abc"), of).value(rewards, discount=0.1, horizon=horizon)
        return sum(n * v for n, v in zip(heads, found, strict=True))

    def spread(heads):
        total = 0.0
        for a, row in enumerate(rows):
            for b, p in enumerate(row):
                sides = []
                for by in (step, -step):
                    moved = [q * (1 - by) + by * (j == b) for j, q in enumerate(row)]
                    sides.append(worth([moved if i == a else other for i, other in enumerate(rows)], heads))
                total += p * ((sides[0] - sides[1]) / (2 * step)) ** 2 / sum(counts[a])
        return two_sided_z(0.95) * sqrt(total)

    found = chain.clv({"a": "100.000", "b": 30, "c": -20}, 0.1, horizon=horizon)
    half = float(found.total.high - found.total.value)
    assert half == pytest.approx(spread(standing), rel=1e-3, abs=0.01)
    assert float(found.rows[0].high - found.rows[0].value) == pytest.approx(spread([1, 0, 0]), rel=1e-3, abs=0.01)


class TestMoney:
    CHAIN = made_of([[0.5, 0.5], [0, 1]], [3, 1])

    def test_values_are_rounded_to_the_places_of_the_margins_and_at_least_two(self):
        assert str(self.CHAIN.clv({"a": 1}, 0.5, horizon=1)["a"].value) == "1.33"
        assert str(self.CHAIN.clv({"a": "1.000"}, 0.5, horizon=1)["a"].value) == "1.333"
        assert str(self.CHAIN.clv({"a": Decimal("1.00000")}, 0.5, horizon=1)["a"].value) == "1.333"

    def test_totals_are_rounded_once(self):
        found = self.CHAIN.clv({"a": 1}, 0.5, horizon=1)
        assert (found["a"].value, found["a"].total) == (Decimal("1.33"), Decimal("4.00"))
        assert found.total.value == sum(row.total for row in found.rows)

    def test_twice_the_margin_is_twice_the_value(self):
        one, two = (self.CHAIN.clv({"a": margin}, 0.25)["a"].value for margin in ("6.00", "12.00"))
        assert one == 10
        assert two == 2 * one

    def test_a_constant_margin_is_worth_the_same_whatever_the_chain(self):
        found = self.CHAIN.clv({"a": 10, "b": 10}, 0.25)
        assert [row.value for row in found.rows] == [50, 50]
        assert [row.high for row in found.rows] == [50, 50]  # and no doubt of the chain moves it

    @pytest.mark.parametrize(
        ("margins", "error", "text"),
        [
            ({"a": 1.5}, UsageTypeError, r"margins\['a'\]=1.5 is not exact money(.|\n)*'1.5' or Decimal\('1.5'\)"),
            ({"a": True}, UsageTypeError, "not exact money"),
            ({"a": "ten"}, UsageError, r"margins\['a'\]='ten' is not a number"),
            ({"a": "NaN"}, UsageError, "not a finite number"),
            ({"a": "1e99"}, UsageError, "finite number up to"),
            ({"d": 1}, UnknownNameError, "unknown stage 'd'"),
            ([("a", 1)], UsageTypeError, "not a mapping"),
        ],
    )
    def test_what_is_no_margin_is_refused(self, margins, error, text):
        with pytest.raises(error, match=text):
            self.CHAIN.clv(margins, 0.1)

    def test_a_stage_of_the_model_nobody_was_seen_in_may_have_a_margin(self):
        assert self.CHAIN.clv({"a": 1, "c": 99}, 0.5, horizon=1)["a"].value == Decimal("1.33")


class TestDiscount:
    CHAIN = made_of([[0.5, 0.5], [0, 1]], [3, 1])

    def test_a_yearly_rate_comes_to_the_same_in_twelve_months(self):
        found = self.CHAIN.clv({"a": 1}, yearly_discount="0.10")
        assert (1 + found.question.discount) ** 12 == pytest.approx(1.1)
        assert "Discount 0.797 % a month" in " ".join(found.footnotes())

    @pytest.mark.parametrize(("every", "many"), [("day", 365.2425), ("week", 52.1775), ("quarter", 4), ("year", 1)])
    def test_a_yearly_rate_holds_for_every_period(self, every, many):
        chain = attrs.evolve(self.CHAIN, question=attrs.evolve(self.CHAIN.question, every=every))
        assert (1 + chain.clv({"a": 1}, yearly_discount=0.1).question.discount) ** many == pytest.approx(1.1)

    def test_a_rate_may_be_exact_or_text(self):
        found = {self.CHAIN.clv({"a": 1}, rate)["a"].value for rate in (0.25, "0.25", Decimal("0.25"))}
        assert found == {Decimal("1.67")}

    @pytest.mark.parametrize(
        ("rates", "text"),
        [
            ({}, "no discount was given"),
            ({"discount": 0.1, "yearly_discount": 0.1}, "both discount and yearly_discount"),
            ({"discount": "much"}, "discount='much' is not a number"),
            ({"yearly_discount": -1}, "yearly_discount=-1 is not above -1"),
            ({"discount": -0.1}, "does not converge"),
            ({"discount": 10}, "^discount=10 is above 1, which is 100 %\n\nHint: 10 % is discount=0.1$"),
            ({"discount": 10, "horizon": 3}, "10 % is discount=0.1$"),
            ({"yearly_discount": "7.5"}, "7.5 % is yearly_discount=0.075$"),
            ({"discount": 0.1, "horizon": -1}, "horizon=-1 is below 0"),
        ],
    )
    def test_what_is_no_rate_is_refused(self, rates, text):
        with pytest.raises(UsageError, match=text):
            self.CHAIN.clv({"a": 1}, **rates)

    def test_undiscounted_only_what_ends_has_a_value(self):
        assert self.CHAIN.clv({"a": 1}, 0)["a"].value == 2
        with pytest.raises(UsageError, match="'b' is worth 1 a period for ever"):
            self.CHAIN.clv({"b": 1}, 0)


class TestByAge:
    """Of sixty who came at first all leave `a` after three days; of the forty who came later nobody has yet."""

    ROWS = (
        *[Row(f"u{i}", hour(0), "a") for i in range(60)],
        *[Row(f"u{i}", hour(68), "b") for i in range(60)],
        *[Row(f"late{i}", hour(92), "a") for i in range(40)],
    )
    CHAIN = stage_log(ROWS, hour(120)).chain(every="day")

    def test_who_has_been_there_for_long_is_worth_less(self):
        """The later ones have been seen twice and stay for one day more: the chain gives them two to three."""
        found = self.CHAIN.clv({"a": 10}, 0, horizon=3, method="semi-markov")
        assert found["a"].value == 20
        assert found["a"].total == 800
        assert self.CHAIN.clv({"a": 10}, 0, horizon=3)["a"].value > 25
        assert "Method semi-markov" in str(found)
        assert "does not see that" not in str(found)

    def test_where_nobody_stands_it_is_the_value_of_who_just_comes(self):
        gone = stage_log(self.ROWS[:120], hour(120)).chain(every="day")
        found = gone.clv({"a": 10}, 0, horizon=9, method="semi-markov")
        assert (found["a"].customers, found["a"].value, found["a"].total) == (0, 30, 0)
        moved = [*self.ROWS[:120], *[Row(f"u{i}", hour(116), "c") for i in range(60)]]
        found = stage_log(moved, hour(168)).chain(every="day").clv({"b": 7}, 0, horizon=9, method="semi-markov")
        assert (found["b"].customers, found["b"].value) == (0, 14)

    @pytest.mark.parametrize("method", ["markov", "semi-markov"])
    def test_it_is_the_discounted_forecast(self, method):
        found = self.CHAIN.clv({"a": "10.000", "b": 3}, 0.1, horizon=5, method=method)
        later = self.CHAIN.forecast(5, method=method)
        total = sum((10 * later.at(t)["a"] + 3 * later.at(t)["b"]) / 1.1**t for t in range(6))
        assert float(found.total.value) == pytest.approx(total, abs=0.01)

    def test_undiscounted_what_never_ends_is_named(self):
        with pytest.raises(UsageError, match=r"'b' is worth 1 a period for ever"):
            self.CHAIN.clv({"b": 1}, 0, method="semi-markov")

    def test_methods_are_named(self):
        with pytest.raises(UsageError, match="method='arima' is not a mode"):
            self.CHAIN.clv({"a": 1}, 0.1, method="arima")


SPLIT = stage_log(
    [
        *[Row(f"{plan}{i}", hour(0), "a", plan) for plan in ("p", "q") for i in range(40)],
        *[Row(f"{plan}{i}", hour(30), "b", plan) for plan, n in (("p", 20), ("q", 5)) for i in range(n)],
        *[Row(f"{plan}{i}", hour(60), "lost", plan) for plan, n in (("p", 4), ("q", 4)) for i in range(n)],
    ],
    hour(96),
).chain(every="day", by="plan")


class TestSegments:
    def test_values_add_up_over_segments(self):
        found = SPLIT.clv({"b": 10}, 0.1)
        assert found.total.value == found.segment("p").value + found.segment("q").value
        assert found.segment("p").value > found.segment("q").value
        spread = [float(one.high - one.value) ** 2 for one in (found.segment("p"), found.segment("q"))]
        assert float(found.total.high - found.total.value) == pytest.approx(sqrt(sum(spread)), rel=1e-3)
        assert found["p · b"].customers == 16
        with pytest.raises(UnknownNameError, match="segment 'r'"):
            found.segment("r")

    def test_levers_are_those_of_each_segment(self):
        found = SPLIT.levers({"b": 10}, 0.1)
        assert {row.segment for row in found.rows} == {("p",), ("q",)}
        assert found["p", "a", "b"].gain > 0
        assert "p · a → b" in str(found)

    def test_a_table_has_a_line_for_each_segment(self):
        names = [row[0] for row in SPLIT.clv({"b": 10}, 0.1).table().rows]
        assert names == ["p · a", "p · b", "p · lost", "q · a", "q · b", "q · lost", "p · all", "q · all", "all"]


class TestLevers:
    CHAIN = made_of(RECENCY, [10, 5, 0, 2, 50])

    def test_a_gain_is_the_difference_of_two_values(self):
        found = self.CHAIN.levers(MARGINS, 0.2, points=0.05)
        for row in found.rows:
            if row.gain is not None:
                raised = self.CHAIN.what_if({(row.from_stage, row.to_stage): 0.05}).clv(MARGINS, 0.2)
                now = self.CHAIN.clv(MARGINS, 0.2)
                assert float(row.gain) == pytest.approx(float(raised.total.value - now.total.value), abs=0.03)
                assert row.share == pytest.approx(float(row.gain) / float(now.total.value), abs=0.001)

    @pytest.mark.parametrize("horizon", [None, 5])
    def test_of_a_small_step_it_is_the_slope(self, horizon):
        part = self.CHAIN.whole
        heads = dict(zip(part.stages, part.standing, strict=True))
        slopes = part.markov.value_sensitivities(heads, rewards=MARGINS, discount=0.2, horizon=horizon)
        found = self.CHAIN.levers({**MARGINS, "a": "36.000"}, 0.2, points=0.0001, horizon=horizon)
        for row in found.rows:
            assert float(row.gain) == pytest.approx(0.0001 * slopes[row.from_stage, row.to_stage], abs=0.002)

    def test_the_most_valuable_stands_first(self):
        gains = [row.gain for row in self.CHAIN.levers(MARGINS, 0.2).rows]
        assert gains == sorted(gains, reverse=True)
        assert gains[0] > 0 > gains[-1]

    def test_nobody_leaves_an_end(self):
        found = self.CHAIN.levers(MARGINS, 0.2)
        assert "lost" not in {row.from_stage for row in found.rows}

    def test_unseen_moves_count_where_they_are_asked_for(self):
        legal = (("a", "c"), ("a", "b"), ("lost", "a"))
        chain = attrs.evolve(self.CHAIN, legal=legal)
        assert len(chain.levers(MARGINS, 0.2, among="legal").rows) == len(chain.levers(MARGINS, 0.2).rows) + 2
        assert chain.levers(MARGINS, 0.2, among="legal")["a", "c"].count == 0

    def test_what_cannot_rise_says_why(self):
        found = made_of([[0.005, 0.995], [0, 1]], [3, 1]).levers({"a": 1}, 0.1)
        assert found["a", "b"].gain is None
        assert found["a", "b"].reason == "it is 99.5 % already"
        assert found.rows[-1] == found["a", "b"]
        assert "it is 99.5 % already" in str(found)

    def test_a_transition_may_rise_until_it_is_certain(self):
        found = made_of([[0.5, 0.5], [0, 1]], [3, 1]).levers({"a": 1}, 0.1, points=0.5, horizon=1)
        assert found["a", "a"].gain == Decimal("1.36")  # of three, half of a further period each, for 1 / 1.1
        assert found["a", "b"].gain == Decimal("-1.36")

    def test_nothing_is_a_share_of_nothing(self):
        found = made_of([[0.5, 0.5], [0, 1]], [0, 4]).levers({"a": 1}, 0.1)
        assert (found["a", "b"].gain, found["a", "b"].share) == (0, None)

    @pytest.mark.parametrize(("arguments", "text"), [({"points": 0}, "points=0 is not"), ({"points": 1}, "points=1"),
                                                     ({"among": "all"}, "among='all' is not a mode")])  # fmt: skip
    def test_arguments_are_checked(self, arguments, text):
        with pytest.raises(UsageError, match=text):
            self.CHAIN.levers(MARGINS, 0.2, **arguments)

    def test_where_customers_cost_money_a_gain_is_a_gain_of_the_value_too(self):
        found = self.CHAIN.levers({"a": -10}, 0.2)
        assert found.value < 0
        first, last = found.rows[0], found.rows[-1]
        assert first.gain > 0 > last.gain
        assert first.share == pytest.approx(float(first.gain) / -float(found.value), abs=0.001)
        assert last.share < 0
        assert found.people()[0]["of the value"].startswith("+")

    def test_what_rounds_to_nothing_has_no_sign(self):
        found = self.CHAIN.levers({"other": "0.01"}, 0.2)
        told = [(row["gain"], row["of the value"]) for row in found.people()]
        small = [row for row in found.rows if row.gain == 0 and row.share < 0]
        assert small
        assert "-0.00" not in {gain for gain, _ in told}
        assert "-0.00 %" not in {share for _, share in told}
        assert not any(row.gain.is_signed() for row in small)

    def test_levers_are_named_by_two_stages(self):
        with pytest.raises(UnknownNameError, match="unknown lever"):
            self.CHAIN.levers(MARGINS, 0.2)["lost", "a"]


class TestShowing:
    CHAIN = made_of(RECENCY, [10, 5, 0, 2, 50])

    def test_values_as_rows_table_and_bars(self):
        found = self.CHAIN.clv(MARGINS, 0.2)
        assert list(found.to_dicts()[0]) == list(found.column_types())
        assert found.parameters()["discount"] == 0.2
        assert "Margins a month: a 36, b -4, c -4, other -4; other stages earn nothing." in found.footnotes()
        assert "Discount 20 % a month, all months to come; the current month counts in full." in found.footnotes()
        assert "to month 5" in str(self.CHAIN.clv(MARGINS, 0.2, horizon=5))
        assert found.picture().labels[0] == "a"

    def test_levers_as_rows_table_and_bars(self):
        found = self.CHAIN.levers(MARGINS, 0.2)
        assert list(found.to_dicts()[0]) == list(found.column_types())
        assert found.parameters()["points"] == 0.01
        assert found.title().startswith("What 1 more point of a transition would add to ")
        assert self.CHAIN.levers(MARGINS, 0.2, points=0.05).title().startswith("What 5 more points of")
        bars = found.picture()
        assert bars.labels[0] == found.rows[0].label
        assert bars.values[0].startswith("+")

    def test_bars_show_both_ends_where_there_are_many(self):
        rows = [[0.2] * 5 for _ in range(5)]
        found = made_of(rows, [1] * 5).levers({"a": 10}, 0.2)
        assert len(found.picture().labels) == 12
        assert found.picture().note == "13 more between them."
