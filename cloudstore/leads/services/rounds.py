"""A dealer's turn at a lead: it opens with deadlines, the clock runs, it ends with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from cloudstore.kit.calendar import DEFAULT_CALENDAR, Calendar, CalendarError, calendar_of
from cloudstore.leads.errors import LeadRefused
from cloudstore.leads.models import Lead, Round
from cloudstore.leads.rules import sla
from cloudstore.leads.rules.levels import Level
from cloudstore.leads.rules.reasons import Closing, Opening
from cloudstore.leads.rules.states import State, Verb
from cloudstore.leads.services.journal import put, record, tell, write
from cloudstore.network.models import Dealer, StaffMember

#: The stage of a round whose clock has nothing more to say.
CLOCK_DONE = "done"


def hours_of(dealer: Dealer) -> Calendar:
    """The dealer's business calendar; the usual hours when it says none or nonsense."""
    given: dict[str, Any] = dealer.calendar if isinstance(dealer.calendar, dict) else {}
    try:
        return calendar_of(given["spans"], given.get("closed", ())) if given.get("spans") else DEFAULT_CALENDAR
    except (CalendarError, TypeError, ValueError):
        return DEFAULT_CALENDAR


def open_round(
    *,
    lead: Lead,
    dealer: Dealer,
    reason: Opening,
    by: StaffMember | None,
    now: datetime,
    take_back_at: datetime | None = None,
    **fields: Any,
) -> Round:
    """Give a locked lead to a dealer: the next round with its deadlines, in working time of that dealer.

    `take_back_at` replaces the moment at which an unfollowed lead is taken back; `fields` are further columns of the
    lead. Raises `LeadRefused`: `round_open` when a round is open (the database
    allows one), `other_dealer` for a dealer of another brand, or as the graph says.
    """
    if dealer.brand_id != lead.brand_id:
        raise LeadRefused("other_dealer", lead.state)
    hot = sla.is_hot(level=Level(lead.level), scene=lead.scene)
    clock = sla.deadlines(now, hot=hot, calendar=hours_of(dealer))
    try:
        with transaction.atomic():
            turn = Round.objects.create(
                lead=lead,
                number=lead.round_no + 1,
                dealer=dealer,
                reason=reason.value,
                opened_at=now,
                sla_due_at=clock.due_at,
                remind_at=clock.remind_at,
                redispatch_at=take_back_at or clock.redispatch_at,
                next_at=clock.remind_at,
            )
    except IntegrityError:
        raise LeadRefused("round_open", lead.state) from None
    put(
        lead,
        Verb.ASSIGN,
        now=now,
        by=by,
        dealer=dealer,
        consultant=_own_consultant(lead, dealer),
        round_no=turn.number,
        hot=hot,
        due_at=clock.due_at,
        closed_at=None,
        **fields,
    )
    record(lead, "assigned", now=now, by=by, dealer=dealer.code, round=turn.number, reason=reason.value)
    tell(lead)
    return turn


def _own_consultant(lead: Lead, dealer: Dealer) -> StaffMember | None:
    """A lead caught by a consultant's own account is theirs when it comes to their store."""
    account = lead.source_account
    person = account.staff if account else None
    return person if person and person.dealer_id == dealer.pk and person.role == "consultant" else None


def open_round_of(lead: Lead) -> Round | None:
    """The round that runs."""
    return Round.objects.filter(lead=lead, closed_at__isnull=True).first()


def close_round(lead: Lead, reason: Closing, *, now: datetime) -> Round | None:
    """End the round that runs, if one does."""
    turn = open_round_of(lead)
    if turn is not None:
        Round.objects.filter(pk=turn.pk, closed_at__isnull=True).update(
            closed_at=now, close_reason=reason.value, next_at=None
        )
        turn.closed_at, turn.close_reason, turn.next_at = now, reason.value, None
    return turn


def to_desk(lead: Lead, *, now: datetime, verb: Verb = Verb.QUEUE, **put_fields: Any) -> None:
    """A locked lead without a round goes to the OEM desk and waits there from now."""
    former = lead.dealer_id
    put(lead, verb, now=now, dealer=None, consultant=None, due_at=None, queued_at=now, dispatched_at=None, **put_fields)
    tell(lead, former)


def restart_clock(lead: Lead, *, now: datetime) -> None:
    """The deadlines of the round that runs begin anew, because it could not be worked meanwhile."""
    turn = open_round_of(lead)
    if turn is None or turn.first_follow_at is not None:
        return
    clock = sla.deadlines(now, hot=lead.hot, calendar=hours_of(turn.dealer))
    Round.objects.filter(pk=turn.pk).update(
        sla_due_at=clock.due_at,
        remind_at=clock.remind_at,
        redispatch_at=clock.redispatch_at,
        next_at=clock.remind_at,
        stage=sla.Stage.RUNNING.value,
    )
    write(lead, due_at=clock.due_at)


def advance(lead: Lead, turn: Round, *, now: datetime) -> bool:
    """Tell what the clock of an unfollowed round has to tell at `now`. Returns whether the round has to end.

    The lead is locked. A lead that is no longer waiting for its first follow needs no clock.
    """
    if turn.closed_at or turn.first_follow_at or State(lead.state) is not State.ASSIGNED:
        Round.objects.filter(pk=turn.pk).update(next_at=None, stage=CLOCK_DONE)
        return False
    clock = _clock_of(lead, turn)
    stage = sla.stage(clock, now)
    if stage is sla.Stage.REDISPATCH:
        return True
    next_at = {
        sla.Stage.RUNNING: clock.remind_at,
        sla.Stage.REMIND: clock.due_at,
        sla.Stage.MANAGER: clock.redispatch_at,
    }[stage]
    if stage.value != turn.stage:
        record(lead, "reminded" if stage is sla.Stage.REMIND else "overdue", now=now, round=turn.number)
        tell(lead)
    Round.objects.filter(pk=turn.pk).update(stage=stage.value, next_at=next_at)
    return False


def _clock_of(lead: Lead, turn: Round) -> sla.Deadlines:
    """The moments of a round. A round brought in from elsewhere knows its deadline alone; the others follow from it."""
    if turn.remind_at is not None and turn.redispatch_at is not None:
        return sla.Deadlines(turn.remind_at, turn.sla_due_at, turn.redispatch_at)
    own = sla.deadlines(turn.opened_at, hot=lead.hot, calendar=hours_of(turn.dealer))
    shift = turn.sla_due_at - own.due_at
    return sla.Deadlines(own.remind_at + shift, turn.sla_due_at, own.redispatch_at + shift)


def expire(lead: Lead, *, now: datetime) -> None:
    """Nobody followed in time: the round of a locked lead ends and the lead waits for its next one in this transaction."""
    turn = close_round(lead, Closing.SLA_EXPIRED, now=now)
    if turn is None:
        raise LeadRefused("no_round", lead.state)
    put(lead, Verb.EXPIRE, now=now, due_at=None)
    record(lead, "expired", now=now, round=turn.number, dealer=turn.dealer.code)
    tell(lead, turn.dealer_id)
