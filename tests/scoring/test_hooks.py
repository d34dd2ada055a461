"""Hooks: what they are told, what they may return, and that whatever else they do costs one customer one score."""

from __future__ import annotations

import math
import sys
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife import scoring
from custlife.errors import DataError, DefinitionError, TimeError, UnknownNameError, UsageError, UsageTypeError
from custlife.scoring.points import shortly
from tests.installed import install
from tests.scoring.hooks import ADA, AT, BOB, CYD, MISBEHAVING, coroutine, fine, nan, only_for, raising, slow
from tests.scoring.made import AS_OF, MODEL, customers, facts


class TestMisbehaving:
    @pytest.mark.parametrize("hook", MISBEHAVING, ids=lambda hook: hook.__name__)
    def test_costs_one_customer_one_score_and_the_batch_finishes(self, hook):
        found = cl.score_all(only_for("bob", hook), [ADA, BOB, CYD], as_of=AT)
        assert found.customers == ("ada", "bob", "cyd")
        assert found.values == (70.0, None, 70.0)
        (failure,) = found.failures
        assert (failure.customer, failure.hook) == ("bob", hook.__name__)
        assert MISBEHAVING[hook] in {None, failure.kind}
        assert failure.what.startswith(f"score hook {hook.__name__!r} {failure.kind} for customer 'bob'")
        assert len(failure.what) < 600
        assert found["bob"].reason == f"hook {hook.__name__!r} {failure.kind}"
        assert found["bob"].completeness == 0
        assert found.hooks == (scoring.HookTime(hook.__name__, 3, 1, 0, 0),)

    @pytest.mark.parametrize("hook", MISBEHAVING, ids=lambda hook: hook.__name__)
    def test_is_raised_by_a_single_call(self, hook):
        with pytest.raises((Exception,)) as caught:
            cl.score(hook, BOB, as_of=AT)
        told = getattr(caught.value, "what", "") + "".join(getattr(caught.value, "__notes__", ()))
        assert f"score hook {hook.__name__!r}" in told
        assert "'bob'" in told

    @pytest.mark.parametrize("hook", MISBEHAVING, ids=lambda hook: hook.__name__)
    def test_is_named_within_a_composition(self, hook):
        both = scoring.weighted({"fine": fine, "bad": scoring.weighted({"x": hook, "y": fine}, name="inner")})
        found = cl.score_all(both, [BOB, ADA], as_of=AT)
        assert [failure.hook for failure in found.failures] == [hook.__name__] * 2
        assert found.values == (None, None)
        assert {one.hook: (one.calls, one.failed) for one in found.hooks} == {"fine": (2, 0), hook.__name__: (2, 2)}

    @pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, GeneratorExit])
    def test_stopping_the_program_stops_the_batch(self, stop):
        def stopping(request):
            raise stop

        with pytest.raises(stop):
            cl.score_all(scoring.weighted([stopping]), [ADA], as_of=AT)
        with pytest.raises(stop):
            cl.score_all(stopping, [ADA], as_of=AT)

    def test_a_slow_call_is_listed_and_counts(self):
        found = cl.score_all(only_for("bob", slow), [ADA, BOB], as_of=AT, slow_after="0.02 seconds")
        assert found.values == (70.0, 70.0)
        assert [(one.customer, one.hook) for one in found.slow] == [("bob", "slow")]
        assert found.slow[0].seconds >= 0.03
        assert found.hooks[0].slowest >= 0.03 <= found.hooks[0].seconds

    def test_times_are_added_up_and_the_longest_is_kept(self, monkeypatch):
        """Calls of 5 ms, 30 ms and 20 ms, by a clock of our own; a call of 20 ms is not longer than 20 ms."""
        clock = iter([0, 5_000_000, 10_000_000, 40_000_000, 50_000_000, 70_000_000])
        monkeypatch.setattr("custlife.scoring.batch.ticks", lambda: next(clock))
        many = [cl.Customer(name, MODEL) for name in ("ada", "bob", "cyd")]
        found = cl.score_all(fine, many, as_of=AT, slow_after="0.02 seconds")
        (hook,) = found.hooks
        assert (hook.calls, hook.seconds, hook.slowest) == (3, 0.055, 0.03)
        assert [(one.customer, one.seconds) for one in found.slow] == [("bob", 0.03)]

    def test_what_a_member_raises_says_once_who_raised_it(self):
        with pytest.raises(ValueError, match="no such plan") as caught:
            cl.score(scoring.named("raising", raising), ADA, as_of=AT)
        assert caught.value.__notes__ == ["raised by score hook 'raising' for customer 'ada'"]

    @pytest.mark.parametrize("field", ["customer", "as_of", "facts"])
    def test_nothing_in_a_request_can_be_set(self, field):
        request = cl.ScoreRequest(ADA, AT, {"seats": 3})
        with pytest.raises(AttributeError):
            setattr(request, field, None)
        with pytest.raises((TypeError, AttributeError)):
            request.facts["seats"] = 4
        with pytest.raises(UsageTypeError, match="facts are read-only"):
            request.facts.seats = 4

    def test_the_text_of_an_error_says_what_to_do(self):
        with pytest.raises(UsageError) as caught:
            cl.score(nan, ADA, as_of=AT)
        assert str(caught.value) == (
            "score hook 'nan' returned nan for customer 'ada'\n\nHint: scores are finite numbers"
        )
        with pytest.raises(UsageTypeError) as caught:
            cl.score(coroutine, ADA, as_of=AT)
        assert caught.value.hint == "write def, not async def: nobody awaits a score"
        with pytest.raises(ValueError, match="no such plan") as caught:
            cl.score(raising, ADA, as_of=AT)
        assert caught.value.__notes__ == ["raised by score hook 'raising' for customer 'ada'"]

    @given(st.permutations(["ada", "bob", "cyd", "dan"]), st.sampled_from(sorted(MISBEHAVING, key=str)))
    def test_the_order_of_customers_changes_no_score(self, order, hook):
        there = {name: cl.Customer(name, MODEL) for name in order}
        found = cl.score_all(only_for("bob", hook), [there[name] for name in order], as_of=AT)
        assert {one.customer: one.value for one in found} == {"ada": 70, "bob": None, "cyd": 70, "dan": 70}


