"""What all declared scores share: they are data, and go to documents and come back equal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from custlife.documents import Documented
from custlife.errors import DefinitionError, UsageTypeError
from custlife.scoring.points import shortly

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from custlife.scoring.framed import FrameScores

__all__ = ["Declared", "check_names"]


class Declared(Documented):
    """A score as data: nothing in it is code, and nothing of a document is evaluated."""

    __slots__ = ()

    DOCUMENT = "score"
    KIND: ClassVar[str]

    def to_dict(self) -> dict[str, Any]:
        """The score as plain values, without what was left at its default."""
        from custlife.scoring.document import written

        return written(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], *, name: str = "score") -> Self:
        """The score that plain values describe.

        Raises:
            DataError: With all faults and their paths; also where it is a score of another kind.
        """
        from custlife.scoring.document import read

        return read(document, name, cls)

    def on_frame(
        self, frame: Any, *, columns: Mapping[str, str] | None = None, customer_col: str | None = None
    ) -> FrameScores:
        """The scores of a data frame with one row for each customer, equal to the scores one by one.

        What a rule reads has been counted already and stands in a column: of facts in the one of their name, of
        everything else in the one that is called like the measure, criterion or rule; `Rfm` reads `recency` (days),
        `frequency` and `monetary`. Nulls and NaN are unknown. Needs the extra `custlife[frames]`.

        Args:
            frame: A frame of pandas, Polars, PyArrow or DuckDB, or anything else with an Arrow stream.
            columns: Measure, override, criterion or rule to the column that holds it, where it is called otherwise.
            customer_col: Column with ids to keep beside the scores.

        Raises:
            DataError: A column that is not there, or purchases with a date but no number.
            UsageTypeError: Not a frame, a value that cannot be rated, or a function among the scorers.
            UsageError: A measure goes stale or a behavior fades, which a column without dates cannot tell.

        Examples:
            >>> import pandas as pd
            >>> from custlife.scoring import HealthScore, fact, measure
            >>> health = HealthScore([measure("logins", fact("logins"), worst=0, best=20)])
            >>> health.on_frame(pd.DataFrame({"logins": [5, 30, None]})).values.tolist()
            [25.0, 100.0, nan]
        """
        from custlife.scoring.framed import score_frame

        return score_frame(self, frame, columns, customer_col)


class Named(Protocol):
    """What has a name."""

    @property
    def name(self) -> object:
        """What it is called."""
        ...


def check_names(what: str, given: Sequence[object], *kinds: type[Named], some: bool = True) -> None:
    """Refuse what is of no such type, has no name, or shares it with another.

    Raises:
        DefinitionError: There is none, or two have one name.
        UsageTypeError: Something of another type.
    """
    if some and not given:
        raise DefinitionError(f"there is no {what}", f"declare at least one {what}")
    names = []
    for place, one in enumerate(given):
        if not isinstance(one, kinds):
            known = [kind.__name__ for kind in kinds]
            makers = " or ".join(f"{name.lower()}(...)" for name in known)
            raise UsageTypeError(
                f"{what}[{place}]={shortly(one)} is not a {' or '.join(known)}", f"make one with {makers}"
            )
        name = one.name
        if not isinstance(name, str) or not name.strip():
            raise UsageTypeError(f"{what}[{place}] has name={shortly(name)}", "give it a text that is not empty")
        if name in names:
            raise DefinitionError(f"two of them are called {name!r}: {what}[{place}]", "give each its own name")
        names.append(name)
