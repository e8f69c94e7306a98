"""Matrix tasks, review, incentives and the ledger."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """Matrix tasks, review, incentives and the ledger."""

    name = "tasks"
    label = "tasks"

    def ready(self) -> None:
        """Register the words of this room's codes."""
        from tasks.words import register_words

        register_words()
