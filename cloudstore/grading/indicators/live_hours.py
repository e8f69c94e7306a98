"""Hours on air: Σ effective live minutes / 60, at most eight hours of a dealer's day.

Several accounts may be on air at once and all count, but a day cannot hold more than its cap, so that a wall of phones
is worth no more than a shift. Anchors 0 / 24 / 45 / 72 hours are our starting default.
"""

from decimal import Decimal
from fractions import Fraction

from cloudstore.grading.indicators.shape import Facts, Family, Indicator, Unit, anchors, count, lever


def value(facts: Facts) -> Fraction | None:
    """Hours in the window, capped day by day."""
    return count(facts, "live_minutes_capped", per=60)


INDICATOR = Indicator(
    key="live_hours",
    label="indicator.live_hours",
    family=Family.ACCOUNT,
    unit=Unit.HOURS,
    source="live",
    anchors=anchors("0", "24", "45", "72"),
    weight=Decimal(13),
    shrink=0,
    numerator="live_minutes_capped",
    denominator=None,
    per=60,
    activity=("live_minutes_capped",),
    lever=lever(step="1", effort="1.5", decimals=1, ceiling="224"),
    value=value,
)
