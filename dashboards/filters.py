"""Reading the filters of a page from its address. What cannot be read is left out; what is foreign does not exist."""

from dataclasses import dataclass
from datetime import date, datetime

from django.http import Http404, QueryDict

from cloudstore.kit import labels
from cloudstore.network.models import Account, Region
from cloudstore.network.scope import Scope, dealers_of, one, scoped
from dashboards.queries.numbers import period_at
from dashboards.queries.rows import RowFilter
from dashboards.queries.stores import TIERS, UNRANKED, regions_of


@dataclass(frozen=True, slots=True)
class StoreFilter:
    """Filter and order of the list of dealers."""

    region: Region | None
    tier: str
    words: str
    order: str


def region_by_code(scope: Scope, code: str) -> Region:
    """A region the person may see, or 404."""
    for region in regions_of(scope):
        if region.code == code:
            return region
    raise Http404


def store_filter(asked: QueryDict, scope: Scope) -> StoreFilter:
    """From `region`, `tier`, `q` and `order`."""
    region = asked.get("region", "")
    tier = asked.get("tier", "")
    return StoreFilter(
        region=region_by_code(scope, region) if region else None,
        tier=tier if tier in (*TIERS, *UNRANKED) else "",
        words=asked.get("q", "")[:60],
        order=asked.get("order", "tier")[:20],
    )


def row_filter(asked: QueryDict, scope: Scope, now: datetime) -> RowFilter:
    """From `dealer`, `region`, `account`, `scene`, `source`, `valid`, `place`, `desk`, `from` and `to`; the last 28 full
    days when no days are named. A foreign dealer, region or account is 404."""
    usual = period_at(now)
    first = _day(asked.get("from"), usual.first)
    last = _day(asked.get("to"), usual.last)
    region, dealer, account = asked.get("region", ""), asked.get("dealer", ""), asked.get("account", "")
    return RowFilter(
        first=min(first, last),
        last=max(first, last),
        dealer=one(dealers_of(scope), scope, code=dealer) if dealer else None,
        region=region_by_code(scope, region) if region else None,
        account=one(scoped(Account.objects.all(), scope), scope, pk=account) if account else None,
        scene=_known(asked, "scene", "board_scene"),
        source=_known(asked, "source", "board_source"),
        valid=_known(asked, "valid", "board_valid"),
        place=_known(asked, "place", "board_place"),
        desk=asked.get("desk") == "1",
    )


def _known(asked: QueryDict, name: str, group: str) -> str:
    word = asked.get(name, "")
    return word if word in dict(labels.choices(group)) else ""


def _day(text: str | None, otherwise: date) -> date:
    """A day as written in an address; nonsense is the usual day."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return otherwise
    # Days at the edge of the calendar cannot be turned into moments.
    return day if 2000 <= day.year <= 2200 else otherwise
