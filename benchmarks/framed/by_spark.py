"""custlife on Spark, in local mode.

Before the clock starts there is a session, set as the page on clusters says, and it has answered the same questions
about a thousand rows: Python has started and imported what it needs, as it has where there is one process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import custlife as cl
from framed.own import COLUMNS, MODEL, QUESTIONS
from framed.own import polars as report_of

if TYPE_CHECKING:
    from pathlib import Path

    from framed.policy import Answers

EXECUTORS, FEW = 2, 1_000


def prepare_report(path: Path) -> Any:
    """A session that has answered a small report already, and the file as its frame."""
    import os
    import sys

    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.driver.memory": "4g",
        "spark.sql.shuffle.partitions": "8",
        "spark.sql.execution.arrow.maxBytesPerBatch": str(2**31 - 1),
    }
    builder = SparkSession.builder.master(f"local[{EXECUTORS}]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    frame = builder.getOrCreate().read.parquet(str(path))
    few = cl.StageLog.from_frame(frame.limit(FEW), MODEL, **COLUMNS, partitions=EXECUTORS)
    few.ask_all(QUESTIONS)
    return frame


def report(frame: Any) -> Answers:
    """From the frame to the four answers."""
    return report_of(frame)
