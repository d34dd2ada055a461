"""The catalogue: every metric by its name, ours and those of others."""

from __future__ import annotations

from datetime import timedelta
from functools import wraps
from inspect import getdoc, signature
from typing import TYPE_CHECKING, Any, ParamSpec, cast

import attrs

from custlife.calendar import Span, span
from custlife.errors import DefinitionError, UnknownNameError, UsageError, UsageTypeError
from custlife.metrics.definition import LOG, Definition
from custlife.metrics.metric import Metric
from custlife.plugins import load, plugins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from custlife.metrics.metric import Compute

__all__ = ["GROUP", "Entry", "admit", "catalogued", "entries", "get", "metric", "register"]

GROUP = "custlife.metrics"
P = ParamSpec("P")


@attrs.frozen
class Entry:
    """One metric of the catalogue, which arguments may complete.

    Attributes:
        name: Its name.
        family: Which family it belongs to.
        make: Makes the metric of its arguments.
        example: Arguments that show it.
        origin: Where it is defined: module and name, or the plugin that brings it.
        thing: What stands there: the metric, or the function that makes it.
    """

    name: str
    family: str
    make: Callable[..., Metric]
    example: tuple[tuple[str, Any], ...]
    origin: str
    thing: object = attrs.field(default=None, eq=False, repr=False)

    def metric(self, arguments: Mapping[str, Any]) -> Metric:
        """The metric with some arguments.

        Raises:
            UsageError: Arguments that it does not take, or does without.
        """
        known = signature(self.make)
        try:
            known.bind(**arguments)
        except TypeError as error:
            raise UsageError(f"metric {self.name!r}: {error}", f"it takes: {self.takes or 'nothing'}") from None
        return self.make(**arguments)

    @property
    def takes(self) -> str:
        """The names of its arguments; optional ones in brackets."""
        known = signature(self.make).parameters.values()
        return ", ".join(one.name if one.default is one.empty else f"[{one.name}]" for one in known)

    @property
    def about(self) -> str:
        """What it is, in one line."""
        if isinstance(self.thing, Metric):
            return self.thing.definition.question
        return (getdoc(self.make) or "").partition("\n")[0]

    def shown(self) -> Metric:
        """The metric with the arguments that show it."""
        return self.metric(dict(self.example))


_ENTRIES: dict[str, Entry] = {}


def register(entry: Entry) -> None:
    """Puts a metric in the catalogue; the same definition again takes its own place.

    Raises:
        DefinitionError: Another metric has the name.
    """
    there = _ENTRIES.get(entry.name)
    if there is not None and there.origin != entry.origin:
        what = f"two metrics are called {entry.name!r}: {there.origin} and {entry.origin}"
        raise DefinitionError(what, "give one of them another name")
    _ENTRIES[entry.name] = entry


def catalogued(family: str, **example: Any) -> Callable[[Callable[P, Metric]], Callable[P, Metric]]:
    """Puts a function that makes a metric in the catalogue, under its own name.

    The metrics it makes remember the arguments they were made with.

    Args:
        family: The family of metrics it belongs to.
        **example: Arguments that show it in the reference.

    Raises:
        DefinitionError: Another metric has the name.
    """

    def mark(make: Callable[P, Metric]) -> Callable[P, Metric]:
        made, name = remembering(make, make.__name__), make.__name__
        register(Entry(name, family, made, tuple(example.items()), f"{make.__module__}.{make.__qualname__}", made))
        return made

    return mark


def remembering(make: Callable[P, Metric], name: str) -> Callable[P, Metric]:
    """A function whose metrics remember the arguments they were made with."""
    known = signature(make)

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> Metric:
        found = make(*args, **kwargs)
        kept = tuple((key, _kept(value)) for key, value in known.bind(*args, **kwargs).arguments.items())
        return attrs.evolve(found, name=name, arguments=kept)

    return made


