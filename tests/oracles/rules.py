"""Rules from events to stages, by brute force over datetimes: everything is recounted from scratch at every event."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from custlife.engines.rules import AllOf, AnyOf, Count, Rule, Seen, Silent, Value

Event = tuple[datetime, str, int]


def after(at: datetime, span) -> datetime:
    return at + relativedelta(months=span.months, days=span.days, microseconds=span.us)


def fires(rule: Rule, events: list[Event], i: int, start: int) -> bool:
    """Whether a rule fires at event i, if nothing before `start` counts."""
    at, name, _ = events[i]
    if isinstance(rule, AnyOf):
        return any(fires(part, events, i, start) for part in rule.rules)
    if isinstance(rule, AllOf):
        now = any(fires(part, events, i, start) for part in rule.rules)
        return now and all(any(fires(part, events, j, start) for j in range(start, i + 1)) for part in rule.rules)
    if name not in rule.names:
        return False
    if isinstance(rule, Seen):
        return True
    mine = [e for e in events[start : i + 1] if e[1] in rule.names]
    if getattr(rule, "within", None) is not None:
        mine = [e for e in mine if at <= after(e[0], rule.within)]
    if isinstance(rule, Count):
        return len(mine) >= rule.n
    assert isinstance(rule, Value)
    if rule.of == "total":
        return sum(Decimal(e[2]) for e in mine) >= rule.at_least
    amount = events[i][2]
    if rule.at_least is not None:
        return amount >= rule.at_least
    return amount <= rule.at_most if rule.at_most is not None else amount == rule.equals


def stages(
    events: list[Event],
    rules: dict[str, Rule],
    ranks: list[str],
    path: int,
    exits: set[str],
    returns: str,
    as_of: datetime,
) -> list[tuple[datetime, str]]:
    """The entries of one unit; `events` are in order, `ranks` are all stages in theirs."""
    rank = {stage: i for i, stage in enumerate(ranks)}
    quiet = [stage for stage in ranks if isinstance(rules.get(stage), Silent)]
    loud = [stage for stage in ranks if stage in rules and stage not in quiet]
    entries: list[tuple[datetime, str]] = []
    done: set[tuple[str, int]] = set()
    start = 0
    mark = -1  # rank of the stage of the path that was held last
    how = ""  # "silence" or "event" while off the path, with the rule behind a silence
    behind = ""

    def breaks(stage: str, event: Event) -> bool:
        return not rules[stage].of or event[1] in rules[stage].of

    def silences(upto: int, before: datetime, inclusive: bool) -> None:
        nonlocal how, behind
        due = []
        for stage in quiet:
            last = max((j for j in range(upto) if breaks(stage, events[j])), default=None)
            for j in range(upto):
                # a later activity at or before the end broke this silence
                if breaks(stage, events[j]) and (stage, j) not in done:
                    end = after(events[j][0], rules[stage].for_)
                    if j == last and (end < before or (inclusive and end == before)):
                        due.append((end, rank[stage], stage, j))
        for end, _, stage, j in sorted(due):
            done.add((stage, j))
            if not entries or entries[-1][1] == stage:
                continue
            here = entries[-1][1]
            if (rank[stage] > rank[here]) if how == "silence" else (here not in exits):
                entries.append((end, stage))
                how, behind = "silence", stage

    for i, event in enumerate(events):
        at = event[0]
        silences(i, at, False)
        fired = [stage for stage in loud if fires(rules[stage], events, i, start)]
        active = how == "silence" and breaks(behind, event)
        straight = any(rank[s] >= path or rules[s].when == "always" for s in fired)
        if (fired or active) and how and not straight:
            if returns != "left":
                start = i
                fired = [stage for stage in loud if fires(rules[stage], events, i, start)]
            if returns == "left":
                target = mark
            elif returns == "first":
                target = min(rank[stage] for stage in rules)
            else:
                target = rank[returns]
            mark = target if target < path else -1
            if target >= path or all(rank[s] <= target for s in fired):
                if target >= 0 and entries[-1][1] != ranks[target]:
                    entries.append((at, ranks[target]))
                how = ""
                continue
        for stage in fired:
            here = entries[-1][1] if entries else None
            if stage != here and (rank[stage] >= path or rules[stage].when == "always" or rank[stage] > mark):
                entries.append((at, stage))
                how = "event" if rank[stage] >= path else ""
                mark = rank[stage] if rank[stage] < path else mark
    silences(len(events), as_of, True)
    return entries
