"""Effective live time: which broadcasts are one session, which sessions count, and how many minutes a day they fill."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import groupby

from cloudstore.facts.rules.days import local_day, split_at_midnight

LONGEST_GAP = timedelta(minutes=10)
LEAST_AIRTIME = timedelta(minutes=25)
DAY_CAP = timedelta(hours=8)
LIVE_DAY = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class Interval:
    """One stretch on air as the platform reports it, [start, end), both aware.

    authorised: the account let us read it; replay: a recording was played; banned: the platform punished the room in it.
    """

    account: Hashable
    start: datetime
    end: datetime
    authorised: bool = True
    replay: bool = False
    banned: bool = False

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("a live interval ends before it starts")


@dataclass(frozen=True, slots=True)
class Session:
    """Intervals of one account with short gaps, taken as one broadcast. `airs`: the stretches on air, without overlap."""

    account: Hashable
    airs: tuple[tuple[datetime, datetime], ...]
    clean: bool

    @property
    def start(self) -> datetime:
        """When the session went on air."""
        return self.airs[0][0]

    @property
    def end(self) -> datetime:
        """When it went off air for good."""
        return self.airs[-1][1]

    @property
    def airtime(self) -> timedelta:
        """Time on air; the gaps are not airtime."""
        return sum((end - start for start, end in self.airs), timedelta())

    @property
    def effective(self) -> bool:
        """At least 25 minutes on air, authorised throughout, no replay, no ban."""
        return self.clean and self.airtime >= LEAST_AIRTIME


@dataclass(frozen=True, slots=True)
class LiveDay:
    """A dealer's or account's day on air: effective seconds, and effective sessions that began on it."""

    seconds: int
    sessions: int

    @property
    def minutes(self) -> int:
        """Effective minutes, rounded half-up."""
        return (2 * self.seconds + 60) // 120

    @property
    def is_live_day(self) -> bool:
        """Does the day count as a day on air: an hour or more?"""
        return timedelta(seconds=self.seconds) >= LIVE_DAY


def sessions_of(intervals: Iterable[Interval]) -> list[Session]:
    """Intervals merged into sessions, account by account, in order of start.

    Two intervals of an account at most ten minutes apart are one session. Overlapping reports count once.
    """
    found = []
    ordered = sorted(intervals, key=lambda one: (str(one.account), one.start, one.end))
    for _, own in groupby(ordered, key=lambda one: one.account):
        found.extend(_merged(list(own)))
    return sorted(found, key=lambda one: (one.start, str(one.account)))


def account_days(sessions: Iterable[Session]) -> dict[tuple[Hashable, date], LiveDay]:
    """Effective time of each account on each local day, midnight splitting it; the day cap is the dealer's, not applied."""
    seconds: dict[tuple[Hashable, date], int] = defaultdict(int)
    begun: dict[tuple[Hashable, date], int] = defaultdict(int)
    for session in sessions:
        if session.effective:
            begun[session.account, local_day(session.start)] += 1
            for start, end in session.airs:
                for day, length in split_at_midnight(start, end):
                    seconds[session.account, day] += length
    return {key: LiveDay(seconds[key], begun[key]) for key in sorted({*seconds, *begun}, key=_by_day)}


def dealer_days(sessions: Iterable[Session]) -> dict[date, LiveDay]:
    """The same for a dealer with all its accounts: two on air at once both count, eight hours a day are the most."""
    total: dict[date, LiveDay] = {}
    for (_, day), own in account_days(sessions).items():
        before = total.get(day, LiveDay(0, 0))
        total[day] = LiveDay(before.seconds + own.seconds, before.sessions + own.sessions)
    return {day: LiveDay(capped(one.seconds), one.sessions) for day, one in total.items()}


def capped(seconds: int) -> int:
    """Seconds of a dealer's day that count."""
    return min(seconds, int(DAY_CAP.total_seconds()))


def live_hours(days: Iterable[LiveDay]) -> Fraction:
    """Hours on air over several days, exact."""
    return Fraction(sum(one.seconds for one in days), 3600)


def live_days(days: Iterable[LiveDay]) -> int:
    """How many of them count as days on air."""
    return sum(one.is_live_day for one in days)


def _by_day(key: tuple[Hashable, date]) -> tuple[date, str]:
    return key[1], str(key[0])


def _merged(own: list[Interval]) -> list[Session]:
    """Sessions of one account from its intervals in order of start."""
    groups: list[list[Interval]] = []
    off_air = None
    for one in own:
        if off_air is not None and one.start - off_air <= LONGEST_GAP:
            groups[-1].append(one)
        else:
            groups.append([one])
        off_air = one.end if off_air is None else max(off_air, one.end)
    return [_session(group) for group in groups]


def _session(group: list[Interval]) -> Session:
    airs: list[tuple[datetime, datetime]] = []
    for one in group:
        if airs and one.start <= airs[-1][1]:
            airs[-1] = (airs[-1][0], max(airs[-1][1], one.end))
        else:
            airs.append((one.start, one.end))
    clean = all(one.authorised and not one.replay and not one.banned for one in group)
    return Session(group[0].account, tuple(airs), clean)
