"""One customer moves: six timestamped moves on a model of eight stages, their history kept, and one that is refused.

Every library does the same for the same customers; the histories and the refusals are compared before any time is told.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import process_time
from typing import TYPE_CHECKING, Any

import attrs

import custlife as cl

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

STAGES = ("outreach", "connection", "conversion", "onboarding", "adoption", "expansion", "renewal", "advocacy")
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
MOVES = tuple((stage, START + timedelta(days=7 * i)) for i, stage in enumerate(STAGES[:6]))
REFUSED = ("advocacy", START + timedelta(days=60))
History = tuple[tuple[str, datetime], ...]


@attrs.frozen
class Contender:
    """A way to keep customers: how to make them, move one, and read a history off.

    `move` returns the customer after the move (the same one, where moving changes it) and raises `refusal`.
    """

    name: str
    make: Callable[[int], list[Any]]
    move: Callable[[Any, str, datetime], Any]
    refusal: type[Exception]
    history: Callable[[Any], History]
    most: int = 1_000_000


@attrs.frozen
class Timing:
    """CPU microseconds: to make a customer, for one move, for one refusal."""

    name: str
    create: float
    move: float
    refuse: float


def custlife() -> Contender:
    model = cl.StageModel("eight", STAGES, policy="stepwise")
    return Contender(
        "custlife `Customer.move`",
        lambda n: [cl.Customer(str(i), model) for i in range(n)],
        lambda customer, stage, at: customer.move(stage, at=at),
        cl.errors.TransitionNotAllowedError,
        lambda customer: tuple((move.to_stage, move.at) for move in customer.moves),
    )


ALLOWED = frozenset(zip((None, *STAGES), STAGES, strict=False))


class NotAllowedError(Exception):
    """What the bare class raises."""


@attrs.frozen
class Bare:
    """As little as a frozen value can do: an edge looked up, a pair appended."""

    id: str
    stage: str | None = None
    history: History = ()

    def move(self, stage: str, *, at: datetime) -> Bare:
        if (self.stage, stage) not in ALLOWED:
            raise NotAllowedError(stage)
        return Bare(self.id, stage, (*self.history, (stage, at)))


def bare() -> Contender:
    return Contender(
        "bare attrs-frozen class",
        lambda n: [Bare(str(i)) for i in range(n)],
        lambda customer, stage, at: customer.move(stage, at=at),
        NotAllowedError,
        lambda customer: customer.history,
    )


def automat() -> Contender:
    from automat import MethodicalMachine, NoTransition

    class Machine:
        machine = MethodicalMachine()

        def __init__(self, id_: str) -> None:
            self.id = id_
            self.history: list[tuple[str, datetime]] = []

    space: dict[str, Any] = {"nowhere": Machine.machine.state(initial=True)(_named("nowhere"))}
    inputs, keep = {}, Machine.machine.output()(_kept)
    for stage in STAGES:
        space[stage] = Machine.machine.state()(_named(stage))
        inputs[stage] = Machine.machine.input()(_named(f"to_{stage}", _entering))
        setattr(Machine, f"to_{stage}", inputs[stage])
    for came, stage in ALLOWED:
        space[came or "nowhere"].upon(inputs[stage], enter=space[stage], outputs=[keep])
    Machine.keep = keep  # type: ignore[attr-defined]
    names = {stage: f"to_{stage}" for stage in STAGES}
    return Contender(
        "Automat",
        lambda n: [Machine(str(i)) for i in range(n)],
        lambda customer, stage, at: getattr(customer, names[stage])(stage, at) and customer,
        NoTransition,
        lambda customer: tuple(customer.history),
    )


def _named(name: str, function: Callable[..., Any] | None = None) -> Callable[..., Any]:
    def state(self: Any) -> None:
        """Nothing to do."""

    def entering(self: Any, stage: str, at: datetime) -> None:
        """An input."""

    made = entering if function is _entering else state
    made.__name__ = name
    return made


def _entering(self: Any, stage: str, at: datetime) -> None: ...


def _kept(self: Any, stage: str, at: datetime) -> bool:
    """Keep the history."""
    self.history.append((stage, at))
    return True


def transitions() -> Contender:
    from transitions import Machine, MachineError

    class Kept:
        def __init__(self, id_: str) -> None:
            self.id = id_
            self.history: list[tuple[str, datetime]] = []

        def keep(self, stage: str, at: datetime) -> None:
            self.history.append((stage, at))

    edges = [
        {"trigger": f"enter_{stage}", "source": came or "nowhere", "dest": stage, "after": "keep"}
        for came, stage in sorted(ALLOWED, key=str)
    ]
    triggers = {stage: f"enter_{stage}" for stage in STAGES}

    def make(n: int) -> list[Any]:
        customers = [Kept(str(i)) for i in range(n)]
        Machine(customers, states=["nowhere", *STAGES], transitions=edges, initial="nowhere", auto_transitions=False)
        return customers

    return Contender(
        "transitions",
        make,
        lambda customer, stage, at: getattr(customer, triggers[stage])(stage, at) and customer,
        MachineError,
        lambda customer: tuple(customer.history),
        3_000,  # registering a customer looks through those registered before: making them is quadratic
    )


def statemachine() -> Contender:
    from statemachine import State, StateMachine
    from statemachine.exceptions import TransitionNotAllowed

    states = {name: State(initial=name == "nowhere", final=name == STAGES[-1]) for name in ("nowhere", *STAGES)}
    events = {f"enter_{b}": states[a or "nowhere"].to(states[b], on="keep") for a, b in sorted(ALLOWED, key=str)}

    def start(self: Any, id_: str) -> None:
        self.id, self.history = id_, []
        StateMachine.__init__(self)

    def keep(self: Any, stage: str, at: datetime) -> None:
        self.history.append((stage, at))

    machine = type("Machine", (StateMachine,), {**states, **events, "__init__": start, "keep": keep})

    def move(customer: Any, stage: str, at: datetime) -> Any:
        customer.send(f"enter_{stage}", stage, at)
        return customer

    return Contender(
        "python-statemachine",
        lambda n: [machine(str(i)) for i in range(n)],
        move,
        TransitionNotAllowed,
        lambda customer: tuple(customer.history),
        400,
    )


CONTENDERS: tuple[Callable[[], Contender], ...] = (custlife, bare, automat, transitions, statemachine)


def check(contender: Contender, n: int = 50) -> None:
    """Everybody must have made the same moves and refused the same one."""
    refused = 0
    for customer in contender.make(n):
        now = customer
        for stage, at in MOVES:
            now = contender.move(now, stage, at)
        try:
            contender.move(now, *REFUSED)
        except contender.refusal:
            refused += 1
        if contender.history(now) != MOVES:
            raise AssertionError(f"{contender.name}: {contender.history(now)}")
    if refused != n:
        raise AssertionError(f"{contender.name} refused {refused} of {n}")


def measure(contender: Contender, n: int) -> Timing:
    """One round over `n` customers, one move of all of them after the other."""
    move, refusal = contender.move, contender.refusal
    start = process_time()
    customers = contender.make(n)
    made = process_time()
    for stage, at in MOVES:
        customers = [move(customer, stage, at) for customer in customers]
    moved = process_time()
    refused = 0
    stage, at = REFUSED
    for customer in customers:
        try:
            move(customer, stage, at)
        except refusal:
            refused += 1
    end = process_time()
    if refused != n or contender.history(customers[-1]) != MOVES:
        raise AssertionError(contender.name)
    micro = 1e6 / n
    return Timing(contender.name, (made - start) * micro, (moved - made) * micro / len(MOVES), (end - moved) * micro)


def run(n: int, rounds: int) -> list[Timing]:
    """The best of some rounds for everybody, taken in turn so that a busy machine hurts all alike."""
    contenders = [make() for make in CONTENDERS]
    for contender in contenders:
        check(contender)
    taken: dict[str, list[Timing]] = {contender.name: [] for contender in contenders}
    for _ in range(rounds):
        for contender in contenders:
            taken[contender.name].append(measure(contender, min(n, contender.most)))
    return [_best(name, timings) for name, timings in taken.items()]


def _best(name: str, timings: Sequence[Timing]) -> Timing:
    return Timing(name, *(min(getattr(one, field) for one in timings) for field in ("create", "move", "refuse")))
