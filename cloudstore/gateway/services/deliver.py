"""Words to the outside: written here in the transaction of their cause, spoken later by `performing`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from cloudstore.connectors.errors import Action
from cloudstore.gateway.models import Delivery
from cloudstore.gateway.rules import DeliveryState
from cloudstore.queue.services import enqueue


def deliver(
    *,
    kind: str,
    key: str,
    brand_id: int,
    payload: dict[str, Any],
    now: datetime,
    account_id: int | None = None,
    queue: str = "default",
) -> Delivery:
    """Write one delivery and its job in the caller's transaction; `wiring.OUTBOUND[kind]` performs it.

    `key` is the natural key of the effect: asking twice is asking once, and the first payload stands. `payload` holds
    ids only, never personal data.
    """
    delivery, created = Delivery.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "brand_id": brand_id,
            "account_id": account_id,
            "payload": payload,
            "queue": queue,
            "due_at": now,
            "created_at": now,
        },
    )
    if created:
        ask_for(delivery, due_at=now)
    return delivery


def ask_for(delivery: Delivery, *, due_at: datetime) -> None:
    """Write the job that performs the delivery when it is due."""
    enqueue(
        "gateway.deliver",
        key=f"gateway.deliver:{delivery.pk}",
        queue=delivery.queue,
        due_at=due_at,
        delivery_id=delivery.pk,
    )


def resend(*, brand_id: int, delivery_ids: Iterable[int], now: datetime) -> int:
    """Bring dead deliveries of a brand back, on a person's request. Returns how many."""
    return _revive(Q(brand_id=brand_id, pk__in=list(delivery_ids)), now)


def sweep_deliveries(*, now: datetime) -> int:
    """Ask again for what should have been performed (its job or its worker is gone), and revive what was given up for
    want of an authorisation that has come since. Returns how many."""
    authorised_since = Q(cause=Action.REAUTHORISE.value, account__token__access_issued_at__gt=F("finished_at"))
    revived = _revive(authorised_since, now)
    overdue = Delivery.objects.filter(
        Q(state=DeliveryState.READY, due_at__lte=now) | Q(state=DeliveryState.LEASED, lease_until__lt=now)
    )[:1000]
    for delivery in overdue:
        ask_for(delivery, due_at=now)
    return revived + len(overdue)


def _revive(which: Q, now: datetime) -> int:
    """The count of attempts goes on, so that the performer knows to look at the platform before it speaks again."""
    with transaction.atomic():
        dead = list(Delivery.objects.select_for_update(of=("self",)).filter(which, state=DeliveryState.DEAD))
        for delivery in dead:
            Delivery.objects.filter(pk=delivery.pk).update(
                state=DeliveryState.READY, due_at=now, cause="", finished_at=None, forgiven=F("attempts")
            )
            ask_for(delivery, due_at=now)
    return len(dead)
