"""A scorecard: many targets and metrics, read together and judged in one table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import attrs

from custlife.errors import UsageTypeError
from custlife.metrics.inputs import as_inputs
from custlife.metrics.judgement import JudgedLine, Judgement
from custlife.metrics.metric import Metric, computed
from custlife.metrics.request import MetricRequest, answered, origin_of, wanted
from custlife.metrics.target import Target, judged
from custlife.pictures import Table
from custlife.stats.interval import check_level

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from custlife.analysis.result import About
    from custlife.metrics.inputs import Inputs
    from custlife.metrics.reading import Reading

__all__ = ["Line", "Scorecard"]


@attrs.frozen
class Line:
    """One line of a scorecard.

    Attributes:
        what: A target, or a metric that is only read.
        stage: The stage it belongs to, or None.
    """

    what: Target | Metric
    stage: str | None = None

    @property
    def metric(self) -> Metric:
        """The metric that is read."""
        return self.what.metric if isinstance(self.what, Target) else self.what

    @property
    def target(self) -> Target | None:
        """The target; None where the metric is only read."""
        return self.what if isinstance(self.what, Target) else None


def _lines(value: Iterable[Target | Metric | Line] | Target | Metric) -> tuple[Line, ...]:
    made = []
    for one in value if isinstance(value, Iterable) else (value,):
        if not isinstance(one, (Target, Metric, Line)):
            hint = "write cl.Target(metrics.conversion('trial', 'active', within='14 days'), at_least=0.25)"
            raise UsageTypeError(f"a line cannot be {one!r}", hint)
        made.append(one if isinstance(one, Line) else Line(one))
    return tuple(made)


@attrs.frozen
class Scorecard:
    """Targets and metrics that are judged together, in as few passes over the log as one of them takes.

    Attributes:
        lines: Targets, and metrics that are only read; each may name the stage it belongs to.
        title: What to call it.

    Raises:
        UsageTypeError: A line that is neither.

    Examples:
        >>> from custlife import metrics
        >>> print(Scorecard([Target(metrics.conversion("trial", "active", within="14 days"), at_least=0.25)]))
        stage  metric                          target           needs
        ─────  ──────────────────────────────  ───────────────  ────────────────
        –      trial to active within 14 days  at least 25.0 %  stages or events
    """

    lines: tuple[Line, ...] = attrs.field(converter=_lines)
    title: str = "Scorecard"

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def targets(self) -> tuple[Target, ...]:
        """The targets, without the metrics that are only read."""
        return tuple(line.target for line in self.lines if line.target is not None)

    def judge(self, log: Any, *, level: float = 0.95) -> Judgement:
        """All readings and verdicts, from one look at each input.

        Metrics without a target whose input is missing are listed with the reason; a target that cannot be judged for
        that is an error.

        Args:
            log: A log, or several as `Inputs`.
            level: Nominal coverage of the intervals that stand for chance.

        Raises:
            UsageError: A target needs an input that is missing.
            UnknownNameError: A stage or column that the log does not have.
        """
        return self.judged(as_inputs(log), level=level)

    def questions(self, log: Any, *, level: float = 0.95) -> list[tuple[str, Any]]:
        """What judging asks first, as pairs of input and question, for who asks more of the same logs.

        Args:
            log: A log, or several as `Inputs`.
            level: Nominal coverage of the intervals that stand for chance.
        """
        asked = self._requests(as_inputs(log), level)
        return wanted([one for one, line in zip(asked, self.lines, strict=True) if _can_be_read(one, line)], computed)

    def judged(self, inputs: Inputs, *, level: float = 0.95, known: Mapping[Any, Any] | None = None) -> Judgement:
        """As `judge`, with the answers that are there already, by input and question."""
        check_level(level)
        asked = self._requests(inputs, level)
        usable = [request for request, line in zip(asked, self.lines, strict=True) if _can_be_read(request, line)]
        found = iter(answered(usable, computed, known))
        rows: list[JudgedLine] = []
        about: About | None = None
        for request, line in zip(asked, self.lines, strict=True):
            if not _can_be_read(request, line):
                rows.append(JudgedLine(line, None, None, _missing(request)))
                continue
            readings, its = next(found)
            about = about or its
            rows += _judged(line, request, readings)
        return Judgement(self, about or origin_of(next(iter(inputs.given().values()))), tuple(rows))

    def _requests(self, inputs: Inputs, level: float) -> list[MetricRequest]:
        return [MetricRequest(line.metric, inputs, _split(line), None, level) for line in self.lines]

    def table(self) -> Table:
        """The lines: stage, metric, target, and what it needs."""
        rows = [
            (
                line.stage,
                line.what.label,
                None if line.target is None else line.target.goal,
                " and ".join(line.metric.definition.needs),
            )
            for line in self.lines
        ]
        return Table(("stage", "metric", "target", "needs"), rows)

    def to_toml(self) -> str:
        """The lines as a TOML document, which `from_toml` reads."""
        from custlife.documents import write_toml
        from custlife.metrics.targets_document import to_document

        return write_toml(to_document(self), name="scorecard")

    def to_json(self) -> str:
        """The lines as a JSON document, which `from_json` reads."""
        from custlife.documents import write_json
        from custlife.metrics.targets_document import to_document

        return write_json(to_document(self), name="scorecard")

    @classmethod
    def from_toml(cls, text: str, *, name: str = "scorecard") -> Scorecard:
        """The scorecard of a TOML document.

        Raises:
            DataError: It cannot be read; every fault is named with its path.
        """
        from custlife.documents import read_toml
        from custlife.metrics.targets_document import from_document

        return from_document(read_toml(text, name=name), name=name)

    @classmethod
    def from_json(cls, text: str, *, name: str = "scorecard") -> Scorecard:
        """The scorecard of a JSON document.

        Raises:
            DataError: It cannot be read; every fault is named with its path.
        """
        from custlife.documents import read_json
        from custlife.metrics.targets_document import from_document

        return from_document(read_json(text, name=name), name=name)

    @classmethod
    def from_file(cls, path: str | Path) -> Scorecard:
        """The scorecard in a file, TOML or JSON by its suffix.

        Raises:
            DataError: It cannot be read; every fault is named with its path.
        """
        from custlife.documents import read_file
        from custlife.metrics.targets_document import from_document

        return from_document(read_file(path), name=str(path))

    def __str__(self) -> str:
        return self.table().text(width=120)

    def _repr_html_(self) -> str:
        return self.table().html()


def _split(line: Line) -> tuple[str, ...]:
    return () if line.target is None else line.target.split


def _can_be_read(request: MetricRequest, line: Line) -> bool:
    return line.target is not None or not request.missing()


def _missing(request: MetricRequest) -> str:
    return f"the input {' and '.join(request.missing())} is missing"


def _judged(line: Line, request: MetricRequest, readings: tuple[Reading, ...]) -> list[JudgedLine]:
    """The rows of one line: one, or one for each segment that its target asks."""
    if line.target is None:
        return [JudgedLine(line, reading, None, reading.reason) for reading in readings]
    verdict = judged(line.target, request, readings)
    return [JudgedLine(line, one.reading, one, one.why) for one in verdict.parts or (verdict,)]
