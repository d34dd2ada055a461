"""What no document may hold, read or written, and where it stands."""

from __future__ import annotations

from math import isfinite
from typing import Any

from custlife.errors import DataError

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 64

# a link is (link of the container, key or index): paths are spelled out only for faults
_Link = tuple[Any, Any] | None


class Doubled(dict[str, Any]):
    """An object in which a key stands twice; the parser cannot say where it is, the walk that follows can."""

    __slots__ = ("key",)
    key: str


def check_values(document: object, name: str, *, doing: str = "read", nulls: bool = True) -> None:
    """Walk all values, without recursion, and refuse what no document may hold."""
    ahead: list[tuple[object, int, _Link]] = [(document, 0, None)]
    while ahead:
        value, depth, link = ahead.pop()
        what = _fault(value, depth, nulls=nulls)
        if what:
            raise DataError(f"{name} cannot be {doing}", [(_spelled(link), what)])
        if isinstance(value, dict):
            if isinstance(value, Doubled):
                link = (link, value.key)
                raise DataError(f"{name} cannot be {doing}", [(_spelled(link), "the key stands twice")])
            for key, item in value.items():
                if not isinstance(key, str) or _fault(key, 0, nulls=nulls):
                    raise DataError(f"{name} cannot be {doing}", [(_spelled(link), f"{key!r} is no key")])
                ahead.append((item, depth + 1, (link, key)))
        elif isinstance(value, list | tuple):
            ahead.extend((item, depth + 1, (link, index)) for index, item in enumerate(value))


def _fault(value: object, depth: int, *, nulls: bool) -> str:
    """What no document may hold about one value; empty where it is fine."""
    if isinstance(value, str):
        # a half character can be read from JSON, but no file can hold it
        half = not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value)
        return f"{value!r} holds half a character" if half else ""
    if isinstance(value, float):
        return "" if isfinite(value) else f"{value!r} is not a number"
    if isinstance(value, dict | list | tuple):
        return f"nested deeper than {MAX_DEPTH}" if depth > MAX_DEPTH else ""
    if isinstance(value, int) or (value is None and nulls):
        return ""
    return f"{short(value)} has no form here; write it as a text"


def _spelled(link: _Link) -> str:
    parts: list[str] = []
    while link is not None:
        link, key = link
        parts.append(f"[{key}]" if isinstance(key, int) else f".{key}")
    return "".join(reversed(parts)).removeprefix(".") or "$"


def unreadable(name: str, where: str, what: str, hint: str = "") -> DataError:
    """The error of a document with one fault."""
    return DataError(f"{name} cannot be read", [(where, what)], hint)


def short(value: object) -> str:
    """A value in the words of an error."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
