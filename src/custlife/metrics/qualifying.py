"""Metrics of qualification: how many leads pass to the next hands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.metrics.converting import converting
from custlife.metrics.definition import LOG
from custlife.metrics.registry import catalogued

if TYPE_CHECKING:
    from custlife.metrics.converting import Length, Names
    from custlife.metrics.metric import Metric

__all__ = ["csql_rate", "mql_rate", "pql_rate", "sql_rate"]


@catalogued("qualification", lead="lead", mql="marketing_qualified_lead", within="30 days")
def mql_rate(lead: str, mql: str, *, within: Length, on: str = LOG) -> Metric:
    """The share of leads that marketing comes to qualify: engaged enough, and a fit.

    Args:
        lead: The stage or event of a new lead.
        mql: That of a marketing-qualified lead.
        within: The most time between them.
        on: The input that is asked.
    """
    return converting(
        "mql_rate",
        lead,
        mql,
        within,
        on,
        label="MQL rate",
        question="How many leads become marketing-qualified?",
        is_not=("SQL rate: Sales has accepted nobody yet.", "A raw signal: engagement without fit is no MQL."),
        pitfalls=("Contacts of one account counted apart; roll them up to accounts first.",),
        source="MQL: engagement and fit at or above a threshold",
    )


@catalogued("qualification", mql="marketing_qualified_lead", sql="sales_qualified_lead", within="14 days")
def sql_rate(mql: str, sql: str, *, within: Length, on: str = LOG) -> Metric:
    """The share of marketing-qualified leads that Sales accepts: the acceptance rate of MQLs.

    Args:
        mql: The stage or event of a marketing-qualified lead.
        sql: That of a sales-qualified lead.
        within: The most time between them.
        on: The input that is asked.
    """
    return converting(
        "sql_rate",
        mql,
        sql,
        within,
        on,
        label="SQL rate",
        question="How many marketing-qualified leads does Sales accept?",
        is_not=("Win rate: accepted is not won.", "MQL rate: that is one step earlier."),
        pitfalls=("Leads that Sales never looked at count as not accepted; see the response time.",),
        source="SQL: accepted by Sales; acceptance rate is accepted over raised",
    )


@catalogued("qualification", signed_up="signed_up", proof="key_feature_used", within="14 days")
def pql_rate(signed_up: str, proof: Names, *, within: Length, on: str = LOG) -> Metric:
    """The share of sign-ups whose use of the product qualifies them for Sales.

    Args:
        signed_up: The stage or event that opens the window.
        proof: The stage or event that says that use reached value and shows intent; rules turn several acts into
            one stage.
        within: The most time from sign-up.
        on: The input that is asked.
    """
    return converting(
        "pql_rate",
        signed_up,
        proof,
        within,
        on,
        label="PQL rate",
        question="How many sign-ups qualify by their use of the product?",
        is_not=(
            "Activation: first value is not yet intent to buy.",
            "MQL rate: nothing a lead read or clicked counts.",
        ),
        pitfalls=("One act alone is a signal; activation, a key feature and intent together qualify.",),
        source="PQL: product usage reached value (activation, key feature and intent) within W",
    )


@catalogued("qualification", raised="expansion_signal", accepted="expansion_accepted", within="30 days")
def csql_rate(raised: str, accepted: str, *, within: Length, on: str = LOG) -> Metric:
    """The share of expansion signals that Customer Success raises and Sales accepts.

    Args:
        raised: The stage or event of a customer who shows interest in more.
        accepted: That of a customer accepted as a lead.
        within: The most time between them.
        on: The input that is asked.
    """
    return converting(
        "csql_rate",
        raised,
        accepted,
        within,
        on,
        label="CSQL rate",
        question="How many signals of expansion become leads that Sales accepts?",
        is_not=("Renewals: a customer who renews is no lead.", "SQL rate: that is about new business."),
        pitfalls=("Several signals of one customer count once, from the first.",),
        source="CSQL: existing customer, expansion signal qualified by Customer Success",
    )
