"""Guards: what must hold before a move, beyond the law.

A transition holds guards as data: a `Requires`, or the name of a function that code has registered with `@guard`.
A stored model therefore never names code to run; a name that nobody has registered is found out at the move.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

import attrs

from custlife.errors import DefinitionError, UnknownNameError, UsageTypeError
from custlife.stages.text import check_text, tidy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from custlife.stages.law import MoveKind

__all__ = ["Guard", "GuardRequest", "Requires", "guard", "refusal"]

Needed = Literal["event", "stage", "fact", "property"]
_NEEDED: tuple[Needed, ...] = get_args(Needed)
_Check = TypeVar("_Check", bound="Callable[[GuardRequest], bool | str | None]")


@attrs.frozen
class Requires:
    """A guard as data: something that must be on record by the time of the move.

    Attributes:
        what: `"event"` (the customer had it), `"stage"` (they have been there), `"fact"` (it is known) or
            `"property"` (the move itself carries it).
        name: Name of the event, fact or property, or key of the stage.

    Examples:
        >>> Requires("event", "contract_signed").to_dict()
        {'requires_event': 'contract_signed'}
    """

    what: Needed
    name: str = attrs.field(converter=tidy)

    def __attrs_post_init__(self) -> None:
        if self.what not in _NEEDED:
            raise UnknownNameError("kind of requirement", self.what, _NEEDED)
        check_text("name", self.name, blank=False)

    def to_dict(self) -> dict[str, str]:
        """The guard as a document holds it."""
        return {f"requires_{self.what}": self.name}


Guard = str | Requires


@attrs.frozen(kw_only=True)
class GuardRequest:
    """What a guard is told about the move that it may refuse.

    Attributes:
        customer: The customer before the move.
        from_stage: Where they are; None before the first stage.
        to_stage: Where the move leads.
        kind: Kind of the move.
        at: When it happens; aware, UTC.
        reason: Reason given for it.
        actor: Who makes it.
        properties: What the move carries, as pairs of name and value.

    Examples:
        >>> GuardRequest(customer=None, to_stage="paid").from_stage is None
        True
    """

    customer: Any
    to_stage: str
    from_stage: str | None = None
    kind: MoveKind | None = None
    at: datetime | None = None
    reason: str = ""
    actor: str = ""
    properties: tuple[tuple[str, Any], ...] = ()


_registered: dict[str, Callable[[GuardRequest], bool | str | None]] = {}


def guard(name: str) -> Callable[[_Check], _Check]:
    """Register a function under a name that transitions may give as a guard.

    The function takes one `GuardRequest`. It returns None or True where the move may happen, and False or a text
    that says why where it may not. Registering the same function again, as notebooks do, replaces it.

    Args:
        name: Name that transitions give.

    Raises:
        DefinitionError: Another function has this name.

    Examples:
        >>> @guard("has_contract")
        ... def has_contract(request):
        ...     return "contract" in dict(request.properties) or "attach the contract"
    """
    check_text("name", name, blank=False)

    def register(check: _Check) -> _Check:
        _check_callable(name, check)
        held = _registered.get(name)
        if held is not None and _home(held) != _home(check):
            raise DefinitionError(f"guard {name!r} is already {_home(held)}", "register it under another name")
        _registered[name] = check
        return check

    return register


def refusal(checked: Guard | Callable[[GuardRequest], bool | str | None], request: GuardRequest) -> str | None:
    """Why a guard refuses a move; None where it does not.

    Args:
        checked: A guard of a transition, or a callable handed to the move itself.
        request: The move.

    Raises:
        UnknownNameError: A name that nobody registered.
        UsageTypeError: The guard is no function, or answers neither yes nor no.

    Examples:
        >>> refusal(Requires("property", "amount"), GuardRequest(customer=None, to_stage="paid"))
        "it needs the property 'amount'"
    """
    if isinstance(checked, Requires):
        return None if _is_met(checked, request) else f"it needs the {checked.what} {checked.name!r}"
    check = _named(checked) if isinstance(checked, str) else checked
    _check_callable("of the move", check)
    answer: object = check(request)
    if answer is None or answer is True:
        return None
    name = checked if isinstance(checked, str) else getattr(check, "__qualname__", type(check).__qualname__)
    if answer and not isinstance(answer, str):  # neither a yes nor a no: a coroutine, a match, numpy.True_
        hint = "return None or True to let the move pass, False or a text to refuse it"
        raise UsageTypeError(f"guard {name!r} answers {answer!r}", hint)
    return f"guard {name!r} refuses it" + (f": {answer}" if isinstance(answer, str) else "")


def guards_of(values: Iterable[Guard | Mapping[str, str]]) -> tuple[Guard, ...]:
    """Guards as a transition holds them; documents and hurried authors write a Requires as a dict."""
    if isinstance(values, str | Requires) or hasattr(values, "items"):
        raise UsageTypeError(f"guards={values!r} is one guard, not several", f"write guards=[{values!r}]")
    if not isinstance(values, Iterable):
        raise UsageTypeError(f"guards={values!r} are no guards", "write guards=[Requires('fact', 'email')]")
    return tuple(map(_guard, values))


def _guard(value: Any) -> Guard:
    if isinstance(value, Requires):
        return value
    if isinstance(value, str):
        check_text("guard", value, blank=False)
        return str(tidy(value))
    known = [f"requires_{what}" for what in _NEEDED]
    if hasattr(value, "items"):
        if len(value) != 1:
            raise DefinitionError(f"guard {value!r} does not name one requirement", f"name one of {', '.join(known)}")
        ((key, name),) = value.items()
        if key not in known:
            raise UnknownNameError("guard", key, known)
        return Requires(key.removeprefix("requires_"), name)
    hint = "register it with @guard('name') and write guards=['name'], or pass it to move(guards=[...])"
    raise DefinitionError(f"guard {value!r} is code, and a model is data", hint)


def _named(name: str) -> Callable[[GuardRequest], bool | str | None]:
    if name not in _registered:
        raise UnknownNameError("guard", name, sorted(_registered))
    return _registered[name]


def _is_met(needed: Requires, request: GuardRequest) -> bool:
    if needed.what == "property":
        return any(name == needed.name for name, _ in request.properties)
    customer = request.customer
    if needed.what == "stage":
        named = ((move.to_stage, move.at) for move in customer.moves)
    else:
        entries = customer.events if needed.what == "event" else customer.facts
        named = ((entry.name, entry.at) for entry in entries)
    # an undated fact always counts; what is on record for later does not
    seen = request.at
    return any(name == needed.name and (at is None or seen is None or at <= seen) for name, at in named)


def _check_callable(name: str, check: object) -> None:
    if not callable(check):
        raise UsageTypeError(f"guard {name!r} is {check!r}, no function", "write @guard(...) above a function")


def _home(check: Any) -> str:
    return f"{getattr(check, '__module__', '?')}.{getattr(check, '__qualname__', repr(check))}"
