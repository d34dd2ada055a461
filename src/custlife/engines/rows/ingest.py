"""From rows, in any order, to one sorted history: the only place that looks at single rows of the caller."""

from __future__ import annotations

from array import array
from datetime import UTC, datetime
from itertools import accumulate, chain, pairwise
from operator import index
from typing import TYPE_CHECKING, Any, SupportsIndex

import attrs

from custlife.calendar import instant, to_us
from custlife.engines.history import MISSING, Column, History, Note, check_names, note
from custlife.engines.rows.looking import within_rows
from custlife.engines.rows.wholes import as_whole
from custlife.errors import CustlifeError, DataError, HistoryError, TimeError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from custlife.engines.history import Vocabulary
    from custlife.engines.layout import Layout

__all__ = [
    "Problems",
    "Unreadable",
    "coded",
    "final_vocabulary",
    "ingest",
    "is_missing",
    "reading_notes",
    "whole_number",
]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_SECONDS, SECOND = 86_400, 1_000_000
CODE_BITS, ROW_BITS = 16, 40
CODE_MASK, ROW_MASK = (1 << CODE_BITS) - 1, (1 << ROW_BITS) - 1
ZONE_HINT = "pass tz='UTC' or the zone that the times were written in, such as tz='Europe/Zurich'"
Problems = list[tuple[str, str]]


@attrs.frozen
class Unreadable:
    """What stands in place of the id, in a row that could not even be split into columns."""

    error: CustlifeError


def is_missing(value: object) -> bool:
    """None, an empty text, and what does not equal itself: NaN, pandas.NaT, pandas.NA."""
    if value is None or isinstance(value, str):
        return not value
    try:
        return bool(value != value)  # noqa: PLR0124  # what is missing is not itself
    except (TypeError, ValueError, ArithmeticError):
        return type(value).__name__ == "NAType"


@attrs.define(eq=False)
class _Reader:
    """Turns the three columns that every row has into ids, codes and microseconds; keeps what it could not read."""

    layout: Layout
    place: Callable[[int], str]
    buckets: dict[str, list[int]] = attrs.field(factory=dict)
    codes: dict[object, int] = attrs.field(factory=dict)
    names: dict[str, int] = attrs.field(factory=dict)
    problems: Problems = attrs.field(factory=list)
    hint: str = ""
    foreign: set[str] = attrs.field(factory=set)
    refused: dict[str, CustlifeError] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.names.update(self.layout.vocabulary.code)
        self.codes.update(self.names)

    def bad(self, row: int, error: CustlifeError) -> None:
        """Note a row that cannot be used."""
        self.problems.append((self.place(row), error.what))
        self.hint = self.hint or error.hint

    def code(self, name: object) -> int:
        """The code of a spelling; one not met before is resolved, and what is refused once is so again."""
        if isinstance(name, str) and name in self.codes:
            return self.codes[name]
        if isinstance(name, str) and name in self.refused:
            raise self.refused[name].with_traceback(None)
        try:
            resolved = self.layout.resolve(name)
        except CustlifeError as error:
            if isinstance(name, str):
                self.refused[name] = error
            raise
        code = self.codes[name] = self.names.setdefault(resolved, len(self.names))
        if name != resolved:
            self.foreign.add(str(name))
        return code

    def us(self, at: Any, name: str = "at") -> int:
        """Any accepted form of an instant in microseconds."""
        try:
            return to_us(instant(at, tz=self.layout.tz, ambiguous=self.layout.ambiguous, name=name))
        except TimeError as error:
            if self.layout.tz is None and _needs_zone(at):
                raise TimeError(error.what, ZONE_HINT) from None
            raise

    def bucket(self, unit: object, key: str, lists: dict[Any, list[int]]) -> list[int]:
        """The list of a unit, made at its first row; a text and a number that would be one id are refused."""
        spelled = key if isinstance(unit, str) else int(key)
        if spelled not in lists:
            if key in self.buckets:
                raise UsageError(f"the ids {key!r} and {int(key)!r} would be one customer", "write all ids as text")
            self.buckets[key] = lists[spelled] = []
        return lists[spelled]


