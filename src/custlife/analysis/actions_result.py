"""The answer to which actions go with won deals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.result import Result, percent
from custlife.analysis.splitting import head, label, picked
from custlife.analysis.wording import counted, plural
from custlife.pictures import Ranges

if TYPE_CHECKING:
    from custlife.analysis.actions import ActionsAgainstWins
    from custlife.analysis.result import About
    from custlife.engines.gathers import Group
    from custlife.pictures import Picture
    from custlife.stats import OddsRatio, PooledOddsRatio

__all__ = ["Action", "ActionsResult"]


@attrs.frozen
class Action:
    """One action against the deals won, for one segment: a two-by-two table and what it says.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        action: The event.
        won_with: Deals won in which it occurred from their start on and before the close.
        lost_with: Deals lost in which it did.
        won_without: Deals won in which it did not.
        lost_without: Deals lost in which it did not.
        plain: Odds ratio of the whole table; what takes longer has more of everything, so see `pooled`.
        p_value: Fisher's exact test of the whole table, two-sided; None where a row or column of it is empty.
        adjusted: The p-value adjusted for the number of actions tested in the segment (Benjamini-Hochberg).
        pooled: Odds ratio of deals that were open about as long, by Mantel and Haenszel over bands of time.
    """

    segment: Group
    action: str
    won_with: int
    lost_with: int
    won_without: int
    lost_without: int
    plain: OddsRatio
    p_value: float | None
    adjusted: float | None
    pooled: PooledOddsRatio

    @property
    def rate_with(self) -> float | None:
        """Won of the deals closed with the action; None where there is none."""
        n = self.won_with + self.lost_with
        return self.won_with / n if n else None

    @property
    def rate_without(self) -> float | None:
        """Won of the deals closed without it; None where there is none."""
        n = self.won_without + self.lost_without
        return self.won_without / n if n else None

    @property
    def label(self) -> str:
        """Segment and action in one text."""
        return label(self.segment, self.action)


@attrs.frozen(str=False, repr=False)
class ActionsResult(Result):
    """The answer of a question of actions against won deals.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment and action, the strongest association first.
        open: Deals that have not closed, and are in no table.
        remarks: What else was left out.
    """

    question: ActionsAgainstWins
    about: About
    rows: tuple[Action, ...]
    open: int
    remarks: tuple[str, ...] = ()

    def __getitem__(self, action: str) -> Action:
        """The row of an action; of a segment and an action by the row's label.

        Raises:
            UnknownNameError: There is no such row.
        """
        return picked(self.rows, "row", action, [row.label for row in self.rows])

    def title(self) -> str:
        """One line that says what was asked."""
        return f"Actions before the close, against {plural(0, self.about.unit)} won"

    def footnotes(self) -> tuple[str, ...]:
        """The warning that this is association, and how the numbers were made."""
        bands = self.question.bands if isinstance(self.question.bands, int) else len(self.question.bands) + 1
        unit, units = self.about.unit, plural(0, self.about.unit)
        return (
            f"Association, not cause: {units} likely to be won draw actions.",
            "Only what was done from the start and before the close counts.",
            f"Like with like: Mantel-Haenszel over {bands} bands of the time that {units} were open.",
            "p: Fisher's exact test of the whole table, adjusted for the number of actions (Benjamini-Hochberg).",
            *([f"Left out: {counted(self.open, f'open {unit}')}."] if self.open else []),
            *self.remarks,
        )

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        numbers = (
            "win_rate_with", "win_rate_without", "odds_ratio", "odds_ratio_low", "odds_ratio_high", "p_value",
            "adjusted_p_value", "like_odds_ratio", "like_odds_ratio_low", "like_odds_ratio_high",
        )  # fmt: skip
        return {
            **dict.fromkeys(self.question.by, str | None),
            "action": str,
            **dict.fromkeys(COUNTS, int),
            **dict.fromkeys(numbers, float | None),
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment and action."""
        return [
            {
                **head(self.question.by, row.segment),
                "action": row.action,
                **{name: getattr(row, name) for name in COUNTS},
                "win_rate_with": row.rate_with,
                "win_rate_without": row.rate_without,
                "odds_ratio": row.plain.value,
                "odds_ratio_low": row.plain.low,
                "odds_ratio_high": row.plain.high,
                "p_value": row.p_value,
                "adjusted_p_value": row.adjusted,
                "like_odds_ratio": row.pooled.value,
                "like_odds_ratio_low": row.pooled.low,
                "like_odds_ratio_high": row.pooled.high,
            }
            for row in self.rows
        ]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them."""
        return [
            {
                **head(self.question.by, row.segment),
                "action": row.action,
                "won with": _of(row.won_with, row.won_with + row.lost_with),
                "won without": _of(row.won_without, row.won_without + row.lost_without),
                "odds ratio": _ratio(row.plain),
                "like with like": _ratio(row.pooled),
                "p, adjusted": _chance(row.adjusted),
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """The odds ratio of each action, like with like, on a scale of doublings: right of 0 goes with winning."""
        rows = [row for row in self.rows if row.pooled.value]
        found = [row.pooled for row in rows]
        return Ranges(
            tuple(row.label for row in rows),
            [_doublings(one.value) for one in found],
            [_doublings(one.low) for one in found],
            [_doublings(one.high) for one in found],
            title=self.title(),
            note="Doublings of the odds of winning; at the end of each line the odds ratio.",
            ends=tuple(f"{one.value:.2f}" for one in found),
        )


def _doublings(value: float | None) -> float | None:
    return math.log2(value) if value else None


COUNTS = ("won_with", "lost_with", "won_without", "lost_without")


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole}" + (f" ({percent(part / whole)})" if whole else "")


def _chance(p: float | None) -> str | None:
    return None if p is None else f"{p:.3f}" if p >= 0.0005 else "< 0.001"


def _ratio(one: OddsRatio | PooledOddsRatio) -> str | None:
    if one.value is None or one.low is None or one.high is None:
        return None
    return f"{one.value:.2f} ({one.low:.2f}–{one.high:.2f})"
