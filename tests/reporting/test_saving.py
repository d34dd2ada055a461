"""A page is written whole or not at all."""

from __future__ import annotations

import os
import stat

import pytest

from custlife import report, simulate
from custlife.reporting.saving import save


def test_a_page_is_written_where_it_is_asked_for(tmp_path):
    made = report(simulate.b2b(20), tmp_path / "deep" / "er" / "page.html")
    assert (tmp_path / "deep" / "er" / "page.html").read_text(encoding="utf-8") == made.html
    assert made.save(str(tmp_path / "again.html")).read_bytes() == made.html.encode()


def test_nothing_is_written_without_a_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    report(simulate.b2b(5))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", ["replace", "fsync", "fdopen"])
def test_a_failure_leaves_the_old_page_and_no_stray_file(tmp_path, monkeypatch, call):
    target = tmp_path / "page.html"
    target.write_text("old", encoding="utf-8")
    original = getattr(os, call)

    def fail(*args, **kwargs):
        if call == "fdopen":
            os.close(args[0])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="No space left"):
        save("new", target)
    monkeypatch.setattr(os, call, original)
    assert target.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_page_keeps_the_permissions_of_the_one_it_replaces(tmp_path):
    target = save("one", tmp_path / "page.html")
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    target.chmod(0o600)
    save("two", target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
