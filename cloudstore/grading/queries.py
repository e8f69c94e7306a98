"""Reading runs and grades for the boards, the report card and the rooms above that ask for a tier."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import Avg, Count

from cloudstore.grading.indicators.scheme import Scheme as SchemeRules
from cloudstore.grading.indicators.scheme import read_scheme
from cloudstore.grading.models import DealerTier, Grade, GradeRun, IndicatorValue
from cloudstore.grading.rules.scoring import score_sheet
from cloudstore.grading.rules.tiers import Tier
from cloudstore.grading.rules.way_up import By, Single, climb_of, needed_score, way_up
from cloudstore.grading.rules.window import sheet_of
from cloudstore.grading.window import read_window
from cloudstore.network.models import Dealer


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator on a report card. Points are 0-100; `contribution` are points of the score; `network` is the median
    score of the whole network, None when nobody has one."""

    key: str
    family: str
    unit: str
    weight: Decimal
    status: str
    raw: Decimal | None
    value: Decimal | None
    absolute: Decimal | None
    relative: Decimal | None
    score: Decimal | None
    contribution: Decimal | None
    network: Decimal | None


@dataclass(frozen=True, slots=True)
class Step:
    """One indicator to move: today's value and the value to reach. `gain`: points of score. `outlook` as in `way_up`."""

    key: str
    unit: str
    now: Decimal | None
    to: Decimal | None
    gain: Decimal
    outlook: str


@dataclass(frozen=True, slots=True)
class Ascent:
    """What lifts a dealer to `target` at the next run, every other dealer unchanged. `short`: points the whole plan lacks."""

    target: str
    today: Decimal
    needed: Decimal
    singles: tuple[Step, ...]
    plan: tuple[Step, ...]
    reached: Decimal
    short: Decimal


@dataclass(frozen=True, slots=True)
class Card:
    """What a run says of one dealer, ready to be read. `peers`: how many are in the peer group."""

    run: GradeRun
    grade: Grade
    lines: tuple[Line, ...]
    peers: int

    @property
    def weakest(self) -> Line | None:
        """The scored indicator with the fewest points."""
        scored = [line for line in self.lines if line.score is not None]
        return min(scored, key=lambda line: line.score or Decimal(0)) if scored else None


@dataclass(frozen=True, slots=True)
class Week:
    """One official run in a dealer's history."""

    window_to: date
    tier: str
    score: Decimal | None


def tier_of(dealer_ids: Collection[int]) -> dict[int, str]:
    """The tier that policies use today, by dealer id; who was never rated is missing."""
    return dict(DealerTier.objects.filter(dealer__in=dealer_ids).values_list("dealer_id", "tier"))


def latest_run(brand_id: int, *, upto: date | None = None) -> GradeRun | None:
    """The newest official run (of windows that end by `upto`); the newest shadow run when there is no official one."""
    runs = GradeRun.objects.filter(brand_id=brand_id).select_related("scheme")
    runs = runs.filter(window_to__lte=upto) if upto else runs
    return (
        runs.filter(kind="official").order_by("-window_to").first()
        or runs.filter(kind="shadow").order_by("-window_to", "-pk").first()
    )


def official_before(run: GradeRun, *, days: int = 1) -> GradeRun | None:
    """The newest official run whose window ended at least `days` before this one's."""
    limit = run.window_to - timedelta(days=days)
    earlier = GradeRun.objects.filter(brand=run.brand_id, kind="official", window_to__lte=limit)
    return earlier.order_by("-window_to").first()


def grades(run: GradeRun) -> dict[int, dict[str, Any]]:
    """Tier, rank, former tier and scores of a run by dealer id."""
    fields = ("dealer_id", "tier", "tier_rank", "previous_tier", "smoothed", "partial")
    return {row["dealer_id"]: row for row in Grade.objects.filter(run=run).values(*fields)}


def scores(run: GradeRun) -> dict[int, Decimal]:
    """Smoothed scores of a run by dealer id, those that have one."""
    rows = Grade.objects.filter(run=run, smoothed__isnull=False).values_list("dealer_id", "smoothed")
    return {dealer: smoothed for dealer, smoothed in rows if smoothed is not None}


def region_scores(run: GradeRun, dealers: Any) -> dict[tuple[int, str], tuple[Decimal, int]]:
    """Mean points and number of scored dealers by region and indicator, over the dealers of a queryset."""
    rows = (
        IndicatorValue.objects.filter(run=run, score__isnull=False, dealer__in=dealers)
        .values("dealer__region_id", "key")
        .annotate(mean=Avg("score"), n=Count("pk"))
        .order_by()
    )
    return {(row["dealer__region_id"], row["key"]): (Decimal(str(row["mean"])), row["n"]) for row in rows}


