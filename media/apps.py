"""Uploads, checks, renditions and publications."""

from django.apps import AppConfig


class MediaConfig(AppConfig):
    """Uploads, checks, renditions and publications."""

    name = "media"
    label = "media"
