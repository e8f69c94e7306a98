"""Valid leads: Σ leads_valid / Σ leads matured (72 hours old or adjudicated), shrunk with k = 20.

What is valid is decided in `facts.rules.leads`; a dealer's own word that a lead is bad needs proof. Anchors
.30 / .60 / .75 / .90.
"""

from decimal import Decimal
from fractions import Fraction

from cloudstore.grading.indicators.shape import Facts, Family, Indicator, Unit, anchors, lever, rate


def value(facts: Facts) -> Fraction | None:
    """Share of matured leads that are valid; None when none has matured."""
    return rate(facts, "leads_valid", "leads_matured")


INDICATOR = Indicator(
    key="valid_lead_rate",
    label="indicator.valid_lead_rate",
    family=Family.OPERATION,
    unit=Unit.RATIO,
    source="leads",
    anchors=anchors("0.30", "0.60", "0.75", "0.90"),
    weight=Decimal(12),
    shrink=20,
    numerator="leads_valid",
    denominator="leads_matured",
    per=1,
    activity=(),
    lever=lever(step="0.01", effort="1", decimals=3, ceiling="1"),
    value=value,
)
