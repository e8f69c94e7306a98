"""A graded network for stories about boards: stores of growing strength, with facts, leads and two weekly runs."""

from datetime import datetime, timedelta

from cloudstore.customers.models import Customer
from cloudstore.facts.models import DealerDay
from cloudstore.grading.services import run
from cloudstore.kit.clock import business_day
from cloudstore.leads.models import Lead
from cloudstore.network.models import Dealer, Region
from tests.world import NOON, Company, World

SCENES = (("SHORT_VIDEO", "natural-video"), ("LIVE_VIDEO", "paid-live"), ("IM_MESSAGE", "natural-dm"))


def grow(world: World, *, stores: int, leads_each: int = 4, now: datetime = NOON) -> list[Dealer]:
    """Bring Xinghe to `stores` stores, half of the new ones in Jiangsu (a child of east), with 56 days of facts."""
    company = world.xinghe
    east = company.regions["east"]
    jiangsu = Region.objects.create(brand=company.brand, parent=east, code="jiangsu", name="江苏", path="east/jiangsu/")
    company.regions["jiangsu"] = jiangsu
    missing = stores - Dealer.objects.filter(brand=company.brand).count()
    Dealer.objects.bulk_create(store_row(company, jiangsu, at, now) for at in range(missing))
    dealers = list(Dealer.objects.filter(brand=company.brand).order_by("code"))
    today = business_day(now)
    DealerDay.objects.bulk_create(
        [
            _day(dealer, at / len(dealers), today - timedelta(days=back), now)
            for at, dealer in enumerate(dealers)
            for back in range(64)
        ],
        batch_size=500,
    )
    for at, dealer in enumerate(dealers):
        for number in range(leads_each + at % 3):
            make_lead(company, dealer, number, now - timedelta(days=1 + number * 3))
    run(brand_id=company.brand.pk, kind="official", now=now - timedelta(days=7))
    run(brand_id=company.brand.pk, kind="official", now=now)
    return dealers


def store_row(company: Company, jiangsu: Region, at: int, now: datetime) -> Dealer:
    """A store to be written; every other one in Jiangsu."""
    region = jiangsu if at % 2 else company.regions["south"]
    return Dealer(
        brand=company.brand,
        region=region,
        code=f"X{at:04d}",
        name=f"星河汽车第{at}店",
        city_id="310100",
        lat=31.2,
        lon=121.5,
        activated_on=(now - timedelta(days=400)).date(),
    )


def _day(dealer: Dealer, strength: float, day, now: datetime) -> DealerDay:
    return DealerDay(
        brand_id=dealer.brand_id,
        dealer=dealer,
        day=day,
        posts_effective=1 if day.day % 10 < 10 * strength else 0,
        video_impr=1000,
        comp_impr=1000,
        comp_clicks=round(4 + 14 * strength),
        live_minutes_effective=round(150 * strength) if day.day % 4 else 600,
        live_viewers_u=200,
        live_widget_leads_valid=1 if strength > 0.4 else 0,
        dm_sessions=4,
        dm_reply_ok=round(4 * strength),
        leads_assigned_due=3,
        leads_followed_in_sla=round(1.4 + 1.6 * strength),
        leads_matured=3,
        leads_valid=round(1 + 2 * strength),
        quality={source: "ok" for source in ("posts", "live", "dm", "leads", "capture")},
        computed_at=now,
    )


def make_lead(company: Company, dealer: Dealer | None, number: int, at: datetime, **more: object) -> Lead:
    """One lead of a masked person."""
    scene, source = SCENES[number % len(SCENES)]
    customer = Customer.objects.create(
        brand=company.brand, name_masked="陈**", phone_masked="138****2210", created_at=at
    )
    fields = {
        "scene": scene,
        "source_class": source,
        "platform": "douyin",
        "state": "assigned",
        "local": number % 4 > 0,
    }
    return Lead.objects.create(
        brand=company.brand, customer=customer, dealer=dealer, created_at=at, last_touch_at=at, **fields | more
    )
