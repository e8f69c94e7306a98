"""Moves of a lead that a person asks for, and everything that a move brings with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction

from cloudstore.leads.errors import LeadRefused
from cloudstore.leads.models import FollowAction, Lead, LeadEvent
from cloudstore.leads.rules.follow import may_sleep
from cloudstore.leads.rules.levels import Level, next_follow_due
from cloudstore.leads.rules.reasons import Closing, Invalid, Lost, Opening, Sleep, Transfer
from cloudstore.leads.rules.states import Refusal, State, Verb, verbs_between
from cloudstore.leads.services.journal import lock, put, tell
from cloudstore.leads.services.rounds import close_round, open_round, restart_clock, to_desk
from cloudstore.network.models import StaffMember
from cloudstore.users.rules import OEM_ROLES, Role

_REASONS: dict[Verb, type[StrEnum]] = {
    Verb.ASK_LOST: Lost,
    Verb.ASK_TRANSFER: Transfer,
    Verb.MARK_INVALID: Invalid,
    Verb.SLEEP: Sleep,
}
#: Moves that belong to rounds, follow-up and the machine; nobody asks for them by name.
_NOT_BY_NAME = frozenset({Verb.QUEUE, Verb.AWAIT_DEALER, Verb.ASSIGN, Verb.FOLLOW, Verb.EXPIRE, Verb.MERGE})
#: How long an open lead may wait for its next follow when nothing else says so.
NEXT_DAY = timedelta(days=1)


@transaction.atomic
def move(*, lead: Lead, to: State, by: StaffMember | None, version: int, reason: str = "", now: datetime) -> Lead:
    """Move a lead to a state that is one step away. `version` is the state version that the person saw.

    Raises `LeadRefused`: stale when somebody acted first (nothing is changed, so nothing is lost), otherwise what the
    graph or the rules of the trade forbid. Opening a round or closing one goes with the move.
    """
    verbs = verbs_between(State(lead.state), to)
    if len(verbs) != 1:
        raise LeadRefused(Refusal.NOT_ALLOWED, lead.state)
    return act(lead=lead, verb=next(iter(verbs)), by=by, version=version, reason=reason, now=now)


@transaction.atomic
def act(*, lead: Lead, verb: Verb, by: StaffMember | None, version: int, reason: str = "", now: datetime) -> Lead:
    """As `move`, with the verb instead of the state it leads to."""
    known = _REASONS.get(verb)
    if verb in _NOT_BY_NAME:
        raise LeadRefused(Refusal.NOT_ALLOWED, lead.state)
    if known is not None and reason not in {code.value for code in known}:
        raise LeadRefused(Refusal.REASON_NEEDED if not reason else "unknown_reason", lead.state)
    row = lock(lead.pk)
    handler = _HANDLERS.get(verb, _plain)
    handler(row, verb, by, version, reason, now)
    tell(row)
    return row


def _plain(lead: Lead, verb: Verb, by: StaffMember | None, version: int, reason: str, now: datetime) -> None:
    """Invited, arrived, test-driven, ordered: the round runs on and the next follow is due by level."""
    due_at = next_follow_due(Level(lead.level), now)
    put(lead, verb, now=now, by=by, version=version, reason=reason, due_at=due_at, level_since=now)


def _close(closing: Closing, **fields: Any) -> Callable[..., None]:
    """A handler for moves after which nothing runs any more."""

    def handler(lead: Lead, verb: Verb, by: StaffMember | None, version: int, reason: str, now: datetime) -> None:
        put(lead, verb, now=now, by=by, version=version, reason=reason, closed_at=now, due_at=None, **fields)
        close_round(lead, closing, now=now)

    return handler


def _invalid(lead: Lead, verb: Verb, by: StaffMember | None, version: int, reason: str, now: datetime) -> None:
    judge = "rule" if by is None else "oem" if Role(by.role) in OEM_ROLES else "dealer"
    _close(Closing.INVALID, invalid_reason=reason, invalid_by=judge)(lead, verb, by, version, reason, now)


def _sleep(lead: Lead, verb: Verb, by: StaffMember | None, version: int, reason: str, now: datetime) -> None:
    tries = FollowAction.objects.filter(lead=lead, kind="call", connected=False).values_list("at", flat=True)
    if not may_sleep(list(tries), customer_said_later=reason == Sleep.LATER):
        raise LeadRefused("sleep_too_early", lead.state)
    _close(Closing.DORMANT)(lead, verb, by, version, reason, now)


def _ask(lead: Lead, verb: Verb, by: StaffMember | None, version: int, reason: str, now: datetime) -> None:
    """A loss or a transfer is asked for: the round stays open, the desk has the next word."""
    fields: dict[str, Any] = {"lost_reason": reason} if verb is Verb.ASK_LOST else {}
    put(lead, verb, now=now, by=by, version=version, reason=reason, due_at=None, queued_at=now, **fields)


def _confirm_lost(lead: Lead, verb: Verb, by: StaffMember | None, version: int, reason: str, now: datetime) -> None:
    asked = last_request(lead, State.LOST_PENDING)
    put(
        lead,
        verb,
        now=now,
        by=by,
        version=version,
        reason=reason,
        asked_by=asked.actor_id if asked else None,
        closed_at=now,
        due_at=None,
    )
    close_round(lead, Closing.LOST, now=now)


def _back_to_dealer(lead: Lead, verb: Verb, by: StaffMember | None, version: int, reason: str, now: datetime) -> None:
    """The desk says no: the store goes on, with its deadline begun anew when it had not followed yet."""
    put(lead, verb, now=now, by=by, version=version, reason=reason, due_at=now + NEXT_DAY, lost_reason="")
    restart_clock(lead, now=now)


def _accept_transfer(lead: Lead, verb: Verb, by: StaffMember | None, version: int, reason: str, now: datetime) -> None:
    asked = last_request(lead, State.TRANSFER_PENDING)
    refused = asked is not None and asked.detail.get("reason") == Transfer.OTHER_STORE
    close_round(lead, Closing.REFUSED if refused else Closing.TRANSFERRED, now=now)
    to_desk(lead, now=now, verb=verb, by=by, version=version, reason=reason)


def _redispatch(lead: Lead, verb: Verb, by: StaffMember | None, version: int, reason: str, now: datetime) -> None:
    """The desk takes a reported loss or transfer back, for another store."""
    put(lead, verb, now=now, by=by, version=version, reason=reason, lost_reason="")
    close_round(lead, Closing.MOVED, now=now)
    to_desk(lead, now=now)


def _reopen(lead: Lead, verb: Verb, by: StaffMember | None, version: int, reason: str, now: datetime) -> None:
    """A person wakes a lead: in the store when the store has it, otherwise it goes to the desk."""
    wake(lead, now=now, by=by, version=version)
    if lead.dealer is not None and lead.dealer.status == "active":
        open_round(lead=lead, dealer=lead.dealer, reason=Opening.REOPENED, by=by, now=now)
    else:
        to_desk(lead, now=now)


def wake(lead: Lead, *, now: datetime, by: StaffMember | None = None, version: int | None = None) -> None:
    """A locked lead that was lost, invalid or dormant lives again and waits for its next round in this transaction."""
    put(
        lead,
        Verb.REOPEN,
        now=now,
        by=by,
        version=version,
        reopened_at=now,
        closed_at=None,
        invalid_reason="",
        invalid_by="",
        lost_reason="",
    )


def last_request(lead: Lead, state: State) -> LeadEvent | None:
    """Who last asked for a loss or a transfer, and why."""
    return LeadEvent.objects.filter(lead=lead, kind="moved", to_state=state.value).order_by("-at", "-pk").first()


_HANDLERS: dict[Verb, Callable[..., None]] = {
    Verb.DELIVER: _close(Closing.DELIVERED),
    Verb.REFUND: _close(Closing.LOST),
    Verb.MARK_INVALID: _invalid,
    Verb.SLEEP: _sleep,
    Verb.ASK_LOST: _ask,
    Verb.ASK_TRANSFER: _ask,
    Verb.CONFIRM_LOST: _confirm_lost,
    Verb.REFUSE_LOST: _back_to_dealer,
    Verb.REFUSE_TRANSFER: _back_to_dealer,
    Verb.ACCEPT_TRANSFER: _accept_transfer,
    Verb.REDISPATCH: _redispatch,
    Verb.REOPEN: _reopen,
}
