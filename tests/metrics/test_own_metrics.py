"""Metrics of one's own, and what is said of those that give no reading."""

from __future__ import annotations

import pickle

import pytest

import custlife as cl
from custlife import metrics
from custlife.analysis.customer_base import CustomerBase
from custlife.errors import DefinitionError, UsageError, UsageTypeError
from tests.analysis.strategies import event_log, hour, stage_log
from tests.metrics.own import RATE, ROWS, WORDS
from tests.oracles.lifecycle import Row


@pytest.mark.parametrize(
    ("make", "what", "hint"),
    [
        (
            lambda: metrics.csat(variant="top"),
            "variant='top' is not a mode",
            "choose one of 'top2', 'mean', 'of_maximum'",
        ),
        (lambda: metrics.ces(variant="top2"), "variant='top2' is not a mode", "choose one of 'mean', 'easy'"),
        (lambda: metrics.ces(easier="left"), "easier='left' is not a mode", "choose one of 'high', 'low'"),
        (lambda: metrics.nps(repeats="first"), "repeats='first' is not a mode", "choose one of 'each', 'last'"),
        (lambda: metrics.response_rate(kind="mps"), "kind='mps' is not a mode", "choose one of 'nps', 'csat', 'ces'"),
        (
            lambda: metrics.sales_velocity(amounts_in="cents"),
            "amounts_in='cents' is not a mode",
            "choose one of 'auto', 'major', 'minor'",
        ),
        (
            lambda: metrics.pipeline_amount(amounts_in="cents"),
            "amounts_in='cents' is not a mode",
            "choose one of 'auto', 'major', 'minor'",
        ),
        (
            lambda: metrics.near_limit(80),
            "at_least=80 is no share of a limit: 100 % is 1",
            "write at_least=0.8",
        ),
        (
            lambda: metrics.ltv_from_chain("a", margins={"a": 0.1}),
            "margins['a']=0.1 is not exact money",
            "write '0.1' or Decimal('0.1')",
        ),
        (
            lambda: metrics.ltv_from_chain("a", margins={}, yearly_discount=-1),
            "yearly_discount=-1 is not above -1",
            "write yearly_discount=0.1",
        ),
        (
            lambda: metrics.ltv_from_chain("a", margins={}, every="fortnight"),
            "every='fortnight' is not a period",
            "choose one of 'day', 'week', 'month', 'quarter', 'year'",
        ),
        (
            lambda: metrics.ltv_from_curve(margin=1, yearly_discount="much"),
            "yearly_discount='much' is not a number",
            "pass yearly_discount as an int or a float",
        ),
        (
            lambda: metrics.ltv_from_curve(margin=1, yearly_discount=0),
            "yearly_discount=0 is not above 0",
            "write yearly_discount=0.1",
        ),
        (
            lambda: metrics.conversion("", "b", within="1 day"),
            "start='' names no stage or event",
            "write start='trial'",
        ),
        (lambda: metrics.conversion("a", [], within="1 day"), "goal=[] names no stage or event", "write goal='trial'"),
        (lambda: metrics.time_to_convert("a", None), "goal=None names no stage or event", "write goal='trial'"),
        *(
            (make, f"metric {name!r} needs a window: without one nobody is ever lost", "write within='30 days'")
            for name, make in {
                "reopened_rate": lambda: metrics.reopened_rate(within=None),
                "first_response_in_time": lambda: metrics.first_response_in_time(within=None),
                "lead_response_in_time": lambda: metrics.lead_response_in_time("sql", within=None),
                "scorecard": lambda: metrics.scorecard(cl.presets.bruxt5, within=None),
            }.items()
        ),
    ],
)
def test_a_metric_that_could_not_be_read_cannot_be_made(make, what, hint):
    with pytest.raises((DefinitionError, UsageError, UsageTypeError)) as caught:
        make()
    assert (caught.value.what, caught.value.hint) == (what, hint)


def test_one_of_several_starts_will_do():
    both = metrics.conversion(["a", "b"], ["c", "lost"], within="2 days")
    assert both.label == "a or b to c or lost within 2 days"
    assert both.definition.question == "How many of those who come to a or b reach c or lost in time?"


