"""Names: scorers that code or an installed package has put under one, so that documents can ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from custlife import plugins
from custlife.errors import DefinitionError, UnknownNameError, UsageError, UsageTypeError
from custlife.scoring.judging import checked_scorer, judged, name_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from custlife.scoring.judging import Ask, Scorer
    from custlife.scoring.request import ScoreRequest
    from custlife.scoring.value import Score

__all__ = ["GROUP", "Named", "get", "named", "names", "registered", "resolved", "scorer"]

GROUP = "custlife.scorers"

_registered: dict[str, Any] = {}
_S = TypeVar("_S", bound="Callable[..., Any]")


def scorer(name: str) -> Callable[[_S], _S]:
    """Register a scorer under a name, for `cl.score("name", ...)` and for documents.

    Registering the same function again, as notebooks do, replaces it.

    Args:
        name: What to ask for it by.

    Raises:
        DefinitionError: Another function has this name.

    Examples:
        >>> @scorer("many seats")
        ... def many_seats(request):
        ...     return min(100, 10 * request.facts.get("seats", 0))
        >>> get("many seats") is many_seats
        True
    """
    key = _checked_name(name)

    def register(hook: _S) -> _S:
        checked_scorer(hook, f"scorer {key!r}")
        held = _registered.get(key)
        if held is not None and _home(held) != _home(hook):
            raise DefinitionError(f"scorer {key!r} is already {_home(held)}", "register it under another name")
        _registered[key] = hook
        return hook

    return register


def names() -> tuple[str, ...]:
    """The names that scorers can be asked for by; nothing is loaded."""
    return tuple(sorted({*_registered, *(plugin.name for plugin in plugins.plugins(GROUP))}))


def registered() -> tuple[str, ...]:
    """The names that code has registered."""
    return tuple(sorted(_registered))


def get(name: str) -> Any:
    """The scorer of a name: registered by code, or by the entry points `custlife.scorers` of an installed package.

    Raises:
        UnknownNameError: There is none; those there are stand in the hint.
        DefinitionError: The package that brings it cannot be loaded; it is named.
        UsageTypeError: What it brings is no scorer.
    """
    if name in _registered:
        return _registered[name]
    if name not in names():
        raise UnknownNameError("scorer", name, names())
    return checked_scorer(plugins.load(GROUP, name), f"scorer {name!r}")


def resolved(scorer: Any) -> Any:
    """A scorer, also by its name."""
    return get(scorer) if isinstance(scorer, str) else scorer


@attrs.frozen
class Named:
    """A scorer under another name.

    Attributes:
        name: What it is called in scores, failures and times.
        scorer: What is asked.
    """

    name: str
    scorer: Any

    def judge(self, request: ScoreRequest, ask: Ask) -> Score:
        """The score, with the scorer asked by *ask*."""
        return attrs.evolve(ask(self.scorer, request), name=self.name)

    def __call__(self, request: ScoreRequest) -> Score:
        """The score under its new name."""
        return self.judge(request, judged)


def named(name: str, scorer: Scorer) -> Named:
    """A scorer under another name: lambdas and partials have none that says much.

    Examples:
        >>> named("size", lambda request: 50).name
        'size'
    """
    return Named(_checked_name(name), checked_scorer(scorer))


def _checked_name(name: object) -> str:
    if not isinstance(name, str):
        raise UsageTypeError(f"name={name!r} is not a text", "write name='fit'")
    if not name.strip():
        raise UsageError(f"name={name!r} is empty", "write name='fit'")
    return name


def _home(hook: Any) -> str:
    return f"{getattr(hook, '__module__', '?')}.{name_of(hook)}"
