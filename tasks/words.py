"""The words of this room's codes."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cloudstore.kit.labels import Label, register


def register_words() -> None:
    """Put them into the registry; called when the applications are ready."""
    register(
        "task_state",
        {
            "draft": Label(_("Draft"), "neutral", "pencil"),
            "handing_out": Label(_("Handing out"), "info", "send"),
            "open": Label(_("Running"), "ok", "circle-play"),
            "closed": Label(_("Closed"), "neutral", "lock"),
        },
    )
    register("overlay_preset", {"end_card": _("Brand end card, 2 seconds"), "none": _("Nothing added")})
    register(
        "return_title",
        {
            "absolute": _("Superlative"),
            "must_say": _("Something missing"),
            "sound": _("Hard to hear"),
            "light": _("Too dark"),
            "plate": _("Plate or face"),
        },
    )
    register(
        "return_words",
        {
            "absolute": _(
                "The words contain a superlative that advertising law forbids (“best”, “first”). Please say it without."
            ),
            "must_say": _("Something that must be said is missing. See “Must say” in the brief."),
            "sound": _("The words are hard to understand. Please record again in a quieter place."),
            "light": _("The picture is too dark or blurred. Please film again in daylight."),
            "plate": _("A number plate or a face can be recognised. Please cover it."),
        },
    )
    register("task_kind", {"short_video": _("Short video"), "photo_story": _("Photo story")})
    register(
        "assignment_state",
        {
            "handed_out": Label(pgettext_lazy("task of an account", "New"), "info", "inbox"),
            "accepted": Label(_("Accepted"), "neutral", "check"),
            "declined": Label(_("Declined"), "neutral", "x"),
            "done": Label(_("Done"), "ok", "circle-check"),
            "cancelled": Label(_("Ended"), "neutral", "lock"),
        },
    )
    register(
        "submission_state",
        {
            "preparing": Label(_("Being prepared"), "info", "loader-circle"),
            "refused": Label(_("Cannot be used"), "bad", "circle-alert"),
            "in_review": Label(_("In review"), "info", "eye"),
            "returned": Label(pgettext_lazy("state of a submission", "Changes"), "warn", "undo-2"),
            "approved": Label(_("Approved"), "ok", "check"),
            "published": Label(_("Published"), "ok", "circle-check"),
            "withdrawn": Label(_("Taken back"), "neutral", "x"),
        },
    )
    register(
        "accrual_state",
        {
            "held": Label(_("Held"), "info", "hourglass"),
            "payable": Label(_("Payable"), "ok", "check"),
            "paid": Label(_("Paid"), "ok", "circle-check"),
            "void": Label(_("Void"), "neutral", "x"),
            "clawed_back": Label(_("Taken back"), "warn", "undo-2"),
            "capped": Label(_("Over the cap"), "neutral", "minus"),
        },
    )
    register(
        "accrual_reason",
        {
            "effective_post": _("Fee for an approved post that is public"),
            "cut_to_cap": _("Cut to what was left of your store's cap in this task"),
            "cut_to_budget": _("Cut to what was left of the campaign's budget"),
            "cap_per_dealer": _("Your store has reached its cap in this task; posts approved earlier came first"),
            "no_budget": _("The campaign's budget was used up before this post"),
            "not_approved": _("The post was not approved"),
            "removed": _("The post was taken down within 30 days"),
            "too_short": _("The video is shorter than 7 seconds"),
            "near_duplicate": _("Nearly the same video was posted in the last 90 days"),
            "day_cap": _("More than three posts of one account on one day"),
        },
    )
    register(
        "not_taken",
        {
            "task_not_open": _("This task is closed: nothing more is taken."),
            "declined": _("You declined this task. Accept it first."),
            "cancelled": _("This task has ended for your account."),
            "quota_reached": _("Everything this task asks for is already handed in. Wait for the review."),
            "foreign_asset": _("This upload belongs to another task. Upload the file here again."),
            "unfinished_asset": _("The upload is not complete yet. Let it finish, then send it."),
        },
    )
    register(
        "hand_out_problem",
        {
            "no_accounts": _("Nobody would get this task. Widen the audience first."),
            "overdue": _("The deadline lies in the past. Set a later one first."),
            "no_campaign": _("The reward needs a campaign to be paid from. Choose one first."),
        },
    )
    register(
        "without",
        {
            "tier": _("Another tier"),
            "group": _("Another dealer group"),
            "excluded": _("Left out by you"),
            "dealer_inactive": _("Dealer suspended or closed"),
            "account_inactive": _("Account switched off"),
            "not_authorised": _("Account not authorised on the platform"),
        },
    )
    register(
        "publish_fault",
        {
            "reauthorise": _("The account must be authorised again on the platform."),
            "mark_scope_missing": _(
                "The account has not allowed publishing. Authorise it again and allow everything asked for."
            ),
            "mark_account": _("The platform does not let this account publish at the moment."),
            "change_content": _("The platform does not accept this content."),
            "fix_request": _("The platform refused the post."),
            "window_closed": _("The platform refused the post."),
            "fix_configuration": _("The brand's registration with the platform needs attention."),
            "stop_connector": _("The platform has blocked the brand's app."),
            "gave_up": _("The post could not be sent."),
            "worn_out": _("The platform could not be reached for a long time."),
        },
    )
