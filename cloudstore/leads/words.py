"""The words of this room's codes."""

from django.utils.translation import gettext_lazy as _

from cloudstore.kit.labels import Label, register

_STATES = {
    "new": Label(_("New"), "info", "sparkles"),
    "oem_queue": Label(_("At the desk"), "info", "headset"),
    "pending_assign": Label(_("Being assigned"), "info", "loader"),
    "assigned": Label(_("To call"), "warn", "phone"),
    "following": Label(_("Following"), "info", "messages-square"),
    "invited": Label(_("Invited"), "info", "calendar-check"),
    "arrived": Label(_("Arrived"), "ok", "map-pin-check"),
    "test_driven": Label(_("Test-driven"), "ok", "car"),
    "ordered": Label(_("Ordered"), "ok", "file-check"),
    "delivered": Label(_("Delivered"), "ok", "key-round"),
    "lost_pending": Label(_("Loss reported"), "warn", "circle-question-mark"),
    "lost": Label(_("Lost"), "neutral", "circle-x"),
    "invalid": Label(_("Invalid"), "neutral", "ban"),
    "dormant": Label(_("Resting"), "neutral", "moon"),
    "transfer_pending": Label(_("Transfer asked"), "warn", "arrow-right-left"),
    "merged": Label(_("Merged"), "neutral", "merge"),
}
_LEVELS = {
    "H": _("H: within 7 days"),
    "A": _("A: within 15 days"),
    "B": _("B: within 30 days"),
    "C": _("C: within 90 days"),
    "N": _("Not known yet"),
}
_SCENES = {
    "SHORT_VIDEO": Label(_("Short video"), "neutral", "clapperboard"),
    "LIVE_VIDEO": Label(_("Live"), "neutral", "radio"),
    "IM_MESSAGE": Label(_("Message"), "neutral", "message-circle"),
    "HOME_PAGE": Label(_("Homepage"), "neutral", "house"),
    "OFFLINE": Label(_("In the store"), "neutral", "store"),
}
_SOURCES = {
    "natural-video": _("Natural, short video"),
    "natural-live": _("Natural, live"),
    "natural-dm": _("Natural, message"),
    "natural-homepage": _("Natural, homepage"),
    "natural-search": _("Natural, search"),
    "paid-video": _("Paid, short video"),
    "paid-live": _("Paid, live"),
    "paid-search": _("Paid, search"),
    "paid-other": _("Paid, other"),
    "offline-walk-in": _("Walked in"),
    "offline-phone": _("Phoned the store"),
    "offline-event": _("Event"),
    "unknown": _("Unknown"),
}
_INVALID = {
    "no_answer": _("Does not answer"),
    "bad_number": _("Number is wrong or empty"),
    "denies_asking": _("Says they never asked"),
    "no_intention": _("Does not want a car"),
    "abusive": _("Abusive"),
    "duplicate": _("Already known as another person"),
    "competitor": _("From a competitor"),
    "no_consent": _("Does not agree to be passed on"),
    "other": _("Other"),
}
_LOST = {
    "other_brand": _("Bought another brand"),
    "other_store": _("Bought at another store"),
    "price": _("Price"),
    "finance": _("Credit not granted"),
    "delivery_time": _("Delivery takes too long"),
    "plan_dropped": _("Plan was dropped"),
    "other": _("Other"),
}
_TRANSFER = {
    "remote": _("Customer lives elsewhere"),
    "other_store": _("Customer wants another store"),
    "series": _("We do not sell this series"),
    "other": _("Other"),
}
_FOLLOW = {
    "call": Label(_("Call"), "neutral", "phone"),
    "wecom_add": Label(_("Added on WeCom"), "neutral", "user-plus"),
    "message": Label(_("Message sent"), "neutral", "send"),
    "appointment": Label(_("Appointment"), "neutral", "calendar-plus"),
    "note": Label(_("Internal note"), "neutral", "notebook-pen"),
}
_EVENTS = {
    "created": Label(_("Came in"), "neutral", "sparkles"),
    "joined": Label(_("Came again"), "neutral", "repeat"),
    "duplicate": Label(_("Same click again"), "neutral", "copy"),
    "region": Label(_("Region decided"), "neutral", "map-pin"),
    "assigned": Label(_("Given to the store"), "neutral", "store"),
    "reminded": Label(_("Half of the time is over"), "neutral", "bell"),
    "overdue": Label(_("Deadline missed"), "neutral", "alarm-clock"),
    "expired": Label(_("Taken back, nobody called"), "neutral", "timer-off"),
    "follow": Label(_("Followed up"), "neutral", "phone"),
    "moved": Label(_("Moved on"), "neutral", "arrow-right"),
    "level": Label(_("Level set"), "neutral", "gauge"),
    "consultant": Label(_("Consultant set"), "neutral", "user-check"),
    "reveal": Label(_("Number looked at"), "neutral", "eye"),
    "consent": Label(_("Consent given by phone"), "neutral", "shield-check"),
    "desk_call": Label(_("The desk called"), "neutral", "headset"),
}
_PROBLEMS = {
    "stale_version": _("Somebody acted on this lead a moment ago. See what happened, then send again."),
    "lead_is_closed": _("This lead is closed. Open it again first."),
    "not_allowed_from_here": _("This step does not fit where the lead stands now."),
    "reason_needed": _("Please choose a reason."),
    "unknown_reason": _("Please choose a reason from the list."),
    "second_person_needed": _("A second person has to confirm this."),
    "record_needed": _("A call needs its length and whether somebody answered."),
    "time_needed": _("An appointment needs a time in the future."),
    "sleep_too_early": _("A lead may rest after four unanswered calls on three days, or when the customer says later."),
    "round_open": _("A store is already working on this lead."),
    "no_round": _("No store is working on this lead."),
    "other_dealer": _("That person does not work here as a consultant."),
    "too_many_reveals": _("You looked at many numbers within an hour. Please wait before the next one."),
    "no_phone": _("This customer left no number."),
    "unknown_purpose": _("Please say what the number is needed for."),
}


