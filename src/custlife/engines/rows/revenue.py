"""Counting movements of recurring revenue: the levels of each customer at the ends of periods, set side by side."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from custlife.engines.movements import Movements
from custlife.engines.rows.moving import group_at
from custlife.engines.rows.pricing import levels_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from custlife.calendar import Span
    from custlife.engines.gathers import Group
    from custlife.engines.history import History
    from custlife.engines.movements import LifeTable, Lives, MovementTable

__all__ = ["cells", "count_lives", "count_movements", "kind_of"]

WHOLE: Group = ()
Point = tuple[int, int, int]  # an instant or a period, the level from there on, and the segment
NOTHING: Point = (0, 0, 0)
Edges = dict[tuple[int, str, bool, int], int]


def count_movements(request: Movements, history: History) -> MovementTable:
    """Windows by segment and last period, in one pass over the customers.

    What a window shows of a customer changes only where a row moves its start or its end, so it is counted there once,
    however many windows show the same.
    """
    if not len(history):
        return {}
    grouping = history.grouping(request.by)
    groups = grouping.codes if grouping else [0] * len(history)
    labels: Sequence[Group] = grouping.labels if grouping else (WHOLE,)
    period = request.periods.indexer()
    stop = period(history.as_of) + 1
    first = period(min(history.at)) if request.since is None else request.since
    edges: Edges = defaultdict(int)
    for low, high in history.ranges():
        rows = _settled(request, history, groups, range(low, high))
        if request.min_gap is not None:
            rows = list(_bridged(request.min_gap, history, rows))
        born = next((period(at) for at, level, _ in rows if level), stop)
        for low_edge, high_edge, before, after in _windows(_lasts(rows, period), request.over, first, stop):
            kind = kind_of(before[1], after[1], is_first=born > low_edge - request.over)
            group = group_of(request, before, after)
            for name, amount in cells(kind, before[1], after[1]):
                for counts, value in ((True, 1), (False, amount)):
                    edges[group, name, counts, low_edge] += value
                    edges[group, name, counts, high_edge] -= value
    return {(labels[group], at, name, counts): n for group, name, counts, at, n in _unrolled(edges, stop)}


def _settled(request: Movements, history: History, groups: Sequence[int], rows: Iterable[int]) -> list[Point]:
    """The rows of one customer in the wanted currency; of several at one instant the last."""
    at, levels, code = history.at, levels_of(history), history.code
    kept = (row for row in rows if request.code is None or code[row] == request.code)
    lasts = [list(tied)[-1] for _, tied in groupby(kept, key=at.__getitem__)]
    return [(at[row], levels[row], groups[row]) for row in lasts]


def _bridged(min_gap: Span, history: History, rows: Sequence[Point]) -> Iterator[Point]:
    """With what was paid last held on through gaps, until they are over or too long."""
    later = history.zone.adder(min_gap)
    held, gone = 0, None
    for at, level, group in rows:
        if gone is not None and (level or later(gone[0]) < at):
            due = later(gone[0])
            if due < at:
                yield due, 0, gone[1]
                held = 0
            gone = None
        if held and not level:
            gone = gone or (at, group)
        else:
            held = level
            yield at, level, group
    if gone is not None and later(gone[0]) <= history.as_of:
        yield later(gone[0]), 0, gone[1]


def group_of(request: Movements, before: Point, after: Point) -> int:
    """The segment that a customer counts in."""
    first, second = (before, after) if request.segment == "start" else (after, before)
    return first[2] if first[1] else second[2]


def count_lives(request: Lives, history: History) -> LifeTable:
    """Customers by the period in which they first paid, and how many periods long they did."""
    table: Counter[tuple[Group, int, int | None]] = Counter()
    grouping = history.grouping(request.by)
    period = request.periods.indexer()
    for low, high in history.ranges():
        rows = _settled(Movements(request.periods, code=request.code), history, range(high), range(low, high))
        lasts = _lasts(rows, period)
        born = next(((at, row) for at, level, row in rows if level), None)
        if born is None:
            continue
        first = period(born[0])
        over = next((number for number, level, _ in lasts if number >= first and not level), None)
        table[group_at(grouping, born[1]), first, None if over is None else over - first] += 1
    return dict(table)


def _lasts(rows: Sequence[Point], period: Callable[[int], int]) -> list[Point]:
    """How each period with a row ends."""
    found = {period(at): (level, group) for at, level, group in rows}
    return [(number, *last) for number, last in found.items()]


def _windows(points: Sequence[Point], over: int, first: int, stop: int) -> Iterator[tuple[int, int, Point, Point]]:
    """Ranges of windows that show the same: the first one, the one behind the last, what they start and end with."""
    edges = sorted({max(number + shift, first) for number, *_ in points for shift in (0, over)})
    edges = [*(edge for edge in edges if edge < stop), stop]
    ends = starts = -1
    for low, high in pairwise(edges):
        while ends + 1 < len(points) and points[ends + 1][0] <= low:
            ends += 1
        while starts + 1 < len(points) and points[starts + 1][0] + over <= low:
            starts += 1
        yield low, high, points[starts] if starts >= 0 else NOTHING, points[ends] if ends >= 0 else NOTHING


def kind_of(before: int, after: int, *, is_first: bool) -> str:
    """What a customer's change is called; empty where there is none."""
    if before == after:
        return ""
    if not before:
        return "new" if is_first else "reactivation"
    if not after:
        return "churn"
    return "expansion" if after > before else "contraction"


def cells(kind: str, before: int, after: int) -> Iterator[tuple[str, int]]:
    """The cells that a customer is counted in, each with its amount; what moved is never negative."""
    if before:
        yield "start", before
    if after:
        yield "end", after
    if kind:
        yield kind, abs(after - before)


def _unrolled(edges: Edges, stop: int) -> Iterator[tuple[int, str, bool, int, int]]:
    """The cells of single periods, from where they change."""
    for (group, name, counts), found in groupby(sorted(edges.items()), key=_line):
        changes = [(key[-1], change) for key, change in found]
        n = 0
        for (low, change), (high, _) in pairwise([*changes, (stop, 0)]):
            n += change
            for number in range(low, high) if n else ():
                yield group, name, counts, number, n


def _line(edge: tuple[tuple[int, str, bool, int], int]) -> tuple[int, str, bool]:
    return edge[0][:3]
