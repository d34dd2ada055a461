"""Frames of Spark: whatever the number of partitions, the executors find what the rows engine finds in all rows.

Not run by default: `pytest -m spark tests/engines/sources` needs the group `spark` and Java 17.
"""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from string import ascii_lowercase

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from custlife import Funnel, Paths, Retention, StageLog, days
from custlife.analysis.question import ask_all
from custlife.analysis.steps import step
from custlife.engines.rows.looking import Spelled
from custlife.engines.rows.rolling import RolledUp
from custlife.engines.sources.spark import SparkSource, is_spark
from custlife.errors import DataError, UsageError
from tests.docs.pages import EXAMPLES, ROOT, run
from tests.engines.making import MODEL
from tests.engines.sources import cluster
from tests.engines.sources.cluster import expected, frame, layout, session, source, whole
from tests.engines.test_parts import questions

pytestmark = cluster.on_a_cluster

UNITS = ["a", "ä∞", "a b", "12", "Z"]
NIGHT = datetime(2024, 10, 26, 23, tzinfo=UTC)
PLANS = [None, "", "basic", "Größe ∞"]
STAGES = "who string, what string, when timestamp, plan string"
few = settings(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.generate])  # shrinking takes hours


@st.composite
def rows_of(draw, units, names, last):
    """Rows with ties at few instants; the last column is drawn from a list."""
    at = st.builds(
        lambda n, us: NIGHT + timedelta(hours=n, microseconds=us), st.integers(0, 60), st.sampled_from([0, 1])
    )
    row = st.tuples(st.sampled_from(units), st.sampled_from(names), at, st.sampled_from(last))
    return draw(st.lists(row, min_size=1, max_size=60))


def same(here, there):
    """Two histories, up to the order of the names of segments and the places of rows."""
    assert list(here.ids) == list(there.ids)
    for name in ("bounds", "at", "code", "recorded", "vocabulary", "zone", "as_of", "sequenced"):
        assert getattr(here, name) == getattr(there, name), name
    rows = range(len(there))
    for name in ("segments", "extras"):
        found, known = getattr(here, name), getattr(there, name)
        assert list(found) == list(known)
        assert all(found[key].name(row) == known[key].name(row) for key in known for row in rows)
    assert {key: list(column) for key, column in here.values.items()} == dict(there.values)
    assert sorted((n.kind, n.what, n.count) for n in here.notes) == sorted(
        (n.kind, n.what, n.count) for n in there.notes
    )
    assert sorted(what for _, what in here.dropped) == sorted(what for _, what in there.dropped)


# -- laws -------------------------------------------------------------------------------------------------------------


@few
@given(rows_of(UNITS, MODEL.codes, PLANS), st.sampled_from([None, 1, 3, 9]))
def test_stages_are_counted_as_by_the_rows_engine(rows, partitions):
    read = layout(MODEL, ("segment:plan",), tz="Europe/Zurich")
    made = source(frame(rows, STAGES), read, partitions, **{"segment:plan": "plan"})
    same(whole(made), expected(rows, read))
    wanted = questions(expected(rows, read))
    here, there = cluster.asked(made, None, Spelled()), cluster.held(rows, read, None, Spelled())
    for found, known in zip(ask_all(wanted, here), ask_all(wanted, there), strict=True):
        assert found == known
        assert str(found) == str(known)


@few
@given(rows_of([*range(12), None], ["x", "y", "Y", "", None], [None, 1.5, 2.0]), st.sampled_from([None, 2, 5]))
def test_events_are_counted_as_by_the_rows_engine_and_bad_rows_left_out(rows, partitions):
    read = layout(None, ("value:amount",), tz="America/St_Johns", on_bad="drop", aliases={"Y": "yes"})
    native = frame(rows, "id bigint, event string, at timestamp, amount double")
    made = source(native, read, partitions, **{"value:amount": "amount"})
    known = expected(rows, read)
    assert made.last() == (known.as_of if len(known) else None)
    assert made.empty.vocabulary == known.vocabulary
    same(whole(made), known)
    wanted = [Funnel((step("x"), step("yes")), days(1)), Retention("month"), Paths()]
    here, there = cluster.asked(made, NIGHT), cluster.held(rows, read, NIGHT)
    assert list(map(str, ask_all(wanted, here))) == list(map(str, ask_all(wanted, there)))


