"""Other shapes of stage data: one date column for each stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from custlife.engines.rows.ingest import is_missing
from custlife.errors import DataError, UnknownNameError, UsageError, UsageTypeError
from custlife.log.columns import Source, check_columns, place_of, unreadable
from custlife.log.naming import as_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from custlife.log.columns import Columns, Row
    from custlife.stages import StageModel

__all__ = ["WideRows", "wide_rows"]

NOT_WIDE = ("stage_col", "at_col", "from_col", "seq_col", "key_col", "reason_col", "actor_col")


@attrs.define(eq=False)
class WideRows:
    """One row a customer, told as one row for each date in it.

    Attributes:
        rows: The wide rows.
        where: Their places.
        stages: Column to stage; None to take every column that is named like one.
        model: The stages.
        column: The column that is being read.
        number: The wide row that is being read.
        empty: Ids of the customers without any date.
    """

    rows: Iterable[Any]
    where: Callable[[int], str]
    stages: Mapping[str, str] | None
    model: StageModel
    column: str = ""
    number: int = 0
    empty: list[str] = attrs.field(factory=list)

    def place(self, _row: int, /) -> str:
        """The wide row and the column."""
        place = self.where(self.number)
        return f"{place}, column {self.column!r}" if self.column else place

    def picked(self, columns: Columns) -> Iterator[Row]:
        """Rows as tuples, one for each date."""
        stages: Mapping[str, str] = {}
        others = [column for _, column in columns.wanted()[3:]]
        for number, row in enumerate(self.rows, 1):
            self.number, self.column = number, ""
            if not isinstance(row, Mapping):
                yield unreadable(row, "a dict like the first row")
                continue
            stages = stages or self._stages(list(row), columns)
            dated = {column: stage for column, stage in stages.items() if not is_missing(row.get(column))}
            if not dated:
                self.empty.append(str(row.get(columns.unit)))
                continue
            unit, beside = row.get(columns.unit), [row.get(column) for column in others]
            for column, stage in dated.items():
                self.column = column
                yield (unit, stage, row[column], *beside)

    def _stages(self, header: Sequence[str], columns: Columns) -> Mapping[str, str]:
        """Column to stage."""
        wanted = [columns.wanted()[0], *columns.wanted()[3:]]
        check_columns(header, wanted)
        if self.stages is not None:
            check_columns(header, (("columns", column) for column in self.stages))
            return self.stages
        taken = {column for _, column in wanted}
        found: dict[str, str] = {}
        for column in header:
            try:
                stage = self.model.resolve(column) if column not in taken else ""
            except UnknownNameError:
                stage = ""
            if stage in found.values() and stage:
                first = next(other for other, known in found.items() if known == stage)
                hint = f"say which one counts: columns={{{column!r}: {stage!r}, ...}}"
                raise DataError(f"columns {first!r} and {column!r} both mean stage {stage!r}", hint=hint)
            if stage:
                found[column] = stage
        if not found:
            example = next((column for column in header if column not in taken), "Became a lead date")
            known = ", ".join(map(repr, header))
            hint = f"pass columns={{{example!r}: {self.model.keys[0]!r}, ...}}; columns are {known}"
            raise DataError(f"no column is named like a stage of model {self.model.name!r}", hint=hint)
        return found


def wide_rows(
    rows: Iterable[Any] | Source, model: StageModel, columns: Mapping[str, str] | None, options: Mapping[str, Any]
) -> WideRows:
    """Wide rows as a source of long ones.

    Raises:
        UnknownNameError: A stage that the model does not have.
        UsageError: An option that rows with one date a stage cannot have.
        UsageTypeError: Not rows, or columns that are no mapping.
    """
    for name in NOT_WIDE:
        if name in options:
            what = f"{name}={options[name]!r} has no meaning where each stage has a column"
            raise UsageError(what, f"leave {name} out")
    if isinstance(rows, str | bytes | Mapping) or not hasattr(rows, "__iter__"):
        raise UsageTypeError(
            f"rows must be an iterable of dicts, got {type(rows).__name__}", "pass rows, or the path of a CSV file"
        )
    if columns is not None and not isinstance(columns, Mapping):
        raise UsageTypeError(f"columns={columns!r} is not a dict", "write columns={'Became a lead date': 'lead'}")
    as_model(model)
    stages = None if columns is None else {column: model.resolve(stage) for column, stage in columns.items()}
    wide: Any = rows
    return WideRows(wide, place_of(rows), stages, model)
