"""Counting touches: the first one after a start, those of each stay, and hand-overs between teams."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from custlife.calendar import from_us, instant, to_us
from custlife.customers import Customer, Event
from custlife.engines.rows.ingest import is_missing
from custlife.engines.rows.moving import group_at
from custlife.engines.rows.properties import fixed
from custlife.engines.touching import ContactTally, HandTally, TouchTally
from custlife.errors import CustlifeError, UsageError, UsageTypeError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from custlife.engines.history import Grouping, History
    from custlife.engines.touching import Contacts, ContactTable, HandOvers, HandTable, Seen, Touches, TouchTable

__all__ = ["count_contacts", "count_hand_overs", "count_touches", "seen_in"]

YES = frozenset(("true", "t", "yes", "y", "1"))
NO = frozenset(("false", "f", "no", "n", "0"))


def seen_in(seen: Seen, history: History) -> Callable[[int], bool]:
    """A test of one row: whether it is meant."""
    codes, code = seen.codes, history.code
    tests = [(history.values[name], wanted) for name, wanted in seen.tests]
    if not tests:
        return lambda row: code[row] in codes
    return lambda row: code[row] in codes and all(alike(column[row], wanted) for column, wanted in tests)


def alike(value: Any, wanted: Any) -> bool:
    """Whether a value is the wanted one; True and False may be spelled in words, as files do.

    Examples:
        >>> alike("yes", True), alike("no", True), alike(None, False), alike("web", "web")
        (True, False, False, True)
    """
    if isinstance(wanted, bool) and isinstance(value, str):
        return value.strip().lower() in (YES if wanted else NO)
    return bool(fixed(value) == wanted)


# -- first contacts ----------------------------------------------------------------------------------------------------


def count_contacts(request: Contacts, history: History) -> ContactTable:
    """Time from the first start of each unit to its first touch, by segment."""
    table: ContactTable = {}
    grouping, at, as_of, since = history.grouping(request.by), history.at, history.as_of, history.since
    is_touch = seen_in(request.touch, history)
    start_of = _starts(request, history)
    passed, is_late = _clock(request, history)
    for unit, (low, high) in enumerate(history.ranges()):
        begun = start_of(unit, low, high)
        if begun is None:
            continue
        start, row = begun
        tally = table.setdefault(group_at(grouping, row), ContactTally())
        if since is not None and start < since:
            tally.truncated += 1
            continue
        touch = next((at[row] for row in range(low, high) if at[row] >= start and is_touch(row)), None)
        if touch is None:
            tally.waiting.append(passed(start, as_of))
            tally.gone += _standing(history, low, high) in request.exits
        else:
            tally.answered.append(passed(start, touch))
        if request.within is not None and is_late(start, as_of, True):
            tally.eligible += 1
            tally.in_time += touch is not None and not is_late(start, touch, False)
    for tally in table.values():
        tally.answered = array("q", sorted(tally.answered))
        tally.waiting = array("q", sorted(tally.waiting))
    return table


def _standing(history: History, low: int, high: int) -> int:
    """The code of the stage in which a unit stands at `as_of`; of a log of events its last event."""
    stands = history.vocabulary.standing
    return next(code for code in reversed(history.code[low:high]) if code in stands)


Begun = tuple[int, int]


def _starts(request: Contacts, history: History) -> Callable[[int, int, int], Begun | None]:
    """How to find the start of a unit from its number and rows: the instant, and the row whose segment holds."""
    at, finder = history.at, request.finder
    is_start = seen_in(request.start, history)

    def by_row(_: int, low: int, high: int) -> Begun | None:
        return next(((at[row], row) for row in range(low, high) if is_start(row)), None)

    def by_hook(unit: int, low: int, high: int) -> Begun | None:
        found = _called(finder, _customer(history, unit, low, high), history.as_of)
        if found is None:
            return None
        before = [row for row in range(low, high) if at[row] <= found]
        return found, before[-1] if before else low

    return by_row if finder is None else by_hook


def _called(finder: Any, customer: Customer, as_of: int) -> int | None:
    """What a hook says of a customer, in microseconds; later than `as_of` is not yet."""
    found = finder(customer)
    if found is None:
        return None
    if isinstance(found, bool):
        what = f"qualified= said {found!r} of {customer.id!r}, which is no time"
        raise UsageTypeError(what, "return the instant at which the customer qualified, or None")
    try:
        us = to_us(instant(found, name="qualified"))
    except CustlifeError as error:
        raise UsageError(f"qualified= said {found!r} of {customer.id!r}: {error.what}", error.hint) from None
    return us if us <= as_of else None


def _customer(history: History, unit: int, low: int, high: int) -> Customer:
    """A unit as a customer: the moves and events seen."""
    vocabulary = history.vocabulary
    model, names = vocabulary.model, vocabulary.names
    if model is None:
        hint = "ask a stage log, with the events beside it: log.response_time(events, ...)"
        raise UsageError("qualified= is a function of a customer, and events alone make none", hint)
    width = len(model.codes)
    moves: list[Any] = []
    events: list[Event] = []
    for row in range(low, high):
        if history.code[row] < width:
            moves.append((names[history.code[row]], from_us(history.at[row])))
        else:
            events.append(_event(history, row))
    return Customer(history.ids[unit], model, moves=moves, events=events)


def _event(history: History, row: int) -> Event:
    """A row as an event: the fields that events have, everything else as properties."""
    told = {name: column[row] for name, column in history.values.items() if not is_missing(column[row])}
    fields: dict[str, Any] = {name: str(told.pop(name)) for name in ("channel", "team") if name in told}
    if told.get("direction") in {"inbound", "outbound"}:
        fields["direction"] = told.pop("direction")
    if "by_human" in told:
        human = told.pop("by_human")
        fields["by_human"] = True if alike(human, True) else False if alike(human, False) else None
    plain = {name: value for name, value in told.items() if isinstance(value, (bool, int, float, str))}
    name = history.vocabulary.names[history.code[row]]
    return Event(name, from_us(history.at[row]), properties=plain, **fields)


def _clock(request: Contacts, history: History) -> tuple[Callable[[int, int], int], Callable[[int, int, bool], bool]]:
    """How long it is from one instant to another, and whether the limit is over: at the end itself only if asked so."""
    if request.hours is None:
        deadline = None if request.within is None else history.zone.adder(request.within)

        def over(start: int, end: int, inclusive: bool) -> bool:
            limit = start if deadline is None else deadline(start)
            return end >= limit if inclusive else end > limit

        return lambda start, end: end - start, over
    elapsed = request.hours.elapsed()
    most = 0 if request.within is None else request.within.us

    def over_at_work(start: int, end: int, inclusive: bool) -> bool:
        passed = elapsed(end) - elapsed(start)
        return passed >= most if inclusive else passed > most

    return lambda start, end: elapsed(end) - elapsed(start), over_at_work


# -- touches of each stay ----------------------------------------------------------------------------------------------


def count_touches(request: Touches, history: History) -> TouchTable:
    """Touches in each stay and the gaps between them, by segment and stage."""
    table: TouchTable = {}
    grouping = history.grouping(request.by)
    is_touch = seen_in(request.touch, history)
    for low, high in history.ranges():
        _stays(request, history, grouping, is_touch, low, high, table)
        _gaps(request, history, grouping, is_touch, low, high, table)
    for tally in table.values():
        tally.ended, tally.open = dict(sorted(tally.ended.items())), dict(sorted(tally.open.items()))
        tally.gaps, tally.silent = array("q", sorted(tally.gaps)), array("q", sorted(tally.silent))
    return table


def _stays(
    request: Touches,
    history: History,
    grouping: Grouping | None,
    is_touch: Callable[[int], bool],
    low: int,
    high: int,
    table: TouchTable,
) -> None:
    """The stays of one unit by their number of touches."""
    opened = [row for row in range(low, high) if history.code[row] < request.width]
    for row, end in zip(opened, [*opened[1:], high], strict=True):
        if history.code[row] not in request.stages:
            continue
        tally = table.setdefault((group_at(grouping, row), history.code[row]), TouchTally())
        if history.since is not None and history.at[row] < history.since:
            tally.truncated += 1
            continue
        touches = sum(is_touch(each) for each in range(row + 1, end))
        stays = tally.open if row == opened[-1] else tally.ended
        stays[touches] = stays.get(touches, 0) + 1


def _gaps(
    request: Touches,
    history: History,
    grouping: Grouping | None,
    is_touch: Callable[[int], bool],
    low: int,
    high: int,
    table: TouchTable,
) -> None:
    """The time without a touch while one unit is in no exit, by the stage in which it begins."""
    at, code, since = history.at, history.code, history.since
    held: tuple[int, int, int] | None = None  # when it began, the stage, and the row whose segment holds
    stage = row_of_stage = -1

    def close(end: int, is_touched: bool) -> None:
        if held is None or held[1] not in request.stages or (since is not None and held[0] < since):
            return
        tally = table.setdefault((group_at(grouping, held[2]), held[1]), TouchTally())
        (tally.gaps if is_touched else tally.silent).append(end - held[0])

    for row in range(low, high):
        if code[row] < request.width:
            stage, row_of_stage = code[row], row
            if stage in request.exits:
                close(at[row], False)
                held = None
            elif held is None:
                held = at[row], stage, row
        elif held is not None and is_touch(row):
            close(at[row], True)
            held = at[row], stage, row_of_stage
    close(history.as_of, False)


# -- hand-overs --------------------------------------------------------------------------------------------------------


def count_hand_overs(request: HandOvers, history: History) -> HandTable:
    """Pairs of touches in a row, by segment and teams, and what came next."""
    table: HandTable = {}
    grouping, team = history.grouping(request.by), history.values[request.team]
    is_touch = seen_in(request.touch, history)
    at, since = history.at, history.since
    for low, high in history.ranges():
        nexts = _next_stages(request, history, low, high)
        before: int | None = None
        for row in range(low, high):
            if history.code[row] < request.width or not is_touch(row):
                continue
            if before is not None and (since is None or at[before] >= since):
                key = group_at(grouping, row), _team(team[before]), _team(team[row])
                tally = table.setdefault(key, HandTally())
                tally.waits.append(at[row] - at[before])
                state = nexts[row - low]
                setattr(tally, state, getattr(tally, state) + 1)
            before = row
    for tally in table.values():
        tally.waits = array("q", sorted(tally.waits))
    return table


def _team(value: object) -> str | None:
    return None if is_missing(value) else str(value)


def _next_stages(request: HandOvers, history: History, low: int, high: int) -> Sequence[str]:
    """For each row of a unit what it does next: `moved`, `lost`, `back`, or `pending` where it does nothing more."""
    stages = [row for row in range(low, high) if history.code[row] < request.width]
    found: list[str] = ["back"] * (high - low)  # before the first stage there is nothing to go on from
    for row, after in zip(stages, [*stages[1:], -1], strict=True):
        here, there = history.code[row], history.code[after]
        if after < 0:
            state = "pending"
        elif there in request.exits:
            state = "lost"
        else:
            state = "moved" if here < there < request.path else "back"
        end = high if after < 0 else after
        found[row - low : end - low] = [state] * (end - row)
    return found
