"""The words of the boards: indicators, what usually helps, scenes and sources."""

from django.utils.translation import gettext_lazy as _

from cloudstore.kit import labels
from cloudstore.kit.labels import Label


def register_words() -> None:
    """Tell the label registry; called once when the application starts."""
    _indicators()
    _grades()
    _leads()


def _indicators() -> None:
    labels.register(
        "indicator",
        {
            "effective_posts": _("Effective posts"),
            "video_ctr": _("Video component click rate"),
            "live_days": _("Effective live days"),
            "live_hours": _("Effective live hours"),
            "live_lead_rate": _("Live lead rate"),
            "dm_reply_3m": _("Messages answered within 3 minutes"),
            "followup_sla": _("Leads followed up in time"),
            "valid_lead_rate": _("Valid lead rate"),
        },
    )
    labels.register(
        "indicator_short",
        {
            "effective_posts": _("Posts"),
            "video_ctr": _("Click rate"),
            "live_days": _("Live days"),
            "live_hours": _("Live hours"),
            "live_lead_rate": _("Live leads"),
            "dm_reply_3m": _("Replies"),
            "followup_sla": _("Follow-up"),
            "valid_lead_rate": _("Valid leads"),
        },
    )
    labels.register(
        "indicator_help",
        {
            "effective_posts": _("A fixed weekly plan of short videos, and the brand's open tasks, usually help."),
            "video_ctr": _("Naming the offer and the button in the first five seconds usually helps."),
            "live_days": _("Two people who take turns at fixed hours usually help more than one long evening."),
            "live_hours": _("Sessions of ninety minutes at the same hour every day usually help."),
            "live_lead_rate": _("Showing the lead card every ten minutes, with one clear offer, usually helps."),
            "dm_reply_3m": _("A person on duty for messages, and an automatic first answer, usually help."),
            "followup_sla": _("Calling every new lead before anything else, with a deputy at lunch, usually helps."),
            "valid_lead_rate": _("Asking for the city and the car in the form, and calling twice, usually helps."),
        },
    )
    labels.register(
        "indicator_formula",
        {
            "effective_posts": _("Effective posts of 28 days: public for 72 hours, at least 7 seconds, no copy."),
            "video_ctr": _("Clicks on the component under a video divided by how often it was shown."),
            "live_days": _("Days with at least 60 effective minutes on air."),
            "live_hours": _("Effective minutes on air divided by 60, at most 8 hours a day."),
            "live_lead_rate": _("Valid leads from the live component divided by unique viewers."),
            "dm_reply_3m": _("Message sessions answered within 180 seconds divided by all message sessions."),
            "followup_sla": _("Leads followed up before their deadline divided by leads whose deadline has passed."),
            "valid_lead_rate": _("Valid leads divided by leads that are 72 hours old or settled."),
        },
    )
    labels.register(
        "indicator_unit", {"posts": _("posts"), "days": _("days"), "hours": _("hours"), "ratio": _("share")}
    )


def _grades() -> None:
    labels.register(
        "indicator_status",
        {
            "ok": Label(_("Measured"), "ok", "check"),
            "inactive": Label(_("Nothing done in this period: 0 points"), "neutral", "circle-dashed"),
            "unauthorised": Label(_("Account connection lapsed: 0 points"), "warn", "unplug"),
            "no_base": Label(_("Nobody asked in this period: left out"), "neutral", "circle-dashed"),
            "no_data": Label(_("No data from the platform: left out"), "neutral", "circle-slash"),
        },
    )
    labels.register("indicator_family", {"content": _("Content"), "account": _("Account"), "operation": _("Operation")})
    labels.register(
        "gate_reason",
        {
            "risk_flags": _("Three or more confirmed risk flags"),
            "followup_sla": _("Fewer than half of the leads were followed up in time"),
            "platform_ban": _("A ban by the platform is active"),
        },
    )
    labels.register("grade_run", {"official": _("Weekly official run"), "shadow": _("Daily preview")})
    labels.register(
        "board_number",
        {
            "score": _("Network score"),
            "valid": _("Valid leads"),
            "natural_share": _("Natural lead share"),
            "away_share": _("Out-of-region share"),
            "hours": _("Effective live hours"),
            "posts": _("Effective posts"),
            "reply_share": _("Messages answered in 3 min"),
            "follow_share": _("Leads followed up in time"),
        },
    )


def _leads() -> None:
    labels.register(
        "board_scene",
        {
            "SHORT_VIDEO": _("Short video"),
            "LIVE_VIDEO": _("Live session"),
            "IM_MESSAGE": _("Direct message"),
            "HOME_PAGE": _("Homepage"),
            "OFFLINE": _("In the store"),
            "OTHER": _("Other"),
        },
    )
    labels.register("board_source", {"natural": _("Natural"), "paid": _("Paid"), "other": _("Neither")})
    labels.register("board_valid", {"valid": _("Valid"), "invalid": _("Ruled out")})
    labels.register(
        "board_place", {"local": _("Local"), "away": _("Out of region"), "unknown": _("Region not known yet")}
    )
    labels.register(
        "board_state",
        {
            "new": _("New"),
            "oem_queue": _("At the OEM desk"),
            "pending_assign": _("Waiting for a dealer"),
            "assigned": _("With a dealer"),
            "following": _("In follow-up"),
            "invited": _("Invited"),
            "arrived": _("Visited the store"),
            "test_driven": _("Test drive done"),
            "ordered": _("Ordered"),
            "delivered": _("Delivered"),
            "lost_pending": _("Reported as lost"),
            "lost": _("Lost"),
            "invalid": _("Ruled out"),
            "dormant": _("Asleep"),
            "transfer_pending": _("Transfer asked"),
        },
    )
    labels.register(
        "board_post_state",
        {
            "publishing": Label(_("Being published"), "info", "loader"),
            "published": Label(_("Public"), "ok", "check"),
            "failed": Label(_("Not published"), "bad", "circle-alert"),
            "removed": Label(_("Removed"), "neutral", "x"),
        },
    )
