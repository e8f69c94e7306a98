"""Reading uploads and posts: for pages, for the facts, for the rooms above."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import cast

from django.db.models import Max

from cloudstore.facts.rules import FactRow
from cloudstore.facts.rules.posts import MEMORY, PostCount, PublishedPost, Review, count_posts, per_account_day
from cloudstore.gateway.models import Delivery
from cloudstore.kit.clock import day_start
from cloudstore.kit.clock import now as clock_now
from media.models import Asset, Photo, Post, PostStat, Rendition
from media.services.publish import delivery_key

_ONE_DAY = timedelta(days=1)
#: Running totals of the platform and the facts that their daily growth makes.
_TOTALS = ("plays", "component_shown", "component_clicked")
_COLUMNS = ("video_impr", "comp_impr", "comp_clicks")
#: No post is followed longer than this.
_FOLLOWED = timedelta(days=90)


def unfinished(*, purpose_id: uuid.UUID, user_id: int, kind: str) -> Asset | None:
    """The upload of this person for this purpose that broke off last, if any."""
    return (
        Asset.objects.filter(purpose_id=purpose_id, uploaded_by=user_id, kind=kind, state="receiving")
        .order_by("-created_at")
        .first()
    )


def newest_renditions(asset_ids: Iterable[uuid.UUID], kind: str) -> dict[uuid.UUID, Rendition]:
    """The latest rendition of a kind (`video`, `cover`) of each asset, in one query."""
    rows = Rendition.objects.filter(asset__in=list(asset_ids), kind=kind).order_by("created_at")
    return {row.asset_id: row for row in rows}


def photos_of(asset: Asset) -> list[Photo]:
    """The photos of a story in their order."""
    return list(asset.photos.order_by("position"))


def moved(order: list[tuple[uuid.UUID, str]], move: str) -> list[tuple[uuid.UUID, str]]:
    """The order after one step of `"<id>:up"` or `"<id>:down"`; anything else leaves it as it is."""
    wanted, _, way = move.partition(":")
    place = next((number for number, (photo_id, _) in enumerate(order) if str(photo_id) == wanted), None)
    step = {"up": -1, "down": 1}.get(way)
    if place is None or step is None or not 0 <= place + step < len(order):
        return order
    changed = list(order)
    changed[place], changed[place + step] = changed[place + step], changed[place]
    return changed


@dataclass(frozen=True, slots=True)
class PublishFault:
    """Why a post did not get onto the platform: the action that would help (a `connectors.errors.Action`), or `worn_out`."""

    cause: str
    error: str


def publish_faults(post_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, PublishFault]:
    """Posts whose delivery was given up."""
    keys = {delivery_key(post_id): post_id for post_id in post_ids}
    dead = Delivery.objects.filter(key__in=list(keys), state="dead").values_list("key", "cause", "last_error")
    return {keys[key]: PublishFault(cause, error) for key, cause, error in dead}


def post_count(post: Post, *, now: datetime) -> PostCount:
    """Whether and how much one published post counts now, seen among its dealer's posts of the 90 days before it."""
    assert post.published_at is not None
    since = post.published_at - MEMORY - _ONE_DAY
    others = Post.objects.filter(dealer=post.dealer_id, published_at__gte=since).exclude(pk=post.pk)
    seen_at = max(now, post.published_at)
    counts = count_posts([_as_fact(row) for row in (*others, post)], as_of=seen_at)
    return next(count for count in counts if count.post == post.pk)


def _as_fact(post: Post) -> PublishedPost:
    assert post.published_at is not None
    return PublishedPost(
        post=post.pk,
        account=post.account_id,
        published_at=post.published_at,
        seconds=Decimal(post.duration_ms) / 1000,
        review=Review.APPROVED if post.approved else Review.PENDING,
        removed_at=post.removed_at,
        # A clip without any structure (all black) resembles nothing.
        phash=int(post.phash, 16) or None if post.phash else None,
        verbatim=post.verbatim,
    )


def fact_rows(brand_id: int, first: date, last: date) -> Iterator[FactRow]:
    """Posts of the days `first` to `last` (both included) as facts per account and day: `posts_effective` on the day of
    publication, `video_impr`, `comp_impr` and `comp_clicks` as what each day added to the platform's running totals."""
    values: dict[tuple[int, int, date], dict[str, int | Decimal]] = defaultdict(dict)
    for place, weight in _effective_by_day(brand_id, first, last):
        values[place]["posts_effective"] = Decimal(values[place].get("posts_effective", 0)) + weight
    for place, added in _added_by_day(brand_id, first, last):
        for name, amount in added.items():
            values[place][name] = int(values[place].get(name, 0)) + amount
    for (dealer_id, account_id, day), columns in values.items():
        yield FactRow(dealer_id, account_id, day, columns, {"posts": "ok"})


_Place = tuple[int, int, date]


def _effective_by_day(brand_id: int, first: date, last: date) -> Iterator[tuple[_Place, Decimal]]:
    since, until = day_start(first) - MEMORY - _ONE_DAY, day_start(last + _ONE_DAY)
    posts = Post.objects.filter(brand=brand_id, published_at__gte=since, published_at__lt=until)
    by_dealer: dict[int, list[PublishedPost]] = defaultdict(list)
    for post in posts.iterator(chunk_size=2000):
        by_dealer[post.dealer_id].append(_as_fact(post))
    now = clock_now()
    for dealer_id, facts in by_dealer.items():
        for (account_id, day), weight in per_account_day(count_posts(facts, as_of=now)).items():
            if weight and first <= day <= last:
                yield (dealer_id, cast(int, account_id), day), weight


def _added_by_day(brand_id: int, first: date, last: date) -> Iterator[tuple[_Place, dict[str, int]]]:
    """What each day added. The first figure of a post counts from 0; a total that fell (the platform corrected it) adds nothing."""
    rows = (
        PostStat.objects.filter(post__brand=brand_id, day__range=(first, last))
        .order_by("post_id", "day")
        .values_list("post_id", "post__dealer_id", "post__account_id", "day", *_TOTALS)
    )
    totals = _totals_before(brand_id, first)
    for post_id, dealer_id, account_id, day, *now_at in rows.iterator(chunk_size=5000):
        before = totals.get(post_id, (0,) * len(_TOTALS))
        added = {name: max(0, new - old) for name, new, old in zip(_COLUMNS, now_at, before, strict=True)}
        totals[post_id] = tuple(now_at)
        yield (dealer_id, account_id, day), added


def _totals_before(brand_id: int, first: date) -> dict[uuid.UUID, tuple[int, ...]]:
    """The running totals with which each post entered the first day: totals only grow, so the largest is the last."""
    earlier = PostStat.objects.filter(post__brand=brand_id, day__lt=first, day__gte=first - _FOLLOWED)
    largest = earlier.values_list("post_id").annotate(*(Max(column) for column in _TOTALS))
    return {post_id: tuple(totals) for post_id, *totals in largest}
