"""Rolling members up, by brute force: after every entry all members are looked up again."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

Row = tuple[int, int, str, str]  # instant, rank of the stage, member, account


def stages(rows: list[Row], account: str, path: int, rule) -> list[tuple[int, int]]:
    """The entries (instant, rank) of one account; `rows` hold those of all members, ties by rank."""
    moments: list[tuple[int, int, str]] = []  # what may change the account, in order; leaving comes last
    for member in sorted({row[2] for row in rows}):
        mine = sorted(row for row in rows if row[2] == member)
        moments += [(row[0], row[1], member) for row in mine if row[3] == account]
        for at in sorted({row[0] for row in mine}):
            # whoever was here up to this instant and belongs elsewhere when it is over, has left
            until = [row for row in mine if row[0] <= at]
            was_here = any(row[3] == account and row[0] == at for row in mine) or (
                [row for row in mine if row[0] < at][-1:] and [row for row in mine if row[0] < at][-1][3] == account
            )
            if was_here and until[-1][3] != account:
                moments.append((at, 10**6, member))
    held: dict[str, int] = {}
    order: list[str] = []  # members by their last move
    found: list[tuple[int, int]] = []
    for at, rank, member in sorted(moments):
        if rank == 10**6:
            held.pop(member, None)
            order = [m for m in order if m != member]
        elif held.get(member) != rank:
            held[member] = rank
            order = [m for m in order if m != member] + [member]
        if not order:
            continue
        now = found[-1][1] if found else None
        stage = decide(held, order, path, rule, now)
        if stage is not None and stage != now:
            found.append((at, stage))
    return found


def decide(held, order, path, rule, now):
    """The stage of an account whose members stand in `held`."""
    on = [member for member in order if held[member] < path]
    off = [member for member in order if held[member] >= path]
    if rule == "latest":
        return held[order[-1]]
    if rule == "any":
        return held[(on or off)[-1]]
    if rule == "furthest":
        return max((held[m] for m in on), default=None) if on else held[off[-1]]
    wanted = rule if isinstance(rule, int) else max(1, ceil(Fraction(repr(rule)) * len(order)))
    for rank in range(path - 1, -1, -1):
        if sum(held[m] >= rank for m in on) >= wanted:
            return rank
    return held[off[-1]] if len(off) >= wanted else now
