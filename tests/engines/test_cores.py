"""Work on all cores gives what it gives on one."""

from __future__ import annotations

from threading import get_ident

import pytest

from custlife.engines import cores
from custlife.engines.cores import MUCH, at_once


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "cpu_count", lambda: 2)


def test_the_order_is_that_of_the_items_whatever_the_size() -> None:
    pytest.importorskip("numpy")
    items = list(range(50))
    assert at_once(str, items, 0) == at_once(str, items, MUCH) == list(map(str, items))


def test_little_work_stays_in_this_thread_and_much_does_not() -> None:
    pytest.importorskip("numpy")
    here = get_ident()
    assert set(at_once(lambda _: get_ident(), [1, 2], MUCH - 1)) == {here}
    assert here not in at_once(lambda _: get_ident(), [1, 2], MUCH)
    assert at_once(lambda _: get_ident(), [1], MUCH) == [here]


def test_without_numpy_everything_stays_in_this_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(cores.sys.modules, "numpy", raising=False)
    assert set(at_once(lambda _: get_ident(), [1, 2], MUCH)) == {get_ident()}


def test_what_goes_wrong_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        at_once(lambda n: 1 // n, [1, 0], MUCH)
