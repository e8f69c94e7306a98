"""Which city a customer is in, how sure that is, and whether it needs a person to ask (rules of the trade, section 7).

Evidence has an order: what the customer said > the plate > the number's block > the address of the device > the region
of the account they met us through. The strongest present names the city, each weaker one makes it more or less sure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from cloudstore.network.gazetteer import Gazetteer, Level, Reading


class EvidenceKind(StrEnum):
    """Kinds of evidence, strongest first."""

    DECLARED_CITY = "declared_city"
    PLATE = "plate"
    MOBILE_PREFIX = "mobile_prefix"
    IP = "ip"
    ACCOUNT_REGION = "account_region"


BASE: Mapping[EvidenceKind, Decimal] = {
    EvidenceKind.DECLARED_CITY: Decimal("1.0"),
    EvidenceKind.PLATE: Decimal("0.8"),
    EvidenceKind.MOBILE_PREFIX: Decimal("0.6"),
    EvidenceKind.IP: Decimal("0.5"),
    EvidenceKind.ACCOUNT_REGION: Decimal("0.2"),
}
STEP = Decimal("0.1")
SURE_ENOUGH = Decimal("0.6")
_STRENGTH = {kind: rank for rank, kind in enumerate(EvidenceKind)}
_ZERO, _ONE = Decimal("0.00"), Decimal("1.00")

#: What the fields of the platforms are worth as evidence.
KIND_OF_FIELD: Mapping[str, EvidenceKind] = {
    "city_name": EvidenceKind.DECLARED_CITY,
    "auto_city_name": EvidenceKind.IP,
    "telephone_address": EvidenceKind.MOBILE_PREFIX,
    "telephone_location": EvidenceKind.MOBILE_PREFIX,
    "tel_addr": EvidenceKind.MOBILE_PREFIX,
}


class Certainty(StrEnum):
    """Why a region is taken as it is, or why somebody has to ask."""

    CONFIDENT = "confident"
    CONFLICT = "conflict"
    LOW_CONFIDENCE = "low_confidence"
    PROVINCE_ONLY = "province_only"
    NO_EVIDENCE = "no_evidence"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One hint: a six-digit code of any level, where it came from and when. Of two of a kind the later one counts."""

    kind: EvidenceKind
    adcode: str
    source: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """The decision: the code the strongest evidence names (a district stays a district), and how sure it is (0 to 1)."""

    adcode: str | None
    kind: EvidenceKind | None
    confidence: Decimal
    automatic: bool
    reason: Certainty
    only_account: bool = False


def evidence_from_text(text: str, book: Gazetteer, *, within: str = "", source: str = "") -> Evidence | None:
    """What somebody typed as their city, as declared evidence, if it names exactly one city; None otherwise."""
    found = book.find(text, within)
    if found.reading is not Reading.EXACT or found.place is None or book.city_of(found.place.adcode) is None:
        return None
    return Evidence(EvidenceKind.DECLARED_CITY, found.place.adcode, source)


def decide_region(evidence: Iterable[Evidence], book: Gazetteer) -> Region:
    """The region of a lead from all evidence about it.

    Automatic when the confidence reaches 0.6 and no two weaker sources agree with each other on another city (what the
    customer said stands against any such pair). A province alone is no city: somebody has to ask. Codes of divisions
    the table does not know count as no evidence.
    """
    ranked = _ranked(evidence, book)
    if not ranked:
        return Region(None, None, _ZERO, False, Certainty.NO_EVIDENCE)
    chosen, weaker = ranked[0], ranked[1:]
    confidence = BASE[chosen.kind] + STEP * sum(_agreement(chosen.adcode, other.adcode, book) for other in weaker)
    confidence = min(_ONE, max(_ZERO, confidence)).quantize(_ZERO)
    reason = Certainty.CONFIDENT
    if book.city_of(chosen.adcode) is None:
        reason = Certainty.PROVINCE_ONLY
    elif confidence < SURE_ENOUGH:
        reason = Certainty.LOW_CONFIDENCE
    elif chosen.kind is not EvidenceKind.DECLARED_CITY and _others_agree(chosen.adcode, weaker, book):
        reason = Certainty.CONFLICT
    only_account = chosen.kind is EvidenceKind.ACCOUNT_REGION
    return Region(chosen.adcode, chosen.kind, confidence, reason is Certainty.CONFIDENT, reason, only_account)


def _ranked(evidence: Iterable[Evidence], book: Gazetteer) -> list[Evidence]:
    """The latest evidence of each kind, strongest first; a later place in the list breaks a tie of times."""
    latest: dict[EvidenceKind, Evidence] = {}
    for one in evidence:
        if book.city_of(one.adcode) is None and not _is_province(one.adcode, book):
            continue
        before = latest.get(one.kind)
        if before is None or before.at is None or one.at is None or one.at >= before.at:
            latest[one.kind] = one
    return sorted(latest.values(), key=lambda one: _STRENGTH[one.kind])


def _is_province(adcode: str, book: Gazetteer) -> bool:
    place = book.place(adcode)
    return place is not None and place.level is Level.PROVINCE


def _agreement(chosen: str, other: str, book: Gazetteer) -> int:
    """1 when the two name the same city, -1 when they exclude each other, 0 when the other only names the province."""
    city, other_city = book.city_of(chosen), book.city_of(other)
    if city and other_city:
        return 1 if city == other_city else -1
    if book.province_of(chosen) != book.province_of(other):
        return -1
    return 0 if city else 1


def _others_agree(chosen: str, weaker: Sequence[Evidence], book: Gazetteer) -> bool:
    """Whether two weaker sources agree with each other on another city than the chosen one."""
    cities = Counter(book.city_of(one.adcode) for one in weaker)
    return any(count > 1 for city, count in cities.items() if city not in (None, book.city_of(chosen)))


def is_local(adcode: str, territory: Collection[str], own_city: str, book: Gazetteer) -> bool:
    """Whether a region lies in a dealer's territory: its district first, then its city, then its province.

    A dealer without any territory row serves its own city. A county counts to its prefecture, so a territory of Suzhou
    contains Kunshan; a territory of one district does not contain a customer of whom only the city is known.
    """
    if territory:
        return any(link in territory for link in book.chain(adcode))
    city = book.city_of(adcode)
    return city is not None and city == book.city_of(own_city)
