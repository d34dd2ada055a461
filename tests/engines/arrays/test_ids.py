"""Ids made when asked for are the same sequence as a list of them, in the order in which Python sorts text."""

from __future__ import annotations

import pickle
import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.engines.arrays.ids import PIECE, Ids, Numbers, Texts
from custlife.errors import UsageError

texts = st.lists(
    st.text(max_size=20)
    | st.text("a\0", max_size=18)
    | st.sampled_from(["id-0000001", "id-0000010", "\ud800", "\uffff", "𐀀"])
)
numbers = st.lists(
    st.integers(-(1 << 63), (1 << 63) - 1) | st.integers(-1000, 1000) | st.sampled_from([0, 1, 10, 10**17, 10**18])
)
both = texts.map(lambda some: (some, Texts.of(some))) | numbers.map(
    lambda some: (list(map(str, some)), Numbers(np.array(some, np.int64)))
)


@given(both, st.data())
def test_they_are_read_like_a_list(pair, data):
    listed, ids = pair
    assert len(ids) == len(listed)
    assert list(ids) == listed
    assert ids == listed
    assert ids != [*listed, "more"]
    some = data.draw(st.slices(len(listed)))
    assert list(ids[some]) == listed[some]
    if listed:
        row = data.draw(st.integers(-len(listed), len(listed) - 1))
        assert ids[row] == listed[row]
    for beyond in (len(listed), -len(listed) - 1):
        with pytest.raises(IndexError):
            ids[beyond]


@given(both)
@example((["a\0", "a", "a\0\0", ""], Texts.of(["a\0", "a", "a\0\0", ""])))
@example(
    (
        ["x" * 40 + "b", "x" * 40 + "a", "x" * 40, "x" * 16],
        Texts.of(["x" * 40 + "b", "x" * 40 + "a", "x" * 40, "x" * 16]),
    )
)
@example((["b", "a", "b"], Texts.of(["b", "a", "b"])))
@example((["", ""], Texts.of(["", ""])))
@example((["5", "499999999999999999"], Numbers(np.array([5, 499_999_999_999_999_999]))))
@example((["5", "49999999999999999"], Numbers(np.array([5, 49_999_999_999_999_999]))))
def test_their_order_is_that_of_their_text(pair):
    listed, ids = pair
    order = ids.order()
    assert sorted(order.tolist()) == list(range(len(listed)))
    assert list(ids.take(order)) == sorted(listed)


@given(both)
def test_ids_are_found_by_bisection(pair):
    listed, ids = pair
    ids = ids.take(ids.order())
    for text in (*listed, "", "nobody", "5"):
        assert (text in ids) == (text in listed)
        if text in listed:
            assert ids[ids.index(text)] == text
    assert 5 not in ids


def test_what_is_not_there_has_no_index():
    ids = Texts.of(["a", "b", "c"])
    assert ids.index("b", 1, 2) == 1
    for wrong in (("x",), ("b", 2), ("b", 0, 1), (5,)):
        with pytest.raises(UsageError) as error:
            ids.index(*wrong)
        assert error.value.what == f"{wrong[0]!r} is not among the ids"


@given(both)
def test_they_survive_a_trip_to_another_process(pair):
    listed, ids = pair
    again = pickle.loads(pickle.dumps(ids))
    assert type(again) is type(ids)
    assert list(again) == listed
    assert list(pickle.loads(pickle.dumps(ids[:2]))) == listed[:2]


def test_they_are_equal_to_sequences_of_the_same_texts_only():
    ids = Texts.of(["1", "2"])
    assert ids == ("1", "2")
    assert ids == Numbers(np.array([1, 2]))
    assert ids not in (["1"], ["1", "3"], "12", 12)
    with pytest.raises(TypeError):
        hash(ids)


def test_they_show_the_first_three():
    assert repr(Texts.of("abcd")) == "Texts(4: 'a', 'b', 'c', ...)"
    assert repr(Numbers(np.array([7], np.uint8))) == "Numbers(1: '7')"


def test_texts_of_an_arrow_buffer_are_not_copied():
    data, offsets = np.frombuffer("äbc".encode(), np.uint8), np.array([0, 2, 2, 4], np.int32)
    ids = Texts(data, offsets[:-1], offsets[1:])
    assert list(ids) == ["ä", "", "bc"]
    assert ids[1:].data is data


@pytest.mark.parametrize("size", [PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 1])
def test_pieces_lie_end_to_end(size):
    listed = [f"{n:x}" for n in range(size)]
    ids = Texts.of(listed)
    assert list(ids) == listed
    assert list(ids.take(ids.order())) == sorted(listed)


def test_many_ids_are_few_bytes():
    listed = [f"{n:016x}" for n in range(100_000)]
    tracemalloc.start()
    ids = Texts.of(listed)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(ids, Ids)
    assert held < 33 * len(listed)