class TestAnswers:
    @pytest.mark.parametrize("value", [70, 70.0, Decimal(70), Fraction(140, 2)])
    def test_any_real_number_is_a_score(self, value):
        found = cl.score(lambda _: value, ADA, as_of=AT)
        assert (found.value, type(found.value), found.customer, found.as_of) == (
            70.0,
            float,
            "ada",
            datetime(2026, 2, 1, tzinfo=UTC),
        )
        assert cl.score_all(lambda _: value, [ADA], as_of=AT).values == (70.0,)

    def test_numbers_of_numpy_are_scores_and_its_bools_are_none(self):
        numpy = pytest.importorskip("numpy")
        for value in (numpy.int64(70), numpy.float32(70), numpy.float64(70)):
            assert cl.score(lambda _, v=value: v, ADA, as_of=AT).value == 70.0
        with pytest.raises(UsageTypeError):
            cl.score(lambda _: numpy.bool_(True), ADA, as_of=AT)

    def test_values_are_kept_to_the_millionth(self):
        assert cl.score(lambda _: 0.1 + 0.2, ADA, as_of=AT).value == 0.3
        assert cl.score_all(lambda _: 0.1 + 0.2, [ADA], as_of=AT).values == (0.3,)

    def test_a_score_is_kept_and_says_whose_it_is(self):
        mine = cl.Score(40, grade="C", parts=[scoring.Part("size", 40, reason="small")], completeness=0.5)
        for found in (cl.score(lambda _: mine, ADA, as_of=AT), cl.score_all(lambda _: mine, [ADA], as_of=AT)["ada"]):
            assert (found.value, found.grade, found.parts, found.completeness) == (40.0, "C", mine.parts, 0.5)
            assert (found.customer, found.as_of) == ("ada", datetime(2026, 2, 1, tzinfo=UTC))
        named = cl.Score(40, name="mine", customer="zoe")
        assert cl.score(lambda _: named, ADA, as_of=AT).name == "mine"

    def test_a_score_without_a_value_is_no_failure(self):
        found = cl.score_all(lambda _: cl.Score(None, reason="too new"), [ADA], as_of=AT)
        assert (found.values, found.failures, found["ada"].reason) == ((None,), (), "too new")

    @pytest.mark.parametrize(
        ("make", "kind", "what"),
        [
            (lambda: cl.Score(140), UsageError, "value=140 is not between 0 and 100"),
            (lambda: cl.Score(math.nan), UsageError, "value=nan is not a finite number"),
            (lambda: cl.Score("70"), UsageTypeError, "value='70' is a str, not a number"),
            (lambda: cl.Score(None), UsageError, "value=None has no reason"),
            (
                lambda: cl.Score(50, parts=[scoring.Part("a", 20)]),
                UsageError,
                "the points of the parts add up to 20, not to value=50",
            ),
            (lambda: cl.Score(50, parts=[("a", 50)]), UsageTypeError, "parts hold ('a', 50), which is not a Part"),
            (lambda: cl.Score(50, completeness=1.5), UsageError, "completeness=1.5 is not between 0 and 1"),
            (lambda: cl.Score(50, grade=1), UsageTypeError, "grade=1 is not a text"),
            (lambda: scoring.Part("a", "x"), UsageTypeError, "points='x' is a str, not a number"),
        ],
    )
    def test_a_score_that_cannot_be_is_refused(self, make, kind, what):
        with pytest.raises(kind) as caught:
            make()
        assert caught.value.what == what

    def test_part_by_name(self):
        found = cl.Score(40, parts=[scoring.Part("size", 40)])
        assert found.part("size").points == 40
        with pytest.raises(UnknownNameError, match="unknown part of the score 'sice'"):
            found.part("sice")


