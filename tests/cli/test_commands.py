"""What each command prints, writes and returns."""

from __future__ import annotations

import json

import pytest

from custlife import StageModel, __version__, presets
from tests.cli.running import run

HEADER = "id,stage,when,plan,why\n"
ROWS = """\
a,Awareness,2026-01-01,pro,
a,intent,2026-01-20,pro,
b,awareness,2026-01-03,basic,
b,lost,2026-02-01,basic,price
c,AWARENESS,2026-02-01,,
c,conversion,2026-02-05,,
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


@pytest.fixture
def contacts(here):
    (here / "contacts.csv").write_text(HEADER + ROWS, encoding="utf-8")
    return "contacts.csv"


COLS = ["--customer-col", "id", "--at-col", "when", "--tz", "UTC"]


# -- demo -------------------------------------------------------------------------------------------------------------


def test_demo_prints_what_stands_out_and_writes_two_pages(capsys, here):
    ran = run(capsys, "demo")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("CDNOW: what became of the customers of early 1997\n====")
    assert "Of 2,357 customers that began at First purchase and had the full 180 days, 887 reached" in ran.out
    assert "Simulated data: 500 made-up customers" in ran.out
    assert "Peter Fader and Bruce Hardie" in ran.out
    assert sorted(path.name for path in (here / "custlife-demo").iterdir()) == ["demo-b2b.html", "demo-shop.html"]
    assert all(len(line) <= 100 for line in ran.out.splitlines())


def test_demo_writes_where_it_is_told_and_the_same_bytes_again(capsys, here):
    run(capsys, "demo", "--out", "one")
    run(capsys, "demo", "--out", "two/deep")
    for name in ("demo-shop.html", "demo-b2b.html"):
        assert (here / "one" / name).read_bytes() == (here / "two" / "deep" / name).read_bytes()


def test_demo_speaks_json(capsys):
    ran = run(capsys, "demo", "--json")
    found = json.loads(ran.out)
    assert list(found) == ["shop", "b2b"]
    assert found["shop"]["findings"][0]["figure"] == "37.6\u202f%"
    assert found["shop"]["answers"]["funnel"]["rows"][1]["reached"] == 887


# -- report -----------------------------------------------------------------------------------------------------------


def test_report_makes_a_page_from_stages(capsys, contacts, here):
    ran = run(
        capsys,
        "report",
        contacts,
        "--model",
        "bruxt5",
        *COLS,
        "--within",
        "30 days",
        "--by",
        "plan",
        "--reason-col",
        "why",
    )
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[0] == "The lifecycle of 3 customers"
    assert "Wrote contacts-report.html" in ran.out
    assert "note: assumed: --as-of 2026-02-05T00:00:00+00:00" in ran.out
    page = (here / "contacts-report.html").read_text(encoding="utf-8")
    assert "Awareness to Conversion within 30 days, by plan" in page


def test_report_obeys_every_word(capsys, contacts, here):
    ran = run(
        capsys, "report", contacts, "--model", "bruxt5", *COLS, "--out", "sub/page.html", "--title", "Mine", "--note", "Remark.",
        "--as-of", "2026-06-01", "--since", "2026-01-02", "--every", "week", "--unit", "deal",
    )  # fmt: skip
    assert ran.code == 0
    assert ran.out.startswith("Mine\n====\nRemark.\nStageLog of 3 deals, 6 rows, as of 2026-06-01 00:00 UTC\n")
    assert (here / "sub" / "page.html").exists()


def test_report_understands_other_spellings(capsys, here):
    (here / "crm.csv").write_text("customer,stage,at\na,MQL,2026-01-01T00:00Z\n", encoding="utf-8")
    assert run(capsys, "report", "crm.csv", "--model", "bruxt5").code == 1
    assert run(capsys, "report", "crm.csv", "--model", "bruxt5", "--aliases", "MQL=engagement").code == 0


def test_report_leaves_bad_rows_out_only_when_told(capsys, here):
    (here / "crm.csv").write_text(
        "customer,stage,at\na,intent,2026-01-01T00:00Z\nb,nope,2026-01-01T00:00Z\n", encoding="utf-8"
    )
    ran = run(capsys, "report", "crm.csv", "--model", "bruxt5")
    assert ran.code == 1
    assert "unknown stage 'nope'" in ran.err
    ran = run(capsys, "report", "crm.csv", "--model", "bruxt5", "--on-bad", "drop")
    assert ran.code == 0
    assert "note: dropped" in ran.out


def test_report_makes_a_page_from_events(capsys, here):
    lines = [{"customer": c, "event": "visit", "at": f"2026-0{m}-01T00:00Z"} for c in "ab" for m in (1, 2)]
    (here / "events.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    ran = run(capsys, "report", "events.jsonl", "--as-of", "2026-06-01T00:00Z")
    assert ran.code == 0
    assert ran.out.startswith("What 2 customers did\n")
    assert "Wrote events-report.html" in ran.out


def test_report_speaks_json_and_then_writes_only_when_told(capsys, contacts, here):
    ran = run(capsys, "report", contacts, "--model", "bruxt5", *COLS, "--json")
    assert json.loads(ran.out)["answers"]["funnel"]["rows"][0]["reached"] == 3
    assert not (here / "contacts-report.html").exists()
    ran = run(capsys, "report", contacts, "--model", "bruxt5", *COLS, "--json", "--out", "page.html")
    json.loads(ran.out)
    assert (here / "page.html").exists()


def test_report_takes_a_model_from_a_file(capsys, contacts, here):
    (here / "mine.toml").write_text(
        StageModel("mine", ["awareness", "intent", "conversion"]).to_toml(), encoding="utf-8"
    )
    assert run(capsys, "report", contacts, "--model", "mine.toml", *COLS).code == 0


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["nowhere.csv", "--model", "bruxt5"], "custlife: there is no file nowhere.csv\n"),
        (
            ["contacts.csv", "--model", "bruxt6", *COLS],
            "custlife: unknown preset 'bruxt6'\n\nHint: did you mean 'bruxt5'?",
        ),
        (
            ["contacts.csv", "--model", "bruxt5"],
            "custlife: the rows have no column --customer-col customer\n\nHint: there are: 'id', ",
        ),
        (
            ["contacts.csv", "--model", "bruxt5", *COLS, "--within", "90"],
            "custlife: ",
        ),
        (["contacts.csv", "--model", "bruxt5", *COLS, "--by", "color"], "custlife: "),
        (
            ["contacts.csv", "--model", "bruxt5", *COLS, "--aliases", "MQL"],
            "custlife: --aliases 'MQL' is not THEIRS=STAGE\n\nHint: write --aliases 'MQL=lead'\n",
        ),
        (
            ["contacts.csv", "--stage-col", "stage", *COLS],
            "custlife: --stage-col has no effect here: it goes with --model\n\nHint: drop --stage-col, or pass --model\n",
        ),
        (
            ["contacts.csv", "--model", "bruxt5", *COLS, "--event", "x"],
            "custlife: --event has no effect here: it goes with no --model\n\nHint: drop --event, or pass no --model\n",
        ),
        (
            ["contacts.csv", "--model", "bruxt5", *COLS, "--every", "fortnight"],
            "custlife: --every fortnight is not a period",
        ),
        (["contacts.csv", "--model", "missing.toml", *COLS], "custlife: there is no file missing.toml\n"),
    ],
)
def test_report_says_what_is_wrong_and_returns_1(capsys, contacts, here, words, text):
    ran = run(capsys, "report", *words)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(text)
    assert "Traceback" not in ran.err
    assert [path.name for path in here.iterdir()] == ["contacts.csv"]


# -- models and show --------------------------------------------------------------------------------------------------


def test_models_lists_every_preset(capsys):
    ran = run(capsys, "models")
    assert ran.code == 0
    assert all(name in ran.out for name in presets.names())


def test_models_can_be_asked_for_a_number_of_stages(capsys):
    out = run(capsys, "models", "--stages", "8").out
    assert "catalyst8" in out
    assert "bruxt5" not in out
    assert run(capsys, "models", "--stages", "99").out == "no preset lists 99 stages; see: custlife models\n"


def test_models_speak_json(capsys):
    found = json.loads(run(capsys, "models", "--json", "--stages", "5").out)
    assert [one["name"] for one in found][:1] == ["bruxt5"]
    assert set(found[0]) == {"name", "stages", "title", "source", "reconstructed"}


def test_show_prints_stages_and_diagram(capsys):
    ran = run(capsys, "show", "catalyst8")
    assert ran.code == 0
    assert ran.out.startswith("Eight stages with their teams (Catalyst map) (model 'catalyst8', version 1)\n")
    assert "│ Outreach" in ran.out


@pytest.mark.parametrize("name", ["catalyst8", "hubspot8", "ecommerce4"])
def test_show_writes_documents_that_load_again(capsys, here, name):
    model = presets.get(name)
    assert StageModel.from_toml(run(capsys, "show", name, "--toml").out) == model
    assert StageModel.from_json(run(capsys, "show", name, "--json").out) == model
    (here / "model.json").write_text(run(capsys, "show", name, "--json").out, encoding="utf-8")
    assert run(capsys, "show", "model.json").out == run(capsys, "show", name).out


def test_show_draws(capsys):
    assert run(capsys, "show", "bruxt5", "--svg").out.startswith("<svg")
    assert run(capsys, "show", "bruxt5", "--mermaid").out.startswith("flowchart")
    journey = run(capsys, "show", "bruxt5", "--journey").out
    assert journey.startswith("Journey: Five stages (Bruxt article)\nAwareness\n")
    assert "  owner" in journey


def test_show_names_the_nearest_preset(capsys):
    ran = run(capsys, "show", "catalyst9")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("custlife: unknown preset 'catalyst9'\n\nHint: did you mean 'catalyst8'?")


# -- the frame --------------------------------------------------------------------------------------------------------


def test_version(capsys):
    ran = run(capsys, "--version")
    assert (ran.code, ran.out) == (0, f"custlife {__version__}\n")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nonsense"],
        ["show"],
        ["report"],
        ["show", "bruxt5", "--toml", "--json"],
        ["models", "--stages", "x"],
        ["demo", "--frob"],
    ],
)
def test_what_is_no_command_line_returns_2(capsys, words):
    ran = run(capsys, *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("usage: custlife")


@pytest.mark.parametrize("words", [["--help"], ["demo", "--help"], ["report", "-h"], ["models", "-h"], ["show", "-h"]])
def test_help_helps(capsys, words):
    ran = run(capsys, *words)
    assert ran.code == 0
    assert ran.out.startswith("usage: custlife")
