"""Everything that is odd about the rows of a log, at once: what a person should look at before trusting a number."""

from __future__ import annotations

from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.framing import Framed
from custlife.calendar import from_us
from custlife.engines import odd_rows
from custlife.pictures import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.engines.history import History
    from custlife.engines.sources.asked import Asked

__all__ = ["Check", "Finding", "checked"]

MEANINGS = {
    "dropped": "rows that could not be used",
    "illegal": "moves that the policy refuses",
    "gap": "moves that took longer or shorter than their transition expects",
    "reason": "moves without the reason that their transition requires",
    "tie": "different entries at one instant, put in order by position on the path",
    "repeat": "rows that name the stage already held",
}
RANKS = {"dropped": 0, "illegal": 1, "gap": 2, "reason": 2, "tie": 3, "repeat": 4}

NOTHING = "nothing to look at."

Place = tuple[int, str, int]
"""The rank of a kind, the unit, and the instant in microseconds; or the number of a row."""


@attrs.frozen
class Finding:
    """One thing to look at.

    Attributes:
        kind: `dropped`, `illegal`, `gap`, `reason`, `tie` or `repeat`.
        where: The line or row; or the customer, and when.
        what: What was found.
    """

    kind: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}: {self.what}"


@attrs.frozen(str=False)
class Check(Framed):
    """All findings about a log; true where there are none. It hands them on as answers do: `to_frame`, `to_dicts`, ...

    Attributes:
        findings: All of them, by kind and then by customer and time; gaps and missing reasons side by side.
        notes: What was done to the rows, as the log tells it.
    """

    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __bool__(self) -> bool:
        return not self.findings

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return dict.fromkeys(("kind", "where", "what"), str)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each finding."""
        return [{"kind": found.kind, "where": found.where, "what": found.what} for found in self]

    def counts(self) -> dict[str, int]:
        """How many findings there are of each kind."""
        return {kind: sum(found.kind == kind for found in self) for kind in MEANINGS}

    def table(self, limit: int = 20) -> Table:
        """The first findings as a table.

        Args:
            limit: How many to show.
        """
        rows = [(found.kind, found.where, found.what) for found in self.findings[:limit]]
        title = f"Check: the first {limit:,} of {len(self):,}" if limit < len(self) else "Check"
        counted = [f"{MEANINGS[kind]}: {count:,}" for kind, count in self.counts().items() if count]
        return Table(("kind", "where", "what"), rows, title=title, note="; ".join(counted) or NOTHING)

    def __str__(self) -> str:
        found = self.table().text(width=120).rstrip() if self.findings else f"Check: {NOTHING}"
        return "\n".join([found, *(f"  {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        return self.table().html() if self.findings else f'<p class="cl-note">Check: {NOTHING}</p>'


def checked(asked: Asked, notes: tuple[str, ...]) -> Check:
    """The findings about the rows seen, which need not open spells."""
    placed = sorted(chain.from_iterable(asked.map(findings)), key=itemgetter(0))
    return Check(tuple(found for _, found in placed), notes)


def findings(seen: History) -> list[tuple[Place, Finding]]:
    """The findings about some rows, each with its place among those about all rows."""
    found = [(_of_row(where), Finding("dropped", where, what)) for where, what in seen.dropped]
    for kind, unit, us, what in odd_rows(seen):
        where = f"{seen.unit} {unit!r} at {from_us(us).isoformat()}"
        found.append(((RANKS[kind], unit, us), Finding(kind, where, what)))
    return found


def _of_row(where: str) -> Place:
    """The place of what was dropped: by its number, where it is a row or a line."""
    word, _, number = where.partition(" ")
    return (0, "", int(number)) if word in {"row", "line"} and number.isdecimal() else (0, where, 0)
