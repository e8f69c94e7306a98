"""Builds brands, regions, dealers, accounts and people from the cast; rows only, no history."""

import json
import os
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password

from cloudstore.capture.models import ConsentText, Widget
from cloudstore.demo.cast import BRANDS, BrandCard, DealerCard, Person
from cloudstore.demo.rhythm import dice
from cloudstore.gateway.models import PlatformApp
from cloudstore.kit.crypto import fingerprint, seal
from cloudstore.network.models import (
    Account,
    Brand,
    BrandAuthorisation,
    Dealer,
    DealerGroup,
    Division,
    Region,
    Series,
    StaffMember,
    Territory,
)
from cloudstore.users.models import User
from cloudstore.users.rules import Role

CALENDAR = {"spans": [["09:00", "21:00"]], "closed": []}
CAPACITY = {"S": (40, 10), "M": (90, 20), "L": (150, 30)}
_ACCOUNTS = (("store", ""), ("live", "直播间"), ("advisor", "顾问"))
_WORDS = [
    "river",
    "lantern",
    "cedar",
    "harbour",
    "maple",
    "summit",
    "meadow",
    "copper",
    "willow",
    "orchard",
    "velvet",
    "canyon",
    "marble",
    "falcon",
    "ember",
    "juniper",
]


@dataclass(frozen=True, slots=True)
class Placed:
    """A dealer row together with its card."""

    card: DealerCard
    dealer: Dealer
    accounts: tuple[Account, ...]
    staff: dict[Role, StaffMember]


@dataclass(frozen=True, slots=True)
class PlacedBrand:
    """A brand row with everything that hangs on it."""

    card: BrandCard
    brand: Brand
    series: tuple[Series, ...]
    dealers: tuple[Placed, ...]
    consent: ConsentText


def logins_file() -> Path:
    """Where the demo names and the one demo password of this installation are kept (readable by the owner alone)."""
    return settings.VAR_DIR / "demo-logins.json"


def demo_password() -> str:
    """The password of all demo people: made once for this installation, kept beside the database."""
    note = logins_file()
    if note.exists():
        return str(json.loads(note.read_text())["password"])
    return "-".join([*(secrets.choice(_WORDS) for _ in range(3)), str(secrets.randbelow(90) + 10)])


def grown(card: BrandCard, dealers: int) -> BrandCard:
    """The brand with `dealers` dealers: the cast first, then numbered ones in real cities, for measuring."""
    if dealers <= len(card.dealers):
        return replace(card, dealers=card.dealers[:dealers])
    cities = list(
        Division.objects.filter(level="prefecture")
        .exclude(adcode__in=["419000", "429000", "469000", "659000"])
        .order_by("adcode")
    )
    more = []
    for number in range(len(card.dealers), dealers):
        source = dice(card.slug, "dealer", number)
        city = cities[number % len(cities)]
        region = ("east", "south", "north")[int(city.adcode[0]) % 3]
        size = source.choice("SMML")
        name = f"{city.name.removesuffix('市')}第{number // len(cities) + 1}汽车店"
        more.append(
            DealerCard(f"D{number:05d}", name, city.adcode, region, size, 2 + number % 2, source.uniform(0.1, 0.98))
        )
    return replace(card, dealers=card.dealers + tuple(more))


def build(*, dealers: int, now: datetime) -> list[PlacedBrand]:
    """Write both brands. The first has `dealers` dealers. Returns the rows with their cards."""
    password = demo_password()
    hashed = make_password(password)
    placed = [_brand(grown(card, dealers) if card is BRANDS[0] else card, hashed, now) for card in BRANDS]
    _note_logins(password)
    return placed


