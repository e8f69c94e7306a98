"""Every dealer of a board with tier, score and numbers: the one list that boards, tables and exports are made from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from cloudstore.grading import queries as grading
from cloudstore.grading.models import GradeRun
from cloudstore.network.models import Region
from cloudstore.network.scope import Scope, dealers_of, scoped
from dashboards.queries.numbers import Pair, pairs_by_dealer, period_at

#: Tiers in the order in which they are shown: best first, then those without one.
TIERS = ("S", "A", "B", "C", "D")
UNRANKED = ("N", "U")


@dataclass(frozen=True, slots=True)
class Store:
    """One dealer on a board. `tier` is empty when no run has seen it; `score_before` is that of 28 days earlier."""

    pk: int
    code: str
    name: str
    region_id: int
    region: str
    path: str
    tier: str
    rank: int
    former: str
    score: Decimal | None
    score_before: Decimal | None
    pair: Pair

    @property
    def moved(self) -> int:
        """Tiers risen (above 0) or fallen since the run before."""
        if self.former not in TIERS or self.tier not in TIERS:
            return 0
        return TIERS.index(self.former) - TIERS.index(self.tier)


@dataclass(frozen=True, slots=True)
class Stores:
    """All dealers a person may see (or those of one region), and the leads that are with none of them."""

    run: GradeRun | None
    rows: tuple[Store, ...]
    desk: Pair


def read_stores(scope: Scope, *, now: datetime, region: Region | None = None) -> Stores:
    """Five or six queries, however many dealers there are. The OEM desk belongs to no region."""
    run = grading.latest_run(scope.brand_id)
    grades = grading.grades(run) if run else {}
    earlier = grading.official_before(run, days=28) if run else None
    before = grading.scores(earlier) if earlier else {}
    pairs = pairs_by_dealer(scope, period_at(now))
    dealers = dealers_of(scope).exclude(status="closed")
    if region is not None:
        dealers = dealers.filter(region__path__startswith=region.path)
    fields = ("pk", "code", "name", "region_id", "region__name", "region__path")
    rows = []
    for pk, code, name, region_id, region_name, path in dealers.order_by("code").values_list(*fields):
        grade = grades.get(pk, {})
        rows.append(
            Store(
                pk=pk,
                code=code,
                name=name,
                region_id=region_id,
                region=region_name,
                path=path,
                tier=grade.get("tier", ""),
                rank=grade.get("tier_rank", 0),
                former=grade.get("previous_tier", ""),
                score=grade.get("smoothed"),
                score_before=before.get(pk),
                pair=pairs.get(pk, Pair()),
            )
        )
    return Stores(run, tuple(rows), Pair() if region else pairs.get(None, Pair()))


def regions_of(scope: Scope) -> list[Region]:
    """The regions a person may see, parents before children."""
    rows = scoped(Region.objects.all(), scope).filter(path__startswith=scope.region_path)
    if scope.group_id or scope.dealer_id:
        paths = set(dealers_of(scope).values_list("region__path", flat=True))
        return [region for region in rows.order_by("path") if any(path.startswith(region.path) for path in paths)]
    return list(rows.order_by("path"))


_BY: dict[str, Callable[[Store], tuple[bool, Any]]] = {
    "name": lambda one: (False, one.name),
    "region": lambda one: (False, one.region),
    "tier": lambda one: (not one.rank, -one.rank),
    "score": lambda one: (one.score is None, one.score or 0),
    "valid": lambda one: (False, one.pair.now.valid),
    "natural": lambda one: (one.pair.now.natural_share is None, one.pair.now.natural_share or 0),
    "hours": lambda one: (False, one.pair.now.minutes),
    "posts": lambda one: (False, one.pair.now.posts),
    "reply": lambda one: (one.pair.now.reply_share is None, one.pair.now.reply_share or 0),
}


def sorted_stores(rows: Sequence[Store], order: str) -> list[Store]:
    """By a column, `-` before it for the other way round; dealers without a value are always last, ties by code."""
    by = _BY.get(order.lstrip("-"), _BY["tier"])
    plain = sorted(rows, key=lambda one: one.code)
    if not order.startswith("-"):
        return sorted(plain, key=by)
    turned = sorted(plain, key=lambda one: by(one)[1], reverse=True)
    return sorted(turned, key=lambda one: by(one)[0])


def chosen_stores(rows: Sequence[Store], *, region: Region | None, tier: str, words: str) -> list[Store]:
    """The dealers of a region with its children, of a tier, and with the words in name or code; each may be left out."""
    asked = words.casefold().strip()
    return [
        one
        for one in rows
        if (region is None or one.path.startswith(region.path))
        and (not tier or one.tier == tier)
        and (not asked or asked in one.name.casefold() or asked in one.code.casefold())
    ]
