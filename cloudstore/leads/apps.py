"""Leads, rounds and follow-up."""

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    """Leads, rounds and follow-up."""

    name = "cloudstore.leads"
    label = "leads"

    def ready(self) -> None:
        """Register the words of this room's codes."""
        from cloudstore.leads.words import register_words

        register_words()
