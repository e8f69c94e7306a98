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
    """Effective days and hours of what the person may see; several dealers' days and hours are added up."""
    first, last = last_full_days(now, WINDOW_DAYS)
    rows = scoped(LiveSession.objects.all(), scope).filter(
        started_at__gte=day_start(first), started_at__lt=day_start(last + timedelta(days=1))
    )
    own: dict[int, list[Interval]] = defaultdict(list)
    for row in rows:
        own[row.dealer_id] += intervals_of(row)
    # Per dealer: the eight hours of a day that count at most are each dealer's own.
    days = [day for intervals in own.values() for day in dealer_days(sessions_of(intervals)).values()]
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
        place = (row.account_id, local_day(row.started_at))
        cell = values[place]
        for column, number in _known(row).items():
            cell[column] = cell.get(column, 0) + number
        complete = row.viewers_unique is not None and row.exposure is not None
        quality[place] = "ok" if complete and quality.get(place, "ok") == "ok" else "stale"
    for (account_id, day), cell in values.items():
        if first <= day <= last:
            yield FactRow(
                dealer_of[account_id], account_id, day, dict(cell), {"live": quality.get((account_id, day), "ok")}
            )


def _known(session: LiveSession) -> dict[str, int]:
    """The figures that the platform has said. What it has not said is no number, not even 0."""
    figures = {
        "live_exposure": session.exposure,
        "live_viewers_u": session.viewers_unique,
        "live_widget_clicks": session.widget_clicks,
    }
    return {name: number for name, number in figures.items() if number is not None}
