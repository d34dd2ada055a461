"""What every answer of a chain gains where the probability of one transition rises.

The added probability is taken pro rata from all other destinations of the source, staying included. With g the
change of row i, every slope is the answer of the chain to the numbers that g moves: no difference of two chains is
taken, so that rare transitions lose no digits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.errors import UsageError
from custlife.stats import chain_parts as parts
from custlife.stats import chain_values as values
from custlife.stats.chain_results import ByState, ByTransition
from custlife.stats.numbers import check_discount, check_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from custlife.stats.chain_parts import Chain, PerState, Rows

__all__ = ["Sensitivities"]

Numbers = tuple[float, ...]


class Sensitivities(parts.Chain):
    """The slopes of a chain's answers, for each unit of probability added to one transition.

    Times 0.01 a slope is about the gain of one more point; `with_shift` has the chain itself.
    """

    __slots__ = ()

    def value_sensitivity(
        self, source: str, target: str, *, rewards: PerState, discount: float, horizon: int | None = None
    ) -> ByState:
        """What the value by starting state gains for each unit of probability added to one transition.

        The added probability is taken pro rata from all other destinations of the source, staying included: times
        0.01 it is about the gain of one more point, and `with_shift` has the chain itself.

        Args:
            source: The state left.

            target: The destination that gains; it may be the source.

            rewards: As for `value`.

            discount: As for `value`.

            horizon: As for `value`.

        Raises:
            UsageTypeError: Something is not a number.
            UsageError: As for `value`, or the source has no other destination to take from, or undiscounted it is
                never left.
            UnknownNameError: No such state.

        Source:
            The derivative of `value`; see Caswell (2013), Linear Algebra and its Applications 438, 1727-1745.

        Examples:
            >>> from custlife.stats import MarkovChain
            >>> chain = MarkovChain(["active", "gone"], [[0.5, 0.5], [0, 1]])
            >>> chain.value_sensitivity("active", "active", rewards={"active": 1}, discount=0)["active"]
            4.0
        """
        i, change = _change(self, source, target)
        given = parts.numbers_by_state("rewards", rewards, self.states)
        if horizon is None:
            return _of_all_periods(self, given, check_discount(discount), i, change)
        return _up_to_horizon(self, given, discount, check_whole("horizon", horizon), i, change)

    def value_sensitivities(
        self, start: PerState, *, rewards: PerState, discount: float, horizon: int | None = None
    ) -> ByTransition:
        """What the value of all in *start* together gains for each unit of probability added to each transition.

        All slopes at once: each is the sum of `value_sensitivity` over the starting states, times how many are there.
        None where the source has no other destination to take from, or undiscounted is never left.

        Args:
            start: How many are in each state today, 0 or more.

            rewards: As for `value`.

            discount: As for `value`.

            horizon: As for `value`.

        Raises:
            UsageTypeError: Something is not a number.
            UsageError: As for `value`, or a number at the start is negative.
            UnknownNameError: No such state.

        Source:
            As for `value_sensitivity`; the discounted visits are those of the transposed system.

        Examples:
            >>> from custlife.stats import MarkovChain
            >>> chain = MarkovChain(["trial", "paid", "gone"], [[0.5, 0.25, 0.25], [0, 0.5, 0.5], [0, 0, 1]])
            >>> found = chain.value_sensitivities({"trial": 1}, rewards={"paid": 6}, discount=0)
            >>> round(found["trial", "paid"], 12)
            16.0
        """
        heads = parts.heads_by_state("start", start, self.states)
        given = parts.numbers_by_state("rewards", rewards, self.states)
        if horizon is None:
            return _all_of_all_periods(self, heads, given, check_discount(discount))
        return _all_up_to_horizon(self, heads, given, discount, check_whole("horizon", horizon))

    def absorption_sensitivity(self, source: str, target: str, *, end: str) -> ByState:
        """What the probability to end in *end*, by starting state, gains for each unit added to one transition.

        Taken pro rata from all other destinations of the source, as in `value_sensitivity`. Periods before absorption
        are a value too: that of rewards of 1 in all transient states with `discount=0`.

        Raises:
            UsageError: The chain has no absorption, the source or its transition cannot change, or the end can be left.
            UnknownNameError: No such state.

        Examples:
            >>> from custlife.stats import MarkovChain
            >>> chain = MarkovChain(["trial", "paid", "lost"], [[0.5, 0.25, 0.25], [0, 1, 0], [0, 0, 1]])
            >>> round(chain.absorption_sensitivity("trial", "paid", end="paid")["trial"], 12)
            1.333333333333
        """
        i, change = _change(self, source, target)
        ending = parts.place(end, self.states)
        transient, absorbing = values.ends(self)
        if i not in transient:
            raise UsageError(f"source={source!r} is never left", f"pass one of {[self.states[k] for k in transient]}")
        if ending not in absorbing:
            raise UsageError(f"end={end!r} can be left", f"pass one of {[self.states[k] for k in absorbing]}")
        system = parts.solvable(self.rows, transient, self.states)
        ended = dict(zip(transient, system.solve([self.rows[k][ending] for k in transient]), strict=True))
        full = [ended.get(k, float(k == ending)) for k in range(len(self.states))]
        (gain,) = parts.times([change], full)
        slopes = system.solve([gain * (k == i) for k in transient])
        return values.spread(self, transient, slopes, system.condition())

    def stationary_sensitivity(self, source: str, target: str) -> ByState:
        """What the stationary share of each state gains for each unit added to one transition; it sums to 0.

        Taken pro rata from all other destinations of the source, as in `value_sensitivity`.

        Raises:
            UsageError: There are several stationary distributions, the transition cannot change, or the chain is
                singular.
            UnknownNameError: No such state.

        Source:
            Schweitzer (1968), J. Applied Probability 5, 401-413.

        Examples:
            >>> from custlife.stats import MarkovChain
            >>> chain = MarkovChain(["here", "there"], [[0.5, 0.5], [0.25, 0.75]])
            >>> round(chain.stationary_sensitivity("here", "there")["there"], 12)
            0.444444444444
        """
        i, change = _change(self, source, target)
        share = values.settled(self).numbers[i]
        size = range(len(self.states))
        balances = [[-parts.leaving(self.rows[a], a) if a == b else self.rows[b][a] for b in size] for a in size[:-1]]
        system = parts.factored([*balances, [1.0] * len(size)], list(self.states))
        slopes = system.solve([*(-share * change[a] for a in size[:-1]), 0.0])
        return ByState(self.states, slopes, system.condition())

    def projection_sensitivity(self, source: str, target: str, *, start: PerState, periods: int) -> ByState:
        """What the expected number in each state after some periods gains for each unit added to one transition.

        Taken pro rata from all other destinations of the source, as in `value_sensitivity`; the gains sum to 0.

        Args:
            source: The state left.

            target: The destination that gains; it may be the source.

            start: As for `project`.

            periods: As for `project`.

        Raises:
            UsageTypeError: Something is not a number.
            UsageError: As for `project`, or the transition cannot change.
            UnknownNameError: No such state.

        Source:
            Caswell (2001), Matrix Population Models, 2nd edition, chapter 9.

        Examples:
            >>> from custlife.stats import MarkovChain
            >>> chain = MarkovChain(["active", "gone"], [[0.5, 0.5], [0, 1]])
            >>> chain.projection_sensitivity("active", "active", start={"active": 100}, periods=2)["active"]
            100.0
        """
        i, change = _change(self, source, target)
        now, columns = parts.heads_by_state("start", start, self.states), tuple(zip(*self.rows, strict=True))
        slopes: Numbers = (0.0,) * len(now)
        for _ in range(check_whole("periods", periods)):
            slopes = tuple(s + now[i] * g for s, g in zip(parts.times(columns, slopes), change, strict=True))
            now = parts.times(columns, now)
        return ByState(self.states, slopes)


def _change(chain: Chain, source: str, target: str) -> tuple[int, Numbers]:
    """The source, and how its row changes for each unit added to the target."""
    i = parts.place(source, chain.states)
    return i, parts.direction(chain.rows, i, parts.place(target, chain.states), chain.states)


def _of_all_periods(chain: Chain, rewards: Numbers, discount: float, source: int, change: Sequence[float]) -> ByState:
    """The slope of the value without a horizon where the row of the source changes."""
    kept = values.valued(chain, rewards, discount)
    if source not in kept:
        raise UsageError(
            f"discount=0 does not converge where {chain.states[source]!r}, never left so far, is left",
            "pass a discount above 0, or a horizon",
        )
    system = parts.solvable(chain.rows, kept, chain.states, discount)
    value = values.spread(chain, kept, system.solve([(1 + discount) * rewards[i] for i in kept]), None)
    (gain,) = parts.times([change], value.numbers)
    return values.spread(chain, kept, system.solve([gain * (i == source) for i in kept]), system.condition())


def _up_to_horizon(
    chain: Chain, rewards: Numbers, discount: float, horizon: int, source: int, change: Sequence[float]
) -> ByState:
    """The slope of the value up to a horizon where the row of the source changes."""
    slopes, factor = (0.0,) * len(rewards), values.factor_of(discount)
    for value in values.up_to_horizon(chain, rewards, discount, horizon)[:-1]:
        (gain,) = parts.times([change], value)
        slopes = tuple(factor * (v + gain * (i == source)) for i, v in enumerate(parts.times(chain.rows, slopes)))
    return ByState(chain.states, slopes)


def _all_of_all_periods(chain: Chain, heads: Numbers, rewards: Numbers, discount: float) -> ByTransition:
    """All slopes of the value without a horizon: discounted visits of the source times what its change moves."""
    kept = values.valued(chain, rewards, discount)
    system = parts.solvable(chain.rows, kept, chain.states, discount)
    value = values.spread(chain, kept, system.solve([(1 + discount) * rewards[i] for i in kept]), None).numbers
    turned = parts.factored(tuple(zip(*system.matrix, strict=True)), [chain.states[i] for i in kept])
    visits = dict(zip(kept, turned.solve([heads[i] for i in kept]), strict=True))
    moved = [None if i not in visits else tuple(visits[i] * v for v in value) for i in range(len(heads))]
    return ByTransition(chain.states, _gains(chain.rows, moved), system.condition())


def _all_up_to_horizon(chain: Chain, heads: Numbers, rewards: Numbers, discount: float, horizon: int) -> ByTransition:
    """All slopes of the value up to a horizon: those who are in the source later have fewer periods to come."""
    ahead, factor = values.up_to_horizon(chain, rewards, discount, horizon)[:-1], values.factor_of(discount)
    columns, now, size = tuple(zip(*chain.rows, strict=True)), heads, range(len(heads))
    moved = [[0.0 for _ in size] for _ in size]
    for value in reversed(ahead):
        now = tuple(factor * x for x in now)
        for i in size:
            moved[i] = [total + now[i] * v for total, v in zip(moved[i], value, strict=True)]
        now = parts.times(columns, now)
    return ByTransition(chain.states, _gains(chain.rows, moved))


def _gains(rows: Rows, moved: Iterable[Sequence[float] | None]) -> tuple[tuple[float | None, ...], ...]:
    """What each transition gains, of the numbers that the change of its row moves."""
    size, found = range(len(rows)), []
    for i, numbers in enumerate(moved):
        gains: list[float | None] = []
        for j in size:
            if numbers is None or not parts.leaving(rows[i], j):
                gains.append(None)
                continue
            gains += parts.times([parts.direction(rows, i, j, ())], numbers)
        found.append(tuple(gains))
    return tuple(found)
