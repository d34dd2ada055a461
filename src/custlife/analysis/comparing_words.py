"""How a comparison is told: its units, and one sentence for each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import attrs

from custlife.analysis.result import decimal, percent

if TYPE_CHECKING:
    from custlife.analysis.contrasts import Contrast

__all__ = ["KINDS", "Kind", "comparisons", "p_text", "sentence"]


@attrs.frozen
class Kind:
    """The words for one kind of estimate.

    Attributes:
        unit: What differences are told in.
        scale: How many of that unit a difference of 1 is.
        form: How the picture writes its scale.
        estimates: What the estimates are.
        part: What a part is.
        estimate: What an estimate is called in a column.
        title: What is compared.
        topic: The same after "no difference in".
        claim: That the segment has more or less of it.
        more: The word for more of it.
        less: The word for less of it.
        over: Up to when.
    """

    unit: str
    scale: int
    form: Literal["number", "percent"]
    estimates: str
    part: str
    estimate: str
    title: str
    topic: str
    claim: str
    more: str = "more often"
    less: str = "less often"
    over: str = ""

    def told(self, difference: float, sign: str = "") -> str:
        """A difference in its unit, to one decimal; what rounds to nothing has no sign.

        Examples:
            >>> KINDS["rate"].told(0.123, "+"), KINDS["time"].told(-0.01, "+")
            ('+12.3', '0.0')
        """
        text = f"{self.scale * difference:{sign}.1f}"
        return "0.0" if text in {"-0.0", "+0.0"} else text

    def shown(self, estimate: float | None) -> str | None:
        """An estimate for a table cell."""
        return decimal(estimate) if self.form == "number" else percent(estimate)


KINDS = {
    "rate": Kind(
        "points", 100, "percent",
        "Rates are of the eligible: units whose deadline has passed.",
        "cohort", "rate", "who reaches {what}", "reaching {what}",
        "{segment} reaches {what} {size} {more} than {against}",
    ),
    "won": Kind(
        "points", 100, "percent",
        "Shares are cumulative incidences (Aalen-Johansen).",
        "cohort", "share", "who reaches {what}", "reaching {what}",
        "{segment} reaches {what} {size} {more} than {against}", over=" within {span}",
    ),
    "outcome": Kind(
        "points", 100, "percent",
        "Shares are cumulative incidences (Aalen-Johansen).",
        "cohort", "share", "who ends in {what}", "ending in {what}",
        "{segment} ends in {what} {size} {more} than {against}", over=" within {span}",
    ),
    "time": Kind(
        "days", 1, "number",
        "Times are restricted means (Kaplan-Meier); stays are taken as independent.",
        "stage", "mean days", "time in stage, days", "time in {what}",
        "{segment} stays {size} {more} in {what} than {against}",
        "longer", "shorter", " over the first {span}",
    ),
}  # fmt: skip


@attrs.frozen
class Said:
    """What a sentence names: two segments, what is compared, the part both are of, and how sure it is."""

    kind: Kind
    segment: str
    against: str
    what: str
    part: str
    over: str
    sure: str
    level: float

    def claim(self, difference: float) -> str:
        """That the segment has more or less of it."""
        size = f"{self.kind.told(abs(difference))} {self.kind.unit}"
        more = self.kind.more if difference >= 0 else self.kind.less
        said = self.kind.claim.format(segment=self.segment, against=self.against, what=self.what, size=size, more=more)
        return f"{said}{self.part}{self.over}"

    def limits(self, found: Contrast, sign: str = "", turn: int = 1) -> str:
        """The limits of the difference, each with its sign or turned to those of its size; empty where unknown."""
        if found.interval is None:
            return ""
        low, high = sorted((turn * found.interval.low, turn * found.interval.high))
        return f", {100 * self.level:g} % {self.kind.told(low, sign)} to {self.kind.told(high, sign)}"

    def signed(self, found: Contrast, difference: float) -> str:
        """The difference and its limits, with their signs."""
        return f"{self.kind.told(difference, '+')} {self.kind.unit}{self.limits(found, '+')}"


def sentence(kind: str, names: tuple[str, str, str, str | None], found: Contrast, adjusted: float | None,
             tests: int, level: float) -> str:  # fmt: skip
    """What was found, in words.

    Args:
        kind: `rate`, `won`, `outcome` or `time`.
        names: Segment, the other one, what is compared, and the part both are of.
        found: What sets them apart.
        adjusted: The adjusted p-value, or None.
        tests: How many comparisons it was adjusted for.
        level: Nominal coverage; 1 less it bounds the adjusted p-value of a difference.
    """
    segment, against, what, part = names
    here = f" ({part})" if part is not None and kind != "time" else ""
    if found.difference is None:
        return f"{segment} and {against}{here}: no comparison, {found.why}."
    over = "" if found.horizon is None else KINDS[kind].over.format(span=_span(found.horizon))
    after = f" after adjusting for {comparisons(tests)}" if tests > 1 else ""
    sure = "" if adjusted is None else f"{'log-rank ' if kind == 'time' else ''}{p_text(adjusted)}{after}"
    said = Said(KINDS[kind], segment, against, what, here, over, sure, level)
    return _told(said, found, found.difference, adjusted)


def _told(said: Said, found: Contrast, difference: float, adjusted: float | None) -> str:
    if adjusted is None:
        return f"{said.claim(difference)}; how sure that is cannot be said: {found.why}."
    signed = said.signed(found, difference)
    if adjusted > 1 - said.level:
        topic = said.kind.topic.format(what=said.what)
        return (
            f"{said.segment} and {said.against}{said.part}: no difference in {topic} that chance would not make "
            f"({signed}, {said.sure})."
        )
    is_clear = found.interval is None or not found.interval.low <= 0 <= found.interval.high
    if said.kind is KINDS["time"] and not is_clear:  # the test looks at whole curves, which may cross
        return (
            f"{said.segment} leaves {said.what} at another pace than {said.against} ({said.sure}), but its mean stay"
            f"{said.over} is not clearly longer or shorter ({signed})."
        )
    limits = said.limits(found, turn=1 if difference >= 0 else -1)
    return f"{said.claim(difference)} ({f'{limits}, {said.sure}'.removeprefix(', ')})."


def _span(days: float) -> str:
    """A number of days with at most one decimal."""
    told = f"{days:,.1f}".removesuffix(".0")
    return f"{told} day{'' if told == '1' else 's'}"


def p_text(p: float) -> str:
    """A p-value in words.

    Examples:
        >>> p_text(0.0123), p_text(0.0051), p_text(0.00001), p_text(1.0)
        ('p = 0.012', 'p = 0.0051', 'p < 0.001', 'p = 1')
    """
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def comparisons(n: int) -> str:
    """A number of comparisons.

    Examples:
        >>> comparisons(1), comparisons(5)
        ('1 comparison', '5 comparisons')
    """
    return f"{n:,} comparison{'' if n == 1 else 's'}"
