"""Colours by name, and the style sheet that a page embeds once.

A picture names a tone and carries one colour for it as fallback that can be seen on white and on near-black
paper alike. A page that embeds `style_sheet()` gets a tuned set for light, for dark and for print.
"""

from __future__ import annotations

from functools import cache

from custlife.errors import UnknownNameError

# name: (on any paper, on dark paper). Chosen by search so that all of one group stay apart for red- and green-blind
# eyes too; the tests measure it.
_TONES: dict[str, tuple[str, str]] = {
    "good": ("#17755f", "#2fa37f"),
    "pending": ("#4a7fc1", "#5fa3ee"),
    "muted": ("#919399", "#c3c6cc"),
    "bad": ("#d1582c", "#ef7d4f"),
    "accent1": ("#4a87ee", "#5aa0ff"),
    "accent2": ("#c97d18", "#dd9433"),
    "accent3": ("#1f7652", "#35a274"),
    "accent4": ("#a93c96", "#c76bb8"),
    "accent5": ("#ee5a88", "#ff86ab"),
    "accent6": ("#7a7029", "#f2cf5b"),
    "accent7": ("#3d8fc0", "#66b8e0"),
    "accent8": ("#b9855f", "#e8c4a6"),
}

TONES: tuple[str, ...] = tuple(_TONES)
INK = "var(--cl-ink, currentColor)"
PAPER = "var(--cl-paper, transparent)"

_LIGHT_PAPER, _DARK_PAPER = "#ffffff", "#14171c"
_LIGHT_INK, _DARK_INK = "#1f2530", "#e4e7ec"

# Ends and middles of the heat maps, dark end last.
_RAMP = ("#eaf2f7", "#b9d6e6", "#7db3d1", "#3f87b5", "#1b5f93", "#0c3b66")
_RAMP_TWO_SIDED = ("#9c3b1f", "#d9795a", "#f2c9b8", "#f1f1f0", "#b7d4e4", "#4f94bd", "#12527f")
LEVELS = 24
"""A heat map has that many shades: equal cells can be drawn together, and no eye tells more apart."""


def check_tone(tone: str, where: str = "") -> None:
    """Refuses a tone that does not exist; the empty one means "choose for me".

    Raises:
        UnknownNameError: For a tone not in `TONES`.
    """
    if tone and tone not in _TONES:
        raise UnknownNameError("tone", tone, TONES, where)


def accent(index: int) -> str:
    """The tone for the n-th of several things, counted from 0; after eight they begin again."""
    return f"accent{index % 8 + 1}"


def paint(tone: str) -> str:
    """The tone as a CSS colour: the page's variable, or else the fallback.

    Examples:
        >>> paint("good")
        'var(--cl-good, #17755f)'
    """
    return f"var(--cl-{tone}, {fallback(tone)})"


def fallback(tone: str) -> str:
    """The colour of a tone that can be seen on any paper.

    Examples:
        >>> fallback("good")
        '#17755f'
    """
    return _TONES[tone][0]


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, from 0 (black) to 1 (white).

    Source: WCAG 2.2, definition of relative luminance.
    """
    parts = [part / 255 for part in _rgb(colour)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, from 1 (equal) to 21 (black on white).

    Source: WCAG 2.2, definition of contrast ratio.
    """
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@cache
def ink_on(colour: str) -> str:
    """The ink, black or white, that reads better on the colour."""
    return max("#000000", "#ffffff", key=lambda ink: contrast(ink, colour))


@cache
def shade(level: int, sides: str) -> str:
    """Colour of a heat-map level, 0 to `LEVELS`, on a "one"- or "two"-sided ramp."""
    stops = _RAMP if sides == "one" else _RAMP_TWO_SIDED
    place = level / LEVELS * (len(stops) - 1)
    index = min(int(place), len(stops) - 2)
    pairs = zip(_rgb(stops[index]), _rgb(stops[index + 1]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * (place - index)):02x}" for a, b in pairs)


def _variables(scheme: str) -> str:
    dark = scheme == "dark"
    paper, ink = (_DARK_PAPER, _DARK_INK) if dark else (_LIGHT_PAPER, _LIGHT_INK)
    tones = "".join(f"--cl-{name}:{colours[dark]};" for name, colours in _TONES.items())
    return f":root{{color-scheme:{scheme};--cl-ink:{ink};--cl-paper:{paper};{tones}}}"


@cache
def style_sheet() -> str:
    """The CSS for a page with pictures: light, dark by the reader's setting, and print. Embed it once.

    Pictures look right without it too; with it they follow the page. A page with its own theme sets the
    variables `--cl-ink`, `--cl-paper` and `--cl-<tone>` instead.

    Examples:
        >>> "prefers-color-scheme: dark" in style_sheet()
        True
    """
    return "\n".join(
        [
            _variables("light"),
            "@media (prefers-color-scheme: dark){" + _variables("dark") + "}",
            "@media print{" + _variables("light") + ".cl-picture,.cl-table tr{break-inside:avoid}}",
            ".cl-picture{overflow-x:auto}",
            ".cl-picture svg{display:block;min-width:32rem}",
            ".cl-scroll{overflow-x:auto;margin:0 0 1.5rem}",
            ".cl-table{border-collapse:collapse;font-variant-numeric:tabular-nums}",
            ".cl-table caption{text-align:left;font-weight:600;padding:0 0 .4rem}",
            ".cl-table th,.cl-table td{padding:.3rem .75rem .3rem 0;vertical-align:top}",
            ".cl-table tr{border-bottom:1px solid color-mix(in srgb,var(--cl-ink) 14%,transparent)}",
            ".cl-table thead tr{border-bottom-color:color-mix(in srgb,var(--cl-ink) 45%,transparent)}",
            ".cl-table ul{margin:0;padding:0 0 0 1.1em}",
            ".cl-cards td,.cl-cards th{min-width:7.5rem;max-width:20rem}",
            "@media print{.cl-picture svg,.cl-cards td,.cl-cards th{min-width:0}}",
            ".cl-note{opacity:.72;font-size:.9em;margin:.4rem 0 0}",
        ]
    )
