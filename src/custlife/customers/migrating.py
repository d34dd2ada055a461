"""Reading an old history with a newer model: the edits of the model, replayed over the moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.errors import CustlifeError, DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.customers.moves import Move
    from custlife.stages import StageModel

__all__ = ["migrated"]


def migrated(customer: str, moves: Sequence[Move], old: StageModel, new: StageModel) -> list[Move]:
    """The moves under the stage keys of *new*; the first unmapped use of each stage is reported."""
    mapping = new.mapping_from(old)
    keys: dict[str, str] = {}
    problems: list[tuple[str, str]] = []
    hint = ""
    for index, move in enumerate(moves):
        if move.to_stage in keys:
            continue
        try:
            keys[move.to_stage] = mapping[move.to_stage]
        except CustlifeError as error:
            keys[move.to_stage] = ""
            problems.append((f"moves[{index}]", error.what))
            hint = error.hint
    if problems:
        if old.name != new.name and len(problems) == len(keys):
            hint = "a model that was not made from the other: write cl.crosswalk(old, new).translate(customer)"
        to_model = f"model {new.name!r} version {new.version}"
        raise DataError(f"customer {customer!r} cannot be migrated to {to_model}", problems, hint)
    return [
        move if keys[move.to_stage] == move.to_stage else attrs.evolve(move, to_stage=keys[move.to_stage])
        for move in moves
    ]
