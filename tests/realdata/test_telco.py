"""Churn of a telephone company: 7,043 customers, tenure in months, who left and who is still there."""

from __future__ import annotations

import csv
import gzip
import json
from functools import cache
from pathlib import Path

import pytest
from dateutil.relativedelta import relativedelta

from custlife.calendar import instant
from custlife.log.stage_log import StageLog
from custlife.stages import Stage, StageModel
from custlife.stats import share

HERE = Path(__file__).parent
ANSWER = {n: a["value"] for n, a in json.loads((HERE / "telco_churn.expected.json").read_text())["aggregates"].items()}
MODEL = StageModel("telco", ["customer"], exits=[Stage("churned", exit="ended")], customer_from="customer")
TODAY = instant("2010-01-01T00:00Z")


@cache
def table() -> list[dict[str, str]]:
    with gzip.open(HERE / "telco_churn.csv.gz", "rt") as stream:
        return list(csv.DictReader(stream))


@cache
def log() -> StageLog:
    """Everybody is seen until today; who churned did so today, after as many months as the file says."""
    rows = []
    for row in table():
        start = TODAY - relativedelta(months=int(row["tenure"]))
        one = {"customer": row["customer_id"], "contract": row["contract"]}
        rows.append({**one, "stage": "customer", "at": start})
        if row["churn"] == "Yes":
            rows.append({**one, "stage": "churned", "at": TODAY})
    return StageLog.from_rows(rows, MODEL, segment_cols=["contract"], as_of=TODAY)


def test_churned_customers_by_contract_are_counted() -> None:
    split = log().conversion("customer", "churned", by="contract")
    assert {row.segment[0]: [row.entered, row.converted] for row in split.rows} == ANSWER["churn_by_contract"]
    assert sum(row.entered for row in split.rows) == ANSWER["customers"]


def test_the_share_that_churned_has_the_wilson_interval() -> None:
    found = log().conversion("customer", "churned").whole
    interval = share(found.converted, found.entered).interval
    assert (found.converted, found.entered) == (ANSWER["churned"], ANSWER["customers"])
    assert [interval.low, interval.high] == pytest.approx(ANSWER["wilson95_churn"], abs=1e-9)


def test_stays_of_length_zero_are_kept_and_tenure_adds_up() -> None:
    stays = log().time_in_stage("customer")["customer"]
    assert (stays.n, stays.ended, stays.open) == (7043, 1869, 5174)
    assert (
        sum(1 for row in table() if row["tenure"] == "0") == ANSWER["missing_total_charges"] == stays.curve.censored[0]
    )
    months = {answer: sum(int(r["tenure"]) for r in table() if r["churn"] == answer) for answer in ("No", "Yes")}
    assert months == ANSWER["tenure_sum_by_churn"]
