"""Markov chains: where things go from state to state, when it ends, and what it is worth.

One row for each state holds the probabilities of its destinations in one period, staying included.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import attrs

from custlife.errors import UsageError
from custlife.stats import chain_parts as parts
from custlife.stats import chain_values as values
from custlife.stats.chain_results import Absorption, ByState
from custlife.stats.chain_slopes import Sensitivities
from custlife.stats.numbers import check_discount, check_number, check_whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from custlife.stats.chain_parts import PerState, Rows
    from custlife.stats.proportions import Share

__all__ = ["MarkovChain"]


def _shares_of(rows: Iterable[Iterable[Share]]) -> tuple[tuple[Share, ...], ...]:
    return tuple(map(tuple, rows))


@attrs.frozen
class MarkovChain(Sensitivities):
    """A chain of states with constant probabilities of transition per period.

    Probabilities are taken as they are; that of staying is read as one minus those of leaving. Where a number for
    each state is asked for, a mapping may leave out states whose number is 0.

    Attributes:
        states: Names, each once; their order is that of all rows and results.

        rows: Row i holds the probabilities from state i to each state, from 0 to 1; it sums to 1 up to 1e-9.

        shares: Where the chain was estimated by `markov_chain`, the observed share of each transition with its
            interval; else empty.

    Raises:
        UsageTypeError: A name is not a text, or an entry is not a number.
        DefinitionError: A name is there twice, an entry is negative, or a row has not one entry for each state or
            does not sum to 1.

    Examples:
        >>> chain = MarkovChain(["active", "gone"], [[0.8, 0.2], [0, 1]])
        >>> print(chain.value({"active": 10}, discount=0.25))
        active 27.7778, gone 0
    """

    states: tuple[str, ...] = attrs.field(converter=parts.states_of)
    rows: Rows = attrs.field(converter=parts.rows_of)
    shares: tuple[tuple[Share, ...], ...] = attrs.field(default=(), kw_only=True, converter=_shares_of)

    def __attrs_post_init__(self) -> None:
        parts.check_chain(self.states, self.rows)

    def probability(self, source: str, target: str) -> float:
        """The probability to be in *target* one period after *source*.

        Raises:
            UnknownNameError: No such state.
        """
        return self.rows[self._place(source)][self._place(target)]

    def share(self, source: str, target: str) -> Share:
        """The observed share of a transition, with its interval.

        Raises:
            UnknownNameError: No such state.
            UsageError: The chain was not estimated from counts.
        """
        i, j = self._place(source), self._place(target)
        if not self.shares:
            raise UsageError("the chain was not estimated from counts", "make it with markov_chain(counts)")
        return self.shares[i][j]

    def power(self, periods: int) -> MarkovChain:
        """The chain whose one period is that many periods of this; each row is kept at a sum of 1.

        Raises:
            UsageTypeError: The periods are not a whole number.
            UsageError: They are negative.

        Examples:
            >>> MarkovChain(["active", "gone"], [[0.5, 0.5], [0, 1]]).power(2).rows
            ((0.25, 0.75), (0.0, 1.0))
        """
        left = check_whole("periods", periods)
        found = tuple(tuple(float(i == j) for j in range(len(self.states))) for i in range(len(self.states)))
        square = self.rows
        while left:
            found = _product(found, square) if left % 2 else found
            square = _product(square, square) if left > 1 else square
            left //= 2
        return MarkovChain(self.states, found)

    def project(self, start: PerState, periods: int) -> tuple[ByState, ...]:
        """Expected numbers in each state now and after each of the periods.

        Args:
            start: How many are in each state today, 0 or more; or probabilities.

            periods: How many periods to go on; the result has one more entry, the start.

        Raises:
            UsageTypeError: Something is not a number.
            UsageError: A number is negative or not finite, or the periods are negative.
            UnknownNameError: No such state.

        Examples:
            >>> chain = MarkovChain(["active", "gone"], [[0.5, 0.5], [0, 1]])
            >>> [later["active"] for later in chain.project({"active": 100}, 2)]
            [100.0, 50.0, 25.0]
        """
        now = parts.heads_by_state("start", start, self.states)
        found, columns = [now], tuple(zip(*self.rows, strict=True))
        for _ in range(check_whole("periods", periods)):
            found.append(parts.times(columns, found[-1]))
        return tuple(ByState(self.states, numbers) for numbers in found)

    def absorption(self) -> Absorption:
        """Where the chain ends, after how many periods, and where it spends them.

        With Q the probabilities among transient states and R those into absorbing states, the fundamental matrix is
        `N = (I - Q)^-1`, the probabilities `N R`, the periods `N 1`; the start counts as a period.

        Raises:
            UsageError: No state is absorbing, states lead to each other for ever, or the chain is singular.

        Source:
            Kemeny & Snell (1960), Finite Markov Chains, chapter III; the variances by the law of total variance.

        Examples:
            >>> MarkovChain(["trial", "paid", "lost"], [[0.5, 0.3, 0.2], [0, 1, 0], [0, 0, 1]]).absorption().periods
            (2.0,)
        """
        transient, absorbing = values.ends(self)
        names = tuple(self.states[i] for i in transient), tuple(self.states[i] for i in absorbing)
        system = parts.solvable(self.rows, transient, self.states)
        ends = [system.solve([self.rows[i][j] for i in transient]) for j in absorbing]
        periods = system.solve([1.0] * len(transient))
        left = dict(zip(transient, periods, strict=True))
        spread = [
            math.fsum(p * (left.get(j, 0.0) + 1 - left[i]) ** 2 for j, p in enumerate(self.rows[i])) for i in transient
        ]
        return Absorption(
            *names,
            system.inverse(),
            tuple(zip(*ends, strict=True)),
            periods,
            system.solve(spread),
            system.condition(),
        )

    def stationary(self) -> ByState:
        """The shares of the states that a period leaves as they are; transient states have none.

        Raises:
            UsageError: There are several, as several groups of states are never left, or the chain is singular.

        Source:
            Kemeny & Snell (1960), Finite Markov Chains, chapter IV.

        Examples:
            >>> print(MarkovChain(["here", "there"], [[0.5, 0.5], [0.25, 0.75]]).stationary())
            here 0.333333, there 0.666667
        """
        return values.settled(self)

    def value(self, rewards: PerState, *, discount: float, horizon: int | None = None) -> ByState:
        """Expected present value of all rewards, by starting state; the reward of period 0 counts in full.

        Without a horizon the value v solves `v = r + P v / (1 + discount)`; with one the periods 0 to *horizon* are
        summed. Undiscounted rewards without a horizon have a value only where no state that is never left has one.

        Args:
            rewards: What a period in each state earns, a cost being negative.

            discount: Rate per period: at most 1; without a horizon 0, or 1e-9 or more; with one above -1.

            horizon: The last period counted, 0 or more; None for all.

        Raises:
            UsageTypeError: Something is not a number.
            UsageError: The discount does not converge, a number is not finite, or the chain is singular.
            UnknownNameError: No such state.

        Source:
            Pfeifer & Carraway (2000), J. Interactive Marketing 14(2), 43-55.

        Examples:
            >>> chain = MarkovChain(["active", "gone"], [[0.5, 0.5], [0, 1]])
            >>> chain.value({"active": 8}, discount=0, horizon=2)["active"]
            14.0
        """
        given = parts.numbers_by_state("rewards", rewards, self.states)
        if horizon is None:
            return values.of_all_periods(self, given, check_discount(discount))
        found = values.up_to_horizon(self, given, discount, check_whole("horizon", horizon))
        return ByState(self.states, found[-1])

    def with_shift(self, source: str, target: str, by: float) -> MarkovChain:
        """The chain with *by* added to one probability, taken pro rata from the source's other destinations.

        Raises:
            UsageTypeError: The shift is not a number.
            UsageError: The row cannot give or take as much.
            UnknownNameError: No such state.

        Examples:
            >>> MarkovChain(["a", "b"], [[0.5, 0.5], [0, 1]]).with_shift("a", "b", 0.25).rows[0]
            (0.25, 0.75)
        """
        i, j = self._place(source), self._place(target)
        change = parts.direction(self.rows, i, j, self.states)
        added, old = check_number("by", by), self.rows[i][j]
        if not 0 <= old + added <= 1:
            what = f"by={by!r} would make the probability from {source!r} to {target!r} {old + added:g}"
            raise UsageError(what, f"it is {old:g}: pass by from {-old:g} to {1 - old:g}")
        row = [max(0.0, p + added * slope) for p, slope in zip(self.rows[i], change, strict=True)]
        return self._with_rows({i: row})

    def with_stop(self, states: Iterable[str], *, into: str) -> MarkovChain:
        """The chain in which the states lead at once to another: what a policy that gives them up makes of it.

        Raises:
            UsageTypeError: The states are one text.
            UnknownNameError: No such state.

        Source:
            Pfeifer & Carraway (2000), who stop remarketing at a recency.

        Examples:
            >>> MarkovChain(["recent", "late", "gone"], [[1, 0, 0], [0.5, 0, 0.5], [0, 0, 1]]).with_stop(
            ...     ["late"], into="gone"
            ... ).rows[1]
            (0.0, 0.0, 1.0)
        """
        row = [float(j == self._place(into)) for j in range(len(self.states))]
        return self._with_rows({self._place(state): row for state in parts.texts("states", states)})

    def _with_rows(self, changed: dict[int, list[float]]) -> MarkovChain:
        return MarkovChain(self.states, [changed.get(i, row) for i, row in enumerate(self.rows)])

    def _place(self, state: str) -> int:
        return parts.place(state, self.states)


def _product(first: Rows, second: Rows) -> Rows:
    columns = tuple(zip(*second, strict=True))
    found = [parts.times(columns, row) for row in first]
    return tuple(tuple(p / math.fsum(row) for p in row) for row in found)
