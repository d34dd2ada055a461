"""What is measured: for each population, whether an interval holds the truth."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

import custlife as cl
from custlife import stats
from tests.calibration import worlds

Seen = tuple[str, bool | None]
"""What was measured, and whether the interval holds the truth; None where there is no interval."""

CUSTOMERS, CHAINED = 200, 500
WINDOW, HORIZON = 30, 60


@attrs.frozen
class Measure:
    """One line of the table.

    Attributes:
        name: What is estimated.
        method: How its interval is made.
        nominal: How often it should hold the truth.
    """

    name: str
    method: str
    nominal: float = 0.95


def holds(interval: object, truth: float) -> bool | None:
    """Whether an interval, or what has `low` and `high`, holds the truth."""
    low, high = getattr(interval, "low", None), getattr(interval, "high", None)
    return None if low is None or high is None else low <= truth <= high


def conversion(log: cl.StageLog) -> Iterator[Seen]:
    """The rate of the eligible, and the Kaplan-Meier rate."""
    truth = worlds.converts("", WINDOW)
    for method in ("wilson", "clopper-pearson"):
        found = log.conversion("visitor", "trial", within=cl.days(WINDOW), interval=method)
        yield f"conversion, {method}", holds(found.interval, truth)
    curve = (
        found.whole.curve()
    )  # who is still on the way was seen for less than the window: its end is that of the curve
    yield "conversion, Kaplan-Meier", holds(curve.at(curve.horizon or 0).incidence_interval, truth)


def stay(log: cl.StageLog) -> Iterator[Seen]:
    """Time in a stage: the share that is still there, the median, the restricted mean."""
    row = log.time_in_stage("trial", horizon=cl.days(HORIZON))["trial"]
    yield "still in stage", holds(row.curve.at(14).interval, worlds.still_in_trial("", 14))
    yield "median stay", holds(row.median, worlds.median_trial())
    mean = row.restricted_mean
    half = 1.959963984540054 * mean.std_error if mean.std_error is not None else None
    inside = None if half is None else abs(mean.value - worlds.mean_trial("", HORIZON)) <= half
    yield "restricted mean stay", inside


def outcomes(log: cl.StageLog) -> Iterator[Seen]:
    """Ends that compete, and their difference between plans."""
    found = log.outcomes("visitor", horizon=cl.days(HORIZON))
    for end, stage in (("won", "paid"), ("lost", "lost")):
        yield f"outcome {end}", holds(found[end].interval, worlds.ends("", stage, HORIZON))
    (row,) = log.outcomes("visitor", horizon=cl.days(HORIZON), by="plan").compare("free").rows
    truth = worlds.ends("pro", "paid", HORIZON) - worlds.ends("free", "paid", HORIZON)
    yield "difference of outcomes", holds(row.interval, truth)


def standing(log: cl.StageLog) -> Iterator[Seen]:
    """Where they stand, by skips and returns, and how long they spend there."""
    for interval in ("jackknife", "greenwood"):
        found = log.stage_probabilities("visitor", cl.days(HORIZON), interval=interval)["paid"]
        yield f"state, {interval}", holds(found.interval, worlds.stands("paid", HORIZON))
        yield f"days in state, {interval}", holds(found.expected_interval, worlds.spends("paid", HORIZON))


def comparing(log: cl.StageLog) -> Iterator[Seen]:
    """Differences between plans that do differ, and p-values of teams that do not."""
    (row,) = log.conversion("visitor", "trial", within=cl.days(WINDOW), by="plan").compare("free").rows
    yield "difference of rates", holds(row.interval, worlds.converts("pro", WINDOW) - worlds.converts("free", WINDOW))
    (row,) = log.time_in_stage("trial", by="plan", horizon=cl.days(HORIZON)).compare("free").rows
    truth = worlds.mean_trial("pro", HORIZON) - worlds.mean_trial("free", HORIZON)
    yield "difference of mean stays", holds(row.interval, truth)
    for name, found in (
        ("rates", log.conversion("visitor", "trial", within=cl.days(WINDOW), by="team").compare()),
        ("stays", log.time_in_stage("trial", by="team", horizon=cl.days(HORIZON)).compare()),
    ):
        first = found.rows[0].p_value
        yield f"no difference of {name}, one test", None if first is None else first > 0.05
        yield f"no difference of {name}, five adjusted", not found.found


def chain(seed: int) -> Iterator[Seen]:
    """A move from month to month, and how many stand where three months on."""
    log, later = worlds.chained(CHAINED, seed)
    found = log.chain(every="month")
    yield "transition", holds(found["trial", "paid"].interval, worlds.MONTHLY["trial"]["paid"])
    ahead = found.forecast(worlds.LATER)
    yield "forecast", holds(ahead.of("paid")[-1], later["paid"])


MEASURES = {
    "conversion, wilson": Measure("conversion rate of the eligible", "Wilson"),
    "conversion, clopper-pearson": Measure("conversion rate of the eligible", "Clopper-Pearson"),
    "conversion, Kaplan-Meier": Measure("conversion rate by Kaplan-Meier", "log-log"),
    "still in stage": Measure("share still in a stage after 14 days", "log-log"),
    "median stay": Measure("median time in stage", "log-log"),
    "restricted mean stay": Measure("mean time in stage up to 60 days", "normal"),
    "outcome won": Measure("share won within 60 days, other ends competing", "log-log"),
    "outcome lost": Measure("share lost within 60 days, other ends competing", "log-log"),
    "state, jackknife": Measure("share that stands in a stage after 60 days", "jackknife over 20 folds"),
    "state, greenwood": Measure("share that stands in a stage after 60 days", "Greenwood"),
    "days in state, jackknife": Measure("days spent in a stage within 60 days", "jackknife over 20 folds"),
    "days in state, greenwood": Measure("days spent in a stage within 60 days", "Greenwood"),
    "difference of rates": Measure("difference of two conversion rates", "Newcombe"),
    "difference of mean stays": Measure("difference of two mean times in stage", "normal"),
    "difference of outcomes": Measure("difference of two shares won", "hybrid log-log"),
    "transition": Measure("chance of a move from month to month", "Wilson"),
    "forecast": Measure("number in a stage three months ahead", "normal, whole customers"),
    "no difference of rates, one test": Measure("no difference of rates where there is none: one test", "p > 0.05"),
    "no difference of rates, five adjusted": Measure("the same, five tests adjusted", "none found"),
    "no difference of stays, one test": Measure("no difference of times where there is none: one test", "p > 0.05"),
    "no difference of stays, five adjusted": Measure("the same, five tests adjusted", "none found"),
}
ASKED = (conversion, stay, outcomes, standing, comparing)


def of_one(seed: int) -> list[Seen]:
    """All that is measured on the population of one seed."""
    log = worlds.log(CUSTOMERS, seed)
    return [*(seen for ask in ASKED for seen in ask(log)), *chain(seed)]


def tally(seeds: range) -> dict[str, tuple[int, int, int]]:
    """For each measure: how many intervals there were, how many held the truth, and how often there was none."""
    found = dict.fromkeys(MEASURES, (0, 0, 0))
    for seed in seeds:
        for name, inside in of_one(seed):
            n, k, none = found[name]
            found[name] = (n + (inside is not None), k + bool(inside), none + (inside is None))
    return found


def coverage(k: int, n: int, level: float = 0.95) -> stats.Interval:
    """The exact interval of the share that held the truth."""
    found = stats.clopper_pearson(k, n, level=level)
    assert found is not None, "nothing was measured"
    return found
