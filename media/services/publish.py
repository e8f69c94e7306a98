"""Onto the platform: one row, one Delivery, and never the same video twice."""

import uuid
from datetime import datetime

from django.db import transaction

from cloudstore.connectors.errors import ConnectorError
from cloudstore.gateway.models import Delivery
from cloudstore.gateway.services import AccountClient, deliver, resend
from cloudstore.network.models import Account
from cloudstore.queue.services import pulse
from media import storage
from media.models import Asset, Post
from media.services.seen import came_home


def publish(*, asset: Asset, account: Account, caption: str, origin_id: uuid.UUID, now: datetime) -> Post:
    """Ask for the publication of a ready asset on an account; the same origin asks only once. Runs in the caller's transaction."""
    rendition = asset.renditions.filter(kind="video").order_by("-created_at").first()
    if rendition is None:
        raise ValueError("an asset is published after it was rendered")
    with transaction.atomic():
        post, fresh = Post.objects.get_or_create(
            origin_id=origin_id,
            defaults={
                "brand_id": account.brand_id,
                "dealer_id": account.dealer_id,
                "account": account,
                "asset": asset,
                "rendition": rendition,
                "platform": account.platform,
                "caption": caption[:300],
                "duration_ms": asset.duration_ms,
                "phash": asset.phash,
                "approved": True,
                "created_at": now,
            },
        )
        if fresh:
            deliver(
                kind="douyin.publish",
                key=delivery_key(post.pk),
                brand_id=post.brand_id,
                account_id=post.account_id,
                payload={"post_id": str(post.pk)},
                now=now,
            )
    return post


def delivery_key(post_id: uuid.UUID) -> str:
    """The one delivery that a post is published by."""
    return f"douyin.publish:{post_id}"


def publish_again(*, post: Post, now: datetime) -> bool:
    """Ask once more for a post that could not be published, on a person's request. Returns whether there was one to ask for.

    The platform may have thrown away an upload that was never published, so the file is sent anew.
    """
    with transaction.atomic():
        dead = Delivery.objects.filter(key=delivery_key(post.pk), state="dead").values_list("pk", flat=True)
        if not resend(brand_id=post.brand_id, delivery_ids=dead, now=now):
            return False
        Post.objects.filter(pk=post.pk, item_id="").update(state="publishing", failure="", video_id="")
        pulse(f"dealer:{post.dealer_id}")
    return True


def perform_publish(delivery: Delivery, *, client: AccountClient, now: datetime) -> dict[str, str]:
    """Perform `douyin.publish`: upload, create, keep the platform's id. Returns the ids.

    There is no idempotency key at the platform: before creating again after a lost answer its list of videos is
    consulted. Raises `ConnectorError`; one that cannot pass marks the post as failed first.
    """
    post = Post.objects.select_related("account", "rendition").get(pk=delivery.payload["post_id"])
    if post.item_id:
        return {"item_id": post.item_id, "video_id": post.video_id}
    try:
        item_id, at = _found(post, client) or _created(post, client, now)
    except ConnectorError as error:
        if error.permanent:
            _failed(post, str(error))
        raise
    with transaction.atomic():
        came_home(Post.objects.select_for_update().get(pk=post.pk), item_id=item_id, at=at)
    return {"item_id": item_id, "video_id": post.video_id}


def _found(post: Post, client: AccountClient) -> tuple[str, datetime] | None:
    """What an earlier try left on the platform, if there was one and it arrived."""
    if post.tried_at is None:
        return None
    known = Post.objects.filter(account=post.account_id).exclude(item_id="").exclude(origin_id__isnull=True)
    row = client.douyin.find_published(
        access_token=client.access_token,
        open_id=client.open_id,
        title=post.caption,
        not_before=post.tried_at,
        known_item_ids=frozenset(known.values_list("item_id", flat=True)),
    )
    return (row.item_id, row.created_at or post.tried_at) if row else None


def _created(post: Post, client: AccountClient, now: datetime) -> tuple[str, datetime]:
    if not post.video_id:
        assert post.rendition is not None
        uploaded = client.douyin.upload_video(
            storage.path_of(post.rendition.file), access_token=client.access_token, open_id=client.open_id
        )
        # Kept before creating: the platform may speak of this video before it answers us.
        post.video_id = uploaded.video_id
        Post.objects.filter(pk=post.pk).update(video_id=post.video_id)
    if post.tried_at is None:
        Post.objects.filter(pk=post.pk).update(tried_at=now)
    published = client.douyin.create_video(
        access_token=client.access_token, open_id=client.open_id, video_id=post.video_id, title=post.caption
    )
    return published.item_id, now


def _failed(post: Post, failure: str) -> None:
    with transaction.atomic():
        Post.objects.filter(pk=post.pk, item_id="").update(state="failed", failure=failure[:300])
        pulse(f"dealer:{post.dealer_id}", f"asset:{post.asset_id}")
