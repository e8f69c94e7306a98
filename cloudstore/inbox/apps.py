"""Direct messages and comments."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """Direct messages and comments."""

    name = "cloudstore.inbox"
    label = "inbox"
