"""Documents: what may come in, what goes out, and what is refused with its path."""

from __future__ import annotations

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife import documents
from custlife.documents import (
    Fields,
    check_format,
    read_file,
    read_json,
    read_toml,
    refuse,
    write_json,
    write_toml,
)
from custlife.errors import DataError, UsageError, UsageTypeError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCALARS = st.one_of(TEXT, st.integers(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False))


def nested(scalars):
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=12
    )


TABLES = st.dictionaries(TEXT, nested(SCALARS), max_size=4)


def problems(call) -> dict[str, str]:
    with pytest.raises(DataError) as caught:
        call()
    return dict(caught.value.problems)


def reads(read, content) -> bool:
    """Whether a reader accepts a text; whatever else it does than refuse it as data comes through."""
    try:
        read(content)
    except DataError:
        return False
    return True


# -- round trips -------------------------------------------------------------------------------------------------


@given(st.dictionaries(TEXT, nested(SCALARS | st.none()), max_size=4))
def test_what_is_written_as_json_is_read_back(document):
    text = write_json(document)
    assert read_json(text) == read_json(text.encode()) == json.loads(text) == document
    assert write_json(read_json(text)) == text


@given(TABLES)
def test_what_is_written_as_toml_is_read_back(document):
    text = write_toml(document)
    assert read_toml(text) == read_toml(text.encode()) == tomllib.loads(text) == document


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_refused_as_data(content):
    for read in (read_json, read_toml):
        assert reads(read, content) in (True, False)


@given(TABLES, st.data())
def test_a_mutilated_text_is_read_or_refused_as_data(document, data):
    for write, read in ((write_json, read_json), (write_toml, read_toml)):
        text = write(document)
        cut = data.draw(st.integers(0, len(text)))
        piece = data.draw(st.sampled_from(["", "[", "{", '"', "NaN", "nan", "1e999", "\\ud800", "=", ","]))
        assert reads(read, text[:cut] + piece + text[cut + 1 :]) in (True, False)


def test_toml_is_laid_out_values_first_then_tables_then_lists_of_tables():
    document = {
        "tables": [{"key": "a", "inner": {"x": 1}}, {"key": "b"}],
        "one": {"two": {"three": True}, "n": 1.5},
        "mixed": ["a", {"k": ["v"]}],
        "empty": [],
        "odd key": 'a"\\\n\t\x00\x7fü',
        "": "x",
        "long": ["x" * 50, "y" * 50],
    }
    assert write_toml(document) == (
        'mixed = ["a", {k = ["v"]}]\n'
        "empty = []\n"
        '"odd key" = "a\\"\\\\\\n\\t\\u0000\\u007fü"\n'
        '"" = "x"\n'
        f'long = [\n  "{"x" * 50}",\n  "{"y" * 50}",\n]\n'
        "\n[one]\nn = 1.5\n\n[one.two]\nthree = true\n"
        '\n[[tables]]\nkey = "a"\n\n[tables.inner]\nx = 1\n\n[[tables]]\nkey = "b"\n'
    )
    assert write_toml({"t": [{"a": 1}]}).startswith("[[t]]")


def test_every_control_character_comes_back_from_both_forms():
    document = {"text": "".join(map(chr, range(160))), **{f"key {chr(code)}": code for code in (*range(33), 127, 133)}}
    assert read_toml(write_toml(document)) == document
    assert read_json(write_json(document)) == document


# -- what no document may hold -----------------------------------------------------------------------------------

