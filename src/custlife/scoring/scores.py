"""The scores of a batch, with what failed and how long each hook took."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.framing import Framed
from custlife.analysis.splitting import check_count
from custlife.analysis.wording import never_seen
from custlife.errors import UnknownNameError
from custlife.pictures import Bars, Segment, Table
from custlife.scoring.judging import plain_score, signed
from custlife.scoring.value import Score

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.pictures import Picture

__all__ = ["Failure", "HookTime", "Scores", "Slow"]

COLUMNS: dict[str, Any] = {
    "customer": str,
    "value": float | None,
    "grade": str,
    "qualifies": str,
    "completeness": float,
    "freshness_days": float | None,
    "reason": str,
}


@attrs.frozen
class Failure:
    """A hook that gave no usable answer for one customer.

    Attributes:
        customer: Whose score is missing.
        hook: What the hook is called; in a composition the one that failed.
        kind: What it did: `raised ValueError`, `returned nan`, `returned a coroutine`.
        what: The whole sentence.
    """

    customer: str
    hook: str
    kind: str
    what: str

    def __str__(self) -> str:
        return self.what


@attrs.frozen
class HookTime:
    """How long one hook took.

    Attributes:
        hook: What it is called.
        calls: How often it was called.
        failed: How often without a usable answer.
        seconds: All calls together; two runs never take the same time, so it is not compared.
        slowest: The longest call, seconds; not compared either.
    """

    hook: str
    calls: int
    failed: int
    seconds: float = attrs.field(eq=False)
    slowest: float = attrs.field(eq=False)


@attrs.frozen
class Slow:
    """A call that took longer than it should.

    Attributes:
        customer: For whom.
        hook: Which hook.
        seconds: How long it took; not compared.
    """

    customer: str
    hook: str
    seconds: float = attrs.field(eq=False)


@attrs.frozen(repr=False, str=False)
class Scores(Framed):
    """One score for each customer, in their order.

    Attributes:
        name: What the scorer is called.
        as_of: The moment of looking.
        customers: Ids, in the order in which they came.
        failures: Hooks that gave no usable answer, with the customer.
        hooks: How often each hook was called, and how long it took.
        slow: Calls that took longer than `slow_after`.
        unknown: Ids that only `facts` knows.
        unheard: Events that the score reads and nobody had; not compared, as later rows change no score.
    """

    name: str
    as_of: datetime
    customers: tuple[str, ...]
    _found: tuple[float | Score, ...]
    failures: tuple[Failure, ...] = ()
    hooks: tuple[HookTime, ...] = ()
    slow: tuple[Slow, ...] = attrs.field(default=(), eq=False)
    unknown: tuple[str, ...] = ()
    unheard: tuple[str, ...] = attrs.field(default=(), eq=False)
    _places: dict[str, int] = attrs.field(factory=dict, init=False, eq=False)

    def __len__(self) -> int:
        return len(self.customers)

    def __iter__(self) -> Iterator[Score]:
        return map(self._score, range(len(self.customers)))

    def __getitem__(self, customer: str) -> Score:
        """The score of one customer, by id.

        Raises:
            UnknownNameError: There is no such customer.
        """
        if not self._places:
            self._places.update((name, place) for place, name in enumerate(self.customers))
        if customer not in self._places:
            raise UnknownNameError("customer", customer, self.customers)
        return self._score(self._places[customer])

    def _score(self, place: int) -> Score:
        found, customer = self._found[place], self.customers[place]
        if isinstance(found, Score):
            return signed(found, self.name, customer, self.as_of)
        return plain_score(found, self.name, customer, self.as_of)

    @property
    def values(self) -> tuple[float | None, ...]:
        """The values alone, in the order of the customers."""
        return tuple(found.value if isinstance(found, Score) else found for found in self._found)

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return dict(COLUMNS)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each customer."""
        return [_row(customer, found) for customer, found in zip(self.customers, self._found, strict=True)]

    def title(self) -> str:
        """One line that says what was asked."""
        return f"{self.name}: scores of {len(self):,} customer{'' if len(self) == 1 else 's'}"

    def footnotes(self) -> tuple[str, ...]:
        """Who has no score and why, what failed, what took long."""
        missing = sum(value is None for value in self.values)
        found = [f"{missing:,} without a score."] if missing else []
        kinds = Counter(f"hook {one.hook!r} {one.kind}" for one in self.failures)
        found += [f"{kind} ({count:,})." for kind, count in sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0]))]
        if self.slow:
            found.append(f"{len(self.slow):,} slow calls, first for {self.slow[0].customer!r}.")
        if self.unknown:
            found.append(f"Facts of {len(self.unknown):,} that are not among them, first {self.unknown[0]!r}.")
        return (*found, *never_seen(self.unheard), f"As of {self.as_of:%Y-%m-%d %H:%M} UTC.")

    def table(self, limit: int = 20) -> Table:
        """The first of them as a table for people.

        Raises:
            UsageTypeError: `limit` is not a whole number.
            UsageError: It is below 0.
        """
        check_count("limit", limit, 0)
        rows = [
            (
                row["customer"],
                _one(row["value"]),
                row["grade"],
                row["qualifies"],
                f"{100 * row['completeness']:.0f} %",
                row["reason"],
            )
            for row in (_row(*pair) for pair in zip(self.customers[:limit], self._found[:limit], strict=True))
        ]
        more = (f"The first {limit}.",) if len(self) > limit else ()
        names = ("customer", "value", "grade", "qualifies", "known", "reason")
        align = ("left", "right", "left", "left", "right", "left")
        return Table(names, rows, title=self.title(), note=" ".join((*more, *self.footnotes())), align=align)

    def picture(self) -> Picture:
        """How many there are in each tenth of the scale."""
        counts = Counter(min(9, int(value // 10)) for value in self.values if value is not None)
        labels = [f"{10 * tenth} to {10 * tenth + 10}" for tenth in range(10)]
        return Bars(labels, [Segment("", [counts[tenth] for tenth in range(10)])], title=self.title())

    def svg(self) -> str:
        """The picture alone, as SVG text."""
        return self.picture().svg()

    def plot(self) -> Any:
        """The picture as a `plotly.graph_objects.Figure`.

        Raises:
            MissingExtraError: Plotly is not installed.
        """
        return self.picture().plot()

    def __repr__(self) -> str:
        failed = f", {len(self.failures):,} failures" if self.failures else ""
        return f"<Scores: {self.title()}{failed}, as of {self.as_of:%Y-%m-%d %H:%M} UTC>"

    def __str__(self) -> str:
        return self.table().text(width=120)

    def _repr_html_(self) -> str:
        return f"{self.table().html()}{self.picture().svg()}"


def _one(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"


def _row(customer: str, found: float | Score) -> dict[str, Any]:
    if not isinstance(found, Score):
        plain: dict[str, Any] = {"grade": "", "qualifies": "", "completeness": 1.0, "freshness_days": None}
        return {"customer": customer, "value": found, **plain, "reason": ""}
    age = None if found.freshness is None else found.freshness / timedelta(days=1)
    return {
        "customer": customer,
        "value": found.value,
        "grade": found.grade,
        "qualifies": found.qualifies,
        "completeness": found.completeness,
        "freshness_days": age,
        "reason": found.reason,
    }
