"""Telling the story of a customer in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.customers.moves import stamp
from custlife.stages import MoveKind

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from custlife.customers.dossier import Dossier
    from custlife.customers.legs import Leg
    from custlife.pictures import Table
    from custlife.stages import StageModel

__all__ = ["elapsed", "story", "table"]

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_DID = {
    MoveKind.ADVANCE: "moved on to",
    MoveKind.SKIP: "skipped to",
    MoveKind.REGRESS: "went back to",
    MoveKind.LAPSE: "lapsed to",
    MoveKind.LOSE: "ended in",
    MoveKind.RETURN: "came back to",
}
_NEXT = {
    MoveKind.ENTER: "enter",
    MoveKind.ADVANCE: "advance to",
    MoveKind.SKIP: "skip to",
    MoveKind.REGRESS: "go back to",
    MoveKind.LAPSE: "lapse to",
    MoveKind.LOSE: "end in",
    MoveKind.RETURN: "return to",
}


def elapsed(length: timedelta) -> str:
    """A length of time in its two largest units, the smaller one rounded down.

    Examples:
        >>> from datetime import timedelta
        >>> elapsed(timedelta(days=27, hours=3, minutes=5)), elapsed(timedelta(minutes=1)), elapsed(timedelta())
        ('27 days 3 hours', '1 minute', 'no time')
    """
    if not length:
        return "no time"
    rest = length.days * 86_400 + length.seconds
    if rest == 0:
        return "less than a second"
    counts = []
    for name, size in _UNITS:
        count, rest = divmod(rest, size)
        counts.append((count, name))
    first = next(index for index, (count, _) in enumerate(counts) if count)
    return " ".join(f"{count} {name}{'s' * (count != 1)}" for count, name in counts[first : first + 2] if count)


def story(customer: Dossier, as_of: datetime | None) -> str:
    """What happened, where that leaves them, and what may happen next; one line each."""
    lines = [_title(customer), ""]
    stays = customer.spells
    for index, leg in enumerate(customer.journey):
        stay = stays[index - 1].duration if index else None
        lines.append(f"- {_when(leg.at)}: {_sentence(leg, stay, customer.model)}{_aside(leg, customer.model)}")
    lines += ["", *_standing(customer, as_of)] if stays else ["No stage yet.", ""]
    lines += _around(customer)
    return "\n".join([*lines, _outlook(customer)])


def table(customer: Dossier) -> Table:
    """The journey as a table: one row for each stay."""
    from custlife.pictures import Table

    rows = []
    for leg, stay in zip(customer.journey, customer.spells, strict=True):
        length = "" if stay.duration is None else elapsed(stay.duration)
        kind = leg.kind if leg.legal else f"{leg.kind} (not allowed)"
        rows.append([_when(leg.at), customer.model[leg.to_stage].label, kind, length, _flat(leg.move.reason)])
    return Table(["entered", "stage", "move", "stayed", "reason"], rows, title=_title(customer))


def _title(customer: Dossier) -> str:
    known_as = f", also known as {', '.join(customer.aliases)}" if customer.aliases else ""
    return f"Customer {customer.id}{known_as} (model {customer.model.name}, version {customer.model.version})"


def _sentence(leg: Leg, stay: timedelta | None, model: StageModel) -> str:
    to = model[leg.to_stage].label
    if leg.from_stage is None or stay is None:
        if leg.kind is not MoveKind.ENTER:
            return f"first seen in {to}"
        past = _past(None, leg.to_stage, model)
        return f"started in {to}" + (f", past {past}" if past else "")
    origin = model[leg.from_stage].label
    after = f"after {elapsed(stay)} in {origin}"
    past = _past(leg.from_stage, leg.to_stage, model) if leg.kind is MoveKind.SKIP else ""
    return f"{_DID[leg.kind]} {to} {after}" + (f", past {past}" if past else "")


def _aside(leg: Leg, model: StageModel) -> str:
    move = leg.move
    reason = f", because: {_flat(move.reason)}" if move.reason.strip() else ""
    actor = f", by {_flat(move.actor)}" if move.actor.strip() else ""
    late = ""
    if move.recorded_at is not None and move.recorded_at > move.at:
        late = f" (recorded {elapsed(move.recorded_at - move.at)} later)"
    illegal = "" if leg.legal else f" (not allowed by model {model.name}, policy {model.policy})"
    return f"{actor}{reason}{late}{illegal}"


def _standing(customer: Dossier, as_of: datetime | None) -> list[str]:
    stay = customer.spells[-1]
    label = customer.model[stay.stage].label
    length = f", for {elapsed(as_of - stay.entered)} as of {_when(as_of)}" if as_of is not None else ""
    furthest = customer.furthest
    far = "" if furthest in {None, stay.stage} else f" Furthest stage: {customer.model[str(furthest)].label}."
    paying = {True: " A paying customer.", False: " Not a paying customer.", None: ""}[customer.is_customer]
    return [f"Now in {label} since {_when(stay.entered)}{length}.{far}{paying}"]


def _around(customer: Dossier) -> list[str]:
    lines = []
    if customer.attributes:
        known = (f"{name} = {value}" for name, value in customer.attributes.items())
        lines.append(f"Known: {_flat(', '.join(known))}.")
    if customer.events:
        last = customer.events[-1]
        count = len(customer.events)
        lines.append(f"{count} event{'s' * (count != 1)}, the last one {_flat(last.name)} on {_when(last.at)}.")
    return lines


def _outlook(customer: Dossier) -> str:
    model = customer.model
    by_kind: dict[MoveKind, list[str]] = {}
    for transition in customer.next_moves():
        kind = model.kind(transition.from_stage, transition.to_stage)
        by_kind.setdefault(kind, []).append(model[transition.to_stage].label)
    ways = [f"{_NEXT[kind]} {' or '.join(labels)}" for kind, labels in sorted(by_kind.items(), key=_kind_order)]
    return f"May next {'; '.join(ways)}." if ways else "No further move is allowed."


def _kind_order(item: tuple[MoveKind, list[str]]) -> int:
    return list(_NEXT).index(item[0])


def _past(from_stage: str | None, to_stage: str, model: StageModel) -> str:
    start = -1 if from_stage is None else model.position(from_stage)
    end = model.position(to_stage)
    between = model.stages[(-1 if start is None else start) + 1 : end]
    return " and ".join(stage.label for stage in between)


def _when(at: datetime) -> str:
    """A date for reading, without the parts that are zero."""
    text = stamp(at)[:-1].replace("T", " ")
    return f"{text.removesuffix(':00').removesuffix(' 00:00')} UTC" if text.endswith(":00") else f"{text} UTC"


def _flat(text: str) -> str:
    return " ".join(text.split())
