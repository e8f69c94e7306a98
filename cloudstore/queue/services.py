"""Writing to the queue: ask for work, claim it, finish it, sweep what was left behind."""

import logging
import os
import random
import socket
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from cloudstore.kit.clock import now as clock_now
from cloudstore.queue.models import ClockTick, Job, JobState, Pulse

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
RING_AGAIN = timedelta(seconds=20)
MAX_ATTEMPTS = 12
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 6 * 3600.0
KEEP_DONE = timedelta(days=7)
KEEP_PULSES = timedelta(hours=1)


def worker_name() -> str:
    """Who holds a lease: host and process id, so that a restart can free what a dead process of this host still holds."""
    return f"{socket.gethostname()}:{os.getpid()}"


def enqueue(
    name: str, *, key: str = "", queue: str = "default", due_at: datetime | None = None, **kwargs: str | int
) -> None:
    """Write one job in the caller's transaction. Ids only in `kwargs`, never personal data.

    With `key`, a job of that key that is still waiting is enough: asking twice is asking once.
    """
    moment = clock_now()
    job = Job(name=name, key=key, queue=queue, kwargs=kwargs, due_at=due_at or moment, created_at=moment)
    if not key:
        job.save(force_insert=True)
        return
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        log.debug("job %s with key %s already waits", name, key)


def claim(job_id: int, *, now: datetime) -> Job | None:
    """Lease one waiting job to this process, or None when somebody else has it or it is done."""
    taken = Job.objects.filter(pk=job_id, state=JobState.READY, due_at__lte=now).update(
        state=JobState.LEASED, leased_by=worker_name(), lease_until=now + LEASE
    )
    return Job.objects.get(pk=job_id) if taken else None


def finish(job: Job, *, now: datetime) -> None:
    """The work is done."""
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE, finished_at=now, lease_until=None, last_error="")


def fail(job: Job, *, error: str, permanent: bool, now: datetime) -> None:
    """The work did not succeed: wait longer each time with jitter, and after twelve attempts, or at once if trying again makes no sense, keep it as dead."""
    attempts = job.attempts + 1
    dead = permanent or attempts >= MAX_ATTEMPTS
    pause = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE) * random.uniform(0.8, 1.2)
    fields = {"attempts": attempts, "last_error": error[:500], "lease_until": None, "leased_by": ""}
    if dead:
        Job.objects.filter(pk=job.pk).update(state=JobState.DEAD, finished_at=now, **fields)
    else:
        _back_to_ready(job, fields | {"due_at": now + timedelta(seconds=pause), "rung_at": None})


def _back_to_ready(job: Job, fields: dict[str, object]) -> None:
    """A twin with the same key may have been asked for meanwhile; then that one does the work."""
    try:
        with transaction.atomic():
            Job.objects.filter(pk=job.pk).update(state=JobState.READY, **fields)
    except IntegrityError:
        Job.objects.filter(pk=job.pk).update(
            state=JobState.DONE, finished_at=clock_now(), last_error="joined with a later request"
        )


def revive(job_id: int, *, now: datetime) -> bool:
    """Bring a dead job back to life, on a person's request."""
    job = Job.objects.filter(pk=job_id, state=JobState.DEAD).first()
    if job is None:
        return False
    _back_to_ready(job, {"attempts": 0, "due_at": now, "rung_at": None, "finished_at": None})
    return True


def renew_leases(*, now: datetime) -> int:
    """Prolong every lease of this process; returns how many."""
    return Job.objects.filter(state=JobState.LEASED, leased_by=worker_name()).update(lease_until=now + LEASE)


def free_dead_leases(*, now: datetime) -> int:
    """Give back what ended processes held: leases past their end, and leases of processes of this host that no longer live."""
    host = socket.gethostname()
    gone = Q(lease_until__lt=now)
    holders = (
        Job.objects.filter(state=JobState.LEASED, leased_by__startswith=f"{host}:")
        .values_list("leased_by", flat=True)
        .distinct()
    )
    for holder in holders:
        if not _alive(int(holder.rsplit(":", 1)[1])):
            gone |= Q(leased_by=holder)
    freed = 0
    for job in Job.objects.filter(gone, state=JobState.LEASED):
        _back_to_ready(job, {"lease_until": None, "leased_by": "", "rung_at": None})
        freed += 1
    return freed


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def due_for_ringing(*, now: datetime, limit: int = 500) -> list[Job]:
    """Mark and return waiting jobs whose bell must be rung: never rung, or rung so long ago that the bell was lost."""
    with transaction.atomic():
        waiting = Job.objects.filter(
            Q(rung_at__isnull=True) | Q(rung_at__lt=now - RING_AGAIN), state=JobState.READY, due_at__lte=now
        ).order_by("due_at")
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        jobs = list(waiting[:limit])
        if jobs:
            Job.objects.filter(pk__in=[job.pk for job in jobs]).update(rung_at=now)
    return jobs


def tick(name: str, *, period_start: datetime) -> bool:
    """Start one periodic effect, once per period however many clocks run. Returns whether this call started it."""
    try:
        with transaction.atomic():
            ClockTick.objects.create(name=name, period_start=period_start)
            enqueue(name, key=name)
    except IntegrityError:
        return False
    return True


def sweep(*, now: datetime) -> dict[str, int]:
    """Free dead leases and forget what is long done. Returns counts for the log."""
    freed = free_dead_leases(now=now)
    done, _ = Job.objects.filter(state=JobState.DONE, finished_at__lt=now - KEEP_DONE).delete()
    Pulse.objects.filter(created_at__lt=now - KEEP_PULSES).delete()
    ClockTick.objects.filter(period_start__lt=now - KEEP_DONE).delete()
    return {"freed": freed, "forgotten": done}


def pulse(*topics: str) -> None:
    """Say in the caller's transaction that something under these topics changed; open pages re-read what they may see."""
    Pulse.objects.bulk_create([Pulse(topic=topic) for topic in topics])
