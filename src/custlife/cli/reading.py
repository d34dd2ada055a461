"""From words to values: a model by name or file, a log from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custlife.errors import DataError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from custlife.errors import CustlifeError
    from custlife.log.event_log import EventLog
    from custlife.log.stage_log import StageLog
    from custlife.metrics import Inputs, Scorecard
    from custlife.stages import StageModel

__all__ = ["check_second", "events_of", "inputs_of", "is_document", "is_jsonl", "log_of", "model_of"]

FLAGS = {
    "stages": "name a FILE of stages, and its --model",
    "events": "pass --events FILE, or the events as FILE without --model",
    "stages or events": "name a FILE of stages or of events",
}


def model_of(name: str) -> StageModel:
    """A preset by its name, or a model from a file."""
    from custlife import presets
    from custlife.stages import StageModel

    if is_document(name):
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
    lines = is_jsonl(source)
    if not lines:
        options |= {"delimiter": given.delimiter, "encoding": given.encoding}
    if given.model is None:
        _refuse(given, "--model", "stage_col", "reason_col")
        options |= {"event_col": given.event_col or "event", "event": given.event}
        options |= {"value_cols": tuple(given.value)} if getattr(given, "value", None) else {}
        try:
            return EventLog.from_jsonl(source, **options) if lines else EventLog.from_csv(source, **options)
        except DataError as error:
            raise _without_model(given, source, error) from None
    _refuse(given, "no --model", "event_col", "event")
    options |= {"stage_col": given.stage_col or "stage", "reason_col": given.reason_col}
    model = model_of(given.model)
    return StageLog.from_jsonl(source, model, **options) if lines else StageLog.from_csv(source, model, **options)


def is_document(name: str) -> bool:
    """Whether a word is the path of a document: a model, targets, rules."""
    return name.endswith((".toml", ".json"))


def is_jsonl(source: Path) -> bool:
    """Whether a file holds JSON Lines, and not CSV."""
    return source.name.removesuffix(".gz").endswith((".jsonl", ".ndjson"))


def _without_model(given: argparse.Namespace, source: Path, error: DataError) -> CustlifeError:
    """What to say of a file that cannot be read as events: perhaps it has stages, and only the model is missing."""
    from custlife.cli.beside import columns_of

    if error.problems or given.event_col or given.event or "stage" not in columns_of(source, given):
        return error
    what = f"{source.name} has stages, and nothing says of which model"
    return UsageError(what, "pass --model NAME (see: custlife models), or --event-col COL if it has events")


def check_second(given: argparse.Namespace) -> None:
    """Refuses a second file, of events, where the first has no stages."""
    if given.events is not None and (given.model is None or given.file is None):
        raise UsageError("--events goes with a file of stages", "pass --model, or the events as FILE alone")


def events_of(given: argparse.Namespace, words: dict[str, Any]) -> StageLog | EventLog:
    """The log in the second file, of events, read by some words."""
    from argparse import Namespace
    from pathlib import Path

    alone = {"model": None, "stage_col": None, "reason_col": None, "aliases": [], "by": given.by}
    return log_of(Namespace(**words | alone), Path(given.events))


def inputs_of(given: argparse.Namespace, targets: Scorecard) -> Inputs:
    """The logs in the files of a check, with the columns that its targets split by."""
    from argparse import Namespace
    from pathlib import Path

    from custlife.cli.beside import beside, columns_of, seen_together
    from custlife.metrics import Inputs

    check_second(given)
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
        logs["events"] = events_of(given, words)
    inputs = Inputs(**(seen_together(logs) if given.as_of is None else logs))
    _refuse_missing(inputs, targets)
    return inputs


def _refuse_missing(inputs: Inputs, targets: Scorecard) -> None:
    """Refuses targets whose input no file has; metrics that are only read are listed without it."""
    for target in targets.targets:
        for need in target.request(inputs).missing():
            what = f"the target for {target.metric.name!r} needs {need}, and no file has them"
            raise UsageError(what, FLAGS.get(need, f"pass --{need} FILE"))


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
