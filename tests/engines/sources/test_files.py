"""Files are the history of their rows, whoever reads them."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custlife.engines.sources import files, opening, reading
from custlife.engines.sources.files import CsvFiles, ParquetFiles
from custlife.engines.sources.frames import frame
from custlife.engines.sources.held import Lazy
from custlife.engines.sources.opening import open_frame
from custlife.engines.sources.spill import Spilled
from custlife.errors import CustlifeError, DataError, MissingExtraError, UsageError, UsageTypeError
from tests.engines.sources import making
from tests.engines.sources.making import COLUMNS, kinds, layout, outcome, rows_of, wanted
from tests.engines.sources.test_frames import options_of

READERS = files.READERS


@pytest.fixture(params=READERS)
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(files, "READERS", (request.param, *(name for name in READERS if name != request.param)))
    return str(request.param)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(data=st.data())
def test_parquet_is_the_history_of_its_rows(reader: str, tmp_path: Path, data: st.DataObject) -> None:
    kind = data.draw(kinds())
    rows = data.draw(rows_of(kind))
    path = tmp_path / "rows.parquet"
    pa.parquet.write_table(making.arrow(rows, kind), path, row_group_size=3)
    how = layout(kind.roles, **options_of(kind, "earlier", data.draw(st.sampled_from(["raise", "drop"]))))
    partitions = data.draw(st.sampled_from([None, 1, 2]))
    expected = outcome(lambda: making.by_rows(rows, kind.roles, how))
    source = open_frame(ParquetFiles(path), wanted(kind.roles), how, partitions)
    assert isinstance(source, Spilled if partitions == 2 else Lazy)
    assert outcome(lambda: making.whole(list(source.map(lambda history: history)))) == expected


def as_csv(rows: making.Rows, roles: Any) -> str:
    def field(value: Any) -> str:
        text = "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
        return '"' + text.replace('"', '""') + '"' if set(text) & set('",\n\r') else text

    lines = [[COLUMNS[role] for role in roles], *([field(row[role]) for role in roles] for row in rows)]
    return "".join(",".join(line) + "\n" for line in lines)


def as_texts(rows: making.Rows) -> making.Rows:
    """What a file says of rows; nothing where a field is empty."""
    return [
        {
            role: None if value in {None, ""} else value.isoformat() if hasattr(value, "isoformat") else str(value)
            for role, value in row.items()
        }
        for row in rows
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(data=st.data())
def test_csv_is_the_history_of_its_rows(reader: str, tmp_path: Path, data: st.DataObject) -> None:
    kind = data.draw(kinds())
    rows = data.draw(rows_of(kind))
    path = tmp_path / "rows.csv"
    path.write_bytes(as_csv(rows, kind.roles).encode("utf-8-sig" if len(rows) % 2 else "utf-8"))
    how = layout(kind.roles, **{"tz": "Europe/Zurich", **options_of(kind, "earlier", "drop")})
    expected = outcome(lambda: making.by_rows(as_texts(rows), kind.roles, how))
    source = open_frame(CsvFiles(str(path)), wanted(kind.roles), how, data.draw(st.sampled_from([1, 3])))
    assert outcome(lambda: making.whole(list(source.map(lambda history: history)))) == expected


PLAIN = {"unit": "id", "name": "stage", "at": "at"}
TEXT = "id;stage;at\n007;a;2026-01-01T00:00Z\n8;b;2026-01-02T00:00Z\n"


def ids(source: Any) -> list[str]:
    return [unit for history in source.map(lambda history: history) for unit in history.ids]


def test_fields_are_text_as_they_stand(reader: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TEXT, "utf-8")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(TEXT.replace("8;", "9;").encode()))
    assert ids(open_frame(CsvFiles(tmp_path / "a.csv", ";"), PLAIN, layout(PLAIN), None)) == ["007", "8"]
    assert ids(open_frame(CsvFiles(tmp_path / "b.csv.gz", ";"), PLAIN, layout(PLAIN), None)) == ["007", "9"]


def test_several_files_are_one_log(reader: str, tmp_path: Path) -> None:
    rows = pl.DataFrame({"id": ["u", "v"], "stage": ["a", "b"], "at": ["2026-01-01T00:00Z"] * 2})
    (tmp_path / "deep").mkdir()
    rows[:1].write_parquet(tmp_path / "2.parquet")
    rows[1:].write_parquet(tmp_path / "deep" / "1.parquet")
    both = [tmp_path / "2.parquet", str(tmp_path / "deep" / "1.parquet")]
    for path in (both, tmp_path, f"{tmp_path}/**/*.parquet"):
        assert frame(ParquetFiles(path)).count() == 2
        assert ids(open_frame(ParquetFiles(path), PLAIN, layout(PLAIN), 2)) in (["u", "v"], ["v", "u"])


def test_files_larger_than_memory_are_partitioned_unasked(
    reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text(TEXT * 9, "utf-8")
    pl.DataFrame({"id": ["u"], "stage": ["a"], "at": ["2026"]}).write_parquet(tmp_path / "a.parquet")
    monkeypatch.setattr(opening, "room", lambda: 100)
    for native in (CsvFiles(tmp_path / "a.csv", ";"), ParquetFiles(tmp_path / "a.parquet")):
        assert isinstance(open_frame(native, PLAIN, layout(PLAIN), None), Spilled)
        assert isinstance(open_frame(native, PLAIN, layout(PLAIN), 1), Lazy)


def test_what_is_wrong_is_said_at_the_door(reader: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TEXT, "utf-8")
    with pytest.raises(DataError, match="the rows have no column customer_col='id'"):
        open_frame(CsvFiles(tmp_path / "a.csv"), PLAIN, layout(PLAIN), None)
    with pytest.raises(DataError, match=r"there is no file path='.*none.csv'\n\nHint: the folder it is looked for in"):
        CsvFiles(tmp_path / "none.csv")
    with pytest.raises(DataError, match="there is no file"):
        ParquetFiles(f"{tmp_path}/*.parquet")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.csv.gz").write_bytes(gzip.compress(TEXT.encode()))
    hint = r"no \*.csv lies in that folder; for other names pass a pattern, such as '.*/more/\*.gz'"
    with pytest.raises(DataError, match=f"there is no file path='{tmp_path}/more'\n\nHint: {hint}"):
        CsvFiles(tmp_path / "more")
    assert CsvFiles(f"{tmp_path}/more/*.gz").files == (f"{tmp_path}/more/a.csv.gz",)
    with pytest.raises(UsageError, match="delimiter='' is not one character"):
        CsvFiles(tmp_path / "a.csv", "")


@pytest.mark.parametrize("path", [3, b"moves.csv", [], [3], {"a": 1}, None])
def test_what_is_no_path(path: Any) -> None:
    with pytest.raises(UsageTypeError, match="is not a path"):
        CsvFiles(path)


def test_damaged_files_are_errors_about_data(reader: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(b"not at all")
    with pytest.raises(DataError, match=f"(?s){bad} cannot be read: .*Hint: all files must be whole"):
        frame(ParquetFiles(bad))
    ragged = tmp_path / "bad.csv"
    ragged.write_text("id,stage,at\n1,a,2026-01-01T00:00Z\n" * 3 + "1,2,3,4,5\n", "utf-8")
    with pytest.raises(CustlifeError, match=r"(?s)cannot be read: .*Hint: look at that place; from_csv"):
        frame(CsvFiles(ragged)).collect(["id", "stage", "at"])
    with pytest.raises(CustlifeError, match="cannot be read: "):
        list(frame(CsvFiles(ragged)).batches(["id", "stage", "at"], 2))


def test_a_reader_that_panics_over_a_damaged_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    panic = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})

    def collect(*_given: object, **_options: object) -> None:
        raise panic("called `Option::unwrap()` on a `None` value")

    path = tmp_path / "rows.parquet"
    pl.DataFrame({"id": ["u"], "at": [1]}).write_parquet(path)
    opened = frame(ParquetFiles(path))
    monkeypatch.setattr(pl.LazyFrame, "collect", collect)
    with pytest.raises(DataError, match="cannot be read: called `Option::unwrap"):
        opened.collect(["id"])


def packed(*, cut: int, garbage: bytes = b"") -> bytes:
    """A packed CSV file that ends early, perhaps in something else."""
    return (
        gzip.compress(b"id,stage,at\n" + b"".join(b"u%d,a,2026-01-01T00:00Z\n" % n for n in range(9)))[:cut] + garbage
    )


@pytest.mark.parametrize(
    "damaged",
    [packed(cut=15), packed(cut=10, garbage=b"hello"), packed(cut=40, garbage=b"\xff" * 90), "id,".encode("utf-16")],
)
def test_damaged_headers_are_errors_about_data(reader: str, tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / "bad.csv").write_bytes(damaged)
    with pytest.raises(DataError):
        open_frame(CsvFiles(tmp_path / "bad.csv"), PLAIN, layout(PLAIN), None)


def test_columns_of_parquet_are_read_one_by_one(reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rows.parquet"
    pl.DataFrame({"unit": ["b", "a"], "at": [1, 2], "more": [0, 0]}).write_parquet(path)
    opened = ParquetFiles(path)._by_polars([str(path)], ())
    asked: list[Any] = []

    def collect(names: Any) -> Any:
        asked.append(tuple(names))
        return opened.collect(names)

    monkeypatch.setattr(ParquetFiles, f"_by_{reader}", lambda *_: attrs.evolve(opened, collect=collect))
    table = ParquetFiles(path).frame().collect(["unit", "at"])
    assert (table.names, table.count, asked) == (("unit", "at"), 2, [])
    assert table.column("unit").take(np.array([1, 0])) == ["a", "b"]
    assert table.column("at").numbers().tolist() == [1, 2]
    assert asked == [("unit",), ("at",)]
    assert table.part(1, 2).column("unit").take(np.array([0])) == ["a"]
    assert table.arrow(np.array([0])).to_pylist() == [{"unit": "b", "at": 1}]


def test_columns_are_read_on_all_cores(reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PIECE_ROWS", 500)
    monkeypatch.setattr(reading, "cpu_count", lambda: 4)
    count = 20_000
    rows = {"id": np.arange(count) % 99, "stage": ["a", "b"] * (count // 2), "at": ["2026-01-01T00:00Z"] * count}
    pl.DataFrame(rows).with_columns(plan=pl.col("id") % 3).write_parquet(tmp_path / "a.parquet")
    roles = {**PLAIN, "segment:plan": "plan"}
    source = open_frame(ParquetFiles(tmp_path / "a.parquet"), roles, layout(roles), 1)
    assert len(ids(source)) == 99


@pytest.mark.parametrize("more", [0, 1])
def test_files_that_change_while_they_are_read(reader: str, tmp_path: Path, more: int) -> None:
    path = tmp_path / "rows.parquet"
    pl.DataFrame({"unit": ["a", "b"], "at": [1, 2]}).write_parquet(path)
    opened = frame(ParquetFiles(path))
    table = opened.collect(["unit", "at"])
    assert len(table.column("unit")) == 2
    pl.DataFrame({"unit": ["a", "b", "c"][: 2 + more], "at": [2, 1, 3][: 2 + more]}).write_parquet(path)
    os.utime(path, (1, 1))  # clocks of files may be slow
    changed = f"{path} changed after the log was made\n\nHint: make the log again, when it is written"
    for ask in (lambda: table.column("at"), opened.count, lambda: list(opened.batches(["at"], 9))):
        with pytest.raises(DataError) as caught:
            ask()
        assert str(caught.value) == changed
    path.unlink()
    with pytest.raises(DataError, match="changed after the log was made"):
        table.column("at")


def test_a_count_that_changes_though_the_files_seem_not_to(
    reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_state", lambda _: ())
    path = tmp_path / "rows.parquet"
    pl.DataFrame({"unit": ["a", "b"]}).write_parquet(path)
    table = ParquetFiles(path).frame().collect(["unit"])
    pl.DataFrame({"unit": ["a", "b", "c"]}).write_parquet(path)
    with pytest.raises(DataError, match=r"changed while they were read: .* 2 rows, and now there are 3|cannot be read"):
        table.column("unit")


def test_folders_that_say_what_is_in_them(reader: str, tmp_path: Path) -> None:
    countries = ["CH", "007", "a%20b", "__HIVE_DEFAULT_PARTITION__"]
    for number, country in enumerate(countries):
        folder = tmp_path / f"country={country}" / f"day=2026-01-0{number + 1}"
        folder.mkdir(parents=True)
        pl.DataFrame({"id": [f"u{number}"], "stage": ["a"]}).write_parquet(folder / "part.parquet")
    roles = {"unit": "id", "name": "stage", "at": "day", "segment:plan": "country"}
    for partitions in (None, 3):
        source = open_frame(ParquetFiles(tmp_path), roles, layout(roles, tz="UTC"), partitions)
        found = making.told(making.whole(list(source.map(lambda history: history))))
        assert found["ids"] == ["u0", "u1", "u2", "u3"]
        assert found["segments"] == {"plan": ["CH", "007", "a b", None]}
        assert np.diff(found["at"]).tolist() == [86_400_000_000] * 3
    one = ParquetFiles(tmp_path / "country=007" / "day=2026-01-02" / "part.parquet")
    assert frame(one).collect(["country"]).column("country").take(np.array([0])) == ["007"]


def test_folders_that_are_no_columns(reader: str, tmp_path: Path) -> None:
    deep = tmp_path / "id=1" / "x=2"
    deep.mkdir(parents=True)
    pl.DataFrame({"id": [7]}).write_parquet(deep / "a.parquet")  # has a column of its own
    assert frame(ParquetFiles(tmp_path)).sample.names == ("id",)
    assert frame(ParquetFiles(tmp_path)).collect(["id"]).column("id").take(np.array([0])) == [7]
    pl.DataFrame({"u": [7]}).write_parquet(tmp_path / "b.parquet")  # lies elsewhere
    pl.DataFrame({"u": [7]}).write_parquet(deep / "a.parquet")
    assert frame(ParquetFiles(tmp_path)).sample.names == ("u",)


def test_columns_of_one_name_are_refused(reader: str, tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_bytes("id,stage,id,at,,\nu,a,v,2026-01-01T00:00Z,,\n".encode("utf-8-sig"))
    with pytest.raises(DataError) as caught:
        frame(CsvFiles(tmp_path))
    assert str(caught.value) == (
        f"{tmp_path}/1.csv names columns twice: 'id'\n\nHint: give each column a name of its own"
    )


def test_headers_of_packed_files_are_looked_at_too(reader: str, tmp_path: Path) -> None:
    (tmp_path / "1.csv.gz").write_bytes(gzip.compress(TEXT.encode("utf-8-sig")))
    (tmp_path / "2.csv.gz").write_bytes(gzip.compress(TEXT.replace("at", "when", 1).encode()))
    with pytest.raises(DataError, match=r"1.csv.gz: id, stage, at\n.*2.csv.gz: id, stage, when"):
        frame(CsvFiles(f"{tmp_path}/*.gz", ";"))
    (tmp_path / "1.csv.gz").write_bytes("käse".encode("latin-1"))
    assert files._header(str(tmp_path / "1.csv.gz"), ";") is None
    with pytest.raises(DataError, match=r"cannot be read: |no column"):
        open_frame(CsvFiles(tmp_path / "1.csv.gz", ";"), PLAIN, layout(PLAIN), None).last()


@pytest.mark.parametrize("header", ["stage,id,at", "id,stage,at,plan", "id,stage"])
def test_files_with_other_headers_are_refused(reader: str, tmp_path: Path, header: str) -> None:
    (tmp_path / "1.csv").write_text("id,stage,at\nu,a,2026-01-01T00:00Z\n", "utf-8")
    (tmp_path / "2.csv").write_text(f"{header}\n{header}\n", "utf-8")
    with pytest.raises(DataError) as caught:
        frame(CsvFiles(tmp_path))
    assert str(caught.value) == (
        f"files have other columns than the first\n  {tmp_path}/1.csv: id, stage, at\n"
        f"  {tmp_path}/2.csv: {header.replace(',', ', ')}\n\nHint: write the same header in all of them"
    )


def test_errors_of_others_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text(TEXT, "utf-8")

    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(pl, "scan_csv", fail)
    with pytest.raises(ZeroDivisionError):
        frame(CsvFiles(tmp_path / "a.csv"))


def test_some_reader_must_be_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text(TEXT, "utf-8")
    monkeypatch.setattr(files, "find_spec", lambda _: None)
    with pytest.raises(
        MissingExtraError, match=r"scan_csv needs the extra 'polars'\n\nHint: pip install 'custlife\[polars\]'"
    ):
        frame(CsvFiles(tmp_path / "a.csv"))


def test_a_file_of_many_batches(reader: str, tmp_path: Path) -> None:
    rows = pl.DataFrame({"id": np.arange(5_000) % 77})
    rows.write_parquet(tmp_path / "a.parquet", row_group_size=500)
    opened = frame(ParquetFiles(tmp_path / "a.parquet"))
    found = [batch.column("id").numbers() for batch in opened.batches(["id"], 1_000)]
    assert np.concatenate(found).tolist() == rows["id"].to_list()
    assert opened.about is not None
    assert opened.about() == opened.count() == 5_000
