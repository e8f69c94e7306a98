"""Jobs of routing."""

from cloudstore.kit.clock import now
from cloudstore.queue.performing import job
from cloudstore.routing import services


@job("routing.sweep_rounds")
def sweep_rounds() -> None:
    """Remind, take back and pass on what nobody followed."""
    services.sweep_rounds(now=now())


@job("routing.rebuild_figures")
def rebuild_figures() -> None:
    """Work out how many leads come to each store, for matching."""
    services.rebuild_figures(now=now())
