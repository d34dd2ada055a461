"""Files as they really are."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.errors import CustlifeError, DataError, UnknownNameError, UsageError, UsageTypeError
from custlife.log.event_log import EventLog
from custlife.log.reading import read_csv, read_jsonl
from custlife.log.stage_log import StageLog
from tests.log.strategies import MODEL, day, entries

HEAD = "customer,stage,at\n"
GOOD = HEAD + "u,a,2026-01-30T00:00Z\nu,b,2026-01-31T00:00Z\n"

# what a CSV file can hold: no lone carriage returns or line feeds within quotes are lost, and no NUL
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)


def written(tmp_path, content, name="log.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


class TestCsv:
    @given(
        st.lists(TEXT, min_size=1, max_size=4, unique=True).filter(lambda names: "" not in names[:1]),
        st.data(),
        st.sampled_from(["\n", "\r\n"]),
        st.sampled_from(",;\t|"),
        st.booleans(),
        st.booleans(),
    )
    def test_what_is_written_is_read(self, tmp_path_factory, header, data, ending, delimiter, bom, packed):
        if header[0].startswith("\ufeff"):
            header[0] = "id"
        header = list(dict.fromkeys(header))
        rows = data.draw(st.lists(st.lists(TEXT, min_size=len(header), max_size=len(header)), max_size=4))
        out = io.StringIO()
        writer = csv.writer(out, lineterminator=ending, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerows([header, *rows])
        content = out.getvalue().encode("utf-8-sig" if bom else "utf-8")
        path = tmp_path_factory.mktemp("csv") / "x"
        path.write_bytes(gzip.compress(content) if packed else content)
        assert list(read_csv(path, delimiter=delimiter)) == [dict(zip(header, row, strict=True)) for row in rows]

    @given(st.binary(max_size=60) | st.text('abu,";\n\r 2026-01-30TZ\0', max_size=60).map(str.encode))
    def test_any_bytes_are_a_log_or_a_custlife_error(self, tmp_path_factory, content):
        path = tmp_path_factory.mktemp("csv") / "x.csv"
        for start in (b"", HEAD.encode(), b"\x1f\x8b"):
            path.write_bytes(start + content)
            try:
                StageLog.from_csv(path, MODEL)
            except CustlifeError as error:
                str(error)

    @given(st.integers(0, len(GOOD) - 1))
    def test_a_file_cut_anywhere_is_an_error_or_holds_fewer_rows(self, tmp_path_factory, end):
        path = tmp_path_factory.mktemp("csv") / "x.csv"
        path.write_text(GOOD[:end])
        with contextlib.suppress(DataError):
            assert len(StageLog.from_csv(path, MODEL)) <= 2

    def test_a_log_comes_out(self, tmp_path):
        for name, content in [("x.csv", GOOD.encode()), ("x.csv.gz", gzip.compress(GOOD.encode()))]:
            log = StageLog.from_csv(written(tmp_path, content, name), MODEL)
            assert entries(log.history) == {"u": [(day(0), "a"), (day(1), "b")]}

    def test_other_encodings_are_named(self, tmp_path):
        path = written(tmp_path, "customer;stage;at\nZoé;a;2026-01-30T00:00Z\n".encode("utf-16"))
        assert StageLog.from_csv(path, MODEL, delimiter=";", encoding="utf-16").customers == ("Zoé",)

    def test_ids_stay_text(self, tmp_path):
        path = written(tmp_path, HEAD + "001,a,2026-01-30T00:00Z\n1,a,2026-01-30T00:00Z\n")
        assert StageLog.from_csv(path, MODEL).customers == ("001", "1")

    def test_rows_are_read_one_by_one(self, tmp_path):
        rows = iter(read_csv(written(tmp_path, GOOD + 'u,"never closed')))
        assert next(rows) == {"customer": "u", "stage": "a", "at": "2026-01-30T00:00Z"}

    def test_lines_are_those_that_an_editor_counts(self, tmp_path):
        content = HEAD + '"u\nv",a,2026-01-30T00:00Z\n\nw,b,soon\nw,q,2026-01-30T00:00Z\nw,a\n'
        with pytest.raises(DataError) as caught:
            StageLog.from_csv(written(tmp_path, content), MODEL)
        assert caught.value.problems == (
            ("line 5", "at='soon' is not an ISO 8601 time"),
            ("line 6", "unknown stage 'q'"),
            ("line 7", "2 fields, the header has 3"),
        )

    def test_bad_rows_can_be_dropped_counted_and_listed(self, tmp_path):
        log = StageLog.from_csv(written(tmp_path, GOOD + "w,a\n,a,2026-01-30T00:00Z\n"), MODEL, on_bad="drop")
        assert len(log) == 2
        assert str(log.notes[0]) == (
            "dropped (2): rows that cannot be used were left out "
            "(line 4: 2 fields, the header has 3, line 5: the id is missing)"
        )
        assert [str(found) for found in log.check()] == [
            "dropped: line 4: 2 fields, the header has 3",
            "dropped: line 5: the id is missing",
        ]

    BAD = (
        ("", "x.csv is empty", "the first line must name the columns"),
        ("\n\n", "x.csv is empty", "the first line must name the columns"),
        ("u,a,2026-01-30T00:00Z\n", "the rows have no column customer_col='customer'", "put a header above it"),
        ("customer;stage;at\n", "the rows have no column customer_col='customer'", "pass delimiter=';'"),
        ("custmer,stage,at\n", "the rows have no column customer_col='customer'", "did you mean 'custmer'?"),
        ("customer,stage,at,at\n", "x.csv names columns twice: 'at'", "give each column a name of its own"),
        (HEAD + 'u,"a,2026-01-30T00:00Z\n', "line 2: unexpected end of data", "a quote may be opened there"),
        (HEAD + 'u,"a"b,2026-01-30T00:00Z\n', "line 2: ',' expected after '\"'", "double it"),
        (HEAD + "u" * 140_000 + ",a,b\n", "line 2: field larger than field limit (131072)", "a quote"),
        (HEAD + "u\0,a,b\n", "line 2: a NUL character", "pass encoding='utf-16'"),
        (b"customer,\xff\n", "x.csv is not utf-8-sig text", "pass the encoding it was saved in"),
        (gzip.compress(GOOD.encode())[:-9], "x.csv is a damaged gzip file", "fetch it again"),
        (HEAD + "u,a,b,c\n", "line 2: 4 fields, the header has 3", "check the delimiters and quotes near 'c'"),
        (HEAD + "u,a,2026-01-30\n", "line 2: expected a time with its zone, got at='2026-01-30'", "pass tz='UTC'"),
        (HEAD + "u,bb,2026-01-30T00:00Z\n", "line 2: unknown stage 'bb'", "'a', 'b', 'c'"),
    )

    @pytest.mark.parametrize(("content", "what", "hint"), BAD)
    def test_a_malformed_file_is_named_with_its_place_and_remedy(self, tmp_path, content, what, hint):
        with pytest.raises(DataError) as caught:
            StageLog.from_csv(written(tmp_path, content, "x.csv"), MODEL)
        assert what in str(caught.value)
        assert hint in caught.value.hint

    def test_arguments_that_cannot_be_are_refused(self, tmp_path):
        path = written(tmp_path, GOOD)
        for delimiter in ("", ",,", "\n", None):
            with pytest.raises(UsageError, match="is not one character"):
                StageLog.from_csv(path, MODEL, delimiter=delimiter)
        with pytest.raises(UsageError, match="encoding='klingon' is unknown"):
            StageLog.from_csv(path, MODEL, encoding="klingon")
        with pytest.raises(UsageTypeError, match=r"^path=<StringIO> is not a path\n\nHint: .* write from_frame\(frame"):
            StageLog.from_csv(io.StringIO(GOOD), MODEL)
        with pytest.raises(FileNotFoundError):
            StageLog.from_csv(tmp_path / "nowhere.csv", MODEL)

    def test_purchases_need_no_column_for_their_name(self, tmp_path):
        path = written(tmp_path, "id,date,eur\n7,2026-01-30,5\n")
        options = {"customer_col": "id", "at_col": "date", "event": "purchase", "tz": "UTC"}
        log = EventLog.from_csv(path, value_cols=["eur"], **options)
        assert (log.events, log.customers, log.history.values) == (("purchase",), ("7",), {"eur": ["5"]})
        assert EventLog.from_csv(path, **options).events == ("purchase",)


class TestJsonLines:
    @given(
        st.lists(
            st.dictionaries(
                st.text(max_size=3), st.none() | st.booleans() | st.integers() | st.text(max_size=5), max_size=3
            )
        )
    )
    def test_what_is_written_is_read(self, tmp_path_factory, rows):
        path = tmp_path_factory.mktemp("json") / "x.jsonl"
        path.write_text("\n".join(json.dumps(row) for row in rows))
        clean = [row for row in rows if not any("\\ud" in json.dumps(text) for text in row.items())]
        assert [row for row in read_jsonl(path) if isinstance(row, dict)] == clean or clean != rows

    @given(st.binary(max_size=60) | st.text('{}[]":,au\\d8\n ', max_size=60).map(str.encode))
    def test_any_bytes_are_a_log_or_a_custlife_error(self, tmp_path_factory, content):
        path = tmp_path_factory.mktemp("json") / "x.jsonl"
        path.write_bytes(content)
        try:
            EventLog.from_jsonl(path, on_bad="drop")
        except CustlifeError as error:
            str(error)

    def test_all_bad_lines_are_named_at_once(self, tmp_path):
        good = '{"customer": "u", "stage": "a", "at": "2026-01-30T00:00Z"}'
        bad = [
            '{"customer": "u", "customer": "v"}',
            '{"customer": NaN}',
            '{"customer": 1e999}',
            '["u"]',
            '{"customer"',
            '{"customer": "\\ud800"}',
            "[" * 100_000,
            '{"customer": ' + "9" * 5_000 + "}",
        ]
        path = written(tmp_path, "\n".join([bad[0], "", good, *bad[1:]]), "x.jsonl")
        with pytest.raises(DataError) as caught:
            StageLog.from_jsonl(path, MODEL)
        whats = dict(caught.value.problems)
        assert list(whats) == [f"line {n}" for n in (1, 4, 5, 6, 7, 8, 9, 10)]
        assert whats["line 1"] == "the key 'customer' stands twice"
        assert whats["line 4"] == "NaN is not JSON"
        assert whats["line 5"] == "1e999 is too large for a number"
        assert whats["line 6"] == "'[\"u\"]' is not an object"
        assert whats["line 7"] == "not JSON: Expecting ':' delimiter at column 12"
        assert entries(StageLog.from_jsonl(path, MODEL, on_bad="drop").history) == {"u": [(day(0), "a")]}

    def test_numbers_are_numbers(self, tmp_path):
        line = '{"customer": 7, "event": "x", "at": "2026-01-30T00:00Z", "amount": 0.5}'
        log = EventLog.from_jsonl(written(tmp_path, line, "x.jsonl"), value_cols="amount")
        assert (log.customers, log.history.values) == (("7",), {"amount": [0.5]})

    def test_columns_may_be_missing_in_some_rows_but_not_in_all(self, tmp_path):
        lines = '{"customer": "u", "event": "x", "at": "2026-01-30T00:00Z"}\n' * 2
        late = '{"customer": "v", "event": "x", "at": "2026-01-30T00:00Z", "plan": "pro"}'
        log = EventLog.from_jsonl(written(tmp_path, lines + late, "x.jsonl"), segment_cols="plan")
        assert entries(log.where(plan="pro").history) == {"v": [(day(0), "x")]}
        with pytest.raises(DataError, match="the rows have no column segment_cols='plan'"):
            EventLog.from_jsonl(written(tmp_path, lines, "x.jsonl"), segment_cols="plan")
        with pytest.raises(DataError, match="the rows have no column event_col='name'"):
            EventLog.from_jsonl(written(tmp_path, lines, "x.jsonl"), event_col="name")


def test_an_unknown_alias_target_is_named():
    with pytest.raises(UnknownNameError, match="unknown stage 'leed'"):
        StageLog.from_rows([], MODEL, aliases={"MQL": "leed"})
