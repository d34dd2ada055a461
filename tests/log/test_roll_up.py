"""Rolling contacts up into accounts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.engines.rules import count, seen
from custlife.errors import DataError, UnknownNameError, UsageError, UsageTypeError
from custlife.log.event_log import EventLog
from custlife.log.stage_log import StageLog
from tests.log.strategies import MODEL, day, entries
from tests.oracles.roll_up import stages as by_brute_force

NAMES = MODEL.codes
RULES = ["furthest", "latest", "any", 1, 2, 3, 0.5, 0.1, 1.0, 0.34]


def contacts(most=9):
    row = st.tuples(
        st.sampled_from(["p", "q", "r"]), st.integers(0, 8), st.sampled_from(NAMES), st.sampled_from(["one", "two"])
    )
    return st.lists(row, max_size=most)


def log_of(rows, **options):
    options = {"account_col": "account", "as_of": day(9), "unit": "contact", **options}
    return StageLog.from_rows(
        [{"customer": u, "at": day(d), "stage": s, "account": a} for u, d, s, a in rows], MODEL, **options
    )


def expected(rows, rule):
    # of two rows of one member at one instant in one stage, the account decides; the log sorts by content
    ranked = sorted({(d, NAMES.index(s), u, a) for u, d, s, a in rows})
    found = {a: by_brute_force(ranked, a, 4, rule) for a in sorted({a for *_, a in rows})}
    return {a: [(day(d), NAMES[rank]) for d, rank in steps] for a, steps in found.items() if steps}


class TestLaws:
    @given(contacts(), st.sampled_from(RULES))
    def test_a_roll_up_is_what_brute_force_says(self, rows, rule):
        assert entries(log_of(rows).roll_up(rule=rule).history) == expected(rows, rule)

    @given(contacts(), st.sampled_from(RULES), st.randoms())
    def test_row_order_never_matters(self, rows, rule, random):
        shuffled = log_of(random.sample(rows, len(rows))).roll_up(rule=rule)
        assert entries(shuffled.history) == entries(log_of(rows).roll_up(rule=rule).history)

    @given(contacts(), st.sampled_from(RULES), st.integers(0, 9))
    def test_what_was_seen_then_is_what_is_said_now_of_then(self, rows, rule, upto):
        whole = log_of(rows).roll_up(rule=rule)
        early = log_of([row for row in rows if row[1] <= upto], as_of=day(upto)).roll_up(rule=rule)
        assert entries(whole.with_as_of(day(upto)).history) == entries(early.history)

    @given(contacts(), st.sampled_from(RULES))
    def test_accounts_do_not_touch_one_another(self, rows, rule):
        settled = [(u, d, s, "one" if u == "p" else "two") for u, d, s, _ in rows]
        whole = log_of(settled).roll_up(rule=rule)
        only = log_of(settled).where(["p"]).roll_up(rule=rule)
        assert entries(whole.where("one").history) == entries(only.history)

    @given(contacts())
    def test_accounts_of_one_member_are_that_member(self, rows):
        own = [(u, d, s, u) for u, d, s, _ in rows]
        log = log_of(own)
        for rule in ("furthest", "latest", "any", 1, 1.0):
            assert entries(log.roll_up(rule=rule).history) == entries(log.history)

    @given(contacts())
    def test_pooled_events_are_the_events_of_the_members(self, rows):
        dicts = [{"customer": u, "event": s, "at": day(d), "account": a} for u, d, s, a in rows]
        log = EventLog.from_rows(dicts, account_col="account", as_of=day(9))
        direct = EventLog.from_rows([(a, s, day(d)) for _, d, s, a in rows], as_of=day(9))
        pooled = log.roll_up()
        assert entries(pooled.history) == entries(direct.history)
        made = {"a": seen("a"), "b": count(["b", "c"], 2)}
        assert entries(pooled.to_stages(MODEL, made).history) == entries(direct.to_stages(MODEL, made).history)


class TestExamples:
    def roll(self, *rows, rule, **options):
        log = log_of([(u, d, s, "acme") for u, d, s in rows], **options)
        return [(s, (at - day(0)).days) for at, s in entries(log.roll_up(rule=rule).history).get("acme", [])]

    def test_furthest_falls_back_to_the_exit_entered_last(self):
        rows = ("p", 0, "c"), ("q", 1, "a"), ("p", 2, "lost"), ("q", 3, "lapsed")
        assert self.roll(*rows, rule="furthest") == [("c", 0), ("a", 2), ("lapsed", 3)]

    def test_latest_follows_every_move(self):
        rows = ("p", 0, "c"), ("q", 1, "a"), ("p", 2, "lost")
        assert self.roll(*rows, rule="latest") == [("c", 0), ("a", 1), ("lost", 2)]

    def test_any_stays_while_one_member_is_on_the_path(self):
        rows = ("p", 0, "c"), ("q", 1, "a"), ("q", 2, "lost"), ("p", 3, "lapsed")
        assert self.roll(*rows, rule="any") == [("c", 0), ("a", 1), ("c", 2), ("lapsed", 3)]

    def test_a_quorum_counts_who_has_gone_beyond(self):
        rows = ("p", 0, "d"), ("q", 1, "b"), ("r", 2, "a")
        assert self.roll(*rows, rule=2) == [("b", 1)]
        assert self.roll(*rows, rule=0.5) == [("d", 0), ("b", 2)]

    def test_a_third_of_three_is_one(self):
        rows = ("p", 0, "d"), ("q", 0, "a"), ("r", 0, "a")
        assert self.roll(*rows, rule=1 / 3)[-1] == ("d", 0)

    def test_a_contact_that_changes_account_leaves_the_old_one(self):
        log = log_of([("p", 0, "d", "one"), ("q", 0, "a", "one"), ("p", 5, "d", "two")])
        made = entries(log.roll_up().history)
        assert made == {"one": [(day(0), "a"), (day(0), "d"), (day(5), "a")], "two": [(day(5), "d")]}

    def test_the_order_that_a_source_gave_within_a_member_stands(self):
        rows = [{"customer": "p", "stage": s, "at": day(0), "n": n, "account": "one"} for n, s in enumerate("ba")]
        events = [{**row, "event": row["stage"]} for row in rows]
        options = {"seq_col": "n", "account_col": "account"}
        assert entries(StageLog.from_rows(rows, MODEL, **options).roll_up(rule="latest").history) == {
            "one": [(day(0), "b"), (day(0), "a")]
        }
        assert entries(EventLog.from_rows(events, **options).roll_up().history) == {
            "one": [(day(0), "b"), (day(0), "a")]
        }

    def test_entries_name_the_member_behind_them(self):
        history = log_of([("p", 0, "a", "one"), ("q", 1, "b", "one")]).roll_up().history
        assert [history.extras["member"].name(row) for row in range(2)] == ["p", "q"]

    def test_an_account_can_be_a_segment(self):
        rows = [{"customer": "p", "at": day(0), "stage": "a", "country": "CH"}]
        log = StageLog.from_rows(rows, MODEL, segment_cols="country").roll_up("country")
        assert (log.customers, log.unit) == (("CH",), "country")
        assert repr(log) == "<StageLog of 1 country, 1 row, as of 2026-01-30 00:00 UTC>"

    def test_missing_accounts_are_an_error_or_counted(self):
        rows = [("p", 0, "a", "one"), ("q", 1, "b", None)]
        with pytest.raises(DataError) as caught:
            log_of(rows).roll_up().funnel()
        assert caught.value.problems == (("contact 'q' at 2026-01-31T00:00:00+00:00", "the account is missing"),)
        made = log_of(rows).roll_up(on_bad="drop")
        assert entries(made.history) == {"one": [(day(0), "a")]}
        assert [str(note) for note in made.notes] == [
            "dropped: rows without account were left out (contact 'q' at 2026-01-31T00:00:00+00:00)",
            "collapsed: contacts rolled up to accounts",
        ]

    def test_an_unmet_quorum_is_counted(self):
        made = log_of([("p", 0, "a", "one")]).roll_up(rule=2)
        assert made.customers == ()
        assert "dropped: accounts never met the quorum of 2 (one)" in map(str, made.notes)

    @pytest.mark.parametrize(
        ("rule", "kind", "text"),
        [
            ("most", UsageError, "rule='most' is not a mode"),
            (0, UsageError, "rule=0 is no quorum"),
            (1.5, UsageError, "rule=1.5 is no quorum"),
            (True, UsageTypeError, "rule=True is neither a mode nor a quorum"),
        ],
    )
    def test_other_rules_are_refused(self, rule, kind, text):
        with pytest.raises(kind, match=text):
            log_of([("p", 0, "a", "one")]).roll_up(rule=rule)

    def test_an_unknown_column_is_refused_at_the_door(self):
        with pytest.raises(UnknownNameError, match="unknown column 'account' @ roll_up"):
            StageLog.from_rows([("p", "a", day(0))], MODEL).roll_up()
        with pytest.raises(UsageError, match="on_bad='skip' is not a mode"):
            log_of([("p", 0, "a", "one")]).roll_up(on_bad="skip")
