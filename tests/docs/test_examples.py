"""Every example in README and documentation runs, and does what the page shows."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT, blocks, commands, corrected, main, matches, pages, run


def name(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", pages(), ids=name)
def test_every_example_does_what_the_page_shows(path, tmp_path):
    wrong = run(path.read_text(encoding="utf-8"), name(path), tmp_path)
    assert not wrong, "\n\n".join(map(str, wrong))


@pytest.mark.parametrize("path", pages(), ids=name)
def test_no_page_names_a_machine_or_a_registry(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"""(^|[\s`"'(])/(?!/)\w+/\w|index-url""", text)


LISTS = {"docs/changelog.md", "docs/explanation/decisions.md"} | {
    f"docs/{room}/index.md" for room in ("explanation", "how-to", "pitfalls")
}


@pytest.mark.parametrize("path", [path for path in pages() if name(path) not in LISTS], ids=name)
def test_every_page_has_an_example_that_runs(path):
    assert any(block.language in {"python", "console"} for block in blocks(path.read_text(encoding="utf-8")))


# -- the harness itself -----------------------------------------------------------------------------------------------

PAGE = """
```csv title="a.csv"
x
1
```

```python
from pathlib import Path

text = Path("a.csv").read_text()
text
```

```text
'x\\n1\\n'
```

```python
len(text)
int("one")
```

```text
4
ValueError: invalid literal ...
```
"""


def test_blocks_of_one_page_share_files_and_names_and_show_values_and_errors(tmp_path):
    assert run(PAGE, "page.md", tmp_path) == []


def test_a_wrong_output_is_told_with_its_place_and_what_came_instead(tmp_path):
    (wrong,) = run(PAGE.replace("\n4\n", "\n5\n"), "page.md", tmp_path)
    assert str(wrong).startswith("page.md:19 shows\n5\n")
    assert "but gives\n4\nValueError" in str(wrong)


def test_a_corrected_page_shows_what_there_was_and_nothing_else_changes(tmp_path):
    page = PAGE.replace("\n4\n", "\n5\n")
    right = corrected(page, run(page, "page.md", tmp_path))
    assert right == PAGE.replace("literal ...", "literal for int() with base 10: 'one'")


def test_only_the_pages_that_are_named_are_corrected(tmp_path):
    named, other = tmp_path / "named.md", tmp_path / "other.md"
    for page in (named, other):
        page.write_text("```python\n2 + 2\n```\n\n```text\n5\n```\n", encoding="utf-8")
    main([str(named)])
    assert named.read_text(encoding="utf-8").endswith("```text\n4\n```\n")
    assert "5" in other.read_text(encoding="utf-8")


def test_an_error_that_is_not_shown_is_a_failure(tmp_path):
    (wrong,) = run("```python\n1 / 0\n```\n", "page.md", tmp_path)
    assert str(wrong) == "page.md:2 raised\nZeroDivisionError: division by zero\n"


def test_a_text_block_elsewhere_is_no_output():
    first, second = blocks("```python\n1\n```\n\nwords\n\n```text\n2\n```\n")
    assert first.output is None
    assert second.language == "text"


def test_dots_stand_for_anything_but_nothing_else_is_forgiven():
    assert matches("a ... d\n", "a b\nc d  \n\n")
    assert not matches("a ... d", "a b c d e")
    assert not matches("a.b", "aXb")


def test_console_blocks_run_only_our_own_command():
    assert commands("$ pip install custlife\n$ custlife models\nname\n") == [("custlife models", "name\n")]
