"""pm4py: the transition matrix, by its directly-follows graph. It has no windowed funnel, censoring or retention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pm4py

from framed.policy import STAGES

if TYPE_CHECKING:
    from pathlib import Path

    from framed.policy import Answers


def prepare_report(path: Path) -> Any:
    """The caller's frame, in order, since rows of one instant are left as they come; not timed."""
    rows = pd.read_parquet(path)
    place = rows["stage"].map({stage: code for code, stage in enumerate(STAGES)})
    return rows.assign(place=place).sort_values(["customer", "at", "place"], ignore_index=True).drop(columns="place")


def report(rows: Any) -> Answers:
    """From the frame to the moves; rows that name the stage held already are steps of their own to it: dropped."""
    log = pm4py.format_dataframe(rows, case_id="customer", activity_key="stage", timestamp_key="at")
    graph, starts, _ = pm4py.discover_dfg(log)
    moves = {f"{a} > {b}": int(n) for (a, b), n in graph.items() if a != b}
    return {"transitions": {**moves, **{f" > {stage}": int(n) for stage, n in starts.items()}}}
