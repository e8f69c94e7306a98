"""Reading daily facts as sums for the boards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Max, Q, Sum
from django.db.models.functions import Least

from cloudstore.facts.models import DealerDay
from cloudstore.network.scope import Scope, scoped

DAY_CAP_MINUTES = 480

#: name of a sum -> what is added up; live airtime counts at most eight hours per dealer and day
SUMS: dict[str, Any] = {
    "posts": F("posts_effective"),
    "minutes": Least(F("live_minutes_effective"), DAY_CAP_MINUTES),
    "dm": F("dm_sessions"),
    "dm_in_time": F("dm_reply_ok"),
    "due": F("leads_assigned_due"),
    "followed": F("leads_followed_in_sla"),
}


@dataclass(frozen=True, slots=True)
class Period:
    """Days first to last, both included, and the equally long time before them."""

    first: date
    last: date
    before_first: date
    before_last: date


def sums_by_dealer(scope: Scope, period: Period) -> Iterable[Mapping[str, Any]]:
    """Per dealer the sums of `SUMS` as `now_<name>` and `before_<name>`; one query."""
    in_now = Q(day__range=(period.first, period.last))
    in_before = Q(day__range=(period.before_first, period.before_last))
    wanted = {f"now_{name}": Sum(what, filter=in_now) for name, what in SUMS.items()}
    wanted |= {f"before_{name}": Sum(what, filter=in_before) for name, what in SUMS.items()}
    days = scoped(DealerDay.objects.all(), scope).filter(day__range=(period.before_first, period.last))
    return days.order_by().values("dealer_id").annotate(**wanted)


def computed_at(brand_id: int) -> datetime | None:
    """When the newest day of facts was added up."""
    found = DealerDay.objects.filter(brand_id=brand_id).order_by("-day").values("day")[:1]
    return DealerDay.objects.filter(brand_id=brand_id, day__in=found).aggregate(at=Max("computed_at"))["at"]
