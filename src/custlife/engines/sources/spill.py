"""Rows that do not fit into memory: shuffled to disk once into partitions of whole units, and asked one at a time.

The first question reads the rows in one pass, writes them by a hash of the unit, sorts each partition, and keeps its
history on disk as flat columns. Later questions read those: no text is coded twice.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC
from importlib.util import find_spec
from itertools import pairwise
from os import cpu_count, getpid
from pathlib import Path
from shutil import disk_usage, rmtree
from tempfile import mkdtemp
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar, cast
from weakref import finalize

import attrs
import numpy as np

from custlife.engines.rows.ingest import ingest
from custlife.engines.sources.accounts import check_accounts
from custlife.engines.sources.doors import argument
from custlife.engines.sources.held import emptied, mapped
from custlife.engines.sources.kept import Kept, keep
from custlife.engines.sources.memory import give_back, room
from custlife.engines.sources.object_columns import ObjectColumn
from custlife.engines.sources.reading import one_history
from custlife.engines.sources.settling import all_names, in_order, one_error, with_names
from custlife.engines.sources.shuffling import Shuffled, reserve
from custlife.errors import DataError, MissingExtraError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from custlife.engines.history import History
    from custlife.engines.layout import Layout
    from custlife.engines.sources.frames import Frame, Table

__all__ = ["Spilled"]

T = TypeVar("T")
ACCOUNT = "extra:account"
FULL = (ENOSPC, EDQUOT)
FULL_BYTES = 1 << 20  # with less left on a disk it is full: not all libraries say so
SHARES = 256  # parts into which rows are written, where it is not yet known how many are wanted
PARTITION_ROWS = 1 << 21
BATCH_ROWS = 1 << 20
MIN_BATCH_ROWS = 1 << 14
BATCH_BYTES = 4_000  # of free memory for each row of a batch: the reader holds several of them
WORKING_BYTES = 100  # that a row takes while questions are asked of its partition
SORTING_BYTES = 120  # that a row takes while its partition is sorted, besides what it takes on disk


class Spilled:
    """The rows of a lazy frame, on disk in partitions of whole units; nothing is read before something is asked.

    What is written is removed when this is no longer used, and at exit.

    Attributes:
        empty: A history without rows that has all the columns.
        accounts: `account` where whole accounts lie together, or None.
        partitions: How many partitions there are; None where that is not known yet.

    Raises:
        MissingExtraError: PyArrow, which writes and reads the files, is not installed.
        UsageError: A column that cannot be written.
    """

    def __init__(self, frame: Frame, wanted: Mapping[str, str], layout: Layout, partitions: int | None = None) -> None:
        if find_spec("pyarrow") is None:
            raise MissingExtraError("reading rows in partitions", "polars")
        _check_written(frame.sample, wanted, layout)
        self.partitions = partitions
        self.accounts = "account" if ACCOUNT in wanted else None
        self.empty: History = attrs.evolve(ingest([], layout), engine="arrays", frame=frame.kind)
        self._asked = (frame, wanted, layout)
        self._lock = Lock()
        self._made: _Partitions | None = None

    def last(self) -> int | None:
        """The last instant of all rows, microseconds UTC; None without rows."""
        return self._ready().last

    def held(self) -> None:
        """Nothing: the rows are not to be in memory all at once."""

    def persist(self) -> Spilled:
        """Itself, with everything read and sorted."""
        self._ready()
        return self

    def map(self, work: Callable[[History], T]) -> Iterator[T]:
        """What some work makes of each partition, as many at once as there are cores and memory for."""
        ready = self._ready()

        def on(part: Kept | _Again) -> T:
            found = work(ready.history(part))
            give_back()
            return found

        yield from mapped(on, ready.parts, ready.threads())

    def __reduce__(self) -> tuple[Any, ...]:
        """Nothing: the rows lie in a folder of this process, and go with it.

        Raises:
            UsageError: Always.
        """
        hint = "make the log anew where it is wanted, or pass partitions=1: what is in memory can be handed on"
        raise UsageError("a log whose rows are on disk cannot be pickled", hint)

    def _ready(self) -> _Partitions:
        with self._lock:
            if self._made is None:
                self._made = _partitioned(*self._asked, self.partitions)
                self.partitions = len(self._made.parts)
            return self._made


@attrs.define(eq=False)
class _Partitions:
    """Histories on disk.

    Attributes:
        folder: Where everything is.
        parts: The histories.
        names: The names of events in all of them.
    """

    folder: Path
    parts: Sequence[Kept | _Again] = ()
    names: tuple[str, ...] = ()

    @property
    def last(self) -> int | None:
        """The last instant of all rows."""
        return max((part.empty.as_of for part in self.parts if part.rows), default=None)

    def threads(self) -> int:
        """How many may be in memory at once while they are worked on."""
        return _threads(len(self.parts), max(part.rows for part in self.parts) * WORKING_BYTES)

    def history(self, part: Kept | _Again) -> History:
        """One of them, with the names of all."""
        made = with_names(part.read(), self.names)
        return made if part.rows or self.last is None else attrs.evolve(made, as_of=self.last)


@attrs.frozen(eq=False)
class _Again:
    """A history that is read from its rows each time, since its values are no plain numbers.

    Attributes:
        empty: All of it but its rows.
        rows: How many rows it has.
        read: Reads it.
    """

    empty: History
    rows: int
    read: Callable[[], History]


def _check_written(table: Table, wanted: Mapping[str, str], layout: Layout) -> None:
    """Refuses columns of Python objects, which Arrow would write as addresses in memory.

    Raises:
        UsageError: Such a column.
    """
    for role, name in wanted.items():
        column = table.column(name)
        if isinstance(column, ObjectColumn) and column.kind == "mixed":
            held = f"{argument(role, layout)}={name!r} holds {column.dtype}"
            raise UsageError(
                f"{held}, which cannot be written to disk in partitions",
                "make text, numbers or times of it; or pass partitions=1",
            )


def _partitioned(frame: Frame, wanted: Mapping[str, str], layout: Layout, partitions: int | None) -> _Partitions:
    """The histories of all rows, sorted and on disk.

    Raises:
        UsageError: There is no room for them, on disk or in memory.
    """
    made = _Partitions(Path(mkdtemp(prefix="custlife-")))
    remove = finalize(made, _remove, made.folder, getpid())
    with _whole_or_gone(made.folder, remove):
        account = wanted.get(ACCOUNT)
        names = list(dict.fromkeys(wanted.values()))
        shuffled = Shuffled(made.folder, names, wanted["unit"], account, partitions or SHARES)
        _shuffle(frame, shuffled)
        cuts, threads = _cuts(shuffled, partitions)

        def read(first: int, last: int) -> History | DataError:
            found = one_history(wanted, layout, *shuffled.read(first, last))
            return found if isinstance(found, DataError) else attrs.evolve(in_order(found), frame=frame.kind)

        def part(cut: tuple[int, int]) -> Kept | _Again | DataError:
            found = read(*cut)
            if isinstance(found, DataError):
                return found
            kept = keep(found, made.folder / f"part-{cut[0]}")
            give_back()
            again = attrs.evolve(emptied(found), notes=found.notes, dropped=found.dropped)
            return kept or _Again(again, len(found), lambda: cast("History", read(*cut)))

        with ThreadPoolExecutor(threads) as pool:
            results = list(pool.map(part, pairwise(cuts)))
        _settle(made, results, layout)
        if account is not None:
            check_accounts((part.read() for part in made.parts), layout.unit)
        if all(isinstance(part, Kept) for part in made.parts):
            shuffled.remove()
    return made


@contextmanager
def _whole_or_gone(folder: Path, remove: Callable[[], object]) -> Iterator[None]:
    """Leaves nothing in a folder in which not everything could be written.

    Raises:
        UsageError: There was no room for it.
    """
    try:
        yield
    except OSError as error:
        is_full = error.errno in FULL or disk_usage(folder.parent).free < FULL_BYTES
        remove()
        if not is_full:
            raise
        told = f"there is no room left in {folder.parent}, where the partitions are written"
        raise UsageError(told, "set TMPDIR to a folder on a larger disk") from error
    except BaseException:
        remove()
        raise


def _remove(folder: Path, process: int) -> None:
    """Removes what one process wrote; a fork of it has a copy of everything, and the folder is not its own."""
    if getpid() == process:
        rmtree(folder, ignore_errors=True)


def _shuffle(frame: Frame, shuffled: Shuffled) -> None:
    """One pass over all rows, which are written while the next ones are read."""
    size = max(MIN_BATCH_ROWS, min(BATCH_ROWS, room() // BATCH_BYTES))
    first = 0
    waiting: deque[Future[None]] = deque()
    with ThreadPoolExecutor(1) as pool:
        for table in frame.batches(shuffled.names, size):
            if not table.count:
                continue
            waiting.append(pool.submit(shuffled.add, table, first))
            first += table.count
            if len(waiting) > 1:
                waiting.popleft().result()
        for writing in waiting:
            writing.result()
    if not first:
        shuffled.add(frame.sample.part(0, 0), 0)


def _cuts(shuffled: Shuffled, partitions: int | None) -> tuple[list[int], int]:
    """Where the partitions begin and end among the shares, and how many of them fit into memory at once.

    Raises:
        UsageError: Not one of them does.
    """
    reserve()
    counts, free = shuffled.counts, room()
    rows = int(counts.sum())
    row = SORTING_BYTES + shuffled.size // max(rows, 1)
    cuts = list(range(shuffled.shares + 1))
    if partitions is None:
        wanted = max(1, -(-rows // max(1, min(PARTITION_ROWS, free // (4 * row)))))
        behind = np.cumsum(counts)
        cuts = [0, *np.searchsorted(behind, np.arange(1, wanted) * rows // wanted).tolist(), shuffled.shares]
        cuts = sorted(set(cuts))
    largest = max(int(counts[low:high].sum()) for low, high in pairwise(cuts))
    if largest * row > free:
        told = (
            f"the largest of {len(cuts) - 1} partitions has {largest:,} rows, for which {free >> 20:,} MB are too few"
        )
        raise UsageError(told, f"pass partitions={-(-2 * rows * row // max(free, 1))}")
    return cuts, _threads(len(cuts) - 1, largest * row)


def _threads(parts: int, size: int) -> int:
    """How many parts of a size in bytes may be in memory at once, leaving half of it to others."""
    return max(1, min(cpu_count() or 1, parts, room() // (2 * max(size, 1))))


def _settle(made: _Partitions, results: Sequence[Kept | _Again | DataError], layout: Layout) -> None:
    """What all partitions say together.

    Raises:
        DataError: Rows that cannot be read, of all partitions.
    """
    errors = [result for result in results if isinstance(result, DataError)]
    if errors:
        raise one_error(errors)
    made.parts = [result for result in results if not isinstance(result, DataError)]
    is_empty = not any(part.rows for part in made.parts)
    made.names = layout.vocabulary.names if is_empty else all_names(part.empty for part in made.parts)
