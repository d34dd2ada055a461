"""The catalogue of metrics and its plugins."""

from __future__ import annotations

import sys

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife import metrics
from custlife.errors import DefinitionError, UnknownNameError, UsageError
from custlife.metrics import registry
from custlife.metrics.registry import Entry, catalogued, register
from tests.analysis.strategies import stage_log
from tests.installed import install
from tests.metrics.own import RATE, ROWS, WORDS


def test_two_metrics_of_one_name_are_both_named(own):
    @metrics.metric(**WORDS, name="twin")
    def first(request):
        return request.share(1, 2)

    with pytest.raises(DefinitionError) as caught:

        @metrics.metric(**WORDS, name="twin")
        def second(request):
            return request.share(1, 2)

    assert caught.value.what.startswith("two metrics are called 'twin': tests.metrics.test_metric_plugins.")
    assert "first and tests.metrics.test_metric_plugins." in caught.value.what
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
        install(tmp_path, package, "custlife.metrics", points, modules)

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
