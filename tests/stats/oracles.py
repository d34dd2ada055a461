"""Second answers, each by another road than the library's."""

from __future__ import annotations

from fractions import Fraction
from math import comb


def binomial_at_least(k: int, n: int, p: Fraction) -> Fraction:
    """P(X >= k) for X binomial, summed exactly."""
    return sum((comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1)), Fraction(0))


def exact_kaplan_meier(spells: list[tuple[int, int, bool]], at: int) -> Fraction:
    """The product limit over `(entry, exit, ended)` in fractions, straight from its definition; entry 0 is no delay."""
    survival = Fraction(1)
    for t in sorted({leave for _, leave, ended in spells if ended and leave <= at}):
        n = sum(1 for enter, leave, _ in spells if leave >= t and (enter < t or enter == 0))
        d = sum(1 for _, leave, ended in spells if leave == t and ended)
        survival *= 1 - Fraction(d, n)
    return survival


def efron_survival(spells: list[tuple[int, bool]], at: int) -> Fraction:
    """Efron's redistribution to the right: the mass of a censored spell is shared by all that last longer."""
    mass = {i: Fraction(1, len(spells)) for i in range(len(spells))}
    for i in sorted(mass, key=lambda i: spells[i][0]):
        leave, ended = spells[i]
        later = [j for j, (other, other_ended) in enumerate(spells) if other > leave]
        if not ended and later:
            for j in later:
                mass[j] += mass[i] / len(later)
            mass[i] = Fraction(0)
    return 1 - sum((mass[i] for i, (leave, ended) in enumerate(spells) if ended and leave <= at), Fraction(0))
