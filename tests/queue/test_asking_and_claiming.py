"""A job is a row: asked for with its cause, claimed by one, booked by whoever still holds it."""

import threading
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection, transaction

from cloudstore.kit.clock import now
from cloudstore.queue import leases, services
from cloudstore.queue.models import Job
from cloudstore.queue.performing import GiveUp, TryLater, perform
from cloudstore.queue.services import enqueue


def only():
    return Job.objects.get()


def test_a_job_is_written_with_its_cause_or_not_at_all(rows):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        enqueue("story.tell", page=1)
        raise ZeroDivisionError
    assert not Job.objects.exists()


def test_asking_twice_with_a_key_is_asking_once(rows):
    for _ in range(3):
        enqueue("story.tell", key="story:1", page=1)
        enqueue("story.tell", key="story:2", page=2)
    assert sorted(Job.objects.values_list("key", flat=True)) == ["story:1", "story:2"]


def test_without_a_key_every_request_is_its_own(rows):
    enqueue("story.tell")
    enqueue("story.tell")
    assert Job.objects.count() == 2


def test_a_job_asked_for_while_its_twin_is_at_work_waits_and_runs_after_it(rows, does):
    order = []

    def tell():
        order.append("begin")
        if len(order) == 1:
            enqueue("story.tell", key="story")
            twin = Job.objects.get(state="ready")
            assert perform(twin.pk) is False, "two of a key side by side"
            assert services.due_for_ringing(now=now()) == []
        order.append("end")

    does("story.tell", tell)
    enqueue("story.tell", key="story")
    assert perform(only().pk)
    (second,) = services.due_for_ringing(now=now())
    assert perform(second.pk)
    assert order == ["begin", "end", "begin", "end"]


def test_only_one_of_many_threads_gets_a_job(rows):
    enqueue("story.tell")
    got, start, pk = [], threading.Barrier(8), only().pk

    def try_it():
        start.wait()
        got.append(services.claim(pk, now=now()))
        connection.close()

    threads = [threading.Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len([job for job in got if job]) == 1


def test_a_job_that_is_not_due_is_neither_rung_nor_claimed(rows):
    later = now() + timedelta(hours=1)
    enqueue("story.tell", due_at=later)
    assert services.due_for_ringing(now=now()) == []
    assert services.claim(only().pk, now=now()) is None
    assert services.due_for_ringing(now=later + timedelta(seconds=1)) == [only()]


def test_a_done_job_is_not_done_again(rows, does):
    told = []
    does("story.tell", lambda page: told.append(page))
    enqueue("story.tell", page=7)
    assert perform(only().pk) is True
    assert perform(only().pk) is False
    assert (told, only().state) == ([7], "done")


def test_a_failure_waits_longer_each_time_and_is_kept_as_dead_in_the_end(rows, does):
    def fails():
        raise TryLater("the platform is busy")

    does("story.tell", fails)
    enqueue("story.tell")
    pauses = []
    for _ in range(services.MAX_ATTEMPTS):
        Job.objects.update(due_at=now())
        perform(only().pk)
        pauses.append((only().due_at - now()).total_seconds())
    assert all(later > earlier for earlier, later in pairwise(pauses[:9]))
    assert 3.5 < pauses[0] < 6.5
    job = only()
    assert (job.state, job.attempts, job.last_error) == ("dead", 12, "the platform is busy")


def test_what_makes_no_sense_to_repeat_is_dead_at_once_and_can_be_revived(rows, does):
    def gives_up():
        raise GiveUp("the account is gone")

    does("story.tell", gives_up)
    enqueue("story.tell")
    perform(only().pk)
    assert (only().state, only().last_error) == ("dead", "the account is gone")
    assert services.revive(only().pk, now=now())
    assert not services.revive(only().pk, now=now()), "it lives already"
    does("story.tell", lambda: None)
    assert perform(only().pk)
    assert only().state == "done"


def test_a_dead_job_joins_a_living_twin_instead_of_doubling_it(rows):
    enqueue("story.tell", key="story")
    dead = only()
    Job.objects.update(state="dead")
    enqueue("story.tell", key="story")
    assert services.revive(dead.pk, now=now())
    assert sorted(Job.objects.values_list("state", flat=True)) == ["done", "ready"]


def test_the_words_of_a_foreign_error_are_not_kept(rows, does):
    def fails():
        raise ValueError("13800138000")

    does("story.tell", fails)
    enqueue("story.tell")
    perform(only().pk)
    assert only().last_error == "ValueError: see the log"


def test_a_failing_job_passes_its_wait_on_to_the_twin_that_was_asked_for_meanwhile(rows, does):
    """Else a job that always fails and is always asked for again would run without a pause."""

    def fails():
        enqueue("story.tell", key="story")
        raise TryLater("not yet")

    does("story.tell", fails)
    enqueue("story.tell", key="story")
    perform(only().pk)
    twin = Job.objects.get(state="ready")
    assert twin.attempts == 1
    assert twin.due_at > now() + timedelta(seconds=3)
    assert Job.objects.get(state="done").last_error == "joined with a later request"


def test_a_waiting_job_does_not_start_before_the_change_that_asked_for_it_is_visible(rows):
    """The lost wake-up: the row waits already, the change is not committed yet, and a worker is quick."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer; the order is given")
    enqueue("story.tell", key="story")
    pk, claimed = only().pk, []

    def quick_worker():
        claimed.append((services.claim(pk, now=now()), changed.is_set()))
        connection.close()

    changed = threading.Event()
    worker = threading.Thread(target=quick_worker)
    with transaction.atomic():
        enqueue("story.tell", key="story")
        worker.start()
        worker.join(0.3)
        assert worker.is_alive(), "the worker claimed the job before our change was there"
        changed.set()
    worker.join(10)
    assert claimed[0][0] is not None


def test_two_who_ask_for_the_same_two_jobs_in_another_order_do_not_block_each_other(rows):
    for key in "ab":
        enqueue("story.tell", key=key)
    both, ended = threading.Barrier(2), []

    def ask(first, second):
        with transaction.atomic():
            if connection.vendor == "postgresql":  # SQLite lets one after the other begin
                enqueue("story.tell", key=first)
                both.wait(10)
            enqueue("story.tell", key=second)
        ended.append(first)
        connection.close()

    threads = [threading.Thread(target=ask, args=pair) for pair in ("ab", "ba")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(ended) == ["a", "b"]


def test_a_lost_lease_books_nothing(rows):
    """A machine slept; another process took the job meanwhile. Whoever wakes up must not overwrite its result."""
    enqueue("story.tell")
    sleeper = services.claim(only().pk, now=now())
    leases.put_down(sleeper.leased_by)  # as if its process were another one
    assert services.free_dead_leases(now=now() + services.LEASE * 2) == 1
    Job.objects.update(due_at=now())
    other = services.claim(only().pk, now=now())
    assert services.fail(sleeper, error="late", permanent=True, now=now()) is False
    assert services.finish(sleeper, now=now()) is False
    assert (only().state, only().leased_by) == ("leased", other.leased_by)
    assert services.finish(other, now=now()) is True
