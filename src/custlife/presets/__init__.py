"""Stage models from the literature, each with its sources; ready to use, to edit and to compare.

Every preset is an attribute: `presets.catalyst8`. `names()` lists them, `get` and `find` look them up, `crosswalk`
leads from one to another, `source` tells where a fact stands. Nothing is read before it is asked for.

Each field of a stage is stated by the sources in `stage.cited.source`, or named in `stage.cited.inferred`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.errors import nearest
from custlife.presets.catalogue import LISTED, Names, Preset, find, get, names
from custlife.presets.crosswalks import Crosswalk, crosswalk
from custlife.presets.places import Pairing
from custlife.presets.sources import Source, source
from custlife.presets.spine import SPINE

if TYPE_CHECKING:
    from custlife.stages import StageModel

__all__ = [
    "SPINE",
    "Crosswalk",
    "Names",
    "Pairing",
    "Preset",
    "Source",
    "crosswalk",
    "find",
    "get",
    "names",
    "source",
]

deepstash6: StageModel
"""Six stages from visitor to loyal customer (Deepstash)."""
bruxt5: StageModel
"""Five stages (Bruxt article)."""
catalyst8: StageModel
"""Eight stages with their teams (Catalyst map)."""
wason7: StageModel
"""Seven stages (Piyush Wason)."""
saas9_payproglobal: StageModel
"""Nine stages of the SaaS lifecycle as published by PayPro Global."""
imhoff4: StageModel
"""Four stages: acquisition, service, growth, retention (Ferenz)."""
traditional7: StageModel
"""The traditional seven, from need to usage (Blake Morgan)."""
pombriant6: StageModel
"""Six steps from discovery to advocacy (Denis Pombriant)."""
reach5: StageModel
"""Basic phases: reach, acquisition, conversion, retention, loyalty (E-Metrics)."""
hubspot8: StageModel
"""Lifecycle stages of HubSpot, the eight defaults."""
infusionsoft3: StageModel
"""Three phases: attract, sell, wow (Infusionsoft)."""
infusionsoft9: StageModel
"""Nine stages, three in each of attract, sell, wow (Infusionsoft)."""
ecommerce4: StageModel
"""Four states of a shop's visitor, with at-risk and lost."""
sales_funnel: StageModel
"""Sales funnel, the process inside the firm."""
acquisition_funnel: StageModel
"""Customer acquisition funnel: attract, engage, convert, retain."""
saas9: StageModel
"""Nine stages of the SaaS lifecycle, three phases of three (reconstruction)."""
agency5: StageModel
"""Five stages of an agency (reconstruction)."""
clm5: StageModel
"""Lifecycle management: reach, acquire, develop, retain, inspire (reconstruction)."""


if not TYPE_CHECKING:  # a type checker that saw __getattr__ would accept any name

    def __getattr__(name: str) -> StageModel:
        if name in LISTED:
            return get(name)
        hint = "" if name.startswith("_") else f"; {nearest(name, [*LISTED, *__all__])}"
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}{hint}")

    def __dir__() -> list[str]:
        return sorted([*__all__, *LISTED])
