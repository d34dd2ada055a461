"""What stands out: a few plain sentences, each with its number, its interval and what is still pending."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from custlife.reporting.answers import goal_of
from custlife.reporting.document import Finding
from custlife.reporting.naming import labels
from custlife.reporting.wording import counted, hundred, length, limits, listed, window

if TYPE_CHECKING:
    from collections.abc import Callable

    from custlife.analysis.conversion import ConversionResult, ConversionRow
    from custlife.analysis.funnel_result import FunnelStep
    from custlife.analysis.retention_result import RetentionMean
    from custlife.reporting.answers import EventAnswers, StageAnswers

__all__ = ["of_events", "of_stages"]

ENOUGH = 30
"""Shares of fewer are not put into a headline."""


def of_stages(answers: StageAnswers, behind: EventAnswers | None = None) -> tuple[Finding, ...]:
    """Up to six findings about a log of stages, most important first; one more from the events behind it."""
    makers = (_main, _step, _waiting, _back, _now, _why)
    found = [make(answers) for make in makers]
    if behind is not None:
        found.insert(4, _kept(behind))
    return tuple(one for one in found if one is not None)


def of_events(answers: EventAnswers) -> tuple[Finding, ...]:
    """Up to four findings about a log of events."""
    makers: tuple[Callable[[EventAnswers], Finding | None], ...] = (_again, _habit, _kept, _latest)
    return tuple(found for found in (make(answers) for make in makers) if found is not None)


def _made(row: ConversionRow | FunnelStep) -> int:
    """How many of the eligible made it."""
    return round((row.rate or 0.0) * row.eligible)


def _rate(row: ConversionRow | FunnelStep | RetentionMean) -> str:
    """A rate with its interval in words."""
    return f"{hundred(row.rate or 0.0)}{limits(row.interval)}"


def _pending(row: ConversionRow | FunnelStep, unit: str, span: object) -> str:
    if not row.pending:
        return ""
    verb = "is" if row.pending == 1 else "are"
    return (
        f"Another {counted(row.pending, unit)} {verb} still within the {span} and may yet make it: pending, counted "
        "neither as won nor as lost."
    )


def _main(answers: StageAnswers) -> Finding | None:
    """How many of those who began reach the main goal in time."""
    goal = goal_of(answers.log.model)
    if answers.funnel is None or goal is None or not answers.funnel.entered:
        return None
    name, unit, step = labels(answers.log.model), answers.log.unit, answers.funnel[goal]
    first = name(answers.log.model.keys[0])
    if step.rate is None:
        says = f"Nobody has had the full {answers.within} since {first} yet, so there is no rate to {name(goal)}."
        return Finding("too early", says, _pending(step, unit, answers.within))
    says = (
        f"Of {counted(step.eligible, unit)} that began at {first} and had the full {answers.within}, {_made(step):,} "
        f"reached {name(goal)}: {_rate(step)}."
    )
    return Finding(hundred(step.rate), says, _pending(step, unit, answers.within))


def _step(answers: StageAnswers) -> Finding | None:
    """Where most are lost; where that is the conversion above already, how it goes on for those who made it."""
    model = answers.log.model
    sure = [one for one in answers.steps if one.whole.rate is not None and one.whole.eligible >= ENOUGH]
    if not sure:
        return None
    worst = max(sure, key=lambda one: one.whole.eligible - _made(one.whole))
    if (str(worst.question.start), str(worst.question.goal)) == (model.keys[0], goal_of(model)):
        return _onward(answers, worst, sure)
    row, unit = worst.whole, answers.log.unit
    says = (
        f"Most are lost between {_ends(answers, worst)}: of {counted(row.eligible, unit)} whose {answers.within} are "
        "over, "
        f"{row.eligible - _made(row):,} did not make it. {_made(row):,} did, {_rate(row)}."
    )
    return Finding(f"{row.eligible - _made(row):,} lost", says, _pending(row, unit, answers.within))


def _onward(answers: StageAnswers, first: ConversionResult, sure: list[ConversionResult]) -> Finding | None:
    """The widest later step, if it is wider beyond doubt."""
    one = max(sure, key=lambda one: one.whole.rate or 0.0)
    row, unit = one.whole, answers.log.unit
    if row.interval is None or first.interval is None or row.interval.low <= first.interval.high:
        return None
    says = (
        f"That is where most are lost. It gets easier between {_ends(answers, one)}: {_made(row):,} of "
        f"{counted(row.eligible, unit)} made it within {answers.within}, {_rate(row)}."
    )
    return Finding(hundred(row.rate or 0.0), says, _pending(row, unit, answers.within))


def _ends(answers: StageAnswers, one: ConversionResult) -> str:
    name = labels(answers.log.model)
    return f"{name(str(one.question.start))} and {name(str(one.question.goal))}"


def _waiting(answers: StageAnswers) -> Finding | None:
    """The stage of the path that they stay in longest."""
    name, path = labels(answers.log.model), set(answers.log.model.keys)
    known = [
        (row.median.value, row)
        for row in answers.time.rows
        if row.stage in path and row.n >= ENOUGH and row.median.value is not None
    ]
    if not known:
        return None
    median, row = max(known, key=lambda pair: (pair[0], pair[1].stage))
    low, high = row.median.low, row.median.high
    upper = "an end not known yet" if high is None else f"{high:,.0f}"
    about = "" if low is None else f" (95\u202f% interval {low:,.0f} to {upper})"
    open_ended = any(one.stage in path and one.n and one.median.value is None for one in answers.time.rows)
    most = "Of the stages that half have left already, they stay longest in" if open_ended else "They stay longest in"
    says = f"{most} {name(row.stage)}: half of these stays are over after {length(median)}{about}."
    but = (
        f"{row.open:,} of {counted(row.n, 'stay')} {'lasts' if row.open == 1 else 'last'} still, and count as not over."
    )
    return Finding(length(median), says, but if row.open else "")


def _back(answers: StageAnswers) -> Finding | None:
    """How many come back from the paused exit that most were in."""
    sure = [one for one in answers.returns if one.whole.rate is not None and one.whole.eligible >= ENOUGH]
    if not sure:
        return None
    one = max(sure, key=lambda one: one.whole.entered)
    row, unit = one.whole, answers.log.unit
    start = labels(answers.log.model)(str(one.question.start))
    says = (
        f"Of {counted(row.eligible, unit)} that came into {start} at least {answers.within} ago, {_made(row):,} were "
        f"back on the path within {answers.within}: {_rate(row)}."
    )
    return Finding(hundred(row.rate or 0.0), says, _pending(row, unit, answers.within))


def _now(answers: StageAnswers) -> Finding | None:
    """Where everybody stands."""
    log, model, name = answers.log, answers.log.model, labels(answers.log.model)
    last = max((row.period for row in answers.headcount.rows), default=None)
    now = {row.stage: row.count for row in answers.headcount.rows if row.period == last and row.count}
    total = sum(now.values())
    if not total:
        return None
    customer = model.customer_from if model.customer_from and model.position(model.customer_from) else model.keys[0]
    first = model.position(customer) or 0
    here = sum(now.get(key, 0) for key in model.keys[first:])
    before = sum(now.get(key, 0) for key in model.keys[:first])
    rest = [f"{before:,} before that"] if before else []
    off = sorted(((n, key) for key, n in now.items() if model.position(key) is None), key=lambda pair: -pair[0])
    rest += [f"{n:,} in {name(key)}" for n, key in off]
    where = f"at {name(customer)} or later" if first else "on the path"
    rate = hundred(here / total)
    says = f"As of {window(answers.time.about)}, {here:,} of {counted(total, log.unit)} ({rate}) are {where}"
    return Finding(rate, f"{says}; {listed(rest)}." if rest else f"{says}.")


def _why(answers: StageAnswers) -> Finding | None:
    """The reason given most often."""
    given: Counter[str] = Counter()
    for row in answers.reasons.rows:
        if row.reason is not None:
            given[row.reason] += row.count
    total = sum(given.values())
    if total < ENOUGH:
        return None
    top, n = min(given.items(), key=lambda item: (-item[1], item[0]))
    missing = sum(row.count for row in answers.reasons.rows if row.reason is None)
    but = f"{counted(missing, 'further exit')} {'has' if missing == 1 else 'have'} no reason." if missing else ""
    says = f"“{top}” is the reason given most often for leaving: {n:,} of {counted(total, 'exit')} with a reason."
    return Finding(hundred(n / total), says, but)


def _again(answers: EventAnswers) -> Finding | None:
    """How many did it again in time."""
    row, unit = answers.again.whole, answers.log.unit
    if row.rate is None or not row.eligible:
        return None
    says = (
        f"Of {counted(row.eligible, unit)} whose {answers.within} since the first event are over, {_made(row):,} came "
        f"back within them: {_rate(row)}."
    )
    return Finding(hundred(row.rate), says, _pending(row, unit, answers.within))


def _habit(answers: EventAnswers) -> Finding | None:
    """How soon those who come back do."""
    median = answers.again.whole.median_days
    if median is None or answers.again.converted < ENOUGH:
        return None
    says = f"Of those who came back in time, half did so within {length(median)}."
    return Finding(length(median), says, "Who did not come back is not in this number.")


def _kept(answers: EventAnswers) -> Finding | None:
    """Retention late in what was observed."""
    every = answers.every
    sure = [mean for mean in answers.retention.means if mean.offset and mean.rate is not None and mean.size >= ENOUGH]
    if not sure:
        return None
    mean = next((one for one in sure if one.offset == 12), sure[len(sure) // 2])
    says = (
        f"{counted(mean.offset, every).capitalize()} after the {every} of the first event, {mean.retained:,} of "
        f"{counted(mean.size, answers.log.unit)} did something in that {every}: {_rate(mean)}."
    )
    return Finding(hundred(mean.rate or 0.0), says)


def _latest(answers: EventAnswers) -> Finding | None:
    """The last complete period."""
    rows = [row for row in answers.growth.rows if row.is_complete]
    if len(rows) < 2:
        return None
    last, before = rows[-1], rows[-2]
    says = (
        f"{counted(last.active, answers.log.unit)} {'was' if last.active == 1 else 'were'} active in {last.period}, "
        f"after {before.active:,} in {before.period}: {last.new:,} new, {last.returning:,} as the {answers.every} "
        f"before, {last.resurrected:,} back after a pause."
    )
    return Finding(f"{last.active:,}", says)
