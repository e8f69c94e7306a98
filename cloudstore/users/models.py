"""A person who signs in."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from cloudstore.kit.scoping import GlobalRows


class User(AbstractUser):
    """A person; what they may see is said by their staff entries in the network, not here."""

    scope_path = GlobalRows("people sign in before their scope is known; lists of people go through StaffMember")

    display_name = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=10, blank=True, choices=[("en", "English"), ("zh-hans", "简体中文")])

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        """The name shown to colleagues; the console asks for it under this name."""
        return self.display_name or self.username
