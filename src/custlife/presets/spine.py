"""The common spine: the places on which stages of any model can be compared, and what holds at a place by default."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SPINE", "complete", "ids", "read"]

SPINE = (
    "reach",
    "acquire",
    "evaluate",
    "convert",
    "onboard",
    "adopt",
    "value",
    "retain",
    "expand",
    "advocate",
    "lapsed",
)
"""Places in order, from the first contact to praise; `lapsed` is off the line."""

DEFAULTED = ("needs", "owners", "entered_by", "touchpoints", "content", "metrics", "drops")
"""Fields of a stage that a place of the spine has defaults for."""


def read(path: str) -> dict[str, Any]:
    """A TOML file of this package."""
    import tomllib
    from importlib.resources import files

    return tomllib.loads(files("custlife.presets").joinpath(path).read_text(encoding="utf-8"))


def ids(source: str) -> tuple[str, ...]:
    """The source ids that a citation names.

    Examples:
        >>> ids("bruxt-article, catalyst-map")
        ('bruxt-article', 'catalyst-map')
    """
    return tuple(name.strip() for name in source.split(",") if name.strip())


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """The document of a model, with what its stages are silent about taken from the spine.

    A default counts as inferred, unless everything it rests on is among the sources of the model itself.
    """
    own = ids(document["cited"]["source"])
    groups = {name: [_completed(stage, own) for stage in document[name]] for name in _GROUPS if name in document}
    return {**document, **groups}


_GROUPS = ("stages", "exits", "unplaced")


@cache
def _places() -> Mapping[str, Mapping[str, Any]]:
    return read("spine.toml")


def _completed(stage: Mapping[str, Any], own: tuple[str, ...]) -> dict[str, Any]:
    """One stage with its defaults, and a citation that says which fields are inferred."""
    if "phase" not in stage:
        return dict(stage)
    place = _places()[stage["phase"]]
    silent = [name for name in DEFAULTED if name not in stage]
    stated = [name for name in silent if name in place["cited"] and own_words(place["cited"][name], own)]
    cited = stage["cited"]
    sources = [*ids(cited["source"]), *(source for name in stated for source in place["cited"][name])]
    placed = [name for name in ("phase", "also") if name in stage]
    inferred = [*cited.get("inferred", ()), *(name for name in silent if name not in stated), *placed]
    citation = {**cited, "source": ", ".join(dict.fromkeys(sources)), "inferred": inferred}
    return {**stage, **{name: place[name] for name in silent}, "cited": citation}


def own_words(sources: list[str], own: tuple[str, ...]) -> bool:
    """Whether a default rests on nothing but the model's own sources."""
    return set(sources) <= set(own)
