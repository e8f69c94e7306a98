"""The buttons of the desk: each takes what was typed, calls one service, and returns what to tell the person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cloudstore.leads.models import Lead
from cloudstore.leads.rules.levels import Level
from cloudstore.leads.rules.reasons import Sleep
from cloudstore.leads.rules.states import Verb
from cloudstore.network.gazetteer import Reading, gazetteer
from cloudstore.network.models import Dealer
from cloudstore.network.scope import Scope, dealers_of
from cloudstore.routing import services
from cloudstore.routing.errors import DeskRefused
from cloudstore.routing.services.opening import not_reached

Typed = dict[str, Any]
Act = Callable[[Lead, Typed, Scope, datetime], str]


class PlaceUnclear(DeskRefused):
    """Several places have the name that was typed; `options` are their codes."""

    def __init__(self, options: tuple[str, ...]) -> None:
        super().__init__("ambiguous_place")
        self.options = options


def _dealer(typed: Typed, scope: Scope) -> Dealer:
    row = dealers_of(scope).filter(code=typed["dealer"]).first() if typed["dealer"] else None
    if row is None:
        raise DeskRefused("dealer_needed")
    return row


def _dispatch(lead: Lead, typed: Typed, scope: Scope, now: datetime) -> str:
    dealer = _dealer(typed, scope)
    services.dispatch(lead=lead, dealer=dealer, by=scope.staff, now=now, version=typed["version"])
    return _("Dispatched to %(dealer)s.") % {"dealer": dealer.name}


def _region(lead: Lead, typed: Typed, scope: Scope, now: datetime) -> str:
    adcode = typed["adcode"] or _read_place(typed["place"])
    services.confirm_region(lead=lead, adcode=adcode, by=scope.staff, now=now)
    return _("Region confirmed: %(place)s.") % {"place": gazetteer().name(adcode)}


def _read_place(text: str) -> str:
    """The code of the one place that the text names. A county's bare name is confirmed by a second look."""
    found = gazetteer().find(text.strip())
    if found.reading is Reading.EXACT and found.place is not None:
        return found.place.adcode
    if found.options:
        raise PlaceUnclear(found.options)
    raise DeskRefused("unknown_place")


def _level(lead: Lead, typed: Typed, scope: Scope, now: datetime) -> str:
    level = Level(typed["level"] or lead.level)
    services.judge_level(lead=lead, level=level, version=typed["version"], by=scope.staff, now=now)
    return _("Level set: %(level)s.") % {"level": level.value}


def _consent_dealer(lead: Lead, typed: Typed, scope: Scope, now: datetime) -> str:
    dealer = _dealer(typed, scope)
    services.record_consent(lead=lead, dealers=[dealer], whole_network=False, by=scope.staff, now=now)
    return _("Consent recorded for %(dealer)s.") % {"dealer": dealer.name}


def _consent_network(lead: Lead, typed: Typed, scope: Scope, now: datetime) -> str:
    services.record_consent(lead=lead, dealers=[], whole_network=True, by=scope.staff, now=now)
    return _("Consent recorded for any store of the brand.")


def _reached(lead: Lead, typed: Typed, scope: Scope, now: datetime) -> str:
    if typed["seconds"] is None:
        raise DeskRefused("seconds_needed")
    services.log_call(lead=lead, connected=True, seconds=typed["seconds"], note=typed["note"], by=scope.staff, now=now)
    return _("Call kept in the history.")


def _unreachable(lead: Lead, typed: Typed, scope: Scope, now: datetime) -> str:
    if not_reached(lead=lead, note=typed["note"], by=scope.staff, now=now):
        return _("Nobody answered on three days: the lead rests now.")
    return _("Unanswered call kept; the lead stays in the queue.")


def _nurture(lead: Lead, typed: Typed, scope: Scope, now: datetime) -> str:
    _settle(Verb.SLEEP, Sleep.LATER.value)(lead, typed, scope, now)
    return _("The lead rests until the customer comes again.")


def _settle(verb: Verb, reason: str = "") -> Act:
    def act(lead: Lead, typed: Typed, scope: Scope, now: datetime) -> str:
        services.settle_request(lead=lead, verb=verb, reason=reason, version=typed["version"], by=scope.staff, now=now)
        return _("Done.")

    return act


def _invalid(lead: Lead, typed: Typed, scope: Scope, now: datetime) -> str:
    _settle(Verb.MARK_INVALID, typed["reason"])(lead, typed, scope, now)
    return _("Marked as invalid.")


def _again(lead: Lead, typed: Typed, scope: Scope, now: datetime) -> str:
    services.claim(lead=lead, by=scope.staff, now=now)
    services.propose(lead=lead, by=scope.staff, now=now)
    return _("The proposal was worked out again.")


def _put_back(lead: Lead, typed: Typed, scope: Scope, now: datetime) -> str:
    services.release(lead=lead, by=scope.staff)
    return _("Put back into the queue.")


#: What each button does, by the word it sends.
ACTS: dict[str, Act] = {
    "dispatch": _dispatch,
    "region": _region,
    "level": _level,
    "consent_dealer": _consent_dealer,
    "consent_network": _consent_network,
    "reached": _reached,
    "unreachable": _unreachable,
    "nurture": _nurture,
    "invalid": _invalid,
    "again": _again,
    "put_back": _put_back,
    **{
        verb.value: _settle(verb)
        for verb in (
            Verb.CONFIRM_LOST,
            Verb.REFUSE_LOST,
            Verb.REDISPATCH,
            Verb.ACCEPT_TRANSFER,
            Verb.REFUSE_TRANSFER,
        )
    },
}
#: After these the next lead opens by itself; after the others one goes on with the same lead.
LEAVING = frozenset(
    {"dispatch", "unreachable", "nurture", "invalid", "put_back", "confirm_lost", "refuse_lost", "refuse_transfer"}
)
