"""Writes the pages and pictures that the library itself knows best: `uv run python docs/make.py`.

A test fails when what is committed is not what this writes.
"""

from __future__ import annotations

from pathlib import Path

import custlife as cl
from custlife import demo, presets, simulate, stats
from custlife.pictures import Lines, Series

DOCS = Path(__file__).parent
CONTACTS = DOCS / "examples" / "contacts.csv"

LAW = """# The law

Whether a move is legal, and what kind of move it is, is this table. The code looks moves up in it; this page is printed
from the code, and a test compares the two.

*from* is where one stands: before the first move (`nowhere`), on the `path`, or off it (`paused`: one may come back;
`ended`: meant to be final). *to* is where the move leads: off the path into a `paused` or `ended` stage; or onto it,
compared with the stage one holds or left last: the `next` one, one `further` on, the `same`, the `first` of the
path, or another one `back`.

The four columns are the policies of models. A transition that a model declares is always allowed.

{table}

- The kind never depends on the policy: a refused move that is on record has the kind of the column `open`.
- ENTER is the first move onto the path, also beyond its first stage.
- Coming back from an exit is RETURN whatever the stage.
- From one exit to another is LAPSE or LOSE again, by the exit one moves into.
- Under `stepwise` who returns starts at the first stage or at the one left.

```python
import custlife as cl

deal = cl.StageModel("deal", ["lead", "offer", "won"], policy="stepwise")
deal.kind("lead", "won"), deal.allows("lead", "won")
deal.kind("lost", "offer"), deal.allows("lost", "offer", left="offer")
```

```text
(MoveKind.SKIP, False)
(MoveKind.RETURN, True)
```
"""

PRESETS = """# Presets

{count} stage models from articles, manuals and textbooks, as data: `presets.get("catalyst8")` or `presets.catalyst8`.
How to read their sources: [Stage models and their sources](../explanation/stage-models.md). This page is printed by the
library.

```python
from custlife import presets

presets.get("bruxt5").keys
[model.name for model in presets.find(stages=9)]
```

```text
('awareness', 'engagement', 'intent', 'conversion', 'retention')
['saas9_payproglobal', 'infusionsoft9', 'saas9']
```

{table}

{models}
"""


def law_page() -> str:
    """The page of the law."""
    return LAW.format(table=cl.law_table())


def presets_page() -> str:
    """The catalogue, then every model with its path, exits, notes and sources."""
    names = presets.names()
    head = "| name | stages | what | source |\n| --- | --- | --- | --- |"
    rows = [f"| [`{p.name}`](#{p.name}) | {p.stages} | {p.title} | {p.source} |" for p in names.presets]
    models = "\n\n".join(_model(presets.get(name)) for name in names)
    return PRESETS.format(count=len(names), table="\n".join([head, *rows]), models=models)


def _model(model: cl.StageModel) -> str:
    path = " → ".join(f"`{stage.key}`" for stage in model)
    exits = ", ".join(f"`{stage.key}` ({stage.exit})" for stage in model.exits)
    beside = ", ".join(f"`{stage.key}`" for stage in model.unplaced)
    parts = [
        f"## {model.name}",
        f"{model.title}. {model.about}".strip(),
        path,
        f"Customers from `{model.customer_from}`; policy `{model.policy}`; exits {exits}"
        + (f"; unplaced {beside}." if beside else "."),
    ]
    cited = model.cited
    if cited is not None:
        parts.append("\n".join(f"- {note}" for note in cited.notes))
        sources = [presets.source(one.strip()).name for one in cited.source.split(",")]
        parts.append(f"Sources: {'; '.join(sources)}.")
    return "\n\n".join(part for part in parts if part)


