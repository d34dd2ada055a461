"""Members rolled up by arrays against those rolled up by rows: rows, columns, notes and errors are equal."""

from __future__ import annotations

import random
from array import array
from unittest.mock import patch

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.engines import transform
from custlife.engines.arrays import rolling_rules
from custlife.engines.arrays.ids import Texts
from custlife.engines.history import Column, History
from custlife.engines.rows.rolling import Pooled, RolledUp
from custlife.errors import DataError
from tests.engines.arrays.making import plain
from tests.engines.making import NAMES, raw_history

RULES = ("furthest", "latest", "any", 0.5, 1.0, 1 / 3, 1, 2, 3)
ACCOUNTS = ("ö", "b", "a", "unused", "z∞")
SIDES = st.sampled_from([(1, 0, 0), (0, 0, 1), (3, 2, 1)])


def told(made: History, accounts: list[int]) -> History:
    """The history with an account for each row, and columns of every kind."""
    rows = range(len(made))
    return attrs.evolve(
        made,
        extras={
            "account": Column(array("i", accounts), ACCOUNTS),
            "reason": Column(array("i", [row % 2 - 1 for row in rows]), ("price",)),
        },
        segments={"team": Column(array("i", [row % 3 - 1 for row in rows]), ("x", "y"))},
        values={"amount": [row if row % 2 else None for row in rows], "score": array("d", map(float, rows))},
        recorded=array("q", made.at),
    )


def alike(step: RolledUp | Pooled, made: History) -> None:
    """Both engines make the same history, or refuse it in the same words."""
    expected = outcome(step, made)
    for ids in (made.ids, Texts.of(made.ids)):
        assert outcome(step, attrs.evolve(made, ids=ids, engine="arrays")) == expected


def outcome(step: RolledUp | Pooled, made: History) -> object:
    try:
        found = transform(step, made)
    except DataError as error:
        return str(error), error.problems
    return plain(found), [(note, note.keys) for note in found.notes]


@st.composite
def members(draw: st.DrawFn, *, events: bool = False) -> History:
    """Members with ties, who stay in one account or change between them, some at one instant."""
    dice = draw(st.randoms(use_true_random=False))
    latest, units = draw(st.sampled_from([3, 30])), draw(st.sampled_from([1, 4, 12]))
    changes, misses = draw(st.sampled_from([0, 0, 0.1, 0.6])), draw(st.sampled_from([0, 0, 0.1]))
    names = ("x", "y", "z") if events else NAMES
    rows = [
        (f"u{unit}", dice.randrange(latest), dice.choice(names))
        for unit in range(units) for _ in range(dice.randrange(draw(st.sampled_from([4, 12]))))
    ]  # fmt: skip
    made = raw_history(rows, **({"model": None} if events else {}))
    accounts = []
    for low, high in made.ranges():
        home = dice.randrange(3)
        for _ in range(low, high):
            home = dice.randrange(3) if dice.random() < changes else home
            accounts.append(-1 if dice.random() < misses else (home, 4)[home == 2])
    code = list(made.code)
    if draw(st.booleans()):  # an order of the source
        for low, high in made.ranges():
            spots = sorted(range(low, high), key=lambda row: (made.at[row], dice.random()))
            code[low:high] = [made.code[row] for row in spots]
    return told(attrs.evolve(made, code=array("H", code)), accounts)


@given(members(), st.sampled_from(RULES), st.sampled_from(["raise", "drop", "drop"]))
def test_accounts_of_stages_are_equal(made: History, rule: str | float, on_bad: str) -> None:
    alike(RolledUp("account", rule, on_bad), made)
    with patch.object(rolling_rules, "STEPS", 0):
        alike(RolledUp("account", rule, on_bad), made)


