"""Background work: the table is the queue."""

from django.apps import AppConfig


class QueueConfig(AppConfig):
    """Background work: the table is the queue."""

    name = "cloudstore.queue"
    label = "queue"

    def ready(self) -> None:
        """Whatever starts a worker (our command, `celery worker`), its leases are looked after."""
        from cloudstore.queue import worker

        worker.connect()
