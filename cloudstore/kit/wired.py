"""Look-up of the fuse box by name, as Django looks up ROOT_URLCONF: low rooms may use the wiring without importing it."""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


def wired(name: str) -> Any:
    """Return the object called `name` in the module `settings.WIRING`."""
    return import_string(f"{settings.WIRING}.{name}")
