"""`manage.py demo`: loads the demo network, plays the main job on it, removes it."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cloudstore.demo import load as loader
from cloudstore.kit.clock import now


class Command(BaseCommand):
    """The demo network and the main job."""

    help = "Play the main job through real HTTP on the running product (load the network first when it is not there)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("--load", action="store_true", help="only load the network, when it is not there yet")
        parser.add_argument("--remove", action="store_true", help="remove the demo network: rows and files")
        parser.add_argument("--dealers", type=int, default=24, help="stores of the first brand, for measuring")
        parser.add_argument("--days", type=int, default=90, help="days of history")
        parser.add_argument("--url", default=settings.SITE_URL, help="address of the running product")

    def handle(self, *args: Any, load: bool, remove: bool, dealers: int, days: int, url: str, **options: Any) -> None:
        """Do what was asked; exit code 1 with the name of the step that failed."""
        if load or dealers != 24:
            self._load(dealers, days)
            return
        raise CommandError("not yet")

    def _load(self, dealers: int, days: int) -> None:
        if loader.loaded():
            self._say("network: the demo network is here already")
            return
        loader.load(dealers=dealers, days=days, now=now(), say=self._say)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
