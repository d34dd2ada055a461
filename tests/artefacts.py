"""Everything custlife writes, from the same small input each time; run as a program it prints what the bytes come to."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from hashlib import sha256

import custlife as cl
from custlife import demo, presets, simulate
from tests import small, values


def artefacts() -> Iterator[tuple[str, str]]:
    """Names and texts."""
    yield from documents()
    yield from answers("stages", small.stage_log())
    yield from answers("events", small.event_log())
    yield from pages()


def documents() -> Iterator[tuple[str, str]]:
    mine, acme = small.model(), small.customer()
    edited = mine.rename("paid", "customer").split("trial", into=["demo", "pilot"], default="demo")
    for name, model in (("mine", mine), ("edited", edited), ("preset", presets.catalyst8)):
        yield f"{name}.json", model.to_json()
        yield f"{name}.toml", model.to_toml()
        yield f"{name}.svg", model.picture().svg()
        yield f"{name}.txt", f"{model}\n{model!r}\n{model.journey_map().text()}\n{model.to_mermaid()}"
    yield "diff.txt", str(mine.diff(edited))
    yield "crosswalk.txt", str(cl.crosswalk(presets.bruxt5, presets.catalyst8))
    yield "customer.json", acme.to_json()
    yield "customer.txt", f"{acme!r}\n{acme.explain()}\n{acme.explain(as_of='2026-04-01T00:00Z')}"
    yield "rules.json", json.dumps(values.questions()["rules"].to_dict())
    yield "law.md", cl.law_table()
    yield "presets.txt", str(presets.names())


def answers(kind: str, log: cl.StageLog | cl.EventLog) -> Iterator[tuple[str, str]]:
    by = {"by": "plan"} if log.segments else {}
    steps = () if isinstance(log, cl.StageLog) else ("awareness seen", "intent seen")
    asked = [
        log.funnel(*steps, within=cl.days(30), entry="best", **by),
        log.retention(every="month", **by),
        log.growth_accounting(every="month", **by),
        log.paths(**by),
        log.flows(every="week", **by),
    ]
    if isinstance(log, cl.StageLog):
        asked += [
            log.time_in_stage(**by),
            log.headcount(every="month", **by),
            log.outcomes("awareness", horizon=cl.days(30), **by),
            log.stage_probabilities("awareness", cl.days(30), **by),
            log.reasons(**by),
            log.spells(),
            log.per_customer(),
        ]
    for answer in asked:
        name = f"{kind}.{type(answer).__name__}"
        yield f"{name}.json", answer.to_json()
        yield f"{name}.txt", str(answer)
        yield f"{name}.svg", answer.svg()
        yield f"{name}.html", answer._repr_html_()
    yield f"{kind}.txt", f"{log}\n{log.check()}"


def pages() -> Iterator[tuple[str, str]]:
    log = simulate.b2b(40, seed=7)
    page = cl.report(log, by="plan")
    yield "report.html", page.html
    yield "report.json", page.to_json()
    made = demo.shop()
    yield "demo.txt", str(made)
    rows = [
        ("ada", "sign up", "2026-01-05T09:00Z"),
        ("ada", "pay", "2026-01-09T09:00Z"),
        ("bob", "sign up", "2026-02-05T09:00Z"),
    ]
    events = cl.EventLog.from_rows(rows, as_of="2026-09-01T00:00Z")
    rules = {"lead": cl.seen("sign up"), "paid": cl.seen("pay"), "lapsed": cl.silent(for_="90 days")}
    ruled = events.to_stages(small.model(), rules)
    yield "ruled.txt", str(ruled.spells())
    yield "causes.txt", "\n".join(map(str, ruled.causes("ada")))
    yield "errors.txt", "\n".join(errors())


def errors() -> Iterator[str]:
    """Refusals are read by people and compared by programs."""
    for wrong in (
        lambda: presets.get("catalist8"),
        lambda: small.stage_log().funnel("trail"),
        lambda: small.stage_log().funnel(by="plam"),
        lambda: small.customer().move("outreech", at="2027-01-01T00:00Z"),
        lambda: cl.StageModel.from_dict({"format": "custlife.model/1", "b": 1, "a": 2}),
        lambda: cl.StageLog.from_rows([{"x": 1}, {"customer": 1}], presets.bruxt5),
    ):
        try:
            wrong()
        except cl.CustlifeError as error:
            yield str(error)


def digest() -> dict[str, str]:
    return {name: sha256(text.encode("utf-8")).hexdigest()[:16] for name, text in artefacts()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(digest()))
