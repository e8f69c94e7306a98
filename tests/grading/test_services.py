"""A brand is graded every Monday: once per window, the same from the same facts, and policies keep their tier."""

from datetime import timedelta

import pytest
import time_machine

from cloudstore.facts.models import DealerDay
from cloudstore.grading import services
from cloudstore.grading.models import DealerTier, Grade, GradeRun, IndicatorValue
from tests.dashboards.network import grow
from tests.world import NOON, build


@pytest.fixture
def brand(db):
    with time_machine.travel(NOON, tick=False):
        world = build()
        grow(world, stores=14, leads_each=0)
        yield world.xinghe.brand


def test_an_official_run_of_a_window_is_made_once(brand):
    first = services.run(brand_id=brand.pk, kind="official", now=NOON)
    again = services.run(brand_id=brand.pk, kind="official", now=NOON + timedelta(hours=3))
    assert first == again
    assert GradeRun.objects.filter(brand=brand, kind="official").count() == 2


def test_the_same_facts_give_the_same_result(brand):
    one = services.run(brand_id=brand.pk, kind="shadow", now=NOON)
    two = services.run(brand_id=brand.pk, kind="shadow", now=NOON)
    assert (one.inputs_hash, one.results_hash) == (two.inputs_hash, two.results_hash)
    assert IndicatorValue.objects.filter(run=two).count() == 14 * 8


def test_a_late_fact_changes_the_store_it_belongs_to(brand):
    before = services.run(brand_id=brand.pk, kind="shadow", now=NOON)
    store = Grade.objects.filter(run=before).order_by("dealer__code").first().dealer
    DealerDay.objects.filter(dealer=store, day=NOON.date() - timedelta(days=3)).update(live_minutes_effective=480)
    after = services.run(brand_id=brand.pk, kind="shadow", now=NOON)
    assert _raws(before) - _raws(after) != set()
    # Peers may change rank, but what was measured of them did not.
    assert {dealer for dealer, _key, _raw in _raws(before) ^ _raws(after)} == {store.pk}


def _raws(run):
    return set(run.values.values_list("dealer_id", "key", "raw"))


def test_a_shadow_run_moves_no_tier(brand):
    tiers = dict(DealerTier.objects.values_list("dealer_id", "tier"))
    DealerDay.objects.filter(brand=brand).update(live_minutes_effective=0, leads_followed_in_sla=0, dm_reply_ok=0)
    services.run(brand_id=brand.pk, kind="shadow", now=NOON)
    assert dict(DealerTier.objects.values_list("dealer_id", "tier")) == tiers


def test_an_official_run_moves_at_most_one_tier_unless_a_gate_shuts(brand):
    order = "DCBAS"
    before = dict(DealerTier.objects.values_list("dealer_id", "tier"))
    DealerDay.objects.filter(brand=brand).update(live_minutes_effective=0)
    services.run(brand_id=brand.pk, kind="official", now=NOON + timedelta(days=7))
    after = dict(DealerTier.objects.values_list("dealer_id", "tier"))
    assert all(abs(order.index(after[pk]) - order.index(before[pk])) <= 1 for pk in before)
    assert after != before


def test_run_due_makes_mondays_run_and_todays_preview_once(brand):
    monday = NOON + timedelta(days=7)
    assert services.run_due(now=monday) >= 2
    assert services.run_due(now=monday) == 0
    assert GradeRun.objects.filter(brand=brand, kind="official").count() == 3
