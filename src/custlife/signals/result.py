"""The answer: episodes by customer and rule, what is open, and what happened since a moment."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.framing import Framed
from custlife.analysis.result import Result
from custlife.analysis.wording import never_seen
from custlife.calendar import instant, zone
from custlife.calendar.instants import wall_text
from custlife.errors import UnknownNameError, UsageError
from custlife.pictures import Bars, Segment, Table
from custlife.signals.episodes import EPISODES, STATES, Episode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.analysis.result import About
    from custlife.calendar import Instant
    from custlife.pictures import Picture
    from custlife.scoring.scores import Failure
    from custlife.signals.watching import Watch

__all__ = ["Feed", "News", "Signals"]

NEWS: dict[str, Any] = {
    "at": datetime,
    "change": str,
    "rule": str,
    "customer": str,
    "owner": str,
    "what": str,
    "action": str,
    "id": str,
}


@attrs.frozen
class News:
    """Something that changed: an episode that opened, or one that was resolved.

    Attributes:
        at: When; a moment of the grid.
        change: `opened` or `resolved`.
        episode: The episode as it is now.
    """

    at: datetime
    change: str
    episode: Episode

    def to_dict(self) -> dict[str, Any]:
        """The change as one row; there is nothing to do about what is resolved."""
        one, opened = self.episode, self.change == "opened"
        told = {"rule": one.rule, "customer": one.customer, "owner": one.owner}
        what = one.why if opened else one.ended
        return {"at": self.at, "change": self.change, **told, "what": what, "action": one.action * opened, "id": one.id}


@attrs.frozen(repr=False, str=False)
class Feed(Framed):
    """What changed after one moment and up to another, in the order of time.

    Attributes:
        since: What happened at it is not news any more.
        until: What happened at it still is.
        news: The changes.
        tz: The zone of tables for people; rows hold instants in UTC.
    """

    since: datetime
    until: datetime
    news: tuple[News, ...]
    tz: str = "UTC"

    def __len__(self) -> int:
        return len(self.news)

    def __iter__(self) -> Iterator[News]:
        return iter(self.news)

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return dict(NEWS)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each change."""
        return [one.to_dict() for one in self.news]

    def table(self) -> Table:
        """The changes as a table for people, with local dates: looks are at the start of days."""
        place = zone(self.tz)
        rows = [
            (
                wall_text(row["at"], place, "%Y-%m-%d"),
                row["change"],
                row["rule"],
                row["customer"],
                row["owner"],
                row["what"],
            )
            for row in self.to_dicts()
        ]
        title = f"{len(self):,} change{'' if len(self) == 1 else 's'}"
        note = f"After {wall_text(self.since, place)}, up to {wall_text(self.until, place)}, {self.tz}."
        return Table(("at", "change", "rule", "customer", "for", "what"), rows, title=title, note=note)

    def __repr__(self) -> str:
        return f"<Feed of {len(self):,} changes after {self.since:%Y-%m-%d %H:%M} UTC>"

    def __str__(self) -> str:
        return self.table().text(width=130)

    def _repr_html_(self) -> str:
        return self.table().html()


