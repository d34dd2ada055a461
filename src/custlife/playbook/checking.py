"""Hand-overs as they really went: what was passed on with a customer, what came late, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.framing import Framed
from custlife.analysis.result import percent
from custlife.calendar import instant
from custlife.customers import Customer
from custlife.customers.moves import known_from
from custlife.errors import UsageError, UsageTypeError
from custlife.pictures import Table
from custlife.playbook.handing import HandOverPlan, PlannedHandOver, Required, hand_overs
from custlife.scoring.batch import moment_of
from custlife.scoring.histories import each_customer
from custlife.scoring.points import shortly
from custlife.scoring.request import by_customer, facts_for, facts_of, request_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from custlife.calendar import Instant
    from custlife.customers import Leg
    from custlife.customers.entries import GivenFacts
    from custlife.customers.properties import Scalar
    from custlife.scoring.histories import LogLike
    from custlife.scoring.request import ScoreRequest
    from custlife.stages import StageModel

__all__ = ["HandOverCheck", "HandOverChecks", "HandOverCount", "Passed", "check_hand_over", "check_hand_overs"]

COLUMNS: dict[str, Any] = {
    "from_stage": str,
    "to_stage": str,
    "required": str,
    "handed_over": int,
    "known": int,
    "late": int,
    "missing": int,
    "missing_share": float | None,
}


@attrs.frozen
class Passed:
    """Something that was passed on.

    Attributes:
        name: What it is.
        value: What is known.
        source: The fact it comes from; `reason` where the reason of a move tells it.
        known_from: Since when it is known; None where that has no date.
        late: Whether it was learnt only after the hand-over.
    """

    name: str
    value: Scalar
    source: str
    known_from: datetime | None
    late: bool


@attrs.frozen
class HandOverCheck:
    """What was passed on with one customer at one hand-over.

    Attributes:
        customer: Whom it is about.
        as_of: The moment of looking.
        hand_over: The hand-over.
        at: When they were handed over, the last time; None where they have not been yet.
        passed: What is known.
        missing: Names of what is not.
    """

    customer: str
    as_of: datetime
    hand_over: PlannedHandOver
    at: datetime | None
    passed: tuple[Passed, ...]
    missing: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing

    @property
    def late(self) -> tuple[str, ...]:
        """Names of what was learnt only after the hand-over."""
        return tuple(one.name for one in self.passed if one.late)

    def to_dict(self) -> dict[str, Any]:
        """The check as plain values."""
        return {
            "customer": self.customer,
            "as_of": self.as_of.isoformat(),
            "from_stage": self.hand_over.from_stage,
            "to_stage": self.hand_over.to_stage,
            "at": None if self.at is None else self.at.isoformat(),
            "passed": {one.name: one.value for one in self.passed},
            "late": list(self.late),
            "missing": list(self.missing),
        }

    def __str__(self) -> str:
        when = "not handed over yet" if self.at is None else f"handed over {self.at:%Y-%m-%d %H:%M} UTC"
        lines = [f"{self.customer}, {self.hand_over.label}: {when}"]
        lines += [f"  {one.name}: {one.value}{' (late)' if one.late else ''}" for one in self.passed]
        lines += [f"  {name}: missing" for name in self.missing]
        return "\n".join(lines)


@attrs.frozen
class HandOverCount:
    """How often one thing was known at one hand-over.

    Attributes:
        hand_over: The hand-over.
        required: What must be known.
        handed_over: Customers who were handed over; each once, the last time counts.
        known: Those of whom it was known in time.
        late: Those of whom it was learnt only afterwards.
        missing: Those of whom it is not known: `handed_over - known - late`.
    """

    hand_over: PlannedHandOver
    required: str
    handed_over: int
    known: int
    late: int
    missing: int

    @property
    def missing_share(self) -> float | None:
        """The missing among those handed over; None where nobody was."""
        return self.missing / self.handed_over if self.handed_over else None


@attrs.frozen(repr=False, str=False)
class HandOverChecks(Framed):
    """What was passed on with many customers.

    Attributes:
        as_of: The moment of looking.
        rows: One for each hand-over and thing that must be known there.
        incomplete: The checks with something missing, in the order of the path, then by id.
    """

    as_of: datetime
    rows: tuple[HandOverCount, ...]
    incomplete: tuple[HandOverCheck, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[HandOverCount]:
        return iter(self.rows)

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return dict(COLUMNS)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each hand-over and thing that must be known."""
        ends = [{"from_stage": row.hand_over.from_stage, "to_stage": row.hand_over.to_stage} for row in self.rows]
        others = list(COLUMNS)[2:]
        return [
            {**end, **{name: getattr(row, name) for name in others}} for end, row in zip(ends, self.rows, strict=True)
        ]

    def table(self) -> Table:
        """The counts as a table for people."""
        rows = [
            (row.hand_over.label, row.required, row.handed_over, row.known, row.late, row.missing,
             percent(row.missing_share))
            for row in self.rows
        ]  # fmt: skip
        names = ("hand-over", "must be known", "handed over", "known", "late", "missing", "share missing")
        note = f"Late: learnt only after the hand-over. As of {self.as_of:%Y-%m-%d %H:%M} UTC."
        align = ("left", "left", *["right"] * 5)
        return Table(names, rows, title="What was passed on at hand-overs", note=note, align=align)

    def __repr__(self) -> str:
        return f"<HandOverChecks: {len(self):,} rows, {len(self.incomplete):,} incomplete>"

    def __str__(self) -> str:
        return self.table().text(width=120)

    def _repr_html_(self) -> str:
        return self.table().html()


