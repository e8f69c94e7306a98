"""Everything that the desk looks at before it decides about one lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language

from cloudstore.customers.models import Consent, Touch
from cloudstore.customers.queries import standing_consents
from cloudstore.customers.rules.consent import NETWORK, OEM, covers_dealer
from cloudstore.leads import queries as leads
from cloudstore.leads.models import Lead, LeadEvent, RegionEvidence
from cloudstore.leads.rules.hands import AT_DESK, Hand, verbs_of
from cloudstore.leads.rules.states import State
from cloudstore.leads.services import last_request
from cloudstore.network.models import Dealer
from cloudstore.network.scope import Scope, dealers_of, scoped
from cloudstore.routing.models import DeskClaim, DispatchDecision
from cloudstore.routing.queries.queue import held_by, place_name
from cloudstore.routing.rules.consent_texts import CALL
from cloudstore.routing.rules.region import BASE, EvidenceKind

_REQUESTS = frozenset({State.LOST_PENDING, State.TRANSFER_PENDING})
_OTHERS = 10


@dataclass(frozen=True, slots=True)
class Hint:
    """One piece of evidence: its kind, the place it names, how much the kind alone is worth, when it came."""

    kind: str
    place: str
    worth: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A store that may have the lead: kilometres, its five terms and score, and whether the customer agreed to it."""

    dealer: Dealer
    km: str
    terms: dict[str, str]
    score: str
    agreed: bool
    proposed: bool


@dataclass(frozen=True, slots=True)
class Out:
    """A store that may not have the lead, and every reason."""

    dealer: Dealer
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Agreed:
    """To whom the customer may be passed: any store of the network, the named ones, or nobody but the brand."""

    network: bool
    dealers: list[Dealer]
    brand: bool
    consents: list[Consent]
    words: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """The latest decision about the lead, in the reader's language."""

    decision: DispatchDecision
    sentence: str
    certainty: str
    why: str
    candidates: list[Candidate]
    out: list[Out]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One lead on the desk. `verbs` is what the desk can do with it now; empty while somebody else has it in hand."""

    lead: Lead
    place: str
    held: DeskClaim | None
    mine: bool
    waits: bool
    asked: LeadEvent | None
    verbs: frozenset[str]
    hints: list[Hint]
    agreed: Agreed
    proposal: Proposal | None
    others: list[Lead]
    touches: list[Touch]
    lines: list[leads.Line]


def full(rows: QuerySet[Lead]) -> QuerySet[Lead]:
    """With everything that a sheet shows."""
    return rows.select_related(
        "customer", "series", "dealer", "brand", "source_dealer__region", "source_account", "claim__staff"
    )


def sheet(lead: Lead, scope: Scope, now: datetime) -> Sheet:
    """Everything about one lead, in a number of queries that does not grow with what it finds."""
    held = held_by(lead, now)
    mine = held is not None and held.staff_id == scope.staff.pk
    waits = State(lead.state) in AT_DESK
    consents = list(standing_consents(lead.customer_id))
    recipients = frozenset(name for one in consents for name in one.recipients)
    decision = DispatchDecision.objects.filter(lead=lead).order_by("-at", "-pk").first()
    stores = _stores(scope, decision, recipients)
    others = scoped(Lead.objects.filter(customer_id=lead.customer_id), scope).exclude(pk=lead.pk)
    verbs = verbs_of(Hand.DESK, State(lead.state)) if waits and (mine or held is None) else frozenset()
    return Sheet(
        lead=lead,
        place=place_name(lead.adcode),
        held=held,
        mine=mine,
        waits=waits,
        asked=last_request(lead, State(lead.state)) if State(lead.state) in _REQUESTS else None,
        verbs=frozenset(verb.value for verb in verbs),
        hints=_hints(lead),
        agreed=_agreed(lead, consents, recipients, stores),
        proposal=_proposal(decision, recipients, stores) if decision else None,
        others=list(others.select_related("dealer", "series").order_by("-created_at")[:_OTHERS]),
        touches=leads.touches(lead, scope),
        lines=leads.story(lead, scope),
    )


def lines_of(lead: Lead, scope: Scope) -> list[leads.Line]:
    """The history, the newest first."""
    return leads.story(lead, scope)


def last_change(lead: Lead) -> LeadEvent | None:
    """What last happened to a lead."""
    return LeadEvent.objects.select_related("actor").filter(lead=lead).order_by("-at", "-pk").first()


def _hints(lead: Lead) -> list[Hint]:
    """The evidence, the strongest kind first and of a kind the latest first."""
    order = {kind.value: rank for rank, kind in enumerate(EvidenceKind)}
    rows = list(RegionEvidence.objects.filter(lead=lead).order_by("-at", "-pk"))
    rows.sort(key=lambda one: order.get(one.kind, len(order)))
    return [Hint(one.kind, place_name(one.adcode), BASE[EvidenceKind(one.kind)], one.at) for one in rows]


def _stores(scope: Scope, decision: DispatchDecision | None, recipients: frozenset[str]) -> dict[str, Dealer]:
    """Every store that the sheet names, by code, in one query."""
    codes = {name.removeprefix("dealer:") for name in recipients if name.startswith("dealer:")}
    if decision is not None:
        codes |= {one["code"] for one in (*decision.candidates, *decision.filtered)}
    rows = dealers_of(scope).filter(code__in=codes).select_related("region", "current_tier")
    return {row.code: row for row in rows}


def _agreed(lead: Lead, consents: list[Consent], recipients: frozenset[str], stores: Mapping[str, Dealer]) -> Agreed:
    named = sorted(name.removeprefix("dealer:") for name in recipients if name.startswith("dealer:"))
    return Agreed(
        network=NETWORK in recipients,
        dealers=[stores[code] for code in named if code in stores],
        brand=OEM in recipients,
        consents=consents,
        words=_said(CALL.zh, CALL.en),
    )


def _proposal(decision: DispatchDecision, recipients: frozenset[str], stores: Mapping[str, Dealer]) -> Proposal:
    candidates = [_candidate(one, decision, recipients, stores) for one in decision.candidates if one["code"] in stores]
    return Proposal(
        decision=decision,
        sentence=_said(decision.sentence_zh, decision.sentence_en),
        certainty=decision.inputs.get("reason", ""),
        why=decision.inputs.get("why", ""),
        candidates=candidates,
        out=[Out(stores[one["code"]], one["reasons"]) for one in decision.filtered if one["code"] in stores],
    )


def _candidate(
    one: Mapping[str, Any], decision: DispatchDecision, recipients: frozenset[str], stores: Mapping[str, Dealer]
) -> Candidate:
    dealer = stores[one["code"]]
    return Candidate(
        dealer=dealer,
        km=one["km"] or "",
        terms=one["terms"],
        score=one["score"],
        agreed=covers_dealer(recipients, dealer.code),
        proposed=decision.chosen_id == dealer.pk,
    )


def _said(zh: str, en: str) -> str:
    """What is kept in both languages, in the reader's."""
    return zh if (get_language() or "").startswith("zh") else en
