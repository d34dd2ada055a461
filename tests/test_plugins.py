"""Plugins: found by entry point without being loaded, and named with their package when they fail."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from custlife.errors import DefinitionError, UnknownNameError
from custlife.plugins import Plugin, load, plugins
from tests.installed import install

GROUP = "custlife.tests"


@pytest.fixture
def added(tmp_path, monkeypatch):
    """A function that installs a package with entry points, as pip leaves it behind."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def add(package: str, points: dict[str, str], **modules: str) -> None:
        install(tmp_path, package, GROUP, points, modules)

    return add


def test_names_are_listed_in_order_and_nothing_is_loaded(added):
    added("theirs", {"b": "plug_b:two", "a": "plug_a:one"}, plug_a="one = 1", plug_b="raise RuntimeError('loaded')")
    assert plugins(GROUP) == (Plugin(GROUP, "a", "plug_a:one", "theirs"), Plugin(GROUP, "b", "plug_b:two", "theirs"))
    assert "plug_b" not in sys.modules


def test_a_plugin_is_loaded_by_its_name(added):
    added("theirs", {"a": "plug_c:one"}, plug_c="one = 1")
    assert load(GROUP, "a") == 1


def test_an_unknown_name_lists_those_there_are(added):
    added("theirs", {"fit": "plug_d:one"}, plug_d="one = 1")
    with pytest.raises(UnknownNameError) as caught:
        load(GROUP, "fitt")
    assert str(caught.value) == "unknown custlife.tests plugin 'fitt'\n\nHint: did you mean 'fit'? There are: 'fit'"


@pytest.mark.parametrize(
    ("target", "text", "why"),
    [
        ("plug_gone:one", "", "ModuleNotFoundError: No module named 'plug_gone'"),
        ("plug_e:two", "one = 1", "AttributeError: module 'plug_e' has no attribute 'two'"),
        ("plug_f:one", "raise RuntimeError('no licence')", "RuntimeError: no licence"),
    ],
)
def test_a_plugin_that_fails_is_named_with_its_package(added, target, text, why):
    module = target.partition(":")[0]
    added("theirs", {"fit": target}, **({module: text} if text else {}))
    with pytest.raises(DefinitionError) as caught:
        load(GROUP, "fit")
    assert caught.value.what == f"plugin 'fit' of package 'theirs' ({target}) cannot be loaded: {why}"
    assert caught.value.hint == "pip install -U theirs, or uninstall it"


def test_two_packages_with_one_name_are_both_named(added):
    added("theirs", {"fit": "plug_g:one"}, plug_g="one = 1")
    added("ours", {"fit": "plug_h:one"}, plug_h="one = 1")
    with pytest.raises(DefinitionError, match=r"'fit' of 'custlife.tests' is added twice: .*'ours'.* and .*'theirs'"):
        load(GROUP, "fit")


def test_an_entry_point_without_a_package_has_no_owner(monkeypatch):
    point = EntryPoint("pi", "math:pi", GROUP)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: EntryPoints([point] if group == GROUP else []))
    assert str(plugins(GROUP)[0]) == "plugin 'pi' (math:pi)"
    assert load(GROUP, "pi") > 3
