"""Models as people see them."""

from __future__ import annotations

from hypothesis import given

from custlife.stages import Requires, Stage, StageModel, Transition
from tests.stages import strategies as make

SALES = StageModel(
    "sales",
    [Stage("lead", "Lead", owners=["SDR"]), Stage("offer", phase="evaluate", needs=["a price", "a date"]), "won"],
    exits=["lost"],
    unplaced=["parked"],
    policy="stepwise",
    customer_from="won",
    title="Sales funnel",
    transitions=[
        Transition("lead", "won", action="buys at once", reason_required=True, guards=["ok", Requires("event", "signed")]),
        Transition("offer", "won", min_gap="1 day", max_gap="30 days"),
        Transition(None, "offer"),
    ],
)  # fmt: skip


def test_the_repr_is_one_line():
    assert (
        repr(SALES)
        == "StageModel('sales', ['lead', 'offer', 'won'], policy='stepwise', customer_from='won', version=1)"
    )
    big = StageModel("big", [f"s{number}" for number in range(200)])
    assert (
        repr(big)
        == "StageModel('big', ['s0', 's1', 's2', 's3', 's4', 's5', 's6', ... 193 more], policy='open', version=1)"
    )


def test_the_text_is_a_table_with_exits_and_transitions():
    assert (
        str(SALES)
        == """\
Sales funnel (model 'sales', version 1)
place     stage   name    phase     owners
────────  ──────  ──────  ────────  ──────
1         lead    Lead              SDR
2         offer   Offer   evaluate
3         won     Won
unplaced  parked  Parked
ended     lost    Lost
policy: stepwise; customers from: won; lead -> won (buys at once, needs a
reason, needs ok, needs event signed); offer -> won (at least 1 day, at most
30 days); start -> offer"""
    )


def test_the_picture_draws_the_path_and_what_is_declared_once():
    picture = SALES.picture()
    assert [(box.id, box.label, box.note, box.lane) for box in picture.nodes] == [
        ("lead", "Lead", "SDR", 0),
        ("offer", "Offer", "evaluate", 0),
        ("won", "Won", "", 0),
        ("parked", "Parked", "unplaced", 1),
        ("lost", "Lost", "ended", 2),
    ]
    assert [(arrow.source, arrow.target, arrow.label) for arrow in picture.arrows] == [
        ("lead", "offer", ""),
        ("offer", "won", ""),
        ("lead", "won", "buys at once"),
    ]
    assert (
        picture.note == "Moves lead to the next stage or an exit; who comes back starts over or goes on. Way in: Offer."
    )


def test_a_step_that_the_model_refuses_is_not_drawn():
    model = StageModel("m", ["a", "b"], policy="declared", transitions=[Transition(None, "b"), Transition("b", "a")])
    assert [(arrow.source, arrow.target) for arrow in model.picture().arrows] == [("b", "a")]


def test_mermaid_names_every_box():
    lines = SALES.to_mermaid().splitlines()
    assert lines[0] == "flowchart LR"
    assert '    s1 -->|"buys at once"| s3' in lines


def test_the_journey_map_has_a_row_for_each_stage_of_the_path():
    table = SALES.journey_map()
    assert table.columns == ("stage", "owner", "needs", "process", "touchpoints", "content", "metrics")
    assert table.rows[1] == ("Offer", None, ("a price", "a date"), None, None, None, None)
    assert len(table.rows) == 3


@given(make.models(rich=True))
def test_every_model_can_be_shown_in_every_way(model):
    assert str(model)
    assert repr(model).startswith("StageModel(")
    assert model.to_mermaid().startswith("flowchart LR")
    assert model.picture().svg().startswith("<svg")
    assert "<table" in model._repr_html_()
    assert model.journey_map().text()


def test_labels_are_escaped_in_html():
    model = StageModel("m", [Stage("a", "<script>alert(1)</script>")])
    assert "<script>" not in model._repr_html_()
