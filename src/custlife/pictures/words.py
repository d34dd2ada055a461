"""Text made safe, measured and cut: in terminal cells and in approximate pixels.

Labels come from other people's data. `clean` is the one door: after it no control character, terminal
escape, direction override or lone surrogate is left, so a label can neither break XML nor drive a terminal.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ELLIPSIS = "…"
FULL_TEXT = 300
"""Longest text kept as a tooltip; a label of a megabyte is not worth carrying along."""

# Spaces at which no line ends: before a unit, after a sign of comparison, before a dash.
_GLUE = re.compile(
    r"(?<=\d) (?=%|(?:seconds?|minutes?|hours?|days?|weeks?|months?|quarters?|years?|points?)\b)"
    r"|(?<=[≥≤<>=±]) (?=[-−\d])"
    r"| (?=[–-](?: |$))"
)
_JOINER = "\u200d"
_WIDE_VARIANT = "\ufe0f"

# Widths of ASCII 32..126 in thousandths of the font size: Helvetica, which system fonts follow closely.
_ASCII = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 "
    "584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 "
    "278 556 500 722 500 500 500 334 260 334 584"
)
# Some system fonts (DejaVu, Verdana) run wider than Helvetica; labels must fit there too.
_WIDER = 1.15


@cache
def _replacements() -> dict[int, str]:
    table = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], "")
    table.update(dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFFFE, 0xFFFF], ""))
    table.update(dict.fromkeys([0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029], " "))
    table.update(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))
    return table


def clean(text: object) -> str:
    r"""The text on one line, without anything that is not a visible character.

    Examples:
        >>> clean("a\tb\x1b[31m")
        'a b[31m'
    """
    plain = str(text)
    return plain if plain.isprintable() else plain.translate(_replacements())


def escape(text: str) -> str:
    """The text for use in markup, inside an element or a quoted attribute.

    Examples:
        >>> escape("<b> & 'c'")
        '&lt;b&gt; &amp; &#x27;c&#x27;'
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#x27;")


@cache
def _cell(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cells(text: str) -> int:
    """Columns that the text takes in a terminal; wide characters and emoji take two.

    Examples:
        >>> cells("abc"), cells("顧客"), cells("e\u0301")
        (3, 4, 1)
    """
    if text.isascii():
        return len(text)
    total, before = 0, ""
    for character in text:
        skin = "\U0001f3fb" <= character <= "\U0001f3ff" and before > "\u2000"
        if character == _WIDE_VARIANT and before and _cell(before) == 1:
            total += 1
        elif before != _JOINER and not skin:
            total += _cell(character)
        before = character
    return total


def clip(text: str, room: int) -> str:
    """The text cut to `room` terminal columns, ending in … where it was cut.

    Examples:
        >>> clip("onboarding", 6), clip("trial", 6)
        ('onboa…', 'trial')
    """
    if cells(text) <= room:
        return text
    return _longest(text, lambda part: cells(part) <= room - 1) + ELLIPSIS


def _longest(text: str, fits: Callable[[str], bool]) -> str:
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle]) else (low, middle - 1)
    return text[:low].rstrip(" " + _JOINER)


def pad(text: str, room: int, align: str = "left") -> str:
    """The text cut or filled up to exactly `room` terminal columns."""
    text = clip(text, room)
    space = " " * (room - cells(text))
    return space + text if align == "right" else text + space


@cache
def _ascii_widths() -> tuple[float, ...]:
    return tuple(int(width) * _WIDER / 1000 for width in _ASCII.split())


def pixels(text: str, size: float = 12) -> float:
    """Approximate width in pixels in a system font of that size; rather too wide than too narrow.

    Examples:
        >>> round(pixels("stage", 12))
        34
    """
    widths = _ascii_widths()
    total = 0.0
    for character in text:
        code = ord(character)
        total += widths[code - 32] if 32 <= code <= 126 else 0.62 * _cell(character)
    return total * size


def clip_pixels(text: str, room: float, size: float = 12) -> str:
    """The text cut to `room` pixels, ending in … where it was cut."""
    if pixels(text, size) <= room:
        return text
    return _longest(text, lambda part: pixels(part + ELLIPSIS, size) <= room) + ELLIPSIS


def wrap(text: str, room: int) -> list[str]:
    """The text in lines of at most `room` terminal columns; a word longer than a line is broken."""
    return _wrap(text, lambda part: cells(part) <= max(2, room))


def wrap_pixels(text: str, room: float, size: float = 12) -> list[str]:
    """The text in lines of at most `room` pixels; a word wider than a line is broken."""
    return _wrap(text, lambda part: pixels(part, size) <= max(2.5 * size, room))


def at_most(lines: list[str], most: int) -> list[str]:
    """The lines, those beyond `most` joined to the last one, which is then for cutting.

    Examples:
        >>> at_most(["a", "b", "c"], 2)
        ['a', 'b c']
    """
    return [*lines[: most - 1], " ".join(lines[most - 1 :])] if len(lines) > most else lines


def pieces(text: str) -> list[str]:
    """What lines are made of: words, a number with its unit, the beginning of a range.

    Examples:
        >>> pieces("within 30 days: 70.7 % – 80.2 %")
        ['within', '30 days:', '70.7 % –', '80.2 %']
    """
    return [piece.replace("\0", " ") for piece in _GLUE.sub("\0", text).split()]


def _wrap(text: str, fits: Callable[[str], bool]) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in (part for piece in pieces(text) for part in ([piece] if fits(piece) else piece.split())):
        longer = f"{line} {word}" if line else word
        if fits(longer):
            line = longer
            continue
        if line:
            lines.append(line)
        rest = word
        while not fits(rest):
            start = _longest(rest, fits) or rest[0]
            lines.append(start)
            rest = rest[len(start) :]
        line = rest
    return [*lines, line] if line or not lines else lines
