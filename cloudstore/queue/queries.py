"""How the queue is doing."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from cloudstore.queue.models import Job, JobState, Pulse


@dataclass(frozen=True, slots=True)
class Health:
    """Counts of open and dead jobs, and the age in seconds of the oldest job that should have been done."""

    ready: int
    leased: int
    dead: int
    oldest_due_seconds: float


def health(*, now: datetime) -> Health:
    """The queue at this moment."""
    counts = {
        row["state"]: row["n"]
        for row in Job.objects.exclude(state=JobState.DONE).values("state").annotate(n=Count("pk"))
    }
    oldest = Job.objects.filter(state=JobState.READY, due_at__lte=now).aggregate(at=Min("due_at"))["at"]
    age = (now - oldest).total_seconds() if oldest else 0.0
    return Health(counts.get("ready", 0), counts.get("leased", 0), counts.get("dead", 0), age)


def idle() -> bool:
    """Whether no job waits or runs."""
    return not Job.objects.filter(state__in=[JobState.READY, JobState.LEASED]).exists()


#: Most pulses that one call of `pulses_since` returns.
PULSES_AT_ONCE = 5000


def pulses_since(last_id: int) -> list[tuple[int, str]]:
    """Changed topics after a pulse id, oldest first, as (id, topic); at most `PULSES_AT_ONCE`."""
    return list(Pulse.objects.filter(pk__gt=last_id).order_by("pk").values_list("pk", "topic")[:PULSES_AT_ONCE])


def pulses_after(moment: datetime) -> list[tuple[int, str, datetime]]:
    """The newest pulses since a moment, oldest first, as (id, topic, when); at most `PULSES_AT_ONCE`."""
    newest = Pulse.objects.order_by("-pk").values_list("pk", "topic", "created_at")[:PULSES_AT_ONCE]
    return [row for row in reversed(newest) if row[2] >= moment]


def newest_pulse() -> int:
    """The id of the last pulse, 0 when there is none."""
    return Pulse.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
