"""Grading a brand: read the window, ask the rules, keep run, grades, values and the tiers that policies use."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction

from cloudstore.grading.indicators.scheme import Scheme as SchemeRules
from cloudstore.grading.indicators.scheme import default_scheme, read_scheme
from cloudstore.grading.models import DealerTier, Grade, GradeRun, IndicatorValue, Scheme
from cloudstore.grading.rules.canonical import fingerprint
from cloudstore.grading.rules.grading import DealerGrade, Mark, NetworkGrades, Past, grade
from cloudstore.grading.rules.tiers import Standing, Tier
from cloudstore.grading.rules.window import sheet_of
from cloudstore.grading.window import Window, read_window
from cloudstore.kit.clock import business_day, day_start
from cloudstore.network.models import Brand
from cloudstore.queue.services import pulse

BATCH = 1000
OFFICIAL_WEEKDAY, OFFICIAL_HOUR = 0, 4  # Monday 04:00


def publish_default_scheme(*, brand: Brand, now: datetime) -> Scheme:
    """Give a brand that has no scheme `default-8/v1`."""
    existing = Scheme.objects.filter(brand=brand, state="published").first()
    if existing is not None:
        return existing
    rules = default_scheme()
    return Scheme.objects.create(
        brand=brand,
        key=rules.version,
        state="published",
        content=rules.to_document(),
        content_hash=rules.fingerprint,
        created_at=now,
        published_at=now,
    )


def run(*, brand_id: int, kind: str, now: datetime) -> GradeRun:
    """Grade every dealer of a brand over the full days that ended yesterday, as seen from `now`.

    An official run of the same window is made once: asking again returns it. A shadow run shows where the next official
    one would lead and touches no tier.
    """
    brand = Brand.objects.get(pk=brand_id)
    scheme = publish_default_scheme(brand=brand, now=now)
    rules = read_scheme(scheme.content)
    last = business_day(now) - timedelta(days=1)
    if kind == "official":
        existing = GradeRun.objects.filter(brand=brand, kind=kind, window_to=last).first()
        if existing is not None:
            return existing
    window = read_window(brand=brand, first=last - timedelta(days=rules.window_days - 1), last=last)
    result = grade(rules, sheet_of(rules, window.facts), past_of(brand, before=last))
    try:
        with transaction.atomic():
            return _keep(brand, scheme, kind, window, result, now)
    except IntegrityError:
        return GradeRun.objects.get(brand=brand, kind="official", window_to=last)


def past_of(brand: Brand, *, before: date) -> dict[str, Past]:
    """What the last official run before a day left of each dealer, by dealer code."""
    latest = GradeRun.objects.filter(brand=brand, kind="official", window_to__lt=before).order_by("-window_to").first()
    if latest is None:
        return {}
    rows = Grade.objects.filter(run=latest, carried__isnull=False).exclude(standing="").select_related("dealer")
    return {
        row.dealer.code: Past(row.carried or Decimal(0), Standing(Tier(row.standing), row.streak_up, row.streak_down))
        for row in rows
    }


def _keep(brand: Brand, scheme: Scheme, kind: str, window: Window, result: NetworkGrades, now: datetime) -> GradeRun:
    row = GradeRun.objects.create(
        brand=brand,
        scheme=scheme,
        kind=kind,
        window_from=window.first,
        window_to=window.last,
        created_at=now,
        inputs_hash=fingerprint([one.inputs_hash for one in result.dealers]),
        results_hash=fingerprint(result.to_bytes().decode()),
    )
    former = dict(DealerTier.objects.filter(dealer__brand=brand).values_list("dealer__code", "tier"))
    Grade.objects.bulk_create(
        [_grade_row(row, window, one, former.get(one.dealer, "")) for one in result.dealers], batch_size=BATCH
    )
    IndicatorValue.objects.bulk_create(
        _value_rows(row, window, zip(result.dealers, result.marks(), strict=True), read_scheme(scheme.content)),
        batch_size=BATCH,
    )
    if kind == "official":
        _move_tiers(row, window, result.dealers)
    pulse(f"brand:{brand.pk}")
    return row


def _grade_row(run: GradeRun, window: Window, one: DealerGrade, former: str) -> Grade:
    standing = one.standing
    return Grade(
        run=run,
        dealer=window.dealers[one.dealer],
        score=one.score,
        smoothed=one.smoothed,
        carried=one.carried,
        standing=standing.tier.value if standing else "",
        streak_up=standing.streak_up if standing else 0,
        streak_down=standing.streak_down if standing else 0,
        raw_tier=one.raw_tier.value,
        tier=one.tier.value,
        tier_rank=one.tier.rank,
        previous_tier=former,
        partial=one.partial,
        gates=[gate.to_document() for gate in one.gates],
        families={name: None if score is None else str(score) for name, score in one.families.items()},
        peer_group=one.peer_group,
        inputs_hash=one.inputs_hash,
    )


def _value_rows(
    run: GradeRun, window: Window, graded: Iterable[tuple[DealerGrade, tuple[Mark, ...]]], rules: SchemeRules
) -> Iterable[IndicatorValue]:
    indicators = {one.indicator.key: one.indicator for one in rules.weighted}
    for dealer_grade, marks in graded:
        totals = window.totals[dealer_grade.dealer]
        for mark in marks:
            own = indicators[mark.key]
            yield IndicatorValue(
                run=run,
                dealer=window.dealers[dealer_grade.dealer],
                key=mark.key,
                numerator=totals[own.numerator],
                denominator=totals[own.denominator] if own.denominator else None,
                raw=mark.raw,
                shrunk=mark.value,
                absolute=mark.absolute,
                relative=mark.relative,
                score=mark.score,
                contribution=mark.contribution,
                status=mark.status,
            )


def _move_tiers(run: GradeRun, window: Window, dealers: Iterable[DealerGrade]) -> None:
    """Set the tiers that policies use. Who is unrated or new keeps the former one."""
    held = {tier.dealer_id: tier for tier in DealerTier.objects.filter(dealer__brand=run.brand)}
    for one in dealers:
        dealer, policy = window.dealers[one.dealer], one.policy_tier
        if policy is None:
            continue
        before = held.get(dealer.pk)
        since = before.since if before and before.tier == policy.value else business_day(run.created_at)
        DealerTier.objects.update_or_create(
            dealer=dealer,
            defaults={
                "tier": policy.value,
                "tier_rank": policy.rank,
                "score": one.smoothed,
                "run": run,
                "since": since,
            },
        )


def run_due(*, now: datetime) -> int:
    """Make the official runs that are due (Monday 04:00 and whenever one was missed) and today's shadow runs. Returns how many were made."""
    made = 0
    for brand_id in Brand.objects.values_list("pk", flat=True):
        if _official_is_due(brand_id, now):
            run(brand_id=brand_id, kind="official", now=now)
            made += 1
        today = business_day(now) - timedelta(days=1)
        if not GradeRun.objects.filter(brand_id=brand_id, kind="shadow", window_to=today).exists():
            run(brand_id=brand_id, kind="shadow", now=now)
            made += 1
    return made


def _official_is_due(brand_id: int, now: datetime) -> bool:
    """Whether the last Monday 04:00 has no official run yet. A brand without any is graded at once."""
    latest = GradeRun.objects.filter(brand_id=brand_id, kind="official").order_by("-window_to").first()
    if latest is None:
        return True
    today = business_day(now)
    monday = today - timedelta(days=(today.weekday() - OFFICIAL_WEEKDAY) % 7)
    return latest.window_to < monday - timedelta(days=1) and now >= run_moment(monday)


def run_moment(monday: date) -> datetime:
    """When the official run of a Monday is made."""
    return day_start(monday) + timedelta(hours=OFFICIAL_HOUR)
