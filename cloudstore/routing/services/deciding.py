"""One decision about one lead: read what is known, ask the rules, keep the receipt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from cloudstore.customers.queries import recipients_of
from cloudstore.customers.rules.consent import covers_dealer
from cloudstore.leads.models import Lead, RegionEvidence, Round
from cloudstore.leads.rules.levels import Level
from cloudstore.leads.rules.reasons import Closing
from cloudstore.network.gazetteer import gazetteer
from cloudstore.network.models import Dealer, StaffMember
from cloudstore.routing.models import DispatchDecision, RoutingPolicy
from cloudstore.routing.rules.book import DealerBook
from cloudstore.routing.rules.deciding import Decision, Settings, candidates_as_json, decide, filtered_as_json
from cloudstore.routing.rules.matching import Lead as MatchLead
from cloudstore.routing.rules.matching import Match, match
from cloudstore.routing.rules.modes import Mode, Outcome, Policy, policy_for
from cloudstore.routing.rules.region import Evidence, EvidenceKind, decide_region
from cloudstore.routing.rules.sentences import Sentence
from cloudstore.routing.services.book import arrival_p90, book_for, book_of_source

DEFAULT_VERSION = "default/v1"


@dataclass(frozen=True, slots=True)
class Bound:
    """The policy that a lead was taken in under; it stays with the lead when the brand changes its mind."""

    mode: Mode = Mode.HYBRID
    version: str = DEFAULT_VERSION
    assume_local_when_unknown: bool = False
    auto_dispatch: bool = False
    arrival_p90: Decimal | None = None


def policy_of(brand_id: int, *, dealer: Dealer | None, channel: str) -> Bound:
    """The published policy that fits a lead of this channel in the dealer's sales regions; hybrid when there is none."""
    rows = RoutingPolicy.objects.filter(brand_id=brand_id, state="published").select_related("region").order_by("-pk")
    policies = [Policy(row, row.region.path if row.region else "", row.channel) for row in rows]
    found = policy_for(policies, regions=_paths(dealer), channel=channel)
    return _bound(found) if found else Bound()


def policy_of_lead(lead: Lead) -> Bound:
    """The policy that the lead was bound to."""
    row = RoutingPolicy.objects.filter(brand_id=lead.brand_id, version=lead.rule_version).order_by("-pk").first()
    bound = _bound(row) if row else Bound()
    return replace(bound, mode=Mode(lead.mode)) if lead.mode else bound


def _paths(dealer: Dealer | None) -> list[str]:
    """The sales region of the dealer and those above it, the nearest first: `east/jiangsu/`, `east/`."""
    if dealer is None:
        return []
    parts = dealer.region.path.strip("/").split("/")
    return ["/".join(parts[:depth]) + "/" for depth in range(len(parts), 0, -1)]


def _bound(row: RoutingPolicy) -> Bound:
    given: dict[str, Any] = row.settings if isinstance(row.settings, dict) else {}
    try:
        p90 = Decimal(str(given["arrival_p90"])) if "arrival_p90" in given else None
    except InvalidOperation:
        p90 = None
    return Bound(
        Mode(row.mode),
        row.version,
        bool(given.get("assume_local_when_unknown")),
        bool(given.get("auto_dispatch")),
        p90,
    )


def evidence_of(lead: Lead) -> list[Evidence]:
    """What is known about where the customer is, oldest first."""
    rows = RegionEvidence.objects.filter(lead=lead).order_by("at", "pk")
    return [Evidence(EvidenceKind(row.kind), row.adcode, row.source, row.at) for row in rows]


def former_dealers(lead: Lead) -> tuple[str, ...]:
    """Codes of the dealers that had the lead in its present life, in order."""
    since = lead.reopened_at or lead.created_at
    rounds = Round.objects.filter(lead=lead, opened_at__gte=since).order_by("number")
    return tuple(rounds.values_list("dealer__code", flat=True))


def refused_dealers(lead: Lead) -> frozenset[str]:
    """Codes of the dealers that this customer said they do not want."""
    rounds = Round.objects.filter(lead__customer_id=lead.customer_id, close_reason=Closing.REFUSED.value)
    return frozenset(rounds.values_list("dealer__code", flat=True))


