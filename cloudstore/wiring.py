"""The fuse box: which message is heard by whom, who performs what goes out, what the clock starts. The urls.py of messages.

Rooms below look this module up by name (`settings.WIRING`), as Django does with ROOT_URLCONF. One message, one owner;
tests/architecture walks the tables.
"""

from collections.abc import Callable
from typing import Any

from cloudstore.connectors import messages
from cloudstore.gateway import queries as gateway_queries
from cloudstore.gateway.services import hear as gateway_hear

#: message class of connectors.messages -> the one service that hears it
INBOUND: dict[type, Callable[..., Any]] = {
    messages.WebhookProbe: gateway_hear.webhook_probe,
    messages.Unreadable: gateway_hear.unreadable,
    messages.ContactSignal: gateway_hear.contact_signal,
    messages.AccountAuthorised: gateway_hear.account_authorised,
    messages.AccountUnauthorised: gateway_hear.account_unauthorised,
}
#: kind of a Delivery -> the function that performs it at the platform
OUTBOUND: dict[str, Callable[..., Any]] = {}
#: job name -> seconds between two starts
CLOCK: dict[str, int] = {
    "queue.sweep": 60,
    "gateway.sweep": 60,
    "gateway.refresh_tokens": 3600,
}
#: job name -> function that says whether rows wait for it
WATCHERS: dict[str, Callable[[], bool]] = {"gateway.digest": gateway_queries.events_wait}
#: name of a fact source -> function(brand_id, first_day, last_day) -> rows for facts.services
FACT_SOURCES: dict[str, Callable[..., Any]] = {}
