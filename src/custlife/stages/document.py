"""Models as documents: the format `custlife.model/1`, as plain values, JSON or TOML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from custlife.documents import Fields, check_format
from custlife.stages.citation import Citation
from custlife.stages.edit import Edit
from custlife.stages.stage import Stage, label_of, spoken
from custlife.stages.transition import Transition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from custlife.stages.model import StageModel

FORMAT = "custlife.model/1"
_Model = TypeVar("_Model", bound="StageModel")

_STAGE_TEXTS = ("label", "about", "phase", "entered_by")
_STAGE_LISTS = tuple(f.name for f in attrs.fields(Stage) if f.default == () and f.name != "cited")


def model_to_dict(model: StageModel) -> dict[str, Any]:
    """A model as plain values; what says nothing is left out, the exits are always written."""
    document: dict[str, Any] = {"format": FORMAT, "name": model.name}
    document |= {name: said for name in ("title", "about") if (said := getattr(model, name))}
    document["version"] = model.version
    document["policy"] = model.policy
    if model.customer_from is not None:
        document["customer_from"] = model.customer_from
    if model.cited is not None:
        document["cited"] = _plain(spoken(model.cited))
    document["stages"] = [_stage_to_dict(stage) for stage in model.stages]
    if model.unplaced:
        document["unplaced"] = [_stage_to_dict(stage) for stage in model.unplaced]
    document["exits"] = [_stage_to_dict(stage) for stage in model.exits]
    if model.transitions:
        document["transitions"] = [transition.to_dict() for transition in model.transitions]
    if model.edits:
        document["edits"] = [_edit_to_dict(edit) for edit in model.edits]
    return document


def model_from_dict(kind: type[_Model], document: Mapping[str, Any], name: str = "model") -> _Model:
    """The model that plain values describe, as a StageModel or a class of one's own.

    Raises:
        DataError: Everything that is wrong with them, each with its path.
    """
    check_format(document, FORMAT, name=name)
    problems: list[tuple[str, str]] = []
    fields = Fields(document, "", problems)
    fields.raw("format")
    arguments: dict[str, Any] = {key: fields.text(key) for key in ("title", "about")}
    arguments["name"] = fields.required_text("name")
    arguments["policy"] = fields.text("policy", "open")
    arguments["customer_from"] = fields.optional_text("customer_from")
    arguments["version"] = fields.whole("version", 1)
    arguments["cited"] = _citation(fields)
    for key in ("stages", "unplaced"):
        arguments[key] = [_stage(one) for one in fields.tables(key) or ()]
    exits = fields.tables("exits")
    arguments["exits"] = None if exits is None else [_stage(one) for one in exits]
    arguments["transitions"] = [_transition(one) for one in fields.tables("transitions") or ()]
    arguments["edits"] = [_edit(one) for one in fields.tables("edits") or ()]
    fields.close()
    return fields.made(name, kind, **arguments)


def _stage_to_dict(stage: Stage) -> dict[str, Any]:
    said = spoken(stage)
    if stage.label == label_of(stage.key):
        del said["label"]
    if stage.cited is not None:
        said["cited"] = _plain(spoken(stage.cited))
    return _plain(said)


def _edit_to_dict(edit: Edit) -> dict[str, Any]:
    said = {"version": edit.version, "kind": edit.kind, "stage": edit.stage, "into": list(edit.into)}
    return said | ({} if edit.default is None else {"default": edit.default})


def _plain(said: dict[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in said.items()}


def _citation(fields: Fields) -> Citation | None:
    table = fields.table("cited")
    if table is None:
        return None
    source, inferred, notes = table.text("source"), table.texts("inferred"), table.texts("notes")
    reconstructed = table.flag("reconstructed")
    table.close()
    return table.build(Citation, source, inferred=inferred, notes=notes, reconstructed=reconstructed)


def _stage(fields: Fields) -> Stage | None:
    arguments: dict[str, Any] = {name: fields.text(name) for name in _STAGE_TEXTS}
    arguments |= {name: fields.texts(name) for name in _STAGE_LISTS}
    key = fields.required_text("key")
    arguments["exit"] = fields.optional_text("exit")
    arguments["cited"] = _citation(fields)
    fields.close()
    return fields.build(Stage, key, **arguments)


def _transition(fields: Fields) -> Transition | None:
    arguments: dict[str, Any] = {name: fields.optional_text(name) for name in ("kind", "max_gap", "min_gap")}
    arguments["action"] = fields.text("action")
    arguments["reason_required"] = fields.flag("reason_required")
    arguments["guards"] = [guard for guard in fields.items("guards") if _is_guard(guard, fields)]
    ends = fields.optional_text("from"), fields.required_text("to")
    fields.close()
    return fields.build(Transition, *ends, **arguments)


def _is_guard(guard: object, fields: Fields) -> bool:
    fits = isinstance(guard, str) or (isinstance(guard, dict) and all(isinstance(v, str) for v in guard.values()))
    if not fits:
        fields.fault("guards", f"{guard!r} is neither a name nor a requirement such as {{'requires_event': 'signed'}}")
    return fits


def _edit(fields: Fields) -> Edit | None:
    version, kind, stage = fields.whole("version", 0), fields.required_text("kind"), fields.required_text("stage")
    into, default = fields.texts("into"), fields.optional_text("default")
    fields.close()
    return fields.build(Edit, version, kind, stage, into, default)
