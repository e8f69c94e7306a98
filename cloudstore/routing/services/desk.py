"""The OEM desk: take a lead in hand, ask where the customer is and whom they agree to, pass them on."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from cloudstore.customers.queries import CONTACT, consent_covers
from cloudstore.customers.rules.consent import NETWORK, OEM, dealer_token
from cloudstore.customers.services import give_consent
from cloudstore.kit.clock import business_day
from cloudstore.leads.models import FollowAction, Lead, RegionEvidence
from cloudstore.leads.rules.hands import AT_DESK
from cloudstore.leads.rules.levels import Level
from cloudstore.leads.rules.states import State, Verb
from cloudstore.leads.services import act, lock, record, set_level, tell
from cloudstore.network.gazetteer import gazetteer
from cloudstore.network.models import BrandAuthorisation, Dealer, StaffMember
from cloudstore.routing.errors import DeskRefused
from cloudstore.routing.models import DeskClaim, DispatchDecision
from cloudstore.routing.rules.consent_texts import CALL
from cloudstore.routing.rules.region import EvidenceKind
from cloudstore.routing.services.placing import give
from cloudstore.routing.services.placing import propose as work_out

LEASE = timedelta(minutes=10)
LONGEST_NOTE = 2000


@transaction.atomic
def claim(*, lead: Lead, by: StaffMember, now: datetime) -> DeskClaim:
    """Take a lead in hand for ten minutes, or for ten more. Raises `DeskRefused` (`claimed`) while somebody else has it."""
    mine = DeskClaim.objects.filter(Q(staff=by) | Q(until__lte=now), lead=lead)
    if not mine.update(staff=by, until=now + LEASE):
        try:
            with transaction.atomic():
                DeskClaim.objects.create(lead=lead, staff=by, until=now + LEASE)
        except IntegrityError:
            held = DeskClaim.objects.select_related("staff").filter(lead=lead).first()
            raise DeskRefused("claimed", held.staff.name if held else "") from None
        tell(lead)
    return DeskClaim.objects.get(lead=lead)


@transaction.atomic
def release(*, lead: Lead, by: StaffMember) -> None:
    """Put a lead back that this person had in hand."""
    if DeskClaim.objects.filter(lead=lead, staff=by).delete()[0]:
        tell(lead)


@transaction.atomic
def propose(*, lead: Lead, now: datetime, by: StaffMember | None = None) -> DispatchDecision:
    """Which dealer should have this lead; see `placing.propose`."""
    row = lock(lead.pk)
    _at_desk(row)
    decision = work_out(lead=row, now=now, by=by)
    tell(row)
    return decision


def _in_hand(lead: Lead, by: StaffMember, now: datetime) -> Lead:
    """The lead locked, in this person's hand, at the desk."""
    claim(lead=lead, by=by, now=now)
    row = lock(lead.pk)
    _at_desk(row)
    return row


def _at_desk(lead: Lead) -> None:
    if State(lead.state) not in AT_DESK:
        raise DeskRefused("not_at_desk")


@transaction.atomic
def confirm_region(*, lead: Lead, adcode: str, by: StaffMember, now: datetime) -> DispatchDecision:
    """The customer said on the phone where they live. Raises `DeskRefused` (`unknown_place`) for a code that is no city."""
    if gazetteer().city_of(adcode) is None:
        raise DeskRefused("unknown_place")
    row = _in_hand(lead, by, now)
    RegionEvidence.objects.update_or_create(
        lead=row,
        kind=EvidenceKind.DECLARED_CITY.value,
        adcode=adcode,
        defaults={"source": "desk_call", "at": now},
    )
    decision = work_out(lead=row, now=now, by=by)
    tell(row)
    return decision


@transaction.atomic
def record_consent(
    *, lead: Lead, dealers: list[Dealer], whole_network: bool, by: StaffMember, now: datetime
) -> DispatchDecision:
    """The customer agreed on the phone to be passed to these dealers, or to any dealer of the brand.

    Kept with the words that were read out, the person who asked and the time; then the proposal is worked out anew.
    """
    row = _in_hand(lead, by, now)
    if any(dealer.brand_id != row.brand_id for dealer in dealers):
        raise DeskRefused("other_brand")
    recipients = [OEM, *(dealer_token(dealer.code) for dealer in dealers), *([NETWORK] if whole_network else [])]
    if len(recipients) == 1:
        raise DeskRefused("consent_needed")
    given = give_consent(
        customer=row.customer,
        purpose=CONTACT,
        recipients=recipients,
        text_version=CALL.version,
        text_hash=CALL.hash,
        channel="call",
        event_id=None,
        now=now,
    )
    record(row, "consent", now=now, by=by, consent=str(given.pk), recipients=sorted(recipients), channel="call")
    decision = work_out(lead=row, now=now, by=by)
    tell(row)
    return decision


