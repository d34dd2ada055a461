"""Citations: where a model or a stage is known from."""

from __future__ import annotations

import attrs

from custlife.errors import UsageTypeError
from custlife.stages.text import check_text, check_texts, tidy, tidy_all

__all__ = ["Citation"]


@attrs.frozen
class Citation:
    """Where a model or a stage stands in writing, and how much of it does.

    Attributes:
        source: Title, address or code of the source.
        inferred: Fields that are our inference; every other field that says something is the source's.
        reconstructed: Whether the list itself had to be pieced together, for no source gives it whole.
        notes: What a reader should know about the source.

    Examples:
        >>> Citation("S001", inferred=["needs"]).inferred
        ('needs',)
    """

    source: str = attrs.field(default="", converter=tidy)
    inferred: tuple[str, ...] = attrs.field(default=(), converter=tidy_all, kw_only=True)
    reconstructed: bool = attrs.field(default=False, kw_only=True)
    notes: tuple[str, ...] = attrs.field(default=(), converter=tidy_all, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_text("source", self.source, lines=True)
        check_texts("inferred", self.inferred)
        check_texts("notes", self.notes)
        if not isinstance(self.reconstructed, bool):
            raise UsageTypeError(f"reconstructed={self.reconstructed!r} is not a bool", "pass True or False")
