"""Onto the platform and home again: through real HTTP, with lost answers, repeated webhooks and posts taken down."""

import json
from datetime import datetime, timedelta

import pytest

from cloudstore.connectors.messages import PostSeen
from cloudstore.gateway import performing
from cloudstore.gateway.models import Delivery, InboundEvent
from cloudstore.gateway.services import register_app
from cloudstore.gateway.tokens import authorise
from cloudstore.kit.clock import business_day, now
from cloudstore.kit.ids import uuid7
from media import queries, services, storage
from media.models import Asset, Post, PostStat, Rendition
from tests.media.corpus import plain_clip
from tests.platform import CLIENT_KEY, CLIENT_SECRET, SimulatorProcess

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    with SimulatorProcess(state=tmp_path_factory.mktemp("platform") / "douyin.sqlite3") as process:
        yield process


@pytest.fixture
def platform(simulator, settings):
    simulator.pull("reset")
    settings.DOUYIN_BASE_URL = simulator.url
    return simulator


@pytest.fixture(scope="session")
def clip(tmp_path_factory):
    return plain_clip(tmp_path_factory.mktemp("clips") / "clip.mp4").read_bytes()


@pytest.fixture
def account(world, platform):
    """An account whose owner has let us act for it, by the real browser step."""
    account = world.accounts[0]
    register_app(brand_id=world.brand.pk, platform="douyin", client_key=CLIENT_KEY, secret=CLIENT_SECRET)
    (made,) = platform.accounts(account.open_id)
    authorise(account=account, code=made["code"], now=now())
    return account


@pytest.fixture
def post(account, clip):
    asset = Asset.objects.create(
        brand=account.brand,
        dealer=account.dealer,
        state="ready",
        duration_ms=20_000,
        created_at=now(),
        changed_at=now(),
    )
    name = f"renditions/{asset.pk}.mp4"
    storage.ready(name).write_bytes(clip)
    Rendition.objects.create(
        asset=asset, kind="video", key="k", file=name, size=len(clip), width=360, height=640, created_at=now()
    )
    return services.publish(asset=asset, account=account, caption="周末试驾 #L5", origin_id=uuid7(), now=now())


def deliver(at=None):
    """What the queue does with every delivery that is due."""
    for delivery in Delivery.objects.filter(state="ready"):
        performing.perform(delivery.pk, now=at or now())


def test_a_post_goes_out_and_its_id_comes_home(platform, account, post):
    deliver()
    post.refresh_from_db()
    assert (post.state, bool(post.item_id), bool(post.video_id)) == ("published", True, True)
    assert Delivery.objects.get().answer["item_id"] == post.item_id
    assert post.published_at is not None


def test_asking_twice_publishes_once(platform, post):
    again = services.publish(asset=post.asset, account=post.account, caption="x", origin_id=post.origin_id, now=now())
    assert again.pk == post.pk
    deliver()
    Delivery.objects.update(state="ready")
    deliver()
    assert len(platform.get("calls", path="create_video")["calls"]) == 1


def test_a_lost_answer_is_looked_up_before_publishing_again(platform, account, post):
    platform.pull("faults", path="create_video", kind="lost", times=1)
    deliver()
    post.refresh_from_db()
    assert (post.state, post.item_id) == ("publishing", "")
    assert Delivery.objects.get().state == "ready"
    deliver(at=now() + HOUR)
    post.refresh_from_db()
    assert post.state == "published"
    listed = platform.get("calls", path="create_video")["calls"]
    assert len(listed) == 1, "the platform holds one post, and was asked for one"


def test_the_webhook_may_be_first(platform, account, post):
    platform.pull("faults", path="create_video", kind="lost", times=1)
    deliver()
    post.refresh_from_db()
    item_id = _item_on_the_platform(platform)
    heard = _hear(account, item_id=item_id, video_id=post.video_id)
    post.refresh_from_db()
    assert (heard.outcome, post.state, post.item_id) == ("none", "published", item_id)
    deliver(at=now() + HOUR)
    assert Post.objects.count() == 1
    assert Delivery.objects.get().state == "done"


def test_a_webhook_that_names_no_video_becomes_ours_when_we_find_it(platform, account, post):
    platform.pull("faults", path="create_video", kind="lost", times=1)
    deliver()
    item_id = _item_on_the_platform(platform)
    _hear(account, item_id=item_id)
    assert Post.objects.get(item_id=item_id).origin_id is None
    deliver(at=now() + HOUR)
    assert Post.objects.get().item_id == item_id
    assert Post.objects.get().pk == post.pk


def test_a_repeated_webhook_and_a_post_made_by_hand(account):
    for _ in range(2):
        _hear(account, item_id="70001", share_id="s")
    seen = Post.objects.get()
    assert (seen.state, seen.approved, seen.origin_id) == ("published", False, None)


def test_a_webhook_for_an_account_of_nobody_is_no_error(account):
    message = PostSeen(platform="douyin", client_key=CLIENT_KEY, account_open_id="stranger", item_id="1")
    assert services.post_seen(message, event=_event(account), now=now()).reason == "unknown_account"


def test_without_the_owners_leave_it_waits_for_the_owner(platform, account, post):
    platform.pull("unauthorise", open_id=account.open_id)
    deliver()
    post.refresh_from_db()
    assert post.item_id == ""
    assert Delivery.objects.get().state in {"dead", "ready"}


