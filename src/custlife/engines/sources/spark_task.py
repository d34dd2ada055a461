"""What travels to the executors of a cluster, and what each of them does with its partition.

An executor answers in rows of two columns: the kind of the answer, and its bytes. Nothing else crosses to the driver.
"""

from __future__ import annotations

import pickle
import sys
from traceback import format_exc
from typing import TYPE_CHECKING, Any

import attrs

from custlife.engines.sources.spark_packing import packed
from custlife.errors import CustlifeError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from custlife.engines.history import History

    Batches = Iterable[Any]
    Answers = Iterator[tuple[str, bytes]]
    Task = Callable[[Batches], Answers]

__all__ = ["DONE", "ERROR", "IMPORT", "MEMORY", "SCHEMA", "VERSION", "Keeping", "Kept", "Working", "sealed", "version"]

SCHEMA = "kind string, body binary"
DONE, ERROR, IMPORT, MEMORY, PIECE, VERSION = "done", "error", "import", "memory", "piece", "version"
PIECE_BYTES = 1 << 24


def sealed(task: Task) -> Callable[[Batches], Iterator[Any]]:
    """The function that Spark calls on each partition.

    It is sent by value and knows nothing of custlife until it runs, so that it can tell of an executor that has none,
    or another version.

    Raises:
        UsageError: The task holds what cannot be sent.
    """
    payload, wanted = _pickled(task), version()

    def on_executor(batches: Batches) -> Iterator[Any]:
        import pickle
        import sys

        import pyarrow as pa

        def row(kind: str, body: bytes) -> Any:
            return pa.RecordBatch.from_arrays([pa.array([kind]), pa.array([body], pa.binary())], names=["kind", "body"])

        try:
            import numpy  # noqa: F401  # the work needs it, and may find out late

            from custlife.engines.sources.spark_task import told

            here = sys.modules["custlife"].__version__
            if here != wanted:
                yield row("version", here.encode())
                return
            answers = told(pickle.loads(payload), batches)
        except ImportError as error:
            yield row("import", str(error.name or error).encode())
            return
        for kind, body in answers:
            yield row(kind, body)

    return on_executor


def version() -> str:
    """The version of custlife here, without importing the package itself, which lies above this room."""
    return str(sys.modules["custlife"].__version__)


def _pickled(task: object) -> bytes:
    """The task as bytes; functions of the caller's script go by value."""
    from pyspark import cloudpickle  # pyright: ignore[reportMissingImports]  # too large to install for a check

    try:
        made: bytes = cloudpickle.dumps(task)
    except Exception as error:  # whatever the caller's functions hold may refuse in its own way
        what = f"the question cannot be sent to the executors: {error}"
        hint = "the functions in it must not hold sessions, connections, locks or open files"
        raise UsageError(what, hint) from None
    return made


def told(task: Task, batches: Batches) -> Answers:
    """The answers, or what went wrong: as a value, so that Spark neither tries again nor words it anew."""
    try:
        yield from task(batches)
    except CustlifeError as error:
        yield ERROR, pickle.dumps(error)
    except MemoryError:
        yield MEMORY, b""
    except Exception as error:  # by a function of the caller
        error.add_note(f"On an executor:\n{format_exc()}")
        yield ERROR, _portable(error)


def _portable(error: Exception) -> bytes:
    """An error of the caller's as bytes that can be read again; else its words."""
    try:
        pickle.loads(made := pickle.dumps(error))
    except Exception:
        return pickle.dumps(RuntimeError(f"{type(error).__name__}: {error}"))
    return made


@attrs.frozen
class Working:
    """Work on the history of one partition.

    Attributes:
        read: From the batches of a partition to its history; None where it has no rows.
        work: What is wanted of the history.
    """

    read: Callable[[Batches], History | None]
    work: Callable[[History], Any]

    def __call__(self, batches: Batches) -> Answers:
        """One answer; none without rows."""
        history = self.read(batches)
        if history is not None:
            yield DONE, packed(self.work(history))


@attrs.frozen
class Keeping:
    """The history of one partition in pieces, for Spark to keep.

    Attributes:
        read: As for `Working`.
    """

    read: Callable[[Batches], History | None]

    def __call__(self, batches: Batches) -> Answers:
        """The pieces in order; none without rows."""
        history = self.read(batches)
        whole = b"" if history is None else pickle.dumps(history)
        for start in range(0, len(whole), PIECE_BYTES):
            yield PIECE, whole[start : start + PIECE_BYTES]


@attrs.frozen
class Kept:
    """Work on the history of one partition that Spark kept in pieces; what went wrong then is told now."""

    work: Callable[[History], Any]

    def __call__(self, batches: Batches) -> Answers:
        """One answer; none without rows."""
        pieces: list[bytes] = []
        for batch in batches:
            for kind, body in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                if kind == PIECE:
                    pieces.append(body)
                else:
                    yield kind, body
        if pieces:
            yield DONE, packed(self.work(pickle.loads(b"".join(pieces))))
