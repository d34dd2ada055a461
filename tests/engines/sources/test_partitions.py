"""What partitions say together, and how much room the machine has for them."""

from __future__ import annotations

import sys
from typing import Any

import polars as pl
import pytest

from custlife import StageLog
from custlife.engines import history
from custlife.engines.sources import memory, settling
from custlife.engines.sources.reading import read
from custlife.engines.sources.spill import Spilled
from custlife.errors import DataError, HistoryError, MissingExtraError, UsageError
from tests.engines.sources import making
from tests.engines.sources.making import MODEL, layout, told
from tests.engines.sources.test_columns import EPOCH


def test_errors_of_partitions_are_one_error_in_the_order_of_rows() -> None:
    first = DataError("2 rows cannot be used", [("row 10", "late"), ("row 30", "later")], "one")
    second = DataError("1 row cannot be used", [("row 2", "early")], "two")
    copies = HistoryError("keys must be unique", [("customer 'u'", "twice")], "three")
    found = settling.one_error([first, copies, second])
    assert (type(found), found.what, found.hint) == (DataError, "3 rows cannot be used", "two")
    assert found.problems == (("row 2", "early"), ("row 10", "late"), ("row 30", "later"))
    more = HistoryError("keys must be unique", [("customer 'a'", "twice"), ("customer 'u 2'", "twice")], "three")
    found = settling.one_error([more, copies])
    assert (type(found), found.what) == (HistoryError, "keys must be unique")
    assert [place for place, _ in found.problems] == ["customer 'a'", "customer 'u'", "customer 'u 2'"]


@pytest.mark.parametrize("unit", ["customer", "open deal"])
@pytest.mark.parametrize("bad", [1, 2, 5])
def test_units_with_amounts_that_cannot_be_used_are_counted_in_all_partitions(bad: int, unit: str) -> None:
    ids = [f"u {number}" for number in range(7)]
    amounts = ["much" if number < bad else "1.50" for number in range(7)]
    rows = pl.DataFrame({"customer": ids, "stage": ["a"] * 7, "at": [EPOCH] * 7, "amount": amounts})
    said = set()
    for partitions in (1, 2, 4):
        log = StageLog.from_frame(rows.lazy(), MODEL, amount_col="amount", unit=unit, partitions=partitions)
        with pytest.raises(DataError) as caught:
            log.pipeline(won="c")
        said.add(str(caught.value))
    assert len(said) == 1
    assert said.pop().startswith(f"{bad} {unit}{'s' if bad > 1 else ''} with amounts or dates that cannot be used")


def test_too_many_names_in_all_partitions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST_NAMES", 2)
    native = pl.DataFrame({"id": ["u", "v", "w"], "e": ["x", "y", "z"], "at": [EPOCH] * 3})
    roles = {"unit": "id", "name": "e", "at": "at"}
    with pytest.raises(UsageError, match="there are 3 different names, more than 2"):
        read(native, roles, layout(roles, model=None), partitions=3)


def test_many_names_of_a_column_stay_on_disk() -> None:
    count = 2_500
    native = pl.LazyFrame({"id": list(range(count)), "at": [EPOCH] * count, "k": [f"k{i}" for i in range(count)]})
    roles = {"unit": "id", "at": "at", "key": "k", "extra:account": "k"}
    from custlife.engines.sources.frames import frame

    source = Spilled(frame(native), roles, layout(roles, constant="a"), 2)
    found = making.whole(list(source.map(lambda history: history)))
    (expected,) = read(native, roles, layout(roles, constant="a"), partitions=1)
    assert told(found) == told(expected)
    assert expected.vocabulary.model is MODEL


def test_partitions_need_arrow(monkeypatch: pytest.MonkeyPatch) -> None:
    from custlife.engines.sources import spill
    from custlife.engines.sources.frames import frame

    monkeypatch.setattr(spill, "find_spec", lambda _: None)
    roles = {"unit": "id", "at": "at"}
    with pytest.raises(MissingExtraError, match="reading rows in partitions needs the extra 'polars'"):
        Spilled(frame(pl.LazyFrame({"id": [1], "at": [EPOCH]})), roles, layout(roles, constant="a"))


def test_room_is_below_the_tightest_limit(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    assert memory.room() > 0
    (tmp_path / "max").write_text("5000", "ascii")
    (tmp_path / "now").write_text("2000", "ascii")
    (tmp_path / "none").write_text("max", "ascii")
    monkeypatch.setattr(memory, "LIMITS", (str(tmp_path / "max"), str(tmp_path / "none")))
    monkeypatch.setattr(memory, "USED", (str(tmp_path / "now"), str(tmp_path / "now")))
    assert memory.room() == 3_000
    (tmp_path / "now").write_text("9000", "ascii")
    assert memory.room() == 0


def test_room_below_a_limit_of_addresses(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    import resource

    (tmp_path / "statm").write_text("3 1", "ascii")
    monkeypatch.setattr(memory, "STATM", str(tmp_path / "statm"))
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.getpagesize() * 10, 0))
    assert memory.room() == resource.getpagesize() * 7


def test_room_of_a_machine_that_says_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)
    monkeypatch.setattr(memory, "LIMITS", ())
    monkeypatch.setattr(memory, "USED", ())
    monkeypatch.setattr(memory, "MEMINFO", str(tmp_path / "none"))
    assert memory.room() == memory.UNKNOWN
