"""The page as parts: findings, sections with a picture and the numbers behind it, and the frame around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import attrs

from custlife.pictures.words import clean, escape
from custlife.reporting.style import page_style

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from custlife.pictures import Picture, Table

__all__ = ["Finding", "Section", "fold", "page", "paragraph", "renamed", "show"]

WIDTH = 920
"""Pictures are drawn this wide: the column of the page on a desk."""

MOST_CELLS, MOST_COLUMNS = 600, 40
"""Of a table behind a picture: a page that people open is no place for more."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


@attrs.frozen
class Finding:
    """Something true of the data, in one sentence.

    Attributes:
        figure: The number it is about, as text.
        says: The sentence.
        but: What a careful reader must know beside it; may be empty.
    """

    figure: str = attrs.field(converter=clean)
    says: str = attrs.field(converter=clean)
    but: str = attrs.field(default="", converter=clean)

    def __str__(self) -> str:
        return f"{self.says} {self.but}".strip()


@attrs.frozen
class Section:
    """One part of the page.

    Attributes:
        id: Where links lead.
        title: Its heading.
        lead: What one sees, in a sentence or two.
        parts: Fragments of markup, already escaped.
        how: How to read it.
    """

    id: str
    title: str
    lead: str = ""
    parts: tuple[str, ...] = ()
    how: str = ""

    def html(self) -> str:
        """The markup of the part."""
        lead = paragraph(self.lead, "lead") + paragraph(self.how, "how")
        return f'<section id="{self.id}"><h2>{_safe(self.title)}</h2>{lead}{"".join(self.parts)}</section>'


def _safe(text: object) -> str:
    return escape(clean(text))


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of plain text; none where there is no text."""
    style = f' class="{kind}"' if kind else ""
    return f"<p{style}>{_safe(text)}</p>" if text else ""


def show(picture: Picture, width: int = WIDTH) -> str:
    """A picture as a figure as wide as the page."""
    return f'<figure class="cl-picture">{picture.svg(width)}</figure>'


def renamed(picture: Picture, title: str) -> Any:
    """A picture under another title, without its note: the page says those things beside it."""
    return attrs.evolve(cast("Any", picture), title=title, note="")


def fold(table: Table, summary: str = "The numbers") -> str:
    """A table that opens on a click; what is open is printed. Long ones are cut, very wide ones left to the log."""
    if not table.rows:
        return ""
    if len(table.columns) > MOST_COLUMNS:
        return paragraph("The table is too wide for a page: ask the log for it, or the shell with --json.", "how")
    cut = attrs.evolve(table, limit=max(10, MOST_CELLS // len(table.columns)))
    return f"<details><summary>{_safe(summary)}</summary>{cut.html()}</details>"


def _findings(findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    items = "".join(
        f'<li><span class="figure">{_safe(one.figure)}</span>'
        f"<div>{paragraph(one.says)}{paragraph(one.but, 'but')}</div></li>"
        for one in findings
    )
    return f'<section id="findings" class="findings"><h2>What stands out</h2><ol>{items}</ol></section>'


def page(
    title: str, facts: str, *, note: str, findings: Sequence[Finding], sections: Iterable[Section], closing: str
) -> str:
    """The whole page as one text: no script, nothing from elsewhere, the same bytes for the same parts.

    Args:
        title: Heading and name of the window.
        facts: One line on what was counted.
        note: The author's remark; may be empty.
        findings: What stands out, most important first.
        sections: The parts in order.
        closing: Last line.
    """
    listed = list(sections)
    links = [("findings", "What stands out")] if findings else []
    links += [(one.id, one.title) for one in listed]
    menu = "".join(f'<li><a href="#{id_}">{_safe(name)}</a></li>' for id_, name in links)
    head = (
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{_safe(title)}</title><style>{page_style()}</style>"
    )
    remark = f'<p class="remark">{_safe(note)}</p>' if note else ""
    body = (
        f'<header><h1>{_safe(title)}</h1><p class="facts">{_safe(facts)}</p>{remark}</header>'
        f'<nav aria-label="Contents"><ul>{menu}</ul></nav>'
        f"<main>{_findings(findings)}{''.join(one.html() for one in listed)}</main>"
        f"<footer><p>{_safe(closing)}</p></footer>"
    )
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>{body}</body></html>\n'
