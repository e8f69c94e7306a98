"""`manage.py translations`: bring the Chinese catalogue in line with the sources, or say where it is not."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import wagtail
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cloudstore.kit import catalogue, extraction
from cloudstore.kit.catalogue import Entry

PACKAGES = ("cloudstore", "media", "tasks", "dashboards")
_PO = Path("zh_Hans", "LC_MESSAGES", "django.po")
#: Parts of the stock console that our people see.
_STOCK = ("admin", "images", "documents", "users", "snippets")


class Command(BaseCommand):
    """Check or update the translations."""

    help = "Check that every string of ours has its Chinese translation, or bring the catalogue in line (--update)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--check", action="store_true", help="Fail when a translation is missing, fuzzy or outdated.")
        what.add_argument("--update", action="store_true", help="Write new strings into the catalogue, drop old ones.")
        what.add_argument("--gaps", action="store_true", help="List strings of the stock console without translation.")

    def handle(self, *args: Any, check: bool, update: bool, gaps: bool, **options: Any) -> None:
        """Do the one thing that was asked for."""
        if gaps:
            for entry in console_gaps():
                self.stdout.write(entry.text)
            return
        path = settings.CATALOGUES[0] / _PO
        found = extraction.extract(settings.BASE_DIR, PACKAGES)
        known = catalogue.read(path) if path.exists() else []
        if update:
            merged = catalogue.merge(found, known)
            catalogue.write(path, merged, "Chinese words of Car Cloud Store")
            missing = sum(1 for entry in merged if entry.problem())
            self.stdout.write(f"{len(merged)} strings, {missing} without a translation")
            return
        problems = list(self._problems(found, known))
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            raise CommandError(
                f"{len(problems)} translations need work; `manage.py translations --update` lists new strings"
            )
        self.stdout.write(f"{len(found)} strings, all translated")

    @staticmethod
    def _problems(found: list[Entry], known: list[Entry]) -> Any:
        held = {entry.key: entry for entry in known}
        for entry in found:
            problem = held[entry.key].problem() if entry.key in held else "not in the catalogue"
            if problem:
                yield f"{entry.places[0]}: {entry.text[:80]!r}: {problem}"
        current = {entry.key for entry in found}
        for entry in known:
            if entry.key not in current:
                yield f"{entry.text[:80]!r}: no longer in the sources"
        for path in settings.CATALOGUES[1:]:
            for entry in catalogue.read(path / _PO):
                if problem := entry.problem():
                    yield f"{path.name}: {entry.text[:80]!r}: {problem}"


def console_gaps() -> list[Entry]:
    """What the installed console leaves in English and our own file does not fill."""
    folder = Path(wagtail.__file__).parent
    filled = {entry.key for entry in catalogue.read(settings.CATALOGUES[1] / _PO)}
    gaps: dict[tuple[str, str, str], Entry] = {}
    for part in _STOCK:
        english = catalogue.read(folder / part / "locale" / "en" / "LC_MESSAGES" / "django.po")
        chinese = {e.key: e for e in catalogue.read(folder / part / "locale" / _PO)}
        for entry in english:
            ours = chinese.get(entry.key)
            if (ours is None or ours.problem()) and entry.key not in filled:
                gaps.setdefault(entry.key, entry)
    return list(gaps.values())
