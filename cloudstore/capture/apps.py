"""Lead widgets in four scenes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CaptureConfig(AppConfig):
    """Lead widgets in four scenes."""

    name = "cloudstore.capture"
    label = "capture"

    def ready(self) -> None:
        """Register the words of this room's codes."""
        from cloudstore.kit.labels import Label, register

        register(
            "widget_kind",
            {
                "video_form": _("Form below videos"),
                "live_form": _("Form of the live room"),
                "dm_card": _("Card in direct messages"),
                "homepage_form": _("Form of the homepage"),
            },
        )
        register(
            "consent_recipient",
            {
                "oem": _("The brand"),
                "dealer": _("The dealer whose form it is"),
                "network": _("The authorised dealer of the customer's area"),
            },
        )
        register(
            "in_use", {"True": Label(_("In use"), "ok", "check"), "False": Label(_("Not in use"), "neutral", "minus")}
        )