def weakest(run: GradeRun, dealer_ids: Collection[int]) -> dict[int, tuple[str, Decimal]]:
    """The indicator with the fewest points, and the points, of each named dealer."""
    found: dict[int, tuple[str, Decimal]] = {}
    rows = IndicatorValue.objects.filter(run=run, dealer__in=dealer_ids, score__isnull=False).order_by("score", "pk")
    for dealer, key, points in rows.values_list("dealer_id", "key", "score"):
        found.setdefault(dealer, (key, points or Decimal(0)))
    return found


def history(brand_id: int, dealer_ids: Collection[int], *, runs: int = 12) -> dict[int, list[Week]]:
    """The last official runs of the named dealers, oldest first."""
    newest = GradeRun.objects.filter(brand_id=brand_id, kind="official").order_by("-window_to")
    wanted = list(newest.values_list("pk", flat=True)[:runs])
    found: dict[int, list[Week]] = {dealer: [] for dealer in dealer_ids}
    rows = Grade.objects.filter(run__in=wanted, dealer__in=dealer_ids).order_by("run__window_to")
    for dealer, window_to, tier, smoothed in rows.values_list("dealer_id", "run__window_to", "tier", "smoothed"):
        found[dealer].append(Week(window_to, tier, smoothed))
    return found


def report_card(run: GradeRun, dealer: Dealer) -> Card | None:
    """One dealer's grade with a line per indicator of the scheme; None when the run does not know the dealer."""
    grade = Grade.objects.filter(run=run, dealer=dealer).first()
    if grade is None:
        return None
    rules = read_scheme(run.scheme.content)
    own = {value.key: value for value in IndicatorValue.objects.filter(run=run, dealer=dealer)}
    network = _medians(run)
    peers = Grade.objects.filter(run=run, peer_group=grade.peer_group).count() if grade.peer_group else 0
    return Card(run, grade, tuple(_lines(rules, own, network)), peers)


def _medians(run: GradeRun) -> dict[str, Decimal]:
    points: dict[str, list[Decimal]] = {}
    for key, score in IndicatorValue.objects.filter(run=run, score__isnull=False).values_list("key", "score"):
        points.setdefault(key, []).append(score or Decimal(0))
    return {key: median(found) for key, found in points.items()}


def _lines(rules: SchemeRules, own: dict[str, IndicatorValue], network: dict[str, Decimal]) -> Iterable[Line]:
    for one in rules.weighted:
        value = own.get(one.key)
        yield Line(
            key=one.key,
            family=one.indicator.family.value,
            unit=one.indicator.unit.value,
            weight=one.weight,
            status=value.status if value else "no_data",
            raw=value.raw if value else None,
            value=value.shrunk if value else None,
            absolute=value.absolute if value else None,
            relative=value.relative if value else None,
            score=value.score if value else None,
            contribution=value.contribution if value else None,
            network=network.get(one.key),
        )


def ascent(card: Card) -> Ascent | None:
    """The way to the next tier, scored again from the facts of the run's window with all other dealers held fixed.

    None at the top, and for a dealer who is not rated. The facts of the last 35 days are rebuilt as late data arrives,
    so the way may start from slightly other values than the run saw.
    """
    tier = Tier(card.grade.tier)
    target = tier.above if tier.rated else None
    if target is None:
        return None
    rules = read_scheme(card.run.scheme.content)
    window = read_window(brand=card.run.brand, first=card.run.window_from, last=card.run.window_to)
    code = card.grade.dealer.code
    result = score_sheet(rules, sheet_of(rules, window.facts))
    if code not in result.sheet.dealers:
        return None
    climb = climb_of(rules, result.sheet, result.ranks, result.sheet.dealers.index(code))
    if climb is None:
        return None
    way = way_up(climb, target, needed_score(rules, target, By.AT_ONCE, card.grade.carried))
    units = {one.key: one.indicator.unit.value for one in rules.weighted}
    values = {line.key: line.value for line in card.lines}
    today = climb.score({})
    return Ascent(
        target=target.value,
        today=_two(today),
        needed=_two(way.needed),
        singles=tuple(_step(one, units, values) for one in way.singles),
        plan=tuple(Step(key, units[key], values.get(key), to, Decimal(0), "plan") for key, to in way.plan),
        reached=_two(way.reached),
        short=max(Decimal(0), _two(way.needed - way.reached)),
    )


def _step(one: Single, units: dict[str, str], values: dict[str, Decimal | None]) -> Step:
    return Step(one.key, units[one.key], values.get(one.key), one.value, _two(one.gain), one.outlook.value)


def _two(number: Any) -> Decimal:
    """A fraction as a decimal with two places."""
    return Decimal(round(number * 100)) / 100
