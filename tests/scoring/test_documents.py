"""Scores as documents: what is read, what is refused with its path, and that nothing in them is code."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

import custlife as cl
from custlife import scoring
from custlife.errors import DataError
from custlife.scoring.document import read

HEAD = 'format = "custlife.score/1"\n'
MEASURE = '[[measures]]\nname = "x"\nreads = "fact"\nof = "x"\nworst = 0\nbest = 10\n'


def problems(text: str) -> dict[str, str]:
    from custlife.documents import read_toml

    with pytest.raises(DataError) as caught:
        read(read_toml(HEAD + text), "score", object)
    return dict(caught.value.problems)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("", "kind", "the key is missing"),
        ('kind = "helth"', "kind", "unknown kind 'helth'; did you mean 'health'?"),
        ("kind = 3", "kind", "3 is not a text"),
        ('kind = "health"', "measures", "the key is missing"),
        ('kind = "health"\nmeasures = []', "$", "there is no measure"),
        ('kind = "health"\nmeasures = 3', "measures", "3 is not a list"),
        ('kind = "health"\nmissing = "guess"\n' + MEASURE, "$", "missing='guess' is no policy"),
        ('kind = "health"\nbands = {red = "x"}\n' + MEASURE, "bands", "not a table of names and numbers"),
        ('kind = "health"\nbands = {edge = "left", steps = {red = 0}}\n' + MEASURE, "bands", "edge='left' is no side"),
        ('kind = "health"\nbands = {edge = "up", steps = {red = true}}\n' + MEASURE, "bands.steps", "not a table of names"),
        ('kind = "health"\nneutral = "x"\n' + MEASURE, "neutral", "'x' is not a number"),
        ('kind = "health"\n' + MEASURE + "weight = true", "measures[0].weight", "True is not a number"),
        ('kind = "health"\n' + MEASURE + 'within = "1 fortnight"', "measures[0]", "within='1 fortnight'"),
        ('kind = "health"\n' + MEASURE + "levels = 3", "measures[0].levels", "not pairs of value and level"),
        ('kind = "health"\n' + MEASURE + 'levels = [["pro"]]', "measures[0].levels", "not pairs of value and level"),
        ('kind = "health"\n' + MEASURE.replace('of = "x"', "of = [3]"), "measures[0].of[0]", "3 is not a text"),
        ('kind = "health"\n' + MEASURE.replace('reads = "fact"\n', ""), "measures[0].reads", "the key is missing"),
        ('kind = "health"\n' + MEASURE + '[[overrides]]\nname = "o"\nat_most = 3\nwhen = 5', "overrides[0].when", "5 is not a table"),
        ('kind = "lead"\n[[rules]]\nkind = "fot"', "rules[0].kind", "unknown kind of rule 'fot'; did you mean 'fit'?"),
        ('kind = "lead"\n[[rules]]\nname = "x"', "rules[0].kind", "the key is missing"),
        ('kind = "lead"\ncaps = 3\n[[rules]]\nkind = "behavior"\nname = "x"\nof = "x"\npoints = 3', "caps", "not a table of names and numbers"),
        ('kind = "lead"\n[[rules]]\nkind = "behavior"\nname = "x"\nof = "x"\npoints = 3\ndecay = {kind = "cubic"}', "rules[0].decay", "decay='cubic' is unknown"),
        ('kind = "lead"\n[[rules]]\nkind = "behavior"\nname = "x"\nof = "x"\npoints = 3\ndecay = {kind = "steps", steps = ["x"]}', "rules[0].decay", "are no steps"),
        ('kind = "lead"\n[[rules]]\nkind = "fit"\nname = "x"\npoints = 3\nwhen = {reads = "fact", of = "x", one_of = {decimal = "x"}}', "rules[0].when.one_of", "'x' is not a decimal number"),
        ('kind = "lead"\n[[rules]]\nkind = "fit"\nname = "x"\npoints = 3\nwhen = {reads = "fact", of = "x", one_of = {instant = "x"}}', "rules[0].when", "one_of='x'"),
        ('kind = "rfm"\nof = "order"\nrecency = [30, "x"]\nfrequency = [2]', "recency", "'x' is not a number"),
        ('kind = "rfm"\nof = "order"\nfrequency = [2]', "recency", "the key is missing"),
        ('kind = "ideal"\n[[criteria]]\nname = "x"', "criteria[0].when", "the key is missing"),
        ('kind = "weighted"\nname = "w"', "$", "scorers=[] leave nothing to put together"),
        ('kind = "weighted"\n[[members]]\nname = "x"\nscorer = "gone"', "members[0].scorer", "unknown scorer 'gone'"),
        ('kind = "minimum"\n[[members]]\nname = "x"', "members[0].scorer", "the key is missing"),
        ('kind = "maximum"\n[[members]]\nname = "x"\nscorer = 3', "members[0].scorer", "3 is not a table"),
        ('kind = "maximum"\n[[members]]\nname = "x"\nscorer = "gone"\nwieght = 3', "members[0].wieght", "unknown key"),
        ('kind = "gated"\nscorer = "gone"\ngate = "gone"', "at_least", "the key is missing"),
        ('kind = "capped"\nat_most = 3', "scorer", "the key is missing"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_path(text, where, what):
    found = problems(text)
    assert where in found, found
    assert what in found[where]


def test_all_faults_are_told_at_once():
    assert len(problems('kind = "health"\nnme = 3\nmissing = 4\n' + MEASURE + "wieght = 3")) == 3


def test_a_score_of_another_kind_is_refused():
    rfm = scoring.Rfm("order", recency=(30,), frequency=(2,))
    with pytest.raises(DataError, match="score holds a score of kind 'rfm', not a HealthScore"):
        cl.HealthScore.from_toml(rfm.to_toml())


def test_files_are_read_by_their_suffix(tmp_path):
    health = cl.HealthScore([scoring.measure("x", scoring.fact("x"), worst=0, best=10)])
    (tmp_path / "one.toml").write_text(health.to_toml(), "utf-8")
    (tmp_path / "two.json").write_text(health.to_json(), "utf-8")
    assert scoring.from_file(tmp_path / "one.toml") == cl.HealthScore.from_file(tmp_path / "two.json") == health


def test_plain_values_of_all_kinds_come_back():
    """A Decimal and an instant say that they are more than text; True is not 1."""
    values = (True, 1, 2.5, "pro", Decimal("1.10"), datetime(2026, 1, 5, tzinfo=UTC))
    levels = {value: 10.0 * place for place, value in enumerate(values) if value != 1} | {"x": 1}
    score = cl.HealthScore(
        [scoring.measure("x", scoring.fact("x"), levels=levels)],
        bands=scoring.Bands({"red": 0, "green": 50}, edge="down"),
        overrides=[scoring.override("o", scoring.fact("y"), one_of=values, at_least=5)],
    )
    for back in (cl.HealthScore.from_toml(score.to_toml()), cl.HealthScore.from_json(score.to_json())):
        assert back == score
        assert [type(one) for one in back.overrides[0].when.one_of] == [type(one) for one in values]


def test_levels_may_be_a_table_where_values_are_texts():
    text = (
        HEAD + 'kind = "health"\n[[measures]]\nname = "x"\nreads = "fact"\nof = "x"\nlevels = {pro = 100, free = 20}\n'
    )
    assert cl.HealthScore.from_toml(text).measures[0].levels == (("pro", 100.0), ("free", 20.0))


def test_nothing_in_a_document_is_code():
    text = HEAD + 'kind = "capped"\nat_most = 3\nscorer = "os.system"\n'
    with pytest.raises(DataError) as caught:
        read(__import__("tomllib").loads(text), "score", object)
    assert "unknown scorer 'os.system'" in dict(caught.value.problems)["scorer"]


def test_scores_and_parts_as_plain_values_and_words():
    acme = cl.Customer("acme", cl.presets.bruxt5)
    known = [
        cl.Fact("since", datetime(2026, 1, 5, tzinfo=UTC), at="2026-01-05T00:00Z"),
        cl.Fact("paid", Decimal(3), at="2026-02-01T00:00Z"),
    ]
    score = cl.HealthScore([
        scoring.measure("since", scoring.fact("since"), levels={datetime(2026, 1, 5, tzinfo=UTC): 60}),
        scoring.measure("paid", scoring.fact("paid"), worst=0, best=10),
        scoring.measure("gone", scoring.fact("gone"), worst=0, best=10),
    ])  # fmt: skip
    found = cl.score(score, acme, as_of="2026-02-01T12:00Z", facts=known)
    plain = found.to_dict()
    assert [part["raw"] for part in plain["parts"]] == ["2026-01-05 00:00 UTC", "3", None]
    assert (plain["value"], plain["freshness_days"], plain["as_of"]) == (45.0, 27.5, "2026-02-01T12:00:00+00:00")
    assert str(found.part("paid")) == "paid: 15 (3, rated 30 of 100, weight 50 %, fact paid)"
    assert str(scoring.Part("cut", -3, reason="capped")) == "cut: -3 (capped)"
    assert "The oldest of what went in is 28 days old." in str(found)
    young = cl.score(score, acme, as_of="2026-02-01T12:00Z", facts=[cl.Fact("paid", 3, at="2026-02-01T00:00Z")])
    assert "The oldest of what went in is 12 hours old." in young.explain()
    assert found._repr_html_().startswith("<")
    assert str(cl.score(score, acme, as_of="2026-02-01T12:00Z")).startswith(
        "acme: no health (nothing that it asks for is known)"
    )


def test_facts_in_force_are_a_mapping_that_compares():
    facts = scoring.Facts([cl.Fact("a", 1), cl.Fact("b", None), cl.Fact("a", 2, at="2026-01-05T00:00Z")])
    assert facts == {"a": 2}
    assert facts == scoring.Facts([cl.Fact("a", 2, at="2026-01-05T00:00Z")])
    assert hash(facts) == hash(scoring.Facts([cl.Fact("a", 2, at="2026-01-05T00:00Z")]))
    assert (len(facts), "b" in facts, facts.fact("b"), repr(facts)) == (
        1,
        False,
        None,
        "Facts([Fact('a', 2, at='2026-01-05T00:00:00Z')])",
    )
    with pytest.raises(TypeError, match="read-only"):
        del facts.a
