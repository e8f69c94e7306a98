"""The known indicators, in the order of the default scheme. A new one is a new file and a line here."""

from cloudstore.grading.indicators import (
    dm_reply_3m,
    effective_posts,
    followup_sla,
    live_days,
    live_hours,
    live_lead_rate,
    valid_lead_rate,
    video_ctr,
)
from cloudstore.grading.indicators.shape import Indicator

INDICATORS: dict[str, Indicator] = {
    module.INDICATOR.key: module.INDICATOR
    for module in (
        effective_posts,
        video_ctr,
        live_days,
        live_hours,
        live_lead_rate,
        dm_reply_3m,
        followup_sla,
        valid_lead_rate,
    )
}

WINDOW_KEYS: tuple[str, ...] = tuple(
    sorted(
        {name for one in INDICATORS.values() for name in (one.numerator, one.denominator, *one.activity) if name},
    )
)
"""Every window total that some indicator reads."""

SOURCES: tuple[str, ...] = tuple(sorted({one.source for one in INDICATORS.values()}))
"""Every data source whose quality matters to some indicator."""
