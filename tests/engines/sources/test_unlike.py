"""Parquet files that are not alike are one log where they can be, and refused in one way by every reader where not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custlife.engines.sources import files
from custlife.engines.sources.files import CsvFiles, ParquetFiles
from custlife.engines.sources.opening import open_frame
from custlife.errors import CustlifeError, DataError, MissingExtraError, MissingFileError
from tests.engines.sources import making
from tests.engines.sources.making import layout, told

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 1, 5, 12, 0, 0, 123_000, tzinfo=UTC)
ROLES = {"unit": "id", "name": "stage", "at": "at", "segment:plan": "plan"}
ROWS = {"id": ["7", "8"], "stage": ["a", "b"], "at": [NOON, NOON + timedelta(hours=1)], "plan": ["x", None]}
NAIVE = [at.replace(tzinfo=None) for at in ROWS["at"]]


@pytest.fixture(params=files.READERS)
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(files, "READERS", (request.param, *(name for name in files.READERS if name != request.param)))
    return str(request.param)


def write(folder: Path, **columns: pa.Array | None) -> ParquetFiles:
    """Two files: plain rows, and those of other customers with other columns; None for a column that is not there."""
    pa.parquet.write_table(pa.table(ROWS), folder / "1.parquet")
    given = {**ROWS, "id": ["9", "10"], **columns}
    rows = {name: values for name, values in given.items() if values is not None}
    pa.parquet.write_table(pa.table(rows), folder / "2.parquet")
    return ParquetFiles(folder)


def read(native: Any, partitions: int | None = None, **options: Any) -> Any:
    source = open_frame(native, ROLES, layout(ROLES, **options), partitions)
    return making.whole(list(source.map(lambda history: history)))


PLAIN = [{"unit": unit, **row} for unit, row in zip(["7", "8", "9", "10"], 2 * [
    {"name": "a", "at": NOON, "segment:plan": "x"},
    {"name": "b", "at": NOON + timedelta(hours=1), "segment:plan": None},
], strict=True)]  # fmt: skip
STORED = [
    {"more": pa.array([1, 2])},
    {"at": pa.array(ROWS["at"], pa.timestamp("ms", "UTC"))},
    {"at": pa.array(ROWS["at"], pa.timestamp("ns", "Europe/Zurich"))},
    {"stage": pa.array(ROWS["stage"]).dictionary_encode(), "plan": pa.array(ROWS["plan"], pa.large_string())},
    {"plan": pa.array(ROWS["plan"]), "stage": pa.array(ROWS["stage"]), "more": None},
]


@pytest.mark.parametrize("columns", STORED)
@pytest.mark.parametrize("partitions", [1, 3])
def test_columns_may_be_stored_in_several_ways(reader, columns, partitions, tmp_path) -> None:
    expected = told(making.by_rows(PLAIN, tuple(ROLES), layout(ROLES)))
    assert told(read(write(tmp_path, **columns), partitions)) == expected
    for number in (1, 2):
        (tmp_path / f"{number}.parquet").rename(tmp_path / f"{4 - number}.parquet")
    assert told(read(ParquetFiles(tmp_path), partitions)) == expected


@pytest.mark.parametrize("reversed_", [False, True])
def test_numbers_of_any_width_and_columns_without_values(reader, reversed_, tmp_path) -> None:
    types = [pa.int16(), pa.int64(), pa.uint8()]
    for number, dtype in enumerate(types[::-1] if reversed_ else types):
        rows = {**ROWS, "id": pa.array([2 * number, 2 * number + 1], dtype)}
        if number == 1:
            rows["plan"] = pa.nulls(2)
        pa.parquet.write_table(pa.table(rows), tmp_path / f"{number}.parquet")
    history = read(ParquetFiles(tmp_path))
    assert list(history.ids) == ["0", "1", "2", "3", "4", "5"]
    assert list(map(history.segments["plan"].name, range(6))) == ["x", None, None, None, "x", None]


REFUSED = [
    ({"plan": None}, "not all files have the column 'plan'", "2.parquet: it is not there"),
    ({"at": None}, "not all files have the column 'at'", "2.parquet: it is not there"),
    ({"at": pa.array(NAIVE)}, "the column 'at' does not hold the same in all files", "it holds timestamp[us]"),
    ({"id": pa.array([9, 10])}, "the column 'id' does not hold the same in all files", "it holds int64"),
    ({"plan": pa.array([True, False])}, "the column 'plan' does not hold the same in all files", "it holds bool"),
]


@pytest.mark.parametrize(("columns", "what", "where"), REFUSED)
def test_what_is_not_one_column_is_refused_at_the_door(reader, columns, what, where, tmp_path) -> None:
    native = write(tmp_path, **columns)
    for options in ({}, {"tz": "Europe/Zurich"}):
        with pytest.raises(DataError) as caught:
            open_frame(native, ROLES, layout(ROLES, **options), None)
        assert caught.value.what == what
        assert where in str(caught.value)
        assert "2.parquet" in str(caught.value)
        assert caught.value.hint.startswith("write ")


def test_columns_that_nobody_wants_may_be_anything(reader, tmp_path) -> None:
    native = write(tmp_path, plan=pa.array([1.5, 2.5]))
    roles = {role: column for role, column in ROLES.items() if column != "plan"}
    for partitions in (1, 3):
        source = open_frame(native, roles, layout(roles), partitions)
        assert sum(source.map(len)) == 4


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(data=st.data())
def test_every_reader_says_the_same(tmp_path, data) -> None:
    column, values = data.draw(st.sampled_from([(name, one[name]) for one in STORED for name in one]
                                               + [(name, one[0][name]) for one in REFUSED for name in one[0]]))  # fmt: skip
    native = write(tmp_path, **{column: values})
    found = []
    for reader in files.READERS:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(files, "READERS", (reader,))
            try:
                found.append(told(read(native)))
            except CustlifeError as error:
                found.append(str(error))
    assert found[0] == found[1] == found[2]


def test_a_damaged_file_is_named(reader, tmp_path) -> None:
    native = write(tmp_path)
    (tmp_path / "2.parquet").write_bytes(b"hello")
    with pytest.raises(DataError, match=r"2\.parquet cannot be read: "):
        open_frame(native, ROLES, layout(ROLES), None)


def test_a_folder_counts_where_only_some_files_have_its_column(reader, tmp_path) -> None:
    for country, columns in (("CH", {}), ("DE", {"country": ["no"] * 2})):
        folder = tmp_path / f"country={country}"
        folder.mkdir()
        pa.parquet.write_table(pa.table({**ROWS, "id": [country, "x" + country], **columns}), folder / "1.parquet")
    roles = {**ROLES, "segment:plan": "country"}
    (source,) = open_frame(ParquetFiles(tmp_path), roles, layout(roles), 1).map(lambda history: history)
    told = zip(source.ids, map(source.segments["plan"].name, range(4)), strict=True)
    assert dict(told) == {"CH": "CH", "xCH": "CH", "DE": "DE", "xDE": "DE"}


def test_without_pyarrow_files_must_be_alike(tmp_path, monkeypatch) -> None:
    native = write(tmp_path, more=pa.array([1, 2]))
    monkeypatch.setattr(files, "find_spec", lambda name: None if name == "pyarrow" else name)
    with pytest.raises(MissingExtraError, match=r"^reading files with different columns needs the extra 'polars'"):
        open_frame(native, ROLES, layout(ROLES), None)


def test_what_other_tools_hide_is_no_data(reader, tmp_path) -> None:
    native = write(tmp_path)
    for place in ("_SUCCESS", ".1.parquet.crc", "_delta_log/0.parquet", ".tmp/1.parquet", "_part.parquet"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_bytes(b"")
    assert ParquetFiles(tmp_path).files == native.files
    (tmp_path / "_day=1").mkdir()
    pl.DataFrame(ROWS).write_parquet(tmp_path / "_day=1" / "3.parquet")
    assert len(ParquetFiles(tmp_path).files) == 3


def test_a_pattern_may_match_folders(tmp_path) -> None:
    for country in ("CH", "DE"):
        (tmp_path / f"country={country}").mkdir()
        write(tmp_path / f"country={country}")
    assert len(ParquetFiles(f"{tmp_path}/country=*").files) == 4
    assert len(ParquetFiles(f"{tmp_path}/country=C*").files) == 2
    with pytest.raises(MissingFileError, match="there is no file path="):
        ParquetFiles(f"{tmp_path}/town=*")


def test_files_elsewhere_and_of_another_kind(tmp_path) -> None:
    with pytest.raises(MissingFileError, match=r"Hint: only files of this machine are read; .*from_frame"):
        ParquetFiles("s3://bucket/moves")
    write(tmp_path)
    with pytest.raises(DataError, match=r"1\.parquet is no CSV but Parquet\n\nHint: write scan_parquet"):
        open_frame(CsvFiles(tmp_path / "1.parquet"), ROLES, layout(ROLES), None)


def test_answers_come_as_the_reader_makes_frames_or_as_any(reader, tmp_path) -> None:
    alike, other = tmp_path / "alike", tmp_path / "other"
    alike.mkdir()
    other.mkdir()
    for native in (write(alike), write(other, more=pa.array([1, 2]))):
        assert read(native).frame == {"polars": "polars", "duckdb": "duckdb", "pyarrow": None}[reader]
