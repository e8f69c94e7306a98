"""`manage.py rehearse grading FILE.json`: the product's rules tried on one JSON document, without a database.

Prints one JSON document and exits 0, or one sentence on standard error and exits 2. `--schema` prints what a document
may say, `--example [NAME]` one to start from.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand

from cloudstore.grading.rules import rehearsal as grading
from cloudstore.kit.rehearsal import BadDocument, parse
from cloudstore.leads.rules import rehearsal_identity as identity
from cloudstore.leads.rules import rehearsal_sla as sla
from cloudstore.routing.rules import rehearsal as routing

LARGEST_DOCUMENT = 64 * 1024 * 1024
BAD_INPUT = 2


class Rehearsal(NamedTuple):
    """One area that can be tried on paper; `named` when it has more than one example to choose from."""

    rehearse: Callable[[object], dict[str, Any]]
    schema: Callable[[], dict[str, Any]]
    example: Callable[..., dict[str, Any]]
    named: bool = False

    def example_of(self, name: str) -> dict[str, Any]:
        """The example of that name; without a name the first."""
        if name and not self.named:
            raise BadDocument("example", "no example of that name", "--example alone")
        return self.example(name) if name else self.example()


REHEARSALS: dict[str, Rehearsal] = {
    "grading": Rehearsal(grading.rehearse, grading.schema, grading.example, named=True),
    "routing": Rehearsal(routing.rehearse, routing.schema, routing.example),
    "identity": Rehearsal(identity.rehearse, identity.schema, identity.example),
    "sla": Rehearsal(sla.rehearse, sla.schema, sla.example),
}
"""Area -> its pure functions. A room joins by a line here."""


class Command(BaseCommand):
    """Try rules on paper."""

    help = (
        "Run the rules of an area on one JSON document (a file, or - for standard input) without touching the database."
    )
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """AREA FILE, or AREA with --schema or --example."""
        parser.add_argument("area", nargs="?", help=", ".join(REHEARSALS))
        parser.add_argument("file", nargs="?", help="a JSON file, or - for standard input")
        parser.add_argument("--schema", action="store_true", help="print the JSON Schema of the area's documents")
        parser.add_argument("--example", nargs="?", const="", default=None, help="print a document to start from")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the answer, or say in one sentence why there is none."""
        try:
            answer = self._answer(options["area"], options["file"], options["schema"], options["example"])
        except BadDocument as error:
            self.stderr.write(str(error))
            sys.exit(BAD_INPUT)
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

    def _answer(self, area: str | None, file: str | None, schema: bool, example: str | None) -> dict[str, Any]:
        if area not in REHEARSALS:
            raise BadDocument("area", "no rehearsal of that name" if area else "missing", ", ".join(REHEARSALS))
        rehearsal = REHEARSALS[area]
        if schema:
            return rehearsal.schema()
        if example is not None:
            return rehearsal.example_of(example)
        return rehearsal.rehearse(parse(_document(file)))


def _document(file: str | None) -> bytes:
    """The bytes of a file or of standard input."""
    if file is None:
        raise BadDocument("file", "missing", "a JSON file, or - for standard input")
    if file == "-":
        return _bounded(sys.stdin.buffer.read(LARGEST_DOCUMENT + 1))
    try:
        with Path(file).open("rb") as source:
            return _bounded(source.read(LARGEST_DOCUMENT + 1))
    except OSError as error:
        raise BadDocument(
            "file", f"cannot be read ({(error.strerror or 'unknown reason').lower()})", "a readable JSON file"
        )


def _bounded(content: bytes) -> bytes:
    if len(content) > LARGEST_DOCUMENT:
        raise BadDocument("file", "too large", f"at most {LARGEST_DOCUMENT // 1024 // 1024} MB")
    return content
