"""What rules make of a customer: episodes, which open, last and are resolved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs

from custlife.customers.moves import stamp

__all__ = ["EPISODES", "STATES", "Episode", "by_opening", "episode_id"]

STATES = ("opened", "open", "resolved")
EPISODES: dict[str, Any] = {
    "id": str,
    "state": str,
    "rule": str,
    "customer": str,
    "stage": str | None,
    "opened_at": datetime,
    "resolved_at": datetime | None,
    "value": float | None,
    "latest": float | None,
    "why": str,
    "ended": str,
    "owner": str,
    "action": str,
}


@attrs.frozen
class Episode:
    """One time that a rule rang for a customer.

    Attributes:
        id: Its name: the same for the same rule, customer and opening, whenever and wherever one looks.
        state: `opened` (at the last look), `open` (before), or `resolved`.
        rule: Name of the rule.
        customer: Who it is about.
        stage: The stage they were in while it was open, as last seen; None where there is none.
        opened_at: The moment of the grid at which it opened.
        resolved_at: The moment at which it was over; None while it is open.
        value: The number behind it at the opening; None where there is none.
        latest: The same number as last seen.
        why: What was seen at the opening.
        ended: What was seen when it was over; empty while it is open.
        owner: Who it is for, as last seen while it was open; empty where nobody is named.
        action: What to do.
    """

    id: str
    state: str
    rule: str
    customer: str
    stage: str | None
    opened_at: datetime
    resolved_at: datetime | None
    value: float | None
    latest: float | None
    why: str
    ended: str
    owner: str
    action: str

    @property
    def is_open(self) -> bool:
        """Whether it is not over."""
        return self.resolved_at is None

    def to_dict(self) -> dict[str, Any]:
        """The episode as one row."""
        return {name: getattr(self, name) for name in EPISODES}


def episode_id(rule: str, customer: str, opened_at: datetime) -> str:
    """A name made of the rule and a digest of rule, customer and opening: 64 bits of SHA-256.

    Examples:
        >>> from datetime import UTC, datetime
        >>> episode_id("health red", "acme", datetime(2026, 1, 5, tzinfo=UTC))
        'health-red-9cf0aea88b6e3480'
    """
    import json
    from hashlib import sha256

    said = json.dumps([rule, customer, stamp(opened_at)])  # ASCII, and no two triples have one text
    words = "".join(letter if letter.isalnum() else " " for letter in rule.lower()).split()
    return "-".join([*words, sha256(said.encode("ascii")).hexdigest()[:16]])


def by_opening(one: Episode) -> tuple[datetime, str, str]:
    """Order of episodes: by opening, then rule, then customer."""
    return one.opened_at, one.rule, one.customer
