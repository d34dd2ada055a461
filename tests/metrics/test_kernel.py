"""What metrics do by themselves: readings, trends, replays, cards, inputs, errors."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest
from hypothesis import given

import custlife as cl
from custlife import metrics, presets
from custlife.errors import DefinitionError, UnknownNameError, UsageError, UsageTypeError
from custlife.metrics.definition import Definition
from custlife.metrics.reading import written
from tests.analysis.strategies import AS_OF, STAGE_ROWS, event_log, hour, stage_log
from tests.metrics.own import RATE, ROWS, WORDS
from tests.oracles.lifecycle import Row

# -- readings -----------------------------------------------------------------------------------------------------


@given(rows=STAGE_ROWS, as_of=AS_OF)
def test_a_replay_is_what_one_would_have_read(rows, as_of):
    log = stage_log(rows, as_of)
    for row in RATE.replay(log, every="day", periods=3):
        then = stage_log(rows, row.as_of)
        assert attrs.evolve(RATE.read(then), period=row.period) == row
        assert row.as_of < as_of


def test_a_replay_does_not_see_what_was_recorded_later():
    rows = [
        {"customer": "u", "stage": "awareness", "at": "2026-01-01T00:00Z", "known": "2026-01-01T00:00Z"},
        {"customer": "u", "stage": "intent", "at": "2026-01-02T00:00Z", "known": "2026-02-10T00:00Z"},
    ]
    log = cl.StageLog.from_rows(rows, presets.bruxt5, recorded_at_col="known", as_of="2026-04-01T00:00Z")
    metric = metrics.conversion("awareness", "intent", within="7 days")
    assert [(r.period, r.value) for r in metric.replay(log, periods=3)] == [
        ("2026-01", 0),
        ("2026-02", 1),
        ("2026-03", 1),
    ]


def test_readings_are_an_answer_like_any_other():
    log = stage_log(ROWS, hour(150))
    trend = RATE.trend(log, every="day", by="plan")
    assert trend.title() == "A to b within 2 days, by day"
    assert list(trend.to_dicts()[0]) == list(trend.column_types())
    assert trend["p · 2026-03-27"].period == "2026-03-27"
    assert len(trend) == len(list(trend)) == len(trend.to_frame("polars"))
    assert trend.parameters()["metric"] == "metrics.conversion(start='a', goal='b', within='2 days')"
    assert '"metric": "metrics.conversion(' in trend.to_json()
    assert trend.picture().svg().startswith("<svg")
    assert RATE.read_by(log, "plan").picture().svg().startswith("<svg")
    with pytest.raises(UnknownNameError, match="unknown reading 'x'"):
        trend["x"]


def test_money_stays_decimal_but_in_frames(own):
    @metrics.metric(**WORDS, unit="money", needs="stages")
    def purse(request):
        return request.value(Decimal("12.50"), n=3, unit="EUR", part=Decimal("25.00"), whole=2)

    found = purse.read_by(stage_log(ROWS))
    assert found.rows[0].value == Decimal("12.50")
    assert found.to_dicts()[0]["value"] == Decimal("12.50")
    assert found.to_columns()["value"] == [12.5]
    assert str(found.rows[0]) == "purse: 12.50 EUR, n 3"
    assert found.picture().svg().startswith("<svg")
    judged = cl.Scorecard([cl.Target(purse, at_least=Decimal(10))]).judge(stage_log(ROWS))
    assert (judged.rows[0].state, judged.to_columns()["value"]) == ("met", [12.5])


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.256, "share", "25.6 %"), (1.05, "rate", "105.0 %"), (None, "days", "–"), (float("inf"), "days", "…"),
        (12.34, "days", "12.3 days"), (1234, "count", "1,234"), (4.333, "ratio", "4.33"), (12.0, "score", "12.0"),
        (Decimal("1234.50"), "CHF", "1,234.50 CHF"), (Decimal(10), "money per day", "10 money per day"),
    ],
)  # fmt: skip
def test_values_are_written_in_their_unit(value, unit, text):
    assert written(value, unit) == text


# -- cards --------------------------------------------------------------------------------------------------------


def test_a_card_says_everything():
    text = str(RATE)
    for name in ("question", "numerator", "denominator", "window", "unit", "time zone", "cohorts", "needs", "is not"):
        assert f"  {name} " in text
    assert "higher is better" in text
    assert "<table" in RATE._repr_html_()
    assert repr(RATE) == "metrics.conversion(start='a', goal='b', within='2 days')"
    assert eval(repr(RATE)) == RATE  # it can be pasted


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ({"question": " ", "numerator": "x"}, "a definition needs its question and its numerator"),
        ({"question": "x", "numerator": "x", "unit": "furlongs"}, "unit='furlongs' is not a mode"),
        ({"question": "x", "numerator": "x", "needs": "moods"}, "needs='moods' is not a mode"),
    ],
)
def test_a_broken_definition_cannot_be_built(words, what):
    with pytest.raises((DefinitionError, UsageError)) as caught:
        Definition(**words)
    assert caught.value.what == what


# -- inputs -------------------------------------------------------------------------------------------------------


def test_a_missing_input_is_named_with_the_metric():
    with pytest.raises(UsageError) as caught:
        metrics.stickiness().read(stage_log(ROWS))
    assert str(caught.value) == (
        "metric 'stickiness' needs the input 'events', which is missing (given: stages)\n\n"
        "Hint: pass it too: cl.metrics.Inputs(stages=..., events=...)"
    )


@pytest.mark.parametrize("wrong", [3, None, [("u", "a", "2026-01-01")]])
def test_what_is_no_log_is_refused(wrong):
    with pytest.raises(UsageTypeError, match=f"log={type(wrong).__name__} is not a log"):
        RATE.read(wrong)


def test_inputs_take_logs_as_what_they_are():
    log, events = stage_log(ROWS), event_log([Row("u", hour(3), "visit")])
    assert metrics.Inputs(stages=log, events=events).given() == {"stages": log, "events": events}
    with pytest.raises(UsageTypeError) as caught:
        metrics.Inputs(stages=events)
    assert caught.value.hint == "pass it as events="
    with pytest.raises(UsageTypeError, match="no inputs"):
        metrics.Inputs()


def test_either_input_will_do_and_the_first_is_taken():
    log, events = stage_log(ROWS, hour(150)), event_log([Row("u", hour(3), "visit")], hour(150))
    both = metrics.Inputs(stages=log, events=events)
    assert RATE.read(both) == RATE.read(log)
    visits = metrics.repeat_rate("visit", within="1 day", on="events")
    assert visits.read(both) == visits.read(events)


def test_an_error_says_which_metric_asked():
    card = cl.Scorecard([RATE, metrics.in_stage("nowhere")])
    with pytest.raises(UnknownNameError, match="unknown stage 'nowhere'"):
        card.judge(stage_log(ROWS))
    with pytest.raises(UnknownNameError) as caught:
        cl.Scorecard([RATE, cl.Target(RATE, at_least=0.1, by="plann")]).judge(stage_log(ROWS))
    assert str(caught.value).startswith("unknown segment 'plann' @ metric 'conversion'")


def test_explaining_somebody_unknown_lists_who_there_is():
    with pytest.raises(UnknownNameError, match="unknown customer 'nobody'"):
        RATE.explain(stage_log(ROWS), "nobody")


@pytest.mark.parametrize(
    ("names", "as_of", "state", "why"),
    [
        ("ab", 100, "counted", "u came to a and reached b after 0.4 days, in time."),
        (
            "ab",
            30,
            "not counted",
            "u came to a and reached b after 0.4 days, in time; counts once 2 days from a are over.",
        ),
        ("a", 30, "pending", "u came to a and may still reach b: 2 days from a are not over."),
        ("a", 100, "counted", "u came to a and did not reach b within 2 days from a."),
        (["lost"], 100, "not counted", "u never came to a."),
    ],
)
def test_an_explanation_says_why(names, as_of, state, why):
    log = stage_log([Row("u", hour(10 * i), name) for i, name in enumerate(names)], hour(as_of))
    found = RATE.explain(log, "u")
    assert (found.state, found.why) == (state, why)
    assert str(found) == f"u in a to b within 2 days: {state}. {why}"


@pytest.mark.parametrize(
    ("names", "as_of", "why"),
    [
        (["a"], 100, "u never became a customer."),
        (["b", "lost"], 100, "u became a customer and was lost after 0.4 days, before the age of 2 days."),
        (["b"], 30, "u is younger than 2 days, and is at risk up to now."),
        (["b"], 100, "u came to the age of 2 days and was not lost before."),
    ],
)
def test_the_explanation_of_churn_by_age_says_what_became_of_one(names, as_of, why):
    log = stage_log([Row("u", hour(10 * i), name) for i, name in enumerate(names)], hour(as_of))
    assert metrics.churn_by_age("2 days").explain(log, "u").why == why


def test_the_explanation_of_coming_back_says_where_from():
    log = stage_log([Row("u", hour(0), "lapsed"), Row("u", hour(12), "a")], hour(100))
    found = metrics.reactivation_rate(within="2 days").explain(log, "u")
    assert found.why == "u came to a paused exit and reached the path after 0.5 days, in time."


def test_a_missing_argument_is_an_error_of_python():
    with pytest.raises(TypeError, match=r"conversion\(\) missing 1 required keyword-only argument: 'within'"):
        metrics.conversion("a", "b")
