"""Follow-up: only reaching out counts, a call needs its record, and the deadline belongs to the time allowed."""

from datetime import datetime, timedelta

import pytest

from cloudstore.facts.rules.days import ZONE
from cloudstore.facts.rules.follow import Action, LeadAction, followed_in_time, follows, is_due, is_follow

ASSIGNED = datetime(2026, 3, 2, 10, tzinfo=ZONE)
DUE = ASSIGNED + timedelta(minutes=30)


def did(kind: str, minutes: float = 5, call_seconds: int | None = None) -> LeadAction:
    return LeadAction(ASSIGNED + timedelta(minutes=minutes), Action(kind), call_seconds)


@pytest.mark.parametrize(
    ("action", "counts"),
    [
        (did("call", call_seconds=95), True),
        (did("call", call_seconds=0), True),
        (did("call"), False),
        (did("wecom_add"), True),
        (did("wecom_message"), True),
        (did("direct_message"), True),
        (did("appointment"), True),
        (did("status_change"), False),
        (did("note"), False),
    ],
)
def test_which_actions_are_a_follow(action, counts) -> None:
    assert is_follow(action) is counts


@pytest.mark.parametrize(
    ("story", "actions", "in_time"),
    [
        ("called at once", [did("call", 1, 60)], True),
        ("called at the very deadline", [did("call", 30, 60)], True),
        ("a second late", [did("call", 30.02, 60)], False),
        ("only clicked followed", [did("status_change", 1), did("note", 2)], False),
        ("clicked first, called later", [did("status_change", 1), did("call", 20, 60)], True),
        ("an action from before the assignment belongs to another", [did("call", -5, 60)], False),
        ("nothing done", [], False),
    ],
)
def test_in_time_or_not(story, actions, in_time) -> None:
    assert followed_in_time(actions, ASSIGNED, DUE) is in_time, story


def test_of_calls_under_three_seconds_only_the_first_counts() -> None:
    calls = [did("call", 1, 2), did("call", 2, 1), did("call", 3, 0), did("call", 4, 3)]
    assert [action.call_seconds for action in follows(reversed(calls))] == [2, 3]


def test_a_lead_is_due_when_its_deadline_has_come() -> None:
    assert is_due(DUE, DUE)
    assert not is_due(DUE, DUE - timedelta(seconds=1))
