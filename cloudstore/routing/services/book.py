"""The dealers of a brand as matching sees them at this moment: only those that may matter to one region."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from math import cos, radians
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from cloudstore.grading.models import DealerTier
from cloudstore.kit.clock import business_day, day_start
from cloudstore.leads.models import Lead, Round
from cloudstore.leads.rules.reasons import Closing
from cloudstore.leads.rules.sla import BREACH_WINDOW, PAUSE, paused_until
from cloudstore.leads.rules.states import WITH_DEALER, State
from cloudstore.network.gazetteer import gazetteer
from cloudstore.network.models import BrandAuthorisation, Dealer, Territory
from cloudstore.routing.models import DealerFigures
from cloudstore.routing.rules.book import DealerBook
from cloudstore.routing.rules.dealers import Dealer as MatchDealer
from cloudstore.routing.rules.dealers import fair_shares
from cloudstore.routing.rules.matching import RADII_KM
from cloudstore.routing.services.figures import rebuild_brand

FAIRNESS = timedelta(days=30)
#: Leads that fill a dealer's capacity: with it and still to be worked.
OPEN = [state.value for state in WITH_DEALER] + [State.LOST_PENDING.value, State.TRANSFER_PENDING.value]
_KM_PER_DEGREE = 111.0


def arrival_p90(brand_id: int, *, now: datetime) -> Decimal:
    """The 90th percentile (nearest rank) of the brand's arrival rates; 0 while nobody has arrived anywhere."""
    rates = _rates(brand_id)
    if not rates and Dealer.objects.filter(brand_id=brand_id).exists():
        rebuild_brand(brand_id, now=now)
        rates = _rates(brand_id)
    if not rates:
        return Decimal(0)
    rank = -(-len(rates) * 9 // 10)
    return rates[rank - 1]


def _rates(brand_id: int) -> list[Decimal]:
    return sorted(DealerFigures.objects.filter(dealer__brand_id=brand_id).values_list("arrival_rate", flat=True))


def book_for(brand_id: int, adcode: str, *, p90: Decimal, now: datetime, also: Collection[int] = ()) -> DealerBook:
    """The book of dealers that a lead in `adcode` can meet: of its territory, within 200 km, or of its province.

    `p90` is the brand's 90th percentile of arrival rates; `also` are ids of dealers that must be in it
    (the source). Nine queries, however large the network.
    """
    rows = list(_reachable(brand_id, adcode, also).select_related("city"))
    ids = [row.pk for row in rows]
    territories = _sets(Territory.objects.filter(dealer_id__in=ids), "adcode")
    series = _sets(_authorised(ids, now), "series__code")
    load, recent, paused = _load(ids), _recent(ids, now), _paused(ids, now)
    tiers = dict(DealerTier.objects.filter(dealer_id__in=ids).values_list("dealer_id", "tier"))
    rates = dict(DealerFigures.objects.filter(dealer_id__in=ids).values_list("dealer_id", "arrival_rate"))
    dealers = []
    for row in rows:
        seen = recent.get(row.pk, {})
        dealers.append(
            MatchDealer(
                code=row.code,
                city=row.city_id,
                point=(row.lat, row.lon),
                territory=frozenset(territories.get(row.pk, ())),
                series=frozenset(series.get(row.pk, ())),
                active=row.status == "active",
                suspended=row.pk in paused,
                tier=tiers.get(row.pk, "N"),
                arrival_rate=rates.get(row.pk, Decimal(0)),
                open=load.get(row.pk, 0),
                capacity_open=row.capacity_open,
                today=seen.get("today", 0),
                capacity_day=row.capacity_day,
                assigned_24h=seen.get("day", 0),
                last_assigned_at=seen.get("last"),
            )
        )
    book = DealerBook(dealers, gazetteer(), p90)
    counts = {row.code: recent.get(row.pk, {}).get("month", 0) for row in rows}
    _share_fairly(book, adcode, counts)
    return book


def book_of_source(dealer: Dealer | None, *, now: datetime) -> DealerBook:
    """The source dealer alone, with what law and contract say of it: territory, series, active. Two queries.

    How busy it is, or how well it works, never keeps a local lead from it, so that is not looked up.
    """
    if dealer is None:
        return DealerBook((), gazetteer())
    alone = MatchDealer(
        code=dealer.code,
        city=dealer.city_id,
        point=(dealer.lat, dealer.lon),
        territory=frozenset(Territory.objects.filter(dealer=dealer).values_list("adcode", flat=True)),
        series=frozenset(_authorised([dealer.pk], now).values_list("series__code", flat=True)),
        active=dealer.status == "active",
    )
    return DealerBook([alone], gazetteer())


def _share_fairly(book: DealerBook, adcode: str, counts: dict[str, int]) -> None:
    """Target and actual share within the territory of the region; the dealers around it share among themselves."""
    inside = {dealer.code for dealer in book.serving(adcode)}
    for group in ([one for one in book if one.code in inside], [one for one in book if one.code not in inside]):
        shares = fair_shares({one.code: one.capacity_open for one in group}, counts)
        for one in group:
            target, actual = shares[one.code]
            book.replace(replace(one, target_share=target, actual_share=actual))


def _reachable(brand_id: int, adcode: str, also: Collection[int]) -> QuerySet[Dealer]:
    if not adcode:
        return Dealer.objects.filter(brand_id=brand_id, pk__in=list(also)).order_by("code")
    table = gazetteer()
    place = table.place(adcode)
    chain = table.chain(adcode) or (adcode,)
    near = Q(territories__adcode__in=chain) | Q(city__adcode__startswith=adcode[:2]) | Q(pk__in=list(also))
    if place is not None:
        reach = float(RADII_KM[-1]) / _KM_PER_DEGREE
        wide = reach / max(0.2, cos(radians(place.lat)))
        near |= Q(lat__range=(place.lat - reach, place.lat + reach), lon__range=(place.lon - wide, place.lon + wide))
    return Dealer.objects.filter(near, brand_id=brand_id).distinct().order_by("code")


def _authorised(ids: list[int], now: datetime) -> QuerySet[BrandAuthorisation]:
    today = business_day(now)
    return BrandAuthorisation.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=today), dealer_id__in=ids, valid_from__lte=today
    )


