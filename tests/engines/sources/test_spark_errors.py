"""What goes wrong on a cluster is told as if there were none.

Not run by default: `pytest -m spark tests/engines/sources` needs the group `spark` and Java 17.
"""

from __future__ import annotations

import os
import sys
import threading
import types
from datetime import UTC, datetime, timedelta

import pytest

import custlife
from custlife.calendar import to_us
from custlife.errors import DataError, HistoryError, UnknownNameError, UsageError
from tests.engines.making import MODEL
from tests.engines.sources import cluster
from tests.engines.sources.cluster import expected, frame, layout, session, source, whole

pytestmark = cluster.on_a_cluster

NIGHT = datetime(2024, 10, 26, 23, tzinfo=UTC)


@pytest.mark.parametrize("partitions", [1, 4])
def test_rows_that_cannot_be_read_are_one_error(partitions):
    rows = [(f"u{n}", "a", NIGHT) for n in range(9)] + [("u3", "trail", NIGHT), (None, "b", NIGHT), ("u1", None, None)]
    made = source(frame(rows), layout(MODEL), partitions)
    with pytest.raises(DataError) as caught:
        whole(made)
    assert caught.value.problems == (
        ("customer 'u1', None at None", "expected a time, got at=None"),
        ("customer 'u3', 'trail' at 2024-10-26 23:00:00+00:00", "unknown stage 'trail'"),
        ("customer None, 'b' at 2024-10-26 23:00:00+00:00", "the id is missing"),
    )
    assert str(caught.value).startswith("3 rows cannot be used\n")
    assert caught.value.__cause__ is None
    assert "java" not in str(caught.value)


@pytest.mark.parametrize("partitions", [1, 4])
def test_rows_left_out_are_listed_by_what_is_in_them(partitions):
    rows = [(f"u{n}", "trail", NIGHT) for n in range(7)] + [("a", "a", NIGHT - timedelta(1))]
    made = source(frame(rows), layout(MODEL, on_bad="drop"), partitions)
    history = whole(made)
    assert [place for place, _ in sorted(history.dropped)] == [
        f"customer 'u{n}', 'trail' at 2024-10-26 23:00:00+00:00" for n in range(7)
    ]
    (told,) = history.notes
    assert (told.count, [text[:13] for text in told.examples]) == (7, [f"customer 'u{n}'" for n in range(5)])
    assert made.last() == to_us(NIGHT - timedelta(1))


def test_contradictions_of_all_partitions_are_one_error():
    read = layout(MODEL, ("key",))
    rows = [(f"u{n}", stage, NIGHT, "k") for n in range(6) for stage in ("a", "b")]
    made = source(frame(rows, "c string, s string, t timestamp, k string"), read, 4, key="k")
    with pytest.raises(HistoryError) as caught:
        whole(made)
    with pytest.raises(HistoryError) as known:
        expected(rows, read)
    assert str(caught.value) == str(known.value)
    assert caught.value.problems == known.value.problems
    unread = source(made.native, layout(MODEL, ("key",), on_bad="drop"), 4, key="k")
    assert unread.last() == to_us(NIGHT)  # what contradicts what is not looked at yet


def made_of(rows=(("a", "a", NIGHT), ("b", "a", NIGHT)), partitions=2):
    return source(frame(rows), layout(MODEL), partitions)


def raising(error):
    def work(history):
        raise error

    return work


def test_an_error_in_the_work_is_the_same_error_here():
    unknown = UnknownNameError("segment", "plan", ["region"])
    with pytest.raises(UnknownNameError) as caught:
        list(made_of().map(raising(unknown)))
    assert str(caught.value) == str(unknown)


def test_an_error_of_a_function_of_the_caller_says_where_on_the_executor():
    with pytest.raises(ZeroDivisionError) as caught:
        list(made_of().map(lambda history: 1 // 0))
    assert "On an executor:\nTraceback" in caught.value.__notes__[0]


def test_an_error_that_cannot_travel_is_told_in_its_words():
    class OddError(Exception):
        def __init__(self, one, two):
            super().__init__(f"{one} and {two}")

    with pytest.raises(RuntimeError, match=r"^OddError: 1 and 2$"):
        list(made_of().map(lambda history: (_ for _ in ()).throw(OddError(1, 2))))


def test_work_that_cannot_be_sent_is_refused():
    lock = threading.Lock()
    with pytest.raises(UsageError) as caught:
        list(made_of().map(lambda history: lock.locked()))
    assert str(caught.value).startswith("the question cannot be sent to the executors: cannot pickle '_thread.lock'")
    assert caught.value.hint == "the functions in it must not hold sessions, connections, locks or open files"


def test_a_module_that_the_executors_lack_is_named(monkeypatch):
    ghost = types.ModuleType("ghost")
    exec("def work(history):\n    return 1", ghost.__dict__)
    monkeypatch.setitem(sys.modules, "ghost", ghost)
    with pytest.raises(UsageError) as caught:
        list(made_of().map(ghost.work))
    assert str(caught.value) == (
        "the executors cannot import 'ghost'\n\n"
        "Hint: install it there, or ship 'ghost.py' with spark.submit.pyFiles; see 'On a cluster' in the documentation"
    )


def test_another_version_on_the_executors_is_refused(monkeypatch):
    here = custlife.__version__
    monkeypatch.setattr(custlife, "__version__", "9.9")
    with pytest.raises(UsageError) as caught:
        list(made_of().map(len))
    assert str(caught.value) == (
        f"the executors have custlife {here}, the driver has 9.9\n\n"
        "Hint: install custlife[spark]==9.9 on all of them; see 'On a cluster' in the documentation"
    )


@pytest.mark.parametrize("dies", [lambda history: os._exit(1), raising(MemoryError())], ids=["killed", "memory"])
def test_a_partition_that_is_too_large_says_which_number_to_try(dies):
    with pytest.raises(UsageError) as caught:
        list(made_of(partitions=3).map(dies))
    assert str(caught.value) == (
        "a partition does not fit into the memory of its executor with partitions=3\n\n"
        "Hint: pass partitions=6, or give executors more: spark.executor.memoryOverhead, spark.executor.pyspark.memory"
    )


def test_what_spark_itself_refuses_comes_through():
    native = session().createDataFrame([("a", "a", "x")], "customer string, stage string, at string")
    broken = native.selectExpr("customer", "stage", "raise_error('on purpose') AS at").selectExpr(
        "customer", "stage", "CAST(at AS timestamp) AS at"
    )
    with pytest.raises(Exception, match="on purpose"):
        list(source(broken, layout(MODEL), 2).map(len))
