"""Every declared score, and what is made of them, gives a frame the values that it gives its customers one by one."""

from __future__ import annotations

import pickle

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import custlife as cl
from custlife import scoring
from custlife.errors import DataError, UsageError, UsageTypeError
from custlife.scoring.request import request_at
from tests.scoring import made

pandas = pytest.importorskip("pandas")
polars = pytest.importorskip("polars")
pytest.importorskip("pyarrow")

SIDES = ("recency", "frequency", "monetary")
LISTS = ("measures", "overrides", "criteria", "exclusions", "rules")


def renamed(scorer, prefix):
    """The score with a prefix before the name of each rule, and with nothing that a column without dates cannot tell."""
    changed = {}
    for each in LISTS:
        rules = [attrs.evolve(one, name=f"{prefix}{one.name}") for one in getattr(scorer, each, ())]
        rules = [attrs.evolve(one, stale_after=None) if hasattr(one, "stale_after") else one for one in rules]
        rules = [attrs.evolve(one, decay=None) if hasattr(one, "decay") else one for one in rules]
        changed |= {each: rules} if hasattr(scorer, each) else {}
    return attrs.evolve(scorer, **changed)


def things(scorer):
    """What is read, by the name that it has."""
    if isinstance(scorer, scoring.Rfm):
        return dict(zip(SIDES, scorer.reads(), strict=False))
    found = {}
    for one in [one for each in LISTS for one in getattr(scorer, each, ())]:
        if isinstance(one, scoring.Behavior):
            found[one.name] = scoring.events(*one.of, within=one.within)
        else:
            found[one.name] = one.reads if hasattr(one, "reads") else one.when.reads
    inner = [member.scorer for member in getattr(scorer, "members", ())]
    inner += [getattr(scorer, name) for name in ("scorer", "gate") if hasattr(scorer, name)]
    for one in inner:
        found |= things(one)
    return found


def tz_of(scorer):
    inner = [member.scorer for member in getattr(scorer, "members", ())] + [getattr(scorer, "scorer", None)]
    return next((tz_of(one) for one in inner if one is not None), getattr(scorer, "tz", "UTC"))


def framed(kind, table):
    """A frame of columns; numbers are whole where all of them are, and texts or yes and no as they come."""
    if kind == "pandas":
        return pandas.DataFrame(
            {name: pandas.array(values, dtype=_pandas_type(values)) for name, values in table.items()}
        )
    plain = polars.DataFrame(
        {name: polars.Series(name, values, _polars_type(values)) for name, values in table.items()}
    )
    return plain.to_arrow() if kind == "pyarrow" else plain


def _is(values, *kinds):
    return all(value is None or type(value) in kinds for value in values)


def _pandas_type(values):
    return "Int64" if _is(values, int) else "float64" if _is(values, int, float) else object


def _polars_type(values):
    return polars.Int64 if _is(values, int) else polars.Float64 if _is(values, int, float) else polars.String


def same(scorer, customers, kind):
    """Hold the scores of a frame against those one by one."""
    requests = [request_at(one, made.AS_OF) for one in customers]
    table = {name: [reads.read(one, tz_of(scorer)).value for one in requests] for name, reads in things(scorer).items()}
    frame = framed(kind, table)
    found = scorer.on_frame(frame, columns={name: name for name in table})
    wanted = cl.score_all(scorer, customers, as_of=made.AS_OF)
    assert not wanted.failures
    assert len(found) == len(customers)
    columns = found.to_columns()
    assert columns["value"] == list(wanted.values)
    assert columns["grade"] == [one.grade for one in wanted]
    assert columns["completeness"] == [one.completeness for one in wanted]
    assert columns.get("qualifies", [""] * len(customers)) == [one.qualifies for one in wanted]
    assert pickle.loads(pickle.dumps(found)).to_columns() == columns
    return found


@st.composite
def crowds(draw):
    return [draw(made.customers(f"c{place}")) for place in range(draw(st.integers(1, 5)))]


