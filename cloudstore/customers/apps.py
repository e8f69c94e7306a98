"""One customer per person (One-ID)."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """One customer per person (One-ID)."""

    name = "cloudstore.customers"
    label = "customers"
