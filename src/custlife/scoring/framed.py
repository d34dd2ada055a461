"""Scores of whole frames: one row for each customer, one column for each measure, equal to the scores one by one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.framing import Framed
from custlife.errors import MissingExtraError, UnknownNameError, UsageError
from custlife.pictures import Table
from custlife.scoring.measures import Override
from custlife.scoring.points import FULL, ONE, in_micro, whole_weights
from custlife.scoring.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from custlife.scoring.bands import Bands
    from custlife.scoring.health import HealthScore
    from custlife.scoring.measures import Measure

__all__ = ["FrameScores", "score_frame"]


@attrs.frozen(eq=False, repr=False, str=False)
class FrameScores(Framed):
    """The scores of the rows of a frame, in their order.

    Attributes:
        name: What the score is called.
        values: One value a row, as an array of floats; NaN where there is none.
        completeness: The share of the weight that is known, one a row.
        customers: Ids, where a column with them was named.
    """

    name: str
    values: Any
    completeness: Any
    customers: tuple[str | None, ...] | None = None
    _bands: Bands | None = None
    _kind: str | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def grades(self) -> list[str]:
        """The band of each value; empty where there is no value or no bands."""
        bands = self._bands
        return ["" if bands is None or value != value else bands.of(value) for value in self.values.tolist()]  # noqa: PLR0124  # NaN alone differs from itself

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        ids = {} if self.customers is None else {"customer": str | None}
        return {**ids, "value": float | None, "grade": str, "completeness": float}

    def to_columns(self) -> dict[str, list[Any]]:
        """The rows as one list a column."""
        values = [None if value != value else value for value in self.values.tolist()]  # noqa: PLR0124  # NaN only
        ids = {} if self.customers is None else {"customer": list(self.customers)}
        return {**ids, "value": values, "grade": self.grades, "completeness": self.completeness.tolist()}

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each row of the frame."""
        columns = self.to_columns()
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def table(self, limit: int = 20) -> Table:
        """The first of them as a table for people."""
        rows = [tuple(row.values()) for row in self.to_dicts()[:limit]]
        note = f"The first {limit} of {len(self):,}." if len(self) > limit else ""
        return Table(tuple(self.column_types()), rows, title=f"{self.name}: {len(self):,} rows", note=note)

    def __repr__(self) -> str:
        return f"<FrameScores of {self.name}: {len(self):,} rows>"

    def __str__(self) -> str:
        return self.table().text(width=110)

    def _repr_html_(self) -> str:
        return self.table().html()

    def _origin(self) -> str | None:
        return self._kind


def score_frame(
    health: HealthScore, native: Any, columns: Mapping[str, str] | None, customer_col: str | None
) -> FrameScores:
    """The scores of the rows of a frame; see `HealthScore.on_frame`."""
    try:
        from custlife.engines.arrays.weighing import Bound, met, weighed
        from custlife.engines.sources.rating import opened
    except ModuleNotFoundError as error:
        raise MissingExtraError("scores of a frame", "frames") from error
    stale = [one.name for one in health.measures if one.stale_after is not None]
    if stale:
        raise UsageError(
            f"measures {stale!r} go stale, and a column says not when", "leave out stale_after=, or score_all"
        )
    where = _columns(health, columns or {})
    rows = opened(native, [*where.values(), *([customer_col] if customer_col else [])])
    weights = whole_weights(one.weight for one in health.measures)
    terms = [
        _term(health, one, weight, rows, where[one.name]) for one, weight in zip(health.measures, weights, strict=True)
    ]
    bounds = []
    for one in health.ordered_overrides:
        limit = one.at_most if one.at_most is not None else one.at_least or 0
        held = met(rows.coded(where[one.name]), partial(_holds, one))
        bounds.append(Bound(held, in_micro(limit), one.at_most is not None))
    means, known = weighed(terms, bounds, rows.count)
    values = means / ONE
    values[means < 0] = float("nan")
    ids = None if customer_col is None else tuple(rows.texts(customer_col))
    return FrameScores(health.name, values, known / sum(weights), ids, health.bands, rows.kind)


def _columns(health: HealthScore, given: Mapping[str, str]) -> dict[str, str]:
    """The column of each measure and override: the one given, else the fact, else the name."""
    everything: Sequence[Measure | Override] = (*health.measures, *health.overrides)
    names = [one.name for one in everything]
    for name in given:
        if name not in names:
            raise UnknownNameError("measure", name, names)
    found = {}
    for one in everything:
        reads = one.when.reads if isinstance(one, Override) else one.reads
        found[one.name] = given.get(one.name, reads.of[0] if reads.kind == "fact" else one.name)
    if len(found) < len(names):
        raise UsageError("a measure and an override share a name", "give each its own, so that each has a column")
    return found


def _term(health: HealthScore, one: Measure, weight: int, rows: Any, column: str) -> Any:
    from custlife.engines.arrays.weighing import Line, Term, looked_up

    instead = health.instead(one)
    numbers = rows.floats(column)
    if numbers is not None and one.worst is not None:
        values, gone = numbers
        return Term(Line(values, one.worst, one.scale, FULL), weight, gone, instead)
    ratings, gone = looked_up(rows.coded(column), one.level)
    return Term(ratings, weight, gone, instead)


def _holds(one: Override, value: Any) -> bool | None:
    return one.when.met(Reading(value))
