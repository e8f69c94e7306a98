"""One-ID: a person is one customer per brand, whatever door they come through."""

from django.db import models
from django.db.models import Q

from cloudstore.kit.ids import uuid7
from cloudstore.kit.scoping import ScopePath
from cloudstore.network.models import Account, Brand, StaffMember


class Customer(models.Model):
    """One person as one brand knows them. Phone and name are sealed; `phone_index` is the keyed look-up (unique per brand)."""

    scope_path = ScopePath(brand="brand", dealer="leads__dealer", staff="leads__consultant")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="customers")
    phone = models.BinaryField(default=b"")  # AES-GCM, aad "customer.phone|<brand>|<id>"
    phone_index = models.BinaryField(null=True)
    phone_masked = models.CharField(max_length=20, blank=True)
    name = models.BinaryField(default=b"")  # AES-GCM, aad "customer.name|<brand>|<id>"
    name_masked = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "phone_index"], condition=Q(phone_index__isnull=False), name="customers_one_per_phone"
            ),
        ]

    def __str__(self) -> str:
        return self.phone_masked or str(self.pk)


class Identity(models.Model):
    """One more identifier of a customer: platform open id within an app, WeCom id, a further phone number.

    Only a phone keeps its value, sealed, because somebody has to dial it; the first number stands on the customer.
    """

    scope_path = ScopePath(brand="brand")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=20)
    app = models.CharField(max_length=100, blank=True)
    value_index = models.BinaryField()
    value = models.BinaryField(default=b"")  # phones only: AES-GCM, aad "customer.phone|<brand>|<customer>"
    masked = models.CharField(max_length=20, blank=True)
    first_seen_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint(fields=["brand", "kind", "app", "value_index"], name="customers_identity_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.customer_id}"


class Consent(models.Model):
    """What a person agreed to, as the law asks: purpose, named recipients, text version and hash, time, evidence."""

    scope_path = ScopePath(brand="brand")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=30)  # contact_about_cars
    # ["oem", "dealer:SH01"]; "network" = any authorised dealer of the brand that serves my area, as the text names them
    recipients = models.JSONField(default=list)
    text_version = models.CharField(max_length=40)
    text_hash = models.CharField(max_length=64)
    channel = models.CharField(max_length=20)  # form, dm_card, call
    event_id = models.BigIntegerField(null=True)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["customer", "purpose"], name="customers_consent_of")]

    def __str__(self) -> str:
        return f"{self.purpose} by {self.customer_id}"


class Touch(models.Model):
    """One contact of a customer with the brand; append-only."""

    scope_path = ScopePath(brand="brand", dealer="account__dealer")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="touches")
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    scene = models.CharField(max_length=12)
    source_class = models.CharField(max_length=20)  # natural-video, paid-live, ...
    platform = models.CharField(max_length=20)
    item_id = models.CharField(max_length=64, blank=True)
    room_id = models.CharField(max_length=64, blank=True)
    widget_code = models.CharField(max_length=64, blank=True)  # of a form, or the card of a chat
    phone_index = models.BinaryField(default=b"")  # the number left at this touch, as the customer's keyed look-up
    event_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "touches"
        indexes = [models.Index(fields=["customer", "at"], name="customers_touch_of")]

    def __str__(self) -> str:
        return f"{self.source_class} at {self.at:%Y-%m-%d}"


class Reveal(models.Model):
    """One look at a phone number in clear: who, when, what for. Never the number."""

    scope_path = ScopePath(brand="brand")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="reveals")
    staff = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    purpose = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["staff", "at"], name="customers_reveal_rate")]

    def __str__(self) -> str:
        return f"{self.purpose} look at {self.customer_id}"