def _needs_zone(value: datetime) -> bool:
    """Whether nothing but its zone is missing of a time."""
    try:
        instant(value, tz="UTC")
    except CustlifeError:
        return False
    return True


def unit_id(value: object) -> str:
    """The id of a unit as text.

    Raises:
        UsageError: It is missing, blank, or neither text nor a whole number.
    """
    if isinstance(value, str) and value.strip():
        return str.__str__(value)
    if isinstance(value, SupportsIndex) and not isinstance(value, bool):
        return str(index(value))
    if isinstance(value, Unreadable):
        raise value.error
    if is_missing(value) or isinstance(value, str):
        raise UsageError("the id is missing", "give every row the id of its customer")
    raise UsageError(f"the id {value!r} is neither text nor a whole number", "write ids as text")


def ingest(
    rows: Iterable[Sequence[Any]],
    layout: Layout,
    *,
    place: Callable[[int], str] = "row {}".format,
) -> History:
    """Reads rows of `(unit, name, at, *layout.others)` into a history, sorted and with notes.

    Args:
        rows: The rows. An id that is `Unreadable` stands for a row without columns.
        layout: What the columns are.
        place: What a person calls a row, by its number from 1; asked while the row is being read.

    Raises:
        DataError: Rows that cannot be read, all of them at once, unless `on_bad="drop"`.
    """
    reader = _Reader(layout, place)
    kept: list[Sequence[Any]] = []
    if layout.others:
        _bucket_wide(rows, reader, kept)
    else:
        _bucket_plain(rows, reader)
    ids = sorted(reader.buckets)
    notes = _settle_problems(reader)
    if not ids:
        return _empty(layout, notes, tuple(reader.problems))
    vocabulary, recode = final_vocabulary(layout.vocabulary, reader.names)
    at, code, bounds, order = _flatten(ids, reader, kept, recode)
    history = History(
        ids, bounds, at, code, vocabulary, layout.zone, max(at), unit=layout.unit,
        sequenced="seq" in layout.others, notes=tuple(notes), dropped=tuple(reader.problems),
    )  # fmt: skip
    return _with_others(history, order, kept, layout) if layout.others else history


def _bucket_plain(rows: Iterable[Sequence[Any]], reader: _Reader) -> None:
    """Three columns: `instant << 16 | code`, appended to the list of the unit."""
    epoch, utc, clock, text = EPOCH, UTC, datetime, str
    lists: dict[Any, list[int]] = {}
    code_of, list_of = reader.codes.get, lists.get
    for row, (unit, name, at) in enumerate(rows, 1):
        try:
            if type(at) is clock and at.tzinfo is utc and type(name) is text and type(unit) is text:
                d = at - epoch
                code, found = code_of(name), list_of(unit)
                if code is None or found is None:
                    key, code = unit_id(unit), reader.code(name)
                    found = reader.bucket(unit, key, lists)
                found.append(((d.days * DAY_SECONDS + d.seconds) * SECOND + d.microseconds) << CODE_BITS | code)
            else:
                key = unit_id(unit)
                packed = reader.us(at) << CODE_BITS | reader.code(name)
                reader.bucket(unit, key, lists).append(packed)
        except CustlifeError as error:
            reader.bad(row, error)


def _bucket_wide(rows: Iterable[Sequence[Any]], reader: _Reader, kept: list[Sequence[Any]]) -> None:
    """More columns: the index of the kept row rides in the low bits, so that the others can follow the sort."""
    lists: dict[Any, list[int]] = {}
    others, check = reader.layout.others, reader.layout.check
    recorded = others.index("recorded_at") if "recorded_at" in others else None
    seq = others.index("seq") if "seq" in others else None
    for row, (unit, name, at, *rest) in enumerate(rows, 1):
        try:
            key = unit_id(unit)
            us = reader.us(at)
            code = reader.code(name)
            if recorded is not None:
                rest[recorded] = _recorded(rest[recorded], us, reader)
            if seq is not None:
                rest[seq] = whole_number(rest[seq])
            if check is not None:
                check(name, rest)
            reader.bucket(unit, key, lists).append((us << CODE_BITS | code) << ROW_BITS | len(kept))
        except CustlifeError as error:
            reader.bad(row, error)
        else:
            kept.append(rest)


