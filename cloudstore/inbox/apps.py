"""Direct messages and comments."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InboxConfig(AppConfig):
    """Hears private messages and comments of the accounts and answers them."""

    name = "cloudstore.inbox"
    label = "inbox"

    def ready(self) -> None:
        """Register the words of this room's codes."""
        from cloudstore.kit.labels import Label, register

        register(
            "answer_problem",
            {
                "empty": _("Write something first."),
                "too_long": _(
                    "An answer may have at most 500 characters. Shorten it and send again; your words are kept below."
                ),
                "used_up": _(
                    "The platform allows six answers to one message of a customer. Wait for the customer to write again."
                ),
                "window_closed": _(
                    "The platform allows an answer within 24 hours of the customer's last message. Wait for the customer to write again."
                ),
            },
        )
        register(
            "message_state",
            {
                "sending": Label(_("Sending"), "info", "clock"),
                "sent": Label(_("Sent"), "ok", "check"),
                "failed": Label(_("Not sent"), "bad", "circle-alert"),
            },
        )
        register(
            "message_kind",
            {
                "image": _("Picture (see it in the platform's app)"),
                "user_local_image": _("Picture (see it in the platform's app)"),
                "video": _("Video (see it in the platform's app)"),
                "user_local_video": _("Video (see it in the platform's app)"),
                "emoji": _("Emoji"),
                "retain_consult_card": _("Contact card"),
                "other": _("Message without text"),
            },
        )
