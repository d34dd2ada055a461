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


def exact_incidence(spells: list[tuple[int, int, str]], cause: str, at: int) -> Fraction:
    """The incidence of a cause over `(entry, exit, cause)` in fractions; the cause of the censored is empty."""
    survival, incidence = Fraction(1), Fraction(0)
    for t in sorted({leave for _, leave, how in spells if how and leave <= at}):
        n = sum(1 for enter, leave, _ in spells if leave >= t and (enter < t or enter == 0))
        incidence += survival * Fraction(sum(1 for _, leave, how in spells if leave == t and how == cause), n)
        survival *= 1 - Fraction(sum(1 for _, leave, how in spells if leave == t and how), n)
    return incidence


def jackknife_variance(spells: list[tuple[int, int, str]], cause: str, at: int) -> Fraction:
    """The infinitesimal jackknife of the incidence: the squared influence of each spell, in fractions."""
    weights = {t for _, t, how in spells if how and t <= at}
    final, total = exact_incidence(spells, cause, at), Fraction(0)
    influence = [Fraction(0) for _ in spells]
    survival, incidence = Fraction(1), Fraction(0)
    for t in sorted(weights):
        present = [i for i, (enter, leave, _) in enumerate(spells) if leave >= t and (enter < t or enter == 0)]
        n = len(present)
        hazard = Fraction(sum(1 for i in present if spells[i][1] == t and spells[i][2]), n)
        own = Fraction(sum(1 for i in present if spells[i][1] == t and spells[i][2] == cause), n)
        incidence += survival * own
        for i in present:
            leaves = spells[i][1] == t
            influence[i] += survival * ((leaves and spells[i][2] == cause) - own) / n
            if hazard < 1:
                influence[i] -= (final - incidence) * ((leaves and spells[i][2] != "") - hazard) / n / (1 - hazard)
        survival *= 1 - hazard
    for value in influence:
        total += value**2
    return total


def exact_inverse(matrix: list[list[Fraction]]) -> list[list[Fraction]]:
    """The inverse by Gauss and Jordan in fractions."""
    size = len(matrix)
    rows = [[Fraction(x) for x in row] + [Fraction(int(i == j)) for j in range(size)] for i, row in enumerate(matrix)]
    for k in range(size):
        pivot = next(i for i in range(k, size) if rows[i][k])
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for i in range(size):
            if i != k and rows[i][k]:
                rows[i] = [x - rows[i][k] * y for x, y in zip(rows[i], rows[k], strict=True)]
    return [row[size:] for row in rows]
