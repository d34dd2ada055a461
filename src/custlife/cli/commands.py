"""What each command does."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from custlife.cli.output import as_json, cards, columns, joined, overview, progress, put, summary
from custlife.cli.reading import inputs_of, is_document, log_of, model_of
from custlife.cli.typed import as_typed
from custlife.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from custlife.metrics import Scorecard
    from custlife.stages import StageModel

__all__ = ["check", "demo", "models", "report", "show"]

SIMULATED = (
    "Simulated data: 500 made-up customers of a made-up company, drawn from known rates with a seed. Nothing on this "
    "page says anything about real customers."
)
B2B_TITLE = "A simulated B2B company: eight stages, from outreach to expansion"
SHOP_TITLE = "CDNOW: what became of the customers of early 1997"
WINDOW = "180 days"


def demo(given: argparse.Namespace) -> int:
    """Makes the two pages of the demo and prints what stands out."""
    from custlife import demo as shop_demo
    from custlife import reporting, simulate

    folder = Path(given.out)
    with progress() as say:
        say("reading 6,919 purchases")
        purchases = shop_demo.purchases()
        shop = purchases.to_stages(shop_demo.MODEL, shop_demo.RULES)
        say("counting the shop")
        real = reporting.report(
            shop,
            folder / "demo-shop.html",
            title=SHOP_TITLE,
            within=WINDOW,
            note=shop_demo.ORIGIN,
            events=purchases,
        )
        say("simulating the company")
        company = simulate.b2b()
        say("counting the company")
        made_up = reporting.report(
            company,
            folder / "demo-b2b.html",
            title=B2B_TITLE,
            within=WINDOW,
            by=("plan", "region"),
            note=SIMULATED,
            scorecard=demo_targets(company.model),
        )
    if given.json:
        put(joined({"shop": real, "b2b": made_up}))
        return 0
    summary(real, shop, shop_demo.ORIGIN)
    summary(made_up, company, SIMULATED)
    put("Two pages with pictures, to open in a browser:")
    for name in ("demo-shop.html", "demo-b2b.html"):
        path = folder / name
        put(f"  {path}  ({path.stat().st_size / 1000:,.0f} KB)")
    return 0


def demo_targets(model: StageModel) -> Scorecard:
    """Some targets for the simulated company, on top of what its stages are measured by."""
    from custlife import metrics

    won = metrics.conversion("connection", "conversion", within="60 days")
    targets = [
        metrics.Target(metrics.conversion("outreach", "connection", within="30 days"), at_least=0.3),
        metrics.Target(won, at_least=0.4, by="plan"),
        metrics.Target(metrics.time_to_value("conversion", "value"), at_most=90),
        metrics.Target(metrics.logo_churn(), at_most=0.02, due="2026-12-31"),
        metrics.Target(metrics.churn_by_age("6 months"), at_most=0.4),
    ]
    return metrics.Scorecard([*targets, *metrics.scorecard(model, within=WINDOW)], "Targets of a made-up company")


def report(given: argparse.Namespace) -> int:
    """Makes a page from a file."""
    from custlife import reporting

    source = Path(given.file)
    stem = source.name.removesuffix(".gz").rsplit(".", 1)[0]
    out = Path(given.out) if given.out else None if given.json else Path(f"{stem}-report.html")
    with progress() as say:
        say(f"reading {source.name}")
        log = log_of(given, source)
        count = len(log)
        say(f"counting {count:,} rows")
        made = reporting.report(
            log, title=given.title, within=given.within, every=given.every, by=tuple(given.by), note=given.note
        )
        if out is not None:
            say("writing the page")
            made.save(out)
    if given.json:
        put(made.to_json())
        return 0
    summary(made, log, given.note)
    for note in log.notes:
        put(f"note: {as_typed(str(note), vars(given))}")
    put(f"Wrote {out} ({len(made.html.encode()) / 1000:,.0f} KB).")
    return 0


def check(given: argparse.Namespace) -> int:
    """Judges targets."""
    from custlife.metrics import Scorecard
    from custlife.reporting import scorecard_page
    from custlife.reporting.saving import save

    if given.file is not None and is_document(given.file) and not is_document(given.targets):
        what = f"{given.targets} is no file of targets: they are .toml or .json"
        raise UsageError(what, f"the targets come first: custlife check {quote(given.file)} {quote(given.targets)}")
    targets = Scorecard.from_file(given.targets)
    with progress() as say:
        say("reading the files")
        inputs = inputs_of(given, targets)
        say("judging")
        judged = targets.judge(inputs)
        if given.out:
            save(scorecard_page(judged), given.out)
    if given.json:
        put(judged.to_json())
    else:
        put(judged.table().text(columns()))
        for verdict in judged.missed:
            put(f"missed: {verdict.reading.text}; target {verdict.goal}{verdict.reading.doubt}")
        if given.out:
            put(f"Wrote {given.out}.")
    return 0 if judged.ok else 1


def models(given: argparse.Namespace) -> int:
    """Lists the presets."""
    from custlife import presets

    found = [one for one in presets.names().presets if given.stages in (None, one.stages)]
    if given.json:
        import attrs

        put(as_json([attrs.asdict(one) for one in found]))
    elif found:
        put(presets.Names(tuple(found)).picture().text(columns()))
        put("\nMore about one of them: custlife show NAME")
    else:
        put(f"no preset lists {given.stages} stages; see: custlife models")
    return 0


def show(given: argparse.Namespace) -> int:
    """Prints one model."""
    from custlife import metrics

    model = model_of(given.model)
    how: dict[str | None, Callable[[], str]] = {
        None: lambda: f"{overview(model)}\n\n{model.picture().text(columns())}",
        "journey": lambda: cards(model),
        "mermaid": model.to_mermaid,
        "svg": lambda: model.picture().svg(),
        "toml": model.to_toml,
        "json": model.to_json,
        "scorecard": lambda: metrics.scorecard(model).to_toml(),
    }
    put(how[given.how]().rstrip("\n"))
    return 0
