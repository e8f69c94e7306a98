"""Reading live sessions and their daily facts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from cloudstore.facts.rules import FactRow
from cloudstore.facts.rules.days import local_day
from cloudstore.facts.rules.live import Interval, account_days, dealer_days, live_days, live_hours, sessions_of
from cloudstore.kit.clock import day_start, last_full_days
from cloudstore.live.models import LiveSession
from cloudstore.network.scope import Scope, scoped

WINDOW_DAYS = 28


@dataclass(frozen=True, slots=True)
class Summary:
    """Effective days and hours on air of the last 28 full days."""

    days: int
    hours: float


def intervals_of(session: LiveSession) -> list[Interval]:
    """The stretches on air of one session as the rules want them."""
    return [
        Interval(
            session.account_id,
            datetime.fromisoformat(start),
            datetime.fromisoformat(end),
            True,
            session.replay,
            session.banned,
        )
        for start, end in session.intervals
    ]


def minutes_of(session: LiveSession) -> int | None:
    """Whole minutes on air; None while the session still runs."""
    if session.ended_at is None:
        return None
    return round(sum((one.end - one.start).total_seconds() for one in intervals_of(session)) / 60)


def sessions(scope: Scope) -> QuerySet[LiveSession]:
    """Visible sessions, newest first."""
    return scoped(LiveSession.objects.select_related("account"), scope).order_by("-started_at", "-pk")


def summary(scope: Scope, *, now: datetime) -> Summary:
    """Effective days and hours of what the person may see."""
    first, last = last_full_days(now, WINDOW_DAYS)
    rows = scoped(LiveSession.objects.all(), scope).filter(
        started_at__gte=day_start(first), started_at__lt=day_start(last + timedelta(days=1))
    )
    days = dealer_days(sessions_of([one for row in rows for one in intervals_of(row)])).values()
    return Summary(live_days(days), float(live_hours(days)))


def fact_rows(brand_id: int, first: date, last: date) -> Iterable[FactRow]:
    """Effective minutes and sessions, exposure and viewers, per account and day (rules in `facts.rules.live`).

    Sessions that began the evening before are read too: midnight splits them. Figures belong to the day of the start.
    """
    rows = list(
        LiveSession.objects.filter(
            brand_id=brand_id,
            started_at__gte=day_start(first) - timedelta(days=1),
            started_at__lt=day_start(last + timedelta(days=1)),
        )
    )
    dealer_of = {row.account_id: row.dealer_id for row in rows}
    values: dict[tuple[int, date], dict[str, int]] = defaultdict(dict)
    quality: dict[tuple[int, date], str] = {}
    on_air = account_days(sessions_of([one for row in rows for one in intervals_of(row)]))
    for (account, day), own in on_air.items():
        assert isinstance(account, int)
        values[account, day] |= {"live_minutes_effective": own.minutes, "live_sessions_effective": own.sessions}
    for row in rows:
        cell = values[row.account_id, local_day(row.started_at)]
        cell["live_exposure"] = cell.get("live_exposure", 0) + (row.exposure or 0)
        cell["live_viewers_u"] = cell.get("live_viewers_u", 0) + (row.viewers_unique or 0)
        cell["live_widget_clicks"] = cell.get("live_widget_clicks", 0) + (row.widget_clicks or 0)
        known = row.viewers_unique is not None
        place = (row.account_id, local_day(row.started_at))
        quality[place] = "ok" if known and quality.get(place, "ok") == "ok" else "stale"
    for (account_id, day), cell in values.items():
        if first <= day <= last:
            yield FactRow(
                dealer_of[account_id], account_id, day, dict(cell), {"live": quality.get((account_id, day), "ok")}
            )
