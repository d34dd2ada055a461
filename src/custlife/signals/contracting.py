"""Contracts as facts, so that rules know of renewals and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custlife.calendar import from_us
from custlife.customers import Fact
from custlife.engines.rows.renewing import CONTRACT, TOLD
from custlife.errors import DataError, UsageTypeError
from custlife.scoring.points import shortly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.engines.history import History
    from custlife.engines.rows.renewing import Told
    from custlife.scoring.histories import LogLike

__all__ = ["contract_facts"]


def contract_facts(contracts: LogLike) -> dict[str, tuple[Fact, ...]]:
    """What a log of contracts says, as facts of its customers: for `watch(..., facts=contract_facts(contracts))`.

    They are named as `RenewalNear` reads them (`contract_start`, `contract_term`, `renewal_at`, `contract_ended`), and
    `contract_limit` and `contract_used`. Each row is known from its start on, the end of a contract from the end on.
    Where each row is one term, `renewal_at` is the end of it, and there is no term that goes on.

    Args:
        contracts: The contracts; of each customer one at a time.

    Raises:
        UsageTypeError: It is no log of contracts.
        DataError: Contracts of one customer are told apart by name: facts hold one.

    Examples:
        >>> from custlife import Contracts
        >>> log = Contracts.from_rows([("acme", "2025-10-31", "1 month")], tz="UTC", as_of="2025-11-05")
        >>> [str(fact.value) for fact in contract_facts(log)["acme"] if fact.name == "renewal_at"]
        ['2025-11-30 00:00:00+00:00']
    """
    if getattr(type(contracts), "INPUT", "") != "contracts":
        hint = "pass Contracts.from_rows(...)"
        raise UsageTypeError(f"contracts={shortly(contracts)} are no log of contracts", hint)
    log: Any = contracts
    return {name: facts for part in log._asked.map(_part) for name, facts in part}


def _part(history: History) -> list[tuple[str, tuple[Fact, ...]]]:
    """The facts of some customers."""
    told: Any = history.values[TOLD]
    names = history.extras.get(CONTRACT)
    found, odd = [], []
    for unit, (low, high) in enumerate(history.ranges()):
        called = {names.name(row) for row in range(low, high)} if names is not None else set()
        if len(called) > 1:
            odd.append((f"{history.unit} {history.ids[unit]!r}", f"contracts {', '.join(sorted(map(repr, called)))}"))
        facts = [fact for row in range(low, high) for fact in _row(told[row], history.at[row], history)]
        found.append((history.ids[unit], tuple(facts)))
    if odd:
        raise DataError("customers have several contracts", odd, "facts hold one: leave out contract_col=, or pick one")
    return found


def _row(told: Told, start: int, history: History) -> Iterator[Fact]:
    """What one row says, from its start on; what it does not say ends what an earlier row said."""
    goes_on = told.rolls and told.term is not None
    renewal = told.renewal if goes_on else next(told.renewals(start, history.zone))
    at = from_us(start)
    yield Fact("contract_start", at, at=at)
    yield Fact("contract_term", str(told.term) if goes_on else None, at=at)
    yield Fact("renewal_at", None if renewal is None else from_us(renewal), at=at)
    yield Fact("contract_limit", told.limit, at=at)
    yield Fact("contract_used", told.used, at=at)
    if told.ended is None or told.ended > start:
        yield Fact("contract_ended", None, at=at)
    if told.ended is not None:
        yield Fact("contract_ended", from_us(told.ended), at=from_us(told.ended))
