"""Effective short videos: Σ posts_effective over 28 days.

What makes a post effective (public after 72 hours, at least 7 seconds, no copy, three a day) is decided in
`facts.rules.posts`. Anchors 0 / 12 / 20 / 28 are our starting default: a post every second day is a pass, one a day is
full marks. No public source names the official figure; calibrate per brand before the first official run.
"""

from decimal import Decimal
from fractions import Fraction

from cloudstore.grading.indicators.shape import Facts, Family, Indicator, Unit, anchors, count, lever


def value(facts: Facts) -> Fraction | None:
    """Posts in the window; a verbatim copy of brand material counts half."""
    return count(facts, "posts_effective")


INDICATOR = Indicator(
    key="effective_posts",
    label="indicator.effective_posts",
    family=Family.CONTENT,
    unit=Unit.POSTS,
    source="posts",
    anchors=anchors("0", "12", "20", "28"),
    weight=Decimal(12),
    shrink=0,
    numerator="posts_effective",
    denominator=None,
    per=1,
    activity=("posts_effective",),
    lever=lever(step="1", effort="1", decimals=0, ceiling=None),
    value=value,
)
