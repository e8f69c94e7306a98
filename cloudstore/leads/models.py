"""A lead (线索): one interest of one customer in the brand, from first contact to delivery or loss."""

from django.db import models
from django.db.models import Q

from cloudstore.customers.models import Customer
from cloudstore.kit.ids import uuid7
from cloudstore.kit.scoping import ScopePath
from cloudstore.network.models import Account, Brand, Dealer, Series, StaffMember


class Lead(models.Model):
    """The lead and where it stands. `dealer` is the present owner (null = the OEM desk); `source_dealer` keeps origin credit."""

    scope_path = ScopePath(brand="brand", dealer="dealer", staff="consultant")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="leads")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="leads")
    series = models.ForeignKey(Series, null=True, blank=True, on_delete=models.SET_NULL)
    scene = models.CharField(max_length=12)  # SHORT_VIDEO, LIVE_VIDEO, IM_MESSAGE, HOME_PAGE, OFFLINE, OTHER
    platform = models.CharField(max_length=20)
    source_class = models.CharField(max_length=20)  # natural-video, paid-live, ...
    source_account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="leads")
    source_dealer = models.ForeignKey(
        Dealer, null=True, blank=True, on_delete=models.SET_NULL, related_name="sourced_leads"
    )
    item_id = models.CharField(max_length=64, blank=True, db_index=True)
    room_id = models.CharField(max_length=64, blank=True, db_index=True)
    widget_code = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=16, default="new")
    state_version = models.PositiveIntegerField(default=0)
    level = models.CharField(max_length=1, default="N")
    level_since = models.DateTimeField(null=True)  # the last action or decay; a level fades without action
    hot = models.BooleanField(default=False)
    adcode = models.CharField(max_length=6, blank=True)
    region_confidence = models.DecimalField(max_digits=3, decimal_places=2, null=True)
    region_source = models.CharField(max_length=16, blank=True)
    local = models.BooleanField(null=True)  # null: the region is not known yet
    mode = models.CharField(max_length=14, blank=True)
    rule_version = models.CharField(max_length=40, blank=True)
    dealer = models.ForeignKey(Dealer, null=True, blank=True, on_delete=models.SET_NULL, related_name="leads")
    consultant = models.ForeignKey(StaffMember, null=True, blank=True, on_delete=models.SET_NULL, related_name="leads")
    round_no = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)  # next follow-up, or the first-follow deadline while none was made
    queued_at = models.DateTimeField(null=True)  # last came to the OEM desk
    dispatched_at = models.DateTimeField(null=True)  # last left it for a dealer
    first_follow_at = models.DateTimeField(null=True)
    protection_until = models.DateTimeField(null=True)
    invalid_reason = models.CharField(max_length=40, blank=True)
    # Who says so: "rule" or "oem" settle it, "dealer" counts only with proof or after a check (rules of the trade, section 3).
    invalid_by = models.CharField(max_length=8, blank=True)
    lost_reason = models.CharField(max_length=40, blank=True)
    previous = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="later")
    created_at = models.DateTimeField()
    last_touch_at = models.DateTimeField()
    reopened_at = models.DateTimeField(null=True)  # began its present life; null: it has only had one
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["brand", "state", "created_at"], name="leads_by_state"),
            models.Index(fields=["dealer", "state", "due_at"], name="leads_of_dealer"),
            models.Index(fields=["brand", "created_at"], name="leads_by_time"),
            models.Index(fields=["customer", "brand"], name="leads_of_customer"),
            models.Index(fields=["brand", "queued_at"], condition=Q(state="oem_queue"), name="leads_at_desk"),
        ]

    def __str__(self) -> str:
        return f"lead {self.pk}"


class Round(models.Model):
    """One dealer's turn at a lead. At most one is open, held by the database."""

    scope_path = ScopePath(brand="lead__brand", dealer="dealer", staff="lead__consultant")

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="rounds")
    reason = models.CharField(max_length=30)  # local, dispatched, redispatched, walk_in
    opened_at = models.DateTimeField()
    sla_due_at = models.DateTimeField()
    remind_at = models.DateTimeField(null=True)
    redispatch_at = models.DateTimeField(null=True)
    # What the clock has told so far (leads.rules.sla.Stage, "done" when it has nothing more to say), and when it must
    # look again.
    stage = models.CharField(max_length=10, default="running")
    next_at = models.DateTimeField(null=True)
    first_follow_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=30, blank=True)  # sla_expired, declined, transferred, lost, delivered

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead"], condition=Q(closed_at__isnull=True), name="leads_one_open_round"),
            models.UniqueConstraint(fields=["lead", "number"], name="leads_round_number"),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(closed_at__isnull=True, first_follow_at__isnull=True),
                name="leads_round_next",
            ),
            models.Index(fields=["dealer", "opened_at"], name="leads_round_dealer"),
        ]

    def __str__(self) -> str:
        return f"round {self.number} of {self.lead_id}"


class LeadEvent(models.Model):
    """What happened to a lead, in order; append-only. `detail` holds codes and ids, never personal data."""

    scope_path = ScopePath(brand="lead__brand", dealer="lead__dealer", staff="lead__consultant")

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=30)  # created, joined, region, assigned, follow, moved, reveal, ...
    actor = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    from_state = models.CharField(max_length=16, blank=True)
    to_state = models.CharField(max_length=16, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["lead", "at"], name="leads_event_order")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.lead_id}"


class FollowAction(models.Model):
    """A contact that counts as following up (call with record, WeCom add, message, appointment) or a note that does not."""

    scope_path = ScopePath(brand="lead__brand", dealer="round__dealer", staff="lead__consultant")

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="actions")
    round = models.ForeignKey(Round, null=True, on_delete=models.SET_NULL, related_name="actions")
    kind = models.CharField(max_length=20)  # call, wecom_add, message, appointment, note
    at = models.DateTimeField()
    by = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.TextField(blank=True)
    call_seconds = models.PositiveIntegerField(null=True, blank=True)
    connected = models.BooleanField(null=True)
    counts = models.BooleanField(default=False)  # whether it counts as a follow (leads.rules.follow)
    appointment_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["lead", "at"], name="leads_action_order")]

    def __str__(self) -> str:
        return f"{self.kind} on {self.lead_id}"


class RegionEvidence(models.Model):
    """One hint where the customer is: declared city, plate, mobile prefix, IP, account region."""

    scope_path = ScopePath(brand="lead__brand", dealer="lead__dealer", staff="lead__consultant")

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=16)
    adcode = models.CharField(max_length=6)
    source = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lead", "kind", "adcode"], name="leads_evidence_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.adcode}"