# -- times ------------------------------------------------------------------------------------------------------------

WALL = [datetime.fromisoformat(t) for t in ("2024-10-27T02:30", "2024-03-31T02:30", "2024-06-01", "1969-12-31T23:59")]


@pytest.mark.parametrize("ambiguous", ["earlier", "later"])
def test_local_times_are_read_in_the_zone_of_the_log(ambiguous):
    rows = [(f"u{n}", "a", at) for n, at in enumerate(WALL)]
    read = layout(MODEL, tz="Europe/Zurich", ambiguous=ambiguous)
    local = source(frame(rows, "customer string, stage string, at timestamp_ntz"), read, 2)
    same(whole(local), expected(rows, read))
    assert local.last() == expected(rows, read).as_of


@pytest.mark.parametrize("zone", ["Europe/Zurich", "UTC"])
def test_instants_do_not_depend_on_the_zone_of_the_session(zone):
    rows = [("a", "a", NIGHT + timedelta(minutes=30 * n, microseconds=1)) for n in range(8)]
    native = frame(rows)
    before = session().conf.get("spark.sql.session.timeZone")
    try:
        session().conf.set("spark.sql.session.timeZone", zone)
        made = source(native, layout(MODEL), 2)
        same(whole(made), expected(rows, layout(MODEL)))
        assert made.last() == expected(rows, layout(MODEL)).as_of
    finally:
        session().conf.set("spark.sql.session.timeZone", before)


def test_dates_and_texts_are_times_too():
    read = layout(MODEL, ("recorded_at",), tz="Asia/Kathmandu")
    rows = [("a", "a", "2026-01-05", date(2026, 1, 6)), ("a", "b", "2026-01-05T12:00:00.000001+01:00", None)]
    native = frame(rows, "customer string, stage string, at string, known date")
    made = source(native, read, 2, recorded_at="known")
    same(whole(made), expected(rows, read))
    assert made.last() == expected(rows, read).as_of


# -- shapes -----------------------------------------------------------------------------------------------------------


def test_a_frame_without_rows_is_one_empty_partition():
    read = layout(None, ("segment:plan",))
    made = source(
        frame([], "who string, what string, when timestamp, plan string"), read, 3, **{"segment:plan": "plan"}
    )
    assert list(made.map(len)) == [0]
    assert made.last() is None
    same(whole(made), expected([], read))
    assert (made.empty.engine, made.empty.frame) == ("arrays", "spark")


def test_one_row_among_many_partitions_is_told_once():
    rows = [("a", "a", NIGHT)]
    made = source(frame(rows), layout(MODEL), 5)
    assert list(made.map(len)) == [1]
    same(whole(made), expected(rows, layout(MODEL)))
    assert (whole(made).engine, whole(made).frame) == ("arrays", "spark")


def test_columns_may_have_any_name_and_others_are_left_alone():
    rows = [("a", "a", NIGHT, 3), ("b", "b", NIGHT, 4)]
    native = frame(rows, "`the.id` string, `a ``b``` string, At timestamp, other int")
    wanted = {"unit": "the.id", "name": "a `b`", "at": "At"}
    made = SparkSource(native, wanted, layout(MODEL), 2)
    same(whole(made), expected([row[:3] for row in rows], layout(MODEL)))


def test_one_name_for_all_rows_needs_no_column():
    import attrs

    rows = [(7, NIGHT), (8, NIGHT + timedelta(1))]
    native = frame(rows, "id int, at timestamp")
    read = attrs.evolve(layout(), constant="purchase")
    made = SparkSource(native, {"unit": "id", "at": "at"}, read, 2)
    known = expected([(unit, "purchase", at) for unit, at in rows], layout())
    same(whole(made), known)
    assert made.empty.vocabulary == known.vocabulary


