"""The words one may type after `custlife`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from custlife.cli import commands
from custlife.cli.scoring import SCORE_EPILOG, SCORE_LISTS, SCORE_VALUES, score
from custlife.cli.signalling import SIGNALS_EPILOG, SIGNALS_LISTS, SIGNALS_VALUES, signals

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["parser"]


def parser() -> argparse.ArgumentParser:
    """All commands with their words."""
    from custlife import __version__

    whole = argparse.ArgumentParser(
        prog="custlife",
        description="The customer lifecycle: measure it, show it. Start with: custlife demo",
        epilog="exit codes: 0 fine, 1 the data or a name cannot be used, 2 wrong usage, 130 stopped",
    )
    whole.add_argument("--version", action="version", version=f"custlife {__version__}")
    known = whole.add_subparsers(title="commands", metavar="COMMAND")
    asking = (_report_words, _check_words, _score_words, _signals_words)
    for add in (_demo_words, *asking, _models_words, _show_words):
        add(known)
    return whole


def _command(known: Any, name: str, run: Callable[..., int], about: str, epilog: str = "") -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = known.add_parser(
        name, help=about, description=about, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.set_defaults(run=run)
    return parser


def _demo_words(known: Any) -> None:
    parser = _command(
        known, "demo", commands.demo, "two reports: a real shop (CDNOW, bundled) and a simulated B2B company"
    )
    parser.add_argument(
        "--out", default="custlife-demo", metavar="DIR", help="folder for the two pages (default: %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="findings and answers as JSON on stdout")


_EXAMPLES = """\
examples:
  custlife report contacts.csv --model hubspot8 --at-col date --tz Europe/Zurich --within '90 days'
  custlife report events.jsonl.gz --by plan --every week       (no --model: a log of events)"""

_REPORT = (
    ("--out", None, "PAGE", "where to write the page (default: the file's name with -report.html)"),
    ("--title", None, "TEXT", "heading of the page"),
    ("--note", "", "TEXT", "a remark at the top of the page"),
    ("--within", None, "SPAN", "window of conversions: '90 days', '3 months'"),
    ("--every", "month", "PERIOD", "day, week, month, quarter or year (default: %(default)s)"),
)
_READING = (
    ("--model", None, "NAME_OR_FILE", "a preset (see: custlife models) or a .toml or .json file; without it: events"),
    ("--customer-col", "customer", "COL", "column with the customer (default: %(default)s)"),
    ("--stage-col", None, "COL", "column with the stage (default: stage)"),
    ("--event-col", None, "COL", "column with the event (default: event)"),
    ("--event", None, "NAME", "name of all events, where no column has it"),
    ("--at-col", "at", "COL", "column with the time (default: %(default)s)"),
    ("--recorded-at-col", None, "COL", "column with when the row became known"),
    ("--reason-col", None, "COL", "column with the reason"),
    ("--tz", None, "ZONE", "zone of times without one, and of months and days: Europe/Zurich"),
    ("--as-of", None, "TIME", "the moment of looking (default: the last row)"),
    ("--since", None, "TIME", "when observation began, if customers were on their way before"),
    ("--unit", "customer", "WORD", "what is counted (default: %(default)s)"),
    ("--delimiter", ",", "CHAR", "between the fields of a CSV file (default: a comma)"),
    ("--encoding", "utf-8-sig", "NAME", "of a CSV file (default: %(default)s)"),
)
_LISTS = (
    ("--by", "COL", "split by this column; may be given several times"),
    ("--aliases", "THEIRS=STAGE", "another spelling; may be given several times"),
)


def _report_words(known: Any) -> None:
    about = "one HTML page from a CSV or JSON Lines file (also .gz)"
    parser = _command(known, "report", commands.report, about, _EXAMPLES)
    _file_words(parser, (*_READING, *_REPORT))
    json = "findings and answers as JSON on stdout; a page only with --out"
    parser.add_argument("--json", action="store_true", help=json)


def _file_words(
    parser: argparse.ArgumentParser, values: tuple[tuple[str, str | None, str, str], ...], *, needed: bool = True
) -> None:
    """The file, and how to read it."""
    told = "one row for each entry into a stage, or for each event"
    parser.add_argument("file", metavar="FILE", nargs=None if needed else "?", help=told)
    for flag, default, metavar, told in values:
        parser.add_argument(flag, default=default, metavar=metavar, help=told)
    for flag, metavar, told in _LISTS:
        parser.add_argument(flag, action="append", default=[], metavar=metavar, help=told)
    bad = "unreadable rows: stop, or leave out and count them (default: %(default)s)"
    parser.add_argument("--on-bad", default="raise", choices=("raise", "drop"), help=bad)


_NIGHTLY = """\
exit codes: 0 nothing was missed, 1 a target was missed, 2 the targets or the data cannot be used

