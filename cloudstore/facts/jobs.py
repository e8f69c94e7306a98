"""Jobs of the facts."""

from cloudstore.facts import services
from cloudstore.kit.clock import now
from cloudstore.queue.performing import job


@job("facts.rebuild")
def rebuild() -> None:
    """Rebuild the last 35 days of every brand."""
    services.rebuild_all(now=now())
