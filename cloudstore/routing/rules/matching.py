"""Which dealer gets a lead that has to be dispatched, with a receipt (rules of the trade, section 8).

Hard filters first, each with its reason. Then reach: the dealers whose territory contains the region; when none of them
passes, those within 50, then 100, then 200 km; at last the nearest one of the province. Then the score of `scoring`.

Nothing here is random: equal scores go to the dealer with fewer leads in 24 hours, then to the one that waited longest,
then by code.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from cloudstore.customers.rules.consent import NETWORK, covers_dealer
from cloudstore.routing.rules.book import DealerBook
from cloudstore.routing.rules.dealers import Dealer, Point
from cloudstore.routing.rules.scoring import Terms, Way, rounded, way_of

RADII_KM = (Decimal(50), Decimal(100), Decimal(200))
_ZERO = Decimal(0)
_NEVER = datetime.min.replace(tzinfo=UTC)


class Filter(StrEnum):
    """Why a dealer is out, in the order in which the filters are asked."""

    CONSENT = "consent_does_not_cover"
    INACTIVE = "inactive"
    BRAND = "brand_not_authorised"
    SERIES = "series_not_authorised"
    OPEN_FULL = "capacity_open_full"
    DAY_FULL = "capacity_day_full"
    FORMER = "former_round"
    REFUSED = "refused_by_customer"
    SUSPENDED = "sla_suspended"
    TIER_D = "tier_d_in_round_1"
    OUT_OF_REACH = "out_of_reach"


class Reach(StrEnum):
    """How wide the search had to go."""

    TERRITORY = "territory"
    KM_50 = "within_50_km"
    KM_100 = "within_100_km"
    KM_200 = "within_200_km"
    PROVINCE = "nearest_in_province"
    WISH = "customers_wish"


_RADII = tuple(zip(RADII_KM, (Reach.KM_50, Reach.KM_100, Reach.KM_200), strict=True))


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead as matching sees it.

    `recipients` are those the customer's consent names (None: not asked here, everybody). `former` are dealers of
    earlier rounds, `refused` those the customer does not want, `wish` the one they asked for. `km` overrides measured
    distances by dealer code; `point` is latitude and longitude, by default that of the region.
    """

    adcode: str
    brand: str = ""
    series: str = ""
    point: Point | None = None
    former: tuple[str, ...] = ()
    refused: frozenset[str] = frozenset()
    recipients: Collection[str] | None = None
    wish: str = ""
    km: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def round_no(self) -> int:
        """The number of the round that would open now."""
        return len(self.former) + 1


class Candidate(NamedTuple):
    """A dealer that passed all filters, with its distance (None: not known), its terms and its score."""

    code: str
    km: Decimal | None
    terms: Terms
    score: Decimal


@dataclass(frozen=True, slots=True)
class Filtered:
    """A dealer that was looked at and is out, with every filter it failed, in their order."""

    code: str
    failed: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """The receipt: candidates best first, dealers filtered out by code, how far the search went, for which round."""

    candidates: tuple[Candidate, ...]
    filtered: tuple[Filtered, ...]
    reach: Reach | None
    round_no: int

    @property
    def chosen(self) -> Candidate | None:
        """The dealer that gets the lead, or None."""
        return self.candidates[0] if self.candidates else None


def failed_filters(dealer: Dealer, lead: Lead) -> tuple[Filter, ...]:
    """Every hard filter but reach that keeps this dealer from this lead; empty when it may have it."""
    return () if _passes(dealer, lead) else _failures(dealer, lead)


def _consents(dealer: Dealer, lead: Lead) -> bool:
    named = lead.recipients
    return named is None or NETWORK in named or covers_dealer(named, dealer.code)


def _authorised(dealer: Dealer, lead: Lead) -> bool:
    return dealer.series is None or not lead.series or lead.series in dealer.series


def _passes(dealer: Dealer, lead: Lead) -> bool:
    """The filters asked all at once: nearly every dealer that is looked at passes, and then no list is needed."""
    return (
        dealer.active
        and not dealer.suspended
        and dealer.open < dealer.capacity_open
        and dealer.today < dealer.capacity_day
        and (dealer.tier != "D" or bool(lead.former))
        and dealer.code not in lead.former
        and dealer.code not in lead.refused
        and (dealer.brand == lead.brand or not dealer.brand or not lead.brand)
        and _authorised(dealer, lead)
        and _consents(dealer, lead)
    )


