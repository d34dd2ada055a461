"""Answers to surveys from arrays, equal to those from rows: how they are read, and how they are counted."""

from __future__ import annotations

from array import array
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import attrs
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custlife.calendar import periods
from custlife.engines import rows, transform
from custlife.engines.arrays.ingest_columns import Coded
from custlife.engines.arrays.ingest_refusing import refused
from custlife.engines.arrays.joining import join
from custlife.engines.arrays.scoring import count_scores, graded
from custlife.engines.gathers import Profile
from custlife.engines.history import Column
from custlife.engines.rows.ingest import is_missing
from custlife.engines.rows.scoring import Graded, Grades
from custlife.engines.scores import Scores
from custlife.errors import CustlifeError, UsageError
from tests.engines.arrays.drawn import EVERY, SPLITS, histories
from tests.engines.arrays.making import plain
from tests.engines.making import history

NAN = float("nan")
LIGHT = settings(max_examples=max(1, settings.default.max_examples // 2))
SCALES = ("-2-0", "0-10", "1 to 5", "1-5", "5-1", "good", f"0-{1 << 70}")
GIVEN = {
    "wholes": st.integers(0, 11),
    "any wholes": st.integers(-(1 << 63), (1 << 63) - 1),
    "floats": st.sampled_from([0.0, -0.0, 1.0, 5.0, 10.0]),
    "halves": st.sampled_from([3.0, 4.5, NAN]),
    "large floats": st.sampled_from([1e18, 4e18, -(2.0**61), 3.0]),
    "any floats": st.sampled_from([NAN, 3.0, 4.5, float("inf"), 1e18, 1e19, -(2.0**62)]),
    "floats or nothing": st.sampled_from([None, NAN, 0.0, 3.0, 10.0]),
    "wholes or nothing": st.one_of(st.none(), st.integers(0, 10)),
    "texts": st.sampled_from(["3", " 4", "٧", ""]),
    "any texts": st.sampled_from(["3", "good", "4.5", "5.0", "1e1", "nan", str(1 << 70)]),
    "decimals": st.sampled_from([Decimal(3), Decimal("3.0"), Decimal("NaN"), None]),
    "all kinds": st.sampled_from([3, 3.0, "3", Decimal(3), None, "", NAN, np.int64(4), Fraction(5)]),
    "odd kinds": st.sampled_from([1, True, 1.0, Decimal("sNaN"), Fraction(1, 2), 1 << 70, -(1 << 62), b"3"]),
}
TYPED = {"wholes": "q", "any wholes": "q", **dict.fromkeys(("floats", "halves", "large floats", "any floats"), "d")}
GRADES = st.builds(
    Grades,
    st.just(("value:score", "extra:scale")),
    st.sampled_from([(), (("x", (0, 10)),), (("x", (1, 5)), ("z", (3, 4)))]),
    st.sampled_from([None, None, (0, 10), (0, 11), (1, 5), (-(1 << 70), 1 << 70), (1 << 63, 1 << 70), (-(1 << 70), -(1 << 63))]),
    st.booleans(),
)  # fmt: skip


@st.composite
def answers(draw, kinds=tuple(GIVEN)):
    """Histories of surveys x, y and z with scores of one kind, and perhaps with scales."""
    made = draw(histories(events=True, observed=True))
    kind, size = draw(st.sampled_from(kinds)), len(made)
    scores = draw(st.lists(GIVEN[kind], min_size=size, max_size=size))
    given = array(TYPED[kind], scores) if kind in TYPED and draw(st.booleans()) else scores
    names = SCALES if draw(st.booleans()) else SCALES[1:4]
    codes = array("i", draw(st.lists(st.integers(-1, len(names) - 1), min_size=size, max_size=size)))
    extras = {"scale": Column(codes, names)} if draw(st.booleans()) else {}
    return attrs.evolve(made, values={"score": given, "other": scores}, extras={**made.extras, **extras})


def said(work, *given) -> object:
    try:
        return work(*given)
    except CustlifeError as error:
        return type(error), str(error)


@given(answers(), GRADES)
def test_answers_are_read_as_by_rows(made, grades):
    step = Graded(grades)
    assert said(lambda: plain(graded(step, made))) == said(lambda: plain(step(made)))


@given(answers(("wholes", "floats", "floats or nothing", "wholes or nothing", "texts")), st.booleans())
def test_answers_that_can_be_read_are_not_left_to_rows(made, has_scale):
    """Scores from 0 to 11 on scales that end there: the ends belong to them, and silence lies on every scale."""
    step = Graded(Grades(("value:score",), (("x", (0, 11)),), (-5, 11) if has_scale else None, True))
    made = attrs.evolve(made, extras={})
    found = graded(SimpleNamespace(grades=step.grades), made) if len(made) else transform(step, made)
    assert plain(found) == plain(step(made))


@pytest.mark.parametrize("is_unanswered", [True, False])
def test_one_odd_score_is_read_as_by_rows(is_unanswered):
    made = history([("u", 1, "x"), ("u", 2, "x")], model=None)
    step = Graded(Grades(("value:score",), unanswered=is_unanswered))
    odd = (4.5, NAN, float("inf"), 2.0**62, 1 << 62, -(1 << 62), 1 << 70, True, "", "5.0", " 4 ", Decimal("sNaN"), None)
    columns = [[kind(3), value] for value in odd for kind in (int, float, str, Decimal)]
    columns += [array("d", [3, value]) for value in odd if isinstance(value, float)]
    for scores in columns:
        here = attrs.evolve(made, values={"score": scores})
        assert said(lambda here=here: plain(graded(step, here))) == said(lambda here=here: plain(step(here)))


COUNTED = ("wholes", "wholes or nothing", "any wholes", "floats")


@given(answers(COUNTED), SPLITS, st.none() | EVERY, st.sampled_from(["each", "last"]))
def test_answers_are_counted_as_by_rows(made, by, every, repeats):
    request = Scores(None if every is None else periods(every, tz=made.zone), repeats, by)
    codes = array("i", [code % 4 - 1 for code in made.code])
    seen = attrs.evolve(made, extras={"scale": Column(codes, ("0-10", "1-5", "1-7"))})
    assert count_scores(request, seen) == rows.gather(request, seen)


@LIGHT
@given(
    answers(("wholes",)),
    st.sampled_from([-(1 << 62), 1 << 62, (1 << 62) - 1, -(1 << 63), (1 << 63) - 1, 1 << 70, None]),
    st.booleans(),
)
def test_scores_of_any_size_are_counted(made, large, is_all):
    """What stands for nobody is a number as well, and sums and differences must not run over."""
    scores = [large if is_all or row % 3 else score for row, score in enumerate(made.values["score"])]
    made = attrs.evolve(made, extras={"scale": Column(array("i", [-1]) * len(made), ())})
    for column in (scores, *([] if large is None or large >> 63 not in (0, -1) else [array("q", scores)])):
        here = attrs.evolve(made, values={"score": column})
        assert count_scores(Scores(), here) == rows.gather(Scores(), here)
        step = Graded(Grades(("value:score",), unanswered=True))
        assert plain(graded(step, here)) == plain(step(here))


def test_scores_that_are_plain_are_not_left_to_rows(monkeypatch):
    made = history([("u", 1, "x"), ("u", 2, "x"), ("v", 1, "y")], model=None)
    made = attrs.evolve(made, extras={"scale": Column(array("i", [0, 0, -1]), ("0-10",))})
    monkeypatch.delattr("custlife.engines.rows.scoring.count_scores")
    for scores in ([3, 3, 0], array("q", [3, 3, 0])):
        table = count_scores(Scores(), attrs.evolve(made, values={"score": scores}))
        assert table == {((), 0, "x", "0-10", 3): 2, ((), 0, "y", None, 0): 1}
    table = count_scores(Scores(repeats="last"), attrs.evolve(made, values={"score": [3, None, 0]}))
    assert table == {((), 0, "x", "0-10", 3): 1, ((), 0, "x", "0-10", None): 1, ((), 0, "y", None, 0): 1}


def test_parts_in_which_all_answered_join_those_in_which_some_did_not():
    parts = [
        attrs.evolve(history([(unit, 1, "x")], model=None), values={"score": scores})
        for unit, scores in (("u", array("q", [3])), ("v", [None]), ("w", array("q", [4])))
    ]
    assert join(parts).values["score"] == [3, None, 4]
    assert join(parts[::2]).values["score"] == array("q", [3, 4])


def test_scores_of_no_survey_are_refused_by_both_engines():
    made = attrs.evolve(history([("u", 1, "x")], model=None), values={"score": [3]})
    for count in (rows.gather, count_scores):
        with pytest.raises(UsageError, match="this log holds no answers to surveys"):
            count(Scores(), made)
    assert rows.gather(Profile(), made).rows == 1


class Judge:
    """A check that refuses what is no whole number from 3 on, or a text of x, by its second column."""

    def __init__(self):
        self.places, self.bounds, self.asked = (1,), {}, 0

    def __call__(self, name, others):
        self.asked += 1
        value = others[1]
        is_good = isinstance(value, int) and not isinstance(value, bool) and value >= 3
        if not is_good and not (isinstance(value, str) and name == "x") and not is_missing(value):
            raise UsageError("no", "hint")


COLUMNS = st.one_of(
    *(st.lists(values, max_size=30) for values in GIVEN.values()),
    st.lists(st.integers(0, 11), max_size=30).map(lambda found: np.array(found, np.int64)),
    st.lists(st.integers(-(1 << 63), (1 << 63) - 1), max_size=30).map(lambda found: np.array(found, np.int64)),
    st.lists(st.sampled_from([0.0, 3.0, NAN]), max_size=30).map(np.array),
)


@given(COLUMNS, st.data())
@example([3, True, 1, 3.0], None)
@example([NAN, float("nan"), None, 2.0], None)
def test_a_check_refuses_the_rows_that_it_would_refuse_one_by_one(column, data):
    names = (
        [0] * len(column)
        if data is None
        else data.draw(st.lists(st.integers(0, 1), min_size=len(column), max_size=len(column)))
    )
    check = Judge()
    found = refused(check, Coded(np.array(names, np.int8), ["x", "y"]), [None, column])
    values = column.tolist() if isinstance(column, np.ndarray) else column
    told = [said(Judge(), "xy"[name], [None, value]) is not None for name, value in zip(names, values, strict=True)]
    assert found.tolist() == told


def test_values_that_are_alike_are_checked_once():
    for column in ([3, 4, None] * 50, ["a", "b", None] * 50, [1.0, float("nan"), None] * 50, np.array([3, 1, 4] * 50)):
        check = Judge()
        refused(check, Coded(np.zeros(150, np.int8), ["x"]), [None, column])
        assert check.asked <= 3
