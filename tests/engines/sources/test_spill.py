"""Rows on disk in partitions are the same history as the rows themselves, question after question."""

from __future__ import annotations

import errno
import gc
import os
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from time import sleep
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.engines.history import History
from custlife.engines.sources import spill
from custlife.engines.sources.frames import frame
from custlife.engines.sources.held import Lazy
from custlife.engines.sources.opening import open_frame
from custlife.engines.sources.spill import Spilled
from custlife.errors import DataError, UsageError
from tests.engines.sources import making
from tests.engines.sources.making import Kinds, at_noon, kinds, layout, outcome, rows_of, told, wanted
from tests.engines.sources.test_frames import options_of

LAZY = ("polars lazy", "duckdb", "arrow stream")
PLAIN = Kinds("text", "aware", ("unit", "name", "at"))


def spilled(
    rows: making.Rows, kind: Kinds, partitions: int | None, name: str = "polars lazy", **options: Any
) -> Spilled:
    how = layout(kind.roles, **options)
    return Spilled(frame(making.FRAMES[name](rows, kind)), wanted(kind.roles), how, partitions)


def whole(source: Spilled) -> History:
    return making.whole(list(source.map(lambda history: history)))


@pytest.mark.parametrize("name", LAZY)
@given(data=st.data())
def test_partitions_on_disk_are_the_history_of_the_rows(name: str, data: st.DataObject) -> None:
    kind = data.draw(kinds())
    rows = data.draw(rows_of(kind))
    on_bad = data.draw(st.sampled_from(["raise", "drop"]))
    model = making.MODEL if data.draw(st.booleans()) and "name" in kind.roles else None
    how = layout(kind.roles, model=model, **options_of(kind, "earlier", on_bad))
    source = Spilled(frame(making.FRAMES[name](rows, kind)), wanted(kind.roles), how, data.draw(st.integers(1, 5)))
    expected = outcome(lambda: making.by_rows(rows, kind.roles, how))
    assert outcome(lambda: whole(source)) == expected
    if isinstance(expected, dict):
        assert outcome(lambda: whole(source)) == expected  # from what was kept
        assert source.last() == (expected["as_of"] if expected["ids"] else None)


def test_batches_without_rows_are_none() -> None:
    rows = [{"unit": "u", "name": "a", "at": at_noon(1)}]
    table = making.arrow(rows, PLAIN)
    batches = [*table.slice(0, 0).to_batches(), pa.RecordBatch.from_pylist([], table.schema), *table.to_batches()]
    opened = frame(pa.RecordBatchReader.from_batches(table.schema, batches))
    assert [
        len(history) for history in Spilled(opened, wanted(PLAIN.roles), layout(PLAIN.roles), 1).map(lambda h: h)
    ] == [1]


def test_categories_are_written_as_texts() -> None:
    rows = [{"unit": f"u{i % 40}", "name": "abc"[i % 3], "at": at_noon(i)} for i in range(99)]
    frame_ = making.polars_categories(rows, PLAIN).lazy()
    source = Spilled(frame(frame_), wanted(PLAIN.roles), layout(PLAIN.roles), 3)
    assert outcome(lambda: whole(source)) == outcome(lambda: making.by_rows(rows, PLAIN.roles, layout(PLAIN.roles)))


@pytest.mark.parametrize("role", ["unit", "name", "at"])
@pytest.mark.parametrize("kind", ["view", "runs", "dictionary"])
def test_texts_of_any_layout_are_written(role: str, kind: str) -> None:
    rows = [{"unit": f"u{i % 7}", "name": "abc"[i % 3], "at": at_noon(i).isoformat()} for i in range(20)]
    texts = {name: pa.array([row[name] for row in rows]) for name in ("unit", "name", "at")}
    text = texts[role].cast(pa.string_view()) if kind == "view" else texts[role]
    runs = pa.RunEndEncodedArray.from_arrays(pa.array(range(1, 21), pa.int32()), text)
    texts[role] = runs if kind == "runs" else text if kind == "view" else text.dictionary_encode()
    roles = {name: name for name in texts}
    table = pa.table(texts)
    for native in (ds.dataset(table), ds.dataset(table.to_batches(max_chunksize=6))):
        source = Spilled(frame(native), roles, layout(roles), 3)
        assert outcome(partial(whole, source)) == outcome(lambda: making.by_rows(rows, tuple(roles), layout(roles)))