def register_words() -> None:
    """Put them into the registry; called when the applications are ready."""
    register("lead_state", _STATES)
    register("lead_level", _LEVELS)
    register("lead_scene", _SCENES)
    register("source_class", _SOURCES)
    register("invalid_reason", _INVALID)
    register("lost_reason", _LOST)
    register("transfer_reason", _TRANSFER)
    register("sleep_reason", {"later": _("Customer asked to be called later"), "unreachable": _("Cannot be reached")})
    register("follow_kind", _FOLLOW)
    register("lead_event", _EVENTS)
    register("lead_problem", _PROBLEMS)
    register(
        "reveal_purpose",
        {
            "call": _("To call the customer"),
            "region": _("To ask where the customer lives"),
            "consent": _("To ask for consent"),
            "check": _("To check the store's report"),
        },
    )
    register(
        "lead_verb",
        {
            "arrive": Label(_("Arrived"), "neutral", "map-pin-check"),
            "test_drive": Label(_("Test drive"), "neutral", "car"),
            "order": Label(_("Ordered"), "neutral", "file-check"),
            "deliver": Label(_("Delivered"), "neutral", "key-round"),
            "refund": Label(_("Order cancelled"), "neutral", "undo-2"),
            "ask_lost": Label(_("Report as lost"), "neutral", "circle-x"),
            "ask_transfer": Label(_("Ask for a transfer"), "neutral", "arrow-right-left"),
            "mark_invalid": Label(_("Mark as invalid"), "neutral", "ban"),
            "sleep": Label(_("Let it rest"), "neutral", "moon"),
            "reopen": Label(_("Open again"), "neutral", "rotate-ccw"),
        },
    )
    register(
        "round_reason",
        {
            "local": _("local lead"),
            "source": _("kept by the store that found it"),
            "dispatched": _("dispatched by the desk"),
            "redispatched": _("passed on from another store"),
            "reopened": _("opened again"),
            "walk_in": _("came to the store"),
        },
    )
