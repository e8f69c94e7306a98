"""Live time: what is one session, which sessions count, how midnight and the day cap cut it."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudstore.facts.rules.days import ZONE, local_day, split_at_midnight
from cloudstore.facts.rules.live import (
    Interval,
    LiveDay,
    account_days,
    dealer_days,
    live_days,
    live_hours,
    sessions_of,
)


def at(day: int, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2025, 10, day, hour, minute, tzinfo=ZONE)


def on_air(start: str, end: str, *, day: int = 6, account: str = "a1", last: int | None = None, **marks) -> Interval:
    return Interval(account, at(day, start), at(last or day, end), **marks)


WORKED = [
    on_air("19:58", "20:20"),
    on_air("20:26", "21:40"),
    on_air("23:20", "00:50", day=7, last=8),
    on_air("14:00", "14:20", day=8),
    on_air("20:00", "20:30", day=8),
]


def minutes(intervals) -> dict[int, int]:
    return {day.day: one.minutes for day, one in dealer_days(sessions_of(intervals)).items()}


def effective(intervals) -> list[bool]:
    return [session.effective for session in sessions_of(intervals)]


def test_the_worked_example() -> None:
    sessions = sessions_of(WORKED)
    days = dealer_days(sessions)
    assert sum(session.effective for session in sessions) == 3
    assert {day.isoformat(): one.minutes for day, one in days.items()} == {
        "2025-10-06": 96,
        "2025-10-07": 40,
        "2025-10-08": 80,
    }
    assert live_days(days.values()) == 2
    assert live_hours(days.values()) == Fraction("3.60")
    assert {day.day: one.sessions for day, one in days.items()} == {6: 1, 7: 1, 8: 1}


def test_the_order_of_reports_does_not_matter() -> None:
    assert sessions_of(reversed(WORKED)) == sessions_of(WORKED)


@pytest.mark.parametrize(
    ("story", "intervals", "expected"),
    [
        ("ten minutes apart is one session", [on_air("20:00", "20:15"), on_air("20:25", "20:35")], [True]),
        (
            "eleven minutes apart are two, both too short",
            [on_air("20:00", "20:15"), on_air("20:26", "20:36")],
            [False, False],
        ),
        ("a gap is not airtime", [on_air("20:00", "20:12"), on_air("20:22", "20:34")], [False]),
        ("25 minutes are enough", [on_air("20:00", "20:25")], [True]),
        ("24 are not", [on_air("20:00", "20:24")], [False]),
        ("an overlap counts once", [on_air("20:00", "20:20"), on_air("20:10", "20:24")], [False]),
        (
            "a report inside another adds nothing",
            [on_air("20:00", "20:30"), on_air("20:05", "20:10"), on_air("20:39", "20:40")],
            [True],
        ),
        (
            "two accounts are two sessions",
            [on_air("20:00", "20:30"), on_air("20:00", "20:30", account="a2")],
            [True, True],
        ),
        ("a replay never counts", [on_air("20:00", "21:00", replay=True)], [False]),
        (
            "nor does a session with a ban in it",
            [on_air("20:00", "20:40"), on_air("20:45", "21:20", banned=True)],
            [False],
        ),
        ("nor one we were not authorised to read", [on_air("20:00", "21:00", authorised=False)], [False]),
        ("nothing on air, no session", [], []),
    ],
)
def test_which_sessions_count(story, intervals, expected) -> None:
    assert effective(intervals) == expected, story


def test_a_short_session_leaves_no_trace_in_the_day() -> None:
    assert minutes([on_air("20:00", "20:24")]) == {}


def test_two_accounts_at_once_both_count_up_to_eight_hours_a_day() -> None:
    both = [on_air("10:00", "13:00"), on_air("10:00", "13:00", account="a2")]
    assert minutes(both) == {6: 360}
    assert minutes([*both, on_air("14:00", "18:00")]) == {6: 480}


def test_accounts_keep_their_own_minutes_without_the_cap() -> None:
    long = [on_air("06:00", "18:00"), on_air("10:00", "13:00", account="a2")]
    found = account_days(sessions_of(long))
    assert found["a1", date(2025, 10, 6)] == LiveDay(12 * 3600, 1)
    assert found["a2", date(2025, 10, 6)] == LiveDay(3 * 3600, 1)
    assert minutes(long) == {6: 480}


def test_a_session_over_midnight_counts_on_the_day_it_began() -> None:
    found = dealer_days(sessions_of([on_air("23:50", "00:30", last=7)]))
    assert {day.day: (one.minutes, one.sessions) for day, one in found.items()} == {6: (10, 1), 7: (30, 0)}


@pytest.mark.parametrize(
    ("seconds", "counts", "shown"), [(3600, True, 60), (3599, False, 60), (3570, False, 60), (3569, False, 59)]
)
def test_a_day_on_air_is_a_full_hour_not_a_rounded_one(seconds, counts, shown) -> None:
    assert (LiveDay(seconds, 1).is_live_day, LiveDay(seconds, 1).minutes) == (counts, shown)


def test_an_interval_that_runs_backwards_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before it starts"):
        on_air("20:00", "19:00")


def test_days_are_those_of_shanghai_wherever_the_clock_stands() -> None:
    late = datetime(2025, 10, 6, 16, 30, tzinfo=UTC)
    assert local_day(late) == date(2025, 10, 7)
    pieces = list(split_at_midnight(datetime(2025, 10, 6, 15, tzinfo=UTC), datetime(2025, 10, 7, 17, tzinfo=UTC)))
    assert [(day.day, seconds // 3600) for day, seconds in pieces] == [(6, 1), (7, 24), (8, 1)]


moments = st.integers(0, 4 * 24 * 60).map(lambda minute: at(6, "00:00") + timedelta(minutes=minute))


@given(st.lists(st.tuples(st.sampled_from("ab"), moments, st.integers(0, 600)), max_size=12))
def test_no_minute_is_invented_and_no_day_exceeds_its_cap(spans) -> None:
    intervals = [Interval(account, start, start + timedelta(minutes=length)) for account, start, length in spans]
    days = dealer_days(sessions_of(intervals))
    assert sum(one.seconds for one in days.values()) <= sum(length * 60 for _, _, length in spans)
    assert all(one.seconds <= 8 * 3600 for one in days.values())
    assert all(one.seconds <= 24 * 3600 for one in account_days(sessions_of(intervals)).values())
