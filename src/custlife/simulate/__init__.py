"""Made-up customers from known rates: to try things out, to teach, and to test whether an estimate finds the truth.

Everything comes from one seed: the same seed gives the same rows on every platform. Waiting times are drawn with
arithmetic that every machine rounds alike, and each customer (in frames: each block of them) has a generator of its
own, so that the first hundred of a thousand customers are the hundred.
"""

from __future__ import annotations

from custlife.simulate.arriving import Season
from custlife.simulate.company import B2B, b2b, rates_for
from custlife.simulate.earning import b2b_contracts, b2b_costs, b2b_responses, b2b_revenue
from custlife.simulate.frames import stage_frame, stage_frames, write_parquet
from custlife.simulate.rates import Leaving, Rates, Trait, Wait, Way
from custlife.simulate.touching import b2b_deals, b2b_tickets, b2b_touches
from custlife.simulate.walking import stage_rows

__all__ = [
    "B2B",
    "Leaving",
    "Rates",
    "Season",
    "Trait",
    "Wait",
    "Way",
    "b2b",
    "b2b_contracts",
    "b2b_costs",
    "b2b_deals",
    "b2b_responses",
    "b2b_revenue",
    "b2b_tickets",
    "b2b_touches",
    "rates_for",
    "stage_frame",
    "stage_frames",
    "stage_rows",
    "write_parquet",
]
