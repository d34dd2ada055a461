"""`custlife score`: scores from a file of rows and a file with the score; one explained, or the score tested."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from custlife.cli.output import as_json, columns, progress, put
from custlife.cli.reading import check_second, events_of, log_of
from custlife.errors import DataError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from custlife.analysis.framing import Framed
    from custlife.scoring import Scores

__all__ = ["SCORE_EPILOG", "SCORE_LISTS", "SCORE_VALUES", "logs_of", "row_limit", "score", "write_rows"]

SCORE_EPILOG = """\
examples:
  custlife score contacts.csv --model hubspot8 --score health.toml --fact seats --as-of 2026-02-01T00:00Z
  custlife score events.csv --score lead.toml --customer acme                 (why this customer has this score)
  custlife score events.csv --score lead.toml --backtest paid --horizon '90 days'  (whether it foretells anything)"""

SCORE_VALUES = (
    ("--events", None, "FILE", "a second file, with the events, where FILE has the stages"),
    ("--customer", None, "ID", "explain the score of this customer"),
    ("--limit", "20", "N", "how many customers to print, the highest first (default: %(default)s)"),
    ("--out", None, "CSV", "write all scores to this file"),
    ("--backtest", None, "OUTCOME", "test the score: how well it foretells this event or stage"),
    ("--foretold-by", "high", "SIDE", "whether high or low scores foretell it (default: %(default)s)"),
    ("--every", "month", "PERIOD", "how often the test looks: day, week, month, ... (default: %(default)s)"),
)
SCORE_LISTS = (
    ("--fact", "COL", "column with a fact that the score reads; may be given several times"),
    ("--value", "COL", "column with values of events, such as amounts; may be given several times"),
    ("--horizon", "SPAN", "how far ahead the test looks (default: 90 days); may be given several times"),
)


def score(given: argparse.Namespace) -> int:
    """Scores the customers in a file."""
    from custlife import scoring

    if given.horizon and given.backtest is None:
        raise UsageError("--horizon has no effect here: it goes with --backtest", "pass --backtest OUTCOME, or drop it")
    scorer = scoring.from_file(given.score)
    with progress() as say:
        say(f"reading {given.file}")
        logs = logs_of(given)
        if given.backtest is not None:
            say("looking back")
            return _tested(given, scorer, logs)
        say("scoring")
        found = scoring.score_all(scorer, logs, as_of=max(log.as_of for log in logs), progress=_told(say))
        if given.out:
            write_rows(found, Path(given.out))
    if given.customer is not None:
        one = found[given.customer]
        put(as_json(one.to_dict()) if given.json else str(one))
    elif given.json:
        put(as_json([one.to_dict() for one in found]))
    else:
        _print(found, given)
        for name in _unread(scorer, given):
            put(f"The score reads the fact {name!r}, and no --fact names it: it is unknown.")
    return 0


def _unread(scorer: Any, given: argparse.Namespace) -> list[str]:
    """Facts that the score reads and no column brings."""
    from custlife.scoring.backtesting import facts_read_by

    return sorted((facts_read_by(scorer) or frozenset()) - {*given.fact, *given.by})


def _told(say: Callable[[str], None]) -> Callable[[int], None]:
    return lambda done: say(f"scored {done:,}")


def logs_of(given: argparse.Namespace) -> list[Any]:
    """The log in the file, and that of the second file."""
    from argparse import Namespace

    check_second(given)
    words = {**vars(given), "by": list(dict.fromkeys((*given.by, *given.fact)))}
    try:
        logs: list[Any] = [log_of(Namespace(**words), Path(given.file))]
    except DataError as error:
        if any(f"segment_cols={name!r}" in error.what for name in given.fact):
            error.what, error.hint = (text.replace("segment_cols=", "fact=") for text in (error.what, error.hint))
        raise
    if given.events is not None:
        logs.append(events_of(given, words))
    return logs


def _print(found: Scores, given: argparse.Namespace) -> None:
    from custlife import scoring

    ranked = scoring.prioritise(found, limit=row_limit(given.limit))
    put(found.title())
    put()
    put(ranked.table().text(columns()))
    for note in found.footnotes():
        put(note)
    for failure in found.failures[:5]:
        put(f"failed: {failure}")
    if given.out:
        put(f"Wrote {given.out}.")
    elif len(found):
        put(f"Why: add --customer {ranked.rows[0].score.customer if ranked.rows else found.customers[0]}")


def row_limit(text: str, what: str = "customers") -> int:
    """How many rows to print."""
    if not text.isdecimal() or not int(text):
        raise UsageError(f"--limit {text!r} is no number of {what}", "write --limit 20")
    return int(text)


def write_rows(found: Framed, out: Path) -> None:
    """Writes an answer as a CSV file."""
    import csv

    with out.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.DictWriter(stream, list(found.column_types()))
        rows.writeheader()
        rows.writerows(found.to_dicts())


def _tested(given: argparse.Namespace, scorer: Any, logs: Sequence[Any]) -> int:
    """Tests the score and prints what it would have foretold."""
    from custlife import scoring

    until = max(log.as_of for log in logs)
    found = scoring.backtest(
        scorer, logs, given.backtest, horizons=given.horizon or ["90 days"], foretold_by=given.foretold_by,
        every=given.every, as_of=until, repeats=given.repeats, tz=logs[0].tz,
    )  # fmt: skip
    if given.json:
        put(as_json(found.to_dicts()))
        return 0
    put(found.table().text(columns()))
    for one in found.horizons:
        if one.calibration:
            put()
            put(one.calibration_table().text(columns()))
    return 0
