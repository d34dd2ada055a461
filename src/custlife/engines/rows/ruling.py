"""From events to stages by rules: a transform that walks the events of each unit once, in time order."""

from __future__ import annotations

from array import array
from operator import itemgetter
from typing import TYPE_CHECKING

import attrs

from custlife.engines.history import Column, History, Note, Vocabulary, note
from custlife.engines.rows.watching import codes_heard, watcher
from custlife.engines.rules import FIRST, LEFT, Rules, Silent, listens
from custlife.errors import DefinitionError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from custlife.engines.rules import Rule
    from custlife.stages import StageModel

__all__ = ["NOWHERE", "Ruled", "Walk"]

NOWHERE = -1
RETURN = "return"


@attrs.frozen(eq=False)
class Ruled:
    """Turns events into stages.

    Attributes:
        model: The stages.
        rules: What leads to them.
    """

    model: StageModel
    rules: Rules

    def __attrs_post_init__(self) -> None:
        seen: dict[str, str] = {}
        for stage, _ in self.rules:
            key = self.model.resolve(stage)
            if key in seen:
                raise DefinitionError(
                    f"{seen[key]!r} and {stage!r} are one stage", "put their rules together: cl.any_of(...)"
                )
            seen[key] = stage
        if all(isinstance(rule, Silent) for _, rule in self.rules):
            raise DefinitionError(
                "no rule leads into the lifecycle", 'add one such as {"customer": cl.seen("purchase")}'
            )
        if self.rules.returns == FIRST and all(self.model.position(key) is None for key in seen):
            raise DefinitionError("returns='first' needs a rule for a stage of the path", "pass returns= with a stage")
        if self.rules.returns not in (LEFT, FIRST):
            self.model.resolve(self.rules.returns)

    def __call__(self, history: History) -> History:
        """The stages of every unit that enters one."""
        walk = Walk(self.model, self.rules, history)
        bounds, ids, without = array("q", [0]), [], []
        for unit, (low, high) in zip(history.ids, history.ranges(), strict=True):
            walk.unit(low, high)
            if len(walk.at) > bounds[-1]:
                ids.append(unit)
                bounds.append(len(walk.at))
            else:
                without.append(unit)
        rows = walk.row
        texts = tuple(dict.fromkeys(walk.texts))
        place = [texts.index(text) for text in walk.texts]
        extras = {name: column.take(rows) for name, column in history.extras.items()}
        extras["cause"] = Column(array("i", [history.code[row] for row in rows]), history.vocabulary.names)
        extras["rule"] = Column(array("i", [place[text] for text in walk.text]), texts)
        return attrs.evolve(
            history, ids=ids, bounds=bounds, at=walk.at, code=walk.code, vocabulary=Vocabulary.of_model(self.model),
            sequenced=True, recorded=None, extras=extras, notes=self.notes(history, without, len(without)),
            segments={name: column.take(rows) for name, column in history.segments.items()},
            values={"cause_at": array("q", [history.at[row] for row in rows])},
        )  # fmt: skip

    def notes(self, history: History, without: Sequence[str], units: int) -> tuple[Note, ...]:
        """The notes of a history, with the events that rules wait for in vain: likely misspelled.

        Args:
            history: The events.
            without: The first units, or all, whose events lead to no stage.
            units: How many there are.
        """
        known = history.vocabulary.names
        unheard = sorted({name for _, rule in self.rules for name in listens(rule) if name not in known})
        dropped = [note("dropped", "units whose events lead to no stage", without, units)] if units else []
        assumed = [Note("assumed", f"no event is called {name!r}; {nearest(name, known)}") for name in unheard]
        return *history.notes, *dropped, *assumed


