"""`manage.py reconcile [--json] [--brand SLUG]`: every event is accounted for; raw is the sum of the rest."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cloudstore.gateway.queries import Tally, reconcile, total
from cloudstore.gateway.rules import COUNTED


def figures(tally: Tally) -> dict[str, int]:
    """The names of the promise, in its order. Events that carry no lead are not part of it."""
    return {"raw": tally.raw, **{outcome.value: tally.counts[outcome.value] for outcome in COUNTED}}


class Command(BaseCommand):
    """Account for every event that may carry a lead."""

    help = "Count the events by what they came to. Fails when they do not add up."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
        parser.add_argument("--brand", default="", help="only the brand with this slug")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the tallies."""
        tallies = reconcile(options["brand"])
        whole = total(tallies)
        if options["json"]:
            by_source = {one.source: figures(one) for one in tallies}
            self.stdout.write(json.dumps({**figures(whole), "sources": by_source}))
        else:
            for one in (*tallies, whole):
                words = "  ".join(f"{name} {number}" for name, number in figures(one).items())
                self.stdout.write(f"{one.source or 'total':<10} {words}")
        if not all(one.adds_up for one in tallies):
            raise CommandError("The events do not add up: an outcome is written that nobody knows.")
