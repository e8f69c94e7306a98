"""The board of a network or of one region: what leadership reads first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Min
from django.db.models.functions import TruncDate

from cloudstore.facts.queries import Period, computed_at
from cloudstore.grading import queries as grading
from cloudstore.grading.indicators.registry import INDICATORS
from cloudstore.kit.clock import BUSINESS_ZONE, business_day, day_start
from cloudstore.network.models import Region
from cloudstore.network.scope import Scope, dealers_of
from dashboards.queries.kept import kept
from dashboards.queries.numbers import NATURAL, PAID, Pair, board_leads, period_at, total
from dashboards.queries.stores import TIERS, Store, Stores, read_stores, regions_of

TREND_DAYS = 60
HELP_ROWS = 8


@dataclass(frozen=True, slots=True)
class Kpi:
    """One headline number. `kind`: score, count, share or hours; `rows`: query string of the rows behind it."""

    key: str
    kind: str
    value: float | Decimal | None
    before: float | Decimal | None
    page: str = ""
    rows: str = ""

    @property
    def change(self) -> float | None:
        """The difference; for counts and hours as a share of the former value."""
        if self.value is None or self.before is None:
            return None
        difference = float(self.value) - float(self.before)
        if self.kind in ("score", "share"):
            return difference
        return difference / float(self.before) if self.before else None

    @property
    def size(self) -> float | None:
        """The difference without its sign."""
        return None if self.change is None else abs(self.change)

    @property
    def direction(self) -> str:
        """up, down or level, as the rounded number reads."""
        if self.change is None:
            return ""
        seen = round(self.change, 1 if self.kind == "score" else 3)
        return "up" if seen > 0 else "down" if seen < 0 else "level"


@dataclass(frozen=True, slots=True)
class TierLine:
    """How many dealers stand in a tier, and how many more or fewer than at the run before."""

    tier: str
    dealers: int
    share: float
    change: int
    start: float

    @property
    def size(self) -> int:
        return abs(self.change)

    @property
    def width(self) -> float:
        """In percent of the bar."""
        return round(self.share * 100, 3)

    @property
    def middle(self) -> float:
        """Where the letter stands, in percent of the bar."""
        return self.start + self.width / 2


@dataclass(frozen=True, slots=True)
class Place:
    """A region (its children included), or dealers without a region below the one shown."""

    code: str
    name: str
    dealers: int
    tiers: dict[str, int]
    score: Decimal | None
    pair: Pair
    points: dict[str, float]

    @property
    def cells(self) -> list[tuple[str, float | None]]:
        """Every indicator with the mean points, in the order of the dictionary."""
        return [(key, self.points.get(key)) for key in INDICATORS]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """Dealers by tier, best first."""
        return [(tier, self.tiers[tier]) for tier in TIERS]


@dataclass(frozen=True, slots=True)
class HelpRow:
    """A dealer in tier C or D with its weakest indicator and the scores of its last official runs, oldest first."""

    store: Store
    key: str
    points: Decimal | None
    scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on one board. `as_of`: when it was read; `facts_at`: when the daily facts were last added up."""

    region: Region | None
    period: Period
    as_of: datetime
    facts_at: datetime | None
    stores: Stores
    kpis: tuple[Kpi, ...]
    small: tuple[Kpi, ...]
    tiers: tuple[TierLine, ...]
    unranked: int
    places: tuple[Place, ...]
    whole: Pair
    help: tuple[HelpRow, ...]
    help_total: int
    regions: tuple[Region, ...]

    @property
    def rated(self) -> int:
        """Dealers that stand in a tier."""
        return len(self.stores.rows) - self.unranked


def read_board(scope: Scope, *, now: datetime, region: Region | None = None) -> Board:
    """Counted once per change of the brand, in a constant number of queries whatever the size of the network."""
    return kept(f"board:{_name(region)}", scope, now=now, count=lambda: _count_board(scope, now, region))


def _name(region: Region | None) -> str:
    return str(region.pk) if region else "network"


def _count_board(scope: Scope, now: datetime, region: Region | None) -> Board:
    regions = regions_of(scope)
    stores = read_stores(scope, now=now, region=region)
    whole = total([*(one.pair for one in stores.rows), stores.desk])
    needy = sorted(
        (one for one in stores.rows if one.tier in ("C", "D")), key=lambda one: (one.score or Decimal(0), one.code)
    )
    period = period_at(now)
    return Board(
        region=region,
        period=period,
        as_of=now,
        facts_at=computed_at(scope.brand_id),
        stores=stores,
        kpis=_kpis(stores, whole, period, region),
        small=_small(whole),
        tiers=tuple(_tiers(stores.rows)),
        unranked=sum(one.tier not in TIERS for one in stores.rows),
        places=_places(scope, regions, region, stores),
        whole=whole,
        help=_help(scope, stores, needy[:HELP_ROWS]),
        help_total=len(needy),
        regions=tuple(regions),
    )


def read_places(scope: Scope, *, now: datetime, region: Region | None = None) -> tuple[Place, ...]:
    """Only the regions of a board, for its charts."""
    return read_board(scope, now=now, region=region).places


def mean_score(scores: Iterable[Decimal | None]) -> Decimal | None:
    """The mean over those who have a score, with one decimal."""
    known = [score for score in scores if score is not None]
    return round(sum(known, Decimal(0)) / len(known), 1) if known else None


