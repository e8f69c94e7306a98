"""Leads per live viewer: Σ valid unique widget leads / Σ unique viewers, shrunk with k = 500.

The heaviest weight (15): it says whether time on air turns into people. Anchors 0 / .003 / .008 / .015 are our starting
default; no public benchmark exists, so calibrate per brand.
"""

from decimal import Decimal
from fractions import Fraction

from cloudstore.grading.indicators.shape import Facts, Family, Indicator, Unit, anchors, lever, rate


def value(facts: Facts) -> Fraction | None:
    """Valid leads per unique viewer; None when nobody watched."""
    return rate(facts, "live_widget_leads_valid", "live_viewers_u")


INDICATOR = Indicator(
    key="live_lead_rate",
    label="indicator.live_lead_rate",
    family=Family.ACCOUNT,
    unit=Unit.RATIO,
    source="live",
    anchors=anchors("0", "0.003", "0.008", "0.015"),
    weight=Decimal(15),
    shrink=500,
    numerator="live_widget_leads_valid",
    denominator="live_viewers_u",
    per=1,
    activity=("live_minutes_capped",),
    lever=lever(step="0.0005", effort="2", decimals=4, ceiling="1"),
    value=value,
)
