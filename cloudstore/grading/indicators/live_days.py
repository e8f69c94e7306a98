"""Days on air: days of the window with at least 60 effective live minutes.

Rewards steadiness: a marathon on one day cannot replace a habit. Minutes are split at local midnight, see
`facts.rules.live`. Anchors 0 / 12 / 18 / 24 of 28 days are our starting default.
"""

from decimal import Decimal
from fractions import Fraction

from cloudstore.grading.indicators.shape import Facts, Family, Indicator, Unit, anchors, count, lever


def value(facts: Facts) -> Fraction | None:
    """Days with an hour or more on air."""
    return count(facts, "live_days")


INDICATOR = Indicator(
    key="live_days",
    label="indicator.live_days",
    family=Family.ACCOUNT,
    unit=Unit.DAYS,
    source="live",
    anchors=anchors("0", "12", "18", "24"),
    weight=Decimal(12),
    shrink=0,
    numerator="live_days",
    denominator=None,
    per=1,
    activity=("live_minutes_capped",),
    lever=lever(step="1", effort="2", decimals=0, ceiling="28"),
    value=value,
)
