"""The source class of a lead: exactly one word for where it came from and who paid (rules of the trade, section 9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

#: A visit that was paid for still explains a lead this long after.
ATTRIBUTION = timedelta(days=7)
OFFLINE_SCENE = "OFFLINE"
WALK_IN, PHONED, EVENT = "offline-walk-in", "offline-phone", "offline-event"
OFFLINE = (WALK_IN, PHONED, EVENT)
UNKNOWN = "unknown"

_NATURAL: Mapping[str, str] = {
    "SHORT_VIDEO": "natural-video",
    "LIVE_VIDEO": "natural-live",
    "IM_MESSAGE": "natural-dm",
    "HOME_PAGE": "natural-homepage",
}
_PAID: Mapping[str, str] = {"SHORT_VIDEO": "paid-video", "LIVE_VIDEO": "paid-live"}


def source_class(
    scene: str, *, paid: bool | None, last_class: str = "", last_at: datetime | None = None, at: datetime | None = None
) -> str:
    """The class of a submission.

    `paid` is what the platform said of this very visit, None when it said nothing; then a paid visit by the same person
    within seven days before (`last_class`, `last_at`) explains it, and otherwise nobody paid. A scene that is none of
    the four is `unknown`.
    """
    seen = at - last_at if at is not None and last_at is not None else None
    if paid is None and last_class.startswith("paid-") and seen is not None and timedelta(0) <= seen <= ATTRIBUTION:
        return last_class
    if paid:
        return _PAID.get(scene, "paid-other")
    return _NATURAL.get(scene, UNKNOWN)
