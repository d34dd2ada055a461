"""Rules: which sign rings, when it is over, how often it may ring, for whom, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import attrs

from custlife.calendar import Span, span
from custlife.documents import Documented
from custlife.errors import DefinitionError, UsageError, UsageTypeError, nearest
from custlife.scoring.points import several, shortly
from custlife.signals.look import Sign, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import TypeAlias

    from custlife.scoring.request import ScoreRequest
    from custlife.signals.look import Look
    from custlife.stages import StageModel

    Seeing: TypeAlias = "Sign | Callable[[ScoreRequest], Look | bool | None]"

__all__ = ["Rule", "RuleSet", "rules_for", "rules_of"]


def _sign(given: Any) -> Any:
    if isinstance(given, type):
        raise UsageTypeError(f"sign={given.__name__} is a class", f"make one: {given.__name__}(...)")
    if not isinstance(given, Sign) and not callable(given):
        raise UsageTypeError(
            f"sign={shortly(given)} cannot look", "pass signals.Stuck(...), or a function of a request"
        )
    return given


def _cool_down(given: Any) -> Span | None:
    return None if given is None else span(given, name="cool_down")


@attrs.frozen
class Rule:
    """One rule: it opens an episode when its sign is met, and resolves it when the sign is over.

    Attributes:
        name: What it is called; part of the id of its episodes.
        sign: What is looked for; or a function of one `ScoreRequest` that returns a `Look`, True, False or None (nobody
            knows).
        cool_down: After an episode is resolved, none is opened for so long; the end is still inside.
        min_n: So many looks in a row must meet it before it opens.
        only_in: Only while the customer is in one of these stages; by default anywhere but in exits, unless the sign is
            about them.
        unless: Rules that silence this one while they are open.
        owner: Who it is for; by default the customer's own manager, else the team of the stage.
        action: What to do; by default what the sign says.

    Raises:
        DefinitionError: No name, or fewer looks than one.
        UsageTypeError: Something that cannot look.

    Examples:
        >>> from custlife.signals import Stuck
        >>> Rule("stuck in trial", Stuck("trial", after="14 days"), cool_down="7 days").action
        'find out what holds them up, and offer the next step'
    """

    name: str
    sign: Any = attrs.field(converter=_sign)
    cool_down: Span | None = attrs.field(default=None, converter=_cool_down, kw_only=True)
    min_n: int = attrs.field(default=1, kw_only=True)
    only_in: tuple[str, ...] = attrs.field(default=(), converter=texts, kw_only=True)
    unless: tuple[str, ...] = attrs.field(default=(), converter=texts, kw_only=True)
    owner: str = attrs.field(default="", kw_only=True)
    action: str = attrs.field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        for name in ("name", "owner", "action"):
            if not isinstance(getattr(self, name), str):
                raise UsageTypeError(f"{name}={shortly(getattr(self, name))} is no text", f"write {name}='...'")
        if not self.name.strip():
            raise DefinitionError(f"name={self.name!r} is empty", "name the rule")
        if type(self.min_n) is not int or self.min_n < 1:
            raise DefinitionError(f"rule {self.name!r}: min_n={self.min_n!r} is no number of looks", "pass min_n=2")
        if not self.action and isinstance(self.sign, Sign):
            object.__setattr__(self, "action", self.sign.ACTION)


def _rules(given: Rule | Iterable[Rule]) -> tuple[Rule, ...]:
    found = (given,) if isinstance(given, Rule | Sign) else several(given, "rules")
    for place, one in enumerate(found):
        if not isinstance(one, Rule):
            raise UsageTypeError(f"rules[{place}]={shortly(one)} is not a Rule", "write signals.Rule('name', sign)")
    return found


@attrs.frozen
class RuleSet(Documented):
    """Rules that are looked at together; data as long as their signs are.

    Attributes:
        rules: The rules; their order changes no episode.

    Raises:
        DefinitionError: No rule, two of one name, or rules that silence one another in a circle.

    Examples:
        >>> from custlife.signals import Lapsed
        >>> RuleSet.from_toml(RuleSet([Rule("lapsed", Lapsed())]).to_toml()).rules[0].sign
        Lapsed(stages=())
    """

    DOCUMENT = "rules"

    rules: tuple[Rule, ...] = attrs.field(converter=_rules)

    def __attrs_post_init__(self) -> None:
        names = [one.name for one in self.rules]
        if not names:
            raise DefinitionError("there is no rule", "pass at least one")
        for name in names:
            if names.count(name) > 1:
                raise DefinitionError(f"two rules are called {name!r}", "give each its own name")
        for one in self.rules:
            for other in one.unless:
                if other not in names:
                    raise DefinitionError(f"rule {one.name!r} waits for unknown rule {other!r}", nearest(other, names))
        self.in_order()

    def __len__(self) -> int:
        return len(self.rules)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def in_order(self) -> tuple[Rule, ...]:
        """The rules, each after those that silence it."""
        left, found = list(self.rules), list[Rule]()
        while left:
            known = {one.name for one in found}
            ready = [one for one in left if known.issuperset(one.unless)]
            if not ready:
                circle = ", ".join(repr(one.name) for one in left)
                raise DefinitionError(f"rules silence one another in a circle: {circle}", "drop one unless=")
            found += ready
            left = [one for one in left if one not in ready]
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        """The rules as plain values, without what was left at its default.

        Raises:
            DefinitionError: A rule whose sign is code.
        """
        from custlife.signals.document import written

        return written(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], *, name: str = "rules") -> Self:
        """The rules that plain values describe; nothing in them is evaluated.

        Raises:
            DataError: With all faults and their paths.
        """
        from custlife.signals.document import read

        return cls(read(document, name))


def rules_of(given: RuleSet | Rule | Iterable[Rule]) -> RuleSet:
    """A set of rules from rules.

    Raises:
        UsageError: A path; files are read by `RuleSet.from_file`.
    """
    if isinstance(given, str):
        raise UsageError(f"rules={given!r} is a text", "read a file with signals.RuleSet.from_file(path)")
    return given if isinstance(given, RuleSet) else RuleSet(given)


def rules_for(model: StageModel) -> RuleSet:
    """The rules that a model alone can give: lapsed, returned, bought elsewhere, and stuck where it says how long.

    Args:
        model: The stage model.

    Raises:
        DefinitionError: The model has no exit that one may come back from, and no `max_gap` on a transition.

    Examples:
        >>> from custlife import presets
        >>> [one.name for one in rules_for(presets.bruxt5)]
        ['lapsed', 'returned', 'bought from a competitor']
    """
    from custlife.signals.standing import COMPETITOR, BoughtElsewhere, Lapsed, Returned, Stuck

    paused = [one.key for one in model.exits if one.exit == "paused"]
    found = [Rule("stuck", Stuck())] if any(one.max_gap for one in model.transitions) else []
    found += [Rule("lapsed", Lapsed()), Rule("returned", Returned())] if paused else []
    found += [Rule("bought from a competitor", BoughtElsewhere())] if COMPETITOR in paused else []
    return RuleSet(found)
