"""Reading the facts of one window as columns: one grouped query, then arrays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from django.db.models import Count, F, Max, Min, Q, Sum
from django.db.models.functions import Least

from cloudstore.facts.models import DealerDay
from cloudstore.facts.rules.combine import PLATFORM_SOURCES
from cloudstore.grading.indicators.registry import SOURCES, WINDOW_KEYS
from cloudstore.grading.indicators.shape import DAY_CAP_MINUTES, LIVE_DAY_MINUTES
from cloudstore.grading.rules.missing import unauthorised
from cloudstore.grading.rules.peers import PeerKey
from cloudstore.grading.rules.window import WindowFacts
from cloudstore.kit.clock import business_day
from cloudstore.network.models import Account, Brand, Dealer

_COUNTED = {
    "live_days": Count("pk", filter=Q(live_minutes_effective__gte=LIVE_DAY_MINUTES)),
    "live_minutes_capped": Sum(Least(F("live_minutes_effective"), DAY_CAP_MINUTES)),
}


@dataclass(frozen=True, slots=True)
class Window:
    """The facts of a window, with the dealers they belong to by their code."""

    first: date
    last: date
    facts: WindowFacts
    dealers: dict[str, Dealer]
    totals: dict[str, dict[str, Decimal]]


def read_window(*, brand: Brand, first: date, last: date) -> Window:
    """Totals of every active dealer of the brand over the days first to last (both included)."""
    dealers = {one.code: one for one in Dealer.objects.filter(brand=brand).exclude(status="closed").order_by("code")}
    sums = {row["dealer_id"]: row for row in _totals(brand, first, last)}
    lapsed = _lapsed(brand, last)
    order = list(dealers.values())
    columns = {key: np.array([float(_number(sums, one, key)) for one in order]) for key in WINDOW_KEYS}
    facts = WindowFacts(
        dealers=tuple(dealers),
        peers=tuple(PeerKey(brand.slug, str(one.city_tier), one.size_band) for one in order),
        totals=columns,
        missing_days={source: _whole([_number(sums, one, f"missing_{source}") for one in order]) for source in SOURCES},
        lapsed={
            source: np.array([source in PLATFORM_SOURCES and one.pk in lapsed for one in order], dtype=np.bool_)
            for source in SOURCES
        },
        active_days=_whole([_active_days(one, first, last) for one in order]),
        leave_days=_whole([0 for _ in order]),
    )
    totals = {one.code: {key: _number(sums, one, key) for key in WINDOW_KEYS} for one in order}
    return Window(first, last, facts, dealers, totals)


def _totals(brand: Brand, first: date, last: date) -> Iterable[dict[str, Any]]:
    """One GROUP BY over the dealer-days of the window."""
    wanted: dict[str, Any] = {key: _COUNTED.get(key) or Sum(key) for key in WINDOW_KEYS}
    for source in SOURCES:
        wanted[f"missing_{source}"] = Count("pk", filter=Q(**{f"quality__{source}__in": ["stale", "absent"]}))
    days = DealerDay.objects.filter(brand=brand, day__range=(first, last)).order_by()
    # Aliases differ from column names, which Django would refuse to annotate over.
    renamed = {f"sum_{name}": expression for name, expression in wanted.items()}
    found: Iterable[dict[str, Any]] = days.values("dealer_id").annotate(**renamed)  # type: ignore[assignment]
    return found


def _number(sums: dict[int, dict[str, Any]], dealer: Dealer, key: str) -> Decimal:
    return Decimal(sums.get(dealer.pk, {}).get(f"sum_{key}") or 0)


def _whole(numbers: list[Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array([int(number) for number in numbers], dtype=np.int64)


def _active_days(dealer: Dealer, first: date, last: date) -> int:
    return max(0, (last - max(first, dealer.activated_on)).days + 1)


def _lapsed(brand: Brand, today: date) -> set[int]:
    """Dealers all of whose accounts let their authorisation lapse for more than seven days; the workspace told them."""
    rows = (
        Account.objects.filter(brand=brand, active=True)
        .values("dealer_id")
        .annotate(
            open=Count("pk", filter=Q(auth_state__in=["authorised", "pending"])),
            lapsed=Count("pk", filter=Q(auth_state="expired")),
            latest=Max("auth_expires_at"),
        )
        .filter(open=0, lapsed__gt=0)
    )
    return {row["dealer_id"] for row in rows if unauthorised(_day(row["latest"]), True, today)}


def _day(moment: datetime | None) -> date | None:
    return business_day(moment) if moment else None


def days_with_facts(brand: Brand) -> tuple[date | None, date | None]:
    """First and last day for which the brand has facts."""
    found = DealerDay.objects.filter(brand=brand).aggregate(first=Min("day"), last=Max("day"))
    return found["first"], found["last"]
