"""The business calendar: which minutes of which days a store works, in Asia/Shanghai.

Deadlines are promises in working time. A lead that comes ten minutes before closing is due twenty minutes after the
next opening, not in the night. Everything here is arithmetic over values: no clock is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAY = 24 * 60


class CalendarError(ValueError):
    """Spans, days, a moment or a number of minutes that no calendar can have. The text says which."""


def _minute_of_day(text: str) -> int:
    """`"09:30"` as 570; `"24:00"` is the end of the day. Raises `CalendarError`."""
    hours, colon, minutes = text.partition(":") if isinstance(text, str) else ("", "", "")
    shaped = colon and len(hours) == 2 and len(minutes) == 2 and text.isascii() and (hours + minutes).isdigit()
    minute = int(hours) * 60 + int(minutes) if shaped and int(minutes) < 60 else -1
    if not 0 <= minute <= _DAY:
        raise CalendarError("a time of day is written HH:MM, from 00:00 to 24:00")
    return minute


def _joined(spans: Iterable[Sequence[str]]) -> tuple[tuple[int, int], ...]:
    """Spans as sorted pairs of minutes of the day; spans that touch become one."""
    joined: list[tuple[int, int]] = []
    for opens, closes in sorted((_minute_of_day(first), _minute_of_day(last)) for first, last in spans):
        if opens >= closes:
            raise CalendarError("a span must open before it closes on the same day; split a night into two spans")
        if joined and opens < joined[-1][1]:
            raise CalendarError("spans of one day may not overlap")
        if joined and opens == joined[-1][1]:
            joined[-1] = (joined[-1][0], closes)
        else:
            joined.append((opens, closes))
    if not joined:
        raise CalendarError("a calendar needs at least one span of working time")
    return tuple(joined)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working spans of every open day, and the days without any. Build it with `calendar_of`.

    `spans` are (opening, closing) in minutes of the day, sorted, apart from each other; `closed` are days in Shanghai.
    """

    spans: tuple[tuple[int, int], ...]
    closed: frozenset[date] = field(default_factory=frozenset)

    @property
    def minutes_per_day(self) -> int:
        """Working minutes of an open day."""
        return sum(closes - opens for opens, closes in self.spans)

    def spans_of(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The working spans of one day as moments, in order; none on a closed day."""
        if day in self.closed:
            return
        midnight = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
        for opens, closes in self.spans:
            yield midnight + timedelta(minutes=opens), midnight + timedelta(minutes=closes)


def calendar_of(spans: Iterable[Sequence[str]], closed: Iterable[str | date] = ()) -> Calendar:
    """A calendar from `[["09:00", "12:00"], ["13:30", "21:00"]]` and days such as `"2026-02-17"`.

    Spans may come in any order and may touch; they may not overlap or cross midnight. Raises `CalendarError`.
    """
    days = set()
    for day in closed:
        try:
            days.add(date.fromisoformat(day) if isinstance(day, str) else day)
        except ValueError:
            raise CalendarError("a closed day is written YYYY-MM-DD") from None
    return Calendar(_joined(spans), frozenset(days))


#: A store that says nothing about its hours works as most do (rules of the trade, section 6).
DEFAULT_CALENDAR = calendar_of([("09:00", "21:00")])


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise CalendarError("a moment needs a time zone")
    try:
        return moment.astimezone(SHANGHAI)
    except OverflowError:
        raise CalendarError("a moment outside the years 1 to 9999") from None


def is_working(moment: datetime, calendar: Calendar) -> bool:
    """Whether `moment` lies in working time (the opening minute does, the closing minute does not)."""
    local = _local(moment)
    return any(opens <= local < closes for opens, closes in calendar.spans_of(local.date()))


def add_working_minutes(start: datetime, minutes: int, calendar: Calendar) -> datetime:
    """The first moment, in Shanghai, by which `minutes` of working time have passed since `start`.

    Time outside the spans does not count, so 20:50 and 30 minutes with hours 09:00-21:00 is 09:20 of the next open day;
    20:30 and 30 minutes is 21:00 sharp. No minutes at all is `start` itself. Raises `CalendarError` for a negative
    number, a moment without zone, or when the answer would lie after the year 9999.
    """
    local = _local(start)
    if minutes < 0:
        raise CalendarError("working minutes cannot be negative")
    if minutes == 0:
        return local
    left = timedelta(minutes=minutes)
    day = local.date()
    try:
        while True:
            for opens, closes in calendar.spans_of(day):
                begins = max(opens, local)
                if begins < closes and left <= closes - begins:
                    return begins + left
                left -= max(closes - begins, timedelta(0))
            day += timedelta(days=1)
    except OverflowError:
        raise CalendarError("the calendar has no such working time before the year 9999") from None


def working_time_between(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """Working time from `start` to `end`; negative when `end` comes first."""
    first, last = _local(start), _local(end)
    if last < first:
        return -working_time_between(last, first, calendar)
    total = timedelta(0)
    day = first.date()
    while day <= last.date():
        for opens, closes in calendar.spans_of(day):
            total += max(min(closes, last) - max(opens, first), timedelta(0))
        if day == date.max:
            break
        day += timedelta(days=1)
    return total


def working_minutes_between(start: datetime, end: datetime, calendar: Calendar) -> int:
    """Whole working minutes from `start` to `end`, the begun minute left out; negative when `end` comes first."""
    worked = working_time_between(start, end, calendar)
    whole = abs(worked) // timedelta(minutes=1)
    return whole if worked >= timedelta(0) else -whole
