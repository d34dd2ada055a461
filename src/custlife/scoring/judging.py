"""Hooks: what may score a customer, what it is called, and what is made of its answer.

A hook is any callable that takes one `ScoreRequest` and returns a number from 0 to 100 or a `Score`. Whatever else it
does is told in one sentence that names the hook and the customer.
"""

from __future__ import annotations

from contextlib import suppress
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar, runtime_checkable

import attrs

from custlife.errors import CustlifeError, UsageError, UsageTypeError
from custlife.scoring.points import ONE, is_number, number, points_of, shortly
from custlife.scoring.value import Score

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from custlife.scoring.request import ScoreRequest

    Hook: TypeAlias = "Callable[[ScoreRequest], float | Score]"

__all__ = ["Ask", "Branching", "HookError", "Scorer", "checked", "checked_scorer", "judged", "name_of", "plain_score"]


@runtime_checkable
class Scorer(Protocol):
    """Any callable that takes one `ScoreRequest` and returns a number from 0 to 100, or a `Score`.

    Examples:
        >>> def seats(request):
        ...     return min(100, 10 * request.facts.get("seats", 0))
        >>> isinstance(seats, Scorer)
        True
    """

    def __call__(self, request: ScoreRequest, /) -> float | Score:
        """The score of one customer at one moment."""
        ...


class Ask(Protocol):
    """How a scorer that asks others does so."""

    def __call__(self, scorer: Scorer, request: ScoreRequest, /) -> Score:
        """The score by one of them."""
        ...


class Branching(Protocol):
    """A scorer that asks others, and can be told how, so that each of them is timed and named when it fails."""

    def judge(self, request: ScoreRequest, ask: Ask) -> Score:
        """The score, with each of the others asked by *ask*."""
        ...


class HookError(Exception):
    """A hook that gave no usable answer, on its way to the list of failures; callers never see it.

    Attributes:
        hook: What the hook is called.
        kind: What it did, in two or three words: `raised ValueError`, `returned nan`.
        what: The whole sentence.
        hint: What to return instead.
    """

    def __init__(self, hook: str, kind: str, what: str, hint: str = "") -> None:
        super().__init__(hook, kind, what, hint)
        self.hook = hook
        self.kind = kind
        self.what = what
        self.hint = hint


def name_of(scorer: Any) -> str:
    """What a scorer is called: its `name`, else that of the function or class.

    Examples:
        >>> name_of(abs)
        'abs'
    """
    name = getattr(scorer, "name", None)
    if isinstance(name, str) and name:
        return name
    inner = getattr(scorer, "func", scorer)  # of a functools.partial
    called = getattr(inner, "__qualname__", None)
    text = called if isinstance(called, str) else type(inner).__qualname__
    return text.rpartition("<locals>.")[2]


_S = TypeVar("_S")
UNBOUNDED = frozenset(("nan", "-nan", "snan", "inf", "-inf", "infinity", "-infinity"))


def checked_scorer(scorer: _S, name: str = "scorer") -> _S:
    """A scorer, or an error for what cannot be one.

    Raises:
        UsageTypeError: Not callable, or a class where a scorer made of it was meant.
    """
    if isinstance(scorer, type):
        raise UsageTypeError(f"{name}={scorer.__name__} is a class, no scorer", f"make one: {scorer.__name__}(...)")
    if not callable(scorer):
        hint = "pass a function of one ScoreRequest, or a HealthScore, LeadScore, ..."
        raise UsageTypeError(f"{name}={shortly(scorer)} cannot be called", hint)
    return scorer


def checked(found: object, hook: str, customer: str) -> float | Score:
    """The answer of a hook as a score, or as a number to the millionth.

    Raises:
        HookError: The answer is neither.
    """
    if (type(found) is float or type(found) is int) and 0 <= found <= 100:
        return round(found * ONE) / ONE
    if type(found) is Score:
        return found
    if type(found) is not float and is_number(found):
        with suppress(CustlifeError):  # NaN and infinity of other kinds, and what is larger than any float
            value = number(found)
            if 0 <= value <= 100:
                return points_of(value)
    what, hint = _fault(found)
    raise HookError(hook, what, f"score hook {hook!r} {what} for customer {customer!r}", hint)


def _fault(found: Any) -> tuple[str, str]:
    """What is wrong with an answer, and what to return instead."""
    wanted = "return a number from 0 to 100, or a Score"
    if isinstance(found, CoroutineType):
        found.close()  # else Python warns that nobody awaited it
        return "returned a coroutine", "write def, not async def: nobody awaits a score"
    if isinstance(found, GeneratorType | AsyncGeneratorType):
        return "returned a generator", "write return, not yield"
    if found is None:
        return "returned None", f"{wanted}; where there is none, Score(None, reason='why')"
    if is_number(found):
        finite = isinstance(found, int) or str(found).lower() not in UNBOUNDED
        hint = "scores lie between 0 and 100" if finite else "scores are finite numbers"
        return f"returned {shortly(found)}", hint
    return f"returned {shortly(found)}, a {type(found).__name__}", wanted


def plain_score(value: float, name: str, customer: str, as_of: datetime) -> Score:
    """The score of a hook that returned a number."""
    return Score(value, name=name, customer=customer, as_of=as_of)


def signed(score: Score, name: str, customer: str, as_of: datetime) -> Score:
    """A score that says whose it is, whatever it said before."""
    if score.name == name and score.customer == customer and score.as_of == as_of:
        return score
    return attrs.evolve(score, name=score.name or name, customer=customer, as_of=as_of)


def judged(scorer: Scorer, request: ScoreRequest) -> Score:
    """The score by one hook.

    Raises:
        UsageTypeError: It returned what is no score.
        UsageError: It returned a number that is no score.
        Exception: Whatever the hook raised, with a note that names hook and customer.
    """
    hook, customer = name_of(scorer), request.customer.id
    try:
        found = scorer(request)
    except Exception as error:
        _add_note(error, hook, customer)
        raise
    try:
        answer = checked(found, hook, customer)
    except HookError as error:
        kind = UsageError if is_number(found) else UsageTypeError
        raise kind(error.what, error.hint) from None
    if isinstance(answer, Score):
        return signed(answer, hook, customer, request.as_of)
    return plain_score(answer, hook, customer, request.as_of)


def _add_note(error: Exception, hook: str, customer: str) -> None:
    note = f"raised by score hook {hook!r} for customer {customer!r}"
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)
