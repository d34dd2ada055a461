"""Declared scores as steps over whole columns, which give the values that the scores give one by one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from custlife.errors import DataError, UnknownNameError, UsageError, UsageTypeError
from custlife.scoring.composing import Capped, Extreme, Gated, Weighted
from custlife.scoring.health import HealthScore
from custlife.scoring.ideal import IdealCustomer
from custlife.scoring.judging import name_of
from custlife.scoring.lead import Fit, LeadScore
from custlife.scoring.points import FULL, in_micro, whole_weights
from custlife.scoring.reading import Reading, as_number
from custlife.scoring.registry import Named
from custlife.scoring.rfm import SIDES, Rfm

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from custlife.scoring.bands import Bands
    from custlife.scoring.lead import Behavior
    from custlife.scoring.measures import Measure
    from custlife.scoring.reading import Condition, Reads

__all__ = ["columns_of", "compiled", "may_qualify"]


def columns_of(scorer: Any, given: Mapping[str, str]) -> dict[str, str]:
    """The column of everything that a score reads: the one given, else the fact, else the name.

    Raises:
        UnknownNameError: A name that nothing has.
        UsageError: Two things of one name that read differently, or what columns without dates cannot tell.
        UsageTypeError: A function among the scorers.
    """
    read: dict[str, Reads] = {}
    for name, reads in _wanted(scorer):
        if read.setdefault(name, reads) != reads:
            what = f"two of what the score reads share a name, {name!r}: {read[name]} and {reads}"
            raise UsageError(what, "give each its own, so that each has a column, or score them in two frames")
    for name in given:
        if name not in read:
            raise UnknownNameError("measure or rule", name, list(read))
    return {name: given.get(name, one.of[0] if one.kind == "fact" else name) for name, one in read.items()}


def _members(scorer: Any) -> tuple[Any, ...]:
    """The scorers that a composition asks; none of any other."""
    if isinstance(scorer, Weighted | Extreme):
        return tuple(member.scorer for member in scorer.members)
    if isinstance(scorer, Gated):
        return scorer.scorer, scorer.gate
    return (scorer.scorer,) if isinstance(scorer, Capped | Named) else ()


def may_qualify(scorer: Any) -> bool:
    """Whether a score has thresholds, or takes over those of one that has; a mean of several has none."""
    if isinstance(scorer, Weighted) and len(scorer.members) > 1:
        return False
    return getattr(scorer, "thresholds", None) is not None or any(may_qualify(one) for one in _members(scorer))


def _wanted(scorer: Any) -> Iterator[tuple[str, Reads]]:
    """What is read, by the name that it has in the score."""
    if isinstance(scorer, HealthScore):
        stale = [one.name for one in scorer.measures if one.stale_after is not None]
        if stale:
            what = f"measures {stale!r} go stale, and a column says not when"
            raise UsageError(what, "leave out stale_after=, or score_all")
        yield from ((one.name, one.reads) for one in scorer.measures)
        yield from ((one.name, one.when.reads) for one in scorer.overrides)
    elif isinstance(scorer, IdealCustomer):
        yield from ((one.name, one.when.reads) for one in (*scorer.criteria, *scorer.exclusions))
    elif isinstance(scorer, Rfm):
        yield from zip(SIDES, scorer.reads(), strict=False)
    elif isinstance(scorer, LeadScore):
        fading = [one.name for one in scorer.rules if not isinstance(one, Fit) and one.decay is not None]
        if fading:
            what = f"rules {fading!r} fade with the age of each event, and a column of counts says not when"
            raise UsageError(what, "leave out decay=, or score_all(lead, log)")
        yield from zip((one.name for one in scorer.rules), scorer.reads(), strict=True)
    elif members := _members(scorer):
        for one in members:
            yield from _wanted(one)
    else:
        what = f"scorer {name_of(scorer)!r} is no declared score, and a row of a frame is no customer to call it with"
        raise UsageTypeError(what, "score_all, or declare it: HealthScore, LeadScore, IdealCustomer, Rfm")


def compiled(scorer: Any, rows: Any, where: Mapping[str, str]) -> Any:
    """The scores of all rows; *where* says which column holds what."""
    leaves: dict[type, Any] = {HealthScore: _health, IdealCustomer: _ideal, Rfm: _rfm, LeadScore: _lead}
    for kind, steps in leaves.items():
        if isinstance(scorer, kind):
            return steps(scorer, rows, where)
    return _composed(scorer, [compiled(one, rows, where) for one in _members(scorer)])


def _composed(scorer: Any, found: list[Any]) -> Any:
    from custlife.engines.arrays.scored import bounded, extreme, gated, mixed

    if isinstance(scorer, Gated):
        inner, gate = found
        return gated(inner, gate, in_micro(scorer.at_least), in_micro(scorer.otherwise))
    if isinstance(scorer, Capped):
        return bounded(found[0], _maybe(scorer.at_least), _maybe(scorer.at_most))
    if len(found) == 1:
        return found[0]
    if isinstance(scorer, Weighted):
        return mixed(found, whole_weights(one.weight for one in scorer.members))
    order = sorted(range(len(found)), key=lambda place: scorer.members[place].name)
    return extreme(found, order, greatest=scorer.greatest)


def _maybe(value: float | None) -> int | None:
    return None if value is None else in_micro(value)


def _graded(means: Any, bands: Bands | None, scored: Any, *, lowest: bool = True) -> Any:
    from custlife.engines.arrays.scored import banded, blank

    if bands is None:
        return blank(len(means))
    steps = [(name, in_micro(start)) for name, start in bands.steps]
    return banded(means, steps, up=bands.edge == "up", lowest=lowest, scored=scored)


def _said(rows: Any, column: str, when: Condition) -> Any:
    """Whether a condition holds of each row."""
    from custlife.engines.arrays.scored import told, within

    numbers = None if when.one_of else rows.floats(column)
    if numbers is not None:
        values, gone = numbers
        found = within(values, gone, when.at_least, when.at_most)
        if found is not None:
            return found
    return told(rows.coded(column), partial(_holds, when))


def _holds(when: Condition, value: Any) -> bool | None:
    return when.met(Reading(value))


def _numbers(rows: Any, column: str) -> Any:
    """The numbers of a column, also of one that holds texts or decimals, and where they are missing."""
    from custlife.engines.arrays.scored import numbered

    return _finite(rows, column) or numbered(rows.coded(column), partial(_number, column))


def _finite(rows: Any, column: str) -> Any:
    """The numbers of a column, and where they are missing; None where it holds something else.

    Infinity is something else, too: it is refused where the different values are read one by one.
    """
    import numpy as np

    found = rows.floats(column)
    return None if found is None or np.isinf(found[0]).any() else found


def _number(column: str, value: Any) -> float | None:
    return None if value is None else as_number(value, f"column {column!r}: value")


# -- health -----------------------------------------------------------------------------------------------------------


def _health(health: HealthScore, rows: Any, where: Mapping[str, str]) -> Any:
    from custlife.engines.arrays.scored import Scored, blank
    from custlife.engines.arrays.weighing import Bound, weighed

    weights = whole_weights(one.weight for one in health.measures)
    terms = [
        _term(health, one, weight, rows, where[one.name]) for one, weight in zip(health.measures, weights, strict=True)
    ]
    bounds = []
    for one in health.ordered_overrides:
        limit = one.at_most if one.at_most is not None else one.at_least or 0
        held = _said(rows, where[one.name], one.when) == 1
        bounds.append(Bound(held, in_micro(limit), one.at_most is not None))
    means, known = weighed(terms, bounds, rows.count)
    grades = _graded(means, health.bands, means >= 0)
    return Scored(means, known / sum(weights), grades, blank(rows.count))


def _term(health: HealthScore, one: Measure, weight: int, rows: Any, column: str) -> Any:
    from custlife.engines.arrays.weighing import Line, Term, looked_up

    instead = health.instead(one)
    if one.worst is not None and (numbers := _finite(rows, column)) is not None:
        values, gone = numbers
        return Term(Line(values, one.worst, one.scale, FULL), weight, gone, instead)
    ratings, gone = looked_up(rows.coded(column), one.level)
    return Term(ratings, weight, gone, instead)


# -- ideal customers --------------------------------------------------------------------------------------------------


def _ideal(ideal: IdealCustomer, rows: Any, where: Mapping[str, str]) -> Any:
    from custlife.engines.arrays.scored import Scored, blank, yes_or_no
    from custlife.engines.arrays.weighing import weighed

    weights = whole_weights(one.weight for one in ideal.criteria)
    terms = [
        yes_or_no(_said(rows, where[one.name], one.when), weight, FULL)
        for one, weight in zip(ideal.criteria, weights, strict=True)
    ]
    means, known = weighed(terms, (), rows.count)
    for one in ideal.exclusions:
        excluded = _said(rows, where[one.name], one.when) == 1
        means[excluded], known[excluded] = 0, sum(weights)  # also where nothing else is known
    grades = _graded(means, ideal.bands, means >= 0)
    return Scored(means, known / sum(weights), grades, blank(rows.count))


# -- recency, frequency, money ----------------------------------------------------------------------------------------


def _rfm(rfm: Rfm, rows: Any, where: Mapping[str, str]) -> Any:
    from custlife.engines.arrays.scored import Scored, blank, digits, ranked
    from custlife.engines.arrays.weighing import Looked, Term, weighed

    edges = [one for one in (rfm.recency, rfm.frequency, rfm.monetary) if one]
    never: Any = None
    terms, classes = [], []
    for side, steps in zip(SIDES, edges, strict=False):
        values, gone = _numbers(rows, where[side])
        if side == "recency":
            never = gone
        elif gone is not None and (gone if never is None else gone & ~never).any():
            what = f"column {where[side]!r} has no {side} of somebody whose last purchase is known"
            raise DataError(what, hint="fill in 0 where nothing was paid, and null as recency of who never bought")
        classes.append(ranked(values, steps, less_is_better=side == "recency"))
        table = [FULL * place // len(steps) for place in range(len(steps) + 1)]
        terms.append(Term(Looked(classes[-1], _longs(table)), 1, never, None))
    means, known = weighed(terms, (), rows.count)
    grades = digits(classes, [len(one) for one in edges], means >= 0)
    return Scored(means, known / len(edges), grades, blank(rows.count))


def _longs(values: list[int]) -> Any:
    import numpy as np

    return np.array(values, np.int64)


# -- leads ------------------------------------------------------------------------------------------------------------


def _lead(lead: LeadScore, rows: Any, where: Mapping[str, str]) -> Any:
    import numpy as np

    from custlife.engines.arrays.scored import EXACT, Scored, cut_to, side_by_side

    sizes = [abs(in_micro(rule.points)) or 1 for rule in lead.rules]
    groups: dict[str, list[Any]] = {}
    known = np.zeros(rows.count, np.int64)
    most = 0
    for rule, size in zip(lead.rules, sizes, strict=True):
        counts = _counts(rule, rows, where[rule.name])
        most += size * max(1, int(counts.max(initial=0)))
        if most >= EXACT:
            raise UsageError(
                f"rule {rule.name!r}: the points add up to more than 9 billion", "make all of them smaller"
            )
        points = np.maximum(counts, 0) * in_micro(rule.points)
        cap = None if isinstance(rule, Fit) else rule.cap
        if cap is not None:
            np.clip(points, -in_micro(cap), in_micro(cap), out=points)
        sides = groups.setdefault(rule.group, [np.zeros(rows.count, np.int64), np.zeros(rows.count, np.int64)])
        sides[not isinstance(rule, Fit)] += points
        known += size * (counts >= 0)
    caps = dict(lead.caps)
    fits, acts = np.zeros(rows.count, np.int64), np.zeros(rows.count, np.int64)
    for group, (one, other) in groups.items():
        cut = cut_to(one, other, in_micro(caps[group])) if group in caps else (one, other)
        fits += cut[0]
        acts += cut[1]
    means = np.clip(fits + acts, 0, FULL)
    means[known == 0] = -1
    there = known > 0
    grades = side_by_side(_graded(fits, lead.fit_bands, there), _graded(acts, lead.behavior_bands, there), there)
    reached = _graded(means, lead.thresholds, there, lowest=False)
    return Scored(means, known / sum(sizes), grades, reached)


def _counts(rule: Fit | Behavior, rows: Any, column: str) -> Any:
    """How often a rule gives its points: once where it holds, for behavior as often as counted; -1 where unknown."""
    import numpy as np

    from custlife.engines.arrays.scored import EXACT

    if isinstance(rule, Fit):
        said = _said(rows, column, rule.when).astype(np.int64)
        return np.where(said == 2, -1, said)
    values, gone = _numbers(rows, column)
    plain = values if gone is None else np.where(gone, 0, values)
    wrong = ~((plain >= 0) & (plain < EXACT) & (plain == np.floor(plain)))
    if wrong.any():
        row = int(wrong.argmax())
        what = f"column {column!r}, row {row}: {plain[row]:g} is no number of events"
        raise DataError(what, hint=f"count the events of rule {rule.name!r}: 0, 1, 2, ..., null where nothing is known")
    counts = plain.astype(np.int64)
    if gone is not None:
        counts[gone] = -1
    return counts
