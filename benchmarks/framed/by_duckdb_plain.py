"""DuckDB by hand, as one writes SQL: codes, windows over customers, and the months unrolled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framed.by_duckdb import coded, depths, transitions
from framed.policy import AS_OF_US, CUSTOMER_FROM, MONTHS, PATH, START, answers

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from framed.policy import Answers

STAYS = """
create table stays as
with before as (select c, s, t, lag(s) over (partition by c order by t, s) as before from log),
    moves as (select * from before where before is distinct from s),
    after as (select *, lead(t) over (partition by c order by t, s) as after from moves)
select c, s, t, before, coalesce(after, {as_of}) as until, after is null as open from after
"""
SPELLS = """
with risks as (
        select s, until - t as length, open,
            count(*) over (partition by s) - row_number() over (partition by s order by until - t, open) + 1 as risk
        from stays
    ),
    curve as (
        select s, length, open, sum(case when open then 0 when risk = 1 then -50 else ln(1 - 1.0::double / risk) end)
            over (partition by s order by length, open rows unbounded preceding) as log_survival
        from risks
    )
select s, count(*), sum(open::int)::bigint, min(length) filter (log_survival <= ln(0.5) + 1e-12) from curve group by s
"""
RETENTION = """
with months as (
        select c, date_diff('month', timestamp '{start}', make_timestamp(t)) as low,
            date_diff('month', timestamp '{start}', make_timestamp(until - 1 + open::int)) as high
        from stays where s >= {customer} and s < {out}
    ),
    touched as (select distinct c, unnest(range(low, greatest(low, high) + 1)) as month from months),
    cohorts as (select c, min(low) as cohort from months group by c)
select cohort, month, count(*) from touched join cohorts using (c) group by cohort, month
"""


def report(path: Path) -> Answers:
    """From the file to the four answers."""
    base = coded(path)
    base.execute(STAYS.format(as_of=AS_OF_US))
    stays = {code: (n, last, median) for code, n, last, median in base.execute(SPELLS).fetchall()}
    return answers(*depths(base, "log"), transitions(base), stays, *retention(base))


def retention(base: duckdb.DuckDBPyConnection) -> tuple[dict[int, int], dict[tuple[int, int], int]]:
    """Customers by cohort and month: every month that a stay touches, once."""
    sql = RETENTION.format(start=START.date(), customer=CUSTOMER_FROM, out=len(PATH))
    counts = {(cohort, at): n for cohort, at, n in base.execute(sql).fetchall()}
    return {cohort: counts.get((cohort, cohort), 0) for cohort in range(MONTHS)}, counts
