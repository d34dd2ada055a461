"""A cluster of two executors on this machine, started once, and frames on it."""

from __future__ import annotations

import os
import shutil
import sys
from functools import cache
from importlib.util import find_spec

import attrs
import pytest

from custlife.calendar import to_us, zone
from custlife.engines.history import Vocabulary
from custlife.engines.layout import Layout
from custlife.engines.rows.ingest import ingest
from custlife.engines.sources.asked import Asked
from custlife.engines.sources.held import Held, joined
from custlife.engines.sources.spark import SparkSource
from custlife.engines.view import View
from custlife.log.naming import event_names, stage_names

MISSING = [name for name in ("pyspark", "pandas", "pyarrow", "numpy") if find_spec(name) is None]
MISSING += ["java"] * (shutil.which("java") is None)

on_a_cluster = [
    pytest.mark.spark,
    pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}"),
    pytest.mark.filterwarnings("ignore"),  # those of PySpark, about itself
]


@cache
def session():
    """The one session of all tests; Spark ends it with the process."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession

    made = (
        SparkSession.builder.master("local[2]")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    made.sparkContext.setLogLevel("OFF")
    return made


def frame(rows, schema="customer string, stage string, at timestamp"):
    """A frame of some rows."""
    return session().createDataFrame(list(rows), schema)


def layout(model=None, others=(), *, tz=None, on_bad="raise", ambiguous="raise", aliases=None, unit="customer"):
    """How rows of stages are read, or of events."""
    if model is None:
        return Layout(Vocabulary(()), event_names(aliases), zone(tz), tz, ambiguous, others, on_bad, unit)
    resolve = stage_names(model, aliases)
    return Layout(Vocabulary.of_model(model), resolve, zone(tz), tz, ambiguous, others, on_bad, unit)


def source(native, read, partitions=None, **others):
    """The source over a frame whose first three columns are unit, name and time."""
    unit, name, at, *_ = native.columns
    return SparkSource(native, {"unit": unit, "name": name, "at": at, **others}, read, partitions)


def whole(made):
    """All partitions of a source as one history."""
    return joined(list(made.map(itself)))


def itself(history):
    return history


def expected(rows, read):
    """The history that the rows engine reads from the same rows."""
    return ingest(rows, read)


def asked(made, as_of=None, *steps):
    """The source, to be asked questions."""
    return Asked(made, View(None if as_of is None else to_us(as_of), steps=steps))


def held(rows, read, as_of=None, *steps):
    """The same rows in memory, read and asked by the rows engine."""
    made = attrs.evolve(expected(rows, read), frame="spark")
    return Asked(Held((made,)), View(None if as_of is None else to_us(as_of), steps=steps))
