"""lifelines: time in stage, one Kaplan-Meier fit a stage, from stays that were prepared beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from lifelines import KaplanMeierFitter

from framed.policy import AS_OF, STAGES

if TYPE_CHECKING:
    from pathlib import Path

    from framed.policy import Answers


def prepare_report(path: Path) -> Any:
    """Lengths and whether they ended, by stage; not timed."""
    rows = pd.read_parquet(path)
    rows["stage"] = rows["stage"].astype(pd.CategoricalDtype(STAGES, ordered=True)).cat.codes
    rows = rows.sort_values(["customer", "at", "stage"])
    rows = rows[rows.groupby("customer")["stage"].shift().ne(rows["stage"])]
    until = rows.groupby("customer")["at"].shift(-1)
    now = pd.Timestamp(AS_OF).tz_localize(None)
    length = (until.fillna(now) - rows["at"]).astype("timedelta64[us]").astype("int64")
    parts = pd.DataFrame({"stage": rows["stage"], "length": length, "ended": until.notna()})
    return [
        (STAGES[code], part["length"].to_numpy(), part["ended"].to_numpy()) for code, part in parts.groupby("stage")
    ]


def report(stays: Any) -> Answers:
    """From the stays to the medians."""
    found = {}
    for stage, length, ended in stays:
        median = KaplanMeierFitter().fit(length, ended).median_survival_time_
        found[stage] = [len(length), int((~ended).sum()), None if np.isinf(median) else int(median)]
    return {"time in stage": found}
