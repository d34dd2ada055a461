"""What answers to surveys come to: the request for a table of scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

if TYPE_CHECKING:
    from custlife.calendar import Periods
    from custlife.engines.gathers import Group

__all__ = ["ScoreTable", "Scores"]


@attrs.frozen
class Scores:
    """Answers by period, survey, scale and score.

    Attributes:
        periods: The calendar; None: all in one, period 0.
        repeats: `each` answer counts, or of each unit only the `last` to a survey in a period.
        by: Segments, in force at the answer.
    """

    periods: Periods | None = None
    repeats: str = "each"
    by: tuple[str, ...] = ()


ScoreTable: TypeAlias = "dict[tuple[Group, int, str, str | None, int | None], int]"
"""By group, period, survey, scale (such as `0-10`; None where none was told) and score (None: asked, not answered)."""
