"""Contracts by array kernels: what the rows engine reads, counts and lists, for every log."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

pytest.importorskip("polars")
pytest.importorskip("pandas")

import numpy as np
import pandas as pd
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from custlife import Contracts
from custlife.calendar import Periods, days, hours, months
from custlife.engines import arrays, rows
from custlife.engines.arrays import renewing, terms
from custlife.engines.arrays.ingest_refusing import refused
from custlife.engines.arrays.terms import ToldColumns
from custlife.engines.history import History
from custlife.engines.renewals import TOLD, Renewals, Running
from custlife.engines.rows.renewing import Terms
from custlife.errors import CustlifeError
from custlife.signals import contract_facts
from tests.engines.arrays.making import coded

ZURICH, NEW_YORK = ZoneInfo("Europe/Zurich"), ZoneInfo("America/New_York")
US = timedelta(microseconds=1)
STARTS = [
    datetime(2024, 1, 31, tzinfo=UTC), datetime(2024, 1, 31, tzinfo=UTC) + US, datetime(2024, 2, 28, 23, tzinfo=UTC),
    datetime(2023, 10, 29, 0, 30, tzinfo=UTC), datetime(2023, 10, 29, 1, 30, tzinfo=UTC), datetime(2024, 2, 29, tzinfo=UTC),
    datetime(2024, 3, 30, 1, 30, tzinfo=UTC), datetime(2024, 10, 26, 22, tzinfo=UTC), datetime(2024, 5, 31, 12, tzinfo=UTC),
    datetime(2024, 3, 31, tzinfo=UTC),
]  # fmt: skip
FOLDS = [datetime(2024, 10, 27, 2, 30, tzinfo=ZURICH), datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=ZURICH),
         datetime(2024, 11, 3, 1, 30, fold=1, tzinfo=NEW_YORK), datetime(2025, 8, 1, tzinfo=UTC)]  # fmt: skip
WALLS = [datetime(2024, 10, 27, 2, 30), datetime(2024, 10, 27, 2, 30, fold=1), datetime(2025, 3, 30, 2, 30)]  # noqa: DTZ001
DATES = [date(2024, 7, 31), date(2025, 1, 1), date(2024, 12, 31)]
TEXTS = ["2024-07-31", "2024-12-31T23:59:59.999999Z", "2025-01-01T09:00+02:00", "", "2024-10-27T02:30"]
LATER = [
    US,
    timedelta(hours=30),
    timedelta(days=29),
    timedelta(days=30),
    timedelta(days=366),
    timedelta(days=400, hours=7),
]
WAYS: list[Any] = [  # dates as they are told, given a time some while after the start
    lambda at: at, lambda at: at.replace(tzinfo=None), lambda at: (at + timedelta(days=1)).date(), lambda at: at.isoformat(),
    lambda at: at.astimezone(NEW_YORK), pd.Timestamp, lambda at: f"{at + timedelta(days=1):%Y-%m-%d}",
]  # fmt: skip
TERMS = ["1 month", "3 months", "12 months", "P1Y", "30 days", "1 day", "36 hours", "1 month 12 hours", "2 weeks"]
POOLS: dict[str, list[list[Any]]] = {
    "term": [
        TERMS, [*TERMS, None], ["1 month", ""], [timedelta(days=30), months(1), "1 month"], [days(45), hours(700), None],
        ["1 month", "12000 years"], ["1 month", "0 days", "soon", 12],
    ],
    "renewal": [["later"], ["later", None], FOLDS, [*DATES, None], [*WALLS, None], TEXTS, [*map(pd.Timestamp, FOLDS), pd.NaT],
                [*DATES, *FOLDS], [*FOLDS, *WALLS], [5, "x", None], [None]],
    "ended": [["later", None], ["later", None], [*DATES, None], ["", *TEXTS], [None], [*WALLS, None], [date(2010, 1, 1), None],
              [float("nan"), None, "2026-01-01"], ["never", date(2026, 1, 1)]],
    "amount": [
        [100, 250, 0, 10**12, -5], [100, None, 3], [Decimal("19.90"), Decimal(7), Decimal("7.0"), None],
        ["19.90", "", "7", "1e3"], [100, Decimal("1.00"), "2", None], [float("nan"), None], [10**12 + 1, 5], ["0.001", "9"],
        [1.5, 2], [True, 3], [Decimal("nan"), Decimal("inf"), 1], ["much", "3"], [Decimal("nan"), Decimal("1.5"), None],
        [Decimal("0.001"), Decimal(3)], [Decimal("1e12"), Decimal(3)],
    ],
    "limit": [
        [10, 20, 0], [10.0, 2.5, 0.0], [10.0, -0.0, float("nan")], [5, None, 7.5], ["7", "7.0", "", None],
        [Decimal("1.0"), Decimal("1.00"), None], [10**20, 5], [-1, 5], [-1.0, 5.0], ["x", "5"], [True, 5], [float("inf"), 1.0],
        [10**400, 5],
    ],
    "currency": [["EUR"], ["EUR", "JPY", "KWD"], ["EUR", " eur ", "KWD"], ["EUR", None], ["EURO", "EUR"]],
    "contract": [["x"], ["x", "y", None]],
    "plan": [["pro", None, "Größe ∞"]],
}  # fmt: skip
FINE = {"term": 6, "renewal": 5, "ended": 5, "amount": 5, "limit": 6, "currency": 3}  # so many pools hold nothing odd
COLUMNS = {"term": "term_col", "renewal": "renewal_col", "ended": "ended_col", "amount": "amount_col", "limit": "limit_col",
           "used": "used_col", "currency": "currency_col", "contract": "contract_col"}  # fmt: skip
ZONES = ("UTC", "Europe/Zurich", "America/New_York", "Pacific/Apia")


@st.composite
def contracts(draw: st.DrawFn, *, fine: bool = False) -> tuple[list[dict], dict[str, Any]]:
    """Rows of contracts, each column from a pool of its own, and how they are read."""
    clean = fine or draw(st.booleans())
    told = [draw(st.sampled_from(["term", "renewal"]))]
    told += [name for name in ("term", "renewal", "ended", *COLUMNS) if name not in told and draw(st.booleans())]
    told = list(dict.fromkeys(told))
    pools = {}
    for name in ("plan", *told):
        known = POOLS["limit" if name == "used" else name]
        pools[name] = draw(st.sampled_from(known[: FINE.get(name, len(known))] if clean else known))
    options = {
        **{COLUMNS[name]: name for name in told}, "segment_cols": ["plan"], "ambiguous": draw(st.sampled_from(["earlier", "later", "raise"])),
        "tz": draw(st.sampled_from([*ZONES, None])), "on_bad": draw(st.sampled_from(["raise", "drop"])),
        "amounts_in": draw(st.sampled_from(["auto", "auto", "minor", "major"])),
        "as_of": draw(st.sampled_from([None, datetime(2024, 10, 27, 0, 30, tzinfo=UTC), datetime(2025, 8, 1, tzinfo=UTC)])),
    }  # fmt: skip
    if fine:
        options |= {"on_bad": "drop", "tz": options["tz"] or "UTC", "ambiguous": "earlier"}
    if draw(st.booleans()):
        options["term"] = draw(st.sampled_from(["1 month", "1 year", "9 days"]))
    who = st.sampled_from(["a", "b", "ç"])
    row = {
        "customer": who,
        "start": st.sampled_from(STARTS),
        **{name: st.sampled_from(pool) for name, pool in pools.items()},
    }
    size = draw(st.sampled_from([0, 1, 3, 20]))
    drawn = draw(st.lists(st.fixed_dictionaries(row), min_size=size, max_size=size))
    ways = {name: draw(st.sampled_from(WAYS)) for name in ("renewal", "ended")}
    for one in drawn:
        for name in {*ways} & {*one}:
            if one[name] == "later":
                one[name] = ways[name](one["start"] + draw(st.sampled_from(LATER)))
    return drawn, options


def raw(given_rows: list[dict], options: dict[str, Any]) -> tuple[History, Any]:
    """The rows seen, before they are read as contracts, and the step that does it."""
    log = Contracts.from_rows(given_rows, **options)
    before = attrs.evolve(log, view=attrs.evolve(log._view, steps=()))
    return attrs.evolve(before.history, engine="arrays"), log._view.steps[-1]


def outcome(work: Any) -> Any:
    try:
        return work()
    except CustlifeError as error:
        return type(error), str(error), getattr(error, "problems", ())


def requests(made: History) -> list[Renewals]:
    zone = made.zone
    return [
        Renewals(), Renewals(Periods("day", zone), months(1), None, ("plan",)), Renewals(Periods("month", zone), hours(3), 0),
        Renewals(Periods("week", zone), days(40), 99), Renewals(None, days(1), None, ("plan",)),
    ]  # fmt: skip


def same(here: History, there: History) -> None:
    """Both say, count and list the same; the first by arrays."""
    assert repr(list(here.values[TOLD])) == repr(there.values[TOLD])
    assert (here.notes, list(here.values)) == (there.notes, list(there.values))
    for request in requests(here):
        assert arrays.gather(request, here) == rows.gather(request, there)
    found = outcome(lambda: arrays.gather(Running(), here))
    assert repr(found) == repr(outcome(lambda: rows.gather(Running(), there)))


@given(contracts(fine=True))
def test_contracts_are_those_of_the_rows_engine(drawn) -> None:
    made = outcome(lambda: raw(*drawn))
    if not isinstance(made[0], History):  # as of which moment?
        return
    seen, step = made
    there = outcome(lambda: step(seen))
    here = outcome(lambda: arrays.transform(step, seen))
    if not isinstance(there, History):
        assert here == there
        return
    same(here, there)


@settings(max_examples=10)
@given(contracts(fine=True), st.integers(1, 3), st.integers(1, 7))
def test_ends_that_are_looked_at_in_small_pieces_are_the_same(drawn, contracts_at_once, ends_at_once) -> None:
    seen, step = raw(*drawn)
    here, there = outcome(lambda: arrays.transform(step, seen)), outcome(lambda: step(seen))
    if not isinstance(there, History):
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(renewing, "ROWS", contracts_at_once)
        patch.setattr(renewing, "ENDS", ends_at_once)
        same(here, there)


def said(make: Any) -> Any:
    """All that a log of contracts says."""

    def answers() -> Any:
        log = make()
        names = list(log.segments)
        asked = [
            lambda: log.renewals(every=None).to_dicts(), lambda: log.renewals(by="plan", grace="1 month").to_dicts(),
            lambda: log.renewals(every="quarter", currency="EUR").to_dicts(), lambda: log.running().to_dicts(),
            lambda: log.running(within="90 days", used=0.5).to_dicts(), lambda: log.where("a").running().to_dicts(),
            lambda: log.where(plan=["pro", None]).renewals(currency="EUR").to_dicts(), lambda: contract_facts(log),
            lambda: log.with_as_of("2024-08-01T00:00Z").renewals(currency="EUR").to_dicts(),
            lambda: [log.members(log.renewals(currency="EUR"), state=state) for state in ("renewed", "lost", "pending")],
        ]  # fmt: skip
        return names, sorted(map(str, log.notes)), repr(log), [repr(outcome(one)) for one in asked]

    return outcome(answers)


def is_plain(column: list[Any]) -> bool:
    """Whether the values are of one type, so that every frame holds them as they are."""
    if any(isinstance(value, Decimal) and not value.is_finite() for value in column):
        return False
    kinds = {(type(value), getattr(value, "tzinfo", None)) for value in column if value is not None}
    return len(kinds) <= 1 and max((abs(value) for value in column if isinstance(value, int)), default=0) < 1 << 63


def moment(value: Any) -> Any:
    """A value of pandas, which makes times of its own of those of Python, and floats of numbers some of which are missing."""
    if value is pd.NaT:
        return None
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


@given(contracts(), st.sampled_from(["polars", "pandas", "pandas objects", "lazy"]))
def test_contracts_in_any_frame(drawn, kind) -> None:
    given_rows, options = drawn
    names = ["customer", "start", "plan", *(options[argument] for argument in COLUMNS.values() if argument in options)]
    columns = {name: [row[name] for row in given_rows] for name in names}
    kind = kind if all(map(is_plain, columns.values())) else "pandas objects"
    frame: Any = pl.DataFrame(columns) if kind in {"polars", "lazy"} else pd.DataFrame(
        {name: pd.Series(column, dtype=object if kind == "pandas objects" else None) for name, column in columns.items()}
    )  # fmt: skip
    if kind in {"polars", "lazy"}:
        given_rows = frame.rows(named=True)
    elif kind == "pandas":
        given_rows = [{name: moment(value) for name, value in row.items()} for row in frame.to_dict("records")]
    here = frame.lazy() if kind == "lazy" else frame
    expected = said(lambda: Contracts.from_rows(given_rows, **options))
    assert said(lambda: Contracts.from_frame(here, **options)) == expected


# -- examples ----------------------------------------------------------------------------------------------------------


def read_both(given_rows: list[dict], **options: Any) -> tuple[History, History]:
    told = [{**row, "plan": "pro"} for row in given_rows]
    seen, step = raw(told, {**options, "segment_cols": ["plan"]})
    return arrays.transform(step, seen), step(seen)


@pytest.mark.parametrize("tz", ["Pacific/Apia", "Europe/Zurich", "UTC"])
@pytest.mark.parametrize("term", ["1 day", "36 hours", "1 day 1 hour", "1 week"])
def test_terms_over_a_day_that_clocks_skipped(tz: str, term: str) -> None:
    start = datetime(2011, 12, 1, 10, tzinfo=UTC)
    told = [{"customer": "a", "start": start - n * US, "ended": end} for n, end in enumerate([
        None, "2011-12-31T10:00Z", "2011-12-30T10:00:00.000002Z", "2011-12-29", start])]  # fmt: skip
    for as_of in ("2011-12-30T10:00Z", "2011-12-31T10:00Z", "2012-01-15"):
        here, there = read_both(told, term=term, ended_col="ended", tz=tz, ambiguous="earlier", as_of=as_of)
        assert isinstance(here.values[TOLD], ToldColumns)
        same(here, there)


@pytest.mark.parametrize("rolls", [{}, {"ended_col": "ended"}])
def test_plain_contracts_never_go_by_rows(monkeypatch: pytest.MonkeyPatch, rolls: dict[str, str]) -> None:
    """However they are chosen; terms too long to be added up in 64 bits are left to the rows engine."""
    told = {"customer": ["a", "b", "b"], "start": ["2024-01-31", "2024-02-29", "2024-03-31"], "term": ["1 month"] * 3,
            "ended": [None, datetime(2024, 5, 1, tzinfo=UTC), None], "amount": [None, Decimal("1.50"), Decimal(2)], "plan": ["x", "y", "y"]}  # fmt: skip
    options = {"amount_col": "amount", "term_col": "term", "segment_cols": ["plan"], "tz": "Europe/Zurich", **rolls}
    frame = pl.DataFrame(told)
    expected = said(lambda: Contracts.from_rows(frame.rows(named=True), as_of="2024-07-01", **options))
    for name in ("count_renewals", "list_running"):
        monkeypatch.setattr(rows.renewing, name, None)
    monkeypatch.setattr(rows.renewing.Terms, "step", None)
    log = Contracts.from_frame(frame, as_of="2024-07-01", **options)
    for changed in (log, log.where("b"), log.between("2024-02-01", "2024-03-01"), log.with_as_of("2024-06-01")):
        assert isinstance(changed.history.values[TOLD], ToldColumns)
        assert changed.renewals().rows
        assert len(changed.running()) <= 2
    monkeypatch.undo()
    assert said(lambda: log) == expected
    told = log.history.values[TOLD]
    assert repr(told[1:]) == repr([*told][1:])


def test_terms_of_ten_thousand_years_and_more() -> None:
    told = [
        {"customer": "a", "start": datetime(2024, 1, 1, tzinfo=UTC), "term": term} for term in ("10000 years", "1 day")
    ]
    here, there = read_both(told, as_of="2025-01-01T00:00Z")
    assert isinstance(here.values[TOLD], ToldColumns)
    same(here, there)
    told[0]["term"] = "120001 months"
    here, there = read_both(told, as_of="2025-01-01T00:00Z")
    assert isinstance(here.values[TOLD], list)
    same(here, there)


def test_large_amounts_add_up_exactly() -> None:
    told = [
        {"customer": "a", "start": "2020-01-01", "amount": sign * (10**12 - n), "ended": None}
        for n in range(40)
        for sign in (1, 1, -1)
    ]
    here, there = read_both(
        told, term="1 day", amount_col="amount", ended_col="ended", amounts_in="minor", tz="UTC", as_of="2021-01-01"
    )
    found = arrays.gather(Renewals(), here)
    assert found == rows.gather(Renewals(), there)
    assert max(found.values()) > 1 << 62


@pytest.mark.parametrize("contract", [{}, {"contract_col": "contract"}])
def test_terms_that_end_as_the_next_begins_were_renewed(contract: dict[str, str]) -> None:
    """To the microsecond, at the end of the grace, and whatever other contracts the customer has."""
    day = datetime(2024, 3, 1, tzinfo=UTC)
    for late in (0 * US, US, timedelta(days=30), timedelta(days=30) + US):
        told = [
            {"customer": "a", "start": at, "contract": name}
            for name in "xy"
            for at in (day, day + timedelta(days=30) + late)
        ]
        for as_of in (day + timedelta(days=60), day + timedelta(days=60) - US, day + timedelta(days=95)):
            here, there = read_both(told, term="30 days", as_of=as_of, **contract)
            same(here, there)
            for grace in (None, days(30), hours(1)):
                assert arrays.gather(Renewals(grace=grace), here) == rows.gather(Renewals(grace=grace), there)


KINDS = [("Europe/Zurich", name, pool) for name in POOLS for pool in POOLS[name]]
KINDS += [(None, name, pool) for name in ("renewal", "ended") for pool in POOLS[name]]


@pytest.mark.parametrize(("tz", "name", "pool"), KINDS)
def test_every_kind_of_column(tz: str | None, name: str, pool: list[Any]) -> None:
    """Of several types, of types that frames do not have, with what is refused."""
    start = datetime(2024, 1, 1, tzinfo=UTC)
    told = [{"customer": f"c{n}", "start": start, name: start + LATER[-1] if value == "later" else value, "plan": "x"}
            for n, value in enumerate(pool)]  # fmt: skip
    objects = pd.DataFrame({key: pd.Series([row[key] for row in told], dtype=object) for key in told[0]})
    numbers = {type(value) for value in pool} in ({int}, {float}) and is_plain(pool)
    frames = [objects, objects.astype({name: type(pool[0])})] if numbers else [objects]
    options: dict[str, Any] = {
        "term": "1 month",
        "tz": tz,
        "ambiguous": "earlier",
        "segment_cols": ["plan"],
        "as_of": "2025-06-01T00:00Z",
    }
    if name in COLUMNS:
        options[COLUMNS[name]] = name
    for on_bad in ("raise", "drop"):
        expected = said(lambda: Contracts.from_rows(told, on_bad=on_bad, **options))  # noqa: B023  # at once
        for frame in frames:
            assert said(lambda: Contracts.from_frame(frame, on_bad=on_bad, **options)) == expected  # noqa: B023  # at once


@pytest.mark.parametrize("pool", POOLS["amount"] + POOLS["limit"] + POOLS["term"] + POOLS["ended"][1:])
@pytest.mark.parametrize("tz", ["Europe/Zurich", None])
def test_columns_refuse_what_rows_refuse_one_by_one(pool: list[Any], tz: str | None) -> None:
    """Texts as they are coded, numbers as arrays, anything else as it is."""
    kinds = {type(value) for value in pool}
    column: Any = coded(pool) if kinds == {str} else pool
    if kinds in ({int}, {float}) and is_plain(pool):
        column = np.array(pool)
    for role in ("term", "renewal", "ended", "amount", "limit", "used"):
        roles = ("value:term", "segment:plan", f"value:{role}") if role != "term" else ("value:term",)
        check = Terms(roles, tz=tz)
        others = [column] if role == "term" else [coded((["1 month", None] * len(pool))[: len(pool)]), None, column]
        names = coded((["EUR", "KWD", "JPY", "eur"] * len(pool))[: len(pool)])
        assert terms.refused(check, names, others).tolist() == refused(check, names, others).tolist()
