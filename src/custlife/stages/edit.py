"""Edits: what changed the stages of a model from version to version, so that new models can read old histories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeVar, get_args, overload

import attrs

from custlife.errors import DefinitionError, UnknownNameError
from custlife.stages.text import check_version

__all__ = ["Edit", "StageMapping"]

T = TypeVar("T")
EditKind = Literal["rename", "insert", "remove", "split", "reorder"]
_KINDS: tuple[EditKind, ...] = get_args(EditKind)
_INTO = {
    "rename": (1, 1, "name one stage"),
    "remove": (0, 1, "name one stage, or none"),
    "split": (2, 99, "name between 2 and 99 stages"),
}


def _keys(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(values)


@attrs.frozen
class Edit:
    """One change of the stages of a model.

    Attributes:
        version: The version of the model that it belongs to; it was not yet made in the version before.
        kind: `"rename"`, `"insert"`, `"remove"`, `"split"` or `"reorder"`.
        stage: The stage it was done to, by the key of that time.
        into: What became of it: the new key, the stage that takes over, or the parts.
        default: The part of a split that history goes to; None where nobody can know.

    Examples:
        >>> Edit(2, "rename", "opp", ("opportunity",)).leads_to("opp")
        'opportunity'
    """

    version: int
    kind: EditKind
    stage: str
    into: tuple[str, ...] = attrs.field(default=(), converter=_keys)
    default: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise UnknownNameError("kind of edit", self.kind, _KINDS)
        check_version(self.version)
        least, most, hint = _INTO.get(self.kind, (0, 0, "leave into= out"))
        if not least <= len(self.into) <= most:
            raise DefinitionError(f"edit {self.kind!r} of {self.stage!r} has into={self.into!r}", hint)
        if self.default is not None and self.default not in self.into:
            raise UnknownNameError("part", self.default, self.into, f"split of {self.stage!r}")

    def leads_to(self, key: str) -> str | None:
        """The key that history at a stage goes on under; None where the edit leaves it no place."""
        if key != self.stage or self.kind in ("insert", "reorder"):
            return key
        if self.kind == "split":
            return self.default
        return self.into[0] if self.into else None

    def before(self, keys: frozenset[str]) -> frozenset[str]:
        """The keys that there were before the edit, from those that there were after it."""
        if self.kind == "reorder":
            return keys
        made = frozenset(self.into) if self.kind in ("rename", "split") else frozenset()
        return keys - {self.stage} if self.kind == "insert" else (keys - made) | {self.stage}

    def __str__(self) -> str:
        into = " and ".join(self.into)
        match self.kind:
            case "rename":
                return f"{self.stage} renamed to {into}"
            case "split":
                rest = f", history to {self.default}" if self.default else ", history to none of them"
                return f"{self.stage} split into {into}{rest}"
            case "remove":
                return f"{self.stage} removed" + (f", history to {into}" if into else "")
            case _:
                return f"{self.stage} {'inserted' if self.kind == 'insert' else 'moved'}"


@attrs.frozen
class StageMapping(Mapping[str, str]):
    """Where each stage of an older model goes in a newer one.

    It is a mapping of the keys that have a place. Asking for one that has none is an error that says why, so that
    only histories which really use such a stage stand in the way.

    Attributes:
        where: The two models, for errors.
        pairs: `(old key, new key)`, in the order of the old model.
        unmapped: `(old key, why it has no place)`, in the order of the old model.

    Examples:
        >>> mapping = StageMapping("'crm' 1 -> 2", (("opp", "opportunity"),), (("x", "'x' was removed"),))
        >>> mapping["opp"], mapping.is_complete
        ('opportunity', False)
    """

    where: str
    pairs: tuple[tuple[str, str], ...]
    unmapped: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, key: str) -> str:
        new = self.get(key)
        if new is not None:
            return new
        why = dict(self.unmapped).get(key)
        if why is not None:
            hint = "say where its history goes: remove(..., into=...) or split(..., default=...)"
            raise DefinitionError(f"stage {key!r} cannot be mapped: {why}", hint, self.where)
        raise UnknownNameError("stage", key, (old for old, _ in (*self.pairs, *self.unmapped)), self.where)

    def __iter__(self) -> Iterator[str]:
        return (old for old, _ in self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def __contains__(self, key: object) -> bool:
        return any(old == key for old, _ in self.pairs)

    @overload
    def get(self, key: str) -> str | None: ...
    @overload
    def get(self, key: str, default: str) -> str: ...
    @overload
    def get(self, key: str, default: T) -> str | T: ...
    def get(self, key: str, default: T | None = None) -> str | T | None:
        """The new key, or the default where there is none; never an error."""
        return next((new for old, new in self.pairs if old == key), default)

    @property
    def is_complete(self) -> bool:
        """Whether every stage of the old model has a place."""
        return not self.unmapped
