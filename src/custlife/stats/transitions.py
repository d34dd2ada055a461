"""A Markov chain from counts of transitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from custlife.errors import DefinitionError, UsageError, UsageTypeError
from custlife.stats.chain import MarkovChain
from custlife.stats.chain_parts import place, states_of, texts
from custlife.stats.numbers import check_number, check_whole
from custlife.stats.proportions import Share, share

__all__ = ["markov_chain"]

Counts = Mapping[tuple[str, str], int]


def markov_chain(
    counts: Counts,
    *,
    states: Iterable[str] | None = None,
    absorbing: Iterable[str] = (),
    smoothing: float = 0.0,
    level: float = 0.95,
) -> MarkovChain:
    """The chain whose probabilities are the observed shares of the transitions.

    Args:
        counts: How often each `(source, target)` was seen from one period to the next; staying is a transition too.

        states: All states in order; else those of the counts and of *absorbing*, as they come.

        absorbing: States that are never left; they need no counts and get no smoothing.

        smoothing: Added to the count of every destination of every other state, 0 or more: the mean of a Dirichlet
            posterior, with 1 a uniform prior and with 0.5 that of Jeffreys. Forbidden transitions get a share too.

        level: Nominal coverage of the Wilson intervals of the observed shares, which stand in `shares`.

    Raises:
        UsageTypeError: A key is not a pair of states, or a number is not of the right kind.
        UsageError: A count or the smoothing is negative, or a state that can be left was never seen.
        DefinitionError: An absorbing state was left, or there is no state.
        UnknownNameError: A count or an absorbing name is not among the states given.

    Source:
        Anderson & Goodman (1957), Annals of Mathematical Statistics 28, 89-110. Smoothing: Gelman et al. (2013),
        Bayesian Data Analysis, 3rd edition, section 3.4. Intervals: Wilson (1927), see `share`.

    Examples:
        >>> chain = markov_chain({("trial", "paid"): 1, ("trial", "trial"): 3}, absorbing=["paid"])
        >>> print(chain.share("trial", "paid"))
        1 of 4: 25.0 % (95 % wilson 4.6 % to 69.9 %)
    """
    seen = {_pair(key): check_whole(f"counts[{key!r}]", count) for key, count in counts.items()}
    ended = texts("absorbing", absorbing)
    names = states_of(dict.fromkeys([*(name for pair in seen for name in pair), *ended]) if states is None else states)
    added = check_number("smoothing", smoothing)
    if added < 0:
        raise UsageError(f"smoothing={smoothing!r} is negative", "pass smoothing=0 for none")
    table = [[0] * len(names) for _ in names]
    for (source, target), count in seen.items():
        table[place(source, names)][place(target, names)] = count
    never_left = {place(name, names) for name in ended}
    rows = [_row(names, i, row, added, i in never_left) for i, row in enumerate(table)]
    return MarkovChain(names, rows, shares=tuple(_shares(row, level) for row in table))


def _pair(key: object) -> tuple[str, str]:
    if isinstance(key, tuple) and len(key) == 2 and all(isinstance(name, str) for name in key):
        return key
    raise UsageTypeError(f"counts has the key {key!r}", "pass counts={('trial', 'paid'): 3, ...}")


def _row(names: tuple[str, ...], i: int, counts: list[int], added: float, is_absorbing: bool) -> list[float]:
    if is_absorbing:
        for name, count in zip(names, counts, strict=True):
            if count and name != names[i]:
                what = f"absorbing state {names[i]!r} was left for {name!r}, counts[{(names[i], name)!r}]={count}"
                raise DefinitionError(what, "take it out of absorbing")
        return [float(j == i) for j in range(len(names))]
    total = sum(counts) + added * len(names)
    if total == 0:
        what = f"nobody was seen in state {names[i]!r}, so nothing is known of where it leads"
        raise UsageError(what, f"pass absorbing=[{names[i]!r}] if it is never left, or smoothing=1")
    return [(count + added) / total for count in counts]


def _shares(counts: list[int], level: float) -> tuple[Share, ...]:
    return tuple(share(count, sum(counts), level=level) for count in counts)
