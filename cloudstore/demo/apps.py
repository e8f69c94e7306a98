"""A small believable network."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """A small believable network."""

    name = "cloudstore.demo"
    label = "demo"
