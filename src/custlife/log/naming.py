"""Reading the spellings of stages and events in data: values, so that they can be sent to where the data is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from custlife.engines.rows.ingest import is_missing
from custlife.errors import UnknownNameError, UsageError, UsageTypeError, close_names
from custlife.stages import StageModel
from custlife.stages.text import fold

__all__ = ["EventNames", "StageNames", "as_model", "event_name", "event_names", "stage_names"]


@attrs.frozen
class StageNames:
    """Reads spellings of stages: those of the caller first, then those of the model."""

    model: StageModel
    wanted: tuple[tuple[str, str], ...] = ()

    def __call__(self, name: object) -> str:
        """The key of the stage."""
        if is_missing(name):
            raise UsageError("the stage is missing", "give every row its stage")
        if not isinstance(name, str):
            raise UsageError(f"the stage {name!r} is not text", "write the key, label or alias of a stage")
        known = dict(self.wanted).get(fold(name))
        if known is not None:
            return known
        try:
            return self.model.resolve(name)
        except UnknownNameError as error:
            meant = next(iter(close_names(name, error.known)), "...")
            error.hint += f"; or aliases={{{name!r}: {meant!r}}} says what it means"
            raise


def stage_names(model: object, aliases: Mapping[str, str] | None) -> StageNames:
    """The reader of a model's stages, with further spellings.

    Raises:
        UsageTypeError: Not a model.
        UnknownNameError: An alias of a stage that the model does not have.
    """
    found = as_model(model)
    return StageNames(found, tuple(_meant(found, spelling, stage) for spelling, stage in _pairs(aliases, "lead")))


def as_model(model: object) -> StageModel:
    """The model itself; of the name of a preset the error says what to write.

    Raises:
        UsageTypeError: It is none.
    """
    if isinstance(model, StageModel):
        return model
    from custlife import presets

    given, hint = f"<{type(model).__name__}>", "pass a StageModel or a preset such as presets.bruxt5"
    if isinstance(model, str):
        given = repr(model)
        is_preset = isinstance(getattr(presets, model, None), StageModel)
        hint = f"without quotes: presets.{model}" if is_preset else hint
    raise UsageTypeError(f"model={given} is not a StageModel", hint)


def _pairs(aliases: Mapping[str, str] | None, example: str) -> Iterable[tuple[str, str]]:
    if aliases is not None and not isinstance(aliases, Mapping):
        raise UsageTypeError(f"aliases={aliases!r} is not a mapping", f"write aliases={{'what rows say': {example!r}}}")
    return (aliases or {}).items()


def _meant(model: StageModel, spelling: str, stage: str) -> tuple[str, str]:
    """A spelling as it is compared, and the stage that the caller says it means."""
    try:
        return fold(spelling), model.resolve(stage)
    except UnknownNameError as error:
        raise UnknownNameError(error.kind, error.name, error.known, f"aliases[{spelling!r}]") from None


@attrs.frozen
class EventNames:
    """Reads names of events, as they are but for the caller's aliases."""

    known: tuple[tuple[str, str], ...] = ()

    def __call__(self, name: object) -> str:
        """The name of the event."""
        return dict(self.known).get(name, name) if isinstance(name, str) and name.strip() else event_name(name)


def event_names(aliases: Mapping[str, str] | None) -> EventNames:
    """The reader of event names, with further spellings."""
    return EventNames(tuple((spelling, event_name(name)) for spelling, name in _pairs(aliases, "login")))


def event_name(name: object) -> str:
    """The name of an event, if it is one.

    Raises:
        UsageError: It is missing or not text.
    """
    if isinstance(name, str) and name.strip():
        return str.__str__(name)
    missing = is_missing(name) or isinstance(name, str)
    raise UsageError("the event is missing" if missing else f"the event {name!r} is not text", "name every event")
