"""What the literature says, kept apart from the presets so that the two can disagree.

One line for each stage: name | place on the spine | second places | fields that a source states. Copied from the
project's collection of stage models (its own work, same licence as custlife), without the texts.
"""

from __future__ import annotations

TABLE = """
[deepstash6]
Visitor | reach | | content
Prospect | acquire | evaluate | content drops
Activated User | evaluate | onboard | about entered_by
Customer | convert | | drops
Active Customer | adopt | value |
Loyal Customer | retain | advocate |
[bruxt5]
Awareness | reach | | about touchpoints content
Engagement | acquire | | about needs entered_by touchpoints content
Intent | evaluate | | about owners entered_by touchpoints content
Conversion | convert | | about touchpoints content
Retention | retain | advocate | about owners touchpoints drops
[catalyst8]
Outreach | reach | evaluate | about needs owners entered_by touchpoints content
Connection | acquire | | about owners entered_by
Conversion | convert | evaluate | about owners entered_by touchpoints
Onboarding | onboard | | about owners entered_by content
Experience (usage) | adopt | | about needs owners
Value | value | | about needs owners drops
Retention | retain | | about needs owners entered_by
Expansion | expand | | about needs owners
[wason7]
Prospecting | reach | acquire | about entered_by touchpoints
Lead Conversion | acquire | evaluate | about entered_by touchpoints content
Customer Acquisition | convert | | about entered_by touchpoints
Customer Onboarding | onboard | | about touchpoints
Customer Engagement | adopt | value | about needs
Customer Retention | retain | expand | about
Customer Advocacy | advocate | | about
[saas9]
Awareness | reach | | about needs touchpoints content
Consideration | acquire | evaluate | about content
Qualification | evaluate | acquire | entered_by
Selection | evaluate | convert | about needs touchpoints
Purchase | convert | | about touchpoints
Adoption (onboarding) | onboard | adopt | about
Expansion | expand | adopt | about touchpoints
Renewal | retain | | about needs owners
Advocacy (referral) | advocate | | about touchpoints
[saas9_payproglobal]
Awareness | reach | | about
Interest | acquire | reach | about
Evaluation | evaluate | | about
Purchase | convert | | about
Onboarding | onboard | | about
Usage | adopt | | about
Retention | retain | expand | about
Churn | lapsed | | about
Advocacy | advocate | | about
[imhoff4]
Acquisition | convert | reach acquire evaluate onboard | about
Service | adopt | value | about
Growth | expand | | about
Retention | retain | | about
[agency5]
Awareness | reach | | about touchpoints
Acquisition | acquire | evaluate | about
Conversion | convert | |
Retention | retain | |
Advocacy | advocate | |
[traditional7]
Need generation | reach | |
Consideration | reach | acquire |
Engagement | acquire | |
Evaluation | evaluate | |
Purchase | convert | |
Delivery | onboard | |
Usage | adopt | |
[pombriant6]
Discovery | reach | acquire | about
Evaluation | evaluate | |
Purchase | convert | | about
Use | adopt | onboard value | about
Bond | retain | value | about drops
Advocacy | advocate | |
[reach5]
Reach | reach | | about
Acquisition | acquire | evaluate | about entered_by
Conversion | convert | | about
Retention | retain | expand adopt | about
Loyalty | advocate | retain | about
[hubspot8]
Subscriber | acquire | reach | about owners entered_by
Lead | acquire | | about owners entered_by
Marketing Qualified Lead | evaluate | acquire | about owners entered_by drops
Sales Qualified Lead | evaluate | | about owners entered_by drops
Opportunity | evaluate | convert | about owners entered_by drops
Customer | convert | onboard adopt value retain expand | about owners entered_by drops
Evangelist | advocate | | about owners entered_by
Other | none | | about
[infusionsoft9]
Attract: Target | reach | | about
Attract: Attract Interest | reach | acquire | about content
Attract: Collect Leads | acquire | | about entered_by
Sell: Educate | evaluate | acquire |
Sell: Offer | evaluate | convert |
Sell: Close | convert | |
Wow: Deliver | onboard | adopt | about
Wow: Impress / Offer more | expand | retain value |
Wow: Multiply / Referrals | advocate | |
[ecommerce4]
Anonymous visitor | reach | | about drops
First purchase | convert | onboard | about
Repeat purchase | retain | adopt | about entered_by
Loyal customer | retain | advocate |
[clm5]
Reach | reach | | about
Acquire | acquire | convert |
Develop | onboard | adopt value |
Retain | retain | expand |
Inspire | advocate | |
[sales_funnel]
Lead | acquire | | needs touchpoints
MQL | evaluate | acquire | about drops
SQL | evaluate | | about drops
Opportunity | evaluate | convert | about drops
Customer | convert | | about
[acquisition_funnel]
Attract | reach | |
Engage | acquire | evaluate |
Convert | convert | onboard |
Retain | retain | adopt value expand advocate |
"""


def models() -> dict[str, list[tuple[str, str, tuple[str, ...], tuple[str, ...]]]]:
    """The table by model: name, place, second places and stated fields of each stage."""
    found: dict[str, list[tuple[str, str, tuple[str, ...], tuple[str, ...]]]] = {}
    for line in TABLE.split("\n"):
        if line.startswith("["):
            rows = found.setdefault(line.strip("[]"), [])
        elif line:
            name, place, also, stated = (part.strip() for part in line.split("|"))
            rows.append((name, place, tuple(also.split()), tuple(stated.split())))
    return found
