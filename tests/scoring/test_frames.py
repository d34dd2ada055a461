"""Scores of frames equal the scores one by one, whatever the library, the policy and the holes in the data."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife import scoring
from custlife.errors import DataError, UnknownNameError, UsageError, UsageTypeError
from tests.scoring.made import AS_OF, MODEL, weights

pandas = pytest.importorskip("pandas")
polars = pytest.importorskip("polars")
pyarrow = pytest.importorskip("pyarrow")

MAKERS = {
    "polars": polars.DataFrame,
    "lazy": polars.LazyFrame,
    "pandas": pandas.DataFrame,
    "pyarrow": pyarrow.table,
}
KINDS = {
    "seats": st.integers(-30, 130),
    "nps": st.floats(-200, 200) | st.just(math.inf),
    "plan": st.sampled_from(["pro", "free", "odd"]),
    "trial": st.booleans(),
}


@st.composite
def healths(draw):
    policy = st.sampled_from([None, "reweigh", "neutral", "zero", "refuse"])
    measures = []
    for name in draw(st.sets(st.sampled_from(["seats", "nps", "plan", "trial"]), min_size=1)):
        common = {"weight": draw(weights), "missing": draw(policy)}
        if name in {"seats", "nps"}:
            worst, best = draw(st.sampled_from([(0, 100), (90.5, -5), (0, 0.001)]))
            measures.append(scoring.measure(name, scoring.fact(name), worst=worst, best=best, **common))
        else:
            levels = {"pro": 100, "free": 33.3} if name == "plan" else {True: 80, False: 10}
            measures.append(scoring.measure(name, scoring.fact(name), levels=levels, **common))
    overrides = [
        scoring.override("cap", scoring.fact("seats"), below=20, at_most=draw(st.sampled_from([0, 40]))),
        scoring.override("floor", scoring.fact("plan"), one_of="pro", at_least=30),
        scoring.override("trying", scoring.fact("trial"), one_of=True, at_most=70),
    ]
    chosen = [one for one in overrides if draw(st.booleans())]
    missing = draw(st.sampled_from(["reweigh", "neutral", "zero", "refuse"]))
    return cl.HealthScore(
        sorted(measures, key=lambda m: m.name), overrides=chosen, bands={"red": 0, "green": 50}, missing=missing
    )


@st.composite
def tables(draw):
    count = draw(st.integers(1, 6))
    found = {}
    for name, values in KINDS.items():
        holes = st.none() | values if draw(st.booleans()) else values
        column = [draw(holes) for _ in range(count)]
        found[name] = [None if value == math.inf else value for value in column]  # a fact is finite
    return found


def framed(kind, table):
    if kind == "pandas":
        plain = {
            name: pandas.array(values, dtype="Int64") if name == "seats" else values for name, values in table.items()
        }
        plain["nps"] = pandas.array([math.nan if v is None else v for v in table["nps"]], dtype="float64")
        return pandas.DataFrame(plain)
    schema = {"seats": polars.Int64, "nps": polars.Float64, "plan": polars.String, "trial": polars.Boolean}
    if kind == "pyarrow":
        return polars.DataFrame(table, schema=schema).to_arrow()
    return MAKERS[kind](table, schema=schema)


@given(healths(), tables(), st.sampled_from(sorted(MAKERS)))
def test_equal_to_the_scores_one_by_one(health, table, kind):
    found = health.on_frame(framed(kind, table))
    customers = [cl.Customer(f"c{row}", MODEL) for row in range(len(table["seats"]))]
    known = {f"c{row}": {name: values[row] for name, values in table.items()} for row in range(len(customers))}
    wanted = cl.score_all(health, customers, as_of=AS_OF, facts=known)
    assert not wanted.failures
    assert found.to_columns()["value"] == list(wanted.values)
    assert found.to_columns()["grade"] == [one.grade for one in wanted]
    assert found.completeness.tolist() == pytest.approx([one.completeness for one in wanted])


def test_many_rows_are_gone_through_in_pieces():
    numpy = pytest.importorskip("numpy")
    values = numpy.random.default_rng(5).normal(50, 40, 100_001)
    values[::7] = math.nan
    health = cl.HealthScore([
        scoring.measure("a", scoring.fact("a"), worst=0, best=100, weight=2),
        scoring.measure("b", scoring.fact("b"), worst=100, best=0, weight=1),
    ])  # fmt: skip
    found = health.on_frame(polars.DataFrame({"a": values, "b": values[::-1]})).values
    for row in (0, 1, 6, 7, 32_767, 32_768, 65_536, 100_000):
        known = {"a": values[row], "b": values[::-1][row]}
        facts = {name: float(value) for name, value in known.items() if value == value}
        one = cl.score(health, cl.Customer("x", MODEL), as_of=AS_OF, facts=facts).value
        assert (None if math.isnan(found[row]) else found[row]) == one


def test_columns_of_other_names_and_ids():
    health = cl.HealthScore(
        [
            scoring.measure("logins", scoring.events("login", within="30 days"), worst=0, best=10),
            scoring.measure("seats", scoring.fact("seats"), worst=0, best=10),
        ],
        overrides=[scoring.override("notice", scoring.fact("gone"), one_of=True, at_most=5)],
    )
    frame = polars.DataFrame({"id": [7, 8, 9], "n": [5, 10, 0], "seats": [5, None, 1], "left": [None, True, False]})
    found = health.on_frame(frame, columns={"logins": "n", "notice": "left"}, customer_col="id")
    assert found.to_dicts() == [
        {"customer": "7", "value": 50.0, "grade": "", "completeness": 1.0},
        {"customer": "8", "value": 5.0, "grade": "", "completeness": 0.5},
        {"customer": "9", "value": 5.0, "grade": "", "completeness": 1.0},
    ]
    assert found.to_frame().columns == ["customer", "value", "grade", "completeness"]
    assert len(found) == 3
    assert str(found).startswith("health: 3 rows")
    assert repr(found) == "<FrameScores of health: 3 rows>"
    assert found._repr_html_()
    assert "The first 1 of 3." in found.table(limit=1).text()


def test_what_cannot_be_scored_is_refused():
    health = cl.HealthScore([scoring.measure("seats", scoring.fact("seats"), worst=0, best=10)])
    with pytest.raises(DataError) as caught:
        health.on_frame(polars.DataFrame({"seat": [1]}))
    assert caught.value.problems == (("column 'seats'", "did you mean 'seat'? There are: 'seat'"),)
    with pytest.raises(UnknownNameError, match="unknown measure or rule 'seets'"):
        health.on_frame(polars.DataFrame({"seats": [1]}), columns={"seets": "seats"})
    with pytest.raises(UsageTypeError, match="list is not a frame"):
        health.on_frame([1])
    with pytest.raises(UsageTypeError, match="measure 'seats': value='many' is not a number"):
        health.on_frame(polars.DataFrame({"seats": ["5", "many"]}))
    stale = cl.HealthScore([scoring.measure("seats", scoring.fact("seats"), worst=0, best=10, stale_after="1 day")])
    with pytest.raises(UsageError, match="go stale"):
        stale.on_frame(polars.DataFrame({"seats": [1]}))
    twice = cl.HealthScore(
        health.measures, overrides=[scoring.override("seats", scoring.fact("nps"), above=5, at_most=3)]
    )
    with pytest.raises(UsageError, match="share a name"):
        twice.on_frame(polars.DataFrame({"seats": [1]}))


@pytest.mark.parametrize("best", [1e-302, 1e308])
def test_a_range_whose_steps_no_number_can_hold_is_refused(best):
    with pytest.raises(cl.CustlifeError, match="too narrow or too wide"):
        scoring.measure("x", scoring.fact("x"), worst=-best, best=best)


def test_columns_that_a_frame_lacks_are_named_by_what_asked_for_them():
    health = cl.HealthScore([cl.scoring.measure("logins", cl.scoring.fact("logins"), worst=0, best=9, weight=1)])
    frame = pandas.DataFrame({"id": ["a"], "n": [1]})
    with pytest.raises(DataError) as caught:
        health.on_frame(frame, columns={"logins": "n"}, customer_col="ids")
    assert str(caught.value) == (
        "the frame has no column customer_col='ids'\n\nHint: did you mean 'id'? There are: 'id', 'n'"
    )
    with pytest.raises(DataError, match=r"pass columns=\{'logins': 'its name in the frame'\}"):
        health.on_frame(frame, customer_col="id")
