"""The texts of a model: keys, names and prose, made comparable and kept free of what no document can hold."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from custlife.errors import DefinitionError, UsageTypeError

_LINES = frozenset("\n\t")


def is_slug(key: object) -> bool:
    """Whether a key is a lower-case ASCII word: a letter, then letters, digits and underscores."""
    return (
        isinstance(key, str)
        and key.isascii()
        and key[:1].isalpha()
        and key.replace("_", "a").isalnum()
        and key == key.lower()
    )


def slug(text: str) -> str:
    """The key nearest to a text; `stage` where nothing of it can stand in a key.

    Examples:
        >>> slug("Café visit (2nd)"), slug("2nd visit"), slug("???")
        ('cafe_visit_2nd', 'stage_2nd_visit', 'stage')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    joined = "_".join(words)
    return joined if is_slug(joined) else "_".join(["stage", *words])


def fold(text: str) -> str:
    """What two spellings of one name have in common: case, spaces, hyphens, underscores and Unicode form are gone.

    Examples:
        >>> fold(" Lost-to  Competitor") == fold("lost_to_competitor")
        True
    """
    joined = " ".join(text.replace("_", " ").replace("-", " ").split()).casefold()
    return joined if joined.isascii() else unicodedata.normalize("NFC", joined)


def tidy(value: Any) -> Any:
    """A text in its composed Unicode form; anything else as it is, for a check to refuse."""
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


def tidy_name(value: Any) -> Any:
    """A text as `tidy` gives it, without spaces around it."""
    return tidy(value).strip() if isinstance(value, str) else value


def tidy_all(values: Iterable[str]) -> Any:
    """Texts as a tuple; what is no list is passed on, for a check to refuse."""
    return tuple(map(tidy, values)) if _is_list(values) else values


def listed(name: str, values: Iterable[Any]) -> tuple[Any, ...]:
    """Values as a tuple.

    Raises:
        UsageTypeError: It is a single value, a mapping, or a set, whose order would change from run to run.
    """
    if _is_list(values):
        return tuple(values)
    raise UsageTypeError(f"{name}={values!r} is not a list", f"write {name}=[...], in the order that counts")


def _is_list(values: object) -> bool:
    return isinstance(values, Iterable) and not isinstance(values, str | bytes | set | frozenset | Mapping)


def check_text(what: str, value: object, *, lines: bool = False, blank: bool = True) -> None:
    """Refuse what is not a text, holds control characters or half characters, or is blank where it may not be."""
    if not isinstance(value, str):
        raise UsageTypeError(f"{what}={value!r} is not a text", f"pass a str, not {type(value).__name__}")
    if not blank and not value.strip():
        raise DefinitionError(f"{what}={value!r} is empty", "write a text or leave it out")
    if value.isprintable():
        return
    for char in value:
        if unicodedata.category(char) in ("Cc", "Cs") and not (lines and char in _LINES):
            raise DefinitionError(f"{what}={value!r} contains {char!r}", "drop the control or half character")


def check_texts(what: str, values: Any) -> None:
    """Refuse what is not a tuple of texts with something in them."""
    if isinstance(values, str):
        raise UsageTypeError(f"{what}={values!r} is one text, not several", f"write {what}=[{values!r}]")
    for index, value in enumerate(listed(what, values)):
        check_text(f"{what}[{index}]", value, lines=True, blank=False)


def arrow(from_stage: str | None, to_stage: str) -> str:
    """A transition in the words of an error."""
    return f"{'the start' if from_stage is None else repr(from_stage)} -> {to_stage!r}"


def check_version(value: object) -> None:
    """Refuse what does not count versions."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise DefinitionError(f"version={value!r} is not a whole number from 1", "pass version=1 or more")


def plural(n: int, word: str) -> str:
    """A word in the number that fits.

    Examples:
        >>> plural(1, "customer"), plural(2, "stay"), plural(2, "company")
        ('customer', 'stays', 'companies')
    """
    if n == 1:
        return word
    return f"{word[:-1]}ies" if word.endswith("y") and word[-2:-1] not in "aeiou" else f"{word}s"
