"""The CDNOW purchases as events, and the stages that rules make of them.

The thresholds come from the purchases themselves (days with a purchase; two orders on one day are one occasion):

- 90 % of the gaps between two purchases are 196 days or shorter. Of those silent for 180 days, one in six (17 %) buys
  within the next 180. So 180 days of silence are a lapse, and not yet a loss.
- Within 180 days of the first purchase 38 % buy again, after the second 56 %, after the third 70 %. From the third on,
  more than two in three come back: it makes a customer loyal.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from custlife.calendar import days
from custlife.engines.rules import Rules, count, seen, silent
from custlife.log.event_log import EventLog
from custlife.stages import Citation, Stage, StageModel

if TYPE_CHECKING:
    from custlife.log.stage_log import StageLog

__all__ = ["MODEL", "ORIGIN", "RULES", "purchases", "shop"]

ORIGIN = (
    "Real data: purchases at the online music shop CDNOW, a 1/10 sample of all customers who first bought in the "
    "first quarter of 1997, followed until the end of June 1998. Collected and published for research by Peter Fader "
    "and Bruce Hardie; redistributed in the packages lifetimes (MIT) and pymc-marketing (Apache-2.0)."
)
"""Where the data are from; name it wherever they are shown."""

AS_OF = "1998-07-01T00:00Z"
"""The first instant after the last day that was observed, so that June 1998 is complete."""

MODEL = StageModel(
    "shop",
    [
        Stage(
            "first_purchase",
            "First purchase",
            about="Has bought once.",
            entered_by="the first purchase",
            needs=["find the music", "be sure that the shop delivers"],
            process=["a welcome, and a reason to come back soon: most who return do so within weeks"],
            owners=["Marketing"],
            metrics=["share that buys again within 180 days"],
        ),
        Stage(
            "repeat",
            "Repeat",
            about="Has bought twice.",
            entered_by="a purchase on a second day",
            needs=["find more of what one likes"],
            process=["recommendations from both purchases"],
            owners=["Marketing"],
            metrics=["share that buys a third time within 180 days"],
        ),
        Stage(
            "loyal",
            "Loyal",
            about="Has bought three times or more.",
            entered_by="a purchase on a third day",
            needs=["be known, and served fast"],
            process=["early news, no need for discounts"],
            owners=["Customer care"],
            metrics=["days between purchases", "share that lapses"],
        ),
    ],
    exits=[
        Stage(
            "lapsed",
            "Lapsed",
            about="Has bought nothing for 180 days; the next purchase brings the customer back.",
            exit="paused",
        )
    ],
    customer_from="first_purchase",
    title="A shop: first purchase, repeat, loyal",
    about="The stages of the demo, made from purchases by rules.",
    cited=Citation("made for the CDNOW demo of custlife"),
)
"""First purchase, repeat, loyal, and lapsed as the exit from which one may return."""

RULES = Rules(
    {
        "first_purchase": seen("purchase"),
        "repeat": count("purchase", 2),
        "loyal": count("purchase", 3),
        "lapsed": silent(for_=days(180)),
    }
)
"""What must happen before a customer enters each stage."""


def purchases() -> EventLog:
    """The purchases as a log of events named `purchase`, one for each customer and day, as of 1 July 1998.

    The file has dates only. They are read as days in UTC, so that every day has 24 hours and nothing depends on a time
    zone database; the shop's own clock (Pennsylvania) would move no purchase to another date. Orders of one customer on
    one day cannot be put in order and are one occasion: 6,919 rows become 6,696 events. Each has `cds` (how many) and
    `cents` (US cents).

    Examples:
        >>> purchases()
        <EventLog of 2,357 customers, 6,696 rows, as of 1998-07-01 00:00 UTC>
    """
    rows = [
        {"customer": customer, "at": day, "event": "purchase", "cds": cds, "cents": cents}
        for (customer, day), (cds, cents) in sorted(_days().items())
    ]
    return EventLog.from_rows(rows, value_cols=("cds", "cents"), tz="UTC", as_of=AS_OF)


def shop() -> StageLog:
    """The stages that `RULES` make of the purchases: first purchase, repeat, loyal, and lapsed after 180 silent days.

    Who comes back from a lapse returns to the stage left, or straight to the one that the purchase itself leads to.

    Examples:
        >>> shop().funnel(within="180 days")["repeat"].reached
        887
    """
    return purchases().to_stages(MODEL, RULES)


def _days() -> dict[tuple[str, date], tuple[int, int]]:
    """CDs and cents by customer and day."""
    from csv import DictReader
    from decimal import Decimal
    from gzip import decompress
    from importlib.resources import files

    packed = files("custlife.demo").joinpath("data", "cdnow_sample.csv.gz").read_bytes()
    found: dict[tuple[str, date], tuple[int, int]] = {}
    for row in DictReader(decompress(packed).decode("ascii").splitlines()):
        key = (row["customer_id"], date.fromisoformat(row["date"]))
        cds, cents = found.get(key, (0, 0))
        found[key] = cds + int(row["cds"]), cents + int(Decimal(row["value"]) * 100)
    return found
