"""What a backtest found: ranks, flags, lift, lead time and calibration, and a verdict in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.framing import Framed
from custlife.analysis.result import percent
from custlife.errors import UnknownNameError
from custlife.pictures import Table

if TYPE_CHECKING:
    from datetime import datetime

    from custlife.calendar import Span
    from custlife.scoring.scores import Failure
    from custlife.stats import Share
    from custlife.stats.discrimination import Auc

__all__ = ["Backtest", "Bin", "Decile", "Foretold", "Observation", "verdict"]

FEW = 10


@attrs.frozen
class Observation:
    """One customer at one anchor.

    Attributes:
        customer: Who.
        anchor: When they were scored.
        value: Their score then; None where there was none.
        outcome_at: When the outcome came, within the horizon; None where it did not.
    """

    customer: str
    anchor: datetime
    value: float | None
    outcome_at: datetime | None


@attrs.frozen
class Decile:
    """A tenth of the observations, from those for whom the outcome is most foretold.

    Attributes:
        number: 1 is the most foretold tenth.
        observations: How many it holds; observations with one score are shared out evenly where they lie on an edge.
        outcomes: How many outcomes it holds, shared out in the same way.
        rate: Outcomes by observations; None where it is empty.
        lift: How many times the rate of all; None where there are no outcomes.
    """

    number: int
    observations: float
    outcomes: float
    rate: float | None
    lift: float | None


@attrs.frozen
class Bin:
    """Observations with scores in one tenth of the scale.

    Attributes:
        low: From this score on.
        high: Below this score; the last bin holds 100 too.
        mean: The mean score.
        share: Outcomes among the observations, with an interval that counts customers.
    """

    low: float
    high: float
    mean: float
    share: Share


@attrs.frozen
class Foretold:
    """How well the score foretold the outcome within one horizon.

    Attributes:
        horizon: How far ahead.
        anchors: How many anchors were used.
        skipped: How many were left out, since their horizon was not over.
        observations: Customers at anchors who were at risk and had a score.
        unscored: Customers at anchors who were at risk and had none.
        customers: How many customers they are.
        outcomes: For how many observations the outcome came within the horizon.
        base: Their share: what a flag on everybody would have hit.
        auc: How often an observation with the outcome is ranked above one without.
        flag: The score at which one would have acted.
        flagged: How many observations that flags.
        precision: Of the flagged, the share with the outcome.
        recall: Of those with the outcome, the share that was flagged.
        lift: How many times the base rate the precision is; None without outcomes.
        lead_days: Median days from the first flag within the horizon to the outcome; None where none was flagged.
        deciles: The tenths, the most foretold first.
        calibration: The outcomes by score.
        seen: The observations.
    """

    horizon: Span
    anchors: int
    skipped: int
    observations: int
    unscored: int
    customers: int
    outcomes: int
    base: Share
    auc: Auc
    flag: float | None
    flagged: int
    precision: Share
    recall: Share
    lift: float | None
    lead_days: float | None
    deciles: tuple[Decile, ...]
    calibration: tuple[Bin, ...]
    seen: tuple[Observation, ...] = attrs.field(repr=False)

    @property
    def verdict(self) -> str:
        """What that amounts to, in one sentence."""
        return verdict(self)

    def decile_table(self) -> Table:
        """The tenths as a table for people."""
        rows = [
            (d.number, f"{d.observations:.0f}", f"{d.outcomes:.1f}", percent(d.rate), _number(d.lift))
            for d in self.deciles
        ]
        names = ("tenth", "observations", "outcomes", "rate", "lift")
        return Table(names, rows, title=f"Within {self.horizon}, the most foretold first", align=("right",) * 5)

    def calibration_table(self) -> Table:
        """The outcomes by score as a table for people."""
        rows = [
            (f"{b.low:g} to {b.high:g}", b.share.n, f"{b.mean:.1f}", b.share.k, percent(b.share.rate), _ends(b.share))
            for b in self.calibration
        ]
        names = ("score", "observations", "mean score", "outcomes", "rate", "interval")
        return Table(names, rows, title=f"Outcomes within {self.horizon}, by score", align=("left", *["right"] * 5))


@attrs.frozen(repr=False, str=False)
class Backtest(Framed):
    """How well a score would have foretold an outcome, for each horizon.

    Attributes:
        name: What the scorer is called.
        outcome: What was to be foretold.
        foretold_by: Whether `high` or `low` scores foretell it.
        as_of: The end of observation.
        horizons: The grades, one for each horizon.
        failures: Hooks that gave no usable answer, with the customer.
        notes: Names that were never seen, and what may have been meant.
    """

    name: str
    outcome: str
    foretold_by: str
    as_of: datetime
    horizons: tuple[Foretold, ...]
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()

    def __getitem__(self, horizon: str | Span) -> Foretold:
        """The grades of one horizon.

        Raises:
            UnknownNameError: It was not asked for.
        """
        from custlife.calendar import span

        wanted = span(horizon, name="horizon")
        for one in self.horizons:
            if one.horizon == wanted:
                return one
        raise UnknownNameError("horizon", str(horizon), [str(one.horizon) for one in self.horizons])

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return dict(COLUMNS)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each horizon."""
        return [_row(one) for one in self.horizons]

    def table(self) -> Table:
        """The grades as a table for people, with the verdicts."""
        rows = [
            (
                str(one.horizon),
                one.observations,
                one.outcomes,
                percent(one.base.rate),
                str(one.auc).removeprefix("AUC "),
                percent(one.precision.rate),
                percent(one.recall.rate),
                _number(one.lift),
                None if one.lead_days is None else f"{one.lead_days:.0f}",
            )
            for one in self.horizons
        ]
        names = ("within", "seen", "outcomes", "base rate", "AUC", "precision", "recall", "lift", "lead days")
        return Table(names, rows, title=self.title(), note=self.footnote(), align=("left", *["right"] * 8))

    def title(self) -> str:
        """One line that says what was asked."""
        return f"{self.name}: {self.foretold_by} scores and {self.outcome}"

    def footnote(self) -> str:
        """The verdicts, and what was left out."""
        found = [f"Within {one.horizon}: {one.verdict}" for one in self.horizons]
        found += self.notes
        skipped = max((one.skipped for one in self.horizons), default=0)
        found += [f"{skipped} anchors were left out, since their horizon was not over."] if skipped else []
        unscored = max((one.unscored for one in self.horizons), default=0)
        found += [f"{unscored:,} had no score."] if unscored else []
        found += [f"{len(self.failures):,} calls failed, first: {self.failures[0]}."] if self.failures else []
        return " ".join((*found, f"As of {self.as_of:%Y-%m-%d %H:%M} UTC."))

    def __repr__(self) -> str:
        return f"<Backtest of {self.name} against {self.outcome}, {len(self.horizons)} horizons>"

    def __str__(self) -> str:
        return self.table().text(width=120)

    def _repr_html_(self) -> str:
        return self.table().html()


