"""Curves made by NumPy are those made without it, to the last bit."""

from __future__ import annotations

import contextlib
import math
import random
import sys
from array import array
from collections import Counter
from statistics import fmean
from unittest import mock

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.errors import CustlifeError
from custlife.stats import kaplan_meier, products
from custlife.stats.columns import raw, wholes
from custlife.stats.outline import outline
from custlife.stats.products import final_survival, is_large, mean
from tests.stats.strategies import intervals, late_spells, levels

np = pytest.importorskip("numpy")
arrays = pytest.importorskip("custlife.stats.arrays")

DAY = 86_400_000_000


@contextlib.contextmanager
def by_numpy(stretch: int = 3):
    """NumPy reads whatever is not empty, a few rows at a time; what repeats at all is counted."""
    with (
        mock.patch.object(products, "LARGE", 1),
        mock.patch.object(arrays, "STRETCH", stretch),
        mock.patch.object(arrays, "REPEATS", 1),
    ):
        yield


@contextlib.contextmanager
def by_loops():
    with mock.patch.object(products, "LARGE", math.inf):
        yield


def everything(curve) -> dict[str, object]:
    """All that can be read off a curve, as text that shows every bit, and how it is kept."""
    times = [0, 1, 2.5, *curve.times[:6], *curve.times[-2:], 10**16]
    columns = (curve.times, curve.at_risk, curve.events, curve.censored, curve.survival, curve.relative_error)
    read = {
        "columns": columns,
        "limits": (curve.std_error, curve.low, curve.high),
        "entries": curve.entries,
        "counts": (curve.n, curve.n_events, curve.horizon, curve.level, curve.method),
        "quantiles": [curve.quantile(q) for q in (0.001, 0.1, 0.25, 1 / 3, 0.5, 0.75, 0.999)],
        "points": [curve.at(time) for time in times],
        "means": [curve.restricted_mean(time, tail=tail) for time in times for tail in ("unknown", "flat")],
        "outline": outline(curve, most=3),
        "text": str(curve),
    }
    kept = [getattr(raw(column), "typecode", "") for column in columns if len(column)]
    return {**{key: repr(value) for key, value in read.items()}, "kept": kept, "hash": hash(curve)}


def outcome(make) -> tuple[object, object]:
    """A curve with all that is read off it, or the error."""
    try:
        curve = make()
        return curve, everything(curve)
    except CustlifeError as error:
        return type(error), str(error)


def both(make) -> object:
    """What NumPy makes, after it was compared with what loops make."""
    with by_loops():
        plain, plain_facts = outcome(make)
    with by_numpy():
        found, facts = outcome(make)
    assert facts == plain_facts
    assert found == plain
    return found


# durations, the forms in which they come, and the units


whole_times = st.one_of(st.integers(0, 8), st.integers(0, 300), st.integers(0, 10**15))
float_times = st.one_of(st.sampled_from([0.0, -0.0, 1.0, 2.0, 5e-324]), st.floats(0, 20), st.floats(0, 1e200))
wild_times = st.one_of(whole_times, float_times, st.integers(2**53 - 2, 2**53 + 2), st.integers(2**63 - 2, 2**64))
lists_of_times = st.one_of(*(st.lists(times, max_size=20) for times in (whole_times, float_times, wild_times)))
units = st.sampled_from([1, 1, 2, 7, DAY, 2**53, 10**30])


def as_counts(values):
    return Counter(values)


def as_array(values):
    """An array, where one holds all values as they are."""
    kinds = set(map(type, values))
    if len(kinds) > 1 or any(type(value) is int and value >= 2**63 for value in values):
        return values
    return array("d" if kinds == {float} else "q", values)


def as_numpy(values):
    return np.array(as_array(values)) if isinstance(as_array(values), array) else values


forms = st.sampled_from([list, iter, as_counts, as_array, as_numpy])


