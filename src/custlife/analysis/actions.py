"""Actions: which of them go with deals that were won, counting only what was done before the close."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.actions_result import Action, ActionsResult
from custlife.analysis.deals import DealQuestion, deals_of, left_out
from custlife.analysis.question import choice, names
from custlife.analysis.splitting import about, group_order, groups_of, segment_test
from custlife.analysis.touch_steps import event_codes, unseen_events
from custlife.analysis.wording import never_seen
from custlife.calendar import Span, span
from custlife.errors import UsageError, UsageTypeError
from custlife.stats import benjamini_hochberg, fisher_exact, mantel_haenszel, odds_ratio
from custlife.stats.two_by_two import CORRECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import ClassVar

    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting
    from custlife.engines.touching import Deal, Deals, DealTable
    from custlife.stats.two_by_two import Correction

__all__ = ["ActionsAgainstWins"]

DAY = 86_400_000_000
Table = tuple[int, int, int, int]
BANDS = 4
NOBODY = -1  # the code of an event that never occurred


def _bands(value: int | Iterable[Any]) -> int | tuple[Span, ...]:
    """A number of bands, or the spans at which one ends and the next begins."""
    if isinstance(value, bool | str) or not (isinstance(value, int) or hasattr(value, "__iter__")):
        hint = "pass a number of bands, such as 4, or where they end: [cl.days(14), cl.days(60)]"
        raise UsageTypeError(f"bands={value!r} are no bands of time", hint)
    if isinstance(value, int):
        if value < 1:
            raise UsageError(f"bands={value!r} is below 1", "pass 1 for a single band")
        return value
    given = tuple(value)
    found = tuple(span(one, name="bands") for one in given)
    for one in found:
        if one.months:
            raise UsageError(f"bands={one} has no fixed length", "write it in days or hours: cl.days(90)")
    if sorted(found, key=_us) != list(found) or len(set(found)) < len(found):
        raise UsageError(f"bands={given!r} do not rise", "name each end once, the shortest first")
    return found


def _us(one: Span) -> int:
    return one.days * DAY + one.us


def _correction(value: str) -> Correction:
    return choice("correction", value, CORRECTIONS)


@attrs.frozen
class ActionsAgainstWins(DealQuestion):
    """The question which actions go with won deals; `log.actions_against_wins(events)` builds and asks it.

    Attributes:
        start: The stage with which a deal begins, also where it is passed over; None for the first of the path.
        won: The stage that wins it, or any further on; None for the first of a paying customer.
        lost: Exits that lose it; empty means all of them.
        reopened: `final`: the last close counts; `first`: the first.
        by: Segments to split by, in force when the deal began.
        level: Nominal coverage of the intervals.
        actions: The events; empty means all there are.
        bands: Deals are compared with deals that were open about as long: the number of bands, as even as can be; or
            the times at which a band ends, such as `[cl.days(14), cl.days(60)]`.
        correction: What is added to the cells of a table: `haldane`, `posthog` or `none`; see `stats.odds_ratio`.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "action", "state", "done")

    actions: tuple[str, ...] = attrs.field(default=(), converter=names)
    bands: int | tuple[Span, ...] = attrs.field(default=BANDS, converter=_bands)
    correction: Correction = attrs.field(default="haldane", converter=_correction)

    def requests(self, setting: Setting) -> list[Deals]:
        """The one table it needs."""
        return [self.deals(setting, actions=event_codes(setting, self.actions))]

    def answer(self, setting: Setting, tables: list[Any]) -> ActionsResult:
        """The result, from the table of deals."""
        whole: DealTable = tables[0]
        table = {deal: n for deal, n in whole.items() if not deal.truncated and not deal.imputed}
        called = setting.vocabulary.names
        codes = {called[code]: code for code in sorted(event_codes(setting, self.actions))}
        named = {**dict.fromkeys(self.actions, NOBODY), **codes}
        rows: list[Action] = []
        for group in groups_of((deal.segment for deal in whole), self.by):
            closed = deals_of(table, group, "won", "lost")
            strata = self._strata(closed)
            rows.extend(_adjusted([self._row(group, name, code, strata) for name, code in named.items()]))
        rows.sort(key=_order)
        still = sum(n for deal, n in table.items() if deal.state == "open")
        remarks = (*never_seen(unseen_events(setting, self.actions)), *left_out(whole, setting.unit))
        return ActionsResult(self, about(setting, self.by), tuple(rows), still, remarks)

    def _strata(self, closed: Sequence[tuple[Deal, int]]) -> list[list[tuple[Deal, int]]]:
        """The closed deals by bands of the time for which they were open; deals of one length stay together."""
        ends = _even(closed, self.bands) if isinstance(self.bands, int) else [_us(one) for one in self.bands]
        found: list[list[tuple[Deal, int]]] = [[] for _ in range(len(ends) + 1)]
        for deal, n in closed:
            found[sum(deal.end - deal.start > end for end in ends)].append((deal, n))
        return found

    def _row(self, group: Group, action: str, code: int, strata: list[list[tuple[Deal, int]]]) -> Action:
        tables = [_table(code, stratum) for stratum in strata]
        a, b, c, d = (sum(column) for column in zip(*tables, strict=True))
        plain = odds_ratio(a, b, c, d, level=self.level, correction=self.correction)
        is_tested = min(a + b, c + d, a + c, b + d) > 0
        p_value = fisher_exact(a, b, c, d) if is_tested else None
        pooled = mantel_haenszel(tables, level=self.level)
        return Action(group, action, a, b, c, d, plain, p_value, None, pooled)

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:
        """Whether some tables have a deal in a cell: `action`, `done` (True, False), `state`, `segment`."""
        state = choice("state", cell.get("state", "won"), ("won", "lost"))
        done, is_mine = cell.get("done", True), segment_test(cell)
        codes = event_codes(setting, (cell["action"],)) if "action" in cell else event_codes(setting, self.actions)
        return lambda tables: any(
            is_mine(deal.segment)
            and deal.state == state
            and not deal.truncated
            and not deal.imputed
            and bool(codes.intersection(deal.actions)) == done
            for deal in tables[0]
        )


def _adjusted(rows: Sequence[Action]) -> list[Action]:
    """The actions of one segment with their p-values adjusted for how many of them were tested."""
    tested = iter(benjamini_hochberg([row.p_value for row in rows if row.p_value is not None]))
    return [row if row.p_value is None else attrs.evolve(row, adjusted=next(tested)) for row in rows]


def _even(closed: Sequence[tuple[Deal, int]], bands: int) -> list[int]:
    """Where bands end that hold about as many deals each."""
    lengths = sorted((deal.end - deal.start, n) for deal, n in closed)
    whole = sum(n for _, n in lengths)
    ends: list[int] = []
    for (length, _), below in zip(lengths, accumulate(n for _, n in lengths), strict=True):
        is_due = len(ends) < bands - 1 and below * bands >= whole * (len(ends) + 1) and below < whole
        if is_due and (not ends or length > ends[-1]):
            ends.append(length)
    return ends


def _table(code: int, deals: Sequence[tuple[Deal, int]]) -> Table:
    """Won and lost with the action, won and lost without it."""
    found = {(done, state): 0 for done in (True, False) for state in ("won", "lost")}
    for deal, n in deals:
        found[code in deal.actions, deal.state] += n
    return found[True, "won"], found[True, "lost"], found[False, "won"], found[False, "lost"]


def _order(row: Action) -> tuple[Any, ...]:
    """By segment, then the strongest first: that with the largest lower limit, those without an odds ratio last."""
    low = row.pooled.low
    return group_order(row.segment), low is None, -(low or 0.0), row.action
