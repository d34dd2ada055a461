"""What executors do, without a cluster."""

from __future__ import annotations

import pickle
import sys
from array import array
from datetime import UTC, datetime, timedelta
from itertools import accumulate, cycle, islice
from types import ModuleType

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import custlife
from custlife.engines.sources import spark_task
from custlife.engines.sources.spark import itself
from custlife.engines.sources.spark_packing import packed
from custlife.engines.sources.spark_reading import Reading, Summary, summary
from custlife.engines.sources.spark_task import Keeping, Kept, Working, sealed, told
from custlife.errors import DataError, HistoryError, UsageError
from tests.engines.making import MODEL
from tests.engines.sources.cluster import expected, layout

pa = pytest.importorskip("pyarrow")

NIGHT = datetime(2024, 10, 26, 23, tzinfo=UTC)
ROWS = [("a", "a", NIGHT), ("b", "b", NIGHT + timedelta(1)), ("a", "c", NIGHT + timedelta(2))]
PLAIN = ("unit", "name", "at")


def batches(rows, roles=PLAIN, zone="Europe/Zurich", size=2):
    """Rows as Spark hands them over: some at a time, times in the zone of the session."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    at = pa.timestamp("us", tz=zone)
    arrays = [pa.array(column, at if role == "at" else None) for role, column in zip(roles, columns, strict=True)]
    table = pa.table(arrays, names=[f"c{n}" for n in range(len(roles))])
    return table.to_batches(max_chunksize=size)


def test_reading_is_that_of_the_rows_engine():
    history = Reading(PLAIN, layout(MODEL))(iter(batches(ROWS)))
    known = expected(ROWS, layout(MODEL))
    assert (list(history.ids), history.at, history.code) == (known.ids, known.at, known.code)
    assert (history.engine, history.frame) == ("arrays", "spark")


def test_a_partition_without_rows_has_no_history():
    assert Reading(PLAIN, layout(MODEL))(iter(())) is None
    assert list(Working(Reading(PLAIN, layout(MODEL)), len)(())) == []
    assert list(Keeping(Reading(PLAIN, layout(MODEL)))(())) == []
    assert list(Kept(len)(())) == []


def test_a_history_crosses_as_it_is():
    ((kind, body),) = Working(Reading(PLAIN, layout(MODEL)), itself)(batches(ROWS))
    made, known = pickle.loads(body), expected(ROWS, layout(MODEL))
    assert (kind, list(made.ids), made.at, made.code) == ("done", known.ids, known.at, known.code)
    assert made.vocabulary == known.vocabulary


def test_codes_of_events_are_those_of_all_partitions():
    rows = [("u", "y", NIGHT), ("u", "z", NIGHT)]
    history = Reading(PLAIN, layout(), ("x", "y", "z"))(batches(rows))
    assert (history.vocabulary.names, list(history.code)) == (("x", "y", "z"), [1, 2])
    assert summary(Reading(PLAIN, layout())(batches(rows))) == Summary(history.as_of, ("y", "z"))


def test_a_summary_of_no_rows_has_no_last_instant():
    assert summary(expected([], layout())) == Summary(None, ())


def test_rows_that_cannot_be_read_are_in_the_order_of_what_is_in_them():
    rows = [("z", "trail", NIGHT), *ROWS, ("b", None, NIGHT), (None, "a", NIGHT)]
    with pytest.raises(DataError) as caught:
        Reading(PLAIN, layout(MODEL))(batches(rows))
    assert caught.value.problems == (
        ("customer 'b', None at 2024-10-27 01:00:00+02:00", "the stage is missing"),
        ("customer 'z', 'trail' at 2024-10-27 01:00:00+02:00", "unknown stage 'trail'"),
        ("customer None, 'a' at 2024-10-27 01:00:00+02:00", "the id is missing"),
    )
    assert caught.value.hint.startswith("give every row its stage")


def test_rows_left_out_are_told_in_that_order_too():
    rows = [("z", "trail", NIGHT), *ROWS, ("b", "trail", NIGHT)]
    history = Reading(PLAIN, layout(MODEL, on_bad="drop"))(batches(rows))
    places = [f"customer {unit!r}, 'trail' at 2024-10-27 01:00:00+02:00" for unit in "bz"]
    assert history.dropped == tuple((place, "unknown stage 'trail'") for place in places)
    assert history.notes[0].examples == tuple(f"{place}: unknown stage 'trail'" for place in places)


def test_times_that_python_cannot_hold_are_told_as_texts():
    column = pa.array([400_000_000_000_000_000, 0], pa.int64()).cast(pa.timestamp("us", "UTC"))
    table = pa.table([pa.array(["a", "b"]), pa.array(["a", "a"]), column], names=["c0", "c1", "c2"])
    with pytest.raises(DataError) as caught:
        Reading(PLAIN, layout(MODEL))(table.to_batches())
    ((place, _),) = caught.value.problems
    assert place == "customer 'a', 'a' at 14645-06-30T15:06:40.000000Z"


def test_a_row_without_a_column_for_its_name_is_told_by_unit_and_time():
    read = attrs.evolve(layout(), constant="purchase")
    with pytest.raises(DataError, match=r"customer None at 2024-10-27 01:00:00\+02:00: the id is missing"):
        Reading(("unit", "at"), read)(batches([("a", NIGHT), (None, NIGHT)], ("unit", "at")))


def test_contradictions_are_told_as_ever():
    read = layout(MODEL, ("key",))
    rows = [("u", stage, NIGHT, "k") for stage in "ab"]
    with pytest.raises(HistoryError) as caught:
        Reading((*PLAIN, "key"), read)(batches(rows, (*PLAIN, "key")))
    with pytest.raises(HistoryError) as known:
        expected(rows, read)
    assert str(caught.value) == str(known.value)


def test_a_history_in_pieces_is_the_same_history(monkeypatch):
    monkeypatch.setattr(spark_task, "PIECE_BYTES", 100)
    read = Reading(PLAIN, layout(MODEL))
    pieces = list(Keeping(read)(batches(ROWS)))
    assert len(pieces) > 2
    kinds, bodies = (list(column) for column in zip(*pieces, strict=True))
    kept = pa.table([pa.array(kinds), pa.array(bodies, pa.binary())], names=["kind", "body"]).to_batches(
        max_chunksize=1
    )
    ((kind, body),) = Kept(lambda history: list(history.at))(kept)
    assert (kind, pickle.loads(body)) == ("done", list(expected(ROWS, layout(MODEL)).at))


NUMBERS = st.integers(-(2**63), 2**63 - 1)
STEPS = st.sampled_from([0, 1, 2**32 - 1, 2**32, 2**62, -1]) | st.integers(0, 2**33)
YEAR = 366 * 86_400_000_000


@example(5, [1], 1_000)
@given(NUMBERS, st.lists(STEPS, min_size=1, max_size=10), st.integers(0, 5) | st.integers(997, 1_010))
def test_numbers_come_back_as_they_were(first, steps, count):
    numbers = [n % 2**64 for n in islice(accumulate(cycle(steps), initial=first), count)]
    for column in (array("q", array("Q", numbers).tobytes()), array("Q", numbers)):
        answer = {"open": column, "again": [column, "text"], "first": first}
        found = pickle.loads(packed(answer))
        assert found == answer
        assert found["again"][0] is found["open"]
        assert found["open"].typecode == column.typecode


def test_sorted_times_take_four_bytes_each():
    wide = [2**62, 2**63 - 1]
    lengths = array("q", [*range(-YEAR, YEAR, YEAR // 10_000), *wide])
    assert len(packed(lengths)) < 4.2 * len(lengths)
    assert pickle.loads(packed(lengths)) == lengths
    backwards = lengths[::-1]
    assert 8 * len(backwards) < len(packed(backwards)) < 8.2 * len(backwards)
    assert pickle.loads(packed(backwards)) == backwards


def test_what_went_wrong_with_pieces_is_passed_on():
    kept = pa.table([pa.array(["error"]), pa.array([b"x"], pa.binary())], names=["kind", "body"]).to_batches()
    assert list(Kept(len)(kept)) == [("error", b"x")]


def raising(error):
    def task(_):
        yield "done", b""
        raise error

    return task


class OddError(Exception):
    """An error that cannot be made again from its arguments."""

    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


def test_errors_are_answers():
    assert list(told(raising(MemoryError()), ()))[1:] == [("memory", b"")]
    _, (kind, body) = told(raising(UsageError("what", "hint")), ())
    assert (kind, str(pickle.loads(body))) == ("error", "what\n\nHint: hint")
    _, (kind, body) = told(raising(KeyError("plan")), ())
    assert (kind, pickle.loads(body).args) == ("error", ("plan",))
    assert pickle.loads(body).__notes__[0].startswith("On an executor:\nTraceback")
    _, (kind, body) = told(raising(OddError(1, 2)), ())
    assert (kind, repr(pickle.loads(body))) == ("error", "RuntimeError('OddError: 1 and 2')")


@pytest.fixture
def answer():
    """What the function that is sent answers to some rows, as Spark would see it."""
    pytest.importorskip("pyspark")

    def answered(work):
        function = sealed(Working(Reading(PLAIN, layout(MODEL)), work))
        return [tuple(row.values()) for batch in function(batches(ROWS)) for row in batch.to_pylist()]

    return answered


@pytest.mark.spark
def test_what_is_sent_answers_in_rows(answer):
    ((kind, body),) = answer(len)
    assert (kind, pickle.loads(body)) == ("done", 3)
    with pytest.raises(UsageError, match="the question cannot be sent to the executors"):
        answer((n for n in "a").__next__)


@pytest.mark.spark
def test_what_is_sent_tells_of_another_version(monkeypatch):
    pytest.importorskip("pyspark")
    function = sealed(Working(Reading(PLAIN, layout(MODEL)), len))
    monkeypatch.setattr(custlife, "__version__", "9.9")
    (batch,) = function(batches(ROWS))
    assert batch.to_pylist() == [{"kind": "version", "body": b"9.9"}]


@pytest.mark.spark
def test_what_is_sent_tells_of_a_module_that_is_missing(answer, monkeypatch):
    pytest.importorskip("pyspark")
    ghost = ModuleType("ghost")
    exec("def work(history):\n    return 1", ghost.__dict__)
    monkeypatch.setitem(sys.modules, "ghost", ghost)
    function = sealed(Working(Reading(PLAIN, layout(MODEL)), ghost.work))
    monkeypatch.delitem(sys.modules, "ghost")
    (batch,) = function(batches(ROWS))
    assert batch.to_pylist() == [{"kind": "import", "body": b"ghost"}]