examples, in a nightly job:
  custlife check targets.toml contacts.csv --model hubspot8 --at-col date --tz Europe/Zurich || notify
  custlife check targets.toml --revenue prices.csv --costs spent.csv --option revenue.currency=EUR
Targets to begin with: custlife show hubspot8 --scorecard > targets.toml"""


_BESIDE = (
    (
        "--revenue",
        "recurring revenue: customer, at, amount; currency, interval, subscription, seats",
    ),
    ("--contracts", "contracts: customer, start; term, renewal_at, ended_at, amount, currency, limit, used, contract"),
    ("--costs", "costs: period, amount; currency, team, stage, channel, purpose"),
    ("--responses", "answers to surveys: customer, at, score; survey, scale"),
)


def _check_words(known: Any) -> None:
    parser = _command(known, "check", commands.check, "judge the targets in a file on the data in another", _NIGHTLY)
    parser.set_defaults(refused=2)
    parser.add_argument("targets", metavar="TARGETS", help="targets as .toml or .json")
    _file_words(parser, _READING, needed=False)
    events = "a second file, with the events, where FILE has the stages; its columns are named by the same words"
    parser.add_argument("--events", metavar="FILE", help=events)
    for flag, told in _BESIDE:
        parser.add_argument(flag, metavar="FILE", help=told)
    option = "how one of these four is read, as by from_rows: revenue.amount_col=mrr; may be given several times"
    parser.add_argument("--option", action="append", default=[], metavar="INPUT.NAME=VALUE", help=option)
    parser.add_argument("--out", metavar="PAGE", help="write the scorecard as an HTML page, too")
    parser.add_argument("--json", action="store_true", help="readings and verdicts as JSON on stdout")


def _score_words(known: Any) -> None:
    parser = _command(known, "score", score, "score the customers in a file, and say why", SCORE_EPILOG)
    parser.add_argument("--score", required=True, metavar="FILE", help="the score as .toml or .json")
    _file_words(parser, (*_READING, *SCORE_VALUES))
    for flag, metavar, told in SCORE_LISTS:
        parser.add_argument(flag, action="append", default=[], metavar=metavar, help=told)
    again = "the tested outcome may happen again to those who had it"
    parser.add_argument("--repeats", action="store_true", help=again)
    parser.add_argument("--json", action="store_true", help="scores, one explanation or the test as JSON on stdout")


def _signals_words(known: Any) -> None:
    about = "rules over the customers in a file: what has opened, what lasts, what is resolved"
    parser = _command(known, "signals", signals, about, SIGNALS_EPILOG)
    _file_words(parser, (*_READING, *SIGNALS_VALUES))
    for flag, metavar, told in SIGNALS_LISTS:
        parser.add_argument(flag, action="append", default=[], metavar=metavar, help=told)
    parser.add_argument("--json", action="store_true", help="the episodes, or the feed, as JSON on stdout")


def _models_words(known: Any) -> None:
    parser = _command(known, "models", commands.models, "the stage models from the literature")
    parser.add_argument("--stages", type=int, metavar="N", help="only those that list so many stages")
    parser.add_argument("--json", action="store_true", help="as JSON")


def _show_words(known: Any) -> None:
    parser = _command(known, "show", commands.show, "one stage model: its stages, diagram, journey or document")
    parser.add_argument("model", metavar="MODEL", help="a preset (see: custlife models), or a .toml or .json file")
    what = parser.add_mutually_exclusive_group()
    for name, about in (
        ("journey", "the journey map: stage by owner, needs, process, touchpoints, content, metrics"),
        ("mermaid", "the diagram as Mermaid text"),
        ("svg", "the diagram as SVG"),
        ("toml", "the model as TOML, to edit and to load again"),
        ("json", "the model as JSON"),
        ("scorecard", "the metrics of its stages as TOML, to add targets to"),
    ):
        what.add_argument(f"--{name}", dest="how", action="store_const", const=name, help=about)
