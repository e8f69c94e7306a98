"""How leads go round: out-of-region share, how long the desk takes, how often a store lets one go, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.db.models import Count, Q

from cloudstore.leads.models import Lead, Round
from cloudstore.leads.rules.reasons import Opening
from cloudstore.leads.rules.states import State
from cloudstore.network.scope import Scope, scoped

_CAME = (State.ARRIVED.value, State.TEST_DRIVEN.value, State.ORDERED.value, State.DELIVERED.value)


@dataclass(frozen=True, slots=True)
class Circulation:
    """How leads went round in a period: counts of leads that came in it, and how long the desk took.

    `dispatch_minutes` is the median from reaching the desk to leaving it for a dealer (None: none did). Arrivals are
    leads that stand at a visit or beyond, of the local ones and of those the desk dispatched.
    """

    leads: int
    local: int
    remote: int
    unknown: int
    dispatched: int
    waiting: int
    rounds: int
    redispatched: int
    dispatch_minutes: float | None
    local_arrived: int
    dispatched_arrived: int

    @property
    def remote_share(self) -> float | None:
        """Out-of-region leads among those whose region is known; None when none is."""
        return _share(self.remote, self.local + self.remote)

    @property
    def redispatch_share(self) -> float | None:
        """Rounds that followed a failed one, among all rounds."""
        return _share(self.redispatched, self.rounds)

    @property
    def local_arrival_share(self) -> float | None:
        """Local leads that came to the store."""
        return _share(self.local_arrived, self.local)

    @property
    def dispatched_arrival_share(self) -> float | None:
        """Dispatched leads that came to the store."""
        return _share(self.dispatched_arrived, self.dispatched)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def circulation(scope: Scope, *, start: datetime, end: datetime) -> Circulation:
    """The circulation of the leads that a person may see and that came from `start` up to `end`. Three queries."""
    leads = scoped(Lead.objects.filter(created_at__gte=start, created_at__lt=end), scope)
    came, sent = Q(state__in=_CAME), Q(dispatched_at__isnull=False)
    counted = leads.aggregate(
        n_leads=Count("pk"),
        n_local=Count("pk", filter=Q(local=True)),
        n_remote=Count("pk", filter=Q(local=False)),
        n_unknown=Count("pk", filter=Q(local__isnull=True)),
        n_dispatched=Count("pk", filter=sent),
        n_waiting=Count("pk", filter=Q(state=State.OEM_QUEUE.value)),
        n_local_arrived=Count("pk", filter=Q(local=True) & came),
        n_dispatched_arrived=Count("pk", filter=sent & came),
    )
    found = {name.removeprefix("n_"): number for name, number in counted.items()}
    rounds = Round.objects.filter(lead__in=leads.values("pk")).aggregate(
        rounds=Count("pk"), redispatched=Count("pk", filter=Q(reason=Opening.REDISPATCHED.value))
    )
    spans = leads.filter(sent, queued_at__isnull=False).values_list("queued_at", "dispatched_at")
    minutes = [(left - came_in).total_seconds() / 60 for came_in, left in spans if left and came_in]
    return Circulation(dispatch_minutes=median(minutes) if minutes else None, **found, **rounds)
