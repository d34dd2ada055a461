"""The section on how everything was counted: policies, moment, zone, and what was done to the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.pictures.words import clean, escape
from custlife.reporting.document import Section
from custlife.reporting.wording import counted, window

if TYPE_CHECKING:
    from collections.abc import Iterable

    from custlife.analysis.result import About
    from custlife.calendar import Span
    from custlife.engines.history import Note
    from custlife.stages import StageModel

__all__ = ["methods"]

_PENDING = (
    "Who has not converted and is still within the window is pending. Rates are taken over those whose window is over, "
    "whatever became of them; pending ones are in no rate."
)
_TIES = "Of moves at one instant, those earlier on the path come first, exits last. The order of rows never matters."
_INTERVALS = "95 % intervals: Wilson for shares, log-log for times (Kaplan-Meier, with stays that still last censored)."


def methods(
    about: About,
    model: StageModel | None,
    *,
    within: Span,
    chosen: str,
    every: str,
    others: Iterable[tuple[str, About]] = (),
    rules: str = "",
    active: str = "",
) -> Section:
    """What a reader must know to count the same again.

    Args:
        about: Where the answers come from.
        model: The stages, or None for events.
        within: The window of conversions.
        chosen: How the window was found; empty where it was given.
        every: Length of periods.
        others: Further logs that sections rest on, each with what it is.
        rules: The rules that made the stages; empty where the rows named them.
        active: What makes one active, where it is not the stage.
    """
    rows = [
        ("Seen from", f"{window(about)}. Later rows are not seen; what lasts is cut off there."),
        ("Counted", f"{counted(about.units, about.unit)} with {counted(about.rows, 'row')}."),
        *(
            (f"Counted for {what}", f"{counted(one.units, one.unit)} with {counted(one.rows, 'row')}.")
            for what, one in others
        ),
        ("Time zone", f"{about.tz}, for calendar spans and for each {every}."),
        ("Window", f"{within} from the start, its end included.{f' {chosen}' if chosen else ''}"),
        ("Pending", _PENDING),
    ]
    if model is not None:
        rows += [
            (
                "Skipped stages",
                "Who moves on past a stage has passed it, at the moment of that move and with no stay in it.",
            ),
            ("Ties", _TIES),
            ("Active", active or _active(model)),
            ("Model", _model(model)),
        ]
    if rules:
        rows.append(("Stages made from events", rules))
    rows.append(("Intervals", _INTERVALS))
    notes = [*about.notes, *(note for _, one in others for note in one.notes)]
    rows.append(("Done to the rows", "; ".join(map(_note, notes)) or "Nothing was left out, changed or assumed."))
    listed = "".join(f"<dt>{escape(clean(name))}</dt><dd>{escape(clean(text))}</dd>" for name, text in rows)
    return Section("methods", "How this was counted", "", (f"<dl>{listed}</dl>",))


def _note(note: Note) -> str:
    """A note as a phrase."""
    return f"{note.what} ({note.count:,})" if note.count != 1 else note.what


def _sources(cited: str) -> str:
    """Ids of known sources by their names; other text as it stands."""
    from custlife import presets
    from custlife.errors import UnknownNameError

    try:
        return "; ".join(presets.source(id_.strip()).name for id_ in cited.split(","))
    except UnknownNameError:
        return cited


def _active(model: StageModel) -> str:
    if model.customer_from is None:
        return "In any stage of the path at some instant of the period."
    return f"At {model[model.customer_from].label} or later on the path at some instant of the period."


def _model(model: StageModel) -> str:
    cited = f" Source: {_sources(model.cited.source)}." if model.cited and model.cited.source else ""
    return f"{model.title or model.name} ({model.name}, version {model.version}), policy {model.policy}.{cited}"
