"""The pages of the metrics are those that their cards print, each leads somewhere, and the verdict's table is the code's."""

from __future__ import annotations

import pytest

from custlife.metrics import verdict_table
from tests.docs.cards import FAMILIES, REFERENCE, files, ours, said, section
from tests.docs.pages import ROOT


@pytest.mark.parametrize(("path", "text"), files().items(), ids=lambda x: getattr(x, "name", ""))
def test_what_the_cards_print_is_on_the_pages(path, text):
    assert path.read_text(encoding="utf-8") == text, "run: uv run python -m tests.docs.cards"


def test_no_page_of_a_family_is_left_behind():
    assert set(REFERENCE.glob("metrics-*.md")) == set(files()) - {REFERENCE / "metrics.md"}
    assert {entry.family for entry in ours()} <= set(FAMILIES)


def test_the_page_holds_the_table_of_verdicts():
    assert verdict_table() in (REFERENCE / "metrics.md").read_text(encoding="utf-8")


def test_every_page_stands_in_the_navigation():
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert [path.name for path in files() if f"reference/{path.name}" not in nav] == []


@pytest.mark.parametrize("entry", ours(), ids=lambda entry: entry.name)
def test_every_metric_of_the_catalogue_says_what_it_is_and_is_not(entry):
    metric = entry.shown()
    words = metric.definition
    assert entry.about.endswith((".", "?"))
    assert words.is_not, "name its rivals"
    assert words.question.endswith("?")
    for text in (*words.is_not, *words.pitfalls):
        assert text.endswith(".")
    assert metric.label in str(metric).replace("\n", " ")
    assert "{" not in section(entry).partition("\n")[2]


def test_arguments_are_read_from_docstrings():
    text = "One.\n\nArgs:\n    a: First\n        of two.\n    b: Second.\n\nRaises:\n    c: Not one."
    assert said(text) == {"a": "First of two.", "b": "Second."}
