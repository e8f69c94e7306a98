"""Levels fade when nobody acts, follows are due by level, and only real contact counts as a follow."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudstore.kit.calendar import SHANGHAI
from cloudstore.leads.rules.follow import FollowKind, is_follow, may_sleep, proves_no_answer
from cloudstore.leads.rules.levels import Level, at_least, decay, level_for, level_in, next_follow_due
from cloudstore.leads.rules.protection import is_protected, protection_until
from cloudstore.leads.rules.states import State

START = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)


def after(**time):
    return START + timedelta(**time)


@pytest.mark.parametrize(
    ("days", "level"),
    [(0, "H"), (7, "H"), (8, "A"), (15, "A"), (16, "B"), (30, "B"), (31, "C"), (90, "C"), (365, "C"), (None, "N")],
)
def test_the_level_is_how_soon_the_customer_means_to_buy(days, level):
    assert level_for(days) == level


@pytest.mark.parametrize(
    ("level", "idle_days", "now_level", "holds_since"),
    [
        (Level.H, 7, Level.H, 0),
        (Level.H, 8, Level.A, 7),
        (Level.H, 22, Level.A, 7),
        (Level.H, 23, Level.B, 22),
        (Level.H, 53, Level.C, 52),
        (Level.H, 999, Level.C, 52),
        (Level.B, 31, Level.C, 30),
        (Level.N, 99, Level.N, 0),
        (Level.O, 99, Level.O, 0),
    ],
)
def test_a_level_fades_one_step_for_each_horizon_without_action(level, idle_days, now_level, holds_since):
    assert decay(level, START, after(days=idle_days)) == (now_level, after(days=holds_since))


@given(st.sampled_from(Level), st.lists(st.integers(0, 40), max_size=8))
def test_asking_every_day_fades_as_much_as_asking_once(level, gaps):
    stepwise, since, now = level, START, START
    for gap in gaps:
        now += timedelta(days=gap)
        stepwise, since = decay(stepwise, since, now)
    assert (stepwise, since) == decay(level, START, now)


@pytest.mark.parametrize(("level", "days"), [("H", 1), ("A", 3), ("B", 7), ("C", 15), ("N", 1)])
def test_the_next_follow_is_due_by_level(level, days):
    assert next_follow_due(Level(level), START) == after(days=days)


@pytest.mark.parametrize("level", ["F", "L", "O", "D"])
def test_a_lead_that_is_decided_needs_no_follow(level):
    assert next_follow_due(Level(level), START) is None


@pytest.mark.parametrize(
    ("state", "shown"), [("lost", "F"), ("dormant", "L"), ("ordered", "O"), ("delivered", "D"), ("following", "A")]
)
def test_a_state_that_speaks_for_itself_is_the_level(state, shown):
    assert level_in(State(state), Level.A) == shown


def test_levels_at_least_a_are_h_and_a():
    assert [level for level in Level if at_least(level, Level.A)] == [Level.H, Level.A]


@pytest.mark.parametrize(
    ("story", "kind", "seconds", "short_before", "counts"),
    [
        ("a call", "call", 65, 0, True),
        ("a call without record", "call", None, 0, False),
        ("a blink of a call is an attempt", "call", 2, 0, True),
        ("a second blink", "call", 2, 1, False),
        ("three seconds", "call", 3, 5, True),
        ("a friend request", "wecom_add", None, 0, True),
        ("a message", "message", None, 0, True),
        ("an appointment", "appointment", None, 0, True),
        ("a note alone", "note", None, 0, False),
    ],
)
def test_only_contact_counts_as_a_follow(story, kind, seconds, short_before, counts):
    assert is_follow(FollowKind(kind), call_seconds=seconds, short_calls_before=short_before) is counts, story


def test_a_customer_is_unreachable_after_four_tries_on_three_days():
    tries = [START, after(hours=2), after(days=1), after(days=2)]
    assert may_sleep(tries)
    assert not may_sleep(tries[:3])
    assert not may_sleep([START, after(hours=1), after(hours=2), after(days=1)])
    assert may_sleep([], customer_said_later=True)


def test_days_of_tries_are_days_in_shanghai():
    # 23:50 and 00:10 in Shanghai are two days there and one in UTC.
    late = datetime(2026, 3, 2, 23, 50, tzinfo=SHANGHAI)
    assert proves_no_answer([late, late + timedelta(minutes=20), late + timedelta(minutes=30)])
    assert not proves_no_answer([START, after(hours=1), after(hours=2)])
    assert not proves_no_answer([START, after(days=1)])


def test_protection_is_set_once_by_the_first_follow():
    until = protection_until(None, START)
    assert until == after(days=7)
    assert protection_until(until, after(days=3)) == until
    assert is_protected(until, after(days=7, seconds=-1))
    assert not is_protected(until, after(days=7))
    assert not is_protected(None, START)
