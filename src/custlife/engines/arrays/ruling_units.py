"""The stages that units enter by rules: who only climbs, who is walked with the others, and who alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.engines.arrays.ruling_fires import fired
from custlife.engines.arrays.ruling_rows import first_of
from custlife.engines.arrays.ruling_silences import Lapses, breaks, lapses
from custlife.engines.arrays.ruling_steps import EVENT, Items, Law, Standing, highest, walked
from custlife.engines.arrays.tables import Table
from custlife.engines.rows.ruling import NOWHERE

if TYPE_CHECKING:
    from custlife.engines.arrays.ruling_rows import Piece
    from custlife.engines.arrays.stretch import Ints, Mask
    from custlife.engines.rows.ruling import Walk

__all__ = ["Entries", "entered"]

STEP = 32  # rows of one unit that are walked through in the time of one step of all units
FEW = 256  # rows that are walked through sooner than looked at again for those who return
AGAIN = 4  # times the rows of a piece that are looked at, again and again, for those who return


@attrs.frozen(eq=False)
class Entries(Table):
    """Entries into stages.

    Attributes:
        unit: Who entered.
        at: When.
        code: Which stage.
        row: The row of the event behind it.
        is_return: Whether it is the stage to which they returned, and no rule led there.
    """

    unit: Ints
    at: Ints
    code: Ints
    row: Ints
    is_return: Mask

    @classmethod
    def of_bits(cls, unit: Ints, at: Ints, bits: Ints, row: Ints, is_return: Mask) -> Entries:
        """An entry for each bit, the lowest first."""
        left = np.flatnonzero(bits)
        rest: Ints = bits[left]
        places, codes = [left[:0]], [left[:0]]
        while len(left):
            places.append(left)
            codes.append(highest(rest & -rest) - 1)
            rest = rest & (rest - 1)
            left, rest = left[rest != 0], rest[rest != 0]
        place, code = np.concatenate(places), np.concatenate(codes)
        if len(places) > 2:
            order = np.argsort(place, kind="stable")
            place, code = place[order], code[order]
        return cls(unit[place], at[place], code, row[place], is_return[place])


@attrs.frozen(eq=False)
class _Scene:
    """Some units, from the row on which their counts begin.

    Attributes:
        piece: Their rows.
        units: Their numbers.
        standing: Where they stand.
        silent: Their silences.
        returning: Whether each returns by its first row.
    """

    piece: Piece
    units: Ints
    standing: Standing
    silent: Lapses
    returning: bool


def entered(walk: Walk, law: Law, piece: Piece) -> tuple[Entries, Ints]:
    """The entries of some units, each unit's in order; and the units to be walked alone, which have none.

    Raises:
        DataError: A rule needs a number where there is none.
    """
    units = len(piece.bounds) - 1
    scene: _Scene | None
    scene = _Scene(piece, np.arange(units), Standing.nowhere(units), lapses(walk.silences, piece), returning=False)
    found, alone, rows = [], [], 0
    while scene is not None:
        rows += len(scene.piece)
        if rows > AGAIN * len(piece) or (scene.returning and len(scene.piece) <= FEW):
            alone.append(scene.units)
            break
        entries, given, following = _looked(walk, law, scene)
        found.append(attrs.evolve(entries, unit=scene.units[entries.unit]))
        alone.append(scene.units[given])
        scene = following
    is_alone = np.zeros(units, np.bool_)
    is_alone[np.concatenate(alone)] = True
    together = Entries.together(found)
    return together.take(~is_alone[together.unit]), np.flatnonzero(is_alone)


def _looked(walk: Walk, law: Law, scene: _Scene) -> tuple[Entries, Ints, _Scene | None]:
    """The entries of a scene, up to returns after which counts begin anew; who is walked alone; and the next scene."""
    piece, standing = scene.piece, scene.standing
    bits = fired(((stage, rule) for (stage, _, _), rule in zip(walk.watched, walk.loud, strict=True)), piece)
    rows = np.flatnonzero(bits)
    climbs = _climbs(law, scene, rows, bits[rows])
    is_restless = np.ones(len(scene.units), np.bool_) if scene.returning else _restless(law, scene, rows, bits[rows])
    calm = np.where(is_restless[piece.unit[rows]], 0, climbs)
    never = np.zeros(len(rows), np.bool_)
    found = [Entries.of_bits(piece.unit[rows], piece.at[rows], calm, piece.rows[rows], never)]
    items = _items(walk, scene, bits, _moving(law, scene, bits, rows, climbs) & is_restless[piece.unit], is_restless)
    alone = _alone(scene, items)
    if len(alone):
        items = items.take(~np.isin(items.unit, alone))
    made, is_return = walked(law, items, standing, returning=scene.returning)
    found.append(Entries.of_bits(items.unit, items.at, made, items.row, is_return))
    return Entries.together(found), alone, _following(law, scene, items)


def _alone(scene: _Scene, items: Items) -> Ints:
    """The units that would keep all others waiting: to walk through each of their rows takes less time."""
    counts = np.bincount(items.unit, minlength=len(scene.units))
    order = np.argsort(-counts)
    rows = np.diff(scene.piece.bounds)[order].cumsum()
    cost = np.append(0, rows) + STEP * np.append(counts[order], 0)  # of so many units alone, the others together
    return order[: int(cost.argmin())]


def _climbs(law: Law, scene: _Scene, rows: Ints, bits: Ints) -> Ints:
    """The stages of the path that each row leads to if nothing leads back: those beyond all before in its unit."""
    width, on = law.path + 1, bits & law.on
    unit = scene.piece.unit[rows]
    if scene.returning and law.back >= law.path:
        on[np.isin(rows, scene.piece.bounds[:-1])] = 0  # who returns to a stage off the path goes no further at once
    reached = np.maximum.accumulate(unit * width + highest(on))
    before = scene.standing.mark[unit] + 1
    before[1:] = np.maximum(before[1:], reached[:-1] - unit[1:] * width)
    return on & -(1 << before)


def _restless(law: Law, scene: _Scene, rows: Ints, bits: Ints) -> Mask:
    """The units that do not only climb: with a silence after something, or an event that leads back or off the path."""
    piece, silent = scene.piece, scene.silent
    is_restless = np.zeros(len(scene.units), np.bool_)
    first = first_of(piece.unit[rows], rows, len(scene.units), len(piece))
    is_restless[silent.unit[silent.before > first[silent.unit]]] = True
    is_restless[piece.unit[rows[bits & (law.off | law.always) != 0]]] = True
    return is_restless


def _moving(law: Law, scene: _Scene, bits: Ints, rows: Ints, climbs: Ints) -> Mask:
    """The rows that may move a unit on; of others of their unit as well, to which nothing happens.

    Who climbs is moved by what is beyond all before, by what leads off the path, and by the first event that brings
    back whoever is off it. Where rules also lead back along the path, any event that fires may move a unit.
    """
    piece, silent = scene.piece, scene.silent
    moves = np.zeros(len(piece) + 1, np.bool_)
    moves[silent.broken] = True
    if scene.returning:
        moves[piece.bounds[:-1]] = True
    if law.always:
        moves[rows] = True
        return moves[:-1]
    is_off = bits[rows] & law.off != 0
    moves[rows[is_off | (climbs != 0)]] = True
    behind = np.append(rows, len(piece))
    moves[behind[np.flatnonzero(is_off) + 1]] = True
    moves[behind[rows.searchsorted(silent.before)]] = True
    return moves[:-1]


def _items(walk: Walk, scene: _Scene, bits: Ints, moves: Mask, is_restless: Mask) -> Items:
    """What may move the restless units, in order: a silence lies before the first event that is later."""
    piece, silent = scene.piece, scene.silent.take(is_restless[scene.silent.unit])
    places = np.flatnonzero(moves)
    order = np.argsort(np.append(2 * places + 1, 2 * silent.before), kind="stable")
    columns = (
        (piece.unit[places], silent.unit),
        (np.full(len(places), EVENT), silent.silence),
        (bits[places], np.zeros(len(silent), np.int64)),
        (breaks(walk.silences, piece)[piece.code[places]], np.zeros(len(silent), np.int64)),
        (piece.at[places], silent.end),
        (piece.rows[places], silent.row),
    )
    return Items(*(np.concatenate(column)[order] for column in columns))


def _following(law: Law, scene: _Scene, items: Items) -> _Scene | None:
    """Those who returned, from the rows by which they did; None where nobody has."""
    stopped = scene.standing.stopped
    units = np.flatnonzero(stopped != NOWHERE)
    if not len(units):
        return None
    piece, silent = scene.piece, scene.silent
    places = piece.rows.searchsorted(items.row[stopped[units]])
    again = piece.since(units, places)
    standing = scene.standing.of(units)
    standing.mark[:] = law.back if law.back < law.path else NOWHERE
    number, lower = np.full(len(scene.units), NOWHERE), np.zeros(len(scene.units), np.int64)
    number[units], lower[units] = np.arange(len(units)), places - again.bounds[:-1]
    silent = silent.take(number[silent.unit] != NOWHERE)
    silent = silent.take(silent.before - lower[silent.unit] > again.bounds[:-1][number[silent.unit]])
    silent = silent.moved(number[silent.unit], lower[silent.unit])
    return _Scene(again, scene.units[units], standing, silent, returning=True)
