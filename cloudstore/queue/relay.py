"""The relay: rings Celery for rows that wait. The only place of the product that publishes to a broker."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from celery import current_app
from django.db import close_old_connections

from cloudstore.kit.clock import now
from cloudstore.kit.wired import wired
from cloudstore.queue import services

log = logging.getLogger(__name__)

POLL_SECONDS = 0.25


def ring(*, now: datetime) -> int:
    """Publish the id of every job whose bell is due. Returns how many. A broker that is away only slows things down."""
    jobs = services.due_for_ringing(now=now)
    for job in jobs:
        current_app.send_task(job.name, args=[job.pk], queue=job.queue, ignore_result=True, retry=False)
    return len(jobs)


def wake_sources() -> None:
    """Ask each watcher of the wiring whether rows wait that were written without a job (events at the door), and ask for their job."""
    for name, waits in wired("WATCHERS").items():
        if waits():
            services.enqueue(name, key=name)


def tick_clock(*, now: datetime) -> None:
    """Start each periodic job of the wiring for the period that `now` falls into, if no clock has yet."""
    for name, seconds in wired("CLOCK").items():
        start = datetime.fromtimestamp(now.timestamp() // seconds * seconds, tz=now.tzinfo)
        services.tick(name, period_start=start)


def keep(stop: threading.Event, step: Callable[[], object], every: float, what: str) -> None:
    """Repeat `step` until told to stop; an error is logged and the next turn tries again."""
    while not stop.wait(every):
        try:
            step()
        except Exception:
            log.exception("%s: this turn failed, the next one tries again", what)
        finally:
            close_old_connections()


def start(stop: threading.Event) -> list[threading.Thread]:
    """Start relay, clock, and lease renewal as threads of this process."""

    def relay_turn() -> None:
        wake_sources()
        ring(now=now())

    turns: list[tuple[Callable[[], object], float, str]] = [
        (relay_turn, POLL_SECONDS, "relay"),
        (lambda: tick_clock(now=now()), 5.0, "clock"),
        (lambda: services.renew_leases(now=now()), services.LEASE / timedelta(seconds=3), "leases"),
    ]
    threads = [threading.Thread(target=keep, args=(stop, *turn), name=turn[2], daemon=True) for turn in turns]
    for thread in threads:
        thread.start()
    return threads
