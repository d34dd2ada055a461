"""DuckDB by hand, as fast as we could make it: codes, one sort, then windows without a partition, which stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from framed.policy import AS_OF_US, CUSTOMER_FROM, MONTHS, PATH, STAGES, START, WINDOW, answers, funnel_answer

if TYPE_CHECKING:
    from pathlib import Path

    from framed.policy import Answers

OUT = len(PATH)
Rows = list[tuple[Any, ...]]

CODED = """
create type stages as enum {stages};
create table raw as select customer, enum_code(stage::stages)::utinyint as s, epoch_us(file.at) as t from '{path}' file;
create table ids as select customer, row_number() over () as c from (select distinct customer from raw);
create table log as select ids.c::uinteger as c, s, t from raw join ids using (customer);
drop table raw
"""
SORTED = "create table sorted as select c, s, t from log order by c, t, s; drop table log"
FUNNEL = """
with first as (select c, min(t) as start from {rows} where s < {out} group by c),
    inside as (select log.c, s, start from {rows} log join first using (c) where s < {out} and t <= start + {window}),
    deepest as (select c, max(s) as depth, any_value(start) as start from inside group by c)
select depth, count(*), count(*) filter (start + {window} <= {as_of}) from deepest group by depth
"""
STAYS = """
create table stays as
with before as (select c, s, t, lag(c) over () as c_before, lag(s) over () as s_before from sorted),
    moves as (
        select c, s, t, case when c_before = c then s_before end as before from before
        where (c_before = c and s_before = s) is not true
    ),
    after as (select *, lead(c) over () as c_after, lead(t) over () as t_after from moves)
select c, s, t, before, case when c_after = c then t_after else {as_of} end as until,
    (c_after = c) is not true as open
from after
"""
TRANSITIONS = "select before, s, count(*) from stays group by before, s"
SPELLS = """
with lengths as (select (until - t) * 2 + open::int as key from stays where s = {code} order by key),
    places as (
        select key // 2 as length, key % 2 as open, row_number() over () as place,
            (select count(*) from stays where s = {code}) as n
        from lengths
    ),
    curve as (
        select length, open, sum(
            case when open = 1 then 0 when place = n then -50 else ln(1 - 1.0::double / (n - place + 1)) end
        ) over (rows unbounded preceding) as log_survival
        from places
    )
select count(*), sum(open)::bigint, min(length) filter (log_survival <= ln(0.5) + 1e-12) from curve
"""
RETENTION = """
with months as (
        select c, date_diff('month', timestamp '{start}', make_timestamp(t)) as low,
            date_diff('month', timestamp '{start}', make_timestamp(until - 1 + open::int)) as high
        from stays where s >= {customer} and s < {out}
    ),
    masks as (
        select c, min(low) as cohort,
            bit_or(((1::bigint << (greatest(high - low, 0) + 1)::int) - 1) << low::int) as mask
        from months group by c
    ),
    patterns as (select cohort, mask, count(*) as n from masks group by cohort, mask)
select cohort, month, sum(n)::bigint from patterns, range(0, {months}) as every(month)
where (mask >> month::int) & 1 = 1 group by cohort, month
"""


def coded(path: Path) -> duckdb.DuckDBPyConnection:
    """The rows with small integers for texts."""
    base = duckdb.connect()
    base.execute(CODED.format(path=path, stages=STAGES))
    return base


def report(path: Path) -> Answers:
    """From the file to the four answers."""
    base = coded(path)
    base.execute(SORTED)
    base.execute(STAYS.format(as_of=AS_OF_US))
    return answers(*depths(base, "sorted"), transitions(base), time_in_stage(base), *retention(base))


def funnel(path: Path) -> Answers:
    """From the file to the funnel alone, which needs no sort."""
    return funnel_answer(*depths(coded(path), "log"))


def depths(base: duckdb.DuckDBPyConnection, rows: str) -> tuple[list[int], tuple[int, list[int]]]:
    """Customers by the furthest stage within the window, added up from the last step to the first."""
    sql = FUNNEL.format(rows=rows, out=OUT, window=WINDOW, as_of=AS_OF_US)
    found = base.execute(sql).fetchall()
    reached, ripe = ([sum(row[column] for row in found if row[0] >= k) for k in range(OUT)] for column in (1, 2))
    return reached, (ripe[0], ripe)


def transitions(base: duckdb.DuckDBPyConnection) -> dict[tuple[int, int], int]:
    """Moves by pair."""
    return {(-1 if a is None else a, b): n for a, b, n in base.execute(TRANSITIONS).fetchall()}


def time_in_stage(base: duckdb.DuckDBPyConnection) -> dict[int, tuple[int, int, int | None]]:
    """Stays, open ones and Kaplan-Meier median, stage by stage."""
    codes = range(len(STAGES))
    return {code: base.execute(SPELLS.format(code=code)).fetchall()[0] for code in codes}


def retention(base: duckdb.DuckDBPyConnection) -> tuple[dict[int, int], dict[tuple[int, int], int]]:
    """Customers by cohort and month: the months of one as the bits of a number."""
    sql = RETENTION.format(start=START.date(), customer=CUSTOMER_FROM, out=OUT, months=MONTHS)
    counts = {(cohort, at): n for cohort, at, n in base.execute(sql).fetchall()}
    return {cohort: counts.get((cohort, cohort), 0) for cohort in range(MONTHS)}, counts
