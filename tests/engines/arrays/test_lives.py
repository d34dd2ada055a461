"""How long customers pay: from arrays equal to that from rows, and both equal to brute force over datetimes."""

from __future__ import annotations

from array import array
from datetime import UTC, datetime
from decimal import Decimal

import attrs
import pytest

pytest.importorskip("polars")
pytest.importorskip("pandas")

import pandas as pd
import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from custlife import RevenueLog
from custlife.analysis.lives import PayingLives
from custlife.calendar import periods
from custlife.engines import gather, rows
from custlife.engines.arrays.revenue import count_lives
from custlife.engines.movements import Lives
from custlife.errors import CustlifeError
from tests.engines.arrays.drawn import EVERY, SPLITS, histories
from tests.engines.making import history
from tests.engines.test_revenue import AS_OF, EDGES, OPTIONS, ZONES, dicts, paid
from tests.oracles.revenue import Paid, View, paid_at, timeline

LEVELS = st.one_of(st.just(0), st.integers(-2, 3), st.sampled_from([(1 << 63) - 1, -(1 << 63)]))


@given(histories(events=True, observed=True), SPLITS, EVERY, st.none() | st.integers(0, 3), st.data())
def test_lives_are_those_of_rows(made, by, every, code, data) -> None:
    levels = data.draw(st.lists(LEVELS, min_size=len(made), max_size=len(made)))
    made = attrs.evolve(made, values={"level": array("q", levels)})
    request = Lives(periods(every, tz=made.zone), code, by)
    assert count_lives(request, made) == rows.gather(request, made)


def test_who_stops_in_the_first_period_is_not_who_still_pays() -> None:
    day = 86_400
    made = history([("a", 0, "x"), ("a", 5, "x"), ("b", 0, "x"), ("c", day, "x"), ("c", 3 * day, "x")], model=None)
    made = attrs.evolve(made, values={"level": array("q", [7, 0, 7, 7, 0])})
    expected = {((), 0, 0): 1, ((), 0, None): 1, ((), 1, 2): 1}
    for count in (count_lives, rows.gather):
        assert count(Lives(periods("day")), made) == expected
        assert count(Lives(periods("day"), code=1), made) == {}
        assert count(Lives(periods("day")), attrs.evolve(made, values={"level": array("q", bytes(40))})) == {}
        assert count(Lives(periods("day")), made.take((), array("q", [0, 0, 0, 0]))) == {}


def cohorts(told: list[Paid], tz: str) -> list[tuple[int, ...]]:
    """Of each month in which somebody first paid: how many had paid at its end, and at that of every month so far."""
    seen = [row for row in told if row.at <= AS_OF]
    edges = View(tz, AS_OF).months(min(row.at for row in seen)) if seen else []
    found: dict[datetime, list[int]] = {}
    for customer in {row.customer for row in seen}:
        mine = [row for row in seen if row.customer == customer]
        born = next((at for at, level in timeline(mine) if level), None)
        if born is None:
            continue
        first = max(edge for edge in edges if edge <= born)
        ends = [edge for edge in edges if first < edge <= AS_OF]
        at_ends = [paid_at([row for row in mine if row.at < end], end) > 0 for end in ends]
        left = found.setdefault(first, [0] * len(ends))
        for age in range(len(ends)):
            left[age] += all(at_ends[: age + 1])
    return [tuple(found[first]) for first in sorted(found)]


@given(paid(), st.sampled_from(ZONES))
@example([Paid("a", EDGES[3], 7), Paid("a", EDGES[4], 0), Paid("a", EDGES[6], 7)], "UTC")
def test_lives_are_those_of_brute_force(told, tz) -> None:
    log = RevenueLog.from_rows(dicts(told), as_of=AS_OF, tz=tz, **OPTIONS)
    assert [row.left for row in log.lives().rows] == cohorts(told, tz)


MONEY = st.sampled_from(["0", "0.00", "7.10", "12", "1200.5"])
ASKED = [
    PayingLives(), PayingLives("week", by=("plan",)), PayingLives("day", "EUR"), PayingLives("quarter", "USD", ("plan",)),
]  # fmt: skip


@given(
    st.lists(st.tuples(st.sampled_from("aéb"), st.sampled_from(EDGES), MONEY, st.sampled_from(["EUR", "usd"]),
             st.sampled_from([None, "pro", "free"])), max_size=14),
    st.sampled_from(["polars", "pandas"]), st.sampled_from(["text", "decimal", "whole"]), st.sampled_from([1, 3]),
    st.booleans(),
)  # fmt: skip
def test_lives_of_frames_are_those_of_rows(told, kind, money, partitions, has_since) -> None:
    make = {"text": str, "decimal": Decimal, "whole": lambda text: int(Decimal(text) * 100)}[money]
    plain = [
        {"customer": who, "at": at, "amount": make(amount), "currency": currency, "plan": plan}
        for who, at, amount, currency, plan in told
    ]
    options = {"currency_col": "currency", "segment_cols": ["plan"], "tz": "Europe/Zurich", "as_of": AS_OF}
    options |= {"since": datetime(2026, 2, 1, tzinfo=UTC)} if has_since else {}
    amounts = {"text": pl.String, "decimal": pl.Decimal(12, 2), "whole": pl.Int64}[money]
    schema = {"customer": pl.String, "at": pl.Datetime("us", "UTC"), "amount": amounts, "currency": pl.String,
              "plan": pl.String}  # fmt: skip
    frame = pl.DataFrame(plain, schema) if kind == "polars" else pd.DataFrame(plain, columns=list(schema))

    def said(make) -> object:
        try:
            log = make()
        except CustlifeError as error:
            return type(error), str(error)
        return [_answer(log, one) for one in ASKED]

    here = said(lambda: RevenueLog.from_frame(frame, **options, partitions=partitions))
    assert here == said(lambda: RevenueLog.from_rows(plain, **options))


def _answer(log, question) -> object:
    try:
        found = log.ask(question)
    except CustlifeError as error:
        return type(error), str(error)
    return found.rows, str(found), found.to_dicts(), sorted(map(str, found.notes))


def test_parts_that_are_joined_are_counted_as_well() -> None:
    rows = [{"customer": who, "at": EDGES[place], "amount": 7 - place % 2 * 7} for who in "abc" for place in (0, 3, 6)]
    log = RevenueLog.from_frame(pl.DataFrame(rows), currency="EUR", as_of=AS_OF, partitions=3)
    assert (
        log.history.values["level"] == RevenueLog.from_rows(rows, currency="EUR", as_of=AS_OF).history.values["level"]
    )
    assert gather(Lives(periods("month")), log.history) == {((), 671, 2): 3}
