"""The names of the room, and what importing them costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from custlife import stages

HEAVY = ("json", "tomllib", "difflib", "decimal", "custlife.pictures", "custlife.calendar", "custlife.documents")


def test_every_public_name_is_there_and_listed():
    assert dir(stages) == sorted(stages.__all__)
    for name in stages.__all__:
        assert getattr(stages, name) is not None
    with pytest.raises(AttributeError, match=r"module 'custlife\.stages' has no attribute 'Stge'"):
        _ = stages.Stge


def test_building_a_model_and_asking_it_imports_nothing_heavy():
    script = (
        "import sys; from custlife.stages import StageModel; m = StageModel('m', ['a', 'b'], policy='stepwise');"
        "m.next_stages('a'), hash(m), m.resolve('B'); print([n for n in sys.argv[1:] if n in sys.modules])"
    )
    source = str(Path(stages.__file__).parents[2])
    command = [sys.executable, "-c", script, *HEAVY]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONPATH": source})
    assert ran.stdout.strip() == "[]"
