"""Public dealer pages."""

from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    """Public dealer pages."""

    name = "cloudstore.storefront"
    label = "storefront"
