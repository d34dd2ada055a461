"""Paths: the distinct sequences of stages or events that units went through."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import choice, codes_of, names
from custlife.analysis.result import Result, days_of
from custlife.analysis.splitting import about, check_maybe_count, groups_of, head, label, segment_test
from custlife.analysis.wording import counted
from custlife.engines import gathers
from custlife.engines.history import check_segments
from custlife.errors import UnknownNameError
from custlife.pictures import Bars, Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import ClassVar

    from custlife.analysis.result import About
    from custlife.engines.gathers import Group, PathTable, PathTally
    from custlife.engines.history import Setting, Vocabulary
    from custlife.pictures import Picture

__all__ = ["Path", "Paths", "PathsResult", "PathsTotal"]

DRAWN = 20


@attrs.frozen
class Paths:
    """The question of paths; `log.paths(...)` builds and asks it.

    Attributes:
        longest: Sequences are cut after this many stages; None for never.
        repeats: `keep`; or `first`: only the first time at each stage or event is kept.
        by: Segments to split by, in force at the first row.
        limit: The most paths to list for each segment; None for all.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "stages")

    longest: int | None = None
    repeats: str = "keep"
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    limit: int | None = None

    def __attrs_post_init__(self) -> None:
        check_maybe_count("longest", self.longest)
        check_maybe_count("limit", self.limit)
        choice("repeats", self.repeats, ("keep", "first"))

    def requests(self, setting: Setting) -> list[gathers.Paths]:
        """The one table it needs."""
        check_segments(self.by, setting.segments)
        return [gathers.Paths(self.by, self.longest, self.repeats)]

    def answer(self, setting: Setting, tables: list[Any]) -> PathsResult:
        """The result, from the table of counts."""
        table: PathTable = tables[0]
        rows: list[Path] = []
        totals = []
        for group in groups_of((group for group, *_ in table), self.by):
            mine = {key: tally for key, tally in table.items() if key[0] == group}
            early = sum(tally.count for (_, codes, _), tally in mine.items() if not codes)
            whole = sum(tally.count for tally in mine.values()) - early
            found = sorted(
                (key for key in mine if key[1]), key=lambda key: (-mine[key].count, len(key[1]), key[1], key[2])
            )
            rows += [_path(mine[key], key, whole, setting.vocabulary) for key in found[: self.limit]]
            unlisted = found[self.limit :] if self.limit is not None else []
            totals.append(PathsTotal(group, whole, len(found), sum(mine[key].count for key in unlisted), early))
        return PathsResult(self, about(setting, self.by), tuple(rows), tuple(totals))

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:
        """Whether some tables have a path: `stages` in their order, as listed in the answer; `segment`."""
        wanted, is_mine = None, segment_test(cell)
        if "stages" in cell:
            what = "stage" if setting.vocabulary.path else "event"
            wanted = tuple(min(codes_of(setting, (name,), what), default=-1) for name in cell["stages"])

        def find(tables: list[Any]) -> bool:
            return any(codes and wanted in (None, codes) and is_mine(group) for group, codes, _ in tables[0])

        return find


def _path(tally: PathTally, key: tuple[Group, tuple[int, ...], bool], whole: int, vocabulary: Vocabulary) -> Path:
    group, codes, is_cut = key
    states: dict[str, int] = {"open": 0, "paused": 0, "ended": 0}
    for code, n in tally.ends.items():
        states["paused" if code in vocabulary.paused else "ended" if code in vocabulary.ended else "open"] += n
    known = bool(vocabulary.path)
    return Path(
        group,
        tuple(vocabulary.names[code] for code in codes),
        is_cut,
        tally.count,
        tally.count / whole,
        days_of(median(tally.lengths)),
        *(states[name] if known else None for name in ("open", "paused", "ended")),
    )


@attrs.frozen
class Path:
    """One path, in one segment.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        stages: The stages or events in their order.
        is_cut: Whether its units went on after `longest` stages.
        count: Units that took it.
        share: Their share of the units of the segment.
        median_days: Median time from the first to the last entry on the path, days.
        open: Those that are on the path of the model (or beside it) at `as_of`; None for events.
        paused: Those that are in an exit from which one may return; None for events.
        ended: Those that are in an exit that is final; None for events.
    """

    segment: Group
    stages: tuple[str, ...]
    is_cut: bool
    count: int
    share: float
    median_days: float
    open: int | None
    paused: int | None
    ended: int | None

    @property
    def text(self) -> str:
        """The stages in one text."""
        return " → ".join((*self.stages, "…") if self.is_cut else self.stages)


@attrs.frozen
class PathsTotal:
    """What the paths of one segment come to.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        count: Units with a path.
        paths: Distinct paths.
        unlisted: Units whose path is not listed, because of `limit`.
        truncated: Units first seen before observation began, whose path is not known from its start.
    """

    segment: Group
    count: int
    paths: int
    unlisted: int
    truncated: int


@attrs.frozen(str=False, repr=False)
class PathsResult(Result):
    """The answer of a question of paths.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment and path, most frequent first.
        totals: One for each segment.
    """

    question: Paths
    about: About
    rows: tuple[Path, ...]
    totals: tuple[PathsTotal, ...]

    def __getitem__(self, stages: tuple[str, ...]) -> Path:
        """The row of a path that was not cut, by its stages.

        Raises:
            UnknownNameError: There is no such row.
        """
        for row in self.rows:
            if row.stages == tuple(stages) and not row.is_cut:
                return row
        raise UnknownNameError("path", " → ".join(stages), [row.text for row in self.rows])

    def title(self) -> str:
        """One line that says what was asked."""
        return f"Paths of {counted(self.about.units, self.about.unit)}"

    def footnotes(self) -> tuple[str, ...]:
        """What is not listed, and who was left out."""
        notes = []
        for total in self.totals:
            name = f"{label(total.segment)}: " if total.segment else ""
            listed = sum(row.segment == total.segment for row in self.rows)
            if total.unlisted:
                more = counted(total.paths - listed, "more path")
                notes.append(f"{name}{more} with {counted(total.unlisted, self.about.unit)}.")
            if total.truncated:
                notes.append(f"{name}{total.truncated:,} first seen before observation began.")
        return tuple(notes)

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        states = () if self.about.model is None else ("open", "paused", "ended")
        numbers = {"count": int, "share": float, "median_days": float, **dict.fromkeys(states, int | None)}
        return {**dict.fromkeys(self.question.by, str | None), "path": str, **numbers}

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment and path."""
        states = () if self.about.model is None else ("open", "paused", "ended")
        return [
            {
                **head(self.question.by, row.segment),
                "path": row.text,
                "count": row.count,
                "share": row.share,
                "median_days": row.median_days,
                **{state: getattr(row, state) for state in states},
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """A bar for each of the most frequent paths, split by how its units stand."""
        rows = self.rows[:DRAWN]
        labels = [label(row.segment, row.text) for row in rows]
        if self.about.model is None:
            return Bars(labels, [Segment("", [row.count for row in rows])], title=self.title())
        parts = [
            Segment("open", [row.open for row in rows], "good"),
            Segment("paused", [row.paused for row in rows], "pending"),
            Segment("ended", [row.ended for row in rows], "muted"),
        ]
        return Bars(labels, parts, title=self.title())
