"""What a report asks of a log: all questions in one pass, and the answers by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.conversion import Conversion
from custlife.analysis.flows import Flows
from custlife.analysis.funnel import Funnel
from custlife.analysis.growth import GrowthAccounting
from custlife.analysis.headcount import Headcount
from custlife.analysis.outcomes import Outcomes
from custlife.analysis.outcomes_result import WON_END
from custlife.analysis.paths import Paths
from custlife.analysis.reasons import Reasons
from custlife.analysis.retention import Retention
from custlife.analysis.steps import Step, step
from custlife.analysis.time_in_stage import TimeInStage
from custlife.calendar import days

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.analysis.conversion import ConversionResult
    from custlife.analysis.flows import FlowsResult
    from custlife.analysis.funnel_result import FunnelResult
    from custlife.analysis.growth import GrowthResult
    from custlife.analysis.headcount import HeadcountResult
    from custlife.analysis.outcomes_result import OutcomesResult
    from custlife.analysis.paths import PathsResult
    from custlife.analysis.question import Question
    from custlife.analysis.reasons import ReasonsResult
    from custlife.analysis.retention_result import RetentionResult
    from custlife.analysis.time_in_stage import TimeInStageResult
    from custlife.calendar import Span
    from custlife.log.event_log import EventLog
    from custlife.log.stage_log import StageLog
    from custlife.stages import StageModel

__all__ = ["EventAnswers", "StageAnswers", "ask_events", "ask_stages", "chosen_window", "goal_of"]

DAY_US = 86_400_000_000
WINDOWS = (365, 180, 90, 60, 30, 14, 7, 1)
MOST_PATHS = 12


@attrs.frozen(eq=False)
class StageAnswers:
    """The answers about a log of stages.

    Attributes:
        log: The log.
        within: The window of every conversion.
        every: The period of everything that is split by time.
        funnel: Over all stages of the path; None where there is but one.
        steps: From each stage of the path to the next one, each with its own window.
        returns: From the paused exits back to the path, for each exit that somebody was in.
        splits: The main conversion for each segment asked for.
        outcomes: What becomes of those who come to the first stage; None where nothing is to be reached.
    """

    log: StageLog
    within: Span
    every: str
    funnel: FunnelResult | None
    time: TimeInStageResult
    retention: RetentionResult
    headcount: HeadcountResult
    flows: FlowsResult
    moves: FlowsResult
    growth: GrowthResult
    paths: PathsResult
    reasons: ReasonsResult
    steps: tuple[ConversionResult, ...]
    returns: tuple[ConversionResult, ...]
    splits: tuple[ConversionResult, ...]
    outcomes: OutcomesResult | None

    def named(self) -> dict[str, Any]:
        """Every answer under the name that programs use."""
        single = (
            "funnel",
            "time",
            "retention",
            "headcount",
            "flows",
            "moves",
            "growth",
            "paths",
            "reasons",
            "outcomes",
        )
        found = {name: getattr(self, name) for name in single if getattr(self, name) is not None}
        for kind in ("steps", "returns", "splits"):
            for one in getattr(self, kind):
                split = f" by {', '.join(one.question.by)}" if one.question.by else ""
                found[f"{one.question.start} to {one.question.goal}{split}"] = one
        return found


@attrs.frozen(eq=False)
class EventAnswers:
    """The answers about a log of events.

    Attributes:
        log: The log.
        within: The window of coming back.
        every: The period of everything that is split by time.
        again: From the first event to any other.
        splits: The same for each segment asked for.
    """

    log: EventLog
    within: Span
    every: str
    again: ConversionResult
    retention: RetentionResult
    growth: GrowthResult
    paths: PathsResult
    flows: FlowsResult
    splits: tuple[ConversionResult, ...]

    def named(self) -> dict[str, Any]:
        """Every answer under the name that programs use."""
        found: dict[str, Any] = {
            name: getattr(self, name) for name in ("again", "retention", "growth", "paths", "flows")
        }
        return found | {f"again by {', '.join(one.question.by)}": one for one in self.splits}


def ask_stages(
    log: StageLog, within: Span | None, every: str, by: Sequence[str], more: Sequence[Question[Any]] = ()
) -> tuple[StageAnswers, list[Any]]:
    """All answers about a log of stages, and those to more questions, counted together."""
    model = log.model
    span = within or chosen_window(log)
    goal, start = goal_of(model), model.keys[0]
    steps = [Conversion(step(a), step(b), span) for a, b in zip(model.keys, model.keys[1:], strict=False)]
    returns = [Conversion(step(key), step(model.keys, label="the path"), span) for key in _paused(log)]
    splits = [Conversion(step(start), step(goal), span, by=(name,)) for name in by] if goal else []
    single: dict[str, Question[Any]] = {
        "time": TimeInStage(),
        "retention": Retention(every),
        "headcount": Headcount(every),
        "flows": Flows(),
        "moves": Flows(every),
        "growth": GrowthAccounting(every),
        "paths": Paths(limit=MOST_PATHS),
        "reasons": Reasons(),
        **({"funnel": Funnel((), span)} if len(model.keys) > 1 else {}),
        **({"outcomes": Outcomes(start, _won(model, goal), "final", span)} if goal else {}),
    }
    found = log.ask_all([*single.values(), *steps, *returns, *splits, *more])
    named = {"funnel": None, "outcomes": None, **dict(zip(single, found, strict=False))}
    rest = iter(found[len(single) :])
    stepped, returned, split = (tuple(next(rest) for _ in group) for group in (steps, returns, splits))
    answers = StageAnswers(log, span, every, **named, steps=stepped, returns=returned, splits=split)
    return answers, list(rest)


def ask_events(log: EventLog, within: Span | None, every: str, by: Sequence[str]) -> EventAnswers:
    """All answers about a log of events, counted together."""
    span = within or chosen_window(log)
    first, again = Step(label="the first event"), Step(label="another one")
    questions: list[Question[Any]] = [
        Conversion(first, again, span),
        Retention(every),
        GrowthAccounting(every),
        Paths(limit=MOST_PATHS, longest=6),
        Flows(),
        *(Conversion(first, again, span, by=(name,)) for name in by),
    ]
    found = log.ask_all(questions)
    again, retention, growth, paths, flows, *splits = found
    return EventAnswers(log, span, every, again, retention, growth, paths, flows, tuple(splits))


def chosen_window(log: StageLog | EventLog) -> Span:
    """The longest usual window that is not above a third of what was observed: two thirds have then had their time."""
    setting = log._setting
    seen = 0.0 if setting.first is None else (setting.as_of - setting.first) / DAY_US
    return days(next((length for length in WINDOWS if length * 3 <= seen), 1))


def goal_of(model: StageModel) -> str | None:
    """The stage that the main conversion leads to: the first of a paying customer, or else the second of the path."""
    if model.customer_from is not None and model.position(model.customer_from):
        return model.customer_from
    return model.keys[1] if len(model.keys) > 1 else None


def _won(model: StageModel, goal: str) -> tuple[str, ...]:
    """What the outcomes are to reach: the goal, or an exit that says so itself."""
    return (WON_END,) if any(stage.key == WON_END for stage in model.exits) else (goal,)


def _paused(log: StageLog) -> list[str]:
    """The exits one may return from, as far as anybody was in them."""
    setting = log._setting
    return [setting.vocabulary.names[code] for code in sorted(setting.vocabulary.paused & setting.codes)]