@transaction.atomic
def log_call(*, lead: Lead, connected: bool, seconds: int, note: str, by: StaffMember, now: datetime) -> FollowAction:
    """The desk called the customer: reached or not. Four failed tries on three days let the lead rest."""
    row = _in_hand(lead, by, now)
    action = FollowAction.objects.create(
        lead=row,
        kind="call",
        at=now,
        by=by,
        note=note.strip()[:LONGEST_NOTE],
        call_seconds=seconds,
        connected=connected,
    )
    record(row, "desk_call", now=now, by=by, action=action.pk, connected=connected)
    tell(row)
    return action


@transaction.atomic
def judge_level(*, lead: Lead, level: Level, version: int, by: StaffMember, now: datetime) -> DispatchDecision:
    """How soon the customer means to buy; in centralised mode level A lets the lead be dispatched."""
    row = _in_hand(lead, by, now)
    row = set_level(lead=row, level=level, by=by, version=version, now=now)
    return work_out(lead=row, now=now, by=by)


@transaction.atomic
def settle_request(*, lead: Lead, verb: Verb, reason: str, version: int, by: StaffMember, now: datetime) -> Lead:
    """Say yes or no to what a store asked for (a loss, a transfer), take the lead back, or close it; with a new proposal
    when it waits for another store. Raises `LeadRefused` as `leads.services.act` does."""
    row = _in_hand(lead, by, now)
    row = act(lead=row, verb=verb, by=by, version=version, reason=reason, now=now)
    if State(row.state) is State.OEM_QUEUE:
        work_out(lead=row, now=now, by=by)
    else:
        DeskClaim.objects.filter(lead=row).delete()
    return row


@transaction.atomic
def dispatch(*, lead: Lead, dealer: Dealer, by: StaffMember, now: datetime, version: int | None = None) -> Lead:
    """Pass a lead to a dealer, the proposed one or another that may have it. The dealer's round and deadline begin.

    Refused (`DeskRefused`): somebody else has the lead in hand, no consent names the dealer (ask first), the dealer is
    of another brand, not active, or not authorised for the series. Two people at once make one round, never two.
    """
    row = _in_hand(lead, by, now)
    if version is not None and row.state_version != version:
        raise DeskRefused("stale")
    if State(row.state) is not State.OEM_QUEUE:
        raise DeskRefused("not_at_desk")
    check_dealer(row, dealer, now)
    proposed = DispatchDecision.objects.filter(lead=row, kind="proposal").order_by("-at", "-pk").first()
    _receipt(row, dealer, proposed, by, now)
    give(lead=row, dealer=dealer, by=by, now=now)
    DeskClaim.objects.filter(lead=row).delete()
    return row


def check_dealer(lead: Lead, dealer: Dealer, now: datetime) -> None:
    """Raise `DeskRefused` unless law and contract let this dealer have this lead."""
    if dealer.brand_id != lead.brand_id:
        raise DeskRefused("other_brand")
    if dealer.status != "active":
        raise DeskRefused("not_active")
    today = business_day(now)
    held = BrandAuthorisation.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=today), dealer=dealer, valid_from__lte=today
    )
    if lead.series_id and not held.filter(series_id=lead.series_id).exists():
        raise DeskRefused("series_not_authorised")
    if not consent_covers(lead.customer_id, dealer.code):
        raise DeskRefused("consent_needed")


def _receipt(
    lead: Lead, dealer: Dealer, proposed: DispatchDecision | None, by: StaffMember, now: datetime
) -> DispatchDecision:
    """What the person decided, beside what was proposed."""
    followed = proposed is not None and proposed.chosen_id == dealer.pk
    zh, en = f"{by.name} 派发给 {dealer.code}。", f"{by.name} dispatched it to {dealer.code}."
    if proposed is not None and followed:
        zh, en = proposed.sentence_zh, proposed.sentence_en
    return DispatchDecision.objects.create(
        lead=lead,
        at=now,
        kind="confirmed" if followed else "desk",
        round_no=lead.round_no + 1,
        mode=lead.mode,
        rule_version=lead.rule_version,
        inputs=proposed.inputs if proposed else {},
        candidates=proposed.candidates if proposed else [],
        filtered=proposed.filtered if proposed else [],
        reach=proposed.reach if proposed else "",
        chosen=dealer,
        sentence_zh=zh,
        sentence_en=en,
        by=by,
    )