BAD_JSON = [
    ('{"a": [{"b": 1, "b": 2}]}', {"a[0].b": "the key stands twice"}),
    ('{"a": {"x": NaN}}', {"a.x": "nan is not a number"}),
    ("[1, -Infinity]", {"[1]": "-inf is not a number"}),
    ('{"a": 1e999}', {"a": "inf is not a number"}),
    ('{"a": "\\ud800"}', {"a": "'\\ud800' holds half a character"}),
    ('{"\\ud800": 1}', {"$": "'\\ud800' is no key"}),
    ("", {"line 1 column 1": "not JSON: Expecting value"}),
    ('{\n"a": }', {"line 2 column 6": "not JSON: Expecting value"}),
    ("[" * 66 + "]" * 66, {"[0]" * 65: "nested deeper than 64"}),
    ("[" * 100_000, {"$": "nested deeper than 64"}),
    ('{"a":' * 66 + "1" + "}" * 66, None),
    (b"\xff\xfe", {"byte 0": "not UTF-8"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "found"), BAD_JSON)
def test_json_that_no_document_may_hold_is_refused_with_its_path(text, found):
    faults = problems(lambda: read_json(text))
    if found is None:
        assert set(faults.values()) == {"nested deeper than 64"}
    else:
        assert faults == found


def test_numbers_of_thousands_of_digits_are_refused():
    (what,) = problems(lambda: read_json("1" * 5000)).values()
    assert what.startswith("not JSON that can be read: Exceeds the limit")
    (what,) = problems(lambda: read_toml("a = " + "1" * 5000)).values()
    assert what.startswith("not TOML: Exceeds the limit")


def test_sixty_four_levels_are_read():
    assert read_json("[" * 65 + "]" * 65)


BAD_TOML = [
    ("a = 1\na = 2", None),
    ("a = nan", {"a": "nan is not a number"}),
    ("a = 2026-01-05", {"a": "datetime.date(2026, 1, 5) has no form here; write it as a text"}),
    ("a = " + "[" * 70 + "]" * 70, None),
    ("a = " + "[" * 100_000, {"$": "nested deeper than 64"}),
    (b"a = '\xff'", {"byte 5": "not UTF-8"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "found"), BAD_TOML)
def test_toml_that_no_document_may_hold_is_refused_with_its_path(text, found):
    faults = problems(lambda: read_toml(text))
    assert found in (None, faults)


def test_a_document_that_is_too_large_is_not_parsed(monkeypatch, tmp_path):
    monkeypatch.setattr(documents.read, "MAX_BYTES", 1024 * 1024)
    assert problems(lambda: read_json(" " * (1024 * 1024 + 1))) == {"$": "larger than 1 MiB"}
    (tmp_path / "big.json").write_bytes(b" " * (1024 * 1024 + 7))
    assert problems(lambda: read_file(tmp_path / "big.json")) == {"$": "larger than 1 MiB"}


def test_a_byte_order_mark_is_no_fault():
    assert read_json("\ufeff{}") == read_json(b"\xef\xbb\xbf{}") == {}
    assert read_toml("\ufeffa = 1") == {"a": 1}


def test_the_error_reads_as_what_where_and_what_to_do():
    with pytest.raises(DataError) as caught:
        read_json(b"\xff", name="crm.json")
    assert str(caught.value) == "crm.json cannot be read\n  byte 0: not UTF-8\n\nHint: save the file as UTF-8"


BAD_VALUES = [
    ({"a": float("nan")}, {"a": "nan is not a number"}),
    ({"a": [1, {"b": {1, 2}}]}, {"a[1].b": "{1, 2} has no form here; write it as a text"}),
    ({1: "a"}, {"$": "1 is no key"}),
    ({"a": "\ud800"}, {"a": "'\\ud800' holds half a character"}),
    ({"a": object}, {"a": "<class 'object'> has no form here; write it as a text"}),
    ({"a": {"x" * 70}}, {"a": "{'" + "x" * 55 + "... has no form here; write it as a text"}),
]  # fmt: skip


@pytest.mark.parametrize(("document", "found"), BAD_VALUES)
def test_values_that_have_no_form_are_not_written(document, found):
    assert problems(lambda: write_json(document)) == found
    assert problems(lambda: write_toml(document)) == found


def test_a_value_that_holds_itself_is_not_written():
    document: dict[str, object] = {}
    document["a"] = document
    assert set(problems(lambda: write_json(document)).values()) == {"nested deeper than 64"}


def test_nothing_is_null_in_toml():
    assert read_json(write_json({"a": None})) == {"a": None}
    assert problems(lambda: write_toml({"a": None})) == {"a": "None has no form here; write it as a text"}


@pytest.mark.parametrize("read", [read_json, read_toml])
def test_what_is_no_text_is_not_read(read):
    with pytest.raises(UsageTypeError) as caught:
        read({"a": 1}, name="model")
    assert str(caught.value) == "model={'a': 1} is no text\n\nHint: pass str or bytes; from_dict reads plain values"
    assert read(bytearray(b"{}" if read is read_json else b"")) == {}


# -- files and formats -------------------------------------------------------------------------------------------


def test_files_are_read_by_their_suffix(tmp_path):
    (tmp_path / "a.json").write_text('{"a": 1}')
    (tmp_path / "a.toml").write_text("a = 1")
    assert read_file(tmp_path / "a.json") == read_file(str(tmp_path / "a.toml")) == {"a": 1}
    with pytest.raises(DataError) as caught:
        read_file("model.yaml")
    assert str(caught.value) == "'model.yaml' is neither .json nor .toml\n\nHint: give the file one of these suffixes"


@pytest.mark.parametrize(("document", "found", "hint"), [
    ([1], {"$": "[1] is not a table"}, ""),
    ("{}", {"$": "'{}' is not a table"}, "from_json and from_toml read texts"),
    ({}, {"format": "the key is missing"}, "write format = 'x/1'"),
    ({"format": "x/2"}, {"format": "'x/2' is not 'x/1', which this release reads"}, "it was written by another release: pip install -U custlife"),
    ({"format": "y/1"}, {"format": "'y/1' is not 'x/1', which this release reads"}, "write format = 'x/1'"),
    ({"format": None}, {"format": "None is not 'x/1', which this release reads"}, "write format = 'x/1'"),
])  # fmt: skip
def test_another_format_is_refused(document, found, hint):
    with pytest.raises(DataError) as caught:
        check_format(document, "x/1")
    assert dict(caught.value.problems) == found
    assert caught.value.hint == hint


# -- fields ------------------------------------------------------------------------------------------------------


def test_fields_are_read_once_and_faults_are_collected():
    found: list[tuple[str, str]] = []
    fields = Fields(
        {"name": 3, "n": True, "flag": 1, "texts": ["a", 2], "table": 4, "list": "x", "more": 1}, "root[0]", found
    )
    assert fields.text("name", "default") == "default"
    assert fields.whole("n", 7) == 7
    assert fields.flag("flag") is False
    assert fields.texts("texts") == ("a",)
    assert fields.table("table") is not None
    assert fields.tables("list") == []
    assert fields.required_text("gone") == ""
    assert fields.required_text("lost") == ""
    assert fields.build(int, "3") is None
    fields.close()
    assert dict(found) == {
        "root[0].name": "3 is not a text",
        "root[0].n": "True is not a whole number",
        "root[0].flag": "1 is not true or false",
        "root[0].texts[1]": "2 is not a text",
        "root[0].table": "4 is not a table",
        "root[0].list": "'x' is not a list",
        "root[0].gone": "the key is missing",
        "root[0].lost": "the key is missing",
        "root[0].more": "unknown key 'more'; there are: 'name', 'n', 'flag', 'texts', 'table', 'list', 'gone', 'lost'",
    }
    with pytest.raises(DataError, match="the file cannot be read"):
        refuse("the file", found)


def test_fields_that_are_missing_have_their_defaults():
    fields = Fields({"text": "x", "flag": True, "tables": [{"a": 1}]}, "", [])
    assert (fields.text("text"), fields.optional_text("text"), fields.optional_text("no")) == ("x", "x", None)
    assert (fields.flag("flag"), fields.whole("no", 3), fields.texts("no"), fields.items("no")) == (True, 3, (), [])
    assert (fields.table("no"), fields.tables("no"), fields.raw("no", 5)) == (None, None, 5)
    assert [one.where for one in fields.tables("tables") or ()] == ["tables[0]"]
    assert fields.build(int, "3") == 3
    fields.close()
    refuse("nothing wrong", [])


def test_a_constructor_that_refuses_is_a_fault_of_its_table():
    def refuses(hint):
        message = "x is wrong"
        raise UsageError(message, hint)

    found: list[tuple[str, str]] = []
    assert Fields({}, "", found).build(refuses, "type y") is None
    assert Fields({}, "a[1]", found).build(refuses, "") is None
    assert found == [("$", "x is wrong; type y"), ("a[1]", "x is wrong")]


def test_what_is_no_table_is_one_fault_however_much_is_asked_of_it():
    found: list[tuple[str, str]] = []
    fields = Fields("a", "stages[0]", found)
    assert (fields.required_text("key"), fields.build(int, "3")) == ("", None)
    fields.close()
    assert found == [("stages[0]", "'a' is not a table")]
