"""Reading the gateway: what waits, what came in, what it came to, what goes out."""

from cloudstore.gateway.services.digest import waiting
from cloudstore.kit.clock import now as clock_now


def events_wait() -> bool:
    """Whether the digest has something to do: the door writes events without asking for a job."""
    return waiting(clock_now()).exists()