def test_python_objects_cannot_be_written() -> None:
    rows = {"unit": pl.Series([7, "x"], dtype=pl.Object), "name": ["a", "b"], "at": [at_noon(1)] * 2}
    roles = {name: name for name in rows}
    with pytest.raises(UsageError) as caught:
        open_frame(pl.LazyFrame(rows), roles, layout(roles), 2)
    assert str(caught.value) == (
        "customer_col='unit' holds Polars Object, which cannot be written to disk in partitions\n\n"
        "Hint: make text, numbers or times of it; or pass partitions=1"
    )
    assert sum(map(len, open_frame(pl.LazyFrame(rows), roles, layout(roles), 1).map(lambda history: history))) == 2


def test_whole_accounts_of_any_type_lie_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill, "BATCH_ROWS", 10)
    monkeypatch.setattr(spill, "MIN_BATCH_ROWS", 10)
    accounts = [Decimal(i % 9) if i % 5 else None for i in range(60)]
    for shift in range(3):  # which account comes first in a batch says nothing
        rows = of_accounts(*((f"u{i}", accounts[(i * 7 + shift) % 60]) for i in range(60)))
        columns = {making.COLUMNS[role]: [row[role] for row in rows] for role in ACCOUNTS.roles}
        source = Spilled(frame(pl.LazyFrame(columns)), wanted(ACCOUNTS.roles), layout(ACCOUNTS.roles), 4)
        found: list[set[str | None]] = list(
            source.map(lambda history: {history.extras["account"].name(row) for row in range(len(history))} - {None})
        )
        assert sum(map(len, found)) == len(set().union(*found)) == 9
        assert made_equal(source, rows)


def test_what_was_written_goes_when_nobody_wants_it() -> None:
    rows = [{"unit": f"u{i}", "name": "a", "at": at_noon(i)} for i in range(9)]
    source = spilled(rows, PLAIN, 3).persist()
    assert source._made is not None
    folder = source._made.folder
    assert sorted(file.name for file in folder.iterdir()) == ["part-0", "part-1", "part-2"]
    del source
    gc.collect()
    assert not folder.exists()


def test_what_was_written_stays_when_a_fork_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    source = spilled([{"unit": "u", "name": "a", "at": at_noon(1)}], PLAIN, 3).persist()
    assert source._made is not None
    folder = source._made.folder
    monkeypatch.setattr(spill, "getpid", lambda: -1)  # as in a fork, which has a copy of the source
    del source
    gc.collect()
    assert len(list(folder.iterdir())) == 3
    monkeypatch.undo()
    spill._remove(folder, os.getpid())
    assert not folder.exists()


def test_what_is_on_disk_stays_here_and_what_is_in_memory_can_be_handed_on() -> None:
    rows = [{"unit": f"u{i}", "name": "a", "at": at_noon(i)} for i in range(9)]
    with pytest.raises(UsageError) as caught:
        pickle.dumps(spilled(rows, PLAIN, 3))
    assert str(caught.value) == (
        "a log whose rows are on disk cannot be pickled\n\n"
        "Hint: make the log anew where it is wanted, or pass partitions=1: what is in memory can be handed on"
    )
    source = open_frame(making.FRAMES["polars lazy"](rows, PLAIN), wanted(PLAIN.roles), layout(PLAIN.roles), None)
    again = pickle.loads(pickle.dumps(source))
    assert told(making.whole(list(again.map(lambda history: history)))) == told(
        making.whole(list(source.map(lambda history: history)))
    )


def test_several_threads_read_once() -> None:
    read: list[int] = []
    rows = [{"unit": "u", "name": "a", "at": at_noon(1)}]
    (found,) = spilled(rows, PLAIN, 1).map(lambda history: history)

    def slowly() -> list[History]:
        read.append(1)
        sleep(0.05)
        return [found]

    source = Lazy(found, slowly)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: source.last(), range(4))) == {found.as_of}
    assert read == [1]


def test_nothing_is_left_behind_by_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(DataError, match="the id is missing"):
        spilled([{"unit": None, "name": "a", "at": at_noon(1)}], PLAIN, 3).last()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), OSError("9 requested, 0 written")])
