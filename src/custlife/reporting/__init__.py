"""One page from a log: `report(log, "report.html")`."""

from __future__ import annotations

from custlife.reporting.building import Report, report
from custlife.reporting.document import Finding
from custlife.reporting.scorecards import scorecard_page

__all__ = ["Finding", "Report", "report", "scorecard_page"]
