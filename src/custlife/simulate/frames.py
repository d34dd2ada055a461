"""Made-up stage logs of any size, as data frames or as a file."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from custlife.analysis.framing import EXTRAS, arrow_as, chosen
from custlife.errors import MissingExtraError, UnknownNameError, UsageError
from custlife.simulate.arriving import arrivals
from custlife.simulate.drawing import DAY_US, NOWHERE, Plan, chances, drawn
from custlife.simulate.walking import window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from os import PathLike

    from custlife.analysis.framing import Kind
    from custlife.simulate.drawing import Drawn, Ints
    from custlife.simulate.rates import Rates
    from custlife.simulate.walking import Instant

__all__ = ["stage_frame", "stage_frames", "write_parquet"]

START, AS_OF = "2025-01-01T00:00Z", "2026-07-01T00:00Z"
CHUNK = 262_144
SLICE = 1_048_576
IDS = ("hex", "uuid", "int")
ORDERS = ("customer", "time", "shuffled")
STEPS = {"microsecond": 1, "second": 1_000_000, "minute": 60_000_000}


def stage_frame(
    rates: Rates,
    *,
    customers: int,
    seed: int = 1,
    start: Instant = START,
    as_of: Instant = AS_OF,
    tz: str | None = None,
    kind: Kind | None = None,
    ids: str = "hex",
    order: str = "customer",
    precision: str = "microsecond",
) -> Any:
    """A made-up stage log as a data frame: the truth of `stage_rows` at any size, ten million rows in seconds.

    The same seed gives the same rows on every machine, and asking for more customers leaves the first ones as they
    are. They are other customers than those of `stage_rows`, who follow the same rates.

    Args:
        rates: The truth.
        customers: How many.
        seed: Any whole number.
        start: When the first may appear.
        as_of: When the export is made; nothing in it is later.
        tz: Zone of bare dates.
        kind: `polars`, `pandas`, `pyarrow` or `duckdb`; None: the first of the first three that is installed.
        ids: `hex`: sixteen hexadecimal digits; `uuid`: as UUIDs look; `int`: 1, 2, 3, ...
        order: `customer`: one after the other, each in time order; `time`: as a system appends them; `shuffled`.
        precision: `microsecond`, `second` or `minute`: the step of all instants, and the shortest wait.

    Returns:
        A frame with one row for each entry into a stage: `customer`, `stage`, `at`, `recorded_at`, `reason` (null where
        none is given), and one column for each trait.

    Raises:
        UsageError: A number of customers below 0, a seed that is no whole number, or a season in which nobody appears.
        TimeError: `as_of` is not after `start`.
        UnknownNameError: Other ids, order, precision or kind.
        MissingExtraError: NumPy and PyArrow are not installed, or the library of the kind.

    Examples:
        >>> from custlife.simulate import B2B
        >>> frame = stage_frame(B2B, customers=1000, seed=7, kind="polars")
        >>> frame.columns
        ['customer', 'stage', 'at', 'recorded_at', 'reason', 'plan', 'region', 'owner']
    """
    wanted = chosen(kind)
    plan = _plan(wanted, rates, customers, seed, start, as_of, tz, ids, order, precision)
    return arrow_as(wanted, _table(plan, 0, customers, ids, order))


def stage_frames(
    rates: Rates,
    *,
    customers: int,
    chunk: int = CHUNK,
    seed: int = 1,
    start: Instant = START,
    as_of: Instant = AS_OF,
    tz: str | None = None,
    kind: Kind | None = None,
    ids: str = "hex",
    order: str = "customer",
    precision: str = "microsecond",
) -> Iterator[Any]:
    """The frame of `stage_frame` in pieces of whole customers, for more of them than memory holds.

    Args:
        rates: The truth.
        customers: How many in all.
        chunk: The most in one piece; the rows of a customer are the same whatever the pieces.
        seed: As for `stage_frame`.
        start: As for `stage_frame`.
        as_of: As for `stage_frame`.
        tz: As for `stage_frame`.
        kind: As for `stage_frame`.
        ids: As for `stage_frame`.
        order: As for `stage_frame`, within each piece.
        precision: As for `stage_frame`.

    Raises:
        UsageError: As for `stage_frame`, or a chunk below 1.

    Examples:
        >>> from custlife.simulate import B2B
        >>> [piece["customer"].n_unique() for piece in stage_frames(B2B, customers=50, chunk=20, kind="polars")]
        [20, 20, 10]
    """
    wanted = chosen(kind)
    plan = _plan(wanted, rates, customers, seed, start, as_of, tz, ids, order, precision)
    return (arrow_as(wanted, _table(plan, low, high, ids, order)) for low, high in _pieces(customers, chunk))


def write_parquet(
    path: str | PathLike[str],
    rates: Rates,
    *,
    customers: int,
    chunk: int = CHUNK,
    seed: int = 1,
    start: Instant = START,
    as_of: Instant = AS_OF,
    tz: str | None = None,
    ids: str = "hex",
    order: str = "customer",
    precision: str = "microsecond",
) -> int:
    """Writes the frame of `stage_frame` to a Parquet file, piece by piece.

    Args:
        path: The file.
        rates: The truth.
        customers: How many.
        chunk: How many are in memory at once.
        seed: As for `stage_frame`.
        start: As for `stage_frame`.
        as_of: As for `stage_frame`.
        tz: As for `stage_frame`.
        ids: As for `stage_frame`.
        order: As for `stage_frame`, within each piece.
        precision: As for `stage_frame`.

    Returns:
        The number of rows.

    Raises:
        UsageError: As for `stage_frame`, or a chunk below 1.
    """
    plan = _plan("polars", rates, customers, seed, start, as_of, tz, ids, order, precision)
    pieces = _pieces(customers, chunk)
    from pyarrow.parquet import ParquetWriter

    rows = 0
    with ParquetWriter(path, _table(plan, 0, 0, ids, order).schema) as writer:
        for low, high in pieces:
            table = _table(plan, low, high, ids, order)
            writer.write_table(table)
            rows += table.num_rows
    return rows


def _plan(
    kind: Kind,
    rates: Rates,
    customers: int,
    seed: int,
    start: Instant,
    as_of: Instant,
    tz: str | None,
    ids: str,
    order: str,
    precision: str,
) -> Plan:
    """What rows are drawn from, once everything asked for is known to be possible."""
    for name, value, known in (("ids", ids, IDS), ("order", order, ORDERS), ("precision", precision, tuple(STEPS))):
        if value not in known:
            raise UnknownNameError(name, value, known)
    step = STEPS[precision]
    first, last = window(customers, seed, start, as_of, tz, timedelta(microseconds=step))
    appearing = arrivals(rates.season, first, last, DAY_US // step)
    try:
        import numpy as np  # noqa: F401  # asked for here, so that the error is ours
        import pyarrow as pa  # noqa: F401  # as above
    except ModuleNotFoundError as error:
        raise MissingExtraError("simulating frames", EXTRAS[kind]) from error
    return Plan(rates, seed, appearing, last, step)


def _pieces(customers: int, chunk: int) -> list[tuple[int, int]]:
    if type(chunk) is not int or chunk < 1:
        raise UsageError(f"chunk={chunk!r} is not a number of customers", f"pass a whole number such as {CHUNK}")
    return [(low, min(low + chunk, customers)) for low in range(0, customers, chunk)]


def _table(plan: Plan, low: int, high: int, ids: str, order: str) -> Any:
    """The rows of some customers as an Arrow table, made slice by slice: while they are numbers they are small."""
    import pyarrow as pa

    if order == "customer":
        pieces = [(first, min(first + CHUNK, high)) for first in range(low, max(high, low + 1), CHUNK)]
        return pa.concat_tables([_slice(plan, drawn(plan, *piece), ids) for piece in pieces])
    rows = _ordered(plan, drawn(plan, low, high), low, order)
    slices = (slice(at, at + SLICE) for at in range(0, max(len(rows), 1), SLICE))
    return pa.concat_tables([_slice(plan, rows.take(some), ids) for some in slices])


def _ordered(plan: Plan, rows: Drawn, low: int, order: str) -> Drawn:
    import numpy as np

    keys = rows.at if order == "time" else chances(plan.seed, low, 1).random_raw(len(rows))
    return rows.take(np.argsort(keys, kind="stable"))


def _slice(plan: Plan, rows: Drawn, ids: str) -> Any:
    import pyarrow as pa

    instant = pa.timestamp("us", tz="UTC")
    columns = {
        "customer": _ids(rows.unit, ids),
        "stage": _texts(rows.stage, plan.rates.model.codes),
        "at": pa.array(rows.at).view(instant),
        "recorded_at": pa.array(rows.recorded).view(instant),
        "reason": _texts(rows.reason, plan.ways.reasons),
    }
    for trait, codes in zip(plan.rates.traits, rows.traits, strict=True):
        columns[trait.name] = _texts(codes, [name for name, _, _ in trait.values])
    return pa.table(columns)


def _texts(codes: Ints, names: Sequence[str]) -> Any:
    """The names of some codes; null for `NOWHERE`."""
    import pyarrow as pa

    places = pa.array(codes, mask=codes == NOWHERE)
    return pa.DictionaryArray.from_arrays(places, pa.array(names, pa.string())).dictionary_decode()


def _ids(unit: Ints, ids: str) -> Any:
    """The ids of some customers, all of them different."""
    import numpy as np
    import pyarrow as pa

    if ids == "int":
        return pa.array(unit + 1)
    first = unit[0] if len(unit) else 0
    is_sorted = bool((unit[1:] >= unit[:-1]).all())
    numbers, places = np.arange(first, unit[-1] + 1 if len(unit) else 0), unit - first
    if not is_sorted:
        numbers, places = np.unique(unit, return_inverse=True)
    digits = _digits(numbers) if ids == "hex" else _uuids(numbers)
    return _fixed(digits[places])


def _digits(numbers: Ints) -> Ints:
    """Sixteen hexadecimal digits of each number, scattered, as bytes of text."""
    import numpy as np

    mixed = _mixed(numbers.astype(np.uint64))
    octets = mixed.astype(">u8").view(np.uint8).reshape(-1, 8)
    halves = np.stack([octets >> 4, octets & 15], axis=2).reshape(-1, 16)
    return np.frombuffer(b"0123456789abcdef", np.uint8)[halves]


def _uuids(numbers: Ints) -> Ints:
    """Texts such as random UUIDs are, version and variant included."""
    import numpy as np

    digits = np.hstack([_digits(numbers), _digits(numbers + 2**40)])
    digits[:, 12] = ord("4")
    digits[:, 16] = ord("a")
    dashes = np.full((len(digits), 1), ord("-"), np.uint8)
    parts = np.split(digits, (8, 12, 16, 20), axis=1)
    return np.hstack([part for each in parts for part in (each, dashes)][:-1])


def _mixed(numbers: Ints) -> Ints:
    """Whole numbers scattered over 64 bits, no two to the same place.

    Source:
        The finalizer of SplitMix64: Steele, Lea & Flood (2014), OOPSLA, pp. 453-472.
    """
    import numpy as np

    mixed = (numbers + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _fixed(texts: Ints) -> Any:
    """Texts of one length each, as an Arrow array that shares their bytes."""
    import numpy as np
    import pyarrow as pa

    rows, length = texts.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(length)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(texts)))
