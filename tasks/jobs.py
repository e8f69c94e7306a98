"""Entry points of the queue."""

from cloudstore.kit.clock import now
from cloudstore.queue.performing import job
from tasks import services


@job("tasks.hand_out")
def hand_out(task_id: str) -> None:
    """Write the assignments of a task that goes out."""
    services.hand_out(task_id=task_id, now=now())


@job("tasks.follow")
def follow() -> None:
    """See what became of assets and posts."""
    services.follow_assets(now=now())


@job("tasks.settle")
def settle() -> None:
    """Write lines that are missing, release held ones, take back those of removed posts."""
    services.settle(now=now())
