"""What every Celery worker of the product does besides its jobs, however it was started: it looks after its leases."""

import threading
from typing import Any

from celery.signals import worker_process_init, worker_ready

from cloudstore.kit.clock import now
from cloudstore.queue import relay, services

_stop = threading.Event()


def attend(**_: Any) -> None:
    """Renew leases in this process: the worker itself, and each child of a forking pool."""
    relay.start_leases(_stop)


def take_over(**_: Any) -> None:
    """Before the first job: what a killed predecessor on this machine left unfinished is free again."""
    services.free_dead_leases(now=now())
    relay.start_leases(_stop)


def connect() -> None:
    """Hear Celery's signals; called once when the product starts."""
    worker_ready.connect(take_over, weak=False, dispatch_uid="queue.take_over")
    worker_process_init.connect(attend, weak=False, dispatch_uid="queue.attend")
