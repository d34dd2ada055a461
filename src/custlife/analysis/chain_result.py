"""The answer of a chain: its transitions, and the questions that lead on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.chain_part import EMPTY
from custlife.analysis.result import Result, percent
from custlife.analysis.splitting import head, label
from custlife.analysis.wording import counted
from custlife.errors import UnknownNameError, UsageError
from custlife.pictures import Grid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from custlife.analysis.chain import Chain
    from custlife.analysis.chain_ages import DurationTest
    from custlife.analysis.chain_forecast import ForecastResult
    from custlife.analysis.chain_levers import LeversResult
    from custlife.analysis.chain_part import ChainPart, ChainTransition
    from custlife.analysis.chain_value import ClvResult
    from custlife.analysis.result import About
    from custlife.calendar import Zone
    from custlife.pictures import Picture
    from custlife.stats import MarkovChain

    Rate = float | Decimal | str
    Money = Decimal | int | str

__all__ = ["ChainResult"]

DOUBTFUL = 0.05
LISTED = 3


@attrs.frozen(str=False, repr=False)
class ChainResult(Result):
    """The answer of a chain.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        parts: One for each segment; a single one where nothing was split.
        periods: How many periods were observed.
        zone: Whose calendar the periods follow.
        durations: Of each stage with enough customers: whether the time spent there so far matters.
        legal: The moves between these stages that the model allows.
        known: All stages of the model.
    """

    question: Chain
    about: About
    parts: tuple[ChainPart, ...]
    periods: int
    zone: Zone
    durations: tuple[DurationTest, ...] = ()
    legal: tuple[tuple[str, str], ...] = attrs.field(default=(), repr=False)
    known: tuple[str, ...] = attrs.field(default=(), repr=False)

    @property
    def whole(self) -> ChainPart:
        """The only part.

        Raises:
            UsageError: The chain was split, or has no part.
        """
        if len(self.parts) != 1:
            labels = [repr(part.label) for part in self.parts[:5]]
            hint = f"pick one, such as chain.part({labels[0]}); there are: {', '.join(labels)}" if labels else EMPTY
            raise UsageError(f"the chain has {len(self.parts)} parts", hint)
        return self.parts[0]

    def part(self, *segment: str | None) -> ChainPart:
        """The part of one segment, by its values in the order of `by`, or by its label.

        Raises:
            UnknownNameError: There is no such part.
        """
        for one in self.parts:
            if segment in ((one.label,), one.segment):
                return one
        raise UnknownNameError("part", label(segment), [one.label for one in self.parts])

    def __getitem__(self, ends: tuple[str | None, ...]) -> ChainTransition:
        """The transition of two stages, with the values of the segment before them where the chain is split.

        Raises:
            UsageError: No two stages were given.
            UnknownNameError: Nobody was seen in such a stage, or there is no such segment.
        """
        given: object = ends
        *segment, one, other = given if isinstance(given, tuple) and len(given) > 1 else (None, None)
        if one is None or other is None:
            raise UsageError(f"ends={ends!r} are not two stages", "write chain['engagement', 'intent']")
        return (self.part(*segment) if segment else self.whole).transition(one, other)

    @property
    def markov(self) -> MarkovChain | None:
        """The chain of all customers, for `custlife.stats`; None where it cannot be estimated: see `whole.reason`.

        Raises:
            UsageError: The chain was split: `part("pro").markov` has that of one segment.
        """
        return self.whole.markov

    @property
    def rows(self) -> tuple[ChainTransition, ...]:
        """All transitions that were observed or have a probability."""
        return tuple(row for part in self.parts for row in part.transitions())

    @property
    def is_hypothetical(self) -> bool:
        """Whether `what_if` changed it."""
        return any(part.shifts for part in self.parts)

    @property
    def is_aging(self) -> bool:
        """Whether in some stage the time spent there so far matters, at the 5 % level."""
        return any(test.adjusted < DOUBTFUL for test in self.durations)

    def check(self) -> None:
        """Refuses to go on from a chain that cannot be estimated.

        Raises:
            UsageError: With the reason.
        """
        if not self.parts:
            raise UsageError("nobody was observed", EMPTY)
        for part in self.parts:
            _ = part.estimated

    # -- second questions ----------------------------------------------------------------------------------------------

    def forecast(
        self,
        periods: int,
        *,
        arrivals: float | Mapping[str, float] | str | None = None,
        method: str = "markov",
    ) -> ForecastResult:
        """How many will stand in each stage after each period, from where the customers stand today.

        Args:
            periods: How many periods to look ahead, 1 or more.
            arrivals: Who comes in: None (nobody), a number a period (into the stages where newcomers were first seen
                so far), a mapping from stage to number, or `"as before"` (the mean of the periods observed).
            method: `markov`: what comes next depends on the stage alone; `semi-markov`: also on how long one has been
                in it.

        Raises:
            UsageError: No such method; nothing is known of where a stage leads; arrivals that cannot be spread.
            UnknownNameError: Arrivals in a stage nobody was seen in.
        """
        from custlife.analysis.chain_forecast import forecast

        return forecast(self, periods, arrivals, method)

    def clv(
        self,
        margins: Mapping[str, Money],
        discount: Rate | None = None,
        *,
        yearly_discount: Rate | None = None,
        horizon: int | None = None,
        method: str = "markov",
    ) -> ClvResult:
        """What a customer is still worth, by stage, and what all of today's customers are worth together.

        Args:
            margins: What a customer in a stage earns in a period, as `Decimal`, int or text; a stage not named
                (an exit, say) earns nothing. The margin of the current period counts in full.
            discount: Rate for each period, at most 1: 0.01 is one percent.
            yearly_discount: Rate for a year, instead of `discount`.
            horizon: The last period counted, 0 or more; None for all to come.
            method: `markov` or `semi-markov`, as for `forecast`; by age the value of a stage is that of those who
                stand there today.

        Raises:
            UsageTypeError: A margin is a float.
            UsageError: No such method; not exactly one rate; a rate above 1, or one that does not converge; nothing is
                known of where a stage leads.
            UnknownNameError: A margin of a stage nobody was seen in.
        """
        from custlife.analysis.chain_value import clv

        return clv(self, margins, discount, yearly_discount, horizon, method)

    def what_if(self, changes: Mapping[tuple[str, str], float]) -> ChainResult:
        """The chain with some probabilities raised or lowered: `what_if({("engagement", "intent"): 0.05})`.

        What a transition gains is taken pro rata from all other destinations of its stage, staying included.

        Args:
            changes: The probability to add, by (from, to); below 0 to take away. In a split chain all segments change.

        Raises:
            UsageError: A row that cannot give as much.
            UnknownNameError: Nobody was seen in a stage.
        """
        from custlife.analysis.chain_shift import what_if

        return what_if(self, changes)

    def levers(
        self,
        margins: Mapping[str, Money],
        discount: Rate | None = None,
        *,
        yearly_discount: Rate | None = None,
        horizon: int | None = None,
        points: float = 0.01,
        among: str = "observed",
    ) -> LeversResult:
        """Which transition is worth most if its probability rises by a point: the gain in the value of all customers.

        Args:
            margins: As for `clv`.
            discount: As for `clv`.
            yearly_discount: As for `clv`.
            horizon: As for `clv`.
            points: The probability added to one transition at a time; 0.01 is one point.
            among: `observed`: transitions that somebody made; `legal`: also those that the model allows.

        Raises:
            UsageError: As for `clv`; or points that are not above 0 and below 1.
        """
        from custlife.analysis.chain_levers import levers

        return levers(self, margins, discount, yearly_discount, horizon, points, among)

    # -- showing -------------------------------------------------------------------------------------------------------

    def title(self) -> str:
        """One line that says what was asked."""
        what = "What if: transitions" if self.is_hypothetical else "Transitions"
        return f"{what} from one {self.question.every} to the next, {counted(self.about.units, self.about.unit)}"

    def footnotes(self) -> tuple[str, ...]:
        """How the chain was estimated, and what it does not see."""
        every, level = self.question.every, 100 * self.question.level
        notes = [*self.changes()]
        notes.append(
            f"{self.periods:,} {every}s counted back from as_of; what happens within a {every} shows as one transition."
        )
        notes.append(f"Only {every}s observed from end to end count. {level:g} % wilson intervals.")
        if self.question.smoothing:
            notes.append(
                f"Smoothing: {self.question.smoothing:g} added to the count of each destination; intervals without."
            )
        notes += [f"No chain of {part.label}: {part.reason}." for part in self.parts if part.reason]
        return (*notes, *self.unleft(), *self.warnings())

    def changes(self) -> tuple[str, ...]:
        """What `what_if` changed, in words."""
        made = next((part.shifts for part in self.parts if part.shifts), ())
        told = ", ".join(f"{one} → {other} {100 * by:+g} points" for shifts in made for one, other, by in shifts)
        return (f"Hypothetical: {told}, pro rata from all other destinations.",) if told else ()

    def unleft(self) -> tuple[str, ...]:
        """The stages that are no ends but that nobody was seen to leave, and how many may leave them all the same."""
        found = [
            f"{label(part.segment, stage)} (0 of {one.of:,}; up to {percent(1 - one.interval.low)} may)"
            for part in self.parts
            for stage, place in zip(part.stages, part.places, strict=True)
            if place != "ended" and (one := part.transition(stage, stage)).probability == 1 and one.interval is not None
        ]
        more = f", and {len(found) - LISTED} more" if len(found) > LISTED else ""
        told = ", ".join(found[:LISTED]) + more
        return (
            (f"Held to last for ever, as nobody was seen to leave in a {self.question.every}: {told}.",) if told else ()
        )

    def warnings(self, advice: str = "Forecast with method='semi-markov'.") -> tuple[str, ...]:
        """Where the time spent in a stage matters, which a chain does not see."""
        aging = sorted((t for t in self.durations if t.adjusted < DOUBTFUL), key=lambda t: (t.p_value, -t.statistic))
        if not aging:
            return ()
        more = f" So it does in {len(aging) - 1} more." if len(aging) > 1 else ""
        return (f"Time in stage matters: of {aging[0]}.{more} Ages in {self.question.every}s. {advice}",)

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return {
            **dict.fromkeys(self.question.by, str | None),
            "from": str,
            "to": str,
            "count": int,
            "of": int,
            **dict.fromkeys(("probability", "low", "high"), float | None),
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment and transition."""
        return [
            {
                **head(self.question.by, row.segment),
                "from": row.from_stage,
                "to": row.to_stage,
                "count": row.count,
                "of": row.of,
                "probability": row.probability,
                "low": row.interval.low if row.interval else None,
                "high": row.interval.high if row.interval else None,
            }
            for row in self.rows
        ]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them: shares in percent."""
        shares = ("probability", "low", "high")
        return [{**row, **{name: percent(row[name]) for name in shares}} for row in self.to_dicts()]

    def picture(self) -> Picture:
        """A heat map: from down, to across; one block of rows for each segment."""
        columns = list(dict.fromkeys(stage for part in self.parts for stage in part.stages))
        lines = [(part, stage) for part in self.parts for stage in part.stages]
        known = {(row.segment, row.from_stage, row.to_stage): row.probability for row in self.rows}
        return Grid(
            [label(part.segment, stage) for part, stage in lines],
            columns,
            [[known.get((part.segment, stage, other)) for other in columns] for part, stage in lines],
            title=self.title(),
            row_notes=[f"{part.standing[part.place(stage)]:,}" for part, stage in lines],
            corner="from | today",
            form="percent",
            span=(0, 1),
            blank="never seen",
        )
