"""Where histories come from: rows held in memory, frames, files and clusters; only these rooms know backends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custlife.engines.sources.source import Source

__all__ = ["Source"]
