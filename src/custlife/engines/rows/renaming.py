"""The same histories told in the stages of another model: a transform by a table from stage to stage."""

from __future__ import annotations

from array import array
from itertools import pairwise
from typing import TYPE_CHECKING

import attrs

from custlife.calendar import from_us
from custlife.engines.history import Vocabulary, note
from custlife.engines.rows.looking import within_rows
from custlife.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from custlife.engines.history import History, Note
    from custlife.stages import StageModel

__all__ = ["Renamed"]


@attrs.frozen(eq=False)
class Renamed:
    """Tells histories in another model.

    Attributes:
        model: The model to tell them in.
        stages: Old key to new key.
        without: Old key to the reason why it has no place there.
        hint: What to do about those.
        drop: Leave rows without a place out, counted; else they are an error.
    """

    model: StageModel
    stages: Mapping[str, str]
    without: Mapping[str, str]
    hint: str
    drop: bool = False

    def __call__(self, history: History) -> History:
        """The history in the stages of the other model.

        Raises:
            DataError: Rows whose stage has no place, with their customers.
        """
        names = history.vocabulary.names
        lost = {code for code, name in enumerate(names) if name not in self.stages}
        if lost.intersection(history.code):
            history = self._without(history, lost)
        vocabulary = Vocabulary.of_model(self.model)
        new = [vocabulary.code[self.stages[name]] if name in self.stages else 0 for name in names]
        code = array("H", [new[old] for old in history.code])
        return _settled(attrs.evolve(history, code=code, vocabulary=vocabulary))

    def _without(self, history: History, lost: set[int]) -> History:
        found = [
            (unit, row)
            for unit, (low, high) in zip(history.ids, history.ranges(), strict=True)
            for row in range(low, high)
            if history.code[row] in lost
        ]
        left_out = self.left_out(history, found)
        gone = {row for _, row in found}
        return within_rows(history, lambda row: row not in gone, [left_out])

    def left_out(self, history: History, found: Sequence[tuple[str, int]]) -> Note:
        """Says which rows, given with their units, have no place in the other model.

        Raises:
            DataError: They may not be left out.
        """
        names = history.vocabulary.names
        if not self.drop:
            problems = [
                (
                    f"{history.unit} {unit!r} at {from_us(history.at[row]).isoformat()}",
                    self._why(names[history.code[row]]),
                )
                for unit, row in found
            ]
            many = f"{len(found):,} row{'s' if len(found) > 1 else ''}"
            raise DataError(f"{many} cannot be told in model {self.model.name!r}", problems, self.hint)
        shown = [f"{unit}: {names[history.code[row]]}" for unit, row in found]
        what = f"rows in stages without a place in model {self.model.name!r} were left out"
        return note("dropped", what, shown, keys=[unit for unit, _ in found])

    def _why(self, name: str) -> str:
        return f"{name!r}: {self.without.get(name, 'no such stage')}"


def _settled(history: History) -> History:
    """Rows of one instant in the order of the new stages, unless the source gave them an order."""
    at, code = history.at, history.code
    if history.sequenced or not any(a == b for a, b in pairwise(at)):
        return history
    order: list[int] = []
    for low, high in history.ranges():
        order.extend(sorted(range(low, high), key=lambda row: (at[row], code[row])))
    return history.take(order, history.bounds)
