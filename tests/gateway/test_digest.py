"""From the event that waits to what it came to: once, whole, and by any number of workers."""

import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from cloudstore.connectors.messages import Scene, Traffic
from cloudstore.connectors.webform.read import FormLead, read
from cloudstore.connectors.webform.write import form_body
from cloudstore.gateway.models import InboundEvent
from cloudstore.gateway.queries import events_wait
from cloudstore.gateway.rules import EVENT_ATTEMPTS
from cloudstore.gateway.services import handle_batch, receive, replay
from cloudstore.kit.clock import now as clock_now
from cloudstore.leads.models import Lead
from cloudstore.network.models import DealerGroup
from tests.gateway.cast import MORNING, one_dealer
from tests.gateway.conftest import database_environment
from tests.gateway.knocking import CLIENT_KEY, lead_card, word
from tests.gateway.web import ROOT


@pytest.fixture
def here(db):
    """One brand, for stories that one connection tells."""
    return one_dealer("xinghe")


def arrive(world, body, *, source="douyin", name="", at=MORNING):
    return receive(source=source, client_key=CLIENT_KEY, brand_id=world.brand.pk, dedupe_key=name, body=body, now=at)


def outcome(event):
    event.refresh_from_db()
    return event.state, event.outcome, event.reason


def test_a_lead_card_becomes_a_lead(here):
    event = arrive(here, lead_card())
    assert handle_batch(now=MORNING) == 1
    event.refresh_from_db()
    assert (event.state, event.outcome, event.event_kind) == ("done", "created", "lead_seen")
    assert event.lead_id == Lead.objects.get().pk
    assert event.handled_at == MORNING


def test_the_same_person_again_is_not_a_second_lead(here):
    first = arrive(here, lead_card())
    again = arrive(here, lead_card(city="上海"), name="another message")
    handle_batch(now=MORNING)
    assert outcome(first)[1] == "created"
    assert outcome(again)[1] in {"joined", "duplicate"}
    assert Lead.objects.count() == 1


def test_a_number_nobody_can_call_is_rejected_with_the_reason(here):
    event = arrive(here, lead_card(phone="12"))
    handle_batch(now=MORNING)
    state, came_to, reason = outcome(event)
    assert (state, came_to) == ("done", "rejected")
    assert reason.startswith("phone_")


def test_a_filled_form_is_heard_like_any_lead(here):
    lead = FormLead(
        platform="web",
        client_key="w1",
        widget_code="w1",
        dealer_code=here.dealer.code,
        scene=Scene.HOME_PAGE,
        phone="+8613800138000",
        name="王女士",
        occurred_at=MORNING,
        declared_adcode="310100",
        consent_version="v1",
        consent_hash="ab" * 32,
        consent_recipients=("oem", f"dealer:{here.dealer.code}"),
    )
    event = arrive(here, form_body(lead), source="form", name="nonce-1")
    handle_batch(now=MORNING)
    assert outcome(event)[:2] == ("done", "created")
    assert Lead.objects.get().pk == event.lead_id


def test_a_form_says_the_same_after_it_was_bytes():
    lead = FormLead(
        platform="web",
        client_key="w1",
        widget_code="w1",
        scene=Scene.LIVE_VIDEO,
        phone="138 0013 8000",
        name="王",
        occurred_at=MORNING,
        city_text="苏州",
        series_text="X7",
        declared_adcode="320500",
        ip_adcode="310100",
        item_id="7301234567890123456",
        room_id="9007199254740993",
        account_open_id="od_1",
        dealer_code="SH01",
        consent_version="v1",
        consent_hash="aa",
        consent_recipients=("oem", "dealer:SH01"),
        traffic=Traffic.NATURAL,
        labels=(("city", "苏州"), ("series", "X7")),
    )
    assert read(form_body(lead)) == [lead]
    assert "138" not in repr(lead)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"event":"other"}', "unknown_event (event)"),
        (b'{"event":"lead_form"}', "missing (widget)"),
        (b'{"event":"lead_form","widget":"w","scene":"MOON"}', "unknown_scene (scene)"),
        (b'{"event":', "not_json at 9"),
    ],
)
def test_a_form_that_is_none_is_put_aside(here, body, reason):
    event = arrive(here, body, source="form")
    handle_batch(now=MORNING)
    assert outcome(event) == ("quarantined", "rejected", reason)


