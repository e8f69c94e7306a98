"""Jobs of the queue itself."""

from cloudstore.kit.clock import now
from cloudstore.queue import services
from cloudstore.queue.performing import job


@job("queue.sweep")
def sweep() -> None:
    """Free leases of dead processes and forget old rows."""
    services.sweep(now=now())
