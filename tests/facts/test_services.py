"""Facts are rebuilt, not added to: late data corrects itself, and a quiet day is a fact."""

from datetime import date, timedelta

import pytest

from cloudstore.facts.models import AccountDay, DealerDay
from cloudstore.facts.queries import computed_at, sums_by_dealer
from cloudstore.facts.services import rebuild
from cloudstore.kit.clock import business_day
from cloudstore.live.models import LiveSession
from cloudstore.network.scope import of_staff
from dashboards.queries.numbers import period_at
from tests.world import NOON, build

YESTERDAY = business_day(NOON) - timedelta(days=1)


@pytest.fixture
def world(db):
    return build()


def _session(world, minutes, room="r1"):
    start = NOON - timedelta(days=1)
    end = start + timedelta(minutes=minutes)
    return LiveSession.objects.create(
        brand=world.xinghe.brand,
        dealer=world.xinghe.dealers["riverside"],
        account=world.xinghe.accounts["SH01"],
        room_id=room,
        started_at=start,
        ended_at=end,
        intervals=[[start.isoformat(), end.isoformat()]],
        viewers_unique=120,
    )


def _build(world, first=YESTERDAY, last=YESTERDAY):
    return rebuild(brand_id=world.xinghe.brand.pk, first=first, last=last, now=NOON)


def _minutes(world) -> int:
    return DealerDay.objects.get(dealer=world.xinghe.dealers["riverside"], day=YESTERDAY).live_minutes_effective


def test_every_active_store_has_a_row_for_a_quiet_day(world):
    assert _build(world) == 3
    assert DealerDay.objects.filter(day=YESTERDAY, brand=world.xinghe.brand).count() == 3
    assert _minutes(world) == 0


def test_building_twice_counts_once_and_late_data_corrects(world):
    _session(world, 90)
    _build(world)
    _build(world)
    assert _minutes(world) == 90
    LiveSession.objects.update(banned=True)
    _build(world)
    assert _minutes(world) == 0


def test_a_store_is_the_sum_of_its_accounts(world):
    _session(world, 90)
    _session(world, 40, room="r2").save()
    _build(world)
    rows = AccountDay.objects.filter(dealer=world.xinghe.dealers["riverside"], day=YESTERDAY)
    assert sum(row.live_viewers_u for row in rows) == 240


def test_other_brands_and_other_days_stay_as_they_are(world):
    rebuild(brand_id=world.beichen.brand.pk, first=YESTERDAY, last=YESTERDAY, now=NOON)
    kept = DealerDay.objects.get(brand=world.beichen.brand)
    _build(world, date(2026, 2, 20), YESTERDAY)
    assert DealerDay.objects.get(brand=world.beichen.brand).pk == kept.pk


def test_sums_are_those_of_the_scope_and_the_period(world):
    _session(world, 90)
    _build(world, YESTERDAY - timedelta(days=30), YESTERDAY)
    fang = of_staff(world.xinghe.people["fang"])
    rows = {row["dealer_id"]: row for row in sums_by_dealer(fang, period_at(NOON))}
    assert rows.keys() == {world.xinghe.dealers["riverside"].pk, world.xinghe.dealers["suzhou"].pk}
    own = rows[world.xinghe.dealers["riverside"].pk]
    assert (own["now_minutes"], own["before_minutes"]) == (90, 0)
    assert computed_at(world.xinghe.brand.pk) == NOON
    assert computed_at(world.beichen.brand.pk) is None
