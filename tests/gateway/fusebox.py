"""A fuse box for stories about what goes wrong: hearers that fail for a reason, performers that are refused.

Used by `settings.WIRING`, as another urls.py would be by ROOT_URLCONF.
"""

import time

from cloudstore.connectors import messages
from cloudstore.connectors.errors import Action, ConnectorError
from cloudstore.gateway.models import Delivery
from cloudstore.gateway.rules import Heard
from cloudstore.gateway.services import hear
from cloudstore.network.models import DealerGroup
from cloudstore.queue.performing import GiveUp, TryLater


def needs_a_group(message, *, event, now):
    """Writes, then fails unless the brand has a group; the words of the failure hold a phone number, as a database's may."""
    marked, _ = DealerGroup.objects.get_or_create(brand_id=event.brand_id, name="half done")
    if not DealerGroup.objects.filter(brand_id=event.brand_id).exclude(pk=marked.pk).exists():
        raise LookupError("no group for 13800138000")
    return Heard("created")


def say(delivery, *, client, now):
    """Says how often it was tried, and for whom."""
    return {"attempt": delivery.attempts, "for": client.open_id if client else ""}


def refuse(delivery, *, client, now):
    """The platform refuses with the action that the payload names, until the attempt it names."""
    if delivery.attempts >= delivery.payload.get("until", 99):
        return {"attempt": delivery.attempts}
    action = Action(delivery.payload["action"])
    raise ConnectorError(code="28001", action=action, call="say", retry_after=delivery.payload.get("wait"))


def stumble(delivery, *, client, now):
    """A fault of our own, or a wish of the performer's."""
    raise {"give_up": GiveUp, "try_later": TryLater, "bug": ZeroDivisionError}[delivery.payload["how"]]("13800138000")


def linger(delivery, *, client, now):
    """Works until its lease has been prolonged, as a long upload does."""
    first, until = delivery.lease_until, time.monotonic() + 10
    while Delivery.objects.get(pk=delivery.pk).lease_until == first:
        if time.monotonic() > until:
            raise AssertionError("nobody prolonged the lease")
        time.sleep(0.02)
    return {"held": True}


INBOUND = {
    messages.ContactSignal: needs_a_group,
    messages.Unreadable: hear.unreadable,
    messages.WebhookProbe: hear.webhook_probe,
}
OUTBOUND = {"test.say": say, "test.refuse": refuse, "test.stumble": stumble, "test.linger": linger}
