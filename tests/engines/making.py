"""Small histories for engine tests: integer seconds in, a `History` out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
from hypothesis import strategies as st

from custlife.analysis import question as asking
from custlife.calendar import zone
from custlife.engines.history import History, Vocabulary
from custlife.engines.layout import Layout
from custlife.engines.rows.ingest import ingest
from custlife.engines.rows.looking import look, spelled
from custlife.engines.sources.asked import Asked
from custlife.engines.sources.held import Held
from custlife.engines.view import View
from custlife.stages import Stage, StageModel

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PATH = ("a", "b", "c", "d")
MODEL = StageModel("tiny", PATH, exits=[Stage("lapsed", exit="paused"), Stage("lost", exit="ended")])
NAMES = MODEL.codes

Rows = list[tuple[str, int, str]]


def at(seconds: int) -> datetime:
    """An instant some seconds after 1970."""
    return EPOCH + timedelta(seconds=seconds)


def raw_history(rows: Rows, *, model: StageModel | None = MODEL, tz: str = "UTC") -> History:
    """All rows of (unit, seconds, name), of a stage model or of events."""
    vocabulary = Vocabulary(()) if model is None else Vocabulary.of_model(model)
    resolve = str if model is None else model.resolve
    return ingest([(unit, name, at(second)) for unit, second, name in rows], Layout(vocabulary, resolve, zone(tz)))


def history(
    rows: Rows, *, as_of: int | None = None, since: int | None = None, model: StageModel | None = MODEL
) -> History:
    """The history of some rows at `as_of` seconds: spells for stages, rows for events."""
    made = raw_history(rows, model=model)
    if since is not None:
        made = attrs.evolve(made, since=since * 1_000_000)
    seen = look(made, made.as_of if as_of is None else as_of * 1_000_000)
    return spelled(seen) if model is not None else seen


def stage_rows(units: int = 2, rows: int = 7, latest: int = 12) -> st.SearchStrategy[Rows]:
    """Few units, many ties, all kinds of moves."""
    unit = st.sampled_from([f"u{i}" for i in range(units)])
    return st.lists(st.tuples(unit, st.integers(0, latest), st.sampled_from(NAMES)), max_size=rows)


def event_rows(units: int = 2, rows: int = 7, latest: int = 9) -> st.SearchStrategy[Rows]:
    """Events of few names at few instants."""
    unit = st.sampled_from([f"u{i}" for i in range(units)])
    return st.lists(st.tuples(unit, st.integers(0, latest), st.sampled_from(["x", "y", "z"])), max_size=rows)


def ask(question: Any, made: History) -> Any:
    """The answer to a question about one history."""
    return asking.ask(question, Asked(Held((made,)), View(made.as_of)))