def _failures(dealer: Dealer, lead: Lead) -> tuple[Filter, ...]:
    checks = (
        (Filter.CONSENT, not _consents(dealer, lead)),
        (Filter.INACTIVE, not dealer.active),
        (Filter.BRAND, dealer.brand != lead.brand and bool(dealer.brand and lead.brand)),
        (Filter.SERIES, not _authorised(dealer, lead)),
        (Filter.OPEN_FULL, dealer.open >= dealer.capacity_open),
        (Filter.DAY_FULL, dealer.today >= dealer.capacity_day),
        (Filter.FORMER, dealer.code in lead.former),
        (Filter.REFUSED, dealer.code in lead.refused),
        (Filter.SUSPENDED, dealer.suspended),
        (Filter.TIER_D, dealer.tier == "D" and not lead.former),
    )
    return tuple(reason for reason, failed in checks if failed)


#: What keeps even the source dealer from its own local lead: law, contract, the customer's word and a round it had.
#: How busy it is does not.
BARS_SOURCE = frozenset({Filter.CONSENT, Filter.INACTIVE, Filter.BRAND, Filter.SERIES, Filter.FORMER, Filter.REFUSED})


def may_receive(dealer: Dealer, lead: Lead) -> bool:
    """Whether the source dealer may have its own local lead."""
    return BARS_SOURCE.isdisjoint(failed_filters(dealer, lead))


def match(lead: Lead, book: DealerBook) -> Match:
    """The dealers for a lead, best first. The receipt names every dealer that was looked at, not the whole network."""
    search = _Search(lead, book)
    wished = book.get(lead.wish)
    if wished is not None and search.admits([wished]):
        return search.receipt(Reach.WISH)
    if search.admits(book.serving(lead.adcode)):
        return search.receipt(Reach.TERRITORY)
    for radius, reach in _RADII:
        if search.admits(search.within(radius)):
            return search.receipt(reach)
    if search.admits_nearest(book.in_province(lead.adcode)):
        return search.receipt(Reach.PROVINCE)
    return search.receipt(None)


class _Search:
    """One search: who was looked at already, who passed, who is out."""

    def __init__(self, lead: Lead, book: DealerBook) -> None:
        self.lead, self.book = lead, book
        self.point = lead.point or self._point_of_region()
        self.passed: list[Dealer] = []
        self.out: dict[str, tuple[Filter, ...]] = {}

    def _point_of_region(self) -> Point | None:
        place = self.book.gazetteer.place(self.lead.adcode)
        return (place.lat, place.lon) if place else None

    def way(self, dealer: Dealer) -> Way:
        given = self.lead.km.get(dealer.code) if self.lead.km else None
        if given is None and self.point is not None:
            return self.book.way(self.point, dealer)
        return way_of(given)

    def admits(self, dealers: Iterable[Dealer]) -> bool:
        """Whether any of these passes; those seen in a narrower search are not asked again."""
        for dealer in dealers:
            if dealer.code in self.out:
                continue
            failed = failed_filters(dealer, self.lead)
            if failed:
                self.out[dealer.code] = failed
            else:
                self.passed.append(dealer)
        return bool(self.passed)

    def within(self, radius: Decimal) -> list[Dealer]:
        """Dealers at most `radius` km away."""
        near = [code for code, km in self.lead.km.items() if km <= radius]
        if self.point:
            for km, code in self.book.near(self.point):
                if km > radius:
                    break
                if code not in self.lead.km:
                    near.append(code)
        return [dealer for code in near if (dealer := self.book.get(code)) is not None]

    def admits_nearest(self, dealers: Iterable[Dealer]) -> bool:
        """Whether any of these passes; only the nearest one that does is kept, the others are out of reach."""
        if not self.admits(dealers):
            return False
        nearest = min(self.passed, key=self._distance)
        self.out |= {dealer.code: (Filter.OUT_OF_REACH,) for dealer in self.passed if dealer is not nearest}
        self.passed = [nearest]
        return True

    def _distance(self, dealer: Dealer) -> tuple[bool, Decimal, str]:
        km = self.way(dealer).km
        return km is None, km or _ZERO, dealer.code

    def receipt(self, reach: Reach | None) -> Match:
        ranked = sorted(map(self._ranked, self.passed))
        out = tuple(Filtered(code, self.out[code]) for code in sorted(self.out))
        return Match(tuple(candidate for *_, candidate in ranked), out, reach, self.lead.round_no)

    def _ranked(self, dealer: Dealer) -> tuple[Decimal, int, datetime, str, Candidate]:
        km, near, part = self.way(dealer)
        (_, q, g, f, load), standing = self.book.terms(dealer)
        score = rounded(part + standing)
        candidate = Candidate(dealer.code, km, Terms(near, q, g, f, load), score)
        return -score, dealer.assigned_24h, dealer.last_assigned_at or _NEVER, dealer.code, candidate
