"""How numbers and moments are said, in both languages. Pure of clock and database; the language is the active one."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext

from cloudstore.kit.clock import BUSINESS_ZONE, business_day

Number = int | float | Decimal


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")


def _short(value: Decimal, places: int) -> str:
    """Rounded half up, without a tail of zeros."""
    text = f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(value: Number) -> str:
    """A count for a card: exact with thousands separators below 10,000, then `1.86 万`, `3.2 亿`, or `18.6k`, `1.9M`."""
    number = Decimal(str(value))
    size = abs(number)
    if size < 10_000:
        return f"{number:,.0f}" if number == number.to_integral_value() else f"{number:,}"
    # Thresholds are where rounding reaches the next unit, so nothing reads "10000 万" or "1000k".
    if _chinese():
        unit, amount = ("亿", number / 10**8) if size >= 99_995_000 else ("万", number / 10**4)
        places = 2 if abs(amount) < 10 else 1 if abs(amount) < 1000 else 0
        # No-break space: number and unit stay on one line.
        return f"{_short(amount, places)}\u00a0{unit}"
    if size >= 999_950_000:
        return f"{_short(number / 10**9, 1)}B"
    return f"{_short(number / 10**6, 1)}M" if size >= 999_950 else f"{_short(number / 1000, 1)}k"


def exact(value: Number) -> str:
    """A number for a table: all its digits, with thousands separators."""
    return f"{value:,}"


def percent(share: Number) -> str:
    """A share (0.416) as `41.6%`, always with one decimal."""
    return f"{(Decimal(str(share)) * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


def points(change: Number) -> str:
    """A change of a share (-0.008) as `-0.8 pt`."""
    amount = (Decimal(str(change)) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return gettext("%(amount)s pt") % {"amount": f"{amount:+}" if amount else "0.0"}


def due(moment: datetime, now: datetime) -> str:
    """Time left until a deadline: `08:41` in the last hour, then hours of today, `tomorrow`, days; past it, how late."""
    seconds = int((moment - now).total_seconds())
    if seconds < 0:
        return late(-seconds)
    if seconds < 3600:
        return f"{seconds // 60:02d}:{seconds % 60:02d}"
    days = (business_day(moment) - business_day(now)).days
    if days == 0:
        return gettext("today %(time)s") % {"time": f"{moment.astimezone(BUSINESS_ZONE):%H:%M}"}
    if days == 1:
        return gettext("tomorrow %(time)s") % {"time": f"{moment.astimezone(BUSINESS_ZONE):%H:%M}"}
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


def late(seconds: int) -> str:
    """How long ago a deadline passed: `-12 min`, `3 h late`, `2 d late`."""
    if seconds < 3600:
        return gettext("-%(minutes)d min") % {"minutes": max(1, seconds // 60)}
    if seconds < 86_400:
        return gettext("%(hours)d h late") % {"hours": seconds // 3600}
    return gettext("%(days)d d late") % {"days": seconds // 86_400}


def due_tone(moment: datetime, now: datetime, warn_hours: float = 24) -> str:
    """Tone of a deadline: bad when missed, warn in its last hours, else neutral."""
    left = (moment - now).total_seconds()
    return "bad" if left < 0 else "warn" if left < warn_hours * 3600 else "neutral"


def since(moment: datetime, now: datetime) -> str:
    """How long ago something happened: `just now`, minutes, hours, days up to a week, then the date."""
    seconds = int((now - moment).total_seconds())
    if seconds < 60:
        return gettext("just now")
    if seconds < 3600:
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", seconds // 60) % {"n": seconds // 60}
    if seconds < 86_400:
        return ngettext("%(n)d hour ago", "%(n)d hours ago", seconds // 3600) % {"n": seconds // 3600}
    if seconds < 7 * 86_400:
        return ngettext("%(n)d day ago", "%(n)d days ago", seconds // 86_400) % {"n": seconds // 86_400}
    return day(moment, now)


def day(moment: datetime, now: datetime) -> str:
    """The date of a moment in Shanghai, `11-22`, with the year when it is not this one."""
    local, today = moment.astimezone(BUSINESS_ZONE), now.astimezone(BUSINESS_ZONE)
    return f"{local:%m-%d}" if local.year == today.year else f"{local:%Y-%m-%d}"


def full(moment: datetime) -> str:
    """The whole date and time in Shanghai, for titles and details."""
    return f"{moment.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"


def weekday(moment: datetime) -> str:
    """The name of the day of the week in the active language."""
    return date_format(moment.astimezone(BUSINESS_ZONE), "l")


def masked_name(name: str) -> str:
    """The first character and two stars: `陈**`."""
    return f"{name[:1]}**" if name else ""


def greeting(now: datetime) -> str:
    """A greeting that fits the hour in Shanghai."""
    hour = now.astimezone(BUSINESS_ZONE).hour
    if hour < 5 or hour >= 18:
        return gettext("Good evening")
    return gettext("Good morning") if hour < 12 else gettext("Good afternoon")
