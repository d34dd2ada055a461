"""What metrics do by themselves: cards, trends, replays, planning, errors; the catalogue and its plugins."""

from __future__ import annotations

import pickle
import sys
from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife import metrics, presets
from custlife.analysis.customer_base import CustomerBase
from custlife.errors import DefinitionError, UnknownNameError, UsageError, UsageTypeError
from custlife.metrics import registry
from custlife.metrics.definition import Definition
from custlife.metrics.reading import written
from custlife.metrics.registry import Entry, catalogued, register
from tests.analysis.strategies import AS_OF, STAGE_ROWS, event_log, hour, stage_log
from tests.oracles.lifecycle import Row

RATE = metrics.conversion("a", "b", within="2 days")
ROWS = [Row(f"u{n % 7}", hour(n), "abcb"[n % 4], "pq"[n % 2]) for n in range(0, 120, 5)]


@pytest.fixture
def own():
    """Metrics registered by a test are gone after it."""
    before = dict(registry._ENTRIES)
    yield
    registry._ENTRIES.clear()
    registry._ENTRIES.update(before)


WORDS = {"question": "How many?", "numerator": "those", "better": "higher"}


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


# -- metrics of one's own -----------------------------------------------------------------------------------------


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


# -- the catalogue ------------------------------------------------------------------------------------------------


def test_two_metrics_of_one_name_are_both_named(own):
    @metrics.metric(**WORDS, name="twin")
    def first(request):
        return request.share(1, 2)

    with pytest.raises(DefinitionError) as caught:

        @metrics.metric(**WORDS, name="twin")
        def second(request):
            return request.share(1, 2)

    assert caught.value.what.startswith("two metrics are called 'twin': tests.metrics.test_kernel.")
    assert "first and tests.metrics.test_kernel." in caught.value.what
    assert metrics.get("twin") is first


def test_the_same_definition_again_takes_its_own_place(own):
    def again():
        @metrics.metric(**WORDS, name="cell")
        def cell(request):
            return request.share(1, 2)

        return cell

    again()
    second = again()
    assert metrics.get("cell") is second


def test_a_metric_of_a_family_remembers_its_arguments(own):
    @catalogued("tests", days=3)
    def made(days, *, names=()):
        """Made of its arguments."""
        return attrs.evolve(RATE, label=f"{days} {names}")

    found = made(4, names={"b", "a"})
    assert (found.name, found.arguments) == ("made", (("days", 4), ("names", ("a", "b"))))
    assert metrics.get("made", days=4, names=["a", "b"]).arguments == found.arguments
    assert metrics.catalogue()["made"].shown().arguments == (("days", 3),)
    assert metrics.catalogue()["made"].takes == "days, [names]"


def test_the_catalogue_lists_and_finds():
    found = metrics.catalogue()
    assert len(found) == len(list(found)) > 30
    assert "churn_by_age" in str(found)
    assert "<table" in found._repr_html_()
    assert [entry.family for entry in found.of("churn")] == ["churn"] * len(found.of("churn"))
    assert repr(found).startswith("<Catalogue of ")
    with pytest.raises(UnknownNameError, match="did you mean 'churn'"):
        found.of("chrun")
    with pytest.raises(UnknownNameError, match="did you mean 'logo_churn'"):
        found["logo_chrun"]
    with pytest.raises(UnknownNameError, match="did you mean 'logo_churn'"):
        metrics.get("logo_chrun")
    with pytest.raises(UsageError) as caught:
        metrics.get("conversion", start="a")
    assert (caught.value.what, caught.value.hint) == (
        "metric 'conversion': missing a required argument: 'goal'",
        "it takes: start, goal, within, [on]",
    )


@given(st.sampled_from(["conversion", "logo_churn"]))
def test_registering_what_is_there_changes_nothing(name):
    before = dict(registry._ENTRIES)
    register(before[name])
    assert before == registry._ENTRIES
    assert isinstance(before[name], Entry)


# -- plugins ------------------------------------------------------------------------------------------------------

PLUGIN = """
from custlife import metrics

@metrics.metric(question="Who?", numerator="those", better="higher")
def fine(request):
    return request.share(1, 2)

def made(share=1):
    return metrics.Metric("whatever", fine.definition, better="lower", compute=fine.compute)

plain = metrics.Metric("plain", fine.definition, better="higher", compute=fine.compute)
number = 3
"""


