"""Small stage logs with touches beside them, that reach the ugly places; and what the tests of sales questions share."""

from __future__ import annotations

from hypothesis import strategies as st

from custlife import EventLog
from tests.analysis.strategies import AS_OF, HOUR, MODEL, SINCE, STAGE_ROWS, ZONE, hour, stage_log
from tests.oracles import lifecycle
from tests.oracles.selling import Touch, seen_touches

PATH = MODEL.keys
EXITS = tuple(stage.key for stage in MODEL.exits)
NAMES = MODEL.codes

TOUCHES = st.lists(
    st.builds(
        Touch,
        st.sampled_from(["u1", "u2", "u3", "nobody"]),
        HOUR.map(hour),
        st.sampled_from(["call", "mail", "a"]),
        st.sampled_from([None, "sales", "care"]),
        st.sampled_from([True, False, None]),
        st.sampled_from(["outbound", "inbound", None]),
    ),
    max_size=9,
)


def events(touches, **options):
    rows = [
        {
            "customer": t.unit,
            "event": t.name,
            "at": t.at,
            "team": t.team,
            "by_human": t.human,
            "direction": t.direction,
        }
        for t in touches
    ]
    columns = {"value_cols": ["team", "by_human", "direction"], "tz": ZONE, **options}
    return EventLog.from_rows(rows, **columns)


@st.composite
def logs(draw, since=SINCE):
    """Rows, touches, as_of, since."""
    return draw(STAGE_ROWS), draw(TOUCHES), draw(AS_OF), draw(since)


def both(made):
    """The logs, and what the oracles see of them."""
    rows, touches, as_of, since = made
    seen = lifecycle.histories(rows, NAMES, as_of, collapse=True)
    return stage_log(rows, as_of, since), events(touches), seen, seen_touches(touches, as_of)
