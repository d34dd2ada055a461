"""Rules and customers for tests, aimed at late records, ties, edges of windows, DST nights and silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

import custlife as cl
from custlife import scoring, signals
from custlife.signals import Rule
from tests.scoring.made import DAY, customers

START = datetime(2026, 1, 1, tzinfo=UTC)
LEAD = cl.LeadScore([
    scoring.behavior("demo", points=30, decay=scoring.linear("40 days")),
    scoring.behavior("login", points=8, cap=40, decay=scoring.half_life("20 days")),
])  # fmt: skip
HEALTH = cl.HealthScore(
    [
        scoring.measure("logins", scoring.events("login", within="30 days"), worst=0, best=3),
        scoring.measure("nps", scoring.fact("nps"), worst=-20, best=100, weight=2),
    ],
    bands={"red": 0, "yellow": 40, "green": 70},
)

spans = st.sampled_from(["7 days", "1 month", "26 hours", "30 days"])
signs = st.one_of(
    st.builds(lambda after: signals.Stuck(after=after), spans),
    st.just(signals.Lapsed()),
    st.just(signals.BoughtElsewhere()),
    st.builds(signals.Returned, spans),
    st.builds(signals.Entered, st.sampled_from(["intent", ["conversion", "retention"], "churned"])),
    st.builds(
        lambda low, band: signals.Qualified(LEAD, at_least=low + band, until=low),
        st.sampled_from([5, 20.5]),
        st.sampled_from([0, 10]),
    ),
    st.builds(lambda until: signals.HealthRed(HEALTH, until=until), st.sampled_from([None, 40, 55])),
    st.builds(
        lambda within, until: signals.HealthFalling(HEALTH, by=15, within=within, until=until),
        spans,
        st.sampled_from([None, 5]),
    ),
    st.builds(
        lambda within: signals.Unanswered("demo", entered="intent", within=within, answered_by="order"), spans
    ),
    st.builds(
        lambda until: signals.NearLimit(
            scoring.events("login"), scoring.fact("seats"), at_least=0.1, until=until
        ),
        st.sampled_from([None, 0.05]),
    ),
    st.just(signals.OffTrack({"login": "7 days", "order": "1 month"}, entered="conversion", start="demo")),
    st.just(signals.AtRisk({"intent": 0.4, "engagement": 0.1}, at_least=0.3)),
    st.just(signals.Holds(scoring.Condition(scoring.fact("nps"), at_most=10), scoring.Condition(scoring.fact("nps"), at_least=30))),
)  # fmt: skip


@st.composite
def rule_sets(draw, most=4):
    found: list[Rule] = []
    for place in range(draw(st.integers(1, most))):
        unless = [one.name for one in found if draw(st.integers(0, 3)) == 0]
        cool_down, min_n = draw(st.sampled_from([None, "10 days", "1 month"])), draw(st.sampled_from([1, 1, 3]))
        found.append(Rule(f"rule {place}", draw(signs), cool_down=cool_down, min_n=min_n, unless=unless))
    return signals.RuleSet(draw(st.permutations(found)))


bases = st.lists(st.sampled_from(["ada", "bob", "čid"]), min_size=1, max_size=3, unique=True)


@st.composite
def populations(draw):
    return [draw(customers(name)) for name in draw(bases)]


def day(number: float) -> datetime:
    return START + number * DAY


def letters(text: str) -> cl.Customer:
    """A customer of whom one letter is known from the start of each day on."""
    said = [cl.Fact("letter", letter, at=day(place)) for place, letter in enumerate(text)]
    return cl.Customer("ada", cl.StageModel("any", ["one"]), facts=said)


def lettered(request: cl.ScoreRequest) -> signals.Look:
    """M is met, C is clear, - is between the two, ? is unknown."""
    letter = str(request.facts["letter"])
    return signals.Look({"M": True, "?": None}.get(letter, False), clear={"C": True, "-": False}.get(letter))


__all__ = [
    "DAY",
    "HEALTH",
    "LEAD",
    "START",
    "day",
    "lettered",
    "letters",
    "populations",
    "rule_sets",
    "signs",
    "timedelta",
]
