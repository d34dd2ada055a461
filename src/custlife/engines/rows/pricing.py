"""From amounts as they are given to the level of recurring revenue of every customer after every row."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, SupportsIndex, cast

import attrs

from custlife.calendar import from_us
from custlife.engines.history import MISSING, Note
from custlife.engines.money import (
    LARGEST,
    currency_code,
    interval_name,
    minor_units,
    parts_a_month,
)
from custlife.engines.rows.ingest import is_missing
from custlife.engines.rows.wholes import as_whole
from custlife.errors import HistoryError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from custlife.engines.history import History

__all__ = [
    "AMOUNT",
    "INTERVAL",
    "LEVEL",
    "SEATS",
    "SUBSCRIPTION",
    "Levelled",
    "Pricing",
    "levels",
    "levels_of",
    "minor_notes",
    "refuse",
]

AMOUNT, LEVEL, SEATS = "amount", "level", "seats"
INTERVAL, SUBSCRIPTION = "interval", "subscription"


@attrs.frozen
class Pricing:
    """How amounts are read; called with the currency and the other columns of a row, it refuses what is none.

    Attributes:
        others: The columns after the first three, as the layout names them.
        amount: `level`: what is paid from then on; or `movement`: by how much that changes.
        amounts_in: `auto`, `major` or `minor`.
        interval: The interval of billing of all rows, where no column holds it.
    """

    others: tuple[str, ...]
    amount: str = "level"
    amounts_in: str = "auto"
    interval: str = "month"

    @property
    def places(self) -> tuple[int, ...]:
        """Which of the other columns it reads."""
        return tuple(place for place, name in enumerate(self.others) if name in {PAID, BILLED, SEATED})

    @property
    def bounds(self) -> Mapping[int, tuple[int, int]]:
        """Between which whole numbers amounts and seats are fine."""
        fine = {SEATED: (0, LARGEST)}
        if self.amounts_in != "major":
            fine[PAID] = 0 if self.amount == "level" else -LARGEST, LARGEST
        return {place: fine[name] for place, name in enumerate(self.others) if name in fine}

    def __call__(self, name: object, others: Sequence[Any], /) -> None:
        """Refuses a row.

        Raises:
            UsageError: Its amount is none, or its interval of billing, or its number of seats.
        """
        told = dict(zip(self.others, others, strict=True))
        minor = self.minor(told[PAID], currency_code(name))
        if minor < 0 and self.amount == "level":
            raise UsageError(
                f"amount={told[PAID]!r} is negative, and what is paid is not",
                "for changes of what is paid pass amount='movement'",
            )
        interval_name(told.get(BILLED, self.interval))
        seats = told.get(SEATED)
        number = 0 if is_missing(seats) else as_whole(seats)
        if number is None or not 0 <= number <= LARGEST:
            raise UsageError(f"seats={seats!r} is no number of seats", "write a whole number, or leave it empty")

    def minor(self, amount: object, currency: str) -> int:
        """An amount in minor units."""
        return minor_units(amount, currency, self.amounts_in)


PAID, BILLED, SEATED = f"value:{AMOUNT}", f"extra:{INTERVAL}", f"value:{SEATS}"


@attrs.frozen
class Levelled:
    """Adds to every row what its customer pays a month from then on, in its currency, over all subscriptions."""

    pricing: Pricing

    def __call__(self, history: History) -> History:
        """The same rows, with `level` among their values, in parts."""
        found = levels(history, prices(self.pricing, history), is_level=self.pricing.amount == "level")
        return with_levels(history, found, self.pricing)


def with_levels(history: History, found: array[int], pricing: Pricing) -> History:
    """The history with the level of every row in place of the amount given."""
    notes = minor_notes(history.values[AMOUNT], pricing.amounts_in)
    rest = {name: column for name, column in history.values.items() if name != AMOUNT}
    return attrs.evolve(history, values={**rest, LEVEL: found}, notes=(*history.notes, *notes))


def levels_of(history: History) -> array[int]:
    """The levels that were made of the rows."""
    return cast("array[int]", history.values[LEVEL])


def minor_notes(amounts: Sequence[Any], amounts_in: str) -> tuple[Note, ...]:
    """What is assumed of amounts that are whole numbers."""
    has_wholes = (len(amounts) and getattr(amounts, "typecode", "") == "q") or any(
        map(_is_whole, {type(one): one for one in amounts}.values())
    )
    return (MINOR,) if amounts_in == "auto" and has_wholes else ()


MINOR = Note("assumed", "whole numbers are amounts in minor units, such as cents; pass amounts_in= to say so")


def _is_whole(amount: object) -> bool:
    return isinstance(amount, SupportsIndex)


def prices(pricing: Pricing, history: History) -> list[int]:
    """The amount of every row in parts a month."""
    names = history.vocabulary.names
    amounts, codes = history.values[AMOUNT], history.code
    column = history.extras.get(INTERVAL)
    read = [interval_name(name) for name in column.names] if column else [interval_name(pricing.interval)]
    intervals: Sequence[int] = column.codes if column else array("i", (0,)) * len(amounts)
    return [
        parts_a_month(pricing.minor(amount, names[code]), read[place])
        for amount, code, place in zip(amounts, codes, intervals, strict=True)
    ]


def levels(history: History, parts: Sequence[int], *, is_level: bool) -> array[int]:
    """What the customer of each row pays a month after it, in the currency of the row.

    Raises:
        HistoryError: Two levels at one instant, or movements that lead below zero.
    """
    found = array("q", bytes(8 * len(parts)))
    column = history.extras.get(SUBSCRIPTION)
    of: Sequence[int] = column.codes if column else array("i", (MISSING,)) * len(parts)
    at, code = history.at, history.code
    odd: list[int] = []
    for low, high in history.ranges():
        held: dict[tuple[int, int], tuple[int, int]] = {}  # the last row of each subscription, and what it came to
        total: dict[int, int] = {}
        for row in range(low, high):
            key = code[row], of[row]
            last, before = held.get(key, (MISSING, 0))
            after = parts[row] if is_level else before + parts[row]
            if last != MISSING and _is_odd(is_level, before, after, at[last] == at[row], history.sequenced):
                odd.append(row if is_level else last)
            held[key] = row, after
            total[key[0]] = found[row] = total.get(key[0], 0) + after - before
        odd.extend(row for row, after in held.values() if after < 0)
    refuse(history, sorted(odd), is_level=is_level)
    return found


def _is_odd(is_level: bool, before: int, after: int, is_tie: bool, is_ordered: bool) -> bool:
    """Whether a row contradicts the one before, or leaves behind what is below zero."""
    if is_level:
        return is_tie and after != before and not is_ordered
    return before < 0 and not is_tie


def refuse(history: History, odd: Sequence[int], *, is_level: bool) -> None:
    """Refuses rows that contradict one another.

    Raises:
        HistoryError: There are such rows.
    """
    if not odd:
        return
    units = [unit for unit, (low, high) in enumerate(history.ranges()) for _ in range(low, high)]
    places = [
        f"{history.unit} {history.ids[units[row]]!r} at {from_us(history.at[row]):%Y-%m-%d %H:%M:%S} UTC" for row in odd
    ]
    if is_level:
        what = "a subscription has one level at a time"
        each, hint = "another amount at the same instant", "pass seq_col= or subscription_col= to tell them apart"
    else:
        what = "movements lead below zero"
        each = "less than nothing is paid"
        hint = "add the level at the start of the data as the first movement of each customer"
    raise HistoryError(what, [(place, each) for place in places], hint)
