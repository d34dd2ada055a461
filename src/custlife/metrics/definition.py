"""What a metric means, in words that stand beside every number it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.analysis.question import choice, names
from custlife.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["BETTER", "INPUTS", "LOG", "UNITS", "Definition"]

INPUTS = ("stages", "events", "revenue", "contracts", "costs", "responses")
LOG = "stages or events"
BETTER = ("higher", "lower", "neither")
UNITS = ("share", "rate", "days", "hours", "months", "count", "ratio", "money", "money per day", "points", "score")


def _needs(value: str | Iterable[str]) -> tuple[str, ...]:
    return names(value, "needs")


def _sentences(value: str | Iterable[str]) -> tuple[str, ...]:
    return names(value, "is_not")


@attrs.frozen(kw_only=True)
class Definition:
    """What a metric asks, of whom, within which time, and what it must not be taken for.

    Attributes:
        question: The question it answers, as a sentence.
        numerator: What stands above the line, in words; for a time or a count, what is measured.
        denominator: What stands below the line; who is looked at.
        window: The time within which something must happen, or over which is counted; empty where there is none.
        unit: `share` (of 1), `rate` (a percentage that may pass 100, such as net retention), `days`, `hours`, `months`,
            `count`, `ratio`, `money`, `money per day`, `points` or `score`.
        cohort: Who belongs together in a trend: what puts a unit into which period.
        needs: The inputs it reads: `stages`, `events`, `revenue`, `contracts`, `costs`, `responses`; `stages or events`
            where either will do.
        formula: The formula, in words or signs; empty where numerator and denominator say it all.
        is_not: Its rivals, each in one sentence: what it is not, and how that differs.
        pitfalls: What makes it lie, each in one sentence.
        source: Where the definition comes from.

    Raises:
        DefinitionError: No question, or a unit or input that does not exist.
    """

    question: str
    numerator: str
    denominator: str = ""
    window: str = ""
    unit: str = "share"
    cohort: str = ""
    needs: tuple[str, ...] = attrs.field(default=(LOG,), converter=_needs)
    formula: str = ""
    is_not: tuple[str, ...] = attrs.field(default=(), converter=_sentences)
    pitfalls: tuple[str, ...] = attrs.field(default=(), converter=_sentences)
    source: str = ""

    def __attrs_post_init__(self) -> None:
        if not self.question.strip() or not self.numerator.strip():
            raise DefinitionError("a definition needs its question and its numerator", "say both in a few words")
        choice("unit", self.unit, UNITS)
        for need in self.needs:
            for one in need.split(" or "):
                choice("needs", one, INPUTS)
