"""Writing: the same value gives the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custlife.documents.values import check_values

if TYPE_CHECKING:
    from collections.abc import Mapping

_ESCAPES = {chr(code): f"\\u{code:04x}" for code in (*range(32), 127)}
_ESCAPES |= {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def write_json(document: Mapping[str, Any], *, name: str = "document") -> str:
    """A document as JSON: keys in the order given, two spaces, a line feed at the end.

    Raises:
        DataError: It holds what no document may hold, or what JSON has no form for.

    Examples:
        >>> print(write_json({"name": "Café"}), end="")
        {
          "name": "Café"
        }
    """
    import json

    check_values(document, name, doing="written")
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def write_toml(document: Mapping[str, Any], *, name: str = "document") -> str:
    """A document as TOML: in each table its values, its tables, then its lists of tables, in the order given.

    Raises:
        DataError: It holds what no document may hold, or what TOML has no form for.

    Examples:
        >>> print(write_toml({"name": "saas", "stages": [{"key": "trial"}]}), end="")
        name = "saas"
        <BLANKLINE>
        [[stages]]
        key = "trial"
    """
    check_values(document, name, doing="written", nulls=False)
    lines: list[str] = []
    _toml_table(document, "", lines)
    return "\n".join(lines).lstrip("\n") + "\n"


def _toml_table(table: Mapping[str, Any], path: str, lines: list[str]) -> None:
    later: list[tuple[str, Any]] = []
    for key, value in table.items():
        if isinstance(value, dict) or _is_tables(value):
            later.append((key, value))
        else:
            lines.append(f"{_toml_key(key)} = {_toml_value(value, 88)}")
    for key, value in sorted(later, key=lambda item: isinstance(item[1], list | tuple)):
        inner = f"{path}.{_toml_key(key)}" if path else _toml_key(key)
        head = f"[{inner}]" if isinstance(value, dict) else f"[[{inner}]]"
        for one in [value] if isinstance(value, dict) else value:
            lines.extend(("", head))
            _toml_table(one, inner, lines)


def _is_tables(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(item, dict) for item in value)


def _toml_key(key: str) -> str:
    bare = key.isascii() and key.replace("-", "a").replace("_", "a").isalnum()
    return key if bare else _toml_string(key)


def _toml_value(value: Any, room: int) -> str:
    if isinstance(value, str):
        return _toml_string(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml_key(key)} = {_toml_value(item, 0)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        items = [_toml_value(item, 0) for item in value]
        line = f"[{', '.join(items)}]"
        broken = "[\n" + "".join(f"  {item},\n" for item in items) + "]"
        return broken if room and items and len(line) > room else line
    return repr(value)


def _toml_string(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(char, char) for char in text) + '"'
