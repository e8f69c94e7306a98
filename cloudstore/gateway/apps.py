"""Every word in or out of the product is a row here."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from cloudstore.kit.labels import Label, register


class GatewayConfig(AppConfig):
    """Every word in or out of the product is a row here."""

    name = "cloudstore.gateway"
    label = "gateway"

    def ready(self) -> None:
        """Register the words of the gateway's codes."""
        _register_events()
        _register_deliveries()


def _register_events() -> None:
    register("event_source", {"douyin": _("Douyin"), "form": _("Lead form")})
    register(
        "event_state",
        {
            "new": Label(_("Waiting"), "info", "clock"),
            "done": Label(_("Handled"), "ok", "check"),
            "quarantined": Label(_("Put aside"), "warn", "archive"),
        },
    )
    register(
        "event_outcome",
        {
            "pending": Label(_("Pending"), "info", "clock"),
            "created": Label(_("New lead"), "ok", "user-plus"),
            "joined": Label(_("Joined a lead"), "ok", "merge"),
            "duplicate": Label(_("Duplicate"), "neutral", "copy"),
            "rejected": Label(_("Rejected"), "bad", "circle-x"),
            "none": Label(_("No lead in it"), "neutral", "minus"),
        },
    )
    register(
        "event_kind",
        {
            "verify_webhook": _("Probe"),
            "create_video": _("Video published"),
            "im_receive_msg": _("Message received"),
            "im_send_msg": _("Message sent"),
            "im_enter_direct_msg": _("Chat opened"),
            "item_comment_reply": _("Comment"),
            "authorize": _("Account connected"),
            "unauthorize": _("Connection withdrawn"),
            "dial_phone": _("Phone button pressed"),
            "website_contact": _("Website button pressed"),
            "personal_tab_contact": _("Contact button pressed"),
            "lead_seen": _("Lead"),
            "form_lead": _("Filled form"),
            "contact_signal": _("Interest without a number"),
            "post_seen": _("Video published"),
            "message_received": _("Message received"),
            "message_sent": _("Message sent"),
            "conversation_entered": _("Chat opened"),
            "comment_seen": _("Comment"),
            "account_authorised": _("Account connected"),
            "account_unauthorised": _("Connection withdrawn"),
            "webhook_probe": _("Probe"),
            "unreadable": _("Not understood"),
        },
    )
    register(
        "event_reason",
        {
            "probe": _("Answered at the door"),
            "nothing_for_us": _("Of no use here"),
            "dial_phone": _("No number in it"),
            "website_contact": _("No number in it"),
            "personal_tab_contact": _("No number in it"),
            "authorised": _("Connected"),
            "revoked": _("Connection withdrawn"),
            "unknown_account": _("The account is not known here"),
            "no_token_yet": _("The owner has not come back from the platform yet"),
            "authorised_again_since": _("Connected again since"),
            "cannot_unseal": _("Cannot be opened with our keys"),
        },
    )
    register(
        "door_refusal",
        {
            "wrong_signature": _("Wrong signature"),
            "unknown_app": _("No such address"),
            "too_large": _("Too large"),
            "too_slow": _("Too slow"),
        },
    )


def _register_deliveries() -> None:
    register("delivery_kind", {"douyin.publish": _("Publish a video"), "douyin.message": _("Answer a message")})
    register(
        "delivery_state",
        {
            "ready": Label(_("Waiting"), "info", "clock"),
            "leased": Label(_("On its way"), "info", "send"),
            "done": Label(_("Delivered"), "ok", "check"),
            "dead": Label(_("Given up"), "bad", "circle-alert"),
        },
    )
    register(
        "delivery_cause",
        {
            "reauthorise": _("The account must be connected again"),
            "mark_scope_missing": _("The owner did not allow this"),
            "mark_account": _("The platform restricts the account"),
            "fix_configuration": _("Our app is not set up for this at the platform"),
            "stop_connector": _("The platform has blocked our app"),
            "fix_request": _("The platform does not understand the request"),
            "change_content": _("The platform does not accept the content"),
            "window_closed": _("The time for an answer is over"),
            "worn_out": _("Tried too often without success"),
            "gave_up": _("Trying again makes no sense"),
        },
    )
    register(
        "connect_problem",
        {
            "no_app": _("This brand has no app at the platform yet, so no account can be connected."),
            "stale": _("That took too long, or the page was opened twice. Please start again."),
            "refused": _("The platform was not given leave, so nothing has changed."),
            "wrong_account": _(
                "Another account was chosen at the platform. Sign in there with this account and start again."
            ),
            "reauthorise": _("The platform's answer was already used or too old. Please start again."),
            "retry": _("The platform does not answer just now. Please start again in a minute."),
            "slow_down": _("The platform does not answer just now. Please start again in a minute."),
            "fix_configuration": _("The platform refuses our app. The administrator must check its keys."),
            "stop_connector": _("The platform has blocked our app."),
        },
    )
