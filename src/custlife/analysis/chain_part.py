"""The part of a chain that one segment makes: its counts, who stands where today, and the chain estimated from them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.chain_ages import GridStay, age_classes
from custlife.analysis.splitting import label, place_of
from custlife.engines.gathers import OPEN
from custlife.errors import UnknownNameError, UsageError
from custlife.stats import markov_chain

if TYPE_CHECKING:
    from custlife.analysis.chain_ages import AgeClass
    from custlife.engines.gathers import Group
    from custlife.engines.history import Vocabulary
    from custlife.engines.transits import TransitTable
    from custlife.stats import Interval, MarkovChain

__all__ = ["ChainPart", "ChainTransition", "part_of"]

Shifts = tuple[tuple[str, str, float], ...]
EMPTY = "look at chain.about and chain.notes: are all rows later than as_of?"


@attrs.frozen
class ChainTransition:
    """From one stage to another, or to itself, in one period.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        from_stage: The stage at the beginning of the period.
        to_stage: The stage at its end.
        count: How often it was observed.
        of: How often somebody in `from_stage` was observed one period later.
        probability: The estimate; of a hypothetical chain what it was set to. None where nobody was observed.
        interval: Of the observed share; None where there is none, or the row was changed by `what_if`.
    """

    segment: Group
    from_stage: str
    to_stage: str
    count: int
    of: int
    probability: float | None
    interval: Interval | None

    @property
    def label(self) -> str:
        """Segment and stages in one text."""
        return label(self.segment, f"{self.from_stage} → {self.to_stage}")


@attrs.frozen
class ChainPart:
    """One segment of a chain; the only part where nothing was split.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        stages: The stages somebody was seen in, in the order of the model: the states of the chain.
        places: Where each of them stands: `path`, `unplaced`, `paused` or `ended`.
        standing: How many stand in each of them at `as_of`.
        counts: Row i holds how often those in stage i were in each stage one period later.
        markov: The chain, for anything that `custlife.stats` can ask it; None where it cannot be estimated.
        reason: Why there is no chain; empty where there is one.
        stays: The stays behind the counts, for what depends on age.
        arrivals: For each period observed, oldest first, how many came in, by the stage in which its end saw them.
        shifts: What each call of `what_if` changed: (from, to, added probability).
    """

    segment: Group
    stages: tuple[str, ...]
    places: tuple[str, ...]
    standing: tuple[int, ...]
    counts: tuple[tuple[int, ...], ...]
    markov: MarkovChain | None
    reason: str = ""
    stays: tuple[GridStay, ...] = attrs.field(default=(), repr=False)
    arrivals: tuple[tuple[int, ...], ...] = attrs.field(default=(), repr=False)
    shifts: tuple[Shifts, ...] = ()

    @property
    def label(self) -> str:
        """The segment in one text; `all` where nothing was split."""
        return label(self.segment) or "all"

    @property
    def customers(self) -> int:
        """How many stand anywhere at `as_of`."""
        return sum(self.standing)

    @property
    def estimated(self) -> MarkovChain:
        """The chain.

        Raises:
            UsageError: It cannot be estimated.
        """
        if self.markov is None:
            where = f"part {self.label!r}" if self.segment else ""
            more = "ask log.chain(smoothing=1), or one with shorter periods" if self.stages else EMPTY
            raise UsageError(self.reason, more, where)
        return self.markov

    def transition(self, from_stage: str, to_stage: str) -> ChainTransition:
        """One transition, also if it was never observed.

        Raises:
            UnknownNameError: Nobody was seen in such a stage.
        """
        i, j = self.place(from_stage), self.place(to_stage)
        share = self.markov.shares[i][j] if self.markov and self.markov.shares else None
        probability = self.markov.rows[i][j] if self.markov else None
        is_changed = from_stage in {source for shifts in self.shifts for source, _, _ in shifts}
        interval = None if share is None or is_changed else share.interval
        return ChainTransition(
            self.segment, from_stage, to_stage, self.counts[i][j], sum(self.counts[i]), probability, interval
        )

    def place(self, stage: str) -> int:
        """Where a stage stands among those of the part.

        Raises:
            UnknownNameError: Nobody was seen in it.
        """
        if stage not in self.stages:
            raise UnknownNameError("stage of the chain", stage, self.stages)
        return self.stages.index(stage)

    def ages(self, stage: str) -> tuple[AgeClass, ...]:
        """What became of those in a stage by how long they had been there.

        Raises:
            UnknownNameError: Nobody was seen in it.
        """
        place = self.place(stage)
        return age_classes([stay for stay in self.stays if stay.stage == place], len(self.stages))

    def transitions(self) -> list[ChainTransition]:
        """All transitions that were observed or have a probability."""
        found = [self.transition(one, other) for one in self.stages for other in self.stages]
        return [row for row in found if row.count or row.probability]


def part_of(
    group: Group, table: TransitTable, vocabulary: Vocabulary, periods: int, every: str, smoothing: float, level: float
) -> ChainPart:
    """The part of one segment, from the table of all of them."""
    mine = [
        (is_dated, key[1:], n)
        for is_dated, stays in ((True, table.stays), (False, table.truncated))
        for key, n in sorted(stays.items(), key=lambda item: item[0][1:])
        if key[0] == group
    ]
    codes = sorted({code for _, (stage, _, then), _ in mine for code in (stage, then) if code != OPEN})
    place = {code: i for i, code in enumerate(codes)}
    stays = tuple(
        GridStay(place[stage], covered, place.get(then), is_dated, n) for is_dated, (stage, covered, then), n in mine
    )
    counts = _counts(stays, len(codes))
    names = tuple(vocabulary.names[code] for code in codes)
    ended = [i for i, code in enumerate(codes) if code in vocabulary.ended and sum(counts[i]) == counts[i][i]]
    came: list[Counter[int]] = [Counter() for _ in range(periods)]
    for (which, ago, code), n in table.arrivals.items():
        if which == group and ago < periods:
            came[periods - 1 - ago][place[code]] += n
    return ChainPart(
        group, names, tuple(place_of(vocabulary, code) for code in codes), _standing(stays, len(codes)), counts,
        **_estimate(names, counts, ended, every, smoothing, level),
        stays=stays, arrivals=tuple(tuple(found[i] for i in range(len(codes))) for found in came),
    )  # fmt: skip


def _counts(stays: tuple[GridStay, ...], size: int) -> tuple[tuple[int, ...], ...]:
    """Only pairs of instants that were both observed: who stands somewhere at `as_of` has no next one yet."""
    counts = [[0] * size for _ in range(size)]
    for stay in stays:
        counts[stay.stage][stay.stage] += stay.count * (stay.covered - 1)
        if stay.after is not None:
            counts[stay.stage][stay.after] += stay.count
    return tuple(map(tuple, counts))


def _standing(stays: tuple[GridStay, ...], size: int) -> tuple[int, ...]:
    found = Counter[int]()
    for stay in stays:
        if stay.after is None:
            found[stay.stage] += stay.count
    return tuple(found[i] for i in range(size))


def _estimate(
    names: tuple[str, ...], counts: tuple[tuple[int, ...], ...], ended: list[int], every: str, smoothing: float,
    level: float,
) -> dict[str, Any]:  # fmt: skip
    """The chain, or why there is none."""
    if not names:
        return {"markov": None, "reason": "nobody was observed"}
    blind = [name for i, name in enumerate(names) if i not in ended and not sum(counts[i])]
    if blind and not smoothing:
        listed = ", ".join(map(repr, blind))
        reason = f"nobody in {listed} was observed one {every} later, so nothing is known of where that leads"
        return {"markov": None, "reason": reason}
    seen = {(a, b): n for a, row in zip(names, counts, strict=True) for b, n in zip(names, row, strict=True) if n}
    absorbing = [names[i] for i in ended]
    return {"markov": markov_chain(seen, states=names, absorbing=absorbing, smoothing=smoothing, level=level)}
