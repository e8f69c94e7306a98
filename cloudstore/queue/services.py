"""Writing to the queue: ask for work, claim it, finish it, sweep what was left behind."""

import random
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from cloudstore.kit.clock import now as clock_now
from cloudstore.queue import leases
from cloudstore.queue.models import ClockTick, Job, JobState, Pulse

LEASE = timedelta(seconds=40)
RING_AGAIN = timedelta(seconds=30)
MAX_ATTEMPTS = 12
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 6 * 3600.0
KEEP_DONE = timedelta(days=7)
KEEP_PULSES = timedelta(hours=1)
ROWS_AT_ONCE = 5000
#: So often a job whose worker ended is tried again at once; after that it waits like any other.
FREE_ATTEMPTS = 3


def enqueue(
    name: str, *, key: str = "", queue: str = "default", due_at: datetime | None = None, **kwargs: str | int
) -> None:
    """Write one job in the caller's transaction. Ids only in `kwargs`, never personal data.

    With `key`, a job of that key that is still waiting is enough: asking twice is asking once. It then starts only after
    the caller's transaction has ended, so it sees what the caller wrote.
    """
    moment = clock_now()
    job = Job(name=name, key=key, queue=queue, kwargs=kwargs, due_at=due_at or moment, created_at=moment)
    if not key:
        job.save(force_insert=True)
        return
    with transaction.atomic():
        if not _hold_waiting(key):
            Job.objects.bulk_create([job], ignore_conflicts=True)
            _hold_waiting(key)


def _hold_waiting(key: str) -> bool:
    """Whether a job of this key waits; on PostgreSQL it is held, shared, so that nobody claims it before we commit.

    Without it a worker could run the waiting job while our change is not visible yet, and nothing would run after it.
    SQLite has one writer, and that is us.
    """
    waiting = Job.objects.filter(key=key, state=JobState.READY)
    if connection.vendor != "postgresql":
        return waiting.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM queue_job WHERE key = %s AND state = 'ready' FOR SHARE", [key])
        return cursor.fetchone() is not None


def _twin_at_work() -> Exists:
    """A job of the same key is being performed: two of a key never run side by side."""
    return Exists(Job.objects.filter(state=JobState.LEASED, key=OuterRef("key")).exclude(key=""))


def claim(job_id: int, *, now: datetime) -> Job | None:
    """Lease one waiting job to this thread, or None when somebody else has it, it is done, or its twin is at work."""
    lease = leases.take()
    taken = (
        Job.objects.filter(pk=job_id, state=JobState.READY, due_at__lte=now)
        .exclude(_twin_at_work())
        .update(state=JobState.LEASED, leased_by=lease, lease_until=now + LEASE)
    )
    if not taken:
        leases.put_down(lease)
        return None
    return Job.objects.get(pk=job_id)


def _leased(job: Job) -> QuerySet[Job]:
    """The row, if it is still leased under the name we claimed it by; a lease that was lost books nothing."""
    return Job.objects.filter(pk=job.pk, state=JobState.LEASED, leased_by=job.leased_by)


def finish(job: Job, *, now: datetime) -> bool:
    """The work is done. False when the lease was lost meanwhile: whoever has it now books the result."""
    leases.put_down(job.leased_by)
    return bool(_leased(job).update(state=JobState.DONE, finished_at=now, lease_until=None, last_error=""))


def fail(job: Job, *, error: str, permanent: bool, now: datetime) -> bool:
    """The work did not succeed: wait longer each time with jitter; after twelve attempts, or at once if trying again makes no sense, keep it as dead.

    False when the lease was lost meanwhile.
    """
    leases.put_down(job.leased_by)
    attempts = job.attempts + 1
    fields: dict[str, object] = {"attempts": attempts, "last_error": error[:500], "lease_until": None, "leased_by": ""}
    if permanent or attempts >= MAX_ATTEMPTS:
        return bool(_leased(job).update(state=JobState.DEAD, finished_at=now, **fields))
    pause = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE) * random.uniform(0.8, 1.2)
    due_at = now + timedelta(seconds=pause)
    return _back_to_ready(_leased(job), fields | {"due_at": due_at, "rung_at": None}, now=now)


def _back_to_ready(row: QuerySet[Job], fields: dict[str, object], *, now: datetime) -> bool:
    """A twin with the same key may have been asked for meanwhile; then that one does the work, and takes over the wait."""
    try:
        with transaction.atomic():
            return bool(row.update(state=JobState.READY, **fields))
    except IntegrityError:
        pass
    with transaction.atomic():
        key = row.values_list("key", flat=True).first()
        joined = row.update(
            state=JobState.DONE, finished_at=now, lease_until=None, last_error="joined with a later request"
        )
        if joined:
            kept = {name: value for name, value in fields.items() if name in ("attempts", "due_at", "last_error")}
            Job.objects.filter(key=key, state=JobState.READY).update(**kept, rung_at=None)
    return bool(joined)


