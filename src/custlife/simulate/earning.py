"""Made-up revenue, contracts, costs and answers to surveys, fitting to the customers of a stage log."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from random import Random
from typing import TYPE_CHECKING, Any

from custlife.calendar import periods, to_us
from custlife.simulate.walking import check_stages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from custlife.analysis.spells import SpellRow
    from custlife.log.contracts import Contracts
    from custlife.log.costs import Costs
    from custlife.log.responses import Responses
    from custlife.log.revenue_log import RevenueLog
    from custlife.log.stage_log import StageLog

__all__ = ["b2b_contracts", "b2b_costs", "b2b_responses", "b2b_revenue"]

PRICES = {"starter": 49, "growth": 190, "enterprise": 900}
USUAL = 120
YEARLY = {"enterprise": 0.8, "growth": 0.3}
"""The truth: euros a month by plan; the share of customers that pay by the year, ten months for twelve."""

TURN = timedelta(days=45)
CURRENCY = "EUR"


def b2b_revenue(log: StageLog, *, seed: int = 1) -> RevenueLog:
    """What the customers of a stage log pay: made up, and fitting to where each customer stood.

    Customers pay from the first stage of a paying customer on. In later stages some take more and a few take less; who
    leaves the path pays nothing, and pays again on return.

    Args:
        log: A stage log, such as that of `b2b(...)`.
        seed: Any whole number; the same one gives the same amounts everywhere.

    Returns:
        A log in euros, by month and by year, with the segments of the stage log.

    Examples:
        >>> from custlife.simulate import b2b
        >>> b2b_revenue(b2b(50, seed=7), seed=7).currencies
        ('EUR',)
    """
    from custlife.log.revenue_log import RevenueLog

    rows = [
        {"customer": customer, "at": at, "amount": amount, "interval": interval, **dict(segments)}
        for customer, at, amount, interval, segments in _paid(log, seed)
    ]
    return RevenueLog.from_rows(
        rows, currency=CURRENCY, interval_col="interval", segment_cols=log.segments, as_of=log.as_of, tz=log.tz,
        unit=log.unit,
    )  # fmt: skip


Paid = tuple[str, "datetime", Decimal, str, tuple[tuple[str, "str | None"], ...]]


def _paid(log: StageLog, seed: int) -> Iterator[Paid]:
    """Every change of what is paid, by customer and time."""
    for customer, stays in _paying(log):
        chance = Random(f"custlife revenue {seed} {customer}")
        plan = dict(zip(log.segments, stays[0].segments, strict=True)).get("plan")
        interval = "year" if chance.random() < YEARLY.get(plan or "", 0.1) else "month"
        level = PRICES.get(plan or "", USUAL) * (1 + int(3 * chance.random()))
        for stay in stays:
            segments = tuple(zip(log.segments, stay.segments, strict=True))
            yield customer, stay.entered, _price(level, interval), interval, segments
            later = stay.entered + TURN
            turn = chance.random()
            if turn < 0.3 and later < (stay.left or log.as_of):
                level = level * 3 // 2 if turn < 0.2 else max(level * 2 // 3, 9)
                yield customer, later, _price(level, interval), interval, segments
            if stay.left is not None and stay.next not in log.model.keys:
                yield customer, stay.left, Decimal(0), interval, segments


def _price(level: int, interval: str) -> Decimal:
    """A price by the month, or ten of them by the year."""
    return Decimal(level * 10 if interval == "year" else level)


def _paying(log: StageLog) -> Iterator[tuple[str, list[SpellRow]]]:
    """The stays of each customer at or past the first stage of a paying one."""
    check_stages(log)
    model = log.model
    first = model.keys.index(model.customer_from or model.keys[-1])
    wanted = set(model.keys[first:])
    for customer, stays in groupby(log.spells().rows, key=_customer):
        mine = [stay for stay in stays if stay.stage in wanted]
        if mine:
            yield customer, mine


def _customer(stay: SpellRow) -> str:
    return stay.customer


def b2b_contracts(log: StageLog, *, seed: int = 1) -> Contracts:
    """The contracts of the customers of a stage log: a year each, renewed until they leave.

    Args:
        log: A stage log, such as that of `b2b(...)`.
        seed: Any whole number.

    Returns:
        Contracts in euros a year, with a limit of seats, and how many are used.

    Examples:
        >>> from custlife.simulate import b2b
        >>> b2b_contracts(b2b(50, seed=7), seed=7).running(used=1.0).title()
        '... contracts running, using 100 % of their limit or more'
    """
    from custlife.log.contracts import Contracts

    rows: list[dict[str, Any]] = []
    for customer, stays in _paying(log):
        chance = Random(f"custlife contracts {seed} {customer}")
        segments = dict(zip(log.segments, stays[0].segments, strict=True))
        limit = 5 * (1 + int(20 * chance.random()))
        gone = next((stay.left for stay in stays if stay.left is not None and stay.next not in log.model.keys), None)
        worth = Decimal(PRICES.get(segments.get("plan") or "", USUAL) * 12)
        used = int(limit * (1 + 5 * chance.random()) / 5)
        told = {"customer": customer, "start": stays[0].entered, "ended": gone, "worth": worth}
        rows.append({**told, "limit": limit, "used": used, **segments})
    return Contracts.from_rows(
        rows, term="1 year", ended_col="ended", amount_col="worth", currency=CURRENCY, limit_col="limit",
        used_col="used", segment_cols=log.segments, as_of=log.as_of, tz=log.tz, unit=log.unit,
    )  # fmt: skip


def b2b_costs(log: StageLog, *, seed: int = 1) -> Costs:
    """What winning, serving and keeping the customers of a stage log cost, by month and team.

    Args:
        log: A stage log, such as that of `b2b(...)`.
        seed: Any whole number.

    Returns:
        Costs in euros with a team and a purpose, from the first month of the log on.

    Examples:
        >>> from custlife.simulate import b2b
        >>> [row.segment[0] for row in b2b_costs(b2b(50, seed=7)).spending(every=None, by="purpose").rows]
        ['acquisition', 'retention', 'service']
    """
    from custlife.log.costs import Costs

    check_stages(log)
    months, stays = periods("month", tz=log.tz), log.spells().rows
    arrivals = [months.index(to_us(next(mine).entered)) for _, mine in groupby(stays, key=_customer)]
    paying = [months.index(to_us(mine[0].entered)) for _, mine in _paying(log)]
    rows: list[dict[str, Any]] = []
    for number in range(min(arrivals, default=0), months.index(to_us(log.as_of)) if arrivals else 0):
        chance = Random(f"custlife costs {seed} {number}")
        leads, served = arrivals.count(number), sum(one <= number for one in paying)
        for team, purpose, euros in (
            ("marketing", "acquisition", 800 + 40 * leads), ("sales", "acquisition", 1500 + 55 * leads),
            ("success", "retention", 600 + 12 * served), ("hosting", "service", 300 + 9 * served),
        ):  # fmt: skip
            amount = Decimal(euros + int(100 * chance.random()))
            rows.append({"period": months.label(number), "amount": amount, "team": team, "purpose": purpose})
    return Costs.from_rows(rows, currency=CURRENCY, team_col="team", purpose_col="purpose", tz=log.tz, as_of=log.as_of)


def b2b_responses(log: StageLog, *, seed: int = 1) -> Responses:
    """What the customers of a stage log answer when they are asked whether they would recommend us.

    Everybody is asked a month after each entry into a stage of a paying customer; about half answer, and those further
    on answer higher.

    Args:
        log: A stage log, such as that of `b2b(...)`.
        seed: Any whole number.

    Returns:
        Answers on the scale 0 to 10, with the questions that nobody answered, and the segments of the stage log.

    Examples:
        >>> from custlife.simulate import b2b
        >>> b2b_responses(b2b(50, seed=7), seed=7).nps().rows[0].n
        26
    """
    from custlife.log.responses import Responses

    rows: list[dict[str, Any]] = []
    for customer, stays in _paying(log):
        chance = Random(f"custlife responses {seed} {customer}")
        for stay in stays:
            at, answers = stay.entered + timedelta(days=30), chance.random() < 0.55
            far = log.model.keys.index(stay.stage) / len(log.model.keys)
            score = min(10, int(3 + 5 * far + 5 * chance.random()))
            if at <= log.as_of:
                segments = dict(zip(log.segments, stay.segments, strict=True))
                rows.append({"customer": customer, "at": at, "score": score if answers else None, **segments})
    return Responses.from_rows(
        rows, survey="nps", scale=(0, 10), missing="unanswered", segment_cols=log.segments, as_of=log.as_of,
        tz=log.tz, unit=log.unit,
    )  # fmt: skip
