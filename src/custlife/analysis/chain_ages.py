"""Whether it matters how long one has been in a stage: who leaves, by the number of periods already spent there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs

from custlife.analysis.splitting import label
from custlife.stats.special import chi_square_tail

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from custlife.engines.gathers import Group

__all__ = ["AgeClass", "DurationTest", "GridStay", "age_classes", "duration_test"]

LEAST = 30  # customers for an age of its own
MOST = 24  # ages of their own
EXPECTED = 5  # of either kind in each class of the test


@attrs.frozen
class GridStay:
    """Stays that look alike on the grid of a chain.

    Attributes:
        stage: Place of the stage among those of the part.
        covered: How many instants of the grid they cover.
        after: Place of the stage at the instant behind them; None where they last.
        is_dated: Whether their start was observed, so that their age is known.
        count: How many.
    """

    stage: int
    covered: int
    after: int | None
    is_dated: bool
    count: int


@attrs.frozen
class AgeClass:
    """What became, one period later, of those who had been in a stage for some periods.

    Attributes:
        first: The least number of instants they had been seen there: 1 for those just come.
        last: The largest; None where older ones are in the class too.
        stayed: How many stayed.
        moved: How many were elsewhere, by place of the stage; at the place of the stage itself, who left and was back.
    """

    first: int
    last: int | None
    stayed: int
    moved: tuple[int, ...]

    @property
    def n(self) -> int:
        """How many there were."""
        return self.stayed + sum(self.moved)

    @property
    def label(self) -> str:
        """The ages in words."""
        return f"{self.first}" if self.last == self.first else f"{self.first}+"


def age_classes(stays: Iterable[GridStay], size: int) -> tuple[AgeClass, ...]:
    """The ages in one stage of whose next period something is known: one by one while they have customers enough.

    Args:
        stays: Those in the stage; stays without a start are passed over.

        size: How many stages there are.
    """
    moved: dict[int, Counter[int]] = {}
    lasting: Counter[int] = Counter()  # by the number of instants they are known to have stayed beyond
    for stay in stays:
        if stay.is_dated:
            lasting[stay.covered - 1] += stay.count
            if stay.after is not None:
                moved.setdefault(stay.covered, Counter())[stay.after] += stay.count
    single = []
    stayed = sum(lasting.values())
    for age in range(1, max([*lasting, *moved], default=0) + 1):
        stayed -= lasting[age - 1]
        found = moved.get(age, Counter())
        single.append(AgeClass(age, age, stayed, tuple(found[place] for place in range(size))))
    return _pooled(single)


def _pooled(single: Sequence[AgeClass]) -> tuple[AgeClass, ...]:
    """Ages of their own, and all older ones together."""
    known = [one for one in single if one.n]
    own = next((k for k, one in enumerate(known) if one.n < LEAST or k == MOST), len(known))
    if own < len(known) and sum(one.n for one in known[own:]) < LEAST:
        own = max(own - 1, 0)  # too few to stand alone: they join the last age that can
    if own == len(known):
        own -= 1
    if not known:
        return ()
    return (*known[:own], attrs.evolve(_together(known[own:]), last=None))


def _together(ages: Sequence[AgeClass]) -> AgeClass:
    moved = tuple(map(sum, zip(*(one.moved for one in ages), strict=True)))
    return AgeClass(ages[0].first, ages[-1].last, sum(one.stayed for one in ages), moved)


@attrs.frozen
class DurationTest:
    """Whether the share that leaves a stage in a period depends on the periods already spent there.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        stage: The stage.
        ages: How many leave of how many at each age: `("1", 30, 400)`; ages too small for the test are joined.
        statistic: Pearson's chi-square of leaving by age.
        degrees_of_freedom: Of the statistic.
        p_value: How often chance alone gives a statistic as large.
        adjusted: The p-value adjusted for the number of stages and segments (Benjamini and Hochberg).
    """

    segment: Group
    stage: str
    ages: tuple[tuple[str, int, int], ...]
    statistic: float
    degrees_of_freedom: int
    p_value: float
    adjusted: float = 1.0

    def __str__(self) -> str:
        (first, few, n), (last, many, m) = self.ages[0], self.ages[-1]
        ends = f"{100 * few / n:.0f} % leave at age {first}, {100 * many / m:.0f} % at age {last}"
        chance = "p < 0.001" if self.adjusted < 0.001 else f"p = {self.adjusted:.3f}"
        return f"{label(self.segment, self.stage)} {ends} ({chance})"


def duration_test(segment: Group, stage: str, classes: Iterable[AgeClass]) -> DurationTest | None:
    """Pearson's chi-square test of leaving by age, ages joined until each expects five who leave and five who stay.

    None where that leaves fewer than two ages.

    Source:
        Anderson & Goodman (1957), Annals of Mathematical Statistics 28, 89-110, section 3.2, with ages for times.
    """
    ages = list(classes)
    total = sum(age.n for age in ages)
    rate = sum(sum(age.moved) for age in ages) / total if total else 0.0
    joined: list[AgeClass] = []
    for age in ages:
        is_small = joined and joined[-1].n * min(rate, 1 - rate) < EXPECTED
        joined[-1:] = [_together([joined[-1], age])] if is_small else [*joined[-1:], age]
    if len(joined) > 1 and joined[-1].n * min(rate, 1 - rate) < EXPECTED:
        joined[-2:] = [_together(joined[-2:])]
    if len(joined) < 2:
        return None
    rows = tuple((_span(age), sum(age.moved), age.n) for age in joined)
    statistic = sum((left - n * rate) ** 2 / (n * rate * (1 - rate)) for _, left, n in rows)
    degrees = len(rows) - 1
    return DurationTest(segment, stage, rows, statistic, degrees, chi_square_tail(statistic, degrees))


def _span(age: AgeClass) -> str:
    return age.label if age.last is None or age.last == age.first else f"{age.first}-{age.last}"
