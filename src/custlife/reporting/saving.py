"""Writing a file so that it is the old one or the new one, never half of it."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

__all__ = ["save"]

READABLE = 0o644


def save(text: str, path: str | Path) -> Path:
    """Writes a text as UTF-8: beside the place first, flushed to the disk, then put in place at once.

    Raises:
        OSError: The file cannot be written; what was there before is still there.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "replace"))
            file.flush()
            os.fsync(file.fileno())
        if os.name == "posix":
            os.chmod(name, _mode(target))  # noqa: PTH101  # mkstemp gives a file that nobody else may read
        os.replace(name, target)  # noqa: PTH105  # the one call that puts a file in place at once
    except BaseException:
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108  # as the calls around it
        raise
    return target


def _mode(target: Path) -> int:
    """The permissions of the file that is replaced, or those that others may read by."""
    try:
        return target.stat().st_mode & 0o777
    except OSError:
        return READABLE
