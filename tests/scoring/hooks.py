"""Hooks for tests: one that is fine, and every kind that misbehaves."""

from __future__ import annotations

import math
import sys
import time
from decimal import Decimal

import custlife as cl
from tests.scoring.made import MODEL

AT = "2026-02-01T00:00Z"
ADA, BOB, CYD = (cl.Customer(name, MODEL) for name in ("ada", "bob", "cyd"))


def fine(request):
    return 70


def raising(request):
    raise ValueError("no such plan")


def nan(request):
    return math.nan


def infinite(request):
    return -math.inf


def nothing(request):
    return None


def text(request):
    return "70"


def beyond(request):
    return 100.0001


def mutating(request):
    request.customer.events += (cl.Event("login", AT),)
    return 70


def recursive(request):
    return cl.score(recursive, request.customer, as_of=request.as_of)


def generator(request):
    yield 70


async def coroutine(request):
    return 70


def huge(request):
    return 10 ** (sys.get_int_max_str_digits() + 10)


def boolean(request):
    return True


def signalling(request):
    return Decimal("sNaN")


def tuple_(request):
    return (70,) * 100_000


class Rude:
    """Its text is an error as well."""

    def __repr__(self):
        raise RuntimeError("no text")


def rude(request):
    return Rude()


class RudeError(Exception):
    def __str__(self):
        raise RuntimeError("no text")


def rudely_raising(request):
    raise RudeError


def memory(request):
    raise MemoryError


async def asyncgen(request):
    yield 70


def slow(request):
    time.sleep(0.03)
    return 70


MISBEHAVING = {
    raising: "raised ValueError",
    nan: "returned nan",
    infinite: "returned -inf",
    nothing: "returned None",
    text: "returned '70', a str",
    beyond: "returned 100.0001",
    mutating: "raised FrozenInstanceError",
    recursive: "raised RecursionError",
    generator: "returned a generator",
    coroutine: "returned a coroutine",
    huge: None,
    boolean: "returned True, a bool",
    signalling: "returned Decimal('sNaN')",
    tuple_: None,
    rude: "returned <Rude>, a Rude",
    rudely_raising: "raised RudeError",
    memory: "raised MemoryError",
    asyncgen: "returned a generator",
}


def only_for(name, hook):
    """A hook that misbehaves for one customer; its name is kept."""

    def chosen(request):
        return hook(request) if request.customer.id == name else 70

    chosen.__qualname__ = hook.__qualname__
    return chosen
