"""Jobs of grading."""

from cloudstore.grading import services
from cloudstore.kit.clock import now
from cloudstore.queue.performing import job


@job("grading.run_due")
def run_due() -> None:
    """Make official and shadow runs that are due."""
    services.run_due(now=now())
