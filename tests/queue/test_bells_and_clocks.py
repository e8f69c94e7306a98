"""Bells: lost ones ring again, none pile up, a broker that is away harms nobody. Clocks: any number of them is one."""

import threading
from datetime import timedelta

from django.db import connection

from cloudstore.kit.clock import now
from cloudstore.queue import relay, services
from cloudstore.queue.models import ClockTick, Job, Pulse
from cloudstore.queue.performing import perform
from cloudstore.queue.queries import health, idle
from cloudstore.queue.services import enqueue


def test_a_bell_rings_once_and_again_when_it_was_lost(rows):
    enqueue("story.tell")
    moment = now()
    assert len(services.due_for_ringing(now=moment)) == 1
    assert services.due_for_ringing(now=moment + timedelta(seconds=1)) == []
    assert len(services.due_for_ringing(now=moment + timedelta(seconds=31))) == 1


def test_a_flushed_broker_is_rung_again_within_a_minute():
    assert services.RING_AGAIN.total_seconds() + relay.LONGEST_PAUSE < 60


def test_bells_do_not_pile_up_while_everybody_is_busy(rows):
    for page in range(30):
        enqueue("story.tell", page=page)
    moment = now()
    assert len(services.due_for_ringing(now=moment, limit=10)) == 10
    assert services.due_for_ringing(now=moment, limit=10) == []
    Job.objects.filter(pk__in=Job.objects.order_by("pk").values_list("pk", flat=True)[:4]).update(state="done")
    assert len(services.due_for_ringing(now=moment, limit=10)) == 4, "as many as have gone"


def test_a_crowd_in_one_queue_does_not_silence_the_other(rows):
    for page in range(12):
        enqueue("story.film", queue="render", page=page)
    enqueue("story.tell")
    assert len(services.due_for_ringing(now=now(), queue="render", limit=5)) == 5
    assert [job.name for job in services.due_for_ringing(now=now(), queue="default", limit=5)] == ["story.tell"]


def test_the_one_worker_keeps_a_thread_free_of_rendering(rows, settings):
    settings.CELERY_BROKER_URL, settings.WORKER_THREADS = "memory://", 2
    for page in range(3):
        enqueue("story.film", queue="render", page=page)
    assert relay.room("render") == 1
    (film,) = services.due_for_ringing(now=now(), queue="render", limit=relay.room("render"))
    assert services.claim(film.pk, now=now())
    assert relay.room("render") == 0
    services.finish(Job.objects.get(pk=film.pk), now=now())
    assert relay.room("render") == 1
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    assert relay.room("render") == relay.BELLS


def test_two_relays_ring_each_bell_once(rows):
    for page in range(60):
        enqueue("story.tell", page=page)
    start, rung = threading.Barrier(4), []

    def ring():
        start.wait()
        rung.extend(job.pk for job in services.due_for_ringing(now=now()))
        connection.close()

    threads = [threading.Thread(target=ring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(rung) == len(set(rung)) <= 60
    assert len(rung) + len(services.due_for_ringing(now=now())) == 60


def test_two_clocks_start_a_period_once(rows, settings):
    settings.WIRING = "tests.queue.wiring"
    moment, start = now(), threading.Barrier(6)

    def tick():
        start.wait()
        relay.tick_clock(now=moment)
        connection.close()

    threads = [threading.Thread(target=tick) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (ClockTick.objects.count(), Job.objects.count()) == (1, 1)


def test_a_clock_that_stood_for_half_an_hour_catches_up_once(rows, settings):
    settings.WIRING = "tests.queue.wiring"
    relay.tick_clock(now=now())
    Job.objects.update(state="done")
    later = now() + timedelta(minutes=30)
    relay.tick_clock(now=later)
    relay.tick_clock(now=later + timedelta(milliseconds=1))
    assert Job.objects.filter(state="ready").count() == 1


def test_a_clock_that_jumped_ahead_and_back_repeats_nothing(rows, settings):
    settings.WIRING = "tests.queue.wiring"
    moment = now()
    for minutes in (0, 10, 0):
        relay.tick_clock(now=moment + timedelta(minutes=minutes))
    assert ClockTick.objects.count() == 2
    assert Job.objects.count() == 1, "the second period joined the job that still waited"


def test_the_sweep_forgets_what_is_long_done_and_keeps_what_is_dead(rows):
    old = now() - timedelta(days=8)
    for state in ("done", "dead", "ready"):
        enqueue("story.tell", page=1)
        Job.objects.filter(state="ready", finished_at=None).update(state=state, finished_at=old)
    ClockTick.objects.create(name="x", period_start=old)
    Pulse.objects.create(topic="brand:1")
    Pulse.objects.update(created_at=old)
    services.sweep(now=now())
    assert sorted(Job.objects.values_list("state", flat=True)) == ["dead", "ready"]
    assert not ClockTick.objects.exists()
    assert not Pulse.objects.exists()


def test_health_tells_quick_work_from_rendering(rows, does):
    does("story.tell", lambda: None)
    moment = now()
    enqueue("story.tell", due_at=moment - timedelta(seconds=50))
    enqueue("story.film", queue="render", due_at=moment - timedelta(seconds=400))
    seen = health(now=moment)
    assert (round(seen.oldest_due_seconds), round(seen.oldest_render_seconds), seen.ready) == (50, 400, 2)
    perform(Job.objects.get(name="story.tell").pk)
    assert health(now=now() + timedelta(seconds=9)).seconds_since_done >= 9
    assert not idle()


def test_a_frozen_worker_does_not_count_as_busy(rows):
    enqueue("story.tell")
    job = services.claim(Job.objects.get().pk, now=now())
    assert health(now=now()).leased == 1
    assert health(now=now() + services.LEASE * 2).leased == 0
    services.finish(job, now=now())


def test_a_step_that_fails_is_tried_again_and_the_thread_lives_on():
    turns, stop = [], threading.Event()

    def step():
        turns.append(1)
        if len(turns) < 3:
            raise RuntimeError("database is locked")
        stop.set()

    relay.keep(stop, step, 0.01, "story")
    assert len(turns) == 3