def test_the_rest_of_the_columns_comes_along():
    others = ("seq", "recorded_at", "key", "segment:plan", "extra:reason", "value:amount")
    rows = [
        ("a", "a", NIGHT, 2, NIGHT + timedelta(1), "k1", "basic", "price", 1.5),
        ("a", "b", NIGHT, 1, None, "k2", None, None, None),
        ("a", "b", NIGHT, 1, NIGHT + timedelta(2), "k2", None, None, None),
        ("b", "c", NIGHT, None, None, None, "pro", None, 2.5),
    ]
    schema = "u string, n string, t timestamp, s int, r timestamp, k string, p string, w string, v double"
    columns = dict(zip(others, ["s", "r", "k", "p", "w", "v"], strict=True))
    made = source(frame(rows, schema), layout(MODEL, others), 2, **columns)
    same(whole(made), expected(rows, layout(MODEL, others)))


def test_default_number_of_partitions_is_that_of_the_session():
    rows = [(f"u{n}", "a", NIGHT) for n in range(50)]
    made = source(frame(rows), layout(MODEL))
    assert 1 <= len(list(made.map(len))) <= 2
    assert sum(made.map(len)) == 50


# -- accounts ---------------------------------------------------------------------------------------------------------

ACCOUNTS = "customer string, stage string, at timestamp, account string"
ACCOUNT = {"extra:account": "account"}


def in_accounts(rows):
    read = layout(MODEL, ("extra:account",))
    return source(frame(rows, ACCOUNTS), read, 3, **ACCOUNT), read


def test_units_of_one_account_lie_together():
    rows = [(f"u{n}", MODEL.codes[n % 3], NIGHT + timedelta(n), f"acme {n % 4}") for n in range(24)]
    made, read = in_accounts(rows)
    assert made.accounts == "account"
    steps = (RolledUp("account", "furthest"), Spelled())
    wanted = questions(expected(rows, read))[-1:]
    assert ask_all(wanted, cluster.asked(made, None, *steps)) == ask_all(wanted, cluster.held(rows, read, None, *steps))
    found = list(made.map(lambda history: {history.extras["account"].name(row) for row in range(len(history))}))
    assert sum(map(len, found)) == 4


def test_units_without_account_are_spread_like_any_others():
    rows = [(f"u{n}", "a", NIGHT, None) for n in range(60)]
    made, read = in_accounts(rows)
    assert len(list(made.map(len))) == 3
    same(whole(made), expected(rows, read))


def test_a_unit_of_several_accounts_is_refused_before_any_rows_move():
    later = NIGHT + timedelta(1)
    rows = [
        ("a", "a", NIGHT, "x"),
        ("a", "b", later, "y"),
        ("b", "a", NIGHT, "x"),
        ("c", "a", NIGHT, "x"),
        ("c", "b", later, ""),
    ]
    made, _ = in_accounts(rows)
    with pytest.raises(DataError) as caught:
        whole(made)
    assert str(caught.value) == (
        "on a cluster each customer must belong to one account\n"
        "  customer 'a': accounts 'x' and 'y'\n"
        "  customer 'c': account 'x', and none\n\n"
        "Hint: name one account in all rows of a customer, or leave account_col out and look at one account at a time"
    )


# -- kept -------------------------------------------------------------------------------------------------------------


def test_kept_rows_are_not_read_again(tmp_path):
    rows = [(f"u{n % 7}", MODEL.codes[n % 3], NIGHT + timedelta(n)) for n in range(40)]
    path = str(tmp_path / "rows")
    frame(rows).write.parquet(path)
    native = session().read.parquet(path)
    kept = source(native, layout(MODEL), 3).persist()
    assert kept.persist() is kept
    assert sorted(kept.map(len)) == sorted(source(native, layout(MODEL), 3).map(len))
    last = kept.last()
    shutil.rmtree(path)
    same(whole(kept), expected(rows, layout(MODEL)))
    assert last == expected(rows, layout(MODEL)).as_of
    lost = kept.unpersist()
    assert lost.unpersist() is not kept
    with pytest.raises(Exception, match=r"(?i)not.*exist"):
        list(lost.map(len))


