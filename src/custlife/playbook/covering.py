"""Content coverage: the share of content at each stage beside that of customers who are there, or drop off there."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.flows import Flows
from custlife.analysis.headcount import Headcount
from custlife.analysis.question import ask, choice
from custlife.analysis.result import About
from custlife.calendar import Span, from_us, instant, months, span, to_us, zone
from custlife.errors import UsageError, UsageTypeError
from custlife.playbook.content import Inventory
from custlife.playbook.coverage_result import Coverage, CoverageRow
from custlife.playbook.mistakes import KINDS, Limits, Supply, judged
from custlife.scoring.histories import is_log
from custlife.scoring.points import is_number, shortly
from custlife.stages import StageModel

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from custlife.calendar import Instant
    from custlife.playbook.content import ContentItem
    from custlife.scoring.histories import LogLike

    Demand = Mapping[str, Fraction]

__all__ = ["CoverageQuestion", "coverage"]

DEMANDS = ("headcount", "drop_off")
COUNTS = ("all", "fresh")


def _length(given: Any) -> Span:
    return span(given, name="fresh_within")


@attrs.frozen
class CoverageQuestion:
    """The question of content coverage; `playbook.coverage(...)` builds and answers it.

    Attributes:
        inventory: The content.
        stages: Keys of the stages that are compared.
        demand: `headcount` (where customers are), `drop_off` (where they left the path), `given`, or None.
        counts: `all` items, or only `fresh` ones.
        fresh_within: How long after its publication an item is fresh.
        limits: The thresholds of the findings.
    """

    inventory: Inventory
    stages: tuple[str, ...]
    demand: str | None = "headcount"
    counts: str = "all"
    fresh_within: Span = attrs.field(default=months(12), converter=_length)
    limits: Limits = attrs.field(factory=Limits)


def coverage(
    inventory: Inventory,
    of: LogLike | StageModel,
    *,
    demand: str | Mapping[str, float] | None = None,
    stages: Iterable[str] | None = None,
    counts: str = "all",
    fresh_within: Any = "12 months",
    as_of: Instant | None = None,
    limits: Limits | None = None,
) -> Coverage:
    """Content by stage, type and team, beside where customers are or drop off, with the common mistakes that show.

    An item counts once: in equal parts for each of its stages that are compared. The supply share of a stage is its
    part of all that counts, the demand share its part of the customers, and the gap is demand minus supply: above 0
    there is too little. Items published after the day of looking are planned, and do not count.

    Args:
        inventory: The content.
        of: A log of stages, or a model where there is no log.
        demand: `"headcount"`, by default, for customers in each stage at `as_of`; `"drop_off"` for moves from it into
            an exit; or a mapping of stages to numbers. Of a model there is none unless a mapping is given.
        stages: The stages to compare; by default the path. Exits may be named too.
        counts: `"all"` items, or only `"fresh"` ones.
        fresh_within: An item is fresh up to so long after its publication.
        as_of: The moment of looking; needed with a model, and that of the log otherwise.
        limits: The thresholds of the findings.

    Raises:
        UnknownNameError: A stage that the model does not have.
        UsageError: An argument that says nothing here, or is missing.
        UsageTypeError: An argument is of another type.

    Source:
        Coverage of a funnel by content as share against share: common practice; the list of mistakes: Deepstash,
        "Customer Lifecycle Funnel". Thresholds and the equal parts are ours.

    Examples:
        >>> from custlife import presets
        >>> rows = [{"title": "Post", "stages": "awareness"}, {"title": "Price", "stages": "intent"}]
        >>> items = Inventory.from_rows(rows)
        >>> found = coverage(items, presets.bruxt5, demand={"intent": 3, "retention": 1}, as_of="2026-02-01T00:00Z")
        >>> found["intent"].gap
        0.25
    """
    if not isinstance(inventory, Inventory):
        raise UsageTypeError(
            f"inventory={shortly(inventory)} is no Inventory", "write playbook.Inventory.from_rows(rows)"
        )
    choice("counts", counts, COUNTS)
    model, about, wanted = _looked_at(of, demand, as_of)
    keys = _keys(model, stages)
    told = None if wanted is None else {key: wanted.get(key, Fraction(0)) for key in keys}
    if isinstance(demand, Mapping) and (missed := sorted(set(wanted or ()) - set(keys))):
        raise UsageError(f"demand names stages that are not compared: {missed}", "name them in stages= as well")
    mode = "given" if isinstance(demand, Mapping) else demand or (None if isinstance(of, StageModel) else "headcount")
    question = CoverageQuestion(inventory, keys, mode, counts, fresh_within, limits or Limits())
    return _answer(question, model, attrs.evolve(about, model=model.name), told)


def _looked_at(of: Any, demand: Any, as_of: Instant | None) -> tuple[StageModel, About, Demand | None]:
    """The model, where the answer comes from, and the demand."""
    given = None if demand is None or isinstance(demand, str) else demand
    if given is not None and not isinstance(given, Mapping):
        raise UsageTypeError(f"demand={shortly(demand)} is no demand", "write demand={'intent': 40}")
    if isinstance(of, StageModel):
        if as_of is None:
            raise UsageError("as_of is missing: what is fresh depends on when one looks", "pass as_of=")
        if isinstance(demand, str):
            raise UsageError(f"demand={demand!r} needs a log", "pass a log, or demand={'intent': 40}")
        about = About(to_us(instant(as_of, name="as_of")), None, "UTC", "customer", 0, 0, of.name, ())
        return of, about, None if given is None else _given(of, given)
    if not is_log(of) or not hasattr(of, "model"):
        raise UsageTypeError(f"of={shortly(of)} is neither a log of stages nor a model", "pass a StageLog or a preset")
    if as_of is not None:
        raise UsageError("as_of has no effect on a log, which has its own", "make the log with as_of=")
    mode = choice("demand", demand or "headcount", DEMANDS) if given is None else "headcount"
    model: StageModel = of.model
    if mode == "drop_off":
        flows = ask(Flows(), of._asked)
        lost = [(flow.from_stage, flow.moves) for flow in flows.rows if model[flow.to_stage].exit is not None]
        gone: dict[str, Fraction] = {}
        for stage, n in lost:
            if stage is not None:
                gone[stage] = gone.get(stage, Fraction(0)) + n
        return model, flows.about, gone
    counted = ask(Headcount(every="year"), of._asked)
    here = {row.stage: Fraction(row.count) for row in counted.rows}  # the last period of each stage holds
    return model, counted.about, here if given is None else _given(model, given)


def _given(model: StageModel, demand: Mapping[str, float]) -> Demand:
    found: dict[str, Fraction] = {}
    for name, n in demand.items():
        if not is_number(n) or not 0 <= n < float("inf"):
            raise UsageError(f"demand[{name!r}]={shortly(n)} is no number of customers", "write demand={'intent': 40}")
        key = model.resolve(name)
        if key in found:
            raise UsageError(f"demand names {key!r} twice, the second time as {name!r}", "add the two up")
        found[key] = Fraction(n)
    return found


def _keys(model: StageModel, stages: Iterable[str] | None) -> tuple[str, ...]:
    if stages is None:
        return model.keys
    given = [stages] if isinstance(stages, str) else list(stages)
    keys = {model.resolve(name) for name in given}
    if not keys:
        raise UsageError("stages=[] leaves nothing to compare", "leave it out to compare the whole path")
    return tuple(stage.key for stage in (*model.stages, *model.unplaced, *model.exits) if stage.key in keys)


def _answer(question: CoverageQuestion, model: StageModel, about: About, demand: Demand | None) -> Coverage:
    inventory = question.inventory
    day = from_us(zone(about.tz).local(about.as_of_us)).date()
    out = [item for item in inventory if item.published is None or item.published <= day]
    fresh = [item for item in out if is_fresh(item, question.fresh_within, day)]
    placed = {id(item): tuple(dict.fromkeys(_resolved(model, item))) for item in inventory}
    counted = [
        (item, keys)
        for item in (fresh if question.counts == "fresh" else out)
        if (keys := tuple(key for key in placed[id(item)] if key in question.stages))
    ]
    parts = {
        key: sum((Fraction(1, len(keys)) for _, keys in counted if key in keys), Fraction(0)) for key in question.stages
    }
    rows = tuple(
        _row(model, key, [item for item, keys in counted if key in keys], parts, demand, question, day)
        for key in question.stages
    )
    supply = attrs.evolve(inventory, items=out)
    findings, unjudged = judged(Supply(supply, day, question.limits, *_kinds(model, parts, demand)))
    elsewhere = sorted(item.title for item in out if not {*placed[id(item)]} & {*question.stages})
    planned = sorted(item.title for item in inventory if item.published is not None and item.published > day)
    held = tuple(sorted(counted, key=lambda one: (one[0].title, one[1], repr(one[0]))))
    labels = {key: model[key].label for key in question.stages}
    return Coverage(
        question, attrs.evolve(about, rows=len(inventory)), rows, findings, unjudged,
        tuple(elsewhere), tuple(planned), held, tuple(labels.items()),
    )  # fmt: skip


def _resolved(model: StageModel, item: ContentItem) -> list[str]:
    return [model.resolve(name) for name in item.stages]


def is_fresh(item: ContentItem, within: Span, day: date) -> bool:
    """Whether a day is at most so long after the publication; what has no day of publication is not fresh."""
    if item.published is None:
        return False
    start, now = to_us(instant(item.published, tz="UTC")), to_us(instant(day, tz="UTC"))
    return start <= now <= zone("UTC").add(start, within)


def _row(
    model: StageModel,
    key: str,
    here: list[ContentItem],
    parts: Mapping[str, Fraction],
    demand: Demand | None,
    question: CoverageQuestion,
    day: date,
) -> CoverageRow:
    supplied = _share(parts, key)
    wanted = None if demand is None else _share(demand, key)
    gap = None if supplied is None or wanted is None else float(wanted - supplied)
    ages = sorted((day - item.published).days for item in here if item.published is not None)
    new = sum(is_fresh(item, question.fresh_within, day) for item in here)
    return CoverageRow(
        stage=key,
        label=model[key].label,
        items=len(here),
        supply=float(parts[key]),
        supply_share=None if supplied is None else float(supplied),
        demand=None if demand is None else float(demand[key]),
        demand_share=None if wanted is None else float(wanted),
        gap=gap,
        dated=len(ages),
        fresh=new,
        fresh_share=new / len(ages) if ages else None,
        median_age_days=float(median(ages)) if ages else None,
    )


def _share(parts: Mapping[str, Fraction], key: str) -> Fraction | None:
    total = sum(parts.values(), Fraction(0))
    return parts[key] / total if total else None


def _kinds(
    model: StageModel, parts: Mapping[str, Fraction], demand: Demand | None
) -> tuple[dict[str, Fraction], Fraction | None]:
    """Shares of the supply by what it is for, and the demand for awareness."""
    shares = {key: share for key in parts if (share := _share(parts, key)) is not None}
    if not any(model[key].phase for key in shares):
        return {}, None
    found: dict[str, Fraction] = {}
    for key, share in shares.items():
        kind = KINDS.get(model[key].phase, "later")
        found[kind] = found.get(kind, Fraction(0)) + share
    early = [key for key in parts if KINDS.get(model[key].phase) == "awareness"]
    wanted = None if demand is None else [_share(demand, key) for key in early]
    if wanted is None or None in wanted or not any((demand or {}).values()):
        return found, None
    return found, sum((share for share in wanted if share is not None), Fraction(0))
