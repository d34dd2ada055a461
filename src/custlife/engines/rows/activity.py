"""Counting activity by period: cohorts, who comes back, who falls silent."""

from __future__ import annotations

from collections import Counter
from itertools import chain, compress, repeat
from operator import sub
from typing import TYPE_CHECKING

from custlife.engines.gathers import LATE, NEVER, ActivityTable
from custlife.engines.rows.moving import WHOLE
from custlife.engines.rows.staying import following

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from custlife.engines.gathers import Activity, Group
    from custlife.engines.history import Grouping, History

__all__ = ["count_activity"]

Run = tuple[int, int]  # first and last period of an unbroken stretch of active periods
Clock = tuple["Sequence[int]", "Callable[[int], int]"]  # instants of the rows, and the period of an instant

BITS = 23
SIZE, ZERO = 1 << BITS, 1 << 22  # a period is packed as its number plus ZERO: days of more than ten thousand years
SENTINELS = {0: NEVER, 1: LATE}


def count_activity(request: Activity, history: History) -> ActivityTable:
    """Cohorts, retained units and the steps of growth accounting, in one pass over the units.

    A unit of a stage log is active in every period that one of its active stays touches; of an event log, in every
    period with an active event. Stretches of periods are counted as stretches, so long stays cost no more than short.
    """
    if request.start == request.active and not request.recurring and history.since is None:
        return _count_born_active(request, history)
    tables = _Tables(history.since)
    period = request.periods.indexer()
    grouping = history.grouping(request.by)
    groups = grouping.codes if grouping else None
    code, at, active, start = history.code, history.at, request.active, request.start
    until = _untils(history) if history.vocabulary.path else at
    for low, high in history.ranges():
        codes = code[low:high]
        runs = _runs(codes, at[low:high], until[low:high], active, period)
        first = low + next((place for place, here in enumerate(codes) if here in start), high)
        if first >= high:
            tables.outside += bool(runs)
            continue
        born = period(at[first])
        if runs and runs[0][0] < born:
            runs = [(max(since, born), last) for since, last in runs if last >= born]
        group = groups[first] if groups else 0
        if runs:
            tables.add_growth(group, born, runs)
        if request.recurring:
            tables.add_recurring(groups, _starts(codes, low, start), (at, period), runs)
        else:
            tables.add_first(group, at[first], born, runs)
    return tables.finished(grouping.labels if grouping else (WHOLE,))


def _count_born_active(request: Activity, history: History) -> ActivityTable:
    """The common question, in one pass over the active rows: what makes a unit active also puts it in its cohort."""
    tables = _Tables(None)
    grouping = history.grouping(request.by)
    cohorts, began, ended, latest = tables.cohorts, tables.began, tables.ended, tables.last
    unit = line = last = 0
    for here, group, low, high in _active_rows(request, history, grouping):
        if here == unit and low <= last + 1:
            last = max(last, high)
            continue
        if unit:
            ended.append(line | last + 1 + ZERO)
        if here == unit:
            tables.growth.append((line >> 2 * BITS << BITS | last + ZERO) << BITS | low + ZERO)
        else:
            latest.append(line | last + ZERO)
            unit, line = here, (group << BITS | low + ZERO) << BITS
            cohorts.append(line)
        began.append(line | low + ZERO)
        last = high
    if unit:
        ended.append(line | last + 1 + ZERO)
        latest.append(line | last + ZERO)
    del latest[:1]  # of the unit before the first
    tables.growth += [key >> 2 * BITS << 2 * BITS | (key >> BITS) % SIZE for key in cohorts]
    tables.held += [key >> 2 * BITS << BITS | key % SIZE + 1 for key in began]
    tables.let_go += [key >> 2 * BITS << BITS | key % SIZE for key in ended]
    return tables.finished(grouping.labels if grouping else (WHOLE,))


def _active_rows(request: Activity, history: History, grouping: Grouping | None) -> Iterator[tuple[int, int, int, int]]:
    """Of each active row its unit, counted from 1, its group, and the first and last period that it touches."""
    period = request.periods.indexer()
    at, bounds = history.at, history.bounds
    firsts = lasts = request.periods.indexes(at)
    if history.vocabulary.path:
        lasts = [*firsts[1:], 0]
        starts = {request.periods.start(index) for index in set(firsts)}
        for row, us in enumerate(at):
            if us in starts and row and at[row - 1] < us:
                lasts[row - 1] = period(us - 1)  # a stay that ends as a period begins is not active in it
        final = period(history.as_of)
        for end in bounds[1:]:
            lasts[end - 1] = final
    is_active = [code in request.active for code in range(len(history.vocabulary.names))]
    mask = list(map(is_active.__getitem__, history.code))
    units = chain.from_iterable(map(repeat, range(1, len(bounds)), map(sub, bounds[1:], bounds)))
    groups = grouping.codes if grouping else repeat(0)
    return zip(*(compress(column, mask) for column in (units, groups, firsts, lasts)), strict=False)


