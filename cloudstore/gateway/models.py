"""Every word that comes in or goes out is a row: InboundEvent and Delivery."""

from django.db import models
from django.db.models import Q

from cloudstore.gateway.rules import DeliveryState, EventState, Outcome
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
    """OAuth tokens of one account, sealed.

    `renewing_until` is the short lease of whoever is renewing the token at the platform just now: a refresh must not run
    twice at once, and a network call must not hold a database lock. `renewals` counts how often the refresh token itself
    was renewed (the platform allows five in a row).
    """

    scope_path = ScopePath(brand="account__brand", dealer="account__dealer")

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="token")
    app = models.ForeignKey(PlatformApp, on_delete=models.CASCADE)
    access = models.BinaryField()
    refresh = models.BinaryField()
    access_issued_at = models.DateTimeField()
    access_expires_at = models.DateTimeField()
    refresh_expires_at = models.DateTimeField()
    scopes = models.CharField(max_length=300, blank=True)
    renewals = models.PositiveSmallIntegerField(default=0)
    renewing_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"token of account {self.account_id}"


class InboundEvent(models.Model):
    """One message as it reached us, kept before anything is done with it. The body is sealed: it may hold a phone number.

    `outcome` is what the event came to: `pending` until handled; then for lead events created / joined / duplicate /
    rejected; `none` for events that carry no lead. raw = pending + created + joined + duplicate + rejected, always.
    """

    scope_path = ScopePath(brand="brand")

    # Every index of this table is paid for at the door, so there are none beyond those the pages and the digest read by.
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    source = models.CharField(max_length=20)  # douyin, form, ...
    client_key = models.CharField(max_length=100)
    dedupe_key = models.CharField(max_length=128)  # the platform's message id, else sha256 of the body
    body = models.BinaryField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=12, default=EventState.NEW.value)
    outcome = models.CharField(max_length=10, default=Outcome.PENDING.value)
    reason = models.CharField(max_length=200, blank=True)
    event_kind = models.CharField(max_length=40, blank=True)
    lead_id = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "client_key", "dedupe_key"], name="gateway_event_once"),
            models.CheckConstraint(
                condition=Q(state="new", outcome="pending")
                | Q(state="done", outcome__in=["created", "joined", "duplicate", "rejected", "none"])
                | Q(state="quarantined", outcome="rejected"),
                name="gateway_event_state_fits_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="new"), name="gateway_event_new"),
            models.Index(fields=["brand", "outcome"], name="gateway_event_outcome"),
            models.Index(fields=["brand", "received_at"], name="gateway_event_time"),
            models.Index(fields=["lead_id"], condition=Q(lead_id__isnull=False), name="gateway_event_of_lead"),
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
    """One word to the outside: written in the transaction of its cause, performed by `wiring.OUTBOUND[kind]`.

    `attempts` counts every start, also one whose worker died: a performer that sees more than one looks at the platform
    first whether the word has already arrived. `cause` says why a dead delivery was given up (a connector's action).
    """

    scope_path = ScopePath(brand="brand", dealer="account__dealer")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200, unique=True)
    payload = models.JSONField(default=dict)  # ids only, never personal data
    state = models.CharField(max_length=8, default=DeliveryState.READY.value)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    answer = models.JSONField(default=dict)
    last_error = models.CharField(max_length=300, blank=True)
    cause = models.CharField(max_length=24, blank=True)
    queue = models.CharField(max_length=20, default="default")
    forgiven = models.PositiveSmallIntegerField(default=0)  # attempts before a person asked to send it again
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["ready", "leased", "done", "dead"]), name="gateway_delivery_known_state"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="ready"), name="gateway_delivery_due"),
            models.Index(fields=["lease_until"], condition=Q(state="leased"), name="gateway_delivery_leased"),
            models.Index(fields=["brand", "state"], name="gateway_delivery_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"
