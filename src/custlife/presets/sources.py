"""The sources that presets cite by id."""

from __future__ import annotations

from functools import cache
from typing import Any

import attrs

from custlife.errors import UnknownNameError
from custlife.presets.spine import read

__all__ = ["Source", "source"]


@attrs.frozen
class Source:
    """Where facts stand in writing.

    Attributes:
        id: What citations name it by.
        name: Title, with author or publisher.
        url: Public address; empty where none is known.
        note: What to be careful about.
    """

    id: str
    name: str
    url: str = ""
    note: str = ""

    def __str__(self) -> str:
        return f"{self.name}, {self.url}" if self.url else self.name


def source(id: str) -> Source:
    """The source that a citation names.

    Args:
        id: One of the ids in `model.cited.source` or `stage.cited.source`, which are separated by commas.

    Raises:
        UnknownNameError: No source has that id.

    Examples:
        >>> source("paypro-answer").url
        'https://payproglobal.com/customer-lifecycle'
    """
    known = sources()
    if id not in known:
        raise UnknownNameError("source", id, known)
    return known[id]


@cache
def sources() -> dict[str, Source]:
    """Every source by its id."""
    tables: dict[str, Any] = read("sources.toml")
    return {id_: Source(id_, **fields) for id_, fields in tables.items()}
