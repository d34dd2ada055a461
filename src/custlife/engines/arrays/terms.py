"""What rows say of contracts, read column by column: equal to `Terms.read` of each row.

Numbers and times are read at once; of texts, days and decimals each different one is read once, by the rows engine.
Columns of other values, such as times of several kinds, are read value by value.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from math import inf
from operator import mul
from typing import TYPE_CHECKING, Any, overload

import attrs
import numpy as np

from custlife.calendar import Span, zone
from custlife.calendar.civil import DAY_US
from custlife.engines.arrays import iso, views
from custlife.engines.arrays.ingest_columns import Coded, numbered
from custlife.engines.arrays.keys import Keys, dense
from custlife.engines.money import LARGEST, PARTS, currency_code, digits_of
from custlife.engines.rows.renewing import AMOUNT, ENDED, LIMIT, RENEWAL, ROLES, TERM, USED, Told, read_quantity
from custlife.errors import CustlifeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from custlife.engines.history import History
    from custlife.engines.renewals import Amount
    from custlife.engines.rows.renewing import Terms

    Longs = NDArray[np.int64]
    Mask = NDArray[np.bool_]

__all__ = ["NEVER", "NONE", "ToldColumns", "picked", "read", "refused"]

NEVER = (1 << 63) - 1  # an end that has not come
NONE = -1 << 63  # no date, no amount
LONGEST = Span(12 * 10_000, 366 * 10_000, 366 * 10_000 * DAY_US)  # 10,000 years: sums with longer ones might not fit
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAIVE_EPOCH = EPOCH.replace(tzinfo=None)
NO_TIME = EPOCH - EPOCH  # in place of a moment that is missing
NOTHING = type(None)
ALIKE = {str, date, int, NOTHING}  # of these types, values that are equal are the same
MONEY = {str, date, Decimal, NOTHING}  # of these, they are the same amount
LARGE = 1e300  # whole numbers below it are finite as floats


@attrs.frozen(eq=False)
class ToldColumns(Sequence[Told]):
    """What the rows of a history say of contracts; as a sequence, `Told` of each row.

    Attributes:
        spans: The different terms.
        term: For each row the number of its term, -1 where it has none.
        renewal: When it is first up for renewal, or `NONE`.
        ended: When it was ended, or `NEVER`.
        amount: What it is worth, in parts, or `NONE`.
        limit: How much may be used.
        used: How much is.
        rolls: Whether contracts go on until they are ended.
    """

    spans: tuple[Span, ...]
    term: Longs
    renewal: Longs
    ended: Longs
    amount: Longs
    limit: Sequence[Amount | None]
    used: Sequence[Amount | None]
    rolls: bool

    def __len__(self) -> int:
        return len(self.term)

    @overload
    def __getitem__(self, row: int) -> Told: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Told]: ...
    def __getitem__(self, row: int | slice) -> Told | Sequence[Told]:
        if isinstance(row, slice):
            return [self[one] for one in range(*row.indices(len(self)))]
        term = int(self.term[row])
        dates = (int(column[row]) for column in (self.renewal, self.ended, self.amount))
        renewal, ended, amount = (None if number in {NEVER, NONE} else number for number in dates)
        span = None if term < 0 else self.spans[term]
        return Told(span, renewal, ended, amount, self.limit[row], self.used[row], self.rolls)

    def take(self, rows: NDArray[np.integer[Any]]) -> ToldColumns:
        """What some rows say."""
        return attrs.evolve(
            self,
            term=self.term[rows],
            renewal=self.renewal[rows],
            ended=self.ended[rows],
            amount=self.amount[rows],
            limit=picked(self.limit, rows),
            used=picked(self.used, rows),
        )


def picked(values: Sequence[Any], rows: NDArray[np.integer[Any]]) -> list[Any]:
    """The values of some rows."""
    return list(map(values.__getitem__, rows.tolist()))


def read(terms: Terms, history: History) -> ToldColumns | None:
    """What the rows of a history say; None where the rows engine must say what is wrong, or terms are too long."""
    columns = {name: _plain(column) for name, column in history.values.items() if name in ROLES.values()}
    spans, term, bad = _spans(terms, columns.get(TERM), len(history))
    renewal, no_renewal = _times(terms, columns.get(RENEWAL), RENEWAL, len(history))
    ended, no_end = _times(terms, columns.get(ENDED), ENDED, len(history))
    amount, no_amount = _amounts(terms, columns.get(AMOUNT), views.ints(history.code), history.vocabulary.names)
    limit, no_limit = _quantities(columns.get(LIMIT), LIMIT, len(history))
    used, no_use = _quantities(columns.get(USED), USED, len(history))
    bad |= no_renewal | no_end | no_amount | no_limit | no_use | ((term < 0) & (renewal == NONE))
    if bad.any() or any(map(_is_long, spans)):
        return None
    ended[ended == NONE] = NEVER
    return ToldColumns(spans, term, renewal, ended, amount, limit, used, terms.rolls)


def refused(terms: Terms, names: Coded, others: Sequence[Any]) -> Mask:
    """The rows of a batch that say nothing of a contract, or something that cannot be."""
    size = len(names.codes)
    columns = {ROLES[role]: _plain(others[place]) for place, role in enumerate(terms.others) if role in ROLES}
    _, term, bad = _spans(terms, columns.get(TERM), size)
    renewal, no_renewal = _times(terms, columns.get(RENEWAL), RENEWAL, size)
    bad |= no_renewal | ((term < 0) & (renewal == NONE)) | _times(terms, columns.get(ENDED), ENDED, size)[1]
    for name in (LIMIT, USED):
        bad |= _quantities(columns.get(name), name, size)[1]
    codes, given = _different(names)
    known = [name or "" for name in _each(currency_code, given)[0]]  # what is no currency was refused as such
    return bad | _amounts(terms, columns.get(AMOUNT), codes, known)[1]


def _is_long(span: Span) -> bool:
    return span.months > LONGEST.months or span.days > LONGEST.days or span.us > LONGEST.us


# -- columns -----------------------------------------------------------------------------------------------------------


def _plain(column: Any) -> Any:
    """A column as codes, as numbers, or as a list."""
    if isinstance(column, (Coded, array)) or (isinstance(column, np.ndarray) and column.dtype.kind in "if"):
        return column
    return list(column)


def _different(column: Any) -> tuple[Longs, list[Any]]:
    """A column as codes from 0, and the values behind them."""
    if isinstance(column, Coded):
        return column.numbered()
    return numbered(np.asarray(column) if isinstance(column, array) else column)


def _told(read: Callable[[Any], Any], column: Any, kinds: set[type]) -> tuple[list[Any], Longs | None, Mask]:
    """The different values that a column says, their number in each row, and which rows say none.

    The numbers are None where each value was read by itself.
    """
    if isinstance(column, (Coded, array, np.ndarray)) or set(map(type, column)) <= kinds:
        codes, values = _different(column)
        found, bad = _each(read, values)
        return found, codes, bad[codes]
    found, bad = _each(read, column)
    return found, None, bad


def _each(read: Callable[[Any], Any], values: Iterable[Any]) -> tuple[list[Any], Mask]:
    """What each value says; None of those that say nothing that can be, and which these are."""
    found: list[Any] = []
    bad: list[bool] = []
    for value in values:
        try:
            found.append(read(value))
            bad.append(False)
        except CustlifeError:
            found.append(None)
            bad.append(True)
    return found, np.array(bad, np.bool_)


def _spans(terms: Terms, column: Any, size: int) -> tuple[tuple[Span, ...], Longs, Mask]:
    """The different terms, their number in each row, and which rows say none."""
    found, codes, bad = _told(terms.read_term, [None] if column is None else column, ALIKE)
    number: dict[Span | None, int] = {None: -1}
    for span in found:
        number.setdefault(span, len(number) - 1)
    numbers = np.array([number[span] for span in found], np.int64)
    if codes is not None:
        numbers = numbers[codes]
    spans = tuple(span for span in number if span is not None)
    return (spans, numbers, bad) if column is not None else (spans, np.repeat(numbers, size), np.repeat(bad, size))


def _times(terms: Terms, column: Any, name: str, size: int) -> tuple[Longs, Mask]:
    """The instants that a column names, `NONE` where it names none; and the rows that say something else."""
    if column is None:
        return np.full(size, NONE, np.int64), np.zeros(size, np.bool_)
    if isinstance(column, list) and set(map(type, column)) <= {datetime, NOTHING}:
        found = _moments(terms, column)
        if found is not None:
            return found
    told, codes, bad = _told(lambda value: terms.read_us(value, name), column, ALIKE)
    us = np.array([NONE if one is None else one for one in told], np.int64)
    return us if codes is None else us[codes], bad


def _moments(terms: Terms, column: list[datetime | None]) -> tuple[Longs, Mask] | None:
    """Times that all have a zone, or all have none; None for a mixture, and where those without one are refused."""
    naive = {moment.utcoffset() is None for moment in column if moment is not None}
    if len(naive) > 1 or (naive == {True} and terms.tz is None):
        return None
    epoch = NAIVE_EPOCH if naive == {True} else EPOCH
    us = np.array([NO_TIME if moment is None else moment - epoch for moment in column], "m8[us]").astype(np.int64)
    gone = np.array([moment is None for moment in column], np.bool_)
    if naive == {True}:
        us, bad = iso.of_walls(zone(terms.tz), us, terms.ambiguous)
    else:
        bad = (us < iso.FIRST_US) | (us > iso.LAST_US)
    us[gone] = NONE
    return us, bad & ~gone


def _amounts(
    terms: Terms, column: Any, codes: NDArray[np.integer[Any]], currencies: Sequence[str]
) -> tuple[Longs, Mask]:
    """What contracts are worth in parts, `NONE` where nothing is said; and the rows that say something else.

    Args:
        terms: How they are read.
        column: The amounts.
        codes: The number of the currency of each row.
        currencies: Their names.
    """
    if column is None:
        return np.full(len(codes), NONE, np.int64), np.zeros(len(codes), np.bool_)
    digits = [digits_of(name) for name in currencies]
    kinds = (
        np.dtype(column.typecode).kind if isinstance(column, array) else getattr(column, "dtype", np.dtype("O")).kind
    )
    if kinds == "i" and len(codes):
        whole = np.asarray(column).astype(np.int64)
        unit = np.array([10**number if terms.amounts_in == "major" else 1 for number in digits])[codes]
        bad = (whole > LARGEST // unit) | (whole < -(LARGEST // unit))
        return np.where(bad, 0, whole) * unit * PARTS, bad
    exact = _decimals(column, [0 if terms.amounts_in == "minor" else number for number in digits], codes)
    if exact is not None:
        return exact, np.zeros(len(codes), np.bool_)
    values_of, values = _sums(column)
    kept_digits = sorted(set(digits))
    place = np.array([kept_digits.index(number) for number in digits], np.int64)
    keys = Keys((values_of, len(values)), (place[codes], len(kept_digits)))
    ranks, kept = dense(keys.codes, keys.size)
    named = [currencies[digits.index(number)] for number in kept_digits]  # those of as many digits are read alike
    pairs = zip(*keys.columns(kept), strict=True)
    found, bad = _each(lambda pair: terms.read_amount(values[pair[0]], named[pair[1]]), pairs)
    return np.array([NONE if one is None else one for one in found], np.int64)[ranks], bad[ranks]


def _decimals(column: Any, digits: list[int], codes: NDArray[np.integer[Any]]) -> Longs | None:
    """Decimals in parts, `NONE` where missing; None where there is anything but whole minor units."""
    if not isinstance(column, list) or not set(map(type, column)) <= {Decimal, NOTHING}:
        return None
    there = np.array([value is not None for value in column], np.bool_)
    units = np.array([10**number for number in digits], np.int64)[codes[there]].tolist()
    try:
        scaled = list(map(mul, [value for value in column if value is not None], units))
        whole = list(map(int, scaled))
    except (ArithmeticError, ValueError):  # of what is no number
        return None
    if whole != scaled or max(map(abs, whole), default=0) > LARGEST:
        return None
    parts = np.full(len(column), NONE, np.int64)
    parts[there] = np.array(whole, np.int64) * PARTS
    return parts


def _sums(column: Any) -> tuple[Longs, list[Any]]:
    """The different amounts of a column, by their number in each row; of odd types each by itself."""
    if isinstance(column, list):
        kinds = set(map(type, column))
        if not (kinds <= ALIKE or kinds <= MONEY):
            return np.arange(len(column)), column
    return _different(column)


def _quantities(column: Any, name: str, size: int) -> tuple[Sequence[Amount | None], Mask]:
    """Limits or usages, and the rows that say something else."""
    if column is None:
        return [None] * size, np.zeros(size, np.bool_)
    if isinstance(column, (array, np.ndarray)):
        numbers = np.asarray(column)
        gone = np.isnan(numbers)
        bad = ~((numbers >= 0) & (numbers < inf)) & ~gone
        if not gone.any() and isinstance(column, array):
            return column, bad
        return [None if none else number for none, number in zip(gone.tolist(), numbers.tolist(), strict=True)], bad
    if isinstance(column, list) and set(map(type, column)) <= {float, int, NOTHING}:
        given = [None if value != value else value for value in column]  # noqa: PLR0124  # NaN is not itself
        if all(value is None or 0 <= value < LARGE for value in given):
            return given, np.zeros(size, np.bool_)
    found, codes, bad = _told(lambda value: read_quantity(value, name), column, ALIKE)
    return found if codes is None else picked(found, codes), bad