def test_a_refused_post_says_why_and_can_be_asked_for_again(platform, post):
    platform.pull("faults", path="create_video", kind="code", code=28001038, times=1)
    deliver()
    post.refresh_from_db()
    assert post.state == "failed"
    assert "28001038" in queries.publish_faults([post.pk])[post.pk].error
    assert services.publish_again(post=post, now=now())
    assert not services.publish_again(post=post, now=now())
    deliver(at=now() + HOUR)
    post.refresh_from_db()
    assert (post.state, post.failure) == ("published", "")


class TestFigures:
    @pytest.fixture
    def public(self, post):
        deliver()
        # A post of last month, so that the platform's clock needs no turning.
        Post.objects.update(published_at=now() - 5 * HOUR)
        post.refresh_from_db()
        return post

    def test_todays_figures_are_one_row_however_often_they_are_pulled(self, platform, public):
        platform.advance(5 * 3600)
        for _ in range(2):
            assert services.pull_account(account_id=public.account_id, now=now()) == 1
        stat = PostStat.objects.get()
        assert (stat.day, stat.plays > 0) == (business_day(now()), True)

    def test_only_accounts_with_young_posts_are_asked(self, world, public):
        assert services.pull_stats(now=now()) == 1
        assert services.pull_stats(now=now() + timedelta(days=61)) == 0

    def test_a_post_that_two_looks_miss_is_removed(self, platform, public):
        platform.pull("moderate", item_id=public.item_id, deleted=True)
        first = now()
        services.pull_account(account_id=public.account_id, now=first)
        public.refresh_from_db()
        assert (public.state, public.missed_at) == ("published", first)
        services.pull_account(account_id=public.account_id, now=first + HOUR)
        public.refresh_from_db()
        assert (public.state, public.removed_at) == ("removed", first)

    def test_a_hiccup_of_the_figures_removes_nothing(self, platform, public):
        Post.objects.update(missed_at=now() - HOUR)
        platform.pull("behaviour", partial_lists=True)
        services.pull_account(account_id=public.account_id, now=now())
        public.refresh_from_db()
        assert public.state == "published"
        platform.pull("behaviour", partial_lists=False)


class TestFacts:
    """What each day added, per account."""

    def make(self, account, published_at, **more):
        fields = {"duration_ms": 20_000, "approved": True, "state": "published", **more}
        return Post.objects.create(
            brand=account.brand,
            dealer=account.dealer,
            account=account,
            published_at=published_at,
            created_at=published_at,
            item_id=uuid7().hex,
            **fields,
        )

    def rows(self, brand, first, last):
        return {(row.account_id, row.day): row.values for row in queries.fact_rows(brand.pk, first, last)}

    def test_posts_and_daily_growth(self, world):
        account, noon = world.accounts[0], datetime.fromisoformat("2026-02-03T12:00:00+08:00")
        post = self.make(account, noon)
        self.make(account, noon + HOUR, duration_ms=5000)
        for days, plays, clicks in ((0, 100, 2), (1, 340, 9), (2, 330, 9)):
            PostStat.objects.create(
                post=post,
                day=(noon + timedelta(days=days)).date(),
                plays=plays,
                component_shown=plays,
                component_clicked=clicks,
            )
        day = noon.date()
        rows = self.rows(world.brand, day, day + timedelta(days=2))
        assert rows[account.pk, day] == {"posts_effective": 1, "video_impr": 100, "comp_impr": 100, "comp_clicks": 2}
        assert rows[account.pk, day + timedelta(days=1)] == {"video_impr": 240, "comp_impr": 240, "comp_clicks": 7}
        assert rows[account.pk, day + timedelta(days=2)]["video_impr"] == 0
        later = self.rows(world.brand, day + timedelta(days=1), day + timedelta(days=1))
        assert later == {(account.pk, day + timedelta(days=1)): {"video_impr": 240, "comp_impr": 240, "comp_clicks": 7}}

    def test_a_post_at_half_past_midnight_belongs_to_its_shanghai_day(self, world):
        self.make(world.accounts[0], datetime.fromisoformat("2026-02-03T00:30:00+08:00"))
        day = datetime(2026, 2, 3).date()
        assert list(self.rows(world.brand, day, day)) == [(world.accounts[0].pk, day)]
        assert self.rows(world.brand, day - timedelta(days=1), day - timedelta(days=1)) == {}

    def test_black_clips_do_not_resemble_each_other(self, world):
        noon = datetime.fromisoformat("2026-02-03T12:00:00+08:00")
        for hours in (0, 1):
            self.make(world.accounts[0], noon + hours * HOUR, phash="0" * 16)
        rows = self.rows(world.brand, noon.date(), noon.date())
        assert rows[world.accounts[0].pk, noon.date()]["posts_effective"] == 2


def _item_on_the_platform(platform):
    told = platform.deliveries(event="create_video")
    assert told, "the platform tells of every post"
    return _content(told[-1]["body"])["item_id"]


def _content(body):
    content = json.loads(body)["content"]
    return json.loads(content) if isinstance(content, str) else content


def _event(account):
    return InboundEvent(brand_id=account.brand_id, source="douyin", client_key=CLIENT_KEY, received_at=now())


def _hear(account, **fields):
    message = PostSeen(
        platform="douyin", client_key=CLIENT_KEY, account_open_id=account.open_id, occurred_at=now(), **fields
    )
    return services.post_seen(message, event=_event(account), now=now())
