"""Errors and notes in the words of the command line: `--tz UTC`, where the library says `tz='UTC'`."""

from __future__ import annotations

import re
from shlex import quote
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["as_typed"]

FLAGS = (
    "customer_col", "stage_col", "event_col", "event", "at_col", "recorded_at_col", "reason_col", "tz", "as_of",
    "since", "feed", "fact", "unit", "delimiter", "encoding", "within", "every", "on_bad", "aliases",
)  # fmt: skip
"""Arguments of the library that are flags by the same name."""
NAMED = {"segment_cols": "by", "value_cols": "value", "path": ""}
"""Arguments that are other words; an empty one is a word without a flag."""
QUOTED = r"'[^'\n]*'|\"[^\"\n]*\""
PAIR = rf"\{{(?P<theirs>{QUOTED}): (?P<ours>{QUOTED})\}}"
GIVEN = re.compile(rf"(?<![\w.'\"-])(?P<name>\w+)=(?:{PAIR}|(?P<text>{QUOTED})|(?P<plain>[^\s,;()\[\]]*))")


def as_typed(text: str, words: Collection[str]) -> str:
    """A text with the arguments in it as one would type them.

    Args:
        text: What the library says.
        words: The flags of the command, with underscores; what is none of them stays as it is.

    Examples:
        >>> as_typed("pass tz='UTC'; or aliases={'MQL': 'lead'}", ["tz", "aliases"])
        'pass --tz UTC; or --aliases MQL=lead'
        >>> as_typed("within='90' is not a span", ["tz"])
        "within='90' is not a span"
    """

    def typed(found: re.Match[str]) -> str:
        word = NAMED.get(found["name"], found["name"] if found["name"] in FLAGS else None)
        if word is None or (word and word not in words):
            return found[0]
        value = f"{found['theirs'][1:-1]}={found['ours'][1:-1]}" if found["theirs"] else (found["text"] or "")[1:-1]
        parts = [f"--{word.replace('_', '-')}"] if word else []
        parts += [quote(value)] if value else [found["plain"]] if found["plain"] else []
        return " ".join(parts)

    return GIVEN.sub(typed, text)
