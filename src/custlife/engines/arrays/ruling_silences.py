"""When silences are over, for whole columns: it depends on the events alone, not on the stage that one is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.engines.arrays.clock import adder
from custlife.engines.arrays.ruling_rows import bisected
from custlife.engines.arrays.tables import Table
from custlife.engines.rows.watching import codes_heard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.engines.arrays.ruling_rows import Heard, Piece
    from custlife.engines.arrays.stretch import Ints
    from custlife.engines.rules import Silent

__all__ = ["Lapses", "breaks", "lapses"]


@attrs.frozen(eq=False)
class Lapses(Table):
    """Silences that were over before anything broke them, unit by unit and in time order; the first stage first.

    Attributes:
        unit: Whose they are.
        before: The place before which they lie: that of the first later event, or the end of the unit.
        silence: Which silence it was.
        end: When it was over.
        row: The row of the last activity, by its number in the history.
        broken: The place of the next event that breaks the same silence, or the end of the unit.
    """

    unit: Ints
    before: Ints
    silence: Ints
    end: Ints
    row: Ints
    broken: Ints

    def __len__(self) -> int:
        return len(self.unit)

    def moved(self, unit: Ints, by: Ints) -> Lapses:
        """The same, with units numbered anew and places so much lower."""
        return Lapses(unit, self.before - by, self.silence, self.end, self.row, self.broken - by)


def lapses(silences: Sequence[Silent], piece: Piece) -> Lapses:
    """The silences of every unit that are over before an event breaks them, or by `as_of`."""
    nothing = (np.empty(0, np.int64),) * len(attrs.fields(Lapses))
    found = [nothing, *(_of_one(number, silence, piece) for number, silence in enumerate(silences))]
    made = Lapses(*map(np.concatenate, zip(*found, strict=True)))
    if len(silences) < 2:
        return made
    return made.take(np.lexsort((made.end, made.before)))  # of those over at one instant the first silence stays first


def _of_one(number: int, silence: Silent, piece: Piece) -> tuple[Ints, ...]:
    heard = piece.heard(codes_heard(silence, piece.history))
    ends = adder(piece.history.zone, silence.for_)(heard.at)
    until, broken = _next(heard, piece)
    due = np.flatnonzero(ends < until)
    unit, end, broken = heard.unit[due], ends[due], broken[due]
    behind = heard.places[due] + 1
    before = behind if len(heard) == len(piece) else bisected(piece.at, end + 1, behind, broken)
    return unit, before, np.full(len(due), number), end, heard.rows[due], broken


def _next(heard: Heard, piece: Piece) -> tuple[Ints, Ints]:
    """Of each event that breaks a silence the instant and the place of the next: just behind `as_of` after the last."""
    at, place = np.empty(len(heard), np.int64), np.empty(len(heard), np.int64)
    at[:-1], place[:-1] = heard.at[1:], heard.places[1:]
    has_any = np.flatnonzero(np.diff(heard.bounds))
    lasts = heard.bounds[1:][has_any] - 1
    at[lasts], place[lasts] = piece.history.as_of + 1, piece.bounds[1:][has_any]
    return at, place


def breaks(silences: Sequence[Silent], piece: Piece) -> Ints:
    """Of each event, by its code, the silences that it breaks, as bits of one integer."""
    bits = np.zeros(len(piece.history.vocabulary.names), np.int64)
    for number, silence in enumerate(silences):
        bits[list(codes_heard(silence, piece.history))] |= 1 << number
    return bits
