"""`manage.py open_brand xinghe 星河汽车 "Xinghe Motors" --administrator ada`: the first step of an installation of one's own."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug

from cloudstore.kit.clock import now
from cloudstore.network import services


class Command(BaseCommand):
    """Make a brand and its first administrator."""

    help = "Make a brand and its first administrator, who makes everything else in the console. The password is printed once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The brand's short name for addresses, its names, and who administers it."""
        parser.add_argument("slug", help="short name for addresses: letters, digits, hyphens")
        parser.add_argument("name_zh", help="name in Chinese")
        parser.add_argument("name_en", help="name in English")
        parser.add_argument("--administrator", required=True, metavar="USERNAME", help="user name of the first person")

    def handle(self, *args: Any, slug: str, name_zh: str, name_en: str, administrator: str, **options: Any) -> None:
        """Make both or neither."""
        try:
            validate_slug(slug)
            person, password = services.open_brand(
                slug=slug, name_zh=name_zh, name_en=name_en, administrator=administrator, now=now()
            )
        except (ValidationError, services.Taken) as wrong:
            raise CommandError(
                "; ".join(wrong.messages) if isinstance(wrong, ValidationError) else str(wrong)
            ) from wrong
        self.stdout.write(f"{name_zh} is open. {person.username} signs in with the password {password}")
        self.stdout.write("It is not kept anywhere in readable form: write it down now, and set up two-step sign-in.")
