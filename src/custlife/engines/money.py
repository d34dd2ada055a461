"""Money: read exactly, added up exactly, rounded once when it is shown.

Inside, an amount is a whole number of parts: 1/360 of the smallest unit of its currency. So a year's price is a whole
number of parts a month (360/12 = 30), a week's price times 52/12 too (1560), and sums are exact in any order.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from operator import index
from typing import TYPE_CHECKING, Any, Final, SupportsIndex

from custlife.errors import DataError, UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "AMOUNTS_IN",
    "INTERVALS",
    "LARGEST",
    "NO_CURRENCY",
    "PARTS",
    "check_whole",
    "currency_code",
    "decimal_of",
    "digits_of",
    "in_one_sum",
    "interval_name",
    "minor_units",
    "one_currency",
    "parts_a_month",
    "rounded",
]

PARTS: Final = 360
LARGEST: Final = 10**12
NO_CURRENCY: Final = "none"
AMOUNTS_IN: Final = ("auto", "major", "minor")
NO_INDEX: Final = {bool, float, str, Decimal}  # of others it takes long to find out whether they are whole numbers

# parts a month of one minor unit for each interval of billing
INTERVALS: Final = {
    "week": PARTS * 52 // 12,
    "month": PARTS,
    "quarter": PARTS // 3,
    "half-year": PARTS // 6,
    "year": PARTS // 12,
    "2 years": PARTS // 24,
    "3 years": PARTS // 36,
    "5 years": PARTS // 60,
}
SPELLINGS: Final = {
    "weekly": "week", "monthly": "month", "quarterly": "quarter", "3 months": "quarter", "6 months": "half-year",
    "annual": "year", "annually": "year", "yearly": "year", "12 months": "year", "24 months": "2 years",
    "36 months": "3 years", "60 months": "5 years",
}  # fmt: skip

# digits after the point where they are not two: ISO 4217
DIGITS: Final = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI"), 0),
    **dict.fromkeys(("VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


def digits_of(currency: str) -> int:
    """Digits after the point that amounts of a currency have.

    Source:
        ISO 4217, table A.1.

    Examples:
        >>> digits_of("EUR"), digits_of("JPY"), digits_of("KWD")
        (2, 0, 3)
    """
    return DIGITS.get(currency, 2)


def currency_code(name: object) -> str:
    """The code of a currency: three letters of ISO 4217, in capitals.

    Raises:
        UsageError: Missing, or not three letters.

    Examples:
        >>> currency_code(" eur ")
        'EUR'
    """
    if _is_missing(name):
        raise UsageError("the currency is missing", "give every row its currency, or leave currency_col= out")
    if name == NO_CURRENCY:
        return NO_CURRENCY
    code = name.strip().upper() if isinstance(name, str) else ""
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise UsageError(f"currency={name!r} is not a code of three letters", "write 'EUR', 'USD', 'CHF' or another")
    return code


def interval_name(name: object) -> str:
    """An interval of billing by its name: `month`, `year`, `week`, `quarter`, ...

    Raises:
        UsageError: None that is known.

    Examples:
        >>> interval_name("Annual")
        'year'
    """
    if _is_missing(name):
        raise UsageError("the interval is missing", "give every row its interval, such as 'month' or 'year'")
    folded = name.strip().lower() if isinstance(name, str) else ""
    found = SPELLINGS.get(folded, folded)
    if found not in INTERVALS:
        raise UsageError(f"interval={name!r} is no interval of billing", nearest(folded, INTERVALS))
    return found


def minor_units(amount: object, currency: str = NO_CURRENCY, amounts_in: str = "auto", name: str = "amount") -> int:
    """An amount as a whole number of minor units, such as cents.

    Args:
        amount: A `Decimal` or its text, in major units; or a whole number, in minor units.
        currency: Tells how many minor units a major one has.
        amounts_in: `auto`, as above; or all are in `major` or in `minor` units.
        name: What errors call it.

    Raises:
        UsageError: Missing, a float, no number, or finer than a minor unit.

    Examples:
        >>> from decimal import Decimal
        >>> minor_units(Decimal("19.90")), minor_units("19.9"), minor_units(1990), minor_units(19, amounts_in="major")
        (1990, 1990, 1990, 1900)
    """
    kind = type(amount)
    is_known = kind is int or (isinstance(amount, Decimal) and amount.is_finite())
    if not is_known and _is_missing(amount):
        raise UsageError(f"the {name} is missing", "write 0 where nothing is paid")
    digits = digits_of(currency)
    if kind not in NO_INDEX and isinstance(amount, int | SupportsIndex):
        whole = index(amount) * (10**digits if amounts_in == "major" else 1)
    elif isinstance(amount, float | bool):
        raise UsageError(f"{name}={amount!r} is a {type(amount).__name__}, and money is exact", _exactly(amount))
    else:
        whole = _whole(amount, 0 if amounts_in == "minor" else digits, currency, name)
    if abs(whole) > LARGEST:
        raise UsageError(f"{name}={amount!r} is beyond {LARGEST:,} minor units", "check the column")
    return whole


def _exactly(amount: object) -> str:
    shown = "Decimal('19.90')" if isinstance(amount, bool) else f"Decimal({str(amount)!r})"
    return f"write {shown}, or whole minor units: of a column of floats, (column * 100).round() as integers"


def _whole(amount: Any, digits: int, currency: str, name: str) -> int:
    """A decimal number as a whole number of units of so many digits."""
    try:
        number = amount if isinstance(amount, Decimal) else Decimal(str.strip(amount))
    except (InvalidOperation, TypeError):
        raise UsageError(f"{name}={amount!r} is no amount", "write it like 1990.50, without a sign of money") from None
    if not number.is_finite():
        raise UsageError(f"{name}={amount!r} is not finite", "write an amount")
    if abs(number) > LARGEST:
        return LARGEST + 1
    scaled = number.scaleb(digits)
    if scaled != scaled.to_integral_value():
        where = "" if currency == NO_CURRENCY else f" of {currency}"
        what = f"{name}={amount} is finer than the smallest unit{where}, of {digits} digits"
        raise UsageError(what, "round it before; or pass amounts_in='major' or 'minor' if the units were mistaken")
    return int(scaled)


def parts_a_month(minor: int, interval: str = "month") -> int:
    """A price for an interval of billing, in parts a month.

    Examples:
        >>> parts_a_month(12_00, "year") == parts_a_month(1_00, "month") == 36_000
        True
    """
    return minor * INTERVALS[interval]


def decimal_of(parts: int, currency: str, per: int = 1) -> Decimal:
    """Parts as a decimal number of the currency's digits, halves up; of an average over `per`.

    Examples:
        >>> decimal_of(1990 * PARTS, "EUR"), decimal_of(100 * PARTS, "EUR", per=12)
        (Decimal('19.90'), Decimal('0.08'))
    """
    return Decimal(rounded(parts, PARTS * per)).scaleb(-digits_of(currency))


def rounded(number: int, unit: int = PARTS) -> int:
    """A quotient as the nearest whole number; halves up, so that what is a whole number apart stays so."""
    return (2 * number + unit) // (2 * unit)


def in_one_sum(parts: Sequence[int], total: int) -> list[int]:
    """Amounts in parts rounded to minor units so that they add up to a rounded total: by largest remainders.

    None is further from its exact value than one minor unit. The total is the difference of two rounded sums.

    Examples:
        >>> in_one_sum([PARTS // 2, PARTS // 2, -PARTS], 0)
        [1, 0, -1]
    """
    wholes = [part // PARTS for part in parts]
    rests = [part % PARTS for part in parts]
    order = sorted(range(len(parts)), key=lambda place: (-rests[place], place))
    for place in order[: total - sum(wholes)]:
        wholes[place] += 1
    return wholes


def one_currency(wanted: str | None, there: Iterable[str]) -> str | None:
    """The one currency to count in; None where there are no rows.

    Raises:
        UsageError: There are several and none was chosen, or the chosen one is not among them.
    """
    known = sorted(there)
    if wanted is None and len(known) > 1:
        names = ", ".join(known)
        raise UsageError(
            f"amounts in {len(known)} currencies are never added up: {names}", f"choose one: currency={known[0]!r}"
        )
    if wanted is not None and known and wanted not in known:
        raise UsageError(f"currency={wanted!r} occurs in no row", nearest(wanted, known))
    return wanted or (known[0] if known else None)


def check_whole(problems: Sequence[tuple[str, str]], hint: str) -> None:
    """Refuses rows that cannot be used, if there are any.

    Raises:
        DataError: All of them.
    """
    if problems:
        what = f"{len(problems):,} row{'s' if len(problems) > 1 else ''} cannot be used"
        raise DataError(what, problems, hint)


def _is_missing(value: object) -> bool:
    from custlife.engines.rows.ingest import is_missing  # rows count money, so their room cannot be entered from here

    return is_missing(value)
