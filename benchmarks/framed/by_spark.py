"""custlife on Spark, in local mode: the session and its first small job are made before the clock starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from framed.own import polars as report_of
from framed.policy import START

if TYPE_CHECKING:
    from pathlib import Path

    from framed.policy import Answers


def prepare_report(path: Path) -> Any:
    """A session that has run a job already, and the file as its frame."""
    import os
    import sys

    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.driver.memory": "4g",
        "spark.sql.shuffle.partitions": "8",
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    frame = builder.getOrCreate().read.parquet(str(path))
    frame.where(frame["at"] >= START).limit(10).count()
    return frame


def report(frame: Any) -> Answers:
    """From the frame to the four answers."""
    return report_of(frame)
