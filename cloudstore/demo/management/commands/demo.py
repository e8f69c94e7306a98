"""`manage.py demo`: plays the main job on the demo network; loads it first when needed; removes it."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cloudstore.demo import load as loader
from cloudstore.demo.play import play
from cloudstore.demo.remove import remove
from cloudstore.demo.visitor import StepFailed
from cloudstore.kit.clock import now


class Command(BaseCommand):
    """The demo network and the main job."""

    help = "Play the main job through real HTTP on the running product; exit code 1 names the step that failed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("--load", action="store_true", help="only load the network, when it is not there yet")
        parser.add_argument("--remove", action="store_true", help="remove the demo network: rows and files")
        parser.add_argument("--dealers", type=int, help="only load a network with so many stores, for measuring")
        parser.add_argument("--days", type=int, default=90, help="days of history")
        parser.add_argument("--url", default=settings.SITE_URL, help="address of the running product")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        if options["remove"]:
            gone = remove()
            self._say(f"demo: removed {sum(gone.values())} rows of {len(gone)} tables, and their files")
            return
        if not loader.loaded():
            loader.load(dealers=options["dealers"] or 24, days=options["days"], now=now(), say=self._say)
        elif options["load"] or options["dealers"]:
            self._say("network: the demo network is here already; `manage.py demo --remove` takes it away")
        if not (options["load"] or options["dealers"]):
            self._play(options["url"])

    def _play(self, url: str) -> None:
        try:
            links = play(url=url.rstrip("/"), say=self._say)
        except StepFailed as reason:
            raise CommandError(f"demo: {reason}", returncode=1) from None
        self._say("demo: the main job is done")
        for what, address in links:
            self._say(f"  {what}: {address}")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
