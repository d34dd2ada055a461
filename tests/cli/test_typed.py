"""What the library says, in the words of the command line."""

from __future__ import annotations

import pytest

from custlife.cli.typed import as_typed
from tests.cli.running import run

WORDS = ("tz", "at_col", "by", "on_bad", "aliases", "as_of", "value", "delimiter")


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("there is no time zone tz='Zurich'", "there is no time zone --tz Zurich"),
        ('pass delimiter=";"', "pass --delimiter ';'"),
        (
            "no column segment_cols='my plan'; pass segment_cols= with one",
            "no column --by 'my plan'; pass --by with one",
        ),
        ("value_cols='x'", "--value x"),
        ("or aliases={'Neukontakt': '...'} says it", "or --aliases Neukontakt=... says it"),
        (
            "as_of=2026-01-05T00:00:00+00:00, the last; pass as_of=",
            "--as-of 2026-01-05T00:00:00+00:00, the last; pass --as-of",
        ),
        ("there is no file path='a b.csv'", "there is no file 'a b.csv'"),
        ("got at='2026-01-05 08:38'", "got at='2026-01-05 08:38'"),
        ("--option revenue.at_col=when", "--option revenue.at_col=when"),
        ("within='90' is not a span", "within='90' is not a span"),
        ("a cell with 'tz=UTC' in it", "a cell with 'tz=UTC' in it"),
        ("n=0: nobody", "n=0: nobody"),
    ],
)
def test_arguments_are_told_as_one_types_them(text, typed):
    assert as_typed(text, WORDS) == typed


def test_what_is_wrong_in_a_document_stands_there_as_it_is(capsys, tmp_path):
    (tmp_path / "rows.csv").write_text("customer,stage,at\nu,intent,2026-01-05\n", encoding="utf-8")
    wrong = 'metric = "conversion"\nat_least = 0.5\nwith = {start = "engagement", goal = "intent", within = "90"}\n'
    document = f'format = "custlife.targets/1"\ntitle = "t"\n[[targets]]\n{wrong}'
    (tmp_path / "targets.toml").write_text(document, encoding="utf-8")
    ran = run(capsys, "check", str(tmp_path / "targets.toml"), str(tmp_path / "rows.csv"), "--model", "bruxt5")
    assert ran.code == 2
    assert "within='90' is not a span" in ran.err


def test_nothing_typed_is_answered_with_what_there_is(capsys):
    ran = run(capsys)
    assert (ran.code, ran.out) == (2, "")
    assert "Start with: custlife demo" in ran.err
    assert "signals   rules over the customers" in ran.err


def test_targets_and_rows_the_wrong_way_round(capsys):
    ran = run(capsys, "check", "my rows.csv", "targets.toml", "--model", "bruxt5")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "custlife: my rows.csv is no file of targets: they are .toml or .json\n\n"
        "Hint: the targets come first: custlife check targets.toml 'my rows.csv'\n"
    )
