"""Rolling members up into what they belong to: contacts into accounts, deals into customers."""

from __future__ import annotations

from array import array
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from custlife.calendar import from_us
from custlife.engines.history import MISSING, Column, Note, note
from custlife.engines.rows.looking import within_rows
from custlife.errors import DataError, UsageError, UsageTypeError
from custlife.stages.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.engines.history import History

__all__ = ["LEAVING", "MODES", "NOWHERE", "Pooled", "RolledUp", "belonging", "need", "placed", "rolled"]

MODES = ("furthest", "latest", "any")
NOWHERE = -1
LEAVING = 1 << 17  # sorts behind every code: who comes at an instant is there before others go
Entry = tuple[int, int, int, int, int]  # at, order at that instant, member, row, code or NOWHERE for leaving


def need(rule: object) -> tuple[int, Fraction] | None:
    """A quorum as a least number and a least share of the members; None for a rule with a name.

    Raises:
        UsageError: Neither.
        UsageTypeError: Of another type.
    """
    hint = f"choose one of {', '.join(map(repr, MODES))}, a share such as 0.5, or a number such as 2"
    if isinstance(rule, str):
        if rule not in MODES:
            raise UsageError(f"rule={rule!r} is not a mode", hint)
        return None
    if isinstance(rule, bool) or not isinstance(rule, int | float):
        raise UsageTypeError(f"rule={rule!r} is neither a mode nor a quorum", hint)
    if isinstance(rule, int) and rule >= 1:
        return rule, Fraction(0)
    if isinstance(rule, float) and 0 < rule <= 1:
        return 1, Fraction(repr(rule))
    raise UsageError(f"rule={rule!r} is no quorum", hint)


def placed(history: History, to: str, on_bad: str) -> tuple[History, Column]:
    """The rows that say where their unit belongs, and where that is.

    Raises:
        DataError: Rows that do not say so, unless they may be dropped.
    """
    column = belonging(history, to)
    without = {row for row, code in enumerate(column.codes) if code == MISSING}
    if not without:
        return history, column
    found = [
        (unit, f"{history.unit} {unit!r} at {from_us(history.at[row]).isoformat()}")
        for unit, (low, high) in zip(history.ids, history.ranges(), strict=True)
        for row in range(low, high)
        if row in without
    ]
    keys, rows = zip(*found, strict=True)
    if on_bad != "drop":
        many = f"{len(rows):,} row{'s have' if len(rows) > 1 else ' has'} no {to}"
        hint = "pass on_bad='drop' to leave them out, counted"
        raise DataError(many, [(row, f"the {to} is missing") for row in rows], hint)
    left_out = note("dropped", f"rows without {to} were left out", rows, keys=keys)
    kept = within_rows(history, lambda row: row not in without, [left_out])
    return kept, belonging(kept, to)


def belonging(history: History, to: str) -> Column:
    """Where the unit of each row belongs."""
    return history.extras[to] if to in history.extras else history.segments[to]


def _pools(history: History, column: Column) -> dict[str, list[Entry]]:
    """What happens to the members of each whole, in one order: time, stage, member.

    A row that repeats stage and whole is no entry. Who belongs elsewhere when an instant is over has left.
    """
    pools: dict[str, list[Entry]] = {}
    at, code = history.at, history.code
    for member, (low, high) in enumerate(history.ranges()):
        held: dict[int, int] = {}  # the wholes the member is in, with its stage there
        order = NOWHERE
        for row in range(low, high):
            whole, now = column.codes[row], at[row]
            # an order that the source gave within one member stands
            order = max(order, code[row]) if row > low and at[row - 1] == now else code[row]
            if held.get(whole) != code[row]:
                held[whole] = code[row]
                pools.setdefault(column.names[whole], []).append((now, order, member, row, code[row]))
            if len(held) > 1 and (row + 1 == high or at[row + 1] != now):
                for left in held.keys() - {whole}:
                    pools[column.names[left]].append((now, LEAVING, member, row, NOWHERE))
                held = {whole: code[row]}
    return pools


