"""The histories of many units as sorted columns: the one thing that every gather reads.

A unit is whoever is counted: a customer, an account, a deal. Its rows lie together, in time order, so that a gather is
one pass over flat columns. Instants are integer microseconds since 1970 in UTC; stages and event names are small codes
whose order is the order of ties (position on the path, then unplaced stages, exits last).
"""

from __future__ import annotations

from array import array
from itertools import pairwise
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from custlife.calendar import Zone
    from custlife.stages import StageModel

__all__ = ["Column", "Grouping", "History", "Note", "Vocabulary", "note"]

MISSING = -1


@attrs.frozen
class Note:
    """Something that was done to the data, so that no row vanishes silently.

    Attributes:
        kind: One of `assumed`, `changed`, `collapsed`, `dropped`, `illegal`, `imputed`, `later`, `mapped`, `truncated`.
        what: The fact, in words.
        count: How many rows or units it concerns.
        examples: Up to five of them.
    """

    kind: str
    what: str
    count: int = 1
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = f" ({', '.join(self.examples)}{', ...' if self.count > len(self.examples) else ''})"
        times = f" ({self.count:,})" if self.count > 1 else ""
        return f"{self.kind}{times}: {self.what}{shown if self.examples else ''}"


def note(kind: str, what: str, examples: Sequence[str], count: int | None = None) -> Note:
    """A note about some rows or units, keeping five of them as examples."""
    return Note(kind, what, len(examples) if count is None else count, tuple(map(str, examples[:5])))


@attrs.frozen
class Vocabulary:
    """The names behind the codes of a history, and what a gather must know of them.

    Attributes:
        names: Code to name. Stages of the path come first, in order; exits last.
        path: How many of them are stages of the path; 0 where the codes are event names.
        paused: Codes of the exits that one may return from.
        ended: Codes of the exits that end a history.
        customer_from: Code of the first stage of a paying customer, or None.
        model: The stage model, or None for events.
    """

    names: tuple[str, ...]
    path: int = 0
    paused: frozenset[int] = frozenset()
    ended: frozenset[int] = frozenset()
    customer_from: int | None = None
    model: StageModel | None = attrs.field(default=None, repr=False)

    @property
    def code(self) -> dict[str, int]:
        """Name to code."""
        return {name: code for code, name in enumerate(self.names)}

    @classmethod
    def of_model(cls, model: StageModel) -> Vocabulary:
        """The codes of a stage model: its path, its unplaced stages, its exits."""
        names = model.codes
        return cls(
            names,
            len(model.keys),
            frozenset(code for code, name in enumerate(names) if model.is_paused(name)),
            frozenset(code for code, name in enumerate(names) if model.is_ended(name)),
            None if model.customer_from is None else names.index(model.customer_from),
            model,
        )


@attrs.frozen(eq=False)
class Column:
    """A coded column: one code a row, `-1` where the value is missing."""

    codes: array[int]
    names: tuple[str, ...]

    def name(self, row: int) -> str | None:
        """The value of one row, or None."""
        code = self.codes[row]
        return None if code == MISSING else self.names[code]

    def take(self, rows: Sequence[int]) -> Column:
        """The column of some rows."""
        codes = self.codes
        return Column(array("i", [codes[row] for row in rows]), self.names)


@attrs.frozen(eq=False)
class Grouping:
    """The segment of every row, as one code: what `by=` splits on.

    Attributes:
        codes: One code a row.
        labels: Code to the segment's values, in the order of `by`; None where a value is missing.
    """

    codes: Sequence[int]
    labels: tuple[tuple[str | None, ...], ...]


@attrs.frozen(eq=False)
class History:
    """All rows of some units at one `as_of`, sorted by unit and time.

    Attributes:
        ids: Ids of the units, sorted.
        bounds: Row range of unit `u` is `bounds[u]` to `bounds[u + 1]`; length `len(ids) + 1`.
        at: Instants, microseconds UTC.
        code: Stage or event codes.
        vocabulary: What the codes mean.
        zone: The one time zone of calendar spans and periods.
        as_of: The moment of looking; no row is later.
        since: Start of observation, or None when histories are known from their beginning.
        unit: What is counted: `customer`, `account`, `deal`.
        sequenced: True where the source gave an order for rows of one instant.
        recorded: When each row became known, microseconds UTC; None when rows were known as they occurred.
        segments: Coded columns that questions may split by.
        current: Last value of each segment, one code a unit, where the row that told it was collapsed into a spell.
        extras: Other coded columns: `reason`, `actor`, `cause`.
        values: Plain columns of values, for predicates over events.
        notes: What was done to the rows.
        engine: Which kernels read it: `rows`, in pure Python; or `arrays`, in NumPy. The answers are equal.
    """

    ids: Sequence[str]
    bounds: array[int]
    at: array[int]
    code: array[int]
    vocabulary: Vocabulary
    zone: Zone
    as_of: int
    since: int | None = None
    unit: str = "customer"
    sequenced: bool = False
    recorded: array[int] | None = None
    segments: Mapping[str, Column] = attrs.field(factory=dict)
    current: Mapping[str, Column] = attrs.field(factory=dict)
    extras: Mapping[str, Column] = attrs.field(factory=dict)
    values: Mapping[str, Sequence[object]] = attrs.field(factory=dict)
    notes: tuple[Note, ...] = ()
    engine: str = "rows"

    def __len__(self) -> int:
        return len(self.at)

    def ranges(self) -> Iterator[tuple[int, int]]:
        """The row range of each unit."""
        return pairwise(self.bounds)

    def grouping(self, by: Sequence[str]) -> Grouping | None:
        """The segment of every row, or None where nothing is split.

        Raises:
            UnknownNameError: A segment that the log does not have.
        """
        from custlife.errors import UnknownNameError

        for name in by:
            if name not in self.segments:
                error = UnknownNameError("segment", name, sorted(self.segments))
                if not self.segments:
                    error.hint = "name the columns to split by when the log is made: segment_cols=['plan']"
                raise error
        if not by:
            return None
        columns = [self.segments[name] for name in by]
        seen: dict[tuple[int, ...], int] = {}
        codes = array("q", [seen.setdefault(key, len(seen)) for key in zip(*(c.codes for c in columns), strict=True)])
        labels = tuple(
            tuple(None if code == MISSING else column.names[code] for code, column in zip(key, columns, strict=True))
            for key in seen
        )
        return Grouping(codes, labels)

    def take(self, rows: Sequence[int], bounds: array[int], notes: Sequence[Note] = ()) -> History:
        """The history of some rows, in their order; bounds may leave units empty, which then go."""
        kept = [u for u, (low, high) in enumerate(pairwise(bounds)) if high > low]
        closed = array("q", [0, *(bounds[u + 1] for u in kept)])
        at, code = self.at, self.code
        return attrs.evolve(
            self,
            ids=[self.ids[u] for u in kept],
            bounds=closed,
            at=array("q", [at[row] for row in rows]),
            code=array("H", [code[row] for row in rows]),
            recorded=None if self.recorded is None else array("q", [self.recorded[row] for row in rows]),
            segments={name: column.take(rows) for name, column in self.segments.items()},
            current={name: column.take(kept) for name, column in self.current.items()},
            extras={name: column.take(rows) for name, column in self.extras.items()},
            values={name: [column[row] for row in rows] for name, column in self.values.items()},
            notes=(*self.notes, *notes),
        )
