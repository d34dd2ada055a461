"""One unit in a funnel: which attempts it made, how deep each got, and which of them counts.

An attempt starts at a row that serves the first step and takes, for every later step, the earliest row that serves it.
Limits between steps break that greed (the earliest second step may be too early for the third), so with them all chains
are searched. Both are the same rule: the deepest attempt counts, then most real steps, earliest end, latest start.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING

import attrs

from custlife.engines.rows.properties import tested

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from custlife.calendar import Span
    from custlife.engines.gathers import Exclusion, FunnelPlan
    from custlife.engines.history import History

__all__ = ["Attempt", "Matcher", "Verdict", "spanned", "summed"]

FOREVER = 1 << 62
Hit = tuple[int, bool]  # place among the rows of the unit, really entered


@attrs.frozen
class Attempt:
    """One way through the steps.

    Attributes:
        rows: The history row behind each step reached.
        times: Its instants, microseconds.
        real: Whether each step was really entered, or passed over.
        deadlines: The last instant at which each step could be reached, for all steps of the funnel.
        is_open: True where a later step may still be reached.
    """

    rows: tuple[int, ...]
    times: tuple[int, ...]
    real: tuple[bool, ...]
    deadlines: tuple[int, ...]
    is_open: bool


@attrs.frozen
class Verdict:
    """What a funnel says of one unit: its counted attempts, or why it has none."""

    attempts: tuple[Attempt, ...] = ()
    why: str = ""


@attrs.define(eq=False)
class _Unit:
    """The rows of one unit as a funnel sees them: bits say which steps a row serves."""

    index: list[int]
    at: list[int]
    real: list[int]
    imputed: list[int]
    places: list[list[int]]
    ended: bool


def summed(spans: tuple[Span | None, ...], low: int, high: int) -> Span | None:
    """The sum of the limits of steps `low` to `high`; None when one of them is unlimited."""
    total: Span | None = None
    for span in spans[low : high + 1]:
        if span is None:
            return None
        total = span if total is None else total + span
    return total


def spanned(spans: tuple[Span | None, ...], low: int, high: int) -> Span | None:
    """The sum of the least times of steps `low` to `high`, of those that have one; None when none does."""
    total: Span | None = None
    for span in spans[low : high + 1]:
        if span is not None:
            total = span if total is None else total + span
    return total


class Matcher:
    """Judges the units of one history by one plan."""

    def __init__(self, plan: FunnelPlan, history: History) -> None:
        self.plan: FunnelPlan = plan
        self.history: History = history
        self.last: int = len(plan.steps) - 1
        names = range(len(history.vocabulary.names))
        self.bits: list[int] = [sum(1 << k for k, codes in enumerate(plan.steps) if code in codes) for code in names]
        self.place_of: list[int] = [min(codes, default=0) for codes in plan.steps] if plan.on_path else []
        add = history.zone.adder
        self.window: Callable[[int], int] | None = add(plan.window) if plan.window is not None else None
        sums = [summed(plan.within, 1, k) if k else None for k in range(self.last + 1)]
        self.chained: list[Callable[[int], int] | None] = [add(span) if span is not None else None for span in sums]
        self._adders: dict[Span, Callable[[int], int]] = {}
        self.tested: Callable[[int], int] | None = tested(plan, history, self.bits) if any(plan.tests) else None

    def deadlines(self, start: int) -> tuple[int, ...]:
        """The last instant for each step: the whole window, or the chained limits where they end earlier."""
        whole = self.window(start) if self.window else FOREVER
        return tuple(min(whole, add(start)) if add else whole for add in self.chained)

    def adder(self, span: Span) -> Callable[[int], int]:
        """The cached addition of one span."""
        if span not in self._adders:
            self._adders[span] = self.history.zone.adder(span)
        return self._adders[span]

    # -- the rows of a unit -------------------------------------------------------------------------------------------

    def unit(self, low: int, high: int) -> _Unit:
        """The rows from `low` to `high`, with the steps they serve."""
        history, plan = self.history, self.plan
        code, at = history.code, history.at
        index = list(range(low, high))
        bits = list(map(self.tested, index)) if self.tested else [self.bits[code[row]] for row in index]
        if not plan.on_path and not history.sequenced and history.vocabulary.path == 0:
            order = sorted(
                range(len(index)), key=lambda i: (at[index[i]], _lowest(bits[i]), bits[i], code[index[i]], i)
            )
            index, bits = [index[i] for i in order], [bits[i] for i in order]
        imputed = self._imputed(index) if plan.on_path and plan.skips != "strict" else [0] * len(index)
        serves = [real | passed for real, passed in zip(bits, imputed, strict=True)]
        places = [[i for i, mask in enumerate(serves) if mask >> k & 1] for k in range(self.last + 1)]
        ended = high > low and code[high - 1] in history.vocabulary.ended
        return _Unit(index, [at[row] for row in index], bits, imputed, places, ended)

    def _imputed(self, index: list[int]) -> list[int]:
        """The steps each row passes over: stages strictly between the last path stage before it and its own."""
        code, path = self.history.code, self.history.vocabulary.path
        before, masks = -1, []
        for row in index:
            here = code[row]
            mask = 0
            if here < path:
                mask = sum(1 << k for k, place in enumerate(self.place_of) if before < place < here)
                before = here
            masks.append(mask)
        return masks

    # -- judging ------------------------------------------------------------------------------------------------------

    def judge(self, low: int, high: int) -> Verdict:
        """The counted attempts of the unit whose rows run from `low` to `high`."""
        plan = self.plan
        unit = self.unit(low, high)
        starts = sorted({i for place in unit.places for i in place}) if plan.order == "unordered" else unit.places[0]
        since = self.history.since
        if since is not None and starts:
            really = -1 if plan.order == "unordered" else 1
            valid = [i for i in starts if unit.at[i] >= since and unit.real[i] & really]
            if not valid or (plan.entry == "first" and valid[0] != starts[0]):
                return Verdict(why="truncated")
            starts = valid
        if not starts:
            return Verdict()
        if plan.entry == "each":
            return self._each(unit, starts)
        return self._one(unit, starts)

    def _one(self, unit: _Unit, starts: list[int]) -> Verdict:
        """The attempt that stands for the unit: that of the first start, or the best of all."""
        tried = list(self._first(unit, starts) if self.plan.entry == "first" else map(self._tryer(unit), starts))
        standing = [(start, hits) for start, hits, fate in tried if fate != "void"]
        if not standing:
            return Verdict(why="dropped")
        _, hits = max(standing, key=lambda one: self._merit(unit, one[1]))
        deepest = len(hits)
        if any(fate == "drop" for _, _, fate in tried):
            clean = [hits for _, hits, fate in tried if fate not in {"drop", "void"} and len(hits) == deepest]
            if not clean:
                return Verdict(why="dropped")
            hits = max(clean, key=lambda chain: self._merit(unit, chain))
        attempt = self._attempt(unit, hits, tried)
        if self.plan.skips == "exclude" and not all(attempt.real):
            return Verdict(why="skipped")
        return Verdict((attempt,))

    def _tryer(self, unit: _Unit) -> Callable[[int], tuple[int, list[Hit], str]]:
        return lambda start: self._try(unit, start)[:3]

    def _first(self, unit: _Unit, starts: list[int]) -> Iterator[tuple[int, list[Hit], str]]:
        """The first start; after a reset, the next start behind it."""
        place = 0
        while place < len(starts):
            start, hits, fate, cut = self._try(unit, starts[place])
            yield start, hits, fate
            if fate != "reset":
                return
            place = bisect_left(starts, cut + 1)

    def _each(self, unit: _Unit, starts: list[int]) -> Verdict:
        """Every attempt is counted; the next opens after the one before has ended."""
        attempts, place = [], 0
        dropped = skipped = False
        while place < len(starts):
            start, hits, fate, cut = self._try(unit, starts[place])
            attempt = self._attempt(unit, hits, [(start, hits, fate)])
            done = len(hits) > self.last
            if fate in {"drop", "void"}:
                dropped = True
            elif self.plan.skips == "exclude" and not all(attempt.real):
                skipped = True
            else:
                attempts.append(attempt)
            if done:
                place = bisect_left(starts, hits[-1][0] + 1)
            elif fate:
                place = bisect_left(starts, cut + 1)
            else:
                ends = attempt.deadlines[len(hits)]
                place = next((p for p in range(place + 1, len(starts)) if unit.at[starts[p]] > ends), len(starts))
        return Verdict(tuple(attempts), "" if attempts else "dropped" if dropped else "skipped" if skipped else "")

    def _merit(self, unit: _Unit, hits: list[Hit]) -> tuple[int, int, int, int]:
        reals = sum(real for _, real in hits)
        return len(hits), reals, -unit.at[hits[-1][0]], unit.at[hits[0][0]]

    def _attempt(self, unit: _Unit, hits: list[Hit], tried: list[tuple[int, list[Hit], str]]) -> Attempt:
        """The chosen hits with their deadlines, eligible from the first start, open while any attempt is."""
        first = unit.at[tried[0][0]]
        deadlines = self.deadlines(first)
        depth = len(hits)
        is_open = False
        if depth <= self.last:
            limits = [self.deadlines(unit.at[start])[depth] for start, _, fate in tried if fate in {"", "reset"}]
            latest = max(limits, default=-FOREVER)
            is_open = latest > self.history.as_of and not (latest == FOREVER and unit.ended)
        return Attempt(
            tuple(unit.index[i] for i, _ in hits),
            tuple(unit.at[i] for i, _ in hits),
            tuple(real for _, real in hits),
            deadlines,
            is_open,
        )

    # -- one attempt --------------------------------------------------------------------------------------------------

    def _try(self, unit: _Unit, start: int) -> tuple[int, list[Hit], str, int]:
        """The steps reached from one start, what an exclusion made of them, and where it struck."""
        deadlines = self.deadlines(unit.at[start])
        if self.plan.order == "unordered":
            hits = self._unordered(unit, start, deadlines)
        elif self.plan.is_limited:
            hits = self.searched(unit, start, deadlines)
        else:
            hits = self._greedy(unit, start, deadlines)
        if self.plan.repeats == "end":
            hits = self._until_repeat(unit, hits)
        return self._excluded(unit, start, hits, deadlines)

    def _greedy(self, unit: _Unit, start: int, deadlines: tuple[int, ...]) -> list[Hit]:
        """The earliest row for each step; the next row only, where nothing may come between."""
        later, adjacent = self.plan.ties == "strict", self.plan.order == "strict"
        hits = [(start, bool(unit.real[start] & 1))]
        for k in range(1, self.last + 1):
            here, real = hits[-1]
            places = unit.places[k]
            p = bisect_left(places, here + real)
            while later and p < len(places) and places[p] != here and unit.at[places[p]] == unit.at[here]:
                p += 1
            if p == len(places) or unit.at[places[p]] > deadlines[k]:
                break
            if adjacent and self._something_between(unit, here, places[p], k):
                break
            hits.append((places[p], bool(unit.real[places[p]] >> k & 1)))
        return hits

    def _something_between(self, unit: _Unit, here: int, there: int, k: int) -> bool:
        """Whether a row lies between two steps; with `repeats="ignore"`, other than one that repeats a step done."""
        if self.plan.repeats != "ignore":
            return there > here + 1
        done = (1 << k) - 1
        return any(not unit.real[i] & done for i in range(here + 1, there))

    def _unordered(self, unit: _Unit, start: int, deadlines: tuple[int, ...]) -> list[Hit]:
        """Step k is the k-th of the steps done, whichever it is."""
        done = 0
        hits: list[Hit] = []
        for i in range(start, len(unit.index)):
            if unit.at[i] > deadlines[-1] or len(hits) > self.last:
                break
            new = unit.real[i] & ~done
            if new:
                done |= new & -new
                hits.append((i, True))
        return hits

    def _until_repeat(self, unit: _Unit, hits: list[Hit]) -> list[Hit]:
        """The steps before a row that repeats one already done."""
        chosen = {i for i, _ in hits}
        done = 1
        for depth, ((a, _), (b, _)) in enumerate(pairwise(hits), 1):
            if any(unit.real[i] & done for i in range(a + 1, b) if i not in chosen):
                return hits[:depth]
            done |= 1 << depth
        return hits

    def _excluded(
        self, unit: _Unit, start: int, hits: list[Hit], deadlines: tuple[int, ...]
    ) -> tuple[int, list[Hit], str, int]:
        """The first exclusion that strikes the attempt, if any."""
        struck: list[tuple[int, Exclusion]] = []
        code = self.history.code
        for exclusion in self.plan.exclusions:
            if len(hits) <= exclusion.after:
                continue
            low = unit.at[hits[exclusion.after][0]]
            reached = len(hits) > exclusion.before
            high = unit.at[hits[exclusion.before][0]] if reached else deadlines[exclusion.before] + 1
            for i in range(hits[exclusion.after][0], len(unit.index)):
                if unit.at[i] >= high:
                    break
                if unit.at[i] > low and code[unit.index[i]] in exclusion.codes:
                    struck.append((i, exclusion))
                    break
        if not struck:
            return start, hits, "", -1
        cut, exclusion = min(struck, key=lambda one: one[0])
        if exclusion.mode in {"drop", "void"}:
            return start, hits, exclusion.mode, cut
        return start, [hit for hit in hits if unit.at[hit[0]] <= unit.at[cut]], exclusion.mode, cut

    # -- limits between steps -----------------------------------------------------------------------------------------

    def searched(self, unit: _Unit, start: int, deadlines: tuple[int, ...]) -> list[Hit]:
        """All chains that keep the limits between consecutive real steps; the best of them."""
        real = bool(unit.real[start] & 1)
        best: tuple[Hit, ...] = ((start, real),)
        frontier = [(best, (start, 0) if real else None)]
        found: dict[tuple[Hit, int, int, tuple[int, int] | None], tuple[object, ...]] = {}
        while frontier:
            reached: list[tuple[tuple[Hit, ...], tuple[int, int] | None]] = []
            for hits, last_real in sorted(frontier, key=lambda one: self._earliness(unit, one[0]), reverse=True):
                best = max(best, hits, key=lambda chain: self._earliness(unit, chain))
                for more, now in self._onward(unit, hits, last_real, deadlines):
                    key = (more[-1], len(more), sum(really for _, really in more), now)
                    if (merit := self._earliness(unit, more)) > found.get(key, ()):  # a better one may come later
                        found[key] = merit
                        reached.append((more, now))
            frontier = reached
        return list(best)

    def _earliness(self, unit: _Unit, hits: tuple[Hit, ...]) -> tuple[object, ...]:
        """What makes one chain of an attempt better than another: depth, an early end, real steps, early steps."""
        times = [-unit.at[i] for i, _ in hits]
        return len(hits), times[-1], sum(real for _, real in hits), times

    def _onward(
        self, unit: _Unit, hits: tuple[Hit, ...], last_real: tuple[int, int] | None, deadlines: tuple[int, ...]
    ) -> Iterator[tuple[tuple[Hit, ...], tuple[int, int] | None]]:
        """The chain with one more row, which may pass over steps before the one it serves."""
        here, was_real = hits[-1]
        k = len(hits)
        later, adjacent = self.plan.ties == "strict", self.plan.order == "strict"
        if k > self.last:
            return
        for i in unit.places[k][bisect_left(unit.places[k], here + was_real) :]:
            if unit.at[i] > max(deadlines) or (adjacent and self._something_between(unit, here, i, k)):
                break
            if later and i != here and unit.at[i] == unit.at[here]:
                continue
            chain = hits
            for step in range(k, self.last + 1):
                really = bool(unit.real[i] >> step & 1)
                if not really and not unit.imputed[i] >> step & 1:
                    break
                chain = (*chain, (i, really))
                if unit.at[i] <= deadlines[step] and self._keeps_limits(unit, last_real, step, i, really):
                    yield chain, (i, step) if really else last_real
                if really:
                    break

    def _keeps_limits(self, unit: _Unit, last_real: tuple[int, int] | None, step: int, i: int, really: bool) -> bool:
        """Whether the time since the last real step keeps the sum of the limits spanned."""
        if last_real is None:
            return True
        since = unit.at[last_real[0]]
        most = summed(self.plan.within, last_real[1] + 1, step)
        if most is not None and unit.at[i] > self.adder(most)(since):
            return False
        least = spanned(self.plan.min_gap, last_real[1] + 1, step) if really else None
        return least is None or unit.at[i] >= self.adder(least)(since)


def _lowest(mask: int) -> int:
    """The first step that a row serves; rows that serve none come last."""
    return (mask & -mask).bit_length() or FOREVER
