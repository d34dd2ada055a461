"""The answer about recurring revenue: movements that add up to the change, and the rates made of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from custlife.analysis.result import Result
from custlife.analysis.splitting import head, label, picked
from custlife.engines.money import NO_CURRENCY, decimal_of, digits_of, in_one_sum, rounded
from custlife.errors import CustlifeError
from custlife.pictures import Columns, Segment

if TYPE_CHECKING:
    from custlife.analysis.result import About
    from custlife.analysis.revenue import RevenueMovements
    from custlife.engines.gathers import Group
    from custlife.pictures import Picture

Amounts: TypeAlias = tuple[Decimal, Decimal, Decimal, Decimal, Decimal, Decimal, Decimal]

__all__ = ["RevenueResult", "RevenueRow", "Tally"]


@attrs.frozen
class Tally:
    """What there was at the start, what moved it, and what there was at the end; what moved is never negative.

    Attributes:
        start: At the start.
        new: From nothing, where there never was anything before.
        reactivation: From nothing, where there was something before.
        expansion: From something to more.
        contraction: From something to less.
        churn: From something to nothing.
        end: At the end.
    """

    start: int = 0
    new: int = 0
    reactivation: int = 0
    expansion: int = 0
    contraction: int = 0
    churn: int = 0
    end: int = 0

    def checked(self, *, counts: bool) -> Tally:
        """Itself, if the movements add up to the change: of customers only those that come and go.

        Raises:
            CustlifeError: They do not.
        """
        came, went = self.new + self.reactivation, self.churn
        if not counts:
            came, went = came + self.expansion, went + self.contraction
        if self.start + came - went != self.end:
            raise CustlifeError(f"movements do not add up: {self}", "this is a defect of custlife; please report it")
        return self

    @property
    def kept(self) -> int:
        """What was paid at the end by those who paid at the start."""
        return self.start + self.expansion - self.contraction - self.churn

    @property
    def held(self) -> int:
        """The same without what was added: the lesser of start and end of each customer, then the sum."""
        return self.start - self.contraction - self.churn


@attrs.frozen
class RevenueRow:
    """One period of one segment: `end = start + new + reactivation + expansion - contraction - churn`, to the cent.

    Amounts are a month's recurring revenue. They are exact until they are shown; then they are rounded to the smallest
    unit of the currency, so that they still add up.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        period: Label of the period.
        is_complete: Whether observation covers all that the row looks at; if not, the rates are None.
        currency: The currency of all amounts; `none` where none was named.
        start: Recurring revenue at the start.
        new: Of customers that never paid before.
        reactivation: Of customers that paid before, and nothing at the start.
        expansion: What customers paid more than at the start.
        contraction: What they paid less, and still paid.
        churn: What those paid at the start that paid nothing at the end.
        end: Recurring revenue at the end.
        customers: How many customers are behind each amount.
        exact: The amounts in parts: 1/360 of the currency's smallest unit.
        nrr: Net revenue retention: what those who paid at the start paid at the end, by what they paid at the start;
            None where nobody paid at the start, or the row is not complete.
        grr: Gross revenue retention: the same without expansion, so at most 1.
        quick_ratio: `(new + reactivation + expansion) / (contraction + churn)`; None where nothing was lost.
        logo_churn: Customers that left by customers at the start.
        arpa: Average recurring revenue of a customer at the end; None where there is none.
    """

    segment: Group
    period: str
    is_complete: bool
    currency: str
    start: Decimal
    new: Decimal
    reactivation: Decimal
    expansion: Decimal
    contraction: Decimal
    churn: Decimal
    end: Decimal
    customers: Tally
    exact: Tally = attrs.field(repr=False)
    nrr: float | None
    grr: float | None
    quick_ratio: float | None
    logo_churn: float | None
    arpa: Decimal | None

    @classmethod
    def of(
        cls, segment: Group, period: str, currency: str, customers: Tally, exact: Tally, *, is_complete: bool
    ) -> RevenueRow:
        """The row of two tallies: of customers, and of parts."""
        gained = exact.new + exact.reactivation + exact.expansion
        lost = exact.contraction + exact.churn
        base, heads = (exact.start, customers.start) if is_complete else (0, 0)
        return cls(
            segment, period, is_complete, currency, *_shown(exact, currency), customers, exact,
            nrr=_share(exact.kept, base),
            grr=_share(exact.held, base),
            quick_ratio=_share(gained, lost if is_complete else 0),
            logo_churn=_share(customers.churn, heads),
            arpa=decimal_of(exact.end, currency, customers.end) if customers.end else None,
        )  # fmt: skip

    @property
    def label(self) -> str:
        """Segment and period in one text."""
        return label(self.segment, self.period)


def _share(numerator: int, denominator: int) -> float | None:
    return numerator / denominator if denominator else None


def _shown(exact: Tally, currency: str) -> Amounts:
    """The seven amounts in the order of the fields, rounded so that they add up."""
    start, end = rounded(exact.start), rounded(exact.end)
    signed = [exact.new, exact.reactivation, exact.expansion, -exact.contraction, -exact.churn]
    moved = in_one_sum(signed, end - start)
    minor = [start, *moved[:3], -moved[3], -moved[4], end]
    one, two, three, four, five, six, seven = (Decimal(amount).scaleb(-digits_of(currency)) for amount in minor)
    return one, two, three, four, five, six, seven


AMOUNTS = ("start", "new", "reactivation", "expansion", "contraction", "churn", "end")
RATES = ("nrr", "grr", "quick_ratio", "logo_churn")


@attrs.frozen(str=False, repr=False)
class RevenueResult(Result):
    """The answer about recurring revenue.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        currency: The currency of all amounts; `none` where none was named.
        rows: One for each segment and period, without gaps, up to the period of `as_of`.
    """

    question: RevenueMovements
    about: About
    currency: str
    rows: tuple[RevenueRow, ...]

    def __getitem__(self, period: str) -> RevenueRow:
        """The row of a period by its label; `"pro · 2026-01"` where the answer is split.

        Raises:
            UnknownNameError: There is no such row.
        """
        return picked(self.rows, "period", period, [row.label for row in self.rows])

    def title(self) -> str:
        """One line that says what was asked."""
        q, of = self.question, "" if self.currency == NO_CURRENCY else f" in {self.currency}"
        back = f", each over {q.over} {q.every}s" if q.over > 1 else ""
        return f"Monthly recurring revenue by {q.every}{back}{of}"

    def footnotes(self) -> tuple[str, ...]:
        """What moved, how it is rounded, and which rows are not complete."""
        notes = ["Net for each customer; annual prices by 12, weekly ones by 12/52."]
        if self.question.min_gap is not None:
            notes.append(f"Who pays again within {self.question.min_gap} has never left.")
        open_ones = list(dict.fromkeys(row.period for row in self.rows if not row.is_complete))
        if open_ones:
            notes.append(f"Not complete: {', '.join(open_ones)}.")
        return tuple(notes)

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return {
            **dict.fromkeys(self.question.by, str | None),
            "period": str,
            "complete": bool,
            "currency": str,
            **dict.fromkeys(AMOUNTS, Decimal),
            **{f"customers_{name}": int for name in AMOUNTS},
            **dict.fromkeys(RATES, float | None),
            "arpa": Decimal | None,
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment and period; amounts are decimal numbers."""
        return [
            {
                **head(self.question.by, row.segment),
                "period": row.period,
                "complete": row.is_complete,
                "currency": row.currency,
                **{name: getattr(row, name) for name in AMOUNTS},
                **{f"customers_{name}": getattr(row.customers, name) for name in AMOUNTS},
                **{name: getattr(row, name) for name in RATES},
                "arpa": row.arpa,
            }
            for row in self.rows
        ]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them."""
        return [
            {
                **head(self.question.by, row.segment),
                "period": f"{row.period}{'' if row.is_complete else ' *'}",
                **{name: f"{getattr(row, name):,}" for name in AMOUNTS},
                "NRR": _percent(row.nrr),
                "GRR": _percent(row.grr),
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """A column for each period: what was gained above zero, what was lost below."""
        parts = (
            ("new", 1, "good"), ("reactivation", 1, "accent4"), ("expansion", 1, "accent1"),
            ("contraction", -1, "accent2"), ("churn", -1, "bad"),
        )  # fmt: skip
        segments = [
            Segment(name, [sign * float(getattr(row, name)) for row in self.rows], tone) for name, sign, tone in parts
        ]
        labels = [f"{row.label}{'' if row.is_complete else ' *'}" for row in self.rows]
        note = "* not complete" if any(not row.is_complete for row in self.rows) else ""
        unit = "" if self.currency == NO_CURRENCY else self.currency
        return Columns(labels, segments, title=self.title(), note=note, y_label=unit)


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.1f} %"
