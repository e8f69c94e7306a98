"""Local days: every fact belongs to a calendar day in Asia/Shanghai."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


def local_day(moment: datetime) -> date:
    """The local calendar day of an aware moment."""
    return moment.astimezone(ZONE).date()


def local_time(moment: datetime) -> time:
    """The local time of day of an aware moment."""
    return moment.astimezone(ZONE).time()


def split_at_midnight(start: datetime, end: datetime) -> Iterator[tuple[date, int]]:
    """(day, whole seconds) for every local day that [start, end) touches; nothing when it is empty."""
    while start < end:
        day = local_day(start)
        midnight = datetime.combine(day + timedelta(days=1), time(), ZONE)
        piece = min(end, midnight)
        yield day, int((piece - start).total_seconds())
        start = piece
