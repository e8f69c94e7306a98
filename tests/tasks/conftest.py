"""A small brand for the stories of tasks: two regions, three dealers, four accounts, a manager and two operators."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from cloudstore.kit.ids import uuid7
from cloudstore.network.models import Account, Brand, Dealer, Division, Region, StaffMember
from cloudstore.network.services import appoint
from cloudstore.users.models import User
from cloudstore.users.rules import Role
from media.models import Asset, Post, Rendition
from tasks import services
from tasks.models import Assignment, Campaign, MatrixTask, Submission
from tasks.rules.states import Verdict

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
_names = count(1)


@pytest.fixture(autouse=True)
def uploads(tmp_path, settings):
    """Every test has its own folder of uploads."""
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@dataclass
class World:
    """The cast."""

    brand: Brand
    east: Region
    shanghai: Region
    south: Region
    dealers: list[Dealer]
    accounts: list[Account]
    manager: StaffMember
    operator: StaffMember
    neighbour: StaffMember
    regional: StaffMember


def make_staff(brand, role, name, place=None):
    user = User.objects.create(username=f"{role}-{next(_names)}")
    return appoint(user=user, brand=brand, role=Role(role), place=place, name=name, now=NOW - timedelta(days=400))


def make_dealer(brand, region, code, name):
    city, _ = Division.objects.get_or_create(
        adcode="310100", defaults={"name": "上海市", "level": "city", "lat": 31.2, "lon": 121.5}
    )
    return Dealer.objects.create(
        brand=brand, region=region, code=code, name=name, city=city, lat=31.2, lon=121.5, activated_on=date(2024, 1, 1)
    )


def make_account(dealer, open_id, **more):
    fields = {"nickname": f"{dealer.name}官方号", "auth_state": "authorised", **more}
    return Account.objects.create(brand=dealer.brand, dealer=dealer, open_id=open_id, **fields)


def make_world(slug="xinghe", name="星河") -> World:
    brand = Brand.objects.create(slug=slug, name_zh=name, name_en=slug.title())
    east = Region.objects.create(brand=brand, code="east", name="华东", path="east/")
    shanghai = Region.objects.create(brand=brand, code="sh", name="上海", path="east/sh/", parent=east)
    south = Region.objects.create(brand=brand, code="south", name="华南", path="south/")
    dealers = [
        make_dealer(brand, shanghai, "SH01", "上海嘉和汽车滨江店"),
        make_dealer(brand, east, "HZ01", "杭州远达汽车"),
        make_dealer(brand, south, "GZ01", "广州天河店"),
    ]
    accounts = [
        make_account(dealers[0], f"{slug}_a1"),
        make_account(dealers[0], f"{slug}_a2"),
        make_account(dealers[1], f"{slug}_b1"),
        make_account(dealers[2], f"{slug}_c1"),
    ]
    return World(
        brand,
        east,
        shanghai,
        south,
        dealers,
        accounts,
        make_staff(brand, "brand_manager", "陈晓"),
        make_staff(brand, "account_operator", "王运营", dealers[0]),
        make_staff(brand, "account_operator", "李运营", dealers[1]),
        make_staff(brand, "region_manager", "方区域", east),
    )


@pytest.fixture
def world(db) -> World:
    return make_world()


def make_campaign(world, yuan=10_000) -> Campaign:
    return services.create_campaign(
        brand=world.brand,
        name="春季试驾",
        budget_fen=yuan * 100,
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 3, 31),
        now=NOW,
    )


def make_task(world, **more) -> MatrixTask:
    fields = {
        "title": "新款 L5 试驾体验",
        "starts_at": NOW,
        "due_at": NOW + timedelta(days=7),
        "quota": 2,
        "fee_fen": 8000,
        "cap_per_dealer": 5,
        "hashtags": "L5 试驾",
        **more,
    }
    if "campaign" not in fields:
        fields["campaign"] = make_campaign(world)
    return services.create_task(brand=world.brand, now=NOW, **fields)


def open_task(world, **more) -> MatrixTask:
    """A task that is already with the dealers."""
    task = make_task(world, **more)
    services.begin_hand_out(task=task, now=NOW)
    services.hand_out(task_id=task.pk, now=NOW)
    task.refresh_from_db()
    return task


def ready_asset(dealer, *, duration_ms=20_000, phash="", state="ready") -> Asset:
    """An asset whose preparation is over; the rendering itself has its own stories."""
    asset = Asset.objects.create(
        brand=dealer.brand,
        dealer=dealer,
        state=state,
        duration_ms=duration_ms,
        phash=phash,
        created_at=NOW,
        changed_at=NOW,
    )
    Rendition.objects.create(
        asset=asset,
        kind="video",
        key=asset.pk.hex,
        file=f"renditions/{asset.pk}.mp4",
        size=1,
        width=1080,
        height=1920,
        created_at=NOW,
    )
    return asset


def submitted(assignment: Assignment, *, now=NOW, **asset) -> Submission:
    """A submission that waits for a reviewer."""
    submission = services.submit(
        assignment=assignment, asset=ready_asset(assignment.dealer, **asset), caption="周末试驾", by=None, now=now
    )
    services.follow_assets(now=now)
    submission.refresh_from_db()
    return submission


def approved(assignment: Assignment, *, now=NOW, by=None, **asset) -> Submission:
    submission = submitted(assignment, now=now, **asset)
    return services.review(submission=submission, verdict=Verdict.APPROVED, reason="", by=by, now=now)


def goes_public(submission: Submission, *, at=NOW) -> Post:
    """The platform took the post; tests of the real platform are elsewhere."""
    Post.objects.filter(pk=submission.post_id).update(
        state="published", item_id=uuid7().hex, published_at=at, tried_at=at
    )
    return Post.objects.get(pk=submission.post_id)


def published(assignment: Assignment, *, now=NOW, **asset) -> Submission:
    """A submission that went the whole way and earned its line."""
    submission = approved(assignment, now=now, **asset)
    goes_public(submission, at=now)
    services.follow_assets(now=now)
    submission.refresh_from_db()
    return submission
