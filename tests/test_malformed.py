"""Documents with something wrong in them: each is refused by an error of this library, or is a whole value."""

from __future__ import annotations

import copy
import inspect
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife import value
from custlife.errors import CustlifeError, DefinitionError
from custlife.scoring import Bands, behavior, criterion, fact, measure
from custlife.scoring.lead import LeadScore
from custlife.signals.scored import AtRisk
from tests.values import VALUES

ODD = [
    None, True, 0, -1, 2**70, 10**400, 0.5, 1e308, float("inf"), float("nan"), "", " ", "x", "\ud800", "\x00", "NaN",
    "é" * 50, "3 months", "-3 days", "99999999999 years", "1e5 days", "Mars/Base", "2026-02-30T00:00:00+25:00",
    "0001-01-01", [], [[]], [None], ["x", "x"], {}, {"a": 1}, {1: 2}, {None: 1}, (1,), b"x",
]  # fmt: skip


def documented():
    """Every kind of value that a document holds, with its document and what else reading it needs."""
    found = {}
    for one in VALUES.values():
        if hasattr(type(one), "from_dict") and hasattr(one, "to_dict"):
            needs_model = "model" in inspect.signature(type(one).from_dict).parameters
            with suppress(DefinitionError):  # hooks are code, and no document holds them
                document = json.loads(json.dumps(one.to_dict()))
                found.setdefault(type(one), (document, {"model": one.model} if needs_model else {}))
    return found


DOCUMENTS = documented()


def places(document, path=()):
    """The path of everything in a document, the whole excepted."""
    inner = document.items() if isinstance(document, dict) else enumerate(document) if _has_items(document) else ()
    for key, held in inner:
        yield (*path, key)
        yield from places(held, (*path, key))


def _has_items(document):
    return isinstance(document, list | tuple)


def at(document, path):
    for key in path:
        document = document[key]
    return document


def spoiled(document, data):
    """A copy in which one to three things are replaced, left out, put elsewhere or called otherwise."""
    document = copy.deepcopy(document)
    for _ in range(data.draw(st.integers(1, 3))):
        paths = list(places(document))
        if not paths:
            break
        *above, key = data.draw(st.sampled_from(paths))
        holder, how = at(document, above), data.draw(st.sampled_from(["odd", "odd", "odd", "gone", "copy", "key"]))
        if how == "gone" and not isinstance(holder, tuple):
            del holder[key]
        elif isinstance(holder, dict) and how == "key":
            holder[data.draw(st.sampled_from(["x", "", 1, None, "name", "at"]))] = holder.pop(key)
        elif not isinstance(holder, tuple):
            other = (
                at(document, data.draw(st.sampled_from(paths))) if how == "copy" else data.draw(st.sampled_from(ODD))
            )
            holder[key] = copy.deepcopy(other)
    return document


def test_every_kind_of_document_is_tried():
    assert {"StageModel", "Customer", "Rules", "HealthScore", "LeadScore", "RuleSet", "Playbook"} <= {
        kind.__name__ for kind in DOCUMENTS
    }


@pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.__name__)
@given(st.data())
def test_a_spoiled_document_is_refused_or_is_a_whole_value(kind, data):
    document, others = DOCUMENTS[kind]
    try:
        made = kind.from_dict(spoiled(document, data), **others)
        again = kind.from_dict(made.to_dict(), **others)
    except CustlifeError:
        return
    assert (again, hash(again), str(again)) == (made, hash(made), str(made))


@pytest.mark.parametrize(("make", "told"), [
    (lambda: measure("plan", fact("plan"), levels=[([[]], 20)]), "level=[[]] is a list, not a plain value"),
    (lambda: measure("plan", fact("plan"), levels={"pro": 20}, weight=1e308), "weight=1e+308 is beyond 9 billion"),
    (lambda: criterion("plan", fact("plan"), one_of="pro", weight=-1e308), "weight=-1e+308 is beyond 9 billion"),
    (lambda: behavior("visits", "login", points=1, cap=1e308), "cap=1e+308 is beyond 9 billion"),
    (lambda: LeadScore([behavior("visits", "login", points=1)], caps={"behavior": 3, None: 1}), "None is not a text"),
    (lambda: Bands({1: 0, "green": 50}), "bands={1: 0, 'green': 50}: 1 is not a text"),
    (lambda: AtRisk(risks={1: 0.5, "x": 0.5}, at_least=0.3), "risks={1: 0.5, 'x': 0.5}: 1 is not a text"),
    (lambda: value("order", "amount", at_least=10**400), "is not a finite number"),
])  # fmt: skip
def test_what_was_once_another_error(make, told):
    with pytest.raises(CustlifeError) as caught:
        make()
    assert told in str(caught.value)
