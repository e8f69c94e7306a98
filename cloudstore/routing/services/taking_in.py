"""A submission comes in: who is it, do we have them already, where are they, who calls them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from cloudstore.connectors.messages import LeadSeen, Traffic
from cloudstore.connectors.webform.read import FormLead
from cloudstore.customers.models import Customer, Touch
from cloudstore.customers.queries import CONTACT, phone_index
from cloudstore.customers.rules.consent import OEM, dealer_token
from cloudstore.customers.services import give_consent, recognise, touch
from cloudstore.gateway.models import InboundEvent
from cloudstore.gateway.rules import Heard, Outcome
from cloudstore.grading.models import DealerTier
from cloudstore.kit.phone import BadPhone, normalise
from cloudstore.leads.models import Lead
from cloudstore.leads.rules.dedupe import Answer, Arriving, Standing, Verdict, climb
from cloudstore.leads.rules.reasons import Opening
from cloudstore.leads.rules.sources import source_class
from cloudstore.leads.rules.states import State
from cloudstore.leads.services import add_evidence, count_again, create, join, lock, open_round, wake, write
from cloudstore.network.gazetteer import gazetteer
from cloudstore.network.models import Account, Dealer, Series
from cloudstore.routing.models import DeskClaim
from cloudstore.routing.rules.consent_texts import DM_CARD
from cloudstore.routing.rules.region import EvidenceKind, evidence_from_text
from cloudstore.routing.services.deciding import policy_of, policy_of_lead
from cloudstore.routing.services.number_block import place_of_number
from cloudstore.routing.services.placing import propose, settle

WIDGET_LENGTH = 64
_OUTCOME = {Answer.CREATED: Outcome.CREATED, Answer.JOINED: Outcome.JOINED, Answer.DUPLICATE: Outcome.DUPLICATE}


@dataclass(frozen=True, slots=True)
class Visit:
    """What a submission says besides who it is."""

    message: LeadSeen
    event_id: int | None
    account: Account | None
    dealer: Dealer | None
    series: Series | None
    widget: str
    phone_index: bytes
    at: datetime
    platform: str


@transaction.atomic
def take_in(message: LeadSeen, *, event: InboundEvent, now: datetime) -> Heard:
    """Hear a lead: customer, dedupe ladder, evidence, then the dealer or the desk, all in one transaction.

    A number that cannot be called is rejected with the reason; its event is kept as it came. Safe beside other workers:
    one person is one customer, and of one customer only one submission is handled at a time.
    """
    try:
        phone = normalise(message.phone)
    except BadPhone as bad:
        return Heard(Outcome.REJECTED, reason=f"phone_{bad.problem.value}")
    visit = _visit(message, phone, event, now)
    open_id = (message.client_key, message.user_open_id) if message.user_open_id else None
    customer, _ = recognise(brand_id=event.brand_id, phone_e164=phone, open_id=open_id, name=message.name, now=now)
    # From here on only this worker handles this person.
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    verdict = climb(_arriving(customer, visit), standing_leads(customer))
    kind = _source_class(customer, visit)
    _touch(customer, visit, kind)
    _consent(customer, visit)
    lead = _carry_out(customer, visit, verdict, phone, kind, now)
    return Heard(_OUTCOME[verdict.answer], lead.pk, verdict.rung.value)


def _visit(message: LeadSeen, phone: str, event: InboundEvent, now: datetime) -> Visit:
    brand_id = event.brand_id
    accounts = Account.objects.select_related("dealer__region", "staff").filter(
        brand_id=brand_id, open_id=message.account_open_id
    )
    form = message if isinstance(message, FormLead) else None
    if form is None:
        accounts = accounts.filter(platform=message.platform)
    account = accounts.first() if message.account_open_id else None
    dealer = account.dealer if account else None
    if form is not None and form.dealer_code:
        named = Dealer.objects.select_related("region").filter(brand_id=brand_id, code=form.dealer_code).first()
        dealer = named or dealer
    moment = message.occurred_at
    return Visit(
        message=message,
        event_id=event.pk,
        account=account,
        dealer=dealer,
        series=series_named(brand_id, message.series_text),
        widget=(form.widget_code if form else message.card_id)[:WIDGET_LENGTH],
        phone_index=phone_index(brand_id, phone),
        # A platform's clock may run ahead of ours; nobody visits in the future.
        at=min(moment, now) if moment else now,
        platform=account.platform if account else message.platform,
    )


def series_named(brand_id: int, text: str) -> Series | None:
    """The one series that a text means: by code or name, or the only one whose name or code it contains."""
    tidy = "".join(text.split()).casefold()
    if not tidy:
        return None
    rows = list(Series.objects.filter(brand_id=brand_id))
    words = {row: {row.code.casefold(), "".join(row.name.split()).casefold()} for row in rows}
    exact = [row for row in rows if tidy in words[row]]
    if exact:
        return exact[0]
    within = [row for row in rows if any(word in tidy for word in words[row])]
    return within[0] if len(within) == 1 else None


def _arriving(customer: Customer, visit: Visit) -> Arriving:
    """The same click is the same number through the same widget; another number is news."""
    last = None
    if visit.widget:
        clicks = Touch.objects.filter(
            customer=customer, widget_code=visit.widget, phone_index=visit.phone_index, at__lte=visit.at
        )
        last = clicks.order_by("-at").values_list("at", flat=True).first()
    return Arriving(
        visit.at,
        str(customer.brand_id),
        series=visit.series.code if visit.series else "",
        dealer=visit.dealer.code if visit.dealer else "",
        last_same_click=last,
    )


def standing_leads(customer: Customer) -> list[Standing[Lead]]:
    """The customer's leads as the dedupe ladder sees them, merged ones left out."""
    rows = Lead.objects.select_related("series", "dealer").filter(customer=customer)
    leads = list(rows.exclude(state=State.MERGED.value).order_by("created_at"))
    owners = [lead.dealer_id for lead in leads if lead.dealer_id]
    tiers = dict(DealerTier.objects.filter(dealer_id__in=owners).values_list("dealer_id", "tier")) if owners else {}
    return [
        Standing(
            lead,
            str(lead.brand_id),
            State(lead.state),
            lead.created_at,
            lead.closed_at,
            frozenset({lead.series.code} if lead.series else ()),
            lead.dealer.code if lead.dealer else "",
            tiers.get(lead.dealer_id or 0, ""),
        )
        for lead in leads
    ]


