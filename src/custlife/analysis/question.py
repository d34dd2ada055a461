"""Questions are values: validated once, sent to any engine, echoed in the answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from custlife.engines import run
from custlife.errors import UsageError, UsageTypeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.engines.gathers import Request
    from custlife.engines.history import History

__all__ = ["Question", "ask", "ask_all", "choice", "codes_of", "maybe_names", "names", "some_names"]

R_co = TypeVar("R_co", covariant=True)


class Question(Protocol, Generic[R_co]):
    """A frozen question: it says what to count, and turns the counts into an answer."""

    def requests(self, history: History) -> Sequence[Request]:
        """The tables it needs."""
        ...

    def answer(self, history: History, tables: list[Any]) -> R_co:
        """The answer, from those tables in their order."""
        ...


def ask(question: Question[R_co], history: History) -> R_co:
    """Asks one question of one history."""
    return question.answer(history, run(question.requests(history), history))


def ask_all(questions: Sequence[Question[Any]], history: History) -> list[Any]:
    """Asks many questions at once, so that what they share is counted once."""
    wanted = [question.requests(history) for question in questions]
    tables = iter(run([request for requests in wanted for request in requests], history))
    return [q.answer(history, [next(tables) for _ in requests]) for q, requests in zip(questions, wanted, strict=True)]


def names(value: str | Iterable[str] | None, name: str = "by") -> tuple[str, ...]:
    """One name or several, as a tuple.

    Raises:
        UsageTypeError: Something that is not text.
    """
    if value is None:
        return ()
    given: object = value
    if isinstance(given, (set, frozenset)):
        given = sorted(given, key=str)
    found = (given,) if isinstance(given, str) or not isinstance(given, Iterable) else tuple(given)
    if not all(isinstance(item, str) for item in found):
        hint = f"write {name}={'segment' if name == 'by' else 'name'!r}"
        raise UsageTypeError(f"{name}={value!r} must be text or a list of texts", hint)
    return found


def some_names(value: str | Iterable[str] | None) -> tuple[str, ...]:
    """Names of stages, events or exits."""
    return names(value, "names")


def maybe_names(value: str | Iterable[str] | None) -> tuple[str, ...] | None:
    """Names of stages or events, or None where the default holds."""
    return None if value is None else names(value, "names")


def choice(name: str, value: str, choices: Sequence[str]) -> str:
    """A named mode, or an error that lists them.

    Raises:
        UsageError: No such mode.
    """
    if value not in choices:
        listed = ", ".join(map(repr, choices))
        raise UsageError(f"{name}={value!r} is not a mode", f"choose one of {listed}")
    return value


def codes_of(history: History, wanted: Iterable[str], what: str = "stage") -> frozenset[int]:
    """The codes of some stages or events; stages may be spelled as the model knows them.

    Raises:
        UnknownNameError: A stage the model does not have. Unknown events are simply never seen.
    """
    vocabulary = history.vocabulary
    code = vocabulary.code
    if vocabulary.model is not None:
        return frozenset(code[vocabulary.model.resolve(name)] for name in wanted)
    if what == "stage":
        raise UsageError("this log holds events, not stages", "turn events into stages with rules: log.to_stages(...)")
    return frozenset(code[name] for name in wanted if name in code)