def _recorded(value: object, at: int, reader: _Reader) -> int:
    """When a row became known; when it occurred, where nothing says so."""
    if is_missing(value):
        return at
    recorded = reader.us(value, "recorded_at")
    if recorded < at:
        raise UsageError(f"recorded_at={value!r} is before at", "a row is known at the earliest when it occurs")
    return recorded


def whole_number(value: object) -> int | None:
    """The place of a row among those of its instant, or None; what is no whole number is refused."""
    if is_missing(value):
        return None
    number = as_whole(value)
    if number is not None:
        return number
    raise UsageError(f"seq={value!r} is not a whole number", "number the rows of one instant 0, 1, 2, ...")


def _settle_problems(reader: _Reader) -> list[Note]:
    """Raise what could not be read, or turn it into notes."""
    problems = reader.problems
    if problems and reader.layout.on_bad != "drop":
        what = f"{len(problems):,} row{'s' if len(problems) > 1 else ''} cannot be used"
        drop = "on_bad='drop' leaves such rows out, counted and listed"
        hint = f"{reader.hint.rstrip('.')}; or {drop}" if reader.hint else drop
        raise DataError(what, problems, hint)
    return reading_notes(problems, reader.foreign)


def reading_notes(problems: Problems, foreign: Collection[str], rows: Sequence[int] | None = None) -> list[Note]:
    """What was done to rows as they were read: those left out, with their numbers where given; names respelled."""
    notes = []
    if problems:
        what, told = "rows that cannot be used were left out", [f"{a}: {b}" for a, b in problems]
        notes.append(note("dropped", what, told, keys=rows))
    if foreign:
        notes.append(note("mapped", "spellings were read as names of the model", sorted(foreign)))
    return notes


def _empty(layout: Layout, notes: list[Note], dropped: tuple[tuple[str, str], ...] = ()) -> History:
    def named(kind: str) -> list[str]:
        return [name.removeprefix(kind) for name in layout.others if name.startswith(kind)]

    return History(
        [], array("q", [0]), array("q"), array("H"), layout.vocabulary, layout.zone, 0, unit=layout.unit,
        sequenced="seq" in layout.others, notes=tuple(notes), dropped=dropped,
        recorded=array("q") if "recorded_at" in layout.others else None,
        segments={name: Column(array("i"), ()) for name in named("segment:")},
        extras={name: Column(array("i"), ()) for name in [*named("extra:"), *(n for n in layout.others if n == "key")]},
        values={name: [] for name in named("value:")},
    )  # fmt: skip


def final_vocabulary(vocabulary: Vocabulary, names: Mapping[str, int]) -> tuple[Vocabulary, array[int] | None]:
    """Names met in the data are coded in the order of their text, so that row order cannot show.

    Args:
        vocabulary: The names known before.
        names: All names and their codes so far, in the order of these.

    Returns:
        The vocabulary, and the final code of each code so far; None where they are the same.
    """
    check_names(names)
    if len(names) == len(vocabulary.names):
        return vocabulary, None
    final = tuple(sorted(names))
    place = {name: code for code, name in enumerate(final)}
    return attrs.evolve(vocabulary, names=final), array("H", [place[name] for name in names])


