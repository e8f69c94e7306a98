"""Local or elsewhere, which dealer, and the OEM desk."""

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    """Local or elsewhere, which dealer, and the OEM desk."""

    name = "cloudstore.routing"
    label = "routing"

    def ready(self) -> None:
        """Register the words of this room's codes."""
        from cloudstore.routing.words import register_words

        register_words()
