"""Watchers: rules made ready to look at the rows of one unit, one after the other."""

from __future__ import annotations

from decimal import Context, Decimal, InvalidOperation
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from custlife.calendar import from_us
from custlife.engines.rows.ingest import is_missing
from custlife.engines.rules import AllOf, AnyOf, Count, Rule, Value, listens
from custlife.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from custlife.engines.history import History

__all__ = ["EXACT", "Watcher", "as_decimal", "codes_heard", "is_equal", "number", "watcher"]

EXACT = Context(prec=400)  # more digits than a float or an amount of money ever has
Watcher = tuple["frozenset[int]", "Callable[[], Callable[[int], bool]]"]
"""The codes to show it, and a way to begin anew: a function that is shown rows and says whether the rule fires."""


def codes_heard(rule: Rule, history: History) -> frozenset[int]:
    """The codes of the events a rule waits for; of a silence without names, all of them."""
    names = listens(rule)
    every = enumerate(history.vocabulary.names)
    return frozenset(code for code, name in every if not names or name in names)


def watcher(rule: Rule, history: History) -> Watcher:
    """A rule, made ready for the rows of a history that has the values it looks at."""
    codes = codes_heard(rule, history)
    if isinstance(rule, AnyOf | AllOf):
        parts = [watcher(part, history) for part in rule.rules]
        return codes, lambda: _Together(parts, history.code, every=isinstance(rule, AllOf))
    if isinstance(rule, Count):
        return codes, _counter(rule, history)
    if isinstance(rule, Value):
        return codes, _measure(rule, history)
    return codes, lambda: _always


def _always(_row: int) -> bool:
    return True


class _Together:
    """Several rules at once: any of them, or all of them once each."""

    def __init__(self, parts: Sequence[Watcher], code: Sequence[int], *, every: bool) -> None:
        self.parts = [(codes, make()) for codes, make in parts]
        self.code = code
        self.waiting = set(range(len(parts))) if every else set()

    def __call__(self, row: int) -> bool:
        code = self.code[row]
        # every part must see its rows, so that none falls behind in counting
        fired = [i for i, (codes, fires) in enumerate(self.parts) if code in codes and fires(row)]
        self.waiting.difference_update(fired)
        return bool(fired) and not self.waiting


def _counter(rule: Count, history: History) -> Callable[[], Callable[[int], bool]]:
    n, at = rule.n, history.at
    if rule.within is None:
        return lambda: _Nth(n)
    adder = history.zone.adder(rule.within)
    return lambda: _InWindow(n, at, adder)


class _Nth:
    """The n-th row and those after it."""

    def __init__(self, n: int) -> None:
        self.left = n

    def __call__(self, _row: int) -> bool:
        self.left -= 1
        return self.left <= 0


class _InWindow:
    """At least n rows whose window is still open; on the night the clocks change, windows need not end in order."""

    def __init__(self, n: int, at: Sequence[int], adder: Callable[[int], int]) -> None:
        self.n, self.at, self.adder = n, at, adder
        self.ends: list[int] = []

    def __call__(self, row: int) -> bool:
        now, ends = self.at[row], self.ends
        while ends and ends[0] < now:
            heappop(ends)
        heappush(ends, self.adder(now))
        return len(ends) >= self.n


def _measure(rule: Value, history: History) -> Callable[[], Callable[[int], bool]]:
    column = history.values[rule.field]

    def read(row: int) -> Decimal | None:
        return number(column[row], rule, history, row)

    if rule.of == "total":
        least = as_decimal(rule.at_least)
        adder = None if rule.within is None else history.zone.adder(rule.within)
        return lambda: _Total(least, read, history.at, adder)
    if rule.at_least is not None:
        low = as_decimal(rule.at_least)
        return lambda: lambda row: (found := read(row)) is not None and found >= low
    if rule.at_most is not None:
        high = as_decimal(rule.at_most)
        return lambda: lambda row: (found := read(row)) is not None and found <= high
    return lambda: lambda row: is_equal(column[row], rule.equals)


class _Total:
    """The sum over all rows, or over those whose window is still open."""

    def __init__(
        self,
        least: Decimal,
        read: Callable[[int], Decimal | None],
        at: Sequence[int],
        adder: Callable[[int], int] | None,
    ) -> None:
        self.least, self.read, self.at, self.adder = least, read, at, adder
        self.sum = Decimal(0)
        self.open: list[tuple[int, int, Decimal]] = []

    def __call__(self, row: int) -> bool:
        found = self.read(row)
        if self.adder is not None:
            now = self.at[row]
            while self.open and self.open[0][0] < now:
                self.sum = EXACT.subtract(self.sum, heappop(self.open)[2])
            if found is not None:
                heappush(self.open, (self.adder(now), row, found))
        if found is None:
            return False
        self.sum = EXACT.add(self.sum, found)
        return self.sum >= self.least


def as_decimal(value: Any) -> Decimal:
    """A number as it is written: 0.1 is one tenth."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def is_equal(found: object, wanted: object) -> bool:
    """Whether a value is the one that a rule asks for: texts as they are, numbers as they are written."""
    if is_missing(found):
        return False
    if isinstance(wanted, bool) or isinstance(found, bool):
        return found is wanted or str(found).lower() == str(wanted).lower()
    if isinstance(wanted, str):
        return str(found) == wanted
    try:
        return as_decimal(found) == as_decimal(wanted)
    except (InvalidOperation, TypeError, ValueError):
        return False


def number(found: object, rule: Rule, history: History, row: int) -> Decimal | None:
    """A value as a number; None where it is missing.

    Raises:
        DataError: It is something else.
    """
    if is_missing(found):
        return None
    try:
        made = None if isinstance(found, bool) else as_decimal(found)
    except (InvalidOperation, TypeError, ValueError):
        made = None
    if made is None or not made.is_finite():
        unit = next(u for u, (low, high) in zip(history.ids, history.ranges(), strict=True) if low <= row < high)
        place = f"{history.unit} {unit!r} at {from_us(history.at[row]).isoformat()}"
        raise DataError(
            f"{rule} needs numbers", [(place, f"{found!r} is not a number")], "leave it empty, or mend the rows"
        )
    return made
