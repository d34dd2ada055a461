"""EventLog: what many customers did and when; purchases, product events, touches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import attrs

from custlife.analysis.question import names
from custlife.engines.history import Vocabulary
from custlife.engines.rows.ingest import is_missing
from custlife.errors import UsageError
from custlife.log.asking import EventQuestions
from custlife.log.base import Log, ingested
from custlife.log.columns import Columns
from custlife.log.customers import events_of_customers
from custlife.log.reading import read_csv, read_jsonl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from custlife.customers import Customer
    from custlife.log.base import Instant

__all__ = ["EventLog"]


@attrs.frozen(eq=False, slots=False, repr=False)
class EventLog(EventQuestions, Log):
    """The events of many customers, ready to be asked or to be turned into stages by rules.

    Examples:
        >>> from custlife import EventLog
        >>> rows = [("a", "signed up", "2026-01-01T00:00Z"), ("a", "paid", "2026-01-08T00:00Z")]
        >>> EventLog.from_rows(rows).funnel("signed up", "paid")["paid"].reached
        1
    """

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[Any],
        *,
        customer_col: str = "customer",
        event_col: str = "event",
        at_col: str = "at",
        seq_col: str | None = None,
        recorded_at_col: str | None = None,
        key_col: str | None = None,
        value_cols: Iterable[str] = (),
        account_col: str | None = None,
        segment_cols: Iterable[str] = (),
        event: str | None = None,
        aliases: Mapping[str, str] | None = None,
        tz: str | None = None,
        ambiguous: str = "raise",
        as_of: Instant | None = None,
        since: Instant | None = None,
        on_bad: str = "raise",
        unit: str = "customer",
    ) -> Self:
        """A log from rows, one for each event.

        Args:
            rows: Mappings, or tuples of customer, event and time; in any order.
            customer_col: Column with the id of the customer.
            event_col: Column with the name of the event.
            at_col: Column with the time: aware datetimes or ISO texts with an offset.
            seq_col: Column with the order among rows of one instant.
            recorded_at_col: Column with the time at which the row became known.
            key_col: Column that names a fact, so that copies of it are dropped.
            value_cols: Columns that rules and steps look at: amounts, properties.
            account_col: Column that names the account a customer belongs to, for `roll_up`.
            segment_cols: Columns to split by.
            event: The name of all events, where the rows have no column for it (purchases).
            aliases: Further spellings of events, such as `{"Order placed": "purchase"}`.
            tz: Zone of times without one and of bare dates; also the zone of calendar spans and periods.
            ambiguous: Skipped and repeated local times: `raise`, `earlier` or `later`.
            as_of: The moment of looking; by default the last instant, which is then noted as assumed.
            since: Start of observation, where customers may have been on their way before.
            on_bad: `raise`, or `drop` to leave unreadable rows out, counted and listed in the notes.
            unit: What is counted: `customer`, `account`, `session`.

        Raises:
            DataError: Rows that cannot be read, all of them at once, with their numbers.
            UsageTypeError: Not rows.
        """
        extras = (("account", account_col),) if account_col is not None else ()
        columns = Columns(
            customer_col, event_col, at_col, seq_col, recorded_at_col, key_col, names(segment_cols, "segment_cols"),
            extras, names(value_cols, "value_cols"), "event_col", None if event is None else _event_name(event),
        )  # fmt: skip
        read = ingested(
            rows, Vocabulary(()), _resolver(aliases), columns, tz=tz, ambiguous=ambiguous, on_bad=on_bad, unit=unit
        )
        return cls._looking(read, as_of, since, tz)

    @classmethod
    def from_customers(cls, customers: Iterable[Customer], *, as_of: Instant | None = None, **options: Any) -> Self:
        """A log from the events of `Customer` values.

        Args:
            customers: The customers.
            as_of: The moment of looking.
            **options: As for `from_rows`: `segment_cols` names facts, fields of events (`channel`, `team`, ...) and
                properties, `value_cols` fields and properties; by default it is `value`.

        Raises:
            DataError: Two customers with one id.
            UnknownNameError: A segment or value that none of them has.
        """
        rows, columns = events_of_customers(
            customers, options.pop("segment_cols", ()), options.pop("value_cols", ("value",))
        )
        return cls.from_rows(rows, as_of=as_of, **{**columns, **options})

    @classmethod
    def from_csv(cls, path: str | Path, **options: Any) -> Self:
        """A log from a CSV file with a header; gzipped ones (`.gz`) too.

        Args:
            path: The file.
            **options: As for `from_rows`; `delimiter` and `encoding` too.

        Raises:
            DataError: A malformed file, with the line.
        """
        rows = read_csv(path, delimiter=options.pop("delimiter", ","), encoding=options.pop("encoding", "utf-8-sig"))
        return cls.from_rows(rows, **options)

    @classmethod
    def from_jsonl(cls, path: str | Path, **options: Any) -> Self:
        """A log from a file with one JSON object a line; gzipped ones (`.gz`) too.

        Args:
            path: The file.
            **options: As for `from_rows`.

        Raises:
            DataError: A line that is not a JSON object, with its number.
        """
        return cls.from_rows(read_jsonl(path), **options)

    @property
    def events(self) -> tuple[str, ...]:
        """Names of the events, sorted."""
        return self.history.vocabulary.names


def _resolver(aliases: Mapping[str, str] | None) -> Callable[[object], str]:
    """Reads names of events, as they are but for the caller's aliases."""
    known = {spelling: _event_name(name) for spelling, name in (aliases or {}).items()}
    return lambda name: known[name] if isinstance(name, str) and name in known else _event_name(name)


def _event_name(name: object) -> str:
    """The name of an event, if it is one."""
    if isinstance(name, str) and name.strip():
        return str.__str__(name)
    missing = is_missing(name) or isinstance(name, str)
    raise UsageError("the event is missing" if missing else f"the event {name!r} is not text", "name every event")
