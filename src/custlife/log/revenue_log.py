"""RevenueLog: what customers pay again and again, from when on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

import attrs

from custlife.analysis.question import choice
from custlife.engines.history import Vocabulary
from custlife.engines.money import AMOUNTS_IN, currency_code, interval_name
from custlife.engines.rows.banding import Banded
from custlife.engines.rows.pricing import AMOUNT, INTERVAL, SEATS, SUBSCRIPTION, Levelled, Pricing
from custlife.errors import UsageError, UsageTypeError
from custlife.log.base import ingested
from custlife.log.columns import Columns, column_names, constant_currency
from custlife.log.framed import framed
from custlife.log.reading import FromFiles
from custlife.log.revenue_questions import RevenueQuestions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from custlife.engines.history import History
    from custlife.log.base import Instant
    from custlife.log.columns import Source

__all__ = ["RevenueLog"]

AMOUNTS = ("level", "movement")


@attrs.frozen(eq=False, slots=False, repr=False)
class RevenueLog(FromFiles, RevenueQuestions):
    """The recurring revenue of many customers, ready to be asked.

    A row says what a customer pays from then on (0 where it stops paying); rows may come in any order. Amounts are
    `Decimal` or text in major units, or whole numbers in minor units (cents); floats are refused. Prices for a year or
    a week count as what they are a month. What is paid once, a trial, or usage that nobody is bound to pay is no
    recurring revenue: leave it out.

    Examples:
        >>> from custlife import RevenueLog
        >>> rows = [("a", "2026-01-05T00:00Z", "100"), ("a", "2026-02-10T00:00Z", "80")]
        >>> rows += [("b", "2026-02-12T00:00Z", "50")]
        >>> log = RevenueLog.from_rows(rows, currency="EUR", as_of="2026-03-01T00:00Z")
        >>> row = log.revenue_movements()["2026-02"]
        >>> row.start, row.new, row.contraction, row.end
        (Decimal('100.00'), Decimal('50.00'), Decimal('20.00'), Decimal('130.00'))
    """

    INPUT: ClassVar[str] = "revenue"

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[Any] | Source,
        *,
        customer_col: str = "customer",
        at_col: str = "at",
        amount_col: str = "amount",
        amount: str = "level",
        amounts_in: str = "auto",
        currency: str | None = None,
        currency_col: str | None = None,
        interval: str = "month",
        interval_col: str | None = None,
        subscription_col: str | None = None,
        seats_col: str | None = None,
        seat_bands: Iterable[int] = (10, 50, 250),
        seq_col: str | None = None,
        recorded_at_col: str | None = None,
        key_col: str | None = None,
        segment_cols: Iterable[str] = (),
        tz: str | None = None,
        ambiguous: str = "raise",
        as_of: Instant | None = None,
        since: Instant | None = None,
        on_bad: str = "raise",
        unit: str = "customer",
    ) -> Self:
        """A log from rows, one for each change of what is paid.

        Args:
            rows: Mappings, or tuples of customer, time and amount; in any order.
            customer_col: Column with the id of the customer.
            at_col: Column with the time from which the amount holds.
            amount_col: Column with the amount.
            amount: `level`: what is paid from then on; or `movement`: by how much that changes.
            amounts_in: `auto`: `Decimal` and text in major units, whole numbers in minor ones; or `major`, `minor`.
            currency: The currency of all rows, such as `"EUR"`.
            currency_col: Column with the currency, where there are several.
            interval: What all amounts are paid for: `month`, `year`, `quarter`, `week`, `half-year`, `2 years`, ...
            interval_col: Column with the interval.
            subscription_col: Column that tells subscriptions of one customer apart; their amounts add up.
            seats_col: Column with the number of seats, which becomes the segment `seats` of bands.
            seat_bands: Where each band but the first begins.
            seq_col: Column with the order among rows of one instant.
            recorded_at_col: Column with the time at which the row became known.
            key_col: Column that names a fact, so that copies of it are dropped.
            segment_cols: Columns to split by, such as the plan.
            tz: Zone of times without one and of bare dates; also the zone of periods.
            ambiguous: Skipped and repeated local times: `raise`, `earlier` or `later`.
            as_of: The moment of looking; by default the last instant, which is then noted as assumed.
            since: Start of observation: what is paid then is neither new nor a reactivation.
            on_bad: `raise`, or `drop` to leave unreadable rows out, counted and listed in the notes.
            unit: What is counted: `customer`, `account`.

        Raises:
            DataError: Rows that cannot be read, all of them at once, with their numbers.
            UsageTypeError: Not rows.
        """
        columns, pricing, bands = _layout(
            (customer_col, at_col, amount_col), (seq_col, recorded_at_col, key_col), segment_cols, amount, amounts_in,
            (currency, currency_col), (interval, interval_col), subscription_col, seats_col, seat_bands,
        )  # fmt: skip
        read = ingested(
            rows, Vocabulary(()), currency_code, columns,
            tz=tz, ambiguous=ambiguous, on_bad=on_bad, unit=unit, check=pricing,
        )  # fmt: skip
        return cls._looking(read, as_of, since, tz)._then(*bands, Levelled(pricing))

    @classmethod
    def from_frame(
        cls,
        native: Any,
        *,
        customer_col: str = "customer",
        at_col: str = "at",
        amount_col: str = "amount",
        amount: str = "level",
        amounts_in: str = "auto",
        currency: str | None = None,
        currency_col: str | None = None,
        interval: str = "month",
        interval_col: str | None = None,
        subscription_col: str | None = None,
        seats_col: str | None = None,
        seat_bands: Iterable[int] = (10, 50, 250),
        seq_col: str | None = None,
        recorded_at_col: str | None = None,
        key_col: str | None = None,
        segment_cols: Iterable[str] = (),
        tz: str | None = None,
        ambiguous: str = "raise",
        as_of: Instant | None = None,
        since: Instant | None = None,
        on_bad: str = "raise",
        unit: str = "customer",
        partitions: int | None = None,
    ) -> Self:
        """A log from a data frame, one row for each change of what is paid; the frame is neither copied nor changed.

        Args:
            native: A frame of pandas, Polars, PyArrow, DuckDB or anything else with an Arrow stream. Amounts are a
                column of decimals, of texts, or of whole numbers; floats are refused.
            customer_col: As for `from_rows`; so are all others.
            at_col: Column with the time from which the amount holds.
            amount_col: Column with the amount.
            amount: `level` or `movement`.
            amounts_in: `auto`, `major` or `minor`.
            currency: The currency of all rows.
            currency_col: Column with the currency.
            interval: What all amounts are paid for.
            interval_col: Column with the interval.
            subscription_col: Column that tells subscriptions of one customer apart.
            seats_col: Column with the number of seats.
            seat_bands: Where each band but the first begins.
            seq_col: Column with the order among rows of one instant.
            recorded_at_col: Column with the time at which the row became known.
            key_col: Column that names a fact.
            segment_cols: Columns to split by.
            tz: Zone of times without one; also the zone of periods.
            ambiguous: Skipped and repeated local times.
            as_of: The moment of looking.
            since: Start of observation.
            on_bad: `raise` or `drop`.
            unit: What is counted.
            partitions: Of how many parts only one or two are in memory at once.

        Raises:
            UsageTypeError: Not a frame, or a column of a type that cannot be read.
            DataError: A column that is not there, or rows that cannot be read.
        """
        columns, pricing, bands = _layout(
            (customer_col, at_col, amount_col), (seq_col, recorded_at_col, key_col), segment_cols, amount, amounts_in,
            (currency, currency_col), (interval, interval_col), subscription_col, seats_col, seat_bands,
        )  # fmt: skip
        source = framed(
            native, Vocabulary(()), currency_code, columns,
            tz=tz, ambiguous=ambiguous, on_bad=on_bad, unit=unit, check=pricing, partitions=partitions,
        )  # fmt: skip
        return cls._looking(source, as_of, since, tz)._then(*bands, Levelled(pricing))

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies of the rows seen, sorted; `none` where none was named."""
        setting = self._setting
        return tuple(sorted(setting.vocabulary.names[code] for code in setting.codes))


