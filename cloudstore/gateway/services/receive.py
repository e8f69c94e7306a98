"""Take in what reaches us inside a request of our own (forms); what comes through `/hooks/` is written by the door itself."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from cloudstore.gateway.models import InboundEvent
from cloudstore.gateway.rules import EventState, Outcome
from cloudstore.gateway.switchboard import body_aad
from cloudstore.kit.crypto import seal_bytes

LONGEST_KEY = 128


def fitting_key(given: str, body: bytes) -> str:
    """The key of an event within its source and app: the sender's id; hashed when it would not fit; the body's hash when there is none.

    Source of the rule: the platform's page on webhooks names `Msg-Id`; senders without ids are told apart by content.
    """
    given = given.strip()
    if not given:
        return hashlib.sha256(body).hexdigest()
    if len(given) > LONGEST_KEY or not given.isprintable():
        return hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()
    return given


def receive(
    *, source: str, client_key: str, brand_id: int, dedupe_key: str, body: bytes, now: datetime
) -> InboundEvent:
    """Keep one event in the caller's transaction; the digest handles it within a second. A repeat is the same row, as first kept."""
    key = fitting_key(dedupe_key, body)
    event, _created = InboundEvent.objects.get_or_create(
        source=source,
        client_key=client_key,
        dedupe_key=key,
        defaults={
            "brand_id": brand_id,
            "body": seal_bytes(body, body_aad(source, client_key, key)),
            "received_at": now,
        },
    )
    return event


def replay(*, brand_id: int, event_ids: Iterable[int]) -> int:
    """Have rejected and quarantined events of a brand handled again, on a person's request. Returns how many.

    Events that came to something are left alone: handling them twice would count them twice.
    """
    with transaction.atomic():
        return (
            InboundEvent.objects.filter(brand_id=brand_id, pk__in=list(event_ids))
            .filter(Q(state=EventState.QUARANTINED) | Q(outcome=Outcome.REJECTED))
            .update(state=EventState.NEW, outcome=Outcome.PENDING, reason="", attempts=0, due_at=None, handled_at=None)
        )
