"""Levers: which transition, raised by a point, adds most to the value of the customers of today."""

from __future__ import annotations

from decimal import Decimal
from math import fsum
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.chain_forecast import flattened
from custlife.analysis.chain_shift import shifted_row
from custlife.analysis.chain_value import BLIND, Terms, terms_of
from custlife.analysis.question import choice
from custlife.analysis.result import Result, percent
from custlife.analysis.splitting import head, label
from custlife.analysis.wording import plural
from custlife.errors import UnknownNameError, UsageError
from custlife.pictures import Bars, Segment
from custlife.stats import MarkovChain
from custlife.stats.numbers import check_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from custlife.analysis.chain import Chain
    from custlife.analysis.chain_part import ChainPart, ChainTransition
    from custlife.analysis.chain_result import ChainResult, Money, Rate
    from custlife.analysis.result import About
    from custlife.engines.gathers import Group
    from custlife.pictures import Picture

__all__ = ["Lever", "Levers", "LeversResult", "levers"]

AMONG = ("observed", "legal")
DRAWN = 12


@attrs.frozen
class Levers:
    """The question of levers; `log.chain(...).levers(...)` asks it.

    Attributes:
        chain: The question of the chain.
        margins: What a customer in a stage earns in a period, by stage.
        discount: Rate for each period.
        horizon: The last period counted; None for all to come.
        points: The probability added to one transition at a time.
        among: `observed` or `legal`.
        changes: What `what_if` changed, in words; empty where nothing was.
    """

    chain: Chain
    margins: tuple[tuple[str, Decimal], ...]
    discount: float
    horizon: int | None = None
    points: float = 0.01
    among: str = "observed"
    changes: tuple[str, ...] = ()


@attrs.frozen
class Lever:
    """One transition, and what a point more of it is worth.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        from_stage: The stage at the beginning of the period.
        to_stage: The stage at its end.
        count: How often it was observed.
        of: How often somebody in `from_stage` was observed one period later.
        probability: Its probability now.
        gain: What the customers of today, all together, would be worth more; None where it cannot rise as much.
        share: The gain by the size of what they are worth now, so that it has the sign of the gain where they cost
            money, too; None without a gain, or where they are worth nothing.
        reason: Why there is no gain; empty where there is one.
    """

    segment: Group
    from_stage: str
    to_stage: str
    count: int
    of: int
    probability: float
    gain: Decimal | None
    share: float | None
    reason: str = ""

    @property
    def label(self) -> str:
        """Segment and stages in one text."""
        return label(self.segment, f"{self.from_stage} → {self.to_stage}")


def levers(
    result: ChainResult,
    margins: Mapping[str, Money],
    discount: Rate | None,
    yearly_discount: Rate | None,
    horizon: int | None,
    points: float,
    among: str,
) -> LeversResult:
    """The levers of a chain; see `ChainResult.levers`."""
    choice("among", among, AMONG)
    if not 0 < check_number("points", points) < 1:
        raise UsageError(f"points={points!r} is not above 0 and below 1", "pass points=0.01 for one point")
    terms = terms_of(result, margins, discount, yearly_discount, horizon)
    base = fsum(_worth(part, terms, part.estimated) for part in result.parts)
    legal = frozenset(result.legal) if among == "legal" else frozenset()
    rows = [
        _lever(part, one, terms, points, base)
        for part in result.parts
        for one in (part.transition(a, b) for a in part.stages for b in part.stages)
        if (one.count or (one.from_stage, one.to_stage) in legal) and not _is_end(one)
    ]
    rows.sort(key=lambda row: (row.gain is None, -(row.gain or 0), row.label))
    question = Levers(result.question, terms.margins, terms.discount, horizon, points, among, result.changes())
    remarks = (*result.unleft(), *result.warnings(BLIND))
    return LeversResult(question, result.about, tuple(rows), terms.money(base), remarks)


def _is_end(one: ChainTransition) -> bool:
    """Whether it is staying where nobody ever leaves."""
    return one.from_stage == one.to_stage and one.probability == 1


