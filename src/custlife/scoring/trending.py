"""A score over time: how it moved, how steeply, and how far it fell."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.framing import Framed
from custlife.calendar import from_us, instant, periods, to_us
from custlife.customers import Customer
from custlife.errors import UsageError, UsageTypeError
from custlife.pictures import Table
from custlife.scoring.judging import checked_scorer, judged, name_of
from custlife.scoring.points import shortly
from custlife.scoring.registry import resolved
from custlife.scoring.request import facts_of, request_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.calendar import Every, Instant
    from custlife.customers.entries import GivenFacts
    from custlife.scoring.judging import Scorer
    from custlife.scoring.value import Score

__all__ = ["Trend", "moments", "trend"]

COLUMNS: dict[str, Any] = {"at": datetime, "value": float | None, "grade": str, "completeness": float}


def moments(every: Every, as_of: datetime, last: int, tz: str) -> tuple[datetime, ...]:
    """The starts of the last periods, and the moment of looking; rising."""
    if type(last) is not int or last < 1:
        raise UsageError(f"last={last!r} is no number of periods", "pass last=12")
    grid, until = periods(every, tz=tz), to_us(as_of)
    here = grid.index(until)
    starts = [grid.start(index) for index in range(here - last + 1, here + 1)]
    return tuple(from_us(us) for us in dict.fromkeys((*starts, until)))


@attrs.frozen(repr=False, str=False)
class Trend(Framed):
    """One customer's score at the starts of some periods, and at the moment of looking.

    Attributes:
        name: What the scorer is called.
        customer: Whom it is about.
        every: The period.
        scores: The scores, rising in time; each as it would have been then.
    """

    name: str
    customer: str
    every: str
    scores: tuple[Score, ...]

    @property
    def values(self) -> tuple[float | None, ...]:
        """The values alone."""
        return tuple(one.value for one in self.scores)

    @property
    def slope(self) -> float | None:
        """Points a day, by least squares over the known scores; None where there are fewer than two."""
        known = _known(self.scores)
        if len(known) < 2:
            return None
        start = known[0][0]
        x = [(at - start).total_seconds() / 86_400 for at, _ in known]
        y = [value for _, value in known]
        mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
        below = sum((one - mean_x) ** 2 for one in x)
        return sum((one - mean_x) * (other - mean_y) for one, other in zip(x, y, strict=True)) / below

    @property
    def change(self) -> float | None:
        """The latest known score less the one before; None where there are fewer than two."""
        known = _known(self.scores)
        return known[-1][1] - known[-2][1] if len(known) > 1 else None

    @property
    def drop(self) -> float | None:
        """How far the latest known score is below the highest; 0 at the top, None where nothing is known."""
        known = _known(self.scores)
        return max(value for _, value in known) - known[-1][1] if known else None

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return dict(COLUMNS)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each moment."""
        return [
            {"at": one.as_of, "value": one.value, "grade": one.grade, "completeness": one.completeness}
            for one in self.scores
        ]

    def table(self) -> Table:
        """The moments as a table for people."""
        rows = [
            (f"{one.as_of:%Y-%m-%d %H:%M}", None if one.value is None else f"{one.value:.1f}", one.grade)
            for one in self.scores
        ]
        told = [] if self.slope is None else [f"{30 * self.slope:+.1f} points in 30 days."]
        told += [] if not self.drop else [f"{self.drop:.1f} below its highest."]
        title = f"{self.customer}: {self.name} by {self.every}"
        return Table(("at", "value", "grade"), rows, title=title, note=" ".join(told), align=("left", "right", "left"))

    def __repr__(self) -> str:
        return f"<Trend of {self.name} for {self.customer!r}, {len(self.scores)} moments>"

    def __str__(self) -> str:
        return self.table().text(width=120)

    def _repr_html_(self) -> str:
        return self.table().html()


def _known(scores: Sequence[Score]) -> list[tuple[datetime, float]]:
    return [(one.as_of, one.value) for one in scores if one.value is not None and one.as_of is not None]


def trend(
    scorer: Scorer | str,
    customer: Customer,
    *,
    as_of: Instant,
    every: Every = "month",
    last: int = 12,
    facts: GivenFacts = (),
    tz: str = "UTC",
) -> Trend:
    """How a score moved: at the start of each of the last periods and at *as_of*, always as it would have been then.

    Facts without a date hold at every moment, so a trend shows nothing of their past.

    Args:
        scorer: A callable of one `ScoreRequest`, or a registered name.
        customer: The customer.
        as_of: The moment of looking.
        every: `day`, `week`, `month`, `quarter` or `year`.
        last: How many periods, the current one included.
        facts: What other systems know, as for `cl.score`.
        tz: The zone of periods.

    Raises:
        UsageError: `last` is no number of periods, or a hook returned what is no score.

    Examples:
        >>> from custlife import Customer, presets
        >>> from custlife.scoring import HealthScore, events, measure
        >>> health = HealthScore([measure("logins", events("login", within="30 days"), worst=0, best=4)])
        >>> acme = Customer("acme", presets.bruxt5, events=[("login", "2026-01-05T09:00Z")])
        >>> acme = acme.track("login", at="2026-02-25T09:00Z")
        >>> trend(health, acme, as_of="2026-03-10T00:00Z", last=3).values
        (None, 25.0, 25.0, 25.0)
    """
    hook = checked_scorer(resolved(scorer))
    if not isinstance(customer, Customer):
        raise UsageTypeError(f"customer={shortly(customer)} is not a Customer", "pass one Customer")
    grid = moments(every, instant(as_of, name="as_of"), last, tz)
    known = facts_of(customer.id, facts) if facts else ()
    found = tuple(judged(hook, request_at(customer, at, known)) for at in grid)
    return Trend(name_of(hook), customer.id, every, found)
