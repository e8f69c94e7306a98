"""What dealers upload, what we make of it, and where it was published."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cloudstore.kit.ids import uuid7
from cloudstore.kit.scoping import ScopePath
from cloudstore.network.models import Account, Brand, Dealer


class Asset(models.Model):
    """One video or photo story of a dealer. `findings` are codes with numbers from `media.rules`; files lie under MEDIA_ROOT."""

    scope_path = ScopePath(brand="brand", dealer="dealer")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="assets")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(
        max_length=12, default="video", choices=[("video", "video"), ("photo_story", "photo_story")]
    )
    # The room above names here what the upload is for (an assignment), so that an interrupted upload is found again.
    purpose_id = models.UUIDField(null=True, blank=True)
    # receiving -> received -> checking -> checked -> rendering -> ready, or refused / failed
    state = models.CharField(max_length=10, default="receiving")
    original_name = models.CharField(max_length=200, blank=True)
    size = models.BigIntegerField(default=0)
    received = models.BigIntegerField(default=0)
    file = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    probe = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    phash = models.CharField(max_length=16, blank=True)
    duration_ms = models.PositiveIntegerField(default=0)
    progress = models.PositiveSmallIntegerField(default=0)  # percent of the present stage
    render_spec = models.JSONField(default=dict)  # end card, overlay preset, captions
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["dealer", "-created_at"], name="media_asset_recent"),
            models.Index(fields=["purpose_id"], name="media_asset_purpose", condition=Q(purpose_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Photo(models.Model):
    """One picture of a photo story, re-encoded without position data."""

    scope_path = ScopePath(brand="asset__brand", dealer="asset__dealer")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="photos")
    position = models.PositiveSmallIntegerField()
    caption = models.CharField(max_length=60, blank=True)
    file = models.CharField(max_length=200)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["asset", "position"], name="media_photo_position")]

    def __str__(self) -> str:
        return f"photo {self.position} of {self.asset_id}"


class Rendition(models.Model):
    """A file made from an asset; the key is the hash of input and specification, so making it twice changes nothing."""

    scope_path = ScopePath(brand="asset__brand", dealer="asset__dealer")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="renditions")
    kind = models.CharField(max_length=12)  # video, cover, cover_wide
    key = models.CharField(max_length=64)
    file = models.CharField(max_length=200)
    size = models.BigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    duration_ms = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "kind", "key"], name="media_rendition_once")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.asset_id}"


class Post(models.Model):
    """A publication (作品) on a platform: asked for by us, or seen there. `item_id` comes home by webhook or by the call's answer."""

    scope_path = ScopePath(brand="brand", dealer="dealer")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="posts")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="posts")
    asset = models.ForeignKey(Asset, null=True, on_delete=models.SET_NULL, related_name="posts")
    rendition = models.ForeignKey(Rendition, null=True, on_delete=models.SET_NULL, related_name="+")
    # The room above names its own row here (a submission); media asks no further.
    origin_id = models.UUIDField(null=True, unique=True)
    platform = models.CharField(max_length=20, default="douyin")
    state = models.CharField(max_length=10, default="publishing")  # publishing, published, failed, removed
    caption = models.CharField(max_length=300, blank=True)
    video_id = models.CharField(max_length=64, blank=True)
    item_id = models.CharField(max_length=64, blank=True)
    share_url = models.CharField(max_length=300, blank=True)
    duration_ms = models.PositiveIntegerField(default=0)
    phash = models.CharField(max_length=16, blank=True)
    verbatim = models.BooleanField(default=False)
    approved = models.BooleanField(default=False)
    failure = models.CharField(max_length=300, blank=True)
    # Set before the platform is asked to publish: after a lost answer the platform's list is consulted from here on.
    tried_at = models.DateTimeField(null=True)
    # First time the platform no longer knew the post; the second time in a row makes it removed.
    missed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    stats_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "item_id"], condition=~Q(item_id=""), name="media_post_item_once"
            ),
        ]
        indexes = [
            models.Index(fields=["dealer", "-published_at"], name="media_post_recent"),
            models.Index(fields=["platform", "item_id"], name="media_post_item"),
        ]

    def __str__(self) -> str:
        return self.caption or str(self.pk)


class PostStat(models.Model):
    """Cumulative figures of a post as the platform stated them on one day."""

    scope_path = ScopePath(brand="post__brand", dealer="post__dealer")

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="stats")
    day = models.DateField()
    plays = models.BigIntegerField(default=0)
    likes = models.BigIntegerField(default=0)
    comments = models.BigIntegerField(default=0)
    shares = models.BigIntegerField(default=0)
    component_shown = models.BigIntegerField(default=0)
    component_clicked = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "day"], name="media_stat_once")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.day}"