class TestWhatIsSeen:
    @given(customers(), st.lists(facts(), max_size=4))
    def test_nothing_that_was_not_known_at_that_moment(self, customer, given_facts):
        """What happened, or was learnt, after `as_of` changes no request."""
        theirs = {(one.name, one.at, one.recorded_at or one.at): one for one in given_facts}.values()
        seen = []
        cl.score_all(lambda request: seen.append(request) or 50, [customer], as_of=AS_OF, facts={"acme": list(theirs)})
        (request,) = seen
        for entry in (*request.customer.moves, *request.customer.events, *request.customer.facts):
            assert entry.at is None or entry.at <= AS_OF
            assert (entry.recorded_at or entry.at or AS_OF) <= AS_OF
        early = customer.as_of(AS_OF, known_at=AS_OF)
        known = [one for one in theirs if (one.at or AS_OF) <= AS_OF and (one.recorded_at or one.at or AS_OF) <= AS_OF]
        assert request == cl.ScoreRequest(early, AS_OF, scoring.Facts([*early.facts, *known]))
        held = {}  # the plainest way to say which fact holds
        for one in [*early.facts, *known]:
            order = (
                (one.at is not None, one.at, one.recorded_at or one.at)
                if one.at
                else (False, AS_OF, one.recorded_at or AS_OF)
            )
            if one.name not in held or order >= held[one.name][0]:
                held[one.name] = (order, one.value)
        if all(one.recorded_at is None or one.at is not None for one in [*early.facts, *known]):
            assert dict(request.facts) == {name: value for name, (_, value) in held.items() if value is not None}

    @pytest.mark.parametrize("kind", ["moves", "events", "facts"])
    def test_one_entry_that_was_learnt_later_is_not_there(self, kind):
        late = {
            "moves": [cl.Move("intent", "2026-01-05T00:00Z", recorded_at="2026-02-01T00:00:00.000001Z")],
            "events": [cl.Event("login", "2026-01-05T00:00Z", recorded_at="2026-02-01T00:00:00.000001Z")],
            "facts": [cl.Fact("seats", 5, at="2026-01-05T00:00Z", recorded_at="2026-02-01T00:00:00.000001Z")],
        }
        who = cl.Customer("ada", MODEL, **{kind: late[kind]})
        seen = []
        cl.score(lambda request: seen.append(request) or 1, who, as_of=AT)
        assert getattr(seen[0].customer, kind) == ()
        assert dict(seen[0].facts) == {}

    def test_facts_of_the_caller_hold_at_one_instant_and_older_ones_do_not(self):
        mine = ADA.fact("seats", 5, at="2026-01-10T00:00Z").fact("plan", "free", at="2026-01-10T00:00Z")
        theirs = [cl.Fact("seats", 8, at="2026-01-10T00:00Z"), cl.Fact("plan", "pro", at="2026-01-09T00:00Z")]
        seen = []
        cl.score(lambda request: seen.append(dict(request.facts)) or 1, mine, as_of=AT, facts=theirs)
        assert seen == [{"plan": "free", "seats": 8}]

    def test_undated_facts_serve_the_score_of_today(self):
        assert cl.score(lambda request: request.facts["seats"], ADA, as_of=AT, facts={"seats": 8}).value == 8

    def test_facts_that_contradict_each_other_cost_one_customer_one_score(self):
        twice = [cl.Fact("seats", 1), cl.Fact("seats", 2)]
        found = cl.score_all(fine, [ADA, BOB], as_of=AT, facts={"bob": twice})
        assert found.values == (70.0, None)
        assert found.failures[0].kind == "got facts that cannot be used (HistoryError)"

    def test_facts_of_strangers_are_told(self):
        found = cl.score_all(fine, [ADA], as_of=AT, facts={"zoe": {"seats": 1}, "ada": {}})
        assert found.unknown == ("zoe",)
        assert "Facts of 1 that are not among them, first 'zoe'." in found.footnotes()


