"""Opening hours of a week, from text to minutes and back.

The text is a list of clauses, each some days and then some windows: `mon-thu 09:00-17:30; fri 09:00-12:00 13:00-16:00`.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from custlife.errors import DefinitionError, UsageTypeError

__all__ = ["Week", "Window", "read_hours", "week_of", "week_text"]

Window: TypeAlias = tuple[int, int]
Week: TypeAlias = tuple[tuple[Window, ...], ...]

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NAMES: Final = {
    name: i
    for i, day in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
    for name in (day, day[:3])
}
FORM: Final = "write days and then hours, such as 'mon-fri 09:00-17:00; sat 10:00-14:00'"
MIDNIGHT: Final = 24 * 60


def read_hours(value: object) -> str:
    """The canonical text of opening hours given as text or as a mapping of days to hours."""
    from collections.abc import Mapping

    if isinstance(value, Mapping):
        value = "; ".join(f"{days} {windows}" for days, windows in value.items())
    if not isinstance(value, str):
        raise UsageTypeError(f"expected opening hours, got hours={value!r}", FORM)
    return week_text(week_of(value))


def week_of(text: str) -> Week:
    """The windows of each weekday from Monday on, in minutes since midnight.

    Examples:
        >>> week_of("tue 09:00-12:00 13:00-17:00")[:2]
        ((), ((540, 720), (780, 1020)))
    """
    week: dict[int, tuple[Window, ...]] = {}
    for clause in text.replace("\n", ";").split(";"):
        words = clause.lower().replace(",", " ").split()
        if not words:
            continue
        named = [day for word in words if not word[0].isdigit() and word != "closed" for day in _days(word, text)]
        windows = _windows([word for word in words if word[0].isdigit()], text)
        if not named or (not windows and "closed" not in words) or (windows and "closed" in words):
            raise DefinitionError(f"cannot read {clause.strip()!r} in hours={text!r}", FORM)
        for day in named:
            if day in week:
                raise DefinitionError(f"hours={text!r} names {DAYS[day]!r} twice", "put all hours of a day together")
            week[day] = windows
    if not any(week.values()):
        raise DefinitionError(f"hours={text!r} never open", FORM)
    return tuple(week.get(day, ()) for day in range(7))


def week_text(week: Week) -> str:
    """The shortest text of a week; `week_of` reads it back.

    Examples:
        >>> week_text(week_of("Monday, tue 9:00-17:00; wed 09:00-17:00; sun closed"))
        'mon-wed 09:00-17:00'
    """
    clauses, day = [], 0
    while day < 7:
        last = day
        while last < 6 and week[last + 1] == week[day]:
            last += 1
        if week[day]:
            days = DAYS[day] if last == day else f"{DAYS[day]}-{DAYS[last]}"
            clauses.append(f"{days} {' '.join(f'{_clock(a)}-{_clock(b)}' for a, b in week[day])}")
        day = last + 1
    return "; ".join(clauses)


def _days(word: str, text: str) -> list[int]:
    first, dash, last = word.partition("-")
    if first not in NAMES or (dash and last not in NAMES):
        raise DefinitionError(f"unknown day {word!r} in hours={text!r}", f"days are {', '.join(DAYS)}, or mon-fri")
    start = NAMES[first]
    return [(start + i) % 7 for i in range((NAMES[last] - start) % 7 + 1 if dash else 1)]


def _windows(words: list[str], text: str) -> tuple[Window, ...]:
    """The windows of a day in order; those that touch become one."""
    found: list[Window] = []
    for opens, closes in sorted(_window(word, text) for word in words):
        if found and opens < found[-1][1]:
            raise DefinitionError(f"hours={text!r} overlap at {_clock(opens)}", "give each window of a day once")
        if found and opens == found[-1][1]:
            found[-1] = (found[-1][0], closes)
        else:
            found.append((opens, closes))
    return tuple(found)


def _window(word: str, text: str) -> Window:
    opens, _, closes = word.partition("-")
    window = (_minute(opens), _minute(closes))
    if min(window) < 0 or opens == "24:00":
        raise DefinitionError(f"cannot read {word!r} in hours={text!r}", "write a window like '09:00-17:30'")
    if window[0] >= window[1]:
        hint = f"a window ends on its day: for a night write '{opens}-24:00' and, on the next day, '00:00-{closes}'"
        raise DefinitionError(f"window {word!r} in hours={text!r} ends before it starts", hint)
    return window


def _minute(clock: str) -> int:
    """Minutes since midnight, or -1 for what is no time of day."""
    hour, _, minute = clock.partition(":")
    if not (clock.isascii() and hour.isdigit() and minute.isdigit() and len(hour) <= 2 and len(minute) == 2):
        return -1
    total = int(hour) * 60 + int(minute)
    return total if int(minute) < 60 and total <= MIDNIGHT else -1


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
