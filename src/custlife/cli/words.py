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


def _report_words(known: Any) -> None:
    epilog = (
        "examples:\n"
        "  custlife report contacts.csv --model hubspot8 --at-col date --tz Europe/Zurich --within '90 days'\n"
        "  custlife report events.jsonl.gz --by plan --every week       (no --model: a log of events)"
    )
    parser = _command(
        known, "report", commands.report, "one HTML page from a CSV or JSON Lines file (also .gz)", epilog
    )
    add = parser.add_argument
    add("file", metavar="FILE", help="one row for each entry into a stage, or for each event")
    add(
        "--model",
        metavar="NAME_OR_FILE",
        help="a preset (see: custlife models), or a .toml or .json file; without it: events",
    )
    add("--out", metavar="PAGE", help="where to write the page (default: the file's name with -report.html)")
    add("--title", metavar="TEXT", help="heading of the page")
    add("--note", default="", metavar="TEXT", help="a remark at the top of the page")
    add("--customer-col", default="customer", metavar="COL", help="column with the customer (default: %(default)s)")
    add("--stage-col", metavar="COL", help="column with the stage (default: stage)")
    add("--event-col", metavar="COL", help="column with the event (default: event)")
    add("--event", metavar="NAME", help="name of all events, where no column has it")
    add("--at-col", default="at", metavar="COL", help="column with the time (default: %(default)s)")
    add("--recorded-at-col", metavar="COL", help="column with when the row became known")
    add("--reason-col", metavar="COL", help="column with the reason")
    add("--tz", metavar="ZONE", help="zone of times without one, and of months and days: Europe/Zurich")
    add("--as-of", metavar="TIME", help="the moment of looking (default: the last row)")
    add("--since", metavar="TIME", help="when observation began, if customers were on their way before")
    add("--within", metavar="SPAN", help="window of conversions: '90 days', '3 months'")
    add("--every", default="month", metavar="PERIOD", help="day, week, month, quarter or year (default: %(default)s)")
    add("--by", action="append", default=[], metavar="COL", help="split by this column; may be given several times")
    add(
        "--aliases",
        action="append",
        default=[],
        metavar="THEIRS=STAGE",
        help="another spelling; may be given several times",
    )
    add(
        "--on-bad",
        default="raise",
        choices=("raise", "drop"),
        help="unreadable rows: stop, or leave out and count them",
    )
    add("--unit", default="customer", metavar="WORD", help="what is counted (default: %(default)s)")
    add("--delimiter", default=",", metavar="CHAR", help="between the fields of a CSV file (default: a comma)")
    add("--encoding", default="utf-8-sig", metavar="NAME", help="of a CSV file (default: %(default)s)")
    add("--json", action="store_true", help="findings and answers as JSON on stdout; a page only with --out")


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
