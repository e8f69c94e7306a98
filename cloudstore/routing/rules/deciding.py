"""One decision about a new lead: its region, local or not, dealer or desk, and the dealer to dispatch it to.

Services and the rehearsal on paper call this same function; what it returns is the receipt that is kept with the lead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from cloudstore.leads.rules.levels import Level
from cloudstore.network.gazetteer import Gazetteer
from cloudstore.routing.rules.book import DealerBook
from cloudstore.routing.rules.dealers import Dealer
from cloudstore.routing.rules.matching import Candidate, Filtered, Lead, Match, match, may_receive
from cloudstore.routing.rules.modes import Locality, Mode, Outcome, Placement, place
from cloudstore.routing.rules.region import Evidence, Region, decide_region, is_local
from cloudstore.routing.rules.scoring import Terms, rounded
from cloudstore.routing.rules.sentences import Sentence, explain


@dataclass(frozen=True, slots=True)
class Settings:
    """What a published routing policy sets beside the mode.

    `assume_local_when_unknown`: in decentralised mode a lead of which only the account's region is known is local.
    """

    assume_local_when_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Everything that was decided about a lead, and why.

    `chosen` is the dealer that gets it now (`placement.outcome` is dealer) or that the desk is proposed; `match` is
    None when no search was made.
    """

    region: Region
    locality: Locality
    placement: Placement
    chosen: str | None
    match: Match | None
    sentence: Sentence


def locality_of(
    region: Region, source: Dealer | None, mode: Mode, settings: Settings, gazetteer: Gazetteer
) -> Locality:
    """Where the customer is, seen from the source dealer. Without a sure region nobody knows.

    In decentralised mode a policy may take a lead of which only the account's region is known as local. Without a
    source dealer a known region is remote to everybody.
    """
    if not region.automatic or region.adcode is None:
        assumed = settings.assume_local_when_unknown and mode is Mode.DECENTRALISED and region.only_account
        return Locality.LOCAL if assumed and source is not None else Locality.UNKNOWN
    if source is not None and is_local(region.adcode, source.territory, source.city, gazetteer):
        return Locality.LOCAL
    return Locality.REMOTE


def decide(
    lead: Lead,
    evidence: Iterable[Evidence],
    *,
    source: Dealer | None,
    mode: Mode,
    settings: Settings,
    level: Level,
    book: DealerBook,
    now: datetime,
    always_match: bool = False,
) -> Decision:
    """Decide about a new lead. Its `adcode` is replaced by the region the evidence leads to.

    Dealers are searched only when the outcome needs one, or with `always_match` for the receipt alone.
    """
    region = decide_region(evidence, book.gazetteer)
    lead = replace(lead, adcode=region.adcode or "")
    locality = locality_of(region, source, mode, settings, book.gazetteer)
    placement = place(
        mode,
        locality,
        source_open=None if source is None else may_receive(source, lead),
        level=level,
        region_known=region.automatic,
        now=now,
    )
    found = match(lead, book) if placement.match or always_match else None
    chosen = None
    if placement.outcome is Outcome.DEALER and source is not None:
        chosen = source.code
    elif placement.match and found is not None and found.chosen is not None:
        chosen = found.chosen.code
    sentence = explain(region, placement, chosen, found, book)
    return Decision(region, locality, placement, chosen, found, sentence)


def candidates_as_json(candidates: Iterable[Candidate]) -> list[dict[str, Any]]:
    """Candidates as they are stored and printed: terms and score as decimal text, rounded half-up to four places."""
    return [
        {"code": one.code, "terms": _terms_as_json(one.terms), "score": str(one.score), "km": _km_as_json(one.km)}
        for one in candidates
    ]


def filtered_as_json(filtered: Iterable[Filtered]) -> list[dict[str, Any]]:
    """Dealers that are out as they are stored and printed: the first filter each failed, and all of them."""
    return [
        {"code": one.code, "reason": one.failed[0].value, "reasons": [reason.value for reason in one.failed]}
        for one in filtered
    ]


def _terms_as_json(terms: Terms) -> Mapping[str, str]:
    return {
        name: str(rounded(value))
        for name, value in (("d", terms.d), ("q", terms.q), ("g", terms.g), ("f", terms.f), ("l", terms.l))
    }


def _km_as_json(km: Decimal | None) -> str | None:
    return None if km is None else str(km.quantize(Decimal("0.1"), "ROUND_HALF_UP"))
