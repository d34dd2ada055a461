"""The catalogue of presets: list them, find them, load them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, overload

import attrs

from custlife.errors import UnknownNameError, UsageTypeError
from custlife.presets.sources import source
from custlife.presets.spine import SPINE, complete, ids, read
from custlife.stages import Citation, StageModel

if TYPE_CHECKING:
    from custlife.pictures import Table

__all__ = ["LISTED", "Names", "Preset", "find", "get", "names"]

LISTED = {
    "deepstash6": 6,
    "bruxt5": 5,
    "catalyst8": 8,
    "wason7": 7,
    "saas9_payproglobal": 9,
    "imhoff4": 4,
    "traditional7": 7,
    "pombriant6": 6,
    "reach5": 5,
    "hubspot8": 8,
    "infusionsoft3": 3,
    "infusionsoft9": 9,
    "ecommerce4": 4,
    "sales_funnel": 5,
    "acquisition_funnel": 4,
    "saas9": 9,
    "agency5": 5,
    "clm5": 5,
}
"""Every preset, with the number of stages that its source lists; reconstructions last.

HubSpot's Other and PayPro's Churn are listed though they are no progress: there the path is one stage shorter.
"""


@attrs.frozen
class Preset:
    """One line of the catalogue.

    Attributes:
        name: What `get` takes.
        stages: Number of stages that the source lists; with what is off the path.
        title: What it is, in one line.
        source: Where the list stands.
        reconstructed: Whether the list had to be pieced together.
    """

    name: str
    stages: int
    title: str
    source: str
    reconstructed: bool


@attrs.frozen(repr=False)
class Names(Sequence[str]):
    """Names of presets, in order; it prints as a table with their number of stages, title and source.

    Attributes:
        presets: The lines of the table.
    """

    presets: tuple[Preset, ...]

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        return tuple(preset.name for preset in self.presets)[index]

    def __len__(self) -> int:
        return len(self.presets)

    def __repr__(self) -> str:
        return f"<Names {', '.join(self)}>"

    def __str__(self) -> str:
        return self.picture().text(120)

    def _repr_html_(self) -> str:
        return self.picture().html()

    def picture(self) -> Table:
        """The catalogue as a table."""
        from custlife.pictures import Table

        rows = [(preset.name, preset.stages, preset.title, preset.source) for preset in self.presets]
        note = "Stages as the source lists them, with what stands off the path. Reconstructions come last."
        return Table(("name", "stages", "title", "source"), rows, "Stage models", note)


def names() -> Names:
    """Every preset, with its number of stages, title and source; reconstructions last.

    Examples:
        >>> names()[:3], "hubspot8" in names(), len(names())
        (('deepstash6', 'bruxt5', 'catalyst8'), True, 18)
    """
    return Names(tuple(map(_preset, LISTED)))


def get(name: str) -> StageModel:
    """The preset of that name; the same value every time.

    Args:
        name: One of `names()`.

    Raises:
        UnknownNameError: There is no such preset.

    Examples:
        >>> get("bruxt5").keys
        ('awareness', 'engagement', 'intent', 'conversion', 'retention')
    """
    if name not in tuple(LISTED):
        raise UnknownNameError("preset", name, LISTED)
    return _load(name)


def find(*, stages: int | None = None, phase: str | None = None) -> tuple[StageModel, ...]:
    """The presets of which everything given is true, in the order of `names()`.

    Args:
        stages: Number of stages that the source lists, whether or not all of them are on the path.
        phase: Place on the spine that one of the stages chiefly stands at, such as `"evaluate"`.

    Raises:
        UnknownNameError: There is no such place on the spine.
        UsageTypeError: `stages` is not a whole number.

    Examples:
        >>> [model.name for model in find(stages=8)]
        ['catalyst8', 'hubspot8']
    """
    if stages is not None and type(stages) is not int:
        raise UsageTypeError(f"stages={stages!r} is not an int", "pass a number of stages such as 8")
    if phase is not None and phase not in SPINE:
        raise UnknownNameError("phase", phase, SPINE)
    counted = (get(name) for name, listed in LISTED.items() if stages in (None, listed))
    return tuple(model for model in counted if phase is None or phase in _phases(model))


@cache
def _load(name: str) -> StageModel:
    return StageModel.from_dict(complete(read(f"models/{name}.toml")))


def _phases(model: StageModel) -> set[str]:
    return {stage.phase for stage in (*model.stages, *model.exits)}


def _preset(name: str) -> Preset:
    model = get(name)
    cited = model.cited or Citation()
    title = ", ".join(source(id_).name for id_ in ids(cited.source)[:1])
    return Preset(name, LISTED[name], model.title, title, cited.reconstructed)