def _untils(history: History) -> Sequence[int]:
    """The first instant behind each stay: that of the next row; one that lasts still holds at `as_of`."""
    until = following(history)[1]
    for end in history.bounds[1:]:
        until[end - 1] += 1
    return until


def _starts(codes: Sequence[int], low: int, start: frozenset[int]) -> list[int]:
    return [row for row, here in enumerate(codes, low) if here in start]


def _runs(
    code: Sequence[int], at: Sequence[int], until: Sequence[int], active: frozenset[int], period: Callable[[int], int]
) -> list[Run]:
    """The stretches of active periods of one unit, in order and apart from one another."""
    runs: list[Run] = []
    first = last = NEVER
    for here, start, end in zip(code, at, until, strict=True):
        if here in active:
            low = period(start)
            high = period(end - 1) if end > start else low
            if low > last + 1:
                if first != NEVER:
                    runs.append((first, last))
                first, last = low, high
            elif high > last:
                last = high
    if first != NEVER:
        runs.append((first, last))
    return runs


class _Tables:
    """Stretches as packed integers, counted at once and turned into counts of periods at the end."""

    def __init__(self, since: int | None) -> None:
        self.since = since
        self.cohorts: list[int] = []
        self.last: list[int] = []
        self.growth: list[int] = []
        self.began: list[int] = []
        self.ended: list[int] = []
        self.held: list[int] = []
        self.let_go: list[int] = []
        self.truncated = self.outside = 0

    def add_first(self, group: int, at: int, cohort: int, runs: list[Run]) -> None:
        """A unit in the cohort of its first start, unless that lies before observation."""
        if self.since is not None and at < self.since:
            self.truncated += 1
        else:
            self.add_cohort(group, cohort, runs)

    def add_recurring(self, groups: Sequence[int] | None, starts: list[int], clock: Clock, runs: list[Run]) -> None:
        """A unit in the cohort of every period with a start, by the segment at the first start in it."""
        at, period = clock
        cohorts: dict[int, int] = {}
        for row in starts:
            if self.since is None or at[row] >= self.since:
                cohorts.setdefault(period(at[row]), row)
        self.truncated += not cohorts
        for cohort, row in cohorts.items():
            self.add_cohort(groups[row] if groups else 0, cohort, runs)

    def add_cohort(self, group: int, cohort: int, runs: list[Run]) -> None:
        """A unit of a cohort, with the periods in which it was active from then on."""
        line = (group << BITS | cohort + ZERO) << BITS
        self.cohorts.append(line)
        latest = NEVER
        for low, high in runs:
            if high >= cohort:
                self.began.append(line | (max(cohort, low)) + ZERO)
                self.ended.append(line | high + 1 + ZERO)
                latest = high
        if latest != NEVER:
            self.last.append(line | latest + ZERO)

    def add_growth(self, group: int, born: int, runs: list[Run]) -> None:
        """How a unit came to be active in each of its periods."""
        before = 0 if runs[0][0] == born else 1
        line = group << BITS
        for low, high in runs:
            self.growth.append((line | before) << BITS | low + ZERO)
            if high > low:
                self.held.append(line | low + 1 + ZERO)
                self.let_go.append(line | high + 1 + ZERO)
            before = high + ZERO

    def finished(self, labels: Sequence[Group]) -> ActivityTable:
        """The tables by single periods."""
        growth: Counter[tuple[Group, int, int]] = Counter()
        for key, n in Counter(self.growth).items():
            line, period = divmod(key, SIZE)
            group, before = divmod(line, SIZE)
            growth[labels[group], SENTINELS.get(before, before - ZERO), period - ZERO] = n
        for group, period, n in _unrolled(self.held, self.let_go):
            growth[labels[group], period - 1, period] += n
        retained = Counter(
            {
                (labels[line // SIZE], line % SIZE - ZERO, period): n
                for line, period, n in _unrolled(self.began, self.ended)
            }
        )
        cohorts = Counter(
            {(labels[k >> 2 * BITS], (k >> BITS) % SIZE - ZERO): n for k, n in Counter(self.cohorts).items()}
        )
        last = Counter(
            {
                (labels[key >> 2 * BITS], (key >> BITS) % SIZE - ZERO, key % SIZE - ZERO): n
                for key, n in Counter(self.last).items()
            }
        )
        return ActivityTable(cohorts, retained, last, growth, self.truncated, self.outside)


def _unrolled(began: list[int], ended: list[int]) -> Iterator[tuple[int, int, int]]:
    """Counts in force, as (line, period, count), from where stretches begin and end on each line."""
    changes = Counter(began)
    changes.subtract(ended)
    edges = sorted(changes.items())
    n = 0
    for (key, change), (then, _) in zip(edges, [*edges[1:], *edges[-1:]], strict=True):
        n += change
        if n:
            line = key // SIZE
            for at in range(key, then):
                yield line, at % SIZE - ZERO, n
