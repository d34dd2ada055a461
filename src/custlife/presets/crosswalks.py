"""From one model to another: the crosswalk, and the translation of customers through it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs

from custlife.errors import DataError, UnknownNameError, UsageError, UsageTypeError
from custlife.presets.places import Pairing, pair
from custlife.stages.declaration import check_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.customers import Customer
    from custlife.pictures import Table
    from custlife.stages import StageModel

__all__ = ["Crosswalk", "Undecided", "crosswalk"]

Undecided: TypeAlias = Literal["raise", "drop", "nearest"]


@attrs.frozen(repr=False)
class Crosswalk:
    """What each stage of one model is in another. Iterating gives a `Pairing` for each; it prints as a table.

    Attributes:
        source: The model to translate from.
        target: The model to translate to.
        pairings: One for each stage, unplaced stage and exit of the source, in order of rank.

    Examples:
        >>> from custlife import presets
        >>> walk = crosswalk(presets.wason7, presets.reach5)
        >>> walk["acquisition"].to, walk.false_friends
        (('conversion',), ('acquisition',))
    """

    source: StageModel
    target: StageModel
    pairings: tuple[Pairing, ...]

    def __getitem__(self, key: str) -> Pairing:
        for found in self.pairings:
            if found.stage == key:
                return found
        raise UnknownNameError("stage", key, self.source.codes, f"model {self.source.name!r}")

    def __iter__(self) -> Iterator[Pairing]:
        return iter(self.pairings)

    def __len__(self) -> int:
        return len(self.pairings)

    def __contains__(self, key: object) -> bool:
        return any(key in (found.stage, found) for found in self.pairings)

    @property
    def mapping(self) -> dict[str, str]:
        """From stage to stage, for those that are decided only."""
        return {found.stage: found.to[0] for found in self.pairings if found.decided}

    @property
    def nearest(self) -> dict[str, str]:
        """From stage to stage, with the likeliest or else the nearest one for those that are not decided."""
        return {found.stage: found.guess for found in self.pairings if found.guess is not None}

    @property
    def suggested(self) -> dict[str, str]:
        """From stage to the likeliest stage, for those that are ambiguous; what `choose` takes, once you agree."""
        return {found.stage: found.to[0] for found in self.ambiguous}

    @property
    def ambiguous(self) -> tuple[Pairing, ...]:
        """Those that may be several stages, or one that only partly stands there."""
        return tuple(found for found in self.pairings if found.verdict == "ambiguous")

    @property
    def unmapped(self) -> tuple[Pairing, ...]:
        """Those that are nothing in the other model."""
        return tuple(found for found in self.pairings if found.verdict == "none")

    @property
    def false_friends(self) -> tuple[str, ...]:
        """Keys of the stages whose name the other model uses as well, for another place on the spine."""
        return tuple(stage.key for stage in self.source.stages if self._misleads(stage.key))

    def translate(self, customer: Customer, *, undecided: Undecided = "raise") -> Customer:
        """The customer with the same history, told in the stages of the other model.

        Moves keep everything but their stage. Two moves into what is one stage there are both kept; the second is
        then no change, and no leg.

        Args:
            customer: A customer on the model that the crosswalk starts from.
            undecided: What to do about moves into a stage that is ambiguous or nothing in the other model: `"raise"`,
                `"drop"` them (the customer stays where they were), or take the `"nearest"` stage.

        Raises:
            DataError: Moves whose stage is undecided, each with the stages it may be.
            UsageError: The customer is on another model, or `undecided` is none of the three.
        """
        from custlife.customers import Customer

        if undecided not in ("raise", "drop", "nearest"):
            raise UsageError(f"undecided={undecided!r} is unknown", "pass 'raise', 'drop' or 'nearest'")
        given: object = customer
        if not isinstance(given, Customer):
            raise UsageTypeError(
                f"customer={given!r} is not a Customer", "a whole log goes by log.translate(crosswalk)"
            )
        if customer.model != self.source:
            what = f"customer {customer.id!r} is on model {customer.model.name!r}, not on {self.source.name!r}"
            raise UsageError(what, "make the crosswalk from customer.model")
        stages = self.nearest if undecided == "nearest" else self.mapping
        missing = [(index, move.to_stage) for index, move in enumerate(customer.moves) if move.to_stage not in stages]
        if missing and undecided != "drop":
            raise DataError(
                f"customer {customer.id!r} has {len(missing)} moves that have no stage in {self.target.name!r}",
                [(f"moves[{index}] into {stage!r}", _told(self[stage])) for index, stage in missing],
                _way_out(self[missing[0][1]], self.target),
            )
        kept = [move for move in customer.moves if move.to_stage in stages]
        moves = [attrs.evolve(move, to_stage=stages[move.to_stage]) for move in kept]
        return attrs.evolve(customer, model=self.target, moves=tuple(moves))

    def picture(self) -> Table:
        """The crosswalk as a table."""
        from custlife.pictures import Table

        rows = [(found.stage, " or ".join(found.to) or None, found.verdict, found.reason) for found in self.pairings]
        friends = ", ".join(self.false_friends)
        note = f"Same name, other place: {friends}." if friends else ""
        title = f"From {self.source.name} to {self.target.name}"
        return Table((self.source.name, self.target.name, "verdict", "why"), rows, title, note)

    def __repr__(self) -> str:
        counts = f"{len(self.mapping)} decided, {len(self.ambiguous)} ambiguous, {len(self.unmapped)} unmapped"
        return f"<Crosswalk from {self.source.name} to {self.target.name}: {counts}>"

    def __str__(self) -> str:
        return self.picture().text(120)

    def _repr_html_(self) -> str:
        return self.picture().html()

    def _misleads(self, key: str) -> bool:
        try:
            namesake = self.target[self.target.resolve(key)]
        except UnknownNameError:
            return False
        return namesake.phase != self.source[key].phase


def crosswalk(source: StageModel, target: StageModel, *, choose: Mapping[str, str] | None = None) -> Crosswalk:
    """What each stage of one model is in another, by their places on the common spine and never by their names.

    A stage is decided when one stage of the other model stands chiefly at its chief place, and none at its second
    ones, or when both models divide the place alike. It is ambiguous when several come into question, or when one
    only covers it besides. Exits go by their meaning, else by whether one may come back from them.

    Args:
        source: The model to translate from.
        target: The model to translate to.
        choose: Your decisions, from stages of `source` to stages of `target`.

    Raises:
        UnknownNameError: `choose` names a stage that its model does not have.

    Examples:
        >>> from custlife import presets
        >>> crosswalk(presets.bruxt5, presets.deepstash6).suggested
        {'retention': 'loyal_customer'}
    """
    check_model(source, "source")
    check_model(target, "target")
    if not isinstance(choose, Mapping | None):
        raise UsageTypeError(f"choose={choose!r} is not a mapping", 'write choose={"retention": "loyal_customer"}')
    chosen = dict(choose or {})
    for key, to in chosen.items():
        _known(source, key)
        _known(target, to)
    return Crosswalk(source, target, tuple(_pairing(key, source, target, chosen) for key in source.codes))


def _pairing(key: str, source: StageModel, target: StageModel, chosen: Mapping[str, str]) -> Pairing:
    if key in chosen:
        return Pairing(key, "chosen", (chosen[key],), "your choice")
    return pair(source[key], source, target)


def _known(model: StageModel, key: str) -> None:
    if key not in model:
        raise UnknownNameError("stage", key, model.codes, f"choose for model {model.name!r}")


def _told(pairing: Pairing) -> str:
    return f"{pairing.reason}; it may be {' or '.join(pairing.to)}" if pairing.to else pairing.reason


def _way_out(pairing: Pairing, target: StageModel) -> str:
    to = pairing.guess or target.keys[0]
    return f"decide with crosswalk(a, b, choose={{{pairing.stage!r}: {to!r}}}), or pass undecided='drop' or 'nearest'"
