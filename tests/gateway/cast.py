"""A brand with one dealer and its account: all that the gateway's stories need."""

from dataclasses import dataclass
from datetime import UTC, datetime

from cloudstore.network.models import Account, Brand, Dealer, Division, Region

MORNING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # ten o'clock in Shanghai


@dataclass(frozen=True)
class World:
    brand: Brand
    dealer: Dealer
    account: Account


def one_dealer(slug: str) -> World:
    """Write one brand. Its account has the open id `od-<slug>` and is not yet authorised."""
    city, _ = Division.objects.get_or_create(
        adcode="310100", defaults={"name": "上海市", "level": "prefecture", "lat": 31.23, "lon": 121.47}
    )
    brand = Brand.objects.create(slug=slug, name_zh="星河汽车", name_en=slug.title())
    region = Region.objects.create(brand=brand, code="east", name="华东", path="east/")
    dealer = Dealer.objects.create(
        brand=brand,
        region=region,
        code=f"{slug}-1",
        name="滨江店",
        city=city,
        lat=city.lat,
        lon=city.lon,
        activated_on=MORNING.date(),
    )
    account = Account.objects.create(brand=brand, dealer=dealer, open_id=f"od-{slug}", nickname="滨江店")
    return World(brand, dealer, account)
