"""Where a lead goes and why: policies, decisions and the OEM CRM desk."""

from django.db import models

from cloudstore.kit.ids import uuid7
from cloudstore.kit.scoping import ScopePath
from cloudstore.leads.models import Lead
from cloudstore.network.models import Brand, Dealer, Region, StaffMember


class RoutingPolicy(models.Model):
    """Lead mode and matching settings of a brand, or of one region or channel of it; immutable once published."""

    scope_path = ScopePath(brand="brand")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="routing_policies")
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.CASCADE)
    channel = models.CharField(max_length=20, blank=True)  # platform, empty = all
    mode = models.CharField(
        max_length=14,
        default="hybrid",
        choices=[("hybrid", "hybrid"), ("centralised", "centralised"), ("decentralised", "decentralised")],
    )
    settings = models.JSONField(default=dict)
    version = models.CharField(max_length=40)
    state = models.CharField(
        max_length=10,
        default="published",
        choices=[("draft", "draft"), ("published", "published"), ("retired", "retired")],
    )
    published_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.version}: {self.mode}"


class DealerFigures(models.Model):
    """How well a dealer turns leads into visits, over the last 90 days; worked out every hour, read by matching."""

    scope_path = ScopePath(brand="dealer__brand", dealer="dealer")

    dealer = models.OneToOneField(Dealer, on_delete=models.CASCADE, related_name="routing_figures")
    rounds = models.PositiveIntegerField(default=0)
    arrivals = models.PositiveIntegerField(default=0)
    arrival_rate = models.DecimalField(max_digits=6, decimal_places=4, default=0)  # shrunk
    computed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "dealer figures"

    def __str__(self) -> str:
        return f"dealer {self.dealer_id}: {self.arrival_rate}"


class DispatchDecision(models.Model):
    """The receipt of one decision: all candidates, their terms, the filters that failed, one sentence in two languages."""

    scope_path = ScopePath(brand="lead__brand")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="decisions")
    at = models.DateTimeField()
    kind = models.CharField(max_length=12)  # local, proposal, confirmed, automatic, desk
    round_no = models.PositiveSmallIntegerField(default=0)
    mode = models.CharField(max_length=14)
    rule_version = models.CharField(max_length=40)
    inputs = models.JSONField(default=dict)
    candidates = models.JSONField(default=list)
    filtered = models.JSONField(default=list)
    chosen = models.ForeignKey(Dealer, null=True, on_delete=models.SET_NULL, related_name="+")
    reach = models.CharField(max_length=20, blank=True)
    # No dealer may have the lead until the customer says yes to one: `candidates` are those that could after that.
    ask_consent = models.BooleanField(default=False)
    sentence_zh = models.TextField(blank=True)
    sentence_en = models.TextField(blank=True)
    by = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["lead", "at"], name="routing_decision_order")]

    def __str__(self) -> str:
        return f"{self.kind} for {self.lead_id}"


class DeskClaim(models.Model):
    """Who at the OEM desk works on a lead right now, so that two people never call the same customer."""

    scope_path = ScopePath(brand="lead__brand")

    lead = models.OneToOneField(Lead, on_delete=models.CASCADE, related_name="claim")
    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.lead_id} by {self.staff_id}"