@given(members(events=True), st.sampled_from(["raise", "drop", "drop"]), st.sampled_from(["account", "team"]))
def test_accounts_of_events_are_equal(made: History, on_bad: str, to: str) -> None:
    alike(Pooled(to, on_bad), made)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_equal_on_large_accounts(rule: str | float) -> None:
    dice = random.Random(3)
    rows = [(f"u{unit:03}", dice.randrange(60), dice.choice(NAMES)) for unit in range(90) for _ in range(7)]
    made = raw_history(rows)
    home = [min(dice.randrange(3), 1) if dice.random() < 0.1 else 0 for _ in made.at]
    alike(RolledUp("account", rule), told(made, home))
    alike(RolledUp("team", rule, "drop"), told(made, home))


def test_nobody_is_rolled_up_to_nothing() -> None:
    for step in (RolledUp("account", "any"), RolledUp("account", 2), Pooled("account")):
        alike(step, told(raw_history([]), []))
    alike(RolledUp("account", 2), told(raw_history([("u", 0, "a"), ("v", 1, "lost")]), [0, 2]))


def test_who_changes_accounts_and_comes_back_at_one_instant_has_left_the_other() -> None:
    rows = [("u", 0, "a"), ("u", 5, "b"), ("u", 5, "c"), ("u", 5, "d"), ("v", 1, "a"), ("v", 9, "lapsed")]
    for accounts in ([0, 1, 0, 1, 0, 0], [0, 1, 1, 0, 1, 0], [0, 0, 1, 0, 0, 1], [0, 1, 2, 4, 0, 0]):
        for rule in RULES:
            alike(RolledUp("account", rule), told(raw_history(rows), accounts))


def test_codes_of_missing_stand_in_no_account() -> None:
    made = told(raw_history([("u", 0, "a"), ("v", 1, "b")]), [-1, 0])
    alike(RolledUp("account", "latest"), made)
    found = transform(RolledUp("account", "latest", "drop"), attrs.evolve(made, engine="arrays"))
    assert [(list(found.ids), str(found.notes[0]))] == [
        (["ö"], "dropped: rows without account were left out (customer 'u' at 1970-01-01T00:00:00+00:00)")
    ]


@pytest.mark.parametrize("rule", RULES)
def test_who_is_back_at_the_last_instant_of_all_has_left_the_other(rule: str | float) -> None:
    # the last row repeats what the member already holds in the one account, and says that the other was left
    rows = [("t", 0, "d"), ("u", 0, "a"), ("u", 5, "b"), ("u", 5, "c"), ("u", 5, "lost")]
    made = attrs.evolve(raw_history(rows), code=array("H", [3, 0, 2, 1, 2]))
    alike(RolledUp("account", rule), told(made, [0, 0, 1, 0, 1]))


@pytest.mark.parametrize("rule", [1 << 62, 1 << 70])
def test_a_quorum_that_no_account_has_is_never_met(rule: int) -> None:
    alike(RolledUp("account", rule), told(raw_history([("u", 0, "a"), ("v", 1, "lost")]), [0, 0]))


@pytest.mark.parametrize("steps", [0, 1, 32])
def test_the_last_member_is_of_the_account_or_there_is_none(steps: int) -> None:
    # of the first account one member stays, of the second one the only one leaves, the third one has one off the path
    entries = rolling_rules.Entries(
        code=np.array([0, 1, 0, -1, 5, 3, 5]), first=np.array([0, 0, 2, 2, 4, 4, 4]),
        before=np.array([-1, -1, -1, 2, -1, -1, 5]), path=4,
    )  # fmt: skip
    everywhere = np.ones(7, np.bool_)
    with patch.object(rolling_rules, "STEPS", steps):
        assert entries.last(entries.is_on, everywhere).tolist() == [0, 1, 0, -1, -1, 3, -1]
        assert entries.last(entries.is_off, everywhere).tolist() == [-1, -1, -1, -1, 5, 5, 5]
        assert entries.last(entries.is_off, entries.is_on).tolist() == [-1, -1, -1, -1, -1, 5, -1]
        assert entries.last(np.zeros(7, np.bool_), everywhere).tolist() == [-1] * 7
