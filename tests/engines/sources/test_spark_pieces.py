"""What executors do and what the driver makes of it, without a cluster."""

from __future__ import annotations

import pickle
import sys
from datetime import UTC, datetime, timedelta
from types import ModuleType

import attrs
import pytest

import custlife
from custlife.engines.sources import spark_errors, spark_task
from custlife.engines.sources.spark import SparkSource, is_spark, itself
from custlife.engines.sources.spark_columns import check_accounts, kinds_of, laid_out, selected
from custlife.engines.sources.spark_errors import checked, explained
from custlife.engines.sources.spark_reading import Reading, Summary, summary
from custlife.engines.sources.spark_task import Keeping, Kept, Working, sealed, told
from custlife.errors import DataError, HistoryError, MissingExtraError, TimeError, UsageError
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


# -- on an executor ---------------------------------------------------------------------------------------------------


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
    assert place == "customer 'a', 'a' at 14645-06-30 15:06:40.000000Z"


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


# -- on the driver ----------------------------------------------------------------------------------------------------


def errors(*made):
    return [("error", pickle.dumps(error)) for error in made]


def test_answers_come_in_order():
    assert checked([("done", pickle.dumps(n)) for n in (3, 1)], 2) == [3, 1]


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
            "the executors run Python another version, the driver runs Python this one",
            "let PYSPARK_PYTHON name one minor version of Python everywhere",
        ),
        (
            "ModuleNotFoundError: No module named 'pyarrow'",
            "the executors cannot import 'pyarrow'",
            "install custlife[spark]",
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