def _sets(rows: QuerySet[Any], column: str) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for dealer_id, value in rows.values_list("dealer_id", column):
        found.setdefault(dealer_id, []).append(value)
    return found


def _load(ids: list[int]) -> dict[int, int]:
    rows = Lead.objects.filter(dealer_id__in=ids, state__in=OPEN).values("dealer_id").annotate(n=Count("pk"))
    return {row["dealer_id"]: row["n"] for row in rows}


def _recent(ids: list[int], now: datetime) -> dict[int, dict[str, Any]]:
    """Rounds that each dealer got: today, within 24 hours, within 30 days, and the last one."""
    rows = (
        Round.objects.filter(dealer_id__in=ids, opened_at__gt=now - FAIRNESS, opened_at__lte=now)
        .values("dealer_id")
        .annotate(
            month=Count("pk"),
            day=Count("pk", filter=Q(opened_at__gt=now - timedelta(days=1))),
            today=Count("pk", filter=Q(opened_at__gte=day_start(business_day(now)))),
            last=Max("opened_at"),
        )
    )
    return {row["dealer_id"]: dict(row) for row in rows}


def _paused(ids: list[int], now: datetime) -> set[int]:
    """Dealers that lost three leads by their own silence within a week, for a week from the third."""
    lost: dict[int, list[datetime]] = {}
    rows = Round.objects.filter(
        dealer_id__in=ids,
        close_reason=Closing.SLA_EXPIRED.value,
        closed_at__gt=now - BREACH_WINDOW - PAUSE,
        closed_at__lte=now,
    )
    for dealer_id, at in rows.values_list("dealer_id", "closed_at"):
        if at is not None:
            lost.setdefault(dealer_id, []).append(at)
    return {
        dealer_id for dealer_id, times in lost.items() if (until := paused_until(times)) is not None and until > now
    }
