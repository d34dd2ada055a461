"""From what the caller has to a source: which road a frame takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from custlife.engines.layout import Layout
    from custlife.engines.sources.source import Source

__all__ = ["open_frame"]
