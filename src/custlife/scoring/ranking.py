"""Whom to turn to first, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.framing import Framed
from custlife.errors import UsageError, UsageTypeError
from custlife.pictures import Table
from custlife.scoring.points import several, shortly
from custlife.scoring.value import Score

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Priorities", "Priority", "prioritise"]

COLUMNS: dict[str, Any] = {
    "rank": int,
    "customer": str,
    "value": float,
    "grade": str,
    "qualifies": str,
    "completeness": float,
    "reasons": str,
}


@attrs.frozen
class Priority:
    """One lead in its place.

    Attributes:
        rank: 1 is first; leads with the same value and completeness share a rank.
        score: The score.
        reasons: The parts that moved it most, in words.
    """

    rank: int
    score: Score
    reasons: tuple[str, ...]


@attrs.frozen(repr=False, str=False)
class Priorities(Framed):
    """Leads from the highest score down; at equal scores, those of whom more is known first, then by id.

    Attributes:
        rows: The leads in their places.
        unscored: Scores without a value, by id.
    """

    rows: tuple[Priority, ...]
    unscored: tuple[Score, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Priority]:
        return iter(self.rows)

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return dict(COLUMNS)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each lead."""
        return [
            {
                "rank": row.rank,
                "customer": row.score.customer,
                "value": row.score.value,
                "grade": row.score.grade,
                "qualifies": row.score.qualifies,
                "completeness": row.score.completeness,
                "reasons": "; ".join(row.reasons),
            }
            for row in self.rows
        ]

    def table(self) -> Table:
        """The leads as a table for people."""
        rows = [
            (row["rank"], row["customer"], f"{row['value']:.1f}", row["grade"], row["qualifies"], row["reasons"])
            for row in self.to_dicts()
        ]
        note = f"{len(self.unscored):,} without a score." if self.unscored else ""
        names = ("rank", "customer", "value", "grade", "qualifies", "reasons")
        align = ("right", "left", "right", "left", "left", "left")
        return Table(names, rows, title=f"{len(self):,} in order", note=note, align=align)

    def __repr__(self) -> str:
        return f"<Priorities of {len(self):,}>"

    def __str__(self) -> str:
        return self.table().text(width=120)

    def _repr_html_(self) -> str:
        return self.table().html()


def prioritise(scores: Iterable[Score], *, limit: int | None = None, reasons: int = 3) -> Priorities:
    """Leads ranked by score, each with what moved it most.

    Args:
        scores: Scores, as `score_all` gives them.
        limit: Only the first so many.
        reasons: How many parts to name.

    Raises:
        UsageTypeError: Something that is no score.

    Examples:
        >>> from custlife.scoring import Part, Score
        >>> found = prioritise([Score(20, customer="bob"), Score(70, customer="ada", parts=[Part("demo", 70)])])
        >>> [(row.rank, row.score.customer, row.reasons) for row in found]
        [(1, 'ada', ('demo +70',)), (2, 'bob', ())]
    """
    if limit is not None and (type(limit) is not int or limit < 1):
        raise UsageError(f"limit={limit!r} is no number of leads", "pass limit=20")
    given = several(scores, "scores")
    for place, one in enumerate(given):
        if not isinstance(one, Score):
            raise UsageTypeError(f"scores[{place}]={shortly(one)} is not a Score", "pass cl.score_all(...)")
    known = sorted((one for one in given if one.value is not None), key=_order)
    rows: list[Priority] = []
    for place, one in enumerate(known[:limit], 1):
        tied = bool(rows) and _order(rows[-1].score)[:2] == _order(one)[:2]
        rows.append(Priority(rows[-1].rank if tied else place, one, _reasons(one, reasons)))
    unscored = sorted((one for one in given if one.value is None), key=_by_customer)
    return Priorities(tuple(rows), tuple(unscored))


def _order(one: Score) -> tuple[float, float, str]:
    return -(one.value or 0), -one.completeness, one.customer


def _by_customer(one: Score) -> str:
    return one.customer


def _reasons(one: Score, count: int) -> tuple[str, ...]:
    """The parts by size, those that say nothing left out."""
    moved = sorted((part for part in one.parts if part.points), key=lambda part: (-abs(part.points), part.name))
    return tuple(f"{part.name} {part.points:+.3g}" for part in moved[:count])
