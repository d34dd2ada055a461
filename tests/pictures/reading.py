"""Reads drawings back: elements, and where their ink lies."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from custlife.pictures.words import pixels

TAGS = {"svg", "title", "desc", "defs", "pattern", "g", "rect", "path", "text", "circle"}
ATTRIBUTES = {
    *(["xmlns", "role", "viewBox", "width", "height", "font-family", "font-size", "fill", "style"]),
    *(["x", "y", "rx", "cx", "cy", "r", "d", "id", "patternUnits", "patternTransform", "opacity", "fill-opacity"]),
    *(["stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linejoin", "paint-order"]),
    *(["text-anchor", "font-weight"]),
}


def parse(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def drawn(root: ET.Element) -> list[ET.Element]:
    """Elements on the paper: those in <defs> are not."""
    hidden = {id(e) for defs in root if name(defs) == "defs" for e in defs.iter()}
    return [e for e in root.iter() if id(e) not in hidden]


def own_text(element: ET.Element) -> str:
    return element.text or ""


def points(path: str) -> list[tuple[float, float]]:
    """Absolute corners and control points of a path made of M L H V C Q Z h v z."""
    found: list[tuple[float, float]] = []
    x = y = 0.0
    for command, body in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", body)]
        if command in "MLCQ":
            found += zip(numbers[::2], numbers[1::2], strict=True)
            x, y = found[-1]
        elif command in "HhVv":
            for n in numbers:
                x = n if command == "H" else x + n if command == "h" else x
                y = n if command == "V" else y + n if command == "v" else y
                found.append((x, y))
        else:
            assert command in "Zz", command
    return found


def extent(root: ET.Element) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of all ink; text by its approximate width."""
    xs: list[float] = []
    ys: list[float] = []
    anchors = {id(text): group.get("text-anchor") for group in root.iter() if name(group) == "g" for text in group}
    sizes = {id(text): group.get("font-size") for group in root.iter() if name(group) == "g" for text in group}
    for e in drawn(root):
        if name(e) == "rect":
            x, y, w, h = (float(e.get(k, "nan")) for k in ("x", "y", "width", "height"))
            assert min(w, h) >= 0
            xs, ys = [*xs, x, x + w], [*ys, y, y + h]
        elif name(e) == "circle":
            x, y = float(e.get("cx", "nan")), float(e.get("cy", "nan"))
            xs, ys = [*xs, x], [*ys, y]
        elif name(e) == "path":
            for x, y in points(e.get("d", "")):
                xs.append(x)
                ys.append(y)
        elif name(e) == "text":
            size = float(e.get("font-size") or sizes.get(id(e)) or 12)
            x, y, wide = float(e.get("x", "nan")), float(e.get("y", "nan")), pixels(own_text(e), size)
            anchor = e.get("text-anchor") or anchors.get(id(e))
            left = x - wide * {"middle": 0.5, "end": 1.0}.get(anchor or "", 0.0)
            xs, ys = [*xs, left, left + wide], [*ys, y - size * 0.8, y + size * 0.2]
    return min(xs), min(ys), max(xs), max(ys)
