"""Scorecards as documents: a `custlife.targets/1` table that TOML and JSON can hold.

A document names metrics of the catalogue and their arguments; it never names code. Decimal numbers are texts, so that
they stay exact.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from custlife.documents import Fields, check_format, refuse
from custlife.errors import DataError, UsageError
from custlife.metrics.registry import entries, get
from custlife.metrics.scorecard import Line, Scorecard
from custlife.metrics.target import LENGTHS, Target

if TYPE_CHECKING:
    from custlife.metrics.metric import Metric

__all__ = ["FORMAT", "from_document", "to_document"]

FORMAT = "custlife.targets/1"


def to_document(scorecard: Scorecard) -> dict[str, Any]:
    """A scorecard as a table of plain values.

    Raises:
        UsageError: A metric that is not in the catalogue, where a document finds it.
    """
    known = {entry.name for entry in entries()}
    for line in scorecard.lines:
        if line.metric.name not in known:
            what = f"metric {line.metric.name!r} is not in the catalogue, so that no document can name it"
            raise UsageError(what, "make it with @metrics.metric(...)")
    return {"format": FORMAT, "title": scorecard.title, "targets": [_line(line) for line in scorecard.lines]}


def _line(line: Line) -> dict[str, Any]:
    metric = line.metric
    made: dict[str, Any] = {"metric": metric.name}
    if line.stage is not None:
        made["stage"] = line.stage
    target = line.target
    if target is not None:
        made |= {
            side: _plain(bound) for side in ("at_least", "at_most") if (bound := getattr(target, side)) is not None
        }
        if target.due is not None:
            made["due"] = target.due_text
        if target.by:
            made["by"] = list(target.by)
        if target.segment:
            made["segment"] = [{"column": n} | ({} if v is None else {"value": v}) for n, v in target.segment]
    if metric.arguments:
        made["with"] = {name: _plain(value) for name, value in metric.arguments if value is not None}
    return made


def _plain(value: Any) -> Any:
    """An argument or bound as a document can hold it."""
    if isinstance(value, Decimal):
        return str(value)
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def from_document(document: object, *, name: str = "scorecard") -> Scorecard:
    """The scorecard of a table.

    Raises:
        DataError: With the path of every fault.
    """
    check_format(document, FORMAT, name=name)
    problems: list[tuple[str, str]] = []
    fields = Fields(document, "", problems)
    fields.raw("format")
    title = fields.text("title", "Scorecard")
    lines = [line for one in fields.tables("targets") or [] if (line := _read(one)) is not None]
    fields.close()
    refuse(name, problems)
    if not lines:
        raise DataError(f"{name} cannot be read", [("targets", "there is none")], "write [[targets]] and a metric")
    return Scorecard(lines, title)


def _read(fields: Fields) -> Line | None:
    """One line; None where it has a fault, which is noted."""
    name, stage = fields.required_text("metric"), fields.optional_text("stage")
    arguments, where = fields.values("with"), fields.tables("segment")
    metric = fields.build(get, name, **arguments)
    bounds = {side: _bound(fields, side, metric) for side in ("at_least", "at_most")}
    due, by = fields.optional_text("due"), fields.texts("by")
    segment = [] if where is None else [(one.required_text("column"), one.optional_text("value")) for one in where]
    for one in where or []:
        one.close()
    fields.close()
    if metric is None:
        return None
    if bounds["at_least"] is None and bounds["at_most"] is None and not (due or by or segment):
        return Line(metric, stage)
    target = fields.build(Target, metric, **bounds, due=due, by=by, segment=segment)
    return None if target is None else Line(target, stage)


def _bound(fields: Fields, side: str, metric: Metric | None) -> Any:
    """A number, or a text: an exact number, or a length."""
    value = fields.raw(side)
    if not isinstance(value, str) or metric is None:
        return value
    try:
        return Decimal(value)
    except InvalidOperation:
        if metric.definition.unit not in LENGTHS:
            fields.fault(side, f"{value!r} is not a number")
            return None
        return value
