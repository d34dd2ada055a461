"""What a picture refuses, and what it says."""

from __future__ import annotations

import math

import pytest

from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from custlife.pictures import (
    Arrow,
    Bars,
    Boxes,
    Cards,
    Columns,
    Flows,
    Grid,
    Lines,
    Link,
    Node,
    Ranges,
    Segment,
    Series,
    Table,
)

CASES = [
    (
        lambda: Bars(["a", "b"], [("n", [1])]),
        UsageError,
        "segment 'n' has 1 values for 2 labels\n\nHint: pass one value for each of the labels",
    ),
    (
        lambda: Bars(["a", "b"], [], between=["x", "y"]),
        UsageError,
        "between has 2 values for 1 gaps between labels\n\nHint: pass one value for each of the gaps between labels",
    ),
    (
        lambda: Ranges(["a", "b"], [1, 2], [0], [2, 3]),
        UsageError,
        "low has 1 values for 2 labels\n\nHint: pass one value for each of the labels",
    ),
    (
        lambda: Ranges(["a"], [1], [0], [2], tones=["goood"]),
        UnknownNameError,
        (
            "unknown tone 'goood'\n\nHint: did you mean 'good'? There are: 'good', 'pending', 'muted', 'bad', "
            "'accent1', 'accent2', 'accent3', 'accent4', 'accent5', 'accent6', 'accent7', 'accent8'"
        ),
    ),
    (
        lambda: Ranges(["a"], [1], [0], [2], ends=["x", "y"]),
        UsageError,
        "ends has 2 values for 1 labels\n\nHint: pass one value for each of the labels",
    ),
    (
        lambda: Columns(["a"], [], line=("net", [1, 2])),
        UsageError,
        "segment 'net' has 2 values for 1 labels\n\nHint: pass one value for each of the labels",
    ),
    (
        lambda: Segment("n", [math.inf]),
        UsageError,
        "value=inf cannot be drawn\n\nHint: pass a finite number below 1e300, or None",
    ),
    (
        lambda: Segment("n", ["many"]),
        UsageTypeError,
        "value='many' is not a number\n\nHint: pass a number or None",
    ),
    (
        lambda: Segment("n", [1], "goood"),
        UnknownNameError,
        (
            "unknown tone 'goood'\n\nHint: did you mean 'good'? There are: 'good', 'pending', 'muted', 'bad', "
            "'accent1', 'accent2', 'accent3', 'accent4', 'accent5', 'accent6', 'accent7', 'accent8'"
        ),
    ),
    (
        lambda: Segment("n", [1], look="dotted"),
        UsageError,
        "unknown look='dotted'\n\nHint: pass one of: '', 'solid', 'hatched', 'outline'",
    ),
    (
        lambda: Bars("abc", []),
        UsageTypeError,
        "expected a sequence, got 'abc'\n\nHint: pass ['abc']",
    ),
    (
        lambda: Table(5, []),
        UsageTypeError,
        "expected a sequence, got 5\n\nHint: pass a list or a tuple",
    ),
    (
        lambda: Table(["a", "b"], [[1, 2], [3]]),
        UsageError,
        "rows[1] has 1 values for 2 columns\n\nHint: pass one value for each of the columns",
    ),
    (
        lambda: Table(["a"], [], limit=-1),
        UsageError,
        "limit=-1 is negative\n\nHint: pass a number of rows, or None for all",
    ),
    (
        lambda: Table(["a"], [], align=["middle"]),
        UsageError,
        "unknown align='middle'\n\nHint: pass one of: 'left', 'right'",
    ),
    (
        lambda: Grid(["a"], ["b", "c"], [[1]]),
        UsageError,
        "values[0] has 1 values for 2 columns\n\nHint: pass one value for each of the columns",
    ),
    (
        lambda: Grid([], [], [], form="money"),
        UsageError,
        "unknown form='money'\n\nHint: pass one of: 'number', 'percent'",
    ),
    (
        lambda: Cards(["a"], ["b"], []),
        UsageError,
        "cells has 0 values for 1 rows\n\nHint: pass one value for each of the rows",
    ),
    (
        lambda: Series("s", [0, 1], [1]),
        UsageError,
        "series 's' ys has 1 values for 2 xs\n\nHint: pass one value for each of the xs",
    ),
    (
        lambda: Series("s", [0, 1], [1, 2], low=[0, 1]),
        UsageError,
        "series 's' high has 0 values for 2 xs\n\nHint: pass one value for each of the xs",
    ),
    (
        lambda: Series("s", [1, 0], [1, 2]),
        UsageError,
        "series 's' has xs that fall\n\nHint: sort the points by x",
    ),
    (
        lambda: Series("s", [0, None], [1, 2]),
        UsageError,
        "x=None is no place @ xs[1]\n\nHint: leave the point out",
    ),
    (
        lambda: Lines([("a", [0], [1]), ("b", ["x"], [1])]),
        UsageError,
        "some series have numbers as xs and some have labels\n\nHint: use one kind in all series",
    ),
    (
        lambda: Lines([Series("a", [0], [1], style="area"), Series("b", [1], [1], style="area")]),
        UsageError,
        "area 'b' has other xs than 'a'\n\nHint: give all areas the same xs",
    ),
    (
        lambda: Lines([("a", ["x"], [1])], marks=[(1, "m")]),
        UsageError,
        "marks need numbers as xs\n\nHint: leave out marks, or pass numbers as xs",
    ),
    (
        lambda: Link("a", "b", -1),
        UsageError,
        "link 'a' to 'b' has value=-1.0 below zero\n\nHint: pass zero or more; give a flow back as a link the other way",
    ),
    (
        lambda: Flows(["a"], [("a", "b", 1)]),
        UnknownNameError,
        "unknown node 'b' @ links[0]\n\nHint: there are: 'a'",
    ),
    (
        lambda: Flows(["a", "a"], []),
        UsageError,
        "two nodes have the id 'a'\n\nHint: give each node its own id",
    ),
    (
        lambda: Flows([Node("a", layer=0), Node("b")], []),
        UsageError,
        "1 of 2 nodes have a layer\n\nHint: give all nodes a layer, or none",
    ),
    (
        lambda: Boxes(["stage"], [("stage", "stag")]),
        UnknownNameError,
        "unknown box 'stag' @ arrows[0]\n\nHint: did you mean 'stage'? There are: 'stage'",
    ),
    (
        lambda: Boxes(["a", "a"]),
        UsageError,
        "two boxes have the id 'a'\n\nHint: give each box its own id",
    ),
    (
        lambda: Arrow("a", "b", style="wavy"),
        UsageError,
        "unknown style='wavy'\n\nHint: pass one of: 'solid', 'dashed'",
    ),
]


@pytest.mark.parametrize(("make", "kind", "text"), CASES, ids=[text.split("\n")[0] for *_, text in CASES])
def test_refusal_says_what_and_what_to_do(make, kind, text):
    with pytest.raises(kind) as caught:
        make()
    assert str(caught.value) == text
