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
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from custlife.calendar import Zone
    from custlife.stages import StageModel

__all__ = ["Column", "Grouping", "History", "Note", "Setting", "Vocabulary", "check_names", "check_segments", "note"]

MISSING = -1
MOST_NAMES = 1 << 16  # codes of rows have 16 bits


@attrs.frozen
class Note:
    """Something that was done to the data, so that no row vanishes silently.

    Attributes:
        kind: One of `assumed`, `changed`, `collapsed`, `dropped`, `illegal`, `imputed`, `later`, `mapped`, `truncated`.
        what: The fact, in words.
        count: How many rows or units it concerns.
        examples: Up to five of them; all of what was `mapped`.
        keys: What puts each example in its place among those of other partitions: a unit, or the number of a row.
        if_nobody: True where it holds only when nobody at all is left, in any partition.
    """

    kind: str
    what: str
    count: int = 1
    examples: tuple[str, ...] = ()
    keys: tuple[str | int, ...] = attrs.field(default=(), eq=False, repr=False)
    if_nobody: bool = attrs.field(default=False, eq=False, repr=False)

    def __str__(self) -> str:
        some = self.examples[:EXAMPLES]
        shown = f" ({', '.join(some)}{', ...' if self.count > len(some) else ''})"
        times = f" ({self.count:,})" if self.count > 1 else ""
        return f"{self.kind}{times}: {self.what}{shown if self.examples else ''}"


EXAMPLES = 5


def note(
    kind: str, what: str, examples: Sequence[str], count: int | None = None, keys: Sequence[str | int] | None = None
) -> Note:
    """A note about some rows or units, keeping five of them as examples.

    Args:
        kind: What was done.
        what: The fact, in words.
        examples: The rows or units, in the order of their keys.
        count: How many there are, where these are not all.
        keys: The unit or the row of each example; the examples themselves by default.
    """
    kept = len(examples) if kind == "mapped" else EXAMPLES
    shown = tuple(map(str, examples[:kept]))
    placed = shown if keys is None else tuple(keys[:kept])
    return Note(kind, what, len(examples) if count is None else count, shown, placed)


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

    @property
    def standing(self) -> range:
        """The codes that say where a unit stands: those of stages, or of a log of events alone those of all events."""
        return range(len(self.names if self.model is None else self.model.codes))

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
    names: Sequence[str]

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


@attrs.frozen
class Setting:
    """All that a log is without its rows: what questions are checked against, and answers tell.

    Attributes:
        vocabulary: What codes mean.
        zone: The one time zone of calendar spans and periods.
        as_of: The moment of looking.
        since: Start of observation, or None.
        unit: What is counted.
        segments: Names of the columns that questions may split by.
        values: Names of the columns that predicates look at.
        units: How many units there are.
        rows: How many rows.
        first: The first instant, microseconds UTC; None without rows.
        codes: The codes that occur.
        notes: What was done to the rows.
        changed: For each segment that was asked for, a note of the units in which it changed.
        frame: The kind of frame that the rows came from, or None.
    """

    vocabulary: Vocabulary
    zone: Zone
    as_of: int
    since: int | None = None
    unit: str = "customer"
    segments: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    units: int = 0
    rows: int = 0
    first: int | None = None
    codes: frozenset[int] = frozenset()
    notes: tuple[Note, ...] = ()
    changed: tuple[tuple[str, Note], ...] = ()
    frame: str | None = None


def check_names(names: Collection[str]) -> None:
    """Refuses more names than there are codes.

    Raises:
        UsageError: With how many there are.
    """
    from custlife.errors import UsageError

    if len(names) > MOST_NAMES:
        what = f"there are {len(names):,} different names, more than {MOST_NAMES:,}"
        raise UsageError(what, "group the rare ones first")


def check_segments(by: Iterable[str], known: Iterable[str]) -> None:
    """Refuses segments that a log does not have.

    Raises:
        UnknownNameError: With those it has.
    """
    from custlife.errors import UnknownNameError

    there = sorted(known)
    for name in by:
        if name not in there:
            error = UnknownNameError("segment", name, there)
            if not there:
                error.hint = f"name the columns to split by when the log is made: segment_cols=[{name!r}]"
            raise error


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
        frame: The kind of frame that the rows came from: `pandas`, `polars`, `pyarrow`, `duckdb`, `spark`; or None.
        dropped: The rows that `on_bad="drop"` left out, as pairs of place and reason.
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
    frame: str | None = None
    dropped: tuple[tuple[str, str], ...] = ()

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
        check_segments(by, self.segments)
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
