"""The style sheet of the page: one column, light, dark and print, nothing fetched."""

from __future__ import annotations

from custlife.pictures import style_sheet

__all__ = ["page_style"]

_QUIET = "color-mix(in srgb,var(--cl-ink) 68%,transparent)"
_LINE = "color-mix(in srgb,var(--cl-ink) 14%,transparent)"
_WASH = "color-mix(in srgb,var(--cl-ink) 4%,transparent)"

_RULES = (
    "*{box-sizing:border-box}",
    "html{-webkit-text-size-adjust:100%;text-size-adjust:100%}",
    "body{margin:0;background:var(--cl-paper);color:var(--cl-ink)}",
    "body{font:1rem/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}",
    "main,header,footer,nav{max-width:60rem;margin:0 auto;padding:0 1.25rem}",
    "header{padding-top:2.75rem}",
    "h1{font-size:clamp(1.6rem,4.5vw,2.3rem);line-height:1.15;letter-spacing:-.02em;margin:0 0 .5rem}",
    "h1{text-wrap:balance}",
    f".facts{{color:{_QUIET};margin:0 0 .5rem}}",
    ".remark{max-width:46rem;margin:1rem 0 0;padding:.7rem 1rem;border-left:3px solid var(--cl-accent2)}",
    f".remark{{background:{_WASH};overflow-wrap:anywhere}}",
    "nav{padding-top:1rem}",
    "nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;margin:0;padding:.6rem 0;font-size:.92rem}",
    f"nav ul{{border-top:1px solid {_LINE};border-bottom:1px solid {_LINE}}}",
    "a{color:var(--cl-accent1);text-decoration:none}",
    "a:hover,a:focus-visible{text-decoration:underline}",
    "section{margin:3.25rem 0 0;scroll-margin-top:1rem}",
    "h2{font-size:1.35rem;line-height:1.25;letter-spacing:-.01em;margin:0 0 .35rem}",
    "h3{font-size:1.02rem;margin:1.75rem 0 .25rem}",
    "p{margin:0 0 .75rem;max-width:46rem;overflow-wrap:anywhere}",
    f".lead{{font-size:1.05rem}} .how{{color:{_QUIET};font-size:.92rem}}",
    "figure{margin:1.1rem 0 .5rem!important}",
    ".findings ol{list-style:none;margin:1.1rem 0 0;padding:0;display:grid;gap:0}",
    ".findings li{display:grid;grid-template-columns:minmax(7rem,10.5rem) 1fr;gap:.25rem 1.4rem;align-items:baseline}",
    f".findings li{{padding:.95rem 0;border-top:1px solid {_LINE};break-inside:avoid}}",
    ".findings li:last-child{border-bottom:0}",
    ".figure{font-size:clamp(1.5rem,4vw,2.05rem);font-weight:650;line-height:1.05;letter-spacing:-.02em}",
    ".figure{font-variant-numeric:tabular-nums;color:var(--cl-accent1);white-space:nowrap}",
    ".findings p{margin:0;max-width:42rem}",
    f".findings .but{{color:{_QUIET};font-size:.92rem;margin-top:.15rem}}",
    "details{margin:.35rem 0 0}",
    f"summary{{cursor:pointer;color:{_QUIET};font-size:.92rem;padding:.2rem 0;width:fit-content}}",
    "summary:hover{color:var(--cl-ink)}",
    "details[open]>summary{margin-bottom:.6rem}",
    ".cl-scroll{max-width:100%}",
    ".cl-table{font-size:.88rem;line-height:1.4}",
    ".cl-table caption{font-size:.95rem}",
    ".cl-table td,.cl-table th{overflow-wrap:break-word}",
    ".cl-table td[style*='right']{white-space:nowrap}",
    ".cl-table thead th{vertical-align:bottom}",
    ".cl-table th[scope=row]{min-width:6em}",
    ".cl-cards{font-size:.84rem}",
    "dl{display:grid;grid-template-columns:minmax(7rem,11rem) 1fr;gap:.35rem 1.2rem;margin:1rem 0;max-width:52rem}",
    f"dt{{color:{_QUIET}}} dd{{margin:0;overflow-wrap:anywhere}}",
    f"footer{{color:{_QUIET};font-size:.88rem;margin-top:3.5rem;padding-bottom:3rem}}",
    f"footer p{{border-top:1px solid {_LINE};padding-top:1rem;max-width:none}}",
    "@media (max-width:36rem){.findings li,dl{grid-template-columns:1fr}dl{gap:0}dd{margin:0 0 .6rem}}",
    "@media (max-width:36rem){header{padding-top:1.75rem}section{margin-top:2.5rem}}",
    "@media screen and (max-width:44rem){.cl-picture svg{min-width:46rem}}",
    "@media print{@page{margin:16mm 14mm}html{font-size:10pt}nav,summary,details:not([open]){display:none}}",
    "@media print{main,header,footer{max-width:none;padding:0}section{margin-top:1.6rem}}",
    "@media print{h2,h3,.lead{break-after:avoid}}",
    "@media print{figure{break-inside:avoid}}",
    "@media print{.cl-scroll,.cl-picture{overflow:visible}.cl-cards td,.cl-cards th{min-width:0}}",
)


def page_style() -> str:
    """All rules of the page, those of its pictures included."""
    return "\n".join([style_sheet(), *_RULES])
