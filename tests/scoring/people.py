"""People to look back on: their moves, facts and ends, and a score that is plain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

import custlife as cl
from custlife import scoring
from tests.scoring.made import DAY, MODEL
from tests.scoring.test_over_time import at

END = at(400)
PLAIN = scoring.named("logins", lambda request: min(100, 10 * sum(e.name == "login" for e in request.customer.events)))
anchors = st.sampled_from([datetime(2026, month, 1, tzinfo=UTC) for month in range(1, 13)])
times = st.integers(0, 400 * 24).map(lambda hours: at(1) + timedelta(hours=hours)) | anchors


@st.composite
def people(draw):
    found = []
    for number in range(draw(st.integers(1, 6))):
        events = []
        for _ in range(draw(st.integers(0, 6))):
            when = draw(times)
            lag = draw(st.sampled_from([None, 0, 5, 60]))
            recorded_at = None if lag is None else when + lag * DAY
            events.append(cl.Event(draw(st.sampled_from(["login", "login", "renewed"])), when, recorded_at=recorded_at))
        moves = draw(
            st.lists(st.tuples(st.sampled_from(["awareness", "conversion", "lapsed", "lost"]), times), max_size=3)
        )
        found.append(cl.Customer(f"c{number}", MODEL, moves=moves, events=events))
    return found