def test_interest_without_a_number_leads_nowhere(here):
    event = arrive(here, word("dial_phone"))
    handle_batch(now=MORNING)
    assert outcome(event) == ("done", "none", "dial_phone")


def test_a_known_word_of_no_use_is_let_go(here):
    event = arrive(here, word("new_follow_action"))
    handle_batch(now=MORNING)
    assert outcome(event) == ("done", "none", "nothing_for_us")


def test_a_word_nobody_understands_is_kept_for_a_person(here):
    event = arrive(here, word("no_such_event"))
    handle_batch(now=MORNING)
    assert outcome(event) == ("quarantined", "rejected", "unknown_event (event)")


def test_a_body_that_was_moved_to_another_row_does_not_open(here):
    first, second = arrive(here, word(log_id="1")), arrive(here, word(log_id="2"))
    InboundEvent.objects.filter(pk=second.pk).update(body=bytes(first.body))
    handle_batch(now=MORNING)
    assert outcome(second) == ("quarantined", "rejected", "cannot_unseal")
    assert outcome(first)[0] == "done"


def test_a_source_that_nobody_reads_is_put_aside(here):
    event = arrive(here, word(), source="kuaishou")
    handle_batch(now=MORNING)
    assert outcome(event) == ("quarantined", "rejected", "nobody_listens: no reader for kuaishou")


def test_a_message_that_nobody_hears_is_put_aside(here, settings):
    settings.WIRING = "tests.gateway.fusebox"
    event = arrive(here, word("create_video", {"item_id": "1"}))
    handle_batch(now=MORNING)
    assert outcome(event) == ("quarantined", "rejected", "nobody_listens: PostSeen")


def test_asking_twice_is_one_row_as_first_kept(here):
    first = arrive(here, word(log_id="1"), name="n")
    again = arrive(here, word(log_id="2"), name="n", at=MORNING + timedelta(hours=1))
    assert first.pk == again.pk
    assert (again.received_at, bytes(again.body)) == (MORNING, bytes(first.body))


def test_a_hearer_that_fails_leaves_nothing_half_done_and_is_asked_again(here, settings, caplog):
    settings.WIRING = "tests.gateway.fusebox"
    event, later = arrive(here, word(log_id="1")), arrive(here, word("no_such_event"))
    handle_batch(now=MORNING)
    event.refresh_from_db()
    assert (event.state, event.outcome, event.attempts, event.reason) == ("new", "pending", 1, "LookupError")
    assert 4 <= (event.due_at - MORNING).total_seconds() <= 6
    assert not DealerGroup.objects.exists()
    assert outcome(later)[0] == "quarantined", "one event that fails must not hold up the next"
    assert "13800138000" not in caplog.text and "LookupError" in caplog.text
    assert handle_batch(now=MORNING + timedelta(seconds=3)) == 0
    DealerGroup.objects.create(brand=here.brand, name="here now")
    assert handle_batch(now=MORNING + timedelta(seconds=10)) == 1
    assert outcome(event)[:2] == ("done", "created")


