"""Background entry points of the gateway."""

from cloudstore.gateway import performing, services, tokens
from cloudstore.kit.clock import now
from cloudstore.queue.performing import job


@job("gateway.digest")
def digest() -> None:
    """Handle the events that wait."""
    services.handle_batch(now=now())


@job("gateway.deliver")
def deliver(delivery_id: int) -> None:
    """Speak one word to the outside."""
    performing.perform(delivery_id, now=now())


@job("gateway.sweep")
def sweep() -> None:
    """Ring again for deliveries that were left behind."""
    services.sweep_deliveries(now=now())


@job("gateway.refresh_tokens")
def refresh_tokens() -> None:
    """Find the accounts whose tokens are worn."""
    tokens.ask_for_renewals(now=now())


@job("gateway.refresh_token")
def refresh_token(account_id: int) -> None:
    """Renew one account's tokens."""
    performing.renew_tokens(account_id, now=now())