def _source_class(customer: Customer, visit: Visit) -> str:
    traffic = visit.message.traffic
    paid = None if traffic is Traffic.UNKNOWN else traffic is Traffic.PAID
    last = Touch.objects.filter(customer=customer, at__lte=visit.at).order_by("-at", "-pk").first()
    return source_class(
        visit.message.scene.value,
        paid=paid,
        last_class=last.source_class if last else "",
        last_at=last.at if last else None,
        at=visit.at,
    )


def _touch(customer: Customer, visit: Visit, kind: str) -> None:
    touch(
        customer=customer,
        account=visit.account,
        scene=visit.message.scene.value,
        source_class=kind,
        platform=visit.platform,
        at=visit.at,
        item_id=visit.message.item_id[:64],
        room_id=visit.message.room_id[:64],
        widget_code=visit.widget,
        phone_index=visit.phone_index,
        event_id=visit.event_id,
    )


def _consent(customer: Customer, visit: Visit) -> None:
    """What the form's text named; a lead card names the account's dealer and the car maker."""
    message = visit.message
    if isinstance(message, FormLead):
        recipients, version, digest, channel = (
            message.consent_recipients,
            message.consent_version,
            message.consent_hash,
            "form",
        )
    else:
        dealer = (dealer_token(visit.dealer.code),) if visit.dealer else ()
        recipients, version, digest, channel = (OEM, *dealer), DM_CARD.version, DM_CARD.hash, "dm_card"
    if recipients:
        give_consent(
            customer=customer,
            purpose=CONTACT,
            recipients=recipients,
            text_version=version,
            text_hash=digest,
            channel=channel,
            event_id=visit.event_id,
            now=visit.at,
        )


