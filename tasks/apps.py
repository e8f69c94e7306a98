"""Matrix tasks, review, incentives and the ledger."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """Matrix tasks, review, incentives and the ledger."""

    name = "tasks"
    label = "tasks"
