"""Members: whoever is counted in a cell can be named, and nobody else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.calendar import days
from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from tests.analysis.strategies import AS_OF, DAYS, EVENT_ROWS, SINCE, STAGE_ROWS, event_log, hour, stage_log
from tests.oracles.lifecycle import Row

SPLIT = st.sampled_from([(), ("plan",)])


@given(rows=STAGE_ROWS, as_of=AS_OF, since=SINCE, by=SPLIT, every=st.sampled_from([None, "day"]))
def test_every_number_of_a_funnel_has_its_members(rows, as_of, since, by, every):
    log = stage_log(rows, as_of, since)
    funnel = log.funnel(within=days(2), by=by, every=every)
    for part in funnel.parts:
        where = {"segment": part.segment} if by and part.segment else {}
        where |= {"cohort": part.cohort} if every and part.cohort else {}
        for row in part.steps:
            for state in ("reached", "entered", "imputed", "pending", "lost"):
                assert len(log.members(funnel, step=row.name, state=state, **where)) == getattr(row, state)
    assert len(log.members(funnel, state="truncated")) == funnel.truncated


@given(rows=EVENT_ROWS, as_of=AS_OF)
def test_every_number_of_a_conversion_has_its_members(rows, as_of):
    log = event_log(rows, as_of)
    found = log.conversion("visit", "buy", within=days(2))
    for state in ("converted", "pending", "lost"):
        assert len(log.members(found, state=state)) == getattr(found, state)


@given(rows=STAGE_ROWS, as_of=AS_OF, every=DAYS, by=SPLIT, kind=st.sampled_from(["classic", "rolling"]))
def test_every_cell_of_retention_has_its_members(rows, as_of, every, by, kind):
    log = stage_log(rows, as_of)
    found = log.retention(every=every, by=by, kind=kind)
    for row in found.rows:
        where = {"cohort": row.cohort, "segment": row.segment}
        assert len(log.members(found, **where)) == row.size
        for cell in row.cells:
            if cell.retained is not None:
                assert len(log.members(found, offset=cell.offset, **where)) == cell.retained
                missing = log.members(found, offset=cell.offset, state="missing", **where)
                assert len(missing) == row.size - cell.retained


@given(rows=EVENT_ROWS, as_of=AS_OF, every=DAYS, by=SPLIT, dormant=st.integers(1, 2))
def test_every_number_of_growth_has_its_members(rows, as_of, every, by, dormant):
    log = event_log(rows, as_of)
    found = log.growth_accounting(every=every, by=by, active="visit", dormant_after=dormant)
    for row in found.rows:
        for state in ("active", "new", "returning", "resurrected", "dormant"):
            names = log.members(found, period=row.period, state=state, segment=row.segment)
            assert len(names) == getattr(row, state)


@given(rows=STAGE_ROWS, as_of=AS_OF, every=DAYS, by=SPLIT)
def test_every_headcount_has_its_members(rows, as_of, every, by):
    log = stage_log(rows, as_of)
    found = log.headcount(every=every, by=by)
    for row in found.rows:
        assert len(log.members(found, stage=row.stage, period=row.period, segment=row.segment)) == row.count


@given(rows=STAGE_ROWS, as_of=AS_OF, by=SPLIT)
def test_flows_paths_reasons_and_stays_have_their_members(rows, as_of, by):
    log = stage_log(rows, as_of)
    flows, reasons, stays = log.flows(by=by), log.reasons(by=by), log.time_in_stage(by=by, clock="total")
    for flow in flows.rows:
        names = log.members(flows, from_stage=flow.from_stage, to_stage=flow.to_stage, segment=flow.segment)
        assert 1 <= len(names) <= flow.moves
    for reason in reasons.rows:
        names = log.members(
            reasons, from_stage=reason.from_stage, to_stage=reason.exit, reason=reason.reason, segment=reason.segment
        )
        assert 1 <= len(names) <= reason.count
    for row in stays.rows:
        assert len(log.members(stays, stage=row.stage, state="open", segment=row.segment)) == row.open
        assert len(log.members(stays, stage=row.stage, segment=row.segment)) == row.ended
    paths = log.paths(by=by)
    for path in paths.rows:
        assert len(log.members(paths, stages=path.stages, segment=path.segment)) == path.count


ROWS = [Row("u2", hour(0), "a"), Row("u1", hour(1), "a"), Row("u1", hour(2), "b"), Row("u3", hour(1), "a")]


def test_members_are_sorted_and_may_be_limited():
    log = stage_log(ROWS, hour(9))
    assert log.members(log.funnel("a", "b"), step="b", state="pending") == ("u2", "u3")
    assert log.members(log.funnel("a", "b"), step=0, limit=2) == ("u1", "u2")
    assert log.members(log.flows(), limit=1) == ("u1",)


def test_a_question_will_do_in_place_of_its_answer():
    log = stage_log(ROWS, hour(9))
    assert log.members(log.headcount().question, stage="b") == ("u1",)
    assert log.members(log.headcount()) == ("u1", "u2", "u3")


def test_stage_names_may_be_spelled_as_the_model_knows_them():
    log = stage_log(ROWS, hour(9))
    assert log.members(log.flows(), from_stage=None, to_stage="A") == ("u1", "u2", "u3")


def test_who_was_left_out_of_a_funnel_is_named_as_well():
    log = stage_log([Row("u1", hour(0), "a"), Row("u1", hour(1), "c")], hour(9))
    assert log.members(log.funnel(skips="exclude"), state="skipped") == ("u1",)


def test_a_word_that_names_no_cell_is_refused():
    log = stage_log(ROWS, hour(9))
    with pytest.raises(UnknownNameError, match="stage"):
        log.members(log.funnel("a", "b"), stage="b")
    with pytest.raises(UnknownNameError, match="step"):
        log.members(log.conversion("a", "b"), step="b")
    with pytest.raises(UnknownNameError, match="offset"):
        log.members(log.flows(), offset=1)
    with pytest.raises(UnknownNameError, match="'z'"):
        log.members(log.funnel("a", "b"), step="z")
    with pytest.raises(UnknownNameError):
        log.members(log.funnel("a", "b"), step=7)


def test_a_cell_that_cannot_be_is_refused():
    log = stage_log(ROWS, hour(9))
    with pytest.raises(UsageError, match="state='gone'"):
        log.members(log.funnel("a", "b"), state="gone")
    with pytest.raises(UsageError, match="whole funnel"):
        log.members(log.funnel("a", "b"), state="dropped", step="b")
    with pytest.raises(UsageError, match="not split"):
        log.members(log.funnel("a", "b"), cohort="2026-03")
    with pytest.raises(UsageTypeError, match="no cells"):
        log.members(log.spells())


@pytest.mark.parametrize(
    ("ask", "cell"),
    [
        (lambda log: log.headcount(every="month"), {"period": "2026-13"}),
        (lambda log: log.headcount(every="month"), {"period": "2026-3"}),
        (lambda log: log.headcount(every="month"), {"period": "2026-05"}),
        (lambda log: log.growth_accounting(every="week"), {"period": "2026-03"}),
        (lambda log: log.flows(every="quarter"), {"period": "2026-Q5"}),
        (lambda log: log.retention(every="month"), {"cohort": 3}),
        (lambda log: log.funnel(within=days(2), every="year"), {"cohort": "2026-01"}),
    ],
)
def test_a_period_that_there_is_not_is_refused(ask, cell):
    log = stage_log([Row("u", hour(0), "a", "p")], hour(30))
    ((word, given),) = cell.items()
    with pytest.raises(UsageError) as caught:
        log.members(ask(log), **cell)
    assert f"{word}={given!r} is no " in caught.value.what
    good = caught.value.hint.partition("=")[2].strip("'")
    assert isinstance(log.members(ask(log), **{word: good}), tuple)


def test_a_period_in_which_nothing_happened_is_one():
    log = stage_log([Row("u", hour(0), "a", "p")], hour(30))
    assert log.members(log.headcount(every="month"), period="2019-07") == ()
