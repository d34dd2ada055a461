"""The six common mistakes of content, each named when the inventory shows it, with its numbers and what to do.

The list is that of the idea "Customer Lifecycle Funnel" (Deepstash): one team only; no positioning or story; no
customer profile behind it; too much awareness and too little education, selection and training; never distributed;
given up early. The thresholds are ours, stated in `Limits`, and arguments.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from custlife.errors import UsageError, UsageTypeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from custlife.playbook.content import ContentItem, Inventory

__all__ = ["MISTAKES", "Finding", "Limits", "Supply", "Unjudged", "judged"]

KINDS = {
    "reach": "awareness",
    "acquire": "education",
    "evaluate": "selection",
    "convert": "selection",
    "onboard": "training",
    "adopt": "training",
}
"""What content at a place of the common spine is for; all that comes later serves those who know the product."""


def _share(_owner: object, field: attrs.Attribute[float], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise UsageError(f"{field.name}={value!r} is no share", f"write {field.name}={field.default!r}")


def _count(_owner: object, field: attrs.Attribute[int], value: object) -> None:
    if type(value) is not int or value < 1:
        raise UsageTypeError(
            f"{field.name}={value!r} is no whole number above 0", f"write {field.name}={field.default}"
        )


@attrs.frozen(kw_only=True)
class Limits:
    """From when on something counts as a mistake.

    Attributes:
        least: Fewer items than that say nothing.
        one_team: One team made at least this share of the items that name one.
        no_message: More than this share of items tells no position or story.
        no_profile: More than this share has no customer profile behind it.
        awareness: More than this share of the supply is for awareness, and more than the demand there.
        undistributed: More than this share has no channel and was never used.
        quiet_days: Nothing was published for more than so many days.
        early_days: And the first publication lies fewer than so many days before the last one.

    Raises:
        UsageError: A share outside 0 to 1.
        UsageTypeError: A number of days or items that is not whole.
    """

    least: int = attrs.field(default=5, validator=_count)
    one_team: float = attrs.field(default=0.8, validator=_share)
    no_message: float = attrs.field(default=0.5, validator=_share)
    no_profile: float = attrs.field(default=0.5, validator=_share)
    awareness: float = attrs.field(default=0.5, validator=_share)
    undistributed: float = attrs.field(default=0.25, validator=_share)
    quiet_days: int = attrs.field(default=90, validator=_count)
    early_days: int = attrs.field(default=365, validator=_count)


@attrs.frozen
class Finding:
    """A mistake that the inventory shows.

    Attributes:
        mistake: Its name.
        said: What was found, with the threshold.
        value: The number behind it: a share, or days for what was given up early.
        limit: The threshold it was held against.
        n: Items that it rests on.
        hint: What to do.
        items: Titles of the items behind it, sorted; empty where it is about all of them.
    """

    mistake: str
    said: str
    value: float
    limit: float
    n: int
    hint: str
    items: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.mistake}: {self.said}\n  {self.hint}"


@attrs.frozen
class Unjudged:
    """A mistake that cannot be judged.

    Attributes:
        mistake: Its name.
        reason: What is missing.
    """

    mistake: str
    reason: str

    def __str__(self) -> str:
        return f"{self.mistake}: not judged, {self.reason}"


@attrs.frozen
class Supply:
    """What the judgement rests on.

    Attributes:
        inventory: The items that are out by that day.
        day: The day of looking.
        limits: The thresholds.
        by_kind: Share of the supply by what it is for; empty where no stage has a place on the spine.
        awareness_demand: Share of the demand at stages of awareness; None where demand is not known.
    """

    inventory: Inventory
    day: date
    limits: Limits
    by_kind: Mapping[str, Fraction]
    awareness_demand: Fraction | None


def judged(supply: Supply) -> tuple[tuple[Finding, ...], tuple[Unjudged, ...]]:
    """The mistakes that show, and those that cannot be judged, each in the order of the list."""
    found: list[Finding] = []
    unjudged: list[Unjudged] = []
    few = len(supply.inventory) < supply.limits.least
    for name, (fields, judge) in MISTAKES.items():
        known = [field for field in fields if field in supply.inventory.known]
        if few:
            said = f"{len(supply.inventory)} items are fewer than {supply.limits.least}"
        elif fields and not known:
            said = f"nobody keeps {' or '.join(map(repr, fields))}"
        else:
            answer = judge(supply)
            found += [attrs.evolve(answer, mistake=name)] if isinstance(answer, Finding) else []
            said = answer if isinstance(answer, str) else ""
        if said:
            unjudged.append(Unjudged(name, said))
    return tuple(found), tuple(unjudged)


def _titles(items: Sequence[ContentItem]) -> tuple[str, ...]:
    return tuple(sorted(item.title for item in items))


def _one_team(supply: Supply) -> Finding | str | None:
    limit = supply.limits.one_team
    teams = Counter(item.team for item in supply.inventory if item.team)
    n = sum(teams.values())
    if n < supply.limits.least:
        return f"{n} items name their team, fewer than {supply.limits.least}"
    team, most = max(sorted(teams.items()), key=lambda one: one[1])
    if Fraction(most, n) < _exact(limit):
        return None
    said = f"{team} made {most} of {n} items, {most / n:.0%} (from {limit:.0%} on)"
    hint = "let those who sell and those who serve contribute: they hear the questions that content should answer"
    return Finding("", said, most / n, limit, n, hint)


def _lacking(field: str, limit: float, what: str, hint: str, supply: Supply) -> Finding | None:
    lacking = [item for item in supply.inventory if not getattr(item, field)]
    n = len(supply.inventory)
    if Fraction(len(lacking), n) <= _exact(limit):
        return None
    said = f"{len(lacking)} of {n} items {what}, {len(lacking) / n:.0%} (above {limit:.0%})"
    return Finding("", said, len(lacking) / n, limit, n, hint, _titles(lacking))


def _no_message(supply: Supply) -> Finding | None:
    hint = "write down the position and the story first, then name in `message` which part each item tells"
    return _lacking("message", supply.limits.no_message, "tell no position or story", hint, supply)


def _no_profile(supply: Supply) -> Finding | None:
    hint = "say whom each item is for; `scoring.IdealCustomer` holds what a profile seeks and what troubles it"
    return _lacking("profile", supply.limits.no_profile, "have no customer profile behind them", hint, supply)


def _too_much_awareness(supply: Supply) -> Finding | str | None:
    if not supply.by_kind:
        return "no item is for a stage that has a place on the common spine (Stage.phase)"
    share, demand, limit = (
        supply.by_kind.get("awareness", Fraction(0)),
        supply.awareness_demand,
        supply.limits.awareness,
    )
    if share <= _exact(limit) or (demand is not None and share <= demand):
        return None
    others = ", ".join(
        f"{kind} {float(supply.by_kind.get(kind, 0)):.0%}" for kind in ("education", "selection", "training")
    )
    wanted = "" if demand is None else f", demand there {float(demand):.0%}"
    said = f"{float(share):.0%} of the supply is for awareness (above {limit:.0%}{wanted}); {others}"
    hint = "make the next items for the stages with the largest gap, not for the first one"
    return Finding("", said, float(share), limit, len(supply.inventory), hint)


def _undistributed(supply: Supply) -> Finding | None:
    limit, n = supply.limits.undistributed, len(supply.inventory)
    unseen = [item for item in supply.inventory if not item.channel and item.last_used is None]
    if Fraction(len(unseen), n) <= _exact(limit):
        return None
    told = {"channel": "have no channel", "last_used": "were never used"}
    what = " and ".join(words for field, words in told.items() if field in supply.inventory.known)
    said = f"{len(unseen)} of {n} items {what}, {len(unseen) / n:.0%} (above {limit:.0%})"
    hint = "plan where each item goes before it is made, and bring these out before making more"
    return Finding("", said, len(unseen) / n, limit, n, hint, _titles(unseen))


def _given_up(supply: Supply) -> Finding | str | None:
    limits = supply.limits
    days = sorted(item.published for item in supply.inventory if item.published)
    if len(days) < limits.least:
        return f"{len(days)} items have a day of publication, fewer than {limits.least}"
    quiet, lasted = supply.day - days[-1], days[-1] - days[0]
    if quiet <= timedelta(limits.quiet_days) or lasted >= timedelta(limits.early_days):
        return None
    said = (
        f"nothing was published for {quiet.days} days (more than {limits.quiet_days}), "
        f"after {lasted.days} days of publishing (fewer than {limits.early_days})"
    )
    hint = "content works slowly: set a pace that can be kept for a year, and judge it by the stages it moves"
    return Finding("", said, float(quiet.days), float(limits.quiet_days), len(days), hint)


def _exact(limit: float) -> Fraction:
    """The decimal fraction that was written, not its nearest binary neighbour."""
    return Fraction(str(limit))


MISTAKES: dict[str, tuple[tuple[str, ...], Callable[[Supply], Finding | str | None]]] = {
    "one team only": (("team",), _one_team),
    "no positioning or story": (("message",), _no_message),
    "no customer profile behind it": (("profile",), _no_profile),
    "too much awareness, too little education, selection and training": ((), _too_much_awareness),
    "never distributed": (("channel", "last_used"), _undistributed),
    "given up early": (("published",), _given_up),
}
"""The six mistakes, with the fields that they are judged by: any one of them must be kept."""
