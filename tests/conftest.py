"""Profiles of Hypothesis: `few` while writing, `fast` for every day, `ci` for landing, `nightly` for the long run.

A landing tries the same examples each time, so that it judges the change and not the dice; everybody else throws them.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

LANDING = bool(os.environ.get("CI"))
EVERY_DAY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=LANDING)
settings.register_profile("few", EVERY_DAY, max_examples=5, phases=[Phase.explicit, Phase.generate])
settings.register_profile("fast", EVERY_DAY, max_examples=60)
settings.register_profile("ci", EVERY_DAY, max_examples=120)
settings.register_profile("nightly", max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many logs were tried in which frames, and how many of them disagreed: none, or a test has failed."""
    import sys

    tried = getattr(sys.modules.get("tests.test_backends"), "TRIED", None)
    if tried:
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(tried.items()))
        line = f"logs asked in two ways and found equal, or a test failed: {sum(tried.values()):,} ({kinds})"
        terminalreporter.write_line(line)
