"""Direct messages answered within three minutes: Σ dm_reply_ok / Σ dm_sessions, shrunk with k = 20.

What a session is and which reply qualifies is decided in `facts.rules.messages`. Without any message there is no base:
the dealer cannot make people write, so the indicator is left out. Anchors .30 / .70 / .85 / .95.
"""

from decimal import Decimal
from fractions import Fraction

from cloudstore.grading.indicators.shape import Facts, Family, Indicator, Unit, anchors, lever, rate


def value(facts: Facts) -> Fraction | None:
    """Share of sessions answered in time; None when nobody wrote."""
    return rate(facts, "dm_reply_ok", "dm_sessions")


INDICATOR = Indicator(
    key="dm_reply_3m",
    label="indicator.dm_reply_3m",
    family=Family.OPERATION,
    unit=Unit.RATIO,
    source="dm",
    anchors=anchors("0.30", "0.70", "0.85", "0.95"),
    weight=Decimal(12),
    shrink=20,
    numerator="dm_reply_ok",
    denominator="dm_sessions",
    per=1,
    activity=(),
    lever=lever(step="0.01", effort="0.5", decimals=3, ceiling="1"),
    value=value,
)
