"""Fields: reading a table key by key, so that nothing is overlooked and all faults are found at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from custlife.documents.values import short
from custlife.errors import CustlifeError, DataError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def refuse(name: str, problems: list[tuple[str, str]]) -> None:
    """Raise the faults that reading a document has collected, if there are any."""
    if problems:
        raise _unreadable(name, problems)


def _unreadable(name: str, problems: list[tuple[str, str]]) -> DataError:
    return DataError(f"{name} cannot be read", problems)


class Fields:
    """One table of a document while it is read: every key is asked for once, and what is left over is a fault.

    Faults are collected in a list that all tables of a document share, and defaults stand in for them, so that one
    reading finds them all; `refuse` raises them in the end.

    Args:
        document: The value that should be a table.
        where: Its path; empty for the document itself.
        problems: Where faults go, as `(path, what)`.

    Examples:
        >>> problems = []
        >>> fields = Fields({"name": "saas", "verison": 2}, "", problems)
        >>> fields.text("name"), fields.whole("version", 1), fields.close(), problems[0][0]
        ('saas', 1, None, 'verison')
    """

    __slots__ = ("_asked", "_document", "_problems", "_sound", "_table", "where")

    def __init__(self, document: object, where: str, problems: list[tuple[str, str]]) -> None:
        self.where: str = where
        self._problems = problems
        self._asked: list[str] = []
        self._document: dict[str, Any] = document if isinstance(document, dict) else {}
        self._sound = self._table = isinstance(document, dict)
        if not self._table:
            problems.append((where or "$", f"{short(document)} is not a table"))

    @property
    def faults(self) -> int:
        """How many faults have been noted so far, in all tables of the document."""
        return len(self._problems)

    def __contains__(self, key: str) -> bool:
        return key in self._document

    def raw(self, key: str, default: Any = None) -> Any:
        """The value of a key, whatever it is."""
        self._asked.append(key)
        return self._document.get(key, default)

    def text(self, key: str, default: str = "") -> str:
        """A text."""
        return str(self._typed(key, str, "a text", default))

    def optional_text(self, key: str) -> str | None:
        """A text; None where the key is missing."""
        return self.text(key) if key in self._document else self.raw(key)

    def required_text(self, key: str) -> str:
        """A text that must be there."""
        if self._table and key not in self._document:
            self.fault(key, "the key is missing")
        return self.text(key)

    def whole(self, key: str, default: int) -> int:
        """A whole number."""
        value: int = self._typed(key, int, "a whole number", default)
        return value

    def flag(self, key: str) -> bool:
        """True or false; false where the key is missing."""
        return bool(self._typed(key, bool, "true or false", False))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where the key is missing."""
        return tuple(v for i, v in enumerate(self.items(key)) if self._is(v, str, f"{key}[{i}]", "a text"))

    def items(self, key: str) -> list[Any]:
        """A list of anything; empty where the key is missing."""
        value: list[Any] = self._typed(key, list, "a list", [])
        return value

    def table(self, key: str) -> Fields | None:
        """A table; None where the key is missing."""
        value = self.raw(key)
        return Fields(value, self.path(key), self._problems) if key in self._document else None

    def values(self, key: str) -> dict[str, Any]:
        """A table whose keys are names of any kind, as it is; empty where the key is missing."""
        value: dict[str, Any] = self._typed(key, dict, "a table", {})
        return value

    def tables(self, key: str) -> list[Fields] | None:
        """A list of tables; None where the key is missing."""
        values = self.items(key)
        if key not in self._document:
            return None
        return [Fields(value, f"{self.path(key)}[{index}]", self._problems) for index, value in enumerate(values)]

    def close(self) -> None:
        """Every key that nobody asked for is a fault."""
        for key in self._document:
            if key not in self._asked:
                self.fault(key, f"unknown key {key!r}; {nearest(key, self._asked)}")

    def build(self, make: Callable[..., T], *args: Any, **kwargs: Any) -> T | None:
        """What a constructor makes of the fields; None where it refuses them, which is a fault of this table.

        A table that has a fault already is not built: what a default stands in for would only bring more.
        """
        if not self._sound:
            return None
        try:
            return make(*args, **kwargs)
        except CustlifeError as error:
            self._problems.append((self.where or "$", f"{error.what}; {error.hint}" if error.hint else error.what))
            return None

    def made(self, name: str, make: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        """What a constructor makes of a whole document, once all of it has been read.

        Raises:
            DataError: With all faults and their paths.
        """
        refuse(name, self._problems)
        found = self.build(make, *args, **kwargs)
        if found is None:
            raise _unreadable(name, self._problems)
        return found

    def fault(self, key: str, what: str) -> None:
        """Note that something is wrong with a key."""
        self._sound = False
        self._problems.append((self.path(key), what))

    def path(self, key: str) -> str:
        """Path of a key."""
        return f"{self.where}.{key}" if self.where else key

    def _typed(self, key: str, kind: type, called: str, default: Any) -> Any:
        value = self.raw(key, default)
        return value if self._is(value, kind, key, called) else default

    def _is(self, value: object, kind: type, key: str, called: str) -> bool:
        # True is an int in Python and a fault in a document
        fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        if not fits:
            self.fault(key, f"{short(value)} is not {called}")
        return fits
