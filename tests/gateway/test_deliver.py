"""From a word that must go out to its answer: asked once, tried patiently, given up visibly, brought back by a person."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from cloudstore.gateway import jobs, performing
from cloudstore.gateway.models import AccountToken, Delivery, PlatformApp
from cloudstore.gateway.rules import DELIVERY_ATTEMPTS, FIRST_PAUSE, LONGEST_PAUSE, pause
from cloudstore.gateway.services import deliver, resend, sweep_deliveries
from cloudstore.kit.clock import now as clock_now
from cloudstore.queue.models import Job
from cloudstore.queue.performing import TryLater
from cloudstore.queue.performing import perform as perform_job
from tests.gateway.cast import MORNING, one_dealer


@pytest.fixture(autouse=True)
def fusebox(settings):
    settings.WIRING = "tests.gateway.fusebox"


@pytest.fixture
def here(db):
    return one_dealer("xinghe")


def ask(world, kind="test.say", key="k-1", **payload):
    return deliver(kind=kind, key=key, brand_id=world.brand.pk, payload=payload, now=clock_now())


def again_after(delivery):
    """Try once more at the moment it waits for."""
    delivery.refresh_from_db()
    performing.perform(delivery.pk, now=delivery.due_at)
    delivery.refresh_from_db()
    return delivery


def waits(delivery):
    """Seconds until the next try, from now."""
    return (delivery.due_at - clock_now()).total_seconds()


def test_a_word_goes_out_through_its_job_and_the_answer_stays(here):
    delivery = ask(here, text_id=7)
    job = Job.objects.get(name="gateway.deliver")
    assert job.kwargs == {"delivery_id": delivery.pk}
    assert perform_job(job.pk), f"{jobs.__name__} knows the job"
    delivery.refresh_from_db()
    assert (delivery.state, delivery.answer) == ("done", {"attempt": 1, "for": ""})
    assert delivery.finished_at and not delivery.lease_until and not delivery.last_error
    job.refresh_from_db()
    assert job.state == "done"


def test_asking_twice_is_asking_once(here):
    first, again = ask(here, text_id=1), ask(here, text_id=2)
    assert first.pk == again.pk and again.payload == {"text_id": 1}
    assert Job.objects.filter(name="gateway.deliver").count() == 1


def test_a_word_and_its_job_fall_with_their_cause(here):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ask(here)
        raise ZeroDivisionError
    assert not Delivery.objects.exists() and not Job.objects.filter(name="gateway.deliver").exists()


def test_what_is_done_is_not_done_again(here):
    delivery = ask(here)
    for _ in range(3):
        performing.perform(delivery.pk, now=clock_now())
    delivery.refresh_from_db()
    assert delivery.attempts == 1


def test_the_next_try_has_a_job_of_its_own(here):
    delivery = ask(here, "test.refuse", action="retry")
    perform_job(Job.objects.get(name="gateway.deliver").pk)
    delivery.refresh_from_db()
    waiting = Job.objects.get(name="gateway.deliver", state="ready")
    assert waiting.due_at == delivery.due_at


def test_a_busy_platform_is_asked_again_later_each_time(here):
    delivery = ask(here, "test.refuse", action="retry", until=4)
    performing.perform(delivery.pk, now=clock_now())
    delivery.refresh_from_db()
    seen = [waits(delivery)]
    assert (delivery.state, delivery.last_error) == ("ready", "say: 28001 (retry)")
    for _ in range(2):
        seen.append(waits(again_after(delivery)))
    for number, wait in enumerate(seen):
        assert 0.75 * 5 * 2**number <= wait <= 1.25 * 5 * 2**number
    assert again_after(delivery).state == "done"
    assert delivery.answer == {"attempt": 4}


def test_the_wait_that_the_platform_names_is_kept(here):
    delivery = ask(here, "test.refuse", action="slow_down", wait=900)
    performing.perform(delivery.pk, now=clock_now())
    delivery.refresh_from_db()
    assert 890 <= waits(delivery) <= 901


def test_too_early_is_not_tried(here):
    delivery = ask(here, "test.refuse", action="retry")
    performing.perform(delivery.pk, now=clock_now())
    performing.perform(delivery.pk, now=clock_now())
    delivery.refresh_from_db()
    assert delivery.attempts == 1


@pytest.mark.parametrize("action", ["fix_request", "window_closed", "change_content", "stop_connector"])
def test_what_trying_again_cannot_help_is_given_up_with_its_cause(here, action):
    delivery = ask(here, "test.refuse", action=action)
    performing.perform(delivery.pk, now=clock_now())
    delivery.refresh_from_db()
    assert (delivery.state, delivery.cause) == ("dead", action)
    assert delivery.last_error == f"say: 28001 ({action})"


def test_a_kind_that_nobody_performs_is_given_up(here):
    delivery = ask(here, "test.nobody")
    performing.perform(delivery.pk, now=clock_now())
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("dead", "nobody performs test.nobody")


def test_a_fault_of_our_own_is_tried_again_and_its_words_are_kept_nowhere(here, caplog):
    delivery = ask(here, "test.stumble", how="bug")
    performing.perform(delivery.pk, now=clock_now())
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("ready", "ZeroDivisionError")
    assert "13800138000" not in caplog.text and "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(("how", "state"), [("give_up", "dead"), ("try_later", "ready")])
def test_a_performer_may_say_itself_what_helps(here, how, state):
    delivery = ask(here, "test.stumble", how=how)
    performing.perform(delivery.pk, now=clock_now())
    delivery.refresh_from_db()
    assert delivery.state == state


def test_patience_ends_and_a_person_may_begin_anew(here):
    delivery = ask(here, "test.refuse", action="retry", until=DELIVERY_ATTEMPTS + 2)
    performing.perform(delivery.pk, now=clock_now())
    while again_after(delivery).state == "ready":
        pass
    assert (delivery.attempts, delivery.cause) == (DELIVERY_ATTEMPTS, "worn_out")
    assert resend(brand_id=here.brand.pk, delivery_ids=[delivery.pk], now=clock_now()) == 1
    assert again_after(delivery).state == "ready", "the count begins anew"
    assert again_after(delivery).answer == {"attempt": DELIVERY_ATTEMPTS + 2}, "but the performer knows of all tries"


def test_only_dead_words_of_ones_own_brand_are_sent_again(here):
    other = one_dealer("other")
    alive, foreign = ask(here), ask(other, "test.nobody", key="k-2")
    performing.perform(foreign.pk, now=clock_now())
    assert resend(brand_id=here.brand.pk, delivery_ids=[alive.pk, foreign.pk], now=clock_now()) == 0


def test_the_pause_grows_from_seconds_to_a_day():
    assert pause(1, spread=1) == FIRST_PAUSE
    assert pause(20, spread=1) == pause(10_000, spread=1) == LONGEST_PAUSE
    whole = [pause(number, spread=1) for number in range(1, DELIVERY_ATTEMPTS)]
    assert whole == sorted(whole) and sum(whole) > 24 * 3600


def test_a_worker_that_died_is_followed_by_another(here):
    delivery = ask(here)
    held = performing.claim(delivery.pk, now=MORNING + timedelta(days=9999))
    assert held is not None and performing.claim(delivery.pk, now=clock_now()) is None
    with pytest.raises(TryLater):
        performing.perform(delivery.pk, now=clock_now())
    later = held.lease_until + timedelta(seconds=1)
    performing.perform(delivery.pk, now=later)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.answer["attempt"]) == ("done", 2)


def test_a_worker_that_comes_back_from_the_dead_changes_nothing(here):
    delivery = ask(here, "test.refuse", action="fix_request")
    first = performing.claim(delivery.pk, now=clock_now())
    second = performing.claim(delivery.pk, now=first.lease_until + timedelta(seconds=1))
    assert second.attempts == 2
    performing._bury(first, "too late", "worn_out")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("leased", "")


def test_the_sweep_rings_again_for_what_was_left_behind(here):
    ready, held = ask(here), ask(here, key="k-2")
    performing.claim(held.pk, now=clock_now())
    Job.objects.all().delete()
    assert sweep_deliveries(now=clock_now()) == 1
    assert sweep_deliveries(now=clock_now() + timedelta(minutes=5)) == 2
    asked = {job.kwargs["delivery_id"] for job in Job.objects.filter(name="gateway.deliver")}
    assert asked == {ready.pk, held.pk}


def test_what_waited_for_the_owner_goes_out_once_the_owner_has_come(here):
    app = PlatformApp.objects.create(brand=here.brand, platform="douyin", client_key="ck", secret=b"")
    delivery = deliver(
        kind="test.refuse",
        key="k",
        brand_id=here.brand.pk,
        account_id=here.account.pk,
        payload={"action": "reauthorise"},
        now=clock_now(),
    )
    performing.perform(delivery.pk, now=clock_now())
    delivery.refresh_from_db()
    here.account.refresh_from_db()
    assert (delivery.state, delivery.cause, here.account.auth_state) == ("dead", "reauthorise", "expired")
    sweep_deliveries(now=clock_now())
    delivery.refresh_from_db()
    assert delivery.state == "dead"
    moment = clock_now() + timedelta(seconds=1)
    AccountToken.objects.create(
        account=here.account,
        app=app,
        access=b"",
        refresh=b"",
        access_issued_at=moment,
        access_expires_at=moment + timedelta(days=15),
        refresh_expires_at=moment + timedelta(days=30),
    )
    sweep_deliveries(now=moment)
    delivery.refresh_from_db()
    assert delivery.state == "ready"


def test_a_long_piece_of_work_keeps_its_lease(world, monkeypatch):
    monkeypatch.setattr(performing, "RENEW_EVERY", 0.05)
    delivery = ask(world, "test.linger")
    performing.perform(delivery.pk, now=clock_now())
    delivery.refresh_from_db()
    assert delivery.answer == {"held": True}


def test_two_workers_with_the_same_word_say_it_once(world):
    deliveries = [ask(world, key=f"k-{number}") for number in range(20)]
    moment = clock_now()

    def work():
        try:
            for delivery in deliveries:
                try:
                    performing.perform(delivery.pk, now=moment)
                except TryLater:
                    continue
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert set(Delivery.objects.values_list("state", "attempts")) == {("done", 1)}
