"""Pages that are printed by the library are current, the navigation is whole, and every public name is in the reference."""

from __future__ import annotations

import importlib
import importlib.util
import re

import pytest

import custlife as cl
from tests.docs.pages import ROOT, pages


def maker():
    spec = importlib.util.spec_from_file_location("make", ROOT / "docs" / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("path", "text"), maker().files().items(), ids=lambda x: getattr(x, "name", ""))
def test_what_the_library_prints_into_the_documentation_is_current(path, text):
    assert path.read_text(encoding="utf-8") == text, "run: uv run python docs/make.py"


def test_the_page_of_the_law_holds_the_law():
    assert cl.law_table() in (ROOT / "docs" / "reference" / "law.md").read_text(encoding="utf-8")


def shown_names():
    """Names on pages of the reference: `::: custlife.stats` shows what the module lists, `::: custlife.stages.Stage` itself."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "reference").glob("*.md"))
    for shown in re.findall(r"^::: (custlife\.\S+)", text, flags=re.MULTILINE):
        yield shown.rsplit(".", 1)[1]
        if importlib.util.find_spec(shown.rsplit(".", 1)[0]).submodule_search_locations and importlib.util.find_spec(
            shown
        ):
            yield from importlib.import_module(shown).__all__


def test_every_public_name_is_in_the_reference():
    assert set(cl.__all__) - set(shown_names()) == set()


def test_links_between_pages_lead_to_pages():
    """The strict build checks this too, but only where it is installed."""
    for page in pages():
        for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.relative_to(ROOT)} links to {link}"
