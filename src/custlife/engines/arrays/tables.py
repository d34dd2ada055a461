"""Tables of columns: some of their rows, and several tables one behind the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from custlife.engines.arrays.stretch import Ints, Mask

__all__ = ["Table"]


class Table:
    """Columns of an attrs class, each with a row at every place of its last axis."""

    __slots__ = ()

    def take(self, rows: Ints | Mask) -> Self:
        """Some of the rows, by their numbers or by a mask."""
        return type(self)(*(getattr(self, name)[..., rows] for name in _names(type(self))))

    @classmethod
    def together(cls, parts: Sequence[Self]) -> Self:
        """Several tables, one behind the other."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts], axis=-1) for name in _names(cls)))


def _names(kind: Any) -> list[str]:
    return [field.name for field in attrs.fields(kind)]
