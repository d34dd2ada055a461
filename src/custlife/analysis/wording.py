"""How many of what, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.stages.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["counted", "never_seen", "plural"]


def counted(n: int, word: str) -> str:
    """A count with its word.

    Examples:
        >>> counted(2357, "customer")
        '2,357 customers'
    """
    return f"{n:,} {plural(n, word)}"


def never_seen(names: Sequence[str]) -> tuple[str, ...]:
    """What a reader must know of events that are in no row: a sentence, or none.

    Examples:
        >>> never_seen(["bougth"])
        ("Nobody had the event 'bougth': is it spelled so?",)
        >>> never_seen(["bougth", "payd"])
        ("Nobody had the events 'bougth', 'payd': are they spelled so?",)
    """
    if not names:
        return ()
    ask = "is it" if len(names) == 1 else "are they"
    return (f"Nobody had the {plural(len(names), 'event')} {', '.join(map(repr, names))}: {ask} spelled so?",)
