"""Background work: the table is the queue."""

from django.apps import AppConfig


class QueueConfig(AppConfig):
    """Background work: the table is the queue."""

    name = "cloudstore.queue"
    label = "queue"
