"""What all logs share: how they look, what they keep, and how they are asked."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, partial
from heapq import merge
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, TypeVar

import attrs

from custlife.analysis.question import ask, ask_all, choice
from custlife.calendar import from_us, instant, to_us, zone
from custlife.calendar.instants import zoned_text
from custlife.engines import gather
from custlife.engines.gathers import Profile
from custlife.engines.history import History
from custlife.engines.layout import Layout
from custlife.engines.merging import merged_settings
from custlife.engines.rows.choosing import FirstSeen, Having
from custlife.engines.rows.ingest import ingest
from custlife.engines.sources.asked import Asked, ids_of
from custlife.engines.sources.held import Held
from custlife.engines.view import View
from custlife.errors import TimeError, UnknownNameError, UsageError, UsageTypeError
from custlife.log.columns import place_of, plain_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from custlife.analysis.question import Question
    from custlife.calendar import Ambiguous
    from custlife.engines.history import Note, Setting, Vocabulary
    from custlife.engines.layout import RowCheck
    from custlife.engines.sources.source import Source as Histories
    from custlife.log.checking import Check
    from custlife.log.columns import Columns, Source

    Instant = datetime | date | str

__all__ = ["Log", "ambiguity", "ingested"]

R = TypeVar("R")
IN_FORCE = ("first", "last", "any")
AMBIGUOUS: Final[tuple[Ambiguous, ...]] = ("raise", "earlier", "later")


def ingested(
    rows: Iterable[Any] | Source,
    vocabulary: Vocabulary,
    resolve: Callable[[object], str],
    columns: Columns,
    *,
    tz: str | None,
    ambiguous: str,
    on_bad: str,
    unit: str,
    check: RowCheck | None = None,
) -> History:
    """The sorted history of some rows."""
    layout = layout_of(vocabulary, resolve, columns, tz=tz, ambiguous=ambiguous, on_bad=on_bad, unit=unit, check=check)
    return ingest(plain_rows(rows, columns), layout, place=place_of(rows))


def ambiguity(value: str) -> Ambiguous:
    """What to do with skipped and repeated local times.

    Raises:
        UsageError: No such mode.
    """
    return choice("ambiguous", value, AMBIGUOUS)


def layout_of(
    vocabulary: Vocabulary,
    resolve: Callable[[object], str],
    columns: Columns,
    *,
    tz: str | None,
    ambiguous: str,
    on_bad: str,
    unit: str,
    check: RowCheck | None = None,
) -> Layout:
    """How rows are to be read."""
    choice("on_bad", on_bad, ("raise", "drop"))
    local = ambiguity(ambiguous)
    called: object = unit
    if not isinstance(called, str) or not called.strip():
        raise UsageError(f"unit={unit!r} is not a name", "say what is counted, such as unit='deal'")
    return Layout(
        vocabulary,
        resolve,
        zone(tz),
        tz,
        local,
        columns.others(),
        on_bad,
        unit,
        columns.constant,
        check,
        columns.arguments(),
    )


@attrs.frozen(eq=False, slots=False, repr=False)
class Log:
    """Histories of many customers, ready to be asked.

    A log is a value: every change returns a new one, and they share their rows. It is made by a constructor
    (`from_rows`, `from_csv`, ...), not by hand.
    """

    SHAPE: ClassVar[tuple[Callable[[History], History], ...]] = ()  # what this kind of log makes of the rows seen
    INPUT: ClassVar[str]  # which input of a metric it is

    _source: Histories
    _view: View

    @classmethod
    def _looking(cls, full: History | Histories, as_of: Instant | None, since: Instant | None, tz: str | None) -> Self:
        """A log of some rows seen from `as_of`; by default from their last instant, which is then printed."""
        moment = None if as_of is None else to_us(instant(as_of, tz=tz, name="as_of"))
        start = None if since is None else to_us(instant(since, tz=tz, name="since"))
        return cls(Held((full,)) if isinstance(full, History) else full, View(moment, None, start))

    # -- what it is ---------------------------------------------------------------------------------------------------

    @cached_property
    def _asked(self) -> Asked:
        """The rows as this kind of log counts them."""
        return Asked(self._source, attrs.evolve(self._view, steps=(*self._view.steps, *self.SHAPE)))

    @cached_property
    def history(self) -> History:
        """The rows as they stand at `as_of`: what the gathers read.

        Raises:
            UsageError: They are not in memory.
        """
        return self._asked.whole()

    @cached_property
    def _seen(self) -> History:
        """The rows that had occurred and were known, after every step that was asked for."""
        return Asked(self._source, self._view).whole()

    @cached_property
    def _setting(self) -> Setting:
        """All but the rows."""
        return merged_settings(list(self._asked.map(partial(gather, Profile()))))

    def _rows(self) -> tuple[History, ...]:
        """All rows, also later ones, as they were read into memory."""
        held = self._source.held()
        return () if held is None else held.parts

    @property
    def _empty(self) -> History:
        """A history without rows, with the columns and the vocabulary of this log."""
        return self._asked.empty

    @property
    def as_of(self) -> datetime:
        """The moment of looking, UTC: nothing later is seen, and what still lasts is censored here."""
        return from_us(self._asked.as_of)

    @property
    def since(self) -> datetime | None:
        """Start of observation, or None where histories are known from their beginning."""
        since = self._empty.since
        return None if since is None else from_us(since)

    @property
    def tz(self) -> str:
        """The one zone of calendar spans and periods."""
        return self._empty.zone.key

    @property
    def unit(self) -> str:
        """What is counted: `customer`, `account`, `deal`."""
        return self._empty.unit

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was done to the rows: collapsed, dropped, assumed, imputed, illegal."""
        return self._setting.notes

    @property
    def customers(self) -> tuple[str, ...]:
        """Ids of the units seen at `as_of`, sorted."""
        return tuple(merge(*self._asked.map(ids_of)))

    @property
    def segments(self) -> tuple[str, ...]:
        """Names of the columns that questions can be split by."""
        return tuple(self._empty.segments)

    def __len__(self) -> int:
        """The number of rows seen at `as_of`."""
        return self._setting.rows

    def __repr__(self) -> str:
        h = self._setting
        units, rows = (f"{n:,} {name}{'' if n == 1 else 's'}" for n, name in ((h.units, h.unit), (h.rows, "row")))
        return f"<{type(self).__name__} of {units}, {rows}, as of {zoned_text(self.as_of, h.zone)}>"

    def __str__(self) -> str:
        lines = [repr(self)[1:-1], *(f"  {n}" for n in self.notes)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return as_html(self)

    # -- other views --------------------------------------------------------------------------------------------------

    def with_as_of(self, as_of: Instant, *, known_at: Instant | None = None) -> Self:
        """The same log seen from another moment; what was derived from its rows is derived anew.

        Args:
            as_of: What happened later is not seen.
            known_at: Also leave out what was recorded later than this; rows without `recorded_at` were known at once.

        Raises:
            TimeError: A time without its zone.
        """
        known = None if known_at is None else to_us(instant(known_at, tz=self.tz, name="known_at"))
        moment = to_us(instant(as_of, tz=self.tz, name="as_of"))
        return attrs.evolve(self, view=attrs.evolve(self._view, as_of=moment, known_at=known))

    def where(
        self,
        customers: Callable[[str], bool] | Iterable[str] | None = None,
        *,
        value: str = "first",
        **segments: str | Iterable[str | None] | None,
    ) -> Self:
        """The log of some customers, with all their rows and the same `as_of`.

        Args:
            customers: Their ids, or a test of an id.
            value: Which value of a segment decides where it changes: the `first`, the `last` or `any` of those seen.
            **segments: The wanted value of each segment, or several; None for missing.

        Raises:
            UnknownNameError: A segment that the log does not have.
        """
        choice("value", value, IN_FORCE)
        for name in segments:
            if name not in self._empty.segments:
                raise UnknownNameError("segment", name, sorted(self._empty.segments))
        wanted = tuple((name, _values(name, given)) for name, given in segments.items())
        return self._then(Having(_test(customers), wanted, value))

    def between(self, start: Instant, end: Instant) -> Self:
        """The log of the customers first seen from `start` to before `end`, with all their rows and the same `as_of`.

        Raises:
            TimeError: `end` is not after `start`.
        """
        low = to_us(instant(start, tz=self.tz, name="start"))
        high = to_us(instant(end, tz=self.tz, name="end"))
        if high <= low:
            raise TimeError(f"end={end!r} is not after start={start!r}", "swap them")
        return self._then(FirstSeen(low, high))

    def _then(self, *steps: Callable[[History], History]) -> Self:
        """The same log, with more done to the rows seen; at every `as_of` it is done anew."""
        return attrs.evolve(self, view=attrs.evolve(self._view, steps=(*self._view.steps, *steps)))

    def persist(self) -> Self:
        """The same log with its rows read now and kept ready for many questions.

        What comes from rows or an eager frame is ready anyway. Of a Polars LazyFrame, a DuckDB relation or a file the
        rows are read; one larger than memory is spilled to a temporary folder in parts; of a PySpark frame the parts
        are persisted on the cluster.

        Raises:
            DataError: Rows that cannot be read.
        """
        return attrs.evolve(self, source=self._source.persist())

    def check(self) -> Check:
        """Everything that is odd about the rows seen at `as_of`, each with its place; true where nothing is.

        Rows that `on_bad="drop"` left out, moves that the policy refuses, moves that took longer or shorter than their
        transition expects, required reasons that are missing, different entries at one instant without an order, and
        rows that repeat the stage already held.
        """
        from custlife.log.checking import checked

        return checked(Asked(self._source, self._view), tuple(map(str, self.notes)))

    # -- asking -------------------------------------------------------------------------------------------------------

    def ask(self, question: Question[R]) -> R:
        """The answer to a question held as a value, such as `cl.Funnel(...)`."""
        return ask(question, self._asked)

    def ask_all(self, questions: Sequence[Question[Any]]) -> list[Any]:
        """The answers to many questions, counted together."""
        return ask_all(questions, self._asked)


def as_html(log: object) -> str:
    """A log as notebooks show it."""
    from html import escape

    return f"<pre>{escape(str(log))}</pre>"


def _test(
    customers: Callable[[str], bool] | Iterable[str] | None,
) -> frozenset[str] | Callable[[str], bool] | None:
    """Ids, or a test of an id; None for all."""
    if customers is None or callable(customers):
        return customers
    if isinstance(customers, str) or not isinstance(customers, Iterable):
        return frozenset((str(customers),))
    return frozenset(map(str, customers))


def _values(name: str, given: str | Iterable[str | None] | None) -> frozenset[str | None]:
    if given is None or isinstance(given, str):
        return frozenset((given,))
    try:
        return frozenset(value if value is None else str(value) for value in given)
    except TypeError:
        what = f"{name}={given!r} is not text or a list of texts"
        raise UsageTypeError(what, f"write {name}={str(given)!r}") from None
