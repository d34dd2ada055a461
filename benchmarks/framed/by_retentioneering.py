"""retentioneering: the transition matrix. Its funnel has no window, and it has no censored times and no cohorts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from retentioneering.eventstream import Eventstream

from framed.policy import STAGES

if TYPE_CHECKING:
    from pathlib import Path

    from framed.policy import Answers


def prepare_report(path: Path) -> Any:
    """The caller's frame, in order, since rows of one instant are left as they come; not timed."""
    rows = pd.read_parquet(path)
    place = rows["stage"].map({stage: code for code, stage in enumerate(STAGES)})
    rows = rows.assign(place=place).sort_values(["customer", "at", "place"], ignore_index=True).drop(columns="place")
    return rows.rename(columns={"customer": "user_id", "stage": "event", "at": "timestamp"})


def report(rows: Any) -> Answers:
    """From the frame to the moves; rows that name the stage held already are steps of their own to it: dropped."""
    counts = Eventstream(rows).transition_graph_data(edge_weight="count")
    starts = {f" > {stage}": int(counts.loc["path_start", stage]) for stage in STAGES}
    moves = {f"{a} > {b}": int(counts.loc[a, b]) for a in STAGES for b in STAGES if a != b}
    return {"transitions": {pair: n for pair, n in {**starts, **moves}.items() if n}}
