"""A funnel by trying everything: all starts, all chains of rows. Slow, plain, and written apart from the engine."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

INF = 10**18


@dataclass(frozen=True)
class Ask:
    """A funnel over integer times: steps by name, limits as plain numbers or None."""

    steps: tuple[str, ...]
    window: int | None = None
    within: tuple[int | None, ...] = ()
    min_gap: tuple[int | None, ...] = ()
    entry: str = "first"
    order: str = "ordered"
    skips: str = "passed"
    ties: str = "lenient"


@dataclass(frozen=True)
class Found:
    """The chain that counts: times of the steps, whether each was real, its deadlines, and whether it is open."""

    times: tuple[int, ...]
    real: tuple[bool, ...]
    deadlines: tuple[int, ...]
    is_open: bool


def deadlines(ask: Ask, start: int) -> tuple[int, ...]:
    found = []
    for k in range(len(ask.steps)):
        limits = ask.within[1 : k + 1] if ask.within else ()
        known = [limit for limit in limits if limit is not None]
        chained = INF if not k or len(known) < k else start + sum(known)
        found.append(min(INF if ask.window is None else start + ask.window, chained))
    return tuple(found)


def serves(rows: list[tuple[int, str]], path: tuple[str, ...], ask: Ask) -> list[dict[int, bool]]:
    """For each row the steps it serves, with whether it really enters them."""
    found = []
    before = -1
    for _, name in rows:
        mine = {k: True for k, step in enumerate(ask.steps) if step == name}
        if name in path:
            here = path.index(name)
            if path and ask.skips != "strict":
                for k, step in enumerate(ask.steps):
                    if step in path and before < path.index(step) < here:
                        mine[k] = False
            before = here
        found.append(mine)
    return found


def chains(
    rows: list[tuple[int, str]], served: list[dict[int, bool]], ask: Ask, start: int
) -> list[list[tuple[int, bool]]]:
    """Every chain of rows from one start that keeps every limit between consecutive real steps."""
    ends = deadlines(ask, rows[start][0])
    done: list[list[tuple[int, bool]]] = []

    def legal(chain: list[tuple[int, bool]]) -> bool:
        for k, (i, real) in enumerate(chain):
            if rows[i][0] > ends[k]:
                # a step passed over on the way to a real one of the same row is not tested itself
                deeper = any(j == i for j, _ in chain[k + 1 :])
                if not deeper or rows[i][0] > (INF if ask.window is None else rows[start][0] + ask.window):
                    return False
            last_of_row = k + 1 == len(chain) or chain[k + 1][0] != i
            reals = [(m, j) for m, (j, r) in enumerate(chain[:k]) if r]
            if not reals or not last_of_row:
                continue
            m, j = reals[-1]
            passed = rows[i][0] - rows[j][0]
            limits = ask.within[m + 1 : k + 1] if ask.within else (None,)
            known = [limit for limit in limits if limit is not None]
            if len(known) == len(limits) and passed > sum(known):
                return False
            gaps = [g for g in (ask.min_gap[m + 1 : k + 1] if ask.min_gap else ()) if g is not None]
            if real and gaps and passed < sum(gaps):
                return False
        return True

    def grow(chain: list[tuple[int, bool]]) -> None:
        if legal(chain):
            done.append(chain)
        k = len(chain)
        if k == len(ask.steps):
            return
        here, was_real = chain[-1]
        for i in range(here if not was_real else here + 1, len(rows)):
            if k not in served[i]:
                continue
            if i != here and ask.ties == "strict" and rows[i][0] == rows[here][0]:
                continue
            if ask.order == "strict" and i > here + 1:
                continue
            grow([*chain, (i, served[i][k])])

    grow([(start, served[start][0])])
    return done


def judge(
    rows: list[tuple[int, str]], path: tuple[str, ...], ended: set[str], as_of: int, ask: Ask
) -> list[Found] | str:
    """The attempts of one unit that count, or `skipped`."""
    served = serves(rows, path, ask)
    starts = [i for i, mine in enumerate(served) if 0 in mine]
    if not starts:
        return []

    def best_chain(start: int) -> list[tuple[int, bool]]:
        def key(chain: list[tuple[int, bool]]) -> tuple[object, ...]:
            times = [-rows[i][0] for i, _ in chain]
            return len(chain), times[-1], sum(r for _, r in chain), times

        return max(chains(rows, served, ask, start), key=key)

    def found(chain: list[tuple[int, bool]], tried: list[int]) -> Found:
        depth = len(chain)
        still = False
        if depth < len(ask.steps):
            latest = max(deadlines(ask, rows[i][0])[depth] for i in tried)
            still = latest > as_of and not (latest == INF and bool(rows) and rows[-1][1] in ended)
        return Found(
            tuple(rows[i][0] for i, _ in chain), tuple(r for _, r in chain), deadlines(ask, rows[tried[0]][0]), still
        )

    if ask.entry == "each":
        attempts = []
        at = 0
        while at < len(starts):
            chain = best_chain(starts[at])
            one = found(chain, [starts[at]])
            attempts.append(one)
            if len(chain) == len(ask.steps):
                after = [p for p, i in enumerate(starts) if i > chain[-1][0]]
            else:
                after = [p for p, i in enumerate(starts) if p > at and rows[i][0] > one.deadlines[len(chain)]]
            at = after[0] if after else len(starts)
        if ask.skips == "exclude":
            kept = [a for a in attempts if all(a.real)]
            return kept or "skipped"
        return attempts
    tried = starts[:1] if ask.entry == "first" else starts
    best = max(
        (best_chain(i) for i in tried),
        key=lambda c: (len(c), sum(r for _, r in c), -rows[c[-1][0]][0], rows[c[0][0]][0]),
    )
    one = found(best, tried)
    return "skipped" if ask.skips == "exclude" and not all(one.real) else [one]


def in_order(rows: list[tuple[int, str]], names: tuple[str, ...]) -> list[tuple[int, str]]:
    """Rows in time order, ties in the order of the names; rows that repeat the stage held are no rows."""
    ordered = sorted(rows, key=lambda row: (row[0], names.index(row[1])))
    return ordered[:1] + [b for a, b in pairwise(ordered) if a[1] != b[1]]
