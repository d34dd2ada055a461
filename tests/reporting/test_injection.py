"""Hostile text in every place where other people's text comes in stays text."""

from __future__ import annotations

import json

import pytest

from custlife import EventLog, Stage, StageLog, StageModel, report
from tests.reporting.reading import Page

PAYLOADS = [
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><style>*{display:none}</style>",
    "</svg><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" data-pwn="',
    "' onfocus='alert(1)' autofocus='",
    "<!-- <a href=javascript:alert(1)>x</a>",
    "&lt;script&gt;&#60;b&#62;&amp;",
    "]]><b>x</b><![CDATA[",
    "\u202eevil\u202c\x00\x1b[31m\u2028",
    "\ud800 half",
    "{{7*7}} ${7*7} %s %n",
    "=cmd|' /C calc'!A0",
    "https://evil.example/x.js",
]


def stage_log(text: str) -> StageLog:
    """A log with the text wherever text may stand."""
    plain = "".join(c for c in text if c.isprintable()) or "x"
    model = StageModel(
        "hostile",
        [
            Stage("a", f"A {plain}", needs=[plain], owners=[plain]),
            Stage("b", f"B {plain}", process=[plain]),
            Stage("c", plain),
        ],
        title=plain,
    )
    rows = []
    for i in range(40):
        day = f"2026-{i % 9 + 1:02d}-01T00:00Z"
        base = {"customer": f"{text}{i}", "reason": f"{text}", text: f"{text}{i % 3}"}
        rows.append({**base, "stage": "a", "at": day})
        rows.append({**base, "stage": ("b", "lapsed", "lost")[i % 3], "at": day.replace("-01T", "-15T")})
    return StageLog.from_rows(
        rows, model, reason_col="reason", segment_cols=[text], as_of="2026-12-01T00:00Z", unit=plain, on_bad="drop"
    )


def event_log(text: str) -> EventLog:
    rows = [
        {
            "customer": f"{text}{i}",
            "event": f"{text} {i % 4}",
            "at": f"2026-0{i % 9 + 1}-0{i % 7 + 1}T00:00Z",
            text: text,
        }
        for i in range(60)
    ]
    return EventLog.from_rows(rows, segment_cols=[text], as_of="2026-12-01T00:00Z", unit=text)


def shape(html: str) -> tuple[set[str], set[str]]:
    page = Page(html)
    assert page.broken == []
    assert all(value.startswith("#") for value in page.values("href"))
    assert "javascript:" not in " ".join(
        value for name in ("href", "style", "fill", "stroke") for value in page.values(name)
    )
    return set(page.tags), page.attributes


@pytest.mark.parametrize("make", [stage_log, event_log])
def test_hostile_text_adds_no_element_and_no_attribute(make):
    plain_tags, plain_names = shape(report(make("plain"), by="plain", title="plain", note="plain").html)
    for text in PAYLOADS:
        made = report(make(text), by=text, title=text, note=text)
        tags, names = shape(made.html)
        assert tags <= plain_tags, text
        assert names <= plain_names, text
        assert not any(c in made.html for c in "\x00\x1b\u202e\u2028")
        made.html.encode("utf-8")
        json.loads(made.to_json().encode("utf-8", "replace"))


def test_hostile_text_is_shown_as_it_is():
    text = "<script>alert(1)</script>"
    shown = Page(report(stage_log(text), by=text, title=text, note=text).html).text()
    assert shown.count(text) > 10