def _lever(part: ChainPart, one: ChainTransition, terms: Terms, points: float, base: float) -> Lever:
    now = one.probability or 0.0
    head = part.segment, one.from_stage, one.to_stage, one.count, one.of, now
    if now + points > 1:
        return Lever(*head, None, None, f"it is {100 * now:.1f} % already")
    chain, i = part.estimated, part.place(one.from_stage)
    row = shifted_row(dict(enumerate(chain.rows[i])), {part.place(one.to_stage): points}, {}, "")
    rows = [tuple(row.values()) if k == i else kept for k, kept in enumerate(chain.rows)]
    gain = _worth(part, terms, MarkovChain(chain.states, rows)) - _worth(part, terms, chain)
    return Lever(*head, terms.money(gain), gain / abs(base) if base else None)


def _worth(part: ChainPart, terms: Terms, chain: MarkovChain) -> float:
    """What the customers of a part are worth together, by some chain."""
    found = chain.value(terms.rewards(part), discount=terms.discount, horizon=terms.horizon)
    return fsum(n * value for n, value in zip(part.standing, found, strict=True))


@attrs.frozen(str=False, repr=False)
class LeversResult(Result):
    """The answer of levers, the most valuable first.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment and transition, by gain.
        value: What all customers of today are worth now.
        remarks: What a reader must know of this chain.
    """

    question: Levers
    about: About
    rows: tuple[Lever, ...]
    value: Decimal
    remarks: tuple[str, ...] = ()

    def __getitem__(self, ends: tuple[str | None, ...]) -> Lever:
        """The lever of two stages, with the values of the segment before them where the chain is split.

        Raises:
            UnknownNameError: There is no such lever.
        """
        for row in self.rows:
            if (*row.segment, row.from_stage, row.to_stage) == ends:
                return row
        raise UnknownNameError("lever", ends, [row.label for row in self.rows])

    def title(self) -> str:
        """One line that says what was asked."""
        what = "What if: what" if self.question.changes else "What"
        points = f"{100 * self.question.points:g}"
        return f"{what} {points} more point{'' if points == '1' else 's'} of a transition would add to {self.value:,}"

    def footnotes(self) -> tuple[str, ...]:
        """What was raised, and what is not in the gain."""
        question, every = self.question, self.question.chain.every
        terms = Terms(question.margins, question.discount, question.horizon, 2)
        notes = [
            f"One transition at a time: its probability a {every} rises, pro rata from all other destinations.",
            f"The value of today's {plural(0, self.about.unit)} is then computed anew.",
            terms.told(every),
            "A negative gain is what a rise costs; a fall is worth about as much.",
            f"What a rise takes to achieve is not in it, nor {plural(0, self.about.unit)} still to come.",
        ]
        return (*question.changes, *notes, *self.remarks)

    def parameters(self) -> dict[str, Any]:
        """Everything the answer depends on besides the rows, with the arguments of the chain."""
        return flattened(super().parameters())

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return {
            **dict.fromkeys(self.question.chain.by, str | None),
            "from": str,
            "to": str,
            "count": int,
            "of": int,
            "probability": float,
            "gain": Decimal | None,
            "gain_share": float | None,
            "reason": str,
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment and transition; money as `Decimal`."""
        return [
            {
                **head(self.question.chain.by, row.segment),
                "from": row.from_stage,
                "to": row.to_stage,
                "count": row.count,
                "of": row.of,
                "probability": row.probability,
                "gain": row.gain,
                "gain_share": row.share,
                "reason": row.reason,
            }
            for row in self.rows
        ]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them."""
        return [
            {
                "transition": row.label,
                "observed": f"{row.count:,} of {row.of:,}",
                "now": percent(row.probability),
                "gain": row.reason if row.gain is None else f"{row.gain:+,}",
                "of the value": None if row.share is None else f"{round(100 * row.share, 2) + 0.0:+.2f} %",
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """Bars of the gains, of many the six largest and the six smallest; transitions without one are not drawn."""
        known = [row for row in self.rows if row.gain]
        rows = known if len(known) <= DRAWN else [*known[: DRAWN // 2], *known[-DRAWN // 2 :]]
        left = len(known) - len(rows)
        return Bars(
            [row.label for row in rows],
            [
                Segment("gain", [max(0.0, float(row.gain or 0)) for row in rows], "good"),
                Segment("loss", [min(0.0, float(row.gain or 0)) for row in rows], "bad"),
            ],
            title=self.title(),
            note=f"{left} more between them." if left else "",
            values=[f"{row.gain:+,}" for row in rows],
        )
