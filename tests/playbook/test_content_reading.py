"""Inventories of content as files hold them, and what is refused with which words."""

from __future__ import annotations

from datetime import date

import attrs
import pytest

import custlife as cl
from custlife import playbook
from custlife.errors import DataError, UnknownNameError, UsageError, UsageTypeError
from custlife.playbook import ContentItem, Inventory
from tests.playbook.inventories import AS_OF, DAY, MODEL

FIELDS = ("team", "profile", "message", "channel")


class TestReading:
    def test_a_table_is_read_with_columns_of_other_names(self, tmp_path):
        path = tmp_path / "content.csv"
        path.write_text('Name,For,Created by,Date\nPreis é,"visitor;prospect",Sales,2026-01-31\n\n', "utf-8")
        found = Inventory.from_csv(path, title="Name", stages="For", team="Created by", published="Date")
        assert found.items == (
            ContentItem("Preis é", ("visitor", "prospect"), team="Sales", published=date(2026, 1, 31)),
        )
        assert found.known == ("title", "stages", "team", "published")
        assert repr(found) == "<Inventory of 1 items, known: title, stages, team, published>"

    def test_all_faults_are_found_at_once(self):
        rows = [{"title": ""}, {"title": "x", "published": "31.1.2026"}, {"title": "x", "team": 7}, "x"]
        with pytest.raises(DataError) as caught:
            Inventory.from_rows(rows)
        assert str(caught.value) == (
            "the inventory cannot be read\n"
            "  row 0: title='' is empty; pass what tells the item apart\n"
            "  row 1: '31.1.2026' is not a day; write it as 2026-03-31\n"
            "  row 2: team=7 is not a text; write team='...'\n"
            "  row 3: 'x' is not a mapping of columns to values"
        )

    def test_files_that_are_no_table_are_named(self, tmp_path):
        path = tmp_path / "c.csv"
        path.write_text("title,team\nx\n", "utf-8")
        with pytest.raises(
            DataError, match=r"is no table with a header\n  line 2: 1 cells, not 2\n\nHint: pass delimiter"
        ):
            Inventory.from_csv(path)
        path.write_bytes("title\né\n".encode("latin-1"))
        with pytest.raises(DataError, match="is not utf-8-sig text"):
            Inventory.from_csv(path)

    def test_rows_of_frames_may_have_gaps_and_timestamps(self):
        pandas = pytest.importorskip("pandas")
        frame = pandas.DataFrame(
            {"title": ["x", "y"], "team": ["A", None], "published": pandas.to_datetime(["2026-01-31", None])}
        )
        found = Inventory.from_rows(frame.to_dict("records"))
        assert [(item.team, item.published) for item in found] == [("A", date(2026, 1, 31)), ("", None)]

    def test_likely_mistakes_are_named(self):
        with pytest.raises(UnknownNameError, match=r"^unknown field of content 'owner'"):
            Inventory.from_rows([], owner="x")
        with pytest.raises(UnknownNameError, match=r"^unknown column for team 'Team'"):
            Inventory.from_rows([{"title": "x"}], team="Team")
        with pytest.raises(DataError, match=r"^the rows have no column 'title'\n\nHint: name it: title='Name'"):
            Inventory.from_rows([{"Name": "x"}])
        with pytest.raises(UsageTypeError, match=r"^items\[0\]='x' is not a ContentItem"):
            Inventory(["x"])
        with pytest.raises(UsageTypeError, match=r"^7 is not a day"):
            ContentItem("x", published=7)
        with pytest.raises(UsageTypeError, match="are no names"):
            ContentItem("x", [7])
        with pytest.raises(UnknownNameError, match="field of content 'owner'"):
            Inventory([], ["owner"])
        assert len(Inventory.from_rows([])) == 0

    def test_a_part_of_it_can_be_looked_at(self):
        inventory = Inventory([ContentItem("a", profile="smb"), ContentItem("b")])
        assert [item.title for item in inventory.where(profile="smb")] == ["a"]
        assert [item.title for item in inventory.where(profile="")] == ["b"]
        with pytest.raises(UnknownNameError, match="unknown profile 'SMB'"):
            inventory.where(profile="SMB")
        with pytest.raises(UnknownNameError, match="field of content 'title'"):
            inventory.where(title="a")


