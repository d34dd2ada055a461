"""What the driver checks, asks of Spark, and makes of the answers, without a cluster."""

from __future__ import annotations

import pickle

import attrs
import pytest

from custlife.engines.sources import spark_errors
from custlife.engines.sources.spark import SparkSource, fetched, is_spark
from custlife.engines.sources.spark_columns import check_accounts, kinds_of, laid_out, selected
from custlife.engines.sources.spark_errors import checked, explained
from custlife.errors import DataError, MissingExtraError, TimeError, UsageError
from tests.engines.making import MODEL
from tests.engines.sources.cluster import layout

# -- on the driver ----------------------------------------------------------------------------------------------------


def errors(*made):
    return [("error", pickle.dumps(error)) for error in made]


def test_answers_come_in_order():
    assert checked([("done", pickle.dumps(n)) for n in (3, 1)], 2) == [3, 1]


BODY = b"\x80"


class Pickled:
    """The answers of PySpark before version 4: rows, of which bytes may be a bytearray."""

    def collect(self):
        return [{"kind": "done", "body": bytearray(BODY)}, {"kind": "done", "body": BODY}]


class Handed(Pickled):
    """The answers of PySpark since, as Arrow."""

    def collect(self):
        raise AssertionError

    def toArrow(self):
        pa = pytest.importorskip("pyarrow")
        return pa.table({"kind": ["done", "done"], "body": pa.array([BODY, BODY], pa.binary())})


@pytest.mark.parametrize("mapped", [Pickled(), Handed()])
def test_answers_are_fetched_as_this_pyspark_hands_them_over(mapped):
    assert fetched(mapped) == [("done", BODY)] * 2


def test_errors_about_rows_are_counted_together():
    made = [
        DataError("1 row has no account", [("b", "the account is missing")], "drop"),
        DataError("2 rows have no account", [("a", "the account is missing"), ("c", "the account is missing")], "drop"),
        DataError("{odd} columns", [("d", "something else")], "other"),
    ]
    with pytest.raises(DataError) as caught:
        checked(errors(*made), 3)
    assert str(caught.value) == (
        "3 rows have no account\n"
        "  a: the account is missing\n"
        "  b: the account is missing\n"
        "  c: the account is missing\n\n"
        "Hint: drop"
    )
    with pytest.raises(DataError, match=r"^1 row has no account\n"):
        checked(errors(made[0]), 1)
    with pytest.raises(DataError, match=r"^\{odd\} columns\n"):
        checked(errors(made[2], made[2]), 2)


def test_an_error_about_anything_else_comes_first():
    with pytest.raises(UsageError, match=r"^what$"):
        checked(errors(DataError("1 row cannot be used", [("a", "b")]), UsageError("what"), DataError("no rows")), 1)


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        (
            "[PYTHON_VERSION_MISMATCH] Python in worker has different version: 3.12 than that in driver: 3.11, PySpark",
            "the executors run Python 3.12, the driver runs Python 3.11",
            "let PYSPARK_PYTHON name one minor version of Python everywhere",
        ),
        (
            "Python in worker has different version of itself",
            "the executors run another version of Python than the driver",
            "let PYSPARK_PYTHON name one minor version of Python everywhere",
        ),
        (
            "ModuleNotFoundError: No module named 'pyarrow'",
            "the executors cannot import 'pyarrow'",
            "install custlife[spark] in the Python that PYSPARK_PYTHON names, or ship it with --archives; on one machine ",
        ),
        ("[PACKAGE_NOT_INSTALLED] PyArrow >= 18", "the executors cannot import 'pyarrow'", "install custlife[spark]"),
        (
            "SparkException: Python worker exited unexpectedly (crashed)",
            "a partition does not fit into the memory of its executor with partitions=8",
            "pass partitions=16",
        ),
        (
            "is bigger than spark.driver.maxResultSize (1024.0 MiB)",
            "the answer is larger than spark.driver.maxResultSize",
            "ask for counts instead of lists",
        ),
    ],
)
def test_what_stops_spark_is_explained(text, what, hint):
    told = explained(RuntimeError(text), 8)
    assert told.what == what
    assert told.hint.startswith(hint)


def test_what_nobody_knows_is_not_explained():
    assert explained(RuntimeError("Table or view not found"), 8) is None


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (("import", b"numpy.core"), "the executors cannot import 'numpy.core'"),
        (("import", b"mine"), "the executors cannot import 'mine'"),
        (("memory", b""), "a partition does not fit into the memory of its executor with partitions=4"),
    ],
)
def test_executors_that_cannot_work_are_told(answer, what):
    with pytest.raises(UsageError) as caught:
        checked([("done", b""), answer], 4)
    assert caught.value.what == what


def test_another_version_of_the_library_is_told():
    with pytest.raises(UsageError, match=r"the executors have custlife 0\.0\.9, the driver has "):
        checked([("version", b"0.0.9")], 4)


# -- at the door ------------------------------------------------------------------------------------------------------


