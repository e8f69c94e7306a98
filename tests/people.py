"""Two brands with a few dealers and one person in every role: enough for stories about who sees what."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cloudstore.kit.clock import now
from cloudstore.network.models import Account, Brand, Dealer, DealerGroup, Division, Region
from cloudstore.network.services import appoint
from cloudstore.users.models import User
from cloudstore.users.rules import Role
from cloudstore.users.services import make_user

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class SmallBrand:
    """A brand with two regions, a dealer in each (`near` in east, `far` in west), and people by role."""

    brand: Brand
    east: Region
    west: Region
    group: DealerGroup
    near: Dealer
    far: Dealer
    people: dict[Role, User] = field(default_factory=dict)

    def who(self, role: Role) -> User:
        return self.people[role]


def _dealer(brand: Brand, region: Region, code: str, name: str, city: Division, **more: object) -> Dealer:
    return Dealer.objects.create(
        brand=brand,
        region=region,
        code=code,
        name=name,
        city=city,
        lat=city.lat,
        lon=city.lon,
        activated_on=LONG_AGO.date(),
        **more,
    )


def _city(adcode: str, name: str, lat: float, lon: float) -> Division:
    """Tests that commit start from empty tables, the others find the whole country there."""
    place = {"name": name, "level": "prefecture", "lat": lat, "lon": lon}
    return Division.objects.get_or_create(adcode=adcode, defaults=place)[0]


def small_brand(slug: str, name_zh: str = "星河汽车") -> SmallBrand:
    """Write one brand. People are called `<slug>-<role>`."""
    city, other_city = _city("310100", "上海市", 31.23, 121.47), _city("510100", "成都市", 30.57, 104.07)
    brand = Brand.objects.create(slug=slug, name_zh=name_zh, name_en=slug.title())
    east = Region.objects.create(brand=brand, code="east", name=f"{name_zh}华东", path="east/", position=0)
    west = Region.objects.create(brand=brand, code="west", name=f"{name_zh}西南", path="west/", position=1)
    group = DealerGroup.objects.create(brand=brand, name=f"{name_zh}集团")
    near = _dealer(brand, east, f"{slug}-N1", f"{name_zh}滨江店", city, group=group)
    far = _dealer(brand, west, f"{slug}-F1", f"{name_zh}锦江店", other_city)
    for dealer in (near, far):
        Account.objects.create(
            brand=brand,
            dealer=dealer,
            open_id=f"od-{dealer.code}",
            nickname=dealer.name,
            auth_state="authorised",
            auth_expires_at=now() + timedelta(days=30),
        )
    made = SmallBrand(brand, east, west, group, near, far)
    places = {Role.REGION_MANAGER: east, Role.DEALER_MANAGER: near, Role.ACCOUNT_OPERATOR: near, Role.CONSULTANT: near}
    for role in Role:
        user = make_user(username=f"{slug}-{role.value}", display_name=f"{slug} {role.value}")
        appoint(user=user, brand=brand, role=role, place=places.get(role), now=LONG_AGO)
        made.people[role] = user
    return made
