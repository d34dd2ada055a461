"""Logs, questions and answers as a type checker sees them: never run, see `api.py`."""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, assert_type

import custlife as cl
from custlife import crosswalk, errors, metrics, presets, simulate, stats
from custlife.analysis.chain_forecast import ForecastResult
from custlife.analysis.chain_levers import LeversResult
from custlife.analysis.chain_result import ChainResult
from custlife.analysis.chain_value import ClvResult
from custlife.analysis.comparing import ComparisonResult
from custlife.analysis.conversion import ConversionResult
from custlife.analysis.flows import FlowsResult
from custlife.analysis.funnel_result import FunnelPart, FunnelResult, FunnelStep
from custlife.analysis.growth import GrowthResult
from custlife.analysis.headcount import HeadcountResult
from custlife.analysis.nurture import NurtureResult
from custlife.analysis.outcomes_result import OutcomesResult
from custlife.analysis.paths import PathsResult
from custlife.analysis.per_customer import PerCustomerResult
from custlife.analysis.reasons import ReasonsResult
from custlife.analysis.repeat_purchases import RepeatPurchasesResult
from custlife.analysis.retention_result import RetentionResult
from custlife.analysis.spells import SpellsResult
from custlife.analysis.stage_probabilities_result import StageProbabilitiesResult
from custlife.analysis.time_in_stage import TimeInStageResult
from custlife.pictures import Picture, Table
from custlife.reporting import Report


def logs(rows: list[Mapping[str, Any]], customers: list[cl.Customer]) -> cl.StageLog:
    log = cl.StageLog.from_rows(rows, presets.bruxt5, segment_cols=["plan"], tz="UTC", as_of="2026-04-01", unit="deal")
    assert_type(log, cl.StageLog)
    assert_type(cl.StageLog.from_csv(Path("contacts.csv"), presets.bruxt5, tz="UTC"), cl.StageLog)
    assert_type(cl.StageLog.from_jsonl("contacts.jsonl", presets.bruxt5), cl.StageLog)
    assert_type(cl.StageLog.from_customers(customers), cl.StageLog)
    assert_type(log.as_of, datetime)
    assert_type(log.with_as_of("2026-03-01", known_at="2026-03-02"), cl.StageLog)
    assert_type(log.where(plan=["pro", None]).between("2026-01-01", "2026-02-01"), cl.StageLog)
    assert_type(log.roll_up("account", rule="latest"), cl.StageLog)
    assert_type(log.translate(crosswalk(presets.bruxt5, presets.catalyst8), undecided="nearest"), cl.StageLog)
    assert_type(log.migrate(presets.bruxt5), cl.StageLog)
    assert_type(bool(log.check()), bool)
    events = cl.EventLog.from_rows([("a", "login", "2026-01-05T09:00Z")])
    assert_type(events, cl.EventLog)
    rules = cl.Rules(
        {"lead": cl.seen("signed up"), "paid": cl.any_of(cl.count("order", 2), cl.value("order", "eur", at_least=9))}
    )
    assert_type(events.to_stages(presets.catalyst8, rules), cl.StageLog)
    both = {"paid": cl.all_of(cl.seen("a"), cl.seen("b")), "gone": cl.silent(for_=cl.days(90))}
    assert_type(events.to_stages(presets.catalyst8, both, returns="first"), cl.StageLog)
    return log


def sell(log: cl.StageLog, events: cl.EventLog) -> None:
    assert_type(log.beside(events).ask(cl.Nurture()), NurtureResult)
    assert_type(log.nurture(events, "intent", touch=["call"])["intent"].per_stay, float | None)
    assert_type(log.hand_overs(events)["a → b"].loss, stats.Share)
    assert_type(log.actions_against_wins(events, bands=[cl.days(9)])["call"].pooled, stats.PooledOddsRatio)
    assert_type(log.response_time(events, lambda customer: customer.moves[0].at)["all"].never, stats.Share)
    assert_type(events.response_time("a", touch=cl.step("b"))["all"].median_hours, float | None)
    assert_type(events.tickets(hours=cl.BusinessHours("mon 09:00-17:00", tz="UTC"))["all"].open, int)
    assert_type(log.win_rate(every="month").rows[0].rate.rate, float | None)
    assert_type(log.cycle_length()["all"].won.median_days, float | None)
    assert_type(log.pipeline()["intent"].amount, Decimal | None)
    assert_type(log.velocity(over="90 days")["all"].per_day, Decimal | None)
    assert_type(metrics.win_rate().read(log), metrics.Reading)