LOG = cl.EventLog.from_rows([("eve", "login", AT)])


class TestRefused:
    @pytest.mark.parametrize(
        ("call", "kind", "what"),
        [
            (lambda: cl.score(70, ADA, as_of=AT), UsageTypeError, "scorer=70 cannot be called"),
            (lambda: cl.score(cl.HealthScore, ADA, as_of=AT), UsageTypeError, "scorer=HealthScore is a class, no scorer"),
            (lambda: cl.score("fitt", ADA, as_of=AT), UnknownNameError, "unknown scorer 'fitt'"),
            (lambda: cl.score(fine, "ada", as_of=AT), UsageTypeError, "customer='ada' is not a Customer"),
            (lambda: cl.score(fine, ADA, as_of="2026-02-01T00:00"), TimeError, None),
            (lambda: cl.score_all(fine, [ADA]), UsageError, "as_of is missing: a score depends on when one looks"),
            (lambda: cl.score_all(fine, ADA, as_of=AT), UsageTypeError, "customers is one Customer"),
            (lambda: cl.score_all(fine, ["ada"], as_of=AT), UsageTypeError, "customers[0]='ada' is not a Customer"),
            (lambda: cl.score_all(fine, "ada", as_of=AT), UsageTypeError, "customers='ada' are no customers"),
            (lambda: cl.score_all(fine, [ADA, ADA], as_of=AT), DataError, "customer 'ada' stands twice"),
            (lambda: cl.score_all(fine, [ADA], as_of=AT, facts={"seats": 3}), UsageTypeError, "facts['seats']=3 are not the facts of a customer"),
            (lambda: cl.score_all(fine, [ADA], as_of=AT, facts=[1]), UsageTypeError, "facts=[1] do not say whose they are"),
            (lambda: cl.score_all(fine, [LOG, ADA], as_of=AT), UsageTypeError, f"customers[1]={shortly(ADA)} is not a log"),
            (lambda: cl.score_all(fine, [ADA], as_of=AT, slow_after="1 day"), UsageError, "slow_after='1 day' depends on the calendar"),
        ],
    )  # fmt: skip
    def test_at_the_door(self, call, kind, what):
        with pytest.raises(kind) as caught:
            call()
        assert what in {None, caught.value.what}

    def test_unknown_customer_in_scores(self):
        with pytest.raises(UnknownNameError, match="unknown customer 'zoe'"):
            cl.score_all(fine, [ADA], as_of=AT)["zoe"]


