"""The switchboard: from an event's bytes to its messages, from each message to the one service that hears it."""

from collections.abc import Callable
from datetime import datetime

from cloudstore.connectors.douyin import read as douyin
from cloudstore.connectors.messages import Message
from cloudstore.connectors.webform import read as webform
from cloudstore.gateway.models import InboundEvent
from cloudstore.gateway.rules import Heard, together
from cloudstore.kit.crypto import unseal_bytes
from cloudstore.kit.wired import wired

#: source of an event -> what understands its body
READERS: dict[str, Callable[[bytes], list[Message]]] = {"douyin": douyin.read, "form": webform.read}


class NobodyListens(Exception):
    """No reader for the source, or no hearer for the message: a fault of ours, not of the sender."""


def body_aad(source: str, client_key: str, dedupe_key: str) -> str:
    """What a sealed body is bound to."""
    return f"event.body|{source}|{client_key}|{dedupe_key}"


def body_of(event: InboundEvent) -> bytes:
    """The raw bytes as they reached us. Raises CannotUnseal."""
    return unseal_bytes(bytes(event.body), body_aad(event.source, event.client_key, event.dedupe_key))


def messages_of(event: InboundEvent) -> list[Message]:
    """The event in our own words. Raises CannotUnseal, MalformedBody, NobodyListens."""
    reader = READERS.get(event.source)
    if reader is None:
        raise NobodyListens(f"no reader for {event.source}")
    return reader(body_of(event))


def hear(messages: list[Message], *, event: InboundEvent, now: datetime) -> Heard:
    """Give each message to its hearer, in order, in the caller's transaction. Raises NobodyListens and whatever a hearer raises."""
    hearers = wired("INBOUND")
    results = []
    for message in messages:
        hearer = hearers.get(type(message))
        if hearer is None:
            raise NobodyListens(type(message).__name__)
        results.append(hearer(message, event=event, now=now))
    return together(results)