def _layout(
    main: tuple[str, str, str],
    more: tuple[str | None, str | None, str | None],
    segments: Iterable[str],
    amount: str,
    amounts_in: str,
    currency: tuple[str | None, str | None],
    interval: tuple[str, str | None],
    subscription: str | None,
    seats: str | None,
    bands: Iterable[int],
) -> tuple[Columns, Pricing, tuple[Callable[[History], History], ...]]:
    """How rows of revenue are read."""
    choice("amount", amount, AMOUNTS)
    choice("amounts_in", amounts_in, AMOUNTS_IN)
    constant = constant_currency(*currency)
    extras = ((INTERVAL, interval[1]), (SUBSCRIPTION, subscription))
    customer, at, amount_col = main
    columns = Columns(
        customer, currency[1] or "currency", at, *more,
        segments=column_names(segments, "segment_cols"),
        extras=tuple((role, column) for role, column in extras if column is not None),
        called="currency_col",
        constant=constant,
        told=((AMOUNT, amount_col), *(() if seats is None else ((SEATS, seats),))),
        plain=main,
    )  # fmt: skip
    banding = () if seats is None else (Banded(SEATS, _edges(bands), SEATS),)
    return columns, Pricing(columns.others(), amount, amounts_in, interval_name(interval[0])), banding


def _edges(bands: Iterable[int]) -> tuple[int, ...]:
    """Where bands begin, ascending.

    Raises:
        UsageTypeError: Not whole numbers.
        UsageError: None, or not ascending.
    """
    given: object = tuple(bands) if hasattr(bands, "__iter__") else bands
    found = given if isinstance(given, tuple) else (given,)
    edges = tuple(edge for edge in found if isinstance(edge, int) and not isinstance(edge, bool))
    if edges != given:
        raise UsageTypeError(f"seat_bands={given!r} are not whole numbers", "write seat_bands=(10, 50)")
    if not edges or sorted(set(edges)) != list(edges):
        raise UsageError(f"seat_bands={edges!r} do not ascend", "write seat_bands=(10, 50)")
    return edges
