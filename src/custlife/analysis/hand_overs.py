"""Hand-overs: from which team to which units pass, how long nobody has them, and how many are lost there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import choice, names
from custlife.analysis.result import Result, days_of, decimal, with_interval
from custlife.analysis.splitting import about, group_order, head, label, picked, segment_test
from custlife.analysis.touch_steps import as_touch, exit_codes, first_event, seen_of, unseen_events
from custlife.analysis.wording import counted, never_seen
from custlife.engines.touching import HandOvers as Request
from custlife.engines.touching import HandTally
from custlife.errors import UsageError
from custlife.pictures import Bars, Segment
from custlife.stats import share
from custlife.stats.interval import check_level

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import ClassVar

    from custlife.analysis.result import About
    from custlife.analysis.steps import Step
    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting
    from custlife.engines.touching import HandTable
    from custlife.pictures import Picture
    from custlife.stats import Share

__all__ = ["HandOver", "HandOvers", "HandOversResult"]

STATES = ("moved", "lost", "back", "pending")


@attrs.frozen
class HandOvers:
    """The question of hand-overs between teams; `log.hand_overs(events)` builds and asks it.

    Attributes:
        touch: What a touch is; any event by default.
        team: The property of events that names the team.
        by: Segments to split by, in force at the second touch.
        level: Nominal coverage of the intervals.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "from_team", "to_team", "state")

    touch: Step = attrs.field(default=None, converter=as_touch)
    team: str = "team"
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    level: float = 0.95

    def __attrs_post_init__(self) -> None:
        check_level(self.level)

    def requests(self, setting: Setting) -> list[Request]:
        """The one table it needs."""
        if self.team not in setting.values:
            have = ", ".join(map(repr, setting.values)) or "none"
            what = f"the events have no property team={self.team!r} (they have: {have})"
            raise UsageError(what, f"name it when they are made: value_cols=[{self.team!r}]")
        exits, path = exit_codes(setting), setting.vocabulary.path
        return [Request(seen_of(self.touch, setting), self.team, path, first_event(setting), exits, self.by)]

    def answer(self, setting: Setting, tables: list[Any]) -> HandOversResult:
        """The result, from the table of counts."""
        table: HandTable = tables[0]
        rows = [self._row(*key, table[key]) for key in sorted(table, key=_order)]
        return HandOversResult(self, about(setting, self.by), tuple(rows), unseen_events(setting, self.touch.names))

    def _row(self, group: Group, one: str | None, other: str | None, tally: HandTally) -> HandOver:
        n = len(tally.waits)
        waits = tally.waits
        median = None if not n else days_of((waits[(n - 1) // 2] + waits[n // 2]) / 2)
        loss = share(tally.lost, n - tally.pending, level=self.level)
        return HandOver(group, one, other, n, tally.moved, tally.lost, tally.back, tally.pending, median, loss)

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:  # noqa: ARG002  # alike
        """Whether some tables have a hand-over in a cell: `from_team`, `to_team`, `state`, `segment`."""
        state = choice("state", cell.get("state", "lost"), STATES)
        is_mine = segment_test(cell)

        def find(tables: list[Any]) -> bool:
            return any(
                is_mine(group)
                and cell.get("from_team", one) == one
                and cell.get("to_team", other) == other
                and getattr(tally, state)
                for (group, one, other), tally in tables[0].items()
            )

        return find


def _order(key: tuple[Group, str | None, str | None]) -> tuple[Any, ...]:
    """By segment, then by team: first those that hand over, then those that keep."""
    group, one, other = key
    return group_order(group), one == other, one is None, one or "", other is None, other or ""


@attrs.frozen
class HandOver:
    """Touches by one team followed by a touch of another, for one segment.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        from_team: Who touched before; None where it is not known.
        to_team: Who touched next.
        n: How often: `moved + lost + back + pending`.
        moved: After which the unit next went on along the path.
        lost: After which it next left the path.
        back: After which it next went anywhere else.
        pending: After which it has gone nowhere yet by `as_of`.
        median_gap_days: Median time between the two touches, days.
        loss: The lost among those after which anything happened, with its interval; several of one unit count as
            independent.
    """

    segment: Group
    from_team: str | None
    to_team: str | None
    n: int
    moved: int
    lost: int
    back: int
    pending: int
    median_gap_days: float | None
    loss: Share

    @property
    def is_kept(self) -> bool:
        """Whether it is no hand-over: the same team touched again. It is what hand-overs are compared with."""
        return self.from_team == self.to_team

    @property
    def label(self) -> str:
        """Segment and teams in one text."""
        return label(self.segment, f"{label((self.from_team,))} → {label((self.to_team,))}")


@attrs.frozen(str=False, repr=False)
class HandOversResult(Result):
    """The answer of a question of hand-overs.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment and pair of teams; those of one team after itself stand last, for comparison.
        unseen: Names of events that were asked for and nobody had.
    """

    question: HandOvers
    about: About
    rows: tuple[HandOver, ...]
    unseen: tuple[str, ...] = ()

    def __getitem__(self, teams: str) -> HandOver:
        """The row of two teams, such as `"marketing → sales"`; with its segment where it is split.

        Raises:
            UnknownNameError: There is no such row.
        """
        return picked(self.rows, "row", teams, [row.label for row in self.rows])

    def title(self) -> str:
        """One line that says what was asked."""
        return f"Hand-overs between teams, of {counted(self.about.units, self.about.unit)}"

    def footnotes(self) -> tuple[str, ...]:
        """How to read the rows."""
        return (
            "A hand-over is a touch by another team than the touch before it; the same team twice is the comparison.",
            "Lost: of those after which the unit moved at all, the share that left the path.",
            "Intervals take several of one unit as independent, and are too narrow where that is common.",
            "This is association, not cause: who is handed over may have been harder to win.",
            *never_seen(self.unseen),
        )

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return {
            **dict.fromkeys(self.question.by, str | None),
            "from_team": str | None,
            "to_team": str | None,
            **dict.fromkeys(("n", *STATES), int),
            **dict.fromkeys(("median_gap_days", "loss_rate", "loss_low", "loss_high"), float | None),
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment and pair of teams."""
        return [
            {
                **head(self.question.by, row.segment),
                **{name: getattr(row, name) for name in ("from_team", "to_team", "n", *STATES, "median_gap_days")},
                "loss_rate": row.loss.rate,
                "loss_low": row.loss.interval.low if row.loss.interval else None,
                "loss_high": row.loss.interval.high if row.loss.interval else None,
            }
            for row in self.rows
        ]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them."""
        return [
            {
                **head(self.question.by, row.segment),
                "teams": label((), f"{label((row.from_team,))} → {label((row.to_team,))}"),
                "n": row.n,
                "moved on": row.moved,
                "lost": row.lost,
                "pending": row.pending,
                "median gap, days": decimal(row.median_gap_days),
                "share lost": with_interval(row.loss.rate, row.loss.interval),
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """What came after each hand-over."""
        rows = [row for row in self.rows if not row.is_kept]
        parts = [("moved on", "moved", "good"), ("lost", "lost", "bad"), ("back", "back", "muted")]
        parts.append(("pending", "pending", "pending"))
        segments = tuple(Segment(text, [getattr(row, name) for row in rows], tone) for text, name, tone in parts)
        return Bars(tuple(row.label for row in rows), segments, title=self.title())