def test_a_full_disk_says_what_to_do(error: OSError, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    if error.errno is None:
        monkeypatch.setattr(spill, "FULL_BYTES", 1 << 62)

    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(spill, "keep", fail)
    with pytest.raises(UsageError) as caught:
        spilled([{"unit": "u", "name": "a", "at": at_noon(1)}], PLAIN, 3).last()
    assert caught.value.what == f"there is no room left in {tmp_path}, where the partitions are written"
    assert caught.value.hint.startswith("set TMPDIR to a folder on a larger disk")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(spill, "FULL", ())
    monkeypatch.setattr(spill, "FULL_BYTES", 0)
    with pytest.raises(OSError, match=str(error.args[-1])):
        spilled([{"unit": "u", "name": "a", "at": at_noon(1)}], PLAIN, 3).last()
    assert list(tmp_path.iterdir()) == []


def test_the_number_of_partitions_comes_from_the_number_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill, "PARTITION_ROWS", 100)
    rows = [{"unit": f"u{i}", "name": "a", "at": at_noon(i % 7)} for i in range(1_000)]
    source = spilled(rows, PLAIN, None)
    assert source.partitions is None
    sizes = list(source.map(len))
    assert source.partitions == len(sizes)
    assert sum(sizes) == 1_000
    assert 8 <= len(sizes) <= 10
    assert max(sizes) < 200


def test_a_partition_that_does_not_fit_says_which_number_to_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill, "room", lambda: 100_000)
    rows = [{"unit": f"u{i}", "name": "a", "at": at_noon(i % 7)} for i in range(1_000)]
    with pytest.raises(UsageError) as caught:
        spilled(rows, PLAIN, 1).last()
    assert caught.value.what.startswith("the largest of 1 partitions has 1,000 rows, for which 0 MB are too few")
    number = int(caught.value.hint.removeprefix("pass partitions="))
    assert spilled(rows, PLAIN, number).last() is not None


ACCOUNTS = Kinds("text", "aware", ("unit", "name", "at", "extra:account"))


def of_accounts(*pairs: tuple[str, object]) -> making.Rows:
    return [{"unit": unit, "name": "a", "at": at_noon(1), "extra:account": account} for unit, account in pairs]


def test_whole_accounts_lie_together() -> None:
    rows = of_accounts(*((f"u{i}", f"x{i % 9}") for i in range(60)), ("alone", None), ("alone", None))
    source = spilled(rows, ACCOUNTS, 4)
    assert source.accounts == "account"
    found: list[set[str | None]] = list(
        source.map(lambda history: {history.extras["account"].name(row) for row in range(len(history))} - {None})
    )
    assert sum(map(len, found)) == len(set().union(*found)) == 9
    assert made_equal(source, rows)


def test_members_of_no_account_are_spread() -> None:
    source = spilled(of_accounts(*((f"u{i}", None) for i in range(60))), ACCOUNTS, 3)
    assert min(source.map(len)) > 5


def made_equal(source: Spilled, rows: making.Rows) -> bool:
    return outcome(lambda: whole(source)) == outcome(
        lambda: making.by_rows(rows, ACCOUNTS.roles, layout(ACCOUNTS.roles))
    )


@pytest.mark.parametrize("partitions", [1, 2, 3, 8])
@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ([("u", "x"), ("u", "y"), ("v", "x")], "several accounts|accounts 'x' and 'y'"),
        ([("u", "x"), ("u", None), ("v", "x")], "several accounts|account 'x', and none"),
    ],
)
def test_a_member_of_several_accounts_is_refused(partitions: int, pairs: Any, told: str) -> None:
    with pytest.raises(DataError, match=told) as caught:
        spilled(of_accounts(*pairs), ACCOUNTS, partitions).last()
    assert caught.value.what == "in partitions each customer must belong to one account"
    assert [place for place, _ in caught.value.problems] == ["customer 'u'"]
    assert caught.value.hint.startswith("pass partitions=1")


def test_work_that_fails_says_so() -> None:
    def work(_: History) -> int:
        raise UsageError("no")

    source = spilled([{"unit": "u", "name": "a", "at": at_noon(1)}], PLAIN, 2)
    with pytest.raises(UsageError, match="no"):
        list(source.map(work))
    assert source.held() is None
    check: Callable[[History], int] = len
    assert sum(source.map(check)) == 1
