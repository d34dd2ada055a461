"""One page from a log: `report(log, "report.html")`."""

from __future__ import annotations

from custlife.reporting.building import Report, report
from custlife.reporting.document import Finding

__all__ = ["Finding", "Report", "report"]
