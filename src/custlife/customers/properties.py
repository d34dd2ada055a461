"""What may be written beside a move, an event or a fact: plain values, frozen and hashable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from custlife.calendar import instant
from custlife.errors import UsageError, UsageTypeError

if TYPE_CHECKING:
    from decimal import Decimal

    Scalar: TypeAlias = str | int | float | bool | Decimal | datetime | None

__all__ = ["NO_PROPERTIES", "Properties", "properties", "scalar", "typed"]

_KINDS = "str, int, float, bool, Decimal, an aware datetime or None"


def scalar(value: object, *, name: str = "value") -> Scalar:
    """The plain value itself; subclasses (an enum's string, a NumPy float) become their base.

    Args:
        value: A str, int, float, bool, Decimal, aware datetime or None. Floats and Decimals are finite.

        name: What the caller calls it, for the error.

    Raises:
        UsageTypeError: For anything else: lists and dicts would make the customer unhashable.
        UsageError: For NaN and infinity, which no JSON holds and which never equal themselves.

    Examples:
        >>> scalar(3), scalar("smb")
        (3, 'smb')
    """
    if value is None or type(value) is str or type(value) is int or type(value) is bool:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        _check_finite(value, value - value == 0.0, name)
        return float(value)
    if isinstance(value, datetime):
        return instant(value, name=name)
    from decimal import Decimal

    if isinstance(value, Decimal):
        _check_finite(value, value.is_finite(), name)
        return value
    hint = f"pass {_KINDS}; for a date or a list, pass its text"
    if hasattr(value, "item"):  # a number of NumPy, or an array of one
        hint = f"pass {name}.item(), the plain value in it"
    raise UsageTypeError(f"{name}={value!r} is a {type(value).__name__}, not a plain value", hint)


def _check_finite(value: object, is_finite: bool, name: str) -> None:
    if not is_finite:
        raise UsageError(f"{name}={value!r} is not a finite number", f"leave {name} out, or pass None")


def typed(value: Scalar) -> tuple[str, str]:
    """A value with its type, as text: `1`, `True` and `1.0` are equal in Python and different here."""
    return type(value).__name__, value.isoformat() if isinstance(value, datetime) else repr(value)


class Properties(Mapping[str, "Scalar"]):
    """A read-only mapping of names to plain values that can be hashed, pickled and compared.

    Names are in sorted order. Two of them are equal when names, values and types of values are.

    Args:
        pairs: A mapping, or pairs of name and value; no name twice.

    Raises:
        UsageTypeError: When a name is not a str, or a value is not plain (see `scalar`).
        UsageError: When a name occurs twice.

    Examples:
        >>> Properties({"seats": 5})["seats"]
        5
    """

    __slots__ = ("_pairs",)

    _pairs: tuple[tuple[str, Scalar], ...]

    def __init__(self, pairs: Mapping[str, object] | Iterable[tuple[str, object]] = ()) -> None:
        items = list(pairs.items()) if isinstance(pairs, Mapping) else _pairs(pairs)
        found: dict[str, Scalar] = {}
        for name, value in items:
            if not isinstance(name, str):
                raise UsageTypeError(f"property name {name!r} is not a str", f"write {str(name)!r}")
            if name in found:
                raise UsageError(f"property {name!r} is given twice", "give each name once")
            found[name] = scalar(value, name=f"properties[{name!r}]")
        object.__setattr__(self, "_pairs", tuple(sorted(found.items(), key=_by_name)))

    def __setattr__(self, name: str, value: object) -> None:
        raise UsageTypeError(f"properties are read-only; cannot set {name!r}", "build a new value with properties=")

    def __getitem__(self, name: str) -> Scalar:
        for key, value in self._pairs:
            if key == name:
                return value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    @property
    def pairs(self) -> tuple[tuple[str, Scalar], ...]:
        """Names and values, in the order of the names."""
        return self._pairs

    def typed(self) -> tuple[tuple[str, tuple[str, str]], ...]:
        """Names, types and values as text: what equality and order compare."""
        return tuple((name, typed(value)) for name, value in self._pairs)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Properties):
            return self is other or (len(self) == len(other) and self.typed() == other.typed())
        return dict(self) == other

    def __hash__(self) -> int:
        return hash(self._pairs)

    def __repr__(self) -> str:
        return f"Properties({dict(self)!r})"

    def __reduce__(self) -> tuple[type[Properties], tuple[tuple[tuple[str, Scalar], ...]]]:
        return Properties, (self._pairs,)


def _by_name(pair: tuple[str, Scalar]) -> str:
    return pair[0]


def _pairs(given: object) -> list[tuple[str, object]]:
    if isinstance(given, Iterable) and not isinstance(given, str):
        pairs = list(given)
        if all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in pairs):
            return [(name, value) for name, value in pairs]
    raise UsageTypeError(f"properties={given!r} is not a mapping", 'pass a dict such as {"plan": "pro"}')


NO_PROPERTIES = Properties()


def properties(given: Mapping[str, object] | Iterable[tuple[str, object]] | Properties) -> Properties:
    """Converter of every field named `properties`."""
    if type(given) is Properties:
        return given
    return Properties(given) if given else NO_PROPERTIES
