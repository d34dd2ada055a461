"""Comparing segments: difference, interval, p-value adjusted for the number of comparisons, and a plain sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from custlife.analysis.comparing_words import KINDS, comparisons, p_text, sentence
from custlife.analysis.contrasts import RateSide
from custlife.analysis.result import Result
from custlife.analysis.splitting import label
from custlife.errors import UnknownNameError, UsageError
from custlife.pictures import Ranges
from custlife.pictures.words import clean, escape, wrap
from custlife.stats import benjamini_hochberg
from custlife.stats.interval import check_level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from custlife.analysis.comparing_words import Kind
    from custlife.analysis.contrasts import Contrast, Side
    from custlife.analysis.funnel_result import FunnelStep
    from custlife.analysis.result import About
    from custlife.engines.gathers import Group
    from custlife.pictures import Picture
    from custlife.stats import Interval

    Pair = tuple[str | None, str, str, Side, Side]

__all__ = ["THE_REST", "Comparison", "ComparisonResult", "ComparisonRow", "compared", "compared_rates", "need_split"]

THE_REST = "the rest"
S = TypeVar("S", bound="Side")


@attrs.frozen
class Comparison:
    """The question of a comparison; `answer.compare(...)` builds and answers it.

    Attributes:
        of: The question whose answer is compared.
        against: The segment that all others are compared with; None: each with all others together.
        kind: `rate`, `time`, `won` or `outcome`: what is compared.
        what: What is reached or ended in, such as `intent`; empty where each row names its own stage.
        level: Nominal coverage of the intervals; 1 less it is the share of false discoveries that is accepted.
    """

    of: Any
    against: str | None
    kind: str
    what: str = ""
    level: float = attrs.field(default=0.95, converter=check_level)


@attrs.frozen
class ComparisonRow:
    """One segment against another, or against all others together.

    Attributes:
        segment: The segment.
        against: The other one; `the rest` where it is all others together.
        part: The cohort or the stage that both are of; None where there is only one.
        n: Eligible units of the segment, its stays, or all that came to the origin.
        n_against: Those of the other.
        estimate: The rate or share of the segment, from 0 to 1, or its restricted mean, days; None: see `why`.
        estimate_against: That of the other.
        difference: The first less the second; None with either.
        interval: Confidence interval of the difference, not adjusted; None with the reason in `why`.
        p_value: Probability of a difference at least as large, were there none; None with the reason in `why`.
        adjusted: The p-value adjusted for the number of comparisons by Benjamini and Hochberg.
        test: The test: `chi-square (N - 1)`, `Fisher-Irwin`, `log-rank` or `log(-log)`; empty where there is none.
        sentence: All of it in one sentence.
        why: Why something is None; else empty.
    """

    segment: str
    against: str
    part: str | None
    n: int
    n_against: int
    estimate: float | None
    estimate_against: float | None
    difference: float | None
    interval: Interval | None
    p_value: float | None
    adjusted: float | None
    test: str
    sentence: str
    why: str

    @property
    def label(self) -> str:
        """Segment and part in one text."""
        return self.segment if self.part is None else f"{self.segment} · {self.part}"


@attrs.frozen(str=False, repr=False)
class ComparisonResult(Result):
    """The answer of a comparison.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment and part.
    """

    question: Comparison
    about: About
    rows: tuple[ComparisonRow, ...]

    def __getitem__(self, segment: str) -> ComparisonRow:
        """The row of a segment; where there are several parts, by the row's label, such as `"pro · intent"`.

        Raises:
            UnknownNameError: There is no such row.
        """
        for row in self.rows:
            if row.label == segment:
                return row
        raise UnknownNameError("row", segment, [row.label for row in self.rows])

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was found, one sentence for each row."""
        return tuple(row.sentence for row in self.rows)

    @property
    def found(self) -> tuple[ComparisonRow, ...]:
        """The rows with a difference that chance would hardly make: adjusted p-value at most 1 less the level."""
        return tuple(row for row in self.rows if _is_found(row.adjusted, self.question.level))

    def title(self) -> str:
        """One line that says what was asked."""
        q = self.question
        return f"Comparison with {q.against or 'all others'}: {KINDS[q.kind].title.format(what=q.what)}"

    def footnotes(self) -> tuple[str, ...]:
        """The methods, and what was not there to be compared."""
        tests = [row for row in self.rows if row.p_value is not None]
        if not self.rows:
            return ("One segment only: nothing to compare.",)
        methods = " and ".join(dict.fromkeys(row.interval.method for row in self.rows if row.interval))
        named = " and ".join(dict.fromkeys(row.test for row in tests))
        intervals = [f"{100 * self.question.level:g} % {methods} intervals, not adjusted."] if methods else []
        many = f"Tests: {named}; p adjusted for {comparisons(len(tests))} by Benjamini and Hochberg."
        return (KINDS[self.question.kind].estimates, *intervals, *([many] if tests else []))

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        numbers = ("estimate", "estimate_against", "difference", "low", "high", "p_value", "adjusted_p_value")
        return {
            "segment": str,
            "against": str,
            "part": str | None,
            "n": int,
            "n_against": int,
            **dict.fromkeys(numbers, float | None),
            "test": str,
            "sentence": str,
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment and part; rates and differences as shares, times in days."""
        return [
            {
                "segment": row.segment,
                "against": row.against,
                "part": row.part,
                "n": row.n,
                "n_against": row.n_against,
                "estimate": row.estimate,
                "estimate_against": row.estimate_against,
                "difference": row.difference,
                "low": row.interval.low if row.interval else None,
                "high": row.interval.high if row.interval else None,
                "p_value": row.p_value,
                "adjusted_p_value": row.adjusted,
                "test": row.test,
                "sentence": row.sentence,
            }
            for row in self.rows
        ]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them; the sentences follow the table."""
        kind = KINDS[self.question.kind]
        part = any(row.part is not None for row in self.rows)
        return [
            {
                "segment": row.segment,
                **({kind.part: row.part} if part else {}),
                "n": row.n,
                kind.estimate: kind.shown(row.estimate),
                "against": row.against,
                "its n": row.n_against,
                f"its {kind.estimate}": kind.shown(row.estimate_against),
                f"difference, {kind.unit}": _difference(row, kind),
                "p adjusted": None
                if row.adjusted is None
                else p_text(row.adjusted).removeprefix("p ").removeprefix("= "),
            }
            for row in self.rows
        ]

    def __str__(self) -> str:
        sentences = "\n".join(line for told in self.sentences for line in wrap(told, 110))
        return f"{self.table().text(width=120)}\n\n{sentences}" if sentences else self.table().text(width=110)

    def _repr_html_(self) -> str:
        said = "".join(f"<li>{escape(clean(told))}</li>" for told in self.sentences)
        return f"{self.table().html()}<ul>{said}</ul>{self.picture().svg()}"

    def picture(self) -> Picture:
        """A dot for each difference with its interval; those that chance would make are pale."""
        level, kind = self.question.level, KINDS[self.question.kind]
        limits = [(row.interval.low, row.interval.high) if row.interval else (None, None) for row in self.rows]
        return Ranges(
            [row.label for row in self.rows],
            [row.difference for row in self.rows],
            [low for low, _ in limits],
            [high for _, high in limits],
            title=self.title(),
            note=" ".join(self.footnotes()),
            tones=["accent1" if _is_found(row.adjusted, level) else "muted" for row in self.rows],
            ends=[_end(row, kind) for row in self.rows],
            form=kind.form,
        )


def compared(
    question: Comparison, about: About, parts: Mapping[str | None, Mapping[str, S]], nobody: S
) -> ComparisonResult:
    """The answer of a comparison.

    Args:
        question: What was asked.
        about: Where the answer comes from.
        parts: By cohort or stage, or None, the sides by segment.
        nobody: The side of a segment that a part does not have.

    Raises:
        UnknownNameError: The segment to compare with is in no part.
    """
    segments = list(dict.fromkeys(segment for sides in parts.values() for segment in sides))
    if question.against is not None and question.against not in segments:
        raise UnknownNameError("segment", question.against, segments)
    pairs = [pair for part, sides in parts.items() for pair in _pairs(question, segments, part, sides, nobody)]
    found = [one.less(other, level=question.level) for _, _, _, one, other in pairs]
    adjusted = iter(benjamini_hochberg(one.p_value for one in found if one.p_value is not None))
    adjusted_of = [None if one.p_value is None else next(adjusted) for one in found]
    tests = sum(p is not None for p in adjusted_of)
    made = (_row(question, *all_of, tests) for all_of in zip(pairs, found, adjusted_of, strict=True))
    return ComparisonResult(question, about, tuple(made))


def compared_rates(
    of: Any, about: About, rows: Sequence[tuple[Group, str | None, FunnelStep]], against: str | None, what: str
) -> ComparisonResult:
    """The rates of one step compared between segments within each cohort, or between cohorts where nothing else splits.

    Args:
        of: The question whose answer is compared.
        about: Where the answer comes from.
        rows: Segment, cohort and step.
        against: The segment, or the cohort, to compare with; None for all others together.
        what: The step that is reached.
    """
    parts: dict[str | None, dict[str, RateSide]] = {}
    for segment, cohort, step in rows:
        part, name = (cohort, label(segment)) if segment else (None, cohort or "")
        parts.setdefault(part, {})[name] = RateSide.of(step, independent=of.entry != "each")
    return compared(Comparison(of, against, "rate", what, of.level), about, parts, RateSide(0, 0, "nobody was there"))


def need_split(by: Sequence[str], every: str | None, what: str) -> None:
    """Refuses to compare what was not split.

    Raises:
        UsageError: With what to type.
    """
    if not by and every is None:
        raise UsageError(f"{what} was not split: nothing to compare", f"ask for segments: {what}(..., by='segment')")


def _pairs(
    question: Comparison, segments: list[str], part: str | None, sides: Mapping[str, S], nobody: S
) -> list[tuple[str | None, str, str, S, S]]:
    """Who is compared with whom."""
    against, side = question.against, {name: sides.get(name, nobody) for name in segments}
    if against is None and len(segments) == 2:
        against = segments[1]
    if against is not None:
        return [(part, name, against, side[name], side[against]) for name in segments if name != against]
    if len(segments) < 2:
        return []
    rest = {name: [side[other] for other in segments if other != name] for name in segments}
    return [(part, name, THE_REST, side[name], others[0].joined(others[1:])) for name, others in rest.items()]


def _row(question: Comparison, pair: Pair, found: Contrast, adjusted: float | None, tests: int) -> ComparisonRow:
    part, segment, against, one, other = pair
    why = found.why.replace("the first group", segment).replace("the second group", against)
    found = attrs.evolve(found, why=why)
    what = part if question.kind == "time" and part is not None else question.what
    told = sentence(question.kind, (segment, against, what, part), found, adjusted, tests, question.level)
    return ComparisonRow(
        segment, against, part, one.n, other.n, found.estimate, found.against, found.difference, found.interval,
        found.p_value, adjusted, found.test, told, found.why,
    )  # fmt: skip


def _is_found(adjusted: float | None, level: float) -> bool:
    return adjusted is not None and adjusted <= 1 - level


def _difference(row: ComparisonRow, kind: Kind) -> str | None:
    """The difference with its limits."""
    if row.difference is None or row.interval is None:
        return None if row.difference is None else kind.told(row.difference, "+")
    low, high = kind.told(row.interval.low, "+"), kind.told(row.interval.high, "+")
    return f"{kind.told(row.difference, '+')} ({low} to {high})"


def _end(row: ComparisonRow, kind: Kind) -> str:
    """What stands behind a dot."""
    if row.difference is None:
        return row.why
    told = f"{kind.told(row.difference, '+')} {kind.unit}"
    return told if row.adjusted is None else f"{told}, {p_text(row.adjusted)}"
