"""The ground floor: no tables, only what every room may use."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    """Templates, styles, checks and pure help shared by all rooms."""

    name = "cloudstore.kit"
    label = "kit"

    def ready(self) -> None:
        from cloudstore.kit import checks  # noqa: F401  (registers the system checks)
