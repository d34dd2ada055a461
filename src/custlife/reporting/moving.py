"""Sections on moves: from where to where, on which paths, for which reasons, and how the log was counted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from custlife.pictures import Bars, Columns, Flows, Link, Node, Segment, Table
from custlife.pictures.tones import accent
from custlife.reporting.document import Section, fold, show
from custlife.reporting.naming import labels, named_flows, named_paths, named_reasons
from custlife.reporting.wording import counted, hundred, listed, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.analysis.flows import FlowsResult
    from custlife.reporting.answers import StageAnswers
    from custlife.stages import StageModel

__all__ = ["flows", "journey", "paths", "reasons"]

MOST_LINKS = 40
MOST_REASONS = 15


def flows(answers: StageAnswers) -> Section | None:
    """The moves as a Sankey picture, and by period and kind."""
    name = labels(answers.log.model)
    found, over_time = named_flows(answers.flows, name), named_flows(answers.moves, name)
    if not found.rows:
        return None
    kinds: Counter[str] = Counter()
    for row in found.rows:
        kinds[row.kind or "move"] += row.moves
    said = [f"{n:,} {_kind_words(kind, n)}" for kind, n in kinds.most_common() if kind != "enter"]
    lead = f"{counted(sum(kinds.values()) - kinds['enter'], 'move')} after the first: {listed(said)}." if said else ""
    picture = _sankey(found, answers.log.model, name)
    parts = [show(picture), fold(found.table(), "Every pair of stages")]
    if over_time.rows and len({row.period for row in over_time.rows}) > 1:
        drawn = _over_time(over_time, answers.every)
        parts += [show(drawn), fold(_as_table(drawn, answers.every), f"The numbers by {answers.every}")]
    return Section("flows", "Where they go", lead, tuple(parts), _FLOWS_HOW)


_FLOWS_HOW = "The width of a band is the number of moves. Exits stand on the right; moves back, and returns, run below."
_KINDS = {
    "advance": ("step to the next stage", "steps to the next stage"),
    "skip": ("skip", "skips over a stage"),
    "regress": ("step back", "steps back"),
    "lapse": ("move into an exit one may return from", "moves into an exit one may return from"),
    "lose": ("final loss", "final losses"),
    "return": ("return", "returns"),
}


def _kind_words(kind: str, n: int) -> str:
    return _KINDS.get(kind, (kind, kind))[n != 1]


_TONES = {
    "enter": ("first seen", "accent1"),
    "advance": ("next stage", "good"),
    "skip": ("skipped ahead", "accent7"),
    "return": ("returned", "accent4"),
    "regress": ("stepped back", "accent2"),
    "lapse": ("into an exit one may return from", "pending"),
    "lose": ("gone for good", "bad"),
}
_DOWN = ("regress", "lapse", "lose")


def _over_time(found: FlowsResult, every: str) -> Columns:
    """Moves by period and kind: on and in above zero, back and out below."""
    periods = sorted({row.period or "" for row in found.rows})
    counts: Counter[tuple[str, str]] = Counter()
    for row in found.rows:
        counts[row.kind or "", row.period or ""] += row.moves
    parts = [
        Segment(name, [counts[kind, p] * (-1 if kind in _DOWN else 1) for p in periods], tone)
        for kind, (name, tone) in _TONES.items()
        if any(counts[kind, p] for p in periods)
    ]
    return Columns(
        periods, parts, f"Moves in each {every}: on and in above the line, back and out below", y_label="moves"
    )


def _as_table(drawn: Columns, every: str) -> Table:
    """The numbers behind columns, without signs."""
    names = [part.name for part in drawn.segments]
    rows = [
        (label, *(abs(int(part.values[i] or 0)) for part in drawn.segments)) for i, label in enumerate(drawn.labels)
    ]
    return Table((every, *names), rows)


def _sankey(found: FlowsResult, model: StageModel, name: Any) -> Flows:
    """The path from left to right with the exits behind it, without the rarest ways where there are very many."""
    keys = [name(key) for key in model.keys]
    exits = {name(stage.key): stage.exit for stage in (*model.unplaced, *model.exits)}
    links: Counter[tuple[str, str]] = Counter()
    for row in found.rows:
        if row.from_stage is not None:
            links[row.from_stage, row.to_stage] += row.moves
    kept = sorted(links.items(), key=lambda item: (-item[1], item[0]))[:MOST_LINKS]
    used = {end for pair, _ in kept for end in pair}
    nodes = [Node(key, key, i, accent(i)) for i, key in enumerate(keys) if key in used]
    nodes += [Node(key, key, len(keys), "bad" if exits[key] == "ended" else "pending") for key in exits if key in used]
    order = {node.id: place for place, node in enumerate(nodes)}
    ordered = sorted(kept, key=lambda item: (order[item[0][0]], order[item[0][1]]))
    left = sum(links.values()) - sum(n for _, n in kept)
    note = f"{counted(left, 'move')} on the rarest ways not drawn." if left else ""
    return Flows(nodes, [Link(came, to, n) for (came, to), n in ordered], "All moves after the first", note)


def paths(answers: StageAnswers) -> Section | None:
    """The most frequent ways through the stages."""
    found = named_paths(answers.paths, labels(answers.log.model))
    if not found.rows:
        return None
    total = found.totals[0]
    top = found.rows[0]
    lead = (
        f"{counted(total.paths, 'different path')} so far. Most frequent: {top.text} "
        f"({counted(top.count, answers.log.unit)}, {hundred(top.share)})."
    )
    unit = plural(0, answers.log.unit)
    columns = ("path", unit, "share", "on the path", "paused", "ended", "median days so far")
    rows = [
        (row.text, row.count, hundred(row.share), row.open, row.paused, row.ended, f"{row.median_days:,.1f}")
        for row in found.rows
    ]
    note = f"{counted(total.unlisted, answers.log.unit)} took other paths." if total.unlisted else ""
    table = Table(columns, rows, "The most frequent paths so far", note, align=("left", *["right"] * 6))
    how = "Paths as seen so far: who is still on the way may go on, and then has a longer path."
    return Section("paths", "Which ways they take", lead, (table.html(),), how)


def reasons(answers: StageAnswers) -> Section | None:
    """Why they left, where reasons are known."""
    found = named_reasons(answers.reasons, labels(answers.log.model))
    given = [row for row in found.rows if row.reason is not None]
    if not given:
        return None
    why: Counter[str] = Counter()
    by_exit: Counter[tuple[str, str]] = Counter()
    for row in given:
        why[row.reason or ""] += row.count
        by_exit[row.reason or "", row.exit] += row.count
    top = sorted(why.items(), key=lambda item: (-item[1], item[0]))[:MOST_REASONS]
    exits = list(dict.fromkeys(row.exit for row in given))
    parts = [Segment(name, [by_exit[reason, name] for reason, _ in top]) for name in exits]
    total = sum(row.count for row in found.rows)
    said = "each with" if sum(why.values()) == total else f"{sum(why.values()):,} of them with"
    lead = f"{counted(total, 'move')} into an exit, {said} a reason. "
    lead += f"The most frequent is “{top[0][0]}” ({top[0][1]:,})."
    picture = Bars([reason for reason, _ in top], parts, title="Reasons given, by the exit taken")
    return Section("reasons", "Why they leave", lead, (show(picture), fold(found.table())))


def journey(model: StageModel) -> Section | None:
    """The designed journey, aspects that nobody filled in left out."""
    whole = model.journey_map()
    used = [i for i in range(1, len(whole.columns)) if any(row[i] for row in whole.rows)]
    if not used:
        return None
    columns: Sequence[str] = [whole.columns[0], *(whole.columns[i] for i in used)]
    table = Table(columns, [(row[0], *(row[i] for i in used)) for row in whole.rows])
    lead = "Not measured but meant: what the model says about each stage. A dash means that it says nothing."
    html = table.html().replace('class="cl-table"', 'class="cl-table cl-cards"', 1)
    return Section("journey", "The journey as designed", lead, (html,))
