"""Entry points of the queue."""

from cloudstore.connectors.errors import ConnectorError
from cloudstore.kit.clock import now
from cloudstore.queue.performing import TryLater, job
from media import services
from media.rendering.errors import RenderFailed


@job("media.prepare")
def prepare(asset_id: str) -> None:
    """Probe, check, render and cover one upload."""
    try:
        services.prepare(asset_id, now=now())
    except RenderFailed as failure:
        raise TryLater(failure.code) from failure


@job("media.pull_stats")
def pull_stats() -> None:
    """Ask for the figures of every account with young posts."""
    services.pull_stats(now=now())


@job("media.pull_account")
def pull_account(account_id: int) -> None:
    """Fetch the figures of one account's posts."""
    try:
        services.pull_account(account_id=account_id, now=now())
    except ConnectorError as error:
        raise TryLater(str(error)) from error


@job("media.forget_stale")
def forget_stale() -> None:
    """Delete uploads that were never finished."""
    services.forget_stale(now=now())
