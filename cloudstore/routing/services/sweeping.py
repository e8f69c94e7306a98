"""The clock of rounds: remind, tell the manager, take back, go on to the next dealer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from cloudstore.leads.errors import LeadRefused
from cloudstore.leads.models import Lead, Round
from cloudstore.leads.rules.sla import Stage
from cloudstore.leads.services import advance, expire, lock, to_desk
from cloudstore.routing.rules.modes import Mode
from cloudstore.routing.rules.rounds import CloseReason, Next, after_round
from cloudstore.routing.services.deciding import former_dealers
from cloudstore.routing.services.placing import next_round, propose

BATCH = 500


def sweep_rounds(*, now: datetime) -> int:
    """Look after every round whose clock has something to tell at `now`. Returns how many were looked after.

    Each in its own transaction, so one that fails keeps no other waiting; running it twice, or on two machines at once,
    changes nothing more.
    """
    waiting = Round.objects.filter(
        Q(next_at__lte=now) | Q(next_at__isnull=True, stage=Stage.RUNNING.value),
        closed_at__isnull=True,
        first_follow_at__isnull=True,
    )
    due = list(waiting.order_by("next_at").values_list("pk", "lead_id")[:BATCH])
    return sum(_look_after(round_id, lead_id, now) for round_id, lead_id in due)


@transaction.atomic
def _look_after(round_id: int, lead_id: object, now: datetime) -> bool:
    lead = lock(lead_id)  # type: ignore[arg-type]
    turn = Round.objects.select_related("dealer").get(pk=round_id)
    if not advance(lead, turn, now=now):
        return True
    try:
        expire(lead, now=now)
    except LeadRefused:
        # A person acted between the clock's look and ours: what they did stands.
        return False
    _go_on(lead, now)
    return True


def _go_on(lead: Lead, now: datetime) -> None:
    """The lead waits for its next round: another dealer, or the desk after the third or where the mode says so."""
    number = len(former_dealers(lead))
    handed_back = lead.mode == Mode.DECENTRALISED.value and lead.local is not True
    if handed_back or after_round(number, CloseReason.SLA_EXPIRED) is not Next.DISPATCH:
        to_desk(lead, now=now)
        propose(lead=lead, now=now)
        return
    next_round(lead=lead, now=now)