def pictures() -> dict[str, str]:
    """The pictures of README and documentation, as SVG, by the name of their file."""
    log = cl.StageLog.from_csv(
        CONTACTS,
        presets.bruxt5,
        tz="Europe/Zurich",
        as_of="2026-06-30 20:00",
        segment_cols=["source"],
        reason_col="reason",
    )
    return {
        "actions.svg": actions(),
        **forecasts(),
        "funnel.svg": log.funnel(within=cl.days(60)).svg(),
        "flows.svg": log.flows().svg(),
        "outcomes.svg": log.outcomes("engagement", horizon=cl.days(60)).svg(),
        "stage-probabilities.svg": log.stage_probabilities("engagement", cl.days(90)).svg(),
        "stages.svg": presets.catalyst8.picture().svg(),
        "three-rates.svg": three_rates(),
        "one-minus-km.svg": one_minus_km(),
        "comparison.svg": simulate.b2b(1500)
        .time_in_stage("connection", by="plan", horizon=cl.days(60))
        .compare()
        .svg(),
    }


def actions() -> str:
    """Actions against won deals, of the page on sales questions."""
    log = simulate.b2b(400, seed=1)
    named = ("call", "demo", "proposal sent")
    return log.actions_against_wins(simulate.b2b_touches(log), *named, start="connection").svg()


def forecasts() -> dict[str, str]:
    """What the shop of the demo may expect, of the page on forecasts and values."""
    chain = demo.shop().chain()
    margins = {"first_purchase": "2.50", "repeat": 5, "loyal": "12.30"}
    return {
        "forecast.svg": chain.forecast(12, method="semi-markov").svg(),
        "levers.svg": chain.levers(margins, yearly_discount="0.10", horizon=36).svg(),
    }


def three_rates() -> str:
    """The picture of the page on three rates: the same question asked on different days."""
    days = [f"1997-{month:02}-{day:02}" for month in (4, 5, 6, 7) for day in (1, 8, 15, 22)][1:13]
    shop = demo.shop()
    asked = [
        shop.with_as_of(f"{day}T00:00Z").conversion("first_purchase", "repeat", within=cl.days(90)).whole
        for day in days
    ]
    limits = [one.interval for one in asked]
    low, high = [one.low if one else None for one in limits], [one.high if one else None for one in limits]
    return Lines(
        [
            Series("naive", days, [one.naive_rate for one in asked], tone="bad"),
            Series("of the eligible", days, [one.rate for one in asked], low, high, tone="accent1"),
            Series("Kaplan-Meier", days, [one.km_rate for one in asked], tone="good"),
            Series("in the end", days, [asked[-1].rate] * len(days), style="dashed", tone="muted"),
        ],
        title="Who buys again within 90 days, asked on different days",
        form="percent",
    ).svg()


def one_minus_km() -> str:
    """The other picture of that page: where one minus Kaplan-Meier parts from what happened."""
    model = cl.StageModel("second order", ["first", "big"], exits=[cl.Stage("small", exit="ended")])
    again = cl.count("purchase", 2)
    rules = {
        "first": cl.seen("purchase"),
        "big": cl.all_of(again, cl.value("purchase", "cds", at_least=3)),
        "small": cl.all_of(again, cl.value("purchase", "cds", at_most=2)),
    }
    orders = demo.purchases().to_stages(model, rules)
    spells = orders.spells("first").rows
    big = [row.days for row in spells if row.next == "big"]
    others = [row.days for row in spells if row.next != "big"]
    wrong = stats.kaplan_meier(big, censored=others)
    right = orders.outcomes("first", won="big", horizon=cl.days(365)).whole.incidence["won"]
    days = list(range(0, 361, 5))
    return Lines(
        [
            Series("1 - Kaplan-Meier", days, [wrong.at(day).incidence for day in days], style="dashed", tone="bad"),
            Series("outcomes", days, [right.at(day).value for day in days], tone="good"),
        ],
        title="Second orders of three discs and more, days after the first order",
        form="percent",
        x_steps="days",
    ).svg()


def alone(svg: str) -> str:
    """A picture for an <img>, which inherits no ink from its page and so must look at the reader's theme itself."""
    style = "<style>svg{color:#1f2530}@media (prefers-color-scheme: dark){svg{color:#e4e7ec}}</style>"
    return svg.replace("<title>", f"{style}<title>", 1) + "\n"


def files() -> dict[Path, str]:
    """Everything that is written here, by its place."""
    made = {DOCS / "images" / name: alone(svg) for name, svg in pictures().items()}
    return {**made, DOCS / "reference" / "law.md": law_page(), DOCS / "reference" / "presets.md": presets_page()}


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(DOCS.parent))