class Walk:
    """The rules at work: entries into stages, each with the row of the event that caused it.

    Attributes:
        loud: The rules that wait for events, in the order of their stages.
        silences: The rules that wait for their absence, in the order of their stages.
        watched: Stage, text and whether it may lead back, for each rule that waits for events.
        quiet: Stage, text and when it is over, for each silence.
        exits: The stages that are exits.
        path: How many stages the path has.
        back: The stage to which one returns; `NOWHERE` for the one left.
        anew: Whether counts begin anew for who returns.
        texts: The rules in words, after the word for a return.
        at: When each stage was entered.
        code: Which stage it was.
        row: Row of the event behind it: the one that fired, or the last activity before a silence.
        text: Which rule it was, as an index of `texts`.
    """

    def __init__(self, model: StageModel, rules: Rules, history: History) -> None:
        rank = Vocabulary.of_model(model).code
        ordered = sorted(((rank[model.resolve(stage)], rule) for stage, rule in rules), key=itemgetter(0))
        self.history, self.path = history, len(model.keys)
        self.exits = frozenset(code for name, code in rank.items() if model.is_exit(name))
        self.texts = [RETURN, *(str(rule) for _, rule in ordered)]
        self.loud: list[Rule] = []
        self.silences: list[Silent] = []
        self.watched: list[tuple[int, int, bool]] = []  # stage, text, whether it may lead back
        self.makers: list[Callable[[], Callable[[int], bool]]] = []
        self.heard: dict[int, list[int]] = {}  # event to the rules that wait for it
        self.quiet: list[tuple[int, int, Callable[[int], int]]] = []  # stage, text, when the silence is over
        self.broken: dict[int, list[int]] = {}  # event to the silences that it breaks
        for text, (stage, rule) in enumerate(ordered, 1):
            if isinstance(rule, Silent):
                for code in codes_heard(rule, history):
                    self.broken.setdefault(code, []).append(len(self.quiet))
                self.quiet.append((stage, text, history.zone.adder(rule.for_)))
                self.silences.append(rule)
            else:
                codes, make = watcher(rule, history)
                for code in codes:
                    self.heard.setdefault(code, []).append(len(self.watched))
                self.watched.append((stage, text, getattr(rule, "when", "") == "always"))
                self.makers.append(make)
                self.loud.append(rule)
        self.anew = rules.returns != LEFT
        on_path = (rank[model.resolve(stage)] for stage, _ in rules)
        self.back = {LEFT: lambda: NOWHERE, FIRST: lambda: min(on_path)}.get(
            rules.returns, lambda: rank[model.resolve(rules.returns)]
        )()
        self.at, self.code, self.row, self.text = array("q"), array("H"), array("q"), array("i")

    def unit(self, low: int, high: int) -> None:
        """The events of one unit."""
        at, code, broken = self.history.at, self.history.code, self.broken
        self.stage = self.mark = self.away = NOWHERE  # where it is, its last stage on the path, the silence it is in
        self.out = False  # whether an event has led it off the path, and none back
        self.over: dict[int, tuple[int, int]] = {}  # silence to its end and the row of the last activity
        self.fires = [make() for make in self.makers]
        for row in range(low, high):
            now, event = at[row], code[row]
            if self.over:
                self._lapse(now)
            self._event(row, event, now)
            for index in broken.get(event, ()):
                self.over[index] = self.quiet[index][2](now), row
        if self.over:
            self._lapse(self.history.as_of + 1)

    def _enter(self, stage: int, at: int, row: int, text: int) -> None:
        self.at.append(at)
        self.code.append(stage)
        self.row.append(row)
        self.text.append(text)
        self.stage = stage

    def _lapse(self, before: int) -> None:
        """The silences that were over before an instant, in time order, then in the order of their stages."""
        due = sorted((end, index, row) for index, (end, row) in self.over.items() if end < before)
        for end, index, row in due:
            del self.over[index]
            stage, text, _ = self.quiet[index]
            outward = stage > self.stage if self.away != NOWHERE else self.stage not in self.exits
            if self.stage not in (NOWHERE, stage) and outward:
                self._enter(stage, end, row, text)
                self.away = index

    def _event(self, row: int, event: int, now: int) -> None:
        """One event: back onto the path for whoever was off it, then on to whatever it leads to."""
        fired = [i for i in self.heard.get(event, ()) if self.fires[i](row)]
        active = self.away != NOWHERE and self.away in self.broken.get(event, ())
        if not fired and not active:
            return
        straight = any(self.watched[i][0] >= self.path or self.watched[i][2] for i in fired)
        if (self.out or self.away != NOWHERE) and not straight:
            if self.anew:
                self.fires = [make() for make in self.makers]
                fired = [i for i in self.heard.get(event, ()) if self.fires[i](row)]
            target = self.mark if self.back == NOWHERE else self.back
            self.mark = target if target < self.path else NOWHERE
            if target >= self.path or not any(self.watched[i][0] > target for i in fired):
                self.away, self.out = NOWHERE, False
                if target not in (NOWHERE, self.stage):
                    self._enter(target, now, row, 0)
                return
        for i in fired:
            stage, text, always = self.watched[i]
            if stage != self.stage and (stage >= self.path or always or stage > self.mark):
                self._enter(stage, now, row, text)
                self.away, self.out = NOWHERE, stage >= self.path
                self.mark = stage if stage < self.path else self.mark
