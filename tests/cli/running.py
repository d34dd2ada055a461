"""Running the shell: in this process for texts, in another one for streams and signals."""

from __future__ import annotations

import os
import subprocess
import sys

import attrs

from custlife.cli import main


@attrs.frozen
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


def run(capsys, *words: str) -> Ran:
    """One command in this process, with argparse's exits as codes."""
    try:
        code = main(list(words))
    except SystemExit as stop:
        code = int(stop.code or 0)
    seen = capsys.readouterr()
    return Ran(code, seen.out, seen.err)


def spawn(*words: str, cwd: str | os.PathLike[str] | None = None, **env: str) -> subprocess.CompletedProcess[bytes]:
    """One command in a process of its own; streams as bytes."""
    whole = {**os.environ, **env}
    return subprocess.run(
        [sys.executable, "-m", "custlife", *words], cwd=cwd, env=whole, capture_output=True, check=False
    )
