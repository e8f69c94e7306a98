"""What other rooms may ask of the gateway."""

from cloudstore.gateway.registrations import register_app, rotate_secret
from cloudstore.gateway.services.deliver import deliver, resend, sweep_deliveries
from cloudstore.gateway.services.digest import handle_batch
from cloudstore.gateway.services.receive import receive, replay
from cloudstore.gateway.tokens import AccountClient, client_for

__all__ = [
    "AccountClient",
    "client_for",
    "deliver",
    "handle_batch",
    "receive",
    "register_app",
    "replay",
    "resend",
    "rotate_secret",
    "sweep_deliveries",
]
