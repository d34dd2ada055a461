"""Contracts: when each term ends, counted from the anchor, and what became of it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import dropwhile, takewhile
from math import isfinite
from typing import TYPE_CHECKING, Any, cast

import attrs

from custlife.calendar import Span, from_us, instant, span, to_us
from custlife.engines.history import MISSING
from custlife.engines.money import PARTS, currency_code, minor_units
from custlife.engines.renewals import TOLD, Contract
from custlife.engines.rows.ingest import is_missing
from custlife.engines.rows.moving import group_at
from custlife.engines.rows.pricing import minor_notes
from custlife.errors import HistoryError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from custlife.calendar import Ambiguous, Zone
    from custlife.engines.gathers import Group
    from custlife.engines.history import History
    from custlife.engines.renewals import Amount, Renewals, RenewalTable, Running

__all__ = [
    "AMOUNT",
    "CONTRACT",
    "ENDED",
    "LIMIT",
    "RENEWAL",
    "TERM",
    "TOLD",
    "USED",
    "Termed",
    "Terms",
    "count_renewals",
    "list_running",
    "read_quantity",
]

TERM, RENEWAL, ENDED = "term", "renewal", "ended"
AMOUNT, LIMIT, USED = "amount", "limit", "used"
CONTRACT = "contract"
ROLES = {f"value:{name}": name for name in (TERM, RENEWAL, ENDED, AMOUNT, LIMIT, USED)}


@attrs.frozen
class Terms:
    """How contracts are read; called with the currency and the other columns of a row, it refuses what is none.

    It is also the step that makes them ready to be counted.

    Attributes:
        others: The columns after the first three, as the layout names them.
        term: The term of all contracts, where no column holds it.
        amounts_in: `auto`, `major` or `minor`.
        tz: Zone of times without one.
        ambiguous: Skipped and repeated local times.
    """

    others: tuple[str, ...]
    term: Span | None = None
    amounts_in: str = "auto"
    tz: str | None = None
    ambiguous: Ambiguous = "raise"

    @property
    def places(self) -> tuple[int, ...]:
        """Which of the other columns it reads."""
        return tuple(place for place, name in enumerate(self.others) if name in ROLES)

    @property
    def bounds(self) -> Mapping[int, tuple[int, int]]:
        """Numbers that are fine whatever else is in the row: none."""
        return {}

    def __call__(self, name: object, others: Sequence[Any], /) -> None:
        """Refuses a row.

        Raises:
            UsageError: It has neither a term nor a date of renewal, or an amount, limit or usage that is none.
        """
        told = {ROLES[role]: value for role, value in zip(self.others, others, strict=True) if role in ROLES}
        self.read(told, currency_code(name))

    def read(self, told: Mapping[str, Any], currency: str) -> Told:
        """What a row says."""
        term = self.read_term(told.get(TERM))
        renewal, ended = (self.read_us(told.get(name), name) for name in (RENEWAL, ENDED))
        if term is None and renewal is None:
            raise UsageError(
                "neither a term nor a date of renewal", "give each row its term, or the date on which it is up"
            )
        amount = self.read_amount(told.get(AMOUNT), currency)
        limit, used = (read_quantity(told.get(name), name) for name in (LIMIT, USED))
        return Told(term, renewal, ended, amount, limit, used, self.rolls)

    @property
    def rolls(self) -> bool:
        """Whether contracts go on, term by term, until they are ended."""
        return f"value:{ENDED}" in self.others

    def read_term(self, value: Any) -> Span | None:
        """How long each term is."""
        term = self.term if is_missing(value) else span(value, name=TERM)
        if term is not None and not term:
            raise UsageError(f"term={term} is no time at all", "write it like '12 months'")
        return term

    def read_us(self, value: Any, name: str) -> int | None:
        """A date, in microseconds."""
        if is_missing(value):
            return None
        return to_us(instant(value, tz=self.tz, ambiguous=self.ambiguous, name=name))

    def read_amount(self, value: Any, currency: str) -> int | None:
        """What a contract is worth, in parts."""
        return None if is_missing(value) else minor_units(value, currency, self.amounts_in) * PARTS

    def step(self, history: History) -> History:
        """The same rows, read, with the date on which each contract is first up for renewal.

        Raises:
            HistoryError: Contracts that end before they start.
        """
        names, code = history.vocabulary.names, history.code
        columns = {name: column for name, column in history.values.items() if name in ROLES.values()}
        found: list[Told] = []
        odd: list[tuple[str, str]] = []
        for unit, (low, high) in zip(history.ids, history.ranges(), strict=True):
            for row in range(low, high):
                told = self.read({name: column[row] for name, column in columns.items()}, names[code[row]])
                start = history.at[row]
                if (
                    min(next(told.renewals(start, history.zone)) - 1, start if told.ended is None else told.ended)
                    < start
                ):
                    odd.append((f"{history.unit} {unit!r} at {from_us(start):%Y-%m-%d}", "it ends before it starts"))
                found.append(told)
        if odd:
            raise HistoryError("contracts end after they start", odd, "check the dates of renewal and of the end")
        rest = {name: column for name, column in history.values.items() if name not in columns}
        notes = (*history.notes, *minor_notes(columns.get(AMOUNT, ()), self.amounts_in))
        return attrs.evolve(history, values={**rest, TOLD: found}, notes=notes)


@attrs.frozen
class Told:
    """What a row says of a contract.

    Attributes:
        term: How long each term is.
        renewal: When the contract is first up for renewal, where the row says so; else it is a term after its start.
        ended: When it was ended, or None.
        amount: What it is worth, in parts.
        limit: How much may be used.
        used: How much is.
        rolls: Whether it goes on, term by term, until it is ended; else each row is one term.
    """

    term: Span | None
    renewal: int | None
    ended: int | None
    amount: int | None
    limit: Amount | None
    used: Amount | None
    rolls: bool

    def renewals(self, start: int, zone: Zone) -> Iterator[int]:
        """When it is up for renewal, each time counted from the anchor: the date of renewal, or its start."""
        anchor, number = (start, 1) if self.renewal is None else (self.renewal, 0)
        while self.term is not None or not number:
            term = self.term or Span()
            yield zone.add(anchor, Span(number * term.months, number * term.days, number * term.us))
            if not self.rolls:
                return
            number += 1


@attrs.frozen
class Termed:
    """The step that makes contracts ready to be counted."""

    terms: Terms

    def __call__(self, history: History) -> History:
        """The same rows, read."""
        return self.terms.step(history)


def read_quantity(value: Any, name: str) -> Amount | None:
    """A number that is not negative, or None."""
    if is_missing(value):
        return None
    try:
        number = Decimal(value) if isinstance(value, str) else value
        if (
            isinstance(number, int | float | Decimal)
            and not isinstance(value, bool)
            and isfinite(number)
            and number >= 0
        ):
            return number
    except ArithmeticError:
        pass
    raise UsageError(f"{name}={value!r} is no number from 0 on", "write how many, or leave it empty")


def _told(history: History) -> Sequence[Told]:
    return cast("Sequence[Told]", history.values[TOLD])  # made by the step above


def count_renewals(request: Renewals, history: History) -> RenewalTable:
    """Ends of terms by group, period and what became of the contract."""
    table: Counter[tuple[Group, int, str, bool]] = Counter()
    grouping = history.grouping(request.by)
    period = request.periods.indexer() if request.periods else None
    told = _told(history)
    for row, ends, state in _ends(request, history, told):
        key = group_at(grouping, row), period(ends) if period else 0, state
        table[*key, True] += 1
        table[*key, False] += told[row].amount or 0
    return {key: n for key, n in table.items() if n}


def _ends(request: Renewals, history: History, told: Sequence[Told]) -> Iterator[tuple[int, int, str]]:
    """The row of each contract, with the end of each of its terms up to `as_of`, and what became of it."""
    as_of, zone = history.as_of, history.zone
    for row, successor in _contracts(history, request.code):
        one = told[row]
        for ends in takewhile(as_of.__ge__, one.renewals(history.at[row], zone)):
            last = ends if one.rolls or request.grace is None else zone.add(ends, request.grace)
            if one.rolls:
                is_on = one.ended is None or one.ended > ends
            else:
                is_on = successor is not None and history.at[successor] <= last
            yield row, ends, "renewed" if is_on else "lost" if last <= as_of else "pending"
            if not is_on:
                break


def _contracts(history: History, code: int | None = None) -> Iterator[tuple[int, int | None]]:
    """The row of each contract and of the next one of the same unit and name, if any."""
    column = history.extras.get(CONTRACT)
    for low, high in history.ranges():
        following: dict[int, int] = {}
        found: list[tuple[int, int | None]] = []
        for row in reversed(range(low, high)):
            name = column.codes[row] if column else MISSING
            if code is None or history.code[row] == code:
                found.append((row, following.get(name)))
            following[name] = row
        yield from reversed(found)


def list_running(_request: Running, history: History) -> list[Contract]:
    """Every contract that runs at `as_of`, with the end of its term."""
    told = _told(history)
    names, as_of = history.vocabulary.names, history.as_of
    units = [unit for unit, (low, high) in enumerate(history.ranges()) for _ in range(low, high)]
    found = []
    for row, successor in _contracts(history):
        one, start = told[row], history.at[row]
        ends = next(dropwhile(as_of.__ge__, one.renewals(start, history.zone)), None)
        is_over = (one.ended is not None and one.ended <= as_of) if one.rolls else successor is not None
        if ends is not None and not is_over:
            segments = tuple(column.name(row) for column in history.segments.values())
            name = history.ids[units[row]]
            found.append(
                Contract(name, start, ends, names[history.code[row]], one.amount, one.limit, one.used, segments)
            )
    return found
