"""People and how they sign in."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out
from django.utils.translation import gettext_lazy as _

from cloudstore.kit import labels


class UsersConfig(AppConfig):
    """People and how they sign in."""

    name = "cloudstore.users"
    label = "users"

    def ready(self) -> None:
        """Register the words of the roles, and close live pages at sign-out."""
        from cloudstore.users.services import tell_open_pages

        user_logged_out.connect(tell_open_pages, dispatch_uid="users.tell_open_pages")
        labels.register(
            "role",
            {
                "administrator": _("Administrator"),
                "brand_manager": _("Brand manager"),
                "region_manager": _("Region manager"),
                "oem_desk": _("OEM lead desk"),
                "leadership": _("Leadership"),
                "dealer_manager": _("Dealer manager"),
                "account_operator": _("Account operator"),
                "consultant": _("Sales consultant"),
            },
        )
