"""Scores and tiers of dealers."""

from django.apps import AppConfig


class GradingConfig(AppConfig):
    """Scores and tiers of dealers."""

    name = "cloudstore.grading"
    label = "grading"
