"""What the shell prints: reports in short, models, and one line of progress."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from custlife.log.base import Log
    from custlife.pictures import Table
    from custlife.reporting import Report
    from custlife.stages import StageModel

__all__ = ["as_json", "cards", "columns", "joined", "overview", "progress", "put", "summary"]

NARROWEST, WIDEST = 60, 120


def put(text: str = "") -> None:
    """Writes a line to stdout."""
    sys.stdout.write(f"{text}\n")


def summary(made: Report, log: Log, note: str) -> None:
    """Title, origin and findings, for people."""
    width = columns()
    put(made.title)
    put("=" * min(len(made.title), width))
    for text in (note, repr(log)[1:-1]):
        if text:
            put(_wrapped(text, width))
    put()
    table = _funnel_table(made)
    if table is not None:
        put(f"{table.text(width)}\n")
    margin = max((len(one.figure) for one in made.findings), default=0) + 2
    for one in made.findings:
        put(_wrapped(str(one), width, f"{one.figure:<{margin}}", " " * margin))
    if not made.findings:
        put("Too little to say anything about.")
    put()
    judged = dict(made.answers).get("scorecard")
    if judged is not None and judged.verdicts:
        put(f"{judged.targets().table().text(width)}\n")


def _funnel_table(made: Report) -> Table | None:
    """The funnel in a few columns."""
    from custlife.pictures import Table

    funnel = dict(made.answers).get("funnel")
    if funnel is None or not funnel.entered:
        return None
    names = ("step", "reached", "pending", "lost", "rate", "median days")
    rows = [tuple(row[name] for name in names) for row in funnel.people()]
    return Table(names, rows, funnel.title(), align=("left", *["right"] * 5))


def overview(model: StageModel) -> str:
    """The stages of a model as a table."""
    from custlife.stages import show as stage_show

    return stage_show.overview(model).text(columns())


def cards(model: StageModel) -> str:
    """The journey map as blocks of lines, for a terminal."""
    from custlife.pictures import Cards

    table = model.journey_map()
    names = [str(row[0]) for row in table.rows]
    return Cards(names, table.columns[1:], [row[1:] for row in table.rows], table.title).text(columns())


def _wrapped(text: str, width: int, first: str = "", rest: str = "") -> str:
    from textwrap import fill

    return fill(text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def columns() -> int:
    """Columns to fill: those of the terminal, within reason."""
    from shutil import get_terminal_size

    return max(NARROWEST, min(get_terminal_size((100, 24)).columns, WIDEST))


def as_json(value: Any) -> str:
    """Plain values as JSON text."""
    import json

    return json.dumps(value, indent=2, ensure_ascii=False)


def joined(reports: dict[str, Report]) -> str:
    """Several reports as one JSON document."""
    import json

    return as_json({name: json.loads(made.to_json()) for name, made in reports.items()})


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """One line on stderr that says what is going on, where somebody sees it; gone when done."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    longest = 0

    def say(text: str) -> None:
        nonlocal longest
        line = f"custlife: {text} ..."[: columns() - 1]
        longest = max(longest, len(line))
        _over(f"\r{line:<{longest}}")

    try:
        yield say
    finally:
        _over(f"\r{'':<{longest}}\r")


def _over(text: str) -> None:
    """Writes over the line of progress."""
    sys.stderr.write(text)
    sys.stderr.flush()
