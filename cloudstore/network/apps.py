"""Brand, region, group, dealer, staff and accounts, and who may see which branch."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from cloudstore.kit import labels
from cloudstore.kit.labels import Label


class NetworkConfig(AppConfig):
    """Brand, region, group, dealer, staff and accounts, and who may see which branch."""

    name = "cloudstore.network"
    label = "network"

    def ready(self) -> None:
        """Register the words of the network's codes."""
        labels.register(
            "dealer_status",
            {
                "active": Label(_("In business"), "ok", "check"),
                "suspended": Label(_("Paused"), "warn", "pause"),
                "closed": Label(_("Closed"), "neutral", "x"),
            },
        )
        labels.register(
            "account_state",
            {
                "pending": Label(_("Not connected yet"), "neutral", "circle-dashed"),
                "authorised": Label(_("Connected"), "ok", "check"),
                "expired": Label(_("Connection expired"), "warn", "clock-alert"),
                "revoked": Label(_("Connection withdrawn"), "bad", "unplug"),
            },
        )
        labels.register("size_band", {"S": _("Small"), "M": _("Medium"), "L": _("Large")})
        labels.register("platform", {"douyin": _("Douyin")})
