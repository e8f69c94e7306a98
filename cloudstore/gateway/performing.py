"""How a delivery is performed: claimed with a lease, spoken by its performer, and the answer or the fault booked.

A performer is `perform(delivery, *, client, now) -> dict`; `client` is an `AccountClient` with a fresh token, or None for
a delivery that concerns no account. It may run again after a fault or a crash: where the platform knows no idempotency
key and `delivery.attempts > 1`, it looks first whether the word has arrived. It raises ConnectorError (judged by its
action), GiveUp or TryLater of `queue.performing`; any other exception counts as passing.
"""

import logging
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from traceback import extract_tb
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from cloudstore.connectors.errors import Action, ConnectorError
from cloudstore.gateway import tokens
from cloudstore.gateway.models import Delivery
from cloudstore.gateway.rules import DELIVERY_ATTEMPTS, DeliveryState, pause
from cloudstore.gateway.services.deliver import ask_for
from cloudstore.kit.clock import now as clock_now
from cloudstore.kit.wired import wired
from cloudstore.queue.performing import GiveUp, TryLater
from cloudstore.queue.services import pulse

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
RENEW_EVERY = 10.0


def perform(delivery_id: int, *, now: datetime) -> None:
    """Perform one delivery if it is due and nobody else has it. Raises TryLater while another worker holds it."""
    delivery = claim(delivery_id, now=now)
    if delivery is None:
        if Delivery.objects.filter(pk=delivery_id, state=DeliveryState.LEASED).exists():
            raise TryLater("another worker holds this delivery")
        return
    try:
        with _holding(delivery):
            answer = _speak(delivery, now)
    except ConnectorError as fault:
        _judge(delivery, fault)
    except GiveUp as fault:
        _bury(delivery, str(fault), "gave_up")
    except TryLater as fault:
        _again(delivery, str(fault), None)
    except Exception as error:
        frame = extract_tb(error.__traceback__)[-1]
        log.error("delivery %s: %s in %s line %s", delivery.pk, type(error).__name__, frame.filename, frame.lineno)
        _again(delivery, type(error).__name__, None)
    else:
        _close(delivery, state=DeliveryState.DONE, answer=answer, last_error="", finished_at=clock_now())


def renew_tokens(account_id: int, *, now: datetime) -> None:
    """Renew an account's tokens before they end. Raises GiveUp when only the owner can help, TryLater when the platform is busy."""
    try:
        tokens.renew(account_id=account_id, now=now)
    except ConnectorError as fault:
        raise (GiveUp if fault.permanent else TryLater)(str(fault)) from None


def claim(delivery_id: int, *, now: datetime) -> Delivery | None:
    """Lease a delivery that is due, or whose former worker let its lease run out."""
    free = Q(state=DeliveryState.READY, due_at__lte=now) | Q(state=DeliveryState.LEASED, lease_until__lt=now)
    taken = Delivery.objects.filter(free, pk=delivery_id).update(
        state=DeliveryState.LEASED, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    return Delivery.objects.select_related("account").get(pk=delivery_id) if taken else None


def _speak(delivery: Delivery, now: datetime) -> dict[str, Any]:
    performer: Callable[..., dict[str, Any]] | None = wired("OUTBOUND").get(delivery.kind)
    if performer is None:
        raise GiveUp(f"nobody performs {delivery.kind}")
    client = tokens.client_for(delivery.account, now=now) if delivery.account else None
    return performer(delivery, client=client, now=now)


@contextmanager
def _holding(delivery: Delivery) -> Iterator[None]:
    """Prolong the lease while the performer works: an upload may take minutes, a dead worker should not."""
    over = threading.Event()

    def renew() -> None:
        try:
            while not over.wait(RENEW_EVERY):
                _mine(delivery).update(lease_until=clock_now() + LEASE)
        finally:
            connection.close()

    keeper = threading.Thread(target=renew, name=f"lease of delivery {delivery.pk}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _mine(delivery: Delivery) -> Any:
    """The row, as long as nobody has taken it over since (each claim counts one attempt more)."""
    return Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.LEASED, attempts=delivery.attempts)


def _judge(delivery: Delivery, fault: ConnectorError) -> None:
    """What a platform's refusal asks of us."""
    if fault.action is Action.REFRESH_TOKEN and delivery.account_id:
        tokens.spoil(delivery.account_id)
    if fault.action is Action.REAUTHORISE and delivery.account_id:
        tokens.mark_expired(delivery.account_id)
    if fault.permanent:
        _bury(delivery, str(fault), fault.action.value)
    else:
        _again(delivery, str(fault), fault.retry_after)


def _again(delivery: Delivery, error: str, wait: float | None) -> None:
    """Once more later: after the platform's own wait, else longer each time with jitter; given up after many attempts."""
    tries = delivery.attempts - delivery.forgiven
    if tries >= DELIVERY_ATTEMPTS:
        _bury(delivery, error, "worn_out")
        return
    own = pause(tries, spread=random.uniform(0.8, 1.2))
    due_at = clock_now() + timedelta(seconds=max(own, wait or 0.0))
    with transaction.atomic():
        if _close(delivery, state=DeliveryState.READY, due_at=due_at, last_error=error[:300]):
            ask_for(delivery, due_at=due_at)


def _bury(delivery: Delivery, error: str, cause: str) -> None:
    _close(delivery, state=DeliveryState.DEAD, last_error=error[:300], cause=cause, finished_at=clock_now())


def _close(delivery: Delivery, **fields: Any) -> bool:
    with transaction.atomic():
        closed = _mine(delivery).update(lease_until=None, **fields)
        if closed:
            pulse(f"brand:{delivery.brand_id}")
    return bool(closed)
