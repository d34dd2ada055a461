"""The shell: `custlife demo`, `report`, `check`, `score`, `signals`, `models` and `show`.

Exit codes: 0 fine; 1 your data or your words cannot be used, with the reason on stderr; 2 not a command line; 130
stopped by Ctrl-C; 141 nobody read on. Of `check`: 0 nothing was missed; 1 a target was missed; 2 data, targets or words
cannot be used.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from custlife.errors import CustlifeError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

STOPPED, UNREAD = 130, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: The words after `custlife`; by default those of the process.

    Returns:
        The exit code.
    """
    from custlife.cli.typed import as_typed
    from custlife.cli.words import parser

    _speak_utf8()
    whole = parser()
    given = whole.parse_args(arguments)
    if "run" not in given:
        whole.print_help(sys.stderr)
        return 2
    refused: int = getattr(given, "refused", 1)
    try:
        code: int = given.run(given)
        sys.stdout.flush()
    except CustlifeError as error:
        # what is wrong in a document stands there as it is
        _complain(str(error) if error.where else as_typed(str(error), vars(given)))
        return refused
    except BrokenPipeError:
        # Whoever read has gone; Python would complain when it flushes at exit.
        with suppress(OSError, ValueError):
            sys.stdout = open("/dev/null" if sys.platform != "win32" else "nul", "w", encoding="utf-8")  # noqa: PTH123, SIM115  # until the end
        return UNREAD
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        _complain(f"{error.strerror or error}{where}")
        return refused
    except KeyboardInterrupt:
        _complain("stopped")
        return STOPPED
    return code


def _speak_utf8() -> None:
    """Makes both streams UTF-8, whatever the terminal says; what cannot be written becomes a question mark."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


def _complain(text: str) -> None:
    sys.stderr.write(f"custlife: {text}\n")
