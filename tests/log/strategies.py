"""Small logs for tests: few customers, few days, many ties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from custlife.calendar import days, from_us, months
from custlife.engines.history import History
from custlife.engines.rules import Rule, Rules, all_of, any_of, count, seen, silent, value
from custlife.stages import Stage, StageModel

START = datetime(2026, 1, 30, tzinfo=UTC)
MODEL = StageModel(
    "tiny",
    ["a", "b", "c", "d"],
    exits=[Stage("lapsed", exit="paused"), Stage("lost", exit="ended")],
    unplaced=["risk"],
)


def day(n: int) -> datetime:
    """A day some days after the start."""
    return START + timedelta(days=n)


def entries(history: History) -> dict[str, list[tuple[datetime, str]]]:
    """When each unit entered which stage, or did what."""
    names = history.vocabulary.names
    return {
        unit: [(from_us(history.at[row]), names[history.code[row]]) for row in range(low, high)]
        for unit, (low, high) in zip(history.ids, history.ranges(), strict=True)
    }


def events(names: str = "xyz", latest: int = 12, most: int = 9) -> st.SearchStrategy[list[tuple[str, int, str, int]]]:
    """Rows of unit, day, name and amount."""
    row = st.tuples(st.sampled_from(["u", "v"]), st.integers(0, latest), st.sampled_from(names), st.integers(-2, 5))
    return st.lists(row, max_size=most)


def loud_rules(names: str = "xyz") -> st.SearchStrategy[Rule]:
    """Rules that wait for events."""
    name = st.sampled_from(names)
    few = st.sets(name, min_size=1, max_size=2)
    when = st.sampled_from(["forward", "forward", "always"])
    window = st.sampled_from([None, days(1), days(3), months(1)])
    single = st.one_of(
        st.builds(lambda n, w: seen(*n, when=w), few, when),
        st.builds(lambda n, k, s, w: count(n, k, within=s, when=w), few, st.integers(1, 3), window, when),
        st.builds(lambda n, k, w: value(n, "amount", at_least=k, when=w), few, st.integers(0, 4), when),
        st.builds(lambda n, k: value(n, "amount", at_most=k), few, st.integers(0, 4)),
        st.builds(lambda n, k: value(n, "amount", equals=k), few, st.integers(0, 4)),
        st.builds(lambda n, k, s: value(n, "amount", at_least=k, of="total", within=s), few, st.integers(1, 9), window),
    )
    several = st.lists(single, min_size=1, max_size=3)
    return st.one_of(single, single, several.map(lambda r: any_of(*r)), several.map(lambda r: all_of(*r)))


def quiet_rules(names: str = "xyz") -> st.SearchStrategy[Rule]:
    """Silences."""
    of = st.one_of(st.just(()), st.sets(st.sampled_from(names), min_size=1, max_size=2))
    return st.builds(lambda d, o: silent(for_=days(d), of=o), st.integers(1, 5), of)


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    """Rules for some stages of the tiny model."""
    loud = draw(
        st.dictionaries(st.sampled_from(["a", "b", "c", "d", "lost", "lapsed", "risk"]), loud_rules(), max_size=4)
    )
    first = {draw(st.sampled_from("abcd")): draw(loud_rules())}
    quiet = draw(st.dictionaries(st.sampled_from(["lapsed", "lost", "risk", "d"]), quiet_rules(), max_size=3))
    returns = draw(st.sampled_from(["left", "left", "first", "b", "risk"]))
    return Rules({**quiet, **loud, **first}, returns)
