"""Leads followed up in time: Σ leads_followed_in_sla / Σ assigned leads whose due time has passed, shrunk with k = 20.

Only an action with proof counts (`facts.rules.follow`). Below one half unshrunk a gate caps the tier as well. Anchors
.40 / .75 / .90 / .98.
"""

from decimal import Decimal
from fractions import Fraction

from cloudstore.grading.indicators.shape import Facts, Family, Indicator, Unit, anchors, lever, rate


def value(facts: Facts) -> Fraction | None:
    """Share of due leads followed in time; None when none fell due."""
    return rate(facts, "leads_followed_in_sla", "leads_assigned_due")


INDICATOR = Indicator(
    key="followup_sla",
    label="indicator.followup_sla",
    family=Family.OPERATION,
    unit=Unit.RATIO,
    source="leads",
    anchors=anchors("0.40", "0.75", "0.90", "0.98"),
    weight=Decimal(14),
    shrink=20,
    numerator="leads_followed_in_sla",
    denominator="leads_assigned_due",
    per=1,
    activity=(),
    lever=lever(step="0.01", effort="0.5", decimals=3, ceiling="1"),
    value=value,
)
