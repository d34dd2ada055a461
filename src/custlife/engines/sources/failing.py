"""What goes wrong in several partitions at once, told as one error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Generic, TypeVar

import attrs

from custlife.errors import CustlifeError, DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = ["Trying", "one_of", "sound"]

P = TypeVar("P")
T = TypeVar("T")


@attrs.frozen
class Trying(Generic[P, T]):
    """Some work that hands back its error instead of raising it: other partitions may have more of that."""

    work: Callable[[P], T]

    def __call__(self, part: P) -> T | CustlifeError:
        """What the work makes of a part, or its error."""
        try:
            return self.work(part)
        except CustlifeError as error:
            return error


def sound(results: Iterable[T | CustlifeError]) -> Iterator[T]:
    """The results as they come, as long as none of them is an error.

    Raises:
        CustlifeError: The errors as one, when all are there.
    """
    errors: list[CustlifeError] = []
    for result in results:
        if isinstance(result, CustlifeError):
            errors.append(result)
        elif not errors:
            yield result
    if errors:
        raise one_of(errors)


def one_of(errors: Sequence[Exception]) -> Exception:
    """The errors of some partitions as one, as if there were one partition; there is at least one.

    What is not about rows comes first. Rows have no order among partitions: they are listed in the order of their
    places.
    """
    about_rows: list[DataError] = []
    for error in errors:
        if not isinstance(error, DataError) or not error.problems:
            return error
        about_rows.append(error)
    first = min(about_rows, key=lambda error: error.problems[0])
    alike = [error for error in about_rows if type(error) is type(first) and _many(error) == _many(first)]
    if len(alike) == 1:
        return first
    problems = sorted((problem for error in alike for problem in error.problems), key=lambda problem: problem[0])
    return type(first)(_many(first).format(f"{len(problems):,}"), problems, first.hint)


def _many(error: DataError) -> str:
    """What is wrong with many rows or units, with `{}` for their number."""
    what = error.what.replace("{", "{{").replace("}", "}}")
    unit = re.split(r" ['\"\d]", error.problems[0][0], maxsplit=1)[0]
    counted = rf"^[\d,]+ (row|{re.escape(unit)})s?( has)?\b"
    return re.sub(counted, lambda found: f"{{}} {found[1]}s{' have' if found[2] else ''}", what)