def _carry_out(customer: Customer, visit: Visit, verdict: Verdict[Lead], phone: str, kind: str, now: datetime) -> Lead:
    if verdict.lead is None:
        return _new(customer, visit, verdict.linked_to, phone, kind, now)
    lead = lock(verdict.lead.pk)
    scene = visit.message.scene.value
    if verdict.answer is Answer.DUPLICATE:
        count_again(lead=lead, now=now, event_id=visit.event_id, scene=scene)
        return lead
    if verdict.new_round:
        wake(lead, now=now)
    detail = {"other_dealer": visit.dealer.code} if verdict.tell_oem and visit.dealer else {}
    join(lead=lead, now=now, event_id=visit.event_id, scene=scene, series=visit.series, **detail)
    _evidence(lead, visit, phone, now)
    if verdict.new_round:
        _reopened(lead, verdict.keep_owner, now)
    elif State(lead.state) is State.OEM_QUEUE:
        _better_known(lead, now)
    return lead


def _new(customer: Customer, visit: Visit, previous: Lead | None, phone: str, kind: str, now: datetime) -> Lead:
    policy = policy_of(customer.brand_id, dealer=visit.dealer, channel=visit.platform)
    lead = create(
        customer=customer,
        now=now,
        event_id=visit.event_id,
        previous=previous,
        series=visit.series,
        scene=visit.message.scene.value,
        platform=visit.platform,
        source_class=kind,
        source_account=visit.account,
        source_dealer=visit.dealer,
        item_id=visit.message.item_id[:64],
        room_id=visit.message.room_id[:64],
        widget_code=visit.widget,
        mode=policy.mode.value,
        rule_version=policy.version,
    )
    _evidence(lead, visit, phone, now)
    settle(lead=lead, policy=policy, now=now)
    return lead


def _evidence(lead: Lead, visit: Visit, phone: str, now: datetime) -> None:
    """Everything this submission hints at: city said or picked, block of the number, address, the account's own city."""
    message, book = visit.message, gazetteer()
    form = message if isinstance(message, FormLead) else None
    said = evidence_from_text(message.city_text, book, source="text") if message.city_text else None
    picked = form.declared_adcode if form and book.place(form.declared_adcode) else ""
    hints = [
        (EvidenceKind.DECLARED_CITY, picked or (said.adcode if said else ""), "form" if picked else "text"),
        (EvidenceKind.MOBILE_PREFIX, place_of_number(phone), "number_block"),
        (EvidenceKind.IP, form.ip_adcode if form and book.place(form.ip_adcode) else "", "form"),
        (EvidenceKind.ACCOUNT_REGION, visit.dealer.city_id if visit.dealer else "", "dealer"),
    ]
    for kind, adcode, source in hints:
        if adcode:
            add_evidence(lead=lead, kind=kind.value, adcode=adcode, source=source, now=now)


def _reopened(lead: Lead, keep_owner: bool, now: datetime) -> None:
    """Back within thirty days: to the store that knows the customer, or decided anew as if it were the first time."""
    if keep_owner and lead.dealer is not None and lead.dealer.status == "active":
        open_round(lead=lead, dealer=lead.dealer, reason=Opening.REOPENED, by=None, now=now)
        return
    write(lead, dealer=None, consultant=None)
    policy = policy_of(lead.brand_id, dealer=lead.source_dealer, channel=lead.platform)
    write(lead, mode=policy.mode.value, rule_version=policy.version)
    settle(lead=lead, policy=policy, now=now)


def _better_known(lead: Lead, now: datetime) -> None:
    """A lead that waits at the desk came again and may have said more; nobody's work in hand is taken away."""
    if DeskClaim.objects.filter(lead=lead, until__gt=now).exists():
        propose(lead=lead, now=now)
        return
    settle(lead=lead, policy=policy_of_lead(lead), now=now)
