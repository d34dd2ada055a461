"""Answers under the names that people use: the labels of stages in the place of their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable

    from custlife.analysis.flows import FlowsResult
    from custlife.analysis.funnel_result import FunnelResult
    from custlife.analysis.headcount import HeadcountResult
    from custlife.analysis.paths import PathsResult
    from custlife.analysis.reasons import ReasonsResult
    from custlife.analysis.time_in_stage import TimeInStageResult
    from custlife.stages import StageModel

    Name = Callable[[str], str]

__all__ = ["labels", "named_flows", "named_funnel", "named_headcount", "named_paths", "named_reasons", "named_times"]


def labels(model: StageModel) -> Name:
    """From the key of a stage to its label; no two stages share one."""
    names = {key: model[key].label for key in model.codes}
    return lambda key: names.get(key, key)


def named_funnel(result: FunnelResult, name: Name) -> FunnelResult:
    """A funnel whose steps have labels."""
    parts = [
        attrs.evolve(part, steps=tuple(attrs.evolve(s, name=name(s.name)) for s in part.steps)) for part in result.parts
    ]
    return attrs.evolve(result, parts=tuple(parts))


def named_times(result: TimeInStageResult, name: Name) -> TimeInStageResult:
    """Times whose stages have labels."""
    return attrs.evolve(result, rows=tuple(attrs.evolve(row, stage=name(row.stage)) for row in result.rows))


def named_headcount(result: HeadcountResult, name: Name) -> HeadcountResult:
    """A headcount whose stages have labels."""
    return attrs.evolve(result, rows=tuple(attrs.evolve(row, stage=name(row.stage)) for row in result.rows))


def named_flows(result: FlowsResult, name: Name) -> FlowsResult:
    """Flows whose stages have labels."""
    rows = [
        attrs.evolve(
            row, from_stage=None if row.from_stage is None else name(row.from_stage), to_stage=name(row.to_stage)
        )
        for row in result.rows
    ]
    return attrs.evolve(result, rows=tuple(rows))


def named_paths(result: PathsResult, name: Name) -> PathsResult:
    """Paths whose stages have labels."""
    rows = [attrs.evolve(row, stages=tuple(map(name, row.stages))) for row in result.rows]
    return attrs.evolve(result, rows=tuple(rows))


def named_reasons(result: ReasonsResult, name: Name) -> ReasonsResult:
    """Reasons whose stages and exits have labels."""
    rows = [
        attrs.evolve(row, from_stage=None if row.from_stage is None else name(row.from_stage), exit=name(row.exit))
        for row in result.rows
    ]
    return attrs.evolve(result, rows=tuple(rows))
