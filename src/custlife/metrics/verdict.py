"""Verdicts: what a reading says of a goal, with respect to chance and to time.

Two questions decide. Chance: does the value reach the goal, and is that clear even at the other end of its interval?
Time: is the due date still ahead, and are units pending that may still change the value? The table is all there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from datetime import datetime

    from custlife.metrics.reading import Number, Reading
    from custlife.metrics.target import Target
    from custlife.stats import Interval

__all__ = ["STATES", "Verdict", "decided", "verdict_table"]

STATES = ("met", "on_track", "too_early", "not_enough_data", "missed")
CHANCES = ("none", "clearly reached", "reached", "not reached", "clearly not reached")
TIMES = ("ahead", "pending", "settled")

DECISIONS = {
    "none": ("too_early", "too_early", "not_enough_data"),
    "clearly reached": ("on_track", "met", "met"),
    "reached": ("on_track", "on_track", "on_track"),
    "not reached": ("too_early", "too_early", "not_enough_data"),
    "clearly not reached": ("too_early", "missed", "missed"),
}
"""For each answer of chance the verdict: while the due date is ahead; after it with units pending; with none."""

SAID = {
    "none": "there is no value",
    "clearly reached": "the goal is reached, even at the worse end of the interval",
    "reached": "the value reaches the goal, but the worse end of its interval does not",
    "not reached": "the value does not reach the goal, but the better end of its interval does",
    "clearly not reached": "the goal is not reached, even at the better end of the interval",
}
WHEN = {
    "ahead": "the due date is ahead",
    "pending": "{pending:,} {are} still pending",
    "settled": "nothing is pending",
}


@attrs.frozen(kw_only=True)
class Verdict:
    """What became of a target.

    - `met`: reached, clearly, and the due date has come.
    - `on_track`: reached, but by less than chance allows for, or before the due date.
    - `too_early`: not reached (or no value yet), but the due date is ahead or units are pending that may change it.
    - `not_enough_data`: not reached (or no value at all), but by less than chance allows for, and nothing to wait for.
    - `missed`: not reached, clearly, and the due date has come.

    Without a due date the moment of looking is the due date. A value without an interval is taken as exact.

    Attributes:
        state: `met`, `on_track`, `too_early`, `not_enough_data` or `missed`.
        target: The target.
        reading: The reading it was judged by.
        why: The reason, in a sentence.
        parts: The verdicts of the segments, where the target asks each of them; the state is then the worst of them.
    """

    state: str
    target: Target
    reading: Reading
    why: str
    parts: tuple[Verdict, ...] = ()

    @property
    def goal(self) -> str:
        """What should be reached, in words; money in the currency of the reading."""
        return self.target.goal_in(self.reading.unit)

    @property
    def ok(self) -> bool:
        """Whether nothing was missed."""
        return self.state != "missed"

    @property
    def as_of(self) -> datetime:
        """The moment of looking."""
        return self.reading.as_of

    def __str__(self) -> str:
        return f"{self.state}: {self.reading.text}, target {self.goal}; {self.why}{self.reading.doubt}"


def decided(target: Target, reading: Reading, *, is_due: bool) -> tuple[str, str]:
    """State and reason of one reading."""
    chance = chance_of(reading, target.at_least, target.at_most)
    time = "ahead" if not is_due else "pending" if reading.pending else "settled"
    why = reading.reason if chance == "none" else SAID[chance]
    when = WHEN[time].format(pending=reading.pending, are="is" if reading.pending == 1 else "are")
    return DECISIONS[chance][TIMES.index(time)], f"{why}; {when}"


def chance_of(reading: Reading, at_least: Number | None, at_most: Number | None) -> str:
    """Whether a value reaches its goals, and whether both ends of its interval say so, too."""
    if reading.value is None:  # a median that is not reached may still be known to be above a goal
        return "clearly not reached" if reading.interval and _apart(reading.interval, at_least, at_most) else "none"
    value, interval = reading.value, reading.interval
    if _reached(value, value, at_least, at_most):
        is_clear = interval is None or _reached(interval.low, interval.high, at_least, at_most)
        return "clearly reached" if is_clear else "reached"
    return "clearly not reached" if interval is None or _apart(interval, at_least, at_most) else "not reached"


def _apart(interval: Interval, at_least: Number | None, at_most: Number | None) -> bool:
    """Whether all of an interval lies on the wrong side of a goal."""
    return (at_least is not None and interval.high < at_least) or (at_most is not None and interval.low > at_most)


def _reached(low: Number, high: Number, at_least: Number | None, at_most: Number | None) -> bool:
    return (at_least is None or low >= at_least) and (at_most is None or high <= at_most)


def verdict_table() -> str:
    """The decision table as Markdown, from the one that is looked things up in.

    Examples:
        >>> print(verdict_table().splitlines()[0])
        | the value | due date ahead | due, some pending | due, none pending |
    """
    head = ["| the value | due date ahead | due, some pending | due, none pending |", "| --- | --- | --- | --- |"]
    rows = [
        f"| {SAID[chance]} | " + " | ".join(f"`{state}`" for state in DECISIONS[chance]) + " |" for chance in CHANCES
    ]
    return "\n".join([*head, *rows])
