"""The words one may type after `custlife`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from custlife.cli import commands

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
    known = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (_demo_words, _report_words, _models_words, _show_words):
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

_VALUES = (
    ("--model", None, "NAME_OR_FILE", "a preset (see: custlife models) or a .toml or .json file; without it: events"),
    ("--out", None, "PAGE", "where to write the page (default: the file's name with -report.html)"),
    ("--title", None, "TEXT", "heading of the page"),
    ("--note", "", "TEXT", "a remark at the top of the page"),
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
    ("--within", None, "SPAN", "window of conversions: '90 days', '3 months'"),
    ("--every", "month", "PERIOD", "day, week, month, quarter or year (default: %(default)s)"),
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
    parser.add_argument("file", metavar="FILE", help="one row for each entry into a stage, or for each event")
    for flag, default, metavar, told in _VALUES:
        parser.add_argument(flag, default=default, metavar=metavar, help=told)
    for flag, metavar, told in _LISTS:
        parser.add_argument(flag, action="append", default=[], metavar=metavar, help=told)
    bad = "unreadable rows: stop, or leave out and count them (default: %(default)s)"
    parser.add_argument("--on-bad", default="raise", choices=("raise", "drop"), help=bad)
    json = "findings and answers as JSON on stdout; a page only with --out"
    parser.add_argument("--json", action="store_true", help=json)


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
    ):
        what.add_argument(f"--{name}", dest="how", action="store_const", const=name, help=about)