class TestNames:
    def test_of_functions_partials_lambdas_and_objects(self):
        found = cl.score_all(partial(fine), [ADA], as_of=AT)
        assert found.name == "fine"
        assert cl.score_all(scoring.named("size", lambda _: 3), [ADA], as_of=AT).hooks[0].hook == "<lambda>"
        assert cl.score(scoring.named("size", lambda _: 3), ADA, as_of=AT).name == "size"

    def test_registered_scorers_are_asked_for_by_name(self):
        @scoring.scorer("tests: five")
        def five(request):
            return 5

        assert scoring.get("tests: five") is five
        assert "tests: five" in scoring.names()
        assert cl.score("tests: five", ADA, as_of=AT).value == 5
        scoring.scorer("tests: five")(five)
        with pytest.raises(DefinitionError, match="scorer 'tests: five' is already"):
            scoring.scorer("tests: five")(fine)

    @pytest.mark.parametrize("name", ["", "  ", 3])
    def test_empty_names_are_refused(self, name):
        with pytest.raises((UsageError, UsageTypeError)):
            scoring.named(name, fine)

    def test_entry_points_bring_scorers_and_the_package_of_a_broken_one_is_named(self, tmp_path, monkeypatch):
        monkeypatch.syspath_prepend(str(tmp_path))
        points = {"six": "score_plug:six", "broken": "score_gone:x", "data": "score_plug:DATA"}
        modules = {"score_plug": "def six(request):\n    return 6\nDATA = 5\n"}
        install(tmp_path, "theirs", "custlife.scorers", points, modules)
        assert {"six", "broken", "data"} <= set(scoring.names())
        assert "score_plug" not in sys.modules
        assert cl.score("six", ADA, as_of=AT).value == 6
        with pytest.raises(DefinitionError, match="plugin 'broken' of package 'theirs'"):
            cl.score("broken", ADA, as_of=AT)
        with pytest.raises(UsageTypeError, match="scorer 'data'=5 cannot be called"):
            cl.score("data", ADA, as_of=AT)


class TestBatch:
    def test_progress_is_told_every_thousand_and_at_the_end(self):
        told = []
        many = [cl.Customer(f"c{number}", MODEL) for number in range(2_001)]
        cl.score_all(fine, many, as_of=AT, progress=told.append)
        assert told == [1_000, 2_000, 2_001]
        cl.score_all(fine, many[:2_000], as_of=AT, progress=told.append)
        assert told[3:] == [1_000, 2_000]

    def test_an_empty_batch_is_a_batch(self):
        found = cl.score_all(fine, [], as_of=AT)
        assert (len(found), found.values, found.failures) == (0, (), ())
        assert found.hooks == (scoring.HookTime("fine", 0, 0, 0, 0),)
        assert str(found).startswith("fine: scores of 0 customers")

    def test_customers_may_come_one_by_one(self):
        assert cl.score_all(fine, (one for one in (ADA, BOB)), as_of=AT).customers == ("ada", "bob")

    def test_shown(self):
        found = cl.score_all(only_for("bob", raising), [ADA, BOB], as_of=AT)
        assert str(found).splitlines()[:5] == [
            "raising: scores of 2 customers",
            "customer  value  grade  qualifies  known  reason",
            "────────  ─────  ─────  ─────────  ─────  ────────────────────────────────",
            "ada        70.0                    100 %",
            "bob           –                      0 %  hook 'raising' raised ValueError",
        ]
        assert "1 without a score. hook 'raising' raised ValueError (1)." in str(found)
        assert repr(found) == "<Scores: raising: scores of 2 customers, 1 failures, as of 2026-02-01 00:00 UTC>"
        assert found._repr_html_().startswith("<")
        assert [row["value"] for row in found.to_dicts()] == [70.0, None]
        assert found.to_columns()["customer"] == ["ada", "bob"]

    def test_as_a_frame(self):
        pytest.importorskip("polars")
        found = cl.score_all(only_for("bob", raising), [ADA, BOB], as_of=AT).to_frame("polars")
        assert found["value"].to_list() == [70.0, None]
        assert found.columns == ["customer", "value", "grade", "qualifies", "completeness", "freshness_days", "reason"]


def test_no_name_of_the_room_is_that_of_a_file_in_it():
    """Importing such a file would put the module in the place of the function."""
    from pkgutil import iter_modules

    assert {found.name for found in iter_modules(scoring.__path__)} & set(scoring.__all__) == set()


def test_events_that_a_score_reads_and_nobody_had_are_told():
    log = cl.EventLog.from_rows([("ada", "visit", "2026-01-05T09:00Z")], as_of="2026-01-06T00:00Z")
    known, wrong = (cl.LeadScore([scoring.behavior("once", name, points=10)], name=name) for name in ("visit", "byu"))
    assert scoring.score_all(known, log).unheard == ()
    assert scoring.score_all(wrong, log).footnotes()[0] == "Nobody had the event 'byu': is it spelled so?"
    assert scoring.score_all(scoring.maximum([known, wrong]), log).unheard == ("byu",)
    assert scoring.score_all(lambda _: 3, log).unheard == ()
    assert scoring.score_all(wrong, [], as_of=log.as_of).unheard == ()
