"""Pages of the documentation as programs: their blocks, run from top to bottom.

- A `python` block runs as if typed at the prompt: every expression shows its value. All blocks of a page share one namespace.
- A `text` block right below is the output. `...` stands for anything, also for several lines.
- A `console` block runs its lines `$ custlife ...`; the lines below each are its output.
- Any other block with a `title="name.csv"` is that file, in the directory the page runs in.

`python -m tests.docs.pages docs/page.md` writes the outputs there were into that page, and into all pages where none is
named; look at the difference before you commit it.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import shlex
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from unittest import mock

import attrs

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>`{3,})(?P<language>[\w+-]*)(?P<rest>[^`\n]*)$")
TITLE = re.compile(r'title="([^"]+)"')


def pages() -> list[Path]:
    """README and every page of the documentation."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@attrs.frozen
class Block:
    """One fenced block.

    Attributes:
        language: Its language, such as `python`.
        title: The file it stands for, or nothing.
        text: What it holds, without the indentation of the fence.
        line: Number of its first line in the page.
        output: The text block right below it, or None.
    """

    language: str
    title: str
    text: str
    line: int
    output: str | None = None


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page, each with the output that follows it."""
    found: list[Block] = []
    lines = page.splitlines()
    end, at = -1, 0
    while at < len(lines):
        opening = FENCE.match(lines[at])
        if opening is None or not opening["language"]:
            at += 1
            continue
        close = next(i for i in range(at + 1, len(lines)) if lines[i].strip() == opening["ticks"])
        indent = len(opening["indent"])
        text = "".join(f"{line[indent:]}\n" for line in lines[at + 1 : close])
        titled = TITLE.search(opening["rest"])
        is_output = opening["language"] == "text" and not titled and not "".join(lines[end + 1 : at]).strip()
        if is_output and found and found[-1].language == "python" and found[-1].output is None:
            found[-1] = attrs.evolve(found[-1], output=text)
        else:
            found.append(Block(opening["language"], titled[1] if titled else "", text, at + 2))
        end, at = close, close + 1
    return found


@attrs.frozen
class Wrong:
    """A block that does something else than its page shows.

    Attributes:
        place: Page and line, and the command if it is one.
        line: Number of the block's first line.
        shown: The output on the page; None where an error is not shown at all.
        output: The output there was.
    """

    place: str
    line: int
    shown: str | None
    output: str

    def __str__(self) -> str:
        if self.shown is None:
            return f"{self.place} raised\n{self.output}"
        return f"{self.place} shows\n{self.shown}\nbut gives\n{self.output}"


def run(page: str, name: str, directory: Path) -> list[Wrong]:
    """The blocks of a page that do not do what it shows."""
    shutil.copytree(EXAMPLES, directory, dirs_exist_ok=True)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    wrong: list[Wrong] = []

    def compare(place: str, block: Block, shown: str | None, output: str, *, failed: bool) -> None:
        if failed if shown is None else not matches(shown, output):
            wrong.append(Wrong(place, block.line, shown, output))

    with contextlib.chdir(directory):
        for block in blocks(page):
            place = f"{name}:{block.line}"
            if block.title:
                Path(block.title).write_text(block.text, encoding="utf-8")
            elif block.language == "python":
                output, failed = _run_python(block, name, namespace)
                compare(place, block, block.output, output, failed=failed)
            elif block.language == "console":
                for command, shown in commands(block.text):
                    output, failed = _run_command(command)
                    compare(f"{place} $ {command}", block, shown or None, output, failed=failed)
    return wrong


def corrected(page: str, wrong: list[Wrong]) -> str:
    """The page with the outputs there were in the place of those shown."""
    starts = [0, *(found.end() for found in re.finditer("\n", page))]
    for one in reversed([one for one in wrong if one.shown is not None]):
        at = page.index(str(one.shown), starts[one.line - 1])
        page = page[:at] + _stripped(one.output) + "\n" + page[at + len(str(one.shown)) :]
    return page


def _run_python(block: Block, page: str, namespace: dict[str, Any]) -> tuple[str, bool]:
    """The output of a block, and whether it raised."""
    output = io.StringIO()
    tree = ast.parse("\n" * (block.line - 1) + block.text, filename=page)
    with contextlib.redirect_stdout(output):
        for node in tree.body:
            try:
                exec(compile(ast.Interactive([node]), page, "single"), namespace)
            except Exception as error:  # a page may show any error, as the last lines of a traceback do
                kind = type(error)
                home = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
                print(f"{home}{kind.__qualname__}: {error}", file=output)
                return output.getvalue(), True
    return output.getvalue(), False


def commands(text: str) -> list[tuple[str, str]]:
    """The commands `$ custlife ...` of a console block, each with the output shown below it."""
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    split = [part.partition("\n") for part in parts]
    return [(command, shown) for command, _, shown in split if command.split()[:1] == ["custlife"]]


def _run_command(command: str) -> tuple[str, bool]:
    """What a `custlife` command prints in a terminal of 100 columns, and whether it failed."""
    from custlife.cli import main

    output = io.StringIO()
    wide = mock.patch.dict(os.environ, COLUMNS="100")
    with wide, contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            code = main(shlex.split(command)[1:])
        except SystemExit as left:
            code = left.code
    return output.getvalue(), bool(code)


def matches(shown: str, output: str) -> bool:
    """Whether an output is the one shown, up to spaces at the ends of lines and what `...` stands for."""
    wanted, got = (_stripped(text) for text in (shown, output))
    pattern = ".*?".join(re.escape(part) for part in wanted.split("..."))
    return re.fullmatch(pattern, got, flags=re.DOTALL) is not None


def _stripped(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines()).rstrip()


def main(paths: Sequence[str] = ()) -> None:
    """Corrects what some pages show; all of them where none is named."""
    for path in [Path(path).resolve() for path in paths] or pages():
        page = path.read_text(encoding="utf-8")
        name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
        with TemporaryDirectory() as directory:
            wrong = run(page, name, Path(directory))
        for one in wrong:
            print(f"{one}\n")  # noqa: T201  # a command prints
        path.write_text(corrected(page, wrong), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
