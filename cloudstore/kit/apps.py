"""The ground floor: no tables, only what every room may use."""

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class KitConfig(AppConfig):
    """Templates, styles, checks and pure help shared by all rooms."""

    name = "cloudstore.kit"
    label = "kit"

    def ready(self) -> None:
        """Register the system checks, and bring what Django reads of the translations in line with the sources."""
        from cloudstore.kit import catalogue, checks  # noqa: F401  (importing registers the checks)

        for source, target in zip(settings.CATALOGUES, settings.LOCALE_PATHS, strict=True):
            catalogue.refresh(Path(source), Path(target))
