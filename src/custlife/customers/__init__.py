"""Customers: what happened to one, kept as facts, and what can be read off it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.customers.customer import Customer
from custlife.customers.moves import Move

if TYPE_CHECKING:
    from custlife.customers.events import Event, Fact
    from custlife.customers.legs import Leg, Spell

__all__ = ["Customer", "Event", "Fact", "Leg", "Move", "Spell"]

# an app that only moves customers does not pay for the classes of their events and journeys
_HOMES = {"Event": "events", "Fact": "events", "Leg": "legs", "Spell": "legs"}


if not TYPE_CHECKING:  # a type checker that saw __getattr__ would accept any name

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return __all__
