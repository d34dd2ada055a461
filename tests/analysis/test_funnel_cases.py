"""The funnels of PostHog and ClickHouse, from their public tests: same events in, same counts out, by named modes.

Inputs and expected figures: PostHog/posthog (MIT) and ClickHouse/ClickHouse (Apache-2.0) as named in each case's `source`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean, median

import pytest

from custlife.analysis.steps import exclude, step
from custlife.calendar import Span, days, minutes, seconds
from custlife.errors import DefinitionError
from custlife.log.event_log import EventLog

CASES = Path(__file__).parent / "cases"
POSTHOG = json.loads((CASES / "posthog_funnels.json").read_text())["cases"]
CLICKHOUSE = [
    case
    for case in json.loads((CASES / "window_funnel.json").read_text())["cases"]
    if case["kind"] == "window_funnel_level"
]
FAR = datetime(2030, 1, 1, tzinfo=UTC)


def window(params: dict) -> Span:
    return {"day": days, "minute": minutes}[params["window"]["unit"]](params["window"]["value"])


def posthog_log(case: dict) -> EventLog:
    params = case["params"]
    low, high = params.get("date_from", "0001-01-01"), params.get("date_to", "9999-12-31")
    rows = [e for e in case["events"] if low <= e["at"][:10] <= high]
    unit = params.get("aggregate_by")
    names = sorted({name for e in rows for name in e.get("props", {})})
    flat = [
        {
            "customer": e["props"][unit] if unit else e["customer"],
            "event": e["event"],
            "at": e["at"],
            **{name: e.get("props", {}).get(name) for name in names},
        }
        for e in rows
        if not unit or e["props"].get(unit)
    ]
    return EventLog.from_rows(flat, value_cols=names, as_of=FAR)


def posthog_funnel(case: dict):
    params = case["params"]
    mode = {"exclusion_drops_customer": "drop", "exclusion_voids_attempt": "void"}.get(case["semantics"], "drop")
    return posthog_log(case).funnel(
        *[step(s["event"], where=s.get("props"), label=f"{k}") for k, s in enumerate(params["steps"])],
        within=window(params),
        order=params["order"],
        entry="best",
        exclusions=[
            exclude(e["event"], after=e["from_step"], before=e["to_step"], mode=mode)
            for e in params.get("exclusions", [])
        ],
    )


@pytest.mark.parametrize("case", [c for c in POSTHOG if "error" not in c["expected"]], ids=lambda c: c["id"])
def test_posthog_counts_the_same(case) -> None:
    found = posthog_funnel(case)
    expected = case["expected"]
    assert [s.reached for s in found.steps] == expected["step_counts"]
    for k, names in enumerate(expected.get("customers_at_step", [])):
        assert sorted(posthog_log(case).members(found, step=str(k), state="reached")) == sorted(names)
    for k, names in enumerate(expected.get("dropped_after_step", [])):
        here = set(posthog_log(case).members(found, step=str(k), state="reached"))
        further = set(posthog_log(case).members(found, step=str(k + 1), state="reached"))
        assert sorted(here - further) == sorted(names)
    for field, key in (("mean_days", "mean_conversion_seconds"), ("median_days", "median_conversion_seconds")):
        for s, value in zip(found.steps, expected.get(key, []), strict=False):
            got = getattr(s, field)
            assert (got is None) == (value is None)
            assert value is None or got * 86_400 == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("case", [c for c in POSTHOG if "error" in c["expected"]], ids=lambda c: c["id"])
def test_exclusion_ranges_that_posthog_refuses_are_refused(case) -> None:
    with pytest.raises(DefinitionError, match="a range needs 0 <= after < before"):
        posthog_funnel({**case, "events": [{"customer": "a", "event": "x", "at": "2020-01-01T00:00:00Z"}]})


@pytest.mark.parametrize("case", CLICKHOUSE, ids=lambda c: c["id"])
def test_window_funnel_reaches_the_same_level(case) -> None:
    params = case["params"]
    rows = [
        (e["customer"], e["event"], datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=e["t"]))
        for e in case["events"]
    ]
    log = EventLog.from_rows(rows, as_of=FAR)
    modes = params["modes"]
    found = log.funnel(
        *params["steps"],
        within=seconds(params["window_seconds"]),
        entry="best",
        order="strict" if "strict_order" in modes else "ordered",
        repeats="end" if "strict_deduplication" in modes else "ignore",
    )
    levels = dict.fromkeys(case["expected"]["level_by_customer"], 0)
    for s in found.steps:
        for customer in log.members(found, step=s.name, state="reached"):
            levels[customer] += 1
    assert levels == case["expected"]["level_by_customer"]


@pytest.mark.parametrize(
    "case", json.loads((CASES / "time_to_convert.json").read_text())["cases"], ids=lambda c: c["id"]
)
def test_time_to_convert_is_the_same(case) -> None:
    params, expected = case["params"], case["expected"]
    rows = [(e["customer"], e["event"], e["at"]) for e in case["events"]]
    names = [s["event"] for s in params["steps"]][: params["to_step"] + 1]
    found = EventLog.from_rows(rows, as_of=FAR).funnel(*names, within=window(params), entry="best")
    to = found.steps[params["to_step"]]
    times = sorted(expected["seconds"].values())
    assert to.reached == len(times)
    assert to.mean_days * 86_400 == pytest.approx(expected["mean_seconds"], abs=1e-6)
    assert to.mean_days * 86_400 == pytest.approx(fmean(times), abs=1e-6)
    assert to.median_days * 86_400 == pytest.approx(median(times), abs=1e-6)
