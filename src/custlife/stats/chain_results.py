"""What is read off a chain: numbers by state, and how a chain is absorbed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Absorption", "ByState", "ByTransition"]


@attrs.frozen
class ByState:
    """One number for each state of a chain.

    Attributes:
        states: The states, in the order of the chain.

        numbers: A number for each.

        condition: Condition number of the system that was solved: about what a relative error of the chain may grow
            by; None where none was solved.

    Examples:
        >>> ByState(("trial", "paid"), (2.0, 5.0))["paid"]
        5.0
    """

    states: tuple[str, ...]
    numbers: tuple[float, ...]
    condition: float | None = None

    def __getitem__(self, state: str) -> float:
        return self.numbers[_place("state", state, self.states)]

    def __iter__(self) -> Iterator[float]:
        return iter(self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)

    def __str__(self) -> str:
        return ", ".join(f"{state} {x:g}" for state, x in zip(self.states, self.numbers, strict=True))


@attrs.frozen
class ByTransition:
    """One number for each pair of states of a chain.

    Attributes:
        states: The states, in the order of the chain.

        rows: Row i holds a number for each destination of state i; None where that probability cannot change.

        condition: As in `ByState`.

    Examples:
        >>> ByTransition(("trial", "paid"), ((2.0, 5.0), (None, None)))["trial", "paid"]
        5.0
    """

    states: tuple[str, ...]
    rows: tuple[tuple[float | None, ...], ...]
    condition: float | None = None

    def __getitem__(self, transition: tuple[str, str]) -> float | None:
        source, target = transition
        return self.rows[_place("state", source, self.states)][_place("state", target, self.states)]

    def ranked(self) -> tuple[tuple[str, str, float], ...]:
        """Source, target and number of every transition that can change, the largest number first.

        Examples:
            >>> ByTransition(("trial", "paid"), ((2.0, 5.0), (None, None))).ranked()[0]
            ('trial', 'paid', 5.0)
        """
        found = [
            (source, target, number)
            for source, row in zip(self.states, self.rows, strict=True)
            for target, number in zip(self.states, row, strict=True)
            if number is not None
        ]
        return tuple(sorted(found, key=lambda one: -one[2]))

    def __str__(self) -> str:
        return ", ".join(f"{source} to {target} {x:g}" for source, target, x in self.ranked())


@attrs.frozen
class Absorption:
    """Where and when a chain ends, by the transient state it starts in.

    Attributes:
        transient: The states that are left for good sooner or later, in the order of the chain.

        absorbing: The states that are never left, in the order of the chain.

        fundamental: Expected periods in each transient state, by starting state; the start counts as a period.

        probabilities: Probability to end in each absorbing state, by starting state; each row sums to 1.

        periods: Expected periods before absorption, by starting state.

        variances: Variances of these periods.

        condition: Condition number of the system that was solved.
    """

    transient: tuple[str, ...]
    absorbing: tuple[str, ...]
    fundamental: tuple[tuple[float, ...], ...]
    probabilities: tuple[tuple[float, ...], ...]
    periods: tuple[float, ...]
    variances: tuple[float, ...]
    condition: float

    def probability(self, start: str, end: str) -> float:
        """The probability to end in one absorbing state from one transient state.

        Raises:
            UnknownNameError: No such transient or absorbing state.
        """
        row = self.probabilities[_place("transient state", start, self.transient)]
        return row[_place("absorbing state", end, self.absorbing)]

    def expected_periods(self, start: str) -> float:
        """The expected number of periods before absorption from one transient state.

        Raises:
            UnknownNameError: No such transient state.
        """
        return self.periods[_place("transient state", start, self.transient)]


def _place(kind: str, name: str, names: tuple[str, ...]) -> int:
    if name not in names:
        raise UnknownNameError(kind, name, names)
    return names.index(name)