def ask(log: cl.StageLog, events: cl.EventLog) -> None:
    funnel = log.funnel(within=cl.days(90))
    assert_type(funnel, FunnelResult)
    assert_type(funnel["intent"], FunnelStep)
    assert_type(funnel["intent"].rate, float | None)
    assert_type(funnel["intent"].pending, int)
    assert_type(funnel["intent"].interval, stats.Interval | None)
    assert_type(funnel["intent"].curve(), stats.SurvivalCurve)
    assert_type(funnel.compare("pro", step="intent"), ComparisonResult)
    assert_type(funnel.compare().sentences, tuple[str, ...])
    assert_type(funnel.parts, tuple[FunnelPart, ...])
    assert_type(funnel.to_dicts(), list[dict[str, Any]])
    assert_type(funnel.to_columns(), dict[str, list[Any]])
    assert_type(funnel.column_types(), dict[str, Any])
    assert_type(funnel.to_frame("pandas"), Any)
    funnel.to_frame("panda")  # type: ignore[arg-type]
    assert_type(funnel.to_json(), str)
    assert_type(funnel.svg(), str)
    assert_type(funnel.picture(), Picture)
    assert_type(funnel.table(), Table)
    split = log.funnel(
        "awareness", cl.step("intent", within="30 days", unless="lost"), by="segment", every="month", entry="best"
    )
    assert_type(split.part("pro", None)["intent"].reached, int)
    assert_type(log.funnel("a", "b", within=timedelta(days=3), exclusions=[cl.exclude("c", mode="stop")]), FunnelResult)
    assert_type(log.conversion("awareness", "intent", within=cl.days(30)), ConversionResult)
    assert_type(log.time_in_stage("intent", horizon=cl.days(90)), TimeInStageResult)
    assert_type(log.retention(every="month", kind="rolling"), RetentionResult)
    assert_type(log.headcount(every="month"), HeadcountResult)
    chain = log.chain(every="month", by="plan", smoothing=1)
    assert_type(chain, ChainResult)
    assert_type(chain.markov, stats.MarkovChain | None)
    assert_type(chain["engagement", "intent"].probability, float | None)
    assert_type(chain.what_if({("engagement", "intent"): 0.05}), ChainResult)
    assert_type(chain.forecast(12, arrivals={"engagement": 40}, method="semi-markov"), ForecastResult)
    assert_type(chain.forecast(12).at(3), dict[str, float])
    assert_type(chain.clv({"retention": "9.90"}, yearly_discount=0.1), ClvResult)
    assert_type(chain.clv({"retention": 10}, 0.01)["retention"].value, Decimal)
    assert_type(chain.levers({"retention": Decimal(10)}, 0.01, points=0.02), LeversResult)
    chain.clv({"retention": 9.9}, 0.01)  # type: ignore[dict-item]
    assert_type(log.outcomes("intent", horizon=cl.days(90), by="plan"), OutcomesResult)
    assert_type(log.stage_probabilities("intent", cl.days(90)), StageProbabilitiesResult)
    assert_type(events.repeat_purchases("paid", value="amount"), RepeatPurchasesResult)
    assert_type(log.growth_accounting(every="week"), GrowthResult)
    assert_type(log.flows(every="month"), FlowsResult)
    assert_type(log.paths(longest=3), PathsResult)
    assert_type(log.reasons("lost"), ReasonsResult)
    assert_type(log.spells(), SpellsResult)
    assert_type(log.per_customer(), PerCustomerResult)
    assert_type(log.members(funnel, step="intent", state="pending"), tuple[str, ...])
    assert_type(events.funnel("signed up", "paid"), FunnelResult)
    assert_type(events.retention(start="signed up", active=["login", "order"]), RetentionResult)


def ask_by_value(log: cl.StageLog) -> None:
    asked = cl.Funnel([cl.step("awareness"), "intent"], within="30 days", by="plan")
    assert_type(log.ask(asked), FunnelResult)
    assert_type(log.ask(cl.Conversion("awareness", cl.step("intent"), within=cl.days(30))), ConversionResult)
    assert_type(log.ask(cl.Flows(every="month", by=["plan"])), FlowsResult)
    assert_type(log.ask(cl.GrowthAccounting(new="awareness")), GrowthResult)
    assert_type(log.ask(cl.Headcount()), HeadcountResult)
    assert_type(log.ask(cl.Outcomes("intent")), OutcomesResult)
    assert_type(log.ask(cl.StageProbabilities("intent", cl.days(90))), StageProbabilitiesResult)
    assert_type(log.ask(cl.Paths()), PathsResult)
    assert_type(log.ask(cl.Reasons("lost")), ReasonsResult)
    assert_type(log.ask(cl.Retention()), RetentionResult)
    assert_type(log.ask(cl.TimeInStage()), TimeInStageResult)
    assert_type(log.ask_all([asked, cl.Flows()]), list[Any])


def ask_wrongly(log: cl.StageLog, events: cl.EventLog) -> None:
    log.funnel(within=90)  # type: ignore[arg-type]
    log.funnel("a", 3)  # type: ignore[arg-type]
    log.funnel(["a", "b"])  # type: ignore[arg-type]
    log.conversion("a", "b", cl.days(3))  # type: ignore[call-arg]
    log.retention("month")  # type: ignore[call-arg]
    log.funnel().steps = ()  # type: ignore[misc]
    log.funnel()["intent"].rate = 1.0  # type: ignore[misc]
    log.funnel()["intent"].rate + 1  # type: ignore[operator]
    events.time_in_stage()  # type: ignore[attr-defined]
    events.headcount()  # type: ignore[attr-defined]
    cl.StageLog.from_rows([])  # type: ignore[call-arg]
    cl.count("login")  # type: ignore[call-arg]
    cl.silent("90 days")  # type: ignore[call-arg]
    cl.Rules({"paid": "login"})  # type: ignore[arg-type]


