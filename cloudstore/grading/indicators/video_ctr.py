"""Click rate of the component under a short video: Σ comp_clicks / Σ comp_impr, shrunk with k = 1000.

Without shrinkage six clicks on a hundred showings would beat a dealer with a hundred thousand. Anchors .002 / .008 /
.015 / .025 are our starting default; no public benchmark exists, so calibrate per brand at its P50, P75 and P95.
"""

from decimal import Decimal
from fractions import Fraction

from cloudstore.grading.indicators.shape import Facts, Family, Indicator, Unit, anchors, lever, rate


def value(facts: Facts) -> Fraction | None:
    """Clicks per showing of the component; None when it was never shown."""
    return rate(facts, "comp_clicks", "comp_impr")


INDICATOR = Indicator(
    key="video_ctr",
    label="indicator.video_ctr",
    family=Family.CONTENT,
    unit=Unit.RATIO,
    source="posts",
    anchors=anchors("0.002", "0.008", "0.015", "0.025"),
    weight=Decimal(10),
    shrink=1000,
    numerator="comp_clicks",
    denominator="comp_impr",
    per=1,
    activity=("posts_effective",),
    lever=lever(step="0.0005", effort="2", decimals=4, ceiling="1"),
    value=value,
)
