"""Do two shares differ? The chi-square test with N - 1; where counts are small, the exact test of Fisher and Irwin."""

from __future__ import annotations

from typing import Final, Literal

import attrs

from custlife.stats.interval import check_name
from custlife.stats.proportions import checked_counts
from custlife.stats.special import chi_square_tail
from custlife.stats.two_by_two import fisher_exact

__all__ = ["TEST_METHODS", "ShareTest", "ShareTestMethod", "share_test"]

ShareTestMethod = Literal["campbell", "n-1", "fisher"]
TEST_METHODS: Final[tuple[ShareTestMethod, ...]] = ("campbell", "n-1", "fisher")


@attrs.frozen
class ShareTest:
    """What a test of two shares found.

    Attributes:
        p_value: Probability of shares at least as far apart, were there no difference; from 0 to 1. None where a group
            is empty.

        method: The test that was used: `n-1` or `fisher`; empty where none could be.

        statistic: The chi-square with one degree of freedom; None for the exact test.

        reason: Why there is no p-value; else empty.

    Examples:
        >>> print(share_test(0, 0, 3, 9))
        no test of shares: n1=0: a share of nothing
    """

    p_value: float | None
    method: str
    statistic: float | None = None
    reason: str = ""

    def __str__(self) -> str:
        if self.p_value is None:
            return f"no test of shares: {self.reason}"
        statistic = "" if self.statistic is None else f" {self.statistic:g}"
        return f"{self.method}{statistic}, p = {self.p_value:.3g}"


def share_test(k1: int, n1: int, k2: int, n2: int, *, method: ShareTestMethod = "campbell") -> ShareTest:
    """Tests whether two independent shares, `k1/n1` and `k2/n2`, come from the same probability; two-sided.

    Args:
        k1: How many of the first group have the property, from 0 to n1.

        n1: Size of the first group; with 0 there is no test.

        k2: How many of the second group have the property, from 0 to n2.

        n2: Size of the second group; with 0 there is no test.

        method: `n-1`: Pearson's chi-square times (N - 1) / N, N being everybody, without correction for continuity.
            `fisher`: the exact test of Fisher and Irwin, which adds up all tables with these margins that are no more
            likely than the one seen. `campbell`: the first where all four expected counts are 1 or more, else the
            second, which comes closest to its nominal level over all sizes.

    Raises:
        UsageTypeError: A count is not a whole number.
        UsageError: A count is negative, or a k exceeds its n.
        UnknownNameError: No such method.

    Source:
        Campbell (2007), Statistics in Medicine 26, 3661-3675. Irwin (1935), Metron 12, 83-94.

    Examples:
        >>> print(share_test(56, 70, 48, 80))
        n-1 6.97659, p = 0.00826
        >>> print(share_test(3, 4, 0, 20))
        fisher, p = 0.00198
    """
    k1, n1 = checked_counts("k1", k1, "n1", n1)
    k2, n2 = checked_counts("k2", k2, "n2", n2)
    check_name("method", method, TEST_METHODS)
    if not n1 or not n2:
        empty = " and ".join(f"n{i}=0" for i, n in ((1, n1), (2, n2)) if n == 0)
        return ShareTest(None, "", None, f"{empty}: a share of nothing")
    yes, everybody = k1 + k2, n1 + n2
    least = min(n1, n2) * min(yes, everybody - yes)  # the smallest expected count, times everybody
    if method == "fisher" or not least or (method == "campbell" and least < everybody):
        return ShareTest(fisher_exact(k1, n1 - k1, k2, n2 - k2), "fisher")
    spread = n1 * n2 * yes * (everybody - yes)
    statistic = (k1 * n2 - k2 * n1) ** 2 * (everybody - 1) / spread
    return ShareTest(chi_square_tail(statistic, 1), "n-1", statistic)
