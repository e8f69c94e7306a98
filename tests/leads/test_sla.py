"""The clock of the first follow: reminder, manager, next dealer, all in the store's own hours."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudstore.kit.calendar import DEFAULT_CALENDAR, SHANGHAI, calendar_of, working_time_between
from cloudstore.leads.rules.levels import Level
from cloudstore.leads.rules.sla import Stage, deadlines, is_hot, kept, paused_until, stage

FESTIVAL = calendar_of([("09:00", "21:00")], ["2026-02-16", "2026-02-17", "2026-02-18"])


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("level", "scene", "call_back", "hot"),
    [
        ("H", "SHORT_VIDEO", False, True),
        ("A", "SHORT_VIDEO", False, False),
        ("N", "LIVE_VIDEO", False, True),
        ("N", "IM_MESSAGE", False, True),
        ("N", "HOME_PAGE", False, False),
        ("N", "HOME_PAGE", True, True),
        ("C", "OFFLINE", False, False),
    ],
)
def test_hot_is_level_h_live_chat_or_a_call_back(level, scene, call_back, hot):
    assert is_hot(level=Level(level), scene=scene, call_back=call_back) is hot


@pytest.mark.parametrize(
    ("story", "opened", "hot", "calendar", "remind", "due", "redispatch"),
    [
        (
            "morning, hot",
            "2026-03-02T09:10",
            True,
            DEFAULT_CALENDAR,
            "2026-03-02T09:25",
            "2026-03-02T09:40",
            "2026-03-02T11:40",
        ),
        (
            "evening, hot",
            "2026-03-02T20:50",
            True,
            DEFAULT_CALENDAR,
            "2026-03-03T09:05",
            "2026-03-03T09:20",
            "2026-03-03T11:20",
        ),
        (
            "late, hot",
            "2026-03-02T20:20",
            True,
            DEFAULT_CALENDAR,
            "2026-03-02T20:35",
            "2026-03-02T20:50",
            "2026-03-03T10:50",
        ),
        (
            "morning, other",
            "2026-03-02T09:10",
            False,
            DEFAULT_CALENDAR,
            "2026-03-02T11:10",
            "2026-03-02T13:10",
            "2026-03-03T13:10",
        ),
        (
            "evening, other",
            "2026-03-02T20:00",
            False,
            DEFAULT_CALENDAR,
            "2026-03-03T10:00",
            "2026-03-03T12:00",
            "2026-03-04T12:00",
        ),
        (
            "festival ends the wait by the clock",
            "2026-02-15T20:00",
            True,
            FESTIVAL,
            "2026-02-15T20:15",
            "2026-02-15T20:30",
            "2026-02-16T20:30",
        ),
    ],
)
def test_deadlines_of_the_first_follow(story, opened, hot, calendar, remind, due, redispatch):
    clock = deadlines(at(opened), hot=hot, calendar=calendar)
    assert (clock.remind_at, clock.due_at, clock.redispatch_at) == (at(remind), at(due), at(redispatch)), story


def test_the_stages_of_a_round_that_nobody_follows():
    clock = deadlines(at("2026-03-02T09:10"), hot=True, calendar=DEFAULT_CALENDAR)
    moments = ["09:24:59", "09:25:00", "09:39:59", "09:40:00", "11:39:59", "11:40:00"]
    seen = [stage(clock, at(f"2026-03-02T{moment}")) for moment in moments]
    assert seen == [Stage.RUNNING, Stage.REMIND, Stage.REMIND, Stage.MANAGER, Stage.MANAGER, Stage.REDISPATCH]


def test_a_follow_in_the_minute_of_the_deadline_is_in_time():
    due = at("2026-03-02T09:40")
    assert kept(due, due)
    assert not kept(due + timedelta(seconds=1), due)
    assert not kept(None, due)


def test_three_breaches_within_seven_days_pause_a_dealer_for_seven_days():
    first = at("2026-03-02T10:00")
    breaches = [first + timedelta(days=day) for day in (0, 3, 7)]
    assert paused_until(breaches) == first + timedelta(days=14)
    assert paused_until(reversed(breaches)) == first + timedelta(days=14)
    assert paused_until([*breaches[:2], first + timedelta(days=7, seconds=1)]) is None
    assert paused_until(breaches[:2]) is None


@given(
    st.datetimes(datetime(2026, 2, 10), datetime(2026, 2, 20)).map(lambda naive: naive.replace(tzinfo=SHANGHAI)),
    st.booleans(),
)
def test_the_moments_come_in_order_and_measure_what_they_promise(opened, hot):
    clock = deadlines(opened, hot=hot, calendar=FESTIVAL)
    assert opened < clock.remind_at < clock.due_at < clock.redispatch_at <= clock.due_at + timedelta(hours=24)
    promised = timedelta(minutes=30 if hot else 240)
    assert working_time_between(opened, clock.due_at, FESTIVAL) == promised
    assert working_time_between(opened, clock.remind_at, FESTIVAL) == promised / 2
