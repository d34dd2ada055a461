"""Streams and signals: encodings, closed pipes, terminals, Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.running import spawn

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals and terminals")


def test_output_is_utf8_even_where_the_terminal_is_not():
    ran = spawn("show", "bruxt5", PYTHONIOENCODING="ascii", LC_ALL="C", PYTHONUTF8="0")
    assert ran.returncode == 0
    assert "┌──" in ran.stdout.decode("utf-8")
    assert ran.stderr == b""


def test_the_module_runs_like_the_command():
    assert spawn("--version").stdout.startswith(b"custlife ")


def test_no_progress_is_shown_where_nobody_sees_it(tmp_path):
    ran = spawn("demo", "--out", str(tmp_path))
    assert ran.returncode == 0
    assert ran.stderr == b""


@posix
def test_a_reader_that_goes_away_is_no_accident():
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "custlife", "models"], stdout=writer, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writer)
    assert ran.returncode == 141
    assert ran.stderr == b""


@posix
def test_a_full_disk_is_said_in_words():
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "custlife", "models"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert ran.returncode == 1
    assert ran.stderr.startswith(b"custlife: No space left on device")
    assert b"Traceback" not in ran.stderr


@posix
def test_progress_is_one_line_on_a_terminal_and_gone_at_the_end(tmp_path):
    import pty

    main, side = pty.openpty()
    ran = subprocess.run(
        [sys.executable, "-m", "custlife", "demo", "--out", str(tmp_path)],
        stderr=side,
        stdout=subprocess.PIPE,
        check=True,
    )
    os.close(side)
    seen = os.read(main, 10_000).decode()
    os.close(main)
    assert ran.returncode == 0
    assert "\rcustlife: reading 6,919 purchases ..." in seen
    assert "\n" not in seen
    assert seen.rstrip("\r").endswith(" ")


@posix
def test_ctrl_c_returns_130(tmp_path):
    fifo = tmp_path / "slow.csv"
    os.mkfifo(fifo)
    running = subprocess.Popen(
        [sys.executable, "-m", "custlife", "report", str(fifo), "--model", "bruxt5"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(0.7)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=20)
    assert running.returncode == 130
    assert (out, err) == (b"", b"custlife: stopped\n")
