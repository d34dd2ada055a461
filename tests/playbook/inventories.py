"""Inventories of content for tests, and what a model asks of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from custlife import presets
from custlife.playbook import ContentItem, Inventory

MODEL = presets.deepstash6
DAY = date(2026, 3, 31)
AS_OF = datetime(2026, 3, 31, 12, tzinfo=UTC)

published = st.none() | st.integers(-40, 900).map(lambda n: DAY - timedelta(days=n)) | st.sampled_from(
    [date(2025, 3, 31), date(2025, 3, 30), date(2025, 4, 1), DAY, DAY + timedelta(days=1)]
)  # fmt: skip

items = st.builds(
    ContentItem,
    st.sampled_from(["Post", "Guide", "Fall é", "Post"]),
    st.lists(st.sampled_from([*MODEL.keys, "lapsed", "Visitor"]), max_size=3, unique=True),
    team=st.sampled_from(["", "Marketing", "Marketing", "Sales"]),
    profile=st.sampled_from(["", "smb"]),
    message=st.sampled_from(["", "speed"]),
    type=st.sampled_from(["", "post", "case study"]),
    channel=st.sampled_from(["", "blog"]),
    published=published,
    last_used=st.sampled_from([None, DAY]),
)

inventories = st.lists(items, max_size=9).map(Inventory)
demands = st.dictionaries(st.sampled_from(MODEL.keys), st.integers(0, 5))
modes = st.sampled_from(["all", "fresh"])


def placed(item):
    return {MODEL.resolve(name) for name in item.stages} & set(MODEL.keys)


def a_year_on(day):
    return date(day.year + 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


def out(inventory, mode):
    found = [item for item in inventory if item.published is None or item.published <= DAY]
    return found if mode == "all" else [i for i in found if i.published is not None and a_year_on(i.published) >= DAY]
