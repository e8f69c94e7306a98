"""Direct messages: a session opens after a day of silence and is answered within three minutes, by somebody who counts."""

from datetime import datetime, time, timedelta

import pytest

from cloudstore.facts.rules.days import ZONE
from cloudstore.facts.rules.messages import Duty, Message, Sender, is_canned, sessions_of

TEN = datetime(2026, 3, 2, 10, tzinfo=ZONE)
NIGHT = datetime(2026, 3, 2, 23, tzinfo=ZONE)


def said(sender: str, seconds: float = 0, start: datetime = TEN, **facts) -> Message:
    return Message(start + timedelta(seconds=seconds), Sender(sender), **facts)


def answered(*messages: Message, duty: Duty | None = None) -> list[bool]:
    return [session.ok for session in (sessions_of(messages, duty) if duty else sessions_of(messages))]


@pytest.mark.parametrize(
    ("story", "thread", "expected"),
    [
        ("answered at the last second", [said("user"), said("human", 180)], [True]),
        ("a moment too late", [said("user"), said("human", 180.001)], [False]),
        ("never answered", [said("user")], [False]),
        (
            "a second question does not start the clock anew",
            [said("user"), said("user", 100), said("human", 200)],
            [False],
        ),
        ("by day a bot alone does not count", [said("user"), said("bot", 1)], [False]),
        ("a person after the bot does", [said("user"), said("bot", 1), said("human", 60)], [True]),
        ("a bot that ends in contact counts", [said("user"), said("bot", 1), said("user", 90, contact=True)], [True]),
        ("contact given before the bot spoke is not its doing", [said("user", contact=True), said("bot", 1)], [False]),
        ("one character is no answer", [said("user"), said("human", 10, characters=1)], [False]),
        ("two are", [said("user"), said("human", 10, characters=2)], [True]),
        (
            "a canned reply is none, the next may be",
            [said("user"), said("human", 5, canned=True), said("human", 170)],
            [True],
        ),
        ("at night a bot counts", [said("user", start=NIGHT), said("bot", 1, NIGHT)], [True]),
        ("at night a person does too", [said("user", start=NIGHT), said("human", 120, NIGHT)], [True]),
        ("nobody wrote", [], []),
        ("the dealer wrote first", [said("human"), said("user", 60), said("human", 70)], []),
    ],
)
def test_one_conversation(story, thread, expected) -> None:
    assert answered(*thread) == expected, story


@pytest.mark.parametrize(("gap", "sessions"), [(86_399, 1), (86_400, 2)])
def test_a_day_of_silence_opens_a_new_session(gap, sessions) -> None:
    assert len(sessions_of([said("user"), said("user", gap)])) == sessions


def test_silence_is_counted_from_whoever_wrote_last() -> None:
    day = 86_400
    thread = [said("user"), said("human", 60), said("human", 20 * 3600), said("user", day + 120)]
    assert len(sessions_of(thread)) == 1


def test_each_session_is_judged_by_its_own_replies() -> None:
    two_days = 2 * 86_400
    thread = [said("user"), said("user", two_days), said("human", two_days + 30)]
    assert answered(*thread) == [False, True]
    assert [session.day.day for session in sessions_of(thread)] == [2, 4]


def test_the_order_of_arrival_does_not_matter() -> None:
    thread = [said("human", 30), said("user")]
    assert answered(*thread) == [True]


@pytest.mark.parametrize(("clock", "on_duty"), [((8, 59), False), ((9, 0), True), ((20, 59), True), ((21, 0), False)])
def test_duty_hours_include_their_first_minute_and_not_their_last(clock, on_duty) -> None:
    (session,) = sessions_of([said("user", start=TEN.replace(hour=clock[0], minute=clock[1]))])
    assert session.in_duty is on_duty


def test_a_dealer_may_have_other_duty_hours() -> None:
    late = Duty(time(9), time(23, 30))
    assert answered(said("user", start=NIGHT), said("bot", 1, NIGHT), duty=late) == [False]


@pytest.mark.parametrize(("same", "canned"), [(18, False), (19, True), (20, True)])
def test_more_than_nine_tenths_the_same_is_canned(same, canned) -> None:
    recent = [f"other {at}" for at in range(20 - same)] + ["Hello "] * same
    assert is_canned("Hello", recent) is canned


def test_the_first_replies_of_an_account_are_never_canned() -> None:
    assert is_canned("Hello", ["Hello"] * 19) is False
