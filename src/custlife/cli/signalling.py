"""`custlife signals`: the episodes of the customers in a file, or what changed after a moment."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custlife.cli.output import as_json, columns, progress, put
from custlife.cli.scoring import logs_of, row_limit, write_rows
from custlife.errors import CustlifeError, UsageError, nearest

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from custlife.signals import Feed, RuleSet, Signals

__all__ = ["SIGNALS_EPILOG", "SIGNALS_LISTS", "SIGNALS_VALUES", "signals"]

SIGNALS_EPILOG = """\
examples:
  custlife signals contacts.csv --model hubspot8 --tz Europe/Zurich             (rules made from the model)
  custlife signals contacts.csv --model hubspot8 --events events.csv --rules rules.toml --fact manager
  custlife signals contacts.csv --model hubspot8 --rules rules.toml --feed 2026-02-01 --json   (for a nightly job)
A job that runs twice, or late, tells the same episodes with the same ids."""

SIGNALS_VALUES = (
    ("--rules", None, "FILE", "the rules as .toml or .json (default: what the model alone can say)"),
    ("--events", None, "FILE", "a second file, with the events, where FILE has the stages"),
    ("--every", "day", "PERIOD", "how often to look: day, week, month, ... (default: %(default)s)"),
    ("--feed", None, "TIME", "print what changed after this moment"),
    ("--owner", None, "NAME", "only what is for this person or team"),
    ("--manager", "manager", "NAME", "the fact with the customer's own manager (default: %(default)s)"),
    ("--limit", "20", "N", "how many open episodes to print, the oldest first (default: %(default)s)"),
    ("--out", None, "CSV", "write all episodes to this file"),
)
SIGNALS_LISTS = (
    ("--fact", "COL", "column with a fact that rules read; may be given several times"),
    ("--value", "COL", "column with values of events, such as amounts; may be given several times"),
)


def signals(given: argparse.Namespace) -> int:
    """The episodes of the customers in a file."""
    from argparse import Namespace

    limit = row_limit(given.limit, "episodes")
    with progress() as say:
        say(f"reading {given.file}")
        words = {**vars(given), "since": None}  # of the grid, not of the rows
        logs = logs_of(Namespace(**words))
        rules = _rules(given, logs)
        say("looking")
        found = _watched(given, rules, logs, say)
        if given.out:
            write_rows(found, Path(given.out))
    if given.feed is not None:
        feed = _feed(found, given.feed)
        put(as_json([_row(row) for row in feed.to_dicts()]) if given.json else feed.table().text(columns()))
    elif given.json:
        put(found.to_json())
    else:
        _print(found, limit)
    if given.out and not given.json:
        put(f"Wrote {given.out}.")
    return 0


def _rules(given: argparse.Namespace, logs: Sequence[Any]) -> RuleSet:
    """The rules in the file, or those of the model."""
    from custlife.signals import RuleSet, rules_for

    if given.rules is not None:
        return RuleSet.from_file(given.rules)
    if given.model is None:
        raise UsageError("events alone come without rules", "pass --rules rules.toml, or --model")
    return rules_for(logs[0].model)


def _watched(given: argparse.Namespace, rules: RuleSet, logs: Sequence[Any], say: Callable[[str], None]) -> Signals:
    from custlife.signals import watch

    until = max(log.as_of for log in logs)
    found = watch(
        rules, logs, as_of=until, since=given.since, every=given.every, manager=given.manager,
        tz=logs[0].tz, progress=lambda done: say(f"looked at {done:,}"),
    )  # fmt: skip
    if given.owner is None:
        return found
    mine = found.of(owner=given.owner)
    if found.episodes and not mine.episodes:
        owners = sorted({name for one in found for name in one.owner.split(", ")} - {""})
        sys.stderr.write(f"custlife: nothing is for {given.owner!r}; {nearest(given.owner, owners)}\n")
    return mine


def _feed(found: Signals, since: str) -> Feed:
    """What changed since a moment."""
    try:
        return found.feed(since)
    except CustlifeError as error:
        error.what = error.what.replace("since=", "feed=")
        raise


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "at": row["at"].isoformat()}


def _print(found: Signals, limit: int) -> None:
    from attrs import evolve

    put(found.title())
    put()
    shown = evolve(found, episodes=found.open[:limit])
    if shown.episodes:
        put(shown.table().text(columns()).partition("\n")[2])
        left = len(found.open) - limit
        if left > 0:
            put(f"and {left:,} more: add --limit {len(found.open)}")
    else:
        put("Nothing is open.")
        for note in found.footnotes():
            put(note)
    put("What changed: add --feed TIME")
