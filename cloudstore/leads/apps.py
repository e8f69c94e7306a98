"""Leads, rounds and follow-up."""

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    """Leads, rounds and follow-up."""

    name = "cloudstore.leads"
    label = "leads"