def test_rows_that_cannot_be_read_are_not_kept():
    made = source(frame([("a", "nowhere", NIGHT)]), layout(MODEL))
    with pytest.raises(DataError, match="1 row cannot be used"):
        made.persist()


# -- logs -------------------------------------------------------------------------------------------------------------


def log_of(partitions):
    rows = [(f"u{n % 9}", MODEL.codes[n * 7 % 5], NIGHT + timedelta(n), "xy"[n % 2]) for n in range(60)]
    names = ("customer", "stage", "at", "plan")
    known = StageLog.from_rows([dict(zip(names, row, strict=True)) for row in rows], MODEL, segment_cols=["plan"])
    native = frame(rows, "customer string, stage string, at timestamp, plan string")
    return StageLog.from_frame(native, MODEL, segment_cols=["plan"], partitions=partitions), known


def test_a_log_on_a_cluster_answers_as_one_of_rows_does():
    log, known = log_of(3)
    for ask in (
        str,
        lambda log: log.funnel("a", "b", within=days(9), by="plan"),
        lambda log: log.time_in_stage(),
        lambda log: log.where(lambda unit: unit < "u4", plan="x").spells(),
        lambda log: log.check(),
    ):
        assert str(ask(log)) == str(ask(known))
    assert log.persist().customers == known.customers
    with pytest.raises(UsageError, match="the rows of this log are not in memory"):
        _ = log.history
    with pytest.raises(UsageError, match="rows of one plan lie in different partitions"):
        log.roll_up("plan").spells()


def test_one_partition_comes_to_the_driver():
    log, known = log_of(1)
    assert list(log.history.ids) == list(known.history.ids)
    assert str(log.roll_up("plan").spells()) == str(known.roll_up("plan").spells())


PAGE = ROOT / "docs/how-to/on-a-cluster.md"


def test_the_page_on_clusters_does_what_it_shows(tmp_path):
    page = PAGE.read_text(encoding="utf-8").replace("```py\n", "```python\n")
    shutil.copy(EXAMPLES / "contacts.csv", tmp_path)
    start = "```python\nfrom tests.engines.sources.cluster import session\n\nspark = session()\n```\n\n"
    there = page.replace('spark.read.csv("contacts.csv"', f'spark.read.csv("{tmp_path / "contacts.csv"}"')
    wrong = run(start + there, "on-a-cluster.md", tmp_path)
    assert not wrong, "\n\n".join(map(str, wrong))


# -- frames ------------------------------------------------------------------------------------------------------------


def test_a_stream_is_refused():
    stream = session().readStream.format("rate").load()
    wanted = {"unit": "value", "name": "value", "at": "timestamp"}
    with pytest.raises(UsageError, match="the frame is a stream, which never ends"):
        SparkSource(stream, wanted, layout(MODEL))


def test_frames_of_spark_are_known_by_their_type():
    assert is_spark(frame([("a", "a", NIGHT)]))
    assert not is_spark([("a", "a", NIGHT)])


def test_names_are_found_and_sorted_but_for_too_many(monkeypatch):
    from custlife.engines import history

    rows = [("a", name, NIGHT) for name in ascii_lowercase]
    assert source(frame(rows), layout()).empty.vocabulary.names == tuple(ascii_lowercase)
    monkeypatch.setattr(history, "MOST_NAMES", 25)
    with pytest.raises(UsageError) as caught:
        _ = source(frame(rows), layout()).empty
    assert str(caught.value) == "there are 26 different names, more than 25\n\nHint: group the rare ones first"