@pytest.fixture
def installed(tmp_path, monkeypatch, own):
    """A function that installs a package with metrics, as pip leaves it behind."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delenv("CUSTLIFE_NO_PLUGINS", raising=False)

    def add(package, points, **modules):
        info = tmp_path / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", "utf-8")
        lines = "\n".join(f"{name} = {target}" for name, target in points.items())
        (info / "entry_points.txt").write_text(f"[custlife.metrics]\n{lines}\n", "utf-8")
        for name, text in modules.items():
            (tmp_path / f"{name}.py").write_text(text, "utf-8")

    yield add
    for name in [name for name in sys.modules if name.startswith("metric_plug_")]:
        del sys.modules[name]


def test_plugins_are_loaded_when_they_are_asked_for(installed):
    points = {"fine": "metric_plug_a:fine", "made": "metric_plug_a:made", "plain": "metric_plug_a:plain"}
    installed("theirs", points, metric_plug_a=PLUGIN)
    assert metrics.get("logo_churn").name == "logo_churn"
    assert "metric_plug_a" not in sys.modules
    assert metrics.get("fine").read(stage_log(ROWS)).value == 0.5
    assert metrics.get("made", share=2).arguments == (("share", 2),)
    assert (metrics.get("made").name, metrics.get("plain").name) == ("made", "plain")
    found = metrics.catalogue()
    assert {"fine", "made", "plain"} <= set(found)
    assert found.failing == ()
    assert found["made"].family == "plugins"


def test_a_plugin_that_fails_is_named_and_breaks_nothing(installed):
    points = {"gone": "metric_plug_gone:x", "number": "metric_plug_b:number", "other": "metric_plug_b:fine"}
    installed("theirs", points, metric_plug_b=PLUGIN)
    found = metrics.catalogue()
    assert "logo_churn" in found
    told = dict(found.failing)
    assert told["gone"].startswith("plugin 'gone' of package 'theirs' (metric_plug_gone:x) cannot be loaded: Module")
    assert told["number"] == "plugin 'number' of package 'theirs' (metric_plug_b:number) is 3"
    assert told["other"].startswith("plugin 'other' of package 'theirs' (metric_plug_b:fine) is metrics.fine()")
    assert "Not usable: plugin 'gone' of package 'theirs'" in str(found).replace("\n", " ")
    with pytest.raises(DefinitionError, match="'gone' of package 'theirs'"):
        metrics.get("gone")
    assert metrics.get("logo_churn").name == "logo_churn"


def test_a_plugin_with_a_name_of_ours_is_an_error_that_names_both(installed):
    installed("theirs", {"logo_churn": "metric_plug_c:plain"}, metric_plug_c=PLUGIN)
    with pytest.raises(DefinitionError) as caught:
        metrics.get("logo_churn")
    assert caught.value.what == (
        "two metrics are called 'logo_churn': custlife.metrics.losing.logo_churn and "
        "plugin 'logo_churn' of package 'theirs' (metric_plug_c:plain)"
    )
    assert dict(metrics.catalogue().failing)["logo_churn"] == caught.value.what


def test_two_packages_with_one_metric_are_both_named(installed):
    installed("theirs", {"fine": "metric_plug_d:fine"}, metric_plug_d=PLUGIN)
    installed("ours", {"fine": "metric_plug_e:fine"}, metric_plug_e=PLUGIN)
    with pytest.raises(DefinitionError, match=r"is added twice: .*'ours'.* and .*'theirs'"):
        metrics.get("fine")


def test_plugins_can_be_left_out(installed, monkeypatch):
    installed("theirs", {"fine": "metric_plug_f:fine"}, metric_plug_f=PLUGIN)
    monkeypatch.setenv("CUSTLIFE_NO_PLUGINS", "1")
    assert "fine" not in metrics.catalogue()
    with pytest.raises(UnknownNameError):
        metrics.get("fine")
    monkeypatch.setenv("CUSTLIFE_NO_PLUGINS", "0")
    assert metrics.get("fine").name == "fine"
