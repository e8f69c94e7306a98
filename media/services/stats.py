"""What a post reached, as the platform says: cumulative figures, one row per post and day."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from cloudstore.connectors.douyin.answers import VideoRow
from cloudstore.gateway.services import AccountClient, client_for
from cloudstore.kit.clock import business_day
from cloudstore.network.models import Account
from cloudstore.queue.services import enqueue, pulse
from media.models import Post, PostStat

#: Posts older than this have earned what they will earn.
FOLLOWED = timedelta(days=60)
#: A young post may be missing from the platform's figures for a while.
SETTLES = timedelta(hours=2)
#: Two looks this far apart must both miss a post before it counts as removed.
SURE_AFTER = timedelta(minutes=30)
_A_CALL = 50


def pull_stats(*, now: datetime) -> int:
    """Ask for one job per account that has posts to follow; an account that fails holds up no other. Returns how many."""
    accounts = list(
        _followed(now)
        .filter(account__active=True, account__auth_state="authorised")
        .order_by("account_id")
        .values_list("account_id", flat=True)
        .distinct()
    )
    for account_id in accounts:
        enqueue("media.pull_account", key=f"media.pull_account:{account_id}", account_id=account_id)
    return len(accounts)


def pull_account(*, account_id: int, now: datetime) -> int:
    """Fetch the figures of one account's posts and write today's row of each. Returns how many posts answered.

    Raises `ConnectorError` when the platform does not answer.
    """
    account = Account.objects.select_related("brand", "dealer").get(pk=account_id)
    posts = {post.item_id: post for post in _followed(now).filter(account=account).order_by("published_at")}
    if not posts:
        return 0
    client = client_for(account, now=now)
    answered = 0
    for batch in _batches(list(posts)):
        figures = client.douyin.video_data(access_token=client.access_token, open_id=client.open_id, item_ids=batch)
        rows = {row.item_id: row for row in figures}
        missing = [posts[item_id] for item_id in batch if item_id not in rows]
        gone = _surely_gone(client, missing, now)
        _write(account, [posts[item_id] for item_id in batch], rows, gone, now)
        answered += len(rows)
    return answered


def _followed(now: datetime) -> QuerySet[Post]:
    return Post.objects.filter(state="published", published_at__gte=now - FOLLOWED).filter(~Q(item_id=""))


def _batches(item_ids: list[str]) -> Iterable[list[str]]:
    for start in range(0, len(item_ids), _A_CALL):
        yield item_ids[start : start + _A_CALL]


def _surely_gone(client: AccountClient, missing: list[Post], now: datetime) -> set[uuid.UUID]:
    """Posts that a second look, some time after the first, does not find either, nor does the account's own list."""
    suspects = {
        post.item_id: post for post in missing if post.missed_at is not None and now - post.missed_at >= SURE_AFTER
    }
    oldest = min((post.published_at for post in suspects.values() if post.published_at), default=None)
    if oldest is None:
        return set()
    for row in client.douyin.every_video(access_token=client.access_token, open_id=client.open_id):
        suspects.pop(row.item_id, None)
        if not suspects or (row.created_at is not None and row.created_at < oldest - SETTLES):
            break
    return {post.pk for post in suspects.values()}


def _write(account: Account, posts: list[Post], rows: dict[str, VideoRow], gone: set[uuid.UUID], now: datetime) -> None:
    day = business_day(now)
    with transaction.atomic():
        for post in posts:
            row = rows.get(post.item_id)
            if row is not None:
                _seen(post, row, day, now)
            elif post.pk in gone:
                removed(post_id=post.pk, at=post.missed_at or now, now=now)
            else:
                _missed(post, now)
        pulse(f"dealer:{account.dealer_id}", f"brand:{account.brand_id}")


def _seen(post: Post, row: VideoRow, day: date, now: datetime) -> None:
    figures = row.statistics
    PostStat.objects.update_or_create(
        post=post,
        day=day,
        defaults={
            "plays": figures.plays,
            "likes": figures.likes,
            "comments": figures.comments,
            "shares": figures.shares,
        },
    )
    Post.objects.filter(pk=post.pk).update(
        stats_at=now, missed_at=None, share_url=row.share_url[:300] or post.share_url
    )


def _missed(post: Post, now: datetime) -> None:
    """One blank answer is a hiccup; remember since when."""
    settled = post.published_at is not None and now - post.published_at >= SETTLES
    if settled and post.missed_at is None:
        Post.objects.filter(pk=post.pk).update(missed_at=now)


def removed(*, post_id: uuid.UUID, at: datetime, now: datetime) -> bool:
    """Book that a post left the platform at the moment `at`. Returns whether this call was the first to say so."""
    with transaction.atomic():
        changed = Post.objects.filter(pk=post_id, state="published").update(
            state="removed", removed_at=at, stats_at=now
        )
        if changed:
            dealer_id = Post.objects.values_list("dealer_id", flat=True).get(pk=post_id)
            pulse(f"dealer:{dealer_id}")
    return bool(changed)
