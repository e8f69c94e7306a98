"""`manage.py work`: relay, clock and worker in one process (embedded); with a real broker, `--relay-only` beside any number of Celery workers."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand

from cloudstore.kit.clock import now
from cloudstore.queue import relay, services


class Command(BaseCommand):
    """Run background work until told to stop."""

    help = (
        "Run relay, clock and worker. With --relay-only, ring and tick only: workers are `celery -A cloudstore worker`."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("--relay-only", action="store_true")
        parser.add_argument("--threads", type=int, default=settings.WORKER_THREADS)

    def handle(self, *args: Any, relay_only: bool, threads: int, **options: Any) -> None:
        """Start, wait for SIGTERM or Ctrl-C, stop cleanly."""
        stop = threading.Event()
        freed = services.free_dead_leases(now=now())
        if relay.in_process():
            services.forget_bells()
        self.stdout.write(f"worker: started, took back {freed} unfinished jobs")
        self.stdout.flush()
        relay.start(stop)
        if relay_only:
            relay.start_leases(stop)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
            stop.wait()
            return
        worker = current_app.Worker(
            pool="threads",
            concurrency=threads,
            loglevel="WARNING",
            queues=list(relay.QUEUES),
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=relay.in_process(),
            optimization="fair",
        )
        worker.start()
        stop.set()
