"""Every word in or out of the product is a row here."""

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    """Every word in or out of the product is a row here."""

    name = "cloudstore.gateway"
    label = "gateway"
