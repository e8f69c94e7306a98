"""Schemes, runs and what they came to. A published scheme and a finished run never change."""

from django.db import models
from django.db.models import Q

from cloudstore.kit.scoping import ScopePath
from cloudstore.network.models import Brand, Dealer


class Scheme(models.Model):
    """A version of the eight weighted indicators with anchors, cuts and policies (JSON of `grading.indicators`)."""

    scope_path = ScopePath(brand="brand")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="schemes")
    key = models.CharField(max_length=40)  # default-8/v1
    state = models.CharField(
        max_length=10, default="draft", choices=[("draft", "draft"), ("published", "published"), ("retired", "retired")]
    )
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "key"], name="grading_scheme_key"),
            models.UniqueConstraint(
                fields=["brand"], condition=Q(state="published"), name="grading_one_published_scheme"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"


class GradeRun(models.Model):
    """One grading of a whole brand over one window of days."""

    scope_path = ScopePath(brand="brand")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="grade_runs")
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT)
    kind = models.CharField(max_length=10, choices=[("official", "official"), ("shadow", "shadow")])
    window_from = models.DateField()
    window_to = models.DateField()
    inputs_hash = models.CharField(max_length=64)
    results_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "window_to"], condition=Q(kind="official"), name="grading_one_official_run"
            ),
        ]
        indexes = [models.Index(fields=["brand", "kind", "-window_to"], name="grading_run_latest")]

    def __str__(self) -> str:
        return f"{self.kind} run to {self.window_to}"


class Grade(models.Model):
    """What one run said of one dealer. Scores are 0-100 with two decimals."""

    scope_path = ScopePath(brand="run__brand", dealer="dealer")

    run = models.ForeignKey(GradeRun, on_delete=models.CASCADE, related_name="grades")
    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="grades")
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    smoothed = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    # S* with the decimals it is carried with into the next run; a rounded one would drift.
    carried = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    # Before gates, so that a gate that ends gives back what it took; empty when there is none.
    standing = models.CharField(max_length=1, blank=True)
    raw_tier = models.CharField(max_length=1)
    tier = models.CharField(max_length=1)  # S A B C D, U unrated, N new
    tier_rank = (
        models.PositiveSmallIntegerField()
    )  # 5 for S down to 1 for D, 0 for U and N: sorting by letter puts S last
    previous_tier = models.CharField(max_length=1, blank=True)
    streak_up = models.PositiveSmallIntegerField(default=0)
    streak_down = models.PositiveSmallIntegerField(default=0)
    partial = models.BooleanField(default=False)
    gates = models.JSONField(default=list)
    families = models.JSONField(default=dict)
    peer_group = models.CharField(max_length=80, blank=True)
    inputs_hash = models.CharField(max_length=64, blank=True)
    # Written when the card is first opened: the way up costs more than the grade itself.
    explanation = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "dealer"], name="grading_grade_once")]
        indexes = [models.Index(fields=["dealer", "-run"], name="grading_grade_history")]

    def __str__(self) -> str:
        return f"dealer {self.dealer_id}: {self.tier} {self.smoothed}"


class IndicatorValue(models.Model):
    """One indicator of one dealer in one run: raw, shrunk, absolute and relative points, score, contribution and status."""

    scope_path = ScopePath(brand="run__brand", dealer="dealer")

    run = models.ForeignKey(GradeRun, on_delete=models.CASCADE, related_name="values")
    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=30)
    numerator = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    denominator = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    raw = models.DecimalField(max_digits=16, decimal_places=6, null=True)
    shrunk = models.DecimalField(max_digits=16, decimal_places=6, null=True)
    absolute = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    relative = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    score = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    contribution = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    status = models.CharField(max_length=14, default="ok")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "dealer", "key"], name="grading_value_once")]

    def __str__(self) -> str:
        return f"{self.key} of dealer {self.dealer_id}"


class DealerTier(models.Model):
    """The tier that policies use today: the last published one (U and N keep the former)."""

    scope_path = ScopePath(brand="dealer__brand", dealer="dealer")

    dealer = models.OneToOneField(Dealer, on_delete=models.CASCADE, related_name="current_tier")
    tier = models.CharField(max_length=1)
    tier_rank = models.PositiveSmallIntegerField()
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    run = models.ForeignKey(GradeRun, null=True, on_delete=models.SET_NULL)
    since = models.DateField()

    def __str__(self) -> str:
        return f"dealer {self.dealer_id}: {self.tier}"
