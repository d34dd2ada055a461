"""A real log to try things out on: the purchases of 2,357 customers of the online music shop CDNOW, 1997 and 1998.

The data are real and old. Their origin is told in `ORIGIN`, and beside the file in `data/NOTICE.md`.
"""

from __future__ import annotations

from custlife.demo.shop import MODEL, ORIGIN, RULES, purchases, shop

__all__ = ["MODEL", "ORIGIN", "RULES", "purchases", "shop"]