@attrs.frozen(repr=False, str=False)
class Signals(Result):
    """Episodes in the order of opening, then by rule and customer.

    Attributes:
        question: The rules and the grid.
        about: Where the answer comes from.
        last_look: The last moment of the grid; None where nobody was looked at.
        episodes: The episodes, open and resolved.
        failures: Signs that could not look, each rule once for a customer; episodes stay as they are meanwhile.
        unseen: Customers of whom nothing dated is known, so that the grid starts nowhere for them.
        undated: Names of facts without a date, which are taken to have held at all times.
        unknown: Ids that only `facts` knows.
        unheard: Events that the rules name and nobody had.
    """

    question: Watch
    about: About
    last_look: datetime | None
    episodes: tuple[Episode, ...]
    failures: tuple[Failure, ...] = ()
    unseen: tuple[str, ...] = ()
    undated: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.episodes)

    def __iter__(self) -> Iterator[Episode]:
        return iter(self.episodes)

    def __getitem__(self, name: str) -> Episode:
        """The episode of an id.

        Raises:
            UnknownNameError: There is none.
        """
        for one in self.episodes:
            if one.id == name:
                return one
        raise UnknownNameError("episode", name, [one.id for one in self.episodes])

    @property
    def open(self) -> tuple[Episode, ...]:
        """The episodes that are not over."""
        return tuple(one for one in self.episodes if one.is_open)

    def of(self, *, rule: str | None = None, customer: str | None = None, owner: str | None = None) -> Signals:
        """The same answer with some of the episodes; those for several teams are for each of them.

        Raises:
            UnknownNameError: There is no such rule.
        """
        if rule is not None and rule not in (names := [one.name for one in self.question.rules]):
            raise UnknownNameError("rule", rule, names)
        wanted = {"rule": rule, "customer": customer}
        asked = {name: value for name, value in wanted.items() if value is not None}
        kept = [
            one
            for one in self.episodes
            if all(getattr(one, name) == value for name, value in asked.items())
            and (owner is None or owner == one.owner or owner in one.owner.split(", "))
        ]
        return attrs.evolve(self, episodes=tuple(kept))

    def feed(self, since: Instant, *, until: Instant | None = None) -> Feed:
        """What changed after one moment and up to another, by default up to the moment of looking.

        Feeds that follow one another tell everything once.

        Raises:
            UsageError: `until` is before `since`, or after the moment of looking.
        """
        place = self.about.tz
        start = instant(since, tz=place, name="since")
        end = self.as_of if until is None else instant(until, tz=place, name="until")
        if not start <= end <= self.as_of:
            first, last = (wall_text(one, zone(place)) for one in (start, end))
            what = f"since={first} and until={last} do not lie in order before as_of"
            raise UsageError(what, f"as_of is {self.about.moment}")
        news = [News(one.opened_at, "opened", one) for one in self.episodes]
        news += [News(one.resolved_at, "resolved", one) for one in self.episodes if one.resolved_at is not None]
        kept = sorted((one for one in news if start < one.at <= end), key=_by_time)
        return Feed(start, end, tuple(kept), place)

    def parameters(self) -> dict[str, Any]:
        """Everything the answer depends on besides the rows; rules by their names."""
        return {**Result.parameters(self), "rules": [one.name for one in self.question.rules]}

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return dict(EPISODES)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each episode."""
        return [one.to_dict() for one in self.episodes]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them: local dates, those that are open first."""
        place, form = zone(self.about.tz), "%Y-%m-%d"
        ranked = sorted(self.episodes, key=_open_first)
        return [
            {
                "state": one.state,
                "rule": one.rule,
                "customer": one.customer,
                "opened": wall_text(one.opened_at, place, form),
                "resolved": wall_text(one.resolved_at, place, form) if one.resolved_at else None,
                "for": one.owner,
                "why": one.why,
            }
            for one in ranked
        ]

    def title(self) -> str:
        """One line that says what was asked."""
        counts = Counter(one.state for one in self.episodes)
        told = ", ".join(f"{counts[state]:,} {state}" for state in STATES)
        return f"{len(self):,} episode{'' if len(self) == 1 else 's'}: {told}"

    def footnotes(self) -> tuple[str, ...]:
        """When was looked, and what could not be."""
        last = f", last {wall_text(self.last_look, zone(self.about.tz))}" if self.last_look else ""
        found = [f"Looked every {self.question.every} in {self.about.tz}{last}."]
        if self.failures:
            found.append(f"{len(self.failures):,} failures, first: {self.failures[0]}.")
        if self.unseen:
            found.append(f"Nothing dated is known of {len(self.unseen):,}, first {self.unseen[0]!r}.")
        if self.undated:
            found.append(f"Facts without a date count as if they had always held: {', '.join(self.undated)}.")
        if self.unknown:
            found.append(f"Facts of {len(self.unknown):,} that are not among them, first {self.unknown[0]!r}.")
        return (*found, *never_seen(self.unheard))

    def picture(self) -> Picture:
        """How many episodes each rule has, by state."""
        names = [one.name for one in self.question.rules]
        counts = Counter((one.rule, one.state) for one in self.episodes)
        segments = [Segment(state, [counts[name, state] for name in names]) for state in STATES]
        return Bars(names, segments, title=self.title())


def _by_time(one: News) -> tuple[datetime, bool, str, str]:
    return one.at, one.change == "opened", one.episode.rule, one.episode.customer


def _open_first(one: Episode) -> tuple[bool, datetime, str, str]:
    return not one.is_open, one.opened_at, one.rule, one.customer