@st.composite
def leaves(draw, prefix="", zone="UTC"):
    found = renamed(draw(made.declared), prefix)
    return attrs.evolve(found, tz=zone) if hasattr(found, "tz") else found


@st.composite
def compositions(draw, prefix="x", deep=2, zone="UTC"):
    inner = [
        draw(
            compositions(f"{prefix}{place}", deep - 1, zone)
            if deep > 1 and draw(st.booleans())
            else leaves(f"{prefix}{place}", zone)
        )
        for place in range(draw(st.integers(1, 3)))
    ]
    named = dict(zip(draw(st.permutations("abc")), inner, strict=False))
    bounds = st.sampled_from([0, 20.5, 50, 100])
    low, high = sorted([draw(bounds), draw(bounds)])
    return draw(
        st.sampled_from([
            scoring.weighted(named, {name: draw(made.weights) for name in named}),
            scoring.minimum(named),
            scoring.maximum(named),
            scoring.capped(inner[0], at_most=high),
            scoring.capped(inner[0], at_least=low, at_most=high),
            scoring.capped(scoring.named("other", inner[0]), at_least=low),
            scoring.gated(inner[0], inner[-1], at_least=high, otherwise=low),
        ])
    )  # fmt: skip


KINDS = st.sampled_from(["pandas", "polars", "pyarrow"])


@given(st.data(), made.ZONES, crowds(), KINDS)
def test_equal_to_the_scores_one_by_one(data, zone, customers, kind):
    same(data.draw(leaves(zone=zone)), customers, kind)


@given(st.data(), made.ZONES, crowds(), KINDS)
def test_what_is_made_of_scores_equals_too(data, zone, customers, kind):
    same(data.draw(compositions(zone=zone)), customers, kind)


ORDERS = st.tuples(st.sampled_from([0, 1, 2, 30, 90]), st.sampled_from([None, 1, 2.5, 10]))


@given(st.lists(st.lists(ORDERS, max_size=3), min_size=2, max_size=6), st.integers(2, 5), KINDS)
def test_buyers_on_the_edges_of_quantiles_are_in_the_same_class(crowd, classes, kind):
    customers = []
    for place, orders in enumerate(crowd):
        found = [cl.Event("order", made.AS_OF - days * made.DAY, value=value) for days, value in orders]
        customers.append(cl.Customer(f"c{place}", made.MODEL, events=list(dict.fromkeys(found))))
    try:
        rfm = scoring.Rfm.learn(customers, "order", as_of=made.AS_OF, classes=classes, money=classes % 2 == 0)
    except DataError:  # nobody bought, or all alike
        assume(False)
    same(rfm, customers, kind)


def facts_of_all(scorer, table):
    count = len(next(iter(table.values())))
    known = {f"c{row}": {name: values[row] for name, values in table.items()} for row in range(count)}
    return cl.score_all(scorer, [cl.Customer(one, made.MODEL) for one in known], as_of=made.AS_OF, facts=known)


WHOLE = st.sampled_from([None, 0, 1, 9, 10, 11, 2**53, 2**53 + 1, -(2**53) - 1, 2**62])
REAL = st.sampled_from([None, -0.0, 0.1, 9.999999999, 10.0, 10.000000001, 2.0**53, 1e300])
EDGES = st.sampled_from([10, 10.0, 0.1, 2**53 + 1, -(2**53) - 1, 1e300, None])
TABLES = st.lists(st.tuples(WHOLE, REAL, st.sampled_from([None, "a", "é"]), st.none() | st.booleans()), max_size=6)


