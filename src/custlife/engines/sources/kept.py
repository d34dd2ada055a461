"""Histories on disk: flat columns as they are in memory, read back whole; ids are read only where one is asked for."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from custlife.engines.arrays.ids import Ids, Numbers, Texts
from custlife.engines.history import Column
from custlife.engines.sources.held import emptied

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from custlife.engines.history import History

__all__ = ["Kept", "keep"]

FLAT = ("bounds", "at", "code", "recorded")
FEW = 1_000  # names of a column that may stay in memory


@attrs.frozen(eq=False)
class Kept:
    """A history on disk.

    Attributes:
        empty: All of it but its rows.
        rows: How many rows it has.
        folder: Where they are.
    """

    empty: History
    rows: int
    folder: Path

    def read(self) -> History:
        """The history."""
        empty, folder = self.empty, self.folder
        flat = {name: getattr(empty, name) for name in FLAT}
        numbers: dict[str, Any] = {
            name: _read(folder / name, column) for name, column in flat.items() if column is not None
        }
        values: dict[str, Any] = dict(empty.values)
        return attrs.evolve(
            empty,
            ids=_ids(folder),
            segments=_columns(folder, empty.segments, "segment"),
            extras=_columns(folder, empty.extras, "extra"),
            values={name: _read(folder / f"value-{n}", values[name]) for n, name in enumerate(values)},
            **numbers,
        )


def keep(history: History, folder: Path) -> Kept | None:
    """Writes a history into a folder that is made for it; None where its values are not plain numbers."""
    if not all(isinstance(values, array) for values in history.values.values()):
        return None
    folder.mkdir()
    for name in FLAT:
        if getattr(history, name) is not None:
            _write(folder / name, getattr(history, name))
    if isinstance(history.ids, Numbers):
        history.ids.numbers.tofile(folder / "numbers")
    else:
        _write_texts(folder / "texts", history.ids)
    empty = attrs.evolve(
        emptied(history),
        notes=history.notes,
        dropped=history.dropped,
        segments=_written(folder, history.segments, "segment"),
        extras=_written(folder, history.extras, "extra"),
        values={name: array(_typecode(values)) for name, values in history.values.items()},
    )
    for number, values in enumerate(history.values.values()):
        _write(folder / f"value-{number}", values)
    return Kept(empty, len(history), folder)


def _typecode(values: Any) -> str:
    return str(values.typecode)


def _write(path: Path, column: Any) -> None:
    with path.open("wb") as file:
        column.tofile(file)


def _read(path: Path, like: array[Any]) -> array[Any]:
    """A column of numbers of the type of another."""
    made = array(like.typecode)
    with path.open("rb") as file:
        made.fromfile(file, path.stat().st_size // made.itemsize)
    return made


def _written(folder: Path, columns: Any, kind: str) -> dict[str, Column]:
    """Columns without their rows, which are written; without their names where these are many."""
    found = {}
    for number, (name, column) in enumerate(columns.items()):
        _write(folder / f"{kind}-{number}", column.codes)
        many = len(column.names) > FEW
        if many:
            _write_texts(folder / f"{kind}-{number}-names", column.names)
        found[name] = Column(array("i"), () if many else tuple(column.names))
    return found


def _columns(folder: Path, columns: Any, kind: str) -> dict[str, Column]:
    found = {}
    for number, (name, empty) in enumerate(columns.items()):
        path = folder / f"{kind}-{number}"
        names = path.with_name(f"{path.name}-names")
        known = _texts(names) if names.with_name(f"{names.name}-bounds").exists() else empty.names
        found[name] = Column(_read(path, empty.codes), known)
    return found


def _write_texts(path: Path, texts: Sequence[str]) -> None:
    made = texts if isinstance(texts, Texts) else Texts.of(texts)
    lengths = made.ends - made.starts
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    rows = np.repeat(made.starts - bounds[:-1], lengths) + np.arange(bounds[-1])
    bounds.tofile(path.with_name(f"{path.name}-bounds"))
    made.data[rows].tofile(path)


def _texts(path: Path) -> Texts:
    bounds = _mapped(path.with_name(f"{path.name}-bounds"), np.int64)
    return Texts(_mapped(path, np.uint8), bounds[:-1], bounds[1:])


def _ids(folder: Path) -> Ids:
    numbers = folder / "numbers"
    return Numbers(_mapped(numbers, np.int64)) if numbers.exists() else _texts(folder / "texts")


def _mapped(path: Path, dtype: Any) -> Any:
    """The numbers of a file, read when they are looked at."""
    return np.memmap(path, dtype, "r") if path.stat().st_size else np.zeros(0, dtype)
