"""The answer of content coverage: rows by stage, findings, and the same items across types, teams or profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.result import Result, decimal, percent
from custlife.errors import UnknownNameError
from custlife.pictures import Bars, Grid, Table
from custlife.playbook.content import TEXTS

if TYPE_CHECKING:
    from custlife.analysis.result import About
    from custlife.pictures import Picture
    from custlife.playbook.content import ContentItem
    from custlife.playbook.covering import CoverageQuestion
    from custlife.playbook.mistakes import Finding, Unjudged

__all__ = ["Coverage", "CoverageRow"]

COLUMNS: dict[str, Any] = {
    "stage": str,
    "items": int,
    "supply": float,
    "supply_share": float | None,
    "demand": float | None,
    "demand_share": float | None,
    "gap": float | None,
    "dated": int,
    "fresh": int,
    "fresh_share": float | None,
    "median_age_days": float | None,
}
SAID = {
    "headcount": "Demand: customers in the stage at as_of.",
    "drop_off": "Demand: moves from the stage into an exit.",
    "given": "Demand: as given.",
    None: "No demand is known: pass a log, or demand=.",
}


@attrs.frozen
class CoverageRow:
    """Content and customers at one stage.

    Attributes:
        stage: Key of the stage.
        label: Its name for people.
        items: Items that are for this stage, also those that are for others too.
        supply: The same in parts: an item for three stages is a third here.
        supply_share: Its share of the supply of all stages; None where there is none.
        demand: Customers, moves or the number given; None where it is not known.
        demand_share: Its share of all demand; None where there is none.
        gap: `demand_share - supply_share`: above 0 there is too little. Gaps add up to 0.
        dated: Items whose day of publication is known.
        fresh: Those among them published recently.
        fresh_share: `fresh / dated`; None where no day is known.
        median_age_days: Median time since publication, of the dated.
    """

    stage: str
    label: str
    items: int
    supply: float
    supply_share: float | None
    demand: float | None
    demand_share: float | None
    gap: float | None
    dated: int
    fresh: int
    fresh_share: float | None
    median_age_days: float | None


@attrs.frozen(str=False, repr=False)
class Coverage(Result):
    """Content beside where customers are, stage by stage.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each stage.
        findings: The common mistakes that show, each with its numbers and a hint.
        unjudged: The mistakes that cannot be judged, each with the reason.
        elsewhere: Titles of items that are for none of the stages.
        planned: Titles of items that are published only after the day of looking.
    """

    question: CoverageQuestion
    about: About
    rows: tuple[CoverageRow, ...]
    findings: tuple[Finding, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    elsewhere: tuple[str, ...] = ()
    planned: tuple[str, ...] = ()
    _held: tuple[tuple[ContentItem, tuple[str, ...]], ...] = ()
    _labels: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, stage: str) -> CoverageRow:
        """The row of a stage.

        Raises:
            UnknownNameError: It was not compared.
        """
        for row in self.rows:
            if stage in (row.stage, row.label):
                return row
        raise UnknownNameError("stage", stage, [row.stage for row in self.rows])

    def across(self, field: str) -> dict[str, dict[str, int]]:
        """How many items there are for each value of a field and each stage; items without one stand under `""`.

        Args:
            field: `team`, `type`, `profile`, `channel` or `message`.

        Raises:
            UnknownNameError: Items have no such field.
        """
        if field not in TEXTS:
            raise UnknownNameError("field of content", field, TEXTS)
        values = sorted({getattr(item, field) for item, _ in self._held}, key=lambda one: (one == "", one))
        found = {value: {row.stage: 0 for row in self.rows} for value in values}
        for item, stages in self._held:
            for stage in stages:
                found[getattr(item, field)][stage] += 1
        return found

    def grid(self, field: str) -> Grid:
        """The items across a field as a picture: a row for each value, a column for each stage; see `across`."""
        counts = self.across(field)
        rows = tuple(value or "(none)" for value in counts)
        cells = [list(by_stage.values()) for by_stage in counts.values()]
        return Grid(rows, [label for _, label in self._labels], cells, title=f"Items by {field.replace('_', ' ')}")

    def title(self) -> str:
        """One line that says what was asked."""
        kind = "Fresh content" if self.question.counts == "fresh" else "Content"
        return f"{kind} beside demand, {len(self.question.inventory):,} items"

    def footnotes(self) -> tuple[str, ...]:
        """How to read the rows, the findings, and what is in no row."""
        notes = [SAID[self.question.demand]]
        if self.question.demand is not None:
            notes.append("Gap = demand share - supply share: above 0 there is too little.")
        if not self._held:
            notes.append("No item counts for these stages, so there are no shares of supply.")
        if self.question.demand is not None and not any(row.demand for row in self.rows):
            notes.append("There is no demand at these stages, so there are no shares of it.")
        notes.append(f"Fresh: published within {self.question.fresh_within}.")
        notes += [f"For none of these stages: {len(self.elsewhere):,} items."] if self.elsewhere else []
        notes += [f"Planned, not counted: {len(self.planned):,} items."] if self.planned else []
        return tuple(notes)

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return dict(COLUMNS)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each stage."""
        return [{name: getattr(row, name) for name in COLUMNS} for row in self.rows]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them."""
        return [
            {
                "stage": row.label,
                "items": row.items,
                "supply": percent(row.supply_share),
                "demand": percent(row.demand_share),
                "gap, points": decimal(None if row.gap is None else 100 * row.gap),
                "fresh": percent(row.fresh_share),
                "median age, days": decimal(row.median_age_days),
            }
            for row in self.rows
        ]

    def findings_table(self) -> Table:
        """The findings as a table for people, with what cannot be judged in the note."""
        rows = [(one.mistake, one.said, one.hint) for one in self.findings]
        note = " ".join(f"{one}." for one in self.unjudged)
        return Table(
            ("mistake", "what shows", "what to do"), rows, title=f"{len(rows)} common mistakes show", note=note
        )

    def picture(self) -> Picture:
        """Supply beside demand, two bars a stage: the upper one is supply."""
        if self.question.demand is None:
            supplied = [row.supply_share or 0 for row in self.rows]
            names = [row.label for row in self.rows]
            return Bars(names, [("supply", supplied)], self.title(), SAID[None], form="percent")
        names, supply, demand, ends = [], [], [], []
        for row in self.rows:
            names += [row.label, ""]
            supply += [row.supply_share or 0, 0]
            demand += [0, row.demand_share or 0]
            ends += [percent(row.supply_share) or "–", percent(row.demand_share) or "–"]
        parts = [("supply", supply), ("demand", demand)]
        return Bars(names, parts, self.title(), " ".join(self.footnotes()), values=ends, form="percent")

    def __str__(self) -> str:
        return "\n\n".join((self.table().text(width=120), *map(str, self.findings), *map(str, self.unjudged)))

    def _repr_html_(self) -> str:
        return f"{self.table().html()}{self.findings_table().html()}{self.picture().svg()}"
