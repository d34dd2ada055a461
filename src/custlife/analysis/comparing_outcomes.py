"""Outcomes of segments compared: the share of one end at the horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.analysis.comparing import Comparison, compared, need_split
from custlife.analysis.contrasts import Contrast
from custlife.analysis.splitting import label
from custlife.engines.merging import MERGERS
from custlife.engines.passages import Passages
from custlife.errors import UnknownNameError, UsageError
from custlife.stats import incidence_difference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from custlife.analysis.comparing import ComparisonResult
    from custlife.analysis.outcomes import Outcomes
    from custlife.analysis.outcomes_result import OutcomePart, OutcomesResult

__all__ = ["OutcomeSide", "compared_outcomes"]

WON = "won"


@attrs.frozen(eq=False)
class OutcomeSide:
    """Who came to an origin, and what became of them.

    Attributes:
        question: The question of outcomes.
        parts: Segments.
        end: The end that is compared.
        merge: Makes a part from its counts.
    """

    question: Outcomes
    parts: tuple[OutcomePart, ...]
    end: str
    merge: Callable[..., OutcomePart]

    @property
    def n(self) -> int:
        """How many came to the origin."""
        return sum(part.entered for part in self.parts)

    def joined(self, others: Sequence[OutcomeSide]) -> OutcomeSide:
        """This side and others as one."""
        return attrs.evolve(self, parts=(*self.parts, *(part for other in others for part in other.parts)))

    def whole(self) -> OutcomePart | None:
        """All of them in one part; None without any."""
        if len(self.parts) < 2:
            return next(iter(self.parts), None)
        first = self.parts[0]
        tally = MERGERS[Passages]([{((), None): part._tally} for part in self.parts])[(), None]
        return self.merge(self.question, (), None, tally, dict(first._ends), first._longest)

    def less(self, other: OutcomeSide, *, level: float) -> Contrast:
        """The difference of the incidences at the horizon, with its test."""
        one, two = self.whole(), other.whole()
        if one is None or two is None or one.horizon_days is None or two.horizon_days is None:
            return Contrast(None, None, None, None, None, "", f"nobody came to {self.question.origin}")
        rows = one[self.end], two[self.end]
        why = next((row.why for row in rows if row.share is None), "")
        if why:
            return Contrast(rows[0].share, rows[1].share, None, None, None, "", why)
        at = max(one.horizon_days, two.horizon_days)
        found = incidence_difference(one.incidence[self.end], two.incidence[self.end], at=at, level=level)
        name = "" if found.p_value is None else "log(-log)"
        shares = found.first, found.second, found.difference, found.interval
        return Contrast(*shares, found.p_value, name, found.reason, at)


def compared_outcomes(
    result: OutcomesResult, against: str | None, end: str, merge: Callable[..., OutcomePart]
) -> ComparisonResult:
    """The comparison of one end; see `OutcomesResult.compare`.

    Args:
        result: The outcomes.
        against: The segment to compare with, or None.
        end: The end.
        merge: Makes a part from its counts.

    Raises:
        UsageError: The outcomes were not split or have no horizon, or nobody came to the end.
        UnknownNameError: There is no such segment or end.
    """
    q = result.question
    need_split(q.by, q.every, "outcomes")
    if q.horizon is None:
        raise UsageError("outcomes without a horizon are read at different times", "pass horizon=cl.days(90)")
    ends = [row.end for row in result.parts[0].rows[:-1]] if result.parts else [end]
    if end in result.unused:
        raise UsageError(f"nobody ended in {end!r}: nothing to compare", f"compare one of {', '.join(map(repr, ends))}")
    if end not in ends:
        raise UnknownNameError("end", end, ends)
    parts: dict[str | None, dict[str, OutcomeSide]] = {}
    for one in result.parts:
        cohort, name = (one.cohort, label(one.segment)) if one.segment else (None, one.cohort or "")
        parts.setdefault(cohort, {})[name] = OutcomeSide(q, (one,), end, merge)
    kind, what = ("won", " or ".join(result.won)) if end == WON else ("outcome", end)
    return compared(Comparison(q, against, kind, what, q.level), result.about, parts, OutcomeSide(q, (), end, merge))
