"""Kaplan-Meier curves of public data against R survival 3.5.3 (see data/README.md)."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from custlife.stats import kaplan_meier

DATA = Path(__file__).parent / "data"
CASES = json.loads((DATA / "survival.json").read_text())["cases"]
QUANTILES = json.loads((DATA / "km_quantiles.json").read_text())["quantiles"]
SUMMARIES = json.loads((DATA / "km_summary_tables.json").read_text())["tables"]
PUBLISHED = json.loads((DATA / "published.json").read_text())["published"]
KINDS = {"plain": "plain", "log": "log", "log-log": "loglog"}


def rows_of(name):
    with (DATA / name).open() as file:
        return list(csv.DictReader(file))


def name_of(case):
    return case["id"].split("-", 1)[1]


def counts_of(case):
    """Per stratum the multisets of ended, censored and entry times."""
    event, value = (*case["columns"]["event"].split("=="), "1")[:2]
    found = {}
    for row in rows_of(case["data"]):
        stratum = f"{case['strata']}={row[case['strata']]}" if case["strata"] else "all"
        ended, censored, entered = found.setdefault(stratum, (Counter(), Counter(), Counter()))
        time = sum(int(row[column]) for column in case["columns"]["time"].split("+"))
        count = int(row.get("count", 1))
        (ended if row[event] == value else censored)[time] += count
        entered[int(row[case["entry"]]) if case["entry"] else 0] += count
    return found


def curves_of(case, interval="log-log"):
    return {
        stratum: kaplan_meier(ended, censored, entered=entered, interval=interval)
        for stratum, (ended, censored, entered) in sorted(counts_of(case).items())
    }


every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
every_kind = pytest.mark.parametrize("interval", KINDS)


@every_case
@every_kind
def test_every_row_of_the_curve_equals_r(case, interval):
    expected = {}
    for row in rows_of(case["expected"]):
        expected.setdefault(row["stratum"], []).append(row)
    curves = curves_of(case, interval)
    assert curves.keys() == expected.keys()
    for stratum, curve in curves.items():
        steps = [i for i, d in enumerate(curve.events) if d]
        for i, row in zip(steps, expected[stratum], strict=True):
            assert (curve.times[i], curve.at_risk[i], curve.events[i]) == tuple(
                int(row[column]) for column in ("time", "n_risk", "n_event")
            )
            assert curve.survival[i] == pytest.approx(float(row["surv"]), abs=case["tolerance"]["surv"])
            found = (curve.std_error[i], curve.low[i], curve.high[i])
            texts = [row["std_err"], row[f"lower_{KINDS[interval]}"], row[f"upper_{KINDS[interval]}"]]
            if texts == ["", "", ""]:
                assert found == (None, None, None)
            else:
                assert found[0] == pytest.approx(float(texts[0]), abs=case["tolerance"]["std_err"])
                assert found[1:] == pytest.approx((float(texts[1]), float(texts[2])), abs=case["tolerance"]["ci"])


@every_case
@every_kind
def test_quartiles_and_their_limits_equal_r(case, interval):
    expected = QUANTILES[name_of(case)][KINDS[interval]]
    curves = list(curves_of(case, interval).values())
    for i, curve in enumerate(curves):
        columns = [expected[k] if len(curves) == 1 else expected[k][i] for k in ("quantile", "lower", "upper")]
        found = [curve.quantile(q) for q in (0.25, 0.5, 0.75)]
        assert [[q.value for q in found], [q.low for q in found], [q.high for q in found]] == columns


@every_case
def test_restricted_means_and_medians_equal_r(case):
    curves = curves_of(case, "log")
    tables = {key.replace("year", " year"): table for key, table in SUMMARIES[name_of(case)].items()}
    assert curves.keys() == tables.keys()
    horizon = max(curve.horizon for curve in curves.values())
    for stratum, table in tables.items():
        curve = curves[stratum]
        mean = curve.restricted_mean(horizon, tail="flat")
        assert mean.value == pytest.approx(table["rmean"], rel=1e-9)
        assert mean.std_error == pytest.approx(table["se(rmean)"], rel=1e-8)
        assert (curve.n, curve.n_events) == (table["records"], table["events"])
        median = curve.median
        assert (median.value, median.low, median.high) == (table["median"], table["0.95LCL"], table["0.95UCL"])
        assert max(curve.at_risk) == table["n.max"]


def test_lung_curves_print_the_figures_of_the_textbooks():
    lung = next(case for case in CASES if name_of(case) == "lung_all")
    printed = PUBLISHED["lung_all"]["printed"]
    curve = curves_of(lung, "log")["all"]
    assert (curve.n, curve.n_events) == (printed["n"], printed["events"])
    assert (curve.median.value, curve.median.low, curve.median.high) == (310, 285, 363)
    by_sex = curves_of(next(case for case in CASES if name_of(case) == "lung_sex"), "log")
    for stratum, lines in PUBLISHED["lung_sex"]["printed"].items():
        median = by_sex[stratum].median
        assert (median.value, median.low, median.high) == (lines["median"], lines["lcl"], lines["ucl"])
        for time, n_risk, n_event, surv, std_err, low, high in lines.get("rows", ()):
            point = by_sex[stratum].at(time)
            i = by_sex[stratum].times.index(time)
            assert (point.at_risk, by_sex[stratum].events[i]) == (n_risk, n_event)
            values = (point.value, point.std_error, point.interval.low, point.interval.high)
            assert values == pytest.approx((surv, std_err, low, high), abs=5.1e-4)


@pytest.mark.parametrize(
    ("name", "stratum", "key"),
    [("aml_x", "x=Maintained", "printed_surv_maintained"), ("drug6mp_6mp", "all", "printed_surv")],
)
def test_small_trials_print_the_figures_of_the_textbooks(name, stratum, key):
    curve = curves_of(next(case for case in CASES if name_of(case) == name))[stratum]
    for time, printed in PUBLISHED[name][key].items():
        assert curve.at(int(time)).value == pytest.approx(printed, abs=5.1e-4)
