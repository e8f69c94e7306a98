"""Rooms are read from the platform; what it has not counted yet is unknown, not nothing."""

import pytest

from cloudstore.connectors.errors import ConnectorError
from cloudstore.kit.clock import now
from cloudstore.live import queries
from cloudstore.live.models import LiveSession
from cloudstore.live.services import ask_for_pulls, pull_account
from cloudstore.queue.models import Job


def room(platform, account, **fields):
    return platform.pull("rooms", open_id=account.open_id, **{"minutes": 90, "viewers": 700, "ready_after": 0} | fields)


def test_a_room_with_its_figures_becomes_a_session(platform, account):
    made = room(platform, account)
    assert pull_account(account=account, now=now()) == 1
    (session,) = LiveSession.objects.all()
    assert (session.room_id, session.dealer, session.viewers_unique) == (made["room_id"], account.dealer, 700)
    assert session.exposure >= 700
    assert queries.minutes_of(session) == 90


def test_reading_twice_is_one_session(platform, account):
    room(platform, account)
    for _ in range(2):
        pull_account(account=account, now=now())
    assert LiveSession.objects.count() == 1


def test_figures_that_are_not_ready_leave_nothing_behind_and_come_later(platform, account):
    room(platform, account, ready_after=3600)
    pull_account(account=account, now=now())
    assert not LiveSession.objects.exists()
    platform.advance(3700)
    pull_account(account=account, now=now())
    assert LiveSession.objects.get().viewers_unique == 700


def test_what_was_known_does_not_become_unknown_again(platform, account):
    made = room(platform, account)
    pull_account(account=account, now=now())
    LiveSession.objects.update(room_id="another")
    LiveSession.objects.update(room_id=made["room_id"], viewers_unique=701)
    platform.pull("faults", path="/room/data/audience/", kind="code", times=9, code=28001007)
    with pytest.raises(ConnectorError):
        pull_account(account=account, now=now())
    assert LiveSession.objects.get().viewers_unique == 701


def test_a_refusal_of_the_platform_is_passed_on(platform, account):
    platform.pull("unauthorise", open_id=account.open_id)
    with pytest.raises(ConnectorError):
        pull_account(account=account, now=now())


def test_each_connected_account_gets_a_job_and_the_others_none(platform, account):
    assert ask_for_pulls(now=now()) == 1
    assert ask_for_pulls(now=now()) == 1
    (job,) = Job.objects.filter(name="live.pull_account")
    assert job.kwargs == {"account_id": account.pk}
