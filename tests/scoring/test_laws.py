"""Laws of declared scores and compositions, each against a second answer by fractions and brute force."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import attrs
import pytest
from hypothesis import example, given, reject
from hypothesis import strategies as st

import custlife as cl
from custlife import scoring
from custlife.errors import DataError, DefinitionError
from custlife.scoring.points import in_micro, shared, whole_weights
from tests.scoring.made import (
    ACME,
    AS_OF,
    DAY,
    MODEL,
    customers,
    declared,
    given_facts,
    healths,
    ideals,
    leads,
    scored,
)


class TestEveryScore:
    @given(declared, customers(), given_facts)
    def test_lies_between_0_and_100_and_its_parts_add_up_to_it(self, scorer, customer, known):
        found = scored(scorer, customer, known)
        assert 0 <= found.completeness <= 1
        if found.value is None:
            assert found.reason
            return
        assert 0 <= found.value <= 100
        assert sum(in_micro(part.points) for part in found.parts) == in_micro(found.value)
        assert found.completeness > 0
        assert found.freshness is None or found.freshness >= timedelta(0)

    @given(declared, customers(), given_facts)
    def test_ignores_everything_known_later(self, scorer, customer, known):
        early = customer.as_of(AS_OF, known_at=AS_OF)
        seen = [one for one in known if (one.at or AS_OF) <= AS_OF and (one.recorded_at or one.at or AS_OF) <= AS_OF]
        assert scored(scorer, customer, known) == scored(scorer, early, seen)

    @given(declared, customers())
    def test_completeness_0_is_no_score_and_not_50(self, scorer, customer):
        found = scored(scorer, customer)
        assert (found.value is None) == (found.completeness == 0)

    @given(st.one_of(healths(), leads(), ideals()), customers(), given_facts, st.randoms())
    def test_the_order_of_rules_is_irrelevant(self, scorer, customer, known, random):
        def mixed(items):
            found = list(items)
            random.shuffle(found)
            return found

        lists = [f.name for f in attrs.fields(type(scorer)) if f.name in {"measures", "overrides", "rules", "criteria"}]
        other = attrs.evolve(scorer, **{name: mixed(getattr(scorer, name)) for name in lists})
        one, two = scored(scorer, customer, known), scored(other, customer, known)
        assert (one.value, one.grade, one.qualifies, one.freshness) == (
            two.value,
            two.grade,
            two.qualifies,
            two.freshness,
        )
        assert set(one.parts) == set(two.parts)
        assert one.completeness == pytest.approx(two.completeness)

    @given(declared)
    def test_goes_to_documents_and_comes_back_equal(self, scorer):
        kind = type(scorer)
        assert kind.from_toml(scorer.to_toml()) == scorer
        assert kind.from_json(scorer.to_json()) == scorer
        assert kind.from_toml(scorer.to_toml()).to_toml() == scorer.to_toml()

    @given(declared, customers(), given_facts)
    def test_a_batch_says_the_same(self, scorer, customer, known):
        found = cl.score_all(scorer, [customer], as_of=AS_OF, facts={"acme": list(known)})
        assert not found.failures
        assert found["acme"] == scored(scorer, customer, known)
        assert "acme" in found["acme"].explain()


# -- the ideal customer and RFM ----------------------------------------------------------------------------------------


class TestIdeal:
    @given(ideals(), customers(), given_facts)
    def test_is_the_weight_of_what_matches_among_what_is_known(self, ideal, customer, known):
        request = scoring.ScoreRequest(customer.as_of(AS_OF, known_at=AS_OF), AS_OF)
        seen = [one for one in known if (one.at or AS_OF) <= AS_OF and (one.recorded_at or one.at or AS_OF) <= AS_OF]
        request = attrs.evolve(request, facts=scoring.Facts([*request.customer.facts, *seen]))
        met = {one.name: one.when.met(one.when.reads.read(request)) for one in (*ideal.criteria, *ideal.exclusions)}
        below = sum(Fraction(str(one.weight)) for one in ideal.criteria if met[one.name] is not None)
        above = sum(Fraction(str(one.weight)) for one in ideal.criteria if met[one.name])
        found = scored(ideal, customer, known)
        if any(met[one.name] for one in ideal.exclusions):
            assert (found.value, found.completeness) == (0, 1)
            return
        if not below:
            assert found.value is None
            return
        assert abs(Fraction(found.value) - 100 * above / below) <= Fraction(1, 1_000_000)
        assert found.completeness == pytest.approx(
            float(below / sum(Fraction(str(one.weight)) for one in ideal.criteria))
        )

    def test_nothing_on_record_is_not_nothing_done(self):
        """Before anything happened nobody knows that they did nothing."""
        health = cl.HealthScore([scoring.measure("logins", scoring.events("login"), worst=0, best=10)])
        lead = cl.LeadScore([scoring.behavior("login", points=5)])
        for scorer in (health, lead):
            assert scored(scorer, ACME).value is None
            assert scored(scorer, ACME.track("signed up", at=AS_OF)).value == 0

    def test_who_is_excluded_scores_0_also_where_nothing_else_is_known(self):
        ideal = scoring.IdealCustomer(
            [scoring.criterion("size", scoring.fact("seats"), at_least=5)],
            exclusions=[scoring.criterion("rival", scoring.fact("rival"), one_of=True)],
        )
        found = scored(ideal, ACME, [cl.Fact("rival", True)])
        assert (found.value, found.completeness) == (0, 1)
        assert scored(ideal, ACME, [cl.Fact("rival", False)]).value is None
        both = scoring.weighted({"ideal": ideal, "all": lambda _: 50})
        assert (scored(both, ACME, [cl.Fact("rival", True)]).completeness) == 1

    def test_says_whom_it_describes(self):
        ideal = scoring.IdealCustomer([scoring.criterion("size", scoring.fact("seats"), at_least=5)], pains="slow tools", channels=["fairs"], seeks=["speed"])  # fmt: skip
        assert (ideal.pains, ideal.channels, ideal.seeks) == (("slow tools",), ("fairs",), ("speed",))
        assert scoring.IdealCustomer.from_toml(ideal.to_toml()) == ideal


class TestRfm:
    @given(customers())
    def test_classes_by_hand(self, customer):
        rfm = scoring.Rfm("order", recency=(10, 30, 90), frequency=(2, 3), monetary=(0, 2.5))
        orders = [one for one in customer.as_of(AS_OF, known_at=AS_OF).events if one.name == "order"]
        found = scored(rfm, customer)
        if not orders:
            assert (found.value, found.reason) == (None, "never bought")
            return
        days = (AS_OF - max(one.at for one in orders)) / DAY
        recency = 1 + sum(days <= edge for edge in (10, 30, 90))
        frequency = 1 + sum(len(orders) >= edge for edge in (2, 3))
        money = 1 + sum(sum(one.value or 0 for one in orders) >= edge for edge in (0, 2.5))
        assert found.grade == f"{recency}{frequency}{money}"
        wanted = Fraction(100, 3) * (Fraction(recency - 1, 3) + Fraction(frequency - 1, 2) + Fraction(money - 1, 2))
        assert abs(Fraction(found.value) - wanted) <= Fraction(2, 1_000_000)

    @given(st.lists(st.integers(0, 30), min_size=2, max_size=30), st.integers(2, 5))
    @example([0, 0, 0, 5], 4)
    def test_learnt_thresholds_leave_somebody_in_every_class(self, gaps, classes):
        buyers = [
            cl.Customer(f"c{number}", MODEL, events=[cl.Event("order", AS_OF - n * DAY, value=gap, key=str(n)) for n in range(gap, gap + 1 + gap % 4)])
            for number, gap in enumerate(gaps)
        ]  # fmt: skip
        if len(set(gaps)) == 1:
            with pytest.raises(DataError, match="all have the same recency"):
                scoring.Rfm.learn(buyers, "order", as_of=AS_OF, classes=classes)
            return
        try:
            rfm = scoring.Rfm.learn(buyers, "order", as_of=AS_OF, classes=classes)
        except DataError:  # frequencies may be equal where recencies are not
            reject()
        found = [one.grade for one in cl.score_all(rfm, buyers, as_of=AS_OF)]
        for place, edges in enumerate((rfm.recency, rfm.frequency, rfm.monetary)):
            assert {int(grade[place]) for grade in found} == set(range(1, len(edges) + 2))
            assert len(edges) < classes
        assert scoring.Rfm.from_json(rfm.to_json()) == rfm

    def test_equal_numbers_make_equal_classes(self):
        buyers = [
            cl.Customer(
                f"c{n}", MODEL, events=[("order", AS_OF - n * DAY)] * 1 + [("order", AS_OF - 40 * DAY)] * (n % 2)
            )
            for n in range(1, 11)
        ]
        rfm = scoring.Rfm.learn(buyers, "order", as_of=AS_OF, classes=5, money=False)
        assert rfm.recency == (2, 4, 6, 8)
        assert rfm.frequency == (2,)

    @pytest.mark.parametrize(
        "make",
        [
            lambda: scoring.Rfm("order", recency=(3, 2), frequency=(2,)),
            lambda: scoring.Rfm("order", recency=(), frequency=(2,)),
            lambda: scoring.Rfm("order", recency=(3,), frequency=(2,), field="x"),
            lambda: scoring.Rfm.learn([ACME], "order", as_of=AS_OF),
            lambda: scoring.Rfm.learn([ACME], "order", as_of=AS_OF, classes=1),
            lambda: scoring.Rfm.learn([ACME], "order", as_of=AS_OF, classes="5"),
            lambda: scoring.Rfm.learn([ACME], "order", as_of=AS_OF, classes=2.5),
            lambda: scoring.Rfm.learn([ACME.track("order", at=AS_OF)], "order", as_of=AS_OF),
        ],
    )
    def test_what_makes_no_classes_is_refused(self, make):
        with pytest.raises(cl.CustlifeError):
            make()


# -- compositions ------------------------------------------------------------------------------------------------------

values = st.one_of(st.none(), st.floats(0, 100), st.sampled_from([0, 100, 50, 33.333333]))


def giving(name, value):
    answer = cl.Score(None, reason="unknown", completeness=0) if value is None else value
    return scoring.named(name, lambda _: answer)


class TestCompositions:
    @given(declared, customers(), given_facts)
    def test_one_alone_is_itself(self, scorer, customer, known):
        alone = scored(scorer, customer, known)
        for composed in (
            scoring.weighted([scorer], name=scorer.name),
            scoring.weighted({scorer.name: scorer}, {scorer.name: 0.3}, name=scorer.name),
            scoring.minimum([scorer], name=scorer.name),
            scoring.maximum([scorer], name=scorer.name),
            scoring.capped(scorer, at_most=100, at_least=0, name=scorer.name),
            scoring.gated(scorer, gate=lambda _: 100, at_least=0, name=scorer.name),
        ):
            assert scored(composed, customer, known) == alone

    @given(st.lists(st.tuples(values, st.sampled_from([1, 2, 0.5, 40])), min_size=2, max_size=5))
    def test_a_weighted_mean_by_fractions(self, pairs):
        hooks = {f"h{n}": giving(f"h{n}", value) for n, (value, _) in enumerate(pairs)}
        composed = scoring.weighted(hooks, {f"h{n}": weight for n, (_, weight) in enumerate(pairs)})
        found = scored(composed, ACME)
        known = [(Fraction(str(w)), Fraction(round(Fraction(v) * 10**6), 10**6)) for v, w in pairs if v is not None]
        if not known:
            assert found.value is None
            return
        mean = sum(w * v for w, v in known) / sum(w for w, _ in known)
        assert abs(Fraction(found.value) - mean) <= Fraction(1, 10**6)
        assert found.completeness == pytest.approx(
            float(sum(w for w, _ in known) / sum(Fraction(str(w)) for _, w in pairs))
        )
        assert sum(in_micro(part.points) for part in found.parts) == in_micro(found.value)

    @given(st.lists(values, min_size=2, max_size=5))
    def test_the_least_and_the_greatest(self, given_values):
        hooks = {f"h{n}": giving(f"h{n}", value) for n, value in enumerate(given_values)}
        known = [value for value in given_values if value is not None]
        low, high = scored(scoring.minimum(hooks), ACME), scored(scoring.maximum(hooks), ACME)
        assert low.value == (pytest.approx(min(known), abs=1e-6) if known else None)
        assert high.value == (pytest.approx(max(known), abs=1e-6) if known else None)
        assert low.completeness == pytest.approx(len(known) / len(given_values))

    @pytest.mark.parametrize(
        ("gate", "value", "reason"),
        [(50, 90, ""), (49.999999, 30, ""), (None, None, "nothing is known of the gate 'gate': unknown")],
    )
    def test_a_gate(self, gate, value, reason):
        composed = scoring.gated(giving("lead", 90), giving("gate", gate), at_least=50, otherwise=30)
        found = scored(composed, ACME)
        assert (found.value, found.reason) == (value, reason)
        if value == 30:
            assert found.part("gate gate").points == -60
            assert (
                found.part("gate gate").reason == "gate is 49.999999, below 50"
                or "50, below 50" in found.part("gate gate").reason
            )

    @given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100))
    def test_caps(self, value, one, other):
        low, high = sorted((one, other))
        found = scored(scoring.capped(giving("x", value), at_least=low, at_most=high), ACME)
        assert found.value == pytest.approx(max(low, min(high, value)), abs=1e-6)
        assert sum(in_micro(part.points) for part in found.parts) in {0, in_micro(found.value)}

    def test_both_bounds_may_be_one_number(self):
        from custlife.scoring.composing import Capped

        bound = 50.0
        for value in (10, 50, 90):
            assert scored(Capped(giving("x", value), bound, bound), ACME).value == 50

    @pytest.mark.parametrize(
        "make",
        [
            lambda x: scoring.weighted([]),
            lambda x: scoring.weighted([x, x]),
            lambda x: scoring.weighted([x], {"y": 1}),
            lambda x: scoring.weighted([x], [1]),
            lambda x: scoring.weighted([x], {"x": 0}),
            lambda x: scoring.weighted("x"),
            scoring.capped,
            lambda x: scoring.capped(x, at_least=60, at_most=50),
            lambda x: scoring.capped(x, at_most=101),
            lambda x: scoring.gated(x, 3, at_least=50),
        ],
    )
    def test_what_cannot_be_put_together_is_refused(self, make):
        with pytest.raises(cl.CustlifeError):
            make(giving("x", 3))

    def test_compositions_go_to_documents_with_names_for_code(self):
        @scoring.scorer("tests: flat")
        def flat(request):
            return 50

        health = cl.HealthScore([scoring.measure("x", scoring.fact("x"), worst=0, best=10)])
        for composed in (
            scoring.weighted({"health": health, "flat": flat}, {"health": 2, "flat": 1}),
            scoring.minimum({"health": health, "flat": flat}, name="worst"),
            scoring.maximum({"health": health, "both": scoring.capped(flat, at_most=30)}),
            scoring.gated(health, gate=flat, at_least=20, otherwise=5),
        ):
            assert type(composed).from_toml(composed.to_toml()) == composed
            assert type(composed).from_json(composed.to_json()) == composed
        with pytest.raises(DefinitionError, match="scorer '<lambda>' is code, and a document is data"):
            scoring.capped(lambda _: 3, at_most=5).to_toml()


@given(st.lists(st.integers(-(10**12), 10**12), max_size=6), st.integers(1, 10**6))
def test_shared_parts_add_up_and_are_off_by_less_than_one(parts, below):
    total, found = shared(parts, below)
    assert sum(found) == total
    assert abs(Fraction(sum(parts), below) - total) <= Fraction(1, 2)
    assert all(abs(Fraction(part, below) - one) < 1 for part, one in zip(parts, found, strict=True))


@given(st.lists(st.sampled_from([1, 2, 0.5, 40, 0.000001, 33.333333]), min_size=1, max_size=5))
def test_whole_weights_keep_their_proportions(given_weights):
    found = whole_weights(given_weights)
    exact = [Fraction(str(weight)) for weight in given_weights]
    assert [Fraction(one, sum(found)) for one in found] == [one / sum(exact) for one in exact]
