"""A customer for signs to see, and what they tell of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import custlife as cl
from custlife import signals
from custlife.signals import Look, Moment, Rule

US = timedelta(microseconds=1)

MODEL = cl.StageModel(
    "saas",
    ["trial", cl.Stage("onboarding", owners=["Success", "Sales"]), "paid"],
    exits=[
        cl.Stage("lapsed", exit="paused"),
        cl.Stage("lost_to_competitor", exit="paused"),
        cl.Stage("churned", exit="ended"),
    ],
    transitions=[
        cl.Transition("trial", "onboarding", max_gap="14 days"),
        cl.Transition("trial", "paid", max_gap="1 month"),
    ],
)


def customer(*moves: tuple[str, datetime], **rest: Any) -> cl.Customer:
    return cl.Customer("ada", MODEL, moves=moves, **rest)


def see(sign: signals.Sign, who: cl.Customer, at: datetime, tz: str = "UTC") -> Look:
    """One look without a past."""
    from custlife.calendar import zone
    from custlife.scoring.request import request_at

    return sign.look(Moment(request_at(who, at), zone(tz)))


def told(rule: Rule, who: cl.Customer, until: datetime, **words: Any) -> list[tuple[datetime, datetime | None]]:
    found = signals.watch(rule, [who], as_of=until, **words)
    assert found.failures == ()
    return [(one.opened_at, one.resolved_at) for one in found]
