"""Jobs of the live room."""

from cloudstore.kit.clock import now
from cloudstore.live import services
from cloudstore.queue.performing import job


@job("live.pull")
def pull() -> None:
    """Read rooms and figures of all connected accounts."""
    services.pull_all(now=now())
