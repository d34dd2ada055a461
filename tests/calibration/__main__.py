"""Asks thousands of populations, and writes the table into the page: `python -m tests.calibration [populations]`."""

from __future__ import annotations

import sys

from tests.calibration import measures, page

if __name__ == "__main__":
    populations = int(sys.argv[1]) if len(sys.argv) > 1 else page.POPULATIONS
    made = page.table(measures.tally(range(1, populations + 1)))
    sys.stdout.write(made)
    page.PAGE.write_text(page.with_table(page.PAGE.read_text("utf-8"), made), "utf-8")
