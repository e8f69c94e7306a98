"""Brand, region, group, dealer, staff and accounts, and who may see which branch."""

from django.apps import AppConfig


class NetworkConfig(AppConfig):
    """Brand, region, group, dealer, staff and accounts, and who may see which branch."""

    name = "cloudstore.network"
    label = "network"
