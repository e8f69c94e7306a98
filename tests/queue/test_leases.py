"""A lease says who works on a job, so exactly that a dead holder is told from a living one."""

import os
import subprocess
import sys
from datetime import timedelta

from cloudstore.kit.clock import now
from cloudstore.queue import leases, services
from cloudstore.queue.models import Job
from cloudstore.queue.services import enqueue
from tests.queue.conftest import ROOT


def leased_by(name):
    enqueue("story.tell")
    Job.objects.update(state="leased", leased_by=name, lease_until=now() + timedelta(seconds=30))


def test_a_lease_in_hand_is_renewed_and_never_taken_back_by_its_own_process(rows):
    enqueue("story.tell")
    job = services.claim(Job.objects.get().pk, now=now())
    much_later = now() + timedelta(hours=8)
    assert services.free_dead_leases(now=much_later) == 0
    assert services.renew_leases(now=much_later) == 1
    assert Job.objects.get().lease_until > much_later
    services.finish(job, now=much_later)
    assert services.renew_leases(now=much_later) == 0


def test_each_claim_is_a_lease_of_its_own():
    first, second = leases.take(), leases.take()
    assert first != second
    assert {first, second} <= set(leases.in_hand())
    leases.put_down(first)
    leases.put_down(second)
    assert first not in leases.in_hand()


def test_what_a_dead_process_of_this_machine_held_is_free_at_once(rows):
    code = "from cloudstore.queue import leases; print(leases.take())"
    name = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    leased_by(name.strip())
    assert services.free_dead_leases(now=now()) == 1
    assert (Job.objects.get().state, Job.objects.get().attempts) == ("ready", 1)


def test_a_process_that_got_the_number_of_a_dead_one_is_not_taken_for_it(rows):
    """In containers the worker is process 7 each time."""
    mine = leases.take()
    place, pid, started, number = mine.rsplit(":", 3)
    leased_by(f"{place}:{pid}:{int(started) - 5 if started.isdigit() else started}:{number}")
    leases.put_down(mine)
    assert services.renew_leases(now=now()) == 0
    assert services.free_dead_leases(now=now()) == (1 if started.isdigit() else 0)


def test_what_another_machine_holds_is_left_until_its_lease_ends(rows):
    leased_by("elsewhere/1:7:123:1")
    assert services.free_dead_leases(now=now()) == 0
    assert services.free_dead_leases(now=now() + timedelta(seconds=31)) == 1


def test_a_living_process_of_this_machine_keeps_its_job(rows):
    code = "import time; from cloudstore.queue import leases; print(leases.take(), flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    leased_by(process.stdout.readline().strip())
    assert services.free_dead_leases(now=now()) == 0
    process.kill()
    process.wait()
    assert services.free_dead_leases(now=now()) == 1


def test_a_job_that_kills_its_worker_is_not_tried_at_once_for_ever(rows):
    enqueue("story.tell")
    for times in range(1, services.MAX_ATTEMPTS + 1):
        Job.objects.update(state="leased", leased_by="nobody", lease_until=now(), due_at=now())
        services.free_dead_leases(now=now())
        job = Job.objects.get()
        assert job.attempts == times
        assert (job.due_at > now()) is (services.FREE_ATTEMPTS <= times < services.MAX_ATTEMPTS)
    assert (job.state, job.last_error) == ("dead", "the worker ended in the middle of it")


def test_a_forked_child_does_not_renew_what_its_parent_holds():
    name = leases.take()
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.write(write, b"mine" if name in leases.in_hand() else b"none")
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 4) == b"none"
    leases.put_down(name)
