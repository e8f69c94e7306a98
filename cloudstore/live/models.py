"""Live sessions and their figures."""

from django.db import models

from cloudstore.kit.ids import uuid7
from cloudstore.kit.scoping import ScopePath
from cloudstore.network.models import Account, Brand, Dealer


class LiveSession(models.Model):
    """One live room of one account. `intervals` are the times on air as [[start, end], ...] in ISO 8601."""

    scope_path = ScopePath(brand="brand", dealer="dealer")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="live_sessions")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="live_sessions")
    platform = models.CharField(max_length=20, default="douyin")
    room_id = models.CharField(max_length=64)
    title = models.CharField(max_length=120, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    intervals = models.JSONField(default=list)
    exposure = models.PositiveIntegerField(null=True)  # null: the platform has not said yet, which is not 0
    viewers_unique = models.PositiveIntegerField(null=True)
    comments = models.PositiveIntegerField(null=True)
    widget_clicks = models.PositiveIntegerField(null=True)
    replay = models.BooleanField(default=False)
    banned = models.BooleanField(default=False)
    figures_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "room_id"], name="live_session_once")]
        indexes = [
            models.Index(fields=["dealer", "-started_at"], name="live_by_dealer"),
            models.Index(fields=["platform", "room_id"], name="live_by_room"),
        ]

    def __str__(self) -> str:
        return self.title or self.room_id
