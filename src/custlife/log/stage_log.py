"""StageLog: who was in which stage from when on, for many customers at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import attrs

from custlife.engines.history import Vocabulary
from custlife.engines.rows.looking import illegal, spelled
from custlife.errors import DataError, UnknownNameError, UsageError
from custlife.log.asking import StageQuestions
from custlife.log.base import Log, ingested
from custlife.log.columns import Columns, plain_rows
from custlife.log.customers import rows_of_customers
from custlife.log.reading import from_transition_rows, from_wide_rows, read_csv, read_jsonl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from custlife.customers import Customer
    from custlife.engines.history import History
    from custlife.log.base import Instant
    from custlife.stages import StageModel

__all__ = ["StageLog"]


@attrs.frozen(eq=False, slots=False, repr=False)
class StageLog(StageQuestions, Log):
    """The stage histories of many customers, ready to be asked.

    Rows say who entered which stage when; their order never matters. Make one with `from_rows`, `from_customers`,
    `from_csv`, `from_jsonl`, `from_wide` or `from_transitions`.

    Examples:
        >>> from custlife import StageLog, StageModel
        >>> model = StageModel("trial", ["trial", "paid"])
        >>> log = StageLog.from_rows([("a", "trial", "2026-01-01T00:00Z"), ("a", "paid", "2026-01-08T00:00Z")], model)
        >>> log
        <StageLog of 1 customers, 2 rows, as of 2026-01-08 00:00 UTC>
    """

    # -- made from ----------------------------------------------------------------------------------------------------

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[Any],
        model: StageModel,
        *,
        customer_col: str = "customer",
        stage_col: str = "stage",
        at_col: str = "at",
        seq_col: str | None = None,
        recorded_at_col: str | None = None,
        key_col: str | None = None,
        reason_col: str | None = None,
        account_col: str | None = None,
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
            account_col: Column that names the account a customer belongs to, for `roll_up`.
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
        extras = tuple((role, c) for role, c in (("reason", reason_col), ("account", account_col)) if c is not None)
        columns = Columns(
            customer_col, stage_col, at_col, seq_col, recorded_at_col, key_col, tuple(segment_cols), extras
        )  # fmt: skip
        full = ingested(
            plain_rows(rows, columns), Vocabulary.of_model(model), _resolver(model, aliases), columns,
            tz=tz, ambiguous=ambiguous, on_bad=on_bad, unit=unit,
        )  # fmt: skip
        log = cls._looking(full, as_of, since, tz)
        return log if on_illegal == "keep" else log._lawful(on_illegal)

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
        cls, rows: Iterable[Mapping[str, Any]], model: StageModel, *, columns: Mapping[str, str] | None = None, **options: Any
    ) -> Self:
        """A log from rows with one date column for each stage, as CRMs export them.

        Args:
            rows: One mapping for each customer.
            model: The stages.
            columns: Column to stage; by default every column that is named like a stage.
            **options: As for `from_rows`; empty cells are stages never entered.

        Raises:
            DataError: No column is named like a stage.
        """
        long, kept = from_wide_rows(rows, model, columns, options)
        return cls.from_rows(long, model, **kept)

    @classmethod
    def from_transitions(
        cls,
        rows: Iterable[Mapping[str, Any]],
        model: StageModel,
        *,
        from_col: str = "from",
        to_col: str = "to",
        at_col: str = "at",
        **options: Any,
    ) -> Self:
        """A log from rows of moves (from, to, at), as audit trails hold them.

        What a move says it came from is checked against the history; contradictions are counted in the notes. A first
        move from a known stage tells that the customer was there before, since an unknown time.

        Args:
            rows: One mapping for each move.
            model: The stages.
            from_col: Column with the stage left; empty for a first entry.
            to_col: Column with the stage entered.
            at_col: Column with the time of the move.
            **options: As for `from_rows`.
        """
        made, notes = from_transition_rows(rows, model, from_col, to_col, at_col, options)
        log = cls.from_rows(made, model, stage_col=to_col, at_col=at_col, **options)
        return attrs.evolve(log, full=attrs.evolve(log._full, notes=(*log._full.notes, *notes())))

    # -- what it is ---------------------------------------------------------------------------------------------------

    @property
    def model(self) -> StageModel:
        """The stages."""
        model = self._full.vocabulary.model
        if model is None:
            raise UsageError("this log has no stage model", "make it with StageLog.from_rows(rows, model)")
        return model

    def _shaped(self, seen: History) -> History:
        """One row a spell, with the moves noted that the policy would have refused."""
        spells = spelled(seen)
        return attrs.evolve(spells, notes=(*spells.notes, *illegal(spells)))

    def _lawful(self, on_illegal: str) -> Self:
        """This log, if its policy allows every move in it."""
        if on_illegal != "raise":
            raise UsageError(f"on_illegal={on_illegal!r} is not a mode", "choose one of 'keep', 'raise'")
        for found in illegal(spelled(self._full)):
            places = [(example.split(":")[0], example.split(": ")[1]) for example in found.examples]
            raise DataError(
                f"{found.count:,} moves that policy {self.model.policy!r} of model {self.model.name!r} refuses",
                places,
                "pass on_illegal='keep' to keep them as they happened, counted in the notes",
            )
        return self


def _resolver(model: StageModel, aliases: Mapping[str, str] | None) -> Callable[[object], str]:
    """Reads spellings of stages: those of the caller first, then those of the model."""
    wanted = {spelling: model.resolve(stage) for spelling, stage in (aliases or {}).items()}

    def resolve(name: object) -> str:
        if name is None or name != name or name == "":  # noqa: PLR0124  # NaN
            raise UsageError("the stage is missing", "give every row its stage")
        if not isinstance(name, str):
            raise UsageError(f"the stage {name!r} is not text", "write the key, label or alias of a stage")
        if name in wanted:
            return wanted[name]
        try:
            return model.resolve(name)
        except UnknownNameError as error:
            raise UnknownNameError("stage", name, error.known) from None

    return resolve
