"""Stages, citations and the texts that they are made of."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.errors import DefinitionError, UsageTypeError
from custlife.stages import Citation, Stage, stage
from custlife.stages.text import fold, is_slug, slug
from tests.stages import strategies as make


@given(st.text())
def test_the_slug_of_any_text_is_a_slug(text):
    assert is_slug(slug(text))


@given(st.from_regex(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", fullmatch=True))
def test_the_slug_of_a_slug_is_itself(key):
    assert slug(key) == key


@given(st.text())
def test_folding_forgets_case_spaces_hyphens_and_underscores(text):
    spaced = f"  {text.replace('_', ' - ')}_ "
    assert fold(fold(text)) == fold(text)
    assert fold(spaced) == fold(text)


@pytest.mark.parametrize("key", ["", "Trial", "2nd", "_a", "a b", "a-b", "é", "a\n", 3, None])
def test_keys_that_are_no_slug_are_known_as_such(key):
    assert not is_slug(key)


@pytest.mark.parametrize("key", ["a", "a_", "a__b", "a1", "mql_2"])
def test_slugs_are_known_as_such(key):
    assert is_slug(key)


@given(make.stages("trial"))
def test_stages_are_values(value):
    again = pickle.loads(pickle.dumps(value))
    assert again == value
    assert hash(again) == hash(value)


@given(make.stages("trial", exit="paused"))
def test_the_repr_of_a_stage_can_be_pasted(value):
    assert eval(repr(value), {"Stage": Stage, "Citation": Citation}) == value


def test_a_stage_keeps_nothing_of_the_lists_it_was_given():
    owners = ["Sales"]
    made = Stage("trial", owners=owners)
    owners.append("Marketing")
    assert made.owners == ("Sales",)


def test_a_label_is_made_from_the_key_where_none_is_given():
    assert Stage("lost_to_competitor").label == "Lost to competitor"
    assert Stage("trial", " Try it ").label == "Try it"
    assert str(Stage("trial")) == "Trial"


def test_equal_texts_in_different_unicode_forms_are_one_text():
    assert Stage("a", "Cafe\u0301") == Stage("a", "Caf\u00e9")


def test_a_stage_can_be_made_from_its_name():
    assert stage("Café visit", phase="reach") == Stage("cafe_visit", "Café visit", phase="reach")


CITED = "stage 'a' cites unknown inferred fields ['owner']"
KNOWN = "about, aliases, also, attitudes, behaviors, content, drops, entered_by, exit, key, label, metrics, needs"

BAD = [
    (lambda: Stage("Trial User"), DefinitionError, "stage key 'Trial User' is not a slug", "write Stage('trial_user', 'Trial User')"),
    (lambda: Stage("\u767a\u898b"), DefinitionError, "stage key '\u767a\u898b' is not a slug", "keys are of ASCII letters: write Stage('a_key_of_yours', '\u767a\u898b')"),
    (lambda: Stage("STAGE"), DefinitionError, "stage key 'STAGE' is not a slug", "write Stage('stage', 'STAGE')"),
    (lambda: Stage("a", owners=None), UsageTypeError, "owners=None is not a list", "write owners=[...], in the order that counts"),
    (lambda: Stage("a", owners={"Sales"}), UsageTypeError, "owners={'Sales'} is not a list", "write owners=[...], in the order that counts"),
    (lambda: Stage(3), UsageTypeError, "stage key=3 is not a text", "pass a str such as 'trial'"),
    (lambda: Stage("a", 3), UsageTypeError, "label=3 is not a text", "pass a str, not int"),
    (lambda: Stage("a", "b\n"+"c"), DefinitionError, "label='b\\nc' contains '\\n'", "drop the control or half character"),
    (lambda: Stage("a", about="\ud800"), DefinitionError, "about='\\ud800' contains '\\ud800'", "drop the control or half character"),
    (lambda: Stage("a", about="b\rc"), DefinitionError, "about='b\\rc' contains '\\r'", "drop the control or half character"),
    (lambda: Stage("a", needs="food"), UsageTypeError, "needs='food' is one text, not several", "write needs=['food']"),
    (lambda: Stage("a", aliases=["b", " "]), DefinitionError, "aliases[1]=' ' is empty", "write a text or leave it out"),
    (lambda: Stage("a", aliases=["b", 3]), UsageTypeError, "aliases[1]=3 is not a text", "pass a str, not int"),
    (lambda: Stage("a", exit="gone"), DefinitionError, "stage 'a' has exit='gone'", "pass exit='paused' or exit='ended'"),
    (lambda: Stage("a", cited="S1"), UsageTypeError, "cited='S1' is not a Citation", "write cited=Citation('where it stands')"),
    (lambda: Citation("S1", reconstructed="yes"), UsageTypeError, "reconstructed='yes' is not a bool", "pass True or False"),
    (lambda: stage(""), DefinitionError, "label='' is empty", "write a text or leave it out"),
    (lambda: Stage("a", cited=Citation(inferred=["owner"])), DefinitionError, CITED, f"name fields of Stage: {KNOWN}, owners, phase, process, touchpoints"),
]  # fmt: skip


@pytest.mark.parametrize(("make_it", "error", "what", "hint"), BAD)
def test_a_stage_that_cannot_be_says_what_is_wrong_and_what_to_type(make_it, error, what, hint):
    with pytest.raises(error) as caught:
        make_it()
    assert (caught.value.what, caught.value.hint) == (what, hint)


def test_prose_may_have_lines_and_unusual_spaces():
    assert Stage("a", about="one\ntwo\tthree\u00a0four").about == "one\ntwo\tthree\u00a0four"