def test_what_fails_for_ever_is_put_aside_in_the_end_and_can_be_replayed(here, settings):
    settings.WIRING = "tests.gateway.fusebox"
    event, at, waits = arrive(here, word()), MORNING, []
    for _ in range(EVENT_ATTEMPTS):
        assert handle_batch(now=at) == 1
        event.refresh_from_db()
        waits.append((event.due_at - at).total_seconds() if event.due_at else None)
        at = event.due_at or at
    assert outcome(event) == ("quarantined", "rejected", "LookupError")
    assert waits[-1] is None and all(wait <= 3600 * 1.2 for wait in waits[:-1]) and waits[5] > waits[2] > waits[0]
    DealerGroup.objects.create(brand=here.brand, name="here now")
    assert replay(brand_id=here.brand.pk, event_ids=[event.pk]) == 1
    assert outcome(event) == ("new", "pending", "")
    handle_batch(now=at)
    assert outcome(event)[:2] == ("done", "created")


def test_only_what_came_to_nothing_can_be_replayed_and_only_ones_own(here):
    other = one_dealer("other")
    done, aside = arrive(here, lead_card()), arrive(other, word("no_such_event"))
    handle_batch(now=MORNING)
    assert replay(brand_id=here.brand.pk, event_ids=[done.pk, aside.pk]) == 0
    assert outcome(done)[1] == "created" and outcome(aside)[0] == "quarantined"


def test_the_relay_is_told_only_of_events_that_may_be_handled(here):
    assert not events_wait()
    event = arrive(here, word(), at=clock_now())
    assert events_wait()
    InboundEvent.objects.filter(pk=event.pk).update(due_at=clock_now() + timedelta(minutes=5))
    assert not events_wait()


def test_a_long_queue_is_taken_in_batches_oldest_first(here):
    events = [arrive(here, word(log_id=str(number))) for number in range(7)]
    assert handle_batch(now=MORNING, limit=3) == 3
    assert [event.state for event in InboundEvent.objects.order_by("pk")] == ["done"] * 3 + ["new"] * 4
    assert handle_batch(now=MORNING) == 4
    assert {outcome(event)[0] for event in events} == {"done"}


def test_several_workers_at_once_handle_each_event_once(world):
    """Every person writes twice: one lead each, whichever worker takes which event."""
    people = 30
    for number in range(people):
        for turn in range(2):
            arrive(world, lead_card(phone=f"139{number:08}"), name=f"{number}-{turn}")
    handled = []

    def work():
        try:
            while done := handle_batch(now=clock_now(), limit=7):
                handled.append(done)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    # Two workers may meet over one person; then one of them is asked again a few seconds later.
    handle_batch(now=clock_now() + timedelta(minutes=1))
    outcomes = list(InboundEvent.objects.values_list("outcome", flat=True))
    assert outcomes.count("created") == people == Lead.objects.count()
    assert set(outcomes) <= {"created", "joined", "duplicate"}
    assert sum(handled) <= 2 * people + InboundEvent.objects.filter(attempts__gt=0).count()


DIGEST = (
    "from cloudstore.gateway.services import handle_batch\nfrom cloudstore.kit.clock import now\n"
    "print('ready', flush=True)\nwhile handle_batch(now=now(), limit=5):\n    pass"
)


@pytest.mark.journey
def test_a_killed_worker_leaves_every_event_whole_or_untouched(world):
    people = 80
    for number in range(people):
        arrive(world, lead_card(phone=f"139{number:08}"))
    for _ in range(2):
        words = [sys.executable, "manage.py", "shell", "-v0", "-c", DIGEST]
        worker = subprocess.Popen(words, cwd=ROOT, env=database_environment(), stdout=subprocess.PIPE)
        worker.stdout.readline()
        before = Lead.objects.count()
        while Lead.objects.count() < before + 10:
            time.sleep(0.005)
        worker.kill()
        worker.wait()
        worker.stdout.close()
        leads = Lead.objects.count()
        assert leads == InboundEvent.objects.filter(outcome="created").count(), "an effect without its outcome"
    assert 0 < leads < people, "the kills should have come in the middle"
    handle_batch(now=clock_now())
    assert Lead.objects.count() == people == InboundEvent.objects.filter(outcome="created").count()