@given(lists_of_times, lists_of_times, st.lists(wild_times, max_size=3), forms, forms, units)
@example([1, 2, 3], [3], [], as_array, list, DAY)
@example([5, 5.0, 0, -0.0], [7, 5.0], [], list, list, 1)
@example([2**53 + 1], [2.0**53], [], as_array, as_array, 1)
@example([2**53 + 1, 2**53], [2**53], [], as_array, as_array, 2)
@example([3], [2**60], [1.5], as_array, as_array, 1)
@example([3.0, 4.0], [4], [1, 1], as_counts, as_counts, 2)
@example([1, 1, 1], [], [1, 2, 3, 4], as_array, as_array, 1)
@example([1, 5, 6], [], [2, 2], as_counts, as_array, 1)
@example([], [1], [5e-324], list, list, 2)
@example([5], [6], [1, 2, 3], as_array, as_array, 1)
def test_any_durations_in_any_form_give_the_same_bits(ended, censored, entered, form, other, unit):
    both(lambda: kaplan_meier(form(ended), other(censored), entered=form(entered), unit=unit))


@given(late_spells(), forms, units, levels, intervals)
def test_delayed_entries_and_ties_give_the_same_bits(rows, form, unit, level, interval):
    both(
        lambda: kaplan_meier(
            form([leave for _, leave, ended in rows if ended]),
            form([leave for _, leave, ended in rows if not ended]),
            entered=form([enter for enter, _, _ in rows]),
            unit=unit,
            level=level,
            interval=interval,
        )
    )


@given(st.lists(st.tuples(whole_times, st.integers(0, 2**33)), max_size=12), st.integers(0, 10**18))
@example([(1, 2**31 - 2)], 1)
@example([(1, 2**31 - 1)], 1)
@example([(1, 2**70)], 1)
def test_counts_of_any_size_give_the_same_bits(rows, count):
    both(lambda: kaplan_meier(dict(rows), {7: count}))


@given(st.lists(whole_times, min_size=1, max_size=30), st.sampled_from([1, 7, DAY]), st.booleans(), st.booleans())
def test_only_ends_or_only_censorings_give_the_same_bits(times, unit, is_ended, is_late):
    ended, censored = (array("q", times), array("q")) if is_ended else (array("q"), array("q", times))
    entered = [time - 1 for time in times if time] if is_late else []
    curve = both(lambda: kaplan_meier(ended, censored, entered=entered, unit=unit))
    assert (curve.n, curve.n_events) == (len(times), len(times) * is_ended)


@pytest.mark.parametrize("interval", ["log-log", "log", "plain"])
@pytest.mark.parametrize("spread", [10**15, 2_000, 300], ids=["all different", "some ties", "many ties"])
def test_thousands_of_lengths_give_the_same_bits(spread, interval):
    rnd = random.Random(spread)
    ended, censored = ([rnd.randrange(1, spread) for _ in range(n)] for n in (4_000, 1_500))
    entered = [rnd.randrange(time) for time in censored[:700]]
    with by_loops():
        plain = everything(kaplan_meier(ended, censored, entered=entered, unit=DAY, interval=interval))
    for stretch in (1 << 15, 100):
        with by_numpy(stretch):
            assert everything(kaplan_meier(ended, censored, entered=entered, unit=DAY, interval=interval)) == plain


few_times = st.one_of(
    st.lists(st.integers(0, 9), max_size=60), st.lists(st.sampled_from([-0.0, 0.0, 1.0, 2.0, 2.5, 3.0]), max_size=60)
)


@given(few_times, few_times, few_times, st.sampled_from([as_array, as_numpy]), units)
@example([1] * 9, [2.0] * 9, [], as_array, DAY)
@example([1.0] * 70 + [1.5], [1] * 9, [], as_array, 1)
def test_lengths_that_repeat_often_give_the_same_bits(ended, censored, entered, form, unit):
    both(lambda: kaplan_meier(form(ended), form(censored), entered=form(entered), unit=unit))


@given(*[st.lists(st.one_of(whole_times, float_times), max_size=20)] * 2, st.sampled_from([1, 2, 7, DAY]))
def test_a_unit_divides_every_duration(ended, censored, unit):
    made = both(lambda: kaplan_meier(ended, censored, unit=unit))
    divided = kaplan_meier([time / unit for time in ended], [time / unit for time in censored])
    assert made == (divided if unit > 1 else kaplan_meier(ended, censored))


