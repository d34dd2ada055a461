"""The findings of the demo are true: counted again from the CSV file by brute force over dates."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from datetime import date, timedelta
from importlib.resources import files
from itertools import pairwise
from math import sqrt

import pytest

from custlife import demo, report

END = date(1998, 7, 1)
WINDOW = timedelta(days=180)


@pytest.fixture(scope="module")
def days():
    """The days on which each customer bought."""
    packed = files("custlife.demo").joinpath("data", "cdnow_sample.csv.gz").read_bytes()
    found = defaultdict(set)
    for row in csv.DictReader(gzip.decompress(packed).decode().splitlines()):
        found[row["customer_id"]].add(date.fromisoformat(row["date"]))
    return {customer: sorted(bought) for customer, bought in found.items()}


@pytest.fixture(scope="module")
def findings():
    made = report(demo.shop(), within="180 days", events=demo.purchases())
    return [str(one) for one in made.findings]


def walk(bought):
    """The stages of one customer as (day, stage), by the rules, one purchase after the other."""
    stages = ["first_purchase", "repeat", "loyal"]
    moves = []
    for number, day in enumerate(bought):
        if number and day - bought[number - 1] > WINDOW:
            moves.append((bought[number - 1] + WINDOW, "lapsed"))
        stage = stages[min(number, 2)]
        if not moves or moves[-1][1] != stage:
            moves.append((day, stage))
    if bought[-1] + WINDOW <= END:
        moves.append((bought[-1] + WINDOW, "lapsed"))
    return moves


def wilson(k, n):
    z = 1.959963984540054
    middle, half = (k + z * z / 2) / (n + z * z), z * sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    return f"{100 * k / n:.1f}\u202f% (95\u202f% interval {100 * (middle - half):.1f}–{100 * (middle + half):.1f})"


def test_the_data_are_those_that_fader_and_hardie_describe(days):
    assert len(days) == 2357
    assert min(min(bought) for bought in days.values()) == date(1997, 1, 1)
    assert all(bought[0] < date(1997, 4, 1) for bought in days.values())
    assert sum(map(len, days.values())) == len(demo.purchases()) == 6696
    assert sum(map(len, map(walk, days.values()))) == len(demo.shop())


def test_the_rules_give_every_customer_the_stages_that_brute_force_gives(days):
    spells = defaultdict(list)
    for row in demo.shop().spells().rows:
        spells[row.customer].append((row.entered.date(), row.stage))
    assert {customer: sorted(moves) for customer, moves in spells.items()} == {
        c: sorted(walk(b)) for c, b in days.items()
    }


def test_the_first_finding_is_the_share_that_bought_again(days, findings):
    again = sum(len(bought) > 1 and bought[1] - bought[0] <= WINDOW for bought in days.values())
    assert findings[0] == (
        f"Of 2,357 customers that began at First purchase and had the full 180 days, {again:,} reached Repeat: "
        f"{wilson(again, 2357)}."
    )


def test_the_second_finding_is_the_third_purchase(days, findings):
    starts = [(bought[1], bought[2] if len(bought) > 2 else None) for bought in days.values() if len(bought) > 1]
    over = [(a, b) for a, b in starts if a + WINDOW <= END]
    made = sum(b is not None and b - a <= WINDOW for a, b in over)
    pending = sum(a + WINDOW > END and b is None for a, b in starts)
    assert findings[1] == (
        f"That is where most are lost. It gets easier between Repeat and Loyal: {made:,} of {len(over):,} customers made it "
        f"within 180 days, {wilson(made, len(over))}. Another {pending} customers are still within the 180 days and may yet make "
        "it: pending, counted neither as won nor as lost."
    )


def test_the_fourth_finding_is_who_comes_back_after_a_lapse(days, findings):
    entered = over = back = pending = 0
    for bought in days.values():
        moves = walk(bought)
        lapse = next((day for day, stage in moves if stage == "lapsed"), None)
        if lapse is None:
            continue
        entered += 1
        returned = next((day for day, stage in moves if day > lapse and stage != "lapsed"), None)
        in_time = returned is not None and returned - lapse <= WINDOW
        over += lapse + WINDOW <= END
        back += in_time and lapse + WINDOW <= END
        pending += lapse + WINDOW > END and not in_time
    assert findings[3] == (
        f"Of {over:,} customers that came into Lapsed at least 180 days ago, {back:,} were back on the path within 180 days: "
        f"{wilson(back, over)}. Another {pending} customers are still within the 180 days and may yet make it: pending, counted "
        "neither as won nor as lost."
    )


def test_the_fifth_finding_is_who_bought_a_year_later(days, findings):
    def month(day):
        return day.year * 12 + day.month

    active = sum(any(month(day) == month(bought[0]) + 12 for day in bought) for bought in days.values())
    assert findings[4] == (
        f"12 months after the month of the first event, {active} of 2,357 customers did something in that month: "
        f"{wilson(active, 2357)}."
    )


def test_the_last_finding_is_where_everybody_stands(days, findings):
    lapsed = sum(walk(bought)[-1][1] == "lapsed" for bought in days.values())
    here = 2357 - lapsed
    assert findings[5] == (
        f"As of 1998-07-01 00:00 (UTC), {here} of 2,357 customers ({100 * here / 2357:.1f}\u202f%) are on the path; "
        f"{lapsed:,} in Lapsed."
    )


def test_the_median_stay_of_the_loyal_is_that_of_kaplan_and_meier(days, findings):
    ended, still = [], []
    for bought in days.values():
        moves = walk(bought)
        for number, (day, stage) in enumerate(moves):
            if stage == "loyal" and number + 1 < len(moves):
                ended.append((moves[number + 1][0] - day).days)
            elif stage == "loyal":
                still.append((END - day).days)
    share, left = 1.0, len(ended) + len(still)
    for time in sorted(set(ended)):
        at_risk = sum(t >= time for t in (*ended, *still))
        share *= 1 - ended.count(time) / at_risk
        if share <= 0.5:
            break
    assert findings[2].startswith(
        f"They stay longest in Loyal: half of these stays are over after {time} days (95\u202f% interval "
    )
    assert findings[2].endswith(f"{len(still)} of {left} stays last still, and count as not over.")


def test_the_thresholds_are_argued_from_the_data_with_true_numbers(days):
    """What the docstring of `custlife.demo.shop` says."""
    gaps = sorted((b - a).days for bought in days.values() for a, b in pairwise(bought))
    assert gaps[int(len(gaps) * 0.9)] == 196
    silent = [
        (a, b)
        for bought in days.values()
        for a, b in zip(bought, [*bought[1:], None], strict=True)
        if ((b or END) - a).days >= 180 and (END - a).days >= 360
    ]
    assert round(100 * sum(b is not None and (b - a).days <= 360 for a, b in silent) / len(silent)) == 17
    for number, percent in ((1, 38), (2, 56), (3, 70)):
        old = [b for b in days.values() if len(b) >= number and b[number - 1] + WINDOW <= END]
        soon = sum(len(b) > number and b[number] - b[number - 1] <= WINDOW for b in old)
        assert round(100 * soon / len(old)) == percent


def test_too_young_a_log_says_so_instead_of_giving_a_rate():
    log = demo.shop().with_as_of("1997-03-01T00:00Z")
    made = report(log, within="180 days")
    assert made.findings[0].figure == "too early"
    assert made.findings[0].says.startswith("Nobody has had the full 180 days since First purchase yet")
