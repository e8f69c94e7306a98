"""Handle the events that wait: one transaction each, so that a killed worker leaves every event either whole or untouched."""

import logging
import random
from datetime import datetime, timedelta
from traceback import extract_tb

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from cloudstore.connectors.douyin.parsing import MalformedBody
from cloudstore.gateway import switchboard
from cloudstore.gateway.models import InboundEvent
from cloudstore.gateway.rules import EVENT_ATTEMPTS, LONGEST_EVENT_PAUSE, EventState, Heard, Outcome, pause
from cloudstore.kit.crypto import CannotUnseal

log = logging.getLogger(__name__)

BATCH = 500


def waiting(now: datetime) -> QuerySet[InboundEvent]:
    """Events that may be handled at this moment, oldest first."""
    return InboundEvent.objects.filter(Q(due_at__isnull=True) | Q(due_at__lte=now), state=EventState.NEW).order_by("pk")


def handle_batch(*, now: datetime, limit: int = BATCH) -> int:
    """Handle up to `limit` waiting events in the order of their ids. Returns how many.

    Any number of workers may do this at once: the row lock of the event (the write lock on SQLite) is held until its
    outcome is written with the effects it had, so no event is handled twice and none is left half done.
    """
    return next((done for done in range(limit) if not _handle_next(now)), limit)


def _handle_next(now: datetime) -> bool:
    with transaction.atomic():
        rows = waiting(now)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        event = rows.first()
        if event is None:
            return False
        _handle(event, now)
        return True


def _handle(event: InboundEvent, now: datetime) -> None:
    try:
        with transaction.atomic():
            messages = switchboard.messages_of(event)
            kind = messages[0].kind if messages else event.event_kind
            heard = switchboard.hear(messages, event=event, now=now)
    except MalformedBody as fault:
        _put_aside(event, f"{fault.reason} at {fault.position}", now)
    except CannotUnseal:
        _put_aside(event, "cannot_unseal", now)
    except switchboard.NobodyListens as fault:
        _put_aside(event, f"nobody_listens: {fault}", now)
    except Exception as error:
        _try_later(event, error, now)
    else:
        _book(event, heard, event.event_kind or kind, now)


def _book(event: InboundEvent, heard: Heard, kind: str, now: datetime) -> None:
    outcome = Outcome(heard.outcome)
    aside = heard.quarantine and outcome is Outcome.REJECTED
    event.state = EventState.QUARANTINED if aside else EventState.DONE
    event.outcome, event.lead_id, event.event_kind = outcome, heard.lead_id, kind[:40]
    _save(event, heard.reason, now)


def _put_aside(event: InboundEvent, reason: str, now: datetime) -> None:
    event.state, event.outcome = EventState.QUARANTINED, Outcome.REJECTED
    _save(event, reason, now)


def _try_later(event: InboundEvent, error: Exception, now: datetime) -> None:
    """A hearer failed. The row and the log get the kind of error and its place, never its words: they may quote a person."""
    frame = extract_tb(error.__traceback__)[-1]
    log.error("event %s: %s in %s line %s", event.pk, type(error).__name__, frame.filename, frame.lineno)
    event.attempts += 1
    if event.attempts >= EVENT_ATTEMPTS:
        _put_aside(event, type(error).__name__, now)
        return
    wait = pause(event.attempts, spread=random.uniform(0.8, 1.2), longest=LONGEST_EVENT_PAUSE)
    event.due_at, event.reason = now + timedelta(seconds=wait), type(error).__name__[:200]
    event.save(update_fields=["attempts", "due_at", "reason"])


def _save(event: InboundEvent, reason: str, now: datetime) -> None:
    event.reason, event.handled_at, event.due_at = reason[:200], now, None
    event.save(
        update_fields=["state", "outcome", "lead_id", "event_kind", "reason", "handled_at", "due_at", "attempts"]
    )
