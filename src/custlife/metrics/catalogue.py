"""The catalogue as a list to look at: every metric with its question, and the plugins that cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.errors import CustlifeError, UnknownNameError
from custlife.metrics.registry import GROUP, admit, entries
from custlife.pictures import Table
from custlife.plugins import plugins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.metrics.registry import Entry

__all__ = ["Catalogue", "catalogue"]


@attrs.frozen(repr=False, str=False)
class Catalogue:
    """All metrics there are.

    Attributes:
        entries: The metrics, by family and name.
        failing: Plugins that cannot be used, as pairs of name and reason.
    """

    entries: tuple[Entry, ...]
    failing: tuple[tuple[str, str], ...] = ()

    def __iter__(self) -> Iterator[str]:
        return (entry.name for entry in self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, name: str) -> Entry:
        """The entry of a metric.

        Raises:
            UnknownNameError: No such metric.
        """
        for entry in self.entries:
            if entry.name == name:
                return entry
        raise UnknownNameError("metric", name, list(self))

    def of(self, family: str) -> tuple[Entry, ...]:
        """The entries of a family.

        Raises:
            UnknownNameError: No such family.
        """
        found = tuple(entry for entry in self.entries if entry.family == family)
        if not found:
            raise UnknownNameError("family", family, self.families)
        return found

    @property
    def families(self) -> tuple[str, ...]:
        """The families, sorted."""
        return tuple(dict.fromkeys(entry.family for entry in self.entries))

    def table(self) -> Table:
        """Family, name, what it takes, and the first line of what it says."""
        rows = [(entry.family, entry.name, entry.takes, entry.about) for entry in self.entries]
        note = " ".join(f"Not usable: {reason}." for _, reason in self.failing)
        return Table(("family", "metric", "takes", "what it is"), rows, f"{len(rows)} metrics", note)

    def __repr__(self) -> str:
        return f"<Catalogue of {len(self.entries)} metrics in {len(self.families)} families>"

    def __str__(self) -> str:
        return self.table().text(width=120)

    def _repr_html_(self) -> str:
        return self.table().html()


def catalogue() -> Catalogue:
    """All metrics: those of custlife, your own, and those of plugins, which are loaded now.

    A plugin that cannot be used is named in `failing`, with its package and the reason; it breaks nothing else.

    Examples:
        >>> from custlife import metrics
        >>> metrics.catalogue()["conversion"].family
        'conversion'
    """
    failing = []
    for name in dict.fromkeys(plugin.name for plugin in plugins(GROUP)):
        try:
            admit(name)
        except CustlifeError as error:
            failing.append((name, error.what))
    return Catalogue(entries(), tuple(failing))
