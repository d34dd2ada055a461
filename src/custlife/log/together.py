"""A stage log and the events of the same units, asked together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from custlife.analysis.members import members
from custlife.analysis.question import ask, ask_all
from custlife.analysis.wording import plural
from custlife.calendar import from_us
from custlife.engines.sources.beside import Beside
from custlife.errors import UsageError, UsageTypeError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from custlife.analysis.question import Question
    from custlife.log.base import Log

__all__ = ["Together", "together"]

R = TypeVar("R")


@attrs.frozen(eq=False, slots=False, repr=False)
class Together:
    """What `stage_log.beside(events)` makes: two logs of the same units, ready to be asked as one."""

    _stages: Log
    _events: Log
    _asked: Beside

    @property
    def as_of(self) -> datetime:
        """The moment of looking, that of the stage log."""
        return self._stages.as_of

    @property
    def unit(self) -> str:
        """What is counted."""
        return self._stages.unit

    def ask(self, question: Question[R]) -> R:
        """The answer to a question held as a value, such as `cl.Nurture(...)`."""
        return ask(question, self._asked)

    def ask_all(self, questions: Sequence[Question[Any]]) -> list[Any]:
        """The answers to many questions, counted together."""
        return ask_all(questions, self._asked)

    def members(self, question: Any, *, limit: int | None = None, **cell: Any) -> tuple[str, ...]:
        """The ids of the units behind one cell of an answer, sorted.

        Args:
            question: A question or its answer.
            limit: The most ids to return.
            **cell: What names the cell. Response time: `state` (`answered`, `waiting`, `in_time`, `late`). Nurture:
                `stage`, `state` (`touched`, `untouched`). Hand-overs: `from_team`, `to_team`, `state` (`moved`, `lost`,
                `back`, `pending`). Actions: `action`, `done` (True, False), `state` (`won`, `lost`). All: `segment`.

        Raises:
            UnknownNameError: A word that does not name a cell of this question.
        """
        return members(question, self._asked, limit=limit, **cell)

    def __repr__(self) -> str:
        return f"<Together of {self._stages!r} and {self._events!r}>"


def together(stages: Log, events: object) -> Together:
    """Two logs as one, seen from the moment of the stage log.

    Raises:
        UsageTypeError: Not a log of events.
        UsageError: The logs count different units, or the events were only seen from an earlier moment.
    """
    from custlife.log.event_log import EventLog

    if not isinstance(events, EventLog):
        hint = "make one with cl.EventLog.from_rows(...) or from_frame(...)"
        raise UsageTypeError(f"events={events!r} is not a log of events", hint)
    if events.unit != stages.unit:
        what = f"the stage log counts {plural(0, stages.unit)}, the events are of {plural(0, events.unit)}"
        raise UsageError(what, f"make the events with the id of the {stages.unit}, and unit={stages.unit!r}")
    moment = stages._asked.as_of
    pinned = events._view.as_of
    if pinned is not None and pinned < moment:
        seen = from_us(pinned).isoformat()
        what = f"the events are seen from {seen}, the stage log from {from_us(moment).isoformat()}"
        raise UsageError(
            what, "see both from one moment: events.with_as_of(log.as_of), or log.with_as_of(events.as_of)"
        )
    seen_alike = attrs.evolve(events, view=attrs.evolve(events._view, as_of=moment))
    return Together(stages, seen_alike, Beside(stages._asked, seen_alike._asked))
