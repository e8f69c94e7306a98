"""Serves Plotly's browser bundle out of the installed Python package, and nothing else of that package."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import plotly
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

_FOLDER = Path(plotly.__file__).parent / "package_data"
_NAME = "vendor/plotly.min.js"


class _OneFile(FileSystemStorage):
    def path(self, name: str) -> str:
        return str(_FOLDER / Path(name).name)


class PlotlyFinder(BaseFinder):
    """A staticfiles finder that knows one file, `vendor/plotly.min.js`."""

    def check(self, **_kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **_kwargs: Any) -> Any:
        """The bundle's place on disk for its one name, else nothing."""
        if path != _NAME:
            return []
        place = str(_FOLDER / "plotly.min.js")
        return [place] if find_all else place

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        yield _NAME, _OneFile(location=_FOLDER)