def _flatten(
    ids: Sequence[str], reader: _Reader, kept: Sequence[Sequence[Any]], recode: array[int] | None
) -> tuple[array[int], array[int], array[int], array[int]]:
    """One list a unit, sorted, laid end to end; `order` holds the index of the kept row behind each."""
    shift = ROW_BITS if reader.layout.others else 0
    time_shift = CODE_BITS + shift
    units = [reader.buckets.pop(unit) for unit in ids]
    if recode is not None:
        units = [[_recoded(row, shift, recode) for row in rows] for rows in units]
    for rows in units:
        rows.sort()
        if shift:
            _settle_ties(rows, kept, reader.layout)
    bounds = array("q", accumulate(map(len, units), initial=0))
    flat = list(chain.from_iterable(units))
    units.clear()  # a million rows are much memory
    at = array("q", [row >> time_shift for row in flat])
    code = array("H", [row >> shift & CODE_MASK for row in flat])
    return at, code, bounds, array("q", [row & ROW_MASK for row in flat] if shift else [])


def _recoded(row: int, shift: int, recode: array[int]) -> int:
    old = row >> shift & CODE_MASK
    return row + ((recode[old] - old) << shift)


def _settle_ties(rows: list[int], kept: Sequence[Sequence[Any]], layout: Layout) -> None:
    """Rows of one instant: by `seq`, those without one first, then by code, then by content; never by input order."""
    time_shift = CODE_BITS + ROW_BITS
    if not any(a >> time_shift == b >> time_shift for a, b in pairwise(rows)):
        return
    seq = layout.others.index("seq") if "seq" in layout.others else None

    def content(row: int) -> tuple[object, ...]:
        others = kept[row & ROW_MASK]
        number = None if seq is None else others[seq]
        told = tuple(map(repr, others))
        return row >> time_shift, number is not None, number or 0, row >> ROW_BITS & CODE_MASK, told

    rows.sort(key=content)


def _with_others(history: History, order: array[int], kept: Sequence[Sequence[Any]], layout: Layout) -> History:
    """Add the recorded instants, segments, extras and values, in the order of the sort."""
    segments, extras, values = {}, {}, {}
    recorded = None
    for place, other in enumerate(layout.others):
        kind, _, name = other.partition(":")
        column = [kept[row][place] for row in order]
        if kind == "recorded_at":
            recorded = array("q", column)
        elif kind == "segment":
            segments[name] = coded(column)
        elif kind in {"extra", "key"}:
            extras[name or kind] = coded(column)
        elif kind == "value":
            values[name] = column
    made = attrs.evolve(history, recorded=recorded, segments=segments, extras=extras, values=values)
    return drop_copies(made) if "key" in made.extras else made


def coded(values: Sequence[object]) -> Column:
    """A column of texts as codes; None, NaN and empty text are missing; names in the order of their text."""
    texts = [None if is_missing(v) else v if isinstance(v, str) else str(v) for v in values]
    names = tuple(sorted({text for text in texts if text is not None}))
    place: dict[str | None, int] = {name: code for code, name in enumerate(names)}
    place[None] = MISSING
    return Column(array("i", [place[text] for text in texts]), names)


def drop_copies(history: History) -> History:
    """Of rows with one key in one unit the one known first; a copy with other content is an error.

    Raises:
        HistoryError: One key stands for two different facts.
    """
    keys = history.extras["key"]
    known = history.recorded if history.recorded is not None else history.at
    coded_columns = [column.codes for column in (*history.segments.values(), *history.extras.values())]
    columns = [history.at, history.code, *coded_columns, *history.values.values()]
    dropped: set[int] = set()
    problems: Problems = []
    for unit, (low, high) in zip(history.ids, history.ranges(), strict=True):
        first: dict[int, int] = {}
        for row in range(low, high):
            key = keys.codes[row]
            held = first.setdefault(key, row) if key != MISSING else row
            if held == row:
                continue
            if any(repr(column[held]) != repr(column[row]) for column in columns):
                problems.append((f"{history.unit} {unit!r}", f"key {keys.name(row)!r} stands for two different rows"))
            later = row if known[held] <= known[row] else held
            first[key] = row if later == held else held
            dropped.add(later)
    if problems:
        raise HistoryError("keys must be unique", problems, "give each fact a key of its own")
    if not dropped:
        return history
    copies = Note("dropped", "rows with a known key were copies", len(dropped))
    return within_rows(history, lambda row: row not in dropped, [copies])
