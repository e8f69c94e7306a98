"""Live sessions."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    """Live sessions."""

    name = "cloudstore.live"
    label = "live"