def check_hand_over(
    customer: Customer,
    *,
    as_of: Instant,
    into: str | None = None,
    plan: HandOverPlan | None = None,
    facts: GivenFacts = (),
) -> HandOverCheck:
    """What is known of a customer at a hand-over, and what is missing.

    Args:
        customer: The customer; what happened or was learnt after *as_of* is not seen.
        as_of: The moment of looking.
        into: The stage that the hand-over leads into, also one still to come; by default the last one on the path up to
            the stage they are in.
        plan: The hand-overs; by default those of the model.
        facts: What other systems know of the customer, as `cl.score` takes it.

    Raises:
        UsageError: No team has changed up to their stage, and *into* is not given.
        UnknownNameError: No team changes at *into*.
        UsageTypeError: An argument is of another type.

    Examples:
        >>> from custlife import Customer, presets
        >>> acme = Customer("acme", presets.bruxt5, moves=[("retention", "2026-01-05T09:00Z")])
        >>> check_hand_over(acme, as_of="2026-01-10T09:00Z", facts={"needs": "speed"}).missing
        ('reason for buying',)
    """
    if not isinstance(customer, Customer):
        what = f"customer={shortly(customer)} is not a Customer"
        raise UsageTypeError(what, "for many: playbook.check_hand_overs(log)")
    planned = _plan_for(customer.model, plan)
    moment = instant(as_of, name="as_of")
    request = request_at(customer, moment, facts_of(customer.id, facts) if facts else ())
    if into is not None:
        return _checked(request, planned[into])
    place = None if request.customer.stage is None else customer.model.position(request.customer.stage)
    behind = [row for row in planned if place is not None and (customer.model.position(row.to_stage) or 0) <= place]
    if not behind:
        into_one = planned.rows[0].to_stage if planned.rows else "..."
        what = f"customer {customer.id!r} in stage {request.customer.stage!r} is past no hand-over"
        raise UsageError(what, f"name the one to check: into={into_one!r}")
    return _checked(request, behind[-1])


