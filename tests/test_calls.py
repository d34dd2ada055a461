"""Calls with something that cannot be meant: refused in the words of the library, never by whatever breaks first."""

from __future__ import annotations

import pickle

import pytest

import custlife as cl
from custlife.errors import CustlifeError, MissingFileError, UnknownNameError, UsageError, UsageTypeError
from tests import values

STAGES, EVENTS, MODEL, CUSTOMER = values.stage_log(), values.event_log(), values.model(), values.customer()
DEFINITION = cl.metrics.get("win_rate").definition
CHAIN, LIVES = values.VALUES["chain answer"], values.VALUES["lives answer"]

CALLS = {
    "no question": (lambda: STAGES.ask("funnel"), UsageTypeError, "'funnel' is not a question"),
    "the class of a question": (lambda: STAGES.ask(cl.Flows), UsageTypeError, "is not a question"),
    "one question for several": (lambda: STAGES.ask_all(cl.Flows()), UsageTypeError, "is no list of questions"),
    "no questions": (lambda: STAGES.ask_all("funnel"), UsageTypeError, "questions='funnel' is no list of questions"),
    "no customers": (lambda: cl.EventLog.from_customers(7), UsageTypeError, "customers=7 is no list of customers"),
    "no properties": (lambda: cl.step("intent", where=7), UsageTypeError, "where=7 names no properties"),
    "no steps": (lambda: cl.Funnel(7), UsageTypeError, "a step cannot be 7"),
    "no exclusions": (lambda: STAGES.funnel(exclusions=7), UsageTypeError, "an exclusion cannot be 7"),
    "aliases that are a list": (
        lambda: cl.EventLog.from_rows([], aliases=["a"]), UsageTypeError, "aliases=['a'] is not a mapping",
    ),
    "a preset by its name": (
        lambda: cl.StageLog.from_wide([], "bruxt5"), UsageTypeError, "model='bruxt5' is not a StageModel",
    ),
    "guards that are a number": (
        lambda: cl.Transition("lead", "paid", guards=0.5), UsageTypeError, "guards=0.5 are no guards",
    ),
    "a list for a stage": (lambda: MODEL.kind(["lead"], "paid"), UnknownNameError, "unknown stage ['lead']"),
    "a list to go to": (lambda: MODEL.allows(None, ["paid"]), UnknownNameError, "unknown stage ['paid']"),
    "a set for a policy": (lambda: CUSTOMER.record(on_illegal={"raise"}), UsageError, "on_illegal={'raise'} is unknown"),
    "a list for a part": (lambda: CHAIN.part([None]), UnknownNameError, "unknown part '[None]'"),
    "no age": (lambda: LIVES.survivors(None), UsageTypeError, "periods=None is not a whole number"),
    "never dormant": (lambda: EVENTS.growth_accounting(dormant_after=None), UsageTypeError, "dormant_after=None"),
    "a metric without a name": (
        lambda: cl.Metric(7, DEFINITION, better="higher", compute=len), UsageTypeError, "name=7 is not a text",
    ),
    "a period that is a function": (lambda: LIVES.survivors(len), UsageTypeError, "is not a whole number"),
    "no period": (lambda: STAGES.chain(every=None), UsageError, "every=None"),
    "a length beyond all": (lambda: cl.minutes(1e308), UsageError, "minutes=1e+308"),
    "a type for a number": (lambda: cl.months(int), UsageTypeError, "expected a whole number"),
    "a text for several": (lambda: cl.Score(50, stale="nps"), UsageTypeError, "stale='nps' is not a list"),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_a_call_that_cannot_be_meant_is_refused_with_a_hint(name):
    call, kind, told = CALLS[name]
    with pytest.raises(kind) as caught:
        call()
    error = caught.value
    assert told in error.what
    assert error.hint


def test_one_id_is_one_customer_also_where_it_is_a_number():
    log = cl.EventLog.from_rows([(7, "login", "2026-01-01T00:00Z"), (8, "login", "2026-01-01T00:00Z")])
    assert len(log.where(customers=7)) == len(log.where(customers=[7])) == len(log.where(customers="7")) == 1


@pytest.mark.parametrize("read", [
    cl.EventLog.from_csv, cl.EventLog.from_jsonl, cl.EventLog.scan_csv, cl.EventLog.scan_parquet,
    cl.StageModel.from_file, cl.HealthScore.from_file,
])  # fmt: skip
def test_a_file_that_is_not_there_is_told_alike_by_all_readers(read, tmp_path):
    with pytest.raises(MissingFileError, match=r"there is no file path='.*none\.json'\n\nHint: the folder") as caught:
        read(tmp_path / "none.json")
    assert isinstance(caught.value, CustlifeError)
    assert isinstance(caught.value, FileNotFoundError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # our own


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(MissingFileError, match=r"is a folder\n\nHint: name a file in it"):
        cl.EventLog.from_csv(tmp_path)
