"""Stage probabilities of one segment: the curves, and their readings at one time with intervals by folds of units."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import attrs

from custlife.analysis.result import DAY
from custlife.analysis.splitting import label
from custlife.engines.merging import merged
from custlife.engines.passages import Occupations, OccupationTally
from custlife.stats import Interval, jackknife, state_probabilities
from custlife.stats.limits import mirrored
from custlife.stats.occupancy import Fold, Occupancy, without_each
from custlife.stats.special import two_sided_t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.analysis.stage_probabilities import StageProbabilities
    from custlife.engines.gathers import Group
    from custlife.engines.history import Vocabulary
    from custlife.stats import Jackknife
    from custlife.stats import StateProbabilities as Curves

    Read = tuple[float | None, Interval | None, float | None]
    Reading = tuple[float | None, Interval | None]

__all__ = ["INTERVALS", "StageProbability", "StageProbabilityPart", "part_of"]

INTERVALS = ("jackknife", "greenwood")
TONES = {"paused exits": "muted", "final exits": "bad"}


@attrs.frozen
class StageProbability:
    """One stage at one time since the start, for one segment.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        stage: The stage.
        days: The time since the start, days.
        share: Probability to be in the stage then; those of all stages sum to 1. None: see `why`.
        interval: Its confidence interval, or None.
        std_error: Its standard error, or None.
        expected_days: Expected time in the stage from the start until then, days; or None.
        expected_interval: Its confidence interval, days; or None.
        why: Why there is no share or no interval; empty where there is one.
    """

    segment: Group
    stage: str
    days: float
    share: float | None
    interval: Interval | None
    std_error: float | None
    expected_days: float | None
    expected_interval: Interval | None
    why: str

    @property
    def label(self) -> str:
        """Segment and stage in one text."""
        return label(self.segment, self.stage)


@attrs.frozen(slots=False)
class StageProbabilityPart:
    """The probabilities of one segment.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        entered: Units that came to the origin, or moved past it.
        imputed: Those of them that moved past it.
        pending: Units whose time is not up: they are seen until `as_of` only.
        stages: The stages anybody stood in, in the order of the model.
        horizon_days: The longest window of a unit, days; as windows are spans on the calendar, they may differ.
    """

    segment: Group
    entered: int
    imputed: int
    pending: int
    stages: tuple[str, ...]
    horizon_days: float
    _level: float = attrs.field(repr=False)
    _interval: str = attrs.field(repr=False)
    _codes: tuple[int, ...] = attrs.field(repr=False)
    _kinds: tuple[str, ...] = attrs.field(repr=False)
    _tally: OccupationTally = attrs.field(repr=False, eq=False)
    _folds: tuple[OccupationTally, ...] = attrs.field(repr=False, eq=False)

    @property
    def label(self) -> str:
        """The segment in one text."""
        return label(self.segment) or "all"

    @cached_property
    def curves(self) -> Curves | None:
        """The probabilities at all times, days; None where nobody came."""
        if not self.entered:
            return None
        tally, longest = self._tally, self._tally.longest
        name = dict(zip(self._codes, self.stages, strict=True))
        return state_probabilities(
            {name[code]: {0: tally.started.get(code, 0)} for code in self._codes},
            {(name[a], name[b]): times for (a, b), times in sorted(tally.moves.items())},
            {name[code]: times for code, times in sorted(_last_seen(tally, longest).items())},
            unit=DAY,
            level=self._level,
        )

    @property
    def seen_days(self) -> float:
        """How long anybody was followed, days; 0 where nobody came."""
        return (self.curves.horizon or 0.0) if self.curves is not None else 0.0

    @cached_property
    def rows(self) -> tuple[StageProbability, ...]:
        """One row for each stage, at the horizon."""
        return self.at_us(self._tally.longest)

    def at_us(self, time: int) -> tuple[StageProbability, ...]:
        """One row for each stage, some microseconds after the start."""
        days = time / DAY
        if self.curves is None or days > self.seen_days:
            why = f"nobody was seen for more than {self.seen_days:,.1f} days" if self.entered else "nobody came"
            return tuple(self._row(stage, days, (None, None, None), (None, None), why) for stage in self.stages)
        if self._interval == "greenwood":
            return self._by_greenwood(self.curves, days)
        return self._by_folds(self.curves, time)

    def _row(self, stage: str, days: float, share: Read, expected: Reading, why: str) -> StageProbability:
        return StageProbability(self.segment, stage, days, *share, *expected, why)

    def _by_greenwood(self, curves: Curves, days: float) -> tuple[StageProbability, ...]:
        found = []
        for point in curves.at(days):
            spent = curves.time_in(point.state, days)
            share, expected = (point.value, point.interval, point.std_error), (spent.value, spent.interval)
            found.append(self._row(point.state, days, share, expected, point.reason))
        return tuple(found)

    def _by_folds(self, curves: Curves, time: int) -> tuple[StageProbability, ...]:
        """The estimate is that of all units; its spread that of the estimates without each fold."""
        days, level = time / DAY, self._level
        folds = [_as_fold(fold, self._tally.longest) for fold in self._folds if fold.started]
        left = without_each(folds, self._codes[-1] + 1, time) if len(folds) > 1 else []
        values, times = curves.values_at(days) or (), curves.times_in(days) or ()
        found = []
        for code, stage, value, spent in zip(self._codes, self.stages, values, times, strict=True):
            one = jackknife(value, [_share(without, code) for without in left], level=level)
            other = jackknife(spent, [_days(without, code) for without in left], level=level, within=(0, days))
            share = value, _log_log(one, level), one.std_error
            found.append(
                self._row(stage, days, share, (spent, other.interval if other.std_error else None), one.reason)
            )
        return tuple(found)

    def stacks(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """What a picture shows as one, with its tone: each stage by itself, several exits of one kind together."""
        found: dict[str, tuple[str, tuple[str, ...]]] = {}
        for stage, kind in zip(self.stages, self._kinds, strict=True):
            name = kind if kind in TONES and self._kinds.count(kind) > 1 else stage
            found[name] = TONES.get(kind, ""), (*found.get(name, ("", ()))[1], stage)
        return found

    def shares(self, time: float) -> dict[str, float]:
        """The probability of each stage some days after the start; nothing where it is not known."""
        if self.curves is None or time > self.seen_days:
            return {}
        return dict(zip(self.stages, self.curves.values_at(time) or (), strict=True))


def _log_log(found: Jackknife, level: float) -> Interval | None:
    """Limits that stay within 0 and 1, with the error of the jackknife; None where that is not known or 0."""
    value, error = found.value, found.std_error
    if not value or not error or value >= 1:
        return None
    low, high = mirrored(value, 1 - value, two_sided_t(level, found.folds - 1) * error)
    return Interval(low, high, level, "jackknife log-log")


def _share(found: Occupancy | None, code: int) -> float | None:
    return None if found is None else found.probabilities[code]


def _days(found: Occupancy | None, code: int) -> float | None:
    return None if found is None else found.times[code] / DAY


def _last_seen(tally: OccupationTally, longest: int) -> dict[int, Sequence[int]]:
    """When units were last seen in which stage; those whose time is up stay there to the end of the longest."""
    found: dict[int, Sequence[int]] = {code: [*ages] for code, ages in tally.open.items()}
    for code, n in tally.past.items():
        found[code] = [*found.get(code, ()), *[longest] * n]
    return found


def _as_fold(tally: OccupationTally, longest: int) -> Fold:
    return Fold(tally.started, tally.moves, _last_seen(tally, longest))


def part_of(
    question: StageProbabilities, vocabulary: Vocabulary, segment: Group, folds: Sequence[OccupationTally]
) -> StageProbabilityPart:
    """One part of the answer, from the counts of each fold."""
    tables = [{(segment, 0): fold} for fold in folds]
    tally = merged(Occupations(0, question.horizon), tables)[segment, 0] if tables else OccupationTally()
    codes = sorted({*tally.started, *(code for pair in tally.moves for code in pair)})
    return StageProbabilityPart(
        segment, sum(tally.started.values()), tally.imputed, sum(map(len, tally.open.values())),
        tuple(vocabulary.names[code] for code in codes), tally.longest / DAY, question.level, question.interval,
        tuple(codes), tuple(_kind(vocabulary, code) for code in codes), tally, tuple(folds),
    )  # fmt: skip


def _kind(vocabulary: Vocabulary, code: int) -> str:
    paused, final = TONES
    return paused if code in vocabulary.paused else final if code in vocabulary.ended else ""