def as_match_lead(lead: Lead, adcode: str) -> MatchLead:
    """The lead as matching sees it."""
    return MatchLead(
        adcode,
        series=lead.series.code if lead.series else "",
        former=former_dealers(lead),
        refused=refused_dealers(lead),
        recipients=recipients_of(lead.customer_id),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What the rules said.

    `found` are the dealers that would be right for the customer whether or not they agreed to them yet: somebody who
    named one store in a chat should not end there only because nobody asked. `recipients` is whom they did agree to.
    """

    decision: Decision
    book: DealerBook
    found: Match | None
    recipients: frozenset[str]

    def covered(self, code: str) -> bool:
        """Whether the customer's consent names this dealer."""
        return covers_dealer(self.recipients, code)

    @property
    def best(self) -> str | None:
        """The dealer that the search came to; None as long as the region is not sure."""
        found = self.found.chosen if self.found and self.decision.region.automatic else None
        return found.code if found else None


def ask_rules(lead: Lead, policy: Bound, *, now: datetime, search: bool = True) -> Asked:
    """What the rules say of this lead as it is now.

    Without `search` the dealers around are looked up only when the lead is not its source's at once.
    """
    evidence = evidence_of(lead)
    known = as_match_lead(lead, decide_region(evidence, gazetteer()).adcode or "")
    alone = book_of_source(lead.source_dealer, now=now)
    decision = _decide(lead, known, evidence, policy, alone, now)
    recipients = frozenset(known.recipients or ())
    if not search and decision.placement.outcome is Outcome.DEALER:
        return Asked(decision, alone, None, recipients)
    p90 = policy.arrival_p90 if policy.arrival_p90 is not None else arrival_p90(lead.brand_id, now=now)
    also = [lead.source_dealer_id] if lead.source_dealer_id else []
    book = book_for(lead.brand_id, known.adcode, p90=p90, now=now, also=also)
    found = match(replace(known, recipients=None), book) if gazetteer().city_of(known.adcode) else None
    return Asked(decision, book, found, recipients)


def _decide(
    lead: Lead, known: MatchLead, evidence: list[Evidence], policy: Bound, book: DealerBook, now: datetime
) -> Decision:
    """Region, local or not, source or desk: what needs no other dealer than the source."""
    return decide(
        known,
        evidence,
        source=book.get(lead.source_dealer.code) if lead.source_dealer else None,
        mode=policy.mode,
        settings=Settings(policy.assume_local_when_unknown),
        level=Level(lead.level),
        book=book,
        now=now,
    )


def keep(
    lead: Lead,
    asked: Asked,
    *,
    kind: str,
    policy: Bound,
    chosen: str | None,
    sentence: Sentence,
    by: StaffMember | None,
    now: datetime,
) -> DispatchDecision:
    """Write the receipt of a decision: what went in, who could have had it, who was out and why, and the sentence."""
    found = asked.found
    dealer = Dealer.objects.filter(brand_id=lead.brand_id, code=chosen).first() if chosen else None
    candidates = candidates_as_json(found.candidates) if found else []
    return DispatchDecision.objects.create(
        lead=lead,
        at=now,
        kind=kind,
        round_no=lead.round_no + 1,
        mode=policy.mode.value,
        rule_version=policy.version,
        inputs=_inputs(lead, asked.decision),
        candidates=[one | {"consent": asked.covered(one["code"])} for one in candidates],
        filtered=filtered_as_json(found.filtered) if found else [],
        reach=found.reach.value if found and found.reach else "",
        ask_consent=chosen is not None and not asked.covered(chosen),
        chosen=dealer,
        sentence_zh=sentence.zh,
        sentence_en=sentence.en,
        by=by,
    )


def _inputs(lead: Lead, decision: Decision) -> dict[str, Any]:
    region = decision.region
    return {
        "adcode": region.adcode,
        "confidence": str(region.confidence),
        "automatic": region.automatic,
        "reason": region.reason.value,
        "locality": decision.locality.value,
        "outcome": decision.placement.outcome.value,
        "why": decision.placement.why.value,
        "level": lead.level,
        "series": lead.series.code if lead.series else "",
        "former": list(former_dealers(lead)),
        "evidence": [[one.kind.value, one.adcode] for one in evidence_of(lead)],
    }
