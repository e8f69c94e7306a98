"""Where a lead goes: to its dealer at once, or to the OEM desk with a proposal."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cloudstore.customers.queries import consent_covers
from cloudstore.leads.models import Lead
from cloudstore.leads.rules.reasons import Opening
from cloudstore.leads.rules.states import State
from cloudstore.leads.services import decide_region, open_round, to_desk
from cloudstore.network.models import Dealer, StaffMember
from cloudstore.routing.errors import DeskRefused
from cloudstore.routing.models import DispatchDecision
from cloudstore.routing.rules.again import after_round
from cloudstore.routing.rules.deciding import Decision
from cloudstore.routing.rules.modes import Locality, Outcome, Why
from cloudstore.routing.rules.sentences import Sentence, explain
from cloudstore.routing.services.deciding import (
    Asked,
    Bound,
    ask_rules,
    former_dealers,
    keep,
    policy_of_lead,
)

_LOCAL = {Locality.LOCAL: True, Locality.REMOTE: False, Locality.UNKNOWN: None}


def settle(*, lead: Lead, policy: Bound, now: datetime) -> None:
    """Decide about a locked lead that no dealer has and carry it out, in the caller's transaction.

    Local leads go to their dealer with a running deadline; all others wait at the desk with a proposal, or go on at once
    where the policy dispatches by itself and the customer agreed.
    """
    asked = ask_rules(lead, policy, now=now, search=False)
    placement, source = asked.decision.placement, lead.source_dealer
    _write_region(lead, asked.decision, now)
    if placement.outcome is Outcome.DEALER and source is not None:
        sentence = asked.decision.sentence
        keep(lead, asked, kind="local", policy=policy, chosen=source.code, sentence=sentence, by=None, now=now)
        reason = Opening.LOCAL if placement.why is Why.LOCAL else Opening.SOURCE
        open_round(lead=lead, dealer=source, reason=reason, by=None, now=now, take_back_at=placement.transfer_by)
        return
    if State(lead.state) is not State.OEM_QUEUE:
        to_desk(lead, now=now)
    proposal = _keep_proposal(lead, policy, asked, by=None, now=now)
    if policy.auto_dispatch and placement.match and proposal.chosen and not proposal.ask_consent:
        DispatchDecision.objects.filter(pk=proposal.pk).update(kind="automatic")
        give(lead=lead, dealer=proposal.chosen, by=None, now=now)


def _write_region(lead: Lead, decision: Decision, now: datetime) -> None:
    region = decision.region
    decide_region(
        lead=lead,
        adcode=region.adcode or "",
        confidence=region.confidence,
        source=region.kind.value if region.kind else "",
        local=_LOCAL[decision.locality],
        now=now,
    )


def propose(*, lead: Lead, now: datetime, by: StaffMember | None = None) -> DispatchDecision:
    """Work out anew which dealer should have a lead at the desk, and keep the receipt.

    With `chosen` None nobody can have it now, the region is not sure, or it is to be nurtured first; with `ask_consent`
    the customer has to agree to the chosen dealer.
    """
    policy = policy_of_lead(lead)
    asked = ask_rules(lead, policy, now=now)
    _write_region(lead, asked.decision, now)
    return _keep_proposal(lead, policy, asked, by=by, now=now)


def _keep_proposal(
    lead: Lead, policy: Bound, asked: Asked, *, by: StaffMember | None, now: datetime
) -> DispatchDecision:
    decision = asked.decision
    nurturing = decision.placement.why is Why.NURTURE
    chosen = None if nurturing else asked.best
    if decision.placement.outcome is Outcome.DEALER and lead.source_dealer and not former_dealers(lead):
        chosen = lead.source_dealer.code
    return keep(
        lead, asked, kind="proposal", policy=policy, chosen=chosen, sentence=_say(lead, asked, chosen), by=by, now=now
    )


def _say(lead: Lead, asked: Asked, chosen: str | None) -> Sentence:
    """The sentence: after a first round why it goes on, before it where it goes and, with a proposal, why there."""
    former, region = former_dealers(lead), asked.decision.region
    if former and asked.found is not None:
        return after_round(former[-1], region, asked.found, asked.book)
    placement = asked.decision.placement
    placement = replace(placement, match=placement.outcome is Outcome.OEM_QUEUE and chosen is not None)
    return explain(region, placement, chosen or asked.decision.chosen, asked.found, asked.book)


def give(*, lead: Lead, dealer: Dealer, by: StaffMember | None, now: datetime) -> None:
    """Open the dispatched round of a locked lead at the desk. Raises `DeskRefused` without a consent that names the dealer."""
    if not consent_covers(lead.customer_id, dealer.code):
        raise DeskRefused("consent_needed")
    reason = Opening.REDISPATCHED if lead.round_no else Opening.DISPATCHED
    open_round(lead=lead, dealer=dealer, reason=reason, by=by, now=now, dispatched_at=now)


def next_round(*, lead: Lead, now: datetime) -> Dealer | None:
    """A locked lead whose round expired goes to the next dealer; to the desk when there is none, or the customer has to
    be asked first."""
    policy = policy_of_lead(lead)
    asked = ask_rules(lead, policy, now=now)
    if asked.best is None or not asked.covered(asked.best):
        to_desk(lead, now=now)
        _keep_proposal(lead, policy, asked, by=None, now=now)
        return None
    dealer = Dealer.objects.get(brand_id=lead.brand_id, code=asked.best)
    sentence = _say(lead, asked, dealer.code)
    keep(lead, asked, kind="automatic", policy=policy, chosen=dealer.code, sentence=sentence, by=None, now=now)
    open_round(lead=lead, dealer=dealer, reason=Opening.REDISPATCHED, by=None, now=now)
    return dealer
