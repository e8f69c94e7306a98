"""What the people of a store do about a lead: call, add, write, appoint, note; and who of them works on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from cloudstore.customers.services import reveal_phones
from cloudstore.leads.errors import LeadRefused
from cloudstore.leads.models import FollowAction, Lead, Round
from cloudstore.leads.rules import sla
from cloudstore.leads.rules.follow import SHORT_CALL_SECONDS, FollowKind, is_follow
from cloudstore.leads.rules.levels import HORIZON_DAYS, Level, next_follow_due
from cloudstore.leads.rules.protection import protection_until
from cloudstore.leads.rules.states import GRAPH, Refusal, State, Verb
from cloudstore.leads.services.journal import lock, put, record, tell, write
from cloudstore.leads.services.rounds import open_round_of
from cloudstore.network.models import StaffMember
from cloudstore.network.scope import Scope
from cloudstore.queue.services import pulse
from cloudstore.users.rules import Role

LONGEST_NOTE = 2000


@transaction.atomic
def follow(
    *,
    lead: Lead,
    kind: FollowKind,
    by: StaffMember | None,
    now: datetime,
    version: int,
    note: str = "",
    call_seconds: int | None = None,
    connected: bool | None = None,
    appointment_at: datetime | None = None,
) -> FollowAction:
    """Write down what somebody did; the first action that counts stops the clock of the round.

    A call needs its record (`call_seconds`, and whether somebody answered), an appointment its time in the future. A
    note is kept but is no follow. Raises `LeadRefused`; stale when the lead moved since `version`, with nothing kept, so
    that the page can show both what happened and what was typed.
    """
    row = lock(lead.pk)
    if row.state_version != version:
        raise LeadRefused(Refusal.STALE, row.state)
    if kind is FollowKind.CALL and (call_seconds is None or connected is None or call_seconds < 0):
        raise LeadRefused("record_needed", row.state)
    if kind is FollowKind.APPOINTMENT and (appointment_at is None or appointment_at <= now):
        raise LeadRefused("time_needed", row.state)
    turn = open_round_of(row)
    action = FollowAction.objects.create(
        lead=row,
        round=turn,
        kind=kind.value,
        at=now,
        by=by,
        note=note.strip()[:LONGEST_NOTE],
        call_seconds=call_seconds if kind is FollowKind.CALL else None,
        connected=connected if kind is FollowKind.CALL else None,
        appointment_at=appointment_at if kind is FollowKind.APPOINTMENT else None,
        counts=is_follow(kind, call_seconds=call_seconds, short_calls_before=_short_calls(row, turn)),
    )
    record(row, "follow", now=now, by=by, follow=kind.value, action=action.pk, counts=action.counts)
    if action.counts:
        _followed(row, turn, action, now)
    tell(row)
    return action


def _short_calls(lead: Lead, turn: Round | None) -> int:
    return FollowAction.objects.filter(
        lead=lead, round=turn, kind=FollowKind.CALL.value, call_seconds__lt=SHORT_CALL_SECONDS
    ).count()


def _followed(lead: Lead, turn: Round | None, action: FollowAction, now: datetime) -> None:
    """An action that counts: the clock stops, protection begins, the next follow is due by level or by appointment."""
    if turn is not None and turn.first_follow_at is None:
        Round.objects.filter(pk=turn.pk, first_follow_at__isnull=True).update(first_follow_at=now, next_at=None)
    due_at = action.appointment_at or next_follow_due(Level(lead.level), now)
    fields: dict[str, Any] = {
        "first_follow_at": lead.first_follow_at or now,
        "protection_until": protection_until(lead.protection_until, now),
        "level_since": now,
    }
    verb = Verb.INVITE if action.appointment_at else Verb.FOLLOW
    if (State(lead.state), verb) not in GRAPH:
        verb = Verb.FOLLOW
    if (State(lead.state), verb) in GRAPH:
        put(lead, verb, now=now, by=action.by, due_at=due_at, **fields)
    else:
        write(lead, **fields)


@transaction.atomic
def set_level(*, lead: Lead, level: Level, by: StaffMember | None, version: int, now: datetime) -> Lead:
    """How soon the customer means to buy: H, A, B, C or N (not known). The next follow is due accordingly.

    A running first-follow deadline stays as it was promised. Raises `LeadRefused` when the lead moved since `version`.
    """
    if level not in HORIZON_DAYS and level is not Level.N:
        raise LeadRefused(Refusal.NOT_ALLOWED, lead.state)
    row = lock(lead.pk)
    if row.state_version != version:
        raise LeadRefused(Refusal.STALE, row.state)
    turn = open_round_of(row)
    waiting = turn is not None and turn.first_follow_at is None
    due_at = row.due_at if waiting or row.due_at is None else next_follow_due(level, now)
    hot = sla.is_hot(level=level, scene=row.scene)
    record(row, "level", now=now, by=by, former=row.level, level=level.value)
    write(row, level=level.value, level_since=now, due_at=due_at, hot=hot)
    tell(row)
    return row


@transaction.atomic
def assign_consultant(*, lead: Lead, consultant: StaffMember | None, by: StaffMember | None, now: datetime) -> Lead:
    """Give a lead to one consultant of the store that has it, or to nobody. Raises `LeadRefused` for anybody else."""
    row = lock(lead.pk)
    if consultant is not None and (
        consultant.dealer_id != row.dealer_id
        or consultant.role != Role.CONSULTANT
        or (consultant.valid_to is not None and consultant.valid_to <= now)
    ):
        raise LeadRefused("other_dealer", row.state)
    write(row, consultant=consultant)
    record(row, "consultant", now=now, by=by, consultant=consultant.pk if consultant else None)
    tell(row)
    return row


@transaction.atomic
def reveal(*, lead: Lead, scope: Scope, purpose: str, now: datetime) -> list[str]:
    """The customer's numbers in clear, for a purpose; the look is part of the lead's history.

    `lead` was found through the scope rule. Raises what `customers.services.reveal_phone` raises.
    """
    numbers = reveal_phones(customer=lead.customer, scope=scope, purpose=purpose, now=now)
    record(lead, "reveal", now=now, by=scope.staff, purpose=purpose)
    # Its history alone has changed: lists need not read themselves again.
    pulse(f"lead:{lead.pk}")
    return numbers