@attrs.define
class Native:
    """What the door looks at, and what would be asked of Spark."""

    dtypes: list[tuple[str, str]]
    isStreaming: bool = False  # as Spark spells it
    asked: list = attrs.field(factory=list)

    @property
    def columns(self):
        return [name for name, _ in self.dtypes]

    def __getattr__(self, name):
        def call(*args):
            self.asked.append((name, *args))
            return self

        return call


class Found(Native):
    def collect(self):
        return []


def door(read=None, stream=False, **types):
    native = Native(list(types.items()), stream)
    wanted = {"unit": "who", "name": "what", "at": "when"}
    return kinds_of(native, wanted, read or layout(MODEL))


GOOD = {"who": "string", "what": "varchar(10)", "when": "timestamp"}


def test_kinds_of_columns():
    assert door(**GOOD) == {"unit": "text", "name": "text", "at": "aware"}
    local = layout(tz="UTC")
    types = {"who": "bigint", "what": "string collate UTF8_LCASE", "when": "timestamp_ntz"}
    assert door(local, **types) == {"unit": "whole", "name": "text", "at": "naive"}
    assert door(local, **{**GOOD, "what": "void", "when": "date"}) == {"unit": "text", "name": "nothing", "at": "date"}


@pytest.mark.parametrize(
    ("types", "kind", "what"),
    [
        ({"who": "double"}, UsageError, "customer_col='who' holds Spark double, neither text nor whole numbers"),
        ({"what": "int"}, UsageError, "stage_col='what' holds Spark int, not text"),
        ({"when": "bigint"}, UsageError, "at_col='when' holds Spark bigint, not times"),
        ({"when": "date"}, TimeError, "at_col='when' holds Spark date, times without a zone"),
        ({"WHEN": "date"}, DataError, "the rows have several columns at_col='when' but for case"),
    ],
)
def test_columns_that_cannot_be_read_are_refused_at_the_door(types, kind, what):
    with pytest.raises(kind) as caught:
        door(**{**GOOD, **types})
    assert caught.value.what == what
    assert caught.value.hint


def test_columns_that_are_not_there_are_refused_at_the_door():
    with pytest.raises(DataError, match="the rows have no column at_col='when'"):
        door(who="string", what="string", whem="timestamp")


def test_streams_are_refused_at_the_door():
    with pytest.raises(UsageError) as caught:
        door(stream=True, **GOOD)
    assert str(caught.value) == "the frame is a stream, which never ends\n\nHint: write it to a table and read that"


def test_columns_are_quoted_and_numbered():
    native = Native([])
    wanted, kinds = {"unit": "a`b", "name": "e", "at": "c.d"}, {"unit": "text", "name": "nothing", "at": "aware"}
    selected(native, wanted, kinds, ("unit", "name", "at"))
    assert native.asked == [("selectExpr", "CAST(`a``b` AS string) AS c0", "CAST(`e` AS string) AS c1", "`c.d` AS c2")]


def test_rows_are_shuffled_once():
    native = Native([])
    laid_out(native, None, None)
    laid_out(native, 7, None)
    assert native.asked == [("repartition", "c0"), ("repartition", 7, "c0")]


def test_accounts_are_laid_out_with_whoever_has_none_spread():
    native = Native([("c0", "string"), ("c3", "string")])
    laid_out(native, 7, 3)
    assert [name for name, *_ in native.asked] == ["selectExpr", "repartition", "select"]
    assert native.asked[1:] == [("repartition", 7, "account", "alone"), ("select", "c0", "c3")]


def test_a_missing_package_is_told_before_anything_is_done(monkeypatch):
    from custlife.engines.sources import spark

    monkeypatch.setattr(spark, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError) as caught:
        SparkSource(Native([]), {}, layout())
    assert str(caught.value) == "a frame of Spark needs the extra 'spark'\n\nHint: pip install 'custlife[spark]'"


def test_rows_on_a_cluster_are_not_pickled():
    with pytest.raises(UsageError) as caught:
        pickle.dumps(SparkSource(Native([]), {}, layout()))
    assert str(caught.value).startswith(
        "a log whose rows are on a cluster cannot be pickled\n\nHint: make the log anew"
    )


def test_only_frames_of_pyspark_are_frames_of_spark():
    kind = type("DataFrame", (), {"__module__": "pyspark.sql.classic.dataframe"})
    assert is_spark(kind())
    assert is_spark(type("Own", (kind,), {})())
    assert not is_spark(type("DataFrame", (), {"__module__": "pandas.core.frame"})())


def test_problems_with_accounts_are_looked_for_by_spark_itself():
    native = Found([])
    check_accounts(native, 3, "customer")
    assert [name for name, *_ in native.asked] == ["selectExpr", "groupBy", "agg", "where", "orderBy", "limit"]


def test_all_errors_of_the_driver_name_what_to_do():
    assert all(
        error.hint for error in (spark_errors.too_large(3), spark_errors.without("x"), spark_errors.other_version("0"))
    )
