"""How the queue is doing."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min

from cloudstore.queue.models import ClockTick, Job, JobState, Pulse


@dataclass(frozen=True, slots=True)
class Health:
    """Counts of open and dead jobs, the age in seconds of the oldest quick job that should have been done, and the seconds since any job ended.

    Rendering takes minutes and may queue; its age is told apart and is no alarm. Only living leases count: a frozen worker
    does not renew its own.
    """

    ready: int
    leased: int
    dead: int
    oldest_due_seconds: float
    oldest_render_seconds: float
    seconds_since_done: float


def health(*, now: datetime) -> Health:
    """The queue at this moment."""
    counts = {
        row["state"]: row["n"]
        for row in Job.objects.exclude(state=JobState.DONE).values("state").annotate(n=Count("pk"))
    }
    waiting = Job.objects.filter(state=JobState.READY, due_at__lte=now).values("queue").annotate(at=Min("due_at"))
    oldest = {row["queue"]: (now - row["at"]).total_seconds() for row in waiting}
    done = Job.objects.filter(state=JobState.DONE).aggregate(at=Max("finished_at"))["at"]
    return Health(
        counts.get("ready", 0),
        Job.objects.filter(state=JobState.LEASED, lease_until__gte=now).count(),
        counts.get("dead", 0),
        max((age for queue, age in oldest.items() if queue != "render"), default=0.0),
        oldest.get("render", 0.0),
        (now - done).total_seconds() if done else 0.0,
    )


def started_periods(*, since: datetime) -> set[tuple[str, datetime]]:
    """Periods that a clock has started already: (job name, start of the period)."""
    return set(ClockTick.objects.filter(period_start__gte=since).values_list("name", "period_start"))


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


def newest_pulse_of(topic: str) -> int:
    """The id of the last pulse of one topic, 0 when it is silent. Reads one index."""
    return Pulse.objects.filter(topic=topic).order_by("-pk").values_list("pk", flat=True).first() or 0
