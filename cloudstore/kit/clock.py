"""The one place that reads the clock. Services take `now` as an argument; views, jobs and commands ask here."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The current moment, timezone-aware, in UTC."""
    return timezone.now()


def business_day(moment: datetime) -> date:
    """The calendar day in Asia/Shanghai on which `moment` falls (every fact, cap and report counts by this day)."""
    return moment.astimezone(BUSINESS_ZONE).date()


def day_start(day: date) -> datetime:
    """Midnight at the start of `day` in Asia/Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=BUSINESS_ZONE)


def last_full_days(moment: datetime, days: int) -> tuple[date, date]:
    """First and last day (both included) of the `days` full days that ended yesterday, as seen from `moment`."""
    last = business_day(moment) - timedelta(days=1)
    return last - timedelta(days=days - 1), last
