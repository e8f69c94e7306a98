"""System checks that refuse dangerous set-ups before the first request."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def uploads_are_not_importable(**_kwargs: Any) -> list[CheckMessage]:
    """An uploaded .py file inside a package folder could be imported: code execution. MEDIA_ROOT must lie outside every package."""
    folder = Path(settings.MEDIA_ROOT).resolve()
    for place in (folder, *folder.parents):
        if (place / "__init__.py").exists():
            return [
                Error(
                    f"MEDIA_ROOT lies inside the Python package {place.name}.",
                    hint="Point CCS_VAR at a folder outside the code.",
                    id="kit.E001",
                )
            ]
    return []
