"""Members: the units behind one cell of an answer.

Tables of disjoint sets of units add up, so a unit is behind a cell exactly when its own table has something there: the
same counting that made the answer says who is in it. Funnels keep what they said of each unit, and are read directly.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from heapq import merge
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.conversion import Conversion
from custlife.analysis.funnel import Funnel
from custlife.analysis.question import choice
from custlife.analysis.result import Result
from custlife.analysis.splitting import calendar, check_maybe_count, segment_test
from custlife.calendar import Periods
from custlife.engines import gather, run, standing
from custlife.engines.gathers import Profile
from custlife.engines.history import Column, check_segments
from custlife.errors import UnknownNameError, UsageError, UsageTypeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from custlife.analysis.question import Asked
    from custlife.calendar import Every
    from custlife.engines.history import History, Setting

__all__ = ["members"]

FUNNEL_CELL = ("step", "state", "segment", "cohort")
CONVERSION_CELL = ("state", "segment", "cohort")
STATES = ("reached", "entered", "imputed", "pending", "lost")
LEFT_OUT = ("dropped", "skipped", "truncated")
BLOCK = 64
FIRST_YEAR = -30_610_224_000_000_000  # the start of 1000: labels sort in time from then on


def members(question: Any, asked: Asked, *, limit: int | None = None, **cell: Any) -> tuple[str, ...]:
    """The ids of the units behind one cell of an answer, sorted; see `log.members`.

    Raises:
        UsageTypeError: Neither a question nor an answer, or one that has no cells.
        UnknownNameError: A word that does not name a cell of this question.
    """
    check_maybe_count("limit", limit)
    found = Finding(question.question if isinstance(question, Result) else question, cell, limit)
    if asked.sample is not None:
        found(asked.sample)  # what cannot be asked is refused at the door
    return tuple(islice(merge(*asked.map(found)), limit))


@attrs.frozen(eq=False)
class Finding:
    """The work on each part of the histories: its units behind a cell."""

    question: Any
    cell: Mapping[str, Any]
    limit: int | None

    def __call__(self, history: History) -> list[str]:
        """The first of them, sorted."""
        asked, cell = self.question, self.cell
        if isinstance(asked, Conversion):
            _check_words(cell, CONVERSION_CELL)
            state = choice("state", cell.get("state", "converted"), ("converted", "pending", "lost"))
            cell = {**cell, "step": 1, "state": "reached" if state == "converted" else state}
            asked = asked.funnel()
        if isinstance(asked, Funnel):
            _check_words(cell, FUNNEL_CELL)
            found = _of_funnel(asked, history, cell)
        elif hasattr(asked, "finder"):
            _check_words(cell, asked.CELL)
            found = _of_tables(asked, history, cell)
        else:
            raise UsageTypeError(
                f"question={asked!r} has no cells",
                "pass a funnel, conversion, retention, growth, headcount, flows, ...",
            )
        _check_period(asked, history, cell)
        return list(islice(found, self.limit))


def _check_words(cell: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for word in cell:
        if word not in known:
            raise UnknownNameError("word for a cell", word, known)


def _check_period(question: Any, history: History, cell: Mapping[str, Any]) -> None:
    """Refuses a period that there is not, such as `2026-13`; one in which nothing happened is one, too."""
    every: Every | None = getattr(question, "every", None)
    for word in ("period", "cohort"):
        given = cell.get(word)
        if every is not None and given is not None:
            periods = Periods(every, history.zone, getattr(question, "week_start", "monday"))
            among = range(periods.index(FIRST_YEAR), periods.index(history.as_of) + 1)
            place = bisect_left(among, str(given), key=periods.label)
            if place == len(among) or periods.label(among[place]) != given:
                what = f"{word}={given!r} is no {every} up to as_of"
                raise UsageError(what, f"write it like {word}={periods.label(periods.index(history.as_of))!r}")


# -- any question, by the table of each unit ---------------------------------------------------------------------------


def _of_tables(question: Any, history: History, cell: Mapping[str, Any]) -> Iterator[str]:
    setting = gather(Profile(), history)
    requests, find = question.requests(setting), question.finder(setting, cell)
    units = len(history.ids)

    def is_in(first: int, last: int) -> bool:
        return bool(find(run(requests, some(history, first, last))))

    for first in range(0, units, BLOCK):
        last = min(first + BLOCK, units)
        if is_in(first, last):  # most blocks of a rare cell have nobody in it, and cost one question
            yield from (history.ids[unit] for unit in range(first, last) if is_in(unit, unit + 1))


def some(history: History, first: int, last: int) -> History:
    """The history of the units from `first` to before `last`."""
    low, high = history.bounds[first], history.bounds[last]

    def cut(columns: Mapping[str, Column]) -> dict[str, Column]:
        return {name: Column(column.codes[low:high], column.names) for name, column in columns.items()}

    return attrs.evolve(
        history,
        ids=history.ids[first:last],
        bounds=array("q", [bound - low for bound in history.bounds[first : last + 1]]),
        at=history.at[low:high],
        code=history.code[low:high],
        recorded=None if history.recorded is None else history.recorded[low:high],
        segments=cut(history.segments),
        current={name: column.take(range(first, last)) for name, column in history.current.items()},
        extras=cut(history.extras),
        values={name: column[low:high] for name, column in history.values.items()},
        engine="rows",  # so few rows are read faster one by one
    )


# -- funnels -----------------------------------------------------------------------------------------------------------


def _of_funnel(funnel: Funnel, history: History, cell: Mapping[str, Any]) -> Iterator[str]:
    setting = gather(Profile(), history)
    plan = funnel.plan(setting)
    state = choice("state", cell.get("state", "reached"), (*STATES, *LEFT_OUT))
    if state in LEFT_OUT:
        if "step" in cell or "segment" in cell or "cohort" in cell:
            raise UsageError(f"state={state!r} is of the whole funnel", "leave out step=, segment= and cohort=")
        return (history.ids[unit] for unit, _ in standing(plan, history, state))
    step = _number(funnel, setting, cell.get("step", -1))
    is_wanted = _part_test(funnel, history, setting, cell)
    found = (unit for unit, row in standing(plan, history, state, step) if is_wanted(row))
    return (history.ids[unit] for unit, _ in groupby(found))


def _number(funnel: Funnel, setting: Setting, step: int | str) -> int:
    """The number of a step given by name or number; -1 is the last."""
    labels = [str(one) for one in funnel.steps_for(setting)]
    if isinstance(step, int) and -len(labels) <= step < len(labels):
        return step % len(labels)
    if step not in labels:
        raise UnknownNameError("step", step, labels)
    return labels.index(str(step))


def _part_test(funnel: Funnel, history: History, setting: Setting, cell: Mapping[str, Any]) -> Callable[[int], bool]:
    """Whether an attempt that starts at a row belongs to the wanted segment and cohort."""
    check_segments(funnel.by, history.segments)
    columns = [history.segments[name] for name in funnel.by]
    periods = calendar(funnel.every, funnel.week_start, setting) if funnel.every else None
    is_mine, cohort = segment_test(cell), cell.get("cohort")
    if ("segment" in cell and not columns) or (cohort is not None and periods is None):
        raise UsageError("the funnel was not split so", "ask it with by= or every= first")

    def test(row: int) -> bool:
        in_segment = is_mine(tuple(column.name(row) for column in columns))
        return in_segment and (
            cohort is None or (periods is not None and periods.label(periods.index(history.at[row])) == cohort)
        )

    return test
