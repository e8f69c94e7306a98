"""Account-day and dealer-day facts."""

from django.apps import AppConfig


class FactsConfig(AppConfig):
    """Account-day and dealer-day facts."""

    name = "cloudstore.facts"
    label = "facts"
