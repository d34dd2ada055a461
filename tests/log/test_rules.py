"""Rules: each stage is preceded by an action."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.calendar import days
from custlife.engines.rules import Rule, Rules, all_of, any_of, count, seen, silent, value
from custlife.errors import CustlifeError, DataError, DefinitionError, UnknownNameError, UsageError, UsageTypeError
from custlife.log.event_log import EventLog
from custlife.stages import StageModel
from tests.log.strategies import MODEL, day, entries, events, loud_rules, quiet_rules, rules
from tests.oracles.rules import stages as by_brute_force


def log_of(rows, **options):
    options.setdefault("as_of", day(14))
    dicts = [{"customer": u, "event": n, "at": day(d), "amount": a} for u, d, n, a in rows]
    return EventLog.from_rows(dicts, value_cols=["amount"], **options)


def expected(rows, made, as_of):
    found = {}
    for unit in sorted({row[0] for row in rows}):
        # the order of ties: by name, then by content
        mine = sorted((day(d), n, repr(a), a) for u, d, n, a in rows if u == unit and day(d) <= as_of)
        exits = {s for s in MODEL.codes if MODEL.is_exit(s)}
        steps = by_brute_force(
            [(at, n, a) for at, n, _, a in mine], dict(made.pairs), list(MODEL.codes), 4, exits, made.returns, as_of
        )
        if steps:
            found[unit] = steps
    return found


class TestLaws:
    @given(events(), rules())
    def test_rules_are_what_brute_force_says(self, rows, made):
        log = log_of(rows).to_stages(MODEL, made)
        assert entries(log._seen) == expected(rows, made, day(14))

    @given(events(), rules(), st.integers(0, 14))
    def test_later_rows_never_rewrite_earlier_entries(self, rows, made, upto):
        whole = log_of(rows).to_stages(MODEL, made)
        early = log_of([row for row in rows if row[1] <= upto], as_of=day(upto)).to_stages(MODEL, made)
        seen_then = {
            unit: kept
            for unit, steps in entries(whole._seen).items()
            if (kept := [step for step in steps if step[0] <= day(upto)])
        }
        assert seen_then == entries(early._seen)
        assert entries(whole.with_as_of(day(upto))._seen) == seen_then

    @given(events(), rules(), st.randoms())
    def test_row_order_never_matters(self, rows, made, random):
        shuffled = random.sample(rows, len(rows))
        one, two = (log_of(given_rows).to_stages(MODEL, made) for given_rows in (rows, shuffled))
        assert entries(one._seen) == entries(two._seen)
        assert [one.causes(u) for u in one.customers] == [two.causes(u) for u in two.customers]

    @given(events(), rules())
    def test_copies_with_a_key_change_nothing(self, rows, made):
        dicts = [
            {"customer": u, "event": n, "at": day(d), "amount": a, "key": str(i)} for i, (u, d, n, a) in enumerate(rows)
        ]
        options = {"value_cols": ["amount"], "key_col": "key", "as_of": day(14)}
        once, twice = (EventLog.from_rows(dicts * n, **options).to_stages(MODEL, made) for n in (1, 2))
        assert entries(once._seen) == entries(twice._seen)

    @given(events(), rules())
    def test_units_do_not_touch_one_another(self, rows, made):
        whole = entries(log_of(rows).to_stages(MODEL, made)._seen)
        parts = [log_of([row for row in rows if row[0] == unit]).to_stages(MODEL, made) for unit in "uv"]
        assert whole == {unit: steps for part in parts for unit, steps in entries(part._seen).items()}
        assert entries(log_of(rows).to_stages(MODEL, made).where("u")._seen) == entries(
            log_of(rows).where("u").to_stages(MODEL, made)._seen
        )

    @given(events(), st.integers(1, 400))
    def test_shifting_time_by_exact_spans_shifts_the_stages(self, rows, hours):
        made = {"a": seen("x"), "b": count("x", 2, within="50 hours"), "lapsed": silent(for_="30 hours")}
        delta = timedelta(hours=hours)
        plain = log_of(rows).to_stages(MODEL, made)
        moved = EventLog.from_rows([(u, n, day(d) + delta) for u, d, n, _ in rows], as_of=day(14) + delta).to_stages(
            MODEL, made
        )
        shifted = {u: [(at + delta, stage) for at, stage in steps] for u, steps in entries(plain._seen).items()}
        assert shifted == entries(moved._seen)

    @given(events(), rules(), st.integers(0, 14), st.lists(st.integers(0, 5), min_size=9, max_size=9))
    def test_what_was_not_known_is_as_if_it_had_not_been(self, rows, made, known, delays):
        dicts = [
            {"customer": u, "event": n, "at": day(d), "amount": a, "recorded": day(d + delay)}
            for (u, d, n, a), delay in zip(rows, delays, strict=False)
        ]
        options = {"value_cols": ["amount"], "recorded_at_col": "recorded", "as_of": day(14)}
        log = EventLog.from_rows(dicts, **options).to_stages(MODEL, made)
        known_then = [row for row in dicts if row["recorded"] <= day(known)]
        then = EventLog.from_rows(known_then, **options).to_stages(MODEL, made)
        assert entries(log.with_as_of(day(14), known_at=day(known))._seen) == entries(then._seen)

    @given(st.one_of(loud_rules(), quiet_rules()))
    def test_a_rule_survives_json(self, rule):
        assert Rule.from_dict(json.loads(json.dumps(rule.to_dict()))) == rule

    @given(rules())
    def test_rules_survive_json(self, made):
        assert Rules.from_dict(json.loads(json.dumps(made.to_dict()))) == made

    @given(st.one_of(loud_rules(), quiet_rules()))
    def test_a_rule_prints_as_one_types_it(self, rule):
        typed = {"seen": seen, "count": count, "value": value, "silent": silent, "any_of": any_of, "all_of": all_of}
        assert eval(str(rule), typed) == rule

    @given(
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.text(max_size=5)
            | st.sampled_from(["seen", "count", "silent"]),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["rule", "names", "n", "for", "rules", "within"]), inner, max_size=4)
            ),
            max_leaves=12,
        )
    )
    @example({"rule": ""})  # an empty kind was neither refused nor a rule
    def test_any_document_is_a_rule_or_a_data_error(self, document):
        try:
            assert isinstance(Rule.from_dict(document), Rule)
        except DataError as error:
            str(error)


def one(*steps, returns="left", as_of=None, **made):
    """The stages of one customer with some events, given as pairs of name and day."""
    rows = [("u", d, n, 0) for n, d in steps]
    log = log_of(rows, as_of=day(as_of) if as_of is not None else day(99)).to_stages(MODEL, made, returns=returns)
    return [(stage, (at - day(0)).days) for at, stage in entries(log._seen).get("u", [])]


class TestSilence:
    RULES = MappingProxyType({"a": seen("x"), "b": count("x", 3), "lapsed": silent(for_=days(10))})

    def test_it_lapses_at_the_end_of_the_span(self):
        assert one(("x", 0), as_of=10, **self.RULES) == [("a", 0), ("lapsed", 10)]
        assert one(("x", 0), as_of=9, **self.RULES) == [("a", 0)]

    def test_an_event_at_the_very_end_is_in_time(self):
        assert one(("x", 0), ("y", 10), as_of=15, **self.RULES) == [("a", 0)]
        assert one(("x", 0), ("y", 11), as_of=15, **self.RULES) == [("a", 0), ("lapsed", 10), ("a", 11)]

    def test_a_lapse_is_no_activity(self):
        assert one(("x", 0), as_of=99, **self.RULES) == [("a", 0), ("lapsed", 10)]

    def test_the_next_activity_returns_to_the_stage_left(self):
        steps = ("x", 0), ("x", 1), ("x", 2), ("y", 30)
        assert one(*steps, as_of=31, **self.RULES) == [("a", 0), ("b", 2), ("lapsed", 12), ("b", 30)]

    def test_or_straight_to_what_the_event_itself_leads_to(self):
        steps = ("x", 0), ("x", 1), ("x", 30)
        assert one(*steps, as_of=31, **self.RULES) == [("a", 0), ("lapsed", 11), ("b", 30)]

    def test_returning_first_counts_anew(self):
        steps = ("x", 0), ("x", 1), ("x", 2), ("x", 30), ("x", 31)
        made = one(*steps, as_of=32, returns="first", **self.RULES)
        assert made == [("a", 0), ("b", 2), ("lapsed", 12), ("a", 30)]

    def test_returning_to_a_stage_off_the_path_stays_there_until_the_next_event(self):
        steps = ("x", 0), ("x", 30), ("x", 31)
        made = one(*steps, as_of=32, returns="risk", **self.RULES)
        assert made == [("a", 0), ("lapsed", 10), ("risk", 30), ("a", 31)]

    def test_silences_lead_outwards_one_after_the_other(self):
        made = {
            "a": seen("x"),
            "risk": silent(for_="3 days"),
            "lapsed": silent(for_="9 days"),
            "lost": silent(for_="20 days"),
        }
        assert one(("x", 0), as_of=50, **made) == [("a", 0), ("risk", 3), ("lapsed", 9), ("lost", 20)]

    def test_nobody_lapses_from_an_exit_that_an_event_led_to(self):
        made = {"a": seen("x"), "lost": seen("z"), "lapsed": silent(for_="9 days")}
        assert one(("x", 0), ("z", 1), as_of=50, **made) == [("a", 0), ("lost", 1)]
        assert one(("x", 0), ("z", 1), ("y", 3), ("x", 5), as_of=6, **made) == [("a", 0), ("lost", 1), ("a", 5)]

    def test_who_never_was_on_the_path_has_no_stage_to_return_to(self):
        made = {"risk": seen("x"), "lapsed": silent(for_="5 days"), "a": seen("z")}
        assert one(("x", 0), ("y", 9), as_of=99, **made) == [("risk", 0), ("lapsed", 5)]
        assert one(("x", 0), ("y", 9), ("z", 10), as_of=11, **made) == [("risk", 0), ("lapsed", 5), ("a", 10)]

    def test_only_named_events_break_it(self):
        made = {"a": seen("x"), "lapsed": silent(for_="9 days", of="x")}
        assert one(("x", 0), ("y", 5), ("y", 20), ("x", 30), as_of=31, **made) == [("a", 0), ("lapsed", 9), ("a", 30)]


class TestExamples:
    def test_a_window_ends_inclusive(self):
        made = {"a": seen("x"), "b": count("x", 2, within=days(5))}
        assert one(("x", 0), ("x", 5), **made) == [("a", 0), ("b", 5)]
        assert one(("x", 0), ("x", 6), **made) == [("a", 0)]

    def test_stages_that_fire_together_are_entered_in_the_order_of_the_path(self):
        assert one(("x", 0), b=seen("x"), a=seen("x")) == [("a", 0), ("b", 0)]

    def test_rules_never_lead_back_unless_they_say_so(self):
        assert one(("y", 0), ("x", 1), a=seen("x"), b=seen("y")) == [("b", 0)]
        assert one(("y", 0), ("x", 1), a=seen("x", when="always"), b=seen("y")) == [("b", 0), ("a", 1)]

    def test_floats_are_added_as_they_are_written(self):
        rows = [{"customer": "u", "event": "x", "at": day(i), "amount": 0.1} for i in range(10)]
        log = EventLog.from_rows(rows, value_cols="amount")
        made = log.to_stages(MODEL, {"a": value("x", "amount", at_least=1, of="total")})
        assert entries(made._seen) == {"u": [(day(9), "a")]}

    def test_texts_of_a_file_are_numbers_and_missing_ones_do_not_count(self):
        amounts = ["7", "", "500.00"]
        rows = [{"customer": "u", "event": "x", "at": day(i), "amount": a} for i, a in enumerate(amounts)]
        log = EventLog.from_rows(rows, value_cols="amount").to_stages(MODEL, {"a": value("x", "amount", at_least=500)})
        assert entries(log._seen) == {"u": [(day(2), "a")]}

    def test_values_can_be_texts_or_flags(self):
        rows = [{"customer": "u", "event": "x", "at": day(0), "page": "/pricing", "ok": True, "n": "3"}]
        log = EventLog.from_rows(rows, value_cols=["page", "ok", "n"])
        for field, wanted, hit in [("page", "/pricing", 1), ("page", 3, 0), ("ok", True, 1), ("ok", 1, 0), ("n", 3, 1)]:
            assert len(log.to_stages(MODEL, {"a": value("x", field, equals=wanted)})) == hit

    def test_every_entry_is_traced_to_its_event(self):
        rows = [{"customer": "u", "event": "x", "at": day(0), "key": "e1"}]
        log = EventLog.from_rows(rows, key_col="key", as_of=day(20))
        made = log.to_stages(MODEL, {"a": seen("x"), "lapsed": silent(for_="5 days")})
        assert [str(cause) for cause in made.causes("u")] == [
            "a at 2026-01-30T00:00:00+00:00: seen('x'), by x at 2026-01-30T00:00:00+00:00 (key e1)",
            "lapsed at 2026-02-04T00:00:00+00:00: silent(for_='5 days'), by x at 2026-01-30T00:00:00+00:00 (key e1)",
        ]
        with pytest.raises(UnknownNameError, match="unknown customer 'w'"):
            made.causes("w")

    def test_the_log_keeps_what_the_events_had(self):
        rows = [{"customer": "u", "event": "x", "at": day(i), "plan": p} for i, p in enumerate(["free", "pro"])]
        options = {"segment_cols": "plan", "as_of": day(9), "since": day(-1), "tz": "Europe/Zurich", "unit": "account"}
        made = EventLog.from_rows(rows, **options).to_stages(MODEL, {"a": seen("x"), "b": count("x", 2)})
        column = made.history.segments["plan"]
        assert [column.name(row) for row in range(2)] == ["free", "pro"]
        assert (made.as_of, made.since, made.tz, made.unit) == (day(9), day(-1), "Europe/Zurich", "account")

    def test_notes_name_the_misspelled_and_the_units_without_a_stage(self):
        log = EventLog.from_rows([("u", "purchase", day(0)), ("v", "login", day(0))], as_of=day(1))
        made = log.to_stages(MODEL, {"a": seen("purchase"), "b": seen("purchse")})
        assert [str(note) for note in made.notes] == [
            "dropped: units whose events lead to no stage (v)",
            "assumed: no event is called 'purchse'; did you mean 'purchase'? There are: 'login', 'purchase'",
        ]

    def test_an_empty_log_gives_an_empty_log(self):
        assert len(EventLog.from_rows([]).to_stages(MODEL, {"a": seen("x")})) == 0


BAD = [
    (seen, DefinitionError, "a rule needs the name of an event"),
    (lambda: seen(3), UsageTypeError, "3 is not the name of an event"),
    (lambda: seen("x", when="once"), UsageError, "when='once' is not a mode"),
    (lambda: count("x", 0), UsageError, "n=0 is not a whole number from 1"),
    (lambda: count("x", 2, within=30), UsageTypeError, "30"),
    (lambda: value("x", ""), UsageTypeError, "field='' is not the name of a value"),
    (lambda: value("x", "amount"), DefinitionError, "a value needs one of at_least=, at_most=, equals="),
    (lambda: value("x", "amount", at_least="5"), UsageTypeError, "'5' is not a number"),
    (lambda: value("x", "amount", at_least=float("nan")), UsageError, "nan is not a finite number"),
    (lambda: value("x", "amount", at_most=Decimal("sNaN")), UsageError, "Decimal('sNaN') is not a finite number"),
    (lambda: value("x", "amount", at_most=3, of="total"), DefinitionError, "a total is asked for with at_least="),
    (lambda: value("x", "amount", at_least=3, within="1 day"), DefinitionError, "within= belongs to of='total'"),
    (lambda: value("x", "amount", at_least=3, of="sum"), UsageError, "of='sum' is not a mode"),
    (lambda: silent(for_="0 days"), DefinitionError, "silence needs some time"),
    (any_of, DefinitionError, "there are no rules to put together"),
    (lambda: any_of("x"), UsageTypeError, "'x' is not a rule"),
    (lambda: all_of(silent(for_="1 day")), DefinitionError, "waits for nothing"),
    (lambda: Rules({}), DefinitionError, "there are no rules"),
    (lambda: Rules({"a": "x"}), UsageTypeError, "the rule of stage 'a' is 'x', not a rule"),
    (lambda: Rules([("a", seen("x")), ("a", seen("y"))]), DefinitionError, "stage 'a' has two rules"),
    (lambda: Rules(3), UsageTypeError, "rules=3 is not a mapping"),
    (lambda: Rules({"a": seen("x")}, returns=""), UsageTypeError, "returns='' is not text"),
    (lambda: Rules.from_dict({"format": "custlife.rules/1", "stages": []}), DataError, "stages: not a table"),
    (lambda: Rules.from_dict({"format": "custlife.rules/9"}), DataError, "which this release reads"),
]


@pytest.mark.parametrize(("make", "kind", "text"), BAD)
def test_a_rule_that_cannot_be_is_refused(make, kind, text):
    with pytest.raises(kind) as caught:
        make()
    assert text in str(caught.value)
    assert isinstance(caught.value, CustlifeError)


WRONG = [
    ({"q": seen("x")}, "left", UnknownNameError, "unknown stage 'q'"),
    ({"a": seen("x"), "A": seen("y")}, "left", DefinitionError, "'a' and 'A' are one stage"),
    ({"lapsed": silent(for_="1 day")}, "left", DefinitionError, "no rule leads into the lifecycle"),
    ({"lost": seen("x")}, "first", DefinitionError, "returns='first' needs a rule for a stage of the path"),
    ({"a": seen("x")}, "home", UnknownNameError, "unknown stage 'home'"),
    ({"a": value("x", "price", at_least=1)}, "left", UnknownNameError, "unknown value 'price'"),
]


@pytest.mark.parametrize(("made", "returns", "kind", "text"), WRONG)
def test_rules_that_do_not_fit_are_refused_at_the_door(made, returns, kind, text):
    with pytest.raises(kind, match=text):
        log_of([("u", 0, "x", 1)]).to_stages(MODEL, made, returns=returns)


def test_a_value_that_is_no_number_is_named_with_its_customer():
    log = log_of([("u", 0, "x", "many")]).to_stages(MODEL, {"a": value("x", "amount", at_least=1)})
    with pytest.raises(DataError) as caught:
        log.funnel()
    assert caught.value.problems == (("customer 'u' at 2026-01-30T00:00:00+00:00", "'many' is not a number"),)


def test_rules_are_values():
    rule = count("x", 2)
    assert rule == count("x", 2)
    assert len({rule, count(["x"], 2)}) == 1
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        rule.n = 3
    with pytest.raises(UsageTypeError, match="is not a StageModel"):
        log_of([]).to_stages({"a": seen("x")}, StageModel("m", ["a"]))


def test_faults_of_documents_have_their_paths():
    good = {"format": "custlife.rules/1", "stages": {"a": {"rule": "seen", "names": ["x"]}}}
    assert Rules.from_dict(good) == Rules({"a": seen("x")})
    cases = [
        (
            {**good, "stages": {"a": {"rule": "value", "names": "x", "field": "f", "at_least": {"decimal": "x"}}}},
            "stages.a: {'decimal': 'x'} is not a number",
        ),
        ({**good, "returns": 3}, "returns: 3 is not a text"),
        ({**good, "mode": "x"}, "mode: unknown key 'mode'"),
        ({**good, "stages": {}}, "$: there are no rules"),
        ({**good, "stages": {"a": {"rule": "seem"}}}, "stages.a.rule: unknown rule 'seem'; did you mean 'seen'?"),
        ({**good, "stages": {"a": {"rule": "count", "names": "x"}}}, "stages.a.n: the key is missing"),
        (
            {**good, "stages": {"a": {"rule": "any_of", "rules": [{"rule": "seen"}]}}},
            "stages.a.rules[0].names: the key",
        ),
    ]
    for document, text in cases:
        with pytest.raises(DataError) as caught:
            Rules.from_dict(document)
        assert text in str(caught.value)


def test_exact_decimals_survive_json_and_are_compared_exactly():
    rule = value("x", "amount", at_least=Decimal("0.10"))
    assert Rule.from_dict(json.loads(json.dumps(rule.to_dict()))) == rule
    rows = [{"customer": "u", "event": "x", "at": day(0), "amount": amount} for amount in (0.1, True, None)]
    log = EventLog.from_rows(rows[:1], value_cols="amount")
    assert len(log.to_stages(MODEL, {"a": rule})) == 1
    assert len(log.to_stages(MODEL, {"a": value("x", "amount", equals="0.1")})) == 1
    with pytest.raises(DataError, match="True is not a number"):
        EventLog.from_rows(rows, value_cols="amount").to_stages(MODEL, {"a": rule}).funnel()


def test_missing_values_add_nothing():
    rows = [
        {"customer": "u", "event": "x", "at": day(i), "amount": a, "page": a} for i, a in enumerate([3, None, 3, "low"])
    ]
    log = EventLog.from_rows(rows[:3], value_cols=["amount", "page"])
    made = log.to_stages(MODEL, {"a": value("x", "amount", at_least=6, of="total", within="3 days")})
    assert entries(made._seen) == {"u": [(day(2), "a")]}
    assert len(log.to_stages(MODEL, {"a": value("x", "amount", equals=3)})) == 1
    texts = EventLog.from_rows(rows[3:], value_cols=["page"])
    assert len(texts.to_stages(MODEL, {"a": value("x", "page", equals=3)})) == 0


def test_rules_read_well():
    made = Rules({"a": seen("x"), "lapsed": silent(for_="5 days", of="x")}, returns="first")
    assert str(made) == (
        "a: seen('x')\nlapsed: silent(for_='5 days', of='x')\nafter a silence: back to the first stage, counting anew"
    )
    assert eval(repr(made), {"Rules": Rules, "seen": seen, "silent": silent}) == made
    log = EventLog.from_rows([("u", "x", day(0))], as_of=day(9))
    assert entries(log.to_stages(MODEL, made)._seen) == entries(log.to_stages(MODEL, dict(made.pairs))._seen)
