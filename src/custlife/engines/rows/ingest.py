"""From rows, in any order, to one sorted history: the only place that looks at single rows of the caller."""

from __future__ import annotations

from array import array
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs

from custlife.calendar import instant, to_us
from custlife.engines.history import MISSING, Column, History, Note, note
from custlife.errors import CustlifeError, DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from custlife.engines.layout import Layout

__all__ = ["ingest"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_SECONDS, SECOND = 86_400, 1_000_000
CODE_BITS, ROW_BITS = 16, 40
CODE_MASK, ROW_MASK = (1 << CODE_BITS) - 1, (1 << ROW_BITS) - 1


@attrs.define(eq=False)
class _Reader:
    """Turns the three columns that every row has into ids, codes and microseconds; keeps what it could not read."""

    layout: Layout
    codes: dict[object, int] = attrs.field(factory=dict)
    names: dict[str, int] = attrs.field(factory=dict)
    problems: list[tuple[str, str]] = attrs.field(factory=list)
    hints: list[str] = attrs.field(factory=list)
    foreign: dict[object, int] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.names.update(self.layout.vocabulary.code)
        self.codes.update(self.names)

    def bad(self, row: int, error: CustlifeError | str) -> None:
        """Note a row that cannot be used."""
        self.problems.append((f"row {row}", error.what if isinstance(error, CustlifeError) else error))
        if isinstance(error, CustlifeError) and error.hint:
            self.hints.append(error.hint)

    def code(self, name: object) -> int:
        """The code of a spelling that was not met before."""
        resolved = self.layout.resolve(name)
        code = self.names.setdefault(resolved, len(self.names))
        if code > CODE_MASK:
            raise UsageError(f"more than {CODE_MASK + 1:,} different names", "group the rare ones first")
        self.codes[name] = code
        if name != resolved:
            self.foreign[name] = 0
        return code

    def us(self, at: object, name: str = "at") -> int:
        """Any accepted form of an instant in microseconds."""
        layout = self.layout
        return to_us(instant(at, tz=layout.tz, ambiguous=layout.ambiguous, name=name))  # type: ignore[arg-type]


def unit_id(value: object) -> str:
    """The id of a unit as text.

    Raises:
        UsageError: It is missing, empty or neither text nor a whole number.
    """
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    shown = "is missing" if value is None or value != value or value == "" else f"{value!r} is neither text nor a number"  # noqa: PLR0124
    raise UsageError(f"the id {shown}", "give every row the id of its customer")


def ingest(rows: Iterable[Sequence[Any]], layout: Layout) -> History:
    """Reads rows of `(unit, name, at, *layout.others)` into a history, sorted and with notes.

    Raises:
        DataError: Rows that cannot be read, all of them at once, unless `on_bad="drop"`.
    """
    reader = _Reader(layout)
    buckets: dict[str, list[int]] = {}
    kept: list[Sequence[Any]] = []
    if layout.others:
        _bucket_wide(rows, reader, buckets, kept)
    else:
        _bucket_plain(rows, reader, buckets)
    ids = sorted(buckets)
    notes = _settle_problems(reader, layout)
    if not ids:
        return _empty(layout, notes)
    vocabulary, recode = _final_vocabulary(reader, layout)
    shift = ROW_BITS if layout.others else 0
    at, code, bounds, order = _flatten(ids, buckets, shift, kept, layout, recode)
    history = History(
        ids, bounds, at, code, vocabulary, layout.zone, max(at), unit=layout.unit,
        sequenced="seq" in layout.others, notes=tuple(notes),
    )  # fmt: skip
    return _with_others(history, order, kept, layout, reader) if layout.others else history


def _bucket_plain(rows: Iterable[Sequence[Any]], reader: _Reader, buckets: dict[str, list[int]]) -> None:
    """Three columns: `instant << 16 | code`, appended to the list of the unit."""
    codes, epoch, utc, clock = reader.codes, EPOCH, UTC, datetime
    lists: dict[object, list[int]] = {}
    for row, (unit, name, at) in enumerate(rows, 1):
        try:
            code = codes[name]
            if at.__class__ is clock and at.tzinfo is utc:
                d = at - epoch
                packed = ((d.days * DAY_SECONDS + d.seconds) * SECOND + d.microseconds) << CODE_BITS | code
            else:
                packed = reader.us(at) << CODE_BITS | code
            lists[unit].append(packed)
        except (KeyError, TypeError, CustlifeError):
            try:
                code = reader.code(name) if name.__hash__ is None or name not in codes else codes[name]
                packed = reader.us(at) << CODE_BITS | code
                _new_list(unit, lists, buckets).append(packed)
            except CustlifeError as error:
                reader.bad(row, error)


def _new_list(unit: object, lists: dict[object, list[int]], buckets: dict[str, list[int]]) -> list[int]:
    """The list of a unit, made at its first row; two spellings of one id are refused."""
    key = unit_id(unit)
    if unit in lists:
        return lists[unit]
    if key in buckets:
        raise UsageError(f"the ids {unit!r} and {key!r} would be one customer", "write all ids as text")
    buckets[key] = lists[unit] = []
    return buckets[key]


def _bucket_wide(
    rows: Iterable[Sequence[Any]], reader: _Reader, buckets: dict[str, list[int]], kept: list[Sequence[Any]]
) -> None:
    """More columns: the index of the kept row rides in the low bits, so that the others can follow the sort."""
    codes = reader.codes
    lists: dict[object, list[int]] = {}
    where_recorded = reader.layout.others.index("recorded_at") if "recorded_at" in reader.layout.others else None
    for row, values in enumerate(rows, 1):
        unit, name, at, *rest = values
        try:
            code = codes[name] if name.__hash__ is not None and name in codes else reader.code(name)
            us = reader.us(at)
            if where_recorded is not None and rest[where_recorded] not in (None, ""):
                rest[where_recorded] = recorded = reader.us(rest[where_recorded], "recorded_at")
                if recorded < us:
                    raise UsageError("recorded_at is before at", "an event is known at the earliest when it occurs")
            _new_list(unit, lists, buckets).append((us << CODE_BITS | code) << ROW_BITS | len(kept))
        except CustlifeError as error:
            reader.bad(row, error)
        else:
            kept.append(rest)


def _settle_problems(reader: _Reader, layout: Layout) -> list[Note]:
    """Raise what could not be read, or turn it into notes."""
    notes = []
    if reader.problems:
        if layout.on_bad != "drop":
            count = len(reader.problems)
            what = f"{count:,} row{'s' if count > 1 else ''} cannot be used"
            drop = "or pass on_bad='drop' to leave such rows out, counted and listed"
            hint = f"{reader.hints[0].rstrip('.')}; {drop}" if reader.hints else drop
            raise DataError(what, reader.problems, hint)
        shown = [f"{where}: {what}" for where, what in reader.problems]
        notes.append(note("dropped", "rows that cannot be used were left out", shown))
    if reader.foreign:
        spellings = sorted(map(str, reader.foreign))
        notes.append(note("mapped", "spellings were read as stages of the model", spellings))
    return notes


def _empty(layout: Layout, notes: list[Note]) -> History:
    return History(
        [], array("q", [0]), array("q"), array("H"), layout.vocabulary, layout.zone, 0, unit=layout.unit,
        sequenced="seq" in layout.others, recorded=None, notes=tuple(notes),
        segments={name[8:]: Column(array("i"), ()) for name in layout.others if name.startswith("segment:")},
        extras={name[6:]: Column(array("i"), ()) for name in layout.others if name.startswith("extra:")},
        values={name[6:]: [] for name in layout.others if name.startswith("value:")},
    )  # fmt: skip


def _final_vocabulary(reader: _Reader, layout: Layout) -> tuple[Any, array[int] | None]:
    """Names met in the data are coded in the order of their text, so that row order cannot show."""
    fixed = layout.vocabulary.names
    if len(reader.names) == len(fixed):
        return layout.vocabulary, None
    names = tuple(sorted(reader.names))
    place = {name: code for code, name in enumerate(names)}
    recode = array("H", [place[name] for name in reader.names])
    return attrs.evolve(layout.vocabulary, names=names), recode


def _flatten(
    ids: Sequence[str],
    buckets: dict[str, list[int]],
    shift: int,
    kept: Sequence[Sequence[Any]],
    layout: Layout,
    recode: array[int] | None,
) -> tuple[array[int], array[int], array[int], array[int]]:
    """One list a unit, sorted, laid end to end; `order` holds the index of the kept row behind each."""
    at, code, bounds, order = array("q"), array("H"), array("q", [0]), array("q")
    time_shift = CODE_BITS + shift
    for unit in ids:
        rows = buckets.pop(unit)
        if recode is not None:
            rows = [_recoded(row, shift, recode) for row in rows]
        rows.sort()
        if shift:
            _settle_ties(rows, kept, layout)
            order.extend([row & ROW_MASK for row in rows])
        at.extend([row >> time_shift for row in rows])
        code.extend([row >> shift & CODE_MASK for row in rows])
        bounds.append(len(at))
    return at, code, bounds, order


def _recoded(row: int, shift: int, recode: array[int]) -> int:
    old = row >> shift & CODE_MASK
    return row + ((recode[old] - old) << shift)


def _settle_ties(rows: list[int], kept: Sequence[Sequence[Any]], layout: Layout) -> None:
    """Rows of one instant: by `seq` where there is one, then by code, then by content, never by input order."""
    seq = layout.others.index("seq") if "seq" in layout.others else None
    time_shift = CODE_BITS + ROW_BITS
    tied = any(a >> time_shift == b >> time_shift for a, b in zip(rows, rows[1:], strict=False))
    if not tied:
        return

    def content(row: int) -> tuple[object, ...]:
        others = kept[row & ROW_MASK]
        first = others[seq] if seq is not None and others[seq] is not None else 0
        return row >> time_shift, first, row >> ROW_BITS & CODE_MASK, tuple(map(repr, others))

    try:
        rows.sort(key=content)
    except TypeError:
        raise DataError("the column seq_col mixes kinds of values", hint="use whole numbers for seq_col") from None


def _with_others(
    history: History, order: array[int], kept: Sequence[Sequence[Any]], layout: Layout, reader: _Reader
) -> History:
    """Add the recorded instants, segments, extras and values, in the order of the sort."""
    segments, extras, values = {}, {}, {}
    recorded = None
    for place, other in enumerate(layout.others):
        kind, _, name = other.partition(":")
        if kind == "seq":
            continue
        column = [kept[row][place] for row in order]
        if kind == "recorded_at":
            recorded = array("q", [at if r in (None, "") else r for r, at in zip(column, history.at, strict=True)])
        elif kind == "segment":
            segments[name] = coded(column)
        elif kind in {"extra", "key"}:
            extras[name or kind] = coded(column)
        else:
            values[name] = column
    made = attrs.evolve(history, recorded=recorded, segments=segments, extras=extras, values=values)
    return drop_known_keys(made) if "key" in made.extras else made


def coded(values: Sequence[object]) -> Column:
    """A column of texts as codes; None, NaN and empty text are missing; names in the order of their text."""
    texts = [None if v is None or v != v or v == "" else str(v) for v in values]  # noqa: PLR0124  # NaN
    names = tuple(sorted({text for text in texts if text is not None}))
    place: dict[str | None, int] = {name: code for code, name in enumerate(names)}
    place[None] = MISSING
    return Column(array("i", [place[text] for text in texts]), names)


def drop_known_keys(history: History) -> History:
    """Rows whose key was met before in the same unit are copies; a copy with other content is an error.

    Raises:
        DataError: One key stands for two different facts.
    """
    keys = history.extras["key"].codes
    keep: list[int] = []
    bounds = array("q", [0])
    problems: list[tuple[str, str]] = []
    for unit, (low, high) in enumerate(history.ranges()):
        seen: dict[int, int] = {}
        for row in range(low, high):
            first = seen.setdefault(keys[row], row) if keys[row] != MISSING else row
            if first == row:
                keep.append(row)
            elif (history.at[first], history.code[first]) != (history.at[row], history.code[row]):
                key = history.extras["key"].names[keys[row]]
                problems.append((f"{history.unit} {history.ids[unit]!r}", f"key {key!r} stands for two different rows"))
        bounds.append(len(keep))
    if problems:
        raise DataError("keys must be unique", problems, "give each fact a key of its own")
    dropped = len(history) - len(keep)
    if not dropped:
        return history
    return history.take(keep, bounds, [Note("dropped", "rows with a known key were copies", dropped)])
