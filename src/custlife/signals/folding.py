"""The fold: one customer, moment by moment; what is open stays open until it is over.

Nothing but the grid, the rules and what was known at each moment goes in, so it does not matter who looked when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.errors import UsageTypeError
from custlife.scoring.points import shortly
from custlife.scoring.scores import Failure
from custlife.signals.episodes import Episode, episode_id
from custlife.signals.look import UNKNOWN, Look, Moment, Sign, here

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from custlife.calendar import Zone
    from custlife.customers import Customer
    from custlife.scoring.request import ScoreRequest
    from custlife.signals.rule import Rule

    Opened = tuple[datetime, Look, ScoreRequest, float | None]  # when and how it was opened, the last request and value

__all__ = ["owner_of"]


def owner_of(rule: Rule, request: ScoreRequest, manager: str) -> str:
    """Who it is for: the owner of the rule, else the customer's own manager, else the team of the stage.

    Where a stage has no team, as exits have none, it is that of the last stage before it that has one.
    """
    if rule.owner:
        return rule.owner
    own = request.facts.get(manager)
    if own is not None and str(own).strip():
        return str(own)
    teams = (request.customer.model[move.to_stage].owners for move in reversed(request.customer.moves))
    return ", ".join(next(filter(None, teams), ()))


class Track:
    """One rule on its way through the life of one customer."""

    def __init__(self, rule: Rule, manager: str) -> None:
        self.rule = rule
        self.manager = manager
        self.opened: Opened | None = None
        self.occasion = ""
        self.run = 0
        self.quiet_until: int | None = None
        self.closed: list[Episode] = []

    def step(self, look: Look, moment: Moment, silencer: str) -> None:
        """One look further."""
        if self.opened is not None:
            at, first, _, latest = self.opened
            over = self._over(look, silencer)
            if over is None:
                self.opened = at, first, moment.request, latest if look.value is None else look.value
                return
            self._close(self.opened, over, look, moment)
        if silencer or not look.met:
            self.run = self.run if look.met is None and not silencer else 0
            return
        self.run = self.run + 1 if look.occasion == self.occasion else 1
        self.occasion = look.occasion
        quiet = self.quiet_until is not None and moment.us <= self.quiet_until
        if self.run >= self.rule.min_n and not quiet:
            self.opened = moment.request.as_of, look, moment.request, look.value

    def _over(self, look: Look, silencer: str) -> str | None:
        """Why the open episode is over; None while it is not."""
        if silencer:
            return f"silenced by {silencer}"
        if look.met is not None and look.occasion != self.occasion:
            return look.why or "something else has come"
        return (look.why or "over") if look.over else None

    def _close(self, opened: Opened, why: str, look: Look, moment: Moment) -> None:
        one = self._episode(opened, "resolved", moment.request.as_of, why)
        if look.value is not None and look.occasion == self.occasion:
            one = attrs.evolve(one, latest=look.value)
        self.closed.append(one)
        self.opened, self.run = None, 0
        if self.rule.cool_down is not None:
            self.quiet_until = moment.zone.add(moment.us, self.rule.cool_down)

    def _episode(self, opened: Opened, state: str, resolved_at: datetime | None = None, ended: str = "") -> Episode:
        """The open episode as a value."""
        at, look, request, latest = opened
        customer, rule = request.customer, self.rule
        owner = owner_of(rule, request, self.manager)
        return Episode(
            episode_id(rule.name, customer.id, at), state, rule.name, customer.id, customer.stage, at, resolved_at,
            look.value, latest, look.why, ended, owner, rule.action,
        )  # fmt: skip

    def episodes(self) -> list[Episode]:
        """Everything that was opened."""
        if self.opened is None:
            return self.closed
        at, _, request, _ = self.opened
        return [*self.closed, self._episode(self.opened, "opened" if at == request.as_of else "open")]


class Fold:
    """All rules on their way through the life of one customer.

    Args:
        rules: The rules, each after those that silence it.
        zone: Whose calendar counts.
        manager: Name of the fact with the customer's own manager.
        places: Which scorers are one and the same.
    """

    def __init__(self, rules: Iterable[Rule], zone: Zone, manager: str, places: dict[int, int]) -> None:
        self.tracks = [Track(rule, manager) for rule in rules]
        self.zone = zone
        self.places = places
        self.memory: dict[int, Any] = {}
        self.known: dict[str, Any] = {}
        self.customer: Customer | None = None
        self.failures: dict[str, Failure] = {}

    def step(self, request: ScoreRequest) -> None:
        """Looks at one moment with all rules."""
        if request.customer is not self.customer:
            self.customer, self.known = request.customer, {}
        moment = Moment(request, self.zone, self.memory, self.places, self.known)
        opened: set[str] = set()
        for track in self.tracks:
            look = self._look(track.rule, moment)
            silencer = next((name for name in track.rule.unless if name in opened), "")
            track.step(look, moment, silencer)
            if track.opened is not None:
                opened.add(track.rule.name)

    def _look(self, rule: Rule, moment: Moment) -> Look:
        """What a rule sees; what its sign raises is listed, and then nobody knows."""
        try:
            if self._gone(rule, moment):
                return Look(False, why=f"in {moment.customer.stage} now")
            sign = rule.sign
            return sign.look(moment) if isinstance(sign, Sign) else _read(sign(moment.request), rule.name)
        except Exception as error:
            if rule.name not in self.failures:
                self.failures[rule.name] = _failure(rule.name, moment.request, error)
            return UNKNOWN

    def _gone(self, rule: Rule, moment: Moment) -> bool:
        """Whether the customer is where the rule does not look."""
        if rule.only_in:
            return not here(moment, rule.only_in)
        return isinstance(rule.sign, Sign) and not rule.sign.IN_EXITS and moment.in_exit

    def episodes(self) -> list[Episode]:
        """Everything that was opened."""
        return [one for track in self.tracks for one in track.episodes()]


def _read(found: object, name: str) -> Look:
    if isinstance(found, Look):
        return found
    if found is None or isinstance(found, bool):
        return Look(found)
    raise UsageTypeError(f"rule {name!r} returned {shortly(found)}", "return True, False, None or signals.Look(...)")


def _failure(rule: str, request: ScoreRequest, error: Exception) -> Failure:
    customer, kind = request.customer.id, f"raised {type(error).__name__}"
    try:
        said = str(getattr(error, "what", error))[:300]
    except Exception:  # the text of somebody else's exception may raise as well
        said = ""
    what = f"rule {rule!r} {kind} for customer {customer!r} at {request.as_of:%Y-%m-%d %H:%M}: {said}"
    return Failure(customer, rule, kind, what.removesuffix(": "))