@given(TABLES, EDGES, EDGES, st.sampled_from([polars.DataFrame, lambda *a, **k: polars.DataFrame(*a, **k).to_arrow()]))
def test_conditions_hold_at_their_bounds_and_beyond_what_floats_can_tell(rows, low, high, make):
    assume(low is not None or high is not None)
    assume(low is None or high is None or low <= high)
    whole, real = (scoring.fact(name) for name in ("whole", "real"))
    ideal = scoring.IdealCustomer(
        [
            scoring.criterion("large", whole, at_least=low, at_most=high, weight=3),
            scoring.criterion("real", real, at_least=low, at_most=high),
            scoring.criterion("one", whole, one_of=[1, 10], weight=0.7),
        ],
        exclusions=[
            scoring.criterion("text", scoring.fact("text"), one_of="é"),
            scoring.criterion("true", scoring.fact("true"), one_of=True),
        ],
        bands=scoring.Bands({"no": 0, "yes": 75}, edge="down"),
    )
    lead = cl.LeadScore(
        [
            scoring.fit("large", whole, points=60, at_least=low, at_most=high),
            scoring.fit("r", real, points=-7.5, at_most=10),
        ],
        caps={"fit": 55},
    )
    schema = {"whole": polars.Int64, "real": polars.Float64, "text": polars.String, "true": polars.Boolean}
    table = {name: [row[place] for row in rows] for place, name in enumerate(schema)}
    for scorer in (ideal, lead):
        found = scorer.on_frame(make(table, schema=schema)).to_columns()
        wanted = facts_of_all(scorer, table)
        assert not wanted.failures
        assert found["value"] == list(wanted.values)
        assert found["grade"] == [one.grade for one in wanted]
        assert found["completeness"] == [one.completeness for one in wanted]


RFM = scoring.Rfm("order", recency=(30, 90), frequency=(2, 5), monetary=(100,))
LEAD = cl.LeadScore(
    [
        scoring.fit("size", scoring.fact("employees"), at_least=500, points=30),
        scoring.behavior("demo", "demo", points=20, cap=40),
    ],
    thresholds={"MQL": 40, "SQL": 70},
)


def test_by_hand():
    frame = pandas.DataFrame({"recency": [30, 90.5, None], "frequency": [5, 1, 0], "monetary": [100, 99.99, None]})
    assert RFM.on_frame(frame).to_dicts() == [
        {"value": 100.0, "grade": "332", "completeness": 1.0},
        {"value": 0.0, "grade": "111", "completeness": 1.0},
        {"value": None, "grade": "", "completeness": 0.0},
    ]
    frame = pandas.DataFrame({"employees": [500, None, 499, None], "demo": [3, 2, 0, None]})
    assert LEAD.on_frame(frame).to_dicts() == [
        {"value": 70.0, "grade": "", "qualifies": "SQL", "completeness": 1.0},
        {"value": 40.0, "grade": "", "qualifies": "MQL", "completeness": 0.4},
        {"value": 0.0, "grade": "", "qualifies": "", "completeness": 1.0},
        {"value": None, "grade": "", "qualifies": "", "completeness": 0.0},
    ]
    assert str(LEAD.on_frame(frame)).startswith("lead: 4 rows")


def test_who_refuses_makes_nothing_known_and_of_equal_sides_fit_is_cut():
    nps, seats = (scoring.measure(name, scoring.fact(name), worst=0, best=10) for name in ("nps", "seats"))
    strict = cl.HealthScore([nps, attrs.evolve(seats, missing="refuse")])
    plan = cl.HealthScore([scoring.measure("plan", scoring.fact("plan"), levels={"pro": 100})], name="plan")
    table = {"nps": [5, 5], "seats": [None, None], "plan": [None, "pro"]}
    for scorer in (scoring.weighted([strict, plan]), scoring.minimum([strict, plan])):
        found, wanted = scorer.on_frame(polars.DataFrame(table)), facts_of_all(scorer, table)
        assert found.to_columns()["value"] == list(wanted.values) == [None, 100]
        assert found.completeness.tolist() == [one.completeness for one in wanted]
    both = cl.HealthScore([attrs.evolve(nps, missing="refuse"), attrs.evolve(seats, missing="refuse")])
    table = {"nps": [5, None, 5, None], "seats": [5, 5, None, None]}
    found, wanted = both.on_frame(polars.DataFrame(table)), facts_of_all(both, table)
    assert found.to_columns()["value"] == list(wanted.values) == [50, None, None, None]
    bands = {"fit_bands": {"B": 0, "A": 20}, "behavior_bands": {"2": 0, "1": 20}}
    rules = [
        scoring.fit("f", scoring.fact("f"), points=20, one_of=1, group="g"),
        scoring.behavior("b", "b", points=20, group="g"),
    ]
    lead = cl.LeadScore(rules, caps={"g": 30}, **bands)
    one = cl.Customer("c", made.MODEL, events=[("b", made.AS_OF)])
    wanted = cl.score(lead, one, as_of=made.AS_OF, facts={"f": 1})
    found = lead.on_frame(polars.DataFrame({"f": [1], "b": [1]}))
    assert (found.values.tolist(), found.grades) == ([wanted.value], [wanted.grade]) == ([30], ["B1"])