def _note_logins(password: str) -> None:
    rows = [{"username": person.username, "who": _who(card, person)} for card in BRANDS for person in card.people]
    note = logins_file()
    with os.fdopen(os.open(note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        json.dump({"password": password, "people": rows}, handle, ensure_ascii=False, indent=1)


def _who(card: BrandCard, person: Person) -> str:
    place = f", {person.place}" if person.place else ""
    return f"{person.role.replace('_', ' ')} of {card.name_en}{place}"


def _brand(card: BrandCard, hashed: str, now: datetime) -> PlacedBrand:
    brand = Brand.objects.create(slug=card.slug, name_zh=card.name_zh, name_en=card.name_en, legal_name=card.legal_name)
    PlatformApp.objects.create(
        brand=brand,
        platform="douyin",
        client_key=card.client_key,
        secret=seal(card.secret, f"app.secret|{card.client_key}"),
    )
    series = Series.objects.bulk_create([Series(brand=brand, code=code, name=name) for code, name in card.series])
    regions = {
        code: Region.objects.create(brand=brand, code=code, name=name, path=f"{code}/", position=position)
        for position, (code, name) in enumerate(card.regions)
    }
    groups = {name: DealerGroup.objects.create(brand=brand, name=name) for name in card.groups}
    dealers = _dealers(card, brand, regions, groups, now)
    since = (now - timedelta(days=720)).date()
    BrandAuthorisation.objects.bulk_create(
        [BrandAuthorisation(dealer=dealer, series=one, valid_from=since) for dealer in dealers for one in series],
        batch_size=1000,
    )
    Territory.objects.bulk_create(
        [Territory(dealer=dealer, adcode=dealer.city_id) for dealer in dealers], batch_size=1000
    )
    staff = _people(card, brand, regions, dealers, hashed, now)
    accounts = _accounts(card, brand, dealers, staff, now)
    placed = tuple(
        Placed(one, dealer, tuple(accounts[dealer.pk]), staff[dealer.code])
        for one, dealer in zip(card.dealers, dealers, strict=True)
    )
    consent = _consent(brand, now)
    _widgets(brand, placed, consent, now)
    return PlacedBrand(card, brand, tuple(series), placed, consent)


def _dealers(
    card: BrandCard, brand: Brand, regions: dict[str, Region], groups: dict[str, DealerGroup], now: datetime
) -> list[Dealer]:
    places = Division.objects.in_bulk({one.city for one in card.dealers})
    rows = []
    for one in card.dealers:
        source, city = dice(card.slug, one.code, "place"), places[one.city]
        capacity_open, capacity_day = CAPACITY[one.size_band]
        rows.append(
            Dealer(
                brand=brand,
                region=regions[one.region],
                group=groups.get(one.group),
                code=one.code,
                name=one.name,
                legal_name=f"{one.name}有限公司",
                city=city,
                city_tier=one.city_tier,
                size_band=one.size_band,
                address=f"{city.name}汽车大道{source.randint(1, 980)}号",
                lat=city.lat + source.uniform(-0.08, 0.08),
                lon=city.lon + source.uniform(-0.08, 0.08),
                activated_on=(now - timedelta(days=400)).date(),
                capacity_open=capacity_open,
                capacity_day=capacity_day,
                calendar=CALENDAR,
            )
        )
    return Dealer.objects.bulk_create(rows, batch_size=500)


def _people(
    card: BrandCard, brand: Brand, regions: dict[str, Region], dealers: list[Dealer], hashed: str, now: datetime
) -> dict[str, dict[Role, StaffMember]]:
    by_code = {dealer.code: dealer for dealer in dealers}
    named = [person for person in card.people if person.place in by_code or person.place in regions or not person.place]
    taken = {(person.place, person.role) for person in named}
    filling = [
        Person(
            f"{dealer.code.lower()}-{role.value.split('_')[-1]}", _invented_name(dealer.code, role), role, dealer.code
        )
        for dealer in dealers
        for role in (Role.DEALER_MANAGER, Role.ACCOUNT_OPERATOR, Role.CONSULTANT)
        if (dealer.code, role) not in taken
    ]
    everybody = [*named, *filling]
    users = User.objects.bulk_create(
        [
            User(username=person.username, display_name=person.name, password=hashed, language=person.language)
            for person in everybody
        ],
        batch_size=500,
    )
    entries = StaffMember.objects.bulk_create(
        [
            StaffMember(
                user=user,
                brand=brand,
                role=person.role,
                name=person.name,
                valid_from=now - timedelta(days=400),
                region=regions.get(person.place),
                dealer=by_code.get(person.place),
            )
            for user, person in zip(users, everybody, strict=True)
        ],
        batch_size=500,
    )
    staff: dict[str, dict[Role, StaffMember]] = {dealer.code: {} for dealer in dealers}
    for entry, person in zip(entries, everybody, strict=True):
        if person.place in staff:
            staff[person.place][person.role] = entry
    return staff


def _invented_name(code: str, role: Role) -> str:
    source = dice(code, role, "name")
    return source.choice("李张刘杨黄吴徐朱马胡郭何高罗") + source.choice(
        ("佳", "晨曦", "子涵", "思远", "雨桐", "浩", "欣怡", "志强", "婷", "建华")
    )


def _accounts(
    card: BrandCard, brand: Brand, dealers: list[Dealer], staff: dict[str, dict[Role, StaffMember]], now: datetime
) -> dict[int, list[Account]]:
    rows = [
        Account(
            brand=brand,
            dealer=dealer,
            open_id=f"od_{card.slug}_{dealer.code.lower()}_{kind}",
            nickname=f"{dealer.name}{suffix}",
            staff=staff[dealer.code].get(Role.CONSULTANT) if kind == "advisor" else None,
            auth_state="authorised",
            auth_expires_at=now + timedelta(days=30),
        )
        for dealer in dealers
        for kind, suffix in _ACCOUNTS
    ]
    grouped: dict[int, list[Account]] = {dealer.pk: [] for dealer in dealers}
    for account in Account.objects.bulk_create(rows, batch_size=500):
        grouped[account.dealer_id].append(account)
    return grouped


CONSENT_ZH = (
    "我同意{brand}（{brand_legal}）与{dealer}（{dealer_legal}）为联系我、介绍车型和安排试驾而使用我填写的姓名、手机号和城市；"
    "若我不在该店服务范围内，可由{brand}转交给我所在地区的授权经销商。我可以随时撤回。"
)
CONSENT_EN = (
    "I agree that {brand} ({brand_legal}) and {dealer} ({dealer_legal}) use the name, mobile number and city I give here to contact me, to present cars and to "
    "arrange a test drive; if I live outside the area of this store, {brand} may pass them on to the authorised dealer of my area. I may withdraw at any time."
)


def _consent(brand: Brand, now: datetime) -> ConsentText:
    return ConsentText.objects.create(
        brand=brand,
        version="2026-09",
        text_zh=CONSENT_ZH,
        text_en=CONSENT_EN,
        recipients=["oem", "dealer", "network"],
        content_hash=fingerprint(f"{CONSENT_ZH}\n{CONSENT_EN}".encode()),
        created_at=now,
    )


def _widgets(brand: Brand, placed: tuple[Placed, ...], consent: ConsentText, now: datetime) -> None:
    """One widget per scene for each dealer, with a code that says whose it is."""
    kinds = (
        ("video_form", "SHORT_VIDEO", 0, "v", "预约试驾", "Book a test drive"),
        ("live_form", "LIVE_VIDEO", 1, "l", "直播专享底价", "Live offer"),
        ("dm_card", "IM_MESSAGE", 0, "m", "顾问联系我", "Have an adviser call me"),
        ("homepage_form", "HOME_PAGE", 0, "h", "到店看车", "Visit the store"),
    )
    Widget.objects.bulk_create(
        [
            Widget(
                brand=brand,
                dealer=one.dealer,
                account=one.accounts[account],
                kind=kind,
                scene=scene,
                code=f"{one.dealer.code.lower()}-{letter}",
                title_zh=title_zh,
                title_en=title_en,
                consent=consent,
                created_at=now,
                card_id=f"card_{one.dealer.code.lower()}" if kind == "dm_card" else "",
            )
            for one in placed
            for kind, scene, account, letter, title_zh, title_en in kinds
        ],
        batch_size=1000,
    )
