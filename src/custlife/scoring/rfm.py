"""Recency, frequency and money: three classes for each buyer, by thresholds that stay in the object."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

import attrs

from custlife.calendar import instant
from custlife.errors import DataError, DefinitionError, UsageError
from custlife.scoring.declared import Declared
from custlife.scoring.histories import each_customer
from custlife.scoring.points import FULL, in_points, number, several, shared, shortly
from custlife.scoring.reading import Reads, texts
from custlife.scoring.request import request_at
from custlife.scoring.value import Part, Score

if TYPE_CHECKING:
    from collections.abc import Iterable

    from custlife.calendar import Instant
    from custlife.customers import Customer
    from custlife.scoring.histories import LogLike
    from custlife.scoring.request import ScoreRequest

__all__ = ["Rfm"]

SIDES = ("recency", "frequency", "monetary")


def _edges(given: Iterable[float], name: str) -> tuple[float, ...]:
    return tuple(float(number(edge, name)) for edge in several(given, name))


def _recency(given: Iterable[float]) -> tuple[float, ...]:
    return _edges(given, "recency")


def _frequency(given: Iterable[float]) -> tuple[float, ...]:
    return _edges(given, "frequency")


def _monetary(given: Iterable[float]) -> tuple[float, ...]:
    return _edges(given, "monetary")


@attrs.frozen
class Rfm(Declared):
    """Classes from 1 (worst) up for recency, frequency and money; the grade writes them side by side, such as `545`.

    The value is the mean of the classes on the scale from 0 to 100. Who never bought has no score.

    Attributes:
        of: Names of the events that are purchases.
        recency: Days since the last purchase, rising: up to the first is the best class, beyond the last is class 1.
        frequency: Numbers of purchases, rising: below the first is class 1, each that is reached adds one.
        monetary: Sums of their values, rising, as for frequency; without any, money is left out.
        field: The property that holds the money; by default the value of the event.
        name: What it is called.

    Raises:
        DefinitionError: No thresholds, or some that do not rise.

    Source:
        Hughes (1994), Strategic Database Marketing: customers in classes by recency, frequency and money.

    Examples:
        >>> rfm = Rfm("order", recency=(30, 90), frequency=(2, 5))
        >>> from custlife import Customer, presets, score
        >>> acme = Customer("acme", presets.bruxt5, events=[("order", "2026-01-02T09:00Z")])
        >>> acme = acme.track("order", at="2026-01-22T09:00Z")
        >>> found = score(rfm, acme, as_of="2026-02-01T00:00Z")
        >>> found.grade, found.value
        ('32', 75.0)
    """

    KIND = "rfm"

    of: tuple[str, ...] = attrs.field(converter=texts)
    recency: tuple[float, ...] = attrs.field(converter=_recency, kw_only=True)
    frequency: tuple[float, ...] = attrs.field(converter=_frequency, kw_only=True)
    monetary: tuple[float, ...] = attrs.field(default=(), converter=_monetary, kw_only=True)
    field: str = attrs.field(default="", kw_only=True)
    name: str = attrs.field(default="rfm", kw_only=True)

    def __attrs_post_init__(self) -> None:
        Reads("days_since", self.of)
        for side in SIDES:
            edges = getattr(self, side)
            if any(one >= other for one, other in pairwise(edges)):
                raise DefinitionError(f"{side}={edges!r} does not rise", "order the thresholds, each once")
            if not edges and side != "monetary":
                raise DefinitionError(f"{side}=() makes one class of all", "pass thresholds such as (30, 90, 180)")
        if self.field and not self.monetary:
            raise DefinitionError(f"field={self.field!r} has no effect without monetary=", "drop it")

    @classmethod
    def learn(
        cls,
        customers: Iterable[Customer] | LogLike,
        of: str | Iterable[str],
        *,
        as_of: Instant,
        classes: int = 5,
        money: bool = True,
        field: str = "",
        name: str = "rfm",
    ) -> Self:
        """Thresholds at the quantiles of some customers, so that classes are about equal in size.

        The thresholds stay: who is scored later is held against the customers of this moment. Where many have the same
        number, classes fall together and there are fewer of them.

        Args:
            customers: Customers or a log.
            of: Names of the events that are purchases.
            as_of: The moment of looking.
            classes: How many classes to aim for, at least 2.
            money: Whether to look at values of the purchases too.
            field: The property that holds the money.
            name: What it is called.

        Raises:
            DataError: Nobody bought, or all have the same numbers.
            UsageError: Fewer than two classes.
        """
        if type(classes) is not int or classes < 2:
            raise UsageError(f"classes={shortly(classes)} is no number of classes from 2 on", "pass classes=5")
        moment = instant(as_of, name="as_of")
        names = texts(of)
        wanted = [Reads("days_since", names), Reads("events", names), *([Reads("total", names, None, field)] * money)]
        rows = []
        for customer in each_customer(customers):
            request = request_at(customer, moment)
            values = [reads.read(request).value for reads in wanted]
            if values[0] is not None:
                rows.append([float(number(value)) for value in values])
        if not rows:
            raise DataError(
                f"nobody has an event among {list(names)!r} by {moment:%Y-%m-%d}", hint="check of= and as_of="
            )
        edges = [_quantiles([row[side] for row in rows], classes, up=side > 0) for side in range(len(wanted))]
        for side, found in zip(SIDES, edges, strict=False):
            if not found:
                raise DataError(f"all have the same {side}: no thresholds", hint="pass thresholds, or money=False")
        made: dict[str, Any] = dict(zip(SIDES, edges, strict=False))
        return cls(names, field=field, name=name, **made)

    def reads(self) -> tuple[Reads, ...]:
        """Everything that it reads."""
        money = (Reads("total", self.of, None, self.field),) if self.monetary else ()
        return (Reads("days_since", self.of), Reads("events", self.of), *money)

    def __call__(self, request: ScoreRequest) -> Score:
        """The score of one customer at one moment."""
        readings = [reads.read(request) for reads in self.reads()]
        if readings[0].value is None:
            return Score(None, reason="never bought", completeness=0, name=self.name)
        values = [float(number(reading.value)) for reading in readings]
        classes = [len(self.recency) - bisect_left(self.recency, values[0])]
        classes += [
            bisect_right(edges, value)
            for edges, value in zip((self.frequency, self.monetary), values[1:], strict=False)
        ]
        tops = [len(edges) for edges in (self.recency, self.frequency, self.monetary) if edges]
        levels = [FULL * one // top for one, top in zip(classes, tops, strict=True)]
        total, points = shared(levels, len(levels))
        parts = [
            Part(
                side,
                in_points(micro),
                raw=reading.value,
                level=in_points(level),
                weight=1 / len(levels),
                reason=f"class {one + 1} of {top + 1}",
                at=reading.at,
            )
            for side, micro, reading, level, one, top in zip(
                SIDES, points, readings, levels, classes, tops, strict=False
            )
        ]
        grade = "".join(str(one + 1) if top < 9 else f"[{one + 1}]" for one, top in zip(classes, tops, strict=True))
        return Score(in_points(total), grade=grade, parts=parts, name=self.name)


def _quantiles(values: list[float], classes: int, *, up: bool) -> tuple[float, ...]:
    """Edges between classes, each once; an edge belongs to the better class, and every class has somebody."""
    ordered = sorted(values)
    n = len(ordered)
    cuts = range(1, classes)
    places = [n * k // classes for k in cuts] if up else [max(0, -(-n * k // classes) - 1) for k in cuts]
    found = {ordered[place] for place in places}
    worst = ordered[0] if up else ordered[-1]
    return tuple(sorted(found - {worst}))
