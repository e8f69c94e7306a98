"""The store works on a lead: what counts as following up, what stops the clock, and two people at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from cloudstore.customers.errors import TooManyReveals
from cloudstore.leads.errors import LeadRefused
from cloudstore.leads.models import FollowAction, Lead, LeadEvent, Round
from cloudstore.leads.rules.follow import FollowKind
from cloudstore.leads.rules.levels import Level
from cloudstore.leads.services import assign_consultant, decay_levels, follow, reveal, set_level

from .stories import lead_of
from .town import MORNING, build_town

SOON = MORNING + timedelta(minutes=10)


@pytest.fixture
def lead(town):
    return lead_of(town)


def call(town, lead, *, seconds=60, connected=True, at=SOON, **fields):
    fields.setdefault("version", lead.state_version)
    return follow(
        lead=lead,
        kind=FollowKind.CALL,
        by=town.people["wang"],
        call_seconds=seconds,
        connected=connected,
        now=at,
        **fields,
    )


def test_a_call_with_its_record_stops_the_clock(town, lead):
    call(town, lead, note="周末来看车")
    lead.refresh_from_db()
    turn = Round.objects.get(lead=lead)
    assert (lead.state, lead.first_follow_at) == ("following", SOON)
    assert (turn.first_follow_at, turn.next_at) == (SOON, None)
    assert lead.protection_until == SOON + timedelta(days=7)
    assert lead.due_at == SOON + timedelta(days=1), "who means to buy when is to be found out the next day"


@pytest.mark.parametrize(
    ("kind", "fields", "state"),
    [
        (FollowKind.WECOM_ADD, {}, "following"),
        (FollowKind.MESSAGE, {"note": "您好"}, "following"),
        (FollowKind.APPOINTMENT, {"appointment_at": MORNING + timedelta(days=2)}, "invited"),
        (FollowKind.NOTE, {"note": "客户在开会"}, "assigned"),
    ],
)
def test_contact_counts_and_a_note_does_not(town, lead, kind, fields, state):
    action = follow(lead=lead, kind=kind, by=town.people["wang"], version=lead.state_version, now=SOON, **fields)
    lead.refresh_from_db()
    assert lead.state == state
    assert action.counts is (kind is not FollowKind.NOTE)
    assert (Round.objects.get().first_follow_at is None) is (kind is FollowKind.NOTE)


def test_an_appointment_is_the_next_thing_due(town, lead):
    saturday = MORNING + timedelta(days=5)
    follow(
        lead=lead,
        kind=FollowKind.APPOINTMENT,
        by=None,
        appointment_at=saturday,
        version=lead.state_version,
        now=SOON,
    )
    lead.refresh_from_db()
    assert lead.due_at == saturday


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        (FollowKind.CALL, {}, "record_needed"),
        (FollowKind.CALL, {"call_seconds": 5}, "record_needed"),
        (FollowKind.CALL, {"call_seconds": -1, "connected": False}, "record_needed"),
        (FollowKind.APPOINTMENT, {}, "time_needed"),
        (FollowKind.APPOINTMENT, {"appointment_at": MORNING}, "time_needed"),
    ],
)
def test_a_call_needs_its_record_and_an_appointment_its_time(town, lead, kind, fields, code):
    with pytest.raises(LeadRefused, match=code):
        follow(lead=lead, kind=kind, by=None, version=lead.state_version, now=SOON, **fields)
    assert not FollowAction.objects.exists()


def test_letting_it_ring_for_a_blink_counts_once(town, lead):
    assert call(town, lead, seconds=0, connected=False).counts
    lead.refresh_from_db()
    assert not call(town, lead, seconds=1, connected=False).counts


def test_who_saw_an_older_state_is_told_so_and_nothing_is_kept(town, lead):
    seen = lead.state_version
    call(town, lead)
    with pytest.raises(LeadRefused) as refused:
        call(town, lead, version=seen)
    assert refused.value.stale and refused.value.state == "following"
    assert FollowAction.objects.count() == 1


def test_the_level_sets_when_to_follow_next(town, lead):
    call(town, lead)
    lead.refresh_from_db()
    later = SOON + timedelta(hours=1)
    set_level(lead=lead, level=Level.A, by=town.people["wang"], version=lead.state_version, now=later)
    lead.refresh_from_db()
    assert (lead.level, lead.due_at) == ("A", later + timedelta(days=3))


def test_a_level_does_not_move_a_promised_first_deadline(town, lead):
    promised = lead.due_at
    set_level(lead=lead, level=Level.H, by=None, version=lead.state_version, now=SOON)
    lead.refresh_from_db()
    assert (lead.level, lead.hot, lead.due_at) == ("H", True, promised)


def test_levels_that_only_a_state_gives_cannot_be_chosen(town, lead):
    with pytest.raises(LeadRefused):
        set_level(lead=lead, level=Level.F, by=None, version=lead.state_version, now=SOON)


def test_interest_fades_when_nobody_acts(town, lead):
    set_level(lead=lead, level=Level.H, by=None, version=lead.state_version, now=MORNING)
    assert decay_levels(now=MORNING + timedelta(days=6)) == 0
    assert decay_levels(now=MORNING + timedelta(days=8)) == 1
    lead.refresh_from_db()
    assert lead.level == "A"
    assert decay_levels(now=MORNING + timedelta(days=60)) == 1 and decay_levels(now=MORNING + timedelta(days=60)) == 0
    lead.refresh_from_db()
    assert lead.level == "C", "asking once after two months is asking every day"


def test_the_manager_gives_a_lead_to_a_consultant_of_the_store_alone(town, lead):
    assign_consultant(lead=lead, consultant=town.people["zhao"], by=town.people["chen"], now=SOON)
    lead.refresh_from_db()
    assert lead.consultant == town.people["zhao"]
    for stranger in ("su", "wang", "he"):
        with pytest.raises(LeadRefused, match="other_dealer"):
            assign_consultant(lead=lead, consultant=town.people[stranger], by=town.people["chen"], now=SOON)
    assign_consultant(lead=lead, consultant=None, by=town.people["chen"], now=SOON)
    lead.refresh_from_db()
    assert lead.consultant is None


def test_a_look_at_the_number_stands_in_the_history(town, lead):
    assert reveal(lead=lead, scope=town.scope("wang"), purpose="call", now=SOON) == ["+8613900139000"]
    line = LeadEvent.objects.get(kind="reveal")
    assert (line.actor, line.detail) == (town.people["wang"], {"purpose": "call"})
    with pytest.raises(TooManyReveals):
        for _ in range(40):
            reveal(lead=lead, scope=town.scope("wang"), purpose="call", now=SOON)


def test_history_never_holds_the_number_or_the_name(town, lead):
    call(town, lead)
    reveal(lead=lead, scope=town.scope("wang"), purpose="call", now=SOON)
    told = str(list(LeadEvent.objects.values_list("kind", "detail", "from_state", "to_state")))
    assert "139001" not in told and "陈" not in told


@pytest.mark.django_db(transaction=True)
def test_two_people_who_log_a_call_at_once_make_one_first_follow():
    town = build_town()
    lead = lead_of(town)
    start = threading.Barrier(2)

    def person(name):
        try:
            start.wait()
            return follow(
                lead=Lead.objects.get(pk=lead.pk),
                kind=FollowKind.CALL,
                by=town.people[name],
                call_seconds=30,
                connected=True,
                version=lead.state_version,
                now=SOON,
            )
        except LeadRefused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(person, ("wang", "chen")))
    assert sorted(type(one).__name__ for one in answers) == ["FollowAction", "LeadRefused"]
    assert LeadEvent.objects.filter(kind="moved", to_state="following").count() == 1
