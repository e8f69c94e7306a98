"""Boards that leadership reads."""

from django.apps import AppConfig

from dashboards.words import register_words


class DashboardsConfig(AppConfig):
    """Boards that leadership reads."""

    name = "dashboards"
    label = "dashboards"

    def ready(self) -> None:
        """Register the words of the boards."""
        register_words()
