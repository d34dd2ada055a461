"""EventLog: what many customers did and when; purchases, product events, touches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

import attrs

from custlife.engines.history import Vocabulary
from custlife.engines.rows.rolling import Pooled
from custlife.engines.rows.ruling import Ruled
from custlife.engines.rules import Rules, fields_of
from custlife.errors import UnknownNameError, UsageTypeError
from custlife.log.asking import EventQuestions
from custlife.log.base import Log, ingested
from custlife.log.changing import check_whole
from custlife.log.columns import Columns, column_names
from custlife.log.customers import events_of_customers
from custlife.log.framed import framed
from custlife.log.naming import event_name, event_names
from custlife.log.reading import FromFiles
from custlife.log.stage_log import StageLog
from custlife.stages import StageModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from custlife.customers import Customer
    from custlife.engines.rules import Rule
    from custlife.log.base import Instant
    from custlife.log.columns import Source

__all__ = ["EventLog"]


@attrs.frozen(eq=False, slots=False, repr=False)
class EventLog(FromFiles, EventQuestions, Log):
    """The events of many customers, ready to be asked or to be turned into stages by rules.

    Examples:
        >>> from custlife import EventLog
        >>> rows = [("a", "signed up", "2026-01-01T00:00Z"), ("a", "paid", "2026-01-08T00:00Z")]
        >>> EventLog.from_rows(rows).funnel("signed up", "paid")["paid"].reached
        1
    """

    INPUT = "events"

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[Any] | Source,
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
        columns = Columns(
            customer_col, event_col, at_col, seq_col, recorded_at_col, key_col,
            column_names(segment_cols, "segment_cols"), _account(account_col),
            column_names(value_cols, "value_cols"), "event_col", None if event is None else event_name(event),
        )  # fmt: skip
        read = ingested(
            rows, Vocabulary(()), event_names(aliases), columns, tz=tz, ambiguous=ambiguous, on_bad=on_bad, unit=unit
        )
        return cls._looking(read, as_of, since, tz)

    @classmethod
    def from_frame(
        cls,
        native: Any,
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
        partitions: int | None = None,
    ) -> Self:
        """A log from a data frame, one row for each event; the frame is neither copied nor changed.

        Needs the extra of the frame's library, such as `custlife[polars]`. Eager frames are read at once; a Polars
        LazyFrame or a DuckDB relation at the first question; of a PySpark frame the rows stay on the cluster.

        Args:
            native: A frame of pandas, Polars (eager or lazy), PyArrow, DuckDB or PySpark, or anything else with an
                Arrow stream.
            customer_col: Column with the id of the customer: text or whole numbers.
            event_col: Column with the name of the event.
            at_col: Column with the time: aware times; naive ones, dates and texts where `tz` is given.
            seq_col: Column with the order among rows of one instant.
            recorded_at_col: Column with the time at which the row became known.
            key_col: Column that names a fact, so that copies of it are dropped.
            value_cols: Columns that rules and steps look at: amounts, properties.
            account_col: Column that names the account a customer belongs to, for `roll_up`.
            segment_cols: Columns to split by.
            event: The name of all events, where the frame has no column for it (purchases).
            aliases: Further spellings of events, such as `{"Order placed": "purchase"}`.
            tz: Zone of times without one; also the zone of calendar spans and periods.
            ambiguous: Skipped and repeated local times: `raise`, `earlier` or `later`.
            as_of: The moment of looking; by default the last instant, which is then noted as assumed.
            since: Start of observation, where customers may have been on their way before.
            on_bad: `raise`, or `drop` to leave unreadable rows out, counted and listed in the notes.
            unit: What is counted: `customer`, `account`, `session`.
            partitions: Of how many parts, each with whole customers, only one or two are in memory at once; 1 reads
                all rows into memory. By default as many as the number of rows asks for.

        Raises:
            UsageTypeError: Not a frame, or a column of a type that cannot be read.
            DataError: A column that is not there, or rows that cannot be read.

        Examples:
            >>> import pandas as pd
            >>> from custlife import EventLog
            >>> frame = pd.DataFrame({"customer": [7, 7], "at": pd.to_datetime(["2026-01-05", "2026-01-09"], utc=True)})
            >>> EventLog.from_frame(frame, event="purchase")
            <EventLog of 1 customer, 2 rows, as of 2026-01-09 00:00 UTC>
        """
        columns = Columns(
            customer_col, event_col, at_col, seq_col, recorded_at_col, key_col,
            column_names(segment_cols, "segment_cols"), _account(account_col),
            column_names(value_cols, "value_cols"), "event_col", None if event is None else event_name(event),
        )  # fmt: skip
        source = framed(
            native, Vocabulary(()), event_names(aliases), columns,
            tz=tz, ambiguous=ambiguous, on_bad=on_bad, unit=unit, partitions=partitions,
        )  # fmt: skip
        return cls._looking(source, as_of, since, tz)

    @classmethod
    def scan_parquet(cls, path: str | Path | Iterable[str | Path], **options: Any) -> Self:
        """A log from Parquet files, which may be larger than memory; rows are read at the first question.

        Args:
            path: A file, a pattern such as `"events/*.parquet"`, or several.
            **options: As for `from_frame`.

        Raises:
            DataError: There is no such file, or it does not have a column.
        """
        from custlife.engines.sources.files import ParquetFiles

        return cls.from_frame(ParquetFiles(path), **options)

    @classmethod
    def scan_csv(cls, path: str | Path | Iterable[str | Path], **options: Any) -> Self:
        """A log from CSV files with a header, which may be larger than memory; rows are read at the first question.

        Much faster than `from_csv`, which needs no extra and names the line of every bad row.

        Args:
            path: A file, a pattern such as `"events/*.csv"`, or several; in UTF-8.
            **options: As for `from_frame`; `delimiter` too.

        Raises:
            DataError: There is no such file, or it does not have a column.
        """
        from custlife.engines.sources.files import CsvFiles

        return cls.from_frame(CsvFiles(path, options.pop("delimiter", ",")), **options)

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

    # -- made into ----------------------------------------------------------------------------------------------------

    def to_stages(self, model: StageModel, rules: Rules | Mapping[str, Rule], *, returns: str = "left") -> StageLog:
        """The stages that events lead to: each is preceded by an action.

        The events of each unit are gone through once, in time order. A rule that fires moves the unit on along the
        path, never back (unless it says `when="always"`), or into the exit that has the rule; stages whose rules fire
        at one event are entered in the order of the path. Silence counts from the last activity; it is over when
        nothing came before or at that instant, up to `as_of`, and what a rule makes is no activity. Who is off the path
        comes back by the next activity that breaks the silence, or by any event that fires a rule of the path: to
        where `returns` says, or straight to the stages further on that the event itself leads to. Silences lead
        outwards only: from a stage one fell into by silence to those behind it, and from no other exit.

        Later rows never rewrite earlier entries, and every entry can be traced: see `causes`.

        Args:
            model: The stages.
            rules: Stage to rule, made by `cl.seen`, `cl.count`, `cl.value`, `cl.silent`, `cl.any_of`, `cl.all_of`; or
                `Rules`, which bring `returns` along.
            returns: `left` (the stage of the path that was left), `first` (the first stage of the path that has a rule,
                and counts begin anew) or a stage (counts begin anew).

        Raises:
            UnknownNameError: A stage that the model does not have, or a value that the log does not have.
            DefinitionError: Rules that contradict one another.

        Examples:
            >>> from custlife import EventLog, StageModel
            >>> from custlife.engines.rules import count, seen
            >>> model = StageModel("shop", ["customer", "repeat"])
            >>> events = EventLog.from_rows([("a", "buy", "2026-01-01T00:00Z"), ("a", "buy", "2026-02-01T00:00Z")])
            >>> log = events.to_stages(model, {"customer": seen("buy"), "repeat": count("buy", 2)})
            >>> print(log.causes("a")[-1])
            repeat at 2026-02-01T00:00:00+00:00: count('buy', 2), by buy at 2026-02-01T00:00:00+00:00
        """
        if not isinstance(model, StageModel):
            raise UsageTypeError(f"model={model!r} is not a StageModel", "write to_stages(model, {stage: rule, ...})")
        made = rules if isinstance(rules, Rules) else Rules(rules, returns)
        fields = {field for _, rule in made for field in fields_of(rule)}
        for field in sorted(fields - set(self._empty.values)):
            raise UnknownNameError("value", field, sorted(self._empty.values), "rules; pass value_cols= to the log")
        return StageLog(self._source, self._then(Ruled(model, made))._view)

    def roll_up(self, to: str = "account", *, on_bad: Literal["raise", "drop"] = "raise") -> Self:
        """The log of accounts, each with the events of all its members.

        Args:
            to: The column that names the account: `account` (see `account_col`), or a segment.
            on_bad: `raise`, or `drop` events without an account, counted in the notes.

        Raises:
            UnknownNameError: The log has no such column.
        """
        check_whole(self, to, on_bad)
        return self._then(Pooled(to, on_bad))

    @property
    def events(self) -> tuple[str, ...]:
        """Names of the events, sorted."""
        return self._setting.vocabulary.names


def _account(column: str | None) -> tuple[tuple[str, str], ...]:
    """The column of accounts, as a pair of role and column."""
    return () if column is None else (("account", column),)
