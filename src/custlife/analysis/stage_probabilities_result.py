"""The answer of a question of stage probabilities: where they stand over time, and how long they spend where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.result import DAY, Result, with_interval
from custlife.analysis.splitting import head, picked
from custlife.analysis.wording import counted, plural
from custlife.calendar import span as as_span
from custlife.errors import UsageError
from custlife.pictures import Lines, Series

if TYPE_CHECKING:
    from datetime import timedelta

    from custlife.analysis.result import About
    from custlife.analysis.stage_probabilities import StageProbabilities
    from custlife.analysis.stage_probabilities_part import StageProbability, StageProbabilityPart
    from custlife.calendar import Span
    from custlife.pictures import Picture
    from custlife.stats import Interval

__all__ = ["StageProbabilitiesResult"]

STEPS = 180  # points of a picture


@attrs.frozen(str=False, repr=False)
class StageProbabilitiesResult(Result):
    """The answer of a question of stage probabilities.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        parts: One for each segment; a single one where nothing was split.
        truncated: Units in no part, as they came to the origin before they were observed.
    """

    question: StageProbabilities
    about: About
    parts: tuple[StageProbabilityPart, ...]
    truncated: int

    @property
    def whole(self) -> StageProbabilityPart:
        """The only part.

        Raises:
            UsageError: The probabilities were split.
        """
        if len(self.parts) != 1:
            raise UsageError(
                f"the probabilities have {len(self.parts)} parts", "pick one of result.parts, or a row by its label"
            )
        return self.parts[0]

    @property
    def rows(self) -> tuple[StageProbability, ...]:
        """The rows of all parts, at the horizon."""
        return tuple(row for part in self.parts for row in part.rows)

    def __getitem__(self, wanted: str) -> StageProbability:
        """The row of a stage at the horizon; of a segment and a stage by the row's label, such as `"pro · intent"`.

        Raises:
            UnknownNameError: There is no such row.
        """
        return picked(self.rows, "row", wanted, [row.label for row in self.rows])

    def at(self, time: Span | timedelta | str) -> tuple[StageProbability, ...]:
        """The rows of all parts at another time since the start.

        Args:
            time: In hours or days, a day being 24 hours; at most the horizon.

        Raises:
            UsageError: The time has no fixed length, or lies beyond the horizon.

        Examples:
            >>> from custlife import days, simulate
            >>> found = simulate.b2b(80).stage_probabilities("connection", days(90))
            >>> [row.stage for row in found.at(days(30))][:2]
            ['outreach', 'connection']
        """
        wanted = as_span(time, name="time")
        if wanted == self.question.horizon:
            return self.rows
        if wanted.months:
            raise UsageError(f"time={wanted} has no fixed length", "write it in days or hours: cl.days(30)")
        us = wanted.days * DAY + wanted.us
        if self.entered and us > max(part.horizon_days * DAY for part in self.parts):
            raise UsageError(
                f"time={wanted} lies beyond horizon={self.question.horizon}", "ask again with a later horizon"
            )
        return tuple(row for part in self.parts for row in part.at_us(us))

    @property
    def entered(self) -> int:
        """Units that came to the origin, in all parts."""
        return sum(part.entered for part in self.parts)

    def title(self) -> str:
        """One line that says what was asked."""
        q = self.question
        return f"Where {counted(self.entered, self.about.unit)} stand {q.horizon} after {q.origin}"

    def footnotes(self) -> tuple[str, ...]:
        """How the probabilities were estimated, and what was left out."""
        q = self.question
        method = f"by jackknife over {q.folds} folds of units" if q.interval == "jackknife" else "by Greenwood"
        notes = [f"Aalen-Johansen, censored at as_of only; {100 * q.level:g} % intervals {method}."]
        notes.append("Expected days: from the start until then.")
        imputed = sum(part.imputed for part in self.parts)
        if imputed:
            notes.append(f"{imputed:,} moved past {q.origin} and count from then on.")
        if self.truncated:
            notes.append(f"{self.truncated:,} came to {q.origin} before they were observed: left out.")
        short = [part for part in self.parts if part.seen_days < part.horizon_days]
        if short:
            most = max(part.seen_days for part in short)
            notes.append(f"Nobody was seen for more than {most:,.1f} days: read it earlier, with .at(cl.days(...)).")
        return tuple(notes)

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        shares = ("share", "low", "high", "expected_days", "expected_low_days", "expected_high_days")
        return {
            **dict.fromkeys(self.question.by, str | None),
            "entered": int,
            "stage": str,
            "days": float,
            **dict.fromkeys(shares, float | None),
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment and stage, at the horizon."""
        return [
            {
                **head(self.question.by, row.segment),
                "entered": part.entered,
                "stage": row.stage,
                "days": row.days,
                "share": row.share,
                "low": row.interval.low if row.interval else None,
                "high": row.interval.high if row.interval else None,
                "expected_days": row.expected_days,
                "expected_low_days": row.expected_interval.low if row.expected_interval else None,
                "expected_high_days": row.expected_interval.high if row.expected_interval else None,
            }
            for part in self.parts
            for row in part.rows
        ]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them: shares in percent and days to one decimal, with their intervals."""
        return [
            {
                **head(self.question.by, row.segment),
                "stage": row.stage,
                "share": with_interval(row.share, row.interval),
                "expected days": _with_limits(row.expected_days, row.expected_interval),
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """Stacked areas of the stages over time: of the only part, or of the one with most units."""
        if not self.entered:
            return Lines((), title=self.title())
        part = max(self.parts, key=lambda part: part.entered)
        most = min(part.horizon_days, part.seen_days)
        times = [most * step / STEPS for step in range(STEPS + 1)]
        found = [part.shares(time) for time in times]
        areas = [
            Series(name, times, [sum(one[stage] for stage in stages) for one in found], style="area", tone=tone)
            for name, (tone, stages) in part.stacks().items()
            if most
        ]
        only = f"Only {part.label}: the segment with the most {plural(0, self.about.unit)}."
        note = only if len(self.parts) > 1 else ""
        return Lines(
            areas, title=self.title(), note=note, form="percent", x_label=f"days since {self.question.origin}",
            x_steps="days",
        )  # fmt: skip


def _with_limits(days: float | None, interval: Interval | None) -> str | None:
    if days is None or interval is None:
        return None if days is None else f"{days:,.1f}"
    return f"{days:,.1f} ({interval.low:,.1f}–{interval.high:,.1f})"
