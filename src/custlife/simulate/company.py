"""A made-up company that sells software to other companies, and its customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custlife import presets
from custlife.simulate.rates import Leaving, Rates, Trait, Wait, Way
from custlife.simulate.walking import stage_rows

if TYPE_CHECKING:
    from custlife.log.stage_log import StageLog
    from custlife.simulate.walking import Instant
    from custlife.stages import StageModel

__all__ = ["B2B", "b2b", "rates_for"]

_QUIET = (("no reply", 5.0), ("no time now", 3.0), ("champion left", 2.0))
_RIVAL = (("price", 4.0), ("missing integration", 3.0), ("uses another vendor already", 2.0))
_UNFIT = (("too small", 3.0), ("no budget", 2.0), ("student", 1.0))
_GONE = (("no longer needed", 3.0), ("support", 2.0), ("price", 2.0))
_HARD = (("set-up too hard", 3.0), ("key user left", 1.0))

_LEAVING = (
    Leaving("outreach", (
        Way("connection", 0.50, Wait(14)), Way("conversion", 0.04, Wait(25)), Way("lapsed", 0.22, Wait(45), _QUIET),
        Way("lost_to_competitor", 0.07, Wait(40), _RIVAL), Way("disqualified", 0.10, Wait(10), _UNFIT),
    )),
    Leaving("connection", (
        Way("conversion", 0.46, Wait(28)), Way("onboarding", 0.07, Wait(35)), Way("outreach", 0.04, Wait(20)),
        Way("lapsed", 0.17, Wait(50), _QUIET), Way("lost_to_competitor", 0.14, Wait(45), _RIVAL),
        Way("lost", 0.07, Wait(60), (("budget cut", 2.0), ("project stopped", 1.0))),
    )),
    Leaving("conversion", (
        Way("onboarding", 0.91, Wait(5, 4)), Way("experience", 0.04, Wait(10)), Way("churned", 0.03, Wait(20), _HARD),
    )),
    Leaving("onboarding", (
        Way("experience", 0.82, Wait(21, 4)), Way("value", 0.04, Wait(30)), Way("churned", 0.07, Wait(45), _HARD),
        Way("lapsed", 0.04, Wait(60), _QUIET),
    )),
    Leaving("experience", (
        Way("value", 0.66, Wait(40)), Way("retention", 0.05, Wait(90)), Way("onboarding", 0.03, Wait(60)),
        Way("churned", 0.12, Wait(90), _GONE), Way("lapsed", 0.06, Wait(75), _QUIET),
        Way("lost_to_competitor", 0.04, Wait(120), _RIVAL),
    )),
    Leaving("value", (
        Way("retention", 0.68, Wait(75, 4)), Way("expansion", 0.08, Wait(90)), Way("churned", 0.08, Wait(120), _GONE),
        Way("lost_to_competitor", 0.05, Wait(130), _RIVAL),
    )),
    Leaving("retention", (
        Way("expansion", 0.40, Wait(80)), Way("value", 0.08, Wait(60)), Way("churned", 0.11, Wait(150), _GONE),
        Way("lost_to_competitor", 0.07, Wait(140), _RIVAL),
    )),
    Leaving("expansion", (Way("retention", 0.30, Wait(120)), Way("churned", 0.05, Wait(150), _GONE))),
    Leaving("lapsed", (
        Way("", 0.24, Wait(70)), Way("lost", 0.30, Wait(120), (("gave up", 1.0),)),
        Way("lost_to_competitor", 0.08, Wait(100), _RIVAL),
    )),
    Leaving("lost_to_competitor", (Way("", 0.14, Wait(150)),)),
)  # fmt: skip

_TRAITS = (
    Trait("plan", (("starter", 0.5, 0.8), ("growth", 0.35, 1.0), ("enterprise", 0.15, 1.6))),
    Trait("region", (("Americas", 0.45, 1.0), ("Europe", 0.40, 1.0), ("Asia-Pacific", 0.15, 1.0))),
    Trait("owner", (("Amara", 0.3, 1.0), ("Jonas", 0.3, 1.0), ("Mei", 0.25, 1.0), ("Tiago", 0.15, 1.0))),
)

B2B = Rates(
    presets.catalyst8,
    (("outreach", 0.88), ("connection", 0.12)),
    _LEAVING,
    at_once=0.06,
    late=0.08,
    delay=Wait(2.0),
    traits=_TRAITS,
)
"""The truth behind `b2b`: skips, lapses, returns, losses to a competitor, ties and late entries."""


def b2b(
    customers: int = 500,
    seed: int = 1,
    *,
    model: StageModel | None = None,
    rates: Rates | None = None,
    start: Instant = "2025-01-01T00:00Z",
    as_of: Instant = "2026-07-01T00:00Z",
    tz: str = "UTC",
) -> StageLog:
    """A simulated log of a company that sells to companies: made up, and labelled so wherever it is shown.

    Args:
        customers: How many.
        seed: Any whole number; the same one gives the same log everywhere.
        model: The stages; `presets.catalyst8` by default, any other gets even rates along its path.
        rates: The truth, in the place of `B2B`.
        start: When the first customer may appear.
        as_of: When the log was made.
        tz: Zone of calendar spans and periods, and of bare dates.

    Raises:
        UsageError: A number of customers below 0.

    Examples:
        >>> b2b(100, seed=7)
        <StageLog of 100 customers, ... rows, as of 2026-07-01 00:00 UTC>
    """
    from custlife.log.stage_log import StageLog

    truth = rates or (B2B if model in (None, B2B.model) else rates_for(model))
    rows = stage_rows(truth, customers=customers, seed=seed, start=start, as_of=as_of, tz=tz)
    columns: dict[str, Any] = {
        "recorded_at_col": "recorded_at",
        "reason_col": "reason",
        "segment_cols": [trait.name for trait in truth.traits],
    }
    return StageLog.from_rows(rows, truth.model, as_of=as_of, tz=tz, **columns)


def rates_for(model: StageModel) -> Rates:
    """Plain rates for any model: most go on, some skip, the rest leaves by the exits in equal parts.

    Args:
        model: The stages.
    """
    keys, exits = model.keys, [stage.key for stage in model.exits]
    leaving = []
    for place, key in enumerate(keys):
        ways = [Way(to, share, Wait(30)) for to, share in zip(keys[place + 1 : place + 3], (0.6, 0.08), strict=False)]
        ways += [Way(to, 0.24 / len(exits), Wait(60)) for to in exits]
        leaving.append(Leaving(key, tuple(ways)))
    leaving += [Leaving(key, (Way("", 0.2, Wait(60)),)) for key in exits if model.is_paused(key)]
    return Rates(model, ((keys[0], 1.0),), tuple(leaving), traits=_TRAITS)
