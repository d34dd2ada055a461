"""From the batches that Spark hands to an executor to the history of its partition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from custlife.engines.rows.ingest import ingest, reading_notes
from custlife.errors import DataError, HistoryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from custlife.engines.history import History
    from custlife.engines.layout import Layout
    from custlife.engines.sources.frames import Table

    Problems = Sequence[tuple[str, str]]

__all__ = ["Reading", "Summary", "summary"]


@attrs.frozen
class Reading:
    """How an executor reads the rows of its partition.

    Attributes:
        roles: What the columns are, in their order.
        layout: How they are read.
        names: The names of all events, in all partitions; None where the layout knows them, or none are wanted yet.
    """

    roles: tuple[str, ...]
    layout: Layout
    names: tuple[str, ...] | None = None

    def __call__(self, batches: Iterable[Any]) -> History | None:
        """The history of all rows of the partition; None where there are none.

        Raises:
            DataError: Rows that cannot be read. They have no numbers on a cluster, so they are told, and put in order,
                by what is in them.
        """
        import pyarrow as pa

        from custlife.engines.sources.frames import arrow_table
        from custlife.engines.sources.reading import histories
        from custlife.engines.sources.settling import with_names

        held = list(batches)
        if not held:
            return None
        table = arrow_table(pa.Table.from_batches(held).rename_columns(self.roles), "Spark")
        try:
            (history,) = histories(table, {role: role for role in self.roles}, self.layout, partitions=1)
        except HistoryError:
            raise
        except DataError as error:
            raise self._ordered(table, error) from None
        named = history if self.names is None else with_names(history, self.names)
        return attrs.evolve(_renamed(named, table, self.layout), frame="spark")

    def _ordered(self, table: Table, error: DataError) -> DataError:
        """The error about the same rows in the order of their content, so that its hint is always the same."""
        bad = sorted(zip(_contents(table, error.problems, self.layout), _numbers(error.problems), strict=True))
        numbers = np.array([number for _, number in bad])
        roles = ("unit", "name", "at", *self.layout.others)
        constant = [self.layout.constant] * len(bad)
        columns = (table.column(role).take(numbers) if role in table.names else constant for role in roles)
        try:
            ingest(zip(*columns, strict=True), self.layout, place=lambda row: bad[row - 1][0])
        except DataError as again:
            error = again
        return error


def _numbers(problems: Problems) -> list[int]:
    """The numbers from 0 of the rows that have problems."""
    return [int(place.rpartition(" ")[2]) - 1 for place, _ in problems]


def _contents(table: Table, problems: Problems, layout: Layout) -> list[str]:
    """What one calls rows that have no number: their unit, their name and their time."""
    rows = np.array(_numbers(problems))
    units, times = table.column("unit").take(rows), table.column("at").take(rows)
    names = [f", {name!r}" for name in table.column("name").take(rows)] if "name" in table.names else [""] * len(rows)
    return [f"{layout.unit} {unit!r}{name} at {at}" for unit, name, at in zip(units, names, times, strict=True)]


def _renamed(history: History, table: Table, layout: Layout) -> History:
    """The history with the rows that were left out told by what is in them, and in that order."""
    if not history.dropped:
        return history
    whats = [what for _, what in history.dropped]
    dropped = sorted(zip(_contents(table, history.dropped, layout), whats, strict=True))
    (told,) = reading_notes(dropped, ())
    notes = tuple(told if (one.kind, one.what) == (told.kind, told.what) else one for one in history.notes)
    return attrs.evolve(history, notes=notes, dropped=tuple(dropped))


@attrs.frozen
class Summary:
    """What must be known of all rows before any can be counted.

    Attributes:
        last: The last instant, microseconds UTC; None without rows.
        names: The names that occur, sorted.
    """

    last: int | None
    names: tuple[str, ...]


def summary(history: History) -> Summary:
    """The summary of one history."""
    return Summary(history.as_of if len(history) else None, history.vocabulary.names)
