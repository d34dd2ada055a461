"""The page as a file: self-contained, small, the same bytes everywhere, readable for everybody."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import Any

import pytest

from custlife import EventLog, StageLog, StageModel, demo, presets, report, simulate
from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from custlife.reporting.wording import hundred
from custlife.stages import Stage
from tests.reporting.reading import Page

HEADINGS = [
    "Where they are now",
    "How far they come",
    "Step by step",
    "By segment",
    "What becomes of them",
    "How long they stay",
    "Who stays active",
    "How many there are",
    "Where they go",
    "Who comes, stays and goes",
    "Which ways they take",
    "Why they leave",
    "Scorecard",
    "How this was counted",
    "The journey as designed",
]


@pytest.fixture(scope="module")
def b2b():
    return report(simulate.b2b(), within="180 days", by=("plan", "region"), note="Simulated data.", title="A company")


@pytest.fixture(scope="module")
def shop():
    return report(demo.shop(), within="180 days", events=demo.purchases(), note=demo.ORIGIN)


@pytest.fixture(scope="module", params=["b2b", "shop"])
def made(request):
    return request.getfixturevalue(request.param)


def test_the_page_is_well_formed(made):
    page = Page(made.html)
    assert page.broken == []
    assert made.html.startswith("<!DOCTYPE html>\n")


def test_the_page_is_below_half_a_megabyte(made):
    assert len(made.html.encode()) < 500_000


@pytest.mark.parametrize("every", ["week", "day"])
def test_many_periods_keep_the_page_small(every):
    assert len(report(simulate.b2b(), every=every).html.encode()) < 500_000


def test_many_segments_keep_the_page_small():
    rows = [{"customer": f"c{i}", "stage": "outreach", "at": "2026-01-01T00:00Z", "seg": f"s {i}"} for i in range(2000)]
    log = StageLog.from_rows(rows, presets.catalyst8, segment_cols=["seg"], as_of="2026-09-01T00:00Z")
    assert len(report(log, by="seg").html.encode()) < 500_000


def test_the_page_has_no_script_and_fetches_nothing(made):
    page = Page(made.html)
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & set(page.tags)
    assert not [name for name in page.attributes if name.startswith("on")]
    assert not {"src", "srcset", "xlink:href", "action", "background"} & page.attributes
    assert all(value.startswith("#") for value in page.values("href"))
    style = made.html[made.html.index("<style>") : made.html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    for attribute in ("fill", "stroke", "style"):
        assert all(value.startswith("url(#") for value in page.values(attribute) if "url(" in value)


def test_a_policy_forbids_whatever_might_slip_in(made):
    page = Page(made.html)
    assert any("default-src 'none'" in content for content in page.values("content"))


def test_links_lead_to_parts_of_the_page_and_ids_are_unique(made):
    page = Page(made.html)
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {value[1:] for value in page.values("href")} <= set(ids)
    used = {value[5:-1] for name in ("fill", "stroke") for value in page.values(name) if value.startswith("url(#")}
    assert used <= set(ids)


def test_there_is_one_main_heading_and_every_picture_has_a_name(made):
    page = Page(made.html)
    assert page.tags["h1"] == 1
    assert page.values("lang") == ["en"]
    pictures = [attrs for tag, attrs in page.elements if tag == "svg"]
    assert len(pictures) > 8
    assert all(attrs.get("role") == "img" for attrs in pictures)
    places = [i for i, (tag, _) in enumerate(page.elements) if tag == "svg"]
    assert all(page.elements[i + 1][0] == "title" for i in places)


def test_every_table_names_its_columns(made):
    page = Page(made.html)
    assert page.tags["table"] == page.tags["thead"]
    assert page.values("scope").count("col") >= page.tags["table"] * 2


def test_the_sections_come_in_their_order(b2b):
    page = Page(b2b.html)
    found = [" ".join(data.split()) for where, data in page.texts if where == "h2"]
    assert found == ["What stands out", *HEADINGS]


def test_the_remark_stands_on_the_page(b2b, shop):
    assert "Simulated data." in Page(b2b.html).text()
    assert "Peter Fader and Bruce Hardie" in Page(shop.html).text()


def test_the_page_says_how_it_was_counted(shop):
    text = Page(shop.html).text()
    assert "1998-07-01 00:00 (UTC). Later rows are not seen" in text
    assert "180 days from the start, its end included." in text
    assert "lapsed: silent(for_='180 days')" in text


def test_a_window_that_nobody_gave_is_said_to_be_chosen():
    made = report(simulate.b2b(60))
    assert "None was given: it is the longest of" in Page(made.html).text()
    assert "180 days from the start" in Page(made.html).text()


def test_one_report_asks_its_questions_in_one_pass(monkeypatch):
    from custlife.log import base

    passes = []
    asked = base.ask_all
    monkeypatch.setattr(base, "ask_all", lambda questions, history: passes.append(1) or asked(questions, history))
    report(simulate.b2b(40), by="plan")
    assert len(passes) == 1


# -- the same bytes ---------------------------------------------------------------------------------------------------

CODE = """
import hashlib, locale
from custlife import demo, report, simulate
pages = [report(simulate.b2b(80), by=("plan",)), report(demo.purchases())]
print(hashlib.sha256("".join(p.html + p.to_json() for p in pages).encode()).hexdigest())
"""


def test_pages_depend_on_no_hash_seed_no_time_zone_and_no_locale():
    found = set()
    for seed, zone, locale in (
        ("0", "UTC", "C"),
        ("1", "Asia/Kolkata", "C.UTF-8"),
        ("4711", "America/St_Johns", "POSIX"),
    ):
        env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        out = subprocess.run([sys.executable, "-c", CODE], env=env, capture_output=True, text=True, check=True)
        found.add(out.stdout.strip())
    assert len(found) == 1


def test_the_order_of_rows_changes_no_byte():
    rows = simulate.stage_rows(simulate.B2B, customers=60, seed=3, start="2025-01-01T00:00Z", as_of="2026-07-01T00:00Z")

    def html(given):
        log = StageLog.from_rows(
            given, presets.catalyst8, reason_col="reason", segment_cols=["plan"], as_of="2026-07-01T00:00Z"
        )
        return report(log, by="plan").html

    assert html(rows) == html(rows[::-1])


# -- little or nothing ------------------------------------------------------------------------------------------------

TINY = StageModel("tiny", ["one"])


@pytest.mark.parametrize(
    "log",
    [
        simulate.b2b(0),
        EventLog.from_rows([], as_of="2026-01-01T00:00Z"),
        StageLog.from_rows([("a", "awareness", "2026-02-01T00:00Z")], presets.bruxt5, as_of="2026-01-01T00:00Z"),
    ],
)
def test_a_log_without_rows_gives_a_page_that_says_so(log):
    made = report(log)
    assert made.findings == ()
    assert "There is nothing to show" in Page(made.html).text()
    assert Page(made.html).broken == []


@pytest.mark.parametrize(
    "log",
    [
        StageLog.from_rows([("a", "awareness", "2026-01-01T00:00Z")], presets.bruxt5),
        StageLog.from_rows([("a", "one", "2026-01-01T00:00Z"), ("a", "lost", "2026-01-01T00:00Z")], TINY),
        StageLog.from_rows([("a", "one", "2026-01-01T00:00Z")], TINY, as_of="2027-01-01T00:00Z"),
        StageLog.from_rows([("a", "lapsed", "2026-01-01T00:00Z"), ("b", "lost", "2026-01-02T00:00Z")], presets.bruxt5),
        EventLog.from_rows([("a", "visit", "2026-01-01T00:00Z")]),
        EventLog.from_rows(
            [("a", "visit", "2026-01-01T00:00Z"), ("a", "buy", "2026-01-01T00:00Z")], as_of="2026-09-01T00:00Z"
        ),
    ],
)
def test_a_tiny_log_gives_a_sound_page(log):
    for every in ("day", "year"):
        made = report(log, every=every)
        assert Page(made.html).broken == []
        assert "How this was counted" in made.html


def test_what_cannot_be_reported_is_refused():
    nothing: Any = []
    with pytest.raises(UsageTypeError, match="log=list is not a log"):
        report(nothing)
    with pytest.raises(UnknownNameError, match="unknown segment 'color'"):
        report(simulate.b2b(5), by="color")
    with pytest.raises(UsageError, match="every='fortnight' is not a period"):
        report(simulate.b2b(5), every="fortnight")


def test_a_report_prints_its_findings(b2b):
    assert repr(b2b).startswith("<Report 'A company', ")
    assert str(b2b).startswith("A company\n\n- Of 340 customers")
    assert b2b._repr_html_().startswith("<iframe srcdoc=")
    assert (
        hashlib.sha256(b2b.html.encode()).hexdigest()
        == hashlib.sha256(
            report(
                simulate.b2b(), within="180 days", by=("plan", "region"), note="Simulated data.", title="A company"
            ).html.encode()
        ).hexdigest()
    )


def test_what_becomes_of_them_is_said_in_shares_that_sum_to_1(b2b):
    found = dict(b2b.answers)["outcomes"]
    section = b2b.html[b2b.html.index('id="outcomes"') :].split("</section>")[0]
    assert sum(row.count for row in found.rows) == found.entered == 500
    assert sum(row.share for row in found.rows) == pytest.approx(1)
    assert f"{hundred(found['won'].share)} reach Conversion" in section
    assert f"Of those still open, {found.whole.paused:,} stand in an exit" in section


def test_an_exit_called_won_is_what_is_to_be_reached():
    model = StageModel("deal", ["open", "offer"], exits=[Stage("won", exit="ended"), Stage("lost", exit="ended")])
    rows = [("u", "open", "2026-01-01"), ("u", "won", "2026-01-05"), ("v", "open", "2026-01-01")]
    log = StageLog.from_rows(rows, model, tz="UTC", as_of="2026-05-01")
    assert dict(report(log).answers)["outcomes"]["won"].count == 1


def test_where_it_is_too_early_nothing_is_said_of_ends():
    log = StageLog.from_rows([("u", "awareness", "2026-01-01")], presets.bruxt5, tz="UTC", as_of="2026-01-03")
    assert "What becomes of them" not in report(log, within="90 days").html
