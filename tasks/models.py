"""Matrix tasks (矩阵任务): brief, hand-out, submission, review, reward and the ledger."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.fields import StreamField

from cloudstore.kit.ids import uuid7
from cloudstore.kit.scoping import ScopePath
from cloudstore.network.models import Account, Brand, Dealer, StaffMember
from media.models import Asset, Post
from tasks.blocks import BRIEF_BLOCKS


class Campaign(models.Model):
    """A budget with a name; every reward is paid out of one."""

    scope_path = ScopePath(brand="brand")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="campaigns")
    name = models.CharField(max_length=80)
    budget_fen = models.BigIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")

    def __str__(self) -> str:
        return self.name


class MatrixTask(ClusterableModel, models.Model):  # the second base is there already; named for the type checker
    """One content task for many accounts."""

    scope_path = ScopePath(brand="brand")
    # A region manager reads every task of the brand, with the numbers of their own dealers.
    brand_wide_reading = True

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="matrix_tasks")
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks")
    title = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, default="short_video")
    brief = StreamField(BRIEF_BLOCKS, blank=True)
    caption_template = models.CharField(max_length=200, blank=True)
    hashtags = models.CharField(max_length=120, blank=True)
    # {"regions": [ids], "tiers": ["S", "A"], "groups": [ids], "dealers": [ids], "without": [dealer ids]}
    audience = models.JSONField(default=dict, blank=True)
    # Account ids with tiers as chosen when the hand-out began, kept until it is done: tiers may move meanwhile, the
    # audience of this task does not.
    snapshot = models.JSONField(default=list, blank=True, editable=False)
    quota = models.PositiveSmallIntegerField(default=1)
    overlay_preset = models.CharField(max_length=20, default="end_card")
    starts_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(
        max_length=12,
        default="draft",
        choices=[("draft", "draft"), ("handing_out", "handing_out"), ("open", "open"), ("closed", "closed")],
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    handed_out_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [models.Index(fields=["brand", "state", "due_at"], name="tasks_task_open")]

    def __str__(self) -> str:
        return self.title


class RewardRule(models.Model):
    """What a task pays. Model M1: a fee per effective post of an approved submission, with a cap per dealer."""

    scope_path = ScopePath(brand="task__brand")

    task = ParentalKey(MatrixTask, on_delete=models.CASCADE, related_name="rewards")
    model = models.CharField(max_length=2, default="M1")
    fee_fen = models.BigIntegerField()
    cap_per_dealer = models.PositiveSmallIntegerField(default=5)  # number of paid posts
    version = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.model} of {self.task_id}"


class Assignment(models.Model):
    """A task for one account; exactly one, held by the database."""

    scope_path = ScopePath(brand="task__brand", dealer="dealer")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    task = models.ForeignKey(MatrixTask, on_delete=models.CASCADE, related_name="assignments")
    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="assignments")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="assignments")
    quota = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, default="handed_out")  # handed_out, accepted, declined, done, cancelled
    decline_reason = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "account"], name="tasks_one_assignment")]
        indexes = [models.Index(fields=["dealer", "state", "due_at"], name="tasks_assignment_inbox")]

    def __str__(self) -> str:
        return f"assignment {self.pk}"


class Submission(models.Model):
    """One attempt at an assignment: its asset, its review, its post."""

    scope_path = ScopePath(brand="assignment__task__brand", dealer="assignment__dealer")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="submissions")
    asset = models.OneToOneField(Asset, on_delete=models.PROTECT, related_name="submission")
    number = models.PositiveSmallIntegerField()
    # preparing (asset being checked and rendered), refused, in_review, returned, approved, published, withdrawn
    state = models.CharField(max_length=10, default="preparing")
    caption = models.CharField(max_length=300, blank=True)
    submitted_by = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    submitted_at = models.DateTimeField()
    review_ready_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    # Who is looking at it now, so that two reviewers do not do the same work; a claim fades by itself.
    claimed_by = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    post = models.OneToOneField(Post, null=True, on_delete=models.SET_NULL, related_name="submission")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "number"], name="tasks_submission_number")]
        indexes = [models.Index(fields=["state", "review_ready_at"], name="tasks_review_queue")]

    def __str__(self) -> str:
        return f"submission {self.pk}"


class ReviewDecision(models.Model):
    """Approved or returned, by whom, why; append-only."""

    scope_path = ScopePath(brand="submission__assignment__task__brand", dealer="submission__assignment__dealer")

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="decisions")
    verdict = models.CharField(max_length=10, choices=[("approved", "approved"), ("returned", "returned")])
    reason = models.CharField(max_length=500, blank=True)
    at_ms = models.PositiveIntegerField(null=True, blank=True)
    by = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.verdict} {self.submission_id}"


class Accrual(models.Model):
    """One line of what a dealer earned; a capped line stays visible with 0."""

    scope_path = ScopePath(brand="dealer__brand", dealer="dealer")

    rule = models.ForeignKey(RewardRule, on_delete=models.PROTECT, related_name="accruals")
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.PROTECT)
    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="accruals")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="accruals")
    key = models.CharField(max_length=200, unique=True)  # rule:subject:period
    amount_fen = models.BigIntegerField()
    state = models.CharField(max_length=12, default="held")  # held, payable, paid, void, clawed_back, capped
    reason = models.CharField(max_length=40)  # effective_post, cap_per_dealer, no_budget
    hold_until = models.DateTimeField(null=True)
    accrued_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["dealer", "-accrued_at"], name="tasks_accrual_statement")]

    def __str__(self) -> str:
        return self.key


class LedgerAccount(models.Model):
    """One side of the double-entry ledger, for example `PAYABLE:SH01`. Balance in fen = credits - debits; a cache of the transfers."""

    scope_path = ScopePath(brand="brand")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    balance_fen = models.BigIntegerField(default=0)
    may_go_below_zero = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "name"], name="tasks_ledger_name"),
            models.CheckConstraint(
                condition=Q(may_go_below_zero=True) | Q(balance_fen__gte=0), name="tasks_ledger_floor"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LedgerTransfer(models.Model):
    """Money from one account to another, once per key, never changed; a correction is another transfer."""

    scope_path = ScopePath(brand="brand")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)  # fund, reserve, accrue, void, pay, ...
    debit = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="debits")
    credit = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="credits")
    amount_fen = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "key"], name="tasks_transfer_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="tasks_transfer_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_fen}"
