"""Why one customer counts: a metric read on the log of that customer alone.

Tables of disjoint customers add up, so what a metric counts of one customer is what it counts on that customer's own
log, seen from the same moment; the n of all customers add up to the n of the metric.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.errors import UnknownNameError
from custlife.metrics.reading import Explanation, Reading

if TYPE_CHECKING:
    from custlife.metrics.inputs import Askable, Inputs
    from custlife.metrics.request import MetricRequest

__all__ = ["explained", "of_one"]


def of_one(inputs: Inputs, customer: str) -> Inputs:
    """The inputs of one customer, seen from the same moments; costs are nobody's.

    Raises:
        UnknownNameError: No input has this customer.
    """
    logs = {name: log for name, log in inputs.given().items() if name != "costs"}
    known = {one for log in logs.values() for one in log.customers}
    if customer not in known:
        raise UnknownNameError("customer", customer, sorted(known))

    def alone(log: Askable) -> Askable:
        return log if log.INPUT == "costs" else log.where([customer])

    return inputs.map(alone)


def explained(request: MetricRequest, *, customer: str) -> Explanation:
    """What a metric says of one customer alone."""
    made = request.metric.compute(request)
    (reading,) = (made,) if isinstance(made, Reading) else made
    counts = reading.n or reading.part
    state = "counted" if counts else "pending" if reading.pending else "not counted"
    tell = getattr(request.metric.compute, "explain", None)
    why = tell(request, customer) if tell is not None else _why(request, reading, state)
    return Explanation(
        metric=request.metric, customer=customer, state=state, why=why, n=reading.n, part=reading.part,
        pending=reading.pending, as_of=reading.as_of,
    )  # fmt: skip


def _why(request: MetricRequest, reading: Reading, state: str) -> str:
    """The reason in the words of the definition."""
    words = request.metric.definition
    who = words.denominator or words.numerator
    if state == "not counted":
        return f"Is none of: {who}."
    if state == "pending":
        return f"Too early to say at {request.about().moment}: may still become one of: {who}."
    if not reading.n:
        return f"Counts above the line ({words.numerator}), but is none of: {who}."
    times = f"{reading.n:,} times " if reading.n > 1 else ""
    if reading.whole != reading.n or not isinstance(reading.part, int):
        return f"Counts {times}as one of: {who}."
    if not reading.part:
        return f"Counts {times}below the line ({who}), but not above it ({words.numerator})."
    above = f"{reading.part:,} times " if reading.part > 1 else ""
    return f"Counts {times}below the line ({who}) and {above}above it ({words.numerator})."
