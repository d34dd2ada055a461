"""Both pages of the demo in a real browser without a window: light, dark, narrow and on paper.

Not run by default: `pytest tests/browser -m browser` needs `chromium` on the PATH. Pictures of the pages are kept in
the directory that CUSTLIFE_SCREENSHOTS names, if it is set.
"""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from custlife.cli import main

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [pytest.mark.browser, pytest.mark.skipif(BROWSER is None, reason="no chromium on the PATH")]

QUIET = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--enable-logging=stderr",
]  # fmt: skip
LOOKS = {
    "light": ("--window-size=1100,6000", "--blink-settings=preferredColorScheme=1"),
    "dark": ("--window-size=1100,6000", "--blink-settings=preferredColorScheme=0"),
    "narrow": ("--window-size=390,9000",),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    assert main(["demo", "--out", str(folder)]) == 0
    return folder


def browse(page: Path, profile: Path, *words: str) -> str:
    """Opens a page, and returns what the console said."""
    command = [str(BROWSER), *QUIET, f"--user-data-dir={profile}", *words, page.as_uri()]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return "\n".join(line for line in ran.stderr.splitlines() if "CONSOLE" in line)


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", ["demo-shop", "demo-b2b"])
def test_a_page_opens_without_a_complaint(pages, tmp_path, name, look):
    shot = tmp_path / f"{name}-{look}.png"
    said = browse(pages / f"{name}.html", tmp_path / "profile", *LOOKS[look], f"--screenshot={shot}")
    assert said == ""
    png = shot.read_bytes()
    assert size(png) == tuple(map(int, LOOKS[look][0].split("=")[1].split(",")))
    assert len(png) > 100_000
    if kept := os.environ.get("CUSTLIFE_SCREENSHOTS"):
        Path(kept).mkdir(parents=True, exist_ok=True)
        shutil.copy(shot, kept)


@pytest.mark.parametrize("name", ["demo-shop", "demo-b2b"])
def test_a_page_prints(pages, tmp_path, name):
    paper = tmp_path / "page.pdf"
    assert browse(pages / f"{name}.html", tmp_path / "profile", f"--print-to-pdf={paper}") == ""
    pdf = paper.read_bytes()
    assert pdf.startswith(b"%PDF")
    assert 3 <= pdf.count(b"/Type /Page\n") <= 20


def test_nothing_is_wider_than_a_narrow_screen(pages, tmp_path):
    """What is too wide scrolls by itself; the page does not."""
    for name in ("demo-shop", "demo-b2b"):
        page = pages / f"{name}.html"
        probe = tmp_path / f"{name}.html"
        # The page forbids scripts, so the probe drops that rule and asks the browser for the width it took.
        html = re.sub('<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.read_text(encoding="utf-8"))
        script = "<script>document.title=document.documentElement.scrollWidth+'/'+innerWidth</script></body>"
        probe.write_text(html.replace("</body>", script), encoding="utf-8")
        command = [
            str(BROWSER),
            *QUIET,
            f"--user-data-dir={tmp_path / 'p'}",
            "--window-size=600,900",
            "--dump-dom",
            probe.as_uri(),
        ]
        dom = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
        title = dom[dom.index("<title>") + 7 : dom.index("</title>")]
        took, there = map(int, title.split("/"))
        assert took <= there, title
