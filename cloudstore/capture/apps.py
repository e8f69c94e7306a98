"""Lead widgets in four scenes."""

from django.apps import AppConfig


class CaptureConfig(AppConfig):
    """Lead widgets in four scenes."""

    name = "cloudstore.capture"
    label = "capture"
