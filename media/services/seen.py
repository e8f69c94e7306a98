"""The platform says that a video of an account is public: ours coming home, or one the dealer published by hand."""

from datetime import datetime

from django.db import transaction

from cloudstore.connectors.messages import PostSeen
from cloudstore.gateway.models import InboundEvent
from cloudstore.gateway.rules import Heard, Outcome
from cloudstore.network.models import Account
from cloudstore.queue.services import pulse
from media.models import Post


def post_seen(message: PostSeen, *, event: InboundEvent, now: datetime) -> Heard:
    """Hear `PostSeen`. It may come before our own call is answered, after it, twice, or for a video that we never saw.

    Carries no lead: the outcome is always `none`.
    """
    account = Account.objects.filter(
        brand_id=event.brand_id, platform=message.platform, open_id=message.account_open_id
    ).first()
    if account is None:
        return Heard(Outcome.NONE, reason="unknown_account")
    with transaction.atomic():
        post = _ours(account, message)
        if post is None:
            Post.objects.get_or_create(
                account=account,
                item_id=message.item_id,
                defaults={
                    "brand_id": account.brand_id,
                    "dealer_id": account.dealer_id,
                    "platform": message.platform,
                    "state": "published",
                    "video_id": message.video_id[:64],
                    "published_at": message.occurred_at or now,
                    "created_at": now,
                },
            )
        else:
            came_home(post, item_id=message.item_id, at=message.occurred_at or now)
        pulse(f"dealer:{account.dealer_id}")
    return Heard(Outcome.NONE)


def _ours(account: Account, message: PostSeen) -> Post | None:
    """The post of ours that this is: by item id, else by the video we uploaded, which only we know."""
    posts = Post.objects.select_for_update().filter(account=account)
    known = posts.filter(item_id=message.item_id).first()
    if known is not None:
        return known
    if not message.video_id:
        return None
    return posts.filter(item_id="", video_id=message.video_id, origin_id__isnull=False).first()


def came_home(post: Post, *, item_id: str, at: datetime) -> Post:
    """Book the platform's id of our post, once; a row that the webhook made for the same video before is ours after all.

    Must be called inside a transaction.
    """
    if post.item_id == item_id and post.state == "published":
        return post
    Post.objects.filter(account=post.account_id, item_id=item_id, origin_id__isnull=True).exclude(pk=post.pk).delete()
    post.item_id, post.state, post.failure = item_id, "published", ""
    post.published_at = post.published_at or at
    post.save(update_fields=["item_id", "state", "failure", "published_at"])
    pulse(f"dealer:{post.dealer_id}", *([f"asset:{post.asset_id}"] if post.asset_id else []))
    return post
