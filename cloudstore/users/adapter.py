"""Sign-in policy: accounts are made by administrators, never by visitors."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedDoorAdapter(DefaultAccountAdapter):
    """No public registration."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always closed."""
        return False
