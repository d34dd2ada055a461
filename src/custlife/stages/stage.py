"""What a model is made of: stages, with what one knows about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import attrs

from custlife.errors import DefinitionError, UsageTypeError
from custlife.stages.text import check_text, check_texts, fold, is_slug, slug, tidy, tidy_all, tidy_name

if TYPE_CHECKING:
    from custlife.stages.citation import Citation

__all__ = ["Exit", "Stage", "stage"]

Exit = Literal["paused", "ended"]

_NAMES = ("key", "label", "phase")
_PROSE = ("about", "entered_by")
_LISTS = (
    "also",
    "needs",
    "attitudes",
    "behaviors",
    "process",
    "owners",
    "touchpoints",
    "content",
    "metrics",
    "drops",
    "aliases",
)
INFERABLE = frozenset((*_NAMES, *_PROSE, *_LISTS, "exit"))


@attrs.frozen(repr=False)
class Stage:
    """A place in a lifecycle, with what is known about it. Empty means unknown.

    Attributes:
        key: Slug that data, code and documents use: a lower-case letter, then letters, digits and underscores.
        label: Name for people; made from the key where none is given.
        about: What the stage is.
        phase: Its place on the common spine, so that models can be compared.
        also: Other places on the spine that it could stand at.
        needs: What the customer wants here.
        attitudes: What the customer thinks and feels here.
        behaviors: What the customer does here.
        process: What we do to move them on.
        owners: Teams in charge.
        entered_by: The action that brings them here.
        touchpoints: Where we meet.
        content: What we show or send.
        metrics: What is measured here.
        drops: Why people leave from here.
        aliases: Other spellings in data.
        exit: `"paused"` for an exit that one may come back from, `"ended"` for a final one, else None.
        cited: Where this stands in writing.

    Raises:
        DefinitionError: The key is not a slug, or a text cannot be used.

    Examples:
        >>> Stage("trial", owners=["Sales"])
        Stage('trial', owners=('Sales',))
        >>> Stage("lost_to_competitor", exit="paused").label
        'Lost to competitor'
    """

    key: str
    label: str = attrs.field(default="", converter=tidy_name)
    about: str = attrs.field(default="", converter=tidy, kw_only=True)
    phase: str = attrs.field(default="", converter=tidy_name, kw_only=True)
    also: tuple[str, ...] = attrs.field(default=(), converter=tidy_all, kw_only=True)
    needs: tuple[str, ...] = attrs.field(default=(), converter=tidy_all, kw_only=True)
    attitudes: tuple[str, ...] = attrs.field(default=(), converter=tidy_all, kw_only=True)
    behaviors: tuple[str, ...] = attrs.field(default=(), converter=tidy_all, kw_only=True)
    process: tuple[str, ...] = attrs.field(default=(), converter=tidy_all, kw_only=True)
    owners: tuple[str, ...] = attrs.field(default=(), converter=tidy_all, kw_only=True)
    entered_by: str = attrs.field(default="", converter=tidy, kw_only=True)
    touchpoints: tuple[str, ...] = attrs.field(default=(), converter=tidy_all, kw_only=True)
    content: tuple[str, ...] = attrs.field(default=(), converter=tidy_all, kw_only=True)
    metrics: tuple[str, ...] = attrs.field(default=(), converter=tidy_all, kw_only=True)
    drops: tuple[str, ...] = attrs.field(default=(), converter=tidy_all, kw_only=True)
    aliases: tuple[str, ...] = attrs.field(default=(), converter=tidy_all, kw_only=True)
    exit: Exit | None = attrs.field(default=None, kw_only=True)
    cited: Citation | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _check_key(self.key)
        if self.label == "":
            object.__setattr__(self, "label", label_of(self.key))
        for name in _NAMES:
            check_text(name, getattr(self, name))
        for name in _PROSE:
            check_text(name, getattr(self, name), lines=True)
        for name in _LISTS:
            check_texts(name, getattr(self, name))
        if self.exit not in (None, "paused", "ended"):
            raise DefinitionError(f"stage {self.key!r} has exit={self.exit!r}", "pass exit='paused' or exit='ended'")
        _check_citation(self)

    def __repr__(self) -> str:
        said = (f"{name}={value!r}" for name, value in spoken(self).items() if name not in ("key", "label"))
        label = () if self.label == label_of(self.key) else (repr(self.label),)
        return f"Stage({', '.join((repr(self.key), *label, *said))})"

    def __str__(self) -> str:
        return self.label


def stage(label: str, **fields: Any) -> Stage:
    """A stage from the name that people use; the key is made from it.

    Args:
        label: Name of the stage.
        **fields: Other fields of `Stage`.

    Examples:
        >>> stage("Marketing qualified lead", aliases=["MQL"]).key
        'marketing_qualified_lead'
    """
    check_text("label", label, blank=False)
    return Stage(slug(label), label, **fields)


def label_of(key: str) -> str:
    """The label that a key stands for by itself."""
    return key.replace("_", " ").capitalize()


def spoken(value: Stage | Citation) -> dict[str, Any]:
    """The fields of a stage or citation that say something, in order of declaration."""
    fields = ((field.name, getattr(value, field.name)) for field in attrs.fields(type(value)))
    return {name: said for name, said in fields if said not in ("", (), None, False)}


def _check_key(key: object) -> None:
    if is_slug(key):
        return
    if not isinstance(key, str):
        raise UsageTypeError(f"stage key={key!r} is not a text", "pass a str such as 'trial'")
    hint = f"write Stage({slug(key)!r}, {key!r})"
    if slug(key) == "stage" != fold(key):  # nothing of it can stand in a key, and two such keys would be one
        hint = f"keys are of ASCII letters: write Stage('a_key_of_yours', {key!r})"
    raise DefinitionError(f"stage key {key!r} is not a slug", hint)


def _check_citation(checked: Stage) -> None:
    if checked.cited is None:
        return
    # most stages cite nothing, and an import should not pay for a class it does not need
    from custlife.stages.citation import Citation

    if not isinstance(checked.cited, Citation):
        raise UsageTypeError(f"cited={checked.cited!r} is not a Citation", "write cited=Citation('where it stands')")
    unknown = [name for name in checked.cited.inferred if name not in INFERABLE]
    if unknown:
        raise DefinitionError(
            f"stage {checked.key!r} cites unknown inferred fields {unknown}",
            f"name fields of Stage: {', '.join(sorted(INFERABLE))}",
        )