class _Members:
    """The members of one whole as they stand now: on the path and off it, each in the order of their last moves."""

    def __init__(self, path: int) -> None:
        self.path = path
        self.on: dict[int, int] = {}
        self.off: dict[int, int] = {}
        self.held = [0] * path

    def take(self, member: int, code: int) -> None:
        """One entry: a move, an arrival or a leaving."""
        self.off.pop(member, None)
        left = self.on.pop(member, NOWHERE)
        if left != NOWHERE:
            self.held[left] -= 1
        if 0 <= code < self.path:
            self.on[member] = code
            self.held[code] += 1
        elif code >= self.path:
            self.off[member] = code

    def furthest(self) -> int:
        """The furthest stage held, else the stage off the path entered last."""
        return max((code for code, n in enumerate(self.held) if n), default=self.last(self.off))

    def any(self) -> int:
        """The stage entered last on the path, else off it."""
        return self.last(self.on or self.off)

    def quorum(self, least: int, share: Fraction, now: int) -> int:
        """The furthest stage that enough members hold or have passed; else, where enough are off the path, the last."""
        members = len(self.on) + len(self.off)
        wanted = max(least, -(-share.numerator * members // share.denominator))
        here = 0
        for code in range(self.path - 1, -1, -1):
            here += self.held[code]
            if here >= wanted:
                return code
        return self.last(self.off) if len(self.off) >= wanted else now

    @staticmethod
    def last(members: dict[int, int]) -> int:
        """The stage of the member who moved last; `NOWHERE` without members."""
        return next(reversed(members.values()), NOWHERE)


@attrs.frozen(eq=False)
class RolledUp:
    """Makes one stage history of the stage histories of all members.

    Attributes:
        to: The column that names the whole: an extra such as `account`, or a segment.
        rule: `furthest`, `latest`, `any`, a share of the members or a number of them.
        on_bad: `raise`, or `drop` rows that name no whole.
    """

    to: str
    rule: str | float
    on_bad: str = "raise"

    def __call__(self, history: History) -> History:
        """The stages of every whole, each entry with the row of the member behind it."""
        history, column = placed(history, self.to, self.on_bad)
        pools = _pools(history, column)
        at, code, rows = array("q"), array("H"), array("q")
        bounds, ids, without = array("q", [0]), [], []
        for whole in sorted(pools):
            self._one(sorted(pools[whole]), history.vocabulary.path, at, code, rows)
            if len(at) > bounds[-1]:
                ids.append(whole)
                bounds.append(len(at))
            else:
                without.append(whole)
        notes = [rolled(history, self.to)]
        if without:
            notes.append(note("dropped", f"{plural(0, self.to)} never met the quorum of {self.rule}", without))
        made = _of_rows(history, rows, self.to, notes)
        return attrs.evolve(made, ids=ids, bounds=bounds, at=at, code=code, sequenced=True)

    def _one(self, entries: list[Entry], path: int, at: array[int], code: array[int], rows: array[int]) -> None:
        members = _Members(path)
        order: dict[int, int] = {}
        quorum = need(self.rule)
        now = NOWHERE
        for when, _, member, row, entered in entries:
            members.take(member, entered)
            order.pop(member, None)
            if entered != NOWHERE:
                order[member] = entered
            if not order:
                continue  # the last one has left: nothing says that the whole has moved
            if quorum is not None:
                stage = members.quorum(*quorum, now)
            else:
                stage = members.last(order) if self.rule == "latest" else getattr(members, str(self.rule))()
            if stage != now:
                now = stage
                at.append(when)
                code.append(stage)
                rows.append(row)


@attrs.frozen(eq=False)
class Pooled:
    """Puts the events of all members under the whole they belong to.

    Attributes:
        to: The column that names the whole: an extra such as `account`, or a segment.
        on_bad: `raise`, or `drop` rows that name no whole.
    """

    to: str
    on_bad: str = "raise"

    def __call__(self, history: History) -> History:
        """The events of every whole."""
        history, column = placed(history, self.to, self.on_bad)
        pools: dict[str, list[tuple[int, int, int, int]]] = {}
        for member, (low, high) in enumerate(history.ranges()):
            order, then = NOWHERE, NOWHERE
            for row in range(low, high):
                code, now = history.code[row], history.at[row]
                order = max(order, code) if now == then and row > low else code
                pools.setdefault(column.names[column.codes[row]], []).append((now, order, member, row))
                then = now
        rows, bounds = array("q"), array("q", [0])
        for whole in sorted(pools):
            rows.extend([entry[-1] for entry in sorted(pools[whole])])
            bounds.append(len(rows))
        made = _of_rows(history, rows, self.to, [rolled(history, self.to)])
        at, codes = history.at, history.code
        return attrs.evolve(
            made, ids=sorted(pools), bounds=bounds,
            at=array("q", [at[row] for row in rows]), code=array("H", [codes[row] for row in rows]),
            values={name: [found[row] for row in rows] for name, found in history.values.items()},
        )  # fmt: skip


def rolled(history: History, to: str) -> Note:
    """Says that units were rolled up."""
    return Note("collapsed", f"{plural(0, history.unit)} rolled up to {plural(0, to)}", len(history.ids))


def _of_rows(history: History, rows: Sequence[int], to: str, notes: Sequence[Note]) -> History:
    """The columns beside stage and time, at the rows behind the new ones; `member` says whose they are."""
    owner = array("i")
    for unit, (low, high) in enumerate(history.ranges()):
        owner.extend([unit] * (high - low))
    extras = {name: column.take(rows) for name, column in history.extras.items()}
    extras["member"] = Column(array("i", [owner[row] for row in rows]), tuple(history.ids))
    return attrs.evolve(
        history, unit=to, recorded=None, extras=extras, notes=(*history.notes, *notes), values={},
        segments={name: column.take(rows) for name, column in history.segments.items()},
    )  # fmt: skip
