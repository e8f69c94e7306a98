"""The dealers of a brand, indexed so that a lead meets only those that may matter to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from cloudstore.network.gazetteer import Gazetteer
from cloudstore.routing.rules.dealers import Dealer, Point, haversine_km
from cloudstore.routing.rules.scoring import Terms, Way, terms_of, way_of

_REMEMBERED_POINTS = 4096
_METRE = Decimal("0.001")


class DealerBook:
    """The dealers of one brand, found by territory, by distance and by province.

    `arrival_p90` is the brand's 90th percentile of arrival rates. Building it costs one pass over the dealers. `replace` brings in a newer view of a dealer (one lead more) without
    touching the indexes, so a batch of leads can be matched against one book.
    """

    def __init__(self, dealers: Iterable[Dealer], gazetteer: Gazetteer, arrival_p90: Decimal = Decimal(0)) -> None:
        self.gazetteer = gazetteer
        self.arrival_p90 = arrival_p90
        self._dealers = {dealer.code: dealer for dealer in dealers}
        self._by_division: dict[str, list[str]] = defaultdict(list)
        self._by_province: dict[str, list[str]] = defaultdict(list)
        self._serving: dict[str, list[str]] = {}
        self._ways: dict[Point, dict[str, Way]] = {}
        self._nearest: dict[Point, list[tuple[Decimal, str]]] = {}
        self._terms: dict[str, tuple[Terms, Decimal]] = {}
        for code, dealer in self._dealers.items():
            own_city = gazetteer.city_of(dealer.city)
            for adcode in dealer.territory or ({own_city} if own_city else ()):
                self._by_division[adcode].append(code)
            for province in {gazetteer.province_of(adcode) for adcode in (dealer.city, *dealer.territory)} - {None}:
                self._by_province[str(province)].append(code)

    def __iter__(self) -> Iterator[Dealer]:
        return iter(self._dealers.values())

    def get(self, code: str | None) -> Dealer | None:
        """The dealer with this code, or None."""
        return self._dealers.get(code) if code else None

    def replace(self, dealer: Dealer) -> None:
        """A newer view of a dealer already here; its place, city and territory must be the same as before."""
        self._dealers[dealer.code] = dealer
        self._terms.pop(dealer.code, None)

    def terms(self, dealer: Dealer) -> tuple[Terms, Decimal]:
        """The dealer's terms at no distance, and what they add up to without the distance term."""
        known = self._terms.get(dealer.code)
        if known is None:
            terms = terms_of(dealer, None, self.arrival_p90)
            known = self._terms[dealer.code] = (terms, terms.standing())
        return known

    def serving(self, adcode: str) -> list[Dealer]:
        """Dealers whose territory contains the region (a dealer without territory rows serves its own city)."""
        codes = self._serving.get(adcode)
        if codes is None:
            links = self.gazetteer.chain(adcode)
            codes = list(dict.fromkeys(code for link in links for code in self._by_division.get(link, ())))
            self._serving[adcode] = codes
        return [self._dealers[code] for code in codes]

    def in_province(self, adcode: str) -> list[Dealer]:
        """Dealers of the province in which the region lies."""
        province = self.gazetteer.province_of(adcode)
        return [self._dealers[code] for code in self._by_province.get(province or "", ())]

    def way(self, point: Point, dealer: Dealer) -> Way:
        """How far the dealer is from a point."""
        known = self._ways.get(point)
        if known is None:
            known = self._remember(point)
        way = known.get(dealer.code)
        if way is None:
            km = Decimal(haversine_km(point, dealer.point)).quantize(_METRE) if dealer.point else None
            way = known[dealer.code] = way_of(km)
        return way

    def near(self, point: Point) -> Sequence[tuple[Decimal, str]]:
        """All dealers with a known place as (kilometres, code), nearest first."""
        nearest = self._nearest.get(point)
        if nearest is None:
            pairs = ((self.way(point, dealer).km, dealer.code) for dealer in self._dealers.values())
            nearest = self._nearest[point] = sorted((km, code) for km, code in pairs if km is not None)
        return nearest

    def _remember(self, point: Point) -> dict[str, Way]:
        """A place for the distances from a point. Most leads share the point of their city, so few points recur often."""
        if len(self._ways) >= _REMEMBERED_POINTS:
            self._ways.clear()
            self._nearest.clear()
        return self._ways.setdefault(point, {})
