"""Scores of whole frames: one row for each customer, one column for each measure, equal to the scores one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.framing import Framed
from custlife.errors import MissingExtraError
from custlife.pictures import Table
from custlife.scoring.compiling import columns_of, compiled, may_qualify
from custlife.scoring.points import ONE

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FrameScores", "score_frame"]


@attrs.frozen(eq=False, repr=False, str=False)
class FrameScores(Framed):
    """The scores of the rows of a frame, in their order.

    Attributes:
        name: What the score is called.
        values: One value a row, as an array of floats; NaN where there is none.
        completeness: The share of the weight that is known, one a row.
        customers: Ids, where a column with them was named.
    """

    name: str
    values: Any
    completeness: Any
    customers: tuple[str | None, ...] | None = None
    _grades: Any = None
    _qualifies: Any = None
    _kind: str | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def grades(self) -> list[str]:
        """The grade of each row; empty where there is no score, or nothing says."""
        return self._texts(self._grades)

    @property
    def qualifies(self) -> list[str]:
        """The threshold that each row has reached; empty where there is none."""
        return self._texts(self._qualifies)

    def _texts(self, labels: Any) -> list[str]:
        found: list[str] = [""] * len(self) if labels is None else labels().tolist()
        return found

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold; `qualifies` is there where a threshold is."""
        ids = {} if self.customers is None else {"customer": str | None}
        reached = {} if self._qualifies is None else {"qualifies": str}
        return {**ids, "value": float | None, "grade": str, **reached, "completeness": float}

    def to_columns(self) -> dict[str, list[Any]]:
        """The rows as one list a column."""
        values = [None if value != value else value for value in self.values.tolist()]  # noqa: PLR0124  # NaN only
        ids = {} if self.customers is None else {"customer": list(self.customers)}
        reached = {} if self._qualifies is None else {"qualifies": self.qualifies}
        named = {"value": values, "grade": self.grades, **reached, "completeness": self.completeness.tolist()}
        return {**ids, **named}

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each row of the frame."""
        columns = self.to_columns()
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def table(self, limit: int = 20) -> Table:
        """The first of them as a table for people."""
        rows = [tuple(row.values()) for row in self.to_dicts()[:limit]]
        note = f"The first {limit} of {len(self):,}." if len(self) > limit else ""
        return Table(tuple(self.column_types()), rows, title=f"{self.name}: {len(self):,} rows", note=note)

    def __repr__(self) -> str:
        return f"<FrameScores of {self.name}: {len(self):,} rows>"

    def __str__(self) -> str:
        return self.table().text(width=120)

    def _repr_html_(self) -> str:
        return self.table().html()

    def _origin(self) -> str | None:
        return self._kind


def score_frame(scorer: Any, native: Any, columns: Mapping[str, str] | None, customer_col: str | None) -> FrameScores:
    """The scores of the rows of a frame; see `on_frame` of the scores."""
    try:
        from custlife.engines.sources.rating import opened
    except ModuleNotFoundError as error:
        raise MissingExtraError("scores of a frame", "frames") from error
    where = columns_of(scorer, columns or {})
    rows = opened(native, where.values(), customer_col or None)
    found = compiled(scorer, rows, where)
    values = found.means / ONE
    values[found.means < 0] = float("nan")
    ids = None if customer_col is None else tuple(rows.texts(customer_col))
    qualifies = found.qualifies if may_qualify(scorer) else None
    return FrameScores(scorer.name, values, found.known, ids, found.grades, qualifies, rows.kind)
