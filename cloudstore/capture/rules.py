"""Decisions of the public forms: how often one source may use them, and which words count as an id."""

import re
from datetime import datetime, timedelta
from enum import StrEnum

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Limit(StrEnum):
    """What is counted at the public door."""

    ADDRESS = "address"
    PHONE = "phone"


#: Most submissions of one source within its window: a family at a showroom tablet passes, a script does not.
MOST = {Limit.ADDRESS: (20, timedelta(minutes=10)), Limit.PHONE: (6, timedelta(hours=24))}
#: A person needs at least this long to fill the form; a form older than a day is shown anew.
FASTEST, OLDEST = timedelta(seconds=2), timedelta(hours=24)


def window_start(limit: Limit, now: datetime) -> datetime:
    """The start of the fixed window that `now` falls into."""
    length = MOST[limit][1].total_seconds()
    return datetime.fromtimestamp(now.timestamp() // length * length, tz=now.tzinfo)


def exceeded(limit: Limit, number: int) -> bool:
    """Whether `number` uses in one window are too many."""
    return number > MOST[limit][0]


def platform_id(text: str) -> str:
    """A platform's id from an address, or nothing when it is not of an id's form."""
    return text if _ID.fullmatch(text) else ""


def too_fast(shown_at: datetime, now: datetime) -> bool:
    """Whether a form came back faster than a person types."""
    return now - shown_at < FASTEST


def too_old(shown_at: datetime, now: datetime) -> bool:
    """Whether a form was open for so long that it must be shown anew."""
    return now - shown_at > OLDEST
