"""Made-up touches between a company and its customers, deals with their amounts, and tickets of a service desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from random import Random
from typing import TYPE_CHECKING, Any

from custlife import presets
from custlife.analysis.splitting import check_count
from custlife.simulate.company import rates_for
from custlife.simulate.walking import check_stages, stage_rows, window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from custlife.analysis.spells import SpellRow
    from custlife.log.event_log import EventLog
    from custlife.log.stage_log import StageLog
    from custlife.simulate.walking import Instant

__all__ = ["b2b_deals", "b2b_tickets", "b2b_touches"]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START, AS_OF = "2025-01-01T00:00Z", "2026-07-01T00:00Z"
FIELDS = ("channel", "direction", "by_human", "team")
OUT, IN = "outbound", "inbound"

# event: channel, direction, by_human
KINDS: dict[str, tuple[str, str, bool]] = {
    "email sent": ("email", OUT, False),
    "email opened": ("email", IN, False),
    "call": ("phone", OUT, True),
    "demo": ("meeting", OUT, True),
    "proposal sent": ("email", OUT, True),
    "kick-off": ("meeting", OUT, True),
    "check-in": ("phone", OUT, True),
    "complaint": ("phone", IN, True),
}
# a third of a path each, and the team that looks after it
TEAMS = ("marketing", "sales", "success")
NEVER, DEMO_WON, DEMO_OTHER, PROPOSAL = 0.2, 0.6, 0.3, 0.5
"""The truth: of prospects who are not won 20 % are never called. Of those called and won 60 % saw a demo, of others
30 %; a proposal comes to half of either."""


def b2b_touches(log: StageLog, *, seed: int = 1) -> EventLog:
    """The touches of the customers of a stage log: made up, and fitting to where each customer stood.

    Marketing looks after the first stages and writes mails; sales calls, shows and proposes until one is a customer;
    success checks in. Customers who were won are shown a demo more often, and it has no effect on anything.

    Args:
        log: A stage log, such as that of `b2b(...)`.
        seed: Any whole number; the same one gives the same touches everywhere.

    Returns:
        A log of events with the values `channel`, `direction`, `by_human` and `team`.

    Examples:
        >>> from custlife.simulate import b2b
        >>> b2b_touches(b2b(50, seed=7), seed=7).events[:3]
        ('call', 'check-in', 'complaint')
    """
    from custlife.log.event_log import EventLog

    check_stages(log)
    model = log.model
    won = model.customer_from or model.keys[-1]
    rows: list[dict[str, Any]] = []
    for customer, stays in groupby(log.spells().rows, key=lambda row: row.customer):
        chance = Random(f"custlife touches {seed} {customer}")
        mine = _customer(list(stays), model.keys, model.keys.index(won), log.as_of, chance)
        for name, at, team in mine:
            told = dict(zip(FIELDS, (*KINDS[name], team), strict=True))
            rows.append({"customer": customer, "event": name, "at": at, **told})
    return EventLog.from_rows(rows, value_cols=FIELDS, as_of=log.as_of, tz=log.tz, unit=log.unit)


Touch = tuple[str, datetime, str]


def _customer(
    stays: Sequence[SpellRow], path: Sequence[str], won: int, as_of: datetime, chance: Random
) -> Iterator[Touch]:
    """The touches of one customer; what chance decides is drawn in a fixed order."""
    is_won = any(stay.stage in path and path.index(stay.stage) >= won for stay in stays)
    is_called = chance.random() >= NEVER or is_won
    has_demo = chance.random() < (DEMO_WON if is_won else DEMO_OTHER) and is_called
    has_proposal = chance.random() < PROPOSAL and is_called
    for stay in stays:
        if stay.stage not in path:
            continue
        place, end = path.index(stay.stage), stay.left or as_of
        if place >= won:
            yield from _served(stay.entered, end, chance)
        elif place == 0 and won > 1:
            yield from _mailed(stay.entered, end, chance)
        else:
            yield from _sold(stay.entered, end, chance, (is_called, has_demo, has_proposal))
            has_demo = has_proposal = False


def _between(chance: Random, low: int, high: int) -> timedelta:
    """A time between two numbers of hours, to the minute."""
    return timedelta(minutes=int(60 * (low + (high - low) * chance.random())))


def _mailed(at: datetime, end: datetime, chance: Random) -> Iterator[Touch]:
    """Marketing writes now and then, and some mails are opened."""
    at += _between(chance, 1, 72)
    while at < end:
        yield "email sent", at, TEAMS[0]
        opened = at + _between(chance, 1, 40)
        if chance.random() < 0.3 and opened < end:
            yield "email opened", opened, TEAMS[0]
        at += _between(chance, 100, 400)


def _sold(at: datetime, end: datetime, chance: Random, done: tuple[bool, bool, bool]) -> Iterator[Touch]:
    """Sales calls after some hours, shows and proposes; whoever is never called gets mails all the same."""
    is_called, has_demo, has_proposal = done
    begun = at
    at += _between(chance, 1, 90)
    while at < end:
        yield ("call" if is_called else "email sent"), at, (TEAMS[1] if is_called else TEAMS[0])
        at += _between(chance, 60, 300)
    for name, is_done in (("demo", has_demo), ("proposal sent", has_proposal)):
        part = (1 + 8 * chance.random()) / 10
        if is_done:
            yield name, begun + timedelta(minutes=int((end - begun) / HOUR * 60 * part)), TEAMS[1]


def _served(at: datetime, end: datetime, chance: Random) -> Iterator[Touch]:
    """Success meets new customers and checks in; some complain."""
    at += _between(chance, 4, 120)
    if at < end:
        yield "kick-off", at, TEAMS[2]
    at += _between(chance, 300, 900)
    while at < end:
        yield ("complaint" if chance.random() < 0.1 else "check-in"), at, TEAMS[2]
        at += _between(chance, 500, 1500)


def b2b_deals(
    deals: int = 300, seed: int = 1, *, start: Instant = START, as_of: Instant = AS_OF, tz: str = "UTC"
) -> StageLog:
    """A simulated log of deals: `presets.sales_funnel` with accounts, amounts in euro and an expected close.

    Args:
        deals: How many.
        seed: Any whole number; the same one gives the same log everywhere.
        start: When the first deal may begin.
        as_of: When the log was made.
        tz: Zone of calendar spans and periods, and of bare dates.

    Raises:
        UsageError: A number of deals below 0.
        UsageTypeError: No number of deals.

    Examples:
        >>> b2b_deals(40)
        <StageLog of 40 deals, ... rows, as of 2026-07-01 00:00 UTC>
    """
    from custlife.log.stage_log import StageLog

    check_count("deals", deals, 0)
    rates = rates_for(presets.sales_funnel)
    rows = stage_rows(rates, customers=deals, seed=seed, start=start, as_of=as_of, tz=tz, prefix="d")
    for deal, mine in groupby(rows, key=lambda row: row["customer"]):
        chance = Random(f"custlife deals {seed} {deal}")
        amount = Decimal(100 * (20 + int(280 * chance.random() * chance.random())))
        account = f"a{1 + int(deals * chance.random() / 2):04d}"
        due: str | None = None
        for row in mine:
            due = due or (row["at"] + timedelta(days=60 + int(90 * chance.random()))).date().isoformat()
            told = {"deal": deal, "account": account, "amount": amount, "currency": "EUR", "expected_close": due}
            row.update(told)
            amount += Decimal(100 * int(10 * chance.random()))  # a deal grows while it is talked about
    return StageLog.from_rows(
        rows, rates.model, customer_col="deal", account_col="account", amount_col="amount", currency_col="currency",
        expected_close_col="expected_close", reason_col="reason", recorded_at_col="recorded_at",
        segment_cols=[trait.name for trait in rates.traits], unit="deal", as_of=as_of, tz=tz,
    )  # fmt: skip


def b2b_tickets(
    tickets: int = 400, seed: int = 1, *, start: Instant = START, as_of: Instant = AS_OF, tz: str = "UTC"
) -> EventLog:
    """A simulated log of a service desk: tickets that are opened, replied to, solved, and sometimes opened again.

    Args:
        tickets: How many.
        seed: Any whole number; the same one gives the same log everywhere.
        start: When the first may be opened.
        as_of: When the log was made.
        tz: Zone of calendar spans and periods.

    Returns:
        A log of events of tickets, with the segment `team` and the values `direction` and `by_human`.

    Raises:
        UsageError: A number of tickets below 0.
        UsageTypeError: No number of tickets.

    Examples:
        >>> b2b_tickets(40).events
        ('opened', 'reopened', 'replied', 'solved')
    """
    from custlife.log.event_log import EventLog

    check_count("tickets", tickets, 0)
    first, last = window(tickets, seed, start, as_of, tz, timedelta(minutes=1))
    until = EPOCH + timedelta(minutes=last)
    rows: list[dict[str, Any]] = []
    for number in range(1, tickets + 1):
        chance = Random(f"custlife tickets {seed} {number}")
        at = EPOCH + timedelta(minutes=first + int((last - first) * chance.random()))
        team = "support" if chance.random() < 0.7 else "technical"
        for name, when in _ticket(at, chance, slow=team == "technical"):
            if when <= until:
                inward = name in {"opened", "reopened"}
                told = {"team": team, "direction": IN if inward else OUT, "by_human": True}
                rows.append({"ticket": f"t{number:05d}", "event": name, "at": when, **told})
    return EventLog.from_rows(
        rows, customer_col="ticket", value_cols=["direction", "by_human"], segment_cols=["team"], unit="ticket",
        as_of=as_of, tz=tz,
    )  # fmt: skip


def _ticket(at: datetime, chance: Random, *, slow: bool) -> Iterator[tuple[str, datetime]]:
    """The story of one ticket."""
    pace = 2 if slow else 1
    yield "opened", at
    if chance.random() < 0.04:
        return
    at += _between(chance, 0, 20 * pace)
    yield "replied", at
    while chance.random() < 0.93:
        at += _between(chance, 1, 90 * pace)
        yield "solved", at
        if chance.random() < 0.85:
            return
        at += _between(chance, 2, 200)
        yield "reopened", at
        at += _between(chance, 0, 20 * pace)
        yield "replied", at
