"""The business calendar: deadlines fall in working time, over nights, lunch breaks and closed days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudstore.kit.calendar import (
    DEFAULT_CALENDAR,
    SHANGHAI,
    CalendarError,
    add_working_minutes,
    calendar_of,
    is_working,
    working_minutes_between,
    working_time_between,
)

ALL_DAY = DEFAULT_CALENDAR
LUNCH = calendar_of([("13:30", "18:00"), ("09:00", "12:00")])
SPRING_FESTIVAL = calendar_of([("09:00", "21:00")], ["2026-02-16", "2026-02-17", "2026-02-18"])


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("story", "start", "minutes", "calendar", "due"),
    [
        ("ten minutes before closing", "2026-03-02T20:50", 30, ALL_DAY, "2026-03-03T09:20"),
        ("in the morning", "2026-03-02T09:10", 30, ALL_DAY, "2026-03-02T09:40"),
        ("exactly until closing", "2026-03-02T20:30", 30, ALL_DAY, "2026-03-02T21:00"),
        ("at closing", "2026-03-02T21:00", 30, ALL_DAY, "2026-03-03T09:30"),
        ("in the night", "2026-03-02T23:59", 30, ALL_DAY, "2026-03-03T09:30"),
        ("before opening", "2026-03-02T06:00", 30, ALL_DAY, "2026-03-02T09:30"),
        ("four hours over the night", "2026-03-02T19:00", 240, ALL_DAY, "2026-03-03T11:00"),
        ("two whole days", "2026-03-02T09:00", 1440, ALL_DAY, "2026-03-03T21:00"),
        ("over lunch", "2026-03-02T11:50", 30, LUNCH, "2026-03-02T13:50"),
        ("in the lunch break", "2026-03-02T12:30", 30, LUNCH, "2026-03-02T14:00"),
        ("over lunch and the night", "2026-03-02T11:00", 390, LUNCH, "2026-03-03T10:00"),
        ("the eve of three closed days", "2026-02-15T20:50", 30, SPRING_FESTIVAL, "2026-02-19T09:20"),
        ("on a closed day at noon", "2026-02-17T12:00", 30, SPRING_FESTIVAL, "2026-02-19T09:30"),
        ("nothing to wait for", "2026-03-02T23:00", 0, ALL_DAY, "2026-03-02T23:00"),
        ("the night of the leap day", "2028-02-28T20:59", 2, ALL_DAY, "2028-02-29T09:01"),
    ],
)
def test_a_deadline_counts_only_working_time(story, start, minutes, calendar, due):
    assert add_working_minutes(at(start), minutes, calendar) == at(due), story


def test_a_deadline_keeps_the_seconds_of_its_start_and_answers_in_shanghai():
    start = datetime(2026, 3, 2, 12, 50, 20, tzinfo=UTC)  # 20:50:20 in Shanghai
    due = add_working_minutes(start, 30, ALL_DAY)
    assert due.isoformat() == "2026-03-03T09:20:20+08:00"


@pytest.mark.parametrize(
    ("start", "end", "calendar", "minutes"),
    [
        ("2026-03-02T20:50", "2026-03-03T09:20", ALL_DAY, 30),
        ("2026-03-02T11:50", "2026-03-02T13:50", LUNCH, 30),
        ("2026-02-15T20:50", "2026-02-19T09:20", SPRING_FESTIVAL, 30),
        ("2026-03-02T22:00", "2026-03-03T08:00", ALL_DAY, 0),
        ("2026-03-03T09:20", "2026-03-02T20:50", ALL_DAY, -30),
        ("2026-03-02T00:00", "2026-03-09T00:00", ALL_DAY, 7 * 720),
    ],
)
def test_working_minutes_between_two_moments(start, end, calendar, minutes):
    assert working_minutes_between(at(start), at(end), calendar) == minutes


def test_the_opening_minute_is_working_time_and_the_closing_minute_is_not():
    moments = ["2026-03-02T08:59", "2026-03-02T09:00", "2026-03-02T12:00", "2026-03-02T13:30", "2026-03-02T17:59"]
    assert [is_working(at(moment), LUNCH) for moment in moments] == [False, True, False, True, True]
    assert not is_working(at("2026-02-17T12:00"), SPRING_FESTIVAL)


def test_spans_may_come_in_any_order_and_touch():
    assert calendar_of([("12:00", "24:00"), ("00:00", "12:00")]).spans == ((0, 1440),)
    assert LUNCH.minutes_per_day == 450
    assert calendar_of([("09:00", "10:00")], [date(2026, 2, 17)]).closed == {date(2026, 2, 17)}


@pytest.mark.parametrize(
    ("spans", "closed"),
    [
        ([], []),
        ([("21:00", "09:00")], []),
        ([("09:00", "09:00")], []),
        ([("09:00", "12:00"), ("11:59", "13:00")], []),
        ([("9:00", "12:00")], []),
        ([("09:60", "12:00")], []),
        ([("09:00", "24:01")], []),
        ([("０９:00", "12:00")], []),
        ([("09:00", "12:00")], ["17.2.2026"]),
    ],
)
def test_impossible_calendars_are_refused(spans, closed):
    with pytest.raises(CalendarError):
        calendar_of(spans, closed)


def test_moments_without_zone_negative_minutes_and_the_end_of_time_are_refused():
    for start, minutes in [(datetime(2026, 3, 2, 9), 5), (at("2026-03-02T09:00"), -1), (at("9999-12-31T20:59"), 2)]:
        with pytest.raises(CalendarError):
            add_working_minutes(start, minutes, ALL_DAY)


calendars = st.lists(st.integers(0, 288), min_size=2, max_size=6, unique=True).map(
    lambda edges: calendar_of(
        [
            (f"{a * 5 // 60:02d}:{a * 5 % 60:02d}", f"{b * 5 // 60:02d}:{b * 5 % 60:02d}")
            for a, b in zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False)
        ],
        ["2026-03-03", "2026-03-07", "2026-03-08"],
    )
)
moments = st.datetimes(datetime(2026, 3, 1), datetime(2026, 3, 10)).map(lambda naive: naive.replace(tzinfo=SHANGHAI))


@given(moments, st.integers(1, 2000), calendars)
def test_between_is_the_inverse_of_add(start, minutes, calendar):
    due = add_working_minutes(start, minutes, calendar)
    assert working_time_between(start, due, calendar) == timedelta(minutes=minutes)
    assert is_working(due - timedelta(microseconds=1), calendar)


@given(moments, st.integers(0, 900), st.integers(0, 900), calendars)
def test_two_stretches_after_each_other_are_one(start, first, second, calendar):
    in_two = add_working_minutes(add_working_minutes(start, first, calendar), second, calendar)
    assert in_two == add_working_minutes(start, first + second, calendar)


@given(moments, moments, moments, calendars)
def test_working_time_adds_up_and_turns_its_sign(one, two, three, calendar):
    assert working_time_between(one, two, calendar) == -working_time_between(two, one, calendar)
    whole = working_time_between(one, three, calendar)
    assert working_time_between(one, two, calendar) + working_time_between(two, three, calendar) == whole
