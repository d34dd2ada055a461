"""Churn of a telephone company: 7,043 customers, tenure in months, who left and who is still there."""

from __future__ import annotations

import csv
import gzip
import json
from functools import cache
from pathlib import Path

import pytest
from dateutil.relativedelta import relativedelta

from custlife.calendar import days, instant
from custlife.log.stage_log import StageLog
from custlife.stages import Stage, StageModel
from custlife.stats import newcombe, share, share_test

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


# lifelines 0.30.3: KaplanMeierFitter, restricted_mean_survival_time at 1500 days, logrank_test, on the days and ends of the
# stays; statsmodels 0.15.0: multipletests(method="fdr_bh"). The interval is 1.96 standard errors, without lifelines' own.
def test_contracts_are_compared_as_lifelines_compares_them() -> None:
    found = log().time_in_stage("customer", by="contract", horizon=days(1500)).compare("Two year")
    monthly, yearly = found["Month-to-month · customer"], found["One year · customer"]
    assert monthly.estimate == pytest.approx(907.9646227259492)
    assert yearly.estimate == pytest.approx(1458.6109015355032)
    assert yearly.estimate_against == pytest.approx(1498.7192900268158)
    assert yearly.difference == pytest.approx(-40.10838849131255)
    assert (monthly.p_value, monthly.adjusted) == (0, 0)
    assert yearly.p_value == pytest.approx(1.1454483319857575e-57, rel=1e-9)
    assert yearly.adjusted == yearly.p_value
    assert found.sentences[1] == (
        "One year stays 40.1 days shorter in customer than Two year over the first 1,500 days (95 % 30.3 to 49.9, log-rank "
        "p < 0.001 after adjusting for 2 comparisons)."
    )


# statsmodels 0.15.0, confint_proportions_2indep(method="newcomb", compare="diff"); scipy 1.17.1, chi2.sf of Pearson's
# statistic times (N - 1) / N.
def test_shares_that_churned_by_contract_differ_as_statsmodels_says() -> None:
    (k1, n1), (k2, n2) = (ANSWER["churn_by_contract"][name][::-1] for name in ("One year", "Two year"))
    found = newcombe(k1, n1, k2, n2)
    assert found.difference == pytest.approx(0.0843765958341594)
    assert (found.interval.low, found.interval.high) == pytest.approx((0.0667400537072945, 0.10287538131296856))
    assert share_test(k1, n1, k2, n2).p_value == pytest.approx(3.847064948802667e-21, rel=1e-9)
