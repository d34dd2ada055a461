"""Contracts: who is bound to what, since when, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

import attrs

from custlife.analysis.question import choice, names
from custlife.analysis.steps import optional_span
from custlife.engines.history import Vocabulary
from custlife.engines.money import AMOUNTS_IN, currency_code
from custlife.engines.rows.renewing import AMOUNT, CONTRACT, ENDED, LIMIT, RENEWAL, TERM, USED, Termed, Terms
from custlife.log.base import Log, ambiguity, ingested
from custlife.log.columns import Columns, column_names, constant_currency
from custlife.log.framed import framed
from custlife.log.reading import FromFiles

if TYPE_CHECKING:
    from collections.abc import Iterable

    from custlife.analysis.renewals import RenewalResult
    from custlife.analysis.running_contracts import RunningResult
    from custlife.log.base import Instant
    from custlife.log.columns import Source
    from custlife.log.questions import Length, Names

__all__ = ["Contracts"]


@attrs.frozen(eq=False, slots=False, repr=False)
class Contracts(FromFiles, Log):
    """The contracts of many customers, ready to be asked which were renewed and which are up next.

    A row is a contract: when it starts, and its term or its date of renewal. With `ended_col` contracts go on, term by
    term, until they are ended; without, each row is one term, and the next row of the customer is its renewal. Terms
    are counted from the start: 31 October and one month is 30 November, and two are 31 December.

    Examples:
        >>> from custlife import Contracts
        >>> rows = [("a", "2025-01-01", "1 year"), ("a", "2026-01-01", "1 year"), ("b", "2025-01-15", "1 year")]
        >>> answer = Contracts.from_rows(rows, tz="UTC", as_of="2026-03-01").renewals(every=None)
        >>> answer.rows[0].due, answer.rows[0].renewed, answer.rows[0].rate.rate
        (2, 1, 0.5)
    """

    INPUT: ClassVar[str] = "contracts"

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[Any] | Source,
        *,
        customer_col: str = "customer",
        start_col: str = "start",
        term_col: str | None = None,
        term: Length | None = None,
        renewal_col: str | None = None,
        ended_col: str | None = None,
        amount_col: str | None = None,
        amounts_in: str = "auto",
        currency: str | None = None,
        currency_col: str | None = None,
        limit_col: str | None = None,
        used_col: str | None = None,
        contract_col: str | None = None,
        segment_cols: Iterable[str] = (),
        tz: str | None = None,
        ambiguous: str = "raise",
        as_of: Instant | None = None,
        on_bad: str = "raise",
        unit: str = "customer",
    ) -> Self:
        """Contracts from rows.

        Args:
            rows: Mappings, or tuples of customer and start, and of the term where no other argument tells it; in any
                order.
            customer_col: Column with the id of the customer.
            start_col: Column with the start.
            term_col: Column with the term, such as `"12 months"`; by default `term`, where no date is given.
            term: The term of all contracts without one of their own.
            renewal_col: Column with the date on which the contract is first up for renewal.
            ended_col: Column with the date on which the contract was ended, empty while it runs.
            amount_col: Column with what the contract is worth; for all in the same time, such as a year.
            amounts_in: `auto`: `Decimal` and text in major units, whole numbers in minor ones; or `major`, `minor`.
            currency: The currency of all rows.
            currency_col: Column with the currency.
            limit_col: Column with how much may be used.
            used_col: Column with how much is used.
            contract_col: Column that tells contracts of one customer apart; else each renews the one before.
            segment_cols: Columns to split by, such as the plan.
            tz: Zone of times without one and of bare dates, and of terms.
            ambiguous: Skipped and repeated local times: `raise`, `earlier` or `later`.
            as_of: The moment of looking; by default the last start, which is then noted as assumed.
            on_bad: `raise`, or `drop` to leave unreadable rows out, counted and listed in the notes.
            unit: What is counted.

        Raises:
            DataError: Rows that cannot be read, all of them at once, with their numbers.
            UsageTypeError: Not rows.
        """
        columns, terms = _layout(
            (customer_col, start_col), (currency, currency_col), amounts_in, contract_col, segment_cols,
            {TERM: term_col, RENEWAL: renewal_col, ENDED: ended_col},
            {AMOUNT: amount_col, LIMIT: limit_col, USED: used_col}, term, (tz, ambiguous),
        )  # fmt: skip
        read = ingested(
            rows, Vocabulary(()), currency_code, columns,
            tz=tz, ambiguous=ambiguous, on_bad=on_bad, unit=unit, check=terms,
        )  # fmt: skip
        return cls._looking(read, as_of, None, tz)._then(Termed(terms))

    @classmethod
    def from_frame(
        cls,
        native: Any,
        *,
        customer_col: str = "customer",
        start_col: str = "start",
        term_col: str | None = None,
        term: Length | None = None,
        renewal_col: str | None = None,
        ended_col: str | None = None,
        amount_col: str | None = None,
        amounts_in: str = "auto",
        currency: str | None = None,
        currency_col: str | None = None,
        limit_col: str | None = None,
        used_col: str | None = None,
        contract_col: str | None = None,
        segment_cols: Iterable[str] = (),
        tz: str | None = None,
        ambiguous: str = "raise",
        as_of: Instant | None = None,
        on_bad: str = "raise",
        unit: str = "customer",
    ) -> Self:
        """Contracts from a data frame; the frame is neither copied nor changed.

        Args:
            native: A frame of pandas, Polars, PyArrow, DuckDB or anything else with an Arrow stream.
            customer_col: As for `from_rows`; so are all others.
            start_col: Column with the start.
            term_col: Column with the term.
            term: The term of all contracts without one of their own.
            renewal_col: Column with the date of the first renewal.
            ended_col: Column with the date of the end.
            amount_col: Column with what the contract is worth.
            amounts_in: `auto`, `major` or `minor`.
            currency: The currency of all rows.
            currency_col: Column with the currency.
            limit_col: Column with how much may be used.
            used_col: Column with how much is used.
            contract_col: Column that tells contracts of one customer apart.
            segment_cols: Columns to split by.
            tz: Zone of times without one, and of terms.
            ambiguous: Skipped and repeated local times.
            as_of: The moment of looking.
            on_bad: `raise` or `drop`.
            unit: What is counted.

        Raises:
            UsageTypeError: Not a frame, or a column of a type that cannot be read.
            DataError: A column that is not there, or rows that cannot be read.
        """
        columns, terms = _layout(
            (customer_col, start_col), (currency, currency_col), amounts_in, contract_col, segment_cols,
            {TERM: term_col, RENEWAL: renewal_col, ENDED: ended_col},
            {AMOUNT: amount_col, LIMIT: limit_col, USED: used_col}, term, (tz, ambiguous),
        )  # fmt: skip
        source = framed(
            native, Vocabulary(()), currency_code, columns,
            tz=tz, ambiguous=ambiguous, on_bad=on_bad, unit=unit, check=terms, partitions=None,
        )  # fmt: skip
        return cls._looking(source, as_of, None, tz)._then(Termed(terms))

    def renewals(
        self,
        *,
        every: str | None = "month",
        grace: Length | None = None,
        currency: str | None = None,
        by: Names = (),
        level: float = 0.95,
        week_start: str = "monday",
    ) -> RenewalResult:
        """Of the contracts whose term ended in each period, how many went on: in contracts and in money.

        Args:
            every: `day`, `week`, `month`, `quarter` or `year`; None for all together.
            grace: How long after its end a term may still be renewed by a later row; until then it is pending.
            currency: The currency of the amounts, where there are several.
            by: Segments to split by, in force at the start of the contract.
            level: Nominal coverage of the intervals.
            week_start: First day of weeks.

        Raises:
            UsageError: Several currencies, and none was chosen.
        """
        from custlife.analysis.renewals import RenewalRate

        return self.ask(RenewalRate(every, optional_span(grace, "grace"), currency, names(by), level, week_start))

    def running(self, *, within: Length | None = None, used: float | None = None) -> RunningResult:
        """The contracts that run at `as_of`, those up for renewal first at the top.

        Args:
            within: Only those up for renewal within so long, end inclusive.
            used: Only those that use at least this share of their limit, such as `0.8`.

        Examples:
            >>> from custlife import Contracts
            >>> log = Contracts.from_rows([("a", "2025-10-31", "1 month")], tz="UTC", as_of="2025-11-05")
            >>> [str(row.renewal_at.date()) for row in log.running(within="30 days").rows]
            ['2025-11-30']
        """
        from custlife.analysis.running_contracts import RunningContracts

        return self.ask(RunningContracts(optional_span(within, "within"), used))

    def members(self, question: Any, *, limit: int | None = None, **cell: Any) -> tuple[str, ...]:
        """The ids of the customers behind one cell of an answer about renewals, sorted.

        Args:
            question: A question or its answer.
            limit: The most ids to return.
            **cell: `period`, `state` (`renewed`, `lost`, `pending`) and `segment`.

        Raises:
            UnknownNameError: A word that does not name a cell of this question.
        """
        from custlife.analysis.members import members

        return members(question, self._asked, limit=limit, **cell)


def _layout(
    main: tuple[str, str],
    currency: tuple[str | None, str | None],
    amounts_in: str,
    contract: str | None,
    segments: Iterable[str],
    dates: dict[str, str | None],
    sizes: dict[str, str | None],
    term: Length | None,
    reading: tuple[str | None, str],
) -> tuple[Columns, Terms]:
    """How contracts are read."""
    choice("amounts_in", amounts_in, AMOUNTS_IN)
    constant = constant_currency(*currency)
    if term is None and dates[TERM] is None and dates[RENEWAL] is None:
        dates = {**dates, TERM: TERM}
    term_col, (customer, start) = dates[TERM], main
    columns = Columns(
        customer, currency[1] or "currency", start,
        segments=column_names(segments, "segment_cols"),
        extras=() if contract is None else ((CONTRACT, contract),),
        called="currency_col",
        constant=constant,
        told=tuple((role, column) for role, column in (dates | sizes).items() if column is not None),
        when="start_col",
        plain=main if term_col is None else (*main, term_col),
    )  # fmt: skip
    return columns, Terms(columns.others(), optional_span(term, "term"), amounts_in, reading[0], ambiguity(reading[1]))