def test_a_metric_of_ones_own_takes_a_few_lines(own):
    @metrics.metric(
        question="Who comes twice?", numerator="twice", denominator="units in b", better="higher", needs="stages"
    )
    def comes_twice(request):
        row = request.ask("stages", cl.Conversion("b", "b", within=cl.days(9))).whole
        return request.share(row.converted, row.entered)

    goal = cl.Target(comes_twice, at_least=0.1)
    assert goal.judge(stage_log(ROWS, hour(150))).state == "met"
    assert metrics.get("comes_twice") is comes_twice
    assert metrics.catalogue()["comes_twice"].about == "Who comes twice?"
    assert comes_twice.explain(stage_log(ROWS, hour(150)), "u1").state == "counted"


@metrics.metric(**WORDS, name="of this module", family="tests")
def here(request):
    return request.value(request.ask("stages or events", cl.Flows()).moves(None, "a"), n=1)


def test_a_metric_of_a_module_can_be_copied():
    assert pickle.loads(pickle.dumps(here)) == here
    assert pickle.loads(pickle.dumps(here)).read(stage_log(ROWS)) == here.read(stage_log(ROWS))


@pytest.mark.parametrize(
    ("made", "error", "what"),
    [
        (lambda request: 0.5, UsageTypeError, "metric 'odd' gave 0.5, which is no reading"),
        (lambda request: [], UsageError, "metric 'odd' gave 0 readings of the whole"),
        (lambda request: "text", UsageTypeError, "metric 'odd' gave 'text', which is no reading"),
    ],
)
def test_what_gives_no_reading_is_named(made, error, what):
    metric = metrics.Metric("odd", RATE.definition, better="higher", compute=made)
    with pytest.raises(error) as caught:
        metric.read(stage_log(ROWS))
    assert caught.value.what == what


def test_what_cannot_be_split_or_has_no_periods_says_so():
    metric = metrics.Metric("flat", RATE.definition, better="higher", compute=lambda request: request.share(1, 2))
    log = stage_log(ROWS)
    assert metric.read(log).as_of == log.as_of
    assert metric.read_by(log).about.units == len(log.customers)
    with pytest.raises(UsageError, match=r"metric 'flat' cannot be split by \('plan',\)"):
        metric.read_by(log, "plan")
    with pytest.raises(UsageError, match="metric 'flat' has no trend"):
        metric.trend(log)
    with pytest.raises(UsageError, match="metric 'stickiness' counts by month, not by day"):
        metrics.stickiness().trend(event_log([Row("u", hour(3), "visit")]), every="day")
    with pytest.raises(UsageError, match="metric 'retention_rate' has cohorts by day, not by week"):
        metrics.retention_rate(1, every="day").trend(log, every="week")


def test_what_is_marked_as_a_metric_is_a_function():
    with pytest.raises(UsageTypeError, match=r"metric\(\) marks functions, not Converted"):
        metrics.metric(**WORDS)(RATE.compute)


def test_a_lambda_gives_its_metric_no_name(own):
    with pytest.raises(DefinitionError, match="a lambda gives its metric no name"):
        metrics.metric(**WORDS)(lambda request: request.share(1, 2))
    assert metrics.metric(**WORDS, name="half")(lambda request: request.share(1, 2)).name == "half"


def test_readings_say_what_they_are():
    log = stage_log(ROWS, hour(30))
    found = RATE.read(log)
    assert (found.numerator, found.denominator) == (RATE.definition.numerator, RATE.definition.denominator)
    assert str(found) == "a to b within 2 days: no value (nobody is eligible yet), 2 pending"
    assert "No value: nobody is eligible yet." in str(RATE.read_by(log)).replace("\n", " ")
    with pytest.raises(UsageError, match="this log holds events, not stages"):
        event_log([Row("u", hour(3), "visit")]).ask(CustomerBase())


def test_a_trend_has_the_periods_of_its_metric():
    log = stage_log(ROWS, hour(150))
    weekly = metrics.logo_churn(every="week")
    assert weekly.trend(log).question.every == "week"
    assert RATE.trend(log).question.every == "month"
