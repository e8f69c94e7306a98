"""The relay: rings Celery for rows that wait. The only place of the product that publishes to a broker."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from celery import current_app
from django.conf import settings
from django.db import close_old_connections

from cloudstore.kit.clock import now
from cloudstore.kit.wired import wired
from cloudstore.queue import services
from cloudstore.queue.models import Job
from cloudstore.queue.queries import started_periods

log = logging.getLogger(__name__)

POLL_SECONDS, CLOCK_SECONDS, LEASE_SECONDS = 0.25, 5.0, 10.0
LONGEST_PAUSE = 5.0
#: Jobs of one queue that have a bell at the same time.
BELLS = 500
QUEUES = ("default", "render")


def in_process() -> bool:
    """Whether bells travel inside this process only (embedded): then this process is the one worker."""
    return bool(settings.CELERY_BROKER_URL.startswith("memory"))


def room(queue: str) -> int:
    """How many jobs of this queue may have a bell now.

    The one worker of the embedded mode keeps a thread free of rendering, so that leads never wait behind a video.
    """
    if queue == "render" and in_process():
        return max(0, max(1, settings.WORKER_THREADS - 1) - services.at_work(queue))
    return BELLS


def ring(*, now: datetime) -> int:
    """Publish the id of every job whose bell is due. Returns how many. A broker that is away only slows things down."""
    rung = 0
    for queue in QUEUES:
        free = room(queue)
        jobs = services.due_for_ringing(now=now, queue=queue, limit=free) if free else []
        _publish(jobs)
        rung += len(jobs)
    return rung


def _publish(jobs: list[Job]) -> None:
    for number, job in enumerate(jobs):
        try:
            current_app.send_task(job.name, args=[job.pk], queue=job.queue, ignore_result=True, retry=False)
        except Exception:
            services.not_rung(jobs[number:])
            raise


def wake_sources() -> None:
    """Ask each watcher of the wiring whether rows wait that were written without a job (events at the door), and ask for their job."""
    for name, waits in wired("WATCHERS").items():
        if waits():
            services.enqueue(name, key=name)


def tick_clock(*, now: datetime) -> None:
    """Start each periodic job of the wiring for the period that `now` falls into, if no clock has yet."""
    periods = {
        name: datetime.fromtimestamp(now.timestamp() // seconds * seconds, tz=now.tzinfo)
        for name, seconds in wired("CLOCK").items()
    }
    started = started_periods(since=min(periods.values(), default=now))
    for name, start in periods.items():
        if (name, start) not in started:
            services.tick(name, period_start=start)


def keep(stop: threading.Event, step: Callable[[], object], every: float, what: str) -> None:
    """Repeat `step` until told to stop; an error is logged and the next turn, after a longer pause, tries again."""
    pause = every
    while not stop.wait(pause):
        try:
            step()
            pause = every
        except Exception:
            pause = max(every, min(pause * 2, LONGEST_PAUSE))
            log.exception("%s: this turn failed, the next one tries again in %.1f s", what, pause)
        finally:
            close_old_connections()


def look_after_leases(*, now: datetime) -> None:
    """Prolong our own leases, and take back what dead processes held."""
    services.renew_leases(now=now)
    services.free_dead_leases(now=now)


def start_leases(stop: threading.Event) -> threading.Thread:
    """Every process that performs jobs runs this beside them; a lease would run out under long work otherwise."""
    return _thread(stop, lambda: look_after_leases(now=now()), LEASE_SECONDS, "leases")


def start(stop: threading.Event) -> list[threading.Thread]:
    """Start relay and clock as threads of this process."""

    def relay_turn() -> None:
        wake_sources()
        ring(now=now())

    return [
        _thread(stop, relay_turn, POLL_SECONDS, "relay"),
        _thread(stop, lambda: tick_clock(now=now()), CLOCK_SECONDS, "clock"),
    ]


def _thread(stop: threading.Event, step: Callable[[], object], every: float, what: str) -> threading.Thread:
    thread = threading.Thread(target=keep, args=(stop, step, every, what), name=what, daemon=True)
    thread.start()
    return thread