def test_what_a_unit_makes_equal_is_counted_together():
    assert both(lambda: kaplan_meier({3 * 2**52: 1, 3 * 2**52 + 1: 2}, unit=3)).events == (3,)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("float32", [0.1, 2.5]),
        ("float16", [0.1, 2.5]),
        (">i8", [3, 4]),
        ("uint8", [3, 255]),
        ("uint64", [3, 2**63]),
        ("bool", [True, False]),
        ("object", [3, 4]),
        ("datetime64[s]", [3, 4]),
    ],
)
def test_arrays_of_any_type_are_read_as_their_numbers(kind, values):
    both(lambda: kaplan_meier(np.array(values, kind), np.array(values, kind)[::-1]))


@pytest.mark.parametrize(
    "values",
    [
        np.array([1.0, math.nan]),
        np.array([1, -1]),
        np.array([1.0, math.inf]),
        array("d", [1.0, -2.0]),
        np.ma.masked_array([1, 2], [False, True]),
        np.array([[1, 2], [3, 4]]),
        np.array(3),
    ],
    ids=repr,
)
def test_arrays_that_cannot_be_used_are_refused_in_the_same_words(values):
    error = both(lambda: kaplan_meier(values))
    assert issubclass(error, CustlifeError)


# the rest of the arithmetic


@given(st.lists(st.floats(0, 1e150), min_size=1), st.integers(1, 5))
@example([1e308, 5e-324, 1e-300, 2.0**900], 2)
@example([5e-324] * 3 + [2.0**-1022], 4)
@example([0.1] * 2_000 + [1e-30], 1_999)
def test_a_sum_is_rounded_once(values, stretch):
    stretches = [np.array(values[i : i + stretch]) for i in range(0, len(values), stretch)]
    assert arrays.exact_sum(stretches) == math.fsum(values)


def test_a_sum_beyond_all_floats_is_infinite():
    curve = both(lambda: kaplan_meier([1e200, 3e200], [2e200]))
    assert curve.restricted_mean(3e200).std_error == math.inf
    curve = both(lambda: kaplan_meier([3e200], [1e200]))
    assert curve.restricted_mean(3e200).std_error == 0


@given(st.lists(whole_times, max_size=20), st.lists(whole_times, max_size=20), st.integers(0, 9))
def test_the_final_survival_is_the_same_to_the_bit(ended, censored, staying):
    ended, censored = array("q", sorted(ended)), array("q", sorted(censored))
    n = len(ended) + len(censored) + staying
    with by_loops():
        plain = final_survival(ended, censored, n)
    with by_numpy():
        assert final_survival(ended, censored, n) == plain


@given(st.lists(st.one_of(whole_times, st.integers(0, 2**63 - 1)), min_size=1))
def test_a_mean_is_the_same_to_the_bit(values):
    with by_numpy():
        assert mean(array("q", values)) == fmean(values)


# when


def test_numpy_reads_what_is_worth_it():
    assert not is_large(0)
    assert not is_large(products.LARGE - 1)
    assert is_large(products.LARGE)


def test_numpy_is_loaded_only_for_much_more():
    with mock.patch.dict(sys.modules):
        sys.modules.pop("numpy")
        assert not is_large(products.LARGE)
        assert is_large(products.LARGE_ENOUGH_TO_LOAD)


def test_a_large_curve_is_small():
    """The columns of a million lengths take 22 bytes each, and 8 for the errors."""
    n = 20_000
    curve = kaplan_meier(array("q", range(1, n + 1)), array("q", range(n + 1, 2 * n + 1)), unit=DAY)
    columns = (curve.times, curve.at_risk, curve.events, curve.censored, curve.survival, curve.relative_error)
    assert sum(raw(column).itemsize for column in columns) == 30
    assert curve.median.value == n / DAY


@pytest.mark.parametrize("most", [255, 256, 2**31 - 1, 2**31, 2**63 - 1])
def test_whole_numbers_are_kept_alike(most):
    assert raw(arrays.column_of(np.array([0, most]))).typecode == raw(wholes([0, most])).typecode


def test_curves_may_be_built_of_tuples():
    curve = kaplan_meier([1, 2, 3], [3])
    columns = {name: tuple(getattr(curve, name)) for name in ("times", "at_risk", "events", "censored", "survival")}
    plain = attrs.evolve(curve, **columns)
    assert plain == curve
    assert hash(plain) == hash(curve)
    with by_numpy():
        assert everything(plain)["means"] == everything(curve)["means"]
