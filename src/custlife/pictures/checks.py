"""Converters and checks that every picture shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from custlife.errors import UsageError, UsageTypeError
from custlife.pictures.scales import to_number
from custlife.pictures.words import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


def items(values: Any) -> tuple[Any, ...]:
    """The values as a tuple; a lone string is refused, since its letters are never meant."""
    if isinstance(values, str | bytes):
        raise UsageTypeError(f"expected a sequence, got {values!r}", f"pass [{values!r}]")
    try:
        return tuple(values)
    except TypeError:
        raise UsageTypeError(f"expected a sequence, got {values!r}", "pass a list or a tuple") from None


def texts(values: Any) -> tuple[str, ...]:
    """Labels, each cleaned to one safe line."""
    return tuple(clean(value) for value in items(values))


def numbers(values: Any) -> tuple[float | None, ...]:
    """Numbers, with None where there is nothing."""
    return tuple(to_number(value) for value in items(values))


def each(kind: type[T], values: Any) -> tuple[T, ...]:
    """The values, each a `kind` already or a tuple of its fields."""
    return tuple(value if isinstance(value, kind) else kind(*items(value)) for value in items(values))


def need_length(what: str, values: Sequence[object], length: int, of: str) -> None:
    """Refuses a sequence of the wrong length.

    Raises:
        UsageError: With both lengths.
    """
    if len(values) != length:
        raise UsageError(f"{what} has {len(values)} values for {length} {of}", f"pass one value for each of the {of}")


def need_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    """Refuses a mode that does not exist.

    Raises:
        UsageError: With the modes there are.
    """
    if value not in choices:
        raise UsageError(f"unknown {name}={value!r}", "pass one of: " + ", ".join(map(repr, choices)))
