"""Pipeline: the deals that are open, by stage, in count and in money, and how fast it moves."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.deals import DealQuestion, Money, currency_of, deals_of, money_of
from custlife.analysis.question import choice
from custlife.analysis.result import Result, days_of, decimal
from custlife.analysis.splitting import about, groups_of, head, label, picked, segment_test
from custlife.analysis.touch_steps import stage_codes
from custlife.analysis.wording import counted, plural
from custlife.engines.money import AMOUNTS_IN
from custlife.pictures import Bars, Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import ClassVar

    from custlife.analysis.result import About
    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting
    from custlife.engines.touching import Deal, Deals, DealTable
    from custlife.pictures import Picture

__all__ = ["OpenDeals", "Pipeline", "PipelineResult"]


@attrs.frozen
class Pipeline(DealQuestion):
    """The question of the open deals; `log.pipeline(...)` builds and asks it.

    Attributes:
        start: The stage with which a deal begins, also where it is passed over; None for the first of the path.
        won: The stage that wins it, or any further on; None for the first of a paying customer.
        lost: Exits that lose it; empty means all of them.
        reopened: `final`: who comes back from an exit is open again; `first`: it stays lost.
        by: Segments to split by, in force when the deal began.
        level: Nominal coverage of intervals, of which it has none.
        amounts_in: `auto`: amounts that are whole numbers are minor units, such as cents; or all amounts are in
            `major` or in `minor` units.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "stage", "state")

    amounts_in: str = "auto"

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        choice("amounts_in", self.amounts_in, AMOUNTS_IN)

    def requests(self, setting: Setting) -> list[Deals]:
        """The one table it needs; the money too, where the log has it."""
        has_money = "amount" in setting.values or "expected_close" in setting.values
        return [self.deals(setting, money=has_money, amounts_in=self.amounts_in)]

    def answer(self, setting: Setting, tables: list[Any]) -> PipelineResult:
        """The result, from the table of deals."""
        table: DealTable = {deal: n for deal, n in tables[0].items() if deal.state == "open"}
        currency, named = currency_of(table), setting.vocabulary.names
        request = self.deals(setting)
        path = [code for code in range(min(request.start), setting.vocabulary.path) if code not in request.won]
        rows = []
        for group in groups_of((deal.segment for deal in table), self.by):
            deals = deals_of(table, group)
            for code in [*path, *sorted({deal.stage for deal, _ in deals} - set(path))]:
                mine = [item for item in deals if item[0].stage == code]
                rows.append(_row(group, named[code], mine, currency, setting.as_of))
        has_money = "amount" in setting.values
        return PipelineResult(self, about(setting, self.by), tuple(rows), currency, has_money)

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:
        """Whether some tables have an open deal in a cell: `stage`, `state` (`open`, `overdue`), `segment`."""
        state = choice("state", cell.get("state", "open"), ("open", "overdue"))
        codes = stage_codes(setting, (cell["stage"],)) if "stage" in cell else None
        is_mine = segment_test(cell)
        return lambda tables: any(
            deal.state == "open"
            and is_mine(deal.segment)
            and (codes is None or deal.stage in codes)
            and (state == "open" or _is_overdue(deal, setting.as_of))
            for deal in tables[0]
        )


def _is_overdue(deal: Deal, as_of: int) -> bool:
    return deal.expected is not None and deal.expected < as_of


def _row(group: Group, stage: str, deals: list[tuple[Deal, int]], currency: str | None, as_of: int) -> OpenDeals:
    count = sum(n for _, n in deals)
    overdue = sum(n for deal, n in deals if _is_overdue(deal, as_of))
    begun = min((deal.start for deal, _ in deals), default=None)
    return OpenDeals(
        group, stage, count, money_of(deals, currency), overdue, None if begun is None else days_of(as_of - begun)
    )


@attrs.frozen
class OpenDeals:
    """The open deals of one stage and segment.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        stage: The stage they are in.
        deals: How many.
        money: Their amounts, as last known.
        overdue: Those whose expected close has passed.
        oldest_days: Age of the oldest one since it began, days; None where there is none.
    """

    segment: Group
    stage: str
    deals: int
    money: Money
    overdue: int
    oldest_days: float | None

    @property
    def amount(self) -> Decimal | None:
        """The sum of their amounts; None where the amount of none is known."""
        return self.money.amount

    @property
    def label(self) -> str:
        """Segment and stage in one text."""
        return label(self.segment, self.stage)


@attrs.frozen(str=False, repr=False)
class PipelineResult(Result):
    """The answer of a question of the pipeline.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment and stage in which a deal is open.
        currency: The currency of the amounts, where the log names one.
        has_money: Whether the log has amounts.
    """

    question: Pipeline
    about: About
    rows: tuple[OpenDeals, ...]
    currency: str | None
    has_money: bool

    def __getitem__(self, stage: str) -> OpenDeals:
        """The row of a stage; of a segment and a stage by the row's label.

        Raises:
            UnknownNameError: There is no such row.
        """
        return picked(self.rows, "row", stage, [row.label for row in self.rows])

    @property
    def deals(self) -> int:
        """How many deals are open."""
        return sum(row.deals for row in self.rows)

    @property
    def amount(self) -> Decimal | None:
        """The amounts of all open deals together; None where the amount of none is known."""
        known = [row.amount for row in self.rows if row.amount is not None]
        return sum(known, start=Decimal(0)) if known else None

    def title(self) -> str:
        """One line that says what was asked."""
        money = f", {self.currency}" if self.currency else ""
        return f"Pipeline: {counted(self.deals, f'open {self.about.unit}')} by stage{money}"

    def footnotes(self) -> tuple[str, ...]:
        """What is in no sum."""
        unknown = sum(row.money.unknown for row in self.rows)
        if not self.has_money:
            return ("The log has no amounts; name their column with amount_col=.",)
        have = "has" if unknown == 1 else "have"
        whose = f"{unknown:,} of {counted(self.deals, f'open {self.about.unit}')}"
        return (f"{whose} {have} no amount, and {'is' if unknown == 1 else 'are'} in no sum.",) if unknown else ()

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return {
            **dict.fromkeys(self.question.by, str | None),
            "stage": str,
            "deals": int,
            "amount": str | None,
            "without_amount": int,
            "overdue": int,
            "oldest_days": float | None,
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment and stage; amounts as text, exact to the last digit."""
        return [
            {
                **head(self.question.by, row.segment),
                "stage": row.stage,
                "deals": row.deals,
                "amount": None if row.amount is None else str(row.amount),
                "without_amount": row.money.unknown,
                "overdue": row.overdue,
                "oldest_days": row.oldest_days,
            }
            for row in self.rows
        ]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them."""
        return [
            {
                **head(self.question.by, row.segment),
                "stage": row.stage,
                plural(0, self.about.unit): row.deals,
                "amount": None if row.amount is None else f"{row.amount:,}",
                "overdue": row.overdue,
                "oldest, days": decimal(row.oldest_days),
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """Money by stage where there is any, else deals."""
        amounts = [float(row.amount or 0) for row in self.rows] if self.has_money else [row.deals for row in self.rows]
        name = (self.currency or "amount") if self.has_money else f"open {plural(0, self.about.unit)}"
        return Bars(tuple(row.label for row in self.rows), (Segment(name, amounts, "pending"),), title=self.title())
