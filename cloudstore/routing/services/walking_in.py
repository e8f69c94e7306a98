"""Somebody walks in or phones the store: the same customer file, the same ladder, the store's own round."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.db import transaction

from cloudstore.customers.models import Customer
from cloudstore.customers.queries import CONTACT
from cloudstore.customers.rules.consent import OEM, dealer_token
from cloudstore.customers.services import give_consent, recognise, touch
from cloudstore.gateway.rules import Outcome
from cloudstore.leads.models import Lead, Round
from cloudstore.leads.rules.dedupe import Answer, Arriving, climb
from cloudstore.leads.rules.levels import Level
from cloudstore.leads.rules.reasons import Opening
from cloudstore.leads.rules.sources import OFFLINE_SCENE, PHONED, WALK_IN
from cloudstore.leads.rules.states import State, Verb
from cloudstore.leads.services import (
    CLOCK_DONE,
    act,
    add_evidence,
    create,
    decide_region,
    join,
    lock,
    open_round,
    open_round_of,
    wake,
    write,
)
from cloudstore.network.models import Dealer, Series, StaffMember
from cloudstore.routing.rules.consent_texts import STORE
from cloudstore.routing.rules.region import EvidenceKind
from cloudstore.routing.services.deciding import policy_of
from cloudstore.routing.services.taking_in import standing_leads


class How(StrEnum):
    """How somebody reached the store."""

    WALK_IN = "walk_in"
    PHONED = "phoned"


@transaction.atomic
def walk_in(
    *,
    dealer: Dealer,
    by: StaffMember,
    phone_e164: str,
    name: str,
    series: Series | None,
    how: How,
    level: Level,
    now: datetime,
) -> tuple[Lead, Outcome]:
    """Write down a visitor or caller who agreed to be contacted; merged by phone with what the brand knows.

    Returns the lead and what came of it: created for this store; joined to this store's lead; or joined to a lead that
    another store or the desk has, which then learns of the visit and keeps the customer (its dealer is not this one).
    """
    customer, _ = recognise(brand_id=dealer.brand_id, phone_e164=phone_e164, open_id=None, name=name, now=now)
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    arriving = Arriving(now, str(dealer.brand_id), series=series.code if series else "", dealer=dealer.code)
    verdict = climb(arriving, standing_leads(customer))
    kind = WALK_IN if how is How.WALK_IN else PHONED
    touch(customer=customer, account=None, scene=OFFLINE_SCENE, source_class=kind, platform="store", at=now)
    give_consent(
        customer=customer,
        purpose=CONTACT,
        recipients=[OEM, dealer_token(dealer.code)],
        text_version=STORE.version,
        text_hash=STORE.hash,
        channel="store",
        event_id=None,
        now=now,
    )
    if verdict.lead is None:
        return _new(customer, dealer, by, series, kind, level, verdict.linked_to, now), Outcome.CREATED
    lead = lock(verdict.lead.pk)
    if verdict.new_round:
        wake(lead, now=now, by=by)
    detail = {"other_dealer": dealer.code} if lead.dealer_id != dealer.pk else {}
    join(lead=lead, now=now, event_id=None, scene=OFFLINE_SCENE, series=series, **detail)
    if State(lead.state) in {State.PENDING_ASSIGN, State.OEM_QUEUE}:
        # Nobody else looks after them, and here they stand: this store does.
        _open(lead, dealer, by, now)
    if lead.dealer_id == dealer.pk and how is How.WALK_IN:
        _arrived(lead, by, now)
    assert verdict.answer is Answer.JOINED
    return lead, Outcome.JOINED


def _new(
    customer: Customer,
    dealer: Dealer,
    by: StaffMember,
    series: Series | None,
    kind: str,
    level: Level,
    previous: Lead | None,
    now: datetime,
) -> Lead:
    policy = policy_of(dealer.brand_id, dealer=dealer, channel="store")
    lead = create(
        customer=customer,
        now=now,
        previous=previous,
        series=series,
        scene=OFFLINE_SCENE,
        platform="store",
        source_class=kind,
        source_dealer=dealer,
        level=level.value,
        mode=policy.mode.value,
        rule_version=policy.version,
    )
    city, kind_of = dealer.city_id, EvidenceKind.ACCOUNT_REGION
    add_evidence(lead=lead, kind=kind_of.value, adcode=city, source="store", now=now)
    decide_region(lead=lead, adcode=city, confidence=None, source=kind_of.value, local=True, now=now)
    _open(lead, dealer, by, now)
    if kind == WALK_IN:
        _arrived(lead, by, now)
    return lead


def _open(lead: Lead, dealer: Dealer, by: StaffMember, now: datetime) -> None:
    """The customer stands in the store or is on the phone: contact is made, no first-follow clock runs."""
    open_round(lead=lead, dealer=dealer, reason=Opening.WALK_IN, by=by, now=now)
    turn = open_round_of(lead)
    assert turn is not None
    Round.objects.filter(pk=turn.pk).update(first_follow_at=now, next_at=None, stage=CLOCK_DONE)
    consultant = by if by.role == "consultant" and by.dealer_id == dealer.pk else lead.consultant
    write(lead, first_follow_at=lead.first_follow_at or now, consultant=consultant)


def _arrived(lead: Lead, by: StaffMember, now: datetime) -> None:
    if State(lead.state) in {State.ASSIGNED, State.FOLLOWING, State.INVITED}:
        act(lead=lead, verb=Verb.ARRIVE, by=by, version=lead.state_version, now=now)
