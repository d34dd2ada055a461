"""Simulated frames: determined by their seed whatever their size and pieces, and of the same truth as simulated rows."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from math import sqrt
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife import StageModel
from custlife.errors import MissingExtraError, TimeError, UnknownNameError, UsageError
from custlife.simulate import (
    B2B,
    Leaving,
    Rates,
    Season,
    Trait,
    Wait,
    Way,
    drawing,
    rates_for,
    stage_frame,
    stage_frames,
    stage_rows,
    write_parquet,
)
from custlife.simulate.arriving import arrivals

np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")
polars = pytest.importorskip("polars")

START, AS_OF = "2025-01-01T00:00Z", "2026-07-01T00:00Z"
FLOATS = st.floats(0, 1, exclude_max=True)


def frame(customers: int = 300, seed: int = 1, **options):
    return stage_frame(options.pop("rates", B2B), customers=customers, seed=seed, kind="pyarrow", **options)


def digest(table) -> str:
    return hashlib.sha256(repr(table.to_pylist()).encode()).hexdigest()[:16]


class TestSeeds:
    def test_the_same_seed_gives_the_same_frame_and_another_one_another(self) -> None:
        assert frame() == frame()
        assert len({digest(frame(20, seed)) for seed in (-2, -1, 0, 1, 2, 2**32, 2**64)}) == 7

    def test_the_frame_of_seed_one_is_this_everywhere(self) -> None:
        """Pinned: whoever changes rates or draws changes it knowingly, and every platform must agree."""
        assert digest(frame(50)) == PINNED

    @pytest.mark.parametrize("customers", [0, 1, 50, drawing.BLOCK, drawing.BLOCK + 1])
    def test_the_first_customers_do_not_depend_on_how_many_follow(self, customers) -> None:
        few, many = frame(customers), frame(drawing.BLOCK + 100)
        assert many.slice(0, len(few)) == few

    @pytest.mark.parametrize("chunk", [700, drawing.BLOCK, 20_000, 10**6])
    def test_pieces_are_the_whole(self, chunk) -> None:
        pieces = list(stage_frames(B2B, customers=20_000, chunk=chunk, kind="pyarrow"))
        assert len(pieces) == -(-20_000 // chunk)
        assert pa.concat_tables(pieces).combine_chunks() == frame(20_000).combine_chunks()

    @pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York"])
    def test_frames_depend_on_no_hash_seed_and_no_time_zone(self, zone) -> None:
        code = (
            "import hashlib; from custlife.simulate import *;"
            "rows = stage_frame(B2B, customers=50, kind='pyarrow').to_pylist();"
            "print(hashlib.sha256(repr(rows).encode()).hexdigest()[:16])"
        )
        env = {**os.environ, "PYTHONHASHSEED": "7", "TZ": zone}
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == PINNED


PINNED = "d421bc4c1b2c29c9"


class TestRows:
    def test_a_frame_has_the_columns_of_rows(self) -> None:
        (row, *_) = stage_rows(B2B, customers=1, seed=1, start=START, as_of=AS_OF)
        assert frame().column_names == list(row)
        assert [str(found) for found in frame().schema.types[:5]] == [
            "string", "string", "timestamp[us, tz=UTC]", "timestamp[us, tz=UTC]", "string",
        ]  # fmt: skip

    def test_an_export_holds_nothing_later_than_itself_and_knows_nothing_before_it_happened(self) -> None:
        last = cl.instant(AS_OF)
        for row in frame().to_pylist():
            assert row["at"] <= row["recorded_at"] <= last

    def test_the_rows_of_a_customer_lie_together_in_time_order(self) -> None:
        rows = frame(2000).to_pylist()
        places = {row["customer"]: place for place, row in enumerate(rows)}
        for place, row in enumerate(rows):
            after = rows[place + 1] if place < places[row["customer"]] else row
            assert (after["customer"], after["at"] >= row["at"]) == (row["customer"], True)

    def test_only_moves_that_take_no_time_share_an_instant(self) -> None:
        """Waits of half a minute: whole minutes would often be none."""
        model = StageModel("tiny", ["a", "b"])
        never, often = (
            frame(2000, rates=Rates(model, (("a", 1.0),), (Leaving("a", (Way("b", 1.0, Wait(0.0004)),)),), at_once=share),
                  precision="minute")
            for share in (0.0, 0.3)
        )  # fmt: skip
        assert max(Counter(zip(*columns(never, "customer", "at"), strict=True)).values()) == 1
        assert max(Counter(zip(*columns(often, "customer", "at"), strict=True)).values()) == 2

    def test_reasons_are_given_where_the_way_has_some_and_null_elsewhere(self) -> None:
        given_ = {(stage, reason) for stage, reason in zip(*columns(frame(5000), "stage", "reason"), strict=True)}
        allowed = {(way.to, reason) for one in B2B.leaving for way in one.ways for reason, _ in way.reasons}
        assert {pair for pair in given_ if pair[1] is not None} == allowed
        assert ("outreach", None) in given_

    @pytest.mark.parametrize(("precision", "us"), [("microsecond", 1), ("second", 10**6), ("minute", 6 * 10**7)])
    def test_instants_are_whole_steps(self, precision, us) -> None:
        table = frame(500, precision=precision)
        for name in ("at", "recorded_at"):
            found = table[name].cast(pa.int64()).to_numpy()
            assert not (found % us).any()
            assert (found % (us * 10)).any()

    def test_a_model_with_no_rates_gets_even_ones(self) -> None:
        model = StageModel("tiny", ["a", "b"], exits=[cl.Stage("gone", exit="ended")])
        table = frame(500, rates=rates_for(model))
        assert set(table["stage"].to_pylist()) == {"a", "b", "gone"}

    def test_a_stage_with_no_way_out_is_never_left_and_nobody_returns_from_where_nobody_was(self) -> None:
        model = StageModel("tiny", ["a", "b"], exits=[cl.Stage("away", exit="paused")])
        back = Rates(model, (("away", 1.0),), (Leaving("away", (Way("", 1.0, Wait(1)),)),))
        assert len(frame(50, rates=back)) == 50
        assert len(stage_rows(back, customers=50, seed=1, start=START, as_of=AS_OF)) == 50


def columns(table, *names: str) -> list[list]:
    return [table[name].to_pylist() for name in names]


class TestForms:
    def test_every_kind_holds_the_same_rows(self) -> None:
        rows = frame().to_pylist()
        assert stage_frame(B2B, customers=300, kind="polars").to_dicts() == rows
        assert stage_frame(B2B, customers=300).to_dicts() == rows
        duckdb = pytest.importorskip("duckdb")
        assert isinstance(stage_frame(B2B, customers=300, kind="duckdb"), duckdb.DuckDBPyRelation)
        assert stage_frame(B2B, customers=300, kind="duckdb").to_arrow_table().to_pylist() == rows
        pytest.importorskip("pandas")
        found = stage_frame(B2B, customers=300, kind="pandas")
        assert str(found["at"].dtype) == "datetime64[us, UTC]"
        assert pa.Table.from_pandas(found).cast(frame().schema).to_pylist() == rows

    def test_a_file_holds_the_rows_of_the_pieces(self, tmp_path) -> None:
        from pyarrow.parquet import ParquetFile, read_table

        path = tmp_path / "log.parquet"
        rows = write_parquet(path, B2B, customers=900, chunk=250)
        assert (rows, ParquetFile(path).num_row_groups) == (len(frame(900)), 4)
        assert read_table(path).to_pylist() == frame(900).to_pylist()

    def test_a_file_of_nobody_has_columns(self, tmp_path) -> None:
        path = tmp_path / "log.parquet"
        assert write_parquet(path, B2B, customers=0) == 0
        assert polars.read_parquet(path).schema == stage_frame(B2B, customers=0, kind="polars").schema

    @pytest.mark.parametrize("order", ["time", "shuffled"])
    def test_another_order_has_the_same_rows(self, order) -> None:
        rows, found = frame().to_pylist(), frame(order=order).to_pylist()
        assert sorted(map(repr, found)) == sorted(map(repr, rows))
        assert found != rows
        ats = [row["at"] for row in found]
        assert (ats == sorted(ats)) is (order == "time")
        assert frame(order=order).to_pylist() == found

    def test_ids_are_as_asked_for_and_no_two_customers_share_one(self) -> None:
        made = {ids: frame(drawing.BLOCK + 50, ids=ids)["customer"].to_pylist() for ids in ("hex", "uuid", "int")}
        assert list(dict.fromkeys(made["int"])) == list(range(1, drawing.BLOCK + 51))
        for found in made.values():
            assert list(map(found.index, found[:500])) == list(map(made["int"].index, made["int"][:500]))
            assert len(set(found)) == drawing.BLOCK + 50
        assert all(len(id_) == 16 and int(id_, 16) >= 0 for id_ in made["hex"])
        assert {(UUID(id_).version, str(UUID(id_)) == id_) for id_ in made["uuid"]} == {(4, True)}
        assert len({id_[-12:] for id_ in made["uuid"]}) == drawing.BLOCK + 50
        assert not {id_[-12:] for id_ in made["uuid"]} & {id_[-12:] for id_ in made["hex"]}

    @pytest.mark.parametrize("ids", ["hex", "uuid", "int"])
    def test_ids_are_the_same_in_any_order(self, ids) -> None:
        one, other = (frame(ids=ids, order=order) for order in ("customer", "shuffled"))
        assert Counter(map(repr, one.to_pylist())) == Counter(map(repr, other.to_pylist()))


class TestErrors:
    @pytest.mark.parametrize(
        ("options", "error", "text"),
        [
            ({"customers": -1}, UsageError, "customers=-1 is not a count"),
            ({"seed": "x"}, UsageError, "seed='x' is not a count"),
            ({"as_of": START}, TimeError, f"as_of={START!r} is not after start={START!r}"),
            ({"ids": "email"}, UnknownNameError, "unknown ids 'email'"),
            ({"order": "random"}, UnknownNameError, "unknown order 'random'"),
            ({"precision": "day"}, UnknownNameError, "unknown precision 'day'"),
            ({"kind": "panda"}, UnknownNameError, "unknown kind of frame 'panda'"),
        ],
    )
    def test_words_that_cannot_be_used_are_refused(self, options, error, text) -> None:
        for make in (stage_frame, stage_frames):
            with pytest.raises(error) as caught:
                make(B2B, **{"customers": 5, "start": START, **options})
            assert str(caught.value).startswith(text)

    @pytest.mark.parametrize("chunk", [0, 1.5, True])
    def test_a_piece_has_somebody(self, chunk) -> None:
        with pytest.raises(UsageError, match=f"^chunk={chunk!r} is not a number of customers"):
            stage_frames(B2B, customers=5, chunk=chunk)

    @pytest.mark.parametrize("name", ["numpy", "pyarrow"])
    def test_what_is_missing_is_named(self, name, monkeypatch, tmp_path) -> None:
        monkeypatch.setitem(sys.modules, name, None)
        for kind, extra in (("polars", "polars"), ("pandas", "pandas"), ("pyarrow", "polars"), ("duckdb", "duckdb")):
            with pytest.raises(MissingExtraError, match=f"^simulating frames needs the extra {extra!r}"):
                stage_frame(B2B, customers=5, kind=kind)
        with pytest.raises(MissingExtraError, match=r"^simulating frames needs the extra 'polars'"):
            write_parquet(tmp_path / "log.parquet", B2B, customers=5)
        assert not list(tmp_path.iterdir())


class TestDraws:
    """What is drawn for many customers at once is what is drawn for one."""

    @given(st.lists(FLOATS, min_size=1), st.sampled_from([1, 2, 4]), st.floats(0.1, 1000), st.floats(0.25, 4))
    def test_waits(self, chances, shape, median, pace) -> None:
        found = median * pace * drawing._odds(np.array(chances), np.full(len(chances), shape))
        assert found.tolist() == [Wait(median, shape).drawn(chance, pace) for chance in chances]

    @given(st.lists(FLOATS, min_size=1), st.sampled_from([None, Season(weekdays=[1, 1, 1, 1, 1, 0, 0])]), st.data())
    def test_arrivals(self, chances, season, data) -> None:
        first = data.draw(st.integers(-(10**7), 10**7))
        made = arrivals(season, first, first + data.draw(st.integers(5_000, 10**6)), 1440)
        assert drawing._arrived(made, np.array(chances)).tolist() == [made.at(chance) for chance in chances]


TRUTH = Rates(
    StageModel("m", ["a", "b", "c"], exits=[cl.Stage("away", exit="paused"), cl.Stage("lost", exit="ended")]),
    (("a", 0.8), ("b", 0.2)),
    (
        Leaving("a", (Way("b", 0.5, Wait(10)), Way("c", 0.1, Wait(20, 4)), Way("away", 0.2, Wait(15, 1)), Way("lost", 0.1, Wait(30)))),
        Leaving("b", (Way("c", 0.6, Wait(25, 4)), Way("a", 0.1, Wait(5)), Way("lost", 0.3, Wait(40)))),
        Leaving("away", (Way("", 0.4, Wait(20)),)),
    ),
    at_once=0.1,
    late=0.2,
    traits=(Trait("plan", (("fast", 0.5, 0.5), ("slow", 0.5, 2.0))),),
    season=Season(months=[1, 1, 2, 2, 1, 1, 0.5, 0.5, 1, 1, 1, 1], weekdays=[1, 1, 1, 1, 1, 0.3, 0]),
)  # fmt: skip
MANY = {"rows": 12_000, "frames": 40_000}
DAYS = 60


def made(rates: Rates, source: str, customers: int, start: str = START, as_of: str = AS_OF) -> list[dict]:
    """The rows of both ways to draw them."""
    options = {"customers": customers, "seed": 5, "start": start, "as_of": as_of}
    return (
        stage_rows(rates, **options) if source == "rows" else stage_frame(rates, kind="pyarrow", **options).to_pylist()
    )


def histories(source: str) -> list[list[tuple[str, float, str]]]:
    """Stage, day and trait of every row of the customers seen for `DAYS` at least, by customer."""
    found: dict[str, list] = {}
    for row in made(TRUTH, source, MANY[source]):
        found.setdefault(row["customer"], []).append((row["stage"], row["at"], row["plan"]))
    last = cl.instant(AS_OF) - timedelta(days=DAYS)
    return [
        [(stage, (at - one[0][1]) / timedelta(days=1), plan) for stage, at, plan in one]
        for one in found.values()
        if one[0][1] <= last
    ]


@pytest.fixture(scope="module", params=["rows", "frames"])
def seen(request) -> list[list[tuple[str, float, str]]]:
    return histories(request.param)


def near(hits: int, of: int, truth: float) -> bool:
    """Within five standard errors, and the 0.002 that the numerical truth is good to."""
    return abs(hits / of - truth) < 5 * sqrt(truth * (1 - truth) / of) + 0.002


class TestTruth:
    """Rows and frames are drawn in different ways from the same rates; both must show the truth that these imply."""

    @pytest.mark.parametrize("days", [7, 30, DAYS])
    @pytest.mark.parametrize("goal", ["b", "c", "away", "lost"])
    def test_who_reaches_a_stage_in_time(self, seen, goal, days) -> None:
        goals = {"b": ("b", "c"), "c": ("c",)}.get(goal, (goal,))
        hits = sum(any(stage in goals and day <= days for stage, day, _ in one) for one in seen)
        assert near(hits, len(seen), TRUTH.probability(None, goal, within=f"{days} days"))

    @pytest.mark.parametrize("days", [0, 7, 30, DAYS])
    @pytest.mark.parametrize("stage", TRUTH.model.codes)
    def test_who_stands_where(self, seen, stage, days) -> None:
        hits = sum([name for name, day, _ in one if day <= days][-1] == stage for one in seen)
        assert near(hits, len(seen), TRUTH.standing(None, stage, after=f"{days} days"))

    @pytest.mark.parametrize("days", [7, 30, DAYS])
    @pytest.mark.parametrize("to", [None, "b", "away", "lost"])
    def test_how_long_the_first_stay_lasts_and_where_it_leads(self, seen, to, days) -> None:
        """Only first stays: later ones are more often those of fast customers."""
        mine = [one for one in seen if one[0][0] == "a"]
        hits = sum(len(one) > 1 and one[1][1] <= days and to in (None, one[1][0]) for one in mine)
        assert near(hits, len(mine), TRUTH.left_by("a", f"{days} days", to=to))

    def test_who_is_fast(self, seen) -> None:
        assert near(sum(one[0][2] == "fast" for one in seen), len(seen), 0.5)


@pytest.mark.parametrize("source", ["rows", "frames"])
def test_estimates_find_the_truth_in_both(source) -> None:
    """The intervals of 99.99 % of a funnel hold it, and the curve of the time in a stage runs beside it."""
    log = cl.StageLog.from_rows(made(TRUTH, source, 8000), TRUTH.model, as_of=AS_OF)
    for step in log.funnel(within=cl.hours(24 * 30), level=0.9999).steps[1:]:
        truth = TRUTH.probability(None, step.name, within="30 days")
        assert step.interval.low - 0.002 <= truth <= step.interval.high + 0.002
    curve = log.time_in_stage("away")["away"].curve
    for days in (7, 30, 90):
        assert curve.at(days).incidence == pytest.approx(TRUTH.left_by("away", f"{days} days"), abs=0.04)


class TestSeasons:
    @pytest.mark.parametrize("source", ["rows", "frames"])
    def test_customers_appear_by_month_and_weekday(self, source) -> None:
        firsts = Counter()
        rates = Rates(TRUTH.model, TRUTH.entry, (), season=TRUTH.season)
        for row in made(rates, source, 20_000, START, "2026-01-01T00:00Z"):
            firsts[row["at"].date()] += 1
        whole = sum(TRUTH.season.weight(day) for day in days_of_2025())
        for part in (lambda day: ("month", day.month), lambda day: ("weekday", day.weekday())):
            weights, counts = Counter(), Counter()
            for day in days_of_2025():
                weights[part(day)] += TRUTH.season.weight(day) / whole
                counts[part(day)] += firsts[day]
            for key, weight in weights.items():
                assert abs(counts[key] / 20_000 - weight) <= 5 * sqrt(weight * (1 - weight) / 20_000), key


def days_of_2025():
    return [cl.instant("2025-01-01T00:00Z").date() + timedelta(days=n) for n in range(365)]
