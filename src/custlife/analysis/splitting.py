"""What answers that are split by segment and period share: order, labels, notes, the calendar, who is active."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from custlife.analysis.question import codes_of
from custlife.analysis.result import person
from custlife.calendar import EVERY, WEEKDAYS, Periods
from custlife.errors import UnknownNameError, UsageError, UsageTypeError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from custlife.analysis.result import About
    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting, Vocabulary

__all__ = [
    "about",
    "active_codes",
    "calendar",
    "check_calendar",
    "check_count",
    "check_maybe_count",
    "group_order",
    "groups_of",
    "head",
    "is_over",
    "label",
    "last_period",
    "picked",
    "place_of",
    "segment_test",
    "shown_periods",
    "shown_reason",
]

MISSING_LABEL = "(missing)"
NOT_GIVEN = "(not given)"
Row = TypeVar("Row")


def group_order(group: Group) -> tuple[tuple[bool, str], ...]:
    """Segments sort by their text, missing ones last."""
    return tuple((value is None, value or "") for value in group)


def groups_of(groups: Iterable[Group], by: Sequence[str]) -> list[Group]:
    """All segments in order; the whole where nothing is split, even with no rows."""
    return sorted({*groups, *([] if by else [()])}, key=group_order)


def head(by: Sequence[str], segment: Group) -> dict[str, Any]:
    """The first columns of a row: its segment."""
    return dict(zip(by, segment, strict=True))


def label(segment: Group, *more: str | None) -> str:
    """Segment and further words in one text; a further word that is None, such as that of no period, is none.

    Examples:
        >>> label(("pro", None), "2026-01")
        'pro · (missing) · 2026-01'
    """
    words = [MISSING_LABEL if value is None else value for value in segment]
    return " · ".join(map(str, [*words, *(word for word in more if word is not None)]))


def shown_reason(reason: str | None) -> str:
    """A reason for people; none is said to be none."""
    return NOT_GIVEN if reason is None else reason


def about(setting: Setting, by: Sequence[str]) -> About:
    """Where an answer comes from, with the units noted whose segment changed."""
    found = person(setting)
    changed = dict(setting.changed)
    return attrs.evolve(found, notes=(*found.notes, *(changed[name] for name in by if name in changed)))


def check_calendar(every: str | None, week_start: str) -> None:
    """Refuses periods and week days that do not exist.

    Raises:
        UsageError: With the words there are.
    """
    if every is not None and every not in EVERY:
        raise UsageError(f"every={every!r} is not a period", f"choose one of {', '.join(map(repr, EVERY))}")
    if week_start not in WEEKDAYS:
        raise UsageError(f"week_start={week_start!r} is not a day", f"choose one of {', '.join(map(repr, WEEKDAYS))}")


def check_maybe_count(name: str, value: int | None, least: int = 1) -> None:
    """Refuses what is neither None nor a whole number of at least `least`.

    Raises:
        UsageTypeError: Not a whole number.
        UsageError: Too small.
    """
    if value is not None:
        check_count(name, value, least)


def check_count(name: str, value: int, least: int = 1) -> None:
    """Refuses what is not a whole number of at least `least`.

    Raises:
        UsageTypeError: Not a whole number.
        UsageError: Too small.
    """
    given: object = value
    if isinstance(given, bool) or not isinstance(given, int):
        raise UsageTypeError(f"{name}={value!r} is not a whole number", f"write {name}={least}")
    if value < least:
        raise UsageError(f"{name}={value!r} is below {least}", f"write {name}={least} or more")


def calendar(every: str, week_start: str, setting: Setting) -> Periods:
    """The periods of a question in the zone of a setting."""
    return Periods(every, setting.zone, week_start)


def last_period(periods: Periods, as_of: int, seen: Iterable[int]) -> int:
    """The last period to show: that of `as_of`, unless it has only begun and nothing happened in it yet."""
    now = periods.index(as_of)
    return now if periods.start(now) < as_of or now in set(seen) else now - 1


def shown_periods(
    every: str | None, week_start: str, setting: Setting, seen: Collection[int]
) -> list[tuple[int, str | None, bool]]:
    """The periods to show, from the first with something in it: number, label, and whether it is over.

    Without periods there is one for all, without a label.
    """
    if every is None:
        return [(0, None, True)]
    if not seen:
        return []
    periods = calendar(every, week_start, setting)
    last = last_period(periods, setting.as_of, seen)
    return [(n, periods.label(n), is_over(periods, n, setting.as_of)) for n in range(min(seen), last + 1)]


def is_over(periods: Periods, number: int, as_of: int) -> bool:
    """Whether a period was seen to its last instant at `as_of`."""
    return periods.end(number) - 1 <= as_of


def place_of(vocabulary: Vocabulary, code: int) -> str:
    """Where a stage stands: on the path, beside it, or behind one of the two kinds of exit."""
    if code < vocabulary.path:
        return "path"
    return "paused" if code in vocabulary.paused else "ended" if code in vocabulary.ended else "unplaced"


def active_codes(setting: Setting, wanted: tuple[str, ...] | None) -> frozenset[int]:
    """The codes that make one active: those named, else the stages of a customer, else the path, else any event."""
    vocabulary = setting.vocabulary
    if wanted is not None:
        return codes_of(setting, wanted, "stage" if vocabulary.path else "event")
    if not vocabulary.path:
        return frozenset(range(len(vocabulary.names)))
    return frozenset(range(vocabulary.customer_from or 0, vocabulary.path))


def picked(rows: Sequence[Row], kind: str, wanted: str, labels: Sequence[str]) -> Row:
    """The one row with a label.

    Raises:
        UnknownNameError: There is no such row.
    """
    if wanted not in labels:
        raise UnknownNameError(kind, wanted, dict.fromkeys(labels))
    return rows[labels.index(wanted)]


def segment_test(cell: Mapping[str, Any]) -> Callable[[Group], bool]:
    """Whether a group is the `segment` of a cell: one value, or several in the order of `by`; any if none is named."""
    if "segment" not in cell:
        return lambda _: True
    wanted = cell["segment"]
    return (wanted if isinstance(wanted, tuple) else (wanted,)).__eq__
