"""The law: whether a move is legal, and what kind of move it is.

Rule 1: this file alone decides legality and kind. Every other floor asks a model, and the model asks this table.
Rule 2: this file knows no customer, clock, frame or model: only places, relations and policies.
Rule 3: the code is the table. `law_table()` prints the rows that `kind_of` looks up; there is no second copy.

A **place** is where one stands: `nowhere` (before the first move), on the `path`, or off it. Off the path one is
`paused` (one may well come back: lapsed, bought elsewhere, or in a stage that the model lists but leaves unplaced,
such as HubSpot's "Other") or `ended` (lost, churned, disqualified).

A **relation** is where a move leads. Into a place off the path it is `paused` or `ended`. Onto the path it compares
the target with the stage one holds, or, from off the path, with the path stage one left last: the `same` one, the
`first` of the path (from beyond it, or from off the path), the `next` one, one `further` on, or another one `back`.
Who never stood on the path stands before it: from nowhere its first stage is `next`, and all others are `further`.

A **policy** answers what a model does not declare. `open` allows every kind: a lifecycle. `forward` refuses to go
back. `stepwise` refuses to skip or to go back, and lets who comes back re-enter at the first stage or at the one
left: a sales funnel. `declared` refuses everything. A transition that a model declares is always allowed; a model
under `declared` that declares no way in gets one to its first stage.

What follows from the table:

- The kind never depends on the policy: a refused move that is on record still has the kind of the `open` column.
- The kind depends on from and to alone. Only one permission looks further back: RETURN under `stepwise`.
- ENTER is the first move onto the path, also beyond its first stage; `stepwise` refuses to start in the middle.
- Coming back from an exit is RETURN whatever the stage, never REGRESS: `forward` allows it, from ended exits too.
- From one exit to another is LAPSE or LOSE again, by the exit one moves into.
- To stay is not a move: a target equal to the stage one holds is in no cell (from an exit, `same` is the one left).
"""

from __future__ import annotations

import enum
from typing import Literal

__all__ = ["LAW", "POLICIES", "MoveKind", "Place", "Policy", "Relation", "kind_of", "law_table", "relation"]

Place = Literal["nowhere", "path", "paused", "ended"]
Relation = Literal["next", "further", "same", "first", "back", "paused", "ended"]
Policy = Literal["open", "forward", "stepwise", "declared"]

POLICIES: tuple[Policy, ...] = ("open", "forward", "stepwise", "declared")
"""The four policies, from the freest to the strictest; the columns of the law."""


class MoveKind(enum.StrEnum):
    """What a move means for the lifecycle. Derived from where it starts and leads, never typed by a caller.

    Attributes:
        ENTER: The first move, onto the path.
        ADVANCE: To the next stage of the path.
        SKIP: Further along the path, past at least one stage.
        REGRESS: Back along the path.
        LAPSE: Off the path into a stage that one may come back from.
        LOSE: Into an exit that is meant to be final.
        RETURN: From off the path back onto it.

    Examples:
        >>> MoveKind.SKIP, str(MoveKind.SKIP)
        (MoveKind.SKIP, 'skip')
    """

    ENTER = "enter"
    ADVANCE = "advance"
    SKIP = "skip"
    REGRESS = "regress"
    LAPSE = "lapse"
    LOSE = "lose"
    RETURN = "return"

    def __repr__(self) -> str:
        return f"MoveKind.{self.name}"


_ENTER, _ADVANCE, _SKIP, _REGRESS, _LAPSE, _LOSE, _RETURN = MoveKind
_Cells = tuple[MoveKind | None, MoveKind | None, MoveKind | None, MoveKind | None]
_NO_MOVE: _Cells = (None, None, None, None)

# fmt: off
LAW: dict[tuple[Place, Relation], _Cells] = {
    # from       to             open      forward   stepwise  declared    None: refused
    ("nowhere", "next"):      (_ENTER,   _ENTER,   _ENTER,   None),
    ("nowhere", "further"):   (_ENTER,   _ENTER,   None,     None),
    ("nowhere", "same"):      _NO_MOVE,
    ("nowhere", "first"):     _NO_MOVE,
    ("nowhere", "back"):      _NO_MOVE,
    ("nowhere", "paused"):    (_LAPSE,   _LAPSE,   _LAPSE,   None),
    ("nowhere", "ended"):     (_LOSE,    _LOSE,    _LOSE,    None),
    ("path", "next"):         (_ADVANCE, _ADVANCE, _ADVANCE, None),
    ("path", "further"):      (_SKIP,    _SKIP,    None,     None),
    ("path", "same"):         _NO_MOVE,
    ("path", "first"):        (_REGRESS, None,     None,     None),
    ("path", "back"):         (_REGRESS, None,     None,     None),
    ("path", "paused"):       (_LAPSE,   _LAPSE,   _LAPSE,   None),
    ("path", "ended"):        (_LOSE,    _LOSE,    _LOSE,    None),
    ("paused", "next"):       (_RETURN,  _RETURN,  None,     None),
    ("paused", "further"):    (_RETURN,  _RETURN,  None,     None),
    ("paused", "same"):       (_RETURN,  _RETURN,  _RETURN,  None),
    ("paused", "first"):      (_RETURN,  _RETURN,  _RETURN,  None),
    ("paused", "back"):       (_RETURN,  _RETURN,  None,     None),
    ("paused", "paused"):     (_LAPSE,   _LAPSE,   _LAPSE,   None),
    ("paused", "ended"):      (_LOSE,    _LOSE,    _LOSE,    None),
    ("ended", "next"):        (_RETURN,  _RETURN,  None,     None),
    ("ended", "further"):     (_RETURN,  _RETURN,  None,     None),
    ("ended", "same"):        (_RETURN,  _RETURN,  _RETURN,  None),
    ("ended", "first"):       (_RETURN,  _RETURN,  _RETURN,  None),
    ("ended", "back"):        (_RETURN,  _RETURN,  None,     None),
    ("ended", "paused"):      (_LAPSE,   _LAPSE,   _LAPSE,   None),
    ("ended", "ended"):       (_LOSE,    _LOSE,    _LOSE,    None),
}
# fmt: on


def relation(place: Place, held: int, target: int) -> Relation:
    """How a stage of the path stands to somebody.

    Args:
        place: Where they are.
        held: Position of the path stage they hold or left last, from 0; -1 if they never held one.
        target: Position of the stage in question, from 0.

    Examples:
        >>> relation("path", 0, 1), relation("path", 3, 0), relation("paused", 3, 3)
        ('next', 'first', 'same')
    """
    if target == held:
        return "same"
    if target == 0 and place != "nowhere":
        return "first"
    if target == held + 1:
        return "next"
    return "further" if target > held else "back"


def kind_of(place: Place, towards: Relation, policy: Policy = "open") -> MoveKind | None:
    """Kind of a move that the policy allows; None where it refuses, or where there is no such move.

    Examples:
        >>> kind_of("path", "further"), kind_of("path", "further", "stepwise")
        (MoveKind.SKIP, None)
    """
    return LAW[place, towards][POLICIES.index(policy)]


def law_table() -> str:
    """The whole law as a Markdown table: one row for each place and relation, one column for each policy.

    Examples:
        >>> print(law_table().splitlines()[3])
        | nowhere | further | ENTER | ENTER | refused | refused |
    """
    head = ["from", "to", *POLICIES]
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for (place, towards), cells in LAW.items():
        blank = "no move" if cells is _NO_MOVE else "refused"
        names = (blank if kind is None else kind.name for kind in cells)
        lines.append("| " + " | ".join((place, towards, *names)) + " |")
    return "\n".join(lines)
