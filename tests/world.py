"""The cast of the tests: two brands, their stores and people, and one of everything that people can address.

Xinghe has Lin (brand manager), Fang (region manager, east), He (OEM desk), Zhou (leadership), Ada (administrator); the
store Riverside in Shanghai has Chen (manager), Wang (operator), Zhao (consultant); the store Nanshan in Shenzhen has
Qian (manager) and Sun (operator). Beichen, another brand, has people of every role as well.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.test import Client

from cloudstore.gateway.models import PlatformApp
from cloudstore.kit.crypto import seal
from cloudstore.network.models import (
    Account,
    Brand,
    BrandAuthorisation,
    Dealer,
    DealerGroup,
    Region,
    Series,
    StaffMember,
    Territory,
)
from cloudstore.network.services import appoint
from cloudstore.users.models import User
from cloudstore.users.rules import Role

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # a Monday, 12:00 in Shanghai
PASSWORD = "meadow-harbour-lantern-31"
_HASHED = make_password(PASSWORD, hasher="pbkdf2_sha256")
WORKING = {"spans": [["09:00", "21:00"]], "closed": []}


@dataclass
class Company:
    """One brand with its places and people, by short name."""

    brand: Brand
    app: PlatformApp
    series: Series
    regions: dict[str, Region] = field(default_factory=dict)
    group: DealerGroup | None = None
    dealers: dict[str, Dealer] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    people: dict[str, StaffMember] = field(default_factory=dict)


@dataclass
class World:
    """Both brands."""

    xinghe: Company
    beichen: Company

    def people(self) -> dict[str, StaffMember]:
        """Everybody by name."""
        return self.xinghe.people | self.beichen.people


def build(now: datetime = NOON) -> World:
    """Write the cast into the test database."""
    return World(_xinghe(now), _beichen(now))


def signed_in(person: StaffMember) -> Client:
    """A browser in which this person is signed in, reading English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(person.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _xinghe(now: datetime) -> Company:
    company = _company("xinghe", "星河汽车", "Xinghe Motors", "ck_demo", "dy_secret_demo", now)
    for code, name in (("east", "华东"), ("south", "华南")):
        company.regions[code] = _region(company, code, name)
    company.group = DealerGroup.objects.create(brand=company.brand, name="嘉和汽车集团")
    company.dealers["riverside"] = _dealer(
        company, "SH01", "上海嘉和汽车滨江店", "east", "310100", now, group=company.group
    )
    company.dealers["suzhou"] = _dealer(
        company, "SZ01", "苏州嘉和汽车园区店", "east", "320500", now, group=company.group
    )
    company.dealers["nanshan"] = _dealer(company, "SZ11", "深圳鹏程汽车南山店", "south", "440300", now)
    _staff(company, now, lin=(Role.BRAND_MANAGER, None), fang=(Role.REGION_MANAGER, company.regions["east"]))
    _staff(company, now, he=(Role.OEM_DESK, None), zhou=(Role.LEADERSHIP, None), ada=(Role.ADMINISTRATOR, None))
    riverside, nanshan = company.dealers["riverside"], company.dealers["nanshan"]
    _staff(company, now, chen=(Role.DEALER_MANAGER, riverside), wang=(Role.ACCOUNT_OPERATOR, riverside))
    _staff(company, now, zhao=(Role.CONSULTANT, riverside), gao=(Role.DEALER_MANAGER, company.group))
    _staff(company, now, qian=(Role.DEALER_MANAGER, nanshan), sun=(Role.ACCOUNT_OPERATOR, nanshan))
    return company


def _beichen(now: datetime) -> Company:
    company = _company("beichen", "北辰汽车", "Beichen Auto", "ck_beichen", "dy_secret_beichen", now)
    company.regions["all"] = _region(company, "bc-all", "北辰全国")
    company.dealers["beichen_store"] = _dealer(company, "BC01", "北辰汽车上海体验店", "all", "310100", now)
    store = company.dealers["beichen_store"]
    _staff(company, now, bei_lin=(Role.BRAND_MANAGER, None), bei_fang=(Role.REGION_MANAGER, company.regions["all"]))
    _staff(
        company, now, bei_he=(Role.OEM_DESK, None), bei_zhou=(Role.LEADERSHIP, None), bei_ada=(Role.ADMINISTRATOR, None)
    )
    _staff(
        company,
        now,
        bei_chen=(Role.DEALER_MANAGER, store),
        bei_wang=(Role.ACCOUNT_OPERATOR, store),
        bei_zhao=(Role.CONSULTANT, store),
    )
    return company


def _company(slug: str, name_zh: str, name_en: str, client_key: str, secret: str, now: datetime) -> Company:
    brand = Brand.objects.create(slug=slug, name_zh=name_zh, name_en=name_en, legal_name=f"{name_zh}销售有限公司")
    app = PlatformApp.objects.create(
        brand=brand, platform="douyin", client_key=client_key, secret=seal(secret, f"app.secret|{client_key}")
    )
    return Company(brand, app, Series.objects.create(brand=brand, code="X7", name=f"{name_zh[:2]} X7"))


def _region(company: Company, code: str, name: str) -> Region:
    return Region.objects.create(brand=company.brand, code=code, name=name, path=f"{code}/")


def _dealer(
    company: Company, code: str, name: str, region: str, city: str, now: datetime, group: DealerGroup | None = None
) -> Dealer:
    dealer = Dealer.objects.create(
        brand=company.brand,
        region=company.regions[region],
        group=group,
        code=code,
        name=name,
        legal_name=f"{name}有限公司",
        city_id=city,
        city_tier=1,
        address="汽车大道1号",
        lat=31.2,
        lon=121.5,
        activated_on=(now - timedelta(days=400)).date(),
        calendar=WORKING,
    )
    Territory.objects.create(dealer=dealer, adcode=city)
    BrandAuthorisation.objects.create(dealer=dealer, series=company.series, valid_from=dealer.activated_on)
    company.accounts[code] = Account.objects.create(
        brand=company.brand,
        dealer=dealer,
        open_id=f"od_{company.brand.slug}_{code.lower()}",
        nickname=name,
        auth_state="authorised",
        auth_expires_at=now + timedelta(days=20),
    )
    return dealer


def _staff(company: Company, now: datetime, **posts: tuple[Role, Region | DealerGroup | Dealer | None]) -> None:
    for name, (role, place) in posts.items():
        user = User.objects.create(username=name.replace("_", "-"), display_name=name, password=_HASHED, language="en")
        company.people[name] = appoint(
            user=user, brand=company.brand, role=role, place=place, name=name, now=now - timedelta(days=30)
        )
