"""Playbooks as documents: the format `custlife.playbook/1`. Plain data in, the same playbook out, nothing evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from custlife.documents import Fields, check_format
from custlife.playbook.book import FORMAT, Play
from custlife.scoring import keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from custlife.playbook.book import Playbook

__all__ = ["read", "written"]

_B = TypeVar("_B", bound="Playbook")


def written(book: Playbook) -> dict[str, Any]:
    """The document of a playbook; what is at its default is left out."""
    defaults = {"manager": "manager", "tz": "UTC"}
    said = {key: held for key, default in defaults.items() if (held := getattr(book, key)) != default}
    return {"format": FORMAT, "name": book.name, **said, "plays": [keys.table_of(play) for play in book.plays]}


def read(document: Mapping[str, Any], name: str, made: type[_B]) -> _B:
    """The playbook that a document describes.

    Raises:
        DataError: With all faults and their paths.
    """
    check_format(document, FORMAT, name=name)
    problems: list[tuple[str, str]] = []
    fields = Fields(document, "", problems)
    fields.raw("format")
    told = {key: fields.text(key, default) for key, default in _HEAD.items()}
    tables = fields.tables("plays")
    if tables is None:
        fields.fault("plays", "the key is missing")
    plays = [_play(one) for one in tables or ()]
    fields.close()
    return fields.made(name, made, plays, **told)


_HEAD = {"name": "playbook", "manager": "manager", "tz": "UTC"}


def _when(fields: Fields) -> Any:
    found = keys.condition(fields, "when")
    return None if found is keys.MISSING else found


def _play(fields: Fields) -> Play | None:
    given: dict[str, Any] = {
        "name": fields.required_text("name"),
        "action": fields.required_text("action"),
        "stages": fields.texts("stages"),
        "signal": fields.text("signal"),
        "when": _when(fields),
        "owner": fields.text("owner"),
        "channel": fields.text("channel"),
        "priority": fields.whole("priority", 0),
    }
    fields.close()
    return fields.build(Play, **given)
