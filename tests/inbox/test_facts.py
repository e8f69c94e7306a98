"""Daily facts of direct messages, from rows: sessions and those answered within three minutes."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cloudstore.inbox.models import Conversation, Message
from cloudstore.inbox.queries import fact_rows

DAY = date(2026, 3, 2)
TEN = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # ten o'clock in Shanghai, in duty hours
NIGHT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)  # ten at night


@pytest.fixture
def thread(world):
    """Write a thread: (seconds after the start, side, further fields)."""

    def write(start, *lines, peer="mei"):
        account = world.xinghe.accounts["SH01"]
        conversation = Conversation.objects.create(
            brand=account.brand, dealer=account.dealer, account=account, peer_open_id=peer, last_message_at=start
        )
        for number, (seconds, side, fields) in enumerate(lines):
            values = {"characters": 8, "platform_id": str(number)} | fields
            at = start + timedelta(seconds=seconds)
            Message.objects.create(conversation=conversation, inbound=side == "in", sent_at=at, **values)

    return write


def numbers(world, day=DAY):
    rows = list(fact_rows(world.xinghe.brand.pk, day, day))
    return [(row.values["dm_sessions"], row.values["dm_reply_ok"]) for row in rows]


@pytest.mark.parametrize(("seconds", "ok"), [(179, 1), (180, 1), (181, 0)])
def test_three_minutes_the_last_second_included(world, thread, seconds, ok):
    thread(TEN, (0, "in", {}), (seconds, "out", {}))
    assert numbers(world) == [(1, ok)]


def test_a_machines_reply_counts_at_night_and_by_day_only_when_it_leads_to_contact(world, thread):
    thread(TEN, (0, "in", {}), (5, "out", {"by_bot": True}), peer="a")
    thread(TEN, (0, "in", {}), (5, "out", {"by_bot": True}), (60, "in", {"contact": True}), peer="b")
    thread(NIGHT, (0, "in", {}), (5, "out", {"by_bot": True}), peer="c")
    assert numbers(world) == [(3, 2)]


@pytest.mark.parametrize("fields", [{"characters": 1}, {"canned": True}])
def test_one_character_or_the_same_words_as_always_are_no_answer(world, thread, fields):
    thread(TEN, (0, "in", {}), (5, "out", fields))
    assert numbers(world) == [(1, 0)]


def test_a_session_opens_only_after_a_day_of_silence(world, thread):
    hour = 3600
    thread(TEN - timedelta(hours=20), (0, "in", {}), (60, "out", {}), (20 * hour, "in", {}))
    assert numbers(world) == []
    assert numbers(world, DAY - timedelta(days=1)) == [(1, 1)]


def test_an_answer_after_midnight_counts_for_the_evening_it_was_asked(world, thread):
    thread(datetime(2026, 3, 2, 15, 59, tzinfo=UTC), (0, "in", {}), (120, "out", {}))
    assert numbers(world) == [(1, 1)]
    assert numbers(world, DAY + timedelta(days=1)) == []
