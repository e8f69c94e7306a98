"""Jobs of leads."""

from cloudstore.kit.clock import now
from cloudstore.leads import services
from cloudstore.queue.performing import job


@job("leads.decay_levels")
def decay_levels() -> None:
    """Lower the level of leads that nobody acted on."""
    services.decay_levels(now=now())
