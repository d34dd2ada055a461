"""Answers as data frames: equal values in every kind, types that never depend on the data, nothing loaded too early."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife.analysis.framing import KINDS, Framed
from custlife.analysis.result import Result
from custlife.calendar import days, from_us
from custlife.errors import MissingExtraError, UnknownNameError
from custlife.log.checking import Check, Finding
from tests import values
from tests.analysis.strategies import AS_OF, EVENT_ROWS, STAGE_ROWS, event_log, hour, stage_log

polars = pytest.importorskip("polars")
pandas = pytest.importorskip("pandas")
pyarrow = pytest.importorskip("pyarrow")
duckdb = pytest.importorskip("duckdb")

ANSWERS = {name: value for name, value in values.VALUES.items() if isinstance(value, Result)}
ASKED = {
    "funnel": lambda log, by: log.funnel(within=days(2), by=by),
    "funnel by day": lambda log, by: log.funnel(within=days(2), by=by, every="day"),
    "conversion": lambda log, by: log.conversion("a", "b", within=days(2), by=by),
    "conversion by day": lambda log, by: log.conversion("a", "b", within=days(2), by=by, every="day"),
    "time in stage": lambda log, by: log.time_in_stage(by=by),
    "retention": lambda log, by: log.retention(every="day", by=by),
    "growth": lambda log, by: log.growth_accounting(every="day", by=by),
    "headcount": lambda log, by: log.headcount(every="day", by=by),
    "flows": lambda log, by: log.flows(by=by),
    "flows by day": lambda log, by: log.flows(every="day", by=by),
    "paths": lambda log, by: log.paths(by=by),
    "reasons": lambda log, by: log.reasons(by=by),
    "spells": lambda log, by: log.spells(),
    "customers": lambda log, by: log.per_customer(),
    "check": lambda log, by: log.check(),
}
EVERY_QUESTION = pytest.mark.parametrize("name", ASKED)
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)


def schema(kind: str, frame) -> dict[str, str]:
    """Column to type, as text."""
    if kind == "pandas":
        return {name: str(found) for name, found in frame.dtypes.items()}
    if kind == "duckdb":
        return dict(zip(frame.columns, map(str, frame.types), strict=True))
    return {name: str(found) for name, found in dict(zip(names(frame), types(frame), strict=True)).items()}


def names(frame) -> list[str]:
    return list(frame.columns) if isinstance(frame, polars.DataFrame) else frame.column_names


def types(frame) -> list[object]:
    return frame.dtypes if isinstance(frame, polars.DataFrame) else frame.schema.types


def dicts(kind: str, frame) -> list[dict]:
    """The rows of a frame as dicts of plain values."""
    if kind == "polars":
        return frame.to_dicts()
    if kind == "duckdb":
        return frame.to_arrow_table().to_pylist()
    if kind == "pandas":
        return [
            {name: plain(value) for name, value in zip(frame.columns, row, strict=True)}
            for row in frame.itertuples(index=False, name=None)
        ]
    return frame.to_pylist()


def plain(value):
    if pandas.isna(value):
        return None
    if isinstance(value, pandas.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def same(left: list[dict], right: list[dict]) -> bool:
    """Equal in values, and in which of them are true or false and not one or nought."""
    return left == right and list(map(truths, left)) == list(map(truths, right))


def truths(row: dict) -> dict[str, bool]:
    return {name: isinstance(value, bool) for name, value in row.items()}


class TestValues:
    def test_every_class_of_answers_is_tried(self) -> None:
        tried = {type(answer).__name__ for answer in ANSWERS.values()}
        assert tried == {kind.__name__ for kind in Result.__subclasses__()}

    @EVERY_KIND
    @pytest.mark.parametrize("name", ANSWERS)
    def test_every_kind_of_frame_has_the_values_of_the_rows(self, name, kind) -> None:
        answer = ANSWERS[name]
        assert same(dicts(kind, answer.to_frame(kind)), answer.to_dicts())

    @EVERY_QUESTION
    @given(rows=STAGE_ROWS, as_of=AS_OF)
    def test_columns_are_the_rows_turned_and_hold_what_they_declare(self, name, rows, as_of) -> None:
        answer = ASKED[name](stage_log(rows, as_of), ("plan",))
        declared, found = answer.column_types(), answer.to_dicts()
        assert answer.to_columns() == {column: [row[column] for row in found] for column in declared}
        for row in found:
            assert list(row) == list(declared)
            for column, value in row.items():
                assert type(value) is not bool or declared[column] in (bool, bool | None)
                is_float = declared[column] in (float, float | None)
                assert isinstance(value, declared[column] | int if is_float else declared[column])

    @given(rows=EVENT_ROWS)
    def test_answers_about_events_hold_what_they_declare(self, rows) -> None:
        log = event_log(rows, hour(200))
        for answer in (log.paths(), log.flows(), log.retention(every="day"), log.growth_accounting(every="day")):
            assert same(answer.to_frame("polars").to_dicts(), answer.to_dicts())
            assert list(answer.column_types()) == list(next(iter(answer.to_dicts()), answer.column_types()))

    def test_a_segment_named_as_a_column_is_the_same_in_rows_and_frames(self) -> None:
        rows = [{"customer": "ada", "stage": "a", "at": hour(0), "outcome": "good"}]
        log = cl.StageLog.from_rows(rows, stage_log([]).model, segment_cols=["outcome"], as_of=hour(9))
        assert same(log.per_customer().to_frame("polars").to_dicts(), log.per_customer().to_dicts())


class TestTypes:
    @EVERY_KIND
    @EVERY_QUESTION
    @pytest.mark.parametrize("by", [(), ("plan",)])
    def test_types_are_those_of_any_other_data(self, name, kind, by) -> None:
        from tests.analysis.test_showing import ROWS

        full, empty = (ASKED[name](stage_log(rows, hour(100)), by).to_frame(kind) for rows in (ROWS, []))
        assert schema(kind, empty) == schema(kind, full)

    def test_types_are_wide_named_and_in_utc(self) -> None:
        assert schema("pyarrow", ANSWERS["spells answer"].to_frame("pyarrow")) == {
            "customer": "string",
            "stage": "string",
            "entered": "timestamp[us, tz=UTC]",
            "left": "timestamp[us, tz=UTC]",
            "days": "double",
            "next": "string",
            "censored": "bool",
            "truncated": "bool",
            "plan": "string",
        }
        retained = schema("pandas", ANSWERS["retention answer"].to_frame("pandas"))
        assert (retained["size"], retained["retained"], retained["rate"]) == ("int64", "Int64", "float64")


ODD_TYPES = {
    "whole": int,
    "maybe_whole": int | None,
    "share": float | None,
    "text": str | None,
    "sure": bool,
    "maybe_sure": bool | None,
    "at": datetime | None,
}
ODD_ROWS = st.lists(
    st.fixed_dictionaries({
        "whole": st.integers(-(2**63), 2**63 - 1),
        "maybe_whole": st.none() | st.integers(-(2**63), 2**63 - 1),
        "share": st.none() | st.floats(allow_nan=False),
        "text": st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
        "sure": st.booleans(),
        "maybe_sure": st.none() | st.booleans(),
        "at": st.none() | st.integers(-(2**62), 2**62).map(lambda n: from_us(n // 600)),
    }),
    max_size=4,
)  # fmt: skip


@attrs.frozen
class Odd(Framed):
    """Rows that reach the ends of every type."""

    rows: list[dict]

    def column_types(self):
        return ODD_TYPES

    def to_dicts(self):
        return self.rows


class TestLaws:
    @EVERY_KIND
    @given(rows=ODD_ROWS)
    def test_no_value_changes_on_its_way_into_a_frame(self, kind, rows) -> None:
        frame = Odd(rows).to_frame(kind)
        assert same(dicts(kind, frame), rows)
        assert schema(kind, frame) == schema(kind, Odd([]).to_frame(kind))

    def test_what_has_rows_must_list_them_and_say_what_they_hold(self) -> None:
        with pytest.raises(TypeError, match=r"abstract.*column_types.*to_dicts"):
            Framed()


class TestArrow:
    @pytest.mark.parametrize("name", ANSWERS)
    def test_libraries_read_an_answer_as_it_is(self, name) -> None:
        answer = ANSWERS[name]
        rows = answer.to_dicts()
        assert same(polars.DataFrame(answer).to_dicts(), rows)
        assert same(pyarrow.table(answer).to_pylist(), rows)
        assert same(duckdb.sql("from answer").to_arrow_table().to_pylist(), rows)

    def test_a_check_is_read_as_it_is(self) -> None:
        check = Check((Finding("tie", "customer 'ada'", "a, b"),))
        assert polars.DataFrame(check).rows() == [("tie", "customer 'ada'", "a, b")]
        assert check.to_frame("pandas").to_dict("records") == check.to_dicts()
        assert pyarrow.table(Check(())).schema.names == ["kind", "where", "what"]

    def test_a_wanted_schema_is_handed_to_the_carrier(self) -> None:
        wanted = pyarrow.schema([(name, pyarrow.large_string()) for name in ("kind", "where", "what")])
        check = Check((Finding("tie", "x", "y"),))
        assert pyarrow.RecordBatchReader.from_stream(check, schema=wanted).schema == wanted
        assert pyarrow.RecordBatchReader.from_stream(check).schema == check.to_frame("pyarrow").schema

    def test_polars_carries_where_pyarrow_is_missing(self, monkeypatch) -> None:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        answer = ANSWERS["spells answer"]
        assert same(polars.DataFrame(answer).to_dicts(), answer.to_dicts())

    @pytest.mark.parametrize(("missing", "extra"), [((), "pandas"), (("pandas",), "polars")])
    def test_without_a_carrier_the_error_says_what_to_install(self, missing, extra, monkeypatch) -> None:
        for name in ("pyarrow", "polars", *missing):
            monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(MissingExtraError) as caught:
            ANSWERS["flows answer"].__arrow_c_stream__()
        assert str(caught.value) == (
            f"handing rows on as Arrow needs the extra {extra!r}\n\nHint: pip install 'custlife[{extra}]'"
        )


CLASSES = {"polars": "DataFrame", "pandas": "DataFrame", "pyarrow": "Table", "duckdb": "DuckDBPyRelation"}


class TestKind:
    def made(self, frame: object) -> tuple[str, str]:
        return type(frame).__module__.partition(".")[0].lstrip("_"), type(frame).__name__

    def from_a(self, origin: str | None) -> Result:
        answer = ANSWERS["flows answer"]
        return attrs.evolve(answer, about=attrs.evolve(answer.about, frame=origin))

    @EVERY_KIND
    def test_a_kind_is_made_when_asked_for(self, kind) -> None:
        found = self.made(self.from_a(None).to_frame(kind))
        assert found == (kind, CLASSES[kind])

    @EVERY_KIND
    def test_by_default_an_answer_comes_as_the_log_came(self, kind) -> None:
        assert self.made(self.from_a(kind).to_frame()) == self.made(self.from_a(None).to_frame(kind))

    @pytest.mark.parametrize("origin", [None, "spark"])
    def test_else_as_the_first_library_that_is_installed(self, origin, monkeypatch) -> None:
        found = [self.made(self.from_a(origin).to_frame())[0]]
        for name in ("polars", "pandas"):
            monkeypatch.setitem(sys.modules, name, None)
            found.append(self.made(self.from_a(origin).to_frame())[0])
        assert found == ["polars", "pandas", "pyarrow"]

    def test_without_any_library_the_error_says_what_to_install(self, monkeypatch) -> None:
        for name in ("polars", "pandas", "pyarrow"):
            monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(MissingExtraError) as caught:
            self.from_a(None).to_frame()
        assert str(caught.value) == "a data frame needs the extra 'polars'\n\nHint: pip install 'custlife[polars]'"

    @EVERY_KIND
    def test_a_kind_whose_library_is_missing_says_what_to_install(self, kind, monkeypatch) -> None:
        monkeypatch.setitem(sys.modules, kind, None)
        with pytest.raises(MissingExtraError) as caught:
            self.from_a(None).to_frame(kind)
        extra = {"pyarrow": "polars"}.get(kind, kind)
        assert str(caught.value) == (
            f"a frame of kind {kind!r} needs the extra {extra!r}\n\nHint: pip install 'custlife[{extra}]'"
        )

    @pytest.mark.parametrize("origin", [None, "polars"])
    def test_an_unknown_kind_is_refused_with_those_there_are(self, origin) -> None:
        with pytest.raises(UnknownNameError) as caught:
            self.from_a(origin).to_frame("panda")
        assert str(caught.value) == (
            "unknown kind of frame 'panda'\n\n"
            "Hint: did you mean 'pandas'? There are: 'polars', 'pandas', 'pyarrow', 'duckdb'"
        )


LOADED = """
import sys
from tests import values
answers = [a for a in values.answers().values() if hasattr(a, "to_frame")]
for answer in answers:
    answer.to_dicts(), answer.to_columns(), answer.column_types()
    {ask}
print(*sorted({{"numpy", "pandas", "polars", "pyarrow", "duckdb", "narwhals"}} & set(sys.modules)))
"""


@pytest.mark.parametrize(("ask", "loaded"), [("", set()), ("answer.to_frame('polars')", {"polars"})])
def test_no_library_is_loaded_before_one_of_its_frames_is_wanted(ask, loaded) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(ask=ask)], capture_output=True, text=True, check=True, cwd=values.__file__.rpartition("/tests/")[0]
    )  # fmt: skip
    assert set(done.stdout.split()) == loaded
