"""What backtests show and teach: tables, notes, weights that are learned."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import custlife as cl
from custlife import scoring, simulate
from custlife.errors import DataError, UnknownNameError, UsageError, UsageTypeError
from tests.scoring.made import MODEL
from tests.scoring.people import END, PLAIN
from tests.scoring.test_over_time import at


class TestShown:
    def test_verdicts(self):
        from custlife.scoring.backtest_result import Observation
        from custlife.scoring.grading import graded

        def graded_by(value_of_case, n=40):
            seen = [
                Observation(f"c{k}", at(1), float(value_of_case if k % 2 else 10 + k % 7), at(2) if k % 2 else None)
                for k in range(n)
            ]
            return graded(seen, cl.days(30), 1, 0, "high", None, 0.95).verdict

        assert graded_by(13).startswith("cannot be told from chance (AUC 0.5")
        assert graded_by(15).startswith("ranks much better than chance (AUC 0.8")
        assert graded_by(5) == "no interval: cases and others do not overlap."
        assert graded_by(10.5).startswith("worse than chance (AUC 0.1")
        assert graded_by(15, 8) == "too little to judge: 4 outcomes in 8 observations."

    def test_as_text_rows_and_frames(self):
        log = simulate.b2b(200)
        fresh = cl.HealthScore([scoring.measure("fresh", scoring.days_in_stage(), worst=60, best=0)], name="fresh")
        found = cl.backtest(fresh, log, "onboarding", horizons=["60 days", "90 days"])
        assert str(found).startswith("fresh: high scores and onboarding\n")
        assert found["60 days"] is found.horizons[0]
        with pytest.raises(UnknownNameError, match="unknown horizon '61 days'"):
            found["61 days"]
        assert [row["horizon"] for row in found.to_dicts()] == ["60 days", "90 days"]
        assert set(found.to_dicts()[0]) == set(found.column_types())
        assert found.horizons[0].decile_table().text().startswith("Within 60 days, the most foretold first")
        assert found.horizons[0].calibration_table().text().startswith("Outcomes within 60 days, by score")
        assert repr(found) == "<Backtest of fresh against onboarding, 2 horizons>"
        assert found._repr_html_()

    @pytest.mark.parametrize(
        ("options", "kind"),
        [
            ({"foretold_by": "left"}, UsageError),
            ({"horizons": []}, UsageError),
            ({"horizons": 90}, UsageTypeError),
            ({"flag": "x"}, UsageTypeError),
            ({"outcome": 3}, UsageTypeError),
            ({"outcome": [3]}, UsageTypeError),
            ({"level": 95}, UsageError),
            ({"tz": "Mars"}, UsageError),
            ({"facts": [("seats", 3)]}, UsageTypeError),
            ({"facts": {"ada": 3}}, UsageTypeError),
        ],
    )
    def test_what_cannot_be_asked_is_refused(self, options, kind):
        options = {"outcome": "renewed", "as_of": END, **options}
        with pytest.raises(kind):
            cl.backtest(PLAIN, [cl.Customer("ada", MODEL)], **options)


class TestLearning:
    def learnt(self, shrink=0.0):
        """40 large with 24 outcomes, 60 small with 12; each customer once."""
        people = []
        for number in range(100):
            large, won = number < 40, number < 24 or 40 <= number < 52
            events = [("hello", at(1)), *([("won", at(30))] if won else [])]
            people.append(
                cl.Customer(
                    f"c{number:03}", MODEL, events=events, facts=[cl.Fact("seats", 50 if large else 5, at=at(1))]
                )
            )
        size = scoring.criterion("large", scoring.fact("seats"), at_least=20)
        never = scoring.criterion("never", scoring.fact("plan"), one_of="pro")
        small = scoring.criterion("small", scoring.fact("seats"), at_most=10)
        return scoring.learn([size, never, small], people, "won", anchors=[at(10)], as_of=END, shrink=shrink)

    def test_points_are_log_odds_with_woolfs_interval(self):
        import math

        found = self.learnt()
        log_odds = math.log(24 * 48 / (16 * 12))
        half = 1.959963984540054 * math.sqrt(1 / 24 + 1 / 16 + 1 / 12 + 1 / 48)
        one = found["large"]
        assert one.log_odds == pytest.approx(log_odds)
        assert one.interval.low == pytest.approx(log_odds - half, rel=0.02)  # by customer: n / (n - 1)
        assert (one.points, found["never"].points, found["small"].points) == (100, 0, -100)
        assert found["never"].log_odds is None
        assert found.base.rate == 0.36
        assert [(b.low, b.share.k, b.share.n) for b in found.calibration] == [(0, 12, 60), (90, 24, 40)]

    def test_observations_that_even_out_within_a_customer_are_worth_no_more_than_independent_ones(self):
        from custlife.scoring.learning import _design_effect

        assert _design_effect([("ada", True), ("ada", False), ("bob", True), ("bob", False)]) == 1
        assert _design_effect([("ada", True), ("ada", True), ("bob", False), ("bob", False)]) == 4
        assert _design_effect([("ada", True), ("bob", True), ("bob", True)]) == 1.5

    @given(st.floats(0.1, 1000), st.floats(0.1, 1000))
    @settings(max_examples=10)
    def test_shrinkage_draws_towards_nothing(self, one, other):
        low, high = sorted((one, other))
        assert abs(self.learnt(high)["large"].log_odds) <= abs(self.learnt(low)["large"].log_odds) + 1e-12

    def test_shown_and_scored(self):
        found = self.learnt(20)
        assert str(found).startswith("won within 90 days\n")
        assert repr(found) == "<Learned: 3 criteria for won within 90 days>"
        assert found._repr_html_()
        assert [row["criterion"] for row in found.to_dicts()] == ["large", "never", "small"]
        with pytest.raises(UnknownNameError):
            found["huge"]
        assert cl.LeadScore.from_toml(found.score.to_toml()) == found.score
        assert found.score.rules[0].points == 100

    def test_nothing_to_learn(self):
        ada = cl.Customer("ada", MODEL, events=[("hello", at(1))])
        size = scoring.criterion("large", scoring.fact("seats"), at_least=20)
        with pytest.raises(DataError, match="0 outcomes in 1 observations teach nothing"):
            scoring.learn([size], [ada], "won", anchors=[at(10)], as_of=END)
        with pytest.raises(UsageError, match="shrink=-1"):
            scoring.learn([size], [ada], "won", anchors=[at(10)], as_of=END, shrink=-1)

    def test_without_shrinkage_a_side_without_outcomes_says_nothing(self):
        people = [
            cl.Customer(
                f"c{n}",
                MODEL,
                events=[("hello", at(1)), *([("won", at(30))] if n < 2 else [])],
                facts=[cl.Fact("seats", n, at=at(1))],
            )
            for n in range(5)
        ]
        few = scoring.criterion("few", scoring.fact("seats"), at_most=1)
        assert scoring.learn([few], people, "won", anchors=[at(10)], as_of=END, shrink=0)["few"].log_odds is None
        assert scoring.learn([few], people, "won", anchors=[at(10)], as_of=END)["few"].log_odds > 0