def test_a_band_that_nobody_reaches_may_start_anywhere():
    bands = scoring.Bands({"none": -9e9, "low": 0, "never": 9e9})
    health = cl.HealthScore([scoring.measure("m", scoring.fact("m"), worst=0, best=100)], bands=bands)
    assert health.on_frame(polars.DataFrame({"m": [0.0, 100.0, None]})).grades == ["low", "low", ""]


@pytest.mark.parametrize(("edges", "grades"), [(8, ["92", "11"]), (9, ["[10]2", "[1]1"]), (11, ["[12]2", "[1]1"])])
def test_more_than_nine_classes_stand_in_brackets(edges, grades):
    fine = scoring.Rfm("order", recency=range(1, edges + 1), frequency=(2,))
    assert fine.on_frame(pandas.DataFrame({"recency": [0, edges + 0.5], "frequency": [2, 1]})).grades == grades


def test_decimals_and_texts_are_numbers_as_they_are_one_by_one():
    from decimal import Decimal

    frame = pandas.DataFrame({"recency": ["5", "95"], "frequency": [2, 2], "monetary": [Decimal("100.00"), Decimal(7)]})
    assert RFM.on_frame(frame).grades == ["322", "121"]


@pytest.mark.parametrize("make", [pandas.DataFrame, polars.DataFrame])
def test_a_frame_without_rows_gives_no_scores(make):
    both = scoring.maximum({"rfm": RFM, "mean": scoring.weighted([RFM, LEAD]), "lead": LEAD})
    names = ["recency", "frequency", "monetary", "employees", "demo"]
    found = both.on_frame(make({name: [] for name in names}))
    assert len(found) == 0
    assert found.to_columns() == {"value": [], "grade": [], "qualifies": [], "completeness": []}


def test_what_columns_cannot_tell_is_refused():
    fading = cl.LeadScore([scoring.behavior("demo", "demo", points=20, decay=scoring.half_life("30 days"))])
    with pytest.raises(UsageError, match=r"rules \['demo'\] fade with the age of each event") as caught:
        scoring.maximum([LEAD, scoring.capped(fading, at_most=5)], name="two").on_frame(pandas.DataFrame({"demo": [1]}))
    assert "score_all(lead, log)" in str(caught.value)
    with pytest.raises(UsageTypeError, match="scorer 'abs' is no declared score"):
        scoring.weighted([LEAD, abs]).on_frame(pandas.DataFrame({"demo": [1]}))
    other = scoring.IdealCustomer([scoring.criterion("size", scoring.fact("employees"), at_least=500)])
    assert scoring.minimum([LEAD, other]).on_frame(pandas.DataFrame({"employees": [600], "demo": [0]})).values == [30]
    other = scoring.IdealCustomer([scoring.criterion("size", scoring.fact("seats"), at_least=500)])
    with pytest.raises(UsageError, match="share a name, 'size': fact employees and fact seats"):
        scoring.minimum([LEAD, other]).on_frame(pandas.DataFrame({"employees": [600], "demo": [0]}))


