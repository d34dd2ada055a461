"""Every unit as a deal: when it began, whether it was won or lost, what was done in between, and for how much money."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from custlife.calendar import instant, to_us
from custlife.engines.money import NO_CURRENCY, currency_code, minor_units
from custlife.engines.rows.ingest import is_missing
from custlife.engines.rows.moving import group_at
from custlife.engines.touching import Deal
from custlife.errors import CustlifeError, DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.engines.history import History
    from custlife.engines.touching import Deals, DealTable

__all__ = ["count_deals", "last_moment"]

DATE = 10  # letters of a bare date
Closed = tuple[str, int]  # how it stands, and since which row


def count_deals(request: Deals, history: History) -> DealTable:
    """The units that are deals, those alike counted together."""
    found: Counter[Deal] = Counter()
    problems: list[tuple[str, str]] = []
    hint = ""
    grouping, at, since = history.grouping(request.by), history.at, history.since
    watched = request.watched or frozenset(history.vocabulary.standing)
    for unit, (low, high) in enumerate(history.ranges()):
        stages = [row for row in range(low, high) if history.code[row] in watched]
        begun = next((place for place, row in enumerate(stages) if history.code[row] in request.start), None)
        if begun is None:
            continue
        state, row = _standing(request, history.code, stages[begun:])
        start, end = at[stages[begun]], history.as_of if state == "open" else at[row]
        money: tuple[Any, ...] = (None, None, None)
        if request.money:
            try:
                money = _money(request, history, stages, end)
            except CustlifeError as error:
                problems.append((f"{history.unit} {history.ids[unit]!r}", error.what))
                hint = hint or error.hint
        actions = _actions(request, history, low, high, start, end) if request.actions else ()
        group = group_at(grouping, stages[begun])
        is_truncated, is_imputed = since is not None and start < since, state == "won" and row == stages[begun]
        found[Deal(group, state, history.code[row], start, end, is_truncated, is_imputed, actions, *money)] += 1
    if problems:
        many = f"{len(problems):,} {history.unit}{'s' if len(problems) > 1 else ''}"
        raise DataError(f"{many} with amounts or dates that cannot be used", problems, hint)
    return dict(found)


def _standing(request: Deals, code: Sequence[int], stages: Sequence[int]) -> Closed:
    """How a deal stands, with the row that closed it or in which it is; `stages` begins with its start."""
    won = next((row for row in stages if code[row] in request.won), None)
    first_lost = next((row for row in stages if code[row] in request.lost), None)
    if request.reopened == "first" and first_lost is not None and (won is None or first_lost < won):
        return "lost", first_lost
    if won is not None:
        return "won", won
    if code[stages[-1]] not in request.lost:
        return "open", stages[-1]
    kept = max(place for place, row in enumerate(stages) if code[row] not in request.lost)
    return "lost", stages[kept + 1]  # from one way of being lost to another it stays lost since the first


def _actions(request: Deals, history: History, low: int, high: int, start: int, end: int) -> tuple[int, ...]:
    """The events from the start on and strictly before the close; up to `as_of` for what is open."""
    at, code = history.at, history.code
    return tuple(sorted({code[row] for row in range(low, high) if start <= at[row] < end} & request.actions))


def _money(
    request: Deals, history: History, stages: Sequence[int], end: int
) -> tuple[int | None, str | None, int | None]:
    """Amount in minor units, currency and expected close, as they were last known up to the close."""
    known = [row for row in stages if history.at[row] <= end]

    def last(name: str) -> Any:
        column = history.values.get(name, ())
        return next((column[row] for row in reversed(known) if column and not is_missing(column[row])), None)

    amount, currency, expected = last("amount"), last("currency"), last("expected_close")
    code = None if currency is None else currency_code(currency)
    minor = None if amount is None else minor_units(amount, code or NO_CURRENCY, request.amounts_in)
    return minor, code, None if expected is None else last_moment(expected, history)


def last_moment(value: Any, history: History) -> int:
    """An instant; of a bare date the last moment of that day in the log's zone."""
    is_day = (isinstance(value, date) and not isinstance(value, datetime)) or (
        isinstance(value, str) and len(value) == DATE
    )
    us = to_us(instant(value, tz=history.zone.key, name="expected_close"))
    if not is_day:
        return us
    from custlife.calendar import Span

    return history.zone.adder(Span(days=1))(us) - 1
