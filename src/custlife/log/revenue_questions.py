"""The questions one can ask a log of recurring revenue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custlife.analysis.question import names
from custlife.analysis.steps import optional_span
from custlife.log.base import Log

if TYPE_CHECKING:
    from custlife.analysis.lives import PayingLivesResult
    from custlife.analysis.revenue_result import RevenueResult
    from custlife.log.questions import Length, Names

__all__ = ["RevenueQuestions"]


class RevenueQuestions(Log):
    """What can be asked of a log of recurring revenue."""

    def revenue_movements(
        self,
        *,
        every: str = "month",
        over: int = 1,
        currency: str | None = None,
        min_gap: Length | None = None,
        periods: int | None = None,
        by: Names = (),
        segment: str = "start",
        week_start: str = "monday",
    ) -> RevenueResult:
        """Recurring revenue at the start and the end of each period, and what moved it: in money and in customers.

        Movements are net for each customer, exhaustive and exclusive: new, reactivation (paid before, and nothing at
        the start), expansion, contraction, churn. They always add up to the change.

        Args:
            every: Length of the periods: `day`, `week`, `month`, `quarter` or `year`.
            over: How many periods back each row looks; 12 with months for retention over a year.
            currency: The currency to count, where there are several: they are never added up.
            min_gap: Who pays again within so long has never left, and paid on; churn is then counted when it is over.
            periods: The most periods to show, the last ones.
            by: Segments to split by.
            segment: Whether the segment at the `start` of what a row looks at counts, or that at the `end`.
            week_start: First day of weeks.

        Raises:
            UsageError: Several currencies, and none was chosen.
            HistoryError: Two levels at one instant, or movements that lead below zero.

        Examples:
            >>> from custlife import RevenueLog
            >>> rows = [("a", "2026-01-05T00:00Z", "100"), ("a", "2026-02-10T00:00Z", "0")]
            >>> answer = RevenueLog.from_rows(rows, as_of="2026-03-01T00:00Z").revenue_movements()
            >>> answer["2026-02"].churn, answer["2026-02"].grr
            (Decimal('100.00'), 0.0)
        """
        from custlife.analysis.revenue import RevenueMovements

        gap = optional_span(min_gap, "min_gap")
        return self.ask(RevenueMovements(every, over, currency, gap, periods, names(by), week_start, segment))

    def lives(self, *, every: str = "month", currency: str | None = None, by: Names = ()) -> PayingLivesResult:
        """How long customers pay: of those that first paid in each period, how many still did after 1, 2, ... of them.

        Args:
            every: `day`, `week`, `month`, `quarter` or `year`.
            currency: The currency to look at, where there are several.
            by: Segments to split by, in force at the first payment.

        Examples:
            >>> from custlife import RevenueLog
            >>> rows = [("a", "2026-01-05T00:00Z", "9"), ("b", "2026-01-09T00:00Z", "9")]
            >>> rows += [("b", "2026-02-10T00:00Z", "0")]
            >>> RevenueLog.from_rows(rows, as_of="2026-04-01T00:00Z").lives().survivors(2)
            (2, 1, 1)
        """
        from custlife.analysis.lives import PayingLives

        return self.ask(PayingLives(every, currency, names(by)))

    def members(self, question: Any, *, limit: int | None = None, **cell: Any) -> tuple[str, ...]:
        """The ids of the customers behind one cell of an answer, sorted.

        Args:
            question: A question or its answer.
            limit: The most ids to return.
            **cell: `period`, `state` (`start`, `new`, `reactivation`, `expansion`, `contraction`, `churn`, `end`) and
                `segment`.

        Raises:
            UnknownNameError: A word that does not name a cell of this question.
        """
        from custlife.analysis.members import members

        return members(question, self._asked, limit=limit, **cell)
