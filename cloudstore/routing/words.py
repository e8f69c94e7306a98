"""The words of this room's codes."""

from django.utils.translation import gettext_lazy as _

from cloudstore.kit.labels import Label, register

_EVIDENCE = {
    "declared_city": Label(_("Said by the customer"), "neutral", "message-square-quote"),
    "plate": Label(_("Number plate"), "neutral", "car"),
    "mobile_prefix": Label(_("Block of the mobile number"), "neutral", "smartphone"),
    "ip": Label(_("Network address"), "neutral", "wifi"),
    "account_region": Label(_("City of the account"), "neutral", "store"),
}
_CERTAINTY = {
    "confident": Label(_("Sure enough"), "ok", "map-pin-check"),
    "conflict": Label(_("Hints disagree"), "warn", "triangle-alert"),
    "low_confidence": Label(_("Not sure enough"), "warn", "circle-question-mark"),
    "province_only": Label(_("Only the province is known"), "warn", "circle-question-mark"),
    "no_evidence": Label(_("Nothing is known"), "warn", "map-pin-off"),
}
_WHY = {
    "local": _("local to the store that found it"),
    "remote": _("outside the territory of the store that found it"),
    "unknown_region": _("the city has to be asked"),
    "nurture": _("kept at the desk until level A"),
    "high_level": _("reached level A"),
    "kept_by_source": _("kept by the store that found it"),
    "to_transfer": _("to be handed over by the store that found it"),
    "no_source": _("found by no store"),
    "source_blocked": _("the store that found it may not have it"),
}
_FILTERS = {
    "consent_does_not_cover": _("the customer did not agree"),
    "inactive": _("not active"),
    "brand_not_authorised": _("not of this brand"),
    "series_not_authorised": _("may not sell the series"),
    "capacity_open_full": _("no room for another open lead"),
    "capacity_day_full": _("got enough leads today"),
    "former_round": _("had this lead before"),
    "refused_by_customer": _("the customer does not want it"),
    "sla_suspended": _("paused after three missed deadlines"),
    "tier_d_in_round_1": _("grade D gets leads from round 2"),
    "out_of_reach": _("too far away"),
}
_REACH = {
    "territory": _("in its territory"),
    "within_50_km": _("within 50 km"),
    "within_100_km": _("within 100 km"),
    "within_200_km": _("within 200 km"),
    "nearest_in_province": _("nearest in the province"),
    "customers_wish": _("asked for by the customer"),
}
_PROBLEMS = {
    "claimed": _("Somebody else is working on this lead."),
    "not_claimed": _("You do not have this lead in hand any more."),
    "consent_needed": _("The customer has not agreed to this store yet. Ask on the phone, then record the consent."),
    "not_at_desk": _("This lead is not at the desk any more."),
    "other_brand": _("This store belongs to another brand."),
    "not_active": _("This store is not active."),
    "series_not_authorised": _("This store may not sell the series."),
    "unknown_place": _("No city or district has this name. Type it with its province or city."),
    "ambiguous_place": _("Several places have this name. Choose the one that is meant."),
    "stale": _("Somebody acted on this lead a moment ago. See what happened, then decide again."),
    "dealer_needed": _("Choose a store first."),
    "seconds_needed": _("A call needs its length."),
    "unknown_act": _("This cannot be done here."),
}


def register_words() -> None:
    """Put them into the registry; called when the applications are ready."""
    register("evidence_kind", _EVIDENCE)
    register("region_certainty", _CERTAINTY)
    register("desk_why", _WHY)
    register("match_filter", _FILTERS)
    register("match_reach", _REACH)
    register(
        "score_term",
        {
            "d": _("Distance"),
            "q": _("Visits from leads"),
            "g": _("Grade"),
            "f": _("Fair share"),
            "l": _("Free capacity"),
        },
    )
    register("desk_problem", _PROBLEMS)
    register(
        "consent_channel",
        {
            "form": _("in a form"),
            "dm_card": _("in a chat card"),
            "call": _("on the phone"),
            "store": _("in the store"),
        },
    )
