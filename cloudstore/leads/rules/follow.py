"""What counts as following up. A changed state or a note alone does not (rules of the trade, section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from cloudstore.kit.calendar import SHANGHAI

SHORT_CALL_SECONDS = 3


class FollowKind(StrEnum):
    """What somebody did about a lead."""

    CALL = "call"
    WECOM_ADD = "wecom_add"
    MESSAGE = "message"
    APPOINTMENT = "appointment"
    NOTE = "note"


def is_follow(kind: FollowKind, *, call_seconds: int | None = None, short_calls_before: int = 0) -> bool:
    """Whether an action counts as a follow.

    A call needs its record (`call_seconds`). A call below three seconds is an attempt; of those only the first counts,
    so that nobody follows up by letting the phone ring for a blink a hundred times.
    """
    if kind is FollowKind.NOTE:
        return False
    if kind is FollowKind.CALL:
        return call_seconds is not None and (call_seconds >= SHORT_CALL_SECONDS or short_calls_before == 0)
    return True


def _days(moments: Sequence[datetime]) -> int:
    return len({moment.astimezone(SHANGHAI).date() for moment in moments})


def may_sleep(failed_tries: Sequence[datetime], *, customer_said_later: bool = False) -> bool:
    """Whether a lead may go dormant: four failed tries on at least three days, or the customer said "later"."""
    return customer_said_later or (len(failed_tries) >= 4 and _days(failed_tries) >= 3)


def proves_no_answer(call_records: Sequence[datetime]) -> bool:
    """Whether a dealer's "invalid: no answer" is proved: three call records on at least two days."""
    return len(call_records) >= 3 and _days(call_records) >= 2
