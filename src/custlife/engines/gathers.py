"""The gathers: frozen requests that map whole histories to small tables of counts, and those tables.

A table of some units and a table of other units add up to the table of both, in any order: that is what lets one set of
questions run on rows, arrays and partitions alike.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import attrs

from custlife.engines.movements import Lives, Movements
from custlife.engines.passages import Occupations, Passages
from custlife.engines.presence import Presence
from custlife.engines.purchases import Purchases
from custlife.engines.renewals import Renewals, Running
from custlife.engines.scores import Scores
from custlife.engines.touching import Contacts, Deals, HandOvers, Touches
from custlife.engines.transits import Transits

if TYPE_CHECKING:
    from collections import Counter

    from custlife.calendar import Periods, Span

__all__ = [
    "EARLIER",
    "LATE",
    "NEVER",
    "OPEN",
    "Activity",
    "ActivityTable",
    "Exclusion",
    "FunnelPlan",
    "FunnelTable",
    "FunnelTally",
    "MoveTable",
    "Moves",
    "PathTable",
    "PathTally",
    "Paths",
    "Profile",
    "ReasonTable",
    "Reasons",
    "Request",
    "SpellTable",
    "SpellTally",
    "Spells",
    "Standing",
    "Standings",
    "Stay",
    "Stays",
    "StepTally",
]

Group = tuple[str | None, ...]


def _times() -> array[int]:
    return array("q")


@attrs.frozen
class Spells:
    """Lengths of stays by stage: ended ones by where they led, open ones by their age at `as_of`.

    Attributes:
        by: Segments, in force at the start of the stay; of the first one, where stays are added up.
        clock: `visit` counts each stay; `total` adds the stays of one unit in one stage.
        resolution: `exact`, or `day`: an end takes the next whole day since the start, a censoring the last one.
    """

    by: tuple[str, ...] = ()
    clock: str = "visit"
    resolution: str = "exact"


@attrs.define
class SpellTally:
    """Lengths in microseconds, each list sorted: a multiset is a count for every length.

    Attributes:
        ended: By the code of the next stage.
        open: Ages at `as_of` of the stays that last.
        entered: Lengths already behind a stay when observation began (delayed entry).
        truncated: Stays that began before observation did; those whose delay is not 0 are in `entered`.
        gone: Stays over before observation began; they are in no other number.
    """

    ended: dict[int, array[int]] = attrs.field(factory=dict)
    open: array[int] = attrs.field(factory=_times)
    entered: array[int] = attrs.field(factory=_times)
    truncated: int = 0
    gone: int = 0


SpellTable = dict[tuple[Group, int], SpellTally]


@attrs.frozen
class Moves:
    """Moves by calendar period: `(group, period, from, to)`; from is `-1` for a first entry.

    Attributes:
        periods: The calendar, or None for one period over all.
        by: Segments.
        segment: `move`: in force at the move; `stay`: in force at the start of the stay that the move ends, so that
            who came in and who went out of a stage are split alike.
    """

    periods: Periods | None = None
    by: tuple[str, ...] = ()
    segment: str = "move"


MoveTable = dict[tuple[Group, int, int, int], int]

EARLIER = -(1 << 40)
"""The period of moves made before observation began."""


@attrs.frozen
class Activity:
    """Active periods of units: who starts when, who is active later, and after how long a silence.

    Attributes:
        periods: The calendar.
        active: Codes that make a unit active: stages it is in at some instant of the period, or events in it.
        start: Codes whose first occurrence (or each one, see `recurring`) puts a unit in a cohort.
        recurring: Every period with a start opens a cohort, not only the first ever.
        by: Segments, in force at the start.
    """

    periods: Periods
    active: frozenset[int]
    start: frozenset[int]
    recurring: bool = False
    by: tuple[str, ...] = ()


NEVER = -(1 << 62)
"""The previous active period of a unit that had none, and starts in this one."""

LATE = NEVER + 1
"""The previous active period of a unit that had none, though it started in an earlier one."""


@attrs.define
class ActivityTable:
    """What activity by period comes to. Activity before the first start of a unit is not counted.

    Attributes:
        cohorts: Units by `(group, cohort period)`.
        retained: Units by `(group, cohort period, later period)` active in it.
        last: Units by `(group, cohort period, last active period)`.
        growth: Active units by `(group, previous active period or NEVER or LATE, period)`.
        truncated: Units in no cohort because they started before observation began.
        outside: Units that were active but never started.
    """

    cohorts: Counter[tuple[Group, int]]
    retained: Counter[tuple[Group, int, int]]
    last: Counter[tuple[Group, int, int]]
    growth: Counter[tuple[Group, int, int]]
    truncated: int = 0
    outside: int = 0


@attrs.frozen
class Paths:
    """Distinct sequences of codes with their counts.

    Attributes:
        by: Segments, in force at the first row.
        longest: Sequences are cut after this many codes.
        repeats: `keep`, or `first`: only the first occurrence of each code is kept.
    """

    by: tuple[str, ...] = ()
    longest: int | None = None
    repeats: str = "keep"


@attrs.define
class PathTally:
    """Units that took one path.

    Attributes:
        count: How many.
        lengths: Time from their first to their last row on the path, microseconds, sorted.
        ends: How many by the code in which they stand at `as_of`.
    """

    count: int = 0
    lengths: array[int] = attrs.field(factory=_times)
    ends: dict[int, int] = attrs.field(factory=dict)


PathTable = dict[tuple[Group, tuple[int, ...], bool], PathTally]
"""By group, sequence and whether it was cut; the empty sequence holds units first seen before observation began."""


@attrs.frozen
class Exclusion:
    """Rows that must not lie between two steps.

    Attributes:
        codes: The forbidden codes.
        after: Index of the step it must not follow, from 0.
        before: Index of the step it must not precede.
        mode: `drop`, `stop`, `reset` or `void`.
    """

    codes: frozenset[int]
    after: int
    before: int
    mode: str


@attrs.frozen(eq=False)
class FunnelPlan:
    """A funnel in codes, ready to be counted.

    Attributes:
        steps: The codes that serve each step.
        tests: For each step, pairs of a property and its wanted value; none where the code decides alone.
        window: The most time from the start, or None.
        within: For each step, the most time since the step before, or None.
        min_gap: For each step, the least time since the step before, or None.
        ordered: True where the steps are stages of the path in their order, so that skips can be imputed.
    """

    steps: tuple[frozenset[int], ...]
    tests: tuple[tuple[tuple[str, Any], ...], ...]
    window: Span | None = None
    within: tuple[Span | None, ...] = ()
    min_gap: tuple[Span | None, ...] = ()
    entry: str = "first"
    order: str = "ordered"
    skips: str = "passed"
    ties: str = "lenient"
    repeats: str = "keep"
    exclusions: tuple[Exclusion, ...] = ()
    on_path: bool = False
    periods: Periods | None = None
    by: tuple[str, ...] = ()

    @property
    def is_limited(self) -> bool:
        """Whether steps have limits of their own; of no time at all is one, too."""
        return any(span is not None for span in self.within) or any(self.min_gap)


@attrs.define
class StepTally:
    """The counts of one step.

    Attributes:
        reached: Units that reached the step in time, imputed ones included.
        imputed: Those of them that passed over it.
        eligible: Units whose deadline is at or before `as_of`, whatever became of them.
        eligible_reached: Those of them that reached the step.
        pending: Units that have not reached it and still may.
        step_eligible: Eligible units that reached the step before.
        step_reached: Those of them that reached this one.
        from_start: Time from the start to the step, for units that reached it.
        from_previous: Time from the step before, where both were really entered.
        open_ages: Age at `as_of` of the pending.
    """

    reached: int = 0
    imputed: int = 0
    eligible: int = 0
    eligible_reached: int = 0
    pending: int = 0
    step_eligible: int = 0
    step_reached: int = 0
    from_start: array[int] = attrs.field(factory=_times)
    from_previous: array[int] = attrs.field(factory=_times)
    open_ages: array[int] = attrs.field(factory=_times)


@attrs.define
class FunnelTally:
    """The counts of one group.

    Attributes:
        entered: Units (or attempts, with `entry="each"`) that entered the first step.
        dropped: Units taken out by an exclusion.
        skipped: Units left out because they skipped a step, with `skips="exclude"`.
        truncated: Units first seen beyond the first step when observation began.
    """

    steps: list[StepTally]
    entered: int = 0
    dropped: int = 0
    skipped: int = 0
    truncated: int = 0


FunnelTable = dict[tuple[Group, "int | None"], FunnelTally]


@attrs.frozen
class Reasons:
    """Why units left: `(group, from, exit, reason)`; reason None where none was given.

    Attributes:
        exits: Codes of the stages off the path that one leaves into.
        by: Segments, in force at the move.
    """

    exits: frozenset[int]
    by: tuple[str, ...] = ()


ReasonTable = dict[tuple[Group, int, int, "str | None"], int]


@attrs.frozen
class Profile:
    """All but the rows: a `Setting`.

    Attributes:
        by: Segments whose changes within a unit are noted.
    """

    by: tuple[str, ...] = ()


OPEN = -1
"""The stage behind a stay that lasts."""


@attrs.frozen
class Stays:
    """Every stay of every unit, as rows in the order of the units.

    Attributes:
        codes: Only the stays in these stages.
    """

    codes: frozenset[int]


@attrs.frozen
class Stay:
    """One stay; `after` is `OPEN` and `left` is `as_of` while it lasts."""

    unit: str
    code: int
    entered: int
    left: int
    after: int
    segments: Group


@attrs.frozen
class Standings:
    """Every unit as it stands at `as_of`, in order."""


@attrs.frozen
class Standing:
    """One unit; `furthest` is `-1` where it was never on the path."""

    unit: str
    code: int
    entered: int
    first: int
    furthest: int
    moves: int
    segments: Group


Request = (
    Spells | Moves | Activity | Paths | Reasons | FunnelPlan | Profile | Stays | Standings | Transits | Passages
    | Presence | Purchases | Movements | Lives | Renewals | Running | Scores | Occupations | Contacts | Touches
    | HandOvers | Deals
)  # fmt: skip