def test_counts_that_are_none_and_buyers_without_a_number_are_refused():
    for count in (-1, 0.5, 1e300):
        with pytest.raises(DataError, match=r"column 'demo', row 1: .* is no number of events"):
            LEAD.on_frame(pandas.DataFrame({"employees": [1, 1], "demo": [0, count]}))
    frame = pandas.DataFrame({"recency": [5, None], "n": [None, None], "monetary": [5, 5]})
    with pytest.raises(DataError, match="column 'n' has no frequency of somebody whose last purchase is known"):
        RFM.on_frame(frame, columns={"frequency": "n"})
    with pytest.raises(UsageTypeError, match="value='many' is not a number"):
        RFM.on_frame(pandas.DataFrame({"recency": ["many"], "frequency": [1], "monetary": [5]}))
    heavy = cl.LeadScore([scoring.behavior("demo", "demo", points=1e6)])
    with pytest.raises(UsageError, match="add up to more than 9 billion"):
        heavy.on_frame(pandas.DataFrame({"demo": [10_000]}))


def test_an_infinite_number_is_refused_as_it_is_one_by_one():
    health = cl.HealthScore([scoring.measure("size", scoring.fact("size"), worst=0, best=5)])
    for value in (float("inf"), -float("inf")):
        with pytest.raises(UsageError, match="not a finite number"):
            health.on_frame(pandas.DataFrame({"size": [1.0, value]}))
    ideal = scoring.IdealCustomer([scoring.criterion("size", scoring.fact("size"), at_least=5)])
    with pytest.raises(UsageError, match="not a finite number"):
        ideal.on_frame(pandas.DataFrame({"size": [float("inf")]}))
    with pytest.raises(UsageError, match="not a finite number"):
        RFM.on_frame(pandas.DataFrame({"recency": [1.0], "frequency": [2], "monetary": [float("inf")]}))


@pytest.mark.parametrize("edge", ["up", "down"])
def test_the_lowest_band_has_all_that_lies_below_its_start(edge):
    bands = scoring.Bands({"mid": 20, "high": 50}, edge=edge)
    health = cl.HealthScore([scoring.measure("m", scoring.fact("m"), worst=0, best=100)], bands=bands)
    rules = [scoring.fit("m", scoring.fact("m"), points=-30, at_least=50), scoring.behavior("b", "b", points=20)]
    lead = cl.LeadScore(rules, fit_bands=bands, behavior_bands=bands, thresholds={"MQL": 20})
    table = {"m": [0.0, 20.0, 20.5, 50.0, 51.0, None], "b": [0, 1, 3, 2, 0, None]}
    grades = health.on_frame(polars.DataFrame(table)).grades
    assert grades == [*(bands.of(value) for value in table["m"][:-1]), ""]
    assert grades[:2] == ["mid", "mid"]
    assert lead.on_frame(polars.DataFrame(table)).grades == [
        *(f"mid{bands.of(20 * count)}" for count in table["b"][:-1]), "",
    ]  # fmt: skip


def test_gates_ties_and_points_below_zero_by_hand():
    def health(name, band):
        return cl.HealthScore([scoring.measure(name, scoring.fact(name), worst=0, best=10)], bands={band: 0}, name=name)

    half = cl.HealthScore([scoring.measure(name, scoring.fact(name), worst=0, best=10) for name in ("nps", "seats")])
    frame = polars.DataFrame({"nps": [5], "seats": [None], "bad": [2], "size": [1]}, schema_overrides={"seats": int})
    assert scoring.gated(health("nps", "N"), half, at_least=50).on_frame(frame).completeness.tolist() == [0.5]
    for limit, value in ((50, 50), (50.000001, 30)):  # the gate stands at 50
        gate = scoring.gated(health("nps", "N"), health("nps", "G"), at_least=limit, otherwise=30)
        assert gate.on_frame(frame).values.tolist() == [value]
    assert scoring.gated(half, health("nps", "N"), at_least=50).on_frame(frame).completeness.tolist() == [0.5]
    tied = scoring.maximum({"b": health("nps", "N"), "a": half, "c": health("nps", "Z")})
    assert tied.on_frame(frame).grades == [""]  # that of a
    rules = [
        scoring.fit("size", scoring.fact("size"), at_least=1, points=50),
        scoring.behavior("bad", "bad", points=-10, cap=15),
    ]
    assert cl.LeadScore(rules).on_frame(frame).values.tolist() == [35]
