"""Packages with entry points, as pip leaves them behind."""

from __future__ import annotations

from pathlib import Path


def install(folder: Path, package: str, group: str, points: dict[str, str], modules: dict[str, str]) -> None:
    """Puts a package with its modules into a folder, which must be on the path."""
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", "utf-8")
    lines = "\n".join(f"{name} = {target}" for name, target in points.items())
    (info / "entry_points.txt").write_text(f"[{group}]\n{lines}\n", "utf-8")
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text, "utf-8")