def revive(job_id: int, *, now: datetime) -> bool:
    """Bring a dead job back to life, on a person's request."""
    dead = Job.objects.filter(pk=job_id, state=JobState.DEAD)
    return _back_to_ready(dead, {"attempts": 0, "due_at": now, "rung_at": None, "finished_at": None}, now=now)


def renew_leases(*, now: datetime) -> int:
    """Prolong the leases under which threads of this process work at this moment; returns how many."""
    held = leases.in_hand()
    if not held:
        return 0
    return Job.objects.filter(state=JobState.LEASED, leased_by__in=held).update(lease_until=now + LEASE)


def free_dead_leases(*, now: datetime) -> int:
    """Give back what ended processes held: leases past their end, and at once those of dead processes of this machine.

    A lease in hand is never freed by its own process: after a machine slept, the work goes on where it was.
    """
    held = set(leases.in_hand())
    rows = Job.objects.filter(state=JobState.LEASED).defer("kwargs")
    lost = [job for job in rows if job.leased_by not in held and _ended(job, now)]
    return sum(_take_back(job, now=now) for job in lost)


def _ended(job: Job, now: datetime) -> bool:
    return job.lease_until is None or job.lease_until < now or leases.orphaned(job.leased_by)


def _take_back(job: Job, *, now: datetime) -> bool:
    """A worker that ended in the middle is an attempt too: a job that kills every worker must not do so for ever."""
    attempts = job.attempts + 1
    if attempts >= FREE_ATTEMPTS:
        return fail(job, error="the worker ended in the middle of it", permanent=False, now=now)
    fields: dict[str, object] = {"attempts": attempts, "lease_until": None, "leased_by": "", "rung_at": None}
    return _back_to_ready(_leased(job), fields, now=now)


def forget_bells() -> int:
    """Ring every waiting job anew: for a transport inside the process, whose bells ended with the process before."""
    return Job.objects.filter(state=JobState.READY, rung_at__isnull=False).update(rung_at=None)


def at_work(queue: str) -> int:
    """How many jobs of this queue are being performed."""
    return Job.objects.filter(state=JobState.LEASED, queue=queue).count()


def due_for_ringing(*, now: datetime, queue: str = "default", limit: int = 500) -> list[Job]:
    """Mark and return jobs whose bell must be rung: never rung, or rung so long ago that the bell was lost.

    Only the first `limit` waiting jobs of a queue have a bell at any time, so that bells do not pile up while all workers
    are busy.
    """
    lost = now - RING_AGAIN
    first = (
        Job.objects.filter(state=JobState.READY, due_at__lte=now, queue=queue)
        .exclude(_twin_at_work())
        .order_by("due_at", "pk")
        .values_list("pk", "rung_at")[:limit]
    )
    silent = [pk for pk, rung_at in first if rung_at is None or rung_at < lost]
    if not silent:
        return []
    with transaction.atomic():
        rows = Job.objects.filter(Q(rung_at__isnull=True) | Q(rung_at__lt=lost), pk__in=silent, state=JobState.READY)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        jobs = list(rows.order_by("due_at", "pk"))
        Job.objects.filter(pk__in=[job.pk for job in jobs]).update(rung_at=now)
    return jobs


def not_rung(jobs: list[Job]) -> None:
    """The broker did not take these bells: ring them as soon as it answers."""
    Job.objects.filter(pk__in=[job.pk for job in jobs], state=JobState.READY).update(rung_at=None)


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
    """Free dead leases and forget what is long done, in portions. Returns counts for the log."""
    freed = free_dead_leases(now=now)
    done = _forget(Job.objects.filter(state=JobState.DONE, finished_at__lt=now - KEEP_DONE))
    _forget(Pulse.objects.filter(created_at__lt=now - KEEP_PULSES))
    _forget(ClockTick.objects.filter(period_start__lt=now - KEEP_DONE))
    return {"freed": freed, "forgotten": done}


def _forget(old: QuerySet[Any]) -> int:
    """Delete in portions, each its own transaction, so that no other writer waits long."""
    gone = 0
    while True:
        ids = list(old.order_by("pk").values_list("pk", flat=True)[:ROWS_AT_ONCE])
        old.model.objects.filter(pk__in=ids).delete()
        gone += len(ids)
        if len(ids) < ROWS_AT_ONCE:
            return gone


def pulse(*topics: str) -> None:
    """Say in the caller's transaction that something under these topics changed; open pages re-read what they may see."""
    Pulse.objects.bulk_create([Pulse(topic=topic) for topic in topics])
