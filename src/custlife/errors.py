"""The errors of custlife.

    CustlifeError
    ├── DefinitionError           a model, question or rule that cannot be     (ValueError)
    ├── UnknownNameError          a name nobody declared, with the nearest     (LookupError)
    ├── UsageError                an argument of the wrong kind or value       (ValueError)
    ├── UsageTypeError            an argument of the wrong type                (TypeError)
    ├── TimeError                 a naive, skipped or repeated time            (ValueError)
    ├── DataError                 your data: rows, with what is wrong in each  (ValueError)
    │   ├── HistoryError          rows that contradict one another
    │   └── MissingFileError      a file that is not there                 (FileNotFoundError)
    ├── TransitionNotAllowedError a move that the model refuses                (ValueError)
    └── MissingExtraError         an optional package is not installed         (ImportError)

Every text is: what is wrong with `name=value`, where, an empty line, `Hint:` and what to type.
The facts stay on attributes; people read the text, programs read the attributes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "CustlifeError",
    "DataError",
    "DefinitionError",
    "HistoryError",
    "MissingExtraError",
    "MissingFileError",
    "TimeError",
    "TransitionNotAllowedError",
    "UnknownNameError",
    "UsageError",
    "UsageTypeError",
]


class CustlifeError(Exception):
    """Anything that custlife refuses; catch this to catch them all.

    Attributes:
        what: What is wrong, in the caller's words.
        hint: What to type or look at instead; empty where there is nothing to add.
        where: The place: a path such as `customers[3].moves[1].at`, or `row 17`; else empty.

    Examples:
        >>> print(CustlifeError("as_of=3 is not a time", hint="pass a datetime", where="row 2"))
        as_of=3 is not a time @ row 2
        <BLANKLINE>
        Hint: pass a datetime
    """

    def __init__(self, what: str, hint: str = "", where: str = "") -> None:
        super().__init__(what, hint, where)
        self.what = what
        self.hint = hint
        self.where = where

    def __str__(self) -> str:
        text = f"{self.what} @ {self.where}" if self.where else self.what
        return f"{text}\n\nHint: {self.hint}" if self.hint else text


class DefinitionError(CustlifeError, ValueError):
    """A declaration (model, question, rule, target) that contradicts itself."""


class UsageError(CustlifeError, ValueError):
    """An argument whose value cannot be used."""


class UsageTypeError(CustlifeError, TypeError):
    """An argument of a type that cannot be used."""


class TimeError(CustlifeError, ValueError):
    """A time that names no single instant: naive, skipped, repeated or unreadable."""


class UnknownNameError(CustlifeError, LookupError):
    """A name that was never declared.

    Attributes:
        name: The unknown name.
        known: The names there are.
    """

    def __init__(self, kind: str, name: object, known: Iterable[str], where: str = "") -> None:
        self.kind = kind
        self.name = name
        self.known: tuple[str, ...] = tuple(known)
        super().__init__(f"unknown {kind} {name!r}", nearest(name, self.known), where)

    def __reduce__(self) -> tuple[type[UnknownNameError], tuple[Any, ...], dict[str, Any]]:
        return type(self), (self.kind, self.name, self.known, self.where), self.__dict__


class DataError(CustlifeError, ValueError):
    """Rows that cannot be used, collected so that one load reports them all.

    Attributes:
        problems: One `(where, what)` for each bad row, in the order of the input.
    """

    SHOWN = 5

    def __init__(self, what: str, problems: Sequence[tuple[str, str]] = (), hint: str = "") -> None:
        self.problems: tuple[tuple[str, str], ...] = tuple(problems)
        super().__init__(what, hint)

    def __str__(self) -> str:
        lines = [f"  {where}: {what}" for where, what in self.problems[: self.SHOWN]]
        more = len(self.problems) - self.SHOWN
        if more > 0:
            lines.append(f"  ... and {more} more")
        text = "\n".join([self.what, *lines])
        return f"{text}\n\nHint: {self.hint}" if self.hint else text

    def __reduce__(self) -> tuple[type[DataError], tuple[Any, ...], dict[str, Any]]:
        return type(self), (self.what, self.problems, self.hint), self.__dict__


class HistoryError(DataError):
    """Rows that are each fine but contradict one another."""


class MissingFileError(DataError, FileNotFoundError):
    """A path at which no file is."""


class TransitionNotAllowedError(CustlifeError, ValueError):
    """A move that the model, its policy or a guard refuses; nothing was changed.

    The text is made only when it is read, since an app may refuse a million moves.

    Attributes:
        customer: Id of the customer.
        from_stage: Where the customer is; None before the first stage.
        to_stage: Where the move would have led.
        allowed: The stages that may come next.
        why: The reason, when it is not simply the policy.
    """

    def __init__(
        self,
        customer: str,
        from_stage: str | None,
        to_stage: str,
        allowed: tuple[str, ...] = (),
        why: str = "",
    ) -> None:
        Exception.__init__(self, customer, from_stage, to_stage, allowed, why)
        self.customer = customer
        self.from_stage = from_stage
        self.to_stage = to_stage
        self.allowed = allowed
        self.why = why

    @property
    def what(self) -> str:  # type: ignore[override]  # the base keeps a text; made when read here: a refusal costs no words
        """What was refused, and why."""
        start = "the start" if self.from_stage is None else repr(self.from_stage)
        text = f"customer {self.customer!r} cannot move from {start} to {self.to_stage!r}"
        return f"{text}: {self.why}" if self.why else text

    @property
    def hint(self) -> str:  # type: ignore[override]  # the base keeps a text; made when read here: a refusal costs no words
        """The stages that may come next."""
        start = "the start" if self.from_stage is None else repr(self.from_stage)
        names = ", ".join(map(repr, self.allowed)) or "nothing"
        return f"allowed from {start}: {names}."

    where = ""


class MissingExtraError(CustlifeError, ImportError):
    """A feature whose optional package is not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        self.feature = feature
        self.extra = extra
        super().__init__(f"{feature} needs the extra {extra!r}", f"pip install 'custlife[{extra}]'")

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str], dict[str, Any]]:
        return type(self), (self.feature, self.extra), self.__dict__


def nearest(name: object, known: Iterable[str]) -> str:
    """A hint that names the closest known name, or lists them.

    Examples:
        >>> nearest("trail", ["trial", "active"])
        "did you mean 'trial'? There are: 'trial', 'active'"
    """
    names = list(known)
    close = close_names(name, names)
    listed = ", ".join(map(repr, names[:20])) + (", ..." if len(names) > 20 else "")
    there_are = f"there are: {listed}" if names else "there are none"
    return f"did you mean {close[0]!r}? T{there_are[1:]}" if close else there_are


def close_names(name: object, known: Iterable[str]) -> list[str]:
    """The known name that is spelled most like another, if one is near.

    Examples:
        >>> close_names("trail", ["trial", "active"]), close_names("paid", ["trial"])
        (['trial'], [])
    """
    from difflib import get_close_matches

    return get_close_matches(str(name), list(known), n=1, cutoff=0.6)
