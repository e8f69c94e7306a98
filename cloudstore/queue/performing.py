"""How a job is performed: `@job("room.verb")` makes a Celery task of that name that leases the row, calls once, and books the result."""

import logging
from collections.abc import Callable
from typing import Any

from celery import shared_task
from django.db import close_old_connections, connection

from cloudstore.kit.clock import now
from cloudstore.queue import services

log = logging.getLogger(__name__)

#: Every job name of the product -> the function that performs it; filled by the rooms' jobs.py.
JOBS: dict[str, Callable[..., None]] = {}


class GiveUp(Exception):
    """Raised by a job when trying again makes no sense; the row is kept as dead with this reason."""


class TryLater(Exception):
    """Raised by a job that cannot succeed yet (platform busy, token being renewed); the row waits and is tried again."""


def job(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as the job `name`. The function takes the row's kwargs and must be safe to run twice."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        JOBS[name] = function

        @shared_task(name=name)
        def bell(job_id: int) -> None:
            perform(job_id)

        function.bell = bell  # type: ignore[attr-defined]
        return function

    return register


def perform(job_id: int) -> bool:
    """Lease the row, run its job, book the result. Returns whether this call did the work. Never raises: the row keeps the error."""
    row = services.claim(job_id, now=now())
    if row is None:
        return False
    try:
        function: Callable[..., Any] = JOBS[row.name]
        function(**row.kwargs)
    except GiveUp as reason:
        services.fail(row, error=str(reason), permanent=True, now=now())
    except TryLater as reason:
        services.fail(row, error=str(reason), permanent=False, now=now())
    except Exception as error:
        # The message of a foreign exception may quote data; the row gets its type and place, the log is filtered.
        log.exception("job %s #%s failed", row.name, row.pk)
        services.fail(row, error=f"{type(error).__name__}: see the log", permanent=False, now=now())
    else:
        services.finish(row, now=now())
    finally:
        # Inside somebody's transaction the connection is theirs.
        if not connection.in_atomic_block:
            close_old_connections()
    return True