def check_hand_overs(
    customers: Iterable[Customer] | LogLike | Iterable[LogLike],
    *,
    as_of: Instant | None = None,
    plan: HandOverPlan | None = None,
    facts: Mapping[str, GivenFacts] | None = None,
) -> HandOverChecks:
    """What was passed on with everybody who was ever handed over, hand-over by hand-over.

    Args:
        customers: Customers of one model; or a log, or logs of stages and events of the same customers. The segments
            of a log count as facts.
        as_of: The moment of looking; of a log by default its own.
        plan: The hand-overs; by default those of the model.
        facts: Id of a customer to what other systems know of them.

    Raises:
        DataError: Two customers have one id.
        UsageError: There are customers and no `as_of`, or none and no plan, or a customer is on another model.

    Examples:
        >>> from custlife import StageLog, presets
        >>> rows = [("ada", "conversion", "2026-01-05T09:00Z"), ("ada", "retention", "2026-01-06T09:00Z")]
        >>> found = check_hand_overs(StageLog.from_rows(rows, presets.bruxt5), facts={"ada": {"needs": "speed"}})
        >>> [(row.required, row.missing) for row in found if row.hand_over.to_stage == "retention"]
        [('needs', 0), ('reason for buying', 1)]
    """
    moment = moment_of(customers, as_of)
    given = by_customer(facts)
    checks: dict[str, list[HandOverCheck]] = {}
    planned = plan
    for customer in each_customer(customers):
        planned = _plan_for(customer.model, planned)
        request = request_at(customer, moment, facts_for(customer.id, given))
        for row in planned:
            if (check := _checked(request, row)).at is not None:
                checks.setdefault(row.to_stage, []).append(check)
    if planned is None:
        raise UsageError("there are no customers, and so no model", "pass plan=playbook.hand_overs(model)")
    rows = [_count(row, need, checks.get(row.to_stage, [])) for row in planned for need in row.required]
    missing = [one for row in planned for one in checks.get(row.to_stage, []) if one.missing]
    order = {row.to_stage: place for place, row in enumerate(planned)}
    missing.sort(key=lambda one: (order[one.hand_over.to_stage], one.customer))
    return HandOverChecks(moment, tuple(rows), tuple(missing))


def _plan_for(model: StageModel, plan: HandOverPlan | None) -> HandOverPlan:
    if plan is None:
        return hand_overs(model)
    if not isinstance(plan, HandOverPlan):
        raise UsageTypeError(f"plan={shortly(plan)} is no plan", "write plan=playbook.hand_overs(model)")
    if plan.model != model:
        what = f"the plan is for model {plan.model.name!r}, and the customer is on {model.name!r}"
        raise UsageError(what, "make one: playbook.hand_overs(model)")
    return plan


def _count(row: PlannedHandOver, need: Required, checks: list[HandOverCheck]) -> HandOverCount:
    late = sum(need.name in check.late for check in checks)
    missing = sum(need.name in check.missing for check in checks)
    return HandOverCount(row, need.name, len(checks), len(checks) - late - missing, late, missing)


def _checked(request: ScoreRequest, row: PlannedHandOver) -> HandOverCheck:
    over = _crossing(request.customer, row.to_stage)
    sale = _sale(request.customer)
    at = None if over is None else over.at
    passed, missing = [], []
    for need in row.required:
        found = _by_fact(request, need, at) or _by_reason(need, sale if need.at == "sale" else over, at)
        if found is None:
            missing.append(need.name)
        else:
            passed.append(found)
    return HandOverCheck(request.customer.id, request.as_of, row, at, tuple(passed), tuple(missing))


def _crossing(customer: Customer, to_stage: str) -> Leg | None:
    """The last leg that led from before a stage of the path, or from off it, to it or past it."""
    model, found = customer.model, None
    line = model.position(to_stage) or 0
    before = -1
    for leg in customer.journey:
        place = model.position(leg.to_stage)
        if place is None:
            continue  # who comes back from an exit to where they were is not handed over again
        if before < line <= place:
            found = leg
        before = place
    return found


def _sale(customer: Customer) -> Leg | None:
    sold = customer.model.customer_from
    return None if sold is None else _crossing(customer, sold)


def _by_fact(request: ScoreRequest, need: Required, at: datetime | None) -> Passed | None:
    for name in need.facts:
        value = request.facts.get(name)
        if value is None or not str(value).strip():
            continue
        told = [fact for fact in request.customer.facts if fact.name == name and fact.value is not None]
        held = request.facts.fact(name)
        told += [held] if held is not None else []
        dates = [known_from(fact) for fact in told]
        first = None if None in dates else min(date for date in dates if date is not None)
        return Passed(need.name, value, name, first, at is not None and first is not None and first > at)
    return None


def _by_reason(need: Required, leg: Leg | None, at: datetime | None) -> Passed | None:
    if not need.or_reason or leg is None or not leg.move.reason:
        return None
    first = known_from(leg.move)
    return Passed(need.name, leg.move.reason, "reason", first, at is not None and first is not None and first > at)
