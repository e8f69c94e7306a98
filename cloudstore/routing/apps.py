"""Local or elsewhere, which dealer, and the OEM desk."""

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    """Local or elsewhere, which dealer, and the OEM desk."""

    name = "cloudstore.routing"
    label = "routing"
