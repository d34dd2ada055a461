"""What questions about touches share: which rows are touches, which stages a deal begins with, wins and loses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custlife.analysis.question import choice, names
from custlife.analysis.steps import Step, as_step, tests_of
from custlife.engines.touching import Seen
from custlife.errors import UnknownNameError, UsageError, UsageTypeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from custlife.engines.history import Setting

    Qualified = str | Step | Callable[..., Any]

__all__ = [
    "OUTBOUND",
    "as_qualified",
    "as_touch",
    "event_codes",
    "exit_codes",
    "first_event",
    "on_path",
    "past",
    "seen_of",
    "stage_code",
    "stage_codes",
    "unseen_events",
    "won_codes",
]

OUTBOUND = Step((), (("by_human", True), ("direction", "outbound")), label="outbound human touch")
"""What a first contact is, unless one says otherwise: somebody of ours reached out; automatic replies are none."""


def as_touch(one: str | Step | Iterable[str] | None) -> Step:
    """What a touch is: a step; names of events, any of which will do; or None for any event."""
    if one is None or isinstance(one, (str, Step)):
        return as_step(one)
    return Step(names(one, "touch"))


def as_qualified(one: Qualified) -> Qualified:
    """What starts a clock: a stage or event by its name, a step, or a function of a customer.

    Raises:
        UsageTypeError: Something else.
    """
    if not isinstance(one, (str, Step)) and not callable(one):
        raise UsageTypeError(
            f"qualified={one!r} starts no clock", "pass a stage, an event, cl.step(...) or a function of a customer"
        )
    return one


def first_event(setting: Setting) -> int:
    """The first code that is an event: those of stages come before, where there are any."""
    model = setting.vocabulary.model
    return 0 if model is None else len(model.codes)


def event_codes(setting: Setting, wanted: Iterable[str] = ()) -> frozenset[int]:
    """The codes of some events; of all of them where none is named. Unknown events are simply never seen."""
    first, known = first_event(setting), setting.vocabulary.names
    chosen = frozenset(wanted)
    return frozenset(code for code in range(first, len(known)) if not chosen or known[code] in chosen)


def unseen_events(setting: Setting, wanted: Iterable[str]) -> tuple[str, ...]:
    """Those of some names of events that no row has."""
    known = frozenset(setting.vocabulary.names[first_event(setting) :])
    return tuple(name for name in dict.fromkeys(wanted) if name not in known)


def seen_of(one: Step, setting: Setting) -> Seen:
    """The rows of events that a step means.

    Raises:
        UsageError: The events do not have a property that the step asks for.
        UsageTypeError: The step has limits of its own, which mean nothing here.
    """
    if one.within is not None or one.min_gap is not None or one.unless:
        raise UsageTypeError(f"step {str(one)!r} has limits, which mean nothing here", "leave out within= and unless=")
    missing = [name for name, _ in one.where if name not in setting.values]
    if missing:
        have = ", ".join(map(repr, setting.values)) or "none"
        what = f"{str(one)!r} asks for {missing[0]!r}, which the events do not have (they have: {have})"
        raise UsageError(what, f"name it when they are made: value_cols=[{missing[0]!r}]; or pass touch='name'")
    return Seen(event_codes(setting, one.names), tests_of(one, setting))


def stage_code(setting: Setting, name: str) -> int:
    """The code of a stage.

    Raises:
        UsageError: The log holds events only.
        UnknownNameError: The model has no such stage.
    """
    model = setting.vocabulary.model
    if model is None:
        raise UsageError("this log holds events, not stages", "turn events into stages with rules: log.to_stages(...)")
    return model.codes.index(model.resolve(name))


def stage_codes(setting: Setting, wanted: Iterable[str]) -> frozenset[int]:
    """The codes of some stages."""
    return frozenset(stage_code(setting, name) for name in wanted)


def past(setting: Setting, name: str, skips: str = "passed") -> frozenset[int]:
    """The codes that mean that a stage was reached: itself and, if it may be skipped, those further on."""
    choice("skips", skips, ("passed", "strict"))
    code, path = stage_code(setting, name), setting.vocabulary.path
    return frozenset(range(code, path)) if skips == "passed" and code < path else frozenset((code,))


def on_path(setting: Setting, name: str, argument: str) -> str:
    """A stage of the path.

    Raises:
        UsageError: A stage off the path.
    """
    known, path = setting.vocabulary.names, setting.vocabulary.path
    if stage_code(setting, name) >= path:
        what = f"{argument}={name!r} is not on the path, which goes from {known[0]!r} to {known[path - 1]!r}"
        raise UsageError(what, "name a stage of the path; exits are named by lost=")
    return name


def exit_codes(setting: Setting, wanted: Iterable[str] = ()) -> frozenset[int]:
    """The codes of some exits; of all of them where none is named.

    Raises:
        UsageError: A stage that is no exit.
    """
    vocabulary = setting.vocabulary
    exits = vocabulary.paused | vocabulary.ended
    found = stage_codes(setting, wanted)
    for code in sorted(found - exits):
        name = vocabulary.names[code]
        raise UsageError(f"stage {name!r} is not an exit, so nothing is lost there", "name exits of the model")
    return found or exits


def won_codes(setting: Setting, won: str | None) -> frozenset[int]:
    """The codes of stages that win: the one named, else the first of a customer, and those further on.

    Raises:
        UsageError: None was named, and the model does not say where one is a customer.
    """
    vocabulary = setting.vocabulary
    stage_codes(setting, ())
    if won is not None:
        return past(setting, on_path(setting, won, "won"))
    if vocabulary.model is not None and vocabulary.customer_from is None:
        what = f"model {vocabulary.model.name!r} does not say from which stage on one is a customer"
        raise UsageError(what, f"name the stage that wins: won={vocabulary.names[vocabulary.path - 1]!r}")
    return frozenset(range(vocabulary.customer_from or 0, vocabulary.path))


def unknown(setting: Setting, name: str) -> UnknownNameError:
    """The error of a name that is neither a stage nor an event."""
    return UnknownNameError("stage or event", name, sorted(set(setting.vocabulary.names)))
