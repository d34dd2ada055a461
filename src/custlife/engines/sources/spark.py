"""Frames of PySpark: histories are read and counted on the executors, and only the counts come back.

The wanted columns are shuffled once, so that all rows of a unit lie in one partition; each partition then is a history
like any other.
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from custlife.engines.history import MOST_NAMES, check_names
from custlife.engines.rows.ingest import ingest
from custlife.engines.sources import spark_errors as wrong
from custlife.engines.sources import spark_task as tasks
from custlife.engines.sources.spark_columns import check_accounts, kinds_of, laid_out, selected
from custlife.engines.sources.spark_reading import Reading, Summary, summary
from custlife.errors import CustlifeError, MissingExtraError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from custlife.engines.history import History
    from custlife.engines.layout import Layout

__all__ = ["SparkSource", "is_spark"]

T = TypeVar("T")
ACCOUNT = "extra:account"


def is_spark(native: object) -> bool:
    """Whether something is a DataFrame of PySpark, classic or Connect; PySpark is not imported to find out."""
    kinds = type(native).__mro__
    return any(kind.__name__ == "DataFrame" and kind.__module__.startswith("pyspark.sql.") for kind in kinds)


@attrs.define
class _Known:
    """What was found out about the rows, once for all sources of them.

    Attributes:
        summary: Last instant and names.
        accounts: True when each unit is known to belong to one account.
    """

    summary: Summary | None = None
    accounts: bool = False


@attrs.frozen(eq=False, slots=False)
class SparkSource:
    """The rows of a frame of Spark; nothing is computed before something is asked.

    Attributes:
        native: The frame.
        wanted: Role to column: `unit`, `name`, `at`, and those of `layout.others`.
        layout: How its rows are read.
        partitions: How many histories there will be; by default as many as Spark shuffles into.
        kinds: Role to the kind of the column: `text`, `whole`, `aware`, `naive`, `date`, `nothing` or `other`.

    Raises:
        MissingExtraError: The driver lacks NumPy, PyArrow or pandas.
        DataError: A column that is not there.
        UsageError: A column of a type that cannot be read.
    """

    native: Any = attrs.field(repr=False)
    wanted: Mapping[str, str]
    layout: Layout = attrs.field(repr=False)
    partitions: int | None = None
    kinds: Mapping[str, str] = attrs.field(init=False, repr=False)
    _kept: Any = attrs.field(default=None, repr=False)  # the frame of the histories in pieces, where Spark keeps them
    _known: _Known = attrs.field(factory=_Known, repr=False)

    def __attrs_post_init__(self) -> None:
        if any(find_spec(package) is None for package in ("numpy", "pandas", "pyarrow")):
            raise MissingExtraError("a frame of Spark", "spark")
        object.__setattr__(self, "kinds", kinds_of(self.native, self.wanted, self.layout))

    @property
    def accounts(self) -> str | None:
        """The column by whose values units lie together, or None."""
        return "account" if ACCOUNT in self.wanted else None

    @property
    def empty(self) -> History:
        """A history without rows that has all the columns, and the names of all events."""
        made = ingest([], self.layout)
        names = made.vocabulary.names if self._names is None else self._names
        vocabulary = attrs.evolve(made.vocabulary, names=names)
        return attrs.evolve(made, vocabulary=vocabulary, engine="arrays", frame="spark")

    def last(self) -> int | None:
        """The last instant of all rows, microseconds UTC; None without rows."""
        return self._summary.last

    def map(self, work: Callable[[History], T]) -> Iterator[T]:
        """What some work makes of each partition that has rows; of none at all, what it makes of no rows.

        Raises:
            UsageError: Work that cannot be sent, executors that cannot do it, a partition that is too large.
            DataError: Rows that cannot be read, of all partitions.
        """
        if self._kept is None:
            results = self._run(self._laid_out, tasks.Working(self._reading, work))
        else:
            results = self._run(self._kept, tasks.Kept(work))
        yield from results
        if not results:
            yield work(self.empty)

    def __reduce__(self) -> tuple[Any, ...]:
        """Nothing: a session of Spark stays in its process.

        Raises:
            UsageError: Always.
        """
        hint = "make the log anew where it is wanted, or pass partitions=1: what is in memory can be handed on"
        raise UsageError("a log whose rows are on a cluster cannot be pickled", hint)

    def held(self) -> None:
        """None: the rows stay on the cluster."""

    def whole(self) -> list[History]:
        """The histories of all partitions, brought to the driver."""
        return list(self.map(itself))

    def persist(self) -> SparkSource:
        """The same rows, read now; Spark keeps their histories, so that later questions shuffle and sort nothing.

        Raises:
            DataError: Rows that cannot be read.
        """
        if self._kept is not None:
            return self
        made = attrs.evolve(self, kept=self._mapped(self._laid_out, tasks.Keeping(self._reading)).persist())
        try:
            found = made._run(made._kept, tasks.Kept(summary))
        except Exception:
            made.unpersist()
            raise
        self._known.summary = _whole(found, {name for each in found for name in each.names})
        return made

    def unpersist(self) -> SparkSource:
        """The same rows, no longer kept."""
        if self._kept is not None:
            self._kept.unpersist()
        return attrs.evolve(self, kept=None)

    # -- how ----------------------------------------------------------------------------------------------------------

    @cached_property
    def _roles(self) -> tuple[str, ...]:
        """The roles in the order of the columns: the unit is the first."""
        return tuple(role for role in ("unit", "name", "at", *self.layout.others) if role in self.wanted)

    @property
    def _names(self) -> tuple[str, ...] | None:
        """The names of all events, which all partitions must know; None where they are those of a model."""
        return self._summary.names if self.layout.vocabulary.model is None else None

    @property
    def _reading(self) -> Reading:
        return Reading(self._roles, self.layout, self._names)

    @property
    def _laid_out(self) -> Any:
        """The wanted columns, with whole units in each partition."""
        frame = selected(self.native, self.wanted, self.kinds, self._roles)
        account = None if self.accounts is None else self._roles.index(ACCOUNT)
        if account is not None and not self._known.accounts:
            check_accounts(frame, account, self.layout.unit)
            self._known.accounts = True
        return laid_out(frame, self.partitions, account)

    @property
    def _summary(self) -> Summary:
        """What must be known of all rows, from one small job that shuffles no rows."""
        if self._known.summary is None:
            is_plain = self.layout.on_bad == "raise" and self.kinds["at"] == "aware"
            self._known.summary = self._aggregated() if is_plain else self._read_through()
        return self._known.summary

    def _aggregated(self) -> Summary:
        """By Spark itself, where each row counts and says when it was; one that cannot be used is refused later."""
        roles = ("at", "name") if self.layout.vocabulary.model is None and "name" in self.wanted else ("at",)
        frame = selected(self.native, self.wanted, self.kinds, roles)
        rows = frame.selectExpr("unix_micros(c0) AS at", *(f"c{number}" for number in range(1, len(roles))))
        found = rows.groupBy(*rows.columns[1:]).max("at").limit(2 * MOST_NAMES).collect()
        names: set[str] = set()
        for row in found:
            with suppress(CustlifeError):
                names.add(self.layout.constant or self.layout.resolve(row[0]))
        return _whole([Summary(row[-1], ()) for row in found], names)

    def _read_through(self) -> Summary:
        """By reading every row where it lies, as it will be read for good."""
        roles = tuple(role for role in self._roles if not role.startswith(("key", "segment:", "extra:", "value:")))
        layout = attrs.evolve(self.layout, others=tuple(role for role in self.layout.others if role in roles))
        frame = selected(self.native, self.wanted, self.kinds, roles)
        found = self._run(frame, tasks.Working(Reading(roles, layout), summary))
        return _whole(found, {name for each in found for name in each.names})

    def _mapped(self, frame: Any, task: tasks.Task) -> Any:
        """The answers of the executors, as a frame."""
        function = tasks.sealed(task)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of PySpark about pandas, which no row goes through
            return frame.mapInArrow(function, tasks.SCHEMA)

    def _run(self, frame: Any, task: tasks.Task) -> list[Any]:
        """What the executors found, or what went wrong there."""
        mapped = self._mapped(frame, task)
        try:
            answers = fetched(mapped)
        except Exception as error:
            known = wrong.explained(error, self._number)
            if known is None:
                raise
            raise known from None
        return wrong.checked(answers, self._number)

    @property
    def _number(self) -> int:
        """The number of partitions, as far as it was told to anybody."""
        told = str(self.partitions or self.native.sparkSession.conf.get("spark.sql.shuffle.partitions"))
        return int(told) if told.isdigit() else 200


def itself(history: History) -> History:
    """The history, as it is."""
    return history


def fetched(mapped: Any) -> list[tuple[str, bytes]]:
    """The rows of the answers: as Arrow where PySpark hands it over, since it pickles bytes one by one."""
    if not hasattr(type(mapped), "toArrow"):  # before PySpark 4
        return [(row["kind"], bytes(row["body"])) for row in mapped.collect()]
    table = mapped.toArrow()
    return list(zip(table["kind"].to_pylist(), table["body"].to_pylist(), strict=True))


def _whole(parts: list[Summary], names: set[str]) -> Summary:
    """The summary of several, with the names of all.

    Raises:
        UsageError: More names than there can be.
    """
    check_names(names)
    return Summary(max((part.last for part in parts if part.last is not None), default=None), tuple(sorted(names)))