class TestErrors:
    @pytest.mark.parametrize(
        ("of", "options", "error", "says"),
        [
            (MODEL, {}, UsageError, "^as_of is missing"),
            (MODEL, {"as_of": AS_OF, "demand": "headcount"}, UsageError, "^demand='headcount' needs a log"),
            (MODEL, {"as_of": AS_OF, "demand": 7}, UsageTypeError, "^demand=7 is no demand"),
            (MODEL, {"as_of": AS_OF, "demand": {"visitr": 7}}, UnknownNameError, "did you mean 'visitor'"),
            (MODEL, {"as_of": AS_OF, "demand": {"visitor": -1}}, UsageError, r"^demand\['visitor'\]=-1 is no number"),
            (MODEL, {"as_of": AS_OF, "demand": {"visitor": float("nan")}}, UsageError, "=nan is no number"),
            (
                MODEL,
                {"as_of": AS_OF, "demand": {"visitor": 1, "Visitor": 1}},
                UsageError,
                "^demand names 'visitor' twice",
            ),
            (
                MODEL,
                {"as_of": AS_OF, "demand": {"lapsed": 1}},
                UsageError,
                r"^demand names stages that are not compared",
            ),
            (MODEL, {"as_of": AS_OF, "stages": []}, UsageError, r"^stages=\[\] leaves nothing to compare"),
            (MODEL, {"as_of": AS_OF, "counts": "new"}, UsageError, "^counts='new' is not a mode"),
            ("log", {}, UsageTypeError, "^of='log' is neither a log of stages nor a model"),
        ],
    )
    def test_likely_mistakes_are_named(self, of, options, error, says):
        with pytest.raises(error, match=says):
            playbook.coverage(Inventory([]), of, **options)

    def test_those_of_logs_and_items_too(self):
        log = cl.StageLog.from_rows([("a", "visitor", "2026-01-05T09:00Z")], MODEL)
        with pytest.raises(UsageError, match=r"^as_of has no effect on a log"):
            playbook.coverage(Inventory([]), log, as_of=AS_OF)
        with pytest.raises(UsageError, match=r"^demand='churn' is not a mode"):
            playbook.coverage(Inventory([]), log, demand="churn")
        with pytest.raises(UsageTypeError, match=r"^inventory=.* is no Inventory"):
            playbook.coverage([], log)
        with pytest.raises(UnknownNameError, match="unknown stage 'vistor'"):
            playbook.coverage(Inventory([ContentItem("x", "vistor")]), log)
        found = playbook.coverage(Inventory([]), log)
        with pytest.raises(UnknownNameError, match="unknown stage 'x'"):
            found["x"]
        with pytest.raises(UnknownNameError, match="field of content 'title'"):
            found.across("title")
        events = cl.EventLog.from_rows([("a", "login", "2026-01-05T09:00Z")])
        with pytest.raises(UsageTypeError, match="is neither a log of stages nor a model"):
            playbook.coverage(Inventory([]), events)

    def test_pictures_and_documents_of_an_answer(self):
        inventory = Inventory(
            [
                ContentItem("<b>", "visitor", team="A", published=DAY),
                ContentItem("p", "prospect", published="2027-01-01"),
            ]
        )
        found = playbook.coverage(inventory, MODEL, demand={"visitor": 1, "prospect": 1}, as_of=AS_OF)
        assert "█ supply  ▓ demand\nVisitor " in found.picture().text()
        assert "Planned, not counted: 1 items." in str(found)
        assert attrs.asdict(found.question)["demand"] == "given"
        assert (found["visitor"].gap, found["prospect"].gap) == (-0.5, 0.5)
        assert '"gap": -0.5' in found.to_json()
        assert "<b>" not in found.grid("team").svg()
        assert "0 common mistakes show" in found._repr_html_()
