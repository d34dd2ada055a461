"""The files of a check beside its log: revenue, contracts, costs and answers to surveys."""

from __future__ import annotations

import re
from inspect import signature
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custlife.cli.reading import is_jsonl
from custlife.engines.rows.ingest import Unreadable
from custlife.errors import DataError, UnknownNameError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection, Mapping, Sequence

    from custlife.log.reading import CsvRows, JsonRows
    from custlife.metrics.inputs import Askable

__all__ = ["BESIDE", "beside", "columns_of", "options_of", "seen_together"]

BESIDE = ("revenue", "contracts", "costs", "responses")
USUAL = {
    "currency": "currency_col", "interval": "interval_col", "subscription": "subscription_col", "seats": "seats_col",
    "term": "term_col", "renewal_at": "renewal_col", "ended_at": "ended_col", "amount": "amount_col",
    "limit": "limit_col", "used": "used_col", "contract": "contract_col", "team": "team_col", "stage": "stage_col",
    "channel": "channel_col", "purpose": "purpose_col", "survey": "survey_col", "scale": "scale_col",
    "recorded_at": "recorded_at_col",
}  # fmt: skip
"""Columns that are read where a file has them, and what they are for."""
OF_COLUMN = re.compile(r"(?<=pass )(?=\w+=)")
LISTS = {"segment_cols": str, "seat_bands": int}


def beside(given: argparse.Namespace, split: Collection[str]) -> dict[str, Askable]:
    """The logs in the files beside, by the input they are.

    Args:
        given: What was typed.
        split: Columns to split by; each file has some of them.

    Raises:
        UsageError: An option that no file takes.
        DataError: A file that cannot be read.
    """
    from custlife.log.contracts import Contracts
    from custlife.log.costs import Costs
    from custlife.log.responses import Responses
    from custlife.log.revenue_log import RevenueLog

    kinds: dict[str, Any] = dict(zip(BESIDE, (RevenueLog, Contracts, Costs, Responses), strict=True))
    options = options_of(given.option)
    for kind, named in options.items():
        if kind not in kinds:
            raise UnknownNameError("input", kind, BESIDE)
        if getattr(given, kind) is None:
            what = f"--option {kind}.{next(iter(named))} has no effect here: there is no file of {kind}"
            raise UsageError(what, f"pass --{kind} FILE, or drop it")
    made = {}
    for kind, read in kinds.items():
        if (name := getattr(given, kind)) is not None:
            rows, takes = rows_of(Path(name), given), signature(read.from_rows).parameters
            words = _words(given, options.get(kind, {}), takes, header(rows), split)
            try:
                made[kind] = read.from_rows(rows, **words)
            except DataError as error:
                if error.problems:
                    raise
                raise DataError(f"{name}: {error.what}", hint=OF_COLUMN.sub(f"--option {kind}.", error.hint)) from None
    return made


def options_of(pairs: Sequence[str]) -> dict[str, dict[str, str]]:
    """Options of each input from `INPUT.NAME=VALUE`.

    Raises:
        UsageError: Something else.

    Examples:
        >>> options_of(["revenue.currency=EUR", "revenue.amount_col=mrr"])
        {'revenue': {'currency': 'EUR', 'amount_col': 'mrr'}}
    """
    found: dict[str, dict[str, str]] = {}
    for pair in pairs:
        name, is_told, value = pair.partition("=")
        kind, is_whole, option = name.partition(".")
        if not (is_told and is_whole and option):
            raise UsageError(f"--option {pair!r} is not INPUT.NAME=VALUE", "write --option revenue.currency=EUR")
        found.setdefault(kind, {})[option] = value
    return found


def _words(
    given: argparse.Namespace,
    options: Mapping[str, str],
    takes: Mapping[str, Any],
    has: Collection[str],
    split: Collection[str],
) -> dict[str, Any]:
    """How a file is read: the options typed, columns by their usual names, and the words that hold for all files."""
    for name in options:
        if name not in takes or name == "rows":
            raise UnknownNameError("option", name, sorted(takes.keys() - {"rows"}))
    shared = {name: getattr(given, name) for name in ("tz", "as_of", "since", "on_bad", "unit")}
    shared |= {name: value for name in ("customer_col", "at_col") if (value := getattr(given, name)) in has}
    usual = {role: name for name, role in USUAL.items() if name in has and _is_free(role, options)}
    segments = sorted({*split} & {*has} - {*usual.values(), *options.values()})
    found = {"segment_cols": segments, **shared, **usual}
    return {name: value for name, value in found.items() if name in takes} | {
        name: _list(name, value) if name in LISTS else value or None for name, value in options.items()
    }


def _is_free(role: str, options: Mapping[str, str]) -> bool:
    """Whether neither a column nor one value for all rows was named; a term of all is for rows without their own."""
    return role not in options and (role == "term_col" or role.removesuffix("_col") not in options)


def _list(name: str, value: str) -> list[Any]:
    parts = [part.strip() for part in value.split(",") if part.strip()]
    try:
        return [LISTS[name](part) for part in parts]
    except ValueError:
        raise UsageError(f"{name}={value!r} are not whole numbers", f"write {name}=10,50") from None


def rows_of(path: Path, given: argparse.Namespace) -> CsvRows | JsonRows:
    """The rows of a file, CSV or JSON Lines, each time they are asked for."""
    from custlife.log.reading import read_csv, read_jsonl

    if is_jsonl(path):
        return read_jsonl(path)
    return read_csv(path, delimiter=given.delimiter, encoding=given.encoding)


def columns_of(path: Path, given: argparse.Namespace) -> set[str]:
    """The columns of a file."""
    return header(rows_of(path, given))


def header(rows: CsvRows | JsonRows) -> set[str]:
    """The columns of rows; those of CSV are in each of them, objects of JSON need not have the same."""
    from custlife.log.reading import CsvRows

    whole = (row for row in rows if not isinstance(row, Unreadable))
    return {str(name) for row in (islice(whole, 1) if isinstance(rows, CsvRows) else whole) for name in row}


def seen_together(logs: dict[str, Askable]) -> dict[str, Askable]:
    """Logs seen from the latest of their moments; costs, which are of whole periods, keep theirs."""
    latest = max((log.as_of for kind, log in logs.items() if kind != "costs"), default=None)
    return {kind: log if kind == "costs" or latest is None else log.with_as_of(latest) for kind, log in logs.items()}
