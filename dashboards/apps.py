"""Boards that leadership reads."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    """Boards that leadership reads."""

    name = "dashboards"
    label = "dashboards"
