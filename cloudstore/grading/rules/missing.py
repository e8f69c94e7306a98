"""Zero or missing: why an indicator has no value, and whether that costs points or is left out."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from cloudstore.grading.indicators.scheme import Scheme
from cloudstore.grading.indicators.shape import Indicator

UNAUTHORISED_AFTER_DAYS = 7


class Status(IntEnum):
    """What an indicator of one dealer in one run rests on. `.code` is the word that is stored and shown."""

    OK = 0
    INACTIVE = 1  # the dealer did nothing: 0 points
    UNAUTHORISED = 2  # the dealer let the authorisation lapse although told: 0 points
    NO_BASE = 3  # nobody wrote, no lead came: left out
    NO_DATA = 4  # the platform or we had no data: left out, the score is partial

    @property
    def code(self) -> str:
        """ok, inactive, unauthorised, no_base, no_data."""
        return self.name.lower()

    @property
    def excluded(self) -> bool:
        """True when the indicator's weight is shared out among the others."""
        return self in (Status.NO_BASE, Status.NO_DATA)

    @property
    def zero(self) -> bool:
        """True when the indicator counts with 0 points, absolute and relative alike."""
        return self in (Status.INACTIVE, Status.UNAUTHORISED)


def unauthorised(expired_on: date | None, notified: bool, today: date) -> bool:
    """Does a lapsed authorisation cost points: expired for more than seven days and the dealer was told?"""
    return expired_on is not None and notified and today - expired_on > timedelta(days=UNAUTHORISED_AFTER_DAYS)


def status_column(
    indicator: Indicator,
    scheme: Scheme,
    totals: Mapping[str, NDArray[np.float64]],
    missing_days: NDArray[np.int64],
    lapsed: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """`Status` of one indicator for every dealer, by the table of zero or missing.

    `missing_days`: days of the window without data through the platform's or our fault; `lapsed`: `unauthorised` for the
    indicator's source. The dealer's own lapse is judged first: our missing days cannot be told from it.
    """
    idle = _idle(indicator, totals)
    if indicator.denominator is None:
        empty = np.where(idle, Status.INACTIVE, Status.OK)
    else:
        no_base = totals[indicator.denominator] <= 0
        empty = np.where(no_base, np.where(idle, Status.INACTIVE, Status.NO_BASE), Status.OK)
    blind = missing_days * 100 > float(scheme.max_missing_days) * scheme.window_days
    return np.select([lapsed, blind], [Status.UNAUTHORISED, Status.NO_DATA], default=empty).astype(np.int64)


def _idle(indicator: Indicator, totals: Mapping[str, NDArray[np.float64]]) -> NDArray[np.bool_]:
    """Rows where the dealer did nothing of what the indicator watches; never so for what only demand can bring."""
    some = totals[indicator.numerator]
    if not indicator.activity:
        return np.zeros(some.shape, dtype=np.bool_)
    return np.logical_and.reduce([totals[name] <= 0 for name in indicator.activity])
