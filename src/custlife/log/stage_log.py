"""StageLog: who was in which stage from when on, for many customers at once."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Self

import attrs

from custlife.analysis.question import choice
from custlife.calendar import from_us
from custlife.engines.history import Vocabulary, note
from custlife.engines.rows.looking import Spelled, illegal_legs, spelled
from custlife.engines.sources.held import Held
from custlife.errors import HistoryError
from custlife.log.asking import StageQuestions
from custlife.log.base import Log, ingested
from custlife.log.changing import StageChanges
from custlife.log.columns import Columns, column_names
from custlife.log.customers import rows_of_customers
from custlife.log.framed import framed
from custlife.log.naming import stage_names
from custlife.log.origins import ORIGIN, with_origins
from custlife.log.reading import read_csv, read_jsonl
from custlife.log.wide import wide_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from custlife.customers import Customer
    from custlife.log.base import Instant
    from custlife.log.columns import Source
    from custlife.stages import StageModel

__all__ = ["StageLog"]


@attrs.frozen(eq=False, slots=False, repr=False)
class StageLog(StageChanges, StageQuestions, Log):
    """The stage histories of many customers, ready to be asked.

    Rows say who entered which stage when; their order never matters. Make one with `from_rows`, `from_customers`,
    `from_csv`, `from_jsonl`, `from_wide`, `from_transitions`, or from a data frame with `from_frame`;
    `scan_parquet` and `scan_csv` read files larger than memory.

    Examples:
        >>> from custlife import StageLog, StageModel
        >>> model = StageModel("trial", ["trial", "paid"])
        >>> log = StageLog.from_rows([("a", "trial", "2026-01-01T00:00Z"), ("a", "paid", "2026-01-08T00:00Z")], model)
        >>> log
        <StageLog of 1 customer, 2 rows, as of 2026-01-08 00:00 UTC>
    """

    SHAPE = (Spelled(),)
    INPUT = "stages"

    # -- made from ----------------------------------------------------------------------------------------------------

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[Any] | Source,
        model: StageModel,
        *,
        customer_col: str = "customer",
        stage_col: str = "stage",
        at_col: str = "at",
        seq_col: str | None = None,
        recorded_at_col: str | None = None,
        key_col: str | None = None,
        reason_col: str | None = None,
        actor_col: str | None = None,
        from_col: str | None = None,
        account_col: str | None = None,
        amount_col: str | None = None,
        currency_col: str | None = None,
        expected_close_col: str | None = None,
        segment_cols: Iterable[str] = (),
        aliases: Mapping[str, str] | None = None,
        tz: str | None = None,
        ambiguous: str = "raise",
        as_of: Instant | None = None,
        since: Instant | None = None,
        on_bad: str = "raise",
        on_illegal: str = "keep",
        unit: str = "customer",
    ) -> Self:
        """A log from rows, one for each entry into a stage.

        Args:
            rows: Mappings, or tuples of customer, stage and time; in any order.
            model: The stages. Their keys, labels and aliases are understood.
            customer_col: Column with the id of the customer.
            stage_col: Column with the stage.
            at_col: Column with the time of entry: aware datetimes or ISO texts with an offset.
            seq_col: Column with the order among rows of one instant; the path decides where there is none.
            recorded_at_col: Column with the time at which the row became known.
            key_col: Column that names a fact, so that copies of it are dropped.
            reason_col: Column that says why.
            actor_col: Column that says who did it.
            from_col: Column with the stage left, to be checked against the history; see `from_transitions`.
            account_col: Column that names the account a customer belongs to, for `roll_up`.
            amount_col: Column with the amount of a deal: `Decimal` or its text, or whole minor units; the last one
                known counts.
            currency_col: Column with the currency of the amount.
            expected_close_col: Column with the day or time at which a deal is expected to close.
            segment_cols: Columns to split by.
            aliases: Further spellings of stages, such as `{"MQL": "lead"}`.
            tz: Zone of times without one and of bare dates; also the zone of calendar spans and periods.
            ambiguous: Skipped and repeated local times: `raise`, `earlier` or `later`.
            as_of: The moment of looking; by default the last instant, which is then noted as assumed.
            since: Start of observation, where customers may have been on their way before.
            on_bad: `raise`, or `drop` to leave unreadable rows out, counted and listed in the notes.
            on_illegal: `keep` moves that the policy refuses, counted in the notes; or `raise`.
            unit: What is counted: `customer`, `account`, `deal`.

        Raises:
            DataError: Rows that cannot be read, all of them at once, with their numbers.
            UsageTypeError: Not rows.
        """
        choice("on_illegal", on_illegal, ("keep", "raise"))
        columns = Columns(
            customer_col, stage_col, at_col, seq_col, recorded_at_col, key_col,
            column_names(segment_cols, "segment_cols"),
            _extras(reason=reason_col, actor=actor_col, account=account_col, **{ORIGIN: from_col}),
            told=_extras(amount=amount_col, currency=currency_col, expected_close=expected_close_col),
        )  # fmt: skip
        resolve = stage_names(model, aliases)
        full = ingested(
            rows, Vocabulary.of_model(model), resolve, columns, tz=tz, ambiguous=ambiguous, on_bad=on_bad, unit=unit
        )
        if from_col is not None:
            full = with_origins(full, resolve, since_given=since is not None)
        log = cls._looking(full, as_of, since, tz)
        return log if on_illegal == "keep" else log._lawful()

    @classmethod
    def from_frame(
        cls,
        native: Any,
        model: StageModel,
        *,
        customer_col: str = "customer",
        stage_col: str = "stage",
        at_col: str = "at",
        seq_col: str | None = None,
        recorded_at_col: str | None = None,
        key_col: str | None = None,
        reason_col: str | None = None,
        actor_col: str | None = None,
        account_col: str | None = None,
        amount_col: str | None = None,
        currency_col: str | None = None,
        expected_close_col: str | None = None,
        segment_cols: Iterable[str] = (),
        aliases: Mapping[str, str] | None = None,
        tz: str | None = None,
        ambiguous: str = "raise",
        as_of: Instant | None = None,
        since: Instant | None = None,
        on_bad: str = "raise",
        unit: str = "customer",
        partitions: int | None = None,
    ) -> Self:
        """A log from a data frame, one row for each entry into a stage; the frame is neither copied nor changed.

        Needs the extra of the frame's library, such as `custlife[polars]`. Eager frames are read at once; a Polars
        LazyFrame or a DuckDB relation at the first question; of a PySpark frame the rows stay on the cluster.

        Args:
            native: A frame of pandas, Polars (eager or lazy), PyArrow, DuckDB or PySpark, or anything else with an
                Arrow stream.
            model: The stages. Their keys, labels and aliases are understood.
            customer_col: Column with the id of the customer: text or whole numbers.
            stage_col: Column with the stage.
            at_col: Column with the time of entry: aware times; naive ones, dates and texts where `tz` is given.
            seq_col: Column with the order among rows of one instant.
            recorded_at_col: Column with the time at which the row became known.
            key_col: Column that names a fact, so that copies of it are dropped.
            reason_col: Column that says why.
            actor_col: Column that says who did it.
            account_col: Column that names the account a customer belongs to, for `roll_up`.
            amount_col: Column with the amount of a deal: `Decimal` or its text, or whole minor units; the last one
                known counts.
            currency_col: Column with the currency of the amount.
            expected_close_col: Column with the day or time at which a deal is expected to close.
            segment_cols: Columns to split by.
            aliases: Further spellings of stages, such as `{"MQL": "lead"}`.
            tz: Zone of times without one; also the zone of calendar spans and periods.
            ambiguous: Skipped and repeated local times: `raise`, `earlier` or `later`.
            as_of: The moment of looking; by default the last instant, which is then noted as assumed.
            since: Start of observation, where customers may have been on their way before.
            on_bad: `raise`, or `drop` to leave unreadable rows out, counted and listed in the notes.
            unit: What is counted: `customer`, `account`, `deal`.
            partitions: Of how many parts, each with whole customers, only one or two are in memory at once; 1 reads
                all rows into memory. By default as many as the number of rows asks for.

        Raises:
            UsageTypeError: Not a frame, or a column of a type that cannot be read.
            DataError: A column that is not there, or rows that cannot be read.

        Examples:
            >>> import polars as pl
            >>> from custlife import StageLog, presets
            >>> frame = pl.DataFrame({"id": [7, 8], "stage": ["intent", "intent"], "at": ["2026-01-05", "2026-01-09"]})
            >>> StageLog.from_frame(frame, presets.bruxt5, customer_col="id", tz="UTC")
            <StageLog of 2 customers, 2 rows, as of 2026-01-09 00:00 UTC>
        """
        columns = Columns(
            customer_col, stage_col, at_col, seq_col, recorded_at_col, key_col,
            column_names(segment_cols, "segment_cols"),
            _extras(reason=reason_col, actor=actor_col, account=account_col),
            told=_extras(amount=amount_col, currency=currency_col, expected_close=expected_close_col),
        )  # fmt: skip
        resolve = stage_names(model, aliases)
        source = framed(
            native, Vocabulary.of_model(model), resolve, columns,
            tz=tz, ambiguous=ambiguous, on_bad=on_bad, unit=unit, partitions=partitions,
        )  # fmt: skip
        return cls._looking(source, as_of, since, tz)

    @classmethod
    def scan_parquet(cls, path: str | Path | Iterable[str | Path], model: StageModel, **options: Any) -> Self:
        """A log from Parquet files, which may be larger than memory; rows are read at the first question.

        Args:
            path: A file, a pattern such as `"moves/*.parquet"`, or several.
            model: The stages.
            **options: As for `from_frame`.

        Raises:
            DataError: There is no such file, or it does not have a column.
        """
        from custlife.engines.sources.files import ParquetFiles

        return cls.from_frame(ParquetFiles(path), model, **options)

    @classmethod
    def scan_csv(cls, path: str | Path | Iterable[str | Path], model: StageModel, **options: Any) -> Self:
        """A log from CSV files with a header, which may be larger than memory; rows are read at the first question.

        Much faster than `from_csv`, which needs no extra and names the line of every bad row.

        Args:
            path: A file, a pattern such as `"moves/*.csv"`, or several; in UTF-8.
            model: The stages.
            **options: As for `from_frame`; `delimiter` too.

        Raises:
            DataError: There is no such file, or it does not have a column.
        """
        from custlife.engines.sources.files import CsvFiles

        return cls.from_frame(CsvFiles(path, options.pop("delimiter", ",")), model, **options)

    @classmethod
    def from_customers(cls, customers: Iterable[Customer], *, as_of: Instant | None = None, **options: Any) -> Self:
        """A log from `Customer` values of one model; their attributes and facts can be segments.

        Args:
            customers: The customers; they must share one model.
            as_of: The moment of looking.
            **options: As for `from_rows`: `segment_cols` names attributes and facts.

        Raises:
            UsageError: Customers of different models, or none at all without `model=`.
        """
        model, rows, columns = rows_of_customers(customers, options.pop("model", None), options.pop("segment_cols", ()))
        return cls.from_rows(rows, model, as_of=as_of, **{**columns, **options})

    @classmethod
    def from_csv(cls, path: str | Path, model: StageModel, **options: Any) -> Self:
        """A log from a CSV file with a header; gzipped ones (`.gz`) too.

        Args:
            path: The file.
            model: The stages.
            **options: As for `from_rows`; `delimiter` and `encoding` too.

        Raises:
            DataError: A malformed file, with the line.
        """
        rows = read_csv(path, delimiter=options.pop("delimiter", ","), encoding=options.pop("encoding", "utf-8-sig"))
        return cls.from_rows(rows, model, **options)

    @classmethod
    def from_jsonl(cls, path: str | Path, model: StageModel, **options: Any) -> Self:
        """A log from a file with one JSON object a line; gzipped ones (`.gz`) too.

        Args:
            path: The file.
            model: The stages.
            **options: As for `from_rows`.

        Raises:
            DataError: A line that is not a JSON object, with its number.
        """
        return cls.from_rows(read_jsonl(path), model, **options)

    @classmethod
    def from_wide(
        cls,
        rows: Iterable[Mapping[str, Any]] | str | Path,
        model: StageModel,
        *,
        columns: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Self:
        """A log from rows with one date column for each stage, as CRMs export them.

        Dates of one day are taken in the order of the path.

        Args:
            rows: One mapping for each customer; or the path of a CSV file.
            model: The stages.
            columns: Column to stage, such as `{"Became a lead date": "lead"}`; by default every column that is named
                like a stage. Further columns are left alone.
            **options: As for `from_rows`; empty cells are stages never entered. For a file `delimiter` and `encoding`.

        Raises:
            DataError: No column is named like a stage, or two mean the same.
            UnknownNameError: A stage that the model does not have.
        """
        source = wide_rows(_rows_of(rows, options), model, columns, options)
        log = cls.from_rows(source, model, **options)
        if not source.empty:
            return log
        lost = note("dropped", "rows without any date", source.empty)
        (full,) = log._rows()
        return attrs.evolve(log, source=Held((attrs.evolve(full, notes=(*full.notes, lost)),)))

    @classmethod
    def from_transitions(
        cls,
        rows: Iterable[Mapping[str, Any]] | str | Path,
        model: StageModel,
        *,
        from_col: str = "from",
        to_col: str = "to",
        at_col: str = "at",
        **options: Any,
    ) -> Self:
        """A log from rows of moves (from, to, at), as audit trails hold them.

        What a move says it came from is checked against the history; contradictions are counted in the notes, and the
        history stands. A first move from a known stage tells that the customer was there before, since an unknown
        time. No stay is made up for that: it is noted as truncated, and `since` is taken to be the first instant of
        the log unless given, so that funnels do not take such a customer for one who entered late.

        Args:
            rows: One mapping for each move; or the path of a CSV file.
            model: The stages.
            from_col: Column with the stage left; empty for a first entry.
            to_col: Column with the stage entered.
            at_col: Column with the time of the move.
            **options: As for `from_rows`. For a file `delimiter` and `encoding`.

        Raises:
            DataError: Rows that cannot be read, or origins that are no stages.
        """
        moves = _rows_of(rows, options)
        return cls.from_rows(moves, model, stage_col=to_col, at_col=at_col, from_col=from_col, **options)

    # -- what it is ---------------------------------------------------------------------------------------------------

    @property
    def model(self) -> StageModel:
        """The stages."""
        return self._model()

    def _lawful(self) -> Self:
        """This log, if its policy allows every move in it."""
        spells = spelled(self._rows()[0])
        named, code, at = spells.vocabulary.names, spells.code, spells.at
        problems = []
        for unit, row, before in illegal_legs(spells):
            place = f"{spells.unit} {unit!r} at {from_us(at[row]).isoformat()}"
            problems.append((place, f"{before or 'the start'} to {named[code[row]]}"))
        if problems:
            many = f"{len(problems):,} move{'s' if len(problems) > 1 else ''}"
            raise HistoryError(
                f"policy {self.model.policy!r} of model {self.model.name!r} refuses {many}",
                problems,
                "on_illegal='keep' keeps them as they happened, counted in the notes",
            )
        return self


def _rows_of(rows: Any, options: dict[str, Any]) -> Any:
    """Rows as they are, or those of the CSV file that a path names."""
    if not isinstance(rows, str | PurePath):
        return rows
    delimiter, encoding = options.pop("delimiter", ","), options.pop("encoding", "utf-8-sig")
    return read_csv(str(rows), delimiter=delimiter, encoding=encoding)


def _extras(**columns: str | None) -> tuple[tuple[str, str], ...]:
    """The columns that are kept beside the rows, as pairs of role and column."""
    return tuple((role, column) for role, column in columns.items() if column is not None)