COLUMNS: dict[str, Any] = {
    "horizon": str,
    "anchors": int,
    "skipped": int,
    "observations": int,
    "unscored": int,
    "customers": int,
    "outcomes": int,
    "base_rate": float | None,
    "auc": float | None,
    "auc_low": float | None,
    "auc_high": float | None,
    "flag": float | None,
    "flagged": int,
    "precision": float | None,
    "recall": float | None,
    "lift": float | None,
    "lead_days": float | None,
}


def _row(one: Foretold) -> dict[str, Any]:
    limits = one.auc.interval
    return {
        "horizon": str(one.horizon),
        "anchors": one.anchors,
        "skipped": one.skipped,
        "observations": one.observations,
        "unscored": one.unscored,
        "customers": one.customers,
        "outcomes": one.outcomes,
        "base_rate": one.base.rate,
        "auc": one.auc.value,
        "auc_low": None if limits is None else limits.low,
        "auc_high": None if limits is None else limits.high,
        "flag": one.flag,
        "flagged": one.flagged,
        "precision": one.precision.rate,
        "recall": one.recall.rate,
        "lift": one.lift,
        "lead_days": one.lead_days,
    }


def verdict(one: Foretold) -> str:
    """What the grades amount to, in one sentence that promises nothing.

    The words follow the AUC: below 0.6 little, below 0.7 somewhat, below 0.8 clearly, from there on much better than
    chance; and only where its interval excludes 0.5.
    """
    few = min(one.outcomes, one.observations - one.outcomes)
    if one.auc.value is None or few < FEW:
        return f"too little to judge: {one.outcomes:,} outcomes in {one.observations:,} observations."
    limits = one.auc.interval
    if limits is None:
        return f"no interval: {one.auc.reason}."
    if limits.high < 0.5:
        return f"worse than chance ({one.auc}): the other side foretells it, or it measures something else."
    if limits.low <= 0.5:
        return f"cannot be told from chance ({one.auc})."
    words = ((0.6, "a little"), (0.7, "somewhat"), (0.8, "clearly"), (2, "much"))
    word = next(word for edge, word in words if one.auc.value < edge)
    return f"ranks {word} better than chance ({one.auc})."


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def _ends(share: Share) -> str | None:
    limits = share.interval
    return None if limits is None else f"{100 * limits.low:.1f}–{100 * limits.high:.1f} %"
