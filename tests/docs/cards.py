"""The reference of metrics, printed from their cards: one page for each family, and the page that leads to them.

`python -m tests.docs.cards` writes the pages; a test fails when what is committed is not what this writes.
"""

from __future__ import annotations

import re
from inspect import Parameter, getdoc, signature
from pathlib import Path

from custlife.metrics import Metric, verdict_table
from custlife.metrics.card import aspects
from custlife.metrics.registry import Entry, entries

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"

FAMILIES = {
    "conversion": "Who comes from one stage or event to another, in time.",
    "qualification": "How many leads pass to the next hands: marketing, sales, product, customer success.",
    "times": "How long things take, and who is stuck.",
    "stock": "How many are where, and how many came.",
    "churn": "Who leaves: by age, by period, by stage and destination, and after what.",
    "retention": "Who comes again, who is kept, who comes back.",
    "usage": "How many are active, how often, and what they reach.",
    "advocacy": "Who was referred, and who speaks for us.",
    "sales": "Deals: how many are won, how long they take, and what is in the pipeline.",
    "service": "How fast and how well tickets are answered.",
    "revenue": "Recurring revenue and its movements.",
    "contracts": "Renewals, terms and limits.",
    "costs": "What it costs to win and to keep a customer, and what comes back.",
    "surveys": "What customers say.",
}

INDEX = """# Metrics and targets

What each metric asks, counts and leaves out. The pages of the families are printed from the cards of the metrics, the same
that `print(metric)` shows. How to use them: [Metrics and targets](../how-to/metrics-and-targets.md).

{table}

```python
from custlife import metrics

len(metrics.catalogue()) > 60, metrics.get("conversion", start="trial", goal="active", within="14 days").better
```

```text
(True, 'higher')
```

## The verdict

A [`Target`][custlife.metrics.target.Target] and a reading give a verdict. Two questions decide: does the value reach the
goal, also at the other end of its interval; and is there anything left to wait for?

{decisions}

Without a due date, the moment of looking is the due date. A value without an interval is taken as
exact: a count, money, or a ratio such as NRR or the K factor; mind its n. Where nobody ended some way, or all did, or all answers are
alike, the interval is Wilson's, of those on whom it is not too early to say; a median of one may be anything.

## The catalogue

::: custlife.metrics
    options: {{ heading_level: 3, show_root_heading: false, members: [catalogue, get, metric, scorecard] }}

## Metric

::: custlife.metrics.metric.Metric
    options: {{ heading_level: 3 }}

::: custlife.metrics.definition.Definition
    options: {{ heading_level: 3 }}

::: custlife.metrics.reading.Reading
    options: {{ heading_level: 3 }}

::: custlife.metrics.readings.Readings
    options: {{ heading_level: 3 }}

::: custlife.metrics.reading.Explanation
    options: {{ heading_level: 3 }}

::: custlife.metrics.inputs.Inputs
    options: {{ heading_level: 3 }}

## Target and scorecard

::: custlife.metrics.target.Target
    options: {{ heading_level: 3 }}

::: custlife.metrics.verdict.Verdict
    options: {{ heading_level: 3 }}

::: custlife.metrics.scorecard.Scorecard
    options: {{ heading_level: 3 }}

::: custlife.metrics.scorecard.Line
    options: {{ heading_level: 3 }}

::: custlife.metrics.judgement.Judgement
    options: {{ heading_level: 3 }}

::: custlife.metrics.judgement.JudgedLine
    options: {{ heading_level: 3 }}

::: custlife.metrics.defaults.scorecard
    options: {{ heading_level: 3 }}

## Catalogue, and metrics of your own

::: custlife.metrics.catalogue.catalogue
    options: {{ heading_level: 3 }}

::: custlife.metrics.catalogue.Catalogue
    options: {{ heading_level: 3 }}

::: custlife.metrics.registry.get
    options: {{ heading_level: 3 }}

::: custlife.metrics.registry.metric
    options: {{ heading_level: 3 }}

::: custlife.metrics.registry.catalogued
    options: {{ heading_level: 3 }}

::: custlife.metrics.request.MetricRequest
    options: {{ heading_level: 3 }}
"""

FAMILY = """# Metrics: {name}

{about} This page is printed from the cards of the metrics.

{table}

{metrics}
"""


def ours() -> list[Entry]:
    """The metrics that come with the library, whatever else was registered meanwhile."""
    return [entry for entry in entries() if entry.origin.startswith("custlife.")]


def files() -> dict[Path, str]:
    """All pages by their place."""
    names = list(dict.fromkeys(entry.family for entry in ours()))
    names.sort(key=lambda name: list(FAMILIES).index(name))
    made = {REFERENCE / f"metrics-{name}.md": family_page(name) for name in names}
    return {REFERENCE / "metrics.md": index_page(names), **made}


def index_page(names: list[str]) -> str:
    """The families with their metrics, and the classes."""
    rows = ["| family | metrics |", "| --- | --- |"]
    for name in names:
        listed = ", ".join(f"[{e.name}](metrics-{name}.md#{e.name})" for e in ours() if e.family == name)
        rows.append(f"| [{name}](metrics-{name}.md) | {listed} |")
    return INDEX.format(table="\n".join(rows), decisions=verdict_table())


def family_page(name: str) -> str:
    """One family: a table of its metrics, then each one."""
    found = [entry for entry in ours() if entry.family == name]
    rows = ["| metric | what it is |", "| --- | --- |"]
    rows += [f"| [`{entry.name}`](#{entry.name}) | {entry.about} |" for entry in found]
    metrics = "\n\n".join(section(entry) for entry in found)
    return FAMILY.format(name=name, about=FAMILIES[name], table="\n".join(rows), metrics=metrics)


def section(entry: Entry) -> str:
    """One metric: what it takes, its card, and an example that makes it."""
    metric = entry.shown()
    parts = [f"## {entry.name} {{: #{entry.name} }}", entry.about, arguments(entry), card(metric)]
    made = repr(metric).replace("'", '"')  # as the formatter writes texts
    parts.append(f"```python\nfrom custlife import metrics\n\nprint({made}.label)\n```")
    parts.append(f"```text\n{metric.label}\n```")
    return "\n\n".join(part for part in parts if part)


def arguments(entry: Entry) -> str:
    """The arguments with what their docstring says."""
    told = said(getdoc(entry.make) or "")
    known = signature(entry.make).parameters.values()
    rows = [f"- `{_argument(one)}`: {told.get(one.name, '')}" for one in known]
    return "\n".join(rows)


def _argument(one: Parameter) -> str:
    return one.name if one.default is one.empty else f"{one.name}={one.default!r}"


def said(docstring: str) -> dict[str, str]:
    """What a docstring says of each argument."""
    _, _, block = docstring.partition("Args:\n")
    block = re.split(r"\n\S|\n\n", block)[0]
    found = re.findall(r"^    (\w+): (.*(?:\n      +.*)*)", block, flags=re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def card(metric: Metric) -> str:
    """The card as a table; several sentences stand below each other."""
    rows = ["| | |", "| --- | --- |"]
    rows += [f"| **{name}** | {'<br>'.join(map(_cell, told))} |" for name, told in aspects(metric).items()]
    return "\n".join(rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def main() -> None:
    """Writes the pages."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
        print(path.name)  # noqa: T201  # a command prints


if __name__ == "__main__":
    main()
