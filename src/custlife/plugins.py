"""Plugins: what other packages add, found by entry point, and loaded when it is asked for by name.

A package says so in its own metadata, and nothing of it is imported before somebody wants it:

    [project.entry-points."custlife.scorers"]
    fit = "their_package.scores:fit"

With `CUSTLIFE_NO_PLUGINS=1` in the environment there are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.errors import DefinitionError, UnknownNameError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["Plugin", "load", "plugins"]


@attrs.frozen
class Plugin:
    """One name that a package adds to a group.

    Attributes:
        group: What it is for, such as `custlife.scorers`.
        name: What it is asked for by.
        target: Where it is: `module:name`.
        package: The package that brings it; empty where nothing says so.

    Examples:
        >>> str(Plugin("custlife.scorers", "fit", "theirs.scores:fit", "theirs"))
        "plugin 'fit' of package 'theirs' (theirs.scores:fit)"
    """

    group: str
    name: str
    target: str
    package: str = ""

    def __str__(self) -> str:
        owner = f" of package {self.package!r}" if self.package else ""
        return f"plugin {self.name!r}{owner} ({self.target})"


def plugins(group: str) -> tuple[Plugin, ...]:
    """What the installed packages add to a group, by name; nothing is loaded.

    Examples:
        >>> plugins("custlife.nobody")
        ()
    """
    return tuple(plugin for plugin, _ in _found(group))


def load(group: str, name: str) -> Any:
    """What a plugin names.

    Raises:
        UnknownNameError: No package adds this name; those that are added stand in the hint.
        DefinitionError: Two packages add it, or it cannot be loaded; package and reason are named.

    Examples:
        >>> load("custlife.nobody", "fit")
        Traceback (most recent call last):
        custlife.errors.UnknownNameError: unknown custlife.nobody plugin 'fit'
        <BLANKLINE>
        Hint: there are none
    """
    found = _found(group)
    wanted = [(plugin, entry) for plugin, entry in found if plugin.name == name]
    if not wanted:
        raise UnknownNameError(f"{group} plugin", name, [plugin.name for plugin, _ in found])
    plugin, entry = wanted[0]
    if len(wanted) > 1:
        both = " and ".join(str(one) for one, _ in wanted)
        raise DefinitionError(f"{name!r} of {group!r} is added twice: {both}", "uninstall one of the packages")
    try:
        return entry.load()
    except Exception as error:
        what = f"{plugin} cannot be loaded: {type(error).__name__}: {error}"
        raise DefinitionError(what, f"pip install -U {plugin.package or 'the package'}, or uninstall it") from error


def _found(group: str) -> list[tuple[Plugin, EntryPoint]]:
    """Entry points of a group, each target once, in the order of names and packages."""
    import os
    from importlib.metadata import entry_points

    if os.environ.get("CUSTLIFE_NO_PLUGINS", "0") not in {"", "0"}:
        return []
    made: dict[Plugin, EntryPoint] = {}
    for entry in entry_points(group=group):
        package = "" if entry.dist is None else entry.dist.name
        made.setdefault(Plugin(group, entry.name, entry.value, package), entry)
    return sorted(made.items(), key=_order)


def _order(pair: tuple[Plugin, EntryPoint]) -> tuple[str, str, str]:
    return pair[0].name, pair[0].package, pair[0].target
