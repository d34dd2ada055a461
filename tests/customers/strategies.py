"""Histories that are full of ties, microseconds, duplicates, late deliveries and foreign letters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from hypothesis import strategies as st

from custlife.customers import Customer, Event, Fact, Move
from custlife.stages import Requires, Stage, StageModel, Transition

PATH = ["lead", "offer", "trial", "client"]
EXITS = [Stage("lapsed", exit="paused"), Stage("rival", exit="paused"), Stage("lost", exit="ended")]


def model_of(policy: str, **fields) -> StageModel:
    return StageModel("crm", PATH, exits=EXITS, unplaced=["other"], policy=policy, customer_from="client", **fields)


OPEN, FORWARD, STEPWISE = map(model_of, ("open", "forward", "stepwise"))
DECLARED = model_of(
    "declared",
    transitions=[
        Transition(a, b)
        for a, b in [
            *[(None, "lead"), ("lead", "offer"), ("offer", "lost"), ("offer", "trial"), ("trial", "client")],
            *[("lost", "lead"), ("lead", "other"), ("other", "lapsed"), ("lapsed", "rival"), ("rival", "lead")],
        ]
    ],
)
GUARDED = model_of(
    "open",
    transitions=[
        Transition("trial", "client", guards=[Requires("event", "signed")]),
        Transition("offer", "lost", reason_required=True),
        Transition("lead", "offer", min_gap="2 days"),
    ],
)
MODELS = st.sampled_from([OPEN, FORWARD, STEPWISE, DECLARED])
STAGES = st.sampled_from(OPEN.codes)

START = datetime(2026, 3, 28, 23, 59, 59, 999_999, tzinfo=UTC)
STEPS = [timedelta(), timedelta(microseconds=1), timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)]
STEPS += [timedelta(days=31), timedelta(days=366, microseconds=-1)]
INSTANTS = st.sampled_from([START + step for step in STEPS])
VALUES = [None, True, False, 0, 1, -2, 0.0, -0.0, 1.0, 0.1, Decimal("1.0"), Decimal("1.00"), Decimal(1), START]
VALUES += ["", "1", "é", "日本", "\x00\n\u2028", '"\\<']
SCALARS = st.sampled_from(VALUES)
PROPERTIES = st.dictionaries(st.sampled_from(["a", "b", "é"]), SCALARS, max_size=2)

# Entries are drawn from a pool: that is fast, and it makes exact duplicates and second deliveries frequent.
_pick = Random(7)


def _recorded(at):
    """When it was learnt: nobody knows, at once, or later."""
    return _pick.choice([None, None, *(at + step for step in STEPS)])


def _move() -> Move:
    """A move; its key, if it has one, follows from its content, so that keys never contradict each other."""
    stage, at, reason = _pick.choice(OPEN.codes), START + _pick.choice(STEPS), _pick.choice(["", "é", "fair"])
    key = _pick.choice(["", f"{stage}|{at}|{reason}"])
    told = {} if key or _pick.random() < 0.7 else {"a": _pick.choice(VALUES), "é": _pick.choice(VALUES)}
    return Move(
        stage,
        at,
        seq=_pick.choice([None, None, 0, 1]),
        recorded_at=_recorded(at),
        reason=reason,
        key=key,
        properties=told,
    )


def _event() -> Event:
    name, at, value = _pick.choice(["login", "signed", "ü"]), START + _pick.choice(STEPS), _pick.choice(VALUES)
    key = _pick.choice(["", f"{name}|{at}|{value!r}"])
    by_human = None if key else _pick.choice([None, True])
    return Event(name, at, value=value, key=key, by_human=by_human, recorded_at=_recorded(at))


def _fact() -> Fact:
    """A fact whose value follows from its dates, so that no two contradict each other."""
    at = _pick.choice([None, *(START + step for step in STEPS)])
    recorded_at = _recorded(at or START)
    return Fact(_pick.choice(["plan", "größe"]), f"{at} {recorded_at or at}", at=at, recorded_at=recorded_at)


A_MOVE, AN_EVENT, A_FACT = (st.sampled_from([make() for _ in range(300)]) for make in (_move, _event, _fact))
MOVES = st.lists(A_MOVE, max_size=8)
EVENTS = st.lists(AN_EVENT, max_size=4)
FACTS = st.lists(A_FACT, max_size=4)


@st.composite
def customers(draw, id_: str = "acme", models=MODELS, most: int = 8) -> Customer:
    """A customer with any history, legal or not."""
    lists = {"moves": (A_MOVE, most), "events": (AN_EVENT, most // 2), "facts": (A_FACT, most // 2)}
    entries = {name: draw(st.lists(each, max_size=size)) for name, (each, size) in lists.items()}
    aliases = draw(st.sampled_from([(), (), ("x",), ("y", "x")]))
    return Customer(id_, draw(models), aliases=aliases, **entries)


@st.composite
def moved(draw, models=MODELS) -> Customer:
    """A customer who only ever made moves that `move` allowed."""
    customer = Customer("acme", draw(models))
    at = START
    for step in draw(st.lists(st.sampled_from(STEPS), max_size=8)):
        ways = customer.next_moves()
        if not ways:
            break
        at += step
        customer = customer.move(draw(st.sampled_from(ways)).to_stage, at=at, reason="why")
    return customer
