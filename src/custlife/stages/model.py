"""The stage model: a path of stages with its exits, to ask, edit, compare, store and draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from custlife.stages.declaration import DEFAULT_EXITS, Declaration, check_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from custlife.pictures import Boxes, Table
    from custlife.stages.diff import ModelDiff
    from custlife.stages.edit import Edit, StageMapping
    from custlife.stages.law import Policy
    from custlife.stages.stage import Stage
    from custlife.stages.transition import Transition

__all__ = ["DEFAULT_EXITS", "StageModel"]


class StageModel(Declaration):
    """A lifecycle as data: frozen, hashable, comparable by value, picklable. A broken one cannot be built.

    Iterating gives the stages of the path; `in` and `[]` know the exits and unplaced stages as well.

    Attributes:
        name: What the model is called in documents.
        stages: The path, in order. A text stands for `Stage(text)`.
        exits: Stages off the path by which one leaves. Not given: `DEFAULT_EXITS`, without those whose name the
            model uses for something else; under `declared` only those that a transition names.
        unplaced: Stages that are neither progress nor exit. The law treats them as paused.
        transitions: What the model says about single ways, beyond its policy.
        policy: What it allows besides: `"open"`, `"forward"`, `"stepwise"` or `"declared"`.
        customer_from: Key of the first stage at which one is a paying customer; None if there is none.
        version: Counts up with every edit.
        edits: What was renamed, inserted, removed, split and moved, and in which version.
        title: Name for people.
        about: What the model is for.
        cited: Where it stands in writing.

    Raises:
        DefinitionError: Everything that is wrong with the model, with a hint for each.

    Examples:
        >>> model = StageModel("saas", ["trial", "active", "loyal"], customer_from="active")
        >>> model.kind("trial", "loyal"), model.next_stages("loyal")[:2]
        (MoveKind.SKIP, ('trial', 'active'))
    """

    __slots__ = ()

    # -- editing -------------------------------------------------------------------------------------------------

    def rename(self, old: str, new: str, label: str | None = None) -> Self:
        """This model with a stage under another key; the old spellings become aliases.

        Args:
            old: Key that the stage has.
            new: Key that it gets.
            label: Its new name for people; not given: the old one, unless that was made from the key.

        Examples:
            >>> StageModel("crm", ["lead", "opp"]).rename("opp", "deal").resolve("opp")
            'deal'
        """
        from custlife.stages import editing

        return editing.renamed(self, old, new, label)

    def insert(
        self,
        stage: Stage | str,
        *,
        after: str | None = None,
        before: str | None = None,
        transitions: Iterable[Transition] = (),
    ) -> Self:
        """This model with one more stage, next to another one; an exit may come without a neighbour.

        Args:
            stage: The new stage.
            after: Key of the stage that it follows.
            before: Key of the stage that it precedes; exactly one of the two.
            transitions: What the model declares about it; under `declared` it needs a way in.

        Examples:
            >>> StageModel("crm", ["lead", "won"]).insert("offer", before="won").keys
            ('lead', 'offer', 'won')
        """
        from custlife.stages import editing

        return editing.inserted(self, stage, after, before, transitions)

    def remove(self, key: str, *, into: str | None = None) -> Self:
        """This model without a stage; transitions that named it go with it, unless another stage takes over.

        Args:
            key: Key of the stage.
            into: Key of the stage that takes over its history, transitions and spellings. Without it, histories
                that were at the stage cannot be migrated.
        """
        from custlife.stages import editing

        return editing.removed(self, key, into)

    def split(self, key: str, *, into: Sequence[Stage | str], default: str | None = None) -> Self:
        """This model with several stages in the place of one; ways in lead to the first, ways out from the last.

        Args:
            key: Key of the stage.
            into: The stages that take its place, in order.
            default: Key of the one that takes over history and old spellings. Without it, histories that were at
                the stage cannot be migrated.
        """
        from custlife.stages import editing

        return editing.split(self, key, into, default)

    def merge(self, *keys: str, into: str) -> Self:
        """This model with one stage in the place of several.

        Args:
            *keys: Keys of the stages.
            into: Key of the one that stays, or a new key, which stands where the first of them stood.

        Examples:
            >>> StageModel("crm", ["mql", "sql", "won"]).merge("mql", "sql", into="qualified").keys
            ('qualified', 'won')
        """
        from custlife.stages import editing

        return editing.merged(self, keys, into)

    def reorder(self, key: str, *, after: str | None = None, before: str | None = None) -> Self:
        """This model with a stage next to another one of its list."""
        from custlife.stages import editing

        return editing.reordered(self, key, after, before)

    def with_stage(self, key: str, /, **fields: Any) -> Self:
        """This model with other fields of a stage, such as `label=` or `owners=`.

        Examples:
            >>> StageModel("crm", ["mql"]).with_stage("mql", label="Qualified lead")["mql"].label
            'Qualified lead'
        """
        from custlife.stages import editing

        return editing.restaged(self, key, fields)

    def with_transition(self, transition: Transition) -> Self:
        """This model with a transition declared, in the place of one between the same stages."""
        from custlife.stages import editing

        return editing.with_transition(self, transition)

    def without_transition(self, from_stage: str | None, to_stage: str) -> Self:
        """This model with a transition no longer declared; the policy answers for the pair again."""
        from custlife.stages import editing

        return editing.without_transition(self, from_stage, to_stage)

    def with_policy(self, policy: Policy) -> Self:
        """This model under another policy."""
        from custlife.stages import editing

        return editing.evolved(self, policy=policy)

    def with_customer_from(self, key: str | None) -> Self:
        """This model with another first stage of paying customers."""
        from custlife.stages import editing

        return editing.evolved(self, customer_from=key)

    def with_name(self, name: str, title: str = "") -> Self:
        """This model under another name, as one's own; histories of the old one can still be migrated."""
        from custlife.stages import editing

        return editing.evolved(self, name=name, title=title or self.title)

    def with_version(self, version: int) -> Self:
        """This model under a version number of one's own: the edits since belong to that version."""
        from custlife.stages import editing

        return editing.versioned(self, version)

    def mapping_from(self, old: StageModel | int | Iterable[Edit]) -> StageMapping:
        """Where each stage of an older version of this model goes, by replaying the edits since.

        Args:
            old: The older model, its version number, or the edits that led from it to this one.

        Returns:
            Old keys to new ones; asking it for a stage that has no place here is an error that says why.

        Raises:
            UsageError: The other version is newer.

        Examples:
            >>> old = StageModel("crm", ["lead", "opp"])
            >>> old.rename("opp", "deal").mapping_from(old)["opp"]
            'deal'
        """
        from custlife.stages import editing

        return editing.mapping_from(self, old)

    def diff(self, other: StageModel) -> ModelDiff:
        """What changed from this model to another.

        Examples:
            >>> print(StageModel("crm", ["lead"]).diff(StageModel("crm", ["lead", "won"])))
            model 'crm' version 1 -> model 'crm' version 1
              + stage 'won'
        """
        from custlife.stages.diff import diff

        check_model(other, "other")
        return diff(self, other)

    # -- documents -----------------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """This model as plain values, in the format `custlife.model/1`."""
        from custlife.stages.document import model_to_dict

        return model_to_dict(self)

    def to_json(self) -> str:
        """This model as JSON; the same model gives the same text."""
        from custlife.documents import write_json

        return write_json(self.to_dict(), name=self._where)

    def to_toml(self) -> str:
        """This model as TOML; the same model gives the same text."""
        from custlife.documents import write_toml

        return write_toml(self.to_dict(), name=self._where)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The model that plain values describe.

        Raises:
            DataError: Everything that is wrong with them, each with its path.
        """
        from custlife.stages.document import model_from_dict

        return model_from_dict(cls, document)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """The model that a JSON text describes; nothing in it is evaluated.

        Raises:
            DataError: Everything that is wrong with it, each with its path.

        Examples:
            >>> model = StageModel("crm", ["lead", "won"])
            >>> StageModel.from_json(model.to_json()) == model
            True
        """
        from custlife.documents import read_json

        return cls.from_dict(read_json(text, name="model"))

    @classmethod
    def from_toml(cls, text: str | bytes) -> Self:
        """The model that a TOML text describes; nothing in it is evaluated.

        Raises:
            DataError: Everything that is wrong with it, each with its path.
        """
        from custlife.documents import read_toml

        return cls.from_dict(read_toml(text, name="model"))

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """The model that a `.json` or `.toml` file describes.

        Raises:
            DataError: Everything that is wrong with it, each with its path.
            MissingFileError: There is no such file.
            OSError: It may not be opened.
        """
        from custlife.documents import read_file
        from custlife.stages.document import model_from_dict

        return model_from_dict(cls, read_file(path), str(path))

    # -- showing -------------------------------------------------------------------------------------------------

    def picture(self) -> Boxes:
        """The stages as a diagram: the path from left to right, unplaced stages and exits below."""
        from custlife.stages import show

        return show.diagram(self)

    def journey_map(self) -> Table:
        """The designed journey as a table: per stage owner, needs, process, touchpoints, content, metrics."""
        from custlife.stages import show

        return show.journey(self)

    def to_mermaid(self) -> str:
        """The diagram as a Mermaid flowchart, for READMEs and wikis."""
        return self.picture().mermaid()

    def __repr__(self) -> str:
        from custlife.stages import show

        return show.line(self)

    def __str__(self) -> str:
        from custlife.stages import show

        return show.overview(self).text()

    def _repr_html_(self) -> str:
        from custlife.stages import show

        return show.overview(self).html() + self.picture().html()
