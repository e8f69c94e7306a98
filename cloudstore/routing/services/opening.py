"""What a person at the desk does with a lead before deciding: open it, keep it in hand, look at the number, try to call."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from cloudstore.leads.models import FollowAction, Lead, LeadEvent
from cloudstore.leads.rules.follow import may_sleep
from cloudstore.leads.rules.hands import AT_DESK
from cloudstore.leads.rules.reasons import Sleep
from cloudstore.leads.rules.states import State, Verb
from cloudstore.leads.services import lock, reveal
from cloudstore.network.models import StaffMember
from cloudstore.network.scope import Scope
from cloudstore.routing.errors import DeskRefused
from cloudstore.routing.models import DeskClaim, DispatchDecision
from cloudstore.routing.services.desk import LEASE, claim, log_call, propose, release, settle_request


@transaction.atomic
def open_lead(*, lead: Lead, by: StaffMember, now: datetime) -> DeskClaim | None:
    """Take a lead at the desk in hand by opening it, with a proposal to look at; None when it is not at the desk.

    Leads that this person merely looked at go back, so that leafing through the queue does not lock it for the others.
    Raises `DeskRefused` (`claimed`) while somebody else has the lead.
    """
    if State(lead.state) not in AT_DESK:
        return None
    worked = LeadEvent.objects.filter(lead=OuterRef("lead"), actor=by, at__gt=now - LEASE)
    for idle in DeskClaim.objects.filter(~Exists(worked), staff=by).exclude(lead=lead).select_related("lead"):
        release(lead=idle.lead, by=by)
    mine = claim(lead=lead, by=by, now=now)
    if lead.state == State.OEM_QUEUE and not DispatchDecision.objects.filter(lead=lead, kind="proposal").exists():
        propose(lead=lead, now=now)
    return mine


@transaction.atomic
def look_at_numbers(*, lead: Lead, scope: Scope, purpose: str, now: datetime) -> list[str]:
    """The customer's numbers in clear, for the person who has the lead in hand; the look is in the lead's history.

    Raises `DeskRefused` (`claimed`, `not_at_desk`) and what `leads.services.reveal` raises.
    """
    if State(lead.state) not in AT_DESK:
        raise DeskRefused("not_at_desk")
    claim(lead=lead, by=scope.staff, now=now)
    return reveal(lead=lead, scope=scope, purpose=purpose, now=now)


@transaction.atomic
def not_reached(*, lead: Lead, note: str, by: StaffMember, now: datetime) -> bool:
    """Nobody answered: the try is kept and the lead goes back into the queue for a later one.

    After the fourth try on the third day it rests (rules of the trade, section 6). Returns whether it does.
    """
    log_call(lead=lead, connected=False, seconds=0, note=note, by=by, now=now)
    tries = FollowAction.objects.filter(lead=lead, kind="call", connected=False).values_list("at", flat=True)
    rests = lead.state == State.OEM_QUEUE and may_sleep(list(tries))
    if rests:
        version = lock(lead.pk).state_version
        settle_request(lead=lead, verb=Verb.SLEEP, reason=Sleep.UNREACHABLE, version=version, by=by, now=now)
    else:
        release(lead=lead, by=by)
    return rests
