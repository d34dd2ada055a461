"""Customers, facts and declared scores for tests, aimed at ties, window edges, unknowns, DST nights and month ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

import custlife as cl
from custlife import presets, scoring
from custlife.customers import Fact

MODEL = presets.bruxt5
AS_OF = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # the night on which Zurich's clocks jump
DAY = timedelta(days=1)
NAMES = ("login", "order", "demo")
FACTS = ("nps", "seats", "plan")
ZONES = st.sampled_from(["UTC", "Europe/Zurich", "America/New_York"])

ages = st.one_of(
    st.integers(-40, 120).map(lambda days: days * DAY),
    st.sampled_from([30 * DAY, 30 * DAY + timedelta(microseconds=1), 30 * DAY - timedelta(hours=1), timedelta(0)]),
    st.timedeltas(-40 * DAY, 120 * DAY),
)
times = ages.map(lambda age: AS_OF - age)
late = st.sampled_from([None, timedelta(0), DAY, 50 * DAY])


@st.composite
def events(draw):
    at, lag = draw(times), draw(late)
    value = draw(st.sampled_from([None, 1, 2.5, -3]))
    recorded_at = None if lag is None else at + lag
    return cl.Event(draw(st.sampled_from(NAMES)), at, recorded_at=recorded_at, value=value)


@st.composite
def facts(draw):
    name = draw(st.sampled_from(FACTS))
    values = st.sampled_from(["pro", "free", "odd", None]) if name == "plan" else st.integers(-20, 120) | st.none()
    at = draw(times | st.none())
    lag = draw(late)
    return Fact(name, draw(values), at=at, recorded_at=None if lag is None or at is None else at + lag)


@st.composite
def customers(draw, ident="acme"):
    moves = []
    for _ in range(draw(st.integers(0, 4))):
        at, lag = draw(times), draw(late)
        moves.append(cl.Move(draw(st.sampled_from(MODEL.keys)), at, recorded_at=None if lag is None else at + lag))
    held = {(fact.name, fact.at, fact.recorded_at or fact.at): fact for fact in draw(st.lists(facts(), max_size=5))}
    return cl.Customer(ident, MODEL, moves=moves, events=draw(st.lists(events(), max_size=8)), facts=held.values())


reads = st.one_of(
    st.sampled_from([scoring.fact("nps"), scoring.fact("seats"), scoring.days_in_stage(), scoring.days_since("login")]),
    st.builds(
        lambda name, within: scoring.events(name, within=within),
        st.sampled_from(NAMES),
        st.sampled_from([None, "30 days", "1 month", "720 hours"]),
    ),
    st.sampled_from([scoring.total("order"), scoring.total("order", "demo", within="3 months")]),
)
weights = st.sampled_from([1, 2, 40, 0.5, 0.000001, 33.333333])


@st.composite
def measures(draw, name="m"):
    weight, missing = draw(weights), draw(st.sampled_from([None, "reweigh", "neutral", "zero"]))
    if draw(st.booleans()):
        levels = {"pro": draw(st.sampled_from([100, 66.6])), "free": 20}
        return scoring.measure(name, scoring.fact("plan"), levels=levels, weight=weight, missing=missing)
    read = draw(reads)
    worst, best = draw(st.sampled_from([(0, 10), (10, 0), (-5, 90.5), (100, -20), (0, 0.001)]))
    stale = draw(st.sampled_from([None, "30 days", "1 month"])) if read.kind == "fact" else None
    return scoring.measure(name, read, worst=worst, best=best, weight=weight, missing=missing, stale_after=stale)


@st.composite
def healths(draw):
    count = draw(st.integers(1, 4))
    found = [draw(measures(f"m{number}")) for number in range(count)]
    overrides = []
    if draw(st.booleans()):
        overrides.append(
            scoring.override("low", scoring.fact("seats"), below=10, at_most=draw(st.sampled_from([0, 30])))
        )
    if draw(st.booleans()):
        overrides.append(
            scoring.override("high", scoring.events("demo"), above=1, at_least=draw(st.sampled_from([40, 100])))
        )
    bands = draw(st.sampled_from([None, {"red": 0, "green": 50}, scoring.Bands({"red": 0, "green": 50}, edge="down")]))
    missing = draw(st.sampled_from(["reweigh", "neutral", "zero"]))
    return cl.HealthScore(found, bands=bands, overrides=overrides, missing=missing, tz=draw(ZONES))


decays = st.sampled_from([
    None,
    scoring.linear("30 days"),
    scoring.linear("1 month"),
    scoring.half_life("30 days"),
    scoring.half_life("36 hours"),
    scoring.steps(("30 days", 0.5), ("2 months", 0)),
])  # fmt: skip


@st.composite
def leads(draw):
    rules = []
    for number in range(draw(st.integers(0, 3))):
        condition = draw(st.sampled_from([{"at_least": 5}, {"at_most": 50, "at_least": 0}, {"one_of": (1, 2.5, 30)}]))
        points = draw(st.sampled_from([20, -15, 0.1, 90]))
        group = draw(st.sampled_from(["fit", "size"]))
        rules.append(scoring.fit(f"f{number}", draw(reads), points=points, group=group, **condition))
    for number in range(draw(st.integers(0 if rules else 1, 3))):
        points = draw(st.sampled_from([10, -5, 3.333333, 60]))
        cap = draw(st.sampled_from([None, 60, 100]))
        within = draw(st.sampled_from([None, "30 days", "1 month"]))
        group = draw(st.sampled_from(["behavior", "size"]))
        name = draw(st.sampled_from(NAMES))
        rules.append(
            scoring.behavior(f"b{number}", name, points=points, cap=cap, decay=draw(decays), within=within, group=group)
        )
    groups = sorted({rule.group for rule in rules})
    caps = {group: draw(st.sampled_from([15, 40])) for group in sorted(draw(st.sets(st.sampled_from(groups))))}
    grid = {"fit_bands": {"B": 0, "A": 20}, "behavior_bands": {"2": 0, "1": 10}} if draw(st.booleans()) else {}
    return cl.LeadScore(rules, caps=caps, thresholds={"MQL": 10, "SQL": 40}, tz=draw(ZONES), **grid)


@st.composite
def ideals(draw):
    criteria = [
        scoring.criterion("size", scoring.fact("seats"), at_least=10, weight=draw(weights)),
        scoring.criterion("plan", scoring.fact("plan"), one_of="pro", weight=draw(weights)),
        scoring.criterion("keen", scoring.events("login", within="30 days"), at_least=2, weight=draw(weights)),
    ]
    exclusions = [scoring.criterion("detractor", scoring.fact("nps"), at_most=0)] if draw(st.booleans()) else []
    kept = criteria[: draw(st.integers(1, 3))]
    return scoring.IdealCustomer(kept, exclusions=exclusions, bands={"no": 0, "yes": 80}, pains=["slow"])


rfms = st.just(scoring.Rfm("order", recency=(10, 30, 90), frequency=(2, 3), monetary=(0, 2.5)))
declared = st.one_of(healths(), leads(), ideals(), rfms)


given_facts = st.lists(facts(), max_size=4).map(
    lambda found: tuple({(one.name, one.at, one.recorded_at or one.at): one for one in found}.values())
)
ACME = cl.Customer("acme", MODEL)


def scored(scorer, customer, known=(), at=AS_OF):
    return cl.score(scorer, customer, as_of=at, facts=list(known))
