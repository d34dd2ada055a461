"""From a log to a page: asks everything at once, writes what stands out, and puts the parts together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import names
from custlife.analysis.steps import optional_span
from custlife.engines.rows.ruling import Ruled
from custlife.errors import UsageTypeError
from custlife.log.event_log import EventLog
from custlife.log.stage_log import StageLog
from custlife.metrics import Inputs
from custlife.metrics import scorecard as default_scorecard
from custlife.reporting import conversions, ending, moving, scorecards, timing
from custlife.reporting.answers import ask_events, ask_stages, chosen_window
from custlife.reporting.document import Finding, Section, page
from custlife.reporting.event_sections import event_sections
from custlife.reporting.findings import of_events, of_stages
from custlife.reporting.methods import methods
from custlife.reporting.naming import labels
from custlife.reporting.saving import save
from custlife.reporting.wording import counted, window

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import timedelta
    from pathlib import Path

    from custlife.analysis.result import About
    from custlife.calendar import Span
    from custlife.metrics import Scorecard
    from custlife.reporting.answers import EventAnswers, StageAnswers

__all__ = ["Report", "report"]

CLOSING = "Made with custlife. One file, no scripts, nothing fetched; the same log gives the same bytes."
EMPTY = "There is nothing to show: the log has no rows that were seen by then."


@attrs.frozen(repr=False, eq=False)
class Report:
    """A finished page.

    Attributes:
        title: Its heading.
        findings: What stands out, as values that print as sentences.
        html: The whole page, one self-contained text.
        answers: Every answer behind it, by name.
    """

    title: str
    findings: tuple[Finding, ...]
    html: str
    answers: tuple[tuple[str, Any], ...]

    def save(self, path: str | Path) -> Path:
        """Writes the page: whole or not at all, even if the machine stops.

        Args:
            path: The file; folders on the way are made.

        Returns:
            The path written.

        Raises:
            OSError: The file cannot be written.
        """
        return save(self.html, path)

    def to_json(self, *, indent: int | None = 2) -> str:
        """The findings and every answer as JSON text; the same bytes for the same log."""
        import json

        document = {
            "title": self.title,
            "findings": [{"figure": one.figure, "says": one.says, "but": one.but} for one in self.findings],
            "answers": {name: json.loads(answer.to_json(indent=None)) for name, answer in self.answers},
        }
        return json.dumps(document, indent=indent, ensure_ascii=False)

    def __repr__(self) -> str:
        return f"<Report {self.title!r}, {len(self.html.encode()) / 1000:,.0f} KB>"

    def __str__(self) -> str:
        return "\n".join([self.title, "", *(f"- {one}" for one in self.findings)])

    def _repr_html_(self) -> str:
        from html import escape

        return f'<iframe srcdoc="{escape(self.html)}" style="width:100%;height:48rem;border:0" title="report"></iframe>'


def report(
    log: StageLog | EventLog,
    path: str | Path | None = None,
    *,
    title: str | None = None,
    within: Span | timedelta | str | None = None,
    every: str = "month",
    by: str | Iterable[str] = (),
    note: str = "",
    events: EventLog | None = None,
    scorecard: Scorecard | None = None,
) -> Report:
    """One page about a log: what stands out, pictures with the numbers behind them, and how all was counted.

    The page is a single HTML file without scripts, which fetches nothing, prints well and follows the reader's light or
    dark setting. The same log gives the same bytes.

    Args:
        log: A log of stages or of events.
        path: Where to write it; None to write nothing.
        title: Its heading.
        within: The window of conversions, such as `"90 days"`; by default the longest usual one that is not above a
            third of what was observed, which the page then says.
        every: `day`, `week`, `month`, `quarter` or `year`: for everything that is split by time.
        by: Segments, for each of which the main conversion is split.
        note: A remark above everything: where the data are from, or that they are made up.
        events: The events behind a log of stages; activity by period is then counted on them.
        scorecard: Targets and metrics; by default, of a log of stages, those that its model names for each stage.

    Returns:
        The page as a value: `html`, `findings`, `save(path)`, `to_json()`.

    Raises:
        UsageTypeError: Not a log.
        UnknownNameError: A segment that the log does not have.
        OSError: The file cannot be written.

    Examples:
        >>> from custlife import report, simulate
        >>> page = report(simulate.b2b(60))
        >>> page.html.startswith("<!DOCTYPE html>"), "<script" in page.html
        (True, False)
    """
    wish = _Wish(title, optional_span(within, "within"), every, names(by), note)
    if isinstance(log, StageLog):
        made = _of_stages(log, wish, events, scorecard)
    elif isinstance(log, EventLog):
        made = _of_events(log, wish, scorecard)
    else:
        raise UsageTypeError(f"log={type(log).__name__} is not a log", "pass a StageLog or an EventLog")
    if path is not None:
        made.save(path)
    return made


@attrs.frozen
class _Wish:
    """What the caller asked for."""

    title: str | None
    within: Span | None
    every: str
    by: tuple[str, ...]
    note: str


def _of_stages(log: StageLog, wish: _Wish, events: EventLog | None, scorecard: Scorecard | None) -> Report:
    span, inputs = wish.within or chosen_window(log), Inputs(stages=log, events=events)
    card = default_scorecard(log.model, within=span) if scorecard is None else scorecard
    keys = [key for key in card.questions(inputs) if key[0] == "stages"]
    answers, found = ask_stages(log, span, wish.every, wish.by, [question for _, question in keys])
    judged = card.judged(inputs, known=dict(zip(keys, found, strict=True)))
    about = answers.time.about
    heading = wish.title or f"The lifecycle of {counted(about.units, about.unit)}"
    facts = f"{_facts(about, 'stay')} · {log.model.title or log.model.name}"
    if not len(log):
        return _empty(heading, facts, wish.note, answers.named())
    behind = None if events is None else ask_events(events, answers.within, wish.every, ())
    findings = of_stages(answers, behind)
    others = [] if behind is None else [("activity", behind.again.about)]
    active = "" if behind is None else "Who did something in the period, counted on the events."
    counting = methods(
        about, log.model, within=answers.within, chosen=_chosen(wish), every=wish.every, others=others,
        rules=_rules(log), active=active,
    )  # fmt: skip
    scores = list(filter(None, [scorecards.scorecard(judged, labels(log.model))]))
    first, last = (scores, []) if judged.verdicts else ([], scores)
    journey = filter(None, [moving.journey(log.model)])
    sections = [*first, *_stage_sections(answers, behind), *last, counting, *journey]
    more = {} if behind is None else {f"events: {name}": answer for name, answer in behind.named().items()}
    return _made((heading, facts, wish.note), findings, sections, answers.named() | more | {"scorecard": judged})


def _stage_sections(answers: StageAnswers, behind: EventAnswers | None) -> list[Section]:
    """All parts that have something to show, in order."""
    if behind is None:
        where = "at a stage of a paying customer" if answers.log.model.customer_from else "on the path"
        kept, grown, said = answers.retention, answers.growth, f"Active is who was {where} in the {answers.every}."
    else:
        kept, grown, said = behind.retention, behind.growth, f"Active is who did something in the {answers.every}."
    found = [
        conversions.stages(answers),
        conversions.funnel(answers),
        conversions.steps(answers),
        conversions.by_segment(answers),
        ending.outcomes(answers),
        timing.time_in_stage(answers),
        timing.retention(kept, said),
        timing.headcount(answers),
        moving.flows(answers),
        timing.growth(grown, said),
        moving.paths(answers),
        moving.reasons(answers),
    ]
    return [one for one in found if one is not None]


def _of_events(log: EventLog, wish: _Wish, scorecard: Scorecard | None) -> Report:
    answers = ask_events(log, wish.within, wish.every, wish.by)
    about = answers.again.about
    heading = wish.title or f"What {counted(about.units, about.unit)} did"
    facts = _facts(about, "event")
    if not len(log):
        return _empty(heading, facts, wish.note, answers.named())
    counting = methods(about, None, within=answers.within, chosen=_chosen(wish), every=wish.every)
    sections, named = [*event_sections(answers), counting], answers.named()
    if scorecard is not None:
        named["scorecard"] = judged = scorecard.judge(log)
        sections = [*filter(None, [scorecards.scorecard(judged)]), *sections]
    return _made((heading, facts, wish.note), of_events(answers), sections, named)


def _made(
    head: tuple[str, str, str], findings: tuple[Finding, ...], sections: Sequence[Section], answers: dict[str, Any]
) -> Report:
    heading, facts, note = head
    html = page(heading, facts, note=note, findings=findings, sections=sections, closing=CLOSING)
    return Report(heading, findings, html, tuple(answers.items()))


def _rules(log: StageLog) -> str:
    """The rules that the stages came from, where they came from events."""
    return "; ".join(
        f"{stage}: {rule}" for step in log._view.steps if isinstance(step, Ruled) for stage, rule in step.rules
    )


def _facts(about: About, row: str) -> str:
    """One line on what was counted."""
    return f"{counted(about.units, about.unit)} · {counted(about.rows, row)} · as of {window(about)}"


def _empty(heading: str, facts: str, note: str, answers: dict[str, Any]) -> Report:
    """A page that says that there is nothing."""
    return _made((heading, facts, note), (), [Section("nothing", "Nothing to show", EMPTY)], answers)


def _chosen(wish: _Wish) -> str:
    """How the window was found, where nobody gave one."""
    if wish.within is not None:
        return ""
    return (
        "None was given: it is the longest of 1, 7, 14, 30, 60, 90, 180 and 365 days within a third of the time "
        "observed."
    )
