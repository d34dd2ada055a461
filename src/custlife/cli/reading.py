"""From words to values: a model by name or file, a log from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custlife.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from custlife.log.event_log import EventLog
    from custlife.log.stage_log import StageLog
    from custlife.metrics import Inputs, Scorecard
    from custlife.stages import StageModel

__all__ = ["inputs_of", "log_of", "model_of"]


def model_of(name: str) -> StageModel:
    """A preset by its name, or a model from a file."""
    from custlife import presets
    from custlife.stages import StageModel

    if name.endswith((".toml", ".json")):
        return StageModel.from_file(name)
    return presets.get(name)


def log_of(given: argparse.Namespace, source: Path) -> StageLog | EventLog:
    """The log in a file, of stages if there is a model."""
    from custlife.log.event_log import EventLog
    from custlife.log.stage_log import StageLog

    options: dict[str, Any] = {
        "customer_col": given.customer_col,
        "at_col": given.at_col,
        "recorded_at_col": given.recorded_at_col,
        "segment_cols": tuple(given.by),
        "aliases": _aliases(given.aliases),
        "tz": given.tz,
        "as_of": given.as_of,
        "since": given.since,
        "on_bad": given.on_bad,
        "unit": given.unit,
    }
    lines = source.name.removesuffix(".gz").endswith((".jsonl", ".ndjson"))
    if not lines:
        options |= {"delimiter": given.delimiter, "encoding": given.encoding}
    if given.model is None:
        _refuse(given, "--model", "stage_col", "reason_col")
        options |= {"event_col": given.event_col or "event", "event": given.event}
        options |= {"value_cols": tuple(given.value)} if getattr(given, "value", None) else {}
        return EventLog.from_jsonl(source, **options) if lines else EventLog.from_csv(source, **options)
    _refuse(given, "no --model", "event_col", "event")
    options |= {"stage_col": given.stage_col or "stage", "reason_col": given.reason_col}
    model = model_of(given.model)
    return StageLog.from_jsonl(source, model, **options) if lines else StageLog.from_csv(source, model, **options)


def inputs_of(given: argparse.Namespace, targets: Scorecard) -> Inputs:
    """The logs in the files of a check, with the columns that its targets split by."""
    from argparse import Namespace
    from pathlib import Path

    from custlife.cli.beside import beside, columns_of, seen_together
    from custlife.metrics import Inputs

    if given.events is not None and (given.model is None or given.file is None):
        raise UsageError("--events goes with a file of stages", "pass --model, or the events as FILE alone")
    wanted = {name for target in targets.targets for name in target.split}
    wanted |= {str(value) for line in targets for name, value in line.metric.arguments if name == "column"}
    logs: dict[str, Any] = beside(given, {*given.by, *wanted})
    if given.file is None and not logs:
        raise UsageError("there is nothing to judge the targets on", "name a FILE, or pass --revenue FILE")
    words: dict[str, Any] = vars(given)
    if given.file is not None:
        seen = wanted & columns_of(Path(given.file), given) if logs else wanted  # one of the others may have the rest
        words = words | {"by": sorted({*given.by, *seen})}
        log = log_of(Namespace(**words), Path(given.file))
        logs[log.INPUT] = log
    if given.events is not None:
        alone = {"model": None, "stage_col": None, "reason_col": None, "aliases": [], "by": given.by}
        logs["events"] = log_of(Namespace(**words | alone), Path(given.events))
    return Inputs(**(seen_together(logs) if given.as_of is None else logs))


def _refuse(given: argparse.Namespace, needs: str, *words: str) -> None:
    """Refuses what would have no effect."""
    for word in words:
        if getattr(given, word) is not None:
            flag = f"--{word.replace('_', '-')}"
            raise UsageError(f"{flag} has no effect here: it goes with {needs}", f"drop {flag}, or pass {needs}")


def _aliases(pairs: Sequence[str]) -> dict[str, str] | None:
    """Spellings from `THEIRS=STAGE`."""
    for pair in pairs:
        if "=" not in pair:
            raise UsageError(f"--aliases {pair!r} is not THEIRS=STAGE", "write --aliases 'MQL=lead'")
    return dict(pair.rsplit("=", 1) for pair in pairs) or None
