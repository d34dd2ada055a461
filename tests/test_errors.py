"""Errors: what a person reads, and what a program may ask."""

from __future__ import annotations

import copy

import pytest

from custlife import errors
from custlife.errors import (
    CustlifeError,
    DataError,
    HistoryError,
    MissingExtraError,
    TransitionNotAllowedError,
    UnknownNameError,
    nearest,
)


@pytest.mark.parametrize(("given", "text"), [
    (("as_of=3 is no time",), "as_of=3 is no time"),
    (("as_of=3 is no time", "pass a datetime"), "as_of=3 is no time\n\nHint: pass a datetime"),
    (("as_of=3 is no time", "", "row 2"), "as_of=3 is no time @ row 2"),
])  # fmt: skip
def test_an_error_says_what_where_and_what_to_type(given, text):
    assert str(CustlifeError(*given)) == text


def test_an_error_is_also_what_python_would_raise():
    for name, builtin in (
        ("DefinitionError", ValueError),
        ("UnknownNameError", LookupError),
        ("UsageError", ValueError),
        ("UsageTypeError", TypeError),
        ("TimeError", ValueError),
        ("HistoryError", ValueError),
        ("MissingFileError", FileNotFoundError),
        ("TransitionNotAllowedError", ValueError),
        ("MissingExtraError", ImportError),
    ):
        assert issubclass(getattr(errors, name), builtin)
        assert issubclass(getattr(errors, name), CustlifeError)
    assert {name for name in errors.__all__ if not issubclass(getattr(errors, name), CustlifeError)} == set()


def test_five_bad_rows_are_shown_and_all_are_kept():
    problems = [(f"row {row}", "bad") for row in range(1, 8)]
    error = HistoryError("7 rows are bad", problems, "mend them")
    shown = "".join(f"  row {row}: bad\n" for row in range(1, 6))
    assert str(error) == f"7 rows are bad\n{shown}  ... and 2 more\n\nHint: mend them"
    assert error.problems == tuple(problems)
    assert "more" not in str(DataError("5 rows are bad", problems[:5]))


def test_a_refused_move_tells_the_same_in_words_and_in_attributes():
    error = TransitionNotAllowedError("acme", None, "trial", (), "too early")
    assert str(error) == (
        "customer 'acme' cannot move from the start to 'trial': too early\n\nHint: allowed from the start: nothing."
    )
    assert (error.customer, error.from_stage, error.to_stage, error.allowed, error.why, error.where) == (
        ("acme", None, "trial", (), "too early", "")
    )
    assert str(copy.copy(error)) == str(error)


def test_a_missing_extra_names_the_command():
    assert str(MissingExtraError("a chart", "plotly")) == (
        "a chart needs the extra 'plotly'\n\nHint: pip install 'custlife[plotly]'"
    )


def test_the_nearest_name_is_offered_and_long_lists_are_cut():
    names = [f"stage_{index:02}" for index in range(21)]
    assert nearest("none", names[:20]) == f"there are: {', '.join(map(repr, names[:20]))}"
    assert nearest("none", names) == f"there are: {', '.join(map(repr, names[:20]))}, ..."
    assert nearest("none", []) == "there are none"
    assert nearest(3, ["three"]) == "there are: 'three'"
    error = UnknownNameError("stage", "trail", ["trial", "paid"])
    assert (error.kind, error.name, error.known) == ("stage", "trail", ("trial", "paid"))
    assert error.hint == "did you mean 'trial'? There are: 'trial', 'paid'"