def _kept(value: Any) -> Any:
    """An argument as a document can hold it: spans as texts, lists and mappings as tuples."""
    if isinstance(value, (Span, timedelta)):
        return span(value).to_text()
    if isinstance(value, dict):
        return tuple((key, _kept(one)) for key, one in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        kept = [_kept(one) for one in value]
        return tuple(sorted(kept, key=str) if isinstance(value, (set, frozenset)) else kept)
    return value


def same(found: Metric) -> Callable[[], Metric]:
    """A function that makes a metric that there is already."""
    return lambda: found


def metric(
    *,
    question: str,
    numerator: str,
    better: str,
    denominator: str = "",
    window: str = "",
    unit: str = "share",
    cohort: str = "",
    needs: str | Iterable[str] = LOG,
    formula: str = "",
    is_not: str | Iterable[str] = (),
    pitfalls: str | Iterable[str] = (),
    source: str = "",
    name: str | None = None,
    family: str = "own",
) -> Callable[[Compute], Metric]:
    """Makes a metric of a function that turns a request into a reading, and puts it in the catalogue.

    Args:
        question: The question it answers.
        numerator: What stands above the line, in words.
        better: `higher`, `lower` or `neither`: which way is good.
        denominator: What stands below the line, in words.
        window: The time within which something must happen.
        unit: What the value is in.
        cohort: What puts a unit into which period of a trend.
        needs: The inputs it reads.
        formula: The formula, where numerator and denominator do not say it all.
        is_not: What it must not be taken for.
        pitfalls: What makes it lie.
        source: Where the definition comes from.
        name: Its name; that of the function by default.
        family: The family it belongs to.

    Raises:
        DefinitionError: Another metric has the name.
    """
    words = Definition(
        question=question, numerator=numerator, denominator=denominator, window=window, unit=unit, cohort=cohort,
        needs=needs, formula=formula, is_not=is_not, pitfalls=pitfalls, source=source,
    )  # fmt: skip

    def mark(compute: Compute) -> Metric:
        if not hasattr(compute, "__qualname__"):
            what = f"metric() marks functions, not {type(compute).__name__}"
            raise UsageTypeError(what, "write metrics.Metric(name, definition, better=..., compute=...)")
        if name is None and compute.__name__ == "<lambda>":
            raise DefinitionError("a lambda gives its metric no name", "pass name='...', or write a function")
        place = f"{compute.__module__}.{compute.__qualname__}"
        made = Metric(name or compute.__name__, words, better=better, compute=compute)
        register(Entry(made.name, family, same(made), (), place, made))
        compute.__qualname__ += ".compute"  # where the function is found from now on, also by those who copy it
        return made

    return mark


def get(name: str, /, **arguments: Any) -> Metric:
    """A metric of the catalogue by its name, also one that a plugin brings.

    Args:
        name: The name.
        **arguments: What the metric is made with.

    Raises:
        UnknownNameError: No such metric.
        DefinitionError: Two metrics have the name, or a plugin that has it cannot be used.
        UsageError: Arguments that the metric does not take.

    Examples:
        >>> from custlife import metrics
        >>> metrics.get("conversion", start="trial", goal="active", within="14 days").label
        'trial to active within 14 days'
    """
    if any(plugin.name == name for plugin in plugins(GROUP)):
        admit(name)
    if name not in _ENTRIES:
        raise UnknownNameError("metric", name, sorted({*_ENTRIES, *(plugin.name for plugin in plugins(GROUP))}))
    return _ENTRIES[name].metric(arguments)


def entries() -> tuple[Entry, ...]:
    """All metrics that are there without plugins, by family and name."""
    return tuple(sorted(_ENTRIES.values(), key=_order))


def admit(name: str) -> None:
    """Puts the metric of a plugin in the catalogue.

    Raises:
        DefinitionError: It cannot be loaded, is no metric, or has the name of another.
    """
    found: Any = load(GROUP, name)
    there = _ENTRIES.get(name)
    if there is not None and there.thing is found:
        return
    (plugin,) = (one for one in plugins(GROUP) if one.name == name)
    if there is None and isinstance(found, Metric) and found.name == name:
        register(Entry(name, "plugins", same(found), (), str(plugin), found))
    elif there is None and callable(found) and not isinstance(found, Metric):
        register(
            Entry(name, "plugins", remembering(cast("Callable[..., Metric]", found), name), (), str(plugin), found)
        )
    elif there is None:
        raise DefinitionError(f"{plugin} is {found!r}", f"let it name a metric called {name!r}, or what makes one")
    else:
        what = f"two metrics are called {name!r}: {there.origin} and {plugin}"
        raise DefinitionError(what, "give one of them another name, or uninstall the package")


def _order(entry: Entry) -> tuple[str, str]:
    return entry.family, entry.name
