"""Every question to every log is answered equally from rows, from each kind of frame, and by brute force.

The long profile (`HYPOTHESIS_PROFILE=nightly`) tries thousands of logs; how many were tried is printed at the end.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

pytest.importorskip("polars")
pytest.importorskip("pandas")
pytest.importorskip("duckdb")

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

import custlife as cl
from custlife import (
    Chain,
    Conversion,
    EventLog,
    Flows,
    Funnel,
    GrowthAccounting,
    Headcount,
    Outcomes,
    Paths,
    Reasons,
    Retention,
    StageLog,
    StageProbabilities,
)
from custlife.analysis.per_customer import PerCustomer
from custlife.analysis.repeat_purchases import RepeatPurchases
from custlife.analysis.spells import SpellList
from custlife.analysis.steps import as_steps, exclude, step
from custlife.analysis.time_in_stage import TimeInStage
from custlife.calendar import to_us
from custlife.errors import CustlifeError
from tests.engines.sources.making import COLUMNS, FRAMES, MODEL, Kinds, Rows, rows_of
from tests.oracles.funnel import Ask, judge

TRIED: Counter[str] = Counter()
ZONES = ("UTC", "Europe/Zurich", "America/New_York")
PLAN, AMOUNT = COLUMNS["segment:plan"], COLUMNS["value:amount"]
LATE = datetime(2027, 3, 1, tzinfo=UTC)
PATH = ("a", "b", "c")

ANY = (
    Retention("month", by=(PLAN,)),
    Retention("month", cohort="recurring", kind="rolling"),
    GrowthAccounting("week", by=(PLAN,)),
    Paths(longest=3),
    Paths(repeats="first", by=(PLAN,)),
    Flows("month", by=(PLAN,)),
    Flows(),
    Conversion(step("a"), step("c"), cl.days(1), by=(PLAN,), every="week"),
    Funnel(as_steps(["a", "b", "c"]), cl.hours(30)),
    Funnel(as_steps(["a", "c"]), cl.months(1), "best", by=(PLAN,)),
    Funnel(as_steps(["a", "b"]), cl.days(2), "each", "strict"),
    Funnel(as_steps(["a", "b", "c"]), None, "first", "unordered", ties="strict"),
)
STAGES = (
    Funnel((), cl.days(3), skips="strict"),
    Funnel((), cl.days(3), skips="exclude", every="month"),
    Funnel(as_steps(["a", "c"]), cl.days(9), exclusions=(exclude("lost"),)),
    TimeInStage(by=(PLAN,)),
    TimeInStage(clock="total", resolution="day"),
    Headcount("month", by=(PLAN,)),
    Outcomes("a", kind="final", horizon=cl.days(2), by=(PLAN,)),
    Outcomes("b", won=("c",), every="month"),
    StageProbabilities("a", cl.days(2), by=(PLAN,)),
    Chain("month", by=(PLAN,)),
    Chain("day"),
    Reasons(),
    SpellList(),
    RepeatPurchases(("a",), every="week"),
    PerCustomer(),
)
RULES = {"a": cl.seen("a"), "b": cl.count("b", 2, within="2 days"), "c": cl.any_of(cl.seen("c"), cl.seen("sea")),
         "lost": cl.silent(for_="3 days")}  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> tuple[Rows, Kinds, dict]:
    """Rows of many ties around nights of changing clocks, what kinds of values they hold, and how they are read."""
    at = draw(st.sampled_from(["aware", "naive", "date", "text"]))
    more = draw(st.sampled_from([(), ("seq",), ("recorded_at",), ("extra:reason",), ("key",)]))
    order = ("seq", "recorded_at", "key", "segment:plan", "extra:reason", "value:amount")
    roles = [role for role in order if role in {*more, "segment:plan"}]
    kinds = Kinds(draw(st.sampled_from(["text", "whole"])), at, ("unit", "name", "at", *roles))
    options = {"tz": draw(st.sampled_from(ZONES)), "ambiguous": "earlier", "as_of": draw(st.sampled_from([None, LATE]))}
    rows = [*map(recent, draw(rows_of(kinds, clean=draw(st.booleans()), most=24)))]
    return rows, kinds, {**options, "on_bad": draw(st.sampled_from(["raise", "drop"]))}


def recent(row: dict) -> dict:
    """A row of around 1970 told of 2026: tables of sixty years of days take long to print."""
    at = row["at"]
    if isinstance(at, str):
        return {**row, "at": at.replace("1969", "2026").replace("1970", "2026")}
    return {**row, "at": at.replace(year=2026)} if at is not None and at.year < 2026 else row


def columns(kinds: Kinds, name: str) -> dict:
    single = {f"{role}_col": COLUMNS[role] for role in ("seq", "recorded_at", "key") if role in kinds.roles}
    reason = {"reason_col": COLUMNS["extra:reason"]} if "extra:reason" in kinds.roles and name == "stage_col" else {}
    return {
        "customer_col": COLUMNS["unit"], name: COLUMNS["name"], "at_col": COLUMNS["at"], "segment_cols": [PLAN],
        **single, **reason,
    }  # fmt: skip


def plain(rows: Rows, kinds: Kinds) -> list[dict]:
    return [{COLUMNS[role]: row[role] for role in kinds.roles} for row in rows]


def answers(log, questions) -> dict[str, object]:
    """All that a log says: answers in words and numbers, notes, findings, members."""
    found = {
        repr(one): (str(said), said.to_dicts()) for one, said in zip(questions, log.ask_all(questions), strict=True)
    }
    notes = sorted(map(str, log.notes))
    members = [log.members(Flows(), limit=3), log.members(Funnel(as_steps(["a", "b"]), cl.days(2)), step=0)]
    return found | {"log": repr(log), "notes": notes, "customers": log.customers, "members": members,
                    "check": list(map(str, log.check()))}  # fmt: skip


def said(make, questions) -> object:
    try:
        return answers(make(), questions)
    except CustlifeError as error:
        return type(error), str(error)


def check(kind: str, there, here, questions) -> None:
    expected, found = said(there, questions), said(here, questions)
    TRIED[kind] += 1
    assert found == expected


@given(tables(), st.sampled_from(sorted(FRAMES)), st.sampled_from([None, 1, 2, 5]))
def test_stages_in_any_frame(table, kind, partitions) -> None:
    rows, kinds, options = table
    here = columns(kinds, "stage_col")
    frame = FRAMES[kind](rows, kinds)
    log = said(lambda: StageLog.from_rows(plain(rows, kinds), MODEL, **here, **options), (*ANY, *STAGES))
    found = said(lambda: StageLog.from_frame(frame, MODEL, **here, **options, partitions=partitions), (*ANY, *STAGES))
    TRIED[kind] += 1
    assert found == log


@given(tables(), st.sampled_from(sorted(FRAMES)), st.sampled_from([None, 3]))
def test_events_in_any_frame_and_the_stages_they_lead_to(table, kind, partitions) -> None:
    rows, kinds, options = table
    here = columns(kinds, "event_col")
    frame = FRAMES[kind](rows, kinds)
    make = {
        "rows": lambda: EventLog.from_rows(plain(rows, kinds), **here, **options),
        "frame": lambda: EventLog.from_frame(frame, **here, **options, partitions=partitions),
    }
    if kind == "arrow stream":  # can be read once
        check(kind, make["rows"], make["frame"], ANY)
        return
    check(kind, make["rows"], make["frame"], ANY)
    stages = [lambda made=made: made().to_stages(MODEL, RULES) for made in make.values()]
    check(kind, *stages, (*ANY, *STAGES))


CHANGES = {
    "where": lambda log: log.where(**{PLAN: ["pro", None]}),
    "where any": lambda log: log.where(value="any", **{PLAN: "free"}),
    "between": lambda log: log.between("2026-03-29T00:00Z", "2026-11-01T00:00Z"),
    "earlier": lambda log: log.with_as_of("2026-03-29T02:00Z", known_at="2026-06-01T00:00Z"),
    "roll up": lambda log: log.roll_up(PLAN, on_bad="drop"),
    "roll up to a share": lambda log: log.roll_up(PLAN, rule=0.5, on_bad="drop"),
    "migrate": lambda log: log.migrate(MODEL.rename("b", "between")),
    "translate": lambda log: log.translate(cl.crosswalk(MODEL, MODEL.remove("b", into="a")), undecided="nearest"),
    "twice": lambda log: log.where(**{PLAN: ["pro", "free"]}).roll_up(PLAN).between("2026-01-01T00:00Z", LATE),
}


@given(
    tables(),
    st.sampled_from(["polars", "pandas arrow", "arrow"]),
    st.sampled_from([1, 3]),
    st.sampled_from(sorted(CHANGES)),
)
def test_changed_logs_in_any_frame(table, kind, partitions, change) -> None:
    rows, kinds, options = table
    here, frame, changed = columns(kinds, "stage_col"), FRAMES[kind](rows, kinds), CHANGES[change]
    options["on_bad"] = "drop"
    questions = [one for one in (*ANY, *STAGES) if change != "migrate" or "b" not in repr(getattr(one, "steps", ""))]
    check(
        kind,
        lambda: changed(StageLog.from_rows(plain(rows, kinds), MODEL, **here, **options)),
        lambda: changed(StageLog.from_frame(frame, MODEL, **here, **options, partitions=partitions)),
        questions,
    )


# -- brute force ------------------------------------------------------------------------------------------------------


def instant(value, tz: str) -> int:
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001  # a wall clock
    if value.tzinfo is None:  # the earlier of the two instants that a skipped or repeated time may mean
        return min(to_us(value.replace(tzinfo=ZoneInfo(tz), fold=fold).astimezone(UTC)) for fold in (0, 1))
    return to_us(value)


def by_hand(rows: Rows, tz: str) -> dict[str, list[tuple[int, str]]]:
    """The entries of each unit in time order, those of one instant in the order of the stages; repeats left out."""
    order = ("a", "b", "c", "lost")
    units: dict[str, list[tuple[int, str]]] = {}
    for row in rows:
        units.setdefault(str(row["unit"]), []).append(
            (instant(row["at"], tz), "c" if row["name"] == "sea" else row["name"])
        )
    for unit, entries in units.items():
        entries.sort(key=lambda entry: (entry[0], order.index(entry[1])))
        units[unit] = [b for a, b in pairwise([(0, ""), *entries]) if a[1] != b[1]]
    return units


@given(
    st.sampled_from([("text", "aware"), ("whole", "aware"), ("text", "naive"), ("text", "date")]).flatmap(
        lambda pair: st.tuples(st.just(pair), rows_of(Kinds(*pair, ("unit", "name", "at")), clean=True, most=24))
    ),
    st.sampled_from(sorted(FRAMES)),
    st.sampled_from([None, 4]),
    st.sampled_from(ZONES),
    st.sampled_from(["first", "best"]),
)
@example(
    (("text", "naive"), [
        {"unit": "u", "name": name, "at": datetime(2026, 3, 29, *at)} for name, at in (("a", (1, 30)), ("b", (2, 0)))  # noqa: DTZ001  # a wall clock
    ]),
    "polars", None, "Europe/Zurich", "first",
)  # fmt: skip
def test_counted_by_hand(drawn, kind, partitions, tz, entry) -> None:
    (unit, at), rows = drawn
    kinds = Kinds(unit, at, ("unit", "name", "at"))
    names = {"customer_col": COLUMNS["unit"], "stage_col": COLUMNS["name"], "at_col": COLUMNS["at"]}
    frame = FRAMES[kind](rows, kinds)
    log = StageLog.from_frame(frame, MODEL, **names, tz=tz, ambiguous="earlier", as_of=LATE, partitions=partitions)
    units = by_hand(rows, tz)
    TRIED["by hand"] += 1
    assert log.customers == tuple(sorted(units))
    moves = Counter(pair for entries in units.values() for pair in pairwise([None, *(name for _, name in entries)]))
    assert {(row.from_stage, row.to_stage): row.moves for row in log.flows().rows} == moves
    hours = 30 * 3_600_000_000
    funnel = log.funnel("a", "b", "c", within=cl.hours(30), entry=entry)
    one = Ask(PATH, hours, (None,) * 3, (None,) * 3, entry)
    found = [chain for entries in units.values() for chain in judge(entries, PATH, {"lost"}, to_us(LATE), one)]
    assert [row.reached for row in funnel.steps] == [sum(len(chain.times) > k for chain in found) for k in range(3)]
    assert [row.imputed for row in funnel.steps] == [
        sum(not r for c in found for r in c.real[k : k + 1]) for k in range(3)
    ]


@pytest.mark.parametrize("partitions", [1, 2, 7])
def test_findings_have_one_order_however_the_rows_are_cut(partitions: int) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [(f"u{n % 12}", "abc"[n % 5 % 3], start + timedelta(days=n % 4)) for n in range(90)]
    rows += [(f"v{n}", "nowhere", start) for n in range(12)]
    expected = cl.StageLog.from_rows(rows, MODEL, on_bad="drop").check()
    assert {kind for kind, count in expected.counts().items() if count} >= {"dropped", "tie", "repeat"}
    frame = pl.DataFrame(rows, schema=["customer", "stage", "at"], orient="row")
    for native in (frame, frame.lazy()):
        found = cl.StageLog.from_frame(native, MODEL, on_bad="drop", partitions=partitions).check()
        assert [str(one) for one in found] == [str(one) for one in expected]
