"""The queue is a table: a row is the truth, a message only a bell."""

from django.db import models
from django.db.models import Q

from cloudstore.kit.scoping import GlobalRows


class JobState(models.TextChoices):
    """Where a job stands."""

    READY = "ready"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"


class Job(models.Model):
    """One piece of work that must happen, written in the same transaction as its cause."""

    scope_path = GlobalRows("work of the machine; only administrators of the installation see it")

    name = models.CharField(max_length=80)
    kwargs = models.JSONField(default=dict)
    # While a job with this key is open, asking for it again is the same job.
    key = models.CharField(max_length=200, blank=True)
    queue = models.CharField(max_length=20, default="default")
    state = models.CharField(max_length=8, choices=JobState.choices, default=JobState.READY)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    rung_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    leased_by = models.CharField(max_length=120, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=~Q(key="") & Q(state="ready"), name="queue_one_waiting_job_per_key"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="ready"), name="queue_ready_by_due"),
            models.Index(fields=["lease_until"], condition=Q(state="leased"), name="queue_leased_by_end"),
            models.Index(fields=["state", "finished_at"], name="queue_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk} ({self.state})"


class ClockTick(models.Model):
    """One periodic effect that has been started; the unique pair is what makes two clocks harmless."""

    scope_path = GlobalRows("the clock of the machine")

    name = models.CharField(max_length=80)
    period_start = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "period_start"], name="queue_tick_once")]

    def __str__(self) -> str:
        return f"{self.name} @ {self.period_start:%Y-%m-%d %H:%M}"


class Pulse(models.Model):
    """'Something under this topic changed': appended, never updated, so that writers do not queue on one hot row."""

    scope_path = GlobalRows("topics only, no content; pages re-read what they may see")

    topic = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["topic", "-id"], name="queue_pulse_of_topic")]

    def __str__(self) -> str:
        return f"{self.topic} #{self.pk}"