def _kpis(stores: Stores, whole: Pair, period: Period, region: Region | None) -> tuple[Kpi, ...]:
    now, before = whole.now, whole.before
    rows = f"from={period.first}&to={period.last}" + (f"&region={region.code}" if region else "")
    # Only dealers scored in both runs are compared: a newcomer moves no average.
    both = [one for one in stores.rows if one.score_before is not None and one.score is not None]
    score = mean_score(one.score for one in stores.rows)
    change = mean_score(one.score - one.score_before for one in both if one.score and one.score_before)
    earlier = score - change if score is not None and change is not None else None
    return (
        Kpi("score", "score", score, earlier, "dealers", f"region={region.code}" if region else ""),
        Kpi("valid", "count", now.valid, before.valid, "leads", f"valid=valid&{rows}"),
        Kpi("natural_share", "share", now.natural_share, before.natural_share, "leads", f"source=natural&{rows}"),
        Kpi("away_share", "share", now.away_share, before.away_share, "leads", f"place=away&{rows}"),
    )


def _small(whole: Pair) -> tuple[Kpi, ...]:
    now, before = whole.now, whole.before
    return (
        Kpi("hours", "hours", now.hours, before.hours),
        Kpi("posts", "count", now.posts, before.posts),
        Kpi("reply_share", "share", now.reply_share, before.reply_share),
        Kpi("follow_share", "share", now.follow_share, before.follow_share),
    )


def _tiers(rows: Sequence[Store]) -> Iterable[TierLine]:
    rated = [one for one in rows if one.tier in TIERS]
    start = 0.0
    for tier in TIERS:
        here = sum(one.tier == tier for one in rated)
        # A dealer that had no tier before did not move.
        change = sum((one.tier == tier) - (one.former == tier) for one in rated if one.former in TIERS)
        share = here / len(rated) if rated else 0.0
        yield TierLine(tier, here, share, change, round(start * 100, 3))
        start += share


def _places(scope: Scope, regions: list[Region], region: Region | None, stores: Stores) -> tuple[Place, ...]:
    """One line per region at the next level below; dealers that hang directly on the region shown get its own line."""
    points = _points(scope, stores)
    if region is None:
        ids = {one.pk for one in regions}
        below = [one for one in regions if one.parent_id not in ids]
    else:
        below = [one for one in regions if one.parent_id == region.pk]
    below.sort(key=lambda one: (one.position, one.pk))
    lines = [
        _place(one.code, one.name, [store for store in stores.rows if store.path.startswith(one.path)], points)
        for one in below
    ]
    if region is not None:
        direct = [store for store in stores.rows if store.region_id == region.pk]
        lines.append(_place(region.code, region.name, direct, points))
    return tuple(line for line in lines if line.dealers)


Points = dict[tuple[int, str], tuple[Decimal, int]]


def _points(scope: Scope, stores: Stores) -> Points:
    return grading.region_scores(stores.run, dealers_of(scope)) if stores.run else {}


def _place(code: str, name: str, stores: Sequence[Store], points: Points) -> Place:
    ids = {one.region_id for one in stores}
    means: dict[str, float] = {}
    for key in INDICATORS:
        parts = [points[pk, key] for pk in ids if (pk, key) in points]
        weight = sum(n for _, n in parts)
        if weight:
            means[key] = float(sum((mean * n for mean, n in parts), Decimal(0)) / weight)
    return Place(
        code=code,
        name=name,
        dealers=len(stores),
        tiers={tier: sum(one.tier == tier for one in stores) for tier in TIERS},
        score=mean_score(one.score for one in stores),
        pair=total(one.pair for one in stores),
        points=means,
    )


def _help(scope: Scope, stores: Stores, needy: Sequence[Store]) -> tuple[HelpRow, ...]:
    if stores.run is None or not needy:
        return ()
    ids = [one.pk for one in needy]
    weakest, history = grading.weakest(stores.run, ids), grading.history(scope.brand_id, ids)
    return tuple(
        HelpRow(
            store=one,
            key=weakest[one.pk][0] if one.pk in weakest else "",
            points=weakest[one.pk][1] if one.pk in weakest else None,
            scores=tuple(float(week.score) for week in history[one.pk] if week.score is not None),
        )
        for one in needy
    )


@dataclass(frozen=True, slots=True)
class TrendDay:
    """Leads of one day by who paid for the attention; None before the first lead of all: unknown is not zero."""

    day: date
    natural: int | None
    paid: int | None


def trend(scope: Scope, *, now: datetime, region: Region | None = None, dealer_id: int | None = None) -> list[TrendDay]:
    """The last 60 full days and today, which is not over. Two queries, once per change of the brand."""
    what = f"trend:{_name(region)}:{dealer_id or 'all'}"
    return kept(what, scope, now=now, count=lambda: _count_trend(scope, now, region, dealer_id))


def _count_trend(scope: Scope, now: datetime, region: Region | None, dealer_id: int | None) -> list[TrendDay]:
    today = business_day(now)
    first = today - timedelta(days=TREND_DAYS)
    leads = board_leads(scope)
    if region is not None:
        leads = leads.filter(dealer__region__path__startswith=region.path)
    if dealer_id is not None:
        leads = leads.filter(dealer=dealer_id)
    begin = leads.aggregate(at=Min("created_at"))["at"]
    by_day = (
        leads.filter(created_at__gte=day_start(first), created_at__lte=now)
        .annotate(day=TruncDate("created_at", tzinfo=BUSINESS_ZONE))
        .order_by()
        .values("day")
        .annotate(natural=Count("pk", filter=NATURAL), paid=Count("pk", filter=PAID))
    )
    found = {row["day"]: row for row in by_day}
    known_from = business_day(begin) if begin else None
    days = []
    for number in range(TREND_DAYS + 1):
        day = first + timedelta(days=number)
        row = found.get(day, {"natural": 0, "paid": 0})
        known = known_from is not None and day >= known_from
        days.append(TrendDay(day, row["natural"] if known else None, row["paid"] if known else None))
    return days
