"""Protection of the owner: whoever first follows a lead keeps it for seven days (rules of the trade, section 6)."""

from __future__ import annotations

from datetime import datetime, timedelta

PROTECTION = timedelta(days=7)


def protection_until(already: datetime | None, first_follow_at: datetime) -> datetime:
    """Until when the lead is protected. Set once, by the first follow; later follows do not prolong it."""
    return already if already is not None else first_follow_at + PROTECTION


def is_protected(until: datetime | None, now: datetime) -> bool:
    """Whether the lead may not be taken from its owner at `now`."""
    return until is not None and now < until
