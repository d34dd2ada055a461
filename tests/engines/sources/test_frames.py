"""Rows in a frame are the same history as the rows themselves, whatever the frame and however it is cut."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.engines.sources.reading import read
from tests.engines.sources import making
from tests.engines.sources.making import Kinds, kinds, layout, outcome, rows_of, wanted


def options_of(kind: Kinds, ambiguous: str, on_bad: str) -> dict[str, Any]:
    local = {} if kind.at == "aware" else {"tz": "Europe/Zurich", "ambiguous": ambiguous}
    return {**local, "on_bad": on_bad, "constant": None if "name" in kind.roles else "buy"}


@pytest.mark.parametrize("name", making.FRAMES)
@given(data=st.data())
def test_a_frame_is_the_history_of_its_rows(name: str, data: st.DataObject) -> None:
    kind = data.draw(kinds())
    rows = data.draw(rows_of(kind))
    ambiguous, on_bad = (
        data.draw(st.sampled_from(["raise", "earlier", "later"])),
        data.draw(st.sampled_from(["raise", "drop"])),
    )
    model = making.MODEL if data.draw(st.booleans()) and "name" in kind.roles else None
    how = layout(kind.roles, model=model, **options_of(kind, ambiguous, on_bad))
    frame = making.FRAMES[name](rows, kind)
    parts = data.draw(st.integers(1, 5))
    expected = outcome(lambda: making.by_rows(rows, kind.roles, how))
    found = outcome(lambda: making.whole(read(frame, wanted(kind.roles), how, partitions=parts)))
    assert found == expected
