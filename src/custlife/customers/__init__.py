"""Customers: what happened to one, kept as facts, and what can be read off it."""

from __future__ import annotations

from custlife.customers.customer import Customer
from custlife.customers.moves import Event, Fact, Leg, Move, Spell

__all__ = ["Customer", "Event", "Fact", "Leg", "Move", "Spell"]
