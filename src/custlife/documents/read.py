"""Reading: JSON and TOML as plain values, or an error that says where the fault is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custlife.documents.values import MAX_BYTES, MAX_DEPTH, Doubled, check_values, short, unreadable
from custlife.errors import DataError, MissingFileError, UsageTypeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def read_json(text: str | bytes, *, name: str = "document") -> Any:
    """The value that a JSON text holds.

    Args:
        text: JSON; bytes are UTF-8.
        name: What errors call it: a file name, or what it should be.

    Raises:
        DataError: It is no JSON, or holds what no document may hold.
        UsageTypeError: It is no text.

    Examples:
        >>> read_json('{"a": 1, "a": 2}')
        Traceback (most recent call last):
        custlife.errors.DataError: document cannot be read
          a: the key stands twice
    """
    import json

    content = _decoded(text, name)
    try:
        value = json.loads(content, object_pairs_hook=_pairs)
    except json.JSONDecodeError as error:
        raise unreadable(name, f"line {error.lineno} column {error.colno}", f"not JSON: {error.msg}") from None
    except RecursionError:
        raise unreadable(name, "$", f"nested deeper than {MAX_DEPTH}") from None
    except ValueError as error:  # a whole number of thousands of digits
        raise unreadable(name, "$", f"not JSON that can be read: {error}") from None
    check_values(value, name)
    return value


def read_toml(text: str | bytes, *, name: str = "document") -> dict[str, Any]:
    """The table that a TOML text holds.

    Args:
        text: TOML; bytes are UTF-8.
        name: What errors call it: a file name, or what it should be.

    Raises:
        DataError: It is no TOML, or holds what no document may hold.
        UsageTypeError: It is no text.

    Examples:
        >>> read_toml('name = "saas"')
        {'name': 'saas'}
    """
    import tomllib

    content = _decoded(text, name)
    try:
        value = tomllib.loads(content)
    except RecursionError:
        raise unreadable(name, "$", f"nested deeper than {MAX_DEPTH}") from None
    except ValueError as error:  # TOMLDecodeError is one, and so is a whole number of thousands of digits
        raise unreadable(name, "$", f"not TOML: {error}") from None
    check_values(value, name)
    return value


def file_at(path: str | Path) -> Path:
    """The path of something that can be opened.

    Raises:
        MissingFileError: Nothing is there, or a folder.
    """
    from pathlib import Path

    file = Path(path)
    if file.is_dir():
        raise MissingFileError(f"path={str(path)!r} is a folder", hint="name a file in it")
    if not file.exists():
        hint = f"the folder it is looked for in is {Path.cwd()}"
        raise MissingFileError(f"there is no file path={str(path)!r}", hint=hint)
    return file


def read_file(path: str | Path) -> Any:
    """The value that a file holds, as JSON or TOML by its suffix.

    Raises:
        DataError: It is too large, of another suffix, or cannot be read as what its suffix says.
        MissingFileError: There is no such file.
        OSError: It may not be opened.
    """
    from pathlib import Path

    file = Path(path)
    readers: dict[str, Callable[..., Any]] = {".json": read_json, ".toml": read_toml}
    if file.suffix not in readers:
        raise DataError(f"{str(path)!r} is neither .json nor .toml", hint="give the file one of these suffixes")
    with file_at(path).open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    return readers[file.suffix](content, name=str(path))


def check_format(document: object, expected: str, *, name: str = "document") -> None:
    """Refuse a document of another format, or of a version that this release does not read.

    Args:
        document: What was read.
        expected: Format and version, such as `"custlife.model/1"`.
        name: What errors call it.

    Raises:
        DataError: The format is missing or another.

    Examples:
        >>> check_format({"format": "custlife.model/1"}, "custlife.model/1")
    """
    if not isinstance(document, dict):
        hint = "from_json and from_toml read texts" if isinstance(document, str | bytes) else ""
        raise unreadable(name, "$", f"{short(document)} is not a table", hint)
    found = document.get("format")
    if found == expected:
        return
    if "format" not in document:
        raise unreadable(name, "format", "the key is missing", f"write format = {expected!r}")
    family = expected.rpartition("/")[0]
    newer = isinstance(found, str) and found.startswith(family + "/")
    hint = "it was written by another release: pip install -U custlife" if newer else f"write format = {expected!r}"
    raise unreadable(name, "format", f"{short(found)} is not {expected!r}, which this release reads", hint)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) == len(pairs):
        return table
    keys = [key for key, _ in pairs]
    doubled = Doubled(table)
    doubled.key = next(key for key in table if keys.count(key) > 1)
    return doubled


def _decoded(text: str | bytes, name: str) -> str:
    given: object = text
    if not isinstance(given, str | bytes | bytearray):
        raise UsageTypeError(f"{name}={short(given)} is no text", "pass str or bytes; from_dict reads plain values")
    if len(text) > MAX_BYTES:
        raise unreadable(name, "$", f"larger than {MAX_BYTES // 1024**2} MiB")
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unreadable(name, f"byte {error.start}", "not UTF-8", "save the file as UTF-8") from None
