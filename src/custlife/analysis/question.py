"""Questions are values: validated once, sent to any engine, echoed in the answer."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

import attrs

from custlife.engines import gather, run
from custlife.engines.adding import Total
from custlife.engines.gathers import Profile
from custlife.engines.merging import merged_settings
from custlife.errors import UsageError, UsageTypeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from custlife.engines.gathers import Request
    from custlife.engines.history import History, Setting
    from custlife.stats import Method
__all__ = [
    "Asked",
    "Question",
    "ask",
    "ask_all",
    "choice",
    "codes_of",
    "maybe_names",
    "names",
    "share_interval",
    "some_names",
    "unseen",
]

N = TypeVar("N", bound=str)
T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)

SHARE_INTERVALS: Final[tuple[Method, ...]] = ("wilson", "clopper-pearson")


class Question(Protocol, Generic[R_co]):
    """A frozen question: it says what to count, and turns the counts into an answer."""

    def requests(self, setting: Setting) -> Sequence[Request]:
        """The tables it needs."""
        ...

    def answer(self, setting: Setting, tables: list[Any]) -> R_co:
        """The answer, from those tables in their order."""
        ...


class Asked(Protocol):
    """Histories that can be asked, wherever they are."""

    @property
    def sample(self) -> History | None:
        """A history without rows, on which questions are tried before any work is done; None where work is cheap."""
        ...

    def map(self, work: Callable[[History], T]) -> Iterator[T]:
        """What some work makes of each part of them."""
        ...


@attrs.frozen
class Counting:
    """The work on each part of the histories: its setting, and the tables that some questions need."""

    questions: tuple[Question[Any], ...]

    def __call__(self, history: History) -> tuple[Setting, list[Any]]:
        """Setting, and the table of every request, each once."""
        by = dict.fromkeys(name for question in self.questions for name in getattr(question, "by", ()))
        setting = gather(Profile(tuple(by)), history)
        return setting, run(each_once(question.requests(setting) for question in self.questions), history)


def each_once(requests: Iterable[Sequence[Request]]) -> list[Request]:
    """The requests of some questions, each once."""
    return list(dict.fromkeys(chain.from_iterable(requests)))


def ask(question: Question[R_co], asked: Asked) -> R_co:
    """Asks one question."""
    answer: R_co = ask_all([question], asked)[0]
    return answer


def ask_all(questions: Sequence[Question[Any]], asked: Asked) -> list[Any]:
    """Asks many questions at once, in one pass over the histories, so that what they share is counted once."""
    questions = _questions(questions)
    counting = Counting(questions)
    if asked.sample is not None:
        counting(asked.sample)  # what cannot be asked is refused at the door
    settings: list[Setting] = []
    totals: list[Total] = []
    for setting, tables in asked.map(counting):
        totals = totals or [Total(one) for one in each_once(q.requests(setting) for q in questions)]
        for total in totals:
            total.add(tables.pop(0))  # which is added up at once: tables of exact times are large
        settings.append(setting)
    whole = merged_settings(settings)
    wanted = [q.requests(whole) for q in questions]
    found = dict(zip(each_once(wanted), [total.table() for total in totals], strict=True))
    return [q.answer(whole, [found[one] for one in mine]) for q, mine in zip(questions, wanted, strict=True)]


def _questions(given: Iterable[object]) -> tuple[Question[Any], ...]:
    """Questions, and nothing else.

    Raises:
        UsageTypeError: Something that is no list, or holds something else.
    """
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise UsageTypeError(f"questions={given!r} is no list of questions", "write ask_all([cl.Flows()])")
    found: tuple[Any, ...] = tuple(given)
    for one in found:
        if isinstance(one, type) or not hasattr(one, "requests"):
            raise UsageTypeError(f"{one!r} is not a question", "write ask(cl.Flows()), or call log.transitions()")
    return found


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


def choice(name: str, value: str, choices: Sequence[N]) -> N:
    """The one of the modes that is named, or an error that lists them.

    Raises:
        UsageError: No such mode.
    """
    for one in choices:
        if one == value:
            return one
    listed = ", ".join(map(repr, choices))
    raise UsageError(f"{name}={value!r} is not a mode", f"choose one of {listed}")


def share_interval(value: str) -> Method:
    """How the interval of a share is made.

    Raises:
        UsageError: No such mode.
    """
    return choice("interval", value, SHARE_INTERVALS)


def codes_of(setting: Setting, wanted: Iterable[str], what: str = "stage") -> frozenset[int]:
    """The codes of some stages or events; stages may be spelled as the model knows them.

    Raises:
        UnknownNameError: A stage the model does not have. Unknown events are simply never seen.
    """
    vocabulary = setting.vocabulary
    code = vocabulary.code
    if vocabulary.model is not None:
        return frozenset(code[vocabulary.model.resolve(name)] for name in wanted)
    if what == "stage":
        raise UsageError("this log holds events, not stages", "turn events into stages with rules: log.to_stages(...)")
    return frozenset(code[name] for name in wanted if name in code)


def unseen(setting: Setting, wanted: Iterable[str]) -> tuple[str, ...]:
    """Those of some names of events that no row has; none in a log of stages, whose names the model knows."""
    if setting.vocabulary.model is not None:
        return ()
    known = setting.vocabulary.code
    return tuple(name for name in dict.fromkeys(wanted) if name not in known)
