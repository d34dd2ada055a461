"""Same input, same bytes out: whatever the hash seed, the zone, the language and the order of the rows.

Other processes are asked, since the seed of hashes is drawn when a process starts. (A clustering program that gave other
clusters at each start is why: github.com/dedupeio/dedupe, issue 541.)
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import custlife as cl
from custlife import presets
from tests import artefacts, small

ROOT = Path(__file__).parents[1]
MACHINES = [
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"},
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Apia", "LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8"},
    {"PYTHONHASHSEED": "42", "TZ": "America/New_York", "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8"},
    {"PYTHONHASHSEED": "4294967295", "TZ": "Asia/Kathmandu", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "COLUMNS": "40"},
]


@pytest.fixture(scope="module")
def here() -> dict[str, str]:
    return artefacts.digest()


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine["TZ"])
def test_every_machine_writes_the_same_bytes(machine: dict[str, str], here: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.artefacts"],
        check=True, capture_output=True, text=True, env={**os.environ, **machine}, cwd=ROOT,
    )  # fmt: skip
    there = json.loads(done.stdout)
    assert sorted(there) == sorted(here)
    assert [name for name in here if there[name] != here[name]] == []


def test_asking_twice_writes_the_same_bytes(here: dict[str, str]) -> None:
    assert artefacts.digest() == here


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_rows_is_seen_nowhere(seed: int) -> None:
    rows = random.Random(seed).sample(small.ROWS, len(small.ROWS))
    how = {"segment_cols": ["plan"], "reason_col": "reason", "tz": "Europe/Zurich", "as_of": "2026-04-01T00:00Z"}
    shuffled = cl.StageLog.from_rows(rows, presets.bruxt5, **how)
    assert list(artefacts.answers("x", shuffled)) == list(artefacts.answers("x", small.stage_log()))
    assert cl.report(shuffled).html == cl.report(small.stage_log()).html


def test_nothing_written_tells_where_it_was_written() -> None:
    marks = (str(ROOT), os.path.expanduser("~") + "/", " object at 0x")  # noqa: PTH111  # as a text
    found = [(name, mark) for name, text in artefacts.artefacts() for mark in marks if mark in text]
    assert found == []
