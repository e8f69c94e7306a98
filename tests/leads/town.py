"""A small network that the stories of leads and routing share: three stores, their accounts, a desk, one afternoon."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from cloudstore.connectors.messages import AdInfo, LeadSeen, Scene, Traffic
from cloudstore.gateway.models import InboundEvent
from cloudstore.network.gazetteer import gazetteer
from cloudstore.network.models import (
    Account,
    Brand,
    BrandAuthorisation,
    Dealer,
    Division,
    Region,
    Series,
    StaffMember,
    Territory,
)
from cloudstore.network.scope import Scope, of_staff
from cloudstore.users.models import User

#: 10:00 on a Monday in Shanghai.
MORNING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LONG_AGO = MORNING - timedelta(days=400)
_numbers = count(1)


def division(adcode: str) -> Division:
    """The division of the product's region table; a test with real transactions empties the table behind itself."""
    known = gazetteer().place(adcode)
    assert known is not None
    fields = {"name": known.name, "level": known.level.value, "parent_id": known.parent or None}
    row, _ = Division.objects.get_or_create(adcode=adcode, defaults={**fields, "lat": known.lat, "lon": known.lon})
    return row


@dataclass
class Town:
    """One brand's network. Build it with `build_town()`."""

    brand: Brand
    region: Region
    series: dict[str, Series] = field(default_factory=dict)
    dealers: dict[str, Dealer] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    people: dict[str, StaffMember] = field(default_factory=dict)

    def dealer(self, code: str, city: str, *, authorised: bool = True, **fields: Any) -> Dealer:
        """A store in a city, authorised for every series, with one account."""
        place = division(city)
        row = Dealer.objects.create(
            brand=self.brand,
            region=self.region,
            code=code,
            name=f"{place.name}{code}",
            city=place,
            lat=place.lat,
            lon=place.lon,
            activated_on=date(2024, 1, 1),
            **fields,
        )
        Territory.objects.create(dealer=row, adcode=city)
        if authorised:
            for series in self.series.values():
                BrandAuthorisation.objects.create(dealer=row, series=series, valid_from=date(2024, 1, 1))
        self.dealers[code] = row
        self.accounts[code] = Account.objects.create(
            brand=self.brand, dealer=row, open_id=f"od_{code}", nickname=f"{code} 直播间", auth_state="authorised"
        )
        return row

    def person(self, username: str, role: str, dealer: str = "", **fields: Any) -> StaffMember:
        """Somebody who can sign in and has one post."""
        user, _ = User.objects.get_or_create(
            username=f"{username}-{self.brand.slug}", defaults={"display_name": username}
        )
        row = StaffMember.objects.create(
            user=user,
            brand=self.brand,
            role=role,
            dealer=self.dealers.get(dealer),
            name=username,
            valid_from=LONG_AGO,
            **fields,
        )
        self.people[username] = row
        return row

    def scope(self, username: str) -> Scope:
        """What this person may see."""
        scope = of_staff(self.people[username])
        assert scope is not None
        return scope

    def event(self, at: datetime = MORNING, source: str = "douyin") -> InboundEvent:
        """An event as the door would have kept it."""
        number = next(_numbers)
        return InboundEvent.objects.create(
            brand=self.brand,
            source=source,
            client_key="ck_demo",
            dedupe_key=f"m{number}",
            body=b"{}",
            received_at=at,
        )

    def card(self, code: str = "SH01", phone: str = "13800138000", **fields: Any) -> LeadSeen:
        """A filled lead card in a chat with a store's account."""
        given: dict[str, Any] = {"name": "王女士", "city_text": "", "user_open_id": "", "scene": Scene.IM_MESSAGE}
        return LeadSeen(
            platform="douyin", client_key="ck_demo", account_open_id=f"od_{code}", phone=phone, **(given | fields)
        )


def build_town(slug: str = "xinghe") -> Town:
    """Stores in Shanghai, Suzhou and Guangzhou; a manager, an operator and two consultants in Shanghai; two at the desk."""
    brand = Brand.objects.create(slug=slug, name_zh="星河汽车", name_en="Xinghe Motors")
    region = Region.objects.create(brand=brand, code="east", name="华东", path="east/")
    town = Town(brand, region)
    for code in ("X7", "L5"):
        town.series[code] = Series.objects.create(brand=brand, code=code, name=f"星河 {code}")
    town.dealer("SH01", "310100")
    town.dealer("SZ01", "320500")
    town.dealer("GZ01", "440100")
    town.person("he", "oem_desk")
    town.person("ning", "oem_desk")
    town.person("lin", "brand_manager")
    town.person("chen", "dealer_manager", "SH01")
    town.person("wang", "account_operator", "SH01")
    town.person("zhao", "consultant", "SH01")
    town.person("qin", "consultant", "SH01")
    town.person("su", "dealer_manager", "SZ01")
    return town


PAID = {"traffic": Traffic.PAID, "ad": AdInfo(ad_id="ad1")}
