"""Every word that comes in or goes out is a row: InboundEvent and Delivery."""

from django.db import models
from django.db.models import Q

from cloudstore.kit.scoping import GlobalRows, ScopePath
from cloudstore.network.models import Account, Brand


class PlatformApp(models.Model):
    """Our registration with a platform: the door `/hooks/<platform>/<client_key>/` and the keys for calls."""

    scope_path = ScopePath(brand="brand")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="apps")
    platform = models.CharField(max_length=20)
    client_key = models.CharField(max_length=100, unique=True)
    secret = models.BinaryField()
    # The former secret stays valid while the platform still signs with it (rotation without loss).
    previous_secret = models.BinaryField(default=b"", blank=True)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.platform}: {self.client_key}"


class AccountToken(models.Model):
    """OAuth tokens of one account, sealed."""

    scope_path = ScopePath(brand="account__brand", dealer="account__dealer")

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="token")
    app = models.ForeignKey(PlatformApp, on_delete=models.CASCADE)
    access = models.BinaryField()
    refresh = models.BinaryField()
    access_expires_at = models.DateTimeField()
    refresh_expires_at = models.DateTimeField()
    scopes = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"token of account {self.account_id}"


class InboundEvent(models.Model):
    """One message as it reached us, kept before anything is done with it. The body is sealed: it may hold a phone number.

    `outcome` is what the event came to: `pending` until handled; then for lead events created / joined / duplicate /
    rejected; `none` for events that carry no lead. raw = pending + created + joined + duplicate + rejected, always.
    """

    scope_path = ScopePath(brand="brand")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=20)  # douyin, form, ...
    client_key = models.CharField(max_length=100)
    dedupe_key = models.CharField(max_length=128)  # the platform's message id, else sha256 of the body
    body = models.BinaryField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=12, default="new")  # new, done, quarantined
    outcome = models.CharField(max_length=10, default="pending")
    reason = models.CharField(max_length=200, blank=True)
    event_kind = models.CharField(max_length=40, blank=True)
    lead_id = models.UUIDField(null=True, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "client_key", "dedupe_key"], name="gateway_event_once"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="new"), name="gateway_event_new"),
            models.Index(fields=["brand", "outcome"], name="gateway_event_outcome"),
            models.Index(fields=["brand", "received_at"], name="gateway_event_time"),
        ]

    def __str__(self) -> str:
        return f"{self.source} event {self.pk} ({self.state})"


class DoorCount(models.Model):
    """What the door turned away, counted by day: nothing else of a wrongly signed request is kept."""

    scope_path = GlobalRows("counts of refused requests; they may name no brand at all")

    day = models.DateField()
    source = models.CharField(max_length=20)
    client_key = models.CharField(max_length=100)
    outcome = models.CharField(max_length=20)  # wrong_signature, unknown_app, too_large
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "source", "client_key", "outcome"], name="gateway_door_count_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.source} {self.outcome}: {self.number}"


class Delivery(models.Model):
    """One word to the outside: written in the transaction of its cause, performed by `wiring.OUTBOUND[kind]`."""

    scope_path = ScopePath(brand="brand", dealer="account__dealer")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200, unique=True)
    payload = models.JSONField(default=dict)  # ids only, never personal data
    state = models.CharField(max_length=8, default="ready")  # ready, leased, done, dead
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    answer = models.JSONField(default=dict)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="ready"), name="gateway_delivery_due"),
            models.Index(fields=["brand", "state"], name="gateway_delivery_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"
