"""Square systems of linear equations: Gaussian elimination with partial pivoting and one step of refinement.

The residual of the refinement is summed without rounding, so that the solution is close to the last digit unless
the matrix is nearly singular; the condition number tells.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Factored", "factor"]

Matrix = tuple[tuple[float, ...], ...]

SMALLEST = 1e-100


@attrs.frozen
class Factored:
    """A regular matrix, taken apart into triangles.

    Attributes:
        matrix: The matrix as given.

        triangles: The upper triangle, and below the diagonal the multipliers.

        order: The row of the matrix that stands in each row of the triangles.
    """

    matrix: Matrix
    triangles: Matrix
    order: tuple[int, ...]

    def solve(self, right: Sequence[float]) -> tuple[float, ...]:
        """The x with `matrix x = right`, refined once.

        Examples:
            >>> factor([[2, 1], [1, 3]]).solve([3, 4])
            (1.0, 1.0)
        """
        first = self._substitute(right)
        left = [_residual(row, first, b) for row, b in zip(self.matrix, right, strict=True)]
        return tuple(x + more for x, more in zip(first, self._substitute(left), strict=True))

    def inverse(self, *, refined: bool = True) -> Matrix:
        """The inverse, column by column.

        Examples:
            >>> factor([[2, 0], [0, 4]]).inverse()
            ((0.5, 0.0), (0.0, 0.25))
        """
        size = len(self.order)
        solve = self.solve if refined else self._substitute
        columns = [solve([float(i == j) for i in range(size)]) for j in range(size)]
        return tuple(zip(*columns, strict=True))

    def condition(self) -> float:
        """Largest row sum of the matrix times that of its inverse: what a relative error may grow by.

        Examples:
            >>> factor([[2, 0], [0, 4]]).condition()
            2.0
        """
        return max(1.0, _norm(self.matrix) * _norm(self.inverse(refined=False)))

    def _substitute(self, right: Sequence[float]) -> list[float]:
        found = [right[i] for i in self.order]
        size = len(found)
        for i, row in enumerate(self.triangles):
            found[i] -= math.fsum(row[j] * found[j] for j in range(i))
        for i in range(size - 1, -1, -1):
            row = self.triangles[i]
            found[i] = (found[i] - math.fsum(row[j] * found[j] for j in range(i + 1, size))) / row[i]
        return found


def factor(matrix: Sequence[Sequence[float]]) -> Factored | None:
    """The matrix ready to be solved, or None where it is singular: where a pivot is below 1e-100.

    Source:
        Golub & Van Loan (2013), Matrix Computations, 4th edition, sections 3.4 and 3.5.

    Examples:
        >>> factor([[1, 2], [2, 4]]) is None
        True
    """
    rows = [list(row) for row in matrix]
    order = list(range(len(rows)))
    for k in range(len(rows)):
        best = max(range(k, len(rows)), key=lambda i: abs(rows[i][k]))
        if abs(rows[best][k]) < SMALLEST:
            return None
        rows[k], rows[best] = rows[best], rows[k]
        order[k], order[best] = order[best], order[k]
        for row in rows[k + 1 :]:
            row[k] /= rows[k][k]
            for j in range(k + 1, len(rows)):
                row[j] -= row[k] * rows[k][j]
    return Factored(tuple(map(tuple, matrix)), tuple(map(tuple, rows)), tuple(order))


def _norm(matrix: Matrix) -> float:
    return max((math.fsum(map(abs, row)) for row in matrix), default=1.0)


def _residual(row: Sequence[float], x: Sequence[float], right: float) -> float:
    return math.fsum([right, *_products(row, x)])


def _products(row: Sequence[float], x: Sequence[float]) -> Iterator[float]:
    """Minus each product in two parts, the float nearest to it and what rounding took (Dekker 1971)."""
    for a, b in zip(row, x, strict=True):
        product = a * b
        (a1, a2), (b1, b2) = _halves(a), _halves(b)
        yield -product
        yield product - a1 * b1 - a2 * b1 - a1 * b2 - a2 * b2


def _halves(x: float) -> tuple[float, float]:
    large = 134217729.0 * x  # 2^27 + 1: half of the 53 bits each
    high = large - (large - x)
    return high, x - high
