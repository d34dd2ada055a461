"""What `import custlife` costs an app: cold processes, in turn with its two dependencies alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from statistics import median

ALONE = "import attrs; from dateutil.relativedelta import relativedelta"
TOUCHED = "import custlife; custlife.StageModel; custlife.Customer"
EXTRAS = ("narwhals", "numpy", "pandas", "plotly", "polars", "pyarrow", "duckdb", "pyspark")
TIMED = "import time; start = time.process_time(); {}; print(time.process_time() - start)"
LOADED = "import sys; {}; print([name for name in {} if name in sys.modules])"


def cold(code: str, folder: str) -> str:
    """What a fresh process prints; with the byte code of the process before, as every user has it."""
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}}
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, "PYTHONPYCACHEPREFIX": folder}, cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return ran.stdout.strip()


def run(rounds: int) -> tuple[float, float, float]:
    """Median CPU milliseconds of the dependencies and of custlife, and the median of the ratios of single rounds."""
    with tempfile.TemporaryDirectory() as folder:
        loaded = cold(LOADED.format(TOUCHED, EXTRAS), folder)
        if loaded != "[]":
            raise AssertionError(f"importing loads extras: {loaded}")
        alone, touched = [], []
        for _ in range(rounds + 1):
            alone.append(float(cold(TIMED.format(ALONE), folder)) * 1e3)
            touched.append(float(cold(TIMED.format(TOUCHED), folder)) * 1e3)
    alone, touched = alone[1:], touched[1:]  # the first round writes byte code
    return median(alone), median(touched), median(b / a for a, b in zip(alone, touched, strict=True))
