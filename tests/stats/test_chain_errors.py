"""What is no chain, and what cannot be asked of one, is named."""

from __future__ import annotations

import pytest

from custlife.errors import CustlifeError, DefinitionError, UnknownNameError, UsageError, UsageTypeError
from custlife.stats import ByState, MarkovChain, markov_chain

TWO = MarkovChain(["active", "gone"], [[0.5, 0.5], [0, 1]])


LOOP = MarkovChain(["a", "b", "end"], [[0, 1, 0], [1, 0, 0], [0, 0, 1]])


RARE = MarkovChain(["a", "b", "end"], [[0.5, 0.5, 1e-300], [0.5, 0.5, 0], [0, 0, 1]])


ERRORS = {
    "one text": (lambda: MarkovChain("ab", []), UsageTypeError, "states='ab' is one text\n\nHint: pass states=['ab']"),
    "no text": (
        lambda: MarkovChain([1], [[1]]),
        UsageTypeError,
        "states[0]=1 is not a text\n\nHint: name every state by a str",
    ),
    "twice": (
        lambda: MarkovChain(["a", "a"], []),
        DefinitionError,
        "states[1]='a' is there twice\n\nHint: give each state a name of its own",
    ),
    "no states": (
        lambda: MarkovChain([], []),
        DefinitionError,
        "a chain without states\n\nHint: pass states=['active',",
    ),
    "sum": (
        lambda: MarkovChain(["a", "b"], [[1, 0], [0.5, 0.4]]),
        DefinitionError,
        "rows[1] sums to 0.9, not to 1\n\nHint: give 'b' the probabilities of all destinations, staying included",
    ),
    "negative": (
        lambda: MarkovChain(["a", "b"], [[1, 0], [1.5, -0.5]]),
        DefinitionError,
        "rows[1][1]=-0.5 is negative\n\nHint: pass probabilities, from 0 to 1",
    ),
    "nan": (
        lambda: MarkovChain(["a"], [[float("nan")]]),
        UsageError,
        "rows[0][0]=nan is not a finite number up to 1e+100\n\nHint: look at rows[0][0]",
    ),
    "rows": (lambda: MarkovChain(["a"], []), DefinitionError, "0 rows for 1 states\n\nHint: pass one row for each"),
    "entries": (
        lambda: MarkovChain(["a"], [[0.5, 0.5]]),
        DefinitionError,
        "rows[0] has 2 entries for 1 states\n\nHint: give 'a' one probability for each state, itself included",
    ),
    "unknown": (lambda: TWO.probability("actve", "gone"), UnknownNameError, "unknown state 'actve'\n\nHint: "),
    "unknown result": (lambda: TWO.stationary()["gon"], UnknownNameError, "unknown state 'gon'\n\nHint: "),
    "no counts": (
        lambda: TWO.share("active", "gone"),
        UsageError,
        "the chain was not estimated from counts\n\nHint: make it with markov_chain(counts)",
    ),
    "periods": (lambda: TWO.power(-1), UsageError, "periods=-1 is below 0\n\nHint: pass periods=0 or more"),
    "half a period": (lambda: TWO.power(0.5), UsageTypeError, "periods=0.5 is not a whole number\n\nHint: "),
    "start": (lambda: TWO.project([1, -1], 1), UsageError, "start['gone']=-1.0 is negative\n\nHint: "),
    "too few": (
        lambda: TWO.project([1], 1),
        UsageError,
        "start has 1 numbers for 2 states\n\nHint: pass start as a map",
    ),
    "never absorbed": (
        LOOP.absorption,
        UsageError,
        "the chain is never absorbed from ['a', 'b']: they lead to each other\n\nHint: see stationary",
    ),
    "singular": (
        RARE.absorption,
        UsageError,
        "the chain is singular: ['a', 'b'] are left too seldom to tell it from never\n\nHint: drop transitions of",
    ),
    "several ends": (
        LOOP.stationary,
        UsageError,
        "where the chain settles depends on its start: [['a', 'b'], ['end']] are never left\n\nHint: see absorption",
    ),
    "discount": (
        lambda: TWO.value([1, 0], discount=-0.1),
        UsageError,
        "discount=-0.1 does not converge over all periods to come\n\nHint: pass the rate per period, 0 or more, such as",
    ),
    "tiny discount": (
        lambda: TWO.value([1, 0], discount=1e-12),
        UsageError,
        "discount=1e-12 is above 0 but below 1e-09\n\nHint: pass discount=0",
    ),
    "no discount": (
        lambda: TWO.value([1, 2], discount=0),
        UsageError,
        "discount=0 does not converge: 'gone' is worth 2 a period for ever\n\nHint: pass a discount above 0, or a horizon",
    ),
    "percent": (
        lambda: TWO.value([1, 0], discount=10),
        UsageError,
        "discount=10 is above 1, which is 100 %\n\nHint: 10 % is discount=0.1",
    ),
    "percent up to a horizon": (
        lambda: TWO.value([1, 0], discount=12, horizon=3),
        UsageError,
        "discount=12 is above 1, which is 100 %\n\nHint: 12 % is discount=0.12",
    ),
    "below -1": (
        lambda: TWO.value([1, 2], discount=-1, horizon=3),
        UsageError,
        "discount=-1 is not above -1\n\nHint: pass the rate per period, such as 0.01",
    ),
    "growth": (
        lambda: TWO.value([1, 2], discount=-0.999, horizon=300),
        UsageError,
        "discount=-0.999 lets values grow beyond 1e+200\n\nHint: pass a shorter horizon",
    ),
    "slope never left": (
        lambda: TWO.value_sensitivity("gone", "active", rewards=[1, 0], discount=0),
        UsageError,
        "discount=0 does not converge where 'gone', never left so far, is left\n\nHint: pass a discount above 0, or a",
    ),
    "slope from an end": (
        lambda: TWO.absorption_sensitivity("gone", "active", end="gone"),
        UsageError,
        "source='gone' is never left\n\nHint: pass one of ['active']",
    ),
    "slope to no end": (
        lambda: TWO.absorption_sensitivity("active", "active", end="active"),
        UsageError,
        "end='active' can be left\n\nHint: pass one of ['gone']",
    ),
    "several ends, slope": (
        lambda: LOOP.stationary_sensitivity("a", "a"),
        UsageError,
        "where the chain settles depends on its start: [['a', 'b'], ['end']] are never left\n\nHint: see absorption",
    ),
    "slope start": (
        lambda: TWO.value_sensitivities({"active": -2}, rewards=[1, 0], discount=0),
        UsageError,
        "start['active']=-2.0 is negative\n\nHint: pass how many are there, 0 or more",
    ),
    "unknown transition": (
        lambda: TWO.value_sensitivities([1, 1], rewards=[1, 0], discount=0)["active", "gon"],
        UnknownNameError,
        "unknown state 'gon'\n\nHint: ",
    ),
    "nothing to take": (
        lambda: LOOP.with_shift("a", "b", 0.1),
        UsageError,
        "'a' always goes to 'b': there is no other destination to take from or give to\n\nHint: pass another target",
    ),
    "too much": (
        lambda: TWO.with_shift("active", "gone", 0.6),
        UsageError,
        "by=0.6 would make the probability from 'active' to 'gone' 1.1\n\nHint: it is 0.5: pass by from -0.5 to 0.5",
    ),
    "stop": (lambda: TWO.with_stop("gone", into="gone"), UsageTypeError, "states='gone' is one text\n\nHint: "),
    "unseen": (
        lambda: markov_chain({("a", "b"): 1}),
        UsageError,
        "nobody was seen in state 'b', so nothing is known of where it leads\n\nHint: pass absorbing=['b'] if it is",
    ),
    "left": (
        lambda: markov_chain({("a", "b"): 1}, absorbing=["a"]),
        DefinitionError,
        "absorbing state 'a' was left for 'b', counts[('a', 'b')]=1\n\nHint: take it out of absorbing",
    ),
    "pair": (lambda: markov_chain({"ab": 1}), UsageTypeError, "counts has the key 'ab'\n\nHint: pass counts={"),
    "count": (lambda: markov_chain({("a", "b"): -1}), UsageError, "counts[('a', 'b')]=-1 is below 0\n\nHint: "),
    "smoothing": (
        lambda: markov_chain({("a", "a"): 1}, smoothing=-1),
        UsageError,
        "smoothing=-1 is negative\n\nHint: pass smoothing=0 for none",
    ),
    "absorbing": (
        lambda: markov_chain({("a", "a"): 1}, absorbing="a"),
        UsageTypeError,
        "absorbing='a' is one text\n\nHint: pass absorbing=['a']",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_what_cannot_be_is_named(name):
    ask, kind, text = ERRORS[name]
    with pytest.raises(CustlifeError) as caught:
        ask()
    assert type(caught.value) is kind
    assert str(caught.value).startswith(text)


def test_a_chain_that_has_ended_everywhere_has_nothing_left():
    done = MarkovChain(["a", "b"], [[1, 0], [0, 1]]).absorption()
    assert (done.transient, done.absorbing, done.periods, done.condition) == ((), ("a", "b"), (), 1.0)


def test_numbers_by_state_are_read_by_name_in_order_and_as_text():
    found = ByState(("a", "b"), (1.5, 2.0))
    assert (found["b"], list(found), len(found), str(found)) == (2.0, [1.5, 2.0], 2, "a 1.5, b 2")