def money(log: cl.RevenueLog, contracts: cl.Contracts, costs: cl.Costs, responses: cl.Responses) -> None:
    assert_type(cl.RevenueLog.from_rows([], currency="EUR"), cl.RevenueLog)
    row = log.revenue_movements(every="month", over=12, by="plan").rows[0]
    assert_type(row.end, Decimal)
    assert_type(row.nrr, float | None)
    assert_type(row.customers.churn, int)
    assert_type(log.lives().survivors(6), tuple[int, ...])
    assert_type(contracts.renewals(grace="30 days").rows[0].rate, stats.Share)
    assert_type(contracts.running(within=cl.days(30)).rows[0].amount, Decimal | None)
    assert_type(costs.spending(by="team", purpose=["acquisition", None]).rows[0].amount, Decimal)
    assert_type(responses.nps(every="month").rows[0].value, float | None)
    log.revenue_movements("month")  # type: ignore[call-arg]
    log.funnel()  # type: ignore[attr-defined]
    responses.csat(3)  # type: ignore[arg-type]


def show(log: cl.StageLog, events: cl.EventLog) -> None:
    assert_type(cl.report(log, "report.html"), Report)
    assert_type(cl.report(events).html, str)
    assert_type(cl.report(log, within="90 days", by="plan").save("page.html"), Path)
    assert_type(stats.wilson(3, 10), stats.Interval | None)
    assert_type(stats.share(3, 10).rate, float | None)
    assert_type(stats.share_test(3, 10, 4, 10).p_value, float | None)
    assert_type(stats.odds_ratio(3, 1, 2, 4).value, float | None)
    assert_type(stats.fisher_exact(3, 1, 2, 4), float)
    assert_type(stats.mantel_haenszel([(3, 1, 2, 4)]), stats.PooledOddsRatio)
    assert_type(stats.kaplan_meier([1.0, 2.0], [3.0]).median, stats.Quantile)
    chain = stats.markov_chain({("trial", "paid"): 3, ("trial", "trial"): 7}, absorbing=["paid"])
    assert_type(chain, stats.MarkovChain)
    assert_type(chain.value({"paid": 1}, discount=0.1)["trial"], float)
    assert_type(chain.absorption().probability("trial", "paid"), float)
    assert_type(chain.value_sensitivities([1, 0], rewards=[1, 0], discount=0), stats.ByTransition)
    assert_type(stats.shifted_beta_geometric([9, 5, 3]).alpha, float | None)
    assert_type(stats.nelson_aalen([1.0, 2.0], {3.0: 2}).at(2), stats.HazardPoint)
    assert_type(stats.cumulative_incidence({"won": [1, 2], "lost": {2: 3}}, [3])["won"].at(2), stats.IncidencePoint)
    states = stats.state_probabilities({"lead": [0, 0]}, {("lead", "paid"): {1: 1}}, {"lead": [2]})
    assert_type(states.at(1), tuple[stats.StatePoint, ...])
    assert_type(states.time_in("lead", 1), stats.StateTime)
    assert_type(stats.log_rank({"a": stats.kaplan_meier([1]), "b": stats.risk_table([2])}).p_value, float | None)
    curve, won = stats.kaplan_meier([1]), stats.cumulative_incidence({"won": [1]})["won"]
    assert_type(stats.survival_difference(curve, curve, at=1), stats.EstimateDifference)
    assert_type(stats.incidence_difference(won, won, at=1).p_value, float | None)
    assert_type(stats.restricted_mean_difference(curve, curve, horizon=1).difference, float | None)
    assert_type(stats.jackknife(0.5, [0.4, 0.6]), stats.Jackknife)
    assert_type(stats.jackknife_counts([{"won": 1}], lambda counts: counts["won"] / 2), stats.Jackknife)
    assert_type(simulate.b2b(3, seed=7), cl.StageLog)
    rates = simulate.rates_for(presets.bruxt5)
    assert_type(rates, simulate.Rates)
    assert_type(rates.standing(None, "intent", after="30 days"), float)
    assert_type(simulate.write_parquet("log.parquet", rates, customers=3, ids="uuid", order="time"), int)
    assert_type(simulate.Season(weekdays=[1, 1, 1, 1, 1, 0, 0]).weekdays, tuple[float, ...])
    simulate.stage_frame(rates, customers=3, kind="panda")  # type: ignore[arg-type]
    for piece in simulate.stage_frames(rates, customers=3, chunk=2, kind="polars"):
        assert_type(piece, Any)
    try:
        log.funnel("trail")
    except cl.CustlifeError as error:
        assert_type(error.hint, str)
        if isinstance(error, errors.UnknownNameError):
            assert_type(error.known, tuple[str, ...])
