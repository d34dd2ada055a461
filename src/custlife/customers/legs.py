"""What a history says once it is put in order under a model; made by `custlife.customers.journey`, never stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from custlife.customers.moves import Move
    from custlife.stages import MoveKind

__all__ = ["Leg", "Spell"]


@attrs.frozen
class Leg:
    """One step of a journey: a move read in its place in the history.

    Attributes:
        from_stage: Where the customer was; None for the first leg.
        to_stage: Where the move led.
        kind: What kind of move that is under the model.
        legal: Whether the model's policy allows it; guards and gaps are asked when moving, not of history.
        move: The move itself.
    """

    from_stage: str | None
    to_stage: str
    kind: MoveKind
    legal: bool
    move: Move

    @property
    def at(self) -> datetime:
        """When it occurred."""
        return self.move.at


@attrs.frozen
class Spell:
    """One stay in one stage, from `entered` up to but without `left`.

    Attributes:
        stage: Key of the stage.
        entered: When the customer came in.
        left: When they went to another stage; None while the stay lasts.
    """

    stage: str
    entered: datetime
    left: datetime | None = None

    @property
    def duration(self) -> timedelta | None:
        """How long it lasted, exactly; None while it lasts."""
        return None if self.left is None else self.left - self.entered
